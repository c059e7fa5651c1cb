// SPDX-License-Identifier: MPL-2.0
// Withdrawn records: erased, hidden, brought back; payloads that lack and heal.
#include "lies.h"
#include "proto/node_withdraw.h"
#include "story.h"

#define HOUR_MS UINT64_C(3600000)

static pln_place_t place_of(const story_t *story, const world_node_t *author)
{
    return (pln_place_t){story->net, author->self.id, 0, PLN_LANE_RECORDS};
}

/** What @node has of entry @seq of @author. */
static void copy_is(const story_t *story, const world_node_t *node, const world_node_t *author,
                    uint64_t seq, bool shown, bool kept)
{
    pln_place_t place = place_of(story, author);
    bool is_shown = false;
    pln_chain_row_t row;
    bool is_kept = memory_store_chain(node->store, &place, &row) &&
                   memory_store_payload(node->store, row.number, seq, &is_shown);
    if (is_shown != shown || is_kept != kept) {
        fail_msg("%s has entry %llu of %s: shown %d, kept %d, not %d, %d", node->name,
                 (unsigned long long)seq, author->name, is_shown, is_kept, shown, kept);
    }
}

static void is_shown(const story_t *story, const world_node_t *node, const world_node_t *author,
                     uint64_t seq)
{
    copy_is(story, node, author, seq, true, true);
}

static void is_hidden(const story_t *story, const world_node_t *node, const world_node_t *author,
                      uint64_t seq)
{
    copy_is(story, node, author, seq, false, true);
}

static void is_erased(const story_t *story, const world_node_t *node, const world_node_t *author,
                      uint64_t seq)
{
    copy_is(story, node, author, seq, false, false);
}

static void retracts(story_t *story, world_node_t *by, const world_node_t *author, uint64_t seq)
{
    assert_int_equal(world_retract(by, &story->net, author, seq, false), PLN_OK);
}

static void undoes(story_t *story, world_node_t *by, const world_node_t *author, uint64_t seq)
{
    assert_int_equal(world_retract(by, &story->net, author, seq, true), PLN_OK);
}

static void holes_are(story_t *story, world_node_t *node, uint64_t count)
{
    pln_network_view_t view;
    assert_true(world_view(node, &story->net, &view));
    assert_int_equal(view.holes, count);
}

/** Every machine's clock goes on by so much at once; no session lasts that long. */
static void hours_pass(story_t *story, uint64_t hours)
{
    for (size_t i = 0; i < story->world->link_count; i++) {
        world_reset(story->world, story->world->links[i]);
    }
    for (size_t i = 0; i < story->world->node_count; i++) {
        story->world->nodes[i]->clock_off_ms += (int64_t)(hours * HOUR_MS);
    }
    story_run(story, 130000);
}

/** Nobody reaches @node, it reaches nobody; or all is well again. */
static void alone(story_t *story, world_node_t *node, bool is)
{
    for (size_t i = 0; i < story->world->node_count; i++) {
        world_node_t *other = story->world->nodes[i];
        if (other != node) {
            world_bar(node, other, is);
            world_bar(other, node, is);
            world_cut(story->world, node->index, other->index);
        }
    }
}

/** Root, a coordinator, two contributors; everybody knows everybody. */
typedef struct {
    story_t story;
    world_node_t *lead;
    world_node_t *ann;
    world_node_t *ben;
} school_t;

static school_t school(uint64_t seed)
{
    school_t it = {.story = story_begin(seed, true)};
    it.lead = story_machine(&it.story, "lead");
    story_join(&it.story, it.story.root, it.lead, PLN_ROLE_COORDINATOR);
    it.ann = story_member(&it.story, "ann");
    it.ben = story_member(&it.story, "ben");
    story_publish(&it.story, it.ann, 5, 300);
    story_run(&it.story, 150000);  // presences tell where everybody is: all dial all
    story_converges(&it.story, 20000);
    return it;
}

