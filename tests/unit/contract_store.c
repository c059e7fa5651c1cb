// SPDX-License-Identifier: MPL-2.0
// What every store must answer, asked of LMDB and of the simulated disk; and the same long random
// history given to both, answer by answer.
#include "store_contract.h"

static void mint(steps_t *steps, contract_t *store, uint32_t chain, const pln_place_t *place,
                 size_t count, size_t size, answer_t *out)
{
    uint8_t *bytes;
    pln_draft_t *drafts = fixture_drafts(count, size, &bytes);
    for (size_t i = 0; place->lane == PLN_LANE_CONTROL && i < count; i++) {
        drafts[i].kind = 0x0002;
    }
    steps_mint(steps, chain, place, drafts, count);
    store->kind->apply(store, &steps->effects, out);
    free(drafts);
    free(bytes);
}

static void must_mint(contract_t *store, uint32_t chain, const pln_place_t *place, size_t count,
                      size_t size)
{
    steps_t steps = {0};
    answer_t answer = {0};
    mint(&steps, store, chain, place, count, size, &answer);
    assert_int_equal(answer.error, PLN_OK);
    answer_free(&answer);
}

static void shift(steps_t *steps, pln_effect_type_t type, uint32_t chain, uint64_t from,
                  uint64_t to)
{
    pln_effect_t *effect = steps_add(steps, type);
    effect->as.aside.chain = chain;
    effect->as.aside.from = from;
    effect->as.aside.to = to;
}

static void must_shift(contract_t *store, pln_effect_type_t type, uint32_t chain, uint64_t from,
                       uint64_t to)
{
    steps_t steps = {0};
    shift(&steps, type, chain, from, to);
    assert_int_equal(contract_apply(store, &steps), PLN_OK);
}

static void store_run(steps_t *steps, uint32_t chain, const pln_place_t *place, const run_t *run)
{
    pln_effect_t *effect = steps_add(steps, PLN_FX_STORE);
    effect->as.store.chain = chain;
    effect->as.store.place = *place;
    effect->as.store.base = run->base;
    effect->as.store.end = run->end;
    effect->as.store.signature = run->signature;
    effect->as.store.run = pln_buf_span(&run->bytes);
    effect->as.store.count = (uint32_t)(run->end.seq - run->base.seq);
}

/* ---- one case each; run for every kind of store ---- */

static void runs_verify_from_every_seq(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    run_t run = {0};
    must_mint(store, 3, &place, 1, 20);
    must_mint(store, 3, &place, 648, 300);
    must_mint(store, 3, &place, 1, PLN_PAYLOAD_MAX);
    must_mint(store, 3, &place, 1500, 9);
    for (uint64_t from = 1; from <= 2150; from++) {
        assert_int_equal(store->kind->run(store, 3, &place, from, 2150, &run), PLN_OK);
        assert_int_equal(run.end.seq, from - 1 + assert_run_verifies(&place, &run));
        assert_in_range(run.end.seq - run.base.seq, 1, PLN_ANCHOR_ENTRIES);
    }
    assert_int_equal(store->kind->run(store, 3, &place, 2151, 2160, &run), PLN_ENOTFOUND);
    pln_buf_free(&run.bytes);
}

static void lane_0_keeps_every_signature_and_lane_1_the_anchors(contract_t *store)
{
    pln_place_t control = fixture_place(&store->self, 1, PLN_LANE_CONTROL);
    pln_place_t records = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    run_t run = {0};
    for (int i = 0; i < 5; i++) {
        must_mint(store, 0, &control, 1, 40);
        must_mint(store, 1, &records, 1, 40);
    }
    assert_int_equal(store->kind->run(store, 0, &control, 2, 5, &run), PLN_OK);
    assert_int_equal(run.end.seq, 2);
    assert_int_equal(store->kind->run(store, 1, &records, 2, 5, &run), PLN_OK);
    assert_int_equal(run.end.seq, 5);
    assert_int_equal(store->kind->run(store, 1, &records, 2, 4, &run), PLN_ENOTFOUND);
    pln_buf_free(&run.bytes);
}

