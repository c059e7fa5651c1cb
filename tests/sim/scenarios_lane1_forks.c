// SPDX-License-Identifier: MPL-2.0
// A copied folder, both run and write: every node that meets both branches has a proof, nobody is
// at fault, nothing is lost, the owner settles, and all hold the same (R6).

#include "proto/node_branch.h"
#include "split.h"

static const pln_fork_place_t *fork_of(split_t *split, world_node_t *node, uint32_t epoch)
{
    pln_net_state_t *net = pln_net_find(node->node, &split->story.net);
    pln_place_t place = {split->story.net, split->author->self.id, epoch, PLN_LANE_RECORDS};
    return pln_fork_find(net, &place);
}

static void all_have_proven(split_t *split, uint64_t at)
{
    world_t *world = split->story.world;
    for (size_t i = 0; i < world->node_count; i++) {
        world_node_t *node = world->nodes[i];
        const pln_fork_place_t *fork = node->node == NULL ? NULL : fork_of(split, node, 0);
        if (fork == NULL) {
            fail_msg("%s has no proof of the fork", node->name);
            return;
        }
        assert_int_equal(fork->at, at);
    }
}

static void both_branches_are_proven_and_the_chain_freezes_where_they_part(void **state)
{
    (void)state;
    split_t split = split_new(61, 5, 3, 2);
    split_meet(&split);
    story_run(&split.story, 120000);
    all_have_proven(&split, 5);
    story_converges(&split.story, 60000);
    story_records_are(&split.story, split.story.root, 5);
    story_records_are(&split.story, split.p, 5);
    story_end(&split.story);
}

/** Who met neither branch's holder but root hears of it as soon as root does. */
static void a_proof_reaches_everybody_at_once(void **state)
{
    (void)state;
    split_t split = split_new(73, 5, 3, 2);
    world_node_t *spoke = story_member(&split.story, "spoke");
    story_run(&split.story, 15000);
    split_meet(&split);
    for (int i = 0; fork_of(&split, split.story.root, 0) == NULL; i++) {
        assert_true(i < 1200);
        world_run(split.story.world, 100);
    }
    world_run(split.story.world, 200);
    assert_non_null(fork_of(&split, spoke, 0));
    story_run(&split.story, 60000);
    story_end(&split.story);
}

static void the_owner_settles_and_all_hold_the_settled_branch(void **state)
{
    (void)state;
    split_t split = split_new(62, 5, 3, 2);
    story_t *story = &split.story;
    split_meet(&split);
    story_run(story, 120000);
    all_have_proven(&split, 5);
    assert_int_equal(world_heal(split.author, &story->net), PLN_OK);
    story_run(story, 60000);
    story_converges(story, 240000);
    story_records_are(story, story->root, 8);
    story_records_are(story, split.p, 8);
    story_publish(story, split.author, 2, 100);  // in an epoch of its own
    story_converges(story, 240000);
    story_records_are(story, split.p, 10);
    // Whoever comes later gets the same.
    world_node_t *late = story_member(story, "late");
    story_converges(story, 120000);
    story_records_are(story, late, 10);
    story_end(story);
}

static uint64_t on_disk(split_t *split, world_node_t *node)
{
    pln_chain_row_t row;
    size_t cursor = 0;
    uint64_t count = 0;
    while (memory_store_next_chain(node->store, &cursor, &row)) {
        bool his = pln_id_equal(&row.place.author, &split->author->self.id);
        count += his && row.place.lane == PLN_LANE_RECORDS ? row.head.seq - row.base.seq : 0;
    }
    return count;
}

static void months_pass(story_t *story)
{
    for (size_t i = 0; i < story->world->link_count; i++) {
        world_reset(story->world, story->world->links[i]);
    }
    for (size_t i = 0; i < story->world->node_count; i++) {
        story->world->nodes[i]->clock_off_ms += INT64_C(100) * 86400000;
    }
    story_run(story, 1300000);
}

/** What a fork sets aside is never deleted, unlike what a revoke does. */
static void branches_stay_for_as_long_as_nobody_settles_and_longer(void **state)
{
    (void)state;
    split_t split = split_new(71, 5, 3, 2);
    story_t *story = &split.story;
    split_meet(&split);
    story_run(story, 120000);
    all_have_proven(&split, 5);
    world_apart(split.author, split.p, false);
    world_peer_add(split.author, split.p);
    months_pass(story);
    assert_int_equal(on_disk(&split, story->root), 8);
    assert_int_equal(on_disk(&split, split.p), 7);
    assert_int_equal(on_disk(&split, split.author), 10);  // all of both came home
    assert_int_equal(world_heal(split.author, &story->net), PLN_OK);
    story_run(story, 60000);
    story_converges(story, 240000);
    story_records_are(story, split.p, 8);
    uint64_t held = on_disk(&split, split.p);
    months_pass(story);
    assert_int_equal(on_disk(&split, split.p), held);
    story_end(story);
}

