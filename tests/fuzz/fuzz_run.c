// SPDX-License-Identifier: MPL-2.0
/* Input: flags u8 (bit 0 lane, bit 1 sign the end), seq u48, cum u32, then a run. What verifies
 * must keep every bound that the rest of the node relies on; without a signature nothing does. */
#include <assert.h>
#include <string.h>

#include "proto/chain.h"
#include "proto/hash.h"

#define FLAG_LANE 1u
#define FLAG_SIGN 2u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Each entry of an accepted run, read once more by hand: only the last may be an anchor. */
static void check_entries(const pln_place_t *place, const pln_head_t *base, pln_span_t run,
                          uint32_t count)
{
    uint64_t cum = base->cum;
    for (uint32_t i = 1; i <= count; i++) {
        pln_entry_t entry;
        pln_err_t error = pln_entry_read(run, &entry);
        assert(error == PLN_OK);
        assert(entry.stored_size <= run.size);
        assert(place->lane == PLN_LANE_RECORDS || !entry.withheld);
        uint64_t next = cum + PLN_HEADER_SIZE + entry.header.size;
        bool anchor = (base->seq + i) % 1024 == 0 || next / 131072 > cum / 131072;
        assert(i == count || !anchor);
        cum = next;
        run.data += entry.stored_size;
        run.size -= entry.stored_size;
    }
    assert(run.size == 0);
}

static void check_accepted(const pln_place_t *place, const pln_head_t *base, pln_span_t run,
                           const pln_head_t *end, uint32_t count)
{
    assert(count >= 1);
    assert(count <= PLN_ANCHOR_ENTRIES);
    assert(count == 1 || place->lane == PLN_LANE_RECORDS);
    assert(run.size <= PLN_RUN_BYTES_MAX);
    assert(end->seq == base->seq + count);
    assert(end->seq <= PLN_SEQ_MAX);
    check_entries(place, base, run, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[PLN_SEED_SIZE];
    pln_identity_t author;
    pln_reader_t in = pln_reader(PLN_SPAN(data, size));
    uint8_t flags = pln_read_u8(&in);
    pln_head_t base = {.seq = pln_read_u48(&in), .cum = pln_read_u32(&in)};
    pln_span_t run = pln_read_span(&in, pln_reader_left(&in));
    if (in.failed || sodium_init() < 0 || pln_identity_derive(seed, &author) != PLN_OK) {
        return 0;
    }
    pln_place_t place = {.author = author.id, .lane = flags & FLAG_LANE};
    pln_head_t end;
    pln_head_t walked;
    uint32_t count;
    uint32_t steps;
    pln_signature_t signature = {{0}};
    pln_err_t error = pln_run_verify(&place, &base, run, &signature, &end, &count);
    assert(error != PLN_OK);
    pln_err_t walk_error = pln_run_walk(&base, run, &walked, &steps);
    if ((flags & FLAG_SIGN) == 0 || walk_error != PLN_OK || steps == 0 ||
        walked.seq > PLN_SEQ_MAX) {
        return 0;
    }
    pln_head_sign(&author, &place, &walked, &signature);
    pln_err_t signed_error = pln_run_verify(&place, &base, run, &signature, &end, &count);
    assert((error == PLN_ESIGNATURE) == (signed_error == PLN_OK));
    if (signed_error == PLN_OK) {
        check_accepted(&place, &base, run, &end, count);
        assert(count == steps);
        assert(end.cum == walked.cum);
        assert(pln_hash_equal(&end.hash, &walked.hash));
    }
    return 0;
}
