// SPDX-License-Identifier: MPL-2.0
// Walking arrivals, showing entries as records, and knowing what was published: on a real store.
#include <sodium.h>

#include "daemon/record_json.h"
#include "daemon/scan.h"
#include "daemon/seen.h"
#include "daemon/view.h"
#include "store_fixture.h"

#define DAY_MS UINT64_C(86400000)

/* ---- making records ---- */

/** The payload of a task with this title, coded as a daemon codes it. */
static void encode_task(const char *title, pln_buf_t *stored, uint8_t *codec_used)
{
    pln_codec_t *codec = pln_codec_new();
    pln_record_problem_t problem;
    pln_buf_t raw = {0};
    json_t *fields = json_pack("{s:s, s:s}", "title", title, "prompt", "Build a bridge of paper.");
    assert_int_equal(pln_fields_from_json(pln_kind_by_name("task"), fields, NULL, &raw, &problem),
                     PLN_OK);
    assert_int_equal(
        pln_codec_encode(codec, PLN_CODEC_DICT_1, pln_buf_span(&raw), stored, codec_used), PLN_OK);
    json_decref(fields);
    pln_buf_free(&raw);
    pln_codec_free(&codec);
}

/** Publish one task. */
static void add_task(fixture_t *fixture, uint32_t chain, const pln_place_t *place,
                     const char *title, uint64_t time_ms)
{
    pln_buf_t stored = {0};
    pln_draft_t draft = {.kind = 0x0101, .time_ms = time_ms};
    encode_task(title, &stored, &draft.codec);
    draft.payload = pln_buf_span(&stored);
    steps_t steps = {0};
    steps_mint(&steps, chain, place, &draft, 1);
    fixture_must(fixture, steps_job(&steps));
    pln_buf_free(&stored);
}

/* ---- scan ---- */

#define MET_MAX 4096

typedef struct {
    struct {
        uint32_t chain;
        uint64_t seq, arrival;
    } list[MET_MAX];
    size_t count;
    size_t stop_after; /**< 0: never */
} met_t;

static bool meet(void *arg, const pln_found_t *found)
{
    met_t *met = arg;
    assert_true(met->count < MET_MAX);
    assert_true(found->bytes.size >= PLN_HEADER_SIZE);
    met->list[met->count].chain = found->chain;
    met->list[met->count].seq = found->seq;
    met->list[met->count++].arrival = found->arrival;
    return met->stop_after == 0 || met->count % met->stop_after != 0;
}

static pln_scan_t all_back(fixture_t *fixture, const pln_filter_t *filter, met_t *met)
{
    pln_spot_t spot = {.arrival = pln_store_arrivals(fixture->store).number};
    pln_scan_t result = PLN_SCAN_MORE;
    while (result == PLN_SCAN_MORE || result == PLN_SCAN_STOPPED) {
        result = pln_scan_back(fixture->store, filter, &spot, 2, meet, met);
    }
    return result;
}

static pln_scan_t all_on(fixture_t *fixture, const pln_filter_t *filter, met_t *met)
{
    pln_spot_t spot = {.arrival = 1};
    uint64_t last = pln_store_arrivals(fixture->store).number;
    pln_scan_t result = PLN_SCAN_MORE;
    while (result == PLN_SCAN_MORE || result == PLN_SCAN_STOPPED) {
        result = pln_scan_on(fixture->store, filter, &spot, last, false, 2, meet, met);
    }
    return result;
}

/** Two chains of lane 1 in two networks and one of lane 0; rows longer than one window. */
static void fill(fixture_t *fixture)
{
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    pln_place_t control = fixture_place(&fixture->self, 1, PLN_LANE_CONTROL);
    fixture_must(fixture, fixture_mint(1, &one, 700, 16));
    fixture_must(fixture, fixture_mint(2, &control, 3, 16));
    fixture_must(fixture, fixture_mint(3, &two, 5, 16));
    fixture_must(fixture, fixture_mint(1, &one, 2, 16));
}

static void scan_back_meets_each_entry_once_newest_first(void **state)
{
    fixture_t *fixture = *state;
    static met_t met;
    met = (met_t){.count = 0};
    fill(fixture);
    assert_int_equal(all_back(fixture, &(pln_filter_t){.now_ms = 1}, &met), PLN_SCAN_END);
    assert_int_equal(met.count, 707);
    assert_int_equal(met.list[0].chain, 1);
    assert_int_equal(met.list[0].seq, 702);
    assert_int_equal(met.list[2].chain, 3);
    assert_int_equal(met.list[2].seq, 5);
    for (size_t i = 7; i < met.count; i++) {
        assert_int_equal(met.list[i].chain, 1);
        assert_int_equal(met.list[i].seq, 707 - i);
    }
}

