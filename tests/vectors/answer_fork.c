// SPDX-License-Identifier: MPL-2.0
// fork.json
#include <string.h>

#include "answer.h"
#include "proto/control.h"
#include "proto/digest.h"
#include "proto/fork.h"
#include "shape.h"

static const shape_t settle_shape[] = {
    SHAPE(UINT, pln_settle_t, epoch), SHAPE(UINT, pln_settle_t, seq),
    SHAPE(FIXED, pln_settle_t, hash), SHAPE(FIXED, pln_settle_t, signature), SHAPE_END};
static const shape_t place_shape[] = {
    SHAPE(FIXED, pln_place_t, network), SHAPE(FIXED, pln_place_t, author),
    SHAPE(UINT, pln_place_t, epoch), SHAPE(UINT, pln_place_t, lane), SHAPE_END};

static json_t *settle_write(json_t *in, refusal_t *why)
{
    pln_settle_t record = {0};
    pln_buf_t out = {0};
    (void)why;
    shape_read(settle_shape, in, &record);
    pln_settle_encode(&record, &out);
    return answer_buf("hex", &out);
}

static json_t *settle_read(json_t *in, refusal_t *why)
{
    pln_settle_t record;
    pln_err_t error = pln_settle_decode(case_bytes(case_member(in, "hex")), &record);
    return error != PLN_OK ? answer_refuse(why, error) : shape_write(settle_shape, &record);
}

/* ---- proofs ---- */

static void branch_read(json_t *in, pln_fork_branch_t *out)
{
    case_fixed(case_member(in, "signature"), out->signature.bytes, sizeof out->signature.bytes);
    out->links = case_bytes(case_member(in, "links"));
    out->count = (uint32_t)(out->links.size / PLN_FORK_LINK_SIZE);
}

static json_t *proof(json_t *in, refusal_t *why)
{
    pln_fork_proof_t fork = {0};
    pln_buf_t out = {0};
    (void)why;
    shape_read(place_shape, case_member(in, "place"), &fork.place);
    fork.at = case_uint(case_member(in, "at"));
    case_fixed(case_member(in, "hash"), fork.hash.bytes, sizeof fork.hash.bytes);
    for (size_t i = 0; i < 2; i++) {
        branch_read(json_array_get(case_member(in, "branches"), i), &fork.branches[i]);
    }
    pln_fork_proof_encode(&fork, &out);
    return answer_buf("hex", &out);
}

static json_t *proof_read(json_t *in, refusal_t *why)
{
    pln_fork_proof_t fork;
    pln_err_t error = pln_fork_proof_decode(case_bytes(case_member(in, "hex")), &fork);
    error = error == PLN_OK ? pln_fork_proof_verify(&fork) : error;
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    return json_pack("{s:o,s:o,s:o,s:[o,o]}", "place", shape_write(place_shape, &fork.place), "at",
                     case_number(fork.at), "hash", case_hex(fork.hash.bytes, 32), "counts",
                     case_number(fork.branches[0].count), case_number(fork.branches[1].count));
}

static json_t *branch(json_t *in, refusal_t *why)
{
    pln_fork_branch_t given = {0};
    pln_hash_t hash;
    pln_buf_t out = {0};
    (void)why;
    case_fixed(case_member(in, "hash"), hash.bytes, sizeof hash.bytes);
    branch_read(in, &given);
    pln_fork_branch_encode(case_uint(case_member(in, "at")), &hash, &given, &out);
    return answer_buf("hex", &out);
}

static json_t *branch_read_back(json_t *in, refusal_t *why)
{
    pln_fork_branch_t found = {0};
    pln_hash_t hash;
    uint64_t at;
    pln_err_t error =
        pln_fork_branch_decode(case_bytes(case_member(in, "hex")), &at, &hash, &found);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    return json_pack("{s:o,s:o,s:o,s:o}", "at", case_number(at), "hash", case_hex(hash.bytes, 32),
                     "signature", case_hex(found.signature.bytes, 64), "links",
                     case_hex(found.links.data, found.links.size));
}

/* ---- the access digest ---- */

/** @elements of lane 0; of lane 1 they are proofs. */
static json_t *access_digest(json_t *in, refusal_t *why)
{
    json_t *list = case_member(in, "elements");
    size_t count = json_array_size(list);
    pln_network_id_t network;
    pln_hash_t buckets[PLN_BUCKETS], hash;
    (void)why;
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    for (unsigned b = 0; b < PLN_BUCKETS; b++) {
        pln_element_t *some = case_keep((count + 1) * sizeof *some);
        size_t held = 0;
        for (size_t i = 0; i < count; i++) {
            pln_place_t place = {.network = network};
            pln_head_t head = {0};
            json_t *item = json_array_get(list, i);
            case_fixed(case_member(item, "author"), place.author.bytes, 32);
            place.epoch = (uint32_t)case_uint(case_member(item, "epoch"));
            place.lane = (uint8_t)case_uint(case_member(item, "lane"));
            head.seq = case_uint(case_member(item, "seq"));
            case_fixed(case_member(item, "hash"), head.hash.bytes, 32);
            if (place.author.bytes[0] == b) {
                pln_element(&place, &head, NULL, 0, &some[held++]);
            }
        }
        pln_digest_bucket(some, held, &buckets[b]);
    }
    pln_digest_access(&network, buckets, &hash);
    return json_pack("{s:o}", "access", case_hex(hash.bytes, sizeof hash.bytes));
}

const answer_t answers_fork[] = {{"settle", settle_write, settle_read, NULL},
                                 {"settle.read", settle_read, NULL, NULL},
                                 {"proof", proof, NULL, NULL},
                                 {"proof.read", proof_read, NULL, NULL},
                                 {"branch", branch, branch_read_back, NULL},
                                 {"branch.read", branch_read_back, NULL, NULL},
                                 {"access_digest", access_digest, NULL, NULL},
                                 {NULL, NULL, NULL, NULL}};
