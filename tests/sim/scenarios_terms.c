// SPDX-License-Identifier: MPL-2.0
// Memberships end and go on: expiry and leaving become a revoke, used-up epochs a new term.
#include <string.h>

#include "proto/node_terms.h"
#include "story.h"

#define MINUTE_MS 60000u

static pln_network_view_t view_of(const story_t *story, world_node_t *node)
{
    pln_network_view_t view;
    assert_true(world_view(node, &story->net, &view));
    return view;
}

/** Scenario 13: what the clocks of two nodes let in differently is settled by one revoke. */
static void an_expired_membership_ends_at_one_place_everywhere(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *second = story_machine(&story, "second");
    story_join(&story, story.root, second, PLN_ROLE_COORDINATOR);
    world_node_t *member = story_machine(&story, "member");
    world_peer_add(member, second);
    pln_ticket_t ticket;
    assert_int_equal(
        world_invite_for(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, 10 * MINUTE_MS, &ticket),
        PLN_OK);
    assert_int_equal(world_join(member, &ticket, 20000), PLN_OK);
    story_run(&story, 2 * MINUTE_MS);
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    world_apart(story.root, member, true);  // from here on only one of the two hears it
    world_apart(story.root, second, true);
    story_publish(&story, member, 3, 100);
    story_run(&story, 5000);
    assert_int_equal(view_of(&story, second).records, 5);
    assert_int_equal(view_of(&story, story.root).records, 2);
    world_apart(story.root, second, false);
    story_run(&story, 9 * MINUTE_MS);
    assert_int_equal(world_publish(member, &story.net, 1, 100), PLN_EROLE);  // it has expired
    assert_int_equal(world_link_between(second, member), 0);
    world_apart(story.root, member, false);
    story_run(&story, 11 * MINUTE_MS);
    assert_int_equal(view_of(&story, second).members, 2);
    assert_int_equal(view_of(&story, story.root).members, 2);
    story_records_are(&story, second, 5);
    story_records_are(&story, story.root, 5);
    story_converges(&story, 10000);
    pln_revoked_t revoked;
    assert_int_equal(
        pln_access_revoked(pln_node_access(second->node, &story.net), &member->self.id, &revoked),
        PLN_OK);
    assert_string_equal(revoked.reason, "expired");
    story_end(&story);
}

/** A member until @lasts_ms from now, reached by @story's root. */
static world_node_t *member_for(story_t *story, const char *name, uint64_t lasts_ms)
{
    world_node_t *member = story_machine(story, name);
    pln_ticket_t ticket;
    assert_int_equal(
        world_invite_for(story->root, &story->net, PLN_ROLE_CONTRIBUTOR, lasts_ms, &ticket),
        PLN_OK);
    assert_int_equal(world_join(member, &ticket, 20000), PLN_OK);
    return member;
}

/** Whoever holds such a ticket is told, by a clock that is behind, too; nothing is granted. */
static void an_invitation_ends_with_the_membership_it_gives(void **state)
{
    (void)state;
    story_t story = story_begin(11, false);
    world_node_t *late = story_machine(&story, "late");
    uint64_t until_ms = world_event_of(story.root, PLN_EV_INVITE).wall_ms + 5000;
    pln_ticket_t ticket;
    assert_int_equal(world_invite_for(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, 5000, &ticket),
                     PLN_OK);
    assert_int_equal(ticket.expiry_ms, until_ms);
    late->clock_off_ms = -10000;
    story_run(&story, 7000);
    assert_int_equal(world_join(late, &ticket, 20000), PLN_ETICKET_EXPIRED);
    pln_network_view_t view;
    assert_false(world_view(late, &story.net, &view));
    assert_int_equal(view_of(&story, story.root).members, 1);
    story_end(&story);
}

