// SPDX-License-Identifier: MPL-2.0
#include "catalog_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "catalog_text.h"
#include "catalog_tokens.h"
#include "log.h"

#define PATH_SIZE 4096
#define STATEMENTS_MAX 64u
#define BUSY_MS 5000
#define PROGRESS_STEPS 4000 /**< virtual machine steps between two looks at the clock */
#define CACHE_KIB 8192
#define APPLICATION 0x706c6e63 /**< "plnc" */

struct pln_catalog_db {
    sqlite3 *handle;
    pln_codecs_t *codecs;
    pln_codec_t *codec;
    bool damaged;
    uint64_t until_ms; /**< budget; 0 none */
    sqlite3_stmt *statements[STATEMENTS_MAX];
    const char *texts[STATEMENTS_MAX]; /**< of statements: literals, compared by address */
    size_t statement_count;
    pln_searched_t searched; /**< of the payload that `body` was asked for last ... */
    pln_buf_t stored;        /**< ... which is this one */
    int kind;
};

static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

static bool path_of(const char *dir, const char *suffix, char out[PATH_SIZE])
{
    int size = snprintf(out, PATH_SIZE, "%s/catalog.db%s", dir, suffix);
    return size > 0 && size < PATH_SIZE;
}

void pln_catalog_db_remove(const char *dir)
{
    char path[PATH_SIZE];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (path_of(dir, suffixes[i], path)) {
            unlink(path);
        }
    }
}

uint64_t pln_catalog_db_bytes(const char *dir)
{
    char path[PATH_SIZE];
    struct stat info;
    uint64_t bytes = 0;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (path_of(dir, suffixes[i], path) && stat(path, &info) == 0) {
            bytes += (uint64_t)info.st_size;
        }
    }
    return bytes;
}

/* ---- what went wrong ---- */

static bool needs_a_new_file(int code)
{
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_SCHEMA:
        case SQLITE_FORMAT:
            return true;
        default:
            return false;
    }
}

static int noted(pln_catalog_db_t *db, int code)
{
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE &&
        code != SQLITE_INTERRUPT) {
        db->damaged = db->damaged || needs_a_new_file(code);
        pln_log(PLN_LOG_WARNING, "catalog", "a statement failed why=%s",
                sqlite3_errmsg(db->handle));
    }
    return code;
}

bool pln_catalog_db_damaged(const pln_catalog_db_t *db)
{
    return db->damaged;
}

static int look_at_clock(void *arg)
{
    const pln_catalog_db_t *db = arg;
    return db->until_ms != 0 && pln_mono_ms() > db->until_ms;
}

void pln_catalog_db_budget(pln_catalog_db_t *db, uint32_t ms)
{
    db->until_ms = ms == 0 ? 0 : pln_mono_ms() + ms;
}

/* ---- statements ---- */

sqlite3 *pln_catalog_db_handle(pln_catalog_db_t *db)
{
    return db->handle;
}

sqlite3_stmt *pln_catalog_db_prepare(pln_catalog_db_t *db, const char *sql)
{
    for (size_t i = 0; i < db->statement_count; i++) {
        if (db->texts[i] == sql) {
            sqlite3_reset(db->statements[i]);
            sqlite3_clear_bindings(db->statements[i]);
            return db->statements[i];
        }
    }
    sqlite3_stmt *statement = NULL;
    if (db->statement_count == STATEMENTS_MAX ||
        noted(db, sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                     NULL)) != SQLITE_OK) {
        return NULL;
    }
    db->texts[db->statement_count] = sql;
    db->statements[db->statement_count++] = statement;
    return statement;
}

int pln_catalog_db_step(pln_catalog_db_t *db, sqlite3_stmt *statement)
{
    return noted(db, sqlite3_step(statement));
}

bool pln_catalog_db_run(pln_catalog_db_t *db, const char *sql)
{
    return noted(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL)) == SQLITE_OK;
}

/* ---- the view `body` ---- */

/** Decode @stored (codec byte, then the payload) unless it is the one at hand. */
static void read_stored(pln_catalog_db_t *db, int kind, pln_span_t stored)
{
    pln_span_t payload;
    if (db->stored.size == stored.size && db->kind == kind && stored.size > 0 &&
        memcmp(db->stored.data, stored.data, stored.size) == 0) {
        return;
    }
    pln_buf_clear(&db->stored);
    pln_buf_add(&db->stored, stored.data, stored.size);
    db->kind = kind;
    bool readable = stored.size > 0 && pln_codec_decode(db->codec, stored.data[0],
                                                        PLN_SPAN(stored.data + 1, stored.size - 1),
                                                        &payload) == PLN_OK;
    pln_searched_read(&db->searched, (uint16_t)kind, readable ? payload : PLN_SPAN(NULL, 0));
}

/** pln_part(kind, stored, part): one text of a record. */
static void part_function(sqlite3_context *context, int count, sqlite3_value **values)
{
    pln_catalog_db_t *db = sqlite3_user_data(context);
    int part = count == 3 ? sqlite3_value_int(values[2]) : -1;
    const void *bytes = sqlite3_value_blob(values[1]);
    if (part < 0 || part >= PLN_PARTS) {
        sqlite3_result_null(context);
        return;
    }
    read_stored(db, sqlite3_value_int(values[0]),
                PLN_SPAN(bytes, (size_t)sqlite3_value_bytes(values[1])));
    const pln_buf_t *text = &db->searched.parts[part];
    sqlite3_result_text(context, text->size > 0 ? (const char *)text->data : "", (int)text->size,
                        SQLITE_TRANSIENT);
}