static void what_nobody_signed_here_is_read_all_the_same(contract_t *store)
{
    pln_place_t records = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    run_t run = {0};
    pln_head_t end;
    uint32_t count;
    for (int i = 0; i < 5; i++) {
        must_mint(store, 0, &records, 1, 40);
    }
    assert_int_equal(store->kind->run(store, 0, &records, 2, 4, &run), PLN_ENOTFOUND);
    assert_int_equal(store->kind->stretch(store, 0, &records, 2, 4, &run), PLN_OK);
    assert_int_equal(run.base.seq, 1);
    assert_int_equal(pln_run_walk(&run.base, pln_buf_span(&run.bytes), &end, &count), PLN_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(&end.hash, &run.end.hash, sizeof end.hash);
    assert_int_equal(store->kind->stretch(store, 0, &records, 1, 1, &run), PLN_OK);
    assert_int_equal(store->kind->stretch(store, 0, &records, 2, 6, &run), PLN_ENOTFOUND);
    assert_int_equal(store->kind->stretch(store, 1, &records, 1, 1, &run), PLN_ENOTFOUND);
    pln_buf_free(&run.bytes);
}

static void a_stale_job_leaves_nothing_behind(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    pln_place_t other = fixture_place(&store->self, 2, PLN_LANE_RECORDS);
    run_t run = {0};
    steps_t steps = {0};
    answer_t answer = {0};
    pln_chain_row_t row;
    must_mint(store, 0, &place, 4, 30);
    assert_int_equal(store->kind->run(store, 0, &place, 3, 4, &run), PLN_OK);
    uint8_t *bytes;
    pln_draft_t *drafts = fixture_drafts(2, 30, &bytes);
    steps_mint(&steps, 1, &other, drafts, 2);
    store_run(&steps, 0, &place, &run);  // its base, 2, is no more the head
    pln_cursor_t before = store->kind->arrivals(store);
    store->kind->apply(store, &steps.effects, &answer);
    pln_cursor_t after = store->kind->arrivals(store);
    assert_int_equal(answer.error, PLN_ESTALE);
    assert_true(pln_cursor_equal(&before, &after));
    assert_false(store->kind->chain(store, &other, &row));
    answer_free(&answer);
    pln_buf_free(&run.bytes);
    free(drafts);
    free(bytes);
}

static void a_number_belongs_to_one_place(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    pln_place_t other = fixture_place(&store->self, 2, PLN_LANE_RECORDS);
    must_mint(store, 0, &place, 1, 30);
    for (uint32_t number = 0; number < 2; number++) {
        steps_t steps = {0};
        answer_t answer = {0};
        mint(&steps, store, number, number == 0 ? &other : &place, 1, 30, &answer);
        assert_int_equal(answer.error, PLN_ESTALE);
        answer_free(&answer);
    }
}

static void what_comes_on_top_of_entries_set_aside_is_set_aside(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    pln_chain_row_t row;
    must_mint(store, 0, &place, 6, 30);
    must_shift(store, PLN_FX_ASIDE, 0, 4, 6);
    must_mint(store, 0, &place, 2, 30);
    assert_true(store->kind->chain(store, &place, &row));
    assert_int_equal(row.counted, 3);
    assert_int_equal(row.counted_head.seq, 3);
    assert_int_equal(row.head.seq, 8);
    must_shift(store, PLN_FX_BACK, 0, 4, 8);
    assert_true(store->kind->chain(store, &place, &row));
    assert_int_equal(row.counted, 8);
    assert_head_equal(&row.counted_head, &row.head);
}

static void changes_name_each_chain_once_from_its_smallest_seq(contract_t *store)
{
    pln_place_t a = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    pln_place_t b = fixture_place(&store->self, 2, PLN_LANE_RECORDS);
    struct pln_change rows[4];
    size_t count;
    bool valid, truncated;
    must_mint(store, 5, &a, 3, 30);
    pln_cursor_t cursor = store->kind->arrivals(store);
    must_mint(store, 5, &a, 2, 30);
    must_mint(store, 2, &b, 2, 30);
    must_mint(store, 5, &a, 2, 30);
    must_shift(store, PLN_FX_ASIDE, 5, 3, 7);
    store->kind->changes(store, &cursor, rows, 4, &count, &valid, &truncated);
    assert_true(valid);
    assert_false(truncated);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(rows[i].from, rows[i].chain == 5 ? 3 : 1);
    }
    store->kind->changes(store, &cursor, rows, 1, &count, &valid, &truncated);
    assert_true(truncated);
    assert_int_equal(count, 1);
    cursor.tag.bytes[0] ^= 1;
    store->kind->changes(store, &cursor, rows, 4, &count, &valid, &truncated);
    assert_false(valid);
    cursor = store->kind->arrivals(store);
    cursor.number++;
    store->kind->changes(store, &cursor, rows, 4, &count, &valid, &truncated);
    assert_false(valid);
}

