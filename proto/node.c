// SPDX-License-Identifier: MPL-2.0
// The step itself: which event goes to which file, and the effects it leaves behind.
#include "node.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_branch.h"
#include "node_disk.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"

#define SCAN_MS 1000u
#define EFFECTS_KEPT 1024u /**< room for effects that stays from step to step */

/** Copy what fits, cut between characters: a half one would make what carries it malformed. */
static void text_fit(char *out, size_t size, const char *text)
{
    size_t length = strlen(text) < size - 1 ? strlen(text) : size - 1;
    while (length > 0 && !pln_utf8_valid(PLN_SPAN(text, length))) {
        length--;
    }
    memcpy(out, text, length);
    out[length] = '\0';
}

pln_node_t *pln_node_new(const pln_node_config_t *config)
{
    pln_node_t *node = pln_alloc_zero(1, sizeof *node);
    node->config = *config;
    node->self = config->self;
    node->store = config->store;
    node->arrivals = config->arrivals;
    text_fit(node->name, sizeof node->name, config->name);
    text_fit(node->version, sizeof node->version, config->version);
    uint8_t seed[8];
    pln_put_u64(seed, config->seed);
    crypto_generichash(node->secret, sizeof node->secret, seed, sizeof seed, NULL, 0);
    pln_map_init(&node->net_by_id, 32, node->secret);
    pln_map_init(&node->links, 4, node->secret);
    pln_map_init(&node->peers, 32, node->secret);
    pln_map_init(&node->told, 32, node->secret);
    pln_map_init(&node->tickets, 32, node->secret);
    pln_map_init(&node->cursors, 64, node->secret);
    pln_map_init(&node->epochs, 36, node->secret);
    pln_map_init(&node->loaded_marks, 4, node->secret);
    pln_map_init(&node->aside, 4, node->secret);
    if (node->config.access_version == 0) {
        node->config.access_version = PLN_ACCESS_VERSION;
    }
    pln_random_bytes(node, node->start, sizeof node->start);
    node->next_dial_link = 1;
    node->next_job = 1;
    return node;
}

void pln_pending_free(pln_pending_t *job)
{
    pln_buf_free(&job->data);
    pln_buf_free(&job->before);
    free(job->ops);
    free(job);
}

static void arena_reset(pln_node_t *node)
{
    for (size_t i = 0; i < node->arena_count; i++) {
        free(node->arena[i]);
    }
    node->arena_count = 0;
    node->effect_count = 0;
    if (node->effect_capacity > EFFECTS_KEPT) {  // a start in a large network is not every day
        free(node->effects);
        node->effects = NULL;
        node->effect_capacity = 0;
    }
}

static void links_free(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_serve_drop(link, NULL);
        for (size_t i = 0; i < link->share_count; i++) {
            pln_share_free(link->shares[i]);
        }
        free(link->shares);
        pln_buf_free(&link->want_rows);
        pln_holes_drop_link(link);
        free(link);
    }
    pln_map_free(&node->links);
}

static void peers_free(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_peer_t *peer; (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
        pln_peer_free(peer);
    }
    pln_map_free(&node->peers);
}

void pln_node_free(pln_node_t **node_p)
{
    pln_node_t *node = *node_p;
    if (node == NULL) {
        return;
    }
    arena_reset(node);
    for (size_t i = 0; i < node->net_count; i++) {
        pln_searches_drop(node, 0, node->nets[i]);
    }
    links_free(node);
    peers_free(node);
    pln_map_free_values(&node->told);
    pln_map_free_values(&node->tickets);
    pln_map_free_values(&node->cursors);
    pln_map_free_values(&node->epochs);
    pln_held_free(node);
    pln_withdraw_free(node);
    pln_map_free_values(&node->aside);
    for (size_t i = 0; i < node->net_count; i++) {
        pln_net_free(node->nets[i]);
    }
    for (size_t i = 0; i < sizeof node->joining / sizeof *node->joining; i++) {
        free(node->joining[i]);
    }
    while (node->pending != NULL) {
        pln_pending_t *next = node->pending->next;
        pln_pending_free(node->pending);
        node->pending = next;
    }
    pln_map_free(&node->net_by_id);
    free(node->nets);
    free(node->chains);
    free(node->advertise);
    free(node->effects);
    free(node->arena);
    sodium_memzero(node->secret, sizeof node->secret);
    free(node);
    *node_p = NULL;
}

/* ---- effects ---- */

