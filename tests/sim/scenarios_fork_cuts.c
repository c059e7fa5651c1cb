// SPDX-License-Identifier: MPL-2.0
// Two revokes cut one branch of a forked chain at two heads: the shorter cut counts only where the
// longer one's head is held, so what cuts name is passed on, though it does not count (R3.4, R6).
#include "story.h"

/** Root is the hub of all. */
typedef struct {
    story_t story;
    world_node_t *lead;
    world_node_t *p;
    world_node_t *q;
    world_node_t *author;
} court_t;

/** The author writes @count entries and only @node gets them. */
static void writes_for(court_t *it, world_node_t *node, size_t count)
{
    world_apart(it->author, node, false);
    world_peer_add(it->author, node);
    story_run(&it->story, 15000);
    story_publish(&it->story, it->author, count, 80);
    story_run(&it->story, 15000);
    world_apart(it->author, node, true);
}

static uint64_t held(const court_t *it, const world_node_t *node)
{
    pln_chain_row_t row;
    size_t cursor = 0;
    while (memory_store_next_chain(node->store, &cursor, &row)) {
        if (row.place.lane == PLN_LANE_RECORDS && !row.branch &&
            pln_id_equal(&row.place.author, &it->author->self.id)) {
            return row.head.seq;
        }
    }
    return 0;
}

/**
 * All hold 1 to 3 of one branch, lead and q 4, q also 5 to 7; p has a proof that another begins
 * behind 1. Nobody meets root any more.
 */
static court_t court(uint64_t seed)
{
    court_t it = {.story = story_begin(seed, false)};
    story_t *story = &it.story;
    it.lead = story_machine(story, "lead");
    story_join(story, story->root, it.lead, PLN_ROLE_COORDINATOR);
    it.p = story_member(story, "p");
    it.q = story_member(story, "q");
    it.author = story_member(story, "author");
    story_publish(story, it.author, 1, 80);
    story_converges(story, 60000);
    world_crash(it.author);
    world_node_t *copy = world_clone(it.author, "copy");
    world_start(it.author);
    story_publish(story, it.author, 2, 80);
    story_converges(story, 60000);
    world_node_t *spokes[] = {it.lead, it.p, it.q, it.author};
    for (size_t i = 0; i < sizeof spokes / sizeof *spokes; i++) {
        world_apart(spokes[i], story->root, true);
    }
    writes_for(&it, it.lead, 1);
    writes_for(&it, it.q, 3);
    world_crash(it.author);
    world_apart(copy, story->root, true);
    world_start(copy);
    story_publish(story, copy, 2, 80);
    story_run(story, 10000);
    world_peer_add(copy, it.p);
    story_run(story, 60000);
    world_crash(copy);
    assert_int_equal(held(&it, story->root), 3);
    assert_int_equal(held(&it, it.lead), 4);
    assert_int_equal(held(&it, it.p), 3);
    assert_int_equal(held(&it, it.q), 7);
    return it;
}

static void what_one_cut_names_and_another_cuts_off_is_passed_on_all_the_same(void **state)
{
    (void)state;
    court_t it = court(81);
    story_t *story = &it.story;
    assert_int_equal(world_revoke(story->root, &story->net, &it.author->self.id), PLN_OK);
    assert_int_equal(world_revoke(it.lead, &story->net, &it.author->self.id), PLN_OK);
    story_run(story, 10000);
    world_crash(it.q);
    world_apart(it.lead, story->root, false);
    world_apart(it.p, story->root, false);
    story_run(story, 120000);
    story_converges(story, 60000);
    story_records_are(story, story->root, 3);
    story_records_are(story, it.lead, 3);
    story_records_are(story, it.p, 3);
    story_end(story);
}

/** Whoever holds it holds more behind it, and has kept no signature of its own there. */
static void the_cut_itself_vouches_for_the_head_that_it_names(void **state)
{
    (void)state;
    court_t it = court(82);
    story_t *story = &it.story;
    assert_int_equal(world_revoke(story->root, &story->net, &it.author->self.id), PLN_OK);
    assert_int_equal(world_revoke(it.lead, &story->net, &it.author->self.id), PLN_OK);
    // lead tells what it has revoked and is gone before anybody can ask for what it holds.
    world_apart(it.lead, story->root, false);
    for (int i = 0; it.lead->node != NULL; i++) {
        assert_true(i < 600000);
        world_run(story->world, 1);
        pln_cut_t cut;
        bool lists;
        if (pln_access_lane1_cut(pln_node_access(story->root->node, &story->net),
                                 &it.author->self.id, 0, 1, &cut, &lists)) {
            world_crash(it.lead);
        }
    }
    assert_int_equal(held(&it, story->root), 3);
    world_apart(it.p, story->root, false);
    world_apart(it.q, story->root, false);
    story_run(story, 120000);
    story_converges(story, 60000);
    story_records_are(story, story->root, 3);
    story_records_are(story, it.p, 3);
    story_records_are(story, it.q, 3);
    story_end(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_cut_names_and_another_cuts_off_is_passed_on_all_the_same),
        cmocka_unit_test(the_cut_itself_vouches_for_the_head_that_it_names),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
