// SPDX-License-Identifier: MPL-2.0
// Whom to call, where, and when again after it failed.
#include <stdlib.h>
#include <string.h>

#include "node_disk.h"
#include "node_join.h"
#include "node_terms.h"

#define ADDRESSES_PER_PEER_MAX (PLN_ADDRESSES_MAX * 2)

pln_peer_t *pln_peer_get(pln_node_t *node, const pln_id_t *id)
{
    pln_peer_t *peer = pln_map_get(&node->peers, id->bytes);
    if (peer == NULL) {
        peer = pln_alloc_zero(1, sizeof *peer);
        peer->id = *id;
        pln_map_put(&node->peers, id->bytes, peer);
    }
    return peer;
}

void pln_peer_free(pln_peer_t *peer)
{
    if (peer != NULL) {
        free(peer->addresses);
        free(peer);
    }
}

/* ---- addresses ---- */

/** HOST:PORT with a port of 1..65535, no blanks or control characters. */
static bool address_valid(const char *text)
{
    size_t length = strlen(text);
    const char *colon = strrchr(text, ':');
    if (length == 0 || length > PLN_ADDRESS_MAX || colon == NULL || colon == text) {
        return false;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c <= ' ' || *c >= 0x7f) {
            return false;
        }
    }
    uint32_t port = 0;
    for (const char *c = colon + 1; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || port > 65535) {
            return false;
        }
        port = port * 10 + (uint32_t)(*c - '0');
    }
    return port > 0 && port <= 65535;
}

static void address_remove(pln_peer_t *peer, size_t index)
{
    peer->address_count--;
    memmove(&peer->addresses[index], &peer->addresses[index + 1],
            (peer->address_count - index) * sizeof peer->addresses[0]);
}

static pln_address_t *address_find(pln_peer_t *peer, const char *text)
{
    for (size_t i = 0; i < peer->address_count; i++) {
        if (strcmp(peer->addresses[i].text, text) == 0) {
            return &peer->addresses[i];
        }
    }
    return NULL;
}

/** False when nothing changed. A user's address outranks a ticket's, which outranks presence. */
static bool address_add(pln_peer_t *peer, const char *text, pln_address_source_t source)
{
    pln_address_t *known = address_find(peer, text);
    if (known != NULL) {
        bool better = known->source < source;
        known->source = better ? source : known->source;
        return better;
    }
    if (peer->address_count == ADDRESSES_PER_PEER_MAX) {
        size_t oldest = 0;
        while (oldest < ADDRESSES_PER_PEER_MAX &&
               peer->addresses[oldest].source != PLN_FROM_PRESENCE) {
            oldest++;
        }
        if (oldest == ADDRESSES_PER_PEER_MAX) {
            return false;
        }
        address_remove(peer, oldest);
    }
    peer->addresses =
        pln_realloc(peer->addresses, (peer->address_count + 1) * sizeof *peer->addresses);
    pln_address_t *address = &peer->addresses[peer->address_count++];
    memset(address, 0, sizeof *address);
    strncpy(address->text, text, PLN_ADDRESS_MAX);
    address->source = source;
    return true;
}

void pln_peer_address(pln_node_t *node, const pln_id_t *id, const char *address,
                      pln_address_source_t source)
{
    if (pln_id_equal(id, &node->self->id) || !address_valid(address)) {
        return;
    }
    pln_peer_t *peer = pln_peer_get(node, id);
    if (address_add(peer, address, source)) {
        if (source != PLN_FROM_PRESENCE) {
            pln_peer_save(node, peer);
        }
        peer->backoff_ms = 0;
        pln_dial_at(node, peer, node->now_ms);
    }
}

void pln_peer_save(pln_node_t *node, const pln_peer_t *peer)
{
    pln_buf_t value = {0};
    uint32_t count = 0;
    for (size_t i = 0; i < peer->address_count; i++) {
        count += peer->addresses[i].source != PLN_FROM_PRESENCE;
    }
    pln_pack_array(&value, count * 2);
    for (size_t i = 0; i < peer->address_count; i++) {
        if (peer->addresses[i].source != PLN_FROM_PRESENCE) {
            pln_pack_uint(&value, peer->addresses[i].source);
            pln_pack_cstr(&value, peer->addresses[i].text);
        }
    }
    pln_save(node, PLN_TABLE_PEERS, peer->id.bytes, 32, count > 0 ? &value : NULL);
    pln_buf_free(&value);
}

pln_err_t pln_peer_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    pln_id_t id;
    if (key.size != 32) {
        return PLN_EMALFORMED;
    }
    memcpy(id.bytes, key.data, 32);
    pln_unpack_t in = pln_unpack(value);
    uint32_t count = pln_unpack_array(&in, PLN_ADDRESSES_MAX * 4) / 2;
    pln_peer_t *peer = pln_peer_get(node, &id);
    for (uint32_t i = 0; i < count && in.error == PLN_OK; i++) {
        uint64_t source = pln_unpack_uint_max(&in, PLN_FROM_USER);
        pln_span_t text = pln_unpack_str(&in, PLN_ADDRESS_MAX);
        if (in.error == PLN_OK) {
            char address[PLN_ADDRESS_MAX + 1] = "";
            memcpy(address, text.data, text.size);
            address_add(peer, address, source == PLN_FROM_USER ? PLN_FROM_USER : PLN_FROM_TICKET);
        }
    }
    return pln_unpack_end(&in);
}