static void scan_on_is_scan_back_reversed(void **state)
{
    fixture_t *fixture = *state;
    static met_t back, on;
    back = on = (met_t){.count = 0};
    fill(fixture);
    assert_int_equal(all_back(fixture, &(pln_filter_t){.now_ms = 1}, &back), PLN_SCAN_END);
    assert_int_equal(all_on(fixture, &(pln_filter_t){.now_ms = 1}, &on), PLN_SCAN_END);
    assert_int_equal(back.count, on.count);
    for (size_t i = 0; i < on.count; i++) {
        assert_memory_equal(&on.list[i], &back.list[on.count - 1 - i], sizeof on.list[i]);
    }
}

static void scan_goes_on_where_it_was_stopped(void **state)
{
    fixture_t *fixture = *state;
    static met_t whole, pieces;
    fill(fixture);
    static const size_t steps[] = {1, 2, 7, 255, 256, 257};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        whole = (met_t){.count = 0};
        pieces = (met_t){.stop_after = steps[i]};
        all_back(fixture, &(pln_filter_t){.now_ms = 1}, &whole);
        all_back(fixture, &(pln_filter_t){.now_ms = 1}, &pieces);
        assert_int_equal(pieces.count, whole.count);
        assert_memory_equal(pieces.list, whole.list, whole.count * sizeof whole.list[0]);
        whole = (met_t){.count = 0};
        pieces = (met_t){.stop_after = steps[i]};
        all_on(fixture, &(pln_filter_t){.now_ms = 1}, &whole);
        all_on(fixture, &(pln_filter_t){.now_ms = 1}, &pieces);
        assert_int_equal(pieces.count, whole.count);
        assert_memory_equal(pieces.list, whole.list, whole.count * sizeof whole.list[0]);
    }
}

static void scan_keeps_to_its_filter(void **state)
{
    fixture_t *fixture = *state;
    static met_t met;
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    fill(fixture);
    add_task(fixture, 3, &two, "Bridge", 5 * DAY_MS);

    pln_filter_t filter = {.now_ms = 10 * DAY_MS, .by_network = true, .network = two.network};
    met = (met_t){.count = 0};
    all_back(fixture, &filter, &met);
    assert_int_equal(met.count, 6);

    filter.by_kind = true;
    filter.kind = 0x0101;
    met = (met_t){.count = 0};
    all_back(fixture, &filter, &met);
    assert_int_equal(met.count, 1);
    assert_int_equal(met.list[0].seq, 6);

    filter.since_ms = 5 * DAY_MS + 1;
    met = (met_t){.count = 0};
    all_back(fixture, &filter, &met);
    assert_int_equal(met.count, 0);

    pln_identity_t other = fixture_identity(9);
    filter = (pln_filter_t){.now_ms = 1, .by_author = true, .author = other.id};
    all_back(fixture, &filter, &met);
    assert_int_equal(met.count, 0);
}

static void scan_leaves_out_what_does_not_count(void **state)
{
    fixture_t *fixture = *state;
    static met_t met;
    met = (met_t){.count = 0};
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(1, &one, 10, 16));
    steps_t steps = {0};
    pln_effect_t *aside = steps_add(&steps, PLN_FX_ASIDE);
    aside->as.aside.chain = 1;
    aside->as.aside.from = 5;
    aside->as.aside.to = 10;
    fixture_must(fixture, steps_job(&steps));
    all_back(fixture, &(pln_filter_t){.now_ms = 1}, &met);
    assert_int_equal(met.count, 4);
    assert_int_equal(met.list[0].seq, 4);
}

static void scan_of_an_empty_store_ends(void **state)
{
    static met_t met;
    met = (met_t){.count = 0};
    assert_int_equal(all_back(*state, &(pln_filter_t){.now_ms = 1}, &met), PLN_SCAN_END);
    assert_int_equal(all_on(*state, &(pln_filter_t){.now_ms = 1}, &met), PLN_SCAN_END);
    assert_int_equal(met.count, 0);
}

static void scan_finds_the_arrival_of_an_entry(void **state)
{
    fixture_t *fixture = *state;
    uint64_t arrival = 0;
    fill(fixture);
    pln_chain_row_t row = row_of(fixture, 1);
    assert_true(pln_scan_arrival(fixture->store, &row, 702, 100, &arrival));
    assert_int_equal(arrival, 4);
    assert_true(pln_scan_arrival(fixture->store, &row, 700, 100, &arrival));
    assert_int_equal(arrival, 1);
    assert_false(pln_scan_arrival(fixture->store, &row, 700, 2, &arrival));
    assert_false(pln_scan_arrival(fixture->store, &row, 703, 100, &arrival));
}

