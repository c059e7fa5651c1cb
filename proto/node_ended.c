// SPDX-License-Identifier: MPL-2.0
// Whoever was put out is told so, with the entry that did it, and gets nothing else; so is whom a
// coordinator has let in whose word the root has ended before that.
//
//     a revoke counts -> the gate lets its key in as `ended` only -> it dials, says HELLO (unread)
//                     -> BYE with the revoke for each network that ended -> BYE, closed
//
// A peer that is still a member of another network hears it when its HELLO names the one that
// ended. What it hears counts for it by its own fold, or not at all.
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "hash.h"
#include "node_terms.h"

#define TELL_EVERY_MS 60000u /**< one key at most */
#define KEY_SIZE 64u         /**< network, chain_hash of the entry */

/* ---- whom the gate lets in for it ---- */

static bool others_ended(const pln_node_t *node, const pln_net_state_t *net, const pln_id_t *id)
{
    for (size_t i = 0; i < node->net_count; i++) {
        if (node->nets[i] != net && pln_admission_has(node->nets[i]->ended, id)) {
            return true;
        }
    }
    return false;
}

static void gate(pln_node_t *node, const pln_net_state_t *net, const pln_id_t *id, bool on)
{
    if (others_ended(node, net, id)) {
        return;
    }
    pln_effect_t *effect = pln_fx(node, PLN_FX_ADMIT);
    effect->as.admit.as = PLN_LINK_PUT_OUT;
    effect->as.admit.id = *id;
    effect->as.admit.admit = on;
    if (!on) {
        free(pln_map_remove(&node->told, id->bytes));
    }
}

void pln_ended_change(pln_node_t *node, pln_net_state_t *net)
{
    pln_member_t self;
    pln_admission_t *before = net->ended;
    bool is_member = pln_access_member(net->access, &node->self->id, &self) == PLN_OK;
    net->ended = is_member && !net->left ? pln_access_ended(net->access) : NULL;
    const pln_id_t *id;
    for (size_t a = 0, b = 0; (id = pln_admission_only(before, net->ended, &a, &b)) != NULL;) {
        gate(node, net, id, false);
    }
    for (size_t a = 0, b = 0; (id = pln_admission_only(net->ended, before, &a, &b)) != NULL;) {
        gate(node, net, id, true);
    }
    pln_admission_release(&before);
}

/* ---- telling ---- */

/** Ask the store for the entry that ended @id in @net; false: there is none to be shown. */
static bool load(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const pln_id_t *id)
{
    pln_revoked_t revoked;
    if (pln_access_revoked(net->access, id, &revoked) != PLN_OK) {
        return false;
    }
    uint32_t number;
    bool held = pln_access_held(net->access, &revoked.by, revoked.epoch, revoked.seq, &revoked.hash,
                                &number);
    const pln_chain_t *chain = held ? node->chains[number] : NULL;
    if (chain == NULL || chain->counted.seq < revoked.seq) {
        return false;
    }
    pln_effect_t *effect = pln_fx(node, PLN_FX_LOAD);
    effect->as.load.link = link->number;
    effect->as.load.chain = chain->number;
    effect->as.load.place = chain->place;
    effect->as.load.from = revoked.seq;
    effect->as.load.to = revoked.seq;
    link->telling++;
    return true;
}

static void close_told(pln_node_t *node, pln_link_t *link)
{
    if (link->as == PLN_LINK_PUT_OUT && link->telling == 0) {
        pln_link_bye(node, link, "no-grant", "this node's membership has ended here");
    }
}

/** Was this key told less than a minute ago? It is now. */
static bool told_lately(pln_node_t *node, const pln_id_t *id)
{
    uint64_t *told_ms = pln_map_get(&node->told, id->bytes);
    if (told_ms != NULL && node->now_ms < *told_ms + TELL_EVERY_MS) {
        return true;
    }
    if (told_ms == NULL) {
        told_ms = pln_alloc(sizeof *told_ms);
        pln_map_put(&node->told, id->bytes, told_ms);
    }
    *told_ms = node->now_ms;
    return false;
}

void pln_ended_link_up(pln_node_t *node, pln_link_t *link)
{
    if (told_lately(node, &link->id)) {
        pln_link_bye(node, link, "no-grant", "");
        return;
    }
    for (size_t i = 0; i < node->net_count; i++) {
        if (pln_admission_has(node->nets[i]->ended, &link->id)) {
            load(node, link, node->nets[i], &link->id);
        }
    }
    close_told(node, link);
}

