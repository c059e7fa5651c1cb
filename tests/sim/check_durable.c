// SPDX-License-Identifier: MPL-2.0
// Nothing is announced before it is durable on the sender, and what is announced is what is stored.
#include <string.h>

#include "check.h"

static void row_check(const world_node_t *node, const char *what, const pln_place_t *place,
                      uint64_t seq, const pln_hash_t *hash)
{
    if (seq > 0 && !memory_store_holds(node->store, place, seq, NULL)) {
        check_fail(node->world, &check_durable, "%s says entry %llu in %s and does not hold it",
                   node->name, (unsigned long long)seq, what);
    } else if (hash != NULL && !memory_store_holds(node->store, place, seq, hash)) {
        check_fail(node->world, &check_durable, "%s says another entry %llu in %s than it holds",
                   node->name, (unsigned long long)seq, what);
    }
}

static void cursor_check(const world_node_t *node, const char *what, const pln_cursor_t *cursor)
{
    pln_cursor_t last = memory_store_arrivals(node->store);
    if (cursor->number > last.number) {
        check_fail(node->world, &check_durable, "%s says arrival %llu in %s and has %llu",
                   node->name, (unsigned long long)cursor->number, what,
                   (unsigned long long)last.number);
    }
}

static void sent(world_link_t *link, int end, const pln_message_t *message, size_t bytes)
{
    (void)bytes;
    const world_node_t *node = link->ends[end].node;
    if (message->type == PLN_MSG_HEADS) {
        const pln_heads_t *heads = &message->as.heads;
        for (size_t i = 0; i < pln_rows(heads->rows, PLN_HEADS_ROW_SIZE); i++) {
            pln_row_t row;
            pln_row_read(heads->rows, i, &row);
            pln_place_t place = {heads->network, row.author, row.epoch, row.lane};
            row_check(node, "HEADS", &place, row.seq, &row.hash);
        }
        cursor_check(node, "HEADS", &heads->upto);
    } else if (message->type == PLN_MSG_ENTRIES) {
        const pln_entries_t *entries = &message->as.entries;
        row_check(node, "ENTRIES", &entries->place, entries->to, NULL);
        if (entries->from > 1 && (entries->flags & PLN_ENTRIES_PAYLOAD) == 0) {
            row_check(node, "ENTRIES", &entries->place, entries->from - 1, &entries->base);
        }
        cursor_check(node, "ENTRIES", &entries->upto);
    } else if (message->type == PLN_MSG_DIGEST) {
        cursor_check(node, "DIGEST", &message->as.digest.upto);
    } else if (message->type == PLN_MSG_HELLO) {
        cursor_check(node, "HELLO", &message->as.hello.arrivals);
    }
}

const check_t check_durable = {.name = "durable", .sent = sent};
