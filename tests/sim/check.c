// SPDX-License-Identifier: MPL-2.0
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const check_t *const checks[] = {
#define PLN_CHECK(name, sentence) &check_##name,
#include "checks.def"
#undef PLN_CHECK
};
#define CHECK_COUNT (sizeof checks / sizeof *checks)

void check_fail(world_t *world, const check_t *check, const char *format, ...)
{
    if (world->broken[0] != '\0') {
        return;
    }
    int at = snprintf(world->broken, sizeof world->broken,
                      "[%llu] %s: ", (unsigned long long)world->now_ms, check->name);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(world->broken + at, sizeof world->broken - (size_t)at, format, arguments);
    va_end(arguments);
    world_tell(world, "BROKEN %s", world->broken);
}

void check_stepped(world_node_t *node, const pln_event_t *event, const pln_effects_t *effects)
{
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (checks[i]->stepped != NULL) {
            checks[i]->stepped(node, event, effects);
        }
    }
}

const char *check_name(const world_t *world, const pln_id_t *id)
{
    for (size_t i = 0; i < world->node_count; i++) {
        if (pln_id_equal(&world->nodes[i]->self.id, id)) {
            return world->nodes[i]->name;
        }
    }
    return "nobody";
}

static void tell_row(world_t *world, const char *what, const pln_row_t *row)
{
    world_tell(world, "    %s %s epoch %u lane %u seq %llu", what, check_name(world, &row->author),
               row->epoch, row->lane, (unsigned long long)row->seq);
}

static void tell_rows(world_t *world, const pln_message_t *message)
{
    const pln_span_t rows =
        message->type == PLN_MSG_HEADS ? message->as.heads.rows : message->as.want.rows;
    for (size_t i = 0; i < pln_rows(rows, PLN_HEADS_ROW_SIZE) && i < 40; i++) {
        pln_row_t row;
        pln_row_read(rows, i, &row);
        tell_row(world, pln_message_name(message->type), &row);
    }
}

/** A line of the transcript, for whoever replays. */
static void tell(world_t *world, const world_link_t *link, int end, const pln_message_t *message)
{
    const char *from = link->ends[end].node->name;
    const char *to = link->ends[1 - end].node->name;
    const pln_entries_t *run = &message->as.entries;
    if (message->type == PLN_MSG_ENTRIES) {
        world_tell(world, "%s -> %s entries of %s epoch %u lane %u from %llu to %llu, %zu bytes%s",
                   from, to, check_name(world, &run->place.author), run->place.epoch,
                   run->place.lane, (unsigned long long)run->from, (unsigned long long)run->to,
                   run->run.size, run->flags != 0 ? ", pushed" : "");
    } else if (message->type == PLN_MSG_BYE) {
        world_tell(world, "%s -> %s bye: %.*s", from, to, (int)message->as.bye.reason.size,
                   (const char *)message->as.bye.reason.data);
    } else if (message->type == PLN_MSG_HEADS) {
        world_tell(world, "%s -> %s heads, flags %u, upto %llu", from, to, message->as.heads.flags,
                   (unsigned long long)message->as.heads.upto.number);
        tell_rows(world, message);
    } else {
        world_tell(world, "%s -> %s %s", from, to, pln_message_name(message->type));
    }
    if (message->type == PLN_MSG_WANT) {
        tell_rows(world, message);
    }
}

void check_sent(world_link_t *link, int end, pln_span_t frame)
{
    pln_message_t message;
    world_t *world = link->ends[end].node->world;
    if (pln_message_decode(frame, &message) != PLN_OK) {
        check_fail(world, &check_durable, "%s sends a frame that does not decode",
                   link->ends[end].node->name);
        return;
    }
    if (world->trace != NULL) {
        tell(world, link, end, &message);
    }
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (checks[i]->sent != NULL) {
            checks[i]->sent(link, end, &message, frame.size);
        }
    }
}

void check_received(world_link_t *link, int end, pln_span_t frame)
{
    pln_message_t message;
    if (pln_message_decode(frame, &message) != PLN_OK) {
        return;  // a liar's
    }
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (checks[i]->received != NULL) {
            checks[i]->received(link, end, &message, frame.size);
        }
    }
}

void check_committed(world_node_t *node, const memory_job_t *job)
{
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (checks[i]->committed != NULL) {
            checks[i]->committed(node, job);
        }
    }
}

static void chains_looked(world_node_t *node)
{
    size_t cursor = 0;
    pln_chain_row_t row;
    while (memory_store_next_chain(node->store, &cursor, &row)) {
        for (size_t i = 0; i < CHECK_COUNT; i++) {
            if (checks[i]->chain_looked != NULL) {
                checks[i]->chain_looked(node, &row);
            }
        }
    }
}

void check_looked(world_t *world)
{
    for (size_t n = 0; n < world->node_count; n++) {
        // Half of the nodes at a time: this is a tenth of what a seed costs.
        if (world->nodes[n]->node != NULL && (world->now_ms / 1000 + n) % 2 == 0) {
            chains_looked(world->nodes[n]);
        }
        for (size_t i = 0; i < CHECK_COUNT && world->nodes[n]->node != NULL; i++) {
            if (checks[i]->looked != NULL) {
                checks[i]->looked(world->nodes[n]);
            }
        }
    }
}

void check_ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                 size_t count)
{
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (checks[i]->ended != NULL) {
            checks[i]->ended(world, network, members, count);
        }
    }
}

size_t check_members(world_t *world, const pln_network_id_t *network, world_node_t *judge,
                     world_node_t ***out)
{
    size_t count = 0;
    *out = pln_alloc(world->node_count * sizeof **out);
    pln_access_t *access = judge->node == NULL ? NULL : pln_node_access(judge->node, network);
    for (size_t i = 0; i < world->node_count && access != NULL; i++) {
        world_node_t *node = world->nodes[i];
        pln_member_t member;
        if (node->node != NULL && node->lies == 0 &&
            pln_access_member(access, &node->self.id, &member) == PLN_OK && !member.left) {
            (*out)[count++] = node;
        }
    }
    return count;
}
