// SPDX-License-Identifier: MPL-2.0
/**
 * codec - how a payload is compressed at birth and read by a reader.
 *
 * Why     Compress once: the author's bytes are hashed, signed, stored, sent, forwarded unchanged.
 * Shape   codec 0 raw; 1..63 zstd with dictionary n; 64 zstd without; 96 reserved (encrypted)
 *         stored form: one zstd frame without its 4 magic bytes, content size present and
 *         <= PLN_PAYLOAD_MAX, no checksum, no dictionary id, no skippable frame, nothing behind it
 * Pure    no I/O; one encoder or decoder per thread (they hold zstd contexts and scratch)
 * Spec    SPEC 6 (R15)
 */
#ifndef PLN_CODEC_H
#define PLN_CODEC_H

#include "bytes.h"

enum { PLN_CODEC_RAW = 0, PLN_CODEC_DICT_1 = 1, PLN_CODEC_ZSTD = 64 };

typedef struct pln_codec pln_codec_t;

pln_codec_t *pln_codec_new(void);
void pln_codec_free(pln_codec_t **codec);

/**
 * Compress @raw with dictionary @codec_wanted (or 64); falls back to raw when that is not smaller.
 * @stored  out, appended to; @codec_used out.
 * PLN_EOVERSIZE raw is larger than PLN_PAYLOAD_MAX
 */
PLN_MUST_CHECK pln_err_t pln_codec_encode(pln_codec_t *codec, uint8_t codec_wanted, pln_span_t raw,
                                          pln_buf_t *stored, uint8_t *codec_used);

/**
 * The payload's content; @out borrowed from @stored (raw) or from the codec until its next call.
 * PLN_ECODEC unknown codec, glued or skippable frames, bad sizes, damaged bytes. Never allocates
 * more than PLN_PAYLOAD_MAX.
 */
PLN_MUST_CHECK pln_err_t pln_codec_decode(pln_codec_t *codec, uint8_t codec_used, pln_span_t stored,
                                          pln_span_t *out);

/** BLAKE2b-256 of dictionary @number's bytes, as SPEC lists it; PLN_ENOTFOUND. */
PLN_MUST_CHECK pln_err_t pln_codec_dictionary_hash(uint8_t number, uint8_t out[32]);

#endif
