// SPDX-License-Identifier: MPL-2.0
// What begins a branch, asked of both stores: its base must be on what it leaves.
#include "store_contract.h"

/** Chain @chain leaves @parent behind @base with one entry. */
static pln_err_t leave(contract_t *store, uint32_t chain, const pln_place_t *place, uint32_t parent,
                       const pln_head_t *base, pln_head_t *end)
{
    steps_t steps = {0};
    pln_buf_t run = {0};
    pln_vouch_t vouch;
    bool is_signed;
    pln_draft_t draft = {.kind = 0x0100, .time_ms = chain, .payload = PLN_SPAN("branch", 6)};
    *end = *base;
    assert_int_equal(
        pln_chain_mint(&store->self, place, &draft, true, end, &run, &vouch, &is_signed), PLN_OK);
    pln_effect_t *effect = steps_add(&steps, PLN_FX_STORE);
    effect->as.store.chain = chain;
    effect->as.store.place = *place;
    effect->as.store.base = *base;
    effect->as.store.end = *end;
    effect->as.store.signature = vouch.signature;
    effect->as.store.run = pln_buf_span(&run);
    effect->as.store.count = 1;
    effect->as.store.branch = true;
    effect->as.store.parent = parent;
    pln_err_t error = contract_apply(store, &steps);
    pln_buf_free(&run);
    return error;
}

/** Chain 0 of six entries by the store's own; its head at @seq. */
static pln_head_t six(contract_t *store, const pln_place_t *place, uint64_t seq)
{
    steps_t steps = {0};
    run_t run = {0};
    uint8_t *bytes;
    pln_draft_t *drafts = fixture_drafts(6, 40, &bytes);
    steps_mint(&steps, 0, place, drafts, 6);
    assert_int_equal(contract_apply(store, &steps), PLN_OK);
    assert_int_equal(store->kind->stretch(store, 0, place, 1, seq, &run), PLN_OK);
    pln_head_t head = run.end;
    pln_buf_free(&run.bytes);
    free(drafts);
    free(bytes);
    return head;
}

/** In the middle, at the end, and where the branch that it leaves begins. */
static void a_branch_begins_behind_a_head_of_its_parent(contract_t *store)
{
    for (uint64_t seq = 3; seq <= 6; seq += 3) {
        pln_place_t place = fixture_place(&store->self, (uint8_t)seq, PLN_LANE_RECORDS);
        pln_head_t base = six(store, &place, seq), other = base, end, second;
        other.hash.bytes[0] ^= 1;
        assert_int_equal(leave(store, 1, &place, 0, &other, &end), PLN_ESTALE);
        assert_int_equal(leave(store, 1, &place, 0, &base, &end), PLN_OK);
        assert_int_equal(leave(store, 2, &place, 0, &end, &second), PLN_ESTALE);  // it is on 1
        assert_int_equal(leave(store, 2, &place, 1, &other, &second), PLN_ESTALE);
        assert_int_equal(leave(store, 2, &place, 1, &end, &second), PLN_OK);
        contract_close(store);
        contract_open(store, store->kind);
    }
}

static void a_branch_begins_behind_a_head_of_its_parent_in_both_stores(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORE_KINDS; i++) {
        contract_t store;
        print_message("%s\n", store_kinds[i].name);
        contract_open(&store, &store_kinds[i]);
        a_branch_begins_behind_a_head_of_its_parent(&store);
        contract_close(&store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_branch_begins_behind_a_head_of_its_parent_in_both_stores),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
