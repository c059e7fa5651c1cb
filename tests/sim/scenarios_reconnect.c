// SPDX-License-Identifier: MPL-2.0
// What two that know each other say when they meet again, and when they compare (SPEC 9.4.3, 9.11).
#include "proto/message.h"
#include "proto/node_state.h"
#include "story.h"

static world_node_t *watched;
static size_t frames;  /**< of any kind */
static size_t control; /**< HEADS of lane 0 */
static size_t coming;  /**< HEADS that say: the runs follow */
static size_t early;   /**< HEADS of lane 0 that say: all up to here is announced */
static size_t digests;

static void look_at_heads(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    (void)from;
    pln_message_t message;
    if (node != watched || pln_message_decode(frame, &message) != PLN_OK) {
        return;
    }
    frames++;
    if (message.type == PLN_MSG_HEADS) {
        control += (message.as.heads.flags & PLN_HEADS_CONTROL) != 0;
        coming += (message.as.heads.flags & PLN_HEADS_COMING) != 0;
        early += (message.as.heads.flags & PLN_HEADS_CONTROL) != 0 && message.as.heads.upto.number;
    }
    digests += message.type == PLN_MSG_DIGEST;
}

typedef struct {
    story_t story;
    world_node_t *member;
} pair_t;

/** The root and a member that hold the same, and know it; from now on the member is watched. */
static pair_t pair(uint64_t seed)
{
    pair_t pair = {.story = story_begin(seed, false)};
    pair.member = story_member(&pair.story, "member");
    story_publish(&pair.story, pair.story.root, 3, 100);
    story_converges(&pair.story, 30000);
    story_run(&pair.story, 90000);
    watched = pair.member;
    frames = control = coming = early = digests = 0;
    pair.story.world->heard = look_at_heads;
    return pair;
}

/** While the member is off the root publishes, and both are equal again 20 s later. */
static void missed(pair_t *pair, size_t count, size_t size)
{
    world_crash(pair->member);
    story_publish(&pair->story, pair->story.root, count, size);
    world_start(pair->member);
    story_run(&pair->story, 20000);
    story_records_are(&pair->story, pair->member, 3 + count);
}

static void two_that_hold_the_same_say_hello_and_no_more(void **state)
{
    (void)state;
    pair_t two = pair(1);
    world_cut(two.story.world, two.member->index, two.story.root->index);
    story_run(&two.story, 15000);
    assert_int_not_equal(world_link_between(two.member, two.story.root), 0);
    assert_int_equal(frames, 1);
    story_end(&two.story);
}

static void little_that_is_new_comes_by_itself_and_lane_0_is_not_told(void **state)
{
    (void)state;
    pair_t two = pair(2);
    missed(&two, 2, 100);
    assert_int_equal(coming, 1);
    assert_int_equal(control, 0);
    story_end(&two.story);
}

/** A member that was cut off in the middle knows where it stands; its cursor does not. */
static void much_that_is_new_is_announced_only(void **state)
{
    (void)state;
    pair_t two = pair(3);
    missed(&two, 20, 10000);
    assert_int_equal(coming, 0);
    story_end(&two.story);
}

/** Somebody else may be bringing the same. */
static void who_has_other_links_is_announced_to_only(void **state)
{
    (void)state;
    pair_t two = pair(4);
    world_node_t *other = story_member(&two.story, "other");
    world_peer_add(two.member, other);
    story_run(&two.story, 90000);
    frames = control = coming = 0;
    world_apart(two.member, two.story.root, true);
    world_apart(other, two.story.root, true);
    story_publish(&two.story, two.story.root, 2, 100);
    world_apart(two.member, two.story.root, false);
    story_run(&two.story, 60000);
    story_records_are(&two.story, two.member, 5);
    assert_int_equal(coming, 0);
    story_end(&two.story);
}

/** Or who is cut off in between would never be told of lane 1. */
static void lane_0_alone_does_not_move_the_cursor(void **state)
{
    (void)state;
    pair_t two = pair(5);
    world_crash(two.member);
    (void)story_member(&two.story, "new");
    story_publish(&two.story, two.story.root, 2, 100);
    world_start(two.member);
    story_run(&two.story, 20000);
    story_records_are(&two.story, two.member, 5);
    assert_int_not_equal(control, 0);
    assert_int_equal(early, 0);
    story_end(&two.story);
}

/** It was told how far the member's arrivals are, when both were found equal. */
static void what_one_has_sent_does_not_come_back(void **state)
{
    (void)state;
    pair_t two = pair(6);
    story_publish(&two.story, two.story.root, 2, 100);
    story_run(&two.story, 90000);
    world_crash(two.story.root);
    story_publish(&two.story, two.member, 1, 100);
    uint64_t before = two.story.root->rows_received;
    world_start(two.story.root);
    story_run(&two.story, 10000);
    story_records_are(&two.story, two.story.root, 6);
    assert_int_equal(two.story.root->rows_received - before, 1);  // the member's chain, not its own
    story_end(&two.story);
}

/** Something is published every half second, for longer than the ten minutes between two looks. */
static void while_something_moves_nothing_is_compared(void **state)
{
    (void)state;
    pair_t two = pair(7);
    for (int i = 0; i < 1300; i++) {
        story_publish(&two.story, two.story.root, 1, 60);
        story_run(&two.story, 500);
    }
    assert_int_equal(digests, 0);
    story_run(&two.story, 10000);
    assert_int_not_equal(digests, 0);
    story_end(&two.story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_that_hold_the_same_say_hello_and_no_more),
        cmocka_unit_test(little_that_is_new_comes_by_itself_and_lane_0_is_not_told),
        cmocka_unit_test(much_that_is_new_is_announced_only),
        cmocka_unit_test(who_has_other_links_is_announced_to_only),
        cmocka_unit_test(lane_0_alone_does_not_move_the_cursor),
        cmocka_unit_test(what_one_has_sent_does_not_come_back),
        cmocka_unit_test(while_something_moves_nothing_is_compared),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
