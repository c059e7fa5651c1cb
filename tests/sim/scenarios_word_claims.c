// SPDX-License-Identifier: MPL-2.0
// Payloads that nobody lacks or that are others, and revokes that end nobody's membership: what a
// member brings unasked changes nothing.
#include <string.h>

#include "lies.h"
#include "proto/access_set.h"
#include "proto/control.h"
#include "proto/evidence.h"
#include "proto/node_state.h"
#include "story.h"

/** a has founded; b, a member, brings things to a that c has written, or nobody. */
typedef struct {
    story_t story;
    world_node_t *a;
    world_node_t *b;
    world_node_t *c;
    pln_place_t place;
} court_t;

static court_t court(uint64_t seed)
{
    court_t it = {.story = story_begin(seed, false)};
    it.a = it.story.root;
    it.b = story_member(&it.story, "b");
    it.c = story_member(&it.story, "c");
    it.place = (pln_place_t){it.story.net, it.c->self.id, 0, PLN_LANE_RECORDS};
    story_publish(&it.story, it.c, 3, 60);
    story_converges(&it.story, 60000);
    story_run(&it.story, 15000);
    it.b->lies = 1;  // so that the checks do not take it for honest; it says nothing by itself
    it.b->lie_one_in = UINT32_MAX;
    return it;
}

static void hear(court_t *it, world_node_t *to, world_node_t *from, const pln_message_t *message)
{
    (void)it;
    pln_buf_t frame = {0};
    pln_message_encode(message, &frame);
    if (message->type == PLN_MSG_ENTRIES) {
        pln_buf_add(&frame, message->as.entries.run.data, message->as.entries.run.size);
    }
    pln_event_t event = world_event_of(to, PLN_EV_RECEIVED);
    event.as.received.link = world_link_between(to, from);
    event.as.received.frame = pln_buf_span(&frame);
    assert_int_not_equal(event.as.received.link, 0);
    world_step(to, &event);
    pln_buf_free(&frame);
}

/* ---- single payloads ---- */

/** Entry @seq of c as it lies on its disk. */
static pln_span_t entry_of(const court_t *it, uint64_t seq, pln_entry_t *out)
{
    pln_chain_row_t row;
    pln_span_t bytes;
    assert_true(memory_store_chain(it->c->store, &it->place, &row));
    assert_int_equal(memory_store_entry(it->c->store, row.number, seq, &bytes), PLN_OK);
    assert_int_equal(pln_entry_read(bytes, out), PLN_OK);
    pln_entry_data(out->payload, &out->data);
    return bytes;
}

static void bring(court_t *it, uint64_t from, uint64_t to, const pln_hash_t *data, pln_span_t run)
{
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    message.as.entries.place = it->place;
    message.as.entries.from = from;
    message.as.entries.to = to;
    message.as.entries.base = *data;
    message.as.entries.flags = PLN_ENTRIES_PAYLOAD;
    message.as.entries.run = run;
    hear(it, it->a, it->b, &message);
}

static void ends_for(court_t *it, pln_err_t reason)
{
    assert_int_equal(pln_node_refused(it->a->node)[reason], 1);
    assert_int_equal(world_link_between(it->a, it->b), 0);
    story_run(&it->story, 180000);
    story_records_are(&it->story, it->a, 3);
    world_free(&it->story.world);
}

static void a_payload_that_gives_another_hash_ends_the_link(void **state)
{
    (void)state;
    court_t it = court(81);
    pln_entry_t entry;
    pln_span_t bytes = entry_of(&it, 2, &entry);
    entry.data.bytes[0] ^= 1;
    bring(&it, 2, 2, &entry.data, bytes);
    ends_for(&it, PLN_EMALFORMED);
}

