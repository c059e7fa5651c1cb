// SPDX-License-Identifier: MPL-2.0
// What a coordinator's node writes by itself: the revoke that closes a membership which expired or
// was left (R10), and the next term of a member that has used up its epochs (R5).
//
//     the fold or the clock changes -> who is due -> after a random delay, unless another node has
//                                   -> revoke at the heads held here, or grant of term + 1
//
// The delay lets one node do it for all; should two, each further revoke only cuts, and a second
// grant of a term changes nothing.
#include <stdlib.h>
#include <string.h>

#include "node_terms.h"

#define DELAY_MIN_MS 30000u
#define DELAY_MS 570000u /**< together at most 10 minutes */
#define GROWS_MS 60000u  /**< no more of its chains for so long: nothing is on its way */
#define PATIENCE_MS 3600000u
#define LOOK_MS 5000u
#define REVIEW_MS 60000u  /**< epochs are opened without a change of the fold */
#define DUE_MAX 65536u    /**< members that wait for something, of one network */
#define USED_MIN 12u      /**< of a term's 16 epochs; fewer were not used up but passed over */
#define TERM_MS 86400000u /**< that each term but the first lasts at least */

typedef enum { DUTY_NONE, DUTY_LEFT, DUTY_EXPIRED, DUTY_NEXT_TERM } duty_t;

typedef struct {
    pln_id_t member;
    uint64_t due_ms;
    uint64_t until_ms; /**< then it is done whatever still comes: somebody may feed it for ever */
    uint64_t held;     /**< entries of its chains, when it was looked at */
    uint64_t grew_ms;  /**< when that had become more */
} due_t;

static bool wrote_in(pln_net_state_t *net, const pln_member_t *member, uint32_t n)
{
    uint32_t epoch = member->term * PLN_EPOCHS_PER_TERM + n;
    for (uint8_t lane = 0; lane < PLN_LANES; lane++) {
        const pln_chain_t *chain = pln_chain_find(net, &member->node, epoch, lane);
        if (chain != NULL && chain->durable.seq > 0) {
            return true;
        }
    }
    return false;
}

/**
 * Has it opened the last epoch of its term, one after the other? Each is opened by an entry, but
 * the first where the key was in use before; and what it wrote may be lost with a disk.
 */
static bool used_up(pln_net_state_t *net, const pln_member_t *member)
{
    uint32_t last = PLN_EPOCHS_PER_TERM - 1;
    uint32_t used = 0;
    for (uint32_t n = 0; n <= last; n++) {
        used += wrote_in(net, member, n);
    }
    return used >= USED_MIN && wrote_in(net, member, last);
}

/** Was its term, which is not the first, granted less than a day ago, by whatever clock? */
static bool just_begun(const pln_node_t *node, const pln_member_t *member)
{
    uint64_t now = node->wall_ms, then = member->granted_ms;
    return member->term > 0 && (then > now ? then - now : now - then) < TERM_MS;
}

/** Entries that are durable here in the chains of its term. */
static uint64_t held_of(pln_net_state_t *net, const pln_member_t *member)
{
    uint64_t held = 0;
    for (uint32_t i = 0; i < PLN_EPOCHS_PER_TERM * PLN_LANES; i++) {
        uint32_t epoch = member->term * PLN_EPOCHS_PER_TERM + i / PLN_LANES;
        for (const pln_chain_t *chain =
                 pln_chain_find(net, &member->node, epoch, (uint8_t)(i % PLN_LANES));
             chain != NULL; chain = chain->next_branch) {
            held += chain->durable.seq - chain->base.seq;
        }
    }
    return held;
}

static uint64_t delay_ms(pln_node_t *node)
{
    return DELAY_MIN_MS + pln_random(node, DELAY_MS);
}

/** What @self, a member, owes @member. */
static duty_t duty(const pln_node_t *node, pln_net_state_t *net, const pln_member_t *self,
                   const pln_member_t *member)
{
    bool may = member->role == PLN_ROLE_COORDINATOR ? self->role == PLN_ROLE_ROOT
                                                    : self->role >= PLN_ROLE_COORDINATOR;
    uint32_t highest = 0;
    if (!may || member->role == PLN_ROLE_ROOT || pln_id_equal(&member->node, &self->node)) {
        return DUTY_NONE;
    }
    if (member->left) {
        return DUTY_LEFT;
    }
    if (pln_member_over(member, node->wall_ms)) {
        return DUTY_EXPIRED;
    }
    bool last_term = pln_access_highest_term(net->access, &member->node, &highest) &&
                     highest == member->term && highest < PLN_TERM_MAX;
    bool owed = last_term && !just_begun(node, member) && used_up(net, member);
    return owed ? DUTY_NEXT_TERM : DUTY_NONE;
}

