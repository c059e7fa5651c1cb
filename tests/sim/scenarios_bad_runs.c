// SPDX-License-Identifier: MPL-2.0
// Every way in which a run can be wrong: it changes nothing, is counted by its reason, and costs
// the sender its link exactly when it is an offence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/message.h"
#include "world.h"

typedef struct {
    world_t *world;
    world_node_t *victim;
    world_node_t *author;
    pln_network_id_t net;
    pln_buf_t run;         /**< two further entries, properly signed */
    pln_message_t message; /**< the ENTRIES that carry them */
} stage_t;

static bool converged(world_t *world, void *arg)
{
    return world_converged(world, arg);
}

/** Two entries behind @head, and the signature at the second. */
static void mint(stage_t *stage, pln_head_t *head)
{
    pln_entries_t *entries = &stage->message.as.entries;
    pln_draft_t draft = {.kind = 0x0101, .time_ms = 1, .payload = PLN_SPAN("payload", 7)};
    pln_vouch_t vouch;
    bool is_signed;
    pln_buf_clear(&stage->run);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pln_chain_mint(&stage->author->self, &entries->place, &draft, i == 1, head,
                                        &stage->run, &vouch, &is_signed),
                         PLN_OK);
    }
    entries->signature = vouch.signature;
    entries->run = pln_buf_span(&stage->run);
}

/** What the author would say next: its entries 4 and 5. */
static void run_make(stage_t *stage)
{
    pln_entries_t *entries = &stage->message.as.entries;
    entries->place = (pln_place_t){stage->net, stage->author->self.id, 0, PLN_LANE_RECORDS};
    pln_span_t held;
    pln_head_t base;
    pln_head_t head;
    pln_signature_t signature;
    uint32_t chain;
    assert_int_equal(pln_node_own_place(stage->author->node, &stage->net, PLN_LANE_RECORDS,
                                        &entries->place, &chain),
                     PLN_OK);
    assert_int_equal(
        memory_store_run(stage->author->store, chain, 1, 3, &held, &base, &head, &signature),
        PLN_OK);
    stage->message.type = PLN_MSG_ENTRIES;
    entries->from = 4;
    entries->to = 5;
    entries->base = head.hash;
    mint(stage, &head);
}

