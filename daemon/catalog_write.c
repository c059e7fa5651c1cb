// SPDX-License-Identifier: MPL-2.0
#include "catalog_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "catalog_key.h"
#include "catalog_order.h"
#include "catalog_text.h"
#include "catalog_words.h"
#include "moment.h"
#include "scan.h"

#define REMOVED_AT_ONCE 256
#define MERGE_PAGES 256

/** Words of withdrawn records that the full-text index still has in older segments. */
typedef enum { RESIDUE_NONE, RESIDUE_NEW, RESIDUE_MERGING } residue_t;

/** A record as the catalog has it, or is to have it. */
typedef struct {
    int64_t id;
    const pln_place_t *place;
    uint64_t seq;
    uint16_t kind;
    pln_span_t stored; /**< codec byte, then the payload */
    bool stale;
} row_t;

struct pln_catalog_write {
    pln_catalog_db_t *db;
    pln_store_t *store;
    pln_codecs_t *codecs;
    pln_codec_t *codec;
    pln_catalog_key_t key;
    pln_searched_t searched;
    pln_order_t *order;
    pln_buf_t facets;
    pln_buf_t title; /**< what the record at hand is ordered by */
    pln_buf_t stored;
    residue_t residue;
    bool failed; /**< sticky until the next begin */
    /* the entries being visited */
    pln_chain_row_t chain;
    pln_buf_t window; /**< seq u64, size u32, bytes ... */
};

/* ---- statements: each binds, steps once and notes a failure ---- */

static sqlite3_stmt *prepare(pln_catalog_write_t *write, const char *sql)
{
    sqlite3_stmt *statement = pln_catalog_db_prepare(write->db, sql);
    write->failed = write->failed || statement == NULL;
    return statement;
}

static bool row_of(pln_catalog_write_t *write, sqlite3_stmt *statement)
{
    int code = statement == NULL ? SQLITE_ERROR : pln_catalog_db_step(write->db, statement);
    write->failed = write->failed || (code != SQLITE_ROW && code != SQLITE_DONE);
    return code == SQLITE_ROW;
}

static void run(pln_catalog_write_t *write, sqlite3_stmt *statement)
{
    row_of(write, statement);
    sqlite3_reset(statement);
}

static void bind_text(sqlite3_stmt *statement, int at, const pln_buf_t *text)
{
    sqlite3_bind_text(statement, at, text->size > 0 ? (const char *)text->data : "",
                      (int)text->size, SQLITE_STATIC);
}

static bool column_blob(sqlite3_stmt *statement, int at, void *out, size_t size)
{
    const void *blob = sqlite3_column_blob(statement, at);
    if ((size_t)sqlite3_column_bytes(statement, at) != size) {
        return false;
    }
    memcpy(out, blob, size);
    return true;
}

static void save_blob(pln_catalog_write_t *write, const char *name, const void *data, size_t size)
{
    sqlite3_stmt *statement =
        prepare(write, "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)");
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, data, (int)size, SQLITE_STATIC);
    run(write, statement);
}

static bool read_blob(pln_catalog_db_t *db, const char *name, void *out, size_t size)
{
    sqlite3_stmt *statement = pln_catalog_db_prepare(db, "SELECT value FROM meta WHERE name = ?");
    if (statement == NULL) {
        return false;
    }
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    bool found =
        pln_catalog_db_step(db, statement) == SQLITE_ROW && column_blob(statement, 0, out, size);
    sqlite3_reset(statement);
    return found;
}

static void set_residue(pln_catalog_write_t *write, residue_t residue)
{
    const uint8_t byte = (uint8_t)residue;
    if (write->residue != residue) {
        write->residue = residue;
        save_blob(write, "residue", &byte, sizeof byte);
    }
}