/* ---- tables ---- */

static const char tables[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE chain(number INTEGER PRIMARY KEY, network BLOB, author BLOB, epoch INTEGER);"
    "CREATE TABLE record(id INTEGER PRIMARY KEY AUTOINCREMENT, chain INTEGER, seq INTEGER,"
    " kind INTEGER, time INTEGER, stale INTEGER, title BLOB, stored BLOB);"
    "CREATE UNIQUE INDEX record_place ON record(chain, seq);"
    "CREATE INDEX record_title ON record(title);"
    "CREATE TABLE edge(target INTEGER, field INTEGER, source INTEGER,"
    " PRIMARY KEY(target, field, source)) WITHOUT ROWID;"
    "CREATE INDEX edge_source ON edge(source);"
    "CREATE VIEW body AS SELECT id, pln_part(kind, stored, 0) AS title,"
    " pln_part(kind, stored, 1) AS tags, pln_part(kind, stored, 2) AS prose, NULL AS facets"
    " FROM record;"
    "CREATE VIRTUAL TABLE words USING fts5(title, tags, prose, facets, content='body',"
    " content_rowid='id', tokenize='pln');"
    "INSERT INTO words(words, rank) VALUES('rank', 'bm25(10.0, 4.0, 1.0, 0.0)');"
    "INSERT INTO words(words, rank) VALUES('automerge', 8);";

static bool number_is(pln_catalog_db_t *db, const char *sql, int64_t wanted)
{
    sqlite3_stmt *statement = pln_catalog_db_prepare(db, sql);
    bool is = statement != NULL && pln_catalog_db_step(db, statement) == SQLITE_ROW &&
              sqlite3_column_int64(statement, 0) == wanted;
    sqlite3_reset(statement);
    return is;
}

static bool make_tables(pln_catalog_db_t *db)
{
    char sql[128];
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION,
             PLN_CATALOG_FORMAT);
    return pln_catalog_db_run(db, "BEGIN IMMEDIATE;") && pln_catalog_db_run(db, tables) &&
           pln_catalog_db_run(db, sql) && pln_catalog_db_run(db, "COMMIT;");
}

static bool format_fits(pln_catalog_db_t *db)
{
    return number_is(db, "PRAGMA application_id", APPLICATION) &&
           number_is(db, "PRAGMA user_version", PLN_CATALOG_FORMAT);
}

/* ---- opening ---- */

static bool configure(pln_catalog_db_t *db, pln_catalog_use_t use)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA cache_size = -%d;", CACHE_KIB);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, 4 << 20);
    sqlite3_progress_handler(db->handle, PROGRESS_STEPS, look_at_clock, db);
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    return pln_tokens_register(db->handle) &&
           sqlite3_create_function(db->handle, "pln_part", 3, flags, db, part_function, NULL,
                                   NULL) == SQLITE_OK &&
           pln_catalog_db_run(db, "PRAGMA trusted_schema = OFF;") && pln_catalog_db_run(db, sql) &&
           (use == PLN_CATALOG_READER
                ? pln_catalog_db_run(db, "PRAGMA query_only = ON;")
                : pln_catalog_db_run(db,
                                     "PRAGMA journal_mode = WAL;"
                                     "PRAGMA synchronous = NORMAL;"
                                     "PRAGMA secure_delete = ON;"
                                     "PRAGMA journal_size_limit = 16777216;"));
}

static pln_catalog_db_t *open_once(const char *dir, pln_codecs_t *codecs, pln_catalog_use_t use)
{
    char path[PATH_SIZE];
    pln_catalog_db_t *db = pln_alloc_zero(1, sizeof *db);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE |
                (use == PLN_CATALOG_WRITER ? SQLITE_OPEN_CREATE : 0);
    db->codecs = codecs;
    db->codec = pln_codecs_take(codecs);
    if (!path_of(dir, "", path) || sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK ||
        !configure(db, use)) {
        pln_catalog_db_close(&db);
    }
    return db;
}

pln_catalog_db_t *pln_catalog_db_open(const char *dir, pln_codecs_t *codecs, pln_catalog_use_t use)
{
    pln_catalog_db_t *db = open_once(dir, codecs, use);
    if (db != NULL && format_fits(db)) {
        return db;
    }
    pln_catalog_db_close(&db);
    if (use == PLN_CATALOG_READER) {
        return NULL;
    }
    pln_catalog_db_remove(dir);
    db = open_once(dir, codecs, use);
    if (db != NULL && !make_tables(db)) {
        pln_catalog_db_close(&db);
    }
    return db;
}

void pln_catalog_db_close(pln_catalog_db_t **db)
{
    pln_catalog_db_t *self = *db;
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->statement_count; i++) {
        sqlite3_finalize(self->statements[i]);
    }
    sqlite3_close(self->handle);
    pln_codecs_put(self->codecs, &self->codec);
    pln_searched_free(&self->searched);
    pln_buf_free(&self->stored);
    free(self);
    *db = NULL;
}
