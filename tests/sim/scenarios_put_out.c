// SPDX-License-Identifier: MPL-2.0
// Whoever is put out gets nothing more from anyone who knows, but the entry that did it (R16).
#include <string.h>

#include "proto/message.h"
#include "story.h"

static pln_network_view_t view_of(const story_t *story, world_node_t *node)
{
    pln_network_view_t view;
    assert_true(world_view(node, &story->net, &view));
    return view;
}

static void told_who_and_when(const story_t *story, world_node_t *node, const world_node_t *by)
{
    pln_network_view_t view = view_of(story, node);
    assert_true(view.revoked);
    assert_true(pln_id_equal(&view.revoked_by.by, &by->self.id));
    assert_in_range(view.revoked_by.time_ms, WORLD_WALL_START_MS,
                    WORLD_WALL_START_MS + story->world->now_ms);
}

static void a_member_that_was_off_learns_who_put_it_out_and_when(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_publish(&story, member, 3, 100);
    story_run(&story, 5000);
    world_crash(member);
    story_publish(&story, story.root, 2, 100);  // what it was put out for is none of its business
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    story_publish(&story, other, 2, 100);
    story_run(&story, 5000);
    world_start(member);
    story_run(&story, 10000);
    told_who_and_when(&story, member, story.root);
    story_records_are(&story, member, 3);
    assert_int_equal(world_publish(member, &story.net, 1, 100), PLN_EROLE);
    world_crash(member);
    world_start(member);
    told_who_and_when(&story, member, story.root);                 // it is remembered
    story_join(&story, story.root, member, PLN_ROLE_CONTRIBUTOR);  // a new term
    story_publish(&story, member, 1, 100);
    story_converges(&story, 30000);
    story_records_are(&story, member, 8);
    assert_false(view_of(&story, member).revoked);
    story_end(&story);
}

/** While the entry that put it out is being read from a slow disk, it joins anew. */
static void who_is_let_in_again_meanwhile_is_not_told_that_it_is_out(void **state)
{
    (void)state;
    story_t story = story_begin(21, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 5000);
    world_crash(member);
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    story_run(&story, 2000);
    story.root->disk.read_ms = 3000;
    world_start(member);
    story_run(&story, 500);
    assert_int_equal(view_of(&story, story.root).members, 1);
    story_join(&story, story.root, member, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 20000);
    assert_int_equal(view_of(&story, story.root).members, 2);
    assert_int_equal(memory_store_rows(member->store, PLN_TABLE_EVIDENCE, &story.net), 0);
    assert_false(view_of(&story, member).revoked);
    story_end(&story);
}

/** Two copies of a coordinator have written: the revoke is on the branch that came second. */
static void who_was_put_out_on_a_branch_is_shown_that_entry(void **state)
{
    (void)state;
    story_t story = story_begin(22, false);
    world_node_t *lead = story_machine(&story, "lead");
    story_join(&story, story.root, lead, PLN_ROLE_COORDINATOR);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_run(&story, 15000);
    world_crash(lead);
    world_node_t *copy = world_clone(lead, "copy");
    world_apart(copy, story.root, true);
    world_start(lead);
    world_node_t *guest = world_node(story.world, "guest", false);
    story_join(&story, lead, guest, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 5000);
    world_crash(guest);
    world_crash(member);
    world_crash(lead);
    world_start(copy);
    assert_int_equal(world_revoke(copy, &story.net, &member->self.id), PLN_OK);
    world_apart(copy, story.root, false);
    story_run(&story, 30000);
    pln_access_t *access = pln_node_access(story.root->node, &story.net);
    assert_true(pln_access_forked(access, &lead->self.id, 0));
    world_start(member);
    story_run(&story, 10000);
    told_who_and_when(&story, member, lead);
    story_records_are(&story, member, 2);
    story_end(&story);
}

