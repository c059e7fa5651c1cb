// SPDX-License-Identifier: MPL-2.0
// The simplest stories, each told by the real core: join, line, catch-up, crash, live, revoke.
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

static void records_are(world_node_t *node, const pln_network_id_t *net, uint64_t count)
{
    pln_network_view_t view;
    assert_true(world_view(node, net, &view));
    assert_int_equal(view.records, count);
}

static void two_nodes_join_and_share(void **state)
{
    (void)state;
    world_t *world = new_world(1);
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, b, &net, PLN_ROLE_CONTRIBUTOR);
    assert_int_equal(world_publish(a, &net, 3, 100), PLN_OK);
    assert_int_equal(world_publish(b, &net, 2, 100), PLN_OK);
    assert_true(world_until(world, 5000, converged, &net));
    records_are(a, &net, 5);
    records_are(b, &net, 5);
    world_free(&world);
}

static void a_line_of_three_converges(void **state)
{
    (void)state;
    world_t *world = new_world(2);
    world_node_t *a = world_node(world, "a", false);
    world_node_t *b = world_node(world, "b", false);
    world_node_t *c = world_node(world, "c", false);
    pln_network_id_t net;
    assert_int_equal(world_found(b, "net", &net), PLN_OK);
    join(b, a, &net, PLN_ROLE_CONTRIBUTOR);
    join(b, c, &net, PLN_ROLE_CONTRIBUTOR);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(world_publish(a, &net, 10, 300), PLN_OK);
        assert_int_equal(world_publish(c, &net, 10, 300), PLN_OK);
    }
    assert_true(world_until(world, 20000, converged, &net));
    records_are(b, &net, 100);
    records_are(c, &net, 100);
    world_free(&world);
}

static void a_node_that_was_off_catches_up(void **state)
{
    (void)state;
    world_t *world = new_world(3);
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, b, &net, PLN_ROLE_CONTRIBUTOR);
    world_run(world, 15000);
    world_crash(b);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(world_publish(a, &net, 500, 330), PLN_OK);
    }
    world_start(b);
    assert_true(world_until(world, 30000, converged, &net));
    records_are(b, &net, 10000);
    world_free(&world);
}

static void crashes_in_mid_catch_up_repeat_little(void **state)
{
    (void)state;
    world_t *world = new_world(4);
    world->bytes_per_ms = 500;
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, b, &net, PLN_ROLE_CONTRIBUTOR);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(world_publish(a, &net, 500, 330), PLN_OK);
    }
    for (int i = 0; i < 5; i++) {
        world_crash(b);
        world_start(b);
        world_run(world, 500 + world_random(world, 1500));
    }
    assert_true(world_until(world, 60000, converged, &net));
    records_are(b, &net, 10000);
    world_free(&world);
}

static void revoked_members_get_nothing_more(void **state)
{
    (void)state;
    world_t *world = new_world(5);
    world_node_t *a = world_node(world, "a", true);
    world_node_t *b = world_node(world, "b", true);
    world_node_t *c = world_node(world, "c", true);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, b, &net, PLN_ROLE_CONTRIBUTOR);
    join(a, c, &net, PLN_ROLE_CONTRIBUTOR);
    assert_int_equal(world_publish(c, &net, 4, 100), PLN_OK);
    assert_true(world_until(world, 20000, converged, &net));
    assert_int_equal(world_revoke(a, &net, &c->self.id), PLN_OK);
    world_run(world, 3000);
    assert_int_equal(world_publish(a, &net, 7, 100), PLN_OK);
    world_run(world, 20000);
    records_are(b, &net, 11);
    pln_network_view_t view;
    assert_true(world_view(c, &net, &view));
    assert_int_equal(view.records, 4);
    assert_int_equal(view.role, PLN_ROLE_NONE);
    assert_true(view.revoked);
    world_free(&world);
}

static void ten_nodes_share_live(void **state)
{
    (void)state;
    world_t *world = new_world(6);
    world_node_t *nodes[10];
    pln_network_id_t net;
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        nodes[i] = world_node(world, name, true);
    }
    assert_int_equal(world_found(nodes[0], "net", &net), PLN_OK);
    for (int i = 1; i < 10; i++) {
        join(nodes[0], nodes[i], &net, PLN_ROLE_CONTRIBUTOR);
    }
    world_run(world, 70000);
    uint64_t before_runs = 0;
    uint64_t before_duplicates = 0;
    for (int i = 0; i < 10; i++) {
        before_runs += pln_node_counters(nodes[i]->node)->runs_received;
        before_duplicates += pln_node_counters(nodes[i]->node)->runs_duplicate;
    }
    for (int round = 0; round < 50; round++) {
        world_publish_later(nodes[world_random(world, 10)], &net, 1, 300);
        world_run(world, 200);
    }
    assert_true(world_until(world, 10000, converged, &net));
    uint64_t stored = 0;
    uint64_t duplicates = 0;
    for (int i = 0; i < 10; i++) {
        records_are(nodes[i], &net, 50);
        stored += pln_node_counters(nodes[i]->node)->runs_received;
        duplicates += pln_node_counters(nodes[i]->node)->runs_duplicate;
    }
    print_message("joining: runs %llu, duplicates %llu; live: runs %llu, duplicates %llu\n",
                  (unsigned long long)before_runs, (unsigned long long)before_duplicates,
                  (unsigned long long)(stored - before_runs),
                  (unsigned long long)(duplicates - before_duplicates));
    world_free(&world);
}

/** Lane 0 is written by invite, revoke, leave and their like, and by nobody's hand. */
static void nobody_publishes_a_control_record(void **state)
{
    (void)state;
    world_t *world = new_world(9);
    world_node_t *root = world_node(world, "root", false);
    pln_network_id_t net;
    assert_int_equal(world_found(root, "net", &net), PLN_OK);
    pln_draft_t draft = {.kind = PLN_KIND_CONTROL_MAX, .payload = PLN_SPAN("\x80", 1)};
    pln_event_t event = world_event_of(root, PLN_EV_PUBLISH);
    event.as.publish.network = net;
    event.as.publish.drafts = &draft;
    event.as.publish.count = 1;
    uint64_t before = pln_node_counters(root->node)->entries_minted;
    world_step(root, &event);
    world_run(world, 1000);
    assert_int_equal(pln_node_counters(root->node)->entries_minted, before);
    draft.kind = PLN_KIND_CONTROL_MAX + 1;
    pln_event_t again = world_event_of(root, PLN_EV_PUBLISH);
    again.as.publish = event.as.publish;
    world_step(root, &again);
    world_run(world, 1000);
    assert_int_equal(pln_node_counters(root->node)->entries_minted, before + 1);
    world_free(&world);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_nodes_join_and_share),
        cmocka_unit_test(a_line_of_three_converges),
        cmocka_unit_test(a_node_that_was_off_catches_up),
        cmocka_unit_test(crashes_in_mid_catch_up_repeat_little),
        cmocka_unit_test(revoked_members_get_nothing_more),
        cmocka_unit_test(ten_nodes_share_live),
        cmocka_unit_test(nobody_publishes_a_control_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
