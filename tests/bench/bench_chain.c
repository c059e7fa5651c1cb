// SPDX-License-Identifier: MPL-2.0
/* How fast a run is verified, and how much of that is the two hashes per entry that must be made.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/chain.h"
#include "proto/hash.h"

#define ENTRIES 200000u
#define ENTRY_SIZE 330u /* a task of about 1 KB once compressed */
#define PAYLOAD_SIZE (ENTRY_SIZE - PLN_HEADER_SIZE)
#define ROUNDS 5u
#define SECOND_NS 1e9

/** A chain of @ENTRIES, its runs one behind the other, and what vouches for each. */
typedef struct {
    pln_place_t place;
    pln_buf_t runs;
    size_t *ends;
    pln_vouch_t *vouches;
    size_t count;
} chain_t;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * SECOND_NS + (double)now.tv_nsec;
}

static void make(chain_t *chain)
{
    pln_identity_t author;
    uint8_t seed[PLN_SEED_SIZE] = {0};
    while (pln_identity_derive(seed, &author) != PLN_OK) {
        seed[0]++;
    }
    *chain = (chain_t){.place = {.author = author.id, .lane = PLN_LANE_RECORDS}};
    chain->ends = pln_alloc_zero(ENTRIES, sizeof *chain->ends);
    chain->vouches = pln_alloc_zero(ENTRIES, sizeof *chain->vouches);
    pln_head_t head;
    pln_chain_start(&chain->place, &head);
    uint8_t payload[PAYLOAD_SIZE];
    for (uint32_t i = 0; i < ENTRIES; i++) {
        memset(payload, (int)(i & 0xff), sizeof payload);
        pln_draft_t draft = {.kind = 0x0101, .payload = PLN_SPAN(payload, sizeof payload)};
        bool is_signed = false;
        pln_err_t error = pln_chain_mint(&author, &chain->place, &draft, i + 1 == ENTRIES, &head,
                                         &chain->runs, &chain->vouches[chain->count], &is_signed);
        assert(error == PLN_OK);
        if (is_signed) {
            chain->ends[chain->count++] = chain->runs.size;
        }
    }
}

static double verify(const chain_t *chain)
{
    double begin = now_ns();
    pln_head_t head;
    pln_chain_start(&chain->place, &head);
    size_t at = 0;
    for (size_t i = 0; i < chain->count; i++) {
        uint32_t count = 0;
        pln_span_t run = PLN_SPAN(chain->runs.data + at, chain->ends[i] - at);
        pln_err_t error =
            pln_run_verify(&chain->place, &head, run, &chain->vouches[i].signature, &head, &count);
        assert(error == PLN_OK);
        at = chain->ends[i];
    }
    assert(head.seq == ENTRIES);
    return now_ns() - begin;
}

/** The floor: the same BLAKE2b calls over as many bytes in the cache, and nothing else. */
static double hashes(const chain_t *chain)
{
    double begin = now_ns();
    uint8_t data[PLN_DOMAIN_SIZE + PAYLOAD_SIZE] = {0};
    uint8_t link[PLN_DOMAIN_SIZE + 32 + PLN_HEADER_SIZE + 32] = {0};
    memcpy(data, chain->runs.data, sizeof data);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        (void)crypto_generichash(link, 32, data, sizeof data, NULL, 0);
        (void)crypto_generichash(data, 32, link, sizeof link, NULL, 0);
    }
    return now_ns() - begin;
}

/** What one signature per run costs. */
static double signatures(const chain_t *chain)
{
    double begin = now_ns();
    for (size_t i = 0; i < chain->count; i++) {
        const pln_vouch_t *vouch = &chain->vouches[i];
        pln_err_t error =
            pln_head_verify(&chain->place, vouch->head.seq, &vouch->head.hash, &vouch->signature);
        assert(error == PLN_OK);
    }
    return now_ns() - begin;
}

static double best(double (*measure)(const chain_t *), const chain_t *chain)
{
    double least = measure(chain);
    for (uint32_t i = 1; i < ROUNDS; i++) {
        double again = measure(chain);
        least = again < least ? again : least;
    }
    return least;
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    chain_t chain;
    make(&chain);
    double verify_ns = best(verify, &chain);
    double floor_ns = best(hashes, &chain);
    double signatures_ns = best(signatures, &chain);
    printf("runs %zu of up to %u entries, %u bytes each\n", chain.count, PLN_ANCHOR_ENTRIES,
           ENTRY_SIZE);
    printf("pln_run_verify   %8.0f entries/s  %6.1f MB/s\n", ENTRIES / verify_ns * SECOND_NS,
           (double)chain.runs.size / verify_ns * 1e3);
    printf("two bare hashes  %8.0f entries/s\n", ENTRIES / floor_ns * SECOND_NS);
    printf("ratio            %8.2f of the bare hashes' time, of which signatures %.2f\n",
           verify_ns / floor_ns, signatures_ns / floor_ns);
    pln_buf_free(&chain.runs);
    free(chain.ends);
    free(chain.vouches);
    return 0;
}
