// SPDX-License-Identifier: MPL-2.0
#include "peer_table.h"

#include <string.h>

#include "book.h"
#include "table.h"
#include "when.h"

/** "in sync", the entries that are still to come from it, or nothing where that is not known. */
static void behind(const json_t *peer, char *out, size_t size)
{
    uint64_t count = pln_number(peer, "behind");
    if (count > 0) {
        snprintf(out, size, "%llu", (unsigned long long)count);
    } else {
        snprintf(out, size, "%s", json_is_true(json_object_get(peer, "in_sync")) ? "in sync" : "");
    }
}

/** The state of the link, and where there is none, when the next attempt comes. */
static void link_state(const json_t *peer, char *out, size_t size)
{
    uint64_t retry = pln_number(peer, "retry_in_ms");
    snprintf(out, size, "%s", pln_text(peer, "state"));
    if (retry > 0) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, ", again in %llu s",
                 (unsigned long long)((retry + 999) / 1000));
    }
}

void pln_peer_table(const json_t *peers)
{
    static const pln_column_t columns[] = {{"NAME", PLN_COLUMN_CUT},   {"ADDRESS", PLN_COLUMN_CUT},
                                           {"STATE", PLN_COLUMN_LEFT}, {"BEHIND", PLN_COLUMN_RIGHT},
                                           {"HEARD", PLN_COLUMN_LEFT}, {"NODE", PLN_COLUMN_LEFT}};
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    pln_book_t book = {.networks = {0}};
    uint64_t now = pln_when_now();
    size_t index;
    json_t *peer;
    pln_book_add_nodes(&book, peers, "id");
    json_array_foreach(peers, index, peer)
    {
        char id[PLN_BOOK_ID_SIZE], state[80], count[32], ago[PLN_WHEN_SIZE] = "";
        uint64_t ms;
        pln_book_node(&book, pln_text(peer, "id"), id);
        link_state(peer, state, sizeof state);
        behind(peer, count, sizeof count);
        if (pln_when_parse(pln_text(peer, "heard"), &ms)) {
            pln_when_ago(ms, now, ago);
        }
        pln_table_add(table, pln_text(peer, "name"));
        pln_table_add(table, pln_text(peer, "address"));
        pln_table_add(table, state);
        pln_table_add(table, count);
        pln_table_add(table, ago);
        pln_table_add(table, id);
    }
    pln_table_print(table, stdout, pln_screen_width(stdout));
    pln_book_free(&book);
    pln_table_free(&table);
}
