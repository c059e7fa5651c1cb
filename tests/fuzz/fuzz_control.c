// SPDX-License-Identifier: MPL-2.0
/* What decodes must encode again, and that must be its one spelling. */
#include <assert.h>
#include <string.h>

#include "proto/control.h"
#include "proto/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_same(const pln_buf_t *a, const pln_buf_t *b)
{
    assert(a->size == b->size);
    assert(memcmp(a->data, b->data, a->size) == 0);
}

static void try_network(pln_span_t payload, pln_buf_t *first, pln_buf_t *second)
{
    pln_network_record_t record;
    if (pln_network_record_decode(payload, &record) == PLN_OK) {
        pln_network_record_encode(&record, first);
        assert(first->size <= payload.size);
        assert(pln_network_record_decode(pln_buf_span(first), &record) == PLN_OK);
        pln_network_record_encode(&record, second);
        assert_same(first, second);
    }
}

static void try_grant(pln_span_t payload, pln_buf_t *first, pln_buf_t *second)
{
    pln_grant_t grant;
    if (pln_grant_decode(payload, &grant) == PLN_OK) {
        pln_grant_encode(&grant, first);
        assert(first->size <= payload.size);
        assert(pln_grant_decode(pln_buf_span(first), &grant) == PLN_OK);
        pln_grant_encode(&grant, second);
        assert_same(first, second);
    }
}

static void try_revoke(pln_span_t payload, pln_buf_t *first, pln_buf_t *second)
{
    pln_revoke_t revoke;
    if (pln_revoke_decode(payload, &revoke) == PLN_OK) {
        pln_revoke_encode(&revoke, first);
        assert(first->size <= payload.size);
        assert(pln_revoke_decode(pln_buf_span(first), &revoke) == PLN_OK);
        pln_revoke_encode(&revoke, second);
        assert_same(first, second);
    }
}

static void try_transfer(pln_span_t payload, pln_buf_t *first, pln_buf_t *second)
{
    pln_transfer_t transfer;
    if (pln_transfer_decode(payload, &transfer) == PLN_OK) {
        pln_transfer_encode(&transfer, first);
        assert(first->size <= payload.size);
        assert(pln_transfer_decode(pln_buf_span(first), &transfer) == PLN_OK);
        pln_transfer_encode(&transfer, second);
        assert_same(first, second);
    }
}

static void try_retract(pln_span_t payload, pln_buf_t *first, pln_buf_t *second)
{
    pln_retract_t retract;
    if (pln_retract_decode(payload, &retract) == PLN_OK) {
        pln_retract_encode(&retract, first);
        assert(first->size <= payload.size);
        assert(pln_retract_decode(pln_buf_span(first), &retract) == PLN_OK);
        pln_retract_encode(&retract, second);
        assert_same(first, second);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const KINDS[])(pln_span_t, pln_buf_t *, pln_buf_t *) = {
        try_network, try_grant, try_revoke, try_transfer, try_retract};
    if (sodium_init() < 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        pln_buf_t first = {0}, second = {0};
        KINDS[i](PLN_SPAN(data, size), &first, &second);
        pln_buf_free(&first);
        pln_buf_free(&second);
    }
    if (pln_leave_decode(PLN_SPAN(data, size)) == PLN_OK) {
        assert(pln_pack_check(PLN_SPAN(data, size)) == PLN_OK);
    }
    return 0;
}
