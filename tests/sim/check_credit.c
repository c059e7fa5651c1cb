// SPDX-License-Identifier: MPL-2.0
// No more bytes of runs are sent on a link than its other end is known to have granted.
#include "check.h"

static void received(world_link_t *link, int end, const pln_message_t *message, size_t bytes)
{
    (void)bytes;
    uint64_t total = message->type == PLN_MSG_HELLO    ? message->as.hello.credit
                     : message->type == PLN_MSG_CREDIT ? message->as.credit
                                                       : 0;
    world_end_t *here = &link->ends[end];
    here->granted = total > here->granted ? total : here->granted;
}

static void sent(world_link_t *link, int end, const pln_message_t *message, size_t bytes)
{
    world_end_t *here = &link->ends[end];
    if (message->type != PLN_MSG_ENTRIES) {
        return;
    }
    here->said += bytes;
    if (here->said > here->granted) {
        check_fail(here->node->world, &check_credit, "%s sends %llu bytes of runs, granted %llu",
                   here->node->name, (unsigned long long)here->said,
                   (unsigned long long)here->granted);
    }
}

const check_t check_credit = {.name = "credit", .sent = sent, .received = received};
