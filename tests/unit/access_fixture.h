// SPDX-License-Identifier: MPL-2.0
/**
 * access_fixture - a little world of eight nodes that say things, for the tests of access.
 *
 * Shape   ROOT founds the network; a history collects what is said, each statement the next of its
 *         author's chain; fold() adds a history to an access in an order chosen by a seed
 * Hashes  chain hashes are made up from (author, epoch, lane, seq, branch): access never sees links
 */
#ifndef PLN_TESTS_ACCESS_FIXTURE_H
#define PLN_TESTS_ACCESS_FIXTURE_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/access.h"
#include "proto/hash.h"

enum { ROOT, A, B, C, D, E, F, G, WORLD };
enum { HISTORY_MAX = 128, CUTS_MAX = 3, QUOTA = 70000 };

/** A cut somebody means: made by cut(), signed when it is said. */
typedef struct {
    uint32_t epoch;
    uint8_t lane;
    uint64_t seq;
    unsigned branch;
    bool forged; /**< its signature does not verify */
} meant_cut_t;

/** One statement, and what is meant by it. */
typedef struct {
    int by;
    uint32_t epoch;
    uint64_t seq;
    pln_hash_t hash;
    uint16_t kind;
    pln_buf_t payload;
    int about; /**< of a grant or revoke */
    uint32_t term;
    pln_role_t role;
    uint32_t generation; /**< of a transfer */
    size_t cut_count;
    meant_cut_t cuts[CUTS_MAX];
    unsigned branch; /**< of the tree that its author's chain is; 0 unless forked */
    unsigned before; /**< branch of the entry before it */
} said_t;

typedef struct {
    said_t said[HISTORY_MAX];
    size_t count;
} history_t;

static pln_identity_t world[WORLD];
static pln_network_id_t world_network;
static pln_buf_t world_genesis;

static inline int make_world(void **state)
{
    (void)state;
    uint8_t seed[PLN_SEED_SIZE] = {0x77};
    for (int made = 0; made < WORLD;) {
        pln_put_u32(seed, pln_get_u32(seed) + 1);
        made += pln_identity_derive(seed, &world[made]) == PLN_OK ? 1 : 0;
    }
    pln_network_record_t record = {
        .genesis = true, .name = PLN_SPAN("net", 3), .max_entries = QUOTA};
    pln_network_record_encode(&record, &world_genesis);
    pln_network_id(&world[ROOT].id, pln_buf_span(&world_genesis), &world_network);
    return 0;
}

static inline int free_world(void **state)
{
    (void)state;
    pln_buf_free(&world_genesis);
    return 0;
}

/** splitmix64: the same numbers on every machine. */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline uint64_t below(uint64_t *state, uint64_t bound)
{
    return next_random(state) % bound;
}

static inline pln_hash_t made_up_hash(int by, uint32_t epoch, uint8_t lane, uint64_t seq,
                                      unsigned branch)
{
    uint64_t text[] = {(uint64_t)by, epoch, lane, seq, branch};
    pln_hash_t hash;
    pln_hash("test", text, sizeof text, &hash);
    return hash;
}

static inline meant_cut_t cut(uint32_t epoch, uint8_t lane, uint64_t seq)
{
    return (meant_cut_t){.epoch = epoch, .lane = lane, .seq = seq};
}

static inline pln_cut_t signed_cut(int whose, const meant_cut_t *meant)
{
    pln_place_t place = {.network = world_network,
                         .author = world[whose].id,
                         .epoch = meant->epoch,
                         .lane = meant->lane};
    pln_head_t head = {
        .seq = meant->seq,
        .hash = made_up_hash(whose, meant->epoch, meant->lane, meant->seq, meant->branch)};
    pln_cut_t out = {
        .epoch = meant->epoch, .lane = meant->lane, .seq = meant->seq, .hash = head.hash};
    pln_head_sign(&world[whose], &place, &head, &out.signature);
    out.signature.bytes[9] ^= meant->forged ? 1 : 0;
    return out;
}

static inline void history_free(history_t *history)
{
    for (size_t i = 0; i < history->count; i++) {
        pln_buf_free(&history->said[i].payload);
    }
    history->count = 0;
}

/** The next statement of @by in @epoch, behind the last one; the caller writes its payload. */
static inline said_t *say(history_t *history, int by, uint32_t epoch, uint16_t kind)
{
    assert(history->count < HISTORY_MAX);
    said_t next = {.by = by, .epoch = epoch, .seq = 1, .kind = kind};
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (said->by == by && said->epoch == epoch) {
            next.seq = said->seq + 1;
            next.branch = next.before = said->branch;
        }
    }
    next.hash = made_up_hash(by, epoch, PLN_LANE_CONTROL, next.seq, next.branch);
    history->said[history->count] = next;
    return &history->said[history->count++];
}

/** The statement said last stands at @seq of branch @branch instead, behind one of branch @before.
 */
static inline void put_on_branch(history_t *history, uint64_t seq, unsigned branch, unsigned before)
{
    said_t *said = &history->said[history->count - 1];
    said->seq = seq;
    said->branch = branch;
    said->before = before;
    said->hash = made_up_hash(said->by, said->epoch, PLN_LANE_CONTROL, seq, branch);
}

