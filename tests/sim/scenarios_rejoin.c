// SPDX-License-Identifier: MPL-2.0
// A member that was off when it was revoked comes back with a new ticket; a wrong clock next door.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/node_state.h"
#include "world.h"

static bool converged(world_t *world, void *arg)
{
    return world_converged(world, arg);
}

static void join(world_node_t *inviter, world_node_t *joiner, const pln_network_id_t *net)
{
    pln_ticket_t ticket;
    assert_int_equal(world_invite(inviter, net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_join(joiner, &ticket, 60000), PLN_OK);
}

static void a_member_revoked_while_off_is_readmitted_by_ticket(void **state)
{
    (void)state;
    world_t *world = world_new(21);
    world_node_t *a = world_node(world, "a", false);
    world_node_t *c = world_node(world, "c", false);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, c, &net);
    assert_int_equal(world_publish(c, &net, 2, 100), PLN_OK);
    assert_true(world_until(world, 20000, converged, &net));
    world_crash(c);
    assert_int_equal(world_revoke(a, &net, &c->self.id), PLN_OK);
    world_start(c);
    world_run(world, 30000);
    join(a, c, &net);
    assert_int_equal(world_publish(c, &net, 3, 100), PLN_OK);
    assert_true(world_until(world, 60000, converged, &net));
    pln_network_view_t view;
    assert_true(world_view(a, &net, &view));
    assert_int_equal(view.records, 5);
    assert_int_equal(view.members, 2);
    world_free(&world);
}

static void a_member_that_joins_again_stays_what_it_is(void **state)
{
    (void)state;
    world_t *world = world_new(22);
    world_node_t *a = world_node(world, "a", false);
    world_node_t *c = world_node(world, "c", false);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    join(a, c, &net);
    world_run(world, 5000);
    join(a, c, &net);
    pln_place_t place;
    uint32_t chain;
    assert_int_equal(pln_node_own_place(c->node, &net, PLN_LANE_RECORDS, &place, &chain), PLN_OK);
    assert_int_equal(place.epoch, 0);  // no new term was spent
    world_free(&world);
}

/** Whom it knew cannot be called any more, and of the hub it never heard: it was off meanwhile. */
static void a_member_that_reaches_nobody_comes_in_with_a_new_ticket(void **state)
{
    (void)state;
    world_t *world = world_new(24);
    world_node_t *root = world_node(world, "root", false);
    world_node_t *hub = world_node(world, "hub", false);
    world_node_t *member = world_node(world, "member", false);
    member->hidden = true;
    pln_network_id_t net;
    assert_int_equal(world_found(root, "net", &net), PLN_OK);
    join(root, member, &net);
    assert_int_equal(world_publish(member, &net, 2, 100), PLN_OK);
    assert_true(world_until(world, 20000, converged, &net));
    world_crash(member);
    pln_ticket_t ticket;
    assert_int_equal(world_invite(root, &net, PLN_ROLE_COORDINATOR, &ticket), PLN_OK);
    assert_int_equal(world_join(hub, &ticket, 60000), PLN_OK);
    root->hidden = true;
    world_peer_add(root, hub);
    world_start(member);
    world_peer_add(member, hub);
    world_run(world, 120000);
    assert_int_equal(world_publish(member, &net, 1, 100), PLN_OK);
    assert_false(world_until(world, 120000, converged, &net));
    join(hub, member, &net);
    assert_true(world_until(world, 30000, converged, &net));
    pln_network_view_t view;
    assert_true(world_view(hub, &net, &view));
    assert_int_equal(view.records, 3);
    assert_int_equal(view.members, 3);
    assert_string_equal(world->broken, "");
    world_free(&world);
}

static void a_neighbour_with_a_wrong_clock_silences_nobody(void **state)
{
    (void)state;
    world_t *world = world_new(23);
    world_node_t *a = world_node(world, "a", false);
    world_node_t *b = world_node(world, "b", false);
    world_node_t *c = world_node(world, "c", false);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    b->clock_off_ms = INT64_C(3) * 365 * 86400 * 1000;
    pln_ticket_t ticket;
    assert_int_equal(world_invite(a, &net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_not_equal(world_join(b, &ticket, 1000), PLN_EINVAL);
    b->clock_off_ms = INT64_C(2) * 86400 * 1000;
    assert_int_equal(world_join(b, &ticket, 60000), PLN_OK);
    join(a, c, &net);
    world_run(world, 3000);
    assert_int_equal(world_publish(a, &net, 1, 100), PLN_OK);
    assert_int_equal(world_publish(c, &net, 1, 100), PLN_OK);
    // two clocks, nobody can say which is wrong: neither is silenced
    assert_int_equal(world_publish(b, &net, 1, 100), PLN_OK);
    world_free(&world);
}

static void a_clock_off_from_most_others_signs_nothing(void **state)
{
    (void)state;
    world_t *world = world_new(24);
    world_node_t *a = world_node(world, "a", false);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    for (int i = 0; i < 3; i++) {
        join(a, world_node(world, "spoke", false), &net);
    }
    world_run(world, 3000);
    assert_int_equal(world_publish(a, &net, 1, 100), PLN_OK);
    world_crash(a);
    a->clock_off_ms = -INT64_C(2) * 86400 * 1000;
    world_start(a);
    world_run(world, 90000);
    assert_int_equal(world_publish(a, &net, 1, 100), PLN_ECLOCK);
    a->clock_off_ms = 0;  // somebody sets it right: nothing has to be connected anew
    assert_int_equal(world_publish(a, &net, 1, 100), PLN_OK);
    world_free(&world);
}

static void a_clock_before_the_programs_own_making_signs_nothing(void **state)
{
    (void)state;
    world_t *world = world_new(25);
    world_node_t *a = world_node(world, "a", false);
    pln_network_id_t net;
    assert_int_equal(world_found(a, "net", &net), PLN_OK);
    a->node->config.build_ms = a->node->wall_ms + 60000;
    assert_int_equal(world_publish(a, &net, 1, 100), PLN_ECLOCK);
    a->clock_off_ms = 60000;
    assert_int_equal(world_publish(a, &net, 1, 100), PLN_OK);
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_revoked_while_off_is_readmitted_by_ticket),
        cmocka_unit_test(a_member_that_joins_again_stays_what_it_is),
        cmocka_unit_test(a_member_that_reaches_nobody_comes_in_with_a_new_ticket),
        cmocka_unit_test(a_neighbour_with_a_wrong_clock_silences_nobody),
        cmocka_unit_test(a_clock_off_from_most_others_signs_nothing),
        cmocka_unit_test(a_clock_before_the_programs_own_making_signs_nothing),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
