// SPDX-License-Identifier: MPL-2.0
/**
 * resolve - what people call a network, a member or a record, turned into the one thing meant.
 *
 * Why     Names and short prefixes are for people; an ambiguous one is refused with its choices,
 *         never guessed.
 * Shape   functions answer the request themselves when they return false
 * Thread  any
 */
#ifndef PLN_RESOLVE_H
#define PLN_RESOLVE_H

#include "api.h"
#include "look.h"
#include "scan.h"

/** NET of a path or body: 64 hex digits, an unambiguous prefix of 4 or more, a name, or "-". */
bool pln_resolve_network(const pln_request_t *request, pln_answer_t *answer, const char *text,
                         pln_network_view_t *out);

/** MEMBER of one network: did, the same without "did:key:", a prefix of it, or a label. */
bool pln_resolve_member(const pln_request_t *request, pln_answer_t *answer,
                        const pln_network_id_t *network, const char *text, pln_id_t *out);

/** Query parameters network, kind, author and since. */
bool pln_resolve_filter(const pln_request_t *request, pln_answer_t *answer, pln_filter_t *out);

/** NET/AUTHOR/[EPOCH.]SEQ with prefixes: the chain as stored and the seq, which counts. What its
 * author has published again under another id is found under that. */
bool pln_resolve_record(const pln_request_t *request, pln_answer_t *answer, const char *network,
                        const char *author, const char *place, pln_chain_row_t *chain,
                        uint64_t *seq);

/** "12" or "1.12"; false: neither, or out of range. */
bool pln_place_parse(const char *text, uint32_t *epoch, uint64_t *seq);

/** Does @text name @id: whole, or as a prefix from "z6Mk" on, with or without "did:key:"? */
bool pln_id_matches(const pln_id_t *id, const char *text);

#endif