static void forgetting_is_bounded_and_ends_with_the_chain(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    pln_chain_row_t row;
    size_t calls = 0;
    must_mint(store, 0, &place, 3000, 8);
    for (uint64_t gone = 0; gone < 3000; calls++) {
        steps_t steps = {0};
        answer_t answer = {0};
        pln_effect_t *effect = steps_add(&steps, PLN_FX_FORGET);
        effect->as.forget.chain = 0;
        effect->as.forget.upto = 3000;
        store->kind->apply(store, &steps.effects, &answer);
        assert_int_equal(answer.error, PLN_OK);
        assert_int_equal(answer.results[0].base.seq, gone);
        assert_in_range(answer.results[0].end.seq - gone, 1, PLN_FORGET_ENTRIES);
        gone = answer.results[0].end.seq;
        answer_free(&answer);
    }
    assert_int_equal(calls, (3000 + PLN_FORGET_ENTRIES - 1) / PLN_FORGET_ENTRIES);
    assert_false(store->kind->chain(store, &place, &row));
    must_mint(store, 1, &place, 1, 8);  // the place is free again
}

static void trim_step(steps_t *steps, uint32_t chain, uint64_t to)
{
    pln_effect_t *effect = steps_add(steps, PLN_FX_TRIM);
    effect->as.trim.chain = chain;
    effect->as.trim.to = to;
}

/** Chain 1 leaves chain 0 behind entry 3 with three entries, set aside; or continues as if it had.
 */
static pln_err_t branch(contract_t *store, const pln_place_t *place, bool begins)
{
    run_t trunk = {0}, run = {0};
    pln_vouch_t vouch;
    bool is_signed;
    assert_int_equal(store->kind->stretch(store, 0, place, 1, 3, &trunk), PLN_OK);
    run.base = run.end = trunk.end;
    for (int i = 0; i < 3; i++) {
        pln_draft_t draft = {.kind = 0x0100, .time_ms = 9, .payload = PLN_SPAN("branch", 6)};
        assert_int_equal(pln_chain_mint(&store->self, place, &draft, i == 2, &run.end, &run.bytes,
                                        &vouch, &is_signed),
                         PLN_OK);
    }
    run.signature = vouch.signature;
    steps_t steps = {0};
    store_run(&steps, 1, place, &run);
    pln_effect_t *effect = &steps.list[steps.effects.count - 1];
    effect->as.store.aside = true;
    effect->as.store.branch = begins;
    pln_err_t error = contract_apply(store, &steps);
    pln_buf_free(&trunk.bytes);
    pln_buf_free(&run.bytes);
    return error;
}