static void two_payloads_at_once_end_the_link(void **state)
{
    (void)state;
    court_t it = court(82);
    pln_entry_t entry;
    pln_buf_t two = {0};
    pln_span_t bytes = entry_of(&it, 2, &entry);
    pln_buf_add(&two, bytes.data, bytes.size);
    pln_buf_add(&two, bytes.data, bytes.size);
    bring(&it, 2, 2, &entry.data, pln_buf_span(&two));
    pln_buf_free(&two);
    ends_for(&it, PLN_EMALFORMED);
}

static void a_payload_that_nobody_lacks_is_dropped(void **state)
{
    (void)state;
    court_t it = court(83);
    pln_entry_t entry;
    assert_int_equal(world_retract(it.c, &it.story.net, it.c, 2, false), PLN_OK);
    story_run(&it.story, 10000);  // a holds it withheld, and wants it no more
    pln_header_t header = {.kind = 0x0101, .size = 60};
    uint8_t bytes[PLN_HEADER_SIZE + 60] = {0};
    pln_header_write(&header, bytes);
    assert_int_equal(pln_entry_read(PLN_SPAN(bytes, sizeof bytes), &entry), PLN_OK);
    pln_entry_data(entry.payload, &entry.data);
    bring(&it, 2, 2, &entry.data, PLN_SPAN(bytes, sizeof bytes));
    assert_int_equal(pln_node_refused(it.a->node)[PLN_EDUPLICATE], 1);
    bool shown = true;
    story_run(&it.story, 10000);
    pln_chain_row_t row;
    assert_true(memory_store_chain(it.a->store, &it.place, &row));
    assert_false(memory_store_payload(it.a->store, row.number, 2, &shown));
    world_free(&it.story.world);
}

static bool has_payload(const court_t *it, const world_node_t *node, uint64_t seq)
{
    bool shown = true;
    pln_chain_row_t row;
    assert_true(memory_store_chain(node->store, &it->place, &row));
    return memory_store_payload(node->store, row.number, seq, &shown);
}

/** What was withdrawn does not come back with its own payload either. */
static void the_payload_of_what_is_withdrawn_is_dropped(void **state)
{
    (void)state;
    court_t it = court(86);
    pln_entry_t entry;
    pln_buf_t kept = {0};
    pln_span_t bytes = entry_of(&it, 2, &entry);
    pln_buf_add(&kept, bytes.data, bytes.size);
    assert_int_equal(world_retract(it.c, &it.story.net, it.c, 2, false), PLN_OK);
    story_run(&it.story, 10000);
    assert_false(has_payload(&it, it.a, 2));
    bring(&it, 2, 2, &entry.data, pln_buf_span(&kept));
    assert_int_equal(pln_node_refused(it.a->node)[PLN_EDUPLICATE], 1);
    for (int i = 0; i < 100; i++) {
        world_run(it.story.world, 1);
        assert_false(has_payload(&it, it.a, 2));
    }
    pln_buf_free(&kept);
    world_free(&it.story.world);
}

/** a knows of the retraction and not of the record, which somebody still has whole. */
static void what_is_withdrawn_already_is_never_stored_whole(void **state)
{
    (void)state;
    court_t it = court(91);
    world_t *world = it.story.world;
    world_bar(it.c, it.a, true);
    world_cut(world, it.a->index, it.c->index);
    story_publish(&it.story, it.c, 1, 60);
    pln_chain_row_t row;
    pln_entry_t entry;
    pln_buf_t kept = {0};
    pln_span_t bytes = entry_of(&it, 4, &entry);
    pln_buf_add(&kept, bytes.data, bytes.size);
    pln_hash_t data = entry.data;
    assert_true(memory_store_chain(it.c->store, &it.place, &row));
    pln_signature_t signature = row.signature;
    assert_int_equal(world_retract(it.c, &it.story.net, it.c, 4, false), PLN_OK);
    world_bar(it.c, it.a, false);
    const pln_id_t *author = &it.c->self.id;
    pln_access_t *access = pln_node_access(it.a->node, &it.story.net);
    for (int i = 0; pln_access_fate(access, author, 0, 4, &data, NULL) == PLN_FATE_STANDS; i++) {
        assert_true(i < 60000);
        world_run(world, 1);
    }
    assert_true(memory_store_chain(it.a->store, &it.place, &row));
    assert_int_equal(row.head.seq, 3);
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    message.as.entries.place = it.place;
    message.as.entries.from = message.as.entries.to = 4;
    message.as.entries.base = row.head.hash;
    message.as.entries.signature = signature;
    message.as.entries.flags = PLN_ENTRIES_PUSHED;
    message.as.entries.run = pln_buf_span(&kept);
    hear(&it, it.a, it.b, &message);
    do {
        world_run(world, 1);
        assert_true(memory_store_chain(it.a->store, &it.place, &row));
    } while (row.head.seq < 4);
    for (int i = 0; i < 1000; i++) {
        assert_false(has_payload(&it, it.a, 4));
        world_run(world, 1);
    }
    pln_buf_free(&kept);
    world_free(&it.story.world);
}

