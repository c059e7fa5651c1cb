// SPDX-License-Identifier: MPL-2.0
// Leaving, and deleting what is held: the others hear of it, power cuts only delay it, and whoever
// comes back by a new invitation gets everything again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static void print_trace(const char *line)
{
    puts(line);
}

static world_t *new_world(uint64_t seed)
{
    world_t *world = world_new(seed);
    if (getenv("SIM_TRACE") != NULL) {
        world->trace = print_trace;
    }
    return world;
}

static bool converged(world_t *world, void *arg)
{
    return world_converged(world, arg);
}

static void join(world_node_t *inviter, world_node_t *joiner, const pln_network_id_t *net,
                 pln_role_t role)
{
    pln_ticket_t ticket;
    assert_int_equal(world_invite(inviter, net, role, &ticket), PLN_OK);
    assert_int_equal(world_join(joiner, &ticket, 20000), PLN_OK);
}

static void publish_many(world_node_t *node, const pln_network_id_t *net, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i += 500) {
        assert_int_equal(world_publish(node, net, 500, size), PLN_OK);
    }
}

static uint64_t records(world_node_t *node, const pln_network_id_t *net)
{
    pln_network_view_t view;
    return world_view(node, net, &view) ? view.records : 0;
}

/** Chains of the network on the disk, and rows that name it, but for the epochs used there. */
static size_t holds(const world_node_t *node, const pln_network_id_t *net)
{
    size_t count = 0;
    size_t cursor = 0;
    pln_chain_row_t row;
    while (memory_store_next_chain(node->store, &cursor, &row)) {
        count += memcmp(row.place.network.bytes, net->bytes, sizeof net->bytes) == 0;
    }
    for (int table = 0; table < PLN_TABLE_CHAINS; table++) {
        count += memory_store_rows(node->store, (pln_table_t)table, net);
    }
    return count;
}

typedef struct {
    world_node_t *node;
    const pln_network_id_t *net;
    uint64_t count;
} goal_t;

static bool is_forgotten(world_t *world, void *arg)
{
    (void)world;
    const goal_t *goal = arg;
    pln_network_view_t view;
    return !world_view(goal->node, goal->net, &view);
}

static bool has_records(world_t *world, void *arg)
{
    (void)world;
    const goal_t *goal = arg;
    return records(goal->node, goal->net) >= goal->count;
}

static bool remains_fewer(world_t *world, void *arg)
{
    (void)world;
    const goal_t *goal = arg;
    return records(goal->node, goal->net) < goal->count;
}

static void is_gone(world_node_t *node, const pln_network_id_t *net)
{
    goal_t goal = {node, net, 0};
    assert_true(world_until(node->world, 120000, is_forgotten, &goal));
    assert_int_equal(holds(node, net), 0);
}

static void other_sees_that_it_left(world_node_t *other, const pln_network_id_t *net,
                                    const world_node_t *gone)
{
    pln_member_t member;
    assert_int_equal(pln_access_member(pln_node_access(other->node, net), &gone->self.id, &member),
                     PLN_OK);
    assert_true(member.left);
}

static bool lost_its_link(world_t *world, void *arg)
{
    (void)world;
    size_t cursor = 0;
    pln_peer_view_t peer;
    while (pln_node_next_peer(((world_node_t *)arg)->node, &cursor, &peer)) {
        if (peer.state == PLN_PEER_LIVE || peer.state == PLN_PEER_SYNCING) {
            return false;
        }
    }
    return true;
}

/** a with 1,200 records, b with 40, both members of one network. */
static world_t *two_members(uint64_t seed, world_node_t **a, world_node_t **b,
                            pln_network_id_t *net)
{
    world_t *world = new_world(seed);
    *a = world_node(world, "a", true);
    *b = world_node(world, "b", true);
    assert_int_equal(world_found(*a, "net", net), PLN_OK);
    join(*a, *b, net, PLN_ROLE_CONTRIBUTOR);
    publish_many(*a, net, 1000, 200);
    assert_int_equal(world_publish(*b, net, 40, 200), PLN_OK);
    assert_true(world_until(world, 30000, converged, net));
    return world;
}

