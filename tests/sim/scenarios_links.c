// SPDX-License-Identifier: MPL-2.0
// Links: which of two stays, when one is given up, and what keeps one alive (SPEC 9.2).
#include "proto/node_state.h"
#include "story.h"

static pln_link_t *link_of(world_node_t *node, const world_node_t *to)
{
    uint32_t number = world_link_between(node, to);
    return number == 0 ? NULL : pln_link_find(node->node, number);
}

/** Both dial at the same time, from many beginnings. */
static void of_two_links_that_cross_the_one_of_the_smaller_id_stays(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        story_t story = story_begin(seed, false);
        world_node_t *one = story_member(&story, "one");
        world_node_t *two = story_member(&story, "two");
        story_run(&story, 3000);
        world_peer_add(one, two);
        world_peer_add(two, one);
        story_run(&story, 30000);
        bool smaller = pln_id_compare(&one->self.id, &two->self.id) < 0;
        const pln_link_t *link = link_of(one, two);
        assert_non_null(link);
        assert_true(link->dialled == smaller);
        assert_true(link_of(two, one)->dialled != smaller);
        story_end(&story);
    }
}

static void a_link_on_which_nothing_comes_is_given_up_after_90_seconds(void **state)
{
    (void)state;
    story_t story = story_begin(21, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 10000);
    world_power_off(story.root);    // nobody is told
    world_run(story.world, 60000);  // it was heard at most 25 s before
    assert_int_equal(member->node->links.count, 1);
    world_run(story.world, 35000);
    assert_int_equal(member->node->links.count, 0);
    world_start(story.root);
    story_run(&story, 70000);
    assert_non_null(link_of(member, story.root));
    story_end(&story);
}

/** Both have nothing to say for minutes. */
static void whoever_has_nothing_to_say_is_heard_every_25_seconds(void **state)
{
    (void)state;
    story_t story = story_begin(22, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 10000);
    for (int i = 0; i < 300; i++) {
        story_run(&story, 1000);
        const pln_link_t *link = link_of(member, story.root);
        assert_non_null(link);
        assert_true(link->heard_ms + 26000 >= member->node->now_ms);
    }
    story_end(&story);
}

typedef struct {
    world_node_t *from;
    world_node_t *to;
} ends_t;

static bool has_greeted_alone(world_t *world, void *arg)
{
    (void)world;
    const ends_t *ends = arg;
    const pln_link_t *link = link_of(ends->from, ends->to);
    return link != NULL && !link->greeted;
}

/** While it was off the hub was let in to its second network; it hears of that from root. */
static void a_network_that_a_grant_opens_between_two_hellos_is_shared_at_once(void **state)
{
    (void)state;
    story_t story = story_begin(23, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *hub = story_member(&story, "hub");
    world_peer_add(member, hub);
    story_t second = story;
    assert_int_equal(world_found(story.root, "second", &second.net), PLN_OK);
    story_join(&second, story.root, member, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 10000);
    world_crash(member);
    story_join(&second, story.root, hub, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 10000);
    hub->line.latency_ms = 3000;
    world_apart(member, story.root, true);
    world_start(member);
    ends_t ends = {member, hub};
    assert_true(world_until(story.world, 60000, has_greeted_alone, &ends));
    world_apart(member, story.root, false);
    story_run(&story, 60000);
    world_apart(member, story.root, true);
    story_publish(&second, member, 2, 100);
    story_run(&story, 20000);
    story_records_are(&second, hub, 2);
    world_apart(member, story.root, false);
    story_end(&story);
}

/** Ten minutes without an answer. */
static void who_cannot_be_reached_is_called_ever_more_rarely(void **state)
{
    (void)state;
    story_t story = story_begin(25, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 10000);
    world_crash(story.root);
    uint32_t before = member->node->next_dial_link;
    story_run(&story, 600000);
    assert_in_range(member->node->next_dial_link - before, 10, 30);
    world_start(story.root);
    story_run(&story, 61000);  // and never less than once a minute
    assert_non_null(link_of(member, story.root));
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_links_that_cross_the_one_of_the_smaller_id_stays),
        cmocka_unit_test(a_link_on_which_nothing_comes_is_given_up_after_90_seconds),
        cmocka_unit_test(whoever_has_nothing_to_say_is_heard_every_25_seconds),
        cmocka_unit_test(a_network_that_a_grant_opens_between_two_hellos_is_shared_at_once),
        cmocka_unit_test(who_cannot_be_reached_is_called_ever_more_rarely),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