/** a lacks the payload of entry 4, and whoever has it is away. */
static void a_lacks_the_fourth(court_t *it)
{
    pln_chain_row_t row;
    it->c->lies = UINT64_C(1) << LIE_withheld;
    it->c->lie_one_in = 1;
    story_publish(&it->story, it->c, 1, 60);
    do {
        world_run(it->story.world, 1);
        assert_true(memory_store_chain(it->a->store, &it->place, &row));
    } while (row.head.seq < 4);
    world_bar(it->c, it->a, true);
    world_bar(it->a, it->c, true);
    world_cut(it->story.world, it->a->index, it->c->index);
    assert_false(has_payload(it, it->a, 4));
}

static void a_hole_takes_no_payload_but_its_own(void **state)
{
    (void)state;
    court_t it = court(87);
    pln_entry_t entry;
    pln_buf_t own = {0}, other = {0};
    a_lacks_the_fourth(&it);
    pln_span_t bytes = entry_of(&it, 4, &entry);
    pln_buf_add(&own, bytes.data, bytes.size);
    pln_buf_add(&other, bytes.data, bytes.size);
    other.data[other.size - 1] ^= 1;
    pln_hash_t data = entry.data;
    assert_int_equal(pln_entry_read(pln_buf_span(&other), &entry), PLN_OK);
    pln_entry_data(entry.payload, &entry.data);
    bring(&it, 4, 4, &entry.data, pln_buf_span(&other));
    assert_int_equal(pln_node_refused(it.a->node)[PLN_EDUPLICATE], 1);
    world_run(it.story.world, 100);
    assert_false(has_payload(&it, it.a, 4));
    bring(&it, 4, 4, &data, pln_buf_span(&own));
    world_run(it.story.world, 100);
    assert_true(has_payload(&it, it.a, 4));
    pln_buf_free(&own);
    pln_buf_free(&other);
    world_free(&it.story.world);
}

/** b asks a for the payloads of entries @from to @to, of this hash; NULL: of their own. */
static void wish(court_t *it, uint64_t from, uint64_t to, const pln_hash_t *data)
{
    pln_buf_t rows = {0};
    for (uint64_t seq = from; seq <= to; seq++) {
        pln_entry_t entry;
        (void)entry_of(it, seq, &entry);
        pln_row_t row = {it->place.author, it->place.epoch, it->place.lane, seq,
                         data == NULL ? entry.data : *data};
        pln_row_write(&row, &rows);
    }
    pln_message_t want = {.type = PLN_MSG_WANT};
    want.as.want.network = it->story.net;
    want.as.want.flags = PLN_WANT_PAYLOAD;
    want.as.want.rows = pln_buf_span(&rows);
    hear(it, it->a, it->b, &want);
    pln_buf_free(&rows);
}

static uint64_t payloads_sent(const court_t *it)
{
    return pln_node_counters(it->a->node)->payloads_sent;
}

