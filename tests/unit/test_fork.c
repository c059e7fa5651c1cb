// SPDX-License-Identifier: MPL-2.0
// Fork proofs: two signed branches of one chain, and nothing less.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/bytes.h"
#include "proto/fork.h"
#include "proto/hash.h"

typedef struct {
    pln_identity_t author;
    pln_fork_proof_t proof;
    pln_buf_t links[2];
} fork_t;

static pln_identity_t identity(uint8_t number)
{
    pln_identity_t out;
    uint8_t seed[PLN_SEED_SIZE] = {number};
    while (pln_identity_derive(seed, &out) != PLN_OK) {
        seed[1]++;
    }
    return out;
}

/** @count entries behind @base that say @word; links and signature. */
static void branch_make(const pln_identity_t *author, const pln_place_t *place,
                        const pln_head_t *base, const char *word, uint32_t count, pln_buf_t *links,
                        pln_fork_branch_t *out)
{
    pln_head_t head = *base;
    pln_buf_t run = {0};
    pln_vouch_t vouch;
    bool is_signed;
    for (uint32_t i = 0; i < count; i++) {
        pln_draft_t draft = {
            .kind = 0x0101, .time_ms = 1000 + i, .payload = PLN_SPAN(word, strlen(word))};
        assert_int_equal(
            pln_chain_mint(author, place, &draft, i + 1 == count, &head, &run, &vouch, &is_signed),
            PLN_OK);
    }
    assert_int_equal(pln_fork_links(pln_buf_span(&run), links), PLN_OK);
    pln_buf_free(&run);
    *out = (pln_fork_branch_t){count, vouch.signature, pln_buf_span(links)};
}

static fork_t fork_new(uint64_t at, uint32_t first, uint32_t second)
{
    fork_t fork = {.author = identity(1)};
    pln_place_t place = {.author = fork.author.id, .epoch = 16, .lane = PLN_LANE_RECORDS};
    pln_head_t base;
    pln_chain_start(&place, &base);
    base.seq = at;
    if (at > 0) {
        base.hash.bytes[0] ^= 0x55;
    }
    fork.proof.place = place;
    fork.proof.at = at;
    fork.proof.hash = base.hash;
    branch_make(&fork.author, &place, &base, "one", first, &fork.links[0], &fork.proof.branches[0]);
    branch_make(&fork.author, &place, &base, "another", second, &fork.links[1],
                &fork.proof.branches[1]);
    return fork;
}

static void fork_free(fork_t *fork)
{
    pln_buf_free(&fork->links[0]);
    pln_buf_free(&fork->links[1]);
}

static pln_err_t judge(pln_span_t bytes)
{
    pln_fork_proof_t proof;
    pln_err_t error = pln_fork_proof_decode(bytes, &proof);
    return error == PLN_OK ? pln_fork_proof_verify(&proof) : error;
}

static void two_signed_branches_prove_a_fork_in_either_order(void **state)
{
    (void)state;
    fork_t fork = fork_new(41, 3, 2);
    pln_buf_t bytes = {0}, swapped = {0};
    pln_fork_proof_encode(&fork.proof, &bytes);
    pln_fork_branch_t kept = fork.proof.branches[0];
    fork.proof.branches[0] = fork.proof.branches[1];
    fork.proof.branches[1] = kept;
    pln_fork_proof_encode(&fork.proof, &swapped);
    assert_int_equal(judge(pln_buf_span(&bytes)), PLN_OK);
    assert_int_equal(bytes.size, swapped.size);
    assert_memory_equal(bytes.data, swapped.data, bytes.size);
    pln_buf_free(&bytes);
    pln_buf_free(&swapped);
    fork_free(&fork);
}

static void the_largest_proof_fits(void **state)
{
    (void)state;
    fork_t fork = fork_new(7, 1024, 1024);
    pln_buf_t bytes = {0};
    pln_fork_proof_encode(&fork.proof, &bytes);
    assert_true(bytes.size <= PLN_FORK_PROOF_MAX);
    pln_buf_free(&bytes);
    fork_free(&fork);
}

