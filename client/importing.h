// SPDX-License-Identifier: MPL-2.0
/**
 * importing - records on their way to the daemon, and the report of what became of each.
 *
 * Why     One request for each record would be slow, one for all would lose all; and whoever
 * imports a thousand wants to know which of them is where, and which is not. Shape   records go in
 * batches, each one durable commit; what is refused is named by file, line and reason and stops
 * nothing else; with --json the report lists every one Owner   texts are borrowed: file names until
 * pln_importing_free(), the rest during the call Thread  main
 */
#ifndef PLN_IMPORTING_H
#define PLN_IMPORTING_H

#include "command.h"

typedef struct pln_importing pln_importing_t;

/** Where a record stands among what is imported. */
typedef struct {
    const char *file; /**< borrowed until pln_importing_free() */
    uint64_t line;    /**< from 1; 0: the whole file */
    uint64_t element; /**< of a JSON list: which, from 1; else 0 */
} pln_import_place_t;

/** @kind is that of records that name none; NULL: they must. */
pln_importing_t *pln_importing_new(pln_command_t *command, const char *kind);
void pln_importing_free(pln_importing_t **importing);

const char *pln_importing_kind(const pln_importing_t *importing);
/** False: the daemon went away or the person interrupted; read no more. */
bool pln_importing_goes_on(const pln_importing_t *importing);

/** Publish @record, {"kind", "fields"}; its fields may be changed. */
void pln_importing_add(pln_importing_t *importing, pln_import_place_t place, json_t *record);
/** All that the daemon finds wrong with @record: [{"field", "sentence", ...}, ...]; NULL: not
 * known. */
json_t *pln_importing_check(pln_importing_t *importing, const json_t *record);
/** A record that cannot be read, told in its turn. */
void pln_importing_refuse(pln_importing_t *importing, pln_import_place_t place,
                          const char *problem);
/** The file cannot be read, which was told. */
void pln_importing_unread(pln_importing_t *importing, const char *file);
/** What could not be mapped. */
void pln_importing_note(pln_importing_t *importing, pln_import_place_t place, const char *text);

/** Send what waits, print the report; the exit status. */
int pln_importing_end(pln_importing_t *importing);

#endif
