// SPDX-License-Identifier: MPL-2.0
/* The first byte is the codec, the rest the stored payload. What decodes stays within the bound,
 * decodes alike twice, and comes back after it is encoded again. */
#include <assert.h>
#include <string.h>

#include "proto/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode_again(pln_codec_t *codec, uint8_t wanted, const pln_buf_t *content)
{
    pln_buf_t stored = {0};
    uint8_t used;
    pln_span_t out;
    pln_err_t error = pln_codec_encode(codec, wanted, pln_buf_span(content), &stored, &used);
    assert(error == PLN_OK);
    assert(stored.size <= content->size);
    error = pln_codec_decode(codec, used, pln_buf_span(&stored), &out);
    assert(error == PLN_OK);
    assert(out.size == content->size);
    assert(out.size == 0 || memcmp(out.data, content->data, out.size) == 0);
    pln_buf_free(&stored);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pln_codec_t *codec;
    if (codec == NULL) {
        codec = pln_codec_new();
    }
    if (size == 0) {
        return 0;
    }
    pln_span_t stored = PLN_SPAN(data + 1, size - 1);
    pln_span_t out;
    if (pln_codec_decode(codec, data[0], stored, &out) != PLN_OK) {
        return 0;
    }
    assert(out.size <= PLN_PAYLOAD_MAX);
    pln_buf_t content = {0};
    pln_buf_add(&content, out.data, out.size);
    pln_err_t error = pln_codec_decode(codec, data[0], stored, &out);
    assert(error == PLN_OK);
    assert(out.size == content.size);
    encode_again(codec, data[0], &content);
    pln_buf_free(&content);
    return 0;
}