static void a_proof_with_any_bit_changed_proves_nothing(void **state)
{
    (void)state;
    fork_t fork = fork_new(41, 2, 2);
    pln_buf_t bytes = {0};
    pln_fork_proof_encode(&fork.proof, &bytes);
    for (size_t bit = 0; bit < bytes.size * 8; bit += 3) {
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (judge(pln_buf_span(&bytes)) == PLN_OK) {
            fail_msg("still a proof with bit %zu changed", bit);
        }
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    pln_buf_free(&bytes);
    fork_free(&fork);
}

static void a_proof_cut_anywhere_is_refused(void **state)
{
    (void)state;
    fork_t fork = fork_new(41, 2, 1);
    pln_buf_t bytes = {0};
    pln_fork_proof_encode(&fork.proof, &bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_int_not_equal(judge(PLN_SPAN(bytes.data, size)), PLN_OK);
    }
    pln_buf_u8(&bytes, 0);
    assert_int_equal(judge(pln_buf_span(&bytes)), PLN_EMALFORMED);
    pln_buf_free(&bytes);
    fork_free(&fork);
}

static void one_branch_twice_is_no_fork(void **state)
{
    (void)state;
    fork_t fork = fork_new(41, 3, 2);
    fork.proof.branches[1] = fork.proof.branches[0];
    assert_int_equal(pln_fork_proof_verify(&fork.proof), PLN_EMALFORMED);
    fork_free(&fork);
}

static void a_chain_that_begins_elsewhere_is_none_of_the_place(void **state)
{
    (void)state;
    fork_t fork = fork_new(0, 1, 1);
    pln_buf_t bytes = {0};
    pln_fork_proof_encode(&fork.proof, &bytes);
    assert_int_equal(judge(pln_buf_span(&bytes)), PLN_OK);
    bytes.data[0] ^= 1;
    assert_int_equal(judge(pln_buf_span(&bytes)), PLN_EMALFORMED);
    pln_buf_free(&bytes);
    fork_free(&fork);
}

static void lane_0_needs_no_proof(void **state)
{
    (void)state;
    fork_t fork = fork_new(41, 1, 1);
    fork.proof.place.lane = PLN_LANE_CONTROL;
    assert_int_equal(pln_fork_proof_verify(&fork.proof), PLN_EMALFORMED);
    fork_free(&fork);
}

static void a_branch_goes_there_and_back(void **state)
{
    (void)state;
    fork_t fork = fork_new(41, 3, 2);
    pln_buf_t body = {0};
    pln_fork_branch_encode(41, &fork.proof.hash, &fork.proof.branches[0], &body);
    uint64_t at;
    pln_hash_t hash, first;
    pln_head_t end;
    pln_fork_branch_t branch;
    assert_int_equal(pln_fork_branch_decode(pln_buf_span(&body), &at, &hash, &branch), PLN_OK);
    assert_int_equal(at, 41);
    assert_int_equal(branch.count, 3);
    assert_int_equal(pln_fork_branch_verify(&fork.proof.place, at, &hash, &branch, &first, &end),
                     PLN_OK);
    assert_int_equal(end.seq, 44);
    assert_int_equal(
        pln_fork_branch_decode(PLN_SPAN(body.data, body.size - 1), &at, &hash, &branch),
        PLN_EMALFORMED);
    assert_int_equal(pln_fork_branch_decode(PLN_SPAN(body.data, 104), &at, &hash, &branch),
                     PLN_EMALFORMED);
    assert_int_equal(pln_fork_branch_decode(PLN_SPAN(body.data, 50), &at, &hash, &branch),
                     PLN_ETRUNCATED);
    pln_buf_free(&body);
    fork_free(&fork);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_signed_branches_prove_a_fork_in_either_order),
        cmocka_unit_test(the_largest_proof_fits),
        cmocka_unit_test(a_proof_with_any_bit_changed_proves_nothing),
        cmocka_unit_test(a_proof_cut_anywhere_is_refused),
        cmocka_unit_test(one_branch_twice_is_no_fork),
        cmocka_unit_test(a_chain_that_begins_elsewhere_is_none_of_the_place),
        cmocka_unit_test(lane_0_needs_no_proof),
        cmocka_unit_test(a_branch_goes_there_and_back),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
