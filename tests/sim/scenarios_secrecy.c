// SPDX-License-Identifier: MPL-2.0
// Who is put out hears nothing more of the network, whenever the others learn of it.
#include "story.h"

static bool greeting(world_t *world, void *arg)
{
    (void)arg;
    return world_link_between(world->nodes[2], world->nodes[1]) != 0;
}

static void a_revoke_heard_while_greeting_ends_the_network_all_the_same(void **state)
{
    (void)state;
    story_t story = story_begin(1, true);
    world_node_t *b = story_member(&story, "b");
    world_node_t *c = story_member(&story, "c");
    story_t other = story;  // in this one it stays, so that the link does too
    assert_int_equal(world_found(story.root, "other", &other.net), PLN_OK);
    story_join(&other, story.root, b, PLN_ROLE_CONTRIBUTOR);
    story_join(&other, story.root, c, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 70000);
    world_apart(b, story.root, true);
    world_crash(c);
    assert_int_equal(world_revoke(story.root, &story.net, &b->self.id), PLN_OK);
    story_publish(&story, story.root, 3, 100);
    b->line.latency_ms = 2000;
    world_apart(c, story.root, true);
    world_start(c);
    assert_true(world_until(story.world, 20000, greeting, NULL));
    world_apart(c, story.root, false);
    pln_event_t now = world_event_of(c, PLN_EV_RESUMED);
    world_step(c, &now);  // its HELLO to b is on the way when the root tells it
    story_run(&story, 30000);
    story_records_are(&story, c, 3);
    story_records_are(&story, b, 0);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revoke_heard_while_greeting_ends_the_network_all_the_same),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