static void an_author_withdraws_and_it_is_gone_everywhere(void **state)
{
    (void)state;
    school_t it = school(1);
    retracts(&it.story, it.ann, it.ann, 3);
    story_run(&it.story, 5000);
    for (size_t i = 0; i < it.story.world->node_count; i++) {
        is_erased(&it.story, it.story.world->nodes[i], it.ann, 3);
        is_shown(&it.story, it.story.world->nodes[i], it.ann, 4);
        holes_are(&it.story, it.story.world->nodes[i], 0);
    }
    world_node_t *late = story_member(&it.story, "late");
    story_converges(&it.story, 20000);
    is_erased(&it.story, late, it.ann, 3);
    is_shown(&it.story, late, it.ann, 5);
    story_records_are(&it.story, late, 5);
    story_end(&it.story);
}

static void who_was_off_erases_when_it_is_back(void **state)
{
    (void)state;
    school_t it = school(2);
    world_crash(it.ben);
    retracts(&it.story, it.story.root, it.ann, 2);
    story_run(&it.story, 5000);
    world_start(it.ben);
    story_converges(&it.story, 20000);
    story_run(&it.story, 1000);
    is_erased(&it.story, it.ben, it.ann, 2);
    is_erased(&it.story, it.ann, it.ann, 2);
    story_end(&it.story);
}

static void withdrawn_before_it_arrived_is_stored_withheld(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);  // a line: ann - root - ben
    world_node_t *ann = story_member(&story, "ann");
    world_node_t *ben = story_member(&story, "ben");
    story_converges(&story, 20000);
    world_crash(ben);
    story_publish(&story, ann, 3, 300);
    story_converges(&story, 20000);
    retracts(&story, ann, ann, 2);
    story_run(&story, 3000);
    world_start(ben);
    story_converges(&story, 20000);
    is_erased(&story, ben, ann, 2);
    is_shown(&story, ben, ann, 3);
    holes_are(&story, ben, 0);
    story_end(&story);
}

static void a_coordinators_word_hides_then_erases_but_not_at_the_author(void **state)
{
    (void)state;
    school_t it = school(4);
    retracts(&it.story, it.lead, it.ann, 1);
    story_run(&it.story, 5000);
    is_hidden(&it.story, it.ben, it.ann, 1);
    is_hidden(&it.story, it.ann, it.ann, 1);
    is_hidden(&it.story, it.lead, it.ann, 1);
    hours_pass(&it.story, 71);
    is_hidden(&it.story, it.ben, it.ann, 1);
    world_crash(it.ben);
    world_start(it.ben);
    hours_pass(&it.story, 2);
    is_erased(&it.story, it.ben, it.ann, 1);
    is_erased(&it.story, it.lead, it.ann, 1);
    is_hidden(&it.story, it.ann, it.ann, 1);
    world_crash(it.ann);
    world_start(it.ann);  // all that is withdrawn is looked at again
    story_run(&it.story, 5000);
    is_hidden(&it.story, it.ann, it.ann, 1);
    story_converges(&it.story, 20000);
    story_end(&it.story);
}

static void undone_within_three_days_it_is_back_without_a_byte_fetched(void **state)
{
    (void)state;
    school_t it = school(5);
    retracts(&it.story, it.lead, it.ann, 1);
    hours_pass(&it.story, 24);
    undoes(&it.story, it.lead, it.ann, 1);
    story_run(&it.story, 5000);
    for (size_t i = 0; i < it.story.world->node_count; i++) {
        is_shown(&it.story, it.story.world->nodes[i], it.ann, 1);
        assert_int_equal(pln_node_counters(it.story.world->nodes[i]->node)->payloads_filled, 0);
    }
    story_converges(&it.story, 20000);
    story_end(&it.story);
}

