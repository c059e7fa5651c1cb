// SPDX-License-Identifier: MPL-2.0
/**
 * node_withdraw - what retractions do to the copies held here, and payloads that lack (R8).
 *
 * Why     The chapters of the step function about withdrawal call each other more than the rest.
 * Shape   a mark (node_state.h) for each entry that is withheld here or named by a retraction; a
 *         hole is a mark whose payload is not here although the entry stands
 * Files   node_withdraw.c hides, erases, brings back · node_holes.c asks for payloads, serves them
 *         node_retract.c what the user says
 */
#ifndef PLN_NODE_WITHDRAW_H
#define PLN_NODE_WITHDRAW_H

#include "node_state.h"

/** An entry of lane 1 that is withheld here, or that a retraction names. */
struct pln_mark {
    uint64_t seq;
    pln_hash_t data;
    uint32_t size; /**< of its payload */
    pln_copy_t copy;
    pln_fate_t fate;   /**< as last judged */
    bool busy;         /**< being read, or its copy changes in the writer */
    uint64_t since_ms; /**< wall clock when it was hidden */
    uint64_t known;    /**< our arrivals when its fate was judged: who has confirmed it since? */
};

/** A payload the peer asked for. */
struct pln_payload_wish {
    uint32_t chain;
    uint64_t seq;
    pln_hash_t data;
};

/* node_withdraw.c */
/** @run as it may be stored: without payloads that are withdrawn. Saves what will be withheld. */
pln_span_t pln_withdraw_run(pln_node_t *node, pln_chain_t *chain, pln_span_t run);
/** Entries have been stored: some may be withheld, or named by retractions. */
void pln_withdraw_stored(pln_node_t *node, pln_chain_t *chain, const pln_stored_t *result);
/** A retraction has become durable. */
void pln_withdraw_said(pln_node_t *node, pln_net_state_t *net, const pln_entry_t *entry);
/** Look at everything withdrawn again if what counts may have changed. */
void pln_withdraw_refold(pln_node_t *node, pln_net_state_t *net);
void pln_withdraw_read(pln_node_t *node, const pln_event_t *event);
void pln_withdraw_moved(pln_node_t *node, const pln_job_op_t *op, bool done);
void pln_withdraw_scan(pln_node_t *node, pln_net_state_t *net);
pln_err_t pln_withdraw_load(pln_node_t *node, pln_span_t key, pln_span_t value);
/** The chain has come: these are its marks. */
void pln_withdraw_adopt(pln_node_t *node, pln_chain_t *chain);
/** Rows of entries that did not come are of no use. */
void pln_withdraw_loaded(pln_node_t *node);
void pln_withdraw_free(pln_node_t *node);
void pln_mark_drop(pln_chain_t *chain, uint64_t seq);
/** Entries behind the chain's end have been deleted: so are their marks. */
void pln_marks_trim(pln_node_t *node, pln_chain_t *chain);
/** Is nothing left here of what must be gone by now? */
bool pln_withdraw_done(pln_node_t *node, pln_net_state_t *net);
pln_mark_t *pln_mark_find(pln_chain_t *chain, uint64_t seq);
/** The mark of an entry that was asked for and has come: its payload is put in its place. */
void pln_mark_fill(pln_node_t *node, pln_chain_t *chain, pln_mark_t *mark, pln_span_t payload,
                   const pln_link_t *link, size_t frame_bytes);
static inline bool pln_mark_is_hole(const pln_chain_t *chain, const pln_mark_t *mark)
{
    return mark->copy == PLN_COPY_WITHHELD && mark->fate == PLN_FATE_STANDS &&
           (mark->seq <= chain->counted.seq || chain->homing);
}
/** What counts has moved: so have the holes. */
void pln_marks_recount(pln_chain_t *chain);
#define PLN_MARK_KEY_SIZE 12u
void pln_mark_key(const pln_chain_t *chain, uint64_t seq, uint8_t out[PLN_MARK_KEY_SIZE]);

/* node_holes.c */
/** Something lacks, or a peer may have it now: ask everybody anew. */
void pln_holes_ask(pln_node_t *node, pln_net_state_t *net);
void pln_holes_retry(pln_node_t *node, pln_share_t *share);
void pln_holes_scan(pln_node_t *node, pln_link_t *link, pln_share_t *share);
/** PLN_OK: it went to the writer, and its bytes are credited when it is stored. */
pln_err_t pln_holes_received(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                             const pln_entries_t *entries, size_t frame_bytes);
void pln_holes_wished(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                      const pln_want_t *want);
/** Read the next payload to serve; when no run is to be served. */
void pln_holes_serve(pln_node_t *node, pln_link_t *link);
void pln_holes_loaded(pln_node_t *node, const pln_event_t *event);
void pln_holes_drop_link(pln_link_t *link);
/** The batch under way, if any, is not waited for. */
void pln_holes_end(pln_node_t *node, pln_link_t *link, pln_share_t *share);
/** A hole less: when it was the last, digests are compared. */
void pln_holes_filled(pln_node_t *node, pln_net_state_t *net);

/* node_retract.c */
void pln_retract(pln_node_t *node, const pln_event_t *event);

#endif
