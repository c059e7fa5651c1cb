// SPDX-License-Identifier: MPL-2.0
// What makes this node write, and came while it must not yet (R5): kept, and done in a moment.
#include <stdlib.h>
#include <string.h>

#include "node_terms.h"

#define HELD_MAX 256u
#define HELD_BYTES_MAX (16u << 20)

/** An event and the bytes it names. */
struct pln_held {
    pln_event_t event;
    uint8_t *bytes;
    size_t size;
    pln_held_t *next;
};

static size_t drafts_size(const pln_event_t *event)
{
    size_t size = event->as.publish.count * sizeof(pln_draft_t);
    for (size_t i = 0; i < event->as.publish.count; i++) {
        size += event->as.publish.drafts[i].payload.size;
    }
    return size;
}

/** The text that an event names; NULL: none. */
static const char **text_of(pln_event_t *event)
{
    const char **text = event->type == PLN_EV_REVOKE     ? &event->as.revoke.reason
                        : event->type == PLN_EV_RETRACT  ? &event->as.retract.reason
                        : event->type == PLN_EV_SETTINGS ? &event->as.settings.title
                                                         : NULL;
    return text == NULL || *text == NULL ? NULL : text;
}

static size_t event_size(pln_event_t *event)
{
    const char **text = text_of(event);
    switch (event->type) {
        case PLN_EV_REVOKE:
            return event->as.revoke.cut_count * sizeof(pln_cut_t) +
                   (text == NULL ? 0 : strlen(*text) + 1);
        case PLN_EV_PUBLISH:
            return drafts_size(event);
        case PLN_EV_RECEIVED:
            return event->as.received.frame.size;
        default:
            return text == NULL ? 0 : strlen(*text) + 1;
    }
}

static void drafts_keep(pln_held_t *held)
{
    pln_draft_t *drafts = (pln_draft_t *)(void *)held->bytes;
    size_t count = held->event.as.publish.count;
    uint8_t *at = held->bytes + count * sizeof *drafts;
    for (size_t i = 0; i < count; i++) {
        drafts[i] = held->event.as.publish.drafts[i];
        size_t size = drafts[i].payload.size;
        if (size > 0) {
            memcpy(at, drafts[i].payload.data, size);
        }
        drafts[i].payload.data = at;
        at += size;
    }
    held->event.as.publish.drafts = drafts;
}

static void revoke_keep(pln_held_t *held)
{
    pln_event_t *event = &held->event;
    const char **text = text_of(event);
    size_t size = event->as.revoke.cut_count * sizeof(pln_cut_t);
    if (size > 0) {
        memcpy(held->bytes, event->as.revoke.cuts, size);
        event->as.revoke.cuts = (const pln_cut_t *)(void *)held->bytes;
    }
    if (text != NULL) {
        memcpy(held->bytes + size, *text, held->size - size);
        *text = (const char *)held->bytes + size;
    }
}

static void bytes_keep(pln_held_t *held)
{
    pln_event_t *event = &held->event;
    const char **text = text_of(event);
    if (event->type == PLN_EV_PUBLISH) {
        drafts_keep(held);
    } else if (event->type == PLN_EV_REVOKE) {
        revoke_keep(held);
    } else if (text != NULL) {
        memcpy(held->bytes, *text, held->size);
        *text = (const char *)held->bytes;
    } else if (event->type == PLN_EV_RECEIVED && held->size > 0) {
        memcpy(held->bytes, event->as.received.frame.data, held->size);
        event->as.received.frame.data = held->bytes;
    }
}

static void held_free(pln_node_t *node, pln_held_t *held)
{
    node->held_count--;
    node->held_bytes -= held->size;
    free(held->bytes);
    free(held);
}

bool pln_hold(pln_node_t *node, pln_net_state_t *net)
{
    if (net == NULL || pln_epochs_ready(node, net)) {
        return false;
    }
    (void)pln_hold_back(node);
    return true;
}

bool pln_hold_back(pln_node_t *node)
{
    pln_event_t present = *node->event;
    size_t size = event_size(&present);
    if (node->held_count >= HELD_MAX || node->held_bytes + size > HELD_BYTES_MAX) {
        bool asked = node->event->type != PLN_EV_RECEIVED;  // first in every user's event
        pln_reply(node, asked ? node->event->as.give_up.request : 0, true, PLN_EPAUSED,
                  "this node is still finding out where it stands: try again in a few seconds");
        return false;
    }
    pln_held_t *held = pln_alloc_zero(1, sizeof *held);
    held->event = present;
    held->size = size;
    held->bytes = pln_alloc(size + 1);
    bytes_keep(held);
    pln_held_t **end = &node->held;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = held;
    node->held_count++;
    node->held_bytes += size;
    pln_trace(node, "held back", NULL, NULL, (uint64_t)held->event.type);
    return true;
}

bool pln_held_next(pln_node_t *node, pln_event_t *event)
{
    pln_held_t *held = node->held;
    if (held == NULL) {
        return false;
    }
    node->held = held->next;
    *event = held->event;
    event->mono_ms = node->now_ms;
    event->wall_ms = node->wall_ms;
    pln_adopt(node, held->bytes);
    held->bytes = NULL;
    held_free(node, held);
    return true;
}

void pln_held_free(pln_node_t *node)
{
    while (node->held != NULL) {
        pln_held_t *next = node->held->next;
        held_free(node, node->held);
        node->held = next;
    }
}