static void undone_too_late_it_comes_back_from_its_author(void **state)
{
    (void)state;
    school_t it = school(6);
    retracts(&it.story, it.lead, it.ann, 1);
    retracts(&it.story, it.lead, it.ann, 4);
    story_run(&it.story, 5000);
    hours_pass(&it.story, 73);
    is_erased(&it.story, it.ben, it.ann, 4);
    undoes(&it.story, it.story.root, it.ann, 1);
    undoes(&it.story, it.story.root, it.ann, 4);
    story_run(&it.story, 20000);
    story_converges(&it.story, 20000);
    for (size_t i = 0; i < it.story.world->node_count; i++) {
        is_shown(&it.story, it.story.world->nodes[i], it.ann, 1);
        is_shown(&it.story, it.story.world->nodes[i], it.ann, 4);
        holes_are(&it.story, it.story.world->nodes[i], 0);
    }
    story_end(&it.story);
}

static void a_rogue_coordinator_revoked_before_its_word_leaves_no_trace(void **state)
{
    (void)state;
    school_t it = school(7);
    story_publish(&it.story, it.ann, 60, 300);
    story_converges(&it.story, 20000);
    alone(&it.story, it.story.root, true);  // so it revokes at a head before the first of them
    for (uint64_t seq = 1; seq <= 65; seq++) {
        retracts(&it.story, it.lead, it.ann, seq);
    }
    story_run(&it.story, 5000);
    hours_pass(&it.story, 80);
    is_erased(&it.story, it.ben, it.ann, 65);
    assert_int_equal(world_revoke(it.story.root, &it.story.net, &it.lead->self.id), PLN_OK);
    alone(&it.story, it.story.root, false);
    story_run(&it.story, 90000);
    story_converges(&it.story, 20000);
    for (uint64_t seq = 1; seq <= 65; seq++) {
        is_shown(&it.story, it.story.root, it.ann, seq);
        is_shown(&it.story, it.ben, it.ann, seq);
    }
    story_end(&it.story);
}

static void where_nobody_has_the_bytes_all_agree_on_the_hole(void **state)
{
    (void)state;
    school_t it = school(8);
    world_node_t *lazy = story_member(&it.story, "lazy");
    story_converges(&it.story, 20000);
    world_crash(it.lead);
    world_crash(it.ben);
    story_publish(&it.story, it.ann, 2, 300);
    story_run(&it.story, 3000);
    alone(&it.story, it.story.root, true);
    story_publish(&it.story, it.ann, 1, 300);  // entry 8 reaches lazy alone
    story_run(&it.story, 2000);
    world_crash(it.ann);
    lazy->lies = UINT64_C(1) << LIE_withheld;
    lazy->lie_one_in = 1;
    alone(&it.story, it.story.root, false);
    world_start(it.lead);
    world_start(it.ben);
    story_run(&it.story, 90000);
    world_crash(lazy);
    story_run(&it.story, 5000);
    holes_are(&it.story, it.story.root, 1);
    holes_are(&it.story, it.ben, 1);
    world_crash(it.ben);
    world_start(it.ben);
    world_node_t *late = story_member(&it.story, "late");
    story_converges(&it.story, 20000);
    holes_are(&it.story, late, 1);
    holes_are(&it.story, it.lead, 1);
    world_start(it.ann);  // who has them is back: they heal
    story_run(&it.story, 90000);
    story_converges(&it.story, 20000);
    holes_are(&it.story, late, 0);
    is_shown(&it.story, it.ben, it.ann, 8);
    story_end(&it.story);
}

static void an_author_cut_before_its_retraction_gets_its_record_back_from_whoever_has_it(
    void **state)
{
    (void)state;
    school_t it = school(13);
    alone(&it.story, it.story.root, true);
    retracts(&it.story, it.ann, it.ann, 2);
    story_run(&it.story, 5000);
    is_erased(&it.story, it.ben, it.ann, 2);
    assert_int_equal(world_revoke(it.story.root, &it.story.net, &it.ann->self.id), PLN_OK);
    alone(&it.story, it.story.root, false);
    story_run(&it.story, 90000);
    story_converges(&it.story, 20000);
    is_shown(&it.story, it.ben, it.ann, 2);
    holes_are(&it.story, it.lead, 0);
    story_end(&it.story);
}

