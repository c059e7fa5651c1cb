// SPDX-License-Identifier: MPL-2.0
// Whatever FORK brings: its branch and its proof are bounded, and what is taken is told again
// alike.
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/fork.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_branch(pln_span_t input)
{
    uint64_t at;
    pln_hash_t hash, first;
    pln_head_t end;
    pln_fork_branch_t branch;
    if (pln_fork_branch_decode(input, &at, &hash, &branch) != PLN_OK) {
        return;
    }
    pln_buf_t again = {0};
    pln_fork_branch_encode(at, &hash, &branch, &again);
    if (again.size > input.size || memcmp(again.data, input.data, again.size) != 0) {
        abort();
    }
    pln_buf_free(&again);
    pln_place_t place = {.lane = PLN_LANE_RECORDS};
    (void)!pln_fork_branch_verify(&place, at, &hash, &branch, &first, &end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pln_fork_proof_t proof;
    try_branch(PLN_SPAN(data, size));
    if (pln_fork_proof_decode(PLN_SPAN(data, size), &proof) != PLN_OK ||
        pln_fork_proof_verify(&proof) != PLN_OK) {
        return 0;
    }
    pln_buf_t again = {0};
    pln_fork_proof_encode(&proof, &again);
    if (again.size != size || memcmp(again.data, data, size) != 0) {
        abort();
    }
    pln_buf_free(&again);
    return 0;
}
