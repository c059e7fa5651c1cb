// SPDX-License-Identifier: MPL-2.0
// Who takes more than its share of what all links share: places among the fast, and answers.
#include "lies.h"
#include "proto/message.h"
#include "proto/node_state.h"
#include "story.h"

static world_node_t *liar(story_t *story, lie_t lie)
{
    world_node_t *node = story_member(story, "liar");
    node->lies = UINT64_C(1) << lie;
    node->lie_one_in = 1;
    return node;
}

static void apart(story_t *story, world_node_t *node, bool on)
{
    world_apart(node, story->root, on);
}

typedef struct {
    pln_network_id_t net;
    uint64_t records;
} wanted_t;

static bool root_has(world_t *world, void *arg)
{
    const wanted_t *wanted = arg;
    pln_network_view_t view;
    return world_view(world->nodes[0], &wanted->net, &view) && view.records >= wanted->records;
}

/** @node has 16 MB for the root, over 200 ms: how long do they take? */
static uint64_t catch_up_ms(story_t *story, world_node_t *node)
{
    wanted_t wanted = {.net = story->net, .records = 400};
    apart(story, node, true);
    for (int i = 0; i < 20; i++) {
        story_publish(story, node, 20, 40000);
    }
    node->line.latency_ms = 200;
    apart(story, node, false);
    assert_true(world_until(story->world, 60000, root_has, &wanted));
    return story->world->now_ms;
}

static void places_among_the_fast_are_for_those_who_use_them(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    for (int i = 0; i < 4; i++) {
        world_node_t *node = liar(&story, LIE_no_runs);
        story_run(&story, 1000);
        story_publish(&story, node, 20, 16000);
        story_run(&story, 1000);  // announced, asked for, and never sent
    }
    world_node_t *node = story_member(&story, "member");
    story_run(&story, 90000);
    uint64_t begin_ms = story.world->now_ms;
    assert_in_range(catch_up_ms(&story, node) - begin_ms, 0, 9000);
    story_end(&story);
}

static void who_asks_for_the_same_again_and_again_is_not_served_for_ever(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *node = liar(&story, LIE_wants);
    story_publish(&story, story.root, 60, 16000);
    story_run(&story, 120000);
    assert_in_range(story.root->bytes_sent, 60 * 16000, 8000000);
    story_records_are(&story, node, 60);
    story_end(&story);
}

/** Each digest by bucket may be answered with the heads of thousands of chains. */
static void who_compares_again_and_again_is_answered_now_and_then(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *node = liar(&story, LIE_buckets);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, story.root, 3, 100);
    story_run(&story, 10000);
    uint64_t before = story.root->bytes_sent;
    story_run(&story, 120000);
    assert_in_range(story.root->bytes_sent - before, 0, 500000);
    story_publish(&story, story.root, 3, 100);
    story_run(&story, 60000);
    story_records_are(&story, node, 6);
    story_records_are(&story, member, 6);
    story_end(&story);
}

/** Its own line is dead: nobody ever says that both are equal. */
static void who_says_that_it_differs_again_and_again_is_told_ever_more_rarely(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, story.root, 3, 100);
    story_run(&story, 30000);
    pln_message_t digest = {.type = PLN_MSG_DIGEST};
    digest.as.digest.network = story.net;
    digest.as.digest.flags = PLN_DIGEST_ANSWER;
    uint32_t number = world_link_between(story.root, member);
    for (size_t i = 0; i < story.world->link_count; i++) {
        world_stall(story.world, story.world->links[i], true);
    }
    uint64_t before = story.root->bytes_sent;
    for (int i = 0; i < 120; i++) {
        story_hears(story.root, member, &digest);
        story_run(&story, 500);
    }
    assert_int_equal(world_link_between(story.root, member), number);
    assert_in_range(story.root->bytes_sent - before, 500, 5000);  // six times, not 120
    story_end(&story);
}

/** All have something large to give at once. */
static void at_most_64_links_hold_the_window_of_one_that_is_asked(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *members[66];
    for (int i = 0; i < 66; i++) {
        members[i] = story_member(&story, "member");
        members[i]->line.latency_ms = 1000;
    }
    world_run(story.world, 5000);
    for (int i = 0; i < 66; i++) {
        world_publish_later(members[i], &story.net, 1, 20000);
    }
    size_t most = 0;
    for (int i = 0; i < 50; i++) {
        world_run(story.world, 200);
        size_t now = story.root->node->large_links;
        most = now > most ? now : most;
    }
    assert_int_equal(most, PLN_WINDOW_LINKS_MAX);
    world_run(story.world, 20000);
    story_records_are(&story, story.root, 66);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_among_the_fast_are_for_those_who_use_them),
        cmocka_unit_test(who_asks_for_the_same_again_and_again_is_not_served_for_ever),
        cmocka_unit_test(who_compares_again_and_again_is_answered_now_and_then),
        cmocka_unit_test(who_says_that_it_differs_again_and_again_is_told_ever_more_rarely),
        cmocka_unit_test(at_most_64_links_hold_the_window_of_one_that_is_asked),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