/** It lacks the entries before the revoke, and would have to take them to take that one. */
static void a_live_member_that_is_behind_learns_it_at_once(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 5000);
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    story_run(&story, 1000);
    told_who_and_when(&story, member, story.root);
    uint64_t frames = pln_node_counters(member->node)->frames_received;
    story_publish(&story, story.root, 5, 100);
    story_run(&story, 120000);
    story_records_are(&story, member, 0);
    // it asks now and then whether it still is, and hears BYE
    assert_in_range(pln_node_counters(member->node)->frames_received, frames, frames + 4);
    story_end(&story);
}

typedef struct {
    story_t story;
    pln_network_id_t second;
    world_node_t *member;
} two_t;

static two_t two_networks(uint64_t seed)
{
    two_t two = {.story = story_begin(seed, false)};
    two.member = story_member(&two.story, "member");
    assert_int_equal(world_found(two.story.root, "second", &two.second), PLN_OK);
    pln_ticket_t ticket;
    assert_int_equal(world_invite(two.story.root, &two.second, PLN_ROLE_CONTRIBUTOR, &ticket),
                     PLN_OK);
    assert_int_equal(world_join(two.member, &ticket, 20000), PLN_OK);
    story_run(&two.story, 15000);
    return two;
}

static uint64_t records(world_node_t *node, const pln_network_id_t *network)
{
    pln_network_view_t view;
    assert_true(world_view(node, network, &view));
    return view.records;
}

static void put_out_of_one_of_two_the_link_stays_for_the_other(void **state)
{
    (void)state;
    two_t two = two_networks(3);
    story_t *story = &two.story;
    uint32_t link = world_link_between(story->root, two.member);
    assert_int_not_equal(link, 0);
    assert_int_equal(world_revoke(story->root, &story->net, &two.member->self.id), PLN_OK);
    story_run(story, 2000);
    told_who_and_when(story, two.member, story->root);
    story_publish(story, story->root, 2, 100);
    assert_int_equal(world_publish(story->root, &two.second, 2, 100), PLN_OK);
    story_run(story, 5000);
    assert_int_equal(world_link_between(story->root, two.member), link);
    story_records_are(story, two.member, 0);
    assert_int_equal(records(two.member, &two.second), 2);
    story_end(story);
}

static void put_out_of_one_of_two_while_off_it_hears_it_in_the_others_session(void **state)
{
    (void)state;
    two_t two = two_networks(4);
    story_t *story = &two.story;
    world_crash(two.member);
    assert_int_equal(world_revoke(story->root, &story->net, &two.member->self.id), PLN_OK);
    story_publish(story, story->root, 2, 100);
    world_start(two.member);
    story_run(story, 5000);
    told_who_and_when(story, two.member, story->root);
    assert_int_equal(world_publish(story->root, &two.second, 2, 100), PLN_OK);
    story_run(story, 5000);
    assert_int_equal(records(two.member, &two.second), 2);
    story_records_are(story, two.member, 0);
    story_end(story);
}

