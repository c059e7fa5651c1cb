// SPDX-License-Identifier: MPL-2.0
// Whom the root has put out stays out of that term, and all members agree who is a member as what.
#include <string.h>

#include "check.h"

static void revokes_hold(world_t *world, const pln_network_id_t *network, world_node_t *judge)
{
    pln_access_t *access = pln_node_access(judge->node, network);
    for (size_t i = 0; i < world->verdict_count && access != NULL; i++) {
        const world_verdict_t *verdict = &world->verdicts[i];
        pln_member_t member;
        bool standing = i >= world->nodes[verdict->by]->rewound_verdicts;  // or gone with a disk
        if (standing &&
            memcmp(verdict->network.bytes, network->bytes, sizeof network->bytes) == 0 &&
            pln_access_member(access, &verdict->member, &member) == PLN_OK &&
            member.role != PLN_ROLE_ROOT &&  // it was handed on to
            member.term <= verdict->term) {
            check_fail(world, &check_verdicts, "%s is a member in term %u, which the root ended",
                       check_name(world, &verdict->member), member.term);
        }
    }
}

/** One number for all that a fold answers about its members. */
static uint64_t verdicts_hash(pln_access_t *access)
{
    uint64_t sum = 0;
    size_t cursor = 0;
    pln_member_t member;
    while (pln_access_next(access, &cursor, &member)) {
        uint8_t text[32 + 4 * 8];
        uint8_t hash[16];
        memcpy(text, member.node.bytes, 32);
        pln_put_u64(text + 32, member.term);
        pln_put_u64(text + 40, (uint64_t)member.role);
        pln_put_u64(text + 48, member.expiry_ms);
        pln_put_u64(text + 56, member.left);
        crypto_generichash(hash, sizeof hash, text, sizeof text, NULL, 0);
        sum += pln_get_u64(hash);  // in whatever order they come
    }
    return sum;
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    uint64_t first = 0;
    for (size_t i = 0; i < count; i++) {
        pln_access_t *access = pln_node_access(members[i]->node, network);
        uint64_t sum = access == NULL ? 0 : verdicts_hash(access);
        first = i == 0 ? sum : first;
        if (sum != first) {
            check_fail(world, &check_verdicts, "%s and %s do not have the same members",
                       members[0]->name, members[i]->name);
        }
        revokes_hold(world, network, members[i]);
    }
}

const check_t check_verdicts = {.name = "verdicts", .ended = ended};