/** Takes the payload of an entry out (@payload empty), or puts it back. */
static void must_withhold(contract_t *store, pln_effect_type_t type, uint64_t seq, bool keep,
                          pln_span_t payload)
{
    steps_t steps = {0};
    pln_effect_t *effect = steps_add(&steps, type);
    effect->as.withhold.chain = 1;
    effect->as.withhold.seq = seq;
    effect->as.withhold.keep = keep;
    effect->as.withhold.payload = payload;
    assert_int_equal(contract_apply(store, &steps), PLN_OK);
}

/** Which of entries 4 to 6 of @chain are withheld, as bits; the run verifies all the same. */
static unsigned withheld_in(contract_t *store, uint32_t chain, const pln_place_t *place)
{
    run_t run = {0};
    unsigned bits = 0;
    assert_int_equal(store->kind->run(store, chain, place, 4, 6, &run), PLN_OK);
    assert_int_equal(assert_run_verifies(place, &run), 3);
    pln_span_t left = pln_buf_span(&run.bytes);
    for (unsigned i = 0; i < 3; i++) {
        pln_entry_t entry;
        assert_int_equal(pln_entry_read(left, &entry), PLN_OK);
        bits |= (unsigned)entry.withheld << i;
        left = PLN_SPAN(left.data + entry.stored_size, left.size - entry.stored_size);
    }
    pln_buf_free(&run.bytes);
    return bits;
}

static void payloads_of_a_branch_are_taken_out_of_it_alone(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    must_mint(store, 0, &place, 6, 40);
    assert_int_equal(branch(store, &place, false), PLN_ESTALE);  // nothing has begun it
    assert_int_equal(branch(store, &place, true), PLN_OK);
    assert_int_equal(withheld_in(store, 1, &place), 0);
    must_withhold(store, PLN_FX_WITHHOLD, 5, true, (pln_span_t){0});
    must_withhold(store, PLN_FX_WITHHOLD, 6, false, (pln_span_t){0});
    assert_int_equal(withheld_in(store, 1, &place), 6);
    assert_int_equal(withheld_in(store, 0, &place), 0);
    must_withhold(store, PLN_FX_REVEAL, 5, false, (pln_span_t){0});  // it was kept beside
    assert_int_equal(withheld_in(store, 1, &place), 4);
    must_withhold(store, PLN_FX_REVEAL, 6, false, PLN_SPAN("branch", 6));
    assert_int_equal(withheld_in(store, 1, &place), 0);
    must_shift(store, PLN_FX_BACK, 1, 4, 6);
    must_withhold(store, PLN_FX_WITHHOLD, 4, false, (pln_span_t){0});
    assert_int_equal(withheld_in(store, 1, &place), 1);
    assert_int_equal(withheld_in(store, 0, &place), 0);
}

/** Where the chain ends afterwards. */
static uint64_t trimmed(contract_t *store, uint32_t chain, uint64_t to)
{
    steps_t steps = {0};
    answer_t answer = {0};
    trim_step(&steps, chain, to);
    pln_cursor_t before = store->kind->arrivals(store);
    store->kind->apply(store, &steps.effects, &answer);
    assert_int_equal(answer.error, PLN_OK);
    pln_cursor_t after = store->kind->arrivals(store);
    assert_true(pln_cursor_equal(&before, &after));
    uint64_t end = answer.results[0].end.seq;
    answer_free(&answer);
    return end;
}