static void who_leaves_and_forgets_holds_nothing_and_the_others_know(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(1, &a, &b, &net);
    world_run(world, 15000); /* presences and cursors are saved */
    assert_true(holds(b, &net) > 5);
    assert_int_equal(world_forget(b, &net), PLN_OK);
    is_gone(b, &net);
    for (int table = 0; table < PLN_TABLE_CHAINS; table++) {
        assert_int_equal(memory_store_rows(b->store, (pln_table_t)table, NULL), 0);
    }
    other_sees_that_it_left(a, &net, b);
    assert_int_equal(records(a, &net), 1040);
    world_crash(b);
    world_start(b);
    world_run(world, 5000);
    pln_network_view_t view;
    assert_false(world_view(b, &net, &view));
    assert_int_equal(world_publish(a, &net, 5, 100), PLN_OK);
    world_run(world, 20000);
    assert_int_equal(holds(b, &net), 0);
    world_free(&world);
}

static void all_links_lazy_still_carry_the_leave(void **state)
{
    (void)state;
    world_t *world = new_world(2);
    world_node_t *nodes[4];
    pln_network_id_t net;
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        nodes[i] = world_node(world, name, true);
    }
    assert_int_equal(world_found(nodes[0], "net", &net), PLN_OK);
    for (int i = 1; i < 4; i++) {
        join(nodes[0], nodes[i], &net, PLN_ROLE_CONTRIBUTOR);
    }
    world_run(world, 70000);
    for (int round = 0; round < 60; round++) { /* duplicates prune the mesh to a tree */
        world_publish_later(nodes[world_random(world, 3)], &net, 1, 300);
        world_run(world, 100);
    }
    assert_true(world_until(world, 30000, converged, &net));
    assert_int_equal(world_forget(nodes[3], &net), PLN_OK);
    is_gone(nodes[3], &net);
    assert_true(world_until(world, 30000, converged, &net));
    for (int i = 0; i < 3; i++) {
        other_sees_that_it_left(nodes[i], &net, nodes[3]);
    }
    world_free(&world);
}

static void power_cuts_in_the_middle_only_delay_it(void **state)
{
    (void)state;
    world_t *world = new_world(3);
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, b, &net, PLN_ROLE_CONTRIBUTOR);
    publish_many(a, &net, 50000, 60);
    goal_t goal = {b, &net, 50000};
    assert_true(world_until(world, 120000, has_records, &goal));
    world->commit_ms = 50;
    assert_int_equal(world_forget(b, &net), PLN_OK);
    goal.count = 50000 - PLN_FORGET_ENTRIES + 1;
    assert_true(world_until(world, 20000, remains_fewer, &goal));
    assert_true(records(b, &net) > 0); /* in slices */
    for (int i = 0; i < 12; i++) {
        world_crash(b);
        world_start(b);
        world_run(world, 20 + world_random(world, 120));
    }
    is_gone(b, &net);
    assert_int_equal(records(a, &net), 50000);
    world_free(&world);
}

static void large_entries_go_by_bytes(void **state)
{
    (void)state;
    world_t *world = new_world(4);
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, b, &net, PLN_ROLE_CONTRIBUTOR);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(world_publish(a, &net, 20, PLN_PAYLOAD_MAX), PLN_OK); /* 50 MiB */
    }
    goal_t goal = {b, &net, 200};
    assert_true(world_until(world, 120000, has_records, &goal));
    assert_int_equal(world_forget(b, &net), PLN_OK);
    uint64_t most = 0;
    for (uint64_t left = 200; left > 0;) {
        goal.count = left;
        assert_true(world_until(world, 20000, remains_fewer, &goal));
        uint64_t now = records(b, &net);
        most = left - now > most ? left - now : most;
        left = now;
    }
    assert_true(most <= PLN_FORGET_BYTES / PLN_PAYLOAD_MAX + 1);
    is_gone(b, &net);
    world_free(&world);
}