/** Who revokes holds three entries only: the cut goes before the settle. */
static void a_revoke_cuts_a_settled_chain_too(void **state)
{
    (void)state;
    story_t story = story_begin(72, false);
    world_node_t *lead = story_machine(&story, "lead");
    story_join(&story, story.root, lead, PLN_ROLE_COORDINATOR);
    split_t split = {.story = story, .p = story_member(&story, "p")};
    split.author = story_member(&story, "author");
    story_publish(&story, split.author, 3, 80);
    story_converges(&story, 60000);
    world_crash(lead);
    story_publish(&story, split.author, 2, 80);
    story_converges(&story, 60000);
    story_run(&story, 15000);
    world_crash(split.author);
    split.copy = world_clone(split.author, "copy");
    world_start(split.author);
    world_apart(split.p, story.root, true);
    world_peer_add(split.p, split.author);
    world_apart(split.author, split.p, true);
    world_apart(split.copy, story.root, true);
    story_publish(&story, split.author, 3, 80);
    story_run(&story, 10000);
    world_start(split.copy);
    world_peer_add(split.copy, split.p);
    story_publish(&story, split.copy, 2, 80);
    story_run(&story, 10000);
    world_crash(split.copy);
    world_apart(split.p, story.root, false);
    world_apart(split.author, split.p, false);
    story_run(&story, 120000);
    assert_int_equal(world_heal(split.author, &story.net), PLN_OK);
    story_run(&story, 60000);
    story_records_are(&story, split.p, 8);
    world_apart(lead, story.root, true);
    world_apart(lead, split.author, true);
    world_start(lead);
    assert_int_equal(world_revoke(lead, &story.net, &split.author->self.id), PLN_OK);
    world_apart(lead, story.root, false);
    story_run(&story, 180000);
    story_converges(&story, 60000);
    story_records_are(&story, story.root, 3);
    story_records_are(&story, split.p, 3);
    story_records_are(&story, lead, 3);
    story_end(&story);
}

static void a_chain_forked_from_its_first_entry_is_like_any_other(void **state)
{
    (void)state;
    split_t split = split_new(63, 0, 3, 4);
    story_t *story = &split.story;
    split_meet(&split);
    story_run(story, 120000);
    all_have_proven(&split, 0);
    assert_int_equal(world_heal(split.author, &story->net), PLN_OK);
    story_run(story, 60000);
    story_converges(story, 240000);
    story_end(story);
}

static void long_branches_are_compared_in_few_messages(void **state)
{
    (void)state;
    split_t split = split_new(64, 3000, 1500, 2500);
    story_t *story = &split.story;
    split_meet(&split);
    story_run(story, 180000);
    all_have_proven(&split, 3000);
    story_records_are(story, story->root, 3000);
    assert_int_equal(world_heal(split.author, &story->net), PLN_OK);
    story_run(story, 120000);
    story_converges(story, 240000);
    story_end(story);
}

/** Whoever joins before it is settled is served up to where the branches part, by the proof. */
static void joiners_get_what_counts_though_nobody_signed_its_end(void **state)
{
    (void)state;
    split_t split = split_new(65, 0, 7, 3);
    story_t *story = &split.story;
    split_meet(&split);
    story_run(story, 120000);
    world_node_t *late = story_member(story, "late");
    story_converges(story, 120000);
    story_records_are(story, late, 0);
    story_end(story);

    split = split_new(66, 10, 7, 3);
    story = &split.story;
    story_run(story, 1000);
    split_meet(&split);
    story_run(story, 120000);
    late = story_member(story, "late");
    story_converges(story, 120000);
    story_records_are(story, late, 10);
    story_end(story);
}

/** The copy is off, the author on; or the other way round. */
static void only(world_node_t *on, world_node_t *off)
{
    if (off->node != NULL) {
        world_crash(off);
    }
    if (on->node == NULL) {
        world_start(on);
    }
}

static uint32_t last_epoch(split_t *split)
{
    pln_chain_row_t row;
    size_t cursor = 0;
    uint32_t last = 0;
    while (memory_store_next_chain(split->story.root->store, &cursor, &row)) {
        bool own = pln_id_equal(&row.place.author, &split->author->self.id);
        last = own && row.place.epoch > last ? row.place.epoch : last;
    }
    return last;
}

static void the_branch_that_most_peers_hold_is_settled_though_another_is_longer(void **state)
{
    (void)state;
    split_t split = split_new(74, 5, 2, 6);
    story_t *story = &split.story;
    world_node_t *second = story_member(story, "second");  // has root's branch
    world_crash(split.copy);
    split_meet(&split);
    world_apart(split.author, split.p, false);
    world_peer_add(split.author, split.p);
    world_peer_add(second, split.author);
    story_run(story, 120000);
    assert_int_equal(world_heal(split.author, &story->net), PLN_OK);
    story_run(story, 60000);
    story_converges(story, 240000);
    story_records_are(story, split.p, 7);
    story_end(story);
}