/** While the entry is being read from a slow disk, whoever wrote it leaves: no word more of it. */
static void whoever_has_left_tells_nobody_that_it_was_put_out(void **state)
{
    (void)state;
    story_t story = story_begin(26, false);
    world_node_t *lead = story_machine(&story, "lead");
    story_join(&story, story.root, lead, PLN_ROLE_COORDINATOR);
    world_node_t *member = story_member(&story, "member");
    pln_network_id_t second;
    pln_ticket_t ticket;
    assert_int_equal(world_found(lead, "second", &second), PLN_OK);
    assert_int_equal(world_invite(lead, &second, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_join(member, &ticket, 20000), PLN_OK);
    story_run(&story, 15000);
    world_crash(member);
    world_apart(member, story.root, true);
    assert_int_equal(world_revoke(lead, &story.net, &member->self.id), PLN_OK);
    story_run(&story, 5000);
    lead->disk.read_ms = 60000;
    world_start(member);
    story_run(&story, 2000);
    assert_int_not_equal(world_link_between(lead, member), 0);
    assert_int_equal(world_leave(lead, &story.net), PLN_OK);
    story_run(&story, 90000);
    assert_false(view_of(&story, member).revoked);
    world_apart(member, story.root, false);  // the others go on saying so
    story_run(&story, 90000);
    told_who_and_when(&story, member, lead);
    story_end(&story);
}

/** What spread before the others heard is set aside with them, and stays with its author. */
static void what_lies_beyond_the_cut_is_set_aside_where_it_spread(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *hub = story_member(&story, "hub");
    world_node_t *member = story_member(&story, "member");
    world_peer_add(member, hub);
    story_publish(&story, member, 2, 100);
    story_run(&story, 15000);
    world_apart(story.root, hub, true);
    world_apart(story.root, member, true);
    story_publish(&story, member, 3, 100);
    story_run(&story, 5000);
    story_records_are(&story, hub, 5);
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    world_apart(story.root, hub, false);
    story_run(&story, 90000);
    story_records_are(&story, hub, 2);
    story_records_are(&story, story.root, 2);
    pln_place_t place = {story.net, member->self.id, 0, PLN_LANE_RECORDS};
    pln_hash_t hash;
    assert_true(memory_store_hash(member->store, &place, 5, &hash));
    told_who_and_when(&story, member, story.root);
    story_end(&story);
}

/** Whoever was off holds back its records until it knows who may have them. */
static void a_node_that_was_off_exchanges_lane_0_before_anything_else(void **state)
{
    (void)state;
    story_t story = story_begin(6, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    world_crash(other);
    story_publish(&story, member, 3, 100);
    story_run(&story, 2000);
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    story_run(&story, 2000);
    world_start(other);
    story_run(&story, 10000);
    story_records_are(&story, other, 5);
    assert_int_equal(view_of(&story, other).members, 2);
    story_converges(&story, 10000);
    story_end(&story);
}

static void one_key_is_told_at_most_once_a_minute(void **state)
{
    (void)state;
    story_t story = story_begin(7, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 5000);
    memory_store_t *before = memory_store_copy(member->store);
    world_crash(member);
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    for (int i = 0; i < 3; i++) {  // it forgets what it was told, and asks again
        world_lay_back(member, memory_store_copy(before));
        world_start(member);
        story_run(&story, 10000);
        assert_int_equal(view_of(&story, member).revoked, i == 0);
    }
    story_run(&story, 90000);
    told_who_and_when(&story, member, story.root);
    memory_store_free(&before);
    story_end(&story);
}

/** Its coordinator says so to it alone, and is never seen again; all others know it as a member. */
static void put_out_by_whom_nobody_else_heard_it_comes_in_with_a_new_ticket(void **state)
{
    (void)state;
    story_t story = story_begin(24, false);
    world_node_t *lead = story_machine(&story, "lead");
    story_join(&story, story.root, lead, PLN_ROLE_COORDINATOR);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 3, 100);
    story_converges(&story, 30000);
    story_run(&story, 15000);
    world_apart(lead, story.root, true);
    world_apart(lead, member, true);
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    assert_int_equal(world_revoke(lead, &story.net, &member->self.id), PLN_OK);
    world_apart(member, story.root, true);
    world_apart(lead, member, false);
    world_peer_add(member, lead);
    story_run(&story, 120000);
    told_who_and_when(&story, member, lead);
    world_power_off(lead);
    world_apart(member, story.root, false);
    story_join(&story, story.root, member, PLN_ROLE_CONTRIBUTOR);
    story_publish(&story, member, 1, 100);
    story_converges(&story, 60000);
    story_records_are(&story, story.root, 6);
    assert_false(view_of(&story, member).revoked);
    world_crash(member);
    world_start(member);
    assert_false(view_of(&story, member).revoked);
    story_converges(&story, 60000);
    story_end(&story);
}

static world_node_t *outcast;
static size_t told_of_records;

static void look_for_records(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    (void)from;
    pln_message_t message;
    if (node != outcast || pln_message_decode(frame, &message) != PLN_OK) {
        return;
    }
    told_of_records +=
        message.type == PLN_MSG_ENTRIES && message.as.entries.place.lane == PLN_LANE_RECORDS;
    for (size_t i = 0;
         message.type == PLN_MSG_HEADS && i < pln_rows(message.as.heads.rows, PLN_HEADS_ROW_SIZE);
         i++) {
        pln_row_t row;
        pln_row_read(message.as.heads.rows, i, &row);
        told_of_records += row.lane == PLN_LANE_RECORDS;
    }
}

/** It knows better than the root, and is never done with lane 0. */
static void who_was_put_out_hears_of_no_records_from_who_takes_it_for_a_member(void **state)
{
    (void)state;
    story_t story = story_begin(27, false);
    world_node_t *lead = story_machine(&story, "lead");
    story_join(&story, story.root, lead, PLN_ROLE_COORDINATOR);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_converges(&story, 30000);
    world_peer_add(member, lead);
    story_run(&story, 15000);
    world_apart(lead, story.root, true);
    world_apart(member, story.root, true);
    world_crash(member);
    world_node_t *guest = world_node(story.world, "guest", false);
    story_join(&story, lead, guest, PLN_ROLE_CONTRIBUTOR);  // or it could pass on what it is shown
    assert_int_equal(world_revoke(lead, &story.net, &member->self.id), PLN_OK);
    world_start(member);
    story_run(&story, 60000);
    told_who_and_when(&story, member, lead);
    world_crash(guest);
    world_power_off(lead);
    (void)story_member(&story, "new");  // lane 0 has moved on
    story_publish(&story, story.root, 2, 100);
    outcast = member;
    told_of_records = 0;
    story.world->heard = look_for_records;
    world_apart(member, story.root, false);
    story_run(&story, 120000);
    assert_int_not_equal(world_link_between(member, story.root), 0);
    assert_int_equal(told_of_records, 0);
    story_end(&story);
}

/** Nobody but the member was told; then the root's disk is laid back to before it said so. */
static void whoever_was_let_in_anew_drops_what_it_was_told_and_nobody_holds(void **state)
{
    (void)state;
    story_t story = story_begin(25, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 3, 100);
    story_converges(&story, 30000);
    memory_store_t *backup = world_backup(story.root);
    assert_int_equal(world_revoke(story.root, &story.net, &member->self.id), PLN_OK);
    story_run(&story, 5000);
    told_who_and_when(&story, member, story.root);
    world_lay_back(story.root, backup);
    world_start(story.root);
    story_run(&story, 60000);
    story_join(&story, story.root, member, PLN_ROLE_CONTRIBUTOR);
    story_publish(&story, member, 1, 100);
    story_converges(&story, 60000);  // how far its first epoch counts, too: check_fold.c
    assert_int_equal(memory_store_rows(member->store, PLN_TABLE_EVIDENCE, &story.net), 0);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_that_was_off_learns_who_put_it_out_and_when),
        cmocka_unit_test(who_is_let_in_again_meanwhile_is_not_told_that_it_is_out),
        cmocka_unit_test(who_was_put_out_on_a_branch_is_shown_that_entry),
        cmocka_unit_test(a_live_member_that_is_behind_learns_it_at_once),
        cmocka_unit_test(put_out_of_one_of_two_the_link_stays_for_the_other),
        cmocka_unit_test(put_out_of_one_of_two_while_off_it_hears_it_in_the_others_session),
        cmocka_unit_test(whoever_has_left_tells_nobody_that_it_was_put_out),
        cmocka_unit_test(what_lies_beyond_the_cut_is_set_aside_where_it_spread),
        cmocka_unit_test(a_node_that_was_off_exchanges_lane_0_before_anything_else),
        cmocka_unit_test(one_key_is_told_at_most_once_a_minute),
        cmocka_unit_test(whoever_was_let_in_anew_drops_what_it_was_told_and_nobody_holds),
        cmocka_unit_test(put_out_by_whom_nobody_else_heard_it_comes_in_with_a_new_ticket),
        cmocka_unit_test(who_was_put_out_hears_of_no_records_from_who_takes_it_for_a_member),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