static void a_payload_is_served_for_the_hash_that_was_asked_for(void **state)
{
    (void)state;
    court_t it = court(88);
    static const pln_hash_t other = {{1, 2, 3}};
    wish(&it, 2, 2, &other);
    world_run(it.story.world, 1000);
    assert_int_equal(payloads_sent(&it), 0);
    wish(&it, 2, 2, NULL);
    world_run(it.story.world, 1000);
    assert_int_equal(payloads_sent(&it), 1);
    world_free(&it.story.world);
}

static void payloads_wait_for_credit_like_runs(void **state)
{
    (void)state;
    court_t it = court(89);
    story_publish(&it.story, it.c, 10, 200000);
    story_converges(&it.story, 60000);
    story_run(&it.story, 10000);
    world_suspend(it.b, 10000);  // it neither takes nor grants
    for (int i = 0; i < 4; i++) {
        wish(&it, 4, 13, NULL);  // together more than the largest window
    }
    world_run(it.story.world, 9000);
    const pln_link_t *link = pln_link_find(it.a->node, world_link_between(it.a, it.b));
    assert_non_null(link);
    assert_true(payloads_sent(&it) > 0 && link->sent <= link->peer_granted);
    world_run(it.story.world, 20000);
    assert_int_equal(payloads_sent(&it), 40);
    assert_int_equal(pln_node_refused(it.b->node)[PLN_ECREDIT], 0);
    assert_int_not_equal(world_link_between(it.a, it.b), 0);
    world_free(&it.story.world);
}

/** Both know that there is news of lane 0: until it is exchanged lane 1 is shut. */
static void payloads_are_served_where_lane_1_is_open(void **state)
{
    (void)state;
    court_t it = court(90);
    world_t *world = it.story.world;
    world_bar(it.b, it.a, true);
    world_cut(world, it.a->index, it.b->index);
    story_member(&it.story, "d");
    world_bar(it.b, it.a, false);
    const pln_net_state_t *net = pln_net_find(it.a->node, &it.story.net);
    const pln_share_t *share = NULL;
    for (int i = 0; share == NULL; i++) {
        assert_true(i < 60000);
        world_run(world, 1);
        pln_link_t *link = pln_link_find(it.a->node, world_link_between(it.a, it.b));
        share = link != NULL && link->greeted ? pln_share_find(link, net) : NULL;
    }
    assert_false(share->open);
    wish(&it, 2, 2, NULL);
    world_run(world, 5000);
    assert_int_equal(payloads_sent(&it), 0);
    wish(&it, 2, 2, NULL);
    world_run(world, 1000);
    assert_int_equal(payloads_sent(&it), 1);
    world_free(&it.story.world);
}

/* ---- evidence ---- */

/** BYE with a revoke of @about that @by has signed at @seq of @epoch; a may be who says it. */
static void say_ended_by(court_t *it, const pln_identity_t *by, uint32_t epoch, uint64_t seq,
                         world_node_t *to, const pln_id_t *about)
{
    pln_evidence_t evidence = {.seq = seq};
    pln_revoke_t revoke = {.node = *about};
    pln_buf_t payload = {0}, entry = {0}, bytes = {0};
    evidence.place = (pln_place_t){it->story.net, by->id, epoch, PLN_LANE_CONTROL};
    pln_revoke_encode(&revoke, &payload);
    pln_header_t header = {.kind = PLN_KIND_REVOKE, .time_ms = seq, .size = (uint32_t)payload.size};
    pln_header_write(&header, pln_buf_grow(&entry, PLN_HEADER_SIZE));
    pln_buf_add(&entry, payload.data, payload.size);
    pln_head_t head = {.seq = seq - 1};
    pln_hash_t data;
    pln_entry_data(pln_buf_span(&payload), &data);
    pln_chain_link(&head, &header, &data);
    pln_head_sign(by, &evidence.place, &head, &evidence.signature);
    evidence.run = pln_buf_span(&entry);
    pln_evidence_write(&evidence, &bytes);
    pln_message_t bye = {.type = PLN_MSG_BYE};
    bye.as.bye.reason = PLN_SPAN("no-grant", 8);
    bye.as.bye.has_network = true;
    bye.as.bye.network = it->story.net;
    bye.as.bye.evidence = pln_buf_span(&bytes);
    hear(it, to, it->a, &bye);
    pln_buf_free(&payload);
    pln_buf_free(&entry);
    pln_buf_free(&bytes);
}