pln_catalog_write_t *pln_catalog_write_new(pln_catalog_db_t *db, pln_store_t *store,
                                           pln_codecs_t *codecs)
{
    pln_catalog_write_t *write = pln_alloc_zero(1, sizeof *write);
    write->db = db;
    write->store = store;
    write->codecs = codecs;
    write->codec = pln_codecs_take(codecs);
    write->order = pln_order_new(pln_catalog_db_handle(db));
    if (write->order == NULL || !pln_catalog_key_open(db, &write->key)) {
        pln_catalog_write_free(&write);
        return NULL;
    }
    uint8_t residue = RESIDUE_NONE;
    if (read_blob(db, "residue", &residue, sizeof residue) && residue != RESIDUE_NONE) {
        write->residue = RESIDUE_NEW;
    }
    return write;
}

void pln_catalog_write_free(pln_catalog_write_t **write)
{
    pln_catalog_write_t *self = *write;
    if (self == NULL) {
        return;
    }
    pln_codecs_put(self->codecs, &self->codec);
    pln_searched_free(&self->searched);
    pln_order_free(&self->order);
    pln_buf_free(&self->facets);
    pln_buf_free(&self->title);
    pln_buf_free(&self->stored);
    pln_buf_free(&self->window);
    free(self);
    *write = NULL;
}

/* ---- the index of one record ---- */

static void add_facet(void *arg, const char *name, pln_span_t value)
{
    pln_buf_t *facets = arg;
    char token[PLN_FACET_TEXT_SIZE];
    pln_facet_token(name, value, token);
    pln_buf_add(facets, token, strlen(token));
    pln_buf_u8(facets, ' ');
}

/** The texts of @row and the tokens it is filtered by; the same whenever they are asked for. */
static void describe(pln_catalog_write_t *write, const row_t *row, pln_span_t *payload)
{
    char kind[8];
    int kind_size = snprintf(kind, sizeof kind, "%u", row->kind);
    bool readable =
        pln_codec_decode(write->codec, row->stored.data[0],
                         PLN_SPAN(row->stored.data + 1, row->stored.size - 1), payload) == PLN_OK;
    *payload = readable ? *payload : PLN_SPAN(NULL, 0);
    pln_searched_read(&write->searched, row->kind, *payload);
    pln_buf_clear(&write->facets);
    add_facet(&write->facets, PLN_FACET_KIND, PLN_SPAN((const uint8_t *)kind, (size_t)kind_size));
    add_facet(&write->facets, PLN_FACET_NETWORK,
              PLN_SPAN(row->place->network.bytes, sizeof row->place->network));
    add_facet(&write->facets, PLN_FACET_NODE,
              PLN_SPAN(row->place->author.bytes, sizeof row->place->author));
    add_facet(&write->facets, PLN_FACET_VERSION,
              PLN_SPAN((const uint8_t *)(row->stale ? "stale" : "fresh"), 5));
    pln_searched_facets(row->kind, *payload, add_facet, &write->facets);
}

static void index_words(pln_catalog_write_t *write, const row_t *row, const char *sql)
{
    sqlite3_stmt *statement = prepare(write, sql);
    sqlite3_bind_int64(statement, 1, row->id);
    for (int part = 0; part < PLN_PARTS; part++) {
        bind_text(statement, 2 + part, &write->searched.parts[part]);
    }
    bind_text(statement, 2 + PLN_PARTS, &write->facets);
    run(write, statement);
}

static void add_words(pln_catalog_write_t *write, const row_t *row)
{
    index_words(write, row,
                "INSERT INTO words(rowid, title, tags, prose, facets) VALUES(?, ?, ?, ?, ?)");
}

static void remove_words(pln_catalog_write_t *write, const row_t *row)
{
    index_words(write, row,
                "INSERT INTO words(words, rowid, title, tags, prose, facets)"
                " VALUES('delete', ?, ?, ?, ?, ?)");
}

/* ---- versions ---- */

