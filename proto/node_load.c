// SPDX-License-Identifier: MPL-2.0
// Before the start: what the store remembers becomes the node's state again.
#include <string.h>

#include "node_aside.h"
#include "node_blocked.h"
#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"
#include "planted.h"

static pln_err_t network_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    pln_network_id_t id;
    if (key.size != sizeof id.bytes) {
        return PLN_EMALFORMED;
    }
    memcpy(id.bytes, key.data, sizeof id.bytes);
    pln_unpack_t in = pln_unpack(value);
    uint32_t count = pln_unpack_array(&in, 5);
    bool left = pln_unpack_bool(&in);
    bool promised = pln_unpack_bool(&in);
    pln_id_t root;
    pln_unpack_fixed(&in, root.bytes, sizeof root.bytes);
    pln_span_t inviters = pln_unpack_bin(&in);
    bool forgetting = count == 5 && pln_unpack_bool(&in);
    PLN_TRY(pln_unpack_end(&in));
    if (count < 4 || inviters.size % sizeof root != 0 ||
        inviters.size > PLN_PROMISES_MAX * sizeof root) {
        return PLN_EMALFORMED;
    }
    pln_net_state_t *net = pln_net_add(node, &id);
    net->left = left;
    net->forgetting = forgetting;
    if (promised) {
        pln_id_t list[PLN_PROMISES_MAX];
        memcpy(list, inviters.data, inviters.size);
        pln_promise(net, &root, list, inviters.size / sizeof root);
    }
    return PLN_OK;
}

static pln_err_t cursor_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (key.size != 64 || value.size != 16) {
        return PLN_EMALFORMED;
    }
    if (PLN_PLANTED(cursor_forgotten)) {
        return PLN_OK;
    }
    pln_cursor_t *cursor = pln_alloc_zero(1, sizeof *cursor);
    cursor->number = pln_get_u64(value.data);
    memcpy(cursor->tag.bytes, value.data + 8, sizeof cursor->tag.bytes);
    pln_map_put(&node->cursors, key.data, cursor);
    return PLN_OK;
}

pln_err_t pln_node_load_row(pln_node_t *node, pln_table_t table, pln_span_t key, pln_span_t value)
{
    static pln_err_t (*const loaders[PLN_TABLE_COUNT])(pln_node_t *, pln_span_t, pln_span_t) = {
        [PLN_TABLE_NETWORKS] = network_load,      [PLN_TABLE_CURSORS] = cursor_load,
        [PLN_TABLE_WANTED] = pln_want_load,       [PLN_TABLE_TICKETS] = pln_invitation_load,
        [PLN_TABLE_PRESENCE] = pln_presence_load, [PLN_TABLE_PEERS] = pln_peer_load,
        [PLN_TABLE_CHAINS] = pln_forget_load,     [PLN_TABLE_EPOCHS] = pln_epochs_load,
        [PLN_TABLE_EVIDENCE] = pln_ended_load,    [PLN_TABLE_WITHHELD] = pln_withdraw_load,
        [PLN_TABLE_FORKS] = pln_fork_load,        [PLN_TABLE_ASIDE] = pln_aside_load,
    };
    return table < PLN_TABLE_COUNT ? loaders[table](node, key, value) : PLN_EINVAL;
}

pln_err_t pln_node_load_chain(pln_node_t *node, const pln_chain_row_t *row)
{
    pln_net_state_t *net = pln_net_find(node, &row->place.network);
    if (net == NULL) {  // a network that was left and forgotten: its numbers stay taken
        node->next_chain = row->number >= node->next_chain ? row->number + 1 : node->next_chain;
        return PLN_OK;
    }
    bool known = row->branch && row->parent < node->chain_capacity;
    pln_chain_t *parent = known ? node->chains[row->parent] : NULL;
    if (row->branch && parent == NULL) {
        return PLN_EMALFORMED;
    }
    pln_chain_t *chain = row->branch ? pln_branch_add(node, parent, &row->base, row->number)
                                     : pln_chain_add(node, net, &row->place, row->number);
    chain->held = chain->durable = row->head;
    chain->counted = row->counted_head;
    chain->signature = row->signature;
    chain->last_arrival = row->last_arrival;
    if (row->place.lane == PLN_LANE_RECORDS) {
        net->records += chain->counted.seq - chain->base.seq;
        net->bytes += chain->counted.cum - chain->base.cum;
    }
    pln_withdraw_adopt(node, chain);
    pln_chain_touch(net, chain);
    return PLN_OK;
}

pln_err_t pln_node_load_control(pln_node_t *node, uint32_t number, uint64_t seq,
                                const pln_hash_t *before, const pln_hash_t *hash,
                                const pln_entry_t *entry)
{
    pln_chain_t *chain = number < node->chain_capacity ? node->chains[number] : NULL;
    if (chain == NULL) {
        return PLN_OK;
    }
    pln_statement_t statement = {
        .author = chain->place.author,
        .epoch = chain->place.epoch,
        .seq = seq,
        .hash = *hash,
        .before = *before,
        .chain = number,
        .kind = entry->header.kind,
        .payload = entry->payload,
        .time_ms = entry->header.time_ms,
    };
    pln_access_add(chain->net->access, &statement);
    return PLN_OK;
}
