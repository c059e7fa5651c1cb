// SPDX-License-Identifier: MPL-2.0
// What a statement means by itself: does it decode, do its cuts verify? Asked once, when it comes.
#include <string.h>

#include "access.h"
#include "access_set.h"
#include "planted.h"

// Labels and titles are bounded by their decoders.
static char *copy_text(pln_span_t text)
{
    if (text.size == 0) {
        return NULL;
    }
    char *copy = pln_alloc(text.size + 1);
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

static void read_network(pln_span_t payload, pln_fact_t *fact)
{
    pln_network_record_t record;
    if (pln_network_record_decode(payload, &record) != PLN_OK) {
        return;
    }
    fact->type = PLN_FACT_NETWORK;
    fact->text = copy_text(record.title);
    fact->as.network.max_entries = record.max_entries;
    fact->as.network.max_bytes = record.max_bytes;
    fact->as.network.access_version = record.access_version;
}

static void read_grant(pln_access_t *access, pln_span_t payload, pln_fact_t *fact)
{
    pln_grant_t grant;
    if (pln_grant_decode(payload, &grant) != PLN_OK) {
        return;
    }
    fact->type = PLN_FACT_GRANT;
    fact->about = pln_access_need(access, &grant.node);
    fact->text = copy_text(grant.label);
    fact->as.grant.term = grant.term;
    fact->as.grant.role = grant.role;
    fact->as.grant.expiry_ms = grant.expiry_ms;
}

// R3.6: a cut is the member's own signed head; with one that is not, the revoke has no effect.
static bool cuts_verify(const pln_access_t *access, const pln_id_t *whose, const pln_cut_t *cuts,
                        uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const pln_cut_t *cut = &cuts[i];
        pln_place_t place = {
            .network = access->network, .author = *whose, .epoch = cut->epoch, .lane = cut->lane};
        if (pln_head_verify(&place, cut->seq, &cut->hash, &cut->signature) != PLN_OK) {
            return false;
        }
    }
    return true;
}

static void take_cuts(pln_fact_t *fact, const pln_cut_t *cuts, uint32_t count)
{
    fact->cut_count = count;
    if (count > 0) {
        fact->cuts = pln_alloc(count * sizeof *cuts);
        memcpy(fact->cuts, cuts, count * sizeof *cuts);
    }
}

static void read_revoke(pln_access_t *access, pln_span_t payload, pln_fact_t *fact)
{
    pln_revoke_t revoke;
    if (pln_revoke_decode(payload, &revoke) != PLN_OK ||
        !cuts_verify(access, &revoke.node, revoke.cuts, revoke.cut_count)) {
        return;
    }
    fact->type = PLN_FACT_REVOKE;
    fact->about = pln_access_need(access, &revoke.node);
    fact->text = copy_text(revoke.reason);
    fact->as.revoke.term = revoke.term - (PLN_PLANTED(revoke_spares_term) && revoke.term > 0);
    take_cuts(fact, revoke.cuts, revoke.cut_count);
}

// R17: whether its author is the root that it says to succeed is seen in access_reigns.c.
static void read_transfer(pln_access_t *access, const pln_statement_t *statement, pln_fact_t *fact)
{
    pln_transfer_t transfer;
    if (pln_transfer_decode(statement->payload, &transfer) != PLN_OK ||
        pln_id_equal(&transfer.successor, &statement->author) ||
        !cuts_verify(access, &statement->author, transfer.cuts, transfer.cut_count)) {
        return;
    }
    fact->type = PLN_FACT_TRANSFER;
    pln_party_t *successor = pln_access_need(access, &transfer.successor);
    successor->succeeds++;
    fact->as.transfer.generation = transfer.generation;
    fact->as.transfer.successor = successor;
    take_cuts(fact, transfer.cuts, transfer.cut_count);
}

static void read_retract(pln_access_t *access, pln_span_t payload, pln_fact_t *fact)
{
    pln_retract_t retract;
    if (pln_retract_decode(payload, &retract) != PLN_OK) {
        return;
    }
    fact->type = PLN_FACT_RETRACT;
    fact->about = pln_access_need(access, &retract.author);
    fact->text = copy_text(retract.reason);
    fact->as.retract.epoch = retract.epoch;
    fact->as.retract.seq = retract.seq;
    fact->as.retract.data = retract.data;
    fact->as.retract.undo = retract.undo;
    fact->chain->author->retracts = true;
}

// Like a cut, it carries the author's own signature over what it names; else it has no effect.
static void read_settle(const pln_access_t *access, const pln_statement_t *statement,
                        pln_fact_t *fact)
{
    pln_settle_t settle;
    if (pln_settle_decode(statement->payload, &settle) != PLN_OK) {
        return;
    }
    pln_place_t place = {.network = access->network,
                         .author = statement->author,
                         .epoch = settle.epoch,
                         .lane = PLN_LANE_RECORDS};
    if (pln_head_verify(&place, settle.seq, &settle.hash, &settle.signature) == PLN_OK) {
        fact->type = PLN_FACT_SETTLE;
        fact->as.settle.epoch = settle.epoch;
        fact->as.settle.seq = settle.seq;
        fact->as.settle.hash = settle.hash;
        fact->as.settle.signature = settle.signature;
    }
}

void pln_fact_read(pln_access_t *access, const pln_statement_t *statement, pln_fact_t *fact)
{
    switch (statement->kind) {
        case PLN_KIND_NETWORK:
            read_network(statement->payload, fact);
            break;
        case PLN_KIND_GRANT:
            read_grant(access, statement->payload, fact);
            break;
        case PLN_KIND_REVOKE:
            read_revoke(access, statement->payload, fact);
            break;
        case PLN_KIND_LEAVE:
            if (pln_leave_decode(statement->payload) == PLN_OK) {
                fact->type = PLN_FACT_LEAVE;
            }
            break;
        case PLN_KIND_TRANSFER:
            read_transfer(access, statement, fact);
            break;
        case PLN_KIND_RETRACT:
            read_retract(access, statement->payload, fact);
            break;
        case PLN_KIND_SETTLE:
            read_settle(access, statement, fact);
            break;
        default:  // a kind of a later access version, or of another lane
            break;
    }
}