/** Is there a record by the author of @row that replaces it? */
static bool is_replaced(pln_catalog_write_t *write, const row_t *row)
{
    sqlite3_stmt *statement =
        prepare(write,
                "SELECT 1 FROM edge JOIN record ON record.id = edge.source"
                " JOIN chain ON chain.number = record.chain"
                " WHERE edge.target = ? AND edge.field = 4 AND chain.author = ?"
                " AND record.id <> ? LIMIT 1");
    sqlite3_bind_int64(statement, 1, pln_catalog_key_place(&write->key, row->place, row->seq));
    sqlite3_bind_blob(statement, 2, row->place->author.bytes, sizeof row->place->author,
                      SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, row->id);
    bool replaced = row_of(write, statement);
    sqlite3_reset(statement);
    return replaced;
}

static void mark_stale(pln_catalog_write_t *write, int64_t id, bool stale)
{
    sqlite3_stmt *statement = prepare(write, "UPDATE record SET stale = ? WHERE id = ?");
    sqlite3_bind_int(statement, 1, stale);
    sqlite3_bind_int64(statement, 2, id);
    run(write, statement);
}

/** A record found in the catalog, with its own copies. */
typedef struct {
    row_t row;
    pln_place_t place;
    pln_buf_t stored;
} kept_t;

static const char kept_sql[] =
    "SELECT record.id, seq, kind, stale, stored, network, author, epoch FROM record"
    " JOIN chain ON chain.number = record.chain WHERE chain = ? AND seq BETWEEN ? AND ? LIMIT 1";

/** Copy the first record of @chain in from..to; false: there is none, or it is damaged. */
static bool take_kept(pln_catalog_write_t *write, uint32_t chain, uint64_t from, uint64_t to,
                      kept_t *out)
{
    sqlite3_stmt *statement = prepare(write, kept_sql);
    sqlite3_bind_int64(statement, 1, chain);
    sqlite3_bind_int64(statement, 2, (int64_t)from);
    sqlite3_bind_int64(statement, 3, (int64_t)to);
    bool found = row_of(write, statement);
    if (found) {
        pln_buf_clear(&out->stored);
        pln_buf_add(&out->stored, sqlite3_column_blob(statement, 4),
                    (size_t)sqlite3_column_bytes(statement, 4));
        found = out->stored.size > 0 &&
                column_blob(statement, 5, &out->place.network, sizeof out->place.network) &&
                column_blob(statement, 6, &out->place.author, sizeof out->place.author);
        write->failed = write->failed || !found;
        out->place.epoch = (uint32_t)sqlite3_column_int64(statement, 7);
        out->place.lane = PLN_LANE_RECORDS;
        out->row = (row_t){.id = sqlite3_column_int64(statement, 0),
                           .place = &out->place,
                           .seq = (uint64_t)sqlite3_column_int64(statement, 1),
                           .kind = (uint16_t)sqlite3_column_int(statement, 2),
                           .stale = sqlite3_column_int(statement, 3) != 0,
                           .stored = pln_buf_span(&out->stored)};
    }
    sqlite3_reset(statement);
    return found;
}

/** Look again whether the record that @reference names is its author's newest version of itself. */
static void judge_version(pln_catalog_write_t *write, const pln_network_id_t *network,
                          const pln_reference_t *reference)
{
    kept_t kept = {0};
    uint32_t chain;
    pln_place_t place = {.network = reference->has_network ? reference->network : *network,
                         .author = reference->author,
                         .epoch = reference->epoch,
                         .lane = PLN_LANE_RECORDS};
    if (pln_store_find(write->store, &place, &chain) == PLN_OK &&
        take_kept(write, chain, reference->seq, reference->seq, &kept)) {
        bool stale = is_replaced(write, &kept.row);
        if (stale != kept.row.stale) {
            pln_span_t payload;
            describe(write, &kept.row, &payload);
            remove_words(write, &kept.row);
            kept.row.stale = stale;
            describe(write, &kept.row, &payload);
            add_words(write, &kept.row);
            mark_stale(write, kept.row.id, stale);
        }
    }
    pln_buf_free(&kept.stored);
}

