// SPDX-License-Identifier: MPL-2.0
#include "memory_chain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

pln_err_t memory_entry_at(const memory_chain_t *chain, uint64_t seq, pln_entry_t *out)
{
    return pln_entry_read(memory_entries_bytes(chain->entries, seq, seq), out);
}

static memory_hidden_t *hidden_find(memory_chain_t *chain, uint64_t seq)
{
    for (size_t i = 0; i < chain->hidden_count; i++) {
        if (chain->hidden[i].seq == seq) {
            return &chain->hidden[i];
        }
    }
    return NULL;
}

static void hidden_drop(memory_chain_t *chain, uint64_t seq)
{
    memory_hidden_t *hidden = hidden_find(chain, seq);
    if (hidden != NULL) {
        pln_buf_free(&hidden->payload);
        *hidden = chain->hidden[--chain->hidden_count];
    }
}

static void hidden_add(memory_chain_t *chain, uint64_t seq, pln_span_t payload)
{
    chain->hidden = pln_realloc(chain->hidden, (chain->hidden_count + 1) * sizeof *chain->hidden);
    memory_hidden_t *hidden = &chain->hidden[chain->hidden_count++];
    *hidden = (memory_hidden_t){.seq = seq};
    pln_buf_add(&hidden->payload, payload.data, payload.size);
}

void memory_withhold(memory_chain_t *chain, uint64_t seq, bool keep)
{
    pln_entry_t entry;
    pln_err_t error = memory_entry_at(chain, seq, &entry);
    assert(error == PLN_OK);
    if (!entry.withheld) {
        uint8_t value[PLN_HEADER_SIZE + sizeof(pln_hash_t)];
        pln_entry_data(entry.payload, &entry.data);
        pln_header_write(&entry.header, value);
        value[0] |= PLN_CODEC_WITHHELD;
        memcpy(value + PLN_HEADER_SIZE, entry.data.bytes, sizeof entry.data.bytes);
        if (keep) {
            hidden_add(chain, seq, entry.payload);
        }
        memory_entries_replace(&chain->entries, chain->row.head.seq, seq,
                               PLN_SPAN(value, sizeof value));
    }
    if (!keep) {
        hidden_drop(chain, seq);
    }
}

void memory_reveal(memory_chain_t *chain, uint64_t seq, pln_span_t payload)
{
    pln_entry_t entry;
    pln_err_t error = memory_entry_at(chain, seq, &entry);
    assert(error == PLN_OK);
    const memory_hidden_t *hidden = hidden_find(chain, seq);
    if (payload.size == 0 && hidden != NULL) {
        payload = pln_buf_span(&hidden->payload);
    }
    if (!entry.withheld || payload.size != entry.header.size) {
        return;
    }
    pln_buf_t whole = {0};
    pln_header_write(&entry.header, pln_buf_grow(&whole, PLN_HEADER_SIZE));
    pln_buf_add(&whole, payload.data, payload.size);
    memory_entries_replace(&chain->entries, chain->row.head.seq, seq, pln_buf_span(&whole));
    pln_buf_free(&whole);
    hidden_drop(chain, seq);
}

static void run_drop(memory_chain_t *chain, const pln_vouch_t *end, uint64_t *entries,
                     uint64_t *bytes)
{
    for (uint64_t seq = chain->row.head.seq; seq > end->head.seq; seq--) {
        const pln_head_t *last = &chain->entries->heads[seq - 1];
        uint64_t weight = last[1].cum - last[0].cum;
        hidden_drop(chain, seq);
        *entries -= *entries > 0;
        *bytes -= weight < *bytes ? weight : *bytes;
    }
    while (chain->vouch_count > 0 &&
           chain->vouches[chain->vouch_count - 1].head.seq > end->head.seq) {
        chain->vouch_count--;
    }
    chain->row.head = end->head;
    chain->row.signature = end->signature;
}

void memory_trim(memory_chain_t *chain, uint64_t to, uint64_t *entries, uint64_t *bytes)
{
    while (chain->row.head.seq > to && *entries > 0 && *bytes > 0) {
        size_t at = memory_vouch_from(chain, chain->row.head.seq);
        pln_vouch_t end = {.head = chain->row.base};
        bool is_signed = at > 0 && chain->vouches[at - 1].head.seq >= to;
        if (is_signed) {
            end = chain->vouches[at - 1];
        } else if (to > chain->row.base.seq) {
            return;
        }
        run_drop(chain, &end, entries, bytes);
    }
}

void memory_hidden_free(memory_chain_t *chain)
{
    for (size_t i = 0; i < chain->hidden_count; i++) {
        pln_buf_free(&chain->hidden[i].payload);
    }
    free(chain->hidden);
}

void memory_hidden_copy(memory_chain_t *chain, const memory_chain_t *from)
{
    chain->hidden = NULL;
    chain->hidden_count = 0;
    for (size_t i = 0; i < from->hidden_count; i++) {
        hidden_add(chain, from->hidden[i].seq, pln_buf_span(&from->hidden[i].payload));
    }
}
