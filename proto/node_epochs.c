// SPDX-License-Identifier: MPL-2.0
// Where this node writes: one epoch at a time, and none that another life of its key has used (R5).
//
//     nothing open -> the n above all seen of the term -> its own until an entry comes in there
//     that this node did not write -> a random pause -> the n above all seen ...
//
// Which epoch is open stands in a row beside the store's id: a restored or copied-back store has
// another one, so nothing is open in it. What is seen of other epochs closes nothing.
#include <stdlib.h>
#include <string.h>

#include "node_join.h"
#include "node_terms.h"

#define KEY_SIZE 36u   /**< network, term */
#define VALUE_SIZE 18u /**< floor u8, open u8, store id */
#define NOTHING_OPEN 0xffu
#define PAUSE_MS 10000u /**< of two copies that met one shall open first */

/** Key of the row that says which store this is, and whether its key was used before it. */
static const char life_key[] = "life";

/** What this node knows of its own epochs of one term. */
typedef struct {
    uint32_t floor; /**< the first n not known to be used up: 0 .. 16 */
    uint32_t open;  /**< the n being written; NOTHING_OPEN */
    pln_store_id_t store;
} epochs_t;

static void make_key(const pln_network_id_t *network, uint32_t term, uint8_t out[KEY_SIZE])
{
    memcpy(out, network->bytes, 32);
    pln_put_u32(out + 32, term);
}

static epochs_t *find(const pln_node_t *node, const pln_network_id_t *network, uint32_t term)
{
    uint8_t key[KEY_SIZE];
    make_key(network, term, key);
    return pln_map_get(&node->epochs, key);
}

static epochs_t *need(pln_node_t *node, const uint8_t key[KEY_SIZE])
{
    epochs_t *own = pln_map_get(&node->epochs, key);
    if (own == NULL) {
        own = pln_alloc_zero(1, sizeof *own);
        own->open = NOTHING_OPEN;
        own->store = node->store;
        pln_map_put(&node->epochs, key, own);
    }
    return own;
}

static void save(pln_node_t *node, const uint8_t key[KEY_SIZE], const epochs_t *own)
{
    pln_buf_t value = {0};
    pln_buf_u8(&value, (uint8_t)own->floor);
    pln_buf_u8(&value, (uint8_t)own->open);
    pln_buf_add(&value, own->store.bytes, sizeof own->store.bytes);
    pln_save(node, PLN_TABLE_EPOCHS, key, KEY_SIZE, &value);
    pln_buf_free(&value);
}

/* ---- rows ---- */

static pln_err_t life_load(pln_node_t *node, pln_span_t value)
{
    if (value.size != 17) {
        return PLN_EMALFORMED;
    }
    memcpy(node->life.bytes, value.data, sizeof node->life.bytes);
    node->life_known = true;
    node->used_before = value.data[16] != 0;
    return PLN_OK;
}

pln_err_t pln_epochs_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (key.size == sizeof life_key - 1 && memcmp(key.data, life_key, key.size) == 0) {
        return life_load(node, value);
    }
    if (key.size != KEY_SIZE || value.size != VALUE_SIZE || value.data[0] > PLN_EPOCHS_PER_TERM) {
        return PLN_EMALFORMED;
    }
    epochs_t *own = need(node, key.data);
    own->floor = value.data[0];
    own->open = value.data[1];
    memcpy(own->store.bytes, value.data + 2, sizeof own->store.bytes);
    return PLN_OK;
}

bool pln_epochs_start(pln_node_t *node)
{
    bool another = node->life_known && memcmp(node->life.bytes, node->store.bytes, 16) != 0;
    if (node->life_known && !another) {
        return false;
    }
    node->used_before = node->life_known || node->config.used_before;
    node->life = node->store;
    node->life_known = true;
    pln_buf_t value = {0};
    pln_buf_add(&value, node->life.bytes, sizeof node->life.bytes);
    pln_buf_u8(&value, node->used_before);
    pln_save(node, PLN_TABLE_EPOCHS, life_key, sizeof life_key - 1, &value);
    pln_buf_free(&value);
    return another;
}