/* ---- references ---- */

typedef struct {
    pln_catalog_write_t *write;
    const row_t *row;
} edges_t;

static void add_edge(void *arg, uint16_t number, const pln_reference_t *reference)
{
    const edges_t *edges = arg;
    int64_t target =
        pln_catalog_key_reference(&edges->write->key, &edges->row->place->network, reference);
    sqlite3_stmt *statement =
        prepare(edges->write, "INSERT OR IGNORE INTO edge(target, field, source) VALUES(?, ?, ?)");
    sqlite3_bind_int64(statement, 1, target);
    sqlite3_bind_int(statement, 2, number);
    sqlite3_bind_int64(statement, 3, edges->row->id);
    run(edges->write, statement);
    if (number == PLN_FIELD_REPLACES) {
        judge_version(edges->write, &edges->row->place->network, reference);
    }
}

/** The walk borrows the codec's memory, which judging another version uses: so from a copy. */
static void visit_edges(pln_catalog_write_t *write, const row_t *row, pln_span_t payload,
                        pln_edge_visit_t visit)
{
    edges_t edges = {write, row};
    pln_buf_t copy = {0};
    pln_buf_add(&copy, payload.data, payload.size);
    pln_searched_edges(row->kind, pln_buf_span(&copy), visit, &edges);
    pln_buf_free(&copy);
}

/* ---- adding and removing ---- */

static void add_chain(pln_catalog_write_t *write)
{
    const pln_place_t *place = &write->chain.place;
    sqlite3_stmt *statement = prepare(write,
                                      "INSERT OR IGNORE INTO chain(number, network, author, epoch)"
                                      " VALUES(?, ?, ?, ?)");
    sqlite3_bind_int64(statement, 1, write->chain.number);
    sqlite3_bind_blob(statement, 2, place->network.bytes, sizeof place->network, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 3, place->author.bytes, sizeof place->author, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, place->epoch);
    run(write, statement);
}

/** The row of the record just described; false: the catalog has it already. */
static bool insert_record(pln_catalog_write_t *write, row_t *row, uint64_t time_ms)
{
    sqlite3_stmt *statement =
        prepare(write,
                "INSERT OR IGNORE INTO record(chain, seq, kind, time, stale, title, stored)"
                " VALUES(?, ?, ?, ?, 0, ?, ?)");
    sqlite3_bind_int64(statement, 1, write->chain.number);
    sqlite3_bind_int64(statement, 2, (int64_t)row->seq);
    sqlite3_bind_int(statement, 3, row->kind);
    sqlite3_bind_int64(statement, 4, (int64_t)time_ms);
    pln_order_key(write->order, pln_buf_span(&write->searched.parts[PLN_PART_TITLE]),
                  &write->title);
    sqlite3_bind_blob(statement, 5, write->title.size > 0 ? (const void *)write->title.data : "",
                      (int)write->title.size, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 6, row->stored.data, (int)row->stored.size, SQLITE_STATIC);
    run(write, statement);
    row->id = sqlite3_last_insert_rowid(pln_catalog_db_handle(write->db));
    return !write->failed && sqlite3_changes(pln_catalog_db_handle(write->db)) > 0;
}

static void add_entry(pln_catalog_write_t *write, uint64_t seq, const pln_entry_t *entry)
{
    row_t row = {.place = &write->chain.place, .seq = seq, .kind = entry->header.kind};
    pln_span_t payload;
    pln_buf_clear(&write->stored);
    pln_buf_u8(&write->stored, entry->header.codec);
    pln_buf_add(&write->stored, entry->payload.data, entry->payload.size);
    row.stored = pln_buf_span(&write->stored);
    describe(write, &row, &payload);
    if (!insert_record(write, &row, pln_shown_ms(entry->header.time_ms, pln_wall_ms()))) {
        return;
    }
    row.stale = is_replaced(write, &row);
    if (row.stale) {
        mark_stale(write, row.id, true);
        describe(write, &row, &payload);
    }
    add_words(write, &row);
    visit_edges(write, &row, payload, add_edge);
}