/** ... nor does it matter that the longer one is the node's own, and came first. */
static void the_branch_that_a_peer_holds_goes_before_the_own_that_nobody_holds(void **state)
{
    (void)state;
    split_t split = split_new(76, 5, 6, 2);
    story_t *story = &split.story;
    world_crash(split.copy);
    world_crash(story->root);  // who alone has the longer one
    world_apart(split.author, split.p, false);
    world_peer_add(split.author, split.p);
    story_run(story, 120000);
    assert_int_equal(world_heal(split.author, &story->net), PLN_OK);
    story_run(story, 60000);
    world_start(story->root);
    split_meet(&split);
    story_converges(story, 240000);
    story_records_are(story, split.p, 7);
    story_end(story);
}

/** M4: both copies settle, each as entry 1 of an epoch that it has opened. */
static void two_settles_of_two_copies_are_one_everywhere(void **state)
{
    (void)state;
    split_t split = split_new(67, 4, 3, 2);
    story_t *story = &split.story;
    only(split.author, split.copy);
    split_meet(&split);
    story_run(story, 60000);
    only(split.copy, split.author);
    world_apart(split.copy, split.p, false);
    story_run(story, 60000);
    // Both know of the fork; now each settles while the other is off and everybody apart.
    world_apart(split.copy, split.p, true);
    assert_int_equal(world_heal(split.copy, &story->net), PLN_OK);
    only(split.author, split.copy);
    world_apart(split.author, story->root, true);
    story_run(story, 20000);
    assert_int_equal(world_heal(split.author, &story->net), PLN_OK);
    world_apart(split.author, story->root, false);
    world_apart(split.copy, split.p, false);
    story_run(story, 60000);
    world_start(split.copy);
    story_run(story, 120000);
    story_converges(story, 240000);
    pln_settle_t settle;
    pln_access_t *access = pln_node_access(split.p->node, &story->net);
    assert_true(pln_access_settle(access, &split.author->self.id, 0, &settle));
    story_records_are(story, split.p, settle.seq);
    // Each has seen the other's newer epoch; they do not chase each other through all sixteen.
    assert_in_range(last_epoch(&split), 1, 4);
    story_end(story);
}

/** M3: `R/1' settle`, `R/1 settle`, `R/2 revoke M`: the root itself is forked. */
static void a_revoke_behind_a_forked_settle_counts_and_reaches_joiners(void **state)
{
    (void)state;
    story_t story = story_begin(68, false);
    world_node_t *hub = story_member(&story, "hub");
    world_node_t *m = story_member(&story, "m");
    world_node_t *c = story_machine(&story, "c");
    story_join(&story, story.root, c, PLN_ROLE_COORDINATOR);
    world_peer_add(c, hub);
    world_peer_add(m, hub);
    story_publish(&story, story.root, 2, 50);
    story_converges(&story, 60000);
    story_run(&story, 15000);
    world_crash(story.root);
    world_node_t *copy = world_clone(story.root, "root's copy");
    world_peer_add(hub, copy);
    world_start(story.root);
    story_publish(&story, story.root, 2, 50);
    story_converges(&story, 60000);
    story_run(&story, 10000);
    world_crash(story.root);
    world_apart(copy, hub, true);
    world_apart(copy, c, true);
    world_apart(copy, m, true);
    world_start(copy);
    story_publish(&story, copy, 1, 50);
    world_apart(copy, hub, false);
    world_apart(copy, c, false);
    world_apart(copy, m, false);
    story_run(&story, 60000);
    assert_int_equal(world_heal(copy, &story.net), PLN_OK);
    world_crash(copy);
    world_start(story.root);
    story_run(&story, 60000);
    (void)world_heal(story.root, &story.net);
    assert_int_equal(world_revoke(story.root, &story.net, &m->self.id), PLN_OK);
    story_run(&story, 60000);
    world_crash(story.root);
    world_start(copy);
    story_run(&story, 60000);
    world_node_t *late = world_node(story.world, "late", false);
    story_join(&story, c, late, PLN_ROLE_CONTRIBUTOR);
    world_peer_add(late, hub);
    story_converges(&story, 240000);
    pln_member_t member;
    world_node_t *all[] = {hub, c, late, copy};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pln_access_t *access = pln_node_access(all[i]->node, &story.net);
        assert_int_equal(pln_access_member(access, &m->self.id, &member), PLN_ENOTFOUND);
    }
    story_end(&story);
}