static void trimming_ends_where_something_is_signed(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    run_t whole = {0}, run = {0};
    pln_chain_row_t row;
    must_mint(store, 0, &place, 3000, 8);
    assert_int_equal(store->kind->run(store, 0, &place, 1025, 3000, &whole), PLN_OK);
    assert_int_equal(whole.end.seq, 2048);
    must_shift(store, PLN_FX_ASIDE, 0, 2001, 3000);
    assert_int_equal(trimmed(store, 0, 2000), 2048);  // nobody signed 2000
    assert_true(store->kind->chain(store, &place, &row));
    assert_int_equal(row.head.seq, 2048);
    assert_int_equal(row.counted, 2000);
    must_shift(store, PLN_FX_ASIDE, 0, 1025, 2000);
    assert_int_equal(trimmed(store, 0, 1024), 1024);
    assert_true(store->kind->chain(store, &place, &row));
    assert_head_equal(&row.head, &row.counted_head);
    assert_int_equal(store->kind->run(store, 0, &place, 1, 1024, &run), PLN_OK);
    assert_int_equal(assert_run_verifies(&place, &run), 1024);
    assert_int_equal(store->kind->run(store, 0, &place, 1025, 3000, &run), PLN_ENOTFOUND);
    steps_t again = {0};  // what counts again comes again
    store_run(&again, 0, &place, &whole);
    assert_int_equal(contract_apply(store, &again), PLN_OK);
    assert_int_equal(store->kind->run(store, 0, &place, 1025, 2048, &run), PLN_OK);
    assert_int_equal(assert_run_verifies(&place, &run), 1024);
    pln_buf_free(&whole.bytes);
    pln_buf_free(&run.bytes);
}

static void trimming_touches_nothing_that_counts(contract_t *store)
{
    pln_place_t place = fixture_place(&store->self, 1, PLN_LANE_RECORDS);
    pln_chain_row_t row;
    must_mint(store, 0, &place, 5, 8);
    must_shift(store, PLN_FX_ASIDE, 0, 4, 5);
    for (uint64_t to = 0; to <= 6; to++) {
        steps_t steps = {0};
        trim_step(&steps, 0, to);
        assert_int_equal(contract_apply(store, &steps), to < 3 || to > 4 ? PLN_ESTALE : PLN_OK);
        assert_true(store->kind->chain(store, &place, &row));
        assert_int_equal(row.head.seq, 5);  // below it nothing is signed
    }
    must_shift(store, PLN_FX_ASIDE, 0, 1, 3);
    assert_int_equal(trimmed(store, 0, 0), 0);
    assert_true(store->kind->chain(store, &place, &row));
    must_mint(store, 0, &place, 2, 8);  // its number and place are still its own
    assert_true(store->kind->chain(store, &place, &row));
    assert_int_equal(row.counted, 2);
}

/* ---- the same random history for both ---- */

#define CHAINS 4u
#define ROUNDS 40

typedef struct {
    contract_t stores[STORE_KINDS];
    uint64_t random;
} pair_t;

static uint64_t draw(pair_t *pair, uint64_t below)
{
    pair->random = pair->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (pair->random >> 33) % below;
}

static void assert_same_stored(const answer_t *a, const answer_t *b, size_t at, uint64_t seed)
{
    const pln_stored_t *x = &a->results[at];
    const pln_stored_t *y = &b->results[at];
    const struct {
        bool same;
        const char *what;
    } parts[] = {
        {x->chain == y->chain, "chain"},
        {x->base.seq == y->base.seq && pln_hash_equal(&x->base.hash, &y->base.hash), "base"},
        {x->end.seq == y->end.seq && pln_hash_equal(&x->end.hash, &y->end.hash), "end"},
        {memcmp(&x->signature, &y->signature, sizeof x->signature) == 0, "signature"},
        {a->runs[at].size == b->runs[at].size, "run"},
        {x->arrival.number == y->arrival.number, "arrival"},
        {pln_cursor_equal(&x->arrival, &y->arrival), "tag of the arrival"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].same) {
            fail_msg("seed %llu: the %s differs: chain %u, %llu to %llu", (unsigned long long)seed,
                     parts[i].what, x->chain, (unsigned long long)x->base.seq,
                     (unsigned long long)x->end.seq);
        }
    }
}

static void apply_to_both(pair_t *pair, const steps_t *steps, uint64_t seed)
{
    answer_t answers[STORE_KINDS] = {0};
    for (size_t i = 0; i < STORE_KINDS; i++) {
        pair->stores[i].kind->apply(&pair->stores[i], &steps->effects, &answers[i]);
    }
    if (answers[0].error != answers[1].error || answers[0].count != answers[1].count) {
        fail_msg("seed %llu: %s and %s of one job", (unsigned long long)seed,
                 pln_error_name(answers[0].error), pln_error_name(answers[1].error));
    }
    for (size_t i = 0; i < answers[0].count; i++) {
        assert_same_stored(&answers[0], &answers[1], i, seed);
    }
    answer_free(&answers[0]);
    answer_free(&answers[1]);
}

