// SPDX-License-Identifier: MPL-2.0
// Whoever has forked its chain is put out: the revoke cuts the branch that counts (R3, R6).
#include <string.h>

#include "proto/node_branch.h"
#include "story.h"

/** The author dials root and has 5 and 3 records there; its copy dials lead, and has 5 and 2. */
typedef struct {
    story_t story;
    world_node_t *lead; /**< a coordinator */
    world_node_t *author;
    world_node_t *copy;
} forked_t;

/** Both copies are off, root and lead know of the fork, and each has the branch it was shown. */
static forked_t forked_new(uint64_t seed)
{
    forked_t forked = {.story = story_begin(seed, false)};
    story_t *story = &forked.story;
    forked.lead = story_machine(story, "lead");
    story_join(story, story->root, forked.lead, PLN_ROLE_COORDINATOR);
    forked.author = story_member(story, "author");
    story_publish(story, forked.author, 5, 100);
    story_converges(story, 60000);
    story_run(story, 15000);
    world_crash(forked.author);
    forked.copy = world_clone(forked.author, "copy");
    world_apart(forked.lead, story->root, true);
    world_apart(forked.copy, story->root, true);
    world_peer_add(forked.lead, forked.author);  // so that lead lets the copy in, and knows of it
    world_apart(forked.author, forked.lead, true);
    world_start(forked.author);
    story_publish(story, forked.author, 3, 100);
    story_run(story, 10000);
    world_crash(forked.author);
    world_start(forked.copy);
    world_peer_add(forked.copy, forked.lead);
    story_publish(story, forked.copy, 2, 100);
    story_run(story, 10000);
    world_crash(forked.copy);
    story_records_are(story, story->root, 8);
    story_records_are(story, forked.lead, 7);
    world_apart(forked.lead, story->root, false);
    story_run(story, 120000);
    story_converges(story, 60000);
    story_records_are(story, forked.lead, 5);
    return forked;
}

/** Both stay as they are for whoever comes later, too. */
static void all_hold(forked_t *forked, uint64_t records)
{
    story_t *story = &forked->story;
    world_node_t *late = story_member(story, "late");
    story_run(story, 180000);
    story_converges(story, 120000);
    story_records_are(story, story->root, records);
    story_records_are(story, forked->lead, records);
    story_records_are(story, late, records);
}

/** Lead got the other branch first: it is not that one which it cuts. */
static void who_is_put_out_after_a_settle_keeps_the_settled_branch(void **state)
{
    (void)state;
    forked_t forked = forked_new(91);
    story_t *story = &forked.story;
    world_apart(forked.author, forked.lead, false);
    world_start(forked.author);
    story_run(story, 60000);
    assert_int_equal(world_heal(forked.author, &story->net), PLN_OK);
    story_run(story, 60000);
    story_converges(story, 240000);
    story_records_are(story, forked.lead, 8);
    world_crash(forked.author);
    assert_int_equal(world_revoke(forked.lead, &story->net, &forked.author->self.id), PLN_OK);
    all_hold(&forked, 8);
    story_end(story);
}

/** Nobody has settled it: the revoke names a branch, and that one counts then. */
static void a_revoke_of_a_frozen_chain_makes_the_branch_count_that_it_names(void **state)
{
    (void)state;
    forked_t forked = forked_new(92);
    story_t *story = &forked.story;
    assert_int_equal(world_revoke(forked.lead, &story->net, &forked.author->self.id), PLN_OK);
    all_hold(&forked, 7);
    story_end(story);
}

/** ... and when it is let in and put out again, by whom was shown the other branch, nothing goes.
 */
static void who_is_put_out_twice_keeps_what_the_first_revoke_left(void **state)
{
    (void)state;
    forked_t forked = forked_new(93);
    story_t *story = &forked.story;
    assert_int_equal(world_revoke(forked.lead, &story->net, &forked.author->self.id), PLN_OK);
    story_run(story, 60000);
    world_apart(forked.author, forked.lead, false);
    world_start(forked.author);
    story_run(story, 60000);
    story_join(story, forked.lead, forked.author, PLN_ROLE_CONTRIBUTOR);
    story_run(story, 60000);
    assert_int_equal(world_revoke(story->root, &story->net, &forked.author->self.id), PLN_OK);
    all_hold(&forked, 7);
    story_end(story);
}

/** Root and lead do it at once, each at the branch it has: what both leave is where they part. */
static void revokes_at_two_branches_leave_what_these_have_in_common(void **state)
{
    (void)state;
    forked_t forked = forked_new(94);
    story_t *story = &forked.story;
    world_apart(forked.lead, story->root, true);
    assert_int_equal(world_revoke(forked.lead, &story->net, &forked.author->self.id), PLN_OK);
    assert_int_equal(world_revoke(story->root, &story->net, &forked.author->self.id), PLN_OK);
    story_run(story, 10000);
    world_apart(forked.lead, story->root, false);
    all_hold(&forked, 5);
    story_end(story);
}