pln_effect_t *pln_fx(pln_node_t *node, pln_effect_type_t type)
{
    if (node->effect_count == node->effect_capacity) {
        node->effect_capacity = node->effect_capacity == 0 ? 64 : node->effect_capacity * 2;
        node->effects = pln_realloc(node->effects, node->effect_capacity * sizeof *node->effects);
    }
    pln_effect_t *effect = &node->effects[node->effect_count++];
    memset(effect, 0, sizeof *effect);
    effect->type = type;
    return effect;
}

void pln_adopt(pln_node_t *node, uint8_t *block)
{
    if (node->arena_count == node->arena_capacity) {
        node->arena_capacity = node->arena_capacity == 0 ? 64 : node->arena_capacity * 2;
        node->arena = pln_realloc(node->arena, node->arena_capacity * sizeof *node->arena);
    }
    node->arena[node->arena_count++] = block;
}

uint8_t *pln_keep(pln_node_t *node, const void *data, size_t size)
{
    uint8_t *block = pln_alloc(size > 0 ? size : 1);
    if (data != NULL && size > 0) {
        memcpy(block, data, size);
    }
    pln_adopt(node, block);
    return block;
}

void pln_send(pln_node_t *node, pln_link_t *link, const pln_message_t *message, pln_span_t body)
{
    pln_buf_t frame = {0};
    pln_message_encode(message, &frame);
    pln_adopt(node, frame.data);
    pln_effect_t *effect = pln_fx(node, PLN_FX_SEND);
    effect->as.send.link = link->number;
    effect->as.send.head = pln_buf_span(&frame);
    effect->as.send.body = body;
    link->said_ms = node->now_ms;
    node->counters.frames_sent++;
    node->counters.bytes_sent += frame.size + body.size;
}

pln_pending_t *pln_job(pln_node_t *node)
{
    if (node->job == NULL) {
        node->job = pln_alloc_zero(1, sizeof *node->job);
        node->job->number = node->next_job++;
    }
    return node->job;
}

pln_job_op_t *pln_job_op(pln_node_t *node, pln_effect_type_t type, pln_chain_t *chain)
{
    pln_pending_t *job = pln_job(node);
    if (job->count == job->capacity) {
        job->capacity = job->capacity == 0 ? 4 : job->capacity * 2;
        job->ops = pln_realloc(job->ops, job->capacity * sizeof *job->ops);
    }
    pln_job_op_t *op = &job->ops[job->count++];
    memset(op, 0, sizeof *op);
    op->type = type;
    op->chain = chain;
    return op;
}

void pln_save(pln_node_t *node, pln_table_t table, const void *key, size_t key_size,
              const pln_buf_t *value)
{
    pln_job(node);
    pln_effect_t *effect = pln_fx(node, PLN_FX_SAVE);
    effect->as.save.table = table;
    effect->as.save.key = PLN_SPAN(pln_keep(node, key, key_size), key_size);
    if (value != NULL) {
        effect->as.save.value = PLN_SPAN(pln_keep(node, value->data, value->size), value->size);
    }
}

void pln_forget_row(pln_node_t *node, pln_table_t table, const void *key, size_t key_size)
{
    pln_save(node, table, key, key_size, NULL);
}

void pln_reply(pln_node_t *node, uint64_t request, bool done, pln_err_t error, const char *detail)
{
    if (request == 0) {
        return;
    }
    pln_effect_t *effect = pln_fx(node, PLN_FX_REPLY);
    effect->as.reply.request = request;
    effect->as.reply.done = done;
    effect->as.reply.error = error;
    if (detail != NULL) {
        strncpy(effect->as.reply.detail, detail, sizeof effect->as.reply.detail - 1);
    }
}

pln_effect_t *pln_reply_data(pln_node_t *node, uint64_t request, pln_err_t error, pln_span_t data)
{
    pln_effect_t *effect = pln_fx(node, PLN_FX_REPLY);
    effect->as.reply.request = request;
    effect->as.reply.done = true;
    effect->as.reply.error = error;
    effect->as.reply.data = PLN_SPAN(pln_keep(node, data.data, data.size), data.size);
    return effect;
}

/* ---- small services ---- */

void pln_refuse(pln_node_t *node, pln_err_t reason)
{
    node->refused[reason]++;
}

void pln_random_bytes(pln_node_t *node, void *out, size_t size)
{
    assert(size <= crypto_generichash_BYTES_MAX);
    uint8_t draw[8];
    pln_put_u64(draw, ++node->draws);
    uint8_t block[crypto_generichash_BYTES_MAX];
    crypto_generichash(block, sizeof block, draw, sizeof draw, node->secret, sizeof node->secret);
    memcpy(out, block, size);
}