static void a_crash_between_any_two_commits_leaves_no_wrong_copy(void **state)
{
    (void)state;
    for (uint64_t seed = 20; seed < 40; seed++) {
        school_t it = school(seed);
        it.ben->disk.commit_ms = 200;
        retracts(&it.story, it.ann, it.ann, 1);
        retracts(&it.story, it.lead, it.ann, 2);
        retracts(&it.story, it.lead, it.ann, 3);
        undoes(&it.story, it.lead, it.ann, 3);
        story_run(&it.story, world_random(it.story.world, 1500));
        world_crash(it.ben);
        world_start(it.ben);
        story_run(&it.story, 10000);
        story_converges(&it.story, 20000);
        is_erased(&it.story, it.ben, it.ann, 1);
        is_hidden(&it.story, it.ben, it.ann, 2);
        is_shown(&it.story, it.ben, it.ann, 3);
        holes_are(&it.story, it.ben, 0);
        story_end(&it.story);
    }
}

static void a_full_disk_only_delays_the_erasure(void **state)
{
    (void)state;
    school_t it = school(9);
    retracts(&it.story, it.ann, it.ann, 1);
    world_run(it.story.world, 200);
    it.ben->disk.error = PLN_EIO;
    story_run(&it.story, 20000);
    it.ben->disk.error = PLN_OK;
    story_run(&it.story, 30000);
    is_erased(&it.story, it.ben, it.ann, 1);
    story_converges(&it.story, 20000);
    story_end(&it.story);
}

static void nobody_withdraws_what_it_may_not(void **state)
{
    (void)state;
    school_t it = school(10);
    assert_int_equal(world_retract(it.ben, &it.story.net, it.ann, 1, false), PLN_EROLE);
    retracts(&it.story, it.ann, it.ann, 1);
    assert_int_equal(world_retract(it.ann, &it.story.net, it.ann, 1, false), PLN_EEXISTS);
    assert_int_equal(world_retract(it.ann, &it.story.net, it.ann, 1, true), PLN_EROLE);
    retracts(&it.story, it.lead, it.ann, 2);
    story_run(&it.story, 3000);
    assert_int_equal(world_retract(it.story.root, &it.story.net, it.ann, 1, true), PLN_EEXISTS);
    assert_int_equal(world_retract(it.story.root, &it.story.net, it.ann, 3, true), PLN_EEXISTS);
    assert_int_equal(world_retract(it.lead, &it.story.net, it.ann, 2, false), PLN_EEXISTS);
    story_end(&it.story);
}

/** An honest relay behind a lazy one: what the lazy one withholds comes from others. */
static void a_relay_that_withholds_payloads_leaves_no_hole_when_others_have_them(void **state)
{
    (void)state;
    story_t story = story_begin(11, true);
    world_node_t *ann = story_member(&story, "ann");
    world_node_t *lazy = story_member(&story, "lazy");
    story_publish(&story, ann, 40, 300);
    story_converges(&story, 20000);
    lazy->lies = UINT64_C(1) << LIE_withheld;
    lazy->lie_one_in = 1;
    world_node_t *ben = story_member(&story, "ben");
    for (int round = 0; round < 10; round++) {
        world_cut(story.world, ben->index, story.root->index);
        world_cut(story.world, ben->index, ann->index);
        story_publish(&story, ann, 5, 300);
        story_run(&story, 3000);
    }
    lazy->lies = 0;
    story_run(&story, 30000);
    story_converges(&story, 20000);
    holes_are(&story, ben, 0);
    for (uint64_t seq = 1; seq <= 90; seq++) {
        is_shown(&story, ben, ann, seq);
    }
    story_end(&story);
}