static void same_rows(pair_t *pair, const pln_place_t *place, uint32_t number, uint64_t seed)
{
    pln_chain_row_t rows[STORE_KINDS];
    bool held[STORE_KINDS];
    for (size_t i = 0; i < STORE_KINDS; i++) {
        held[i] = pair->stores[i].kind->chain(&pair->stores[i], place, &rows[i]);
    }
    if (held[0] != held[1] ||
        (held[0] && (rows[0].head.seq != rows[1].head.seq || rows[0].counted != rows[1].counted ||
                     rows[0].last_arrival != rows[1].last_arrival))) {
        fail_msg("seed %llu: chain %u: held %d/%d head %llu/%llu counted %llu/%llu",
                 (unsigned long long)seed, number, held[0], held[1],
                 (unsigned long long)rows[0].head.seq, (unsigned long long)rows[1].head.seq,
                 (unsigned long long)rows[0].counted, (unsigned long long)rows[1].counted);
    }
    for (uint64_t from = 1; held[0] && from <= rows[0].head.seq; from += 1 + from / 16) {
        run_t runs[STORE_KINDS] = {0};
        pln_err_t errors[STORE_KINDS];
        for (size_t i = 0; i < STORE_KINDS; i++) {
            errors[i] = pair->stores[i].kind->run(&pair->stores[i], number, place, from,
                                                  rows[0].counted, &runs[i]);
        }
        bool same = errors[0] == errors[1] &&
                    (errors[0] != PLN_OK ||
                     (runs[0].bytes.size == runs[1].bytes.size &&
                      memcmp(runs[0].bytes.data, runs[1].bytes.data, runs[0].bytes.size) == 0 &&
                      memcmp(&runs[0].signature, &runs[1].signature, 64) == 0));
        if (!same) {
            fail_msg("seed %llu: runs of chain %u from %llu differ: %s, %s",
                     (unsigned long long)seed, number, (unsigned long long)from,
                     pln_error_name(errors[0]), pln_error_name(errors[1]));
        }
        pln_buf_free(&runs[0].bytes);
        pln_buf_free(&runs[1].bytes);
    }
}

static void random_mint(pair_t *pair, steps_t *steps, const pln_place_t *place, uint32_t chain,
                        uint8_t **bytes, pln_draft_t **drafts)
{
    bool control = place->lane == PLN_LANE_CONTROL;
    size_t count = 1 + draw(pair, draw(pair, 6) == 0 && !control ? 1500 : 4);
    *drafts = fixture_drafts(count, 8 + draw(pair, control ? 60 : 400), bytes);
    for (size_t i = 0; control && i < count; i++) {
        (*drafts)[i].kind = 0x0002;
    }
    steps_mint(steps, chain, place, *drafts, count);
}

/** One random job; most fit, some are stale. */
static void random_job(pair_t *pair, const pln_place_t *places, uint64_t seed)
{
    steps_t steps = {0};
    uint8_t *bytes = NULL;
    pln_draft_t *drafts = NULL;
    uint32_t chain = (uint32_t)draw(pair, CHAINS);
    pln_chain_row_t row = {0};
    contract_t *first = &pair->stores[0];
    bool held = first->kind->chain(first, &places[chain], &row);
    uint64_t act = draw(pair, 8);
    if (!held || act < 4) {
        random_mint(pair, &steps, &places[chain], chain, &bytes, &drafts);
    } else if (act < 6 && row.counted > 0) {
        uint64_t from = 1 + draw(pair, row.counted);
        shift(&steps, PLN_FX_ASIDE, chain, from, row.counted);
    } else if (act == 6 && row.counted < row.head.seq) {
        trim_step(&steps, chain, draw(pair, 4) == 0 ? 0 : row.counted);
    } else if (row.counted < row.head.seq) {
        shift(&steps, PLN_FX_BACK, chain, row.counted + 1,
              row.counted + 1 + draw(pair, row.head.seq - row.counted));
    } else {
        steps_save(&steps, PLN_TABLE_PEERS, "peer", draw(pair, 2) == 0 ? NULL : "value");
    }
    apply_to_both(pair, &steps, seed);
    same_rows(pair, &places[chain], chain, seed);
    free(bytes);
    free(drafts);
}