static inline void say_genesis(history_t *history)
{
    said_t *said = say(history, ROOT, 0, PLN_KIND_NETWORK);
    pln_buf_add(&said->payload, world_genesis.data, world_genesis.size);
}

/** A grant whose label and expiry matter. */
static inline said_t *say_grant_as(history_t *history, int by, uint32_t epoch, int about,
                                   uint32_t term, pln_role_t role, const char *label,
                                   uint64_t expiry_ms)
{
    said_t *said = say(history, by, epoch, PLN_KIND_GRANT);
    pln_grant_t grant = {.node = world[about].id,
                         .term = term,
                         .role = role,
                         .label = PLN_SPAN(label, strlen(label)),
                         .expiry_ms = expiry_ms};
    pln_grant_encode(&grant, &said->payload);
    said->about = about;
    said->term = term;
    said->role = role;
    return said;
}

static inline said_t *say_grant(history_t *history, int by, uint32_t epoch, int about,
                                uint32_t term, pln_role_t role)
{
    return say_grant_as(history, by, epoch, about, term, role, "", 0);
}

static inline said_t *say_revoke(history_t *history, int by, uint32_t epoch, int about,
                                 uint32_t term, size_t cut_count, const meant_cut_t *cuts)
{
    assert(cut_count <= CUTS_MAX);
    said_t *said = say(history, by, epoch, PLN_KIND_REVOKE);
    pln_revoke_t revoke = {.node = world[about].id,
                           .term = term,
                           .cut_count = (uint32_t)cut_count,
                           .reason = PLN_SPAN("because", 7)};
    for (size_t i = 0; i < cut_count; i++) {
        said->cuts[i] = cuts[i];
        revoke.cuts[i] = signed_cut(about, &cuts[i]);
    }
    pln_revoke_encode(&revoke, &said->payload);
    said->about = about;
    said->term = term;
    said->cut_count = cut_count;
    return said;
}

static inline said_t *say_transfer(history_t *history, int by, uint32_t epoch, uint32_t generation,
                                   int successor, size_t cut_count, const meant_cut_t *cuts)
{
    assert(cut_count <= CUTS_MAX);
    said_t *said = say(history, by, epoch, PLN_KIND_TRANSFER);
    pln_transfer_t transfer = {.generation = generation,
                               .successor = world[successor].id,
                               .cut_count = (uint32_t)cut_count};
    for (size_t i = 0; i < cut_count; i++) {
        said->cuts[i] = cuts[i];
        transfer.cuts[i] = signed_cut(by, &cuts[i]);
    }
    pln_transfer_encode(&transfer, &said->payload);
    said->about = successor;
    said->generation = generation;
    said->cut_count = cut_count;
    return said;
}

static inline void say_leave(history_t *history, int by, uint32_t epoch)
{
    pln_leave_encode(&say(history, by, epoch, PLN_KIND_LEAVE)->payload);
}

static inline void say_settings(history_t *history, int by, uint32_t epoch, const char *title,
                                uint64_t max_entries, uint32_t access_version)
{
    pln_network_record_t record = {.title = PLN_SPAN(title, strlen(title)),
                                   .max_entries = max_entries,
                                   .access_version = access_version};
    pln_network_record_encode(&record, &say(history, by, epoch, PLN_KIND_NETWORK)->payload);
}

static inline void tell(pln_access_t *access, const said_t *said)
{
    pln_statement_t statement = {.author = world[said->by].id,
                                 .epoch = said->epoch,
                                 .seq = said->seq,
                                 .hash = said->hash,
                                 .before = made_up_hash(said->by, said->epoch, PLN_LANE_CONTROL,
                                                        said->seq - 1, said->before),
                                 .chain = said->branch,
                                 .kind = said->kind,
                                 .payload = pln_buf_span(&said->payload)};
    pln_access_add(access, &statement);
}

/** Fill @order with 0 .. count - 1: as said for seed 0, backwards for 1, shuffled for others. */
static inline void make_order(size_t *order, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = seed == 1 ? count - 1 - i : i;
    }
    for (size_t i = count; seed > 1 && i > 1; i--) {
        size_t other = below(&seed, i), kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

static inline pln_access_t *fold(const history_t *history, uint64_t seed)
{
    size_t order[HISTORY_MAX];
    pln_access_t *access = pln_access_new(&world_network);
    make_order(order, history->count, seed);
    for (size_t i = 0; i < history->count; i++) {
        tell(access, &history->said[order[i]]);
    }
    return access;
}

static inline uint64_t limit(pln_access_t *access, int who, uint32_t epoch, uint8_t lane)
{
    return pln_access_limit(access, &world[who].id, epoch, lane);
}

/** The role somebody has now; NONE when no member. */
static inline pln_role_t role(pln_access_t *access, int who)
{
    pln_member_t member;
    bool is = pln_access_member(access, &world[who].id, &member) == PLN_OK;
    return is ? member.role : PLN_ROLE_NONE;
}

/** For each of six orders: fold the history into `access`, run the block, free. */
#define IN_ANY_ORDER(history, access)                                        \
    for (uint64_t order_ = 0; order_ < 6; order_++)                          \
        for (pln_access_t *access = fold((history), order_); access != NULL; \
             pln_access_free(&access))

static inline history_t *founded(void)
{
    static history_t history;
    history_free(&history);
    say_genesis(&history);
    return &history;
}

#endif
