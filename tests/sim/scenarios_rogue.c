// SPDX-License-Identifier: MPL-2.0
// A coordinator goes rogue. The root ends it at a place before that, and whom it has put out is
// back everywhere, on its own node too, without an invitation (R3).
#include "story.h"

#define MINUTE_MS 60000u

typedef struct {
    story_t story;
    world_node_t *lead;
    world_node_t *victim;
    world_node_t *member;
    pln_cut_t before; /**< where lead's lane 0 stood */
} court_t;

static pln_role_t role_at(const court_t *it, world_node_t *judge, const world_node_t *who)
{
    pln_member_t member;
    pln_access_t *access = pln_node_access(judge->node, &it->story.net);
    bool is = pln_access_member(access, &who->self.id, &member) == PLN_OK;
    return is ? member.role : PLN_ROLE_NONE;
}

static pln_cut_t head_of(const story_t *story, const world_node_t *author)
{
    pln_chain_row_t row;
    size_t cursor = 0;
    pln_cut_t cut = {.seq = 0};
    while (memory_store_next_chain(story->root->store, &cursor, &row)) {
        if (row.place.lane == PLN_LANE_CONTROL &&
            pln_id_equal(&row.place.author, &author->self.id)) {
            cut = (pln_cut_t){.epoch = row.place.epoch,
                              .lane = PLN_LANE_CONTROL,
                              .seq = row.head.seq,
                              .hash = row.head.hash,
                              .signature = row.signature};
        }
    }
    return cut;
}

/** Lead has let victim in, and all have met. */
static court_t court(uint64_t seed)
{
    court_t it = {.story = story_begin(seed, false)};
    story_t *story = &it.story;
    it.lead = story_machine(story, "lead");
    story_join(story, story->root, it.lead, PLN_ROLE_COORDINATOR);
    it.victim = story_machine(story, "victim");
    story_join(story, it.lead, it.victim, PLN_ROLE_CONTRIBUTOR);
    it.member = story_member(story, "member");
    world_peer_add(it.victim, story->root);
    story_publish(story, it.victim, 2, 100);
    story_converges(story, 2 * MINUTE_MS);
    it.before = head_of(story, it.lead);
    assert_int_equal(it.before.seq, 1);
    return it;
}

static void goes_rogue(court_t *it)
{
    story_t *story = &it->story;
    assert_int_equal(world_revoke(it->lead, &story->net, &it->victim->self.id), PLN_OK);
    story_run(story, MINUTE_MS);
    assert_int_equal(role_at(it, it->victim, it->victim), PLN_ROLE_NONE);
    assert_int_equal(role_at(it, story->root, it->victim), PLN_ROLE_NONE);
}

static pln_err_t ends_before(court_t *it, const pln_cut_t *cuts, uint32_t count)
{
    return world_revoke_before(it->story.root, &it->story.net, &it->lead->self.id, cuts, count);
}

static void whom_a_rogue_has_put_out_is_back_when_that_is_undone(void **state)
{
    (void)state;
    court_t it = court(1);
    story_t *story = &it.story;
    goes_rogue(&it);
    story_publish(story, it.member, 3, 100);
    assert_int_equal(world_revoke(story->root, &story->net, &it.lead->self.id), PLN_OK);
    story_run(story, MINUTE_MS);  // at its head: what it has said stands
    assert_int_equal(role_at(&it, it.victim, it.victim), PLN_ROLE_NONE);
    story_records_are(story, it.victim, 2);
    assert_int_equal(ends_before(&it, &it.before, 1), PLN_OK);
    story_run(story, 2 * MINUTE_MS);
    assert_int_equal(role_at(&it, story->root, it.victim), PLN_ROLE_CONTRIBUTOR);
    assert_int_equal(role_at(&it, it.member, it.victim), PLN_ROLE_CONTRIBUTOR);
    assert_int_equal(role_at(&it, it.victim, it.victim), PLN_ROLE_CONTRIBUTOR);
    assert_int_equal(role_at(&it, it.victim, it.lead), PLN_ROLE_NONE);
    story_publish(story, it.victim, 1, 100);
    story_converges(story, 2 * MINUTE_MS);
    story_records_are(story, it.victim, 6);
    story_records_are(story, it.member, 6);
    story_end(story);
}

/** Off meanwhile, and killed in the middle: it hears both from whoever it meets. */
static void it_is_back_as_well_when_it_was_off_and_is_killed(void **state)
{
    (void)state;
    court_t it = court(2);
    story_t *story = &it.story;
    goes_rogue(&it);
    world_crash(it.victim);
    assert_int_equal(ends_before(&it, &it.before, 1), PLN_OK);
    story_publish(story, it.member, 3, 100);
    story_run(story, MINUTE_MS);
    for (int i = 0; i < 4; i++) {
        world_start(it.victim);
        story_run(story, 300u * (unsigned)(i + 1));
        world_crash(it.victim);
    }
    world_start(it.victim);
    story_run(story, 2 * MINUTE_MS);
    assert_int_equal(role_at(&it, it.victim, it.victim), PLN_ROLE_CONTRIBUTOR);
    story_converges(story, 2 * MINUTE_MS);
    story_records_are(story, it.victim, 5);
    story_end(story);
}

