// SPDX-License-Identifier: MPL-2.0
// evidence.json
#include "answer.h"
#include "proto/evidence.h"

static json_t *evidence(json_t *in, refusal_t *why)
{
    pln_evidence_t shown = {0};
    pln_buf_t out = {0};
    (void)why;
    case_fixed(case_member(in, "author"), shown.place.author.bytes, 32);
    shown.place.epoch = (uint32_t)case_uint(case_member(in, "epoch"));
    shown.seq = case_uint(case_member(in, "seq"));
    case_fixed(case_member(in, "base"), shown.base.bytes, sizeof shown.base.bytes);
    case_fixed(case_member(in, "signature"), shown.signature.bytes, sizeof shown.signature.bytes);
    shown.run = case_bytes(case_member(in, "entry"));
    pln_evidence_write(&shown, &out);
    return answer_buf("hex", &out);
}

static json_t *evidence_read(json_t *in, refusal_t *why)
{
    pln_network_id_t network;
    pln_evidence_t shown;
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    pln_err_t error = pln_evidence_read(case_bytes(case_member(in, "hex")), &network, &shown);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "author", case_hex(shown.place.author.bytes, 32),
                     "epoch", case_number(shown.place.epoch), "seq", case_number(shown.seq), "base",
                     case_hex(shown.base.bytes, 32), "hash", case_hex(shown.hash.bytes, 32), "kind",
                     case_number(shown.entry.header.kind));
}

const answer_t answers_evidence[] = {{"evidence", evidence, NULL, NULL},
                                     {"evidence.read", evidence_read, NULL, NULL},
                                     {NULL, NULL, NULL, NULL}};