/** What @from has in its folder is written on by a copy that only @home sees, then it is off. */
static void branch_at(story_t *story, world_node_t *from, world_node_t *home, size_t count)
{
    world_node_t *copy = world_clone(from, home->name[0] == 'p' ? "v" : "y");
    world_apart(home, story->root, true);
    world_apart(copy, story->root, true);
    world_peer_add(home, from);
    world_start(copy);
    world_peer_add(copy, home);
    story_publish(story, copy, count, 100);
    story_run(story, 20000);
    world_crash(copy);
    world_apart(from, home, true);
}

/**
 * X and Y part at 10 and both are cut, by whom holds both then. Later it shows that V has left at
 * 5: what X and Y have in common behind that may be V's place elsewhere.
 */
static void cuts_of_two_branches_leave_nothing_behind_an_earlier_fork(void **state)
{
    (void)state;
    story_t story = story_begin(95, false);
    world_node_t *p = story_member(&story, "p");
    world_node_t *lead = story_machine(&story, "lead");
    story_join(&story, story.root, lead, PLN_ROLE_COORDINATOR);
    world_node_t *author = story_member(&story, "author");
    story_publish(&story, author, 5, 100);
    story_converges(&story, 60000);
    story_run(&story, 15000);
    world_crash(author);
    branch_at(&story, author, p, 3);
    world_start(author);
    story_publish(&story, author, 5, 100);
    story_run(&story, 20000);
    world_crash(author);
    branch_at(&story, author, lead, 3);
    world_start(author);
    story_publish(&story, author, 5, 100);
    story_run(&story, 20000);
    world_crash(author);
    world_apart(lead, story.root, false);
    story_run(&story, 120000);
    world_apart(lead, story.root, true);
    assert_int_equal(world_revoke(lead, &story.net, &author->self.id), PLN_OK);
    assert_int_equal(world_revoke(story.root, &story.net, &author->self.id), PLN_OK);
    story_run(&story, 10000);
    world_apart(lead, story.root, false);
    story_run(&story, 120000);
    story_records_are(&story, story.root, 10);
    story_records_are(&story, lead, 10);
    world_apart(p, story.root, false);
    story_run(&story, 120000);
    story_converges(&story, 60000);
    story_records_are(&story, story.root, 5);
    story_records_are(&story, lead, 5);
    story_records_are(&story, p, 5);
    story_end(&story);
}

/**
 * Root puts the author out at its sixth record. Who holds eight of that branch and who holds seven
 * of the other both tell of the sixth, which neither ends with: they find out all the same.
 */
static void branches_that_a_cut_ends_at_one_seq_are_told_apart(void **state)
{
    (void)state;
    story_t story = story_begin(96, false);
    world_node_t *third = story_member(&story, "third");
    world_node_t *lead = story_member(&story, "lead");
    world_node_t *author = story_member(&story, "author");
    story_publish(&story, author, 5, 100);
    story_converges(&story, 60000);
    story_run(&story, 15000);
    world_crash(author);
    branch_at(&story, author, lead, 2);
    story_records_are(&story, lead, 7);
    world_apart(lead, third, true);
    world_start(author);
    story_publish(&story, author, 1, 100);
    story_run(&story, 20000);
    world_apart(story.root, third, true);
    world_apart(story.root, author, true);
    world_peer_add(author, third);
    story_publish(&story, author, 2, 100);
    story_run(&story, 60000);
    story_records_are(&story, third, 8);
    world_crash(author);
    assert_int_equal(world_revoke(story.root, &story.net, &author->self.id), PLN_OK);
    story_run(&story, 10000);
    world_apart(story.root, third, false);
    story_run(&story, 120000);
    story_records_are(&story, third, 6);
    world_apart(lead, third, false);
    world_peer_add(lead, third);
    story_run(&story, 300000);
    story_converges(&story, 60000);
    story_records_are(&story, lead, 6);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_put_out_after_a_settle_keeps_the_settled_branch),
        cmocka_unit_test(a_revoke_of_a_frozen_chain_makes_the_branch_count_that_it_names),
        cmocka_unit_test(who_is_put_out_twice_keeps_what_the_first_revoke_left),
        cmocka_unit_test(revokes_at_two_branches_leave_what_these_have_in_common),
        cmocka_unit_test(cuts_of_two_branches_leave_nothing_behind_an_earlier_fork),
        cmocka_unit_test(branches_that_a_cut_ends_at_one_seq_are_told_apart),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