/** It still listens to who has not heard of it: to lane 0, so that who did it gets about. */
static void who_knows_that_it_is_out_takes_no_records_from_those_who_do_not(void **state)
{
    (void)state;
    court_t it = court(3);
    story_t *story = &it.story;
    world_node_t *others[] = {story->root, it.lead, it.victim};
    for (size_t i = 0; i < 3; i++) {
        world_apart(it.member, others[i], true);
    }
    goes_rogue(&it);
    story_publish(story, it.member, 3, 100);
    assert_int_equal(role_at(&it, it.member, it.victim), PLN_ROLE_CONTRIBUTOR);
    world_peer_add(it.victim, it.member);
    world_apart(it.member, it.victim, false);
    story_run(story, 2 * MINUTE_MS);
    story_records_are(story, it.victim, 2);
    for (size_t i = 0; i < 2; i++) {
        world_apart(it.member, others[i], false);
    }
    story_run(story, 2 * MINUTE_MS);
    assert_int_equal(role_at(&it, it.member, it.victim), PLN_ROLE_NONE);
    story_records_are(story, it.victim, 2);
    story_end(story);
}

static void told_that_nobody_let_it_in(const court_t *it, world_node_t *guest)
{
    pln_network_view_t view;
    assert_true(world_view(guest, &it->story.net, &view));
    assert_true(view.revoked);
    assert_true(pln_id_equal(&view.revoked_by.by, &it->story.root->self.id));
    assert_true(view.revoked_by.undone);
    assert_true(pln_id_equal(&view.revoked_by.granted_by, &it->lead->self.id));
    assert_int_equal(view.role, PLN_ROLE_NONE);
}

/** Live at that moment, off, or killed as it hears: who was let in by the rogue learns why it is
 * out. */
static void whom_a_rogue_has_let_in_is_told_why_it_is_out(void **state)
{
    (void)state;
    court_t it = court(5);
    story_t *story = &it.story;
    world_node_t *live = story_machine(story, "live"), *off = story_machine(story, "off");
    story_join(story, it.lead, live, PLN_ROLE_CONTRIBUTOR);
    story_join(story, it.lead, off, PLN_ROLE_READER);
    world_peer_add(live, story->root);
    world_peer_add(off, story->root);
    story_publish(story, live, 2, 100);
    story_converges(story, 2 * MINUTE_MS);
    world_crash(off);
    assert_int_equal(ends_before(&it, &it.before, 1), PLN_OK);
    story_run(story, 2 * MINUTE_MS);
    assert_int_equal(role_at(&it, story->root, live), PLN_ROLE_NONE);
    told_that_nobody_let_it_in(&it, live);
    story_publish(story, it.member, 3, 100);
    world_start(off);
    story_run(story, 2 * MINUTE_MS);
    told_that_nobody_let_it_in(&it, off);
    story_records_are(story, off, 2);  // what it had and still counts, and nothing more
    world_crash(off);
    world_start(off);
    told_that_nobody_let_it_in(&it, off);
    story_join(story, story->root, off, PLN_ROLE_CONTRIBUTOR);  // a new ticket, as it is told
    story_publish(story, off, 1, 100);
    story_converges(story, 2 * MINUTE_MS);
    story_records_are(story, off, 6);
    story_records_are(story, it.member, 6);
    pln_network_view_t view;
    assert_true(world_view(off, &story->net, &view));
    assert_false(view.revoked);
    story_end(story);
}

static void cuts_that_would_make_a_revoke_void_are_refused(void **state)
{
    (void)state;
    court_t it = court(4);
    story_t *story = &it.story;
    pln_cut_t forged = it.before;
    forged.signature.bytes[0] ^= 1;
    assert_int_equal(ends_before(&it, &forged, 1), PLN_EROLE);
    forged = it.before;
    forged.lane = PLN_LANE_RECORDS;
    assert_int_equal(ends_before(&it, &forged, 1), PLN_EROLE);
    assert_int_equal(world_revoke_before(story->root, &story->net, &it.member->self.id, NULL, 0),
                     PLN_EROLE);  // it has decided nothing
    assert_int_equal(world_revoke_before(it.member, &story->net, &it.lead->self.id, &it.before, 1),
                     PLN_EROLE);
    story_run(story, MINUTE_MS);
    assert_int_equal(role_at(&it, it.member, it.lead), PLN_ROLE_COORDINATOR);
    story_end(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whom_a_rogue_has_put_out_is_back_when_that_is_undone),
        cmocka_unit_test(it_is_back_as_well_when_it_was_off_and_is_killed),
        cmocka_unit_test(who_knows_that_it_is_out_takes_no_records_from_those_who_do_not),
        cmocka_unit_test(whom_a_rogue_has_let_in_is_told_why_it_is_out),
        cmocka_unit_test(cuts_that_would_make_a_revoke_void_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