static void random_history(uint64_t seed)
{
    pair_t pair = {.random = seed};
    for (size_t i = 0; i < STORE_KINDS; i++) {
        contract_open(&pair.stores[i], &store_kinds[i]);
    }
    pln_place_t places[CHAINS];
    for (uint32_t i = 0; i < CHAINS; i++) {
        places[i] = fixture_place(&pair.stores[0].self, (uint8_t)(i / 2),
                                  i % 2 == 0 ? PLN_LANE_CONTROL : PLN_LANE_RECORDS);
    }
    for (int round = 0; round < ROUNDS; round++) {
        random_job(&pair, places, seed);
    }
    for (size_t i = 0; i < STORE_KINDS; i++) {
        contract_close(&pair.stores[i]);
    }
}

/* ---- as tests ---- */

static void for_each_kind(void (*rule)(contract_t *store))
{
    for (size_t i = 0; i < STORE_KINDS; i++) {
        contract_t store;
        print_message("%s\n", store_kinds[i].name);
        contract_open(&store, &store_kinds[i]);
        rule(&store);
        contract_close(&store);
    }
}

#define CONTRACT(rule)                    \
    static void test_##rule(void **state) \
    {                                     \
        (void)state;                      \
        for_each_kind(rule);              \
    }
CONTRACT(runs_verify_from_every_seq)
CONTRACT(lane_0_keeps_every_signature_and_lane_1_the_anchors)
CONTRACT(what_nobody_signed_here_is_read_all_the_same)
CONTRACT(a_stale_job_leaves_nothing_behind)
CONTRACT(a_number_belongs_to_one_place)
CONTRACT(what_comes_on_top_of_entries_set_aside_is_set_aside)
CONTRACT(changes_name_each_chain_once_from_its_smallest_seq)
CONTRACT(forgetting_is_bounded_and_ends_with_the_chain)
CONTRACT(payloads_of_a_branch_are_taken_out_of_it_alone)
CONTRACT(trimming_ends_where_something_is_signed)
CONTRACT(trimming_touches_nothing_that_counts)

static void both_stores_answer_alike_whatever_happens(void **state)
{
    (void)state;
    const char *one = getenv("PLN_SEED");
    uint64_t first = one != NULL ? strtoull(one, NULL, 10) : 1;
    for (uint64_t seed = first; seed < first + (one != NULL ? 1 : 4); seed++) {
        random_history(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_verify_from_every_seq),
        cmocka_unit_test(test_lane_0_keeps_every_signature_and_lane_1_the_anchors),
        cmocka_unit_test(test_what_nobody_signed_here_is_read_all_the_same),
        cmocka_unit_test(test_a_stale_job_leaves_nothing_behind),
        cmocka_unit_test(test_a_number_belongs_to_one_place),
        cmocka_unit_test(test_what_comes_on_top_of_entries_set_aside_is_set_aside),
        cmocka_unit_test(test_changes_name_each_chain_once_from_its_smallest_seq),
        cmocka_unit_test(test_forgetting_is_bounded_and_ends_with_the_chain),
        cmocka_unit_test(test_payloads_of_a_branch_are_taken_out_of_it_alone),
        cmocka_unit_test(test_trimming_ends_where_something_is_signed),
        cmocka_unit_test(test_trimming_touches_nothing_that_counts),
        cmocka_unit_test(both_stores_answer_alike_whatever_happens),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