static void a_peer_that_sleeps_does_not_wake_up_to_a_pile_of_wishes(void **state)
{
    (void)state;
    story_t story = story_begin(14, false);  // ann knows the root alone, and has all its payloads
    world_node_t *ann = story_member(&story, "ann");
    world_node_t *lazy = story_machine(&story, "lazy");
    story_join(&story, story.root, lazy, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 5000);
    story.root->lies = UINT64_C(1) << LIE_withheld;
    story.root->lie_one_in = 1;
    story_publish(&story, ann, 900, 40);
    story_publish(&story, ann, 900, 40);
    story_run(&story, 20000);
    story.root->lies = 0;
    world_suspend(story.root, 60000);
    story_run(&story, 70000);
    assert_int_equal(pln_node_refused(story.root->node)[PLN_EFLOOD], 0);
    story_run(&story, 60000);
    holes_are(&story, lazy, 0);
    story_converges(&story, 20000);
    story_end(&story);
}

static void forgetting_a_network_forgets_what_was_withdrawn(void **state)
{
    (void)state;
    school_t it = school(12);
    retracts(&it.story, it.lead, it.ann, 1);
    retracts(&it.story, it.ann, it.ann, 2);
    story_run(&it.story, 5000);
    assert_int_equal(memory_store_rows(it.ben->store, PLN_TABLE_WITHHELD, NULL), 2);
    assert_int_equal(world_forget(it.ben, &it.story.net), PLN_OK);
    story_run(&it.story, 20000);
    assert_int_equal(memory_store_rows(it.ben->store, PLN_TABLE_WITHHELD, NULL), 0);
    story_end(&it.story);
}

/** Whoever keeps every payload back makes others remember each entry once, and nothing besides. */
static void holes_weigh_no_more_than_a_few_times_what_they_take_on_the_disk(void **state)
{
    (void)state;
    const size_t count = 2000;
    const size_t on_disk = PLN_HEADER_SIZE + sizeof(pln_hash_t);  // of an entry that is withheld
    story_t story = story_begin(96, false);
    world_node_t *lazy = story_member(&story, "lazy");
    world_node_t *author = story_member(&story, "author");
    world_peer_add(author, lazy);
    story_converges(&story, 60000);
    world_apart(author, story.root, true);
    lazy->lies = UINT64_C(1) << LIE_withheld;
    lazy->lie_one_in = 1;
    story_publish(&story, author, count, 20);
    story_run(&story, 120000);
    pln_net_state_t *net = pln_net_find(story.root->node, &story.net);
    const pln_chain_t *chain = pln_chain_find(net, &author->self.id, 0, PLN_LANE_RECORDS);
    assert_non_null(chain);
    assert_int_equal(chain->durable.seq, count);
    assert_int_equal(chain->holes, count);
    assert_int_equal(chain->mark_count, count);
    assert_true(chain->mark_capacity * sizeof(pln_mark_t) <= 4 * count * on_disk);
    world_free(&story.world);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_author_withdraws_and_it_is_gone_everywhere),
        cmocka_unit_test(who_was_off_erases_when_it_is_back),
        cmocka_unit_test(withdrawn_before_it_arrived_is_stored_withheld),
        cmocka_unit_test(a_coordinators_word_hides_then_erases_but_not_at_the_author),
        cmocka_unit_test(undone_within_three_days_it_is_back_without_a_byte_fetched),
        cmocka_unit_test(undone_too_late_it_comes_back_from_its_author),
        cmocka_unit_test(a_rogue_coordinator_revoked_before_its_word_leaves_no_trace),
        cmocka_unit_test(where_nobody_has_the_bytes_all_agree_on_the_hole),
        cmocka_unit_test(
            an_author_cut_before_its_retraction_gets_its_record_back_from_whoever_has_it),
        cmocka_unit_test(a_crash_between_any_two_commits_leaves_no_wrong_copy),
        cmocka_unit_test(a_full_disk_only_delays_the_erasure),
        cmocka_unit_test(nobody_withdraws_what_it_may_not),
        cmocka_unit_test(a_relay_that_withholds_payloads_leaves_no_hole_when_others_have_them),
        cmocka_unit_test(a_peer_that_sleeps_does_not_wake_up_to_a_pile_of_wishes),
        cmocka_unit_test(forgetting_a_network_forgets_what_was_withdrawn),
        cmocka_unit_test(holes_weigh_no_more_than_a_few_times_what_they_take_on_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
