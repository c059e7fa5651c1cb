// SPDX-License-Identifier: MPL-2.0
#include "chain.h"

#include <assert.h>
#include <string.h>

#include "hash.h"
#include "planted.h"

void pln_place_write(const pln_place_t *place, uint8_t out[PLN_PLACE_SIZE])
{
    memcpy(out, place->network.bytes, 32);
    memcpy(out + 32, place->author.bytes, 32);
    pln_put_u32(out + 64, place->epoch);
    out[68] = place->lane;
}

bool pln_place_equal(const pln_place_t *a, const pln_place_t *b)
{
    return a->epoch == b->epoch && a->lane == b->lane && pln_id_equal(&a->author, &b->author) &&
           memcmp(a->network.bytes, b->network.bytes, sizeof a->network.bytes) == 0;
}

void pln_chain_start(const pln_place_t *place, pln_head_t *out)
{
    uint8_t bytes[PLN_PLACE_SIZE];
    pln_place_write(place, bytes);
    *out = (pln_head_t){0};
    pln_hash(PLN_DOMAIN_CHAIN, bytes, sizeof bytes, &out->hash);
}

#define LINK_SIZE (PLN_DOMAIN_SIZE + 32 + PLN_HEADER_SIZE + 32)

/* 93 bytes are one BLAKE2b block: hashed in one call from one buffer. */
void pln_chain_link(pln_head_t *head, const pln_header_t *header, const pln_hash_t *data)
{
    uint8_t block[LINK_SIZE] = PLN_DOMAIN_LINK;
    memcpy(block + PLN_DOMAIN_SIZE, head->hash.bytes, 32);
    pln_header_write(header, block + PLN_DOMAIN_SIZE + 32);
    memcpy(block + PLN_DOMAIN_SIZE + 32 + PLN_HEADER_SIZE, data->bytes, 32);
    (void)crypto_generichash(head->hash.bytes, 32, block, sizeof block, NULL, 0);
    head->seq++;
    head->cum += pln_entry_weight(header);
}

bool pln_chain_anchor(uint8_t lane, uint64_t seq, uint64_t cum_before, uint64_t cum_at)
{
    return lane == PLN_LANE_CONTROL || seq % PLN_ANCHOR_ENTRIES == 0 ||
           cum_at / PLN_ANCHOR_BYTES > cum_before / PLN_ANCHOR_BYTES;
}

#define HEAD_TEXT_SIZE (PLN_PLACE_SIZE + 8 + 32)

static void head_text(const pln_place_t *place, uint64_t seq, const pln_hash_t *hash,
                      uint8_t out[HEAD_TEXT_SIZE])
{
    pln_place_write(place, out);
    pln_put_u64(out + PLN_PLACE_SIZE, seq);
    memcpy(out + PLN_PLACE_SIZE + 8, hash->bytes, 32);
}

void pln_head_sign(const pln_identity_t *author, const pln_place_t *place, const pln_head_t *head,
                   pln_signature_t *out)
{
    assert(pln_id_equal(&author->id, &place->author));
    assert(head->seq >= 1);
    assert(head->seq <= PLN_SEQ_MAX);
    uint8_t text[HEAD_TEXT_SIZE];
    head_text(place, head->seq, &head->hash, text);
    pln_sign(author, PLN_DOMAIN_HEAD, PLN_SPAN(text, sizeof text), out);
}

bool pln_signature_is_zero(const pln_signature_t *signature)
{
    return sodium_is_zero(signature->bytes, sizeof signature->bytes) == 1;
}

pln_err_t pln_head_verify(const pln_place_t *place, uint64_t seq, const pln_hash_t *hash,
                          const pln_signature_t *signature)
{
    uint8_t text[HEAD_TEXT_SIZE];
    head_text(place, seq, hash, text);
    return pln_verify(&place->author, PLN_DOMAIN_HEAD, PLN_SPAN(text, sizeof text), signature);
}

/** A walk over a run: the head so far, what is left, and a hasher that has eaten the data tag. */
typedef struct {
    pln_head_t head;
    pln_span_t rest;
    pln_hasher_t tagged;
    uint32_t count;
} walk_t;

