// SPDX-License-Identifier: MPL-2.0
// Live, in a mesh of unlike lines: records are everywhere at once, and hardly anything comes twice.
#include <stdio.h>

#include "proto/node_state.h"
#include "story.h"

static void nobody_has_to_ask_for_what_anybody_writes(void **state)
{
    (void)state;
    story_t story = story_begin(1, true);
    world_t *world = story.world;
    world_node_t *nodes[16] = {story.root};
    for (uint32_t i = 1; i < 16; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%u", i);
        nodes[i] = story_member(&story, name);
        nodes[i]->line.latency_ms = 7 * i % 40;
    }
    story_run(&story, 60000);
    for (int round = 0; round < 300; round++) {
        world_publish_later(nodes[world_random(world, 16)], &story.net, 1, 300);
        story_run(&story, 300 + world_random(world, 700));
    }
    story_converges(&story, 10000);
    assert_in_range(world->late * 100, 0, 3 * (world->late + world->prompt));
    uint64_t needed = 0;
    uint64_t received = 0;
    for (int i = 0; i < 16; i++) {
        needed += nodes[i]->entries_bytes_needed;
        received += nodes[i]->entries_bytes_received;
    }
    assert_in_range(received * 100, 0, needed * 125);
    story_end(&story);
}

static void a_large_run_is_asked_for_although_a_lazy_link_named_it_first(void **state)
{
    (void)state;
    story_t story = story_begin(2, true);
    world_node_t *nodes[8] = {story.root};
    for (uint32_t i = 1; i < 8; i++) {
        nodes[i] = story_member(&story, "n");
        nodes[i]->line.latency_ms = 5 * i;
    }
    story_run(&story, 60000);
    for (int round = 0; round < 40; round++) {
        world_publish_later(nodes[round % 8], &story.net, 1, 300);
        story_run(&story, 500);
    }
    uint64_t late = story.world->late;
    for (int round = 0; round < 24; round++) {
        world_publish_later(nodes[round % 8], &story.net, 1, 30000);
        story_run(&story, 3000);
    }
    assert_in_range(story.world->late - late, 0, 16);
    story_end(&story);
}

static void who_was_off_hears_only_of_what_changed(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *members[40];
    for (int i = 0; i < 40; i++) {
        members[i] = story_member(&story, "member");
        story_publish(&story, members[i], 1, 100);
    }
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 30000);
    world_crash(b);
    for (int i = 0; i < 40; i++) {
        world_crash(members[i]);
    }
    story_publish(&story, story.root, 1, 100);
    uint64_t before = b->rows_received;
    world_start(b);
    story_run(&story, 5000);
    story_records_are(&story, b, 41);
    assert_int_equal(b->rows_received - before, 1);  // of 82 chains one has grown
    story_end(&story);
}

#define LIVE_RUN_MAX 16384u

static size_t pushed_small;
static size_t pushed_large;
static size_t asked_large;

static void look_at_runs(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    (void)node;
    (void)from;
    pln_message_t message;
    if (pln_message_decode(frame, &message) != PLN_OK || message.type != PLN_MSG_ENTRIES) {
        return;
    }
    bool pushed = (message.as.entries.flags & PLN_ENTRIES_PUSHED) != 0;
    bool large = message.as.entries.run.size > LIVE_RUN_MAX;
    pushed_small += pushed && !large;
    pushed_large += pushed && large;
    asked_large += !pushed && large;
}

static void what_is_above_16_kib_is_announced_and_comes_when_asked_for(void **state)
{
    (void)state;
    story_t story = story_begin(4, true);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 30000);
    pushed_small = pushed_large = asked_large = 0;
    story.world->heard = look_at_runs;
    story_publish(&story, story.root, 1, LIVE_RUN_MAX - 13);  // the largest that goes at once
    story_run(&story, 2000);
    assert_true(pushed_small == 1 && asked_large == 0);
    story_publish(&story, story.root, 1, LIVE_RUN_MAX - 12);
    story_run(&story, 2000);
    assert_int_equal(pushed_large, 0);
    assert_int_equal(asked_large, 1);
    story_records_are(&story, b, 2);
    story_end(&story);
}

/** Of two links one is lazy; a duplicate comes by the other, each of them @lazy or not before. */
static bool duplicate_makes_lazy(story_t *story, world_node_t *a, world_node_t *c, bool lazy,
                                 uint64_t ago_ms)
{
    pln_place_t place = {story->net, story->root->self.id, 0, PLN_LANE_RECORDS};
    pln_net_state_t *net = pln_net_find(a->node, &story->net);
    pln_chain_t *chain = pln_chain_find(net, &place.author, 0, PLN_LANE_RECORDS);
    pln_link_t *by_c = pln_link_find(a->node, world_link_between(a, c));
    pln_link_t *by_root = pln_link_find(a->node, world_link_between(a, story->root));
    pln_share_find(by_root, net)->lazy = false;
    pln_share_find(by_c, net)->lazy = lazy;
    chain->stored_link = by_c->number;
    chain->stored_ms = a->node->now_ms - ago_ms;
    story_hears_again(a, story->root, &place, 1, PLN_ENTRIES_PUSHED, 0);
    return pln_share_find(by_root, net)->lazy;
}