static void time_shown_is_at_most_a_day_ahead(void **state)
{
    (void)state;
    assert_true(pln_shown_ms(5, 1000) == 5);
    assert_true(pln_shown_ms(UINT64_C(1) << 47, 1000) == 1000 + DAY_MS);
}

/* ---- view ---- */

static void name_cedar(const void *arg, const pln_network_id_t *network, const pln_id_t *author,
                       char out[PLN_NAME_MAX + 1])
{
    (void)arg;
    (void)network;
    (void)author;
    memcpy(out, "Cedar", 6);
}

static const char *text_of(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

/** Entry @seq of chain 1 as the API shows it. */
static json_t *shown(fixture_t *fixture, pln_codecs_t *codecs, const pln_place_t *place,
                     uint64_t seq)
{
    pln_buf_t bytes = {0};
    pln_view_t *view = pln_view_new(codecs, name_cedar, NULL);
    assert_int_equal(pln_store_entry(fixture->store, 1, seq, &bytes), PLN_OK);
    json_t *json = pln_view_record(view, place, seq, pln_buf_span(&bytes), DAY_MS);
    pln_buf_free(&bytes);
    pln_view_free(&view);
    return json;
}

static void view_shows_a_whole_record(void **state)
{
    fixture_t *fixture = *state;
    pln_codecs_t *codecs = pln_codecs_new();
    pln_place_t place = fixture_place(&fixture->self, 0xab, PLN_LANE_RECORDS);
    add_task(fixture, 1, &place, "Paper bridge", 1500);
    json_t *json = shown(fixture, codecs, &place, 1);
    char did[PLN_DID_SIZE], id[PLN_RECORD_ID_SIZE];
    pln_did(&fixture->self.id, did);
    snprintf(id, sizeof id,
             "abababababababababababababababababababababababababababababababab/%s/16.1", did + 8);
    assert_string_equal(text_of(json, "id"), id);
    assert_string_equal(text_of(json, "kind"), "task");
    assert_string_equal(text_of(json, "author"), did);
    assert_string_equal(text_of(json, "author_name"), "Cedar");
    assert_string_equal(text_of(json, "time"), "1970-01-01T00:00:01.500Z");
    assert_int_equal(json_integer_value(json_object_get(json, "epoch")), 16);
    assert_string_equal(text_of(json_object_get(json, "fields"), "title"), "Paper bridge");
    assert_null(json_object_get(json, "unreadable"));
    json_decref(json);
    pln_codecs_free(&codecs);
}

static void view_leaves_epoch_zero_out_of_the_id(void **state)
{
    (void)state;
    pln_identity_t self = fixture_identity(1);
    pln_place_t place = fixture_place(&self, 1, PLN_LANE_RECORDS);
    char id[PLN_RECORD_ID_SIZE];
    place.epoch = 0;
    pln_record_id(&place, 12, id);
    assert_string_equal(strrchr(id, '/'), "/12");
    place.epoch = UINT32_MAX;
    pln_record_id(&place, PLN_SEQ_MAX, id);
    assert_string_equal(strrchr(id, '/'), "/4294967295.281474976710655");
}

static void view_shows_what_it_cannot_read_with_the_reason(void **state)
{
    fixture_t *fixture = *state;
    static const struct {
        uint8_t codec;
        uint16_t kind;
        const char *payload, *shown_kind;
    } rows[] = {{PLN_CODEC_RAW, 0x0101, "\xc1", "task"},     /* no msgpack */
                {PLN_CODEC_RAW, 0x0101, "\x80", "task"},     /* no title */
                {PLN_CODEC_DICT_1, 0x0101, "zzzz", "task"},  /* no zstd frame */
                {50, 0x0101, "\x80", "task"},                /* a dictionary of later */
                {PLN_CODEC_RAW, 0x7777, "\xc1", "0x7777"},   /* a kind of later, broken */
                {PLN_CODEC_RAW, 0x0001, "\xc1", "network"}}; /* a kind of the other lane */
    pln_codecs_t *codecs = pln_codecs_new();
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pln_draft_t draft = {.codec = rows[i].codec,
                             .kind = rows[i].kind,
                             .payload = PLN_SPAN(rows[i].payload, strlen(rows[i].payload))};
        steps_t steps = {0};
        steps_mint(&steps, 1, &place, &draft, 1);
        fixture_must(fixture, steps_job(&steps));
        json_t *json = shown(fixture, codecs, &place, i + 1);
        assert_string_equal(text_of(json, "kind"), rows[i].shown_kind);
        assert_non_null(text_of(json, "unreadable"));
        assert_true(strlen(text_of(json, "unreadable")) > 0);
        assert_null(json_object_get(json, "fields"));
        json_decref(json);
    }
    pln_codecs_free(&codecs);
}