void pln_ended_hello(pln_node_t *node, pln_link_t *link, const pln_hello_t *hello)
{
    for (size_t i = 0; i < node->net_count; i++) {
        pln_net_state_t *net = node->nets[i];
        uint8_t hash[16];
        if (!pln_admission_has(net->ended, &link->id)) {
            continue;
        }
        pln_hello_hash(&net->id, &link->id, &node->self->id, hello->nonce, hash);
        for (size_t r = 0; r < pln_rows(hello->rows, PLN_HELLO_ROW_SIZE); r++) {
            pln_hello_row_t row;
            pln_hello_row_read(hello->rows, r, &row);
            if (memcmp(row.hash, hash, sizeof hash) == 0) {
                load(node, link, net, &link->id);
                break;
            }
        }
    }
}

static void bye_send(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network,
                     const pln_evidence_t *evidence)
{
    pln_buf_t bytes = {0};
    pln_evidence_write(evidence, &bytes);
    pln_message_t bye = {.type = PLN_MSG_BYE};
    bye.as.bye.reason = PLN_SPAN("no-grant", 8);
    bye.as.bye.has_network = true;
    bye.as.bye.network = *network;
    bye.as.bye.evidence = pln_buf_span(&bytes);
    pln_send(node, link, &bye, (pln_span_t){0});
    pln_buf_free(&bytes);
}

bool pln_ended_loaded(pln_node_t *node, pln_link_t *link, const pln_event_t *event)
{
    uint32_t number = event->as.loaded.chain;
    pln_chain_t *chain = number < node->chain_capacity ? node->chains[number] : NULL;
    if (link->telling == 0 || (chain != NULL && pln_share_find(link, chain->net) != NULL)) {
        return false;
    }
    link->telling--;
    if (chain != NULL && event->as.loaded.error == PLN_OK &&
        pln_admission_has(chain->net->ended, &link->id)) {
        pln_evidence_t evidence = {.place = chain->place,
                                   .seq = event->as.loaded.from,
                                   .base = event->as.loaded.base.hash,
                                   .signature = event->as.loaded.signature,
                                   .run = event->as.loaded.run};
        bye_send(node, link, &chain->net->id, &evidence);
    }
    close_told(node, link);
    return true;
}

bool pln_ended_tell_now(pln_node_t *node, pln_link_t *link, const pln_net_state_t *net)
{
    const pln_chain_t *chain = node->adopted_chain;
    pln_revoked_t revoked;
    if (chain == NULL || chain->net != net ||
        pln_access_revoked(net->access, &link->id, &revoked) != PLN_OK ||
        !pln_id_equal(&revoked.by, &chain->place.author) || revoked.epoch != chain->place.epoch ||
        !pln_hash_equal(&revoked.hash, &node->adopted->end.hash)) {
        return false;
    }
    const pln_stored_t *result = node->adopted;
    pln_evidence_t evidence = {.place = chain->place,
                               .seq = result->end.seq,
                               .base = result->base.hash,
                               .signature = result->signature,
                               .run = result->run};
    bye_send(node, link, &net->id, &evidence);
    return true;
}

/* ---- being told ---- */

static void evidence_key(const pln_net_state_t *net, const pln_hash_t *hash, uint8_t out[KEY_SIZE])
{
    memcpy(out, net->id.bytes, 32);
    memcpy(out + 32, hash->bytes, 32);
}

/**
 * PLN_OK: a revoke of @self, or of whoever has let it in, by somebody who may have had a say.
 * PLN_EGRANT: of somebody of whom no grant to us is held, or by somebody of whom none as
 * coordinator is; a peer that holds it tells the truth all the same. PLN_EDUPLICATE: of a term that
 * was over when we were let in anew.
 */
static pln_err_t about_us(const pln_net_state_t *net, const pln_member_t *self,
                          const pln_evidence_t *evidence)
{
    pln_revoke_t revoke;
    if (evidence->entry.header.kind != PLN_KIND_REVOKE ||
        pln_revoke_decode(evidence->entry.payload, &revoke) != PLN_OK) {
        return PLN_EMALFORMED;
    }
    if (!pln_access_ruled(net->access, &evidence->place.author, evidence->place.epoch)) {
        return PLN_EGRANT;
    }
    if (pln_id_equal(&revoke.node, &self->node)) {
        return revoke.term < self->term ? PLN_EDUPLICATE : PLN_OK;
    }
    bool ours = pln_access_let_in(net->access, &revoke.node, &self->node);
    return ours ? PLN_OK : PLN_EGRANT;
}