static void look_back(void *arg, uint16_t number, const pln_reference_t *reference)
{
    const edges_t *edges = arg;
    if (number == PLN_FIELD_REPLACES) {
        judge_version(edges->write, &edges->row->place->network, reference);
    }
}

static void remove_kept(pln_catalog_write_t *write, const kept_t *kept)
{
    pln_span_t payload;
    describe(write, &kept->row, &payload);
    remove_words(write, &kept->row);
    sqlite3_stmt *statement = prepare(write, "DELETE FROM edge WHERE source = ?");
    sqlite3_bind_int64(statement, 1, kept->row.id);
    run(write, statement);
    statement = prepare(write, "DELETE FROM record WHERE id = ?");
    sqlite3_bind_int64(statement, 1, kept->row.id);
    run(write, statement);
    visit_edges(write, &kept->row, payload, look_back);
}

/** Remove at most @max records of @chain in from..to; *from: where to go on. */
static void remove_range(pln_catalog_write_t *write, uint32_t chain, uint64_t *from, uint64_t to,
                         size_t max)
{
    kept_t kept = {0};
    for (; max > 0 && !write->failed; max--) {
        if (!take_kept(write, chain, *from, to, &kept)) {
            *from = to + 1;
            break;
        }
        remove_kept(write, &kept);
        *from = kept.row.seq + 1;
    }
    pln_buf_free(&kept.stored);
}

/* ---- one arrival ---- */

/** Copies an entry out of the store's read, which must stay short. */
static bool keep_entry(void *arg, uint64_t seq, pln_span_t bytes)
{
    pln_buf_t *window = arg;
    pln_buf_u64(window, seq);
    pln_buf_u32(window, (uint32_t)bytes.size);
    pln_buf_add(window, bytes.data, bytes.size);
    return window->size < (4u << 20);
}

/** A payload that was withdrawn leaves with its words, which merging removes from the file. */
static void withdraw(pln_catalog_write_t *write, uint64_t seq)
{
    uint64_t from = seq;
    int64_t before = sqlite3_total_changes(pln_catalog_db_handle(write->db));
    remove_range(write, write->chain.number, &from, seq, 1);
    if (sqlite3_total_changes(pln_catalog_db_handle(write->db)) != before) {
        set_residue(write, RESIDUE_NEW);
    }
}

/** Entries from..to as the store has them now: those with a payload are in, the others are not. */
static void follow_range(pln_catalog_write_t *write, uint64_t *from, uint64_t to, size_t max)
{
    uint64_t next = *from;
    pln_buf_clear(&write->window);
    if (pln_store_visit(write->store, write->chain.number, *from, to, max, &next, keep_entry,
                        &write->window) != PLN_OK ||
        next <= *from) {
        *from = to + 1; /* gone meanwhile: the sweep tidies up */
        return;
    }
    pln_reader_t in = pln_reader(pln_buf_span(&write->window));
    while (pln_reader_left(&in) > 0 && !write->failed) {
        uint64_t seq = pln_read_u64(&in);
        pln_entry_t entry;
        if (pln_entry_read(pln_read_span(&in, pln_read_u32(&in)), &entry) != PLN_OK ||
            entry.withheld) {
            withdraw(write, seq);
        } else {
            add_entry(write, seq, &entry);
        }
    }
    *from = next;
}

