// SPDX-License-Identifier: MPL-2.0
// A branch that is not stored: the disk refused it, or its author never signed it (R6).
#include "proto/node_branch.h"
#include "split.h"

static bool p_lacks_what_is_settled(world_t *world, void *arg)
{
    (void)world;
    split_t *split = arg;
    pln_net_state_t *net = pln_net_find(split->p->node, &split->story.net);
    pln_settle_t settle;
    return pln_access_settle(net->access, &split->author->self.id, 0, &settle);
}

static bool p_has_begun_a_branch(world_t *world, void *arg)
{
    (void)world;
    split_t *split = arg;
    pln_net_state_t *net = pln_net_find(split->p->node, &split->story.net);
    const pln_chain_t *chain = pln_chain_find(net, &split->author->self.id, 0, PLN_LANE_RECORDS);
    return chain->next_branch != NULL;
}

/** Somebody serves p once more what it holds of the author's chain behind the common entries, with
 * a byte of the first one's payload changed by @change. */
static void p_hears_its_own_branch(split_t *split, uint64_t common, uint8_t change)
{
    pln_place_t place = {split->story.net, split->author->self.id, 0, PLN_LANE_RECORDS};
    story_hears_again(split->p, split->story.root, &place, common + 1, 0, change);
}

/** Any run fits where a branch begins, one of the branch that it leaves, too. */
static void a_branch_whose_first_run_found_no_room_takes_no_other(void **state)
{
    (void)state;
    split_t split = split_new(74, 5, 3, 2);
    world_t *world = split.story.world;
    split_meet(&split);
    story_run(&split.story, 120000);
    assert_int_equal(world_heal(split.author, &split.story.net), PLN_OK);
    assert_true(world_until(world, 60000, p_lacks_what_is_settled, &split));
    split.p->disk.error = PLN_ENOSPACE;
    assert_true(world_until(world, 20000, p_has_begun_a_branch, &split));
    world_run(world, 500);
    split.p->disk.error = PLN_OK;
    p_hears_its_own_branch(&split, 5, 0);
    story_converges(&split.story, 120000);
    story_records_are(&split.story, split.p, 8);
    story_end(&split.story);
}

/** There is room for few branches of a chain: none of it is for what nobody has signed. */
static void a_run_that_its_author_did_not_sign_begins_no_branch(void **state)
{
    (void)state;
    split_t split = split_new(76, 5, 3, 2);
    split_meet(&split);
    story_run(&split.story, 120000);
    assert_int_equal(world_heal(split.author, &split.story.net), PLN_OK);
    assert_true(world_until(split.story.world, 60000, p_lacks_what_is_settled, &split));
    assert_false(p_has_begun_a_branch(split.story.world, &split));
    uint64_t refused = split.p->node->refused[PLN_ESIGNATURE];
    split.story.root->lies = 1;  // for as long as it says this
    p_hears_its_own_branch(&split, 5, 1);
    split.story.root->lies = 0;
    assert_false(p_has_begun_a_branch(split.story.world, &split));
    assert_int_equal(split.p->node->refused[PLN_ESIGNATURE], refused + 1);
    story_converges(&split.story, 120000);
    story_records_are(&split.story, split.p, 8);
    story_end(&split.story);
}

/** p and the copy of the root's folder that it meets. */
typedef struct {
    story_t story;
    world_node_t *p;
} cloned_t;

static const pln_chain_t *branches_at_p(const cloned_t *cloned)
{
    pln_net_state_t *net = pln_net_find(cloned->p->node, &cloned->story.net);
    return pln_chain_find(net, &cloned->story.root->self.id, 0, PLN_LANE_CONTROL)->next_branch;
}

static bool p_was_refused_a_branch(world_t *world, void *arg)
{
    (void)world;
    const cloned_t *cloned = arg;
    const pln_chain_t *branch = branches_at_p(cloned);
    return branch != NULL && branch->held.seq == branch->base.seq;
}

/** Lets in three members, one entry of lane 0 each, while p and the others do not hear it. */
static void a_copy_of_the_root_goes_its_own_way(cloned_t *cloned, world_node_t *copy)
{
    static const char *const names[] = {"n1", "n2", "n3"};
    world_apart(copy, cloned->p, true);
    world_start(copy);
    for (size_t i = 0; i < 3; i++) {
        story_join(&cloned->story, copy, world_node(cloned->story.world, names[i], false),
                   PLN_ROLE_CONTRIBUTOR);
    }
}

/** Runs of lane 0 come one behind the other: that the first is lost, the disk says when the next
 * are on their way to it. */
static void what_follows_a_run_of_lane_0_that_found_no_room_is_not_stored_without_it(void **state)
{
    (void)state;
    cloned_t cloned = {.story = story_begin(75, false)};
    story_t *story = &cloned.story;
    cloned.p = story_member(story, "p");
    story_converges(story, 20000);
    world_crash(story->root);
    world_node_t *copy = world_clone(story->root, "copy");
    world_start(story->root);
    world_node_t *c = story_machine(story, "c");
    story_join(story, story->root, c, PLN_ROLE_CONTRIBUTOR);
    world_peer_add(c, cloned.p);
    story_converges(story, 60000);
    world_crash(story->root);
    a_copy_of_the_root_goes_its_own_way(&cloned, copy);
    assert_int_equal(world_peer_kept(cloned.p, copy, true), PLN_OK);
    cloned.p->disk.commit_ms = 60;
    cloned.p->disk.error = PLN_ENOSPACE;
    world_apart(copy, cloned.p, false);
    assert_true(world_until(story->world, 60000, p_was_refused_a_branch, &cloned));
    const pln_chain_t *refused = branches_at_p(&cloned);
    pln_chain_t *first = cloned.p->node->chains[refused->parent->number];
    assert_null(first->parent);
    assert_ptr_equal(  // nothing can leave it that the disk would know
        pln_branch_with(cloned.p->node, first, refused->held.seq, &refused->held.hash), first);
    cloned.p->disk.error = PLN_OK;
    story_converges(story, 240000);
    size_t branches = 0;
    for (const pln_chain_t *one = branches_at_p(&cloned); one != NULL; one = one->next_branch) {
        branches++;
    }
    assert_int_equal(branches, 1);  // one for all tries
    story_end(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_its_author_did_not_sign_begins_no_branch),
        cmocka_unit_test(what_follows_a_run_of_lane_0_that_found_no_room_is_not_stored_without_it),
        cmocka_unit_test(a_branch_whose_first_run_found_no_room_takes_no_other),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
