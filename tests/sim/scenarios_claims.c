// SPDX-License-Identifier: MPL-2.0
// What a member merely claims changes nothing for the others; HELLOs that cross lose nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/message.h"
#include "story.h"

typedef struct {
    world_t *world;
    world_node_t *a;
    world_node_t *b;
    world_node_t *c;
    pln_network_id_t net;
} trio_t;

static bool converged(world_t *world, void *arg)
{
    return world_converged(world, arg);
}

static void join(trio_t *trio, world_node_t *joiner)
{
    pln_ticket_t ticket;
    assert_int_equal(world_invite(trio->a, &trio->net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_join(joiner, &ticket, 20000), PLN_OK);
}

/** a founded; b and c joined; each dials only whom it joined by. */
static trio_t trio_new(uint64_t seed, uint32_t latency_ms)
{
    trio_t trio = {.world = world_new(seed)};
    trio.world->latency_ms = latency_ms;
    trio.a = world_node(trio.world, "a", false);
    trio.b = world_node(trio.world, "b", false);
    trio.c = world_node(trio.world, "c", false);
    assert_int_equal(world_found(trio.a, "net", &trio.net), PLN_OK);
    join(&trio, trio.b);
    join(&trio, trio.c);
    return trio;
}

static void everybody_gets_what_c_publishes(trio_t *trio)
{
    assert_int_equal(world_publish(trio->c, &trio->net, 5, 100), PLN_OK);
    assert_true(
        world_until(trio->world, 180000, converged, &trio->net));  // b is shunned for a minute
    pln_network_view_t view;
    assert_true(world_view(trio->a, &trio->net, &view));
    assert_int_equal(view.records, 6);
}

static void a_false_head_freezes_no_chain(void **state)
{
    (void)state;
    trio_t trio = trio_new(7, 5);
    assert_int_equal(world_publish(trio.c, &trio.net, 1, 100), PLN_OK);
    assert_true(world_until(trio.world, 20000, converged, &trio.net));
    pln_row_t row = {trio.c->self.id, 0, PLN_LANE_RECORDS, 1, {{1, 2, 3}}};
    pln_buf_t rows = {0};
    pln_row_write(&row, &rows);
    pln_message_t heads = {.type = PLN_MSG_HEADS};
    heads.as.heads.network = trio.net;
    heads.as.heads.rows = pln_buf_span(&rows);
    story_hears(trio.a, trio.b, &heads);
    pln_buf_free(&rows);
    everybody_gets_what_c_publishes(&trio);
    world_free(&trio.world);
}

static void a_false_base_ends_its_own_link_only(void **state)
{
    (void)state;
    trio_t trio = trio_new(8, 5);
    assert_int_equal(world_publish(trio.c, &trio.net, 1, 100), PLN_OK);
    assert_true(world_until(trio.world, 20000, converged, &trio.net));
    uint8_t entry[PLN_HEADER_SIZE] = {0, 1, 1};
    pln_message_t entries = {.type = PLN_MSG_ENTRIES};
    entries.as.entries.place = (pln_place_t){trio.net, trio.c->self.id, 0, PLN_LANE_RECORDS};
    entries.as.entries.from = entries.as.entries.to = 2;
    entries.as.entries.run = PLN_SPAN(entry, sizeof entry);
    entries.as.entries.signature.bytes[0] = 1;
    story_hears(trio.a, trio.b, &entries);
    assert_int_equal(pln_node_refused(trio.a->node)[PLN_ESIGNATURE], 1);
    everybody_gets_what_c_publishes(&trio);
    world_free(&trio.world);
}

static void lane_0_that_changes_between_two_hellos_reaches_the_other(void **state)
{
    (void)state;
    for (uint64_t offset_ms = 0; offset_ms < 900; offset_ms += 50) {
        trio_t trio = trio_new(7, 100);
        assert_int_equal(world_publish(trio.a, &trio.net, 1, 100), PLN_OK);
        world_run(trio.world, 20000);
        world_crash(trio.c);
        world_cut(trio.world, trio.a->index, trio.b->index);
        world_run(trio.world, offset_ms);
        assert_int_equal(world_revoke(trio.a, &trio.net, &trio.c->self.id), PLN_OK);
        assert_int_equal(world_publish(trio.a, &trio.net, 1, 100), PLN_OK);
        if (!world_until(trio.world, 20000, converged, &trio.net)) {
            fail_msg("stuck when the revoke came %u ms after the cut", (unsigned)offset_ms);
        }
        world_free(&trio.world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_false_head_freezes_no_chain),
        cmocka_unit_test(a_false_base_ends_its_own_link_only),
        cmocka_unit_test(lane_0_that_changes_between_two_hellos_reaches_the_other),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