/** M10: V leaves at 5, X and Y part at 10; whoever proves which pair, all keep one L. */
static void nested_forks_have_one_place_where_they_begin(void **state)
{
    (void)state;
    story_t story = story_begin(70, false);
    world_node_t *p = story_member(&story, "p");
    world_node_t *q = story_member(&story, "q");
    world_node_t *author = story_member(&story, "author");
    story_publish(&story, author, 5, 80);
    story_converges(&story, 60000);
    story_run(&story, 15000);
    world_node_t *homes[] = {p, q};
    for (int i = 0; i < 2; i++) {  // v writes where nobody knows of 6 to 10, y where nobody of 11
        world_crash(author);
        world_node_t *copy = world_clone(author, i == 0 ? "v" : "y");
        world_apart(homes[i], story.root, true);
        world_apart(copy, story.root, true);
        world_peer_add(homes[i], author);
        world_start(copy);
        world_peer_add(copy, homes[i]);
        story_publish(&story, copy, 3, 80);
        story_run(&story, 20000);
        world_crash(copy);
        world_apart(author, homes[i], true);
        world_start(author);
        story_publish(&story, author, 5, 80);
        story_run(&story, 30000);
    }
    world_apart(q, story.root, false);
    story_run(&story, 60000);
    world_apart(p, story.root, false);
    story_run(&story, 120000);
    split_t split = {.story = story, .author = author};
    world_node_t *all[] = {story.root, p, q, author};
    for (int i = 0; i < 4; i++) {
        const pln_fork_place_t *fork = fork_of(&split, all[i], 0);
        assert_non_null(fork);
        assert_int_equal(fork->at, 5);
    }
    story_converges(&story, 120000);
    story_records_are(&story, q, 5);
    assert_int_equal(world_heal(author, &story.net), PLN_OK);
    story_run(&story, 60000);
    story_converges(&story, 240000);
    story_end(&story);
}

/** V leaves at 5, X and Y part at 10; one revoke cuts X, another Y: only 5 can be shown. */
static void cuts_of_branches_that_part_late_leave_what_the_first_fork_left(void **state)
{
    (void)state;
    story_t story = story_begin(75, false);
    world_node_t *homes[] = {story_member(&story, "p"), story_machine(&story, "lead")};
    story_join(&story, story.root, homes[1], PLN_ROLE_COORDINATOR);
    world_node_t *author = story_member(&story, "author");
    story_publish(&story, author, 5, 80);
    story_converges(&story, 60000);
    story_run(&story, 15000);
    for (int i = 0; i < 2; i++) {
        world_crash(author);
        world_node_t *copy = world_clone(author, i == 0 ? "v" : "y");
        world_apart(homes[i], story.root, true);
        world_apart(copy, story.root, true);
        world_peer_add(homes[i], author);
        world_start(copy);
        world_peer_add(copy, homes[i]);
        story_publish(&story, copy, 3, 80);
        story_run(&story, 20000);
        world_crash(copy);
        world_apart(author, homes[i], true);
        world_start(author);
        story_publish(&story, author, 5, 80);
        story_run(&story, 30000);
    }
    world_crash(author);
    story_records_are(&story, homes[0], 8);
    story_records_are(&story, homes[1], 13);
    story_records_are(&story, story.root, 15);
    assert_int_equal(world_revoke(homes[1], &story.net, &author->self.id), PLN_OK);
    assert_int_equal(world_revoke(story.root, &story.net, &author->self.id), PLN_OK);
    world_apart(homes[0], story.root, false);
    world_apart(homes[1], story.root, false);
    story_run(&story, 180000);
    story_converges(&story, 120000);
    story_records_are(&story, homes[0], 5);
    story_records_are(&story, homes[1], 5);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_branches_are_proven_and_the_chain_freezes_where_they_part),
        cmocka_unit_test(a_proof_reaches_everybody_at_once),
        cmocka_unit_test(the_owner_settles_and_all_hold_the_settled_branch),
        cmocka_unit_test(branches_stay_for_as_long_as_nobody_settles_and_longer),
        cmocka_unit_test(a_revoke_cuts_a_settled_chain_too),
        cmocka_unit_test(a_chain_forked_from_its_first_entry_is_like_any_other),
        cmocka_unit_test(long_branches_are_compared_in_few_messages),
        cmocka_unit_test(joiners_get_what_counts_though_nobody_signed_its_end),
        cmocka_unit_test(the_branch_that_most_peers_hold_is_settled_though_another_is_longer),
        cmocka_unit_test(the_branch_that_a_peer_holds_goes_before_the_own_that_nobody_holds),
        cmocka_unit_test(cuts_of_branches_that_part_late_leave_what_the_first_fork_left),
        cmocka_unit_test(two_settles_of_two_copies_are_one_everywhere),
        cmocka_unit_test(a_revoke_behind_a_forked_settle_counts_and_reaches_joiners),
        cmocka_unit_test(nested_forks_have_one_place_where_they_begin),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