static void walk_begin(walk_t *walk, const pln_head_t *base, pln_span_t run)
{
    walk->head = *base;
    walk->rest = run;
    walk->count = 0;
    pln_hash_begin(&walk->tagged, PLN_DOMAIN_DATA);
}

/** Link the entry just read from the rest of @walk, and step over it. */
static void walk_link(walk_t *walk, pln_entry_t *entry)
{
    if (!entry->withheld) {
        pln_hasher_t hasher = walk->tagged;
        pln_hash_add(&hasher, entry->payload.data, entry->payload.size);
        pln_hash_end(&hasher, &entry->data);
    }
    pln_chain_link(&walk->head, &entry->header, &entry->data);
    walk->rest.data += entry->stored_size;
    walk->rest.size -= entry->stored_size;
    walk->count++;
}

pln_err_t pln_run_walk(const pln_head_t *base, pln_span_t run, pln_head_t *end, uint32_t *count)
{
    walk_t walk;
    walk_begin(&walk, base, run);
    while (walk.rest.size > 0) {
        pln_entry_t entry;
        PLN_TRY(pln_entry_read(walk.rest, &entry));
        walk_link(&walk, &entry);
    }
    *end = walk.head;
    *count = walk.count;
    return PLN_OK;
}

/** What lane 0 asks of an entry, so that every node can fold it for ever. */
static bool fits_lane(uint8_t lane, const pln_entry_t *entry)
{
    return lane != PLN_LANE_CONTROL || (entry->header.codec == 0 && !entry->withheld &&
                                        entry->header.size <= PLN_CONTROL_PAYLOAD_MAX);
}

pln_err_t pln_run_verify(const pln_place_t *place, const pln_head_t *base, pln_span_t run,
                         const pln_signature_t *signature, pln_head_t *end, uint32_t *count)
{
    walk_t walk;
    walk_begin(&walk, base, run);
    bool anchored = false;
    do {
        if ((anchored && !PLN_PLANTED(anchor_passed)) || walk.rest.size == 0 ||
            walk.head.seq >= PLN_SEQ_MAX) {
            return PLN_ERUN;
        }
        pln_entry_t entry;
        PLN_TRY(pln_entry_read(walk.rest, &entry));
        if (!fits_lane(place->lane, &entry)) {
            return PLN_EMALFORMED;
        }
        uint64_t cum_before = walk.head.cum;
        walk_link(&walk, &entry);
        anchored = pln_chain_anchor(place->lane, walk.head.seq, cum_before, walk.head.cum);
    } while (walk.rest.size > 0);
    if (!PLN_PLANTED(signature_unchecked)) {
        PLN_TRY(pln_head_verify(place, walk.head.seq, &walk.head.hash, signature));
    }
    *end = walk.head;
    *count = walk.count;
    return PLN_OK;
}

pln_err_t pln_chain_mint(const pln_identity_t *author, const pln_place_t *place,
                         const pln_draft_t *draft, bool last, pln_head_t *head, pln_buf_t *run,
                         pln_vouch_t *vouch, bool *signed_out)
{
    bool control = place->lane == PLN_LANE_CONTROL;
    assert(draft->codec < PLN_CODEC_WITHHELD);
    assert(!control || draft->codec == 0);
    if (draft->payload.size > (control ? PLN_CONTROL_PAYLOAD_MAX : PLN_PAYLOAD_MAX)) {
        return PLN_EOVERSIZE;
    }
    if (head->seq >= PLN_SEQ_MAX) {
        return PLN_EFULL;
    }
    pln_header_t header = {.codec = draft->codec,
                           .kind = draft->kind,
                           .time_ms = draft->time_ms,
                           .size = (uint32_t)draft->payload.size};
    pln_header_write(&header, pln_buf_grow(run, PLN_HEADER_SIZE));
    pln_buf_add(run, draft->payload.data, draft->payload.size);

    pln_hash_t data;
    pln_entry_data(draft->payload, &data);
    uint64_t cum_before = head->cum;
    pln_chain_link(head, &header, &data);
    *signed_out = last || (pln_chain_anchor(place->lane, head->seq, cum_before, head->cum) &&
                           !PLN_PLANTED(anchor_unsigned));
    if (*signed_out) {
        vouch->head = *head;
        pln_head_sign(author, place, head, &vouch->signature);
    }
    return PLN_OK;
}
