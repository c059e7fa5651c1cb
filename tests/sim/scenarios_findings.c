// SPDX-License-Identifier: MPL-2.0
// Histories that broke the first version of the rules, each told once; scenarios.md has the
// numbers.
#include "proto/node_state.h"
#include "story.h"

static pln_network_view_t view_of(story_t *story, world_node_t *node)
{
    pln_network_view_t view;
    assert_true(world_view(node, &story->net, &view));
    return view;
}

/* ---- 4: concurrency is decided by the fold alone ---- */

static void one_coordinator_invites_whom_another_puts_out(void **state)
{
    (void)state;
    story_t story = story_begin(4, true);
    world_node_t *b = story_machine(&story, "b");
    world_node_t *c = story_machine(&story, "c");
    story_join(&story, story.root, b, PLN_ROLE_COORDINATOR);
    story_join(&story, story.root, c, PLN_ROLE_COORDINATOR);
    world_node_t *m = story_member(&story, "m");
    story_publish(&story, m, 3, 100);
    story_converges(&story, 70000);
    world_apart(b, c, true);
    world_apart(b, story.root, true);
    world_apart(b, m, true);
    assert_int_equal(world_revoke(b, &story.net, &m->self.id), PLN_OK);
    assert_int_equal(world_revoke(c, &story.net, &b->self.id), PLN_EROLE);
    story_publish(&story, m, 2, 100);  // of this b knows nothing: its cut is before
    story_run(&story, 2000);
    world_apart(b, c, false);
    world_apart(b, story.root, false);
    story_run(&story, 70000);
    story_records_are(&story, story.root, 3);
    story_records_are(&story, b, 3);
    story_records_are(&story, c, 3);
    assert_true(view_of(&story, m).revoked);
    story_end(&story);
}

/* ---- 5: what a cut leaves can be shown to those who join later ---- */

static void a_joiner_gets_a_chain_up_to_a_cut_in_the_middle_of_a_run(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *c = story_machine(&story, "c");
    story_join(&story, story.root, c, PLN_ROLE_COORDINATOR);
    world_node_t *m = story_member(&story, "m");
    story_publish(&story, m, 7, 100);
    story_converges(&story, 20000);
    world_apart(c, story.root, true);
    story_publish(&story, m, 900, 20);  // one run, from 8 on; c holds 7
    story_run(&story, 5000);
    story_records_are(&story, story.root, 907);
    assert_int_equal(world_revoke(c, &story.net, &m->self.id), PLN_OK);
    world_apart(c, story.root, false);
    story_run(&story, 70000);
    story_records_are(&story, story.root, 7);
    story_records_are(&story, story_member(&story, "joiner"), 0);
    story_run(&story, 10000);
    story_converges(&story, 10000);
    story_records_are(&story, story.world->nodes[3], 7);
    pln_place_t place = {story.net, m->self.id, PLN_EPOCHS_PER_TERM, PLN_LANE_RECORDS};
    pln_chain_row_t row;
    place.epoch = view_of(&story, m).revoked ? 0 : place.epoch;
    assert_true(memory_store_chain(m->store, &place, &row));
    assert_int_equal(row.head.seq, 907);  // with its author everything stays ...
    assert_int_equal(row.counted, 7);     // ... marked
    story_end(&story);
}

/* ---- 12: the author's time is a claim, never a reason to refuse ---- */

static void a_record_from_the_year_2100_is_held_by_everybody(void **state)
{
    (void)state;
    story_t story = story_begin(12, false);
    world_node_t *b = story_member(&story, "b");
    world_node_t *c = story_member(&story, "c");
    c->clock_off_ms = -INT64_C(40) * 365 * 86400000;
    story_run(&story, 15000);
    b->draft_ms = UINT64_C(4102444800000);
    story_publish(&story, b, 1, 100);
    story_converges(&story, 10000);
    story_records_are(&story, c, 1);
    story_end(&story);
}

/* ---- 20: what one network decides does not leak into another ---- */

static void who_is_put_out_of_one_network_stays_in_the_other_on_the_same_link(void **state)
{
    (void)state;
    story_t story = story_begin(20, false);
    world_node_t *b = story_member(&story, "b");
    story_t other = story;
    assert_int_equal(world_found(story.root, "other", &other.net), PLN_OK);
    story_join(&other, story.root, b, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 15000);
    uint32_t link = world_link_between(story.root, b);
    assert_int_equal(world_revoke(story.root, &story.net, &b->self.id), PLN_OK);
    story_publish(&story, story.root, 4, 100);
    story_publish(&other, story.root, 2, 100);
    story_run(&story, 20000);
    story_records_are(&story, b, 0);
    story_records_are(&other, b, 2);
    assert_int_equal(world_link_between(story.root, b), link);
    story_end(&story);
}

/* ---- 31: a clock that was in 2099 once ---- */

static void a_presence_from_2099_is_not_kept_and_does_not_silence_its_node(void **state)
{
    (void)state;
    story_t story = story_begin(31, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    b->clock_off_ms = INT64_C(70) * 365 * 86400000;
    story_run(&story, 200000);
    b->clock_off_ms = 0;
    story_run(&story, 200000);
    const pln_net_state_t *net = pln_map_get(&story.root->node->net_by_id, story.net.bytes);
    const pln_presence_state_t *kept = pln_map_get(&net->presences, b->self.id.bytes);
    uint64_t now_ms = world_event_of(story.root, PLN_EV_TICK).wall_ms;
    assert_true(kept->stamp <= now_ms + 3600000);
    assert_true(pln_node_refused(story.root->node)[PLN_EFUTURE] > 0);
    story_end(&story);
}

/* ---- 33: a reply that was lost after the commit ---- */

static bool granted(world_t *world, void *arg)
{
    pln_network_view_t view;
    return world_view(world->nodes[0], arg, &view) && view.members == 2;
}

static void a_welcome_that_was_lost_is_said_again_to_the_same_node_only(void **state)
{
    (void)state;
    story_t story = story_begin(33, false);
    world_node_t *b = story_machine(&story, "b");
    world_node_t *thief = story_machine(&story, "thief");
    pln_ticket_t ticket;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    b->line.latency_ms = 300;
    world_join_later(b, &ticket);
    assert_true(world_until(story.world, 20000, granted, &story.net));
    world_crash(b);  // the WELCOME is on its way to nobody
    story_run(&story, 2000);
    assert_int_not_equal(world_join(thief, &ticket, 20000), PLN_OK);
    world_start(b);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_OK);
    story_publish(&story, b, 1, 100);
    story_run(&story, 10000);
    story_records_are(&story, story.root, 1);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_coordinator_invites_whom_another_puts_out),
        cmocka_unit_test(a_joiner_gets_a_chain_up_to_a_cut_in_the_middle_of_a_run),
        cmocka_unit_test(a_record_from_the_year_2100_is_held_by_everybody),
        cmocka_unit_test(who_is_put_out_of_one_network_stays_in_the_other_on_the_same_link),
        cmocka_unit_test(a_presence_from_2099_is_not_kept_and_does_not_silence_its_node),
        cmocka_unit_test(a_welcome_that_was_lost_is_said_again_to_the_same_node_only),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
