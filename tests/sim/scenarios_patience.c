// SPDX-License-Identifier: MPL-2.0
// What is promised and does not come, and what comes when nobody waits for it any more.
#include "lies.h"
#include "story.h"

static void a_dial_for_a_join_that_was_given_up_offends_nobody(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *b = story_machine(&story, "b");
    pln_ticket_t ticket;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    story.world->latency_ms = 500;
    world_join_later(b, &ticket);
    story_run(&story, 600);  // the dial is on its way
    world_give_up(b, b->waited_for);
    story_run(&story, 5000);
    assert_int_equal(pln_node_refused(story.root->node)[PLN_EORDER], 0);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_OK);
    story_end(&story);
}

static void a_peer_that_withholds_lane_0_does_not_shut_the_network_on_the_link(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    story_member(&story, "c");
    world_crash(b);
    story.root->lies = UINT64_C(1) << LIE_no_runs;
    story.root->lie_one_in = 1;
    pln_ticket_t ticket;  // a grant that b will hear of, and not get
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_READER, &ticket), PLN_OK);
    world_join_later(story_machine(&story, "d"), &ticket);
    story_run(&story, 2000);
    world_start(b);
    story_publish(&story, b, 3, 100);
    story_run(&story, 30000);
    story_records_are(&story, story.root, 3);
    story_end(&story);
}

static void who_withholds_what_it_announced_does_not_move_the_cursor(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    story.root->lies = UINT64_C(1) << LIE_no_runs;
    story.root->lie_one_in = 1;
    story_publish(&story, story.root, 40, 16000);
    story_run(&story, 60000);
    story.root->lies = 0;
    world_crash(b);
    world_start(b);
    story_converges(&story, 10000);
    story_records_are(&story, b, 40);
    story_end(&story);
}

static void many_that_catch_up_at_once_stay_within_the_window_of_all(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *spokes[20];
    for (int i = 0; i < 20; i++) {
        spokes[i] = story_member(&story, "spoke");
    }
    story_run(&story, 15000);
    for (int i = 0; i < 20; i++) {
        story_publish(&story, spokes[i], 20, 40000);
        story_run(&story, 3000);  // one after the other: each in turn is given the largest window
    }
    story_converges(&story, 60000);
    story_records_are(&story, story.root, 20 * 20);
    story_end(&story);
}

static void who_left_unheard_joins_again_by_one_command(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    world_crash(story.root);
    story_run(&story, 1000);
    assert_int_equal(world_leave(b, &story.net), PLN_OK);
    world_start(story.root);
    story_join(&story, story.root, b, PLN_ROLE_CONTRIBUTOR);
    story_publish(&story, b, 3, 100);
    story_converges(&story, 20000);
    story_records_are(&story, story.root, 3);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dial_for_a_join_that_was_given_up_offends_nobody),
        cmocka_unit_test(a_peer_that_withholds_lane_0_does_not_shut_the_network_on_the_link),
        cmocka_unit_test(who_withholds_what_it_announced_does_not_move_the_cursor),
        cmocka_unit_test(who_left_unheard_joins_again_by_one_command),
        cmocka_unit_test(many_that_catch_up_at_once_stay_within_the_window_of_all),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
