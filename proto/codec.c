// SPDX-License-Identifier: MPL-2.0
// The stored form is a zstd frame without its magic. zstd's stable interface wants the magic, so it
// is cut off after compressing and put before the bytes in scratch memory for decompressing.
#include "codec.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "dictionary_1.h"

#define MAGIC_SIZE 4
static const uint8_t magic[MAGIC_SIZE] = {0x28, 0xb5, 0x2f, 0xfd};

/** The first byte of a frame says what else its header holds. */
enum { FRAME_CHECKSUM = 0x04, FRAME_DICTIONARY_ID = 0x03 };

/** Chosen by measurement on records of 1 KB; see contrib/dictionary/README.md. */
#define LEVEL_DICTIONARY 14
#define LEVEL_PLAIN 12

struct pln_codec {
    ZSTD_CCtx *compressor; /**< made at first use: most codecs only read */
    ZSTD_CDict *dictionary_out;
    ZSTD_DCtx *decompressor;   /**< without dictionary */
    ZSTD_DCtx *decompressor_1; /**< with dictionary 1, and never without */
    ZSTD_DDict *dictionary_in;
    pln_buf_t frame;   /**< magic + stored bytes, while decoding */
    pln_buf_t content; /**< what the last decode gave out */
};

pln_codec_t *pln_codec_new(void)
{
    return pln_alloc_zero(1, sizeof(pln_codec_t));
}

void pln_codec_free(pln_codec_t **codec)
{
    if (*codec == NULL) {
        return;
    }
    ZSTD_freeCCtx((*codec)->compressor);
    ZSTD_freeCDict((*codec)->dictionary_out);
    ZSTD_freeDCtx((*codec)->decompressor);
    ZSTD_freeDCtx((*codec)->decompressor_1);
    ZSTD_freeDDict((*codec)->dictionary_in);
    pln_buf_free(&(*codec)->frame);
    pln_buf_free(&(*codec)->content);
    free(*codec);
    *codec = NULL;
}

static void set(ZSTD_CCtx *compressor, ZSTD_cParameter parameter, int value)
{
    size_t result = ZSTD_CCtx_setParameter(compressor, parameter, value);
    assert(!ZSTD_isError(result));
}

static void prepare_compressor(pln_codec_t *codec, uint8_t wanted)
{
    if (codec->compressor == NULL) {
        codec->compressor = ZSTD_createCCtx();
        assert(codec->compressor != NULL);
        set(codec->compressor, ZSTD_c_compressionLevel, LEVEL_PLAIN);
        set(codec->compressor, ZSTD_c_contentSizeFlag, 1);
        set(codec->compressor, ZSTD_c_checksumFlag, 0);
        set(codec->compressor, ZSTD_c_dictIDFlag, 0);
    }
    if (wanted == PLN_CODEC_DICT_1 && codec->dictionary_out == NULL) {
        codec->dictionary_out =
            ZSTD_createCDict(pln_dictionary_1, pln_dictionary_1_size, LEVEL_DICTIONARY);
        assert(codec->dictionary_out != NULL);
    }
    ZSTD_CDict *dictionary = wanted == PLN_CODEC_DICT_1 ? codec->dictionary_out : NULL;
    size_t result = ZSTD_CCtx_refCDict(codec->compressor, dictionary);
    assert(!ZSTD_isError(result));
}

pln_err_t pln_codec_encode(pln_codec_t *codec, uint8_t codec_wanted, pln_span_t raw,
                           pln_buf_t *stored, uint8_t *codec_used)
{
    if (raw.size > PLN_PAYLOAD_MAX) {
        return PLN_EOVERSIZE;
    }
    if (codec_wanted == PLN_CODEC_DICT_1 || codec_wanted == PLN_CODEC_ZSTD) {
        prepare_compressor(codec, codec_wanted);
        size_t bound = ZSTD_compressBound(raw.size);
        size_t before = stored->size;
        uint8_t *frame = pln_buf_grow(stored, bound);
        size_t size = ZSTD_compress2(codec->compressor, frame, bound, raw.data, raw.size);
        // With room for the bound and sizes checked, only our own misuse could make zstd fail.
        assert(!ZSTD_isError(size));
        assert(size > MAGIC_SIZE && memcmp(frame, magic, MAGIC_SIZE) == 0);
        stored->size = before;
        if (size - MAGIC_SIZE < raw.size) {
            memmove(frame, frame + MAGIC_SIZE, size - MAGIC_SIZE);
            stored->size += size - MAGIC_SIZE;
            *codec_used = codec_wanted;
            return PLN_OK;
        }
    } else if (codec_wanted != PLN_CODEC_RAW) {
        return PLN_EINVAL;
    }
    pln_buf_add(stored, raw.data, raw.size);
    *codec_used = PLN_CODEC_RAW;
    return PLN_OK;
}

