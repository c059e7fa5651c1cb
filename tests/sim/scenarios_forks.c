// SPDX-License-Identifier: MPL-2.0
// Lane 0 of a copied folder: its branches are all of its author's, so everything that was said on
// any of them counts, reaches everybody, and un-says nothing (R6; histories M2, M3, M8).
#include "story.h"

/** Two machines with one key: what the first has, and what the second says while they are apart. */
typedef struct {
    story_t story;
    world_node_t *author;
    world_node_t *copy; /**< off */
} pair_t;

static pair_t pair_of_coordinators(uint64_t seed)
{
    pair_t pair = {.story = story_begin(seed, false)};
    pair.author = story_machine(&pair.story, "coordinator");
    story_join(&pair.story, pair.story.root, pair.author, PLN_ROLE_COORDINATOR);
    story_converges(&pair.story, 20000);
    story_run(&pair.story, 15000);
    world_crash(pair.author);
    pair.copy = world_clone(pair.author, "copy");
    return pair;
}

static void is_member(story_t *story, world_node_t *who, bool expected)
{
    for (size_t i = 0; i < story->world->node_count; i++) {
        world_node_t *node = story->world->nodes[i];
        pln_network_view_t view;
        if (node->node == NULL || !world_view(node, &story->net, &view) ||
            view.role == PLN_ROLE_NONE) {
            continue;
        }
        pln_member_t member;
        bool is = pln_access_member(pln_node_access(node->node, &story->net), &who->self.id,
                                    &member) == PLN_OK;
        if (is != expected) {
            fail_msg("%s: %s is %sa member", node->name, who->name, is ? "" : "not ");
        }
    }
}

/** M2: `C/1 grant M`, `C/1' grant N`. */
static void both_grants_of_a_cloned_coordinator_count(void **state)
{
    (void)state;
    pair_t pair = pair_of_coordinators(2);
    story_t *story = &pair.story;
    world_node_t *m = story_machine(story, "m");
    world_node_t *n = story_machine(story, "n");
    world_start(pair.author);
    story_join(story, pair.author, m, PLN_ROLE_CONTRIBUTOR);
    world_crash(pair.author);
    world_apart(pair.copy, story->root, true);
    world_apart(pair.copy, m, true);
    world_apart(n, story->root, true);
    world_start(pair.copy);
    story_join(story, pair.copy, n, PLN_ROLE_CONTRIBUTOR);
    world_apart(pair.copy, story->root, false);
    world_apart(pair.copy, m, false);
    world_apart(n, story->root, false);
    story_converges(story, 240000);
    is_member(story, m, true);
    is_member(story, n, true);
    world_start(pair.author);
    story_converges(story, 240000);
    is_member(story, n, true);
    story_publish(story, m, 1, 100);
    story_publish(story, n, 1, 100);
    story_converges(story, 240000);
    story_records_are(story, story->root, 2);
    story_end(story);
}

/** M2, the other half: a clone of the root forks below the grant of C. */
static void a_forked_root_puts_nobody_out(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *hub = story_member(&story, "hub");
    story_converges(&story, 20000);
    story_run(&story, 15000);
    world_crash(story.root);
    world_node_t *copy = world_clone(story.root, "root's copy");
    world_start(story.root);
    world_node_t *c = story_machine(&story, "c");
    story_join(&story, story.root, c, PLN_ROLE_COORDINATOR);
    story_converges(&story, 60000);
    world_crash(story.root);
    world_apart(copy, hub, true);
    world_apart(copy, c, true);
    world_start(copy);
    world_node_t *n = world_node(story.world, "n", false);
    story_join(&story, copy, n, PLN_ROLE_CONTRIBUTOR);
    world_apart(copy, hub, false);
    world_apart(copy, c, false);
    world_peer_add(hub, copy);
    world_peer_add(c, hub);
    world_peer_add(n, hub);
    story_converges(&story, 240000);
    is_member(&story, c, true);
    is_member(&story, n, true);
    is_member(&story, hub, true);
    // Whoever joins later is served every branch.
    world_node_t *late = world_node(story.world, "late", false);
    story_join(&story, c, late, PLN_ROLE_CONTRIBUTOR);
    world_peer_add(late, hub);
    story_converges(&story, 240000);
    is_member(&story, n, true);
    story_end(&story);
}

/** M8: C revoked M on one branch; the root revokes C naming both. */
static void whom_a_forked_coordinator_put_out_stays_out(void **state)
{
    (void)state;
    pair_t pair = pair_of_coordinators(8);
    story_t *story = &pair.story;
    world_node_t *m = story_member(story, "m");
    world_start(pair.author);
    story_converges(story, 60000);
    assert_int_equal(world_revoke(pair.author, &story->net, &m->self.id), PLN_OK);
    story_converges(story, 60000);
    world_crash(pair.author);
    world_apart(pair.copy, story->root, true);
    world_start(pair.copy);
    world_node_t *n = world_node(story->world, "n", false);
    story_join(story, pair.copy, n, PLN_ROLE_CONTRIBUTOR);
    world_apart(pair.copy, story->root, false);
    world_peer_add(n, story->root);
    story_converges(story, 240000);
    is_member(story, m, false);
    is_member(story, n, true);
    assert_int_equal(world_revoke(story->root, &story->net, &pair.author->self.id), PLN_OK);
    story_run(story, 120000);
    is_member(story, m, false);
    is_member(story, n, true);
    is_member(story, pair.author, false);
    story_end(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_grants_of_a_cloned_coordinator_count),
        cmocka_unit_test(a_forked_root_puts_nobody_out),
        cmocka_unit_test(whom_a_forked_coordinator_put_out_stays_out),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
