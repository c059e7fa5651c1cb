// SPDX-License-Identifier: MPL-2.0
// No more bytes of runs are sent on a link than its other end is known to have granted, and no end
// has more on its way to it than the window holds.
#include "check.h"

static void received(world_link_t *link, int end, const pln_message_t *message, size_t bytes)
{
    uint64_t total = message->type == PLN_MSG_HELLO    ? message->as.hello.credit
                     : message->type == PLN_MSG_CREDIT ? message->as.credit
                                                       : 0;
    world_end_t *here = &link->ends[end];
    here->granted = total > here->granted ? total : here->granted;
    here->heard += message->type == PLN_MSG_ENTRIES ? bytes : 0;
}

static void gave(world_end_t *here, uint64_t total)
{
    here->gave = total > here->gave ? total : here->gave;
    if (here->gave > here->heard + PLN_WINDOW_MAX) {
        check_fail(here->node->world, &check_credit,
                   "%s has granted %llu bytes of runs where %llu came", here->node->name,
                   (unsigned long long)here->gave, (unsigned long long)here->heard);
    }
}

static void sent(world_link_t *link, int end, const pln_message_t *message, size_t bytes)
{
    world_end_t *here = &link->ends[end];
    if (message->type == PLN_MSG_HELLO) {
        gave(here, message->as.hello.credit);
    } else if (message->type == PLN_MSG_CREDIT) {
        gave(here, message->as.credit);
    }
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