bool pln_catalog_apply(pln_catalog_write_t *write, const pln_arrival_t *row, uint64_t *from,
                       size_t max)
{
    if (pln_store_chain(write->store, row->chain, &write->chain) != PLN_OK ||
        write->chain.place.lane != PLN_LANE_RECORDS) {
        *from = row->to + 1;
        return true;
    }
    uint64_t counted = write->chain.counted;
    if (row->op == PLN_OP_ASIDE || *from > counted) {
        // Beyond what counts nothing is in the catalog, whatever this row says.
        remove_range(write, row->chain, from, row->to, max);
        return !write->failed;
    }
    add_chain(write);
    follow_range(write, from, row->to < counted ? row->to : counted, max);
    return !write->failed;
}

bool pln_catalog_sweep(pln_catalog_write_t *write, size_t max, bool *more)
{
    pln_chain_row_t chain;
    int64_t gone = -1;
    *more = false;
    sqlite3_stmt *statement = prepare(write, "SELECT number FROM chain");
    while (gone < 0 && row_of(write, statement)) {
        int64_t number = sqlite3_column_int64(statement, 0);
        gone = pln_store_chain(write->store, (uint32_t)number, &chain) == PLN_OK ? -1 : number;
    }
    sqlite3_reset(statement);
    if (gone >= 0 && !write->failed) {
        uint64_t from = 1;
        remove_range(write, (uint32_t)gone, &from, PLN_SEQ_MAX, max);
        *more = true;
        if (from > PLN_SEQ_MAX) {
            statement = prepare(write, "DELETE FROM chain WHERE number = ?");
            sqlite3_bind_int64(statement, 1, gone);
            run(write, statement);
        }
    }
    return !write->failed;
}

/* ---- transactions ---- */

bool pln_catalog_begin(pln_catalog_write_t *write)
{
    write->failed = !pln_catalog_db_run(write->db, "BEGIN IMMEDIATE");
    return !write->failed;
}

void pln_catalog_rollback(pln_catalog_write_t *write)
{
    pln_catalog_db_run(write->db, "ROLLBACK");
}

bool pln_catalog_commit(pln_catalog_write_t *write, const pln_catalog_mark_t *mark)
{
    uint8_t number[8];
    pln_put_u64(number, mark->arrivals.number);
    save_blob(write, "store", mark->store.bytes, sizeof mark->store.bytes);
    save_blob(write, "number", number, sizeof number);
    save_blob(write, "tag", &mark->arrivals.tag, sizeof mark->arrivals.tag);
    if (write->failed || !pln_catalog_db_run(write->db, "COMMIT")) {
        pln_catalog_rollback(write);
        return false;
    }
    return true;
}

bool pln_catalog_mark_read(pln_catalog_db_t *db, pln_catalog_mark_t *out)
{
    uint8_t number[8];
    bool whole = read_blob(db, "store", out->store.bytes, sizeof out->store.bytes) &&
                 read_blob(db, "number", number, sizeof number) &&
                 read_blob(db, "tag", &out->arrivals.tag, sizeof out->arrivals.tag);
    out->arrivals.number = whole ? pln_get_u64(number) : 0;
    return whole;
}

/* ---- merging ---- */

static bool merge_slice(pln_catalog_write_t *write, int pages)
{
    sqlite3 *handle = pln_catalog_db_handle(write->db);
    int before = sqlite3_total_changes(handle);
    sqlite3_stmt *statement = prepare(write, "INSERT INTO words(words, rank) VALUES('merge', ?)");
    sqlite3_bind_int(statement, 1, pages);
    run(write, statement);
    // By FTS5's manual a merge that changed fewer than two rows had nothing left to do.
    return !write->failed && sqlite3_total_changes(handle) - before >= 2;
}

bool pln_catalog_merge(pln_catalog_write_t *write)
{
    // Below 0: all segments are to become one; then above 0 until that is done.
    bool more = merge_slice(write, write->residue == RESIDUE_NEW ? -MERGE_PAGES : MERGE_PAGES);
    set_residue(write, more ? RESIDUE_MERGING : RESIDUE_NONE);
    return !write->failed;
}

bool pln_catalog_residue(const pln_catalog_write_t *write)
{
    return write->residue != RESIDUE_NONE;
}
