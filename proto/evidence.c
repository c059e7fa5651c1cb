// SPDX-License-Identifier: MPL-2.0
#include "evidence.h"

#include <string.h>

void pln_evidence_write(const pln_evidence_t *evidence, pln_buf_t *out)
{
    pln_buf_add(out, evidence->place.author.bytes, sizeof evidence->place.author.bytes);
    pln_buf_u32(out, evidence->place.epoch);
    pln_buf_u64(out, evidence->seq);
    pln_buf_add(out, evidence->base.bytes, sizeof evidence->base.bytes);
    pln_buf_add(out, evidence->signature.bytes, sizeof evidence->signature.bytes);
    pln_buf_add(out, evidence->run.data, evidence->run.size);
}

pln_err_t pln_evidence_read(pln_span_t bytes, const pln_network_id_t *network, pln_evidence_t *out)
{
    if (bytes.size < PLN_EVIDENCE_HEAD_SIZE || bytes.size > PLN_EVIDENCE_MAX) {
        return PLN_EMALFORMED;
    }
    memset(out, 0, sizeof *out);
    out->place.network = *network;
    memcpy(out->place.author.bytes, bytes.data, 32);
    out->place.epoch = pln_get_u32(bytes.data + 32);
    out->place.lane = PLN_LANE_CONTROL;
    out->seq = pln_get_u64(bytes.data + 36);
    memcpy(out->base.bytes, bytes.data + 44, 32);
    memcpy(out->signature.bytes, bytes.data + 76, 64);
    out->run = PLN_SPAN(bytes.data + PLN_EVIDENCE_HEAD_SIZE, bytes.size - PLN_EVIDENCE_HEAD_SIZE);
    if (out->seq == 0 || out->seq > PLN_CONTROL_ENTRIES_MAX) {
        return PLN_EMALFORMED;
    }
    PLN_TRY(pln_id_check(&out->place.author));
    const pln_head_t base = {.seq = out->seq - 1, .hash = out->base};
    pln_head_t end;
    uint32_t count;
    PLN_TRY(pln_run_verify(&out->place, &base, out->run, &out->signature, &end, &count));
    PLN_TRY(pln_entry_read(out->run, &out->entry));
    out->hash = end.hash;
    return count == 1 ? PLN_OK : PLN_EMALFORMED;
}

pln_statement_t pln_evidence_statement(const pln_evidence_t *evidence)
{
    return (pln_statement_t){
        .chain = PLN_CHAIN_NONE,
        .author = evidence->place.author,
        .epoch = evidence->place.epoch,
        .seq = evidence->seq,
        .hash = evidence->hash,
        .kind = evidence->entry.header.kind,
        .payload = evidence->entry.payload,
        .time_ms = evidence->entry.header.time_ms,
    };
}