static void who_comes_back_by_a_new_invitation_gets_everything_again(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(5, &a, &b, &net);
    world_run(world, 15000);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(world_forget(b, &net), PLN_OK);
        pln_ticket_t ticket;
        assert_int_equal(world_invite(a, &net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
        is_gone(b, &net);
        if (round == 1) { /* numbers of deleted chains are not given again after a start */
            world_crash(b);
            world_start(b);
        }
        assert_int_equal(world_join(b, &ticket, 20000), PLN_OK);
        assert_true(world_until(world, 30000, converged, &net));
        assert_int_equal(world_publish(b, &net, 7, 200), PLN_OK);
        assert_int_equal(world_publish(a, &net, 3, 200), PLN_OK);
        assert_true(world_until(world, 30000, converged, &net));
        assert_int_equal(records(b, &net), 1040 + (uint64_t)(round + 1) * 10);
        assert_int_equal(pln_node_refused(a->node)[PLN_EFORK], 0);
        world_run(world, 15000);
    }
    world_free(&world);
}

static void numbers_of_deleted_chains_are_not_given_again(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    pln_network_id_t own;
    pln_place_t place;
    uint32_t before;
    uint32_t after;
    world_t *world = two_members(6, &a, &b, &net);
    assert_int_equal(pln_node_own_place(b->node, &net, PLN_LANE_RECORDS, &place, &before), PLN_OK);
    assert_int_equal(world_forget(b, &net), PLN_OK);
    is_gone(b, &net);
    world_crash(b);
    world_start(b);
    assert_int_equal(world_found(b, "own", &own), PLN_OK);
    assert_int_equal(pln_node_own_place(b->node, &own, PLN_LANE_CONTROL, &place, &after), PLN_OK);
    assert_true(after > before);
    world_free(&world);
}

static void a_network_left_earlier_can_be_forgotten(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(7, &a, &b, &net);
    assert_int_equal(world_leave(b, &net), PLN_OK);
    world_run(world, 10000);
    other_sees_that_it_left(a, &net, b);
    assert_int_equal(records(b, &net), 1040);
    assert_int_equal(world_leave(b, &net), PLN_ENOTFOUND);
    world_crash(b);
    world_start(b);
    assert_int_equal(world_forget(b, &net), PLN_OK);
    is_gone(b, &net);
    assert_int_equal(world_forget(b, &net), PLN_ENOTFOUND);
    world_free(&world);
}

static void who_was_put_out_can_forget(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(8, &a, &b, &net);
    assert_int_equal(world_revoke(a, &net, &b->self.id), PLN_OK);
    world_run(world, 5000);
    assert_int_equal(world_forget(b, &net), PLN_OK);
    is_gone(b, &net);
    pln_ticket_t ticket;
    assert_int_equal(world_invite(a, &net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_OK);
    goal_t goal = {b, &net, 1040};
    assert_true(world_until(world, 30000, has_records, &goal));
    assert_true(world_until(world, 30000, converged, &net));
    world_free(&world);
}

static void other_networks_stay_as_they_are(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    pln_network_id_t other;
    world_t *world = two_members(9, &a, &b, &net);
    assert_int_equal(world_found(b, "other", &other), PLN_OK);
    join(b, a, &other, PLN_ROLE_CONTRIBUTOR);
    assert_int_equal(world_publish(a, &other, 30, 100), PLN_OK);
    assert_true(world_until(world, 30000, converged, &other));
    world_run(world, 15000);
    assert_int_equal(world_forget(b, &net), PLN_OK);
    world_publish_later(b, &other, 20, 100); /* in the middle of it */
    is_gone(b, &net);
    assert_int_equal(world_publish(a, &other, 3, 100), PLN_OK);
    assert_true(world_until(world, 30000, converged, &other));
    assert_int_equal(records(b, &other), 53);
    world_crash(b);
    world_start(b);
    assert_int_equal(world_publish(a, &other, 2, 100), PLN_OK);
    assert_true(world_until(world, 30000, converged, &other));
    assert_int_equal(records(b, &other), 55);
    world_free(&world);
}

static void a_full_disk_only_delays_it(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(10, &a, &b, &net);
    b->disk.error = PLN_ENOSPACE;
    assert_int_equal(world_forget(b, &net), PLN_ENOSPACE);
    pln_network_view_t view;
    assert_true(world_view(b, &net, &view));
    assert_false(view.left);
    b->disk.error = PLN_OK;
    assert_int_equal(world_forget(b, &net), PLN_OK);
    b->disk.error = PLN_ENOSPACE;
    world_run(world, 20000);
    assert_true(world_view(b, &net, &view));
    assert_true(view.forgetting);
    assert_int_equal(world_forget(b, &net), PLN_OK); /* under way: nothing to do */
    b->disk.error = PLN_OK;
    is_gone(b, &net);
    world_free(&world);
}

static void what_is_being_deleted_cannot_be_joined(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    pln_ticket_t ticket;
    world_t *world = two_members(11, &a, &b, &net);
    assert_int_equal(world_invite(a, &net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_forget(b, &net), PLN_OK);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_EEXISTS);
    is_gone(b, &net);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_OK); /* the ticket was not spent */
    world_free(&world);
}

static void the_old_invitation_does_not_lead_back(void **state)
{
    (void)state;
    world_t *world = new_world(12);
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    pln_network_id_t net;
    pln_ticket_t ticket;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    assert_int_equal(world_invite(a, &net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_OK);
    world_run(world, 10000);
    assert_int_equal(world_forget(b, &net), PLN_OK);
    is_gone(b, &net);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_ETICKET_CANCELLED);
    world_free(&world);
}

static void the_root_stays(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(13, &a, &b, &net);
    assert_int_equal(world_forget(a, &net), PLN_EROLE);
    assert_int_equal(records(a, &net), 1040);
    world_free(&world);
}

/** The other machine is suspended: it never says that it has heard. */
static void who_leaves_waits_five_seconds_for_the_others(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(16, &a, &b, &net);
    world_suspend(a, 60000);
    assert_int_equal(world_leave(b, &net), PLN_OK);
    world_run(world, 3000);
    assert_int_equal(b->admitted.count, 1);  // it may be about to ask
    world_run(world, 3000);
    assert_int_equal(b->admitted.count, 0);
    world_free(&world);
}

static void an_unreachable_member_forgets_all_the_same(void **state)
{
    (void)state;
    world_node_t *a, *b;
    pln_network_id_t net;
    world_t *world = two_members(14, &a, &b, &net);
    world_crash(a);
    assert_true(world_until(world, 60000, lost_its_link, b));
    assert_int_equal(world_forget(b, &net), PLN_OK);
    is_gone(b, &net);
    world_start(a);
    world_run(world, 30000);
    assert_int_equal(holds(b, &net), 0);
    world_free(&world);
}

static void who_comes_back_where_nobody_heard_it_go_does_not_fork_its_chain(void **state)
{
    (void)state;
    world_t *world = new_world(15);
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    pln_network_id_t net;
    pln_ticket_t ticket;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    assert_int_equal(world_invite(a, &net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_join(b, &ticket, 20000), PLN_OK);
    for (uint64_t round = 1; round <= 3; round++) {
        assert_int_equal(world_publish(b, &net, 40, 200), PLN_OK);
        assert_true(world_until(world, 30000, converged, &net));
        world_crash(a);
        assert_true(world_until(world, 60000, lost_its_link, b));
        assert_int_equal(world_forget(b, &net), PLN_OK);
        is_gone(b, &net);
        world_crash(b);
        world_start(b);
        world_start(a);
        assert_int_equal(world_join(b, &ticket, 60000), PLN_OK); /* a still knows it as a member */
        assert_int_equal(world_publish(b, &net, 5, 200), PLN_OK);
        goal_t goal = {a, &net, round * 45};
        assert_true(world_until(world, 60000, has_records, &goal));
        assert_true(world_until(world, 60000, converged, &net));
        assert_int_equal(records(b, &net), round * 45);
    }
    world_free(&world);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_leaves_and_forgets_holds_nothing_and_the_others_know),
        cmocka_unit_test(all_links_lazy_still_carry_the_leave),
        cmocka_unit_test(power_cuts_in_the_middle_only_delay_it),
        cmocka_unit_test(large_entries_go_by_bytes),
        cmocka_unit_test(who_comes_back_by_a_new_invitation_gets_everything_again),
        cmocka_unit_test(numbers_of_deleted_chains_are_not_given_again),
        cmocka_unit_test(a_network_left_earlier_can_be_forgotten),
        cmocka_unit_test(who_was_put_out_can_forget),
        cmocka_unit_test(other_networks_stay_as_they_are),
        cmocka_unit_test(a_full_disk_only_delays_it),
        cmocka_unit_test(what_is_being_deleted_cannot_be_joined),
        cmocka_unit_test(the_old_invitation_does_not_lead_back),
        cmocka_unit_test(the_root_stays),
        cmocka_unit_test(who_leaves_waits_five_seconds_for_the_others),
        cmocka_unit_test(an_unreachable_member_forgets_all_the_same),
        cmocka_unit_test(who_comes_back_where_nobody_heard_it_go_does_not_fork_its_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