static void a_clock_set_right_again_lets_in_whom_it_had_shut_out(void **state)
{
    (void)state;
    story_t story = story_begin(7, false);
    world_node_t *other = story_member(&story, "other");
    world_node_t *member = member_for(&story, "member", 60 * MINUTE_MS);
    world_peer_add(member, other);
    story_run(&story, 10000);
    assert_int_not_equal(world_link_between(other, member), 0);
    other->clock_off_ms = 90 * MINUTE_MS;
    story_run(&story, 10000);
    assert_int_equal(world_link_between(other, member), 0);
    other->clock_off_ms = 0;
    story_run(&story, 2 * MINUTE_MS);
    assert_int_not_equal(world_link_between(other, member), 0);
    story_end(&story);
}

/** Only the root's revoke would have an effect. */
static void a_coordinator_does_not_close_another_one(void **state)
{
    (void)state;
    story_t story = story_begin(9, false);
    world_node_t *one = story_machine(&story, "one");
    world_node_t *two = story_machine(&story, "two");
    story_join(&story, story.root, one, PLN_ROLE_COORDINATOR);
    story_join(&story, story.root, two, PLN_ROLE_COORDINATOR);
    world_peer_add(two, one);
    story_run(&story, 10000);
    world_crash(story.root);
    assert_int_equal(world_leave(two, &story.net), PLN_OK);
    story_run(&story, 30 * MINUTE_MS);
    pln_chain_row_t row;
    pln_place_t place = {story.net, one->self.id, 0, PLN_LANE_CONTROL};
    assert_false(memory_store_chain(one->store, &place, &row));  // it has written nothing
    world_start(story.root);
    story_run(&story, 15 * MINUTE_MS);
    assert_int_equal(view_of(&story, one).members, 2);
    story_end(&story);
}

/** Scenario 35. */
static void a_leave_is_closed_by_a_revoke_at_the_head(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_publish(&story, member, 3, 100);
    story_run(&story, 5000);
    assert_int_equal(world_leave(member, &story.net), PLN_OK);
    story_run(&story, 29000);
    assert_int_equal(view_of(&story, other).members, 3);  // it waits at least 30 s
    story_run(&story, 10 * MINUTE_MS);
    assert_int_equal(view_of(&story, other).members, 2);
    story_records_are(&story, other, 3);
    pln_revoked_t revoked;
    assert_int_equal(
        pln_access_revoked(pln_node_access(other->node, &story.net), &member->self.id, &revoked),
        PLN_OK);
    assert_string_equal(revoked.reason, "left");
    assert_true(pln_id_equal(&revoked.by, &story.root->self.id));
    story_converges(&story, 10000);
    story_end(&story);
}

static bool knows_that_it_left(world_t *world, void *arg)
{
    (void)world;
    const story_t *story = arg;
    pln_member_t member;
    return pln_access_member(pln_node_access(story->root->node, &story->net),
                             &story->world->nodes[1]->self.id, &member) == PLN_OK &&
           member.left;
}

/** Who left is closed at all that it wrote, although the closing node takes longer to fetch it. */
static void nobody_is_closed_while_records_are_on_their_way(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    world_peer_add(member, other);
    story_run(&story, 20000);
    world_apart(story.root, member, true);
    world_apart(story.root, other, true);
    story_publish(&story, member, 100, PLN_PAYLOAD_MAX);
    story_run(&story, 20000);
    assert_int_equal(world_leave(member, &story.net), PLN_OK);
    story_run(&story, 5000);
    story_records_are(&story, other, 100);
    other->line.bytes_per_ms = 32;  // so it takes 14 minutes
    world_apart(story.root, other, false);
    assert_true(world_until(story.world, 60000, knows_that_it_left, &story));
    story_run(&story, 11 * MINUTE_MS);
    assert_int_equal(view_of(&story, story.root).members, 3);
    story_run(&story, 20 * MINUTE_MS);
    assert_int_equal(view_of(&story, story.root).members, 2);
    story_records_are(&story, story.root, 100);
    story_records_are(&story, other, 100);
    story_end(&story);
}

/** Scenario 35: a smaller role is revoke and grant; what was written in the larger one stays. */
static void a_contributor_made_reader_keeps_what_it_wrote(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_publish(&story, member, 3, 100);
    story_run(&story, 5000);
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    story_run(&story, 2000);
    story_join(&story, story.root, member, PLN_ROLE_READER);
    assert_int_equal(world_publish(member, &story.net, 1, 100), PLN_EROLE);
    assert_int_equal(view_of(&story, member).role, PLN_ROLE_READER);
    story_publish(&story, other, 1, 100);
    story_converges(&story, 30000);
    story_records_are(&story, other, 4);
    story_records_are(&story, member, 4);
    story_end(&story);
}

