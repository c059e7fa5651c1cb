// SPDX-License-Identifier: MPL-2.0
/**
 * view - one stored entry as the JSON record that users see.
 *
 * Why     List, show, export and watch print the same whole record, readable or not.
 * Shape   {id, kind, network, author, author_name?, epoch, seq, time, fields} or, instead of
 *         fields, {unreadable: reason}; id is NET/AUTHOR/SEQ, from epoch 1 on NET/AUTHOR/EPOCH.SEQ
 * Thread  one view per thread
 */
#ifndef PLN_VIEW_H
#define PLN_VIEW_H

#include <jansson.h>

#include "codecs.h"
#include "proto/chain.h"

#define PLN_RECORD_ID_SIZE 160

/** Name of an author in a network; leaves @out empty when there is none. */
typedef void (*pln_view_label_t)(const void *arg, const pln_network_id_t *network,
                                 const pln_id_t *author, char out[PLN_NAME_MAX + 1]);

typedef struct pln_view pln_view_t;

/** @label may be NULL; its answers are kept until pln_view_forget. */
pln_view_t *pln_view_new(pln_codecs_t *codecs, pln_view_label_t label, const void *arg);
void pln_view_free(pln_view_t **view);
/** Ask for labels again: members may have changed. */
void pln_view_forget(pln_view_t *view);

/** The record; @bytes as stored. Never NULL: what cannot be read is shown with the reason. */
json_t *pln_view_record(pln_view_t *view, const pln_place_t *place, uint64_t seq, pln_span_t bytes,
                        uint64_t now_ms);

/** Full id of a record. */
void pln_record_id(const pln_place_t *place, uint64_t seq, char out[PLN_RECORD_ID_SIZE]);

#endif