uint64_t pln_random(pln_node_t *node, uint64_t below)
{
    uint8_t bytes[8];
    pln_random_bytes(node, bytes, sizeof bytes);
    return below == 0 ? 0 : pln_get_u64(bytes) % below;
}

void pln_wake(pln_node_t *node, uint64_t at_ms)
{
    if (at_ms < node->wake_ms) {
        node->wake_ms = at_ms;
    }
}

uint64_t pln_node_wake_at_ms(const pln_node_t *node)
{
    return node->wake_ms;
}

static char *trace_text(char *at, const char *end, const char *text)
{
    while (*text != '\0' && at < end) {
        *at++ = *text++;
    }
    return at;
}

static char *trace_number(char *at, const char *end, uint64_t number)
{
    char digits[21];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0 && at < end) {
        *at++ = digits[--count];
    }
    return at;
}

void pln_trace(pln_node_t *node, const char *what, const pln_link_t *link, const pln_place_t *place,
               uint64_t number)
{
    if (node->config.trace == NULL) {
        return;
    }
    char line[256] = "";
    char *at = line;
    char *end = line + sizeof line - 1;
    at = trace_text(at, end, what);
    if (link != NULL) {
        char did[PLN_DID_SIZE];
        pln_did(&link->id, did);
        did[24] = '\0';
        at = trace_text(at, end, " peer=");
        at = trace_text(at, end, did + 12);
    }
    if (place != NULL) {
        char did[PLN_DID_SIZE];
        pln_did(&place->author, did);
        did[24] = '\0';
        at = trace_text(at, end, " author=");
        at = trace_text(at, end, did + 12);
        at = trace_text(at, end, " epoch=");
        at = trace_number(at, end, place->epoch);
        at = trace_text(at, end, " lane=");
        at = trace_number(at, end, place->lane);
    }
    at = trace_text(at, end, " n=");
    at = trace_number(at, end, number);
    *at = '\0';
    node->config.trace(node->config.trace_arg, line);
}

/* ---- step ---- */

static void start(pln_node_t *node)
{
    node->started = true;
    node->started_ms = node->now_ms;
    if (pln_epochs_start(node)) {
        pln_invitations_void(node, NULL);
    }
    pln_withdraw_loaded(node);
    for (size_t i = 0; i < node->net_count; i++) {
        pln_net_refold(node, node->nets[i]);
    }
    size_t cursor = 0;
    for (pln_invitation_t *invitation;
         (invitation = pln_map_next(&node->tickets, &cursor)) != NULL;) {
        // Used and withdrawn ones too: whoever holds one is told so, not left at a closed door.
        pln_effect_t *effect = pln_fx(node, PLN_FX_ADMIT);
        effect->as.admit.as = PLN_LINK_TICKET;
        effect->as.admit.id = invitation->key;
        effect->as.admit.admit = true;
    }
    pln_dial_now(node);
}

/** Things that want looking at about once a second, and what became due in between. */
static void scan(pln_node_t *node)
{
    pln_links_scan(node);
    for (size_t i = 0; i < node->net_count; i++) {
        pln_net_refold_scan(node, node->nets[i]);
        pln_want_scan(node, node->nets[i]);
        pln_withdraw_scan(node, node->nets[i]);
    }
    if (node->now_ms >= node->scanned_ms + SCAN_MS) {
        node->scanned_ms = node->now_ms;
        for (size_t i = 0; i < node->net_count; i++) {
            pln_presence_scan(node, node->nets[i]);
            pln_duties_scan(node, node->nets[i]);
        }
    }
    pln_forget_scan(node);
    pln_dial_scan(node);
    pln_join_scan(node);
    pln_invite_scan(node);
}

static void link_event(pln_node_t *node, const pln_event_t *event)
{
    if (event->type == PLN_EV_LINK_UP) {
        pln_link_up(node, event);
    } else if (event->type == PLN_EV_LINK_DOWN) {
        pln_link_down(node, event->as.link_down.link, event->as.link_down.why);
    } else {
        pln_link_received(node, event);
    }
}

static void read_event(pln_node_t *node, const pln_event_t *event)
{
    if (event->type == PLN_EV_LOADED && event->as.loaded.comparing) {
        pln_fork_loaded(node, event);
    } else if (event->type == PLN_EV_LOADED) {
        pln_serve_loaded(node, event);
    } else if (event->as.read.link == 0) {
        pln_withdraw_read(node, event);
    } else {
        pln_holes_loaded(node, event);
    }
}

