// SPDX-License-Identifier: MPL-2.0
// Scenario 18: an old node in a network whose rules it does not know computes nothing of its own.
#include "story.h"

#include <string.h>

static pln_network_view_t view_of(const story_t *story, world_node_t *node)
{
    pln_network_view_t view;
    assert_true(world_view(node, &story->net, &view));
    return view;
}

/** A network of access version 2, founded by a node that implements it. */
static story_t of_version_2(uint64_t seed)
{
    story_t story = {.world = world_new(seed)};
    story.world->watched = true;
    story.root = world_node(story.world, "root", false);
    world_crash(story.root);
    story.root->access_version = 2;
    world_start(story.root);
    assert_int_equal(world_found(story.root, "net", &story.net), PLN_OK);
    return story;
}

static world_node_t *newer_member(story_t *story, const char *name)
{
    world_node_t *node = story_machine(story, name);
    world_crash(node);
    node->access_version = 2;
    world_start(node);
    story_join(story, story->root, node, PLN_ROLE_CONTRIBUTOR);
    return node;
}

static void an_old_node_relays_lane_0_and_exchanges_nothing_else(void **state)
{
    (void)state;
    story_t story = of_version_2(1);
    world_node_t *old = story_member(&story, "old");
    world_node_t *behind = newer_member(&story, "behind");
    story_publish(&story, story.root, 3, 100);
    story_run(&story, 30000);
    assert_true(view_of(&story, old).outdated);
    assert_false(view_of(&story, behind).outdated);
    story_records_are(&story, old, 0);
    story_records_are(&story, behind, 3);
    assert_int_equal(world_publish(old, &story.net, 1, 100), PLN_EOUTDATED);
    assert_int_equal(view_of(&story, old).members, 3);
    // lane 0 reaches a node that only the old one knows
    world_peer_add(behind, old);
    story_run(&story, 5000);
    world_bar(story.root, behind, true);
    world_bar(behind, story.root, true);
    world_cut(story.world, story.root->index, behind->index);
    world_node_t *last = newer_member(&story, "last");
    (void)last;
    story_run(&story, 120000);
    assert_int_equal(view_of(&story, behind).members, 4);
    story_end(&story);
}

static void an_updated_node_goes_on_by_itself(void **state)
{
    (void)state;
    story_t story = of_version_2(2);
    world_node_t *old = story_member(&story, "old");
    story_publish(&story, story.root, 3, 100);
    story_run(&story, 30000);
    story_records_are(&story, old, 0);
    world_crash(old);
    old->access_version = 2;
    world_start(old);
    story_publish(&story, old, 1, 100);
    story_converges(&story, 60000);
    story_records_are(&story, old, 4);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_node_relays_lane_0_and_exchanges_nothing_else),
        cmocka_unit_test(an_updated_node_goes_on_by_itself),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