void pln_epochs_save(pln_node_t *node)
{
    size_t cursor = 0;
    for (epochs_t *own; (own = pln_map_next(&node->epochs, &cursor)) != NULL;) {
        uint8_t key[KEY_SIZE];
        memcpy(key, pln_map_key(&node->epochs, cursor), sizeof key);
        save(node, key, own);
    }
}

void pln_epochs_drop(pln_node_t *node, const pln_network_id_t *network)
{
    uint8_t key[KEY_SIZE];
    make_key(network, 0, key);
    free(pln_map_remove(&node->epochs, key));
}

/* ---- which epoch ---- */

/** Opened in this life of the store, and not closed since? */
static bool is_open(const pln_node_t *node, const epochs_t *own)
{
    return own != NULL && own->open < PLN_EPOCHS_PER_TERM &&
           memcmp(own->store.bytes, node->store.bytes, sizeof own->store.bytes) == 0;
}

/** The n above all own chains held of @term, whoever wrote them. */
static uint32_t above_seen(const pln_node_t *node, const pln_net_state_t *net, uint32_t term)
{
    uint32_t above = 0;
    const pln_chain_t *chain = net->buckets[node->self->id.bytes[0]];
    for (; chain != NULL; chain = chain->bucket_next) {
        uint32_t n = chain->place.epoch % PLN_EPOCHS_PER_TERM;
        if (pln_id_equal(&chain->place.author, &node->self->id) && n >= above &&
            chain->place.epoch / PLN_EPOCHS_PER_TERM == term && chain->held.seq > 0) {
            above = n + 1;
        }
    }
    return above;
}

static uint32_t next_free(const pln_node_t *node, const pln_net_state_t *net, uint32_t term,
                          const epochs_t *own)
{
    uint32_t n = above_seen(node, net, term);
    if (own != NULL && own->floor > n) {
        n = own->floor;
    }
    return n == 0 && node->used_before ? 1 : n;
}

/** 65,536 control entries are all that an epoch's lane 0 has room for (R2); two go together. */
static bool control_full(const pln_node_t *node, pln_net_state_t *net, uint32_t epoch)
{
    const pln_chain_t *own = pln_chain_find(net, &node->self->id, epoch, PLN_LANE_CONTROL);
    return own != NULL && own->durable.seq + own->minting + 1 >= PLN_CONTROL_ENTRIES_MAX;
}

static uint32_t n_of_term(const pln_node_t *node, pln_net_state_t *net, uint32_t term, uint8_t lane)
{
    const epochs_t *own = find(node, &net->id, term);
    bool open = is_open(node, own);
    bool full = open && lane == PLN_LANE_CONTROL &&
                control_full(node, net, term * PLN_EPOCHS_PER_TERM + own->open);
    if (open && !full) {
        return own->open;
    }
    return next_free(node, net, term, own);
}

pln_err_t pln_own_epoch(pln_node_t *node, pln_net_state_t *net, uint8_t lane, uint32_t *epoch)
{
    pln_member_t self;
    pln_id_t root;  // held: a keyring may promise ourselves, of whom nothing is here yet
    if (net->left || pln_access_root(net->access, &root) != PLN_OK ||
        pln_access_member(net->access, &node->self->id, &self) != PLN_OK) {
        return PLN_EROLE;
    }
    uint32_t term = self.term;
    uint32_t n = n_of_term(node, net, term, lane);
    while (n == PLN_EPOCHS_PER_TERM && self.role == PLN_ROLE_ROOT && term < PLN_TERM_MAX) {
        n = n_of_term(node, net, ++term, lane);  // nobody could grant the root another term
    }
    *epoch = term * PLN_EPOCHS_PER_TERM + n;
    return n < PLN_EPOCHS_PER_TERM ? PLN_OK : PLN_EFULL;
}

