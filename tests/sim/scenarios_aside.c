// SPDX-License-Identifier: MPL-2.0
// What access has set aside is deleted after 30 days, everywhere but at its author's and where a
// fork is; and comes back from there when it counts again (R3).
#include "proto/message.h"
#include "proto/node_state.h"
#include "story.h"

#define DAY_MS UINT64_C(86400000)

/** All clocks; no session lasts that long. Then time for the machines to look at them. */
static void days_pass(story_t *story, uint64_t days)
{
    for (size_t i = 0; i < story->world->link_count; i++) {
        world_reset(story->world, story->world->links[i]);
    }
    for (size_t i = 0; i < story->world->node_count; i++) {
        story->world->nodes[i]->clock_off_ms += (int64_t)(days * DAY_MS);
    }
    story_run(story, 700000);
}

/** Head of the first chain of @author's records on @node's disk. */
static uint64_t on_disk(story_t *story, world_node_t *node, const world_node_t *author)
{
    pln_place_t place = {story->net, author->self.id, 0, PLN_LANE_RECORDS};
    pln_chain_row_t row;
    return memory_store_chain(node->store, &place, &row) ? row.head.seq : 0;
}

typedef struct {
    story_t story;
    world_node_t *lead; /**< a coordinator that puts ann out */
    world_node_t *lee;  /**< another one, off; it holds ann's first two records only */
    world_node_t *ann;
    world_node_t *ben;
} month_t;

/** Ann has @before records where lead cuts, and @after behind; ben has set these aside. Root is
 * alone, and knows nothing of it. */
static month_t month(uint64_t seed, size_t before, size_t after)
{
    month_t it = {.story = story_begin(seed, false)};
    story_t *story = &it.story;
    it.lead = story_machine(story, "lead");
    story_join(story, story->root, it.lead, PLN_ROLE_COORDINATOR);
    it.lee = story_machine(story, "lee");
    story_join(story, story->root, it.lee, PLN_ROLE_COORDINATOR);
    it.ann = story_member(story, "ann");
    it.ben = story_member(story, "ben");
    world_peer_add(it.ben, it.ann);
    world_peer_add(it.ben, it.lead);
    world_peer_add(it.ben, it.lee);
    story_publish(story, it.ann, 2, 60);
    story_converges(story, 60000);
    world_crash(it.lee);
    story_publish(story, it.ann, before - 2, 60);
    story_converges(story, 60000);
    story_run(story, 15000);
    world_crash(it.lead);
    story_publish(story, it.ann, after, 60);
    story_converges(story, 60000);
    world_apart(story->root, it.ann, true);
    world_apart(story->root, it.ben, true);
    world_apart(story->root, it.lead, true);
    world_apart(it.ann, it.lead, true);
    world_apart(it.ann, it.ben, true);
    world_start(it.lead);
    world_apart(it.ben, it.lead, true);
    assert_int_equal(world_revoke(it.lead, &story->net, &it.ann->self.id), PLN_OK);
    world_apart(it.ben, it.lead, false);
    story_run(story, 90000);
    story_records_are(story, it.ben, before);
    assert_int_equal(on_disk(story, it.ben, it.ann), before + after);
    return it;
}

/** The root puts lead out at a head before its word: ann is in again. */
static void the_root_hears_of_it(month_t *it)
{
    story_t *story = &it->story;
    assert_int_equal(world_revoke(story->root, &story->net, &it->lead->self.id), PLN_OK);
    world_apart(story->root, it->ben, false);
    world_apart(story->root, it->ann, false);
    world_apart(it->ann, it->ben, false);
    story_run(story, 90000);
    story_converges(story, 60000);
}

static void aside_of(month_t *it, world_node_t *node, pln_aside_view_t *out)
{
    pln_network_view_t view;
    assert_true(world_view(node, &it->story.net, &view));
    assert_int_equal(view.aside_chains, 1);
    assert_int_equal(view.aside_count, 1);
    *out = view.asides[0];
}

static void what_a_revoke_set_aside_goes_after_thirty_days_and_comes_back_from_others(void **state)
{
    (void)state;
    month_t it = month(1, 5, 4);
    story_t *story = &it.story;
    pln_aside_view_t aside;
    story_run(story, 700000);
    aside_of(&it, it.ben, &aside);
    assert_int_equal(aside.entries, 4);
    assert_false(aside.kept);
    assert_in_range(aside.until_ms - WORLD_WALL_START_MS, 30 * DAY_MS, 31 * DAY_MS);
    days_pass(story, 29);
    assert_int_equal(on_disk(story, it.ben, it.ann), 9);
    days_pass(story, 1);
    assert_int_equal(on_disk(story, it.ben, it.ann), 5);
    story_records_are(story, it.ben, 5);
    assert_int_equal(memory_store_rows(it.ben->store, PLN_TABLE_ASIDE, NULL), 0);
    the_root_hears_of_it(&it);
    story_records_are(story, it.ben, 9);
    story_end(story);
}