void pln_peers_save(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_peer_t *peer; (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
        if (peer->address_count > 0) {
            pln_peer_save(node, peer);
        }
    }
}

/* ---- by hand ---- */

static pln_pending_t *peer_job(pln_node_t *node, const pln_event_t *event)
{
    pln_pending_t *job = pln_job(node);
    job->request = event->as.peer.request;
    job->what = event->type;
    job->about = event->as.peer.peer;
    return job;
}

/** For a job that fails: the address @text had this source, 0 none, else one more than it is. */
static void before_note(pln_pending_t *job, const char *text, uint64_t source)
{
    pln_pack_cstr(&job->before, text);
    pln_pack_uint(&job->before, source);
}

static void before_again(pln_peer_t *peer, const pln_buf_t *before)
{
    pln_unpack_t in = pln_unpack(pln_buf_span(before));
    while (pln_unpack_end(&in) != PLN_OK && in.error == PLN_OK) {
        char text[PLN_ADDRESS_MAX + 1] = "";
        pln_span_t packed = pln_unpack_str(&in, PLN_ADDRESS_MAX);
        uint64_t source = pln_unpack_uint_max(&in, PLN_FROM_USER + 1);
        memcpy(text, packed.data, packed.size);
        pln_address_t *address = address_find(peer, text);
        if (source == 0 && address != NULL) {
            address_remove(peer, (size_t)(address - peer->addresses));
        } else if (source > 0) {
            address_add(peer, text, PLN_FROM_PRESENCE);
            address = address_find(peer, text);
        }
        if (source > 0 && address != NULL) {
            address->source = (pln_address_source_t)(source - 1);
        }
    }
}

void pln_peer_stored(pln_node_t *node, const pln_pending_t *job, pln_err_t error)
{
    pln_peer_t *peer = pln_peer_get(node, &job->about);
    if (error != PLN_OK) {
        before_again(peer, &job->before);
    } else if (job->what == PLN_EV_PEER_ADD && job->before.size > 0) {
        peer->backoff_ms = 0;
        pln_dial_at(node, peer, node->now_ms);
    } else if (peer->link != NULL && peer->link->dialled && peer->address_count == 0) {
        pln_link_bye(node, peer->link, "removed", "");
    }
}

void pln_peer_add(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.peer.request;
    const pln_id_t *id = &event->as.peer.peer;
    if (pln_id_equal(id, &node->self->id)) {
        pln_reply(node, request, true, PLN_EINVAL, "that is this node itself");
        return;
    }
    if (event->as.peer.address == NULL || !address_valid(event->as.peer.address)) {
        pln_reply(node, request, true, PLN_EINVAL,
                  "an address is HOST:PORT, as in plnd.example.org:7420");
        return;
    }
    pln_peer_t *peer = pln_peer_get(node, id);
    const pln_address_t *known = address_find(peer, event->as.peer.address);
    uint64_t source = known == NULL ? 0 : (uint64_t)known->source + 1;
    bool changed = address_add(peer, event->as.peer.address, PLN_FROM_USER);
    if (!changed && source == 0) {
        pln_reply(node, request, true, PLN_EFULL,
                  "no more addresses of this peer can be kept: remove one first");
        return;
    }
    pln_pending_t *job = peer_job(node, event);
    if (changed) {
        before_note(job, event->as.peer.address, source);
    }
    pln_peer_save(node, peer);  // unchanged, too: it may be on its way to the disk, or refused
}

void pln_peer_remove(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.peer.request;
    pln_peer_t *peer = pln_map_get(&node->peers, event->as.peer.peer.bytes);
    size_t removed = 0;
    for (size_t i = peer == NULL ? 0 : peer->address_count; i > 0; i--) {
        const pln_address_t *address = &peer->addresses[i - 1];
        if (event->as.peer.address == NULL || strcmp(address->text, event->as.peer.address) == 0) {
            before_note(peer_job(node, event), address->text, (uint64_t)address->source + 1);
            address_remove(peer, i - 1);
            removed++;
        }
    }
    if (removed == 0) {
        pln_reply(node, request, true, PLN_ENOTFOUND, "no such peer address is kept here");
        return;
    }
    pln_peer_save(node, peer);
}

/* ---- who may connect ---- */