static void the_last_link_by_which_one_hears_at_once_stays_so(void **state)
{
    (void)state;
    story_t story = story_begin(5, true);
    world_node_t *a = story_member(&story, "a"), *c = story_member(&story, "c");
    story_publish(&story, story.root, 1, 100);
    story_run(&story, 30000);
    assert_false(duplicate_makes_lazy(&story, a, c, true, 0));
    assert_true(duplicate_makes_lazy(&story, a, c, false, 0));
    story_end(&story);
}

/** A line that was cut may bring what came long ago by another. */
static void what_came_long_ago_makes_no_link_lazy(void **state)
{
    (void)state;
    story_t story = story_begin(7, true);
    world_node_t *a = story_member(&story, "a"), *c = story_member(&story, "c");
    story_publish(&story, story.root, 1, 100);
    story_run(&story, 30000);
    assert_false(duplicate_makes_lazy(&story, a, c, false, 10000));
    assert_true(duplicate_makes_lazy(&story, a, c, false, 9000));
    story_end(&story);
}

static world_node_t *pruned;
static size_t pushed_to_it;
static size_t presences_to_it;

static void look_at_the_pruned(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    (void)from;
    pln_message_t message;
    if (node == pruned && pln_message_decode(frame, &message) == PLN_OK) {
        pushed_to_it +=
            message.type == PLN_MSG_ENTRIES && (message.as.entries.flags & PLN_ENTRIES_PUSHED) != 0;
        presences_to_it += message.type == PLN_MSG_PRESENCE;
    }
}

/** Whoever said PRUNE hears of what there is and no more, until it says GRAFT. */
static void who_has_pruned_gets_nothing_pushed_until_it_grafts(void **state)
{
    (void)state;
    story_t story = story_begin(8, true);
    world_node_t *a = story_member(&story, "a"), *c = story_member(&story, "c");
    story_converges(&story, 20000);
    story_run(&story, 30000);
    pln_message_t said = {.type = PLN_MSG_PRUNE, .as.network = story.net};
    pruned = a;
    pushed_to_it = presences_to_it = 0;
    world_apart(a, c, true);  // by whom it would get all the same
    story_hears(story.root, a, &said);
    story.world->heard = look_at_the_pruned;
    pln_event_t event = world_event_of(c, PLN_EV_ADDRESSES);  // says something new of itself
    world_step(c, &event);
    story_run(&story, 2000);
    assert_int_equal(presences_to_it, 0);
    story_publish(&story, c, 1, 100);
    story_run(&story, 900);
    assert_int_equal(pushed_to_it, 0);
    said.type = PLN_MSG_GRAFT;
    story_hears(story.root, a, &said);
    story_publish(&story, c, 1, 100);
    story_run(&story, 500);
    assert_int_equal(pushed_to_it, 1);
    story_end(&story);
}

/** @node has pruned @peer, and @peer says that it prunes @node; does @node go on pushing to it? */
static bool pushes_to_who_prunes_it(const story_t *story, world_node_t *node, world_node_t *peer)
{
    pln_link_t *link = pln_link_find(node->node, world_link_between(node, peer));
    pln_share_t *share = pln_share_find(link, pln_net_find(node->node, &story->net));
    pln_message_t prune = {.type = PLN_MSG_PRUNE, .as.network = story->net};
    share->pruned_peer = true;
    story_hears(node, peer, &prune);
    return !share->lazy;
}

static void of_two_that_prune_each_other_the_smaller_id_goes_on_pushing(void **state)
{
    (void)state;
    story_t story = story_begin(6, true);
    world_node_t *one = story.root, *other = story_member(&story, "other");
    (void)story_member(&story, "third");  // by whom both hear at once
    story_converges(&story, 20000);
    story_run(&story, 20000);
    bool less = pln_id_compare(&one->self.id, &other->self.id) < 0;
    assert_int_equal(pushes_to_who_prunes_it(&story, one, other), less);
    assert_int_equal(pushes_to_who_prunes_it(&story, other, one), !less);
    assert_false(pushes_to_who_prunes_it(&story, one, other));  // it gets them twice all the same
    assert_false(pushes_to_who_prunes_it(&story, other, one));
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_above_16_kib_is_announced_and_comes_when_asked_for),
        cmocka_unit_test(nobody_has_to_ask_for_what_anybody_writes),
        cmocka_unit_test(a_large_run_is_asked_for_although_a_lazy_link_named_it_first),
        cmocka_unit_test(of_two_that_prune_each_other_the_smaller_id_goes_on_pushing),
        cmocka_unit_test(what_came_long_ago_makes_no_link_lazy),
        cmocka_unit_test(who_has_pruned_gets_nothing_pushed_until_it_grafts),
        cmocka_unit_test(the_last_link_by_which_one_hears_at_once_stays_so),
        cmocka_unit_test(who_was_off_hears_only_of_what_changed),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