/** Its branches give cuts their meaning, and it is small. */
static void what_is_set_aside_of_lane_0_stays(void **state)
{
    (void)state;
    month_t it = month(9, 5, 4);
    story_t *story = &it.story;
    pln_place_t place = {story->net, it.lead->self.id, 0, PLN_LANE_CONTROL};
    pln_chain_row_t row;
    the_root_hears_of_it(&it);  // lead's word counts no more
    days_pass(story, 100);
    assert_true(memory_store_chain(it.ben->store, &place, &row));
    assert_int_equal(row.counted, 0);
    assert_int_equal(row.head.seq, 1);
    story_end(story);
}

static void the_authors_node_keeps_what_it_wrote_for_ever(void **state)
{
    (void)state;
    month_t it = month(2, 5, 4);
    story_t *story = &it.story;
    world_apart(it.ann, it.ben, false);  // ben tells ann that it is out
    story_run(story, 120000);
    world_apart(it.ann, it.ben, true);
    for (int months = 0; months < 3; months++) {
        days_pass(story, 31);
    }
    assert_int_equal(on_disk(story, it.ann, it.ann), 9);
    assert_int_equal(on_disk(story, it.ben, it.ann), 5);
    world_crash(story->root);  // who kept it, too, as it heard nothing
    world_start(story->root);
    the_root_hears_of_it(&it);
    story_records_are(story, it.ben, 9);
    story_records_are(story, it.ann, 9);
    story_end(story);
}

static void a_guest_whom_nobody_let_in_any_more_goes_whole(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *host = story_machine(&story, "host");
    story_join(&story, story.root, host, PLN_ROLE_COORDINATOR);
    world_node_t *guest = story_machine(&story, "guest");
    world_node_t *witness = story_member(&story, "witness");
    world_peer_add(witness, host);
    story_run(&story, 15000);
    world_apart(host, story.root, true);
    world_apart(guest, story.root, true);
    world_apart(witness, story.root, true);
    story_join(&story, host, guest, PLN_ROLE_CONTRIBUTOR);
    story_publish(&story, guest, 3, 100);
    story_run(&story, 5000);
    story_records_are(&story, witness, 3);
    assert_int_equal(world_revoke(story.root, &story.net, &host->self.id), PLN_OK);
    world_apart(witness, story.root, false);
    story_run(&story, 90000);
    days_pass(&story, 1);
    assert_int_equal(on_disk(&story, witness, guest), 3);
    days_pass(&story, 31);
    assert_int_equal(on_disk(&story, witness, guest), 0);
    world_crash(witness);
    world_start(witness);
    world_apart(guest, story.root, false);
    story_join(&story, story.root, guest, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 60000);
    story_converges(&story, 60000);
    story_records_are(&story, witness, 3);
    story_end(&story);
}

/** Only ben's: by its peers it is not credible. */
static void a_clock_that_runs_ahead_deletes_nothing(void **state)
{
    (void)state;
    month_t it = month(4, 5, 4);
    story_t *story = &it.story;
    story_run(story, 700000);
    world_node_t *cid = world_node(story->world, "cid", false);
    story_join(story, it.lead, cid, PLN_ROLE_CONTRIBUTOR);
    world_peer_add(it.ben, cid);
    story_run(story, 60000);
    it.ben->clock_off_ms += (int64_t)(400 * DAY_MS);
    story_run(story, 1400000);
    assert_int_equal(on_disk(story, it.ben, it.ann), 9);
    it.ben->clock_off_ms -= (int64_t)(400 * DAY_MS);
    story_run(story, 700000);
    days_pass(story, 31);
    assert_int_equal(on_disk(story, it.ben, it.ann), 5);
    story_end(story);
}

static void what_is_cut_off_further_begins_anew(void **state)
{
    (void)state;
    month_t it = month(5, 5, 4);
    story_t *story = &it.story;
    pln_aside_view_t aside;
    story_run(story, 700000);
    days_pass(story, 20);
    world_apart(story->root, it.lee, true);
    world_apart(it.ann, it.lee, true);
    world_apart(it.ben, it.lee, true);
    world_start(it.lee);
    assert_int_equal(world_revoke(it.lee, &story->net, &it.ann->self.id), PLN_OK);
    world_apart(it.ben, it.lee, false);
    story_run(story, 700000);
    story_records_are(story, it.ben, 2);
    aside_of(&it, it.ben, &aside);
    assert_int_equal(aside.entries, 7);
    assert_in_range(aside.until_ms - WORLD_WALL_START_MS, 50 * DAY_MS, 51 * DAY_MS);
    days_pass(story, 20);
    assert_int_equal(on_disk(story, it.ben, it.ann), 9);
    days_pass(story, 11);
    assert_int_equal(on_disk(story, it.ben, it.ann), 2);
    story_end(story);
}