static bool in_term(const story_t *story, uint32_t term)
{
    pln_member_t member;
    world_node_t *node = story->world->nodes[1];
    return pln_access_member(pln_node_access(node->node, &story->net), &node->self.id, &member) ==
               PLN_OK &&
           member.term == term;
}

static bool in_the_next_term(world_t *world, void *arg)
{
    (void)world;
    return in_term(arg, 1);
}

static bool in_the_term_after(world_t *world, void *arg)
{
    (void)world;
    return in_term(arg, 2);
}

static void a_member_that_has_used_up_its_epochs_gets_the_next_term(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 5000);
    for (int i = 0; i < 15; i++) {
        story_publish(&story, member, 1, 100);
        story_run(&story, 3000);
        world_lay_back(member, world_backup(member));
        world_start(member);
    }
    story_publish(&story, member, 1, 100);  // in the last
    world_lay_back(member, world_backup(member));
    world_start(member);
    assert_int_equal(world_publish(member, &story.net, 1, 100), PLN_EFULL);
    assert_true(world_until(story.world, 11 * MINUTE_MS, in_the_next_term, &story));
    story_publish(&story, member, 1, 100);
    story_converges(&story, 10000);
    story_records_are(&story, story.root, 17);
    story_end(&story);
}

/** Publishes in the last @epochs of @term, as if it had been restored between. */
static void write_in_the_last(story_t *story, world_node_t *member, uint32_t term, uint32_t epochs)
{
    for (uint32_t n = PLN_EPOCHS_PER_TERM - epochs; n < PLN_EPOCHS_PER_TERM; n++) {
        const pln_net_state_t *net = pln_net_find(member->node, &story->net);
        pln_epochs_write(member->node, net, term * PLN_EPOCHS_PER_TERM + n);
        story_publish(story, member, 1, 100);
        story_run(story, 3000);
    }
}

/** Whoever passes epochs over gets nothing for an entry in the last. */
static void epochs_that_were_passed_over_buy_no_term(void **state)
{
    (void)state;
    story_t story = story_begin(10, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 5000);
    write_in_the_last(&story, member, 0, 11);
    assert_false(world_until(story.world, 30 * MINUTE_MS, in_the_next_term, &story));
    story_end(&story);
}

static void the_term_after_the_next_comes_a_day_later(void **state)
{
    (void)state;
    story_t story = story_begin(11, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 5000);
    write_in_the_last(&story, member, 0, 12);
    assert_true(world_until(story.world, 12 * MINUTE_MS, in_the_next_term, &story));
    story_run(&story, 15000);
    write_in_the_last(&story, member, 1, 12);
    assert_false(world_until(story.world, 60 * MINUTE_MS, in_the_term_after, &story));
    story.root->clock_off_ms = member->clock_off_ms = 24 * 60 * MINUTE_MS;
    assert_true(world_until(story.world, 12 * MINUTE_MS, in_the_term_after, &story));
    story_converges(&story, 60000);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expired_membership_ends_at_one_place_everywhere),
        cmocka_unit_test(an_invitation_ends_with_the_membership_it_gives),
        cmocka_unit_test(a_clock_set_right_again_lets_in_whom_it_had_shut_out),
        cmocka_unit_test(a_coordinator_does_not_close_another_one),
        cmocka_unit_test(a_leave_is_closed_by_a_revoke_at_the_head),
        cmocka_unit_test(nobody_is_closed_while_records_are_on_their_way),
        cmocka_unit_test(a_contributor_made_reader_keeps_what_it_wrote),
        cmocka_unit_test(a_member_that_has_used_up_its_epochs_gets_the_next_term),
        cmocka_unit_test(epochs_that_were_passed_over_buy_no_term),
        cmocka_unit_test(the_term_after_the_next_comes_a_day_later),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