static stage_t stage_new(void)
{
    stage_t stage = {.world = world_new(11)};
    stage.victim = world_node(stage.world, "victim", false);
    stage.author = world_node(stage.world, "author", false);
    pln_ticket_t ticket;
    assert_int_equal(world_found(stage.victim, "net", &stage.net), PLN_OK);
    assert_int_equal(world_invite(stage.victim, &stage.net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(world_join(stage.author, &ticket, 20000), PLN_OK);
    assert_int_equal(world_publish(stage.author, &stage.net, 3, 50), PLN_OK);
    assert_true(world_until(stage.world, 20000, converged, &stage.net));
    world_run(stage.world, 3000);
    run_make(&stage);
    return stage;
}

static void stage_free(stage_t *stage)
{
    pln_buf_free(&stage->run);
    world_free(&stage->world);
}

static void say(stage_t *stage, size_t cut)
{
    pln_buf_t frame = {0};
    pln_message_encode(&stage->message, &frame);
    pln_buf_add(&frame, stage->message.as.entries.run.data, stage->message.as.entries.run.size);
    pln_event_t event = world_event_of(stage->victim, PLN_EV_RECEIVED);
    event.as.received.link = world_link_between(stage->victim, stage->author);
    event.as.received.frame = PLN_SPAN(frame.data, frame.size - cut);
    assert_int_not_equal(event.as.received.link, 0);
    world_step(stage->victim, &event);
    pln_buf_free(&frame);
}

/* ---- the ways ---- */

static size_t cut = 0;

static void right(stage_t *stage)
{
    (void)stage;
}

static void bit_flipped(stage_t *stage)
{
    stage->run.data[stage->run.size - 1] ^= 1;
}

static void header_flipped(stage_t *stage)
{
    stage->run.data[4] ^= 1;
}

static void wrongly_signed(stage_t *stage)
{
    stage->message.as.entries.signature.bytes[10] ^= 1;
}

static void signed_by_another(stage_t *stage)
{
    pln_head_t head = {.seq = 5};
    pln_place_t own = stage->message.as.entries.place;
    own.author = stage->victim->self.id;
    pln_head_sign(&stage->victim->self, &own, &head, &stage->message.as.entries.signature);
}

static void wrongly_linked(stage_t *stage)
{
    stage->message.as.entries.base.bytes[0] ^= 1;
}

static void reordered(stage_t *stage)
{
    size_t half = stage->run.size / 2;
    uint8_t first[64];
    memcpy(first, stage->run.data, half);
    first[3] ^= 1;  // both entries are alike: make a difference before they change places
    memmove(stage->run.data, stage->run.data + half, half);
    memcpy(stage->run.data + half, first, half);
}

static void truncated_inside_an_entry(stage_t *stage)
{
    stage->message.as.entries.run.size -= 3;
}

static void truncated_frame(stage_t *stage)
{
    (void)stage;
    cut = 5;
}

static void one_entry_short(stage_t *stage)
{
    stage->message.as.entries.run.size /= 2;
}

static void one_more_than_it_says(stage_t *stage)
{
    stage->message.as.entries.to = 4;
}

static void oversized_entry(stage_t *stage)
{
    pln_put_u32(stage->run.data + 9, PLN_PAYLOAD_MAX + 1);
}

static void impossible_range(stage_t *stage)
{
    stage->message.as.entries.to = 3;
}

static void replayed(stage_t *stage)
{
    stage->message.as.entries.from = 2;
    stage->message.as.entries.to = 3;
}

/** Its author has signed it: of whoever brings it that is no offence. */
static void of_another_branch(stage_t *stage)
{
    stage->message.as.entries.base.bytes[0] ^= 1;
    pln_head_t head = {.seq = 3, .cum = 200, .hash = stage->message.as.entries.base};
    mint(stage, &head);
}

static void with_a_gap(stage_t *stage)
{
    stage->message.as.entries.from = 7;
    stage->message.as.entries.to = 8;
}

static void of_a_foreign_network(stage_t *stage)
{
    stage->message.as.entries.place.network.bytes[0] ^= 1;
}

static void of_an_author_without_a_grant(stage_t *stage)
{
    stage->message.as.entries.place.author.bytes[1] ^= 1;
}

static void of_an_epoch_not_granted(stage_t *stage)
{
    stage->message.as.entries.place.epoch = 16;
}

static const struct {
    const char *name;
    void (*spoil)(stage_t *stage);
    pln_err_t reason;
    bool link_ends;
} ways[] = {
    {"right", right, PLN_OK, false},
    {"bit flipped", bit_flipped, PLN_ESIGNATURE, true},
    {"header flipped", header_flipped, PLN_ESIGNATURE, true},
    {"wrongly signed", wrongly_signed, PLN_ESIGNATURE, true},
    {"signed by another", signed_by_another, PLN_ESIGNATURE, true},
    {"wrongly linked", wrongly_linked, PLN_ESIGNATURE, true},
    {"re-ordered", reordered, PLN_ESIGNATURE, true},
    {"truncated inside an entry", truncated_inside_an_entry, PLN_ETRUNCATED, true},
    {"truncated frame", truncated_frame, PLN_ETRUNCATED, true},
    {"one entry short", one_entry_short, PLN_ESIGNATURE, true},
    {"one more than it says", one_more_than_it_says, PLN_EMALFORMED, true},
    {"oversized entry", oversized_entry, PLN_EOVERSIZE, true},
    {"impossible range", impossible_range, PLN_ERUN, true},
    {"replayed", replayed, PLN_EDUPLICATE, false},
    {"of another branch", of_another_branch, PLN_EBASE, false},
    {"with a gap", with_a_gap, PLN_EGAP, false},
    {"of a foreign network", of_a_foreign_network, PLN_EFOREIGN, false},
    {"of an author without a grant", of_an_author_without_a_grant, PLN_EGRANT, false},
    {"of an epoch not granted", of_an_epoch_not_granted, PLN_EGRANT, false},
};

static void run_way(size_t index)
{
    stage_t stage = stage_new();
    cut = 0;
    ways[index].spoil(&stage);
    uint64_t before = pln_node_refused(stage.victim->node)[ways[index].reason];
    uint32_t link = world_link_between(stage.victim, stage.author);
    say(&stage, cut);
    const uint64_t *refused = pln_node_refused(stage.victim->node);
    if (ways[index].reason != PLN_OK && refused[ways[index].reason] != before + 1) {
        fail_msg("%s: not counted as %s", ways[index].name, pln_error_name(ways[index].reason));
    }
    bool ended = world_link_between(stage.victim, stage.author) != link;
    if (ended != ways[index].link_ends) {
        fail_msg("%s: the link %s", ways[index].name, ended ? "ended" : "stayed");
    }
    world_run(stage.world, 200);
    pln_network_view_t view;
    assert_true(world_view(stage.victim, &stage.net, &view));
    if (view.records != (ways[index].reason == PLN_OK ? 5u : 3u)) {
        fail_msg("%s: %llu records", ways[index].name, (unsigned long long)view.records);
    }
    stage_free(&stage);
}

static void every_wrong_run_changes_nothing_and_is_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        run_way(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_run_changes_nothing_and_is_counted),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