void pln_peer_admit(pln_node_t *node, const pln_id_t *id, bool admit)
{
    if (pln_id_equal(id, &node->self->id)) {
        return;
    }
    pln_peer_t *peer = pln_map_get(&node->peers, id->bytes);
    size_t cursor = 0;
    for (pln_link_t *link;
         !admit && peer != NULL && (link = pln_peer_next_link(node, peer, &cursor)) != NULL;) {
        // Before the gate shuts: the revoke that was just shown is the last thing it gets from us.
        pln_link_bye(node, link, "no-grant", "this node's membership has ended here");
    }
    pln_effect_t *effect = pln_fx(node, PLN_FX_ADMIT);
    effect->as.admit.as = PLN_LINK_PEER;
    effect->as.admit.id = *id;
    effect->as.admit.admit = admit;
}

void pln_peer_welcome(pln_node_t *node, const pln_id_t *id)
{
    pln_peer_t *peer = pln_map_get(&node->peers, id->bytes);
    if (peer == NULL) {
        return;
    }
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_peer_next_link(node, peer, &cursor)) != NULL;) {
        if (link->greeted) {
            pln_link_shares(node, link);
        }
    }
    peer->backoff_ms = 0;
    pln_dial_at(node, peer, node->now_ms);
}

/* ---- calling ---- */

static bool eligible(const pln_node_t *node, const pln_address_t *address, size_t outgoing)
{
    if (address->source != PLN_FROM_PRESENCE) {
        return true;
    }
    return node->config.dial_all && outgoing < PLN_DIALS_MAX;
}

static void call(pln_node_t *node, pln_peer_t *peer, const pln_address_t *address)
{
    pln_effect_t *effect = pln_fx(node, PLN_FX_DIAL);
    effect->as.dial.link = peer->dialling = node->next_dial_link++;
    node->next_dial_link &= 0x7fffffffu;
    node->next_dial_link += node->next_dial_link == 0;
    effect->as.dial.peer = peer->id;
    memcpy(effect->as.dial.address, address->text, sizeof effect->as.dial.address);
    peer->state = PLN_PEER_DIALLING;
}

static bool peer_call(pln_node_t *node, pln_peer_t *peer, size_t outgoing)
{
    for (size_t i = 0; i < peer->address_count; i++) {
        size_t at = (peer->address_next + i) % peer->address_count;
        if (eligible(node, &peer->addresses[at], outgoing)) {
            peer->address_next = at + 1;
            call(node, peer, &peer->addresses[at]);
            return true;
        }
    }
    return false;
}

void pln_dial_at(pln_node_t *node, pln_peer_t *peer, uint64_t at_ms)
{
    peer->dial_ms = at_ms;
    node->dial_ms = at_ms < node->dial_ms ? at_ms : node->dial_ms;
    pln_wake(node, at_ms);
}

void pln_dial_scan(pln_node_t *node)
{
    if (node->now_ms < node->dial_ms) {
        pln_wake(node, node->dial_ms);
        return;
    }
    node->dial_ms = UINT64_MAX;
    size_t outgoing = 0;
    size_t cursor = 0;
    for (pln_peer_t *peer; (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
        outgoing += peer->dialling != 0 || (peer->link != NULL && peer->link->dialled);
    }
    cursor = 0;
    for (pln_peer_t *peer; (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
        if (peer->link != NULL || peer->dialling != 0 || peer->address_count == 0 ||
            !pln_node_admits(node, &peer->id)) {
            continue;
        }
        uint64_t due_ms = peer->dial_ms > peer->shun_ms ? peer->dial_ms : peer->shun_ms;
        if (due_ms > node->now_ms) {  // nobody calls whom it would turn away
            pln_dial_at(node, peer, due_ms);
        } else if (peer_call(node, peer, outgoing)) {
            outgoing++;
        }
    }
}

void pln_dial_failed(pln_node_t *node, pln_peer_t *peer, pln_down_t why)
{
    static const pln_peer_state_t states[] = {
        [PLN_DOWN_CLOSED] = PLN_PEER_IDLE,    [PLN_DOWN_REFUSED] = PLN_PEER_REFUSED,
        [PLN_DOWN_KEY] = PLN_PEER_WRONG_KEY,  [PLN_DOWN_UNREACHED] = PLN_PEER_UNREACHED,
        [PLN_DOWN_NAME] = PLN_PEER_UNREACHED, [PLN_DOWN_STALLED] = PLN_PEER_IDLE,
    };
    peer->state = states[why];
    if (why == PLN_DOWN_REFUSED) {
        pln_join_shut_out(node, &peer->id);
    }
    uint32_t next = peer->backoff_ms == 0 ? PLN_REDIAL_MS_MIN : peer->backoff_ms * 2;
    peer->backoff_ms = next < PLN_REDIAL_MS_MAX ? next : PLN_REDIAL_MS_MAX;
    uint64_t jitter = pln_random(node, peer->backoff_ms / 4 + 1);
    pln_dial_at(node, peer, node->now_ms + peer->backoff_ms - jitter);
}

void pln_dial_now(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_peer_t *peer; (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
        peer->backoff_ms = 0;
        pln_dial_at(node, peer, node->now_ms);
    }
    pln_wake(node, node->now_ms);
}
