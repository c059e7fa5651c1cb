// SPDX-License-Identifier: MPL-2.0
#include "story.h"

#include <stdio.h>
#include <stdlib.h>

static void print_trace(const char *line)
{
    puts(line);
}

static bool equal(world_t *world, void *arg)
{
    return world_converged(world, arg);
}

static void holds(const story_t *story)
{
    if (story->world->broken[0] != '\0') {
        fail_msg("%s", story->world->broken);
    }
}

world_node_t *story_machine(story_t *story, const char *name)
{
    world_node_t *node = world_node(story->world, name, story->root->dial_all);
    world_peer_add(node, story->root);
    return node;
}

story_t story_begin(uint64_t seed, bool dial_all)
{
    story_t story = {.world = world_new(seed)};
    story.world->watched = true;
    story.world->trace = getenv("SIM_TRACE") != NULL ? print_trace : NULL;
    story.root = world_node(story.world, "root", dial_all);
    assert_int_equal(world_found(story.root, "net", &story.net), PLN_OK);
    return story;
}

void story_join(story_t *story, world_node_t *by, world_node_t *joiner, pln_role_t role)
{
    pln_ticket_t ticket;
    assert_int_equal(world_invite(by, &story->net, role, &ticket), PLN_OK);
    assert_int_equal(world_join(joiner, &ticket, 20000), PLN_OK);
    holds(story);
}

world_node_t *story_member(story_t *story, const char *name)
{
    world_node_t *node = story_machine(story, name);
    story_join(story, story->root, node, PLN_ROLE_CONTRIBUTOR);
    return node;
}

void story_publish(story_t *story, world_node_t *node, size_t count, size_t size)
{
    assert_int_equal(world_publish(node, &story->net, count, size), PLN_OK);
    holds(story);
}

void story_run(story_t *story, uint64_t ms)
{
    for (uint64_t end_ms = story->world->now_ms + ms; story->world->now_ms < end_ms;) {
        uint64_t left_ms = end_ms - story->world->now_ms;
        world_run(story->world, left_ms < 1000 ? left_ms : 1000);
        check_looked(story->world);
        holds(story);
    }
}

void story_converges(story_t *story, uint64_t ms)
{
    bool good = world_until(story->world, ms, equal, &story->net);
    holds(story);
    if (!good) {
        fail_msg("not the same everywhere after %u ms", (unsigned)ms);
    }
}

/** The frame comes by no line: what check_credit.c counts there is counted here. */
static void hear(world_node_t *node, const world_node_t *by, const pln_buf_t *frame, bool run)
{
    pln_event_t event = world_event_of(node, PLN_EV_RECEIVED);
    event.as.received.link = world_link_between(node, by);
    event.as.received.frame = pln_buf_span(frame);
    assert_int_not_equal(event.as.received.link, 0);
    for (size_t i = 0; i < 2 * node->world->link_count; i++) {
        world_end_t *end = &node->world->links[i / 2]->ends[i % 2];
        bool here = end->node == node && end->number == event.as.received.link;
        end->heard += run && here ? frame->size : 0;
    }
    world_step(node, &event);
}

void story_hears(world_node_t *node, const world_node_t *by, const pln_message_t *message)
{
    pln_buf_t frame = {0};
    pln_message_encode(message, &frame);
    bool run = message->type == PLN_MSG_ENTRIES;
    if (run) {
        pln_buf_add(&frame, message->as.entries.run.data, message->as.entries.run.size);
    }
    hear(node, by, &frame, run);
    pln_buf_free(&frame);
}

void story_hears_again(world_node_t *node, const world_node_t *by, const pln_place_t *place,
                       uint64_t from, uint8_t flags, uint8_t change)
{
    pln_chain_row_t row;
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_entries_t *entries = &message.as.entries;
    assert_true(memory_store_chain(node->store, place, &row));
    pln_head_t base, end;
    assert_int_equal(memory_store_run(node->store, row.number, from, row.head.seq, &entries->run,
                                      &base, &end, &entries->signature),
                     PLN_OK);
    entries->place = *place;
    entries->from = from;
    entries->to = end.seq;
    entries->base = base.hash;
    entries->flags = flags;
    pln_buf_t frame = {0};
    pln_message_encode(&message, &frame);
    size_t run = frame.size;
    pln_buf_add(&frame, entries->run.data, entries->run.size);
    frame.data[run + PLN_HEADER_SIZE + 2] ^= change;
    hear(node, by, &frame, true);
    pln_buf_free(&frame);
}

void story_records_are(story_t *story, world_node_t *node, uint64_t count)
{
    pln_network_view_t view;
    assert_true(world_view(node, &story->net, &view));
    assert_int_equal(view.records, count);
}

void story_end(story_t *story)
{
    check_looked(story->world);
    holds(story);
    world_free(&story->world);
}
