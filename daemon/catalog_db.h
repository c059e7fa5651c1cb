// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_db - one connection to the catalog's SQLite file, and what may go wrong with it.
 *
 * Why     The catalog is a view: whatever is wrong with its file, the file is thrown away and made
 *         again. So every statement ends here, where "damaged" is told apart from "slow".
 * Shape   meta    name -> value: store id, arrival applied last and its tag, key of the hashes
 *         chain   number -> network, author, epoch: what the store may have forgotten already
 *         record  id (rises with arrival) -> chain, seq, kind, time, stale, what its title is
 * ordered by, stored payload edge    (target key, field) -> record that refers to it words   full
 * text over title, tags and prose, and facets as digits; its content is the view `body`, which
 * reads the stored payload: no text stands twice Thread  a connection belongs to one thread at a
 * time Source  sqlite.org/fts5.html: external content tables, implicit AND, bm25
 */
#ifndef PLN_CATALOG_DB_H
#define PLN_CATALOG_DB_H

#include <sqlite3.h>

#include "codecs.h"
#include "proto/pln.h"

/** Goes up with every change of tables, of the tokenizer or of what a record's text is. */
#define PLN_CATALOG_FORMAT 5

typedef struct pln_catalog_db pln_catalog_db_t;

typedef enum { PLN_CATALOG_WRITER, PLN_CATALOG_READER } pln_catalog_use_t;

/**
 * Open DIR/catalog.db. A writer makes it when it is missing, and removes it first when it is of
 * another format or no database. NULL: it cannot be opened or made (disk, permissions); for a
 * reader also: it is not there yet.
 */
pln_catalog_db_t *pln_catalog_db_open(const char *dir, pln_codecs_t *codecs, pln_catalog_use_t use);
void pln_catalog_db_close(pln_catalog_db_t **db);
/** Remove the file and what SQLite keeps beside it; who has it open reads the removed one on. */
void pln_catalog_db_remove(const char *dir);
/** Bytes of the file and what SQLite keeps beside it. */
uint64_t pln_catalog_db_bytes(const char *dir);

sqlite3 *pln_catalog_db_handle(pln_catalog_db_t *db);
/** A statement failed in a way that only a new file mends (damaged, not a database). */
bool pln_catalog_db_damaged(const pln_catalog_db_t *db);
/** Readers: give up what runs longer than @ms from now on; 0: no bound. */
void pln_catalog_db_budget(pln_catalog_db_t *db, uint32_t ms);

/** A prepared statement of this connection, kept for the next time; NULL: see damaged. */
sqlite3_stmt *pln_catalog_db_prepare(pln_catalog_db_t *db, const char *sql);
/** sqlite3_step, with a look at what went wrong. SQLITE_ROW, SQLITE_DONE, or an error. */
int pln_catalog_db_step(pln_catalog_db_t *db, sqlite3_stmt *statement);
/** Run statements without rows; false: failed. */
bool pln_catalog_db_run(pln_catalog_db_t *db, const char *sql);

#endif