void pln_epochs_write(pln_node_t *node, const pln_net_state_t *net, uint32_t epoch)
{
    uint8_t key[KEY_SIZE];
    make_key(&net->id, epoch / PLN_EPOCHS_PER_TERM, key);
    epochs_t *own = need(node, key);
    own->open = epoch % PLN_EPOCHS_PER_TERM;
    own->store = node->store;
    save(node, key, own);
}

/* ---- what closes one ---- */

bool pln_epochs_foreign(pln_node_t *node, pln_net_state_t *net, uint32_t epoch)
{
    uint32_t term = epoch / PLN_EPOCHS_PER_TERM;
    uint32_t n = epoch % PLN_EPOCHS_PER_TERM;
    epochs_t *own = find(node, &net->id, term);
    bool open = is_open(node, own);
    if (!open || own->open != n) {
        return open && n > own->open;
    }
    uint8_t key[KEY_SIZE];
    make_key(&net->id, term, key);
    own->floor = n + 1;
    own->open = NOTHING_OPEN;
    save(node, key, own);
    net->write_ms = node->now_ms + pln_random(node, PAUSE_MS);
    pln_wake(node, net->write_ms);
    pln_invitations_void(node, &net->id);
    pln_trace(node, "another copy of this key writes in our epoch", NULL, NULL, epoch);
    return true;
}

void pln_epochs_used(pln_node_t *node, const pln_network_id_t *network, uint32_t epoch_end)
{
    if (epoch_end == 0) {
        return;
    }
    uint32_t n = (epoch_end - 1) % PLN_EPOCHS_PER_TERM;
    uint8_t key[KEY_SIZE];
    make_key(network, (epoch_end - 1) / PLN_EPOCHS_PER_TERM, key);
    epochs_t *own = need(node, key);
    own->floor = n >= own->floor ? n + 1 : own->floor;
    save(node, key, own);
}

/**
 * What this node wrote may still be held by others. Were it a member of the same term again, it
 * would not know how far its chains went and fork them: so it remembers which epochs it has used.
 */
void pln_epochs_retire(pln_node_t *node, pln_net_state_t *net)
{
    const pln_chain_t *chain = net->buckets[node->self->id.bytes[0]];
    for (; chain != NULL; chain = chain->bucket_next) {
        if (!pln_id_equal(&chain->place.author, &node->self->id) || chain->durable.seq == 0) {
            continue;
        }
        uint32_t n = chain->place.epoch % PLN_EPOCHS_PER_TERM;
        uint8_t key[KEY_SIZE];
        make_key(&net->id, chain->place.epoch / PLN_EPOCHS_PER_TERM, key);
        epochs_t *own = need(node, key);
        own->floor = n >= own->floor ? n + 1 : own->floor;
        own->open = NOTHING_OPEN;
        save(node, key, own);
    }
}

/* ---- when ---- */

static bool own_wanted(const pln_node_t *node, const pln_net_state_t *net)
{
    const pln_chain_t *chain = net->buckets[node->self->id.bytes[0]];
    for (; chain != NULL; chain = chain->bucket_next) {
        if (pln_id_equal(&chain->place.author, &node->self->id) && chain->open &&
            chain->want_seq > chain->durable.seq) {
            return true;
        }
    }
    return false;
}

void pln_epochs_heard(pln_node_t *node, pln_net_state_t *net)
{
    net->heard = true;
    pln_wake(node, node->now_ms);
}

bool pln_epochs_ready(pln_node_t *node, pln_net_state_t *net)
{
    if (net->handing_on != 0) {
        return false;  // woken when it is done
    }
    if (node->now_ms < net->write_ms) {
        pln_wake(node, net->write_ms);
        return false;
    }
    uint64_t patience_ms = node->started_ms + PLN_START_WAIT_MS;
    if (node->now_ms >= patience_ms || net->admitted == NULL || net->admitted->count <= 1 ||
        (net->heard && !own_wanted(node, net))) {
        return true;
    }
    pln_wake(node, patience_ms);
    return false;
}