static bool acting(pln_node_t *node, pln_net_state_t *net, pln_member_t *self)
{
    return !net->left && !net->outdated &&
           pln_access_member(net->access, &node->self->id, self) == PLN_OK &&
           self->role >= PLN_ROLE_COORDINATOR && !pln_member_over(self, node->wall_ms);
}

static void review(pln_node_t *node, pln_net_state_t *net)
{
    pln_map_t before = net->due;
    pln_map_init(&net->due, 32, node->secret);
    net->review_ms = node->now_ms + REVIEW_MS;
    net->due_ms = UINT64_MAX;
    pln_member_t self;
    pln_member_t member;
    size_t cursor = 0;
    bool acts = acting(node, net, &self);
    while (acts && net->due.count < DUE_MAX && pln_access_next(net->access, &cursor, &member)) {
        if (duty(node, net, &self, &member) == DUTY_NONE) {
            continue;
        }
        due_t *due = pln_map_remove(&before, member.node.bytes);
        if (due == NULL) {
            due = pln_alloc(sizeof *due);
            *due = (due_t){.member = member.node, .held = held_of(net, &member)};
            due->due_ms = node->now_ms + delay_ms(node);
            due->until_ms = due->due_ms + PATIENCE_MS;
        }
        pln_map_put(&net->due, due->member.bytes, due);
        net->due_ms = due->due_ms < net->due_ms ? due->due_ms : net->due_ms;
    }
    pln_map_free_values(&before);
}

static void grant_next(pln_node_t *node, pln_net_state_t *net, const pln_member_t *member)
{
    uint32_t epoch;
    if (pln_own_epoch(node, net, PLN_LANE_CONTROL, &epoch) != PLN_OK) {
        return;
    }
    pln_grant_t grant = {.node = member->node,
                         .term = member->term + 1,
                         .role = member->role,
                         .label = PLN_SPAN(member->label, strlen(member->label)),
                         .expiry_ms = member->expiry_ms};
    pln_buf_t payload = {0};
    pln_grant_encode(&grant, &payload);
    pln_mint_control(node, net, epoch, PLN_KIND_GRANT, &payload);
    pln_buf_free(&payload);
    pln_trace(node, "grants the next term", NULL, NULL, grant.term);
}

static void perform(pln_node_t *node, pln_net_state_t *net, const pln_id_t *id)
{
    pln_member_t self;
    pln_member_t member;
    if (!acting(node, net, &self) || pln_access_member(net->access, id, &member) != PLN_OK) {
        return;
    }
    switch (duty(node, net, &self, &member)) {
        case DUTY_LEFT:
            pln_revoke_mint(node, net, id, "left");
            break;
        case DUTY_EXPIRED:
            pln_revoke_mint(node, net, id, "expired");
            break;
        case DUTY_NEXT_TERM:
            grant_next(node, net, &member);
            break;
        case DUTY_NONE:
            break;
    }
}

/** A cut names the heads held here: not while there come more. */
static bool grows(const pln_node_t *node, pln_net_state_t *net, due_t *due)
{
    pln_member_t member;
    if (pln_access_member(net->access, &due->member, &member) != PLN_OK) {
        return false;
    }
    uint64_t held = held_of(net, &member);
    if (held != due->held) {
        due->held = held;
        due->grew_ms = node->now_ms;
    }
    return due->grew_ms != 0 && node->now_ms < due->grew_ms + GROWS_MS &&
           node->now_ms < due->until_ms;
}

static bool settled(pln_node_t *node, pln_net_state_t *net)
{
    return !node->disk_low && pln_clock_check(node) == PLN_OK && pln_epochs_ready(node, net);
}

void pln_duties_scan(pln_node_t *node, pln_net_state_t *net)
{
    if (node->now_ms >= net->review_ms) {
        review(node, net);
    }
    if (node->now_ms < net->due_ms || !settled(node, net)) {
        return;
    }
    net->due_ms = UINT64_MAX;
    size_t cursor = 0;
    for (due_t *due; (due = pln_map_next(&net->due, &cursor)) != NULL;) {
        if (due->due_ms <= node->now_ms && grows(node, net, due)) {
            due->due_ms = node->now_ms + LOOK_MS;
        } else if (due->due_ms <= node->now_ms) {
            perform(node, net, &due->member);
            due->due_ms = node->now_ms + delay_ms(node);  // or again
        }
        net->due_ms = due->due_ms < net->due_ms ? due->due_ms : net->due_ms;
    }
}