/** Slices of many entries, with withdrawn ones among them; the power fails again and again. */
static void power_cuts_in_the_middle_only_delay_the_deletion(void **state)
{
    (void)state;
    month_t it = month(6, 10, PLN_FORGET_ENTRIES + 3000);
    story_t *story = &it.story;
    uint64_t all = 10 + PLN_FORGET_ENTRIES + 3000;
    story_run(story, 700000);
    for (size_t i = 0; i < story->world->node_count; i++) {
        story->world->nodes[i]->clock_off_ms += (int64_t)(31 * DAY_MS);
    }
    uint64_t held = all;
    for (int cuts = 0; held > 10; cuts++) {
        assert_true(cuts < 2000);
        world_run(story->world, 400000);
        world_run(story->world, world_random(story->world, 3000));
        uint64_t left = on_disk(story, it.ben, it.ann);
        assert_true(left <= held);
        held = left;
        world_crash(it.ben);
        world_start(it.ben);
        story_records_are(story, it.ben, 10);
    }
    assert_int_equal(held, 10);
    the_root_hears_of_it(&it);
    story_records_are(story, it.ben, all);
    story_end(story);
}

static void what_was_withdrawn_goes_with_it_and_stays_withdrawn_when_it_comes_back(void **state)
{
    (void)state;
    month_t it = month(7, 5, 4);
    story_t *story = &it.story;
    assert_int_equal(world_retract(it.ann, &story->net, it.ann, 7, false), PLN_OK);
    world_apart(it.ann, story->root, false);
    story_run(story, 30000);  // root has heard; ben has it from root later
    world_apart(it.ann, story->root, true);
    days_pass(story, 31);
    assert_int_equal(on_disk(story, it.ben, it.ann), 5);
    the_root_hears_of_it(&it);
    story_records_are(story, it.ben, 9);
    pln_place_t place = {story->net, it.ann->self.id, 0, PLN_LANE_RECORDS};
    bool shown = true;
    pln_chain_row_t row;
    assert_true(memory_store_chain(it.ben->store, &place, &row));
    assert_false(memory_store_payload(it.ben->store, row.number, 7, &shown));
    assert_true(memory_store_payload(it.ben->store, row.number, 8, &shown));
    days_pass(story, 1);
    story_end(story);
}

static void forgetting_a_network_forgets_what_is_set_aside(void **state)
{
    (void)state;
    month_t it = month(8, 5, 4);
    story_t *story = &it.story;
    story_run(story, 700000);
    assert_int_equal(memory_store_rows(it.ben->store, PLN_TABLE_ASIDE, NULL), 1);
    assert_int_equal(world_forget(it.ben, &story->net), PLN_OK);
    story_run(story, 60000);
    assert_int_equal(memory_store_rows(it.ben->store, PLN_TABLE_ASIDE, NULL), 0);
    assert_int_equal(on_disk(story, it.ben, it.ann), 0);
    story_end(story);
}

static world_node_t *newcomer;
static uint64_t announced, served; /**< the furthest entry of epoch 0 of lane 1 */
static pln_id_t whose;

static void look_at_what_it_gets(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    (void)from;
    pln_message_t message;
    if (node != newcomer || pln_message_decode(frame, &message) != PLN_OK) {
        return;
    }
    const pln_entries_t *entries = &message.as.entries;
    if (message.type == PLN_MSG_ENTRIES && entries->place.lane == PLN_LANE_RECORDS &&
        pln_id_equal(&entries->place.author, &whose)) {
        served = entries->to > served ? entries->to : served;
    }
    for (size_t i = 0;
         message.type == PLN_MSG_HEADS && i < pln_rows(message.as.heads.rows, PLN_HEADS_ROW_SIZE);
         i++) {
        pln_row_t row;
        pln_row_read(message.as.heads.rows, i, &row);
        bool it = row.lane == PLN_LANE_RECORDS && pln_id_equal(&row.author, &whose);
        announced = it && row.seq > announced ? row.seq : announced;
    }
}

/** It comes to ben, who holds nine records of ann's, of which five count. */
static void what_is_set_aside_is_neither_announced_nor_served(void **state)
{
    (void)state;
    month_t it = month(14, 5, 4);
    story_t *story = &it.story;
    newcomer = world_node(story->world, "newcomer", false);
    whose = it.ann->self.id;
    announced = served = 0;
    story->world->heard = look_at_what_it_gets;
    story_join(story, it.lead, newcomer, PLN_ROLE_CONTRIBUTOR);
    world_crash(it.lead);
    world_peer_add(newcomer, it.ben);
    story_run(story, 30000);
    story_records_are(story, newcomer, 5);
    assert_int_equal(announced, 5);
    assert_int_equal(served, 5);
    story_end(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_revoke_set_aside_goes_after_thirty_days_and_comes_back_from_others),
        cmocka_unit_test(what_is_set_aside_of_lane_0_stays),
        cmocka_unit_test(the_authors_node_keeps_what_it_wrote_for_ever),
        cmocka_unit_test(a_guest_whom_nobody_let_in_any_more_goes_whole),
        cmocka_unit_test(a_clock_that_runs_ahead_deletes_nothing),
        cmocka_unit_test(what_is_cut_off_further_begins_anew),
        cmocka_unit_test(power_cuts_in_the_middle_only_delay_the_deletion),
        cmocka_unit_test(what_was_withdrawn_goes_with_it_and_stays_withdrawn_when_it_comes_back),
        cmocka_unit_test(forgetting_a_network_forgets_what_is_set_aside),
        cmocka_unit_test(what_is_set_aside_is_neither_announced_nor_served),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
