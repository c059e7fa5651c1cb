// SPDX-License-Identifier: MPL-2.0
/* Any bytes are either refused, or the one spelling of a value: writing it again gives them back.
 */
#include <assert.h>
#include <string.h>

#include "proto/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rewrite(pln_unpack_t *in, pln_buf_t *out, unsigned depth)
{
    assert(depth <= PLN_PACK_DEPTH_MAX);
    pln_token_t token = pln_unpack_next(in);
    switch (token.type) {
        case PLN_PACK_NIL:
            pln_pack_nil(out);
            break;
        case PLN_PACK_BOOL:
            pln_pack_bool(out, token.as.boolean);
            break;
        case PLN_PACK_UINT:
            pln_pack_uint(out, token.as.uint);
            break;
        case PLN_PACK_INT:
            assert(token.as.sint < 0);
            pln_pack_int(out, token.as.sint);
            break;
        case PLN_PACK_FLOAT:
            pln_pack_float(out, token.as.real);
            break;
        case PLN_PACK_STR:
            pln_pack_str(out, token.as.span);
            break;
        case PLN_PACK_BIN:
            pln_pack_bin(out, token.as.span.data, token.as.span.size);
            break;
        case PLN_PACK_ARRAY:
            pln_pack_array(out, token.as.count);
            for (uint32_t i = 0; i < token.as.count; i++) {
                rewrite(in, out, depth + 1);
            }
            break;
        case PLN_PACK_MAP:
            pln_pack_map(out, token.as.count);
            for (uint32_t i = 0; i < token.as.count; i++) {
                rewrite(in, out, depth + 1);
                rewrite(in, out, depth + 1);
            }
            break;
    }
}

/** Typed reads in an order that the input itself chooses: none may pass the end or forget an error.
 */
static void read_typed(pln_span_t span)
{
    pln_unpack_t in = pln_unpack(span);
    int64_t last = -1;
    uint8_t fixed[8];
    for (size_t i = 0; i < span.size; i++) {
        pln_err_t before = in.error;
        size_t at = in.bytes.at;
        switch (span.data[span.size - 1 - i] % 10) {
            case 0:
                (void)pln_unpack_uint(&in);
                break;
            case 1:
                assert(pln_unpack_uint_max(&in, 1000) <= 1000);
                break;
            case 2:
                (void)pln_unpack_bool(&in);
                break;
            case 3:
                assert(pln_unpack_bin(&in).size <= span.size);
                break;
            case 4:
                pln_unpack_fixed(&in, fixed, sizeof fixed);
                break;
            case 5:
                assert(pln_unpack_str(&in, 10).size <= 10);
                break;
            case 6:
                assert(pln_unpack_array(&in, 100) <= 100);
                break;
            case 7:
                assert(pln_unpack_map(&in, 100) <= 100);
                break;
            case 8:
                (void)pln_unpack_key(&in, &last);
                break;
            default:
                if (!pln_unpack_nil(&in)) {
                    pln_unpack_skip(&in);
                }
                break;
        }
        assert(in.bytes.at <= span.size);
        assert(before == PLN_OK || (in.error == before && in.bytes.at == at));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pln_span_t span = PLN_SPAN(data, size);
    if (pln_pack_check(span) == PLN_OK) {
        pln_unpack_t in = pln_unpack(span);
        pln_buf_t out = {0};
        rewrite(&in, &out, 0);
        assert(pln_unpack_end(&in) == PLN_OK);
        assert(out.size == size);
        assert(memcmp(out.data, data, size) == 0);
        assert(pln_pack_check(PLN_SPAN(data, size - 1)) == PLN_ETRUNCATED);
        pln_buf_free(&out);
    }
    read_typed(span);
    return 0;
}
