// SPDX-License-Identifier: MPL-2.0
// Whoever brings a branch home without its payloads does not lose them: its author asks everybody
// else for them, whether the branch counts or not (R6, R8).
#include "story.h"

static pln_fork_view_t fork_at_home(const story_t *story, world_node_t *author)
{
    pln_network_view_t view;
    assert_true(world_view(author, &story->net, &view));
    assert_int_equal(view.fork_count, 1);
    assert_true(view.forks[0].own);
    return view.forks[0];
}

static void payloads_of_a_branch_that_does_not_count_come_home_too(void **state)
{
    (void)state;
    story_t story = story_begin(95, false);
    world_node_t *relay = story_member(&story, "relay");
    world_node_t *author = story_member(&story, "author");
    story_publish(&story, author, 5, 100);
    story_converges(&story, 60000);
    story_run(&story, 15000);
    world_crash(author);
    world_node_t *copy = world_clone(author, "copy");
    world_apart(relay, story.root, true);
    world_apart(copy, story.root, true);
    world_peer_add(relay, author);
    world_start(copy);
    world_peer_add(copy, relay);
    story_publish(&story, copy, 2, 100);
    story_run(&story, 10000);
    world_crash(copy);
    world_apart(author, relay, true);
    world_start(author);
    story_publish(&story, author, 3, 100);
    story_run(&story, 10000);
    relay->lies = UINT64_C(1) << LIE_withheld;
    relay->lie_one_in = 1;
    world_apart(author, relay, false);
    story_run(&story, 120000);
    assert_true(fork_at_home(&story, author).whole);
    assert_int_equal(fork_at_home(&story, author).lacking, 2);
    world_apart(relay, story.root, false);
    assert_int_equal(world_heal(author, &story.net), PLN_OK);
    story_run(&story, 60000);
    story_records_are(&story, story.root, 8);
    assert_true(fork_at_home(&story, author).settled);
    assert_int_equal(fork_at_home(&story, author).lacking, 2);  // root never had them
    relay->lies = 0;
    story_run(&story, 700000);  // asked again at least every ten minutes
    assert_int_equal(fork_at_home(&story, author).lacking, 0);
    story_converges(&story, 60000);
    story_records_are(&story, author, 8);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_of_a_branch_that_does_not_count_come_home_too),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