/** Exactly one frame of the allowed shape, content size known and bounded; its size in *@size. */
static bool frame_allowed(pln_span_t frame, size_t *size)
{
    if (frame.size <= MAGIC_SIZE ||
        (frame.data[MAGIC_SIZE] & (FRAME_CHECKSUM | FRAME_DICTIONARY_ID)) != 0) {
        return false;
    }
    unsigned long long content = ZSTD_getFrameContentSize(frame.data, frame.size);
    if (content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR ||
        content > PLN_PAYLOAD_MAX) {
        return false;
    }
    *size = (size_t)content;
    return ZSTD_findFrameCompressedSize(frame.data, frame.size) == frame.size;
}

/**
 * The first frame that a context reads with a dictionary goes through zstd's prefetching decoder,
 * which in some versions overlooks bits left over in a damaged frame; the later ones do not. An
 * empty frame takes that first place, so that bytes are readable or not regardless of what was read
 * before.
 */
static void prepare_dictionary_in(pln_codec_t *codec)
{
    static const uint8_t empty[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00};
    if (codec->decompressor_1 != NULL) {
        return;
    }
    codec->decompressor_1 = ZSTD_createDCtx();
    codec->dictionary_in = ZSTD_createDDict(pln_dictionary_1, pln_dictionary_1_size);
    assert(codec->decompressor_1 != NULL && codec->dictionary_in != NULL);
    uint8_t nothing;
    size_t size = ZSTD_decompress_usingDDict(codec->decompressor_1, &nothing, 1, empty,
                                             sizeof empty, codec->dictionary_in);
    assert(size == 0);
}

/** zstd's error code or the size of the content. */
static size_t decompress(pln_codec_t *codec, uint8_t codec_used, pln_span_t frame, uint8_t *content,
                         size_t size)
{
    if (codec_used == PLN_CODEC_DICT_1) {
        prepare_dictionary_in(codec);
        return ZSTD_decompress_usingDDict(codec->decompressor_1, content, size, frame.data,
                                          frame.size, codec->dictionary_in);
    }
    if (codec->decompressor == NULL) {
        codec->decompressor = ZSTD_createDCtx();
        assert(codec->decompressor != NULL);
    }
    return ZSTD_decompressDCtx(codec->decompressor, content, size, frame.data, frame.size);
}

pln_err_t pln_codec_decode(pln_codec_t *codec, uint8_t codec_used, pln_span_t stored,
                           pln_span_t *out)
{
    if (stored.size > PLN_PAYLOAD_MAX) {
        return PLN_ECODEC;
    }
    if (codec_used == PLN_CODEC_RAW) {
        *out = stored;
        return PLN_OK;
    }
    if (codec_used != PLN_CODEC_DICT_1 && codec_used != PLN_CODEC_ZSTD) {
        return PLN_ECODEC;
    }
    pln_buf_clear(&codec->frame);
    pln_buf_add(&codec->frame, magic, MAGIC_SIZE);
    pln_buf_add(&codec->frame, stored.data, stored.size);
    pln_span_t frame = pln_buf_span(&codec->frame);
    size_t size;
    if (!frame_allowed(frame, &size)) {
        return PLN_ECODEC;
    }
    pln_buf_clear(&codec->content);
    // One byte at least, so that empty content has an address.
    uint8_t *content = pln_buf_grow(&codec->content, size + 1);
    size_t result = decompress(codec, codec_used, frame, content, size);
    if (ZSTD_isError(result) || result != size) {
        return PLN_ECODEC;
    }
    *out = PLN_SPAN(content, size);
    return PLN_OK;
}

pln_err_t pln_codec_dictionary_hash(uint8_t number, uint8_t out[32])
{
    if (number != PLN_CODEC_DICT_1) {
        return PLN_ENOTFOUND;
    }
    crypto_generichash(out, 32, pln_dictionary_1, pln_dictionary_1_size, NULL, 0);
    return PLN_OK;
}
