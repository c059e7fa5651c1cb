// SPDX-License-Identifier: MPL-2.0
#include "fork.h"

#include <string.h>

#include "bytes.h"
#include "hash.h"

pln_err_t pln_fork_links(pln_span_t run, pln_buf_t *out)
{
    while (run.size > 0) {
        pln_entry_t entry;
        PLN_TRY(pln_entry_read(run, &entry));
        if (!entry.withheld) {
            pln_entry_data(entry.payload, &entry.data);
        }
        pln_header_write(&entry.header, pln_buf_grow(out, PLN_HEADER_SIZE));
        pln_buf_add(out, entry.data.bytes, sizeof entry.data.bytes);
        run.data += entry.stored_size;
        run.size -= entry.stored_size;
    }
    return PLN_OK;
}

/** One link onto @head. Bit 7 of codec belongs to a copy, never to a link. */
static pln_err_t follow(const uint8_t *link, pln_head_t *head)
{
    pln_header_t header = {.codec = link[0],
                           .kind = pln_get_u16(link + 1),
                           .time_ms = pln_get_u48(link + 3),
                           .size = pln_get_u32(link + 9)};
    pln_hash_t data;
    if (header.codec >= PLN_CODEC_WITHHELD || header.size > PLN_PAYLOAD_MAX ||
        head->seq >= PLN_SEQ_MAX) {
        return PLN_EMALFORMED;
    }
    memcpy(data.bytes, link + PLN_HEADER_SIZE, sizeof data.bytes);
    pln_chain_link(head, &header, &data);
    return PLN_OK;
}

static bool count_fits(const pln_fork_branch_t *branch)
{
    return branch->count >= 1 && branch->count <= PLN_ANCHOR_ENTRIES &&
           branch->links.size == (size_t)branch->count * PLN_FORK_LINK_SIZE;
}

pln_err_t pln_fork_branch_verify(const pln_place_t *place, uint64_t at, const pln_hash_t *hash,
                                 const pln_fork_branch_t *branch, pln_hash_t *first,
                                 pln_head_t *end)
{
    if (!count_fits(branch)) {
        return PLN_EMALFORMED;
    }
    *end = (pln_head_t){.seq = at, .hash = *hash};
    for (uint32_t i = 0; i < branch->count; i++) {
        PLN_TRY(follow(branch->links.data + (size_t)i * PLN_FORK_LINK_SIZE, end));
        if (i == 0) {
            *first = end->hash;
        }
    }
    return pln_head_verify(place, end->seq, &end->hash, &branch->signature);
}

/* ---- FORK BRANCH ---- */

#define BRANCH_LEAD (8 + 32 + 64)

void pln_fork_branch_encode(uint64_t at, const pln_hash_t *hash, const pln_fork_branch_t *branch,
                            pln_buf_t *out)
{
    pln_buf_u64(out, at);
    pln_buf_add(out, hash->bytes, sizeof hash->bytes);
    pln_buf_add(out, branch->signature.bytes, sizeof branch->signature.bytes);
    pln_buf_add(out, branch->links.data, branch->links.size);
}

pln_err_t pln_fork_branch_decode(pln_span_t body, uint64_t *at, pln_hash_t *hash,
                                 pln_fork_branch_t *out)
{
    if (body.size < BRANCH_LEAD) {
        return PLN_ETRUNCATED;
    }
    size_t links = body.size - BRANCH_LEAD;
    *at = pln_get_u64(body.data);
    memcpy(hash->bytes, body.data + 8, sizeof hash->bytes);
    memcpy(out->signature.bytes, body.data + 40, sizeof out->signature.bytes);
    out->links = PLN_SPAN(body.data + BRANCH_LEAD, links);
    out->count = (uint32_t)(links / PLN_FORK_LINK_SIZE);
    return count_fits(out) && *at < PLN_SEQ_MAX ? PLN_OK : PLN_EMALFORMED;
}

/* ---- proofs ---- */

static void first_hash(const pln_fork_proof_t *proof, int which, pln_hash_t *out)
{
    pln_head_t head = {.seq = proof->at, .hash = proof->hash};
    memset(out, 0, sizeof *out);
    if (follow(proof->branches[which].links.data, &head) == PLN_OK) {
        *out = head.hash;
    }
}

void pln_fork_proof_encode(const pln_fork_proof_t *proof, pln_buf_t *out)
{
    pln_hash_t first[2];
    first_hash(proof, 0, &first[0]);
    first_hash(proof, 1, &first[1]);
    int swapped = memcmp(first[0].bytes, first[1].bytes, sizeof first[0].bytes) > 0;
    pln_place_write(&proof->place, pln_buf_grow(out, PLN_PLACE_SIZE));
    pln_buf_u64(out, proof->at);
    pln_buf_add(out, proof->hash.bytes, sizeof proof->hash.bytes);
    for (int i = 0; i < 2; i++) {
        const pln_fork_branch_t *branch = &proof->branches[i ^ swapped];
        pln_buf_u16(out, (uint16_t)branch->count);
        pln_buf_add(out, branch->signature.bytes, sizeof branch->signature.bytes);
        pln_buf_add(out, branch->links.data, branch->links.size);
    }
}

pln_err_t pln_fork_proof_decode(pln_span_t bytes, pln_fork_proof_t *out)
{
    if (bytes.size > PLN_FORK_PROOF_MAX) {
        return PLN_EOVERSIZE;
    }
    pln_reader_t in = pln_reader(bytes);
    pln_read_into(&in, out->place.network.bytes, sizeof out->place.network.bytes);
    pln_read_into(&in, out->place.author.bytes, sizeof out->place.author.bytes);
    out->place.epoch = pln_read_u32(&in);
    out->place.lane = pln_read_u8(&in);
    out->at = pln_read_u64(&in);
    pln_read_into(&in, out->hash.bytes, sizeof out->hash.bytes);
    for (int i = 0; i < 2; i++) {
        pln_fork_branch_t *branch = &out->branches[i];
        branch->count = pln_read_u16(&in);
        pln_read_into(&in, branch->signature.bytes, sizeof branch->signature.bytes);
        branch->links = pln_read_span(&in, (size_t)branch->count * PLN_FORK_LINK_SIZE);
        if (!in.failed && !count_fits(branch)) {
            return PLN_EMALFORMED;
        }
    }
    PLN_TRY(pln_reader_end(&in));
    return out->at < PLN_SEQ_MAX ? PLN_OK : PLN_EMALFORMED;
}

pln_err_t pln_fork_proof_verify(const pln_fork_proof_t *proof)
{
    if (proof->place.lane != PLN_LANE_RECORDS) {
        return PLN_EMALFORMED;
    }
    PLN_TRY(pln_id_check(&proof->place.author));
    pln_head_t start;
    pln_chain_start(&proof->place, &start);
    if (proof->at == 0 && !pln_hash_equal(&start.hash, &proof->hash)) {
        return PLN_EMALFORMED;
    }
    pln_hash_t first[2];
    pln_head_t end;
    for (int i = 0; i < 2; i++) {
        PLN_TRY(pln_fork_branch_verify(&proof->place, proof->at, &proof->hash, &proof->branches[i],
                                       &first[i], &end));
    }
    bool ordered = memcmp(first[0].bytes, first[1].bytes, sizeof first[0].bytes) < 0;
    return ordered ? PLN_OK : PLN_EMALFORMED;
}