/** What a person asks for. */
static void user_event(pln_node_t *node, const pln_event_t *event)
{
    switch (event->type) {
        case PLN_EV_FOUND:
            pln_found(node, event);
            break;
        case PLN_EV_PUBLISH:
            pln_publish(node, event);
            break;
        case PLN_EV_INVITE:
            pln_invite(node, event);
            break;
        case PLN_EV_CANCEL:
            pln_invite_cancel(node, event);
            break;
        case PLN_EV_JOIN:
            pln_join_start(node, event);
            break;
        case PLN_EV_JOIN_GIVE_UP:
            pln_join_give_up(node, event->as.give_up.request);
            break;
        case PLN_EV_REVOKE:
            pln_revoke(node, event);
            break;
        case PLN_EV_TRANSFER:
            pln_transfer(node, event);
            break;
        case PLN_EV_SETTINGS:
            pln_settings_change(node, event);
            break;
        case PLN_EV_RETRACT:
            pln_retract(node, event);
            break;
        case PLN_EV_HEAL:
        case PLN_EV_HEALED:
            pln_heal(node, event);
            break;
        case PLN_EV_LEAVE:
            pln_leave(node, event);
            break;
        case PLN_EV_NAME:
            pln_name_set(node, event);
            break;
        case PLN_EV_PEER_ADD:
            pln_peer_add(node, event);
            break;
        case PLN_EV_PEER_REMOVE:
            pln_peer_remove(node, event);
            break;
        case PLN_EV_RECALL:
            pln_recall(node, event);
            break;
        default:
            assert(false);
    }
}

static void dispatch(pln_node_t *node, const pln_event_t *event)
{
    switch (event->type) {
        case PLN_EV_START:
            start(node);
            break;
        case PLN_EV_TICK:
            break;
        case PLN_EV_RESUMED:
            pln_dial_now(node);
            break;
        case PLN_EV_LINK_UP:
        case PLN_EV_LINK_DOWN:
        case PLN_EV_RECEIVED:
            link_event(node, event);
            break;
        case PLN_EV_STORED:
            pln_job_stored(node, event);
            break;
        case PLN_EV_LOADED:
        case PLN_EV_READ:
            read_event(node, event);
            break;
        case PLN_EV_PROBED:
            pln_fork_probed(node, event);
            break;
        case PLN_EV_CHANGES:
            pln_heads_changes(node, event);
            break;
        case PLN_EV_ADDRESSES:
            pln_addresses_set(node, event);
            break;
        case PLN_EV_DISK:
            pln_disk_set(node, event);
            break;
        default:
            user_event(node, event);
            break;
    }
}

/** What could not be written when it was asked for: one a step, so that each has a job of its own,
 * whose outcome is told to whoever asked. What still must wait goes back to its place. */
static void held_go_on(pln_node_t *node)
{
    const pln_event_t *present = node->event;
    pln_event_t event;
    size_t left = node->held_count;
    while (left > 0 && node->job == NULL && pln_held_next(node, &event)) {
        left--;
        node->event = &event;
        dispatch(node, &event);
    }
    node->event = present;
    if (left > 0) {
        pln_wake(node, node->now_ms);
    }
}

void pln_node_step(pln_node_t *node, const pln_event_t *event, pln_effects_t *effects)
{
    assert(event->mono_ms >= node->now_ms);
    arena_reset(node);
    node->now_ms = event->mono_ms;
    node->wall_ms = event->wall_ms;
    node->event = event;
    if (node->started) {
        pln_admissions_follow_clock(node);  // before anything is said to whoever was a member
    }
    dispatch(node, event);
    if (node->started && (event->type == PLN_EV_TICK || node->now_ms >= node->wake_ms)) {
        node->wake_ms = node->now_ms + SCAN_MS;
        scan(node);
        held_go_on(node);
    }
    pln_links_reap(node);
    uint64_t job = 0;
    if (node->job != NULL) {
        job = node->job->number;
        if (node->pending_last != NULL) {
            node->pending_last->next = node->job;
        } else {
            node->pending = node->job;
        }
        node->pending_last = node->job;
        node->job = NULL;
    }
    *effects = (pln_effects_t){node->effects, node->effect_count, job};
}

const uint64_t *pln_node_refused(const pln_node_t *node)
{
    return node->refused;
}

const pln_node_counters_t *pln_node_counters(const pln_node_t *node)
{
    return &node->counters;
}