/** The same by b, which may revoke nobody. */
static void say_ended(court_t *it, world_node_t *to, const pln_id_t *about, uint64_t seq)
{
    say_ended_by(it, &it->b->self, 0, seq, to, about);
    world_run(it->story.world, 1000);
}

static size_t remembered(const court_t *it, const world_node_t *node)
{
    return memory_store_rows(node->store, PLN_TABLE_EVIDENCE, &it->story.net);
}

static void a_revoke_of_somebody_else_is_no_evidence(void **state)
{
    (void)state;
    court_t it = court(84);
    say_ended(&it, it.c, &it.b->self.id, 5);
    assert_int_equal(pln_node_refused(it.c->node)[PLN_EGRANT], 1);
    assert_int_equal(remembered(&it, it.c), 0);
    world_free(&it.story.world);
}

static void what_does_not_end_a_membership_is_not_remembered(void **state)
{
    (void)state;
    court_t it = court(85);
    for (uint64_t seq = 1; seq <= 7; seq++) {
        say_ended(&it, it.c, &it.c->self.id, seq);
    }
    assert_int_equal(remembered(&it, it.c), 0);
    pln_member_t member;  // b may revoke nobody
    pln_access_t *access = pln_node_access(it.c->node, &it.story.net);
    assert_int_equal(pln_access_member(access, &it.c->self.id, &member), PLN_OK);
    world_free(&it.story.world);
}

/** Whoever signs it with a key made for the purpose leaves nothing behind: no row, no party. */
static void revokes_by_nobody_leave_nothing_behind(void **state)
{
    (void)state;
    court_t it = court(86);
    const pln_access_t *access = pln_node_access(it.c->node, &it.story.net);
    size_t parties = access->parties.count;
    for (uint8_t i = 0; i < 100; i++) {
        pln_identity_t nobody;
        uint8_t seed[PLN_SEED_SIZE] = {0x86, i};
        while (pln_identity_derive(seed, &nobody) != PLN_OK) {
            seed[2]++;
        }
        say_ended_by(&it, &nobody, i, 1 + i, it.c, &it.c->self.id);
        assert_null(it.c->node->pending);  // nothing is on its way to the disk
    }
    assert_int_equal(pln_node_refused(it.c->node)[PLN_EGRANT], 100);
    assert_int_equal(access->parties.count, parties);
    world_run(it.story.world, 1000);
    assert_int_equal(remembered(&it, it.c), 0);
    world_free(&it.story.world);
}

/** b was a coordinator, and may end nobody any more: nor does what it signs take any room. */
static void revokes_by_whoever_was_put_out_leave_nothing_behind(void **state)
{
    (void)state;
    court_t it = court(87);
    world_node_t *lead = story_machine(&it.story, "lead");
    story_join(&it.story, it.a, lead, PLN_ROLE_COORDINATOR);
    story_converges(&it.story, 60000);
    assert_int_equal(world_revoke(it.a, &it.story.net, &lead->self.id), PLN_OK);
    story_run(&it.story, 10000);
    const pln_access_t *access = pln_node_access(it.c->node, &it.story.net);
    const pln_party_t *party = pln_access_party(access, &lead->self.id);
    assert_non_null(party);
    size_t chains = party->chains.count;
    uint64_t refused = pln_node_refused(it.c->node)[PLN_EGRANT];
    for (uint32_t epoch = 0; epoch < 16; epoch++) {
        say_ended_by(&it, &lead->self, epoch, 7, it.c, &it.c->self.id);
        assert_null(it.c->node->pending);
    }
    assert_int_equal(pln_node_refused(it.c->node)[PLN_EGRANT], refused + 16);
    assert_int_equal(party->chains.count, chains);
    world_run(it.story.world, 1000);
    assert_int_equal(remembered(&it, it.c), 0);
    world_free(&it.story.world);
}