/** Would it put us out? What would not is dropped again, before anything is written down. */
static pln_err_t weigh(const pln_node_t *node, const pln_net_state_t *net,
                       const pln_evidence_t *evidence)
{
    const pln_place_t *place = &evidence->place;
    pln_statement_t statement = pln_evidence_statement(evidence);
    pln_member_t self;
    pln_access_add(net->access, &statement);
    bool stays = pln_access_member(net->access, &node->self->id, &self) == PLN_OK;
    pln_access_forget(net->access, &place->author, place->epoch, evidence->seq, &evidence->hash);
    return stays ? PLN_EGRANT : PLN_OK;
}

void pln_ended_heard(pln_node_t *node, pln_link_t *link, const pln_bye_t *bye)
{
    pln_net_state_t *net = pln_net_find(node, &bye->network);
    pln_evidence_t evidence;
    pln_member_t self;
    if (net == NULL || net->forgetting ||
        pln_access_member(net->access, &node->self->id, &self) != PLN_OK ||
        net->evidence_count >= PLN_EVIDENCE_KEPT_MAX) {
        return;
    }
    pln_err_t error = pln_evidence_read(bye->evidence, &net->id, &evidence);
    error = error == PLN_OK ? about_us(net, &self, &evidence) : error;
    error = error == PLN_OK ? weigh(node, net, &evidence) : error;
    if (error != PLN_OK) {
        pln_refuse(node, error);
        return;
    }
    uint8_t key[KEY_SIZE];
    evidence_key(net, &evidence.hash, key);
    pln_buf_t value = {0};
    pln_buf_add(&value, bye->evidence.data, bye->evidence.size);
    pln_save(node, PLN_TABLE_EVIDENCE, key, sizeof key, &value);
    pln_buf_free(&value);
    pln_pending_t *job = pln_job(node);
    job->told = true;
    job->network = net->id;
    pln_buf_add(&job->data, bye->evidence.data, bye->evidence.size);
    pln_trace(node, "told that our membership has ended", link, &evidence.place, evidence.seq);
}

/** False: there is no room for it; several may have been on their way to the disk. */
static bool adopt(pln_net_state_t *net, const pln_evidence_t *evidence)
{
    for (size_t i = 0; i < net->evidence_count; i++) {
        if (pln_hash_equal(&net->evidence[i].hash, &evidence->hash)) {
            return true;
        }
    }
    if (net->evidence_count == PLN_EVIDENCE_KEPT_MAX) {
        return false;
    }
    pln_statement_t statement = pln_evidence_statement(evidence);
    pln_access_add(net->access, &statement);
    net->evidence[net->evidence_count++] =
        (pln_row_t){evidence->place.author, evidence->place.epoch, PLN_LANE_CONTROL, evidence->seq,
                    evidence->hash};
    return true;
}

static void row_drop(pln_node_t *node, const pln_net_state_t *net, const pln_hash_t *hash)
{
    uint8_t key[KEY_SIZE];
    evidence_key(net, hash, key);
    pln_forget_row(node, PLN_TABLE_EVIDENCE, key, sizeof key);
}

void pln_ended_forget(pln_node_t *node, pln_net_state_t *net)
{
    for (size_t i = 0; i < net->evidence_count; i++) {
        const pln_row_t *told = &net->evidence[i];
        row_drop(node, net, &told->hash);
        pln_access_forget(net->access, &told->author, told->epoch, told->seq, &told->hash);
    }
    net->evidence_count = 0;
}

void pln_ended_stored(pln_node_t *node, const pln_pending_t *job)
{
    pln_net_state_t *net = pln_net_find(node, &job->network);
    pln_evidence_t evidence;
    if (net == NULL || pln_evidence_read(pln_buf_span(&job->data), &net->id, &evidence) != PLN_OK) {
        return;
    }
    if (!adopt(net, &evidence)) {
        row_drop(node, net, &evidence.hash);
        return;
    }
    pln_net_refold(node, net);
}

pln_err_t pln_ended_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    pln_network_id_t network;
    pln_evidence_t evidence;
    if (key.size != KEY_SIZE) {
        return PLN_EMALFORMED;
    }
    memcpy(network.bytes, key.data, sizeof network.bytes);
    pln_net_state_t *net = pln_net_find(node, &network);
    if (net == NULL) {
        return PLN_OK;
    }
    PLN_TRY(pln_evidence_read(value, &network, &evidence));
    adopt(net, &evidence);
    return PLN_OK;
}