/* ---- seen ---- */

static bool seen_task(pln_seen_t *seen, const pln_network_id_t *network, uint16_t kind,
                      const char *title, uint64_t *seq)
{
    pln_buf_t stored = {0};
    uint8_t codec;
    pln_place_t place;
    encode_task(title, &stored, &codec);
    bool found = pln_seen_find(seen, network, kind, pln_buf_span(&stored), &place, seq);
    pln_buf_free(&stored);
    return found;
}

static void seen_knows_own_content_by_kind_and_bytes(void **state)
{
    fixture_t *fixture = *state;
    uint64_t seq = 0;
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    pln_seen_t *seen = pln_seen_new(fixture->store, &fixture->self.id);
    fixture_must(fixture, fixture_mint(1, &one, 3000, 16));
    add_task(fixture, 1, &one, "Bridge", 1);
    pln_seen_refresh(seen, &one.network, 1);
    assert_true(seen_task(seen, &one.network, 0x0101, "Bridge", &seq));
    assert_int_equal(seq, 3001);
    assert_false(seen_task(seen, &one.network, 0x0101, "Bridge.", &seq));
    assert_false(seen_task(seen, &one.network, 0x0102, "Bridge", &seq));
    pln_seen_refresh(seen, &two.network, 1);
    assert_false(seen_task(seen, &two.network, 0x0101, "Bridge", &seq));
    pln_seen_free(&seen);
}

static void seen_follows_the_chain_after_a_refresh(void **state)
{
    fixture_t *fixture = *state;
    uint64_t seq = 0;
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_seen_t *seen = pln_seen_new(fixture->store, &fixture->self.id);
    add_task(fixture, 1, &one, "First", 1);
    pln_seen_refresh(seen, &one.network, 1);
    add_task(fixture, 1, &one, "Second", 1);
    assert_false(seen_task(seen, &one.network, 0x0101, "Second", &seq));
    pln_seen_refresh(seen, &one.network, 2);
    assert_true(seen_task(seen, &one.network, 0x0101, "Second", &seq));
    assert_int_equal(seq, 2);
    pln_seen_free(&seen);
}

static void seen_ignores_what_others_published(void **state)
{
    fixture_t *fixture = *state;
    uint64_t seq = 0;
    pln_identity_t other = fixture_identity(9);
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_seen_t *seen = pln_seen_new(fixture->store, &other.id);
    add_task(fixture, 1, &one, "Bridge", 1);
    pln_seen_refresh(seen, &one.network, 1);
    assert_false(seen_task(seen, &one.network, 0x0101, "Bridge", &seq));
    pln_seen_free(&seen);
}

static void seen_forgets_after_a_minute(void **state)
{
    fixture_t *fixture = *state;
    uint64_t seq = 0;
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_seen_t *seen = pln_seen_new(fixture->store, &fixture->self.id);
    add_task(fixture, 1, &one, "Bridge", 1);
    pln_seen_refresh(seen, &one.network, 1000);
    pln_seen_sweep(seen, 1000 + PLN_SEEN_IDLE_MS - 1);
    assert_true(seen_task(seen, &one.network, 0x0101, "Bridge", &seq));
    pln_seen_sweep(seen, 1000 + PLN_SEEN_IDLE_MS);
    assert_false(seen_task(seen, &one.network, 0x0101, "Bridge", &seq));
    pln_seen_refresh(seen, &one.network, 1000 + PLN_SEEN_IDLE_MS);
    assert_true(seen_task(seen, &one.network, 0x0101, "Bridge", &seq));
    pln_seen_free(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(scan_back_meets_each_entry_once_newest_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(scan_on_is_scan_back_reversed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scan_goes_on_where_it_was_stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scan_keeps_to_its_filter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scan_leaves_out_what_does_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scan_of_an_empty_store_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scan_finds_the_arrival_of_an_entry, set_up, tear_down),
        cmocka_unit_test(time_shown_is_at_most_a_day_ahead),
        cmocka_unit_test_setup_teardown(view_shows_a_whole_record, set_up, tear_down),
        cmocka_unit_test(view_leaves_epoch_zero_out_of_the_id),
        cmocka_unit_test_setup_teardown(view_shows_what_it_cannot_read_with_the_reason, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(seen_knows_own_content_by_kind_and_bytes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(seen_follows_the_chain_after_a_refresh, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seen_ignores_what_others_published, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seen_forgets_after_a_minute, set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