/* ---- a full lane 0 ---- */

/** Lane 0 of b's epoch 3 has all that it has room for at @node: smaller ones than any that come. */
static void fill(const court_t *it, world_node_t *node)
{
    pln_access_t *access = pln_node_access(node->node, &it->story.net);
    pln_statement_t idle = {
        .author = it->b->self.id, .epoch = 3, .seq = 1, .chain = PLN_CHAIN_NONE, .kind = 0x00ff};
    for (uint32_t i = 0; i < PLN_CONTROL_ENTRIES_MAX; i++) {
        pln_put_u32(idle.hash.bytes, i);
        pln_access_add(access, &idle);
    }
}

static void what_a_full_lane_0_has_no_room_for_is_not_stored(void **state)
{
    (void)state;
    court_t it = court(88);
    it.place = (pln_place_t){it.story.net, it.b->self.id, 3, PLN_LANE_CONTROL};
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_head_t head;
    pln_vouch_t vouch;
    pln_buf_t run = {0};
    bool is_signed;
    pln_draft_t draft = {.kind = PLN_KIND_LEAVE, .payload = PLN_SPAN("\x80", 1)};
    pln_chain_start(&it.place, &head);
    message.as.entries.place = it.place;
    message.as.entries.from = message.as.entries.to = 1;
    message.as.entries.base = head.hash;
    message.as.entries.flags = PLN_ENTRIES_PUSHED;
    do {  // until it is larger than any of those
        pln_chain_start(&it.place, &head);
        pln_buf_clear(&run);
        draft.time_ms++;
        assert_int_equal(
            pln_chain_mint(&it.b->self, &it.place, &draft, true, &head, &run, &vouch, &is_signed),
            PLN_OK);
    } while (head.hash.bytes[0] == 0);
    message.as.entries.signature = vouch.signature;
    message.as.entries.run = pln_buf_span(&run);
    fill(&it, it.a);
    for (uint64_t times = 1; times <= 3; times++) {
        hear(&it, it.a, it.b, &message);
        assert_int_equal(pln_node_refused(it.a->node)[PLN_EQUOTA], times);
        assert_null(it.a->node->pending);
    }
    pln_chain_row_t row;
    assert_false(memory_store_chain(it.a->store, &it.place, &row));
    pln_buf_free(&run);
    world_free(&it.story.world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_that_gives_another_hash_ends_the_link),
        cmocka_unit_test(two_payloads_at_once_end_the_link),
        cmocka_unit_test(a_payload_that_nobody_lacks_is_dropped),
        cmocka_unit_test(the_payload_of_what_is_withdrawn_is_dropped),
        cmocka_unit_test(what_is_withdrawn_already_is_never_stored_whole),
        cmocka_unit_test(a_hole_takes_no_payload_but_its_own),
        cmocka_unit_test(a_payload_is_served_for_the_hash_that_was_asked_for),
        cmocka_unit_test(payloads_wait_for_credit_like_runs),
        cmocka_unit_test(payloads_are_served_where_lane_1_is_open),
        cmocka_unit_test(a_revoke_of_somebody_else_is_no_evidence),
        cmocka_unit_test(what_does_not_end_a_membership_is_not_remembered),
        cmocka_unit_test(revokes_by_nobody_leave_nothing_behind),
        cmocka_unit_test(revokes_by_whoever_was_put_out_leave_nothing_behind),
        cmocka_unit_test(what_a_full_lane_0_has_no_room_for_is_not_stored),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
