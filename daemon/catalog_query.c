// SPDX-License-Identifier: MPL-2.0
#include "catalog_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog_key.h"
#include "catalog_order.h"

/** A question in the terms of SQL. */
typedef struct {
    pln_catalog_db_t *db;
    const pln_query_t *query;
    const char *match;
    int64_t low; /**< ids looked at, both ends included */
    int64_t high;
    uint64_t offset;
    pln_buf_t key;  /**< of PLN_SORT_TITLE: behind this title ... */
    int64_t behind; /**< ... and this id */
    pln_sort_t sort;
} question_t;

void pln_query_facet(pln_query_t *query, const char *name, pln_span_t value)
{
    if (query->facet_count < PLN_FACETS_MAX) {
        pln_facet_token(name, value, query->facets[query->facet_count++]);
    }
}

void pln_hits_free(pln_hits_t *hits)
{
    for (size_t i = 0; i < hits->count; i++) {
        free(hits->list[i].snippet);
        free(hits->list[i].order);
    }
    free(hits->list);
    *hits = (pln_hits_t){0};
}

/* ---- statements ---- */

// The full-text index is the outer loop in all of them: it gives ids in either order, or by rank.
// Without bounds of time the records themselves are looked at for the page only. A list without
// words has no snippet, which would have to read every payload.
#define MATCHING "words MATCH ?1 AND words.rowid BETWEEN ?2 AND ?3"
#define IN_TIME " AND record.time >= ?4 AND record.time < ?5"
#define RECORDS "words CROSS JOIN record ON record.id = words.rowid"
#define PAGE " LIMIT ?6 OFFSET ?7"
#define NO_SNIPPET "''"
#define SNIPPET "snippet(words, 2, char(2), char(3), '…', 24)"

#define QUESTION(snippet, times, order)                                         \
    "SELECT record.chain, record.seq, record.id, " snippet ", '' FROM " RECORDS \
    " WHERE " MATCHING times " ORDER BY " order PAGE

// By title: of few hits all are looked at and put in order; of many the records are walked in that
// order, each asked whether it is one of them, until the page is full.
#define PAGE_BY_TITLE(from, where, times)                                              \
    "SELECT record.chain AS chain, record.seq AS seq, record.id AS id, '' AS snippet," \
    " record.title AS title FROM " from " WHERE " where times                          \
    " AND (record.title, record.id) > (?8, ?9) ORDER BY record.title, record.id" PAGE
#define FEW_BY_TITLE(times) PAGE_BY_TITLE(RECORDS, MATCHING, times)
#define IN_TITLE_ORDER "record INDEXED BY record_title"
#define MANY_BY_TITLE(times)                                                                   \
    PAGE_BY_TITLE(IN_TITLE_ORDER, "record.id IN (SELECT rowid FROM words WHERE " MATCHING ")", \
                  times)
#define ALL_BY_TITLE(times) \
    PAGE_BY_TITLE(IN_TITLE_ORDER, "record.id BETWEEN ?2 AND ?3 AND record.stale <= ?10", times)

// Snippets are made for the page only, on one walk over what matches.
#define WORDED(page)                                                                             \
    "SELECT page.chain, page.seq, page.id, " SNIPPET ", page.title FROM words CROSS JOIN (" page \
    ") AS page ON page.id = words.rowid WHERE " MATCHING " ORDER BY page.title, page.id"
#define FEW_BY_TITLE_WORDED(times) WORDED(FEW_BY_TITLE(times))

#define QUESTIONS(snippet, times, by_title)                               \
    {                                                                     \
        [PLN_SORT_BEST] = QUESTION(snippet, times, "rank"),               \
        [PLN_SORT_NEWEST] = QUESTION(snippet, times, "words.rowid DESC"), \
        [PLN_SORT_OLDEST] = QUESTION(snippet, times, "words.rowid"),      \
        [PLN_SORT_TITLE] = by_title(times)                                \
    }
/** By: are there words, are there bounds of time, which order. */
static const char *const page_sql[2][2][4] = {
    {QUESTIONS(NO_SNIPPET, "", FEW_BY_TITLE), QUESTIONS(NO_SNIPPET, IN_TIME, FEW_BY_TITLE)},
    {QUESTIONS(SNIPPET, "", FEW_BY_TITLE_WORDED),
     QUESTIONS(SNIPPET, IN_TIME, FEW_BY_TITLE_WORDED)}};

/** The same by title, of many hits. */
static const char *const many_by_title_sql[2][2] = {
    {MANY_BY_TITLE(""), MANY_BY_TITLE(IN_TIME)},
    {WORDED(MANY_BY_TITLE("")), WORDED(MANY_BY_TITLE(IN_TIME))}};
/** ... of all there are. */
static const char *const all_by_title_sql[2] = {ALL_BY_TITLE(""), ALL_BY_TITLE(IN_TIME)};

// How many there are, up to a bound, and the oldest of them.
#define COUNT(from, times)                                                                        \
    "SELECT count(*), min(id) FROM (SELECT words.rowid AS id FROM " from " WHERE " MATCHING times \
    " ORDER BY words.rowid DESC" PAGE ")"
static const char *const count_sql[2] = {COUNT("words", ""), COUNT(RECORDS, IN_TIME)};

static bool has_times(const question_t *question)
{
    return question->query->since_ms > 0 || question->query->until_ms > 0;
}

static sqlite3_stmt *ask(const question_t *question, const char *sql, uint64_t limit,
                         uint64_t offset)
{
    const pln_query_t *query = question->query;
    sqlite3_stmt *statement = pln_catalog_db_prepare(question->db, sql);
    if (statement != NULL) {
        sqlite3_bind_text(statement, 1, question->match, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, question->low);
        sqlite3_bind_int64(statement, 3, question->high);
        sqlite3_bind_int64(statement, 4, (int64_t)query->since_ms);
        sqlite3_bind_int64(statement, 5,
                           query->until_ms == 0 ? INT64_MAX : (int64_t)query->until_ms);
        sqlite3_bind_int64(statement, 6, (int64_t)limit);
        sqlite3_bind_int64(statement, 7, (int64_t)offset);
        sqlite3_bind_blob(statement, 8,
                          question->key.size > 0 ? (const void *)question->key.data : "",
                          (int)question->key.size, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 9, question->behind);
        sqlite3_bind_int(statement, 10, query->all_versions);
    }
    return statement;
}

static pln_query_result_t failed(int code)
{
    return (code & 0xff) == SQLITE_INTERRUPT ? PLN_QUERY_SLOW : PLN_QUERY_FAILED;
}

/* ---- pages ---- */

// A page mark says where to go on. By rank that is how many came before, among what there was when
// the first page was made; in order of arrival it is the last id. So what arrives between two pages
// neither repeats nor hides anything. By title it is the last title, with its id among equal ones.
static bool read_title_mark(question_t *question, const char *after)
{
    unsigned long long id;
    int read = 0;
    if (sscanf(after, "t%llx-%n", &id, &read) != 1 || read == 0 || id > INT64_MAX) {
        return false;
    }
    size_t size = strlen(after + read) / 2;
    uint8_t key[PLN_ORDER_KEY_MAX];
    if (size > sizeof key || pln_unhex(after + read, key, size) != PLN_OK) {
        return false;
    }
    question->behind = (int64_t)id;
    pln_buf_add(&question->key, key, size);
    return true;
}

static bool read_after(question_t *question)
{
    unsigned long long id = 0, offset = 0;
    char end;
    const char *after = question->query->after;
    if (after == NULL) {
        return true;
    }
    if (question->sort == PLN_SORT_TITLE) {
        return read_title_mark(question, after);
    }
    bool fits = question->sort == PLN_SORT_BEST
                    ? sscanf(after, "b%llx-%llu%c", &id, &offset, &end) == 2
                    : sscanf(after, question->sort == PLN_SORT_NEWEST ? "n%llx%c" : "o%llx%c", &id,
                             &end) == 1;
    if (!fits || id > INT64_MAX || offset > PLN_HITS_DEEPEST) {
        return false;
    }
    question->offset = offset;
    if (question->sort == PLN_SORT_OLDEST) {
        question->low = (int64_t)id + 1;
    } else {
        question->high = question->sort == PLN_SORT_BEST ? (int64_t)id : (int64_t)id - 1;
    }
    return true;
}

bool pln_hits_next(const pln_hits_t *hits, size_t used, char out[PLN_PAGE_MARK_SIZE])
{
    uint64_t behind = hits->offset + used;
    bool more = used > 0 && (hits->full || used < hits->count);
    const pln_hit_t *last = more ? &hits->list[used - 1] : NULL;
    unsigned long long id = last != NULL ? (unsigned long long)last->id : 0;
    switch (hits->sort) {
        case PLN_SORT_BEST:
            snprintf(out, PLN_PAGE_MARK_SIZE, "b%llx-%llu", (unsigned long long)hits->high,
                     (unsigned long long)behind);
            return more && behind < hits->total && behind < PLN_HITS_DEEPEST;
        case PLN_SORT_NEWEST:
        case PLN_SORT_OLDEST:
            snprintf(out, PLN_PAGE_MARK_SIZE, "%c%llx", hits->sort == PLN_SORT_NEWEST ? 'n' : 'o',
                     id);
            return more;
        case PLN_SORT_TITLE:
            snprintf(out, PLN_PAGE_MARK_SIZE, "t%llx-%s", id, last != NULL ? last->order : "");
            return more;
    }
    return false;
}

static bool newest_id(question_t *question)
{
    sqlite3_stmt *statement = pln_catalog_db_prepare(question->db, "SELECT max(id) FROM record");
    bool fine = statement != NULL && pln_catalog_db_step(question->db, statement) == SQLITE_ROW;
    question->high = fine ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return fine;
}

/* ---- answering ---- */

/** Counts the hits; of too many, only the newest are looked at from here on. */
static pln_query_result_t count_hits(question_t *question, pln_hits_t *out)
{
    sqlite3_stmt *statement = ask(question, count_sql[has_times(question)], PLN_RANKED_MAX, 0);
    int code = statement == NULL ? SQLITE_ERROR : pln_catalog_db_step(question->db, statement);
    if (code != SQLITE_ROW) {
        sqlite3_reset(statement);
        return failed(code);
    }
    out->total = (uint64_t)sqlite3_column_int64(statement, 0);
    int64_t oldest = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    if (out->total == PLN_RANKED_MAX) {
        question_t older = *question;
        older.high = oldest - 1;
        statement = ask(&older, count_sql[has_times(question)], 1, 0);
        code = statement == NULL ? SQLITE_ERROR : pln_catalog_db_step(question->db, statement);
        out->total += code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
        sqlite3_reset(statement);
        out->ranked_newest = question->sort == PLN_SORT_BEST && out->total > PLN_RANKED_MAX;
        question->low = out->ranked_newest ? oldest : question->low;
    }
    return PLN_QUERY_OK;
}

/** The text that a title was ordered by, as hex. */
static char *order_text(sqlite3_stmt *statement, int column)
{
    size_t size = (size_t)sqlite3_column_bytes(statement, column);
    char *text = pln_alloc_zero(size * 2 + 1, 1);
    pln_hex(sqlite3_column_blob(statement, column), size, text);
    return text;
}

/** The statement for a page among @total hits. */
static const char *sql_of(const question_t *question, uint64_t total)
{
    const pln_query_t *query = question->query;
    bool worded = query->words != NULL, timed = has_times(question);
    if (question->sort != PLN_SORT_TITLE || total <= PLN_RANKED_MAX) {
        return page_sql[worded][timed][question->sort];
    }
    return worded || query->facet_count > 0 ? many_by_title_sql[worded][timed]
                                            : all_by_title_sql[timed];
}

static pln_query_result_t fill_page(const question_t *question, pln_hits_t *out)
{
    sqlite3_stmt *statement =
        ask(question, sql_of(question, out->total), question->query->limit, question->offset);
    int code = SQLITE_ERROR;
    out->list = pln_alloc_zero(question->query->limit, sizeof *out->list);
    while (statement != NULL &&
           (code = pln_catalog_db_step(question->db, statement)) == SQLITE_ROW) {
        const char *snippet = (const char *)sqlite3_column_text(statement, 3);
        out->list[out->count++] = (pln_hit_t){.id = sqlite3_column_int64(statement, 2),
                                              .chain = (uint32_t)sqlite3_column_int64(statement, 0),
                                              .seq = (uint64_t)sqlite3_column_int64(statement, 1),
                                              .snippet = pln_strdup(snippet != NULL ? snippet : ""),
                                              .order = order_text(statement, 4)};
    }
    sqlite3_reset(statement);
    out->full = out->count == question->query->limit;
    out->sort = question->sort;
    out->high = question->high;
    out->offset = question->offset;
    return code == SQLITE_DONE ? PLN_QUERY_OK : failed(code);
}

static pln_query_result_t answer(question_t *question, pln_hits_t *out)
{
    if (!newest_id(question)) {
        return PLN_QUERY_FAILED;
    }
    if (!read_after(question)) {
        return PLN_QUERY_AFTER;
    }
    pln_query_result_t result = PLN_QUERY_OK;
    if (question->sort == PLN_SORT_BEST || question->sort == PLN_SORT_TITLE ||
        question->query->after == NULL) {
        result = count_hits(question, out);
    }
    return result == PLN_QUERY_OK ? fill_page(question, out) : result;
}

static void add_token(const char *before, const char *version, const char *behind, pln_buf_t *match)
{
    char token[PLN_FACET_TEXT_SIZE], text[80];
    pln_facet_token(PLN_FACET_VERSION, PLN_SPAN((const uint8_t *)version, 5), token);
    int size = snprintf(text, sizeof text, "%s\"%s\"%s", before, token, behind);
    pln_buf_add(match, text, (size_t)size);
}

/** Few records are stale, so these are left out where something else is looked for. Every record is
 * one or the other: so there always is an expression. */
static void add_version(bool all, pln_buf_t *match)
{
    if (match->size == 0) {
        add_token("facets : (", "fresh", all ? "" : ")", match);
        if (all) {
            add_token(" OR ", "stale", ")", match);
        }
    } else if (!all) {
        add_token(" NOT (facets : ", "stale", ")", match);
    }
}

/** The expression for @query; PLN_QUERY_WORDLESS: there is nothing in its words. */
static pln_query_result_t write_match(const pln_query_t *query, pln_buf_t *match)
{
    const char(*facets)[PLN_FACET_TEXT_SIZE] = (const char(*)[PLN_FACET_TEXT_SIZE])query->facets;
    if (query->words != NULL && !pln_words_match(query->words, query->open, NULL, 0, match)) {
        return PLN_QUERY_WORDLESS;
    }
    pln_buf_clear(match);
    pln_words_match(query->words, query->open, facets, query->facet_count, match);
    add_version(query->all_versions, match);
    pln_buf_u8(match, 0);
    return PLN_QUERY_OK;
}

pln_query_result_t pln_query_run(pln_catalog_db_t *db, const pln_query_t *query, uint32_t budget_ms,
                                 pln_hits_t *out)
{
    pln_buf_t match = {0};
    bool worded = query->words != NULL;
    *out = (pln_hits_t){0};
    pln_query_result_t result = write_match(query, &match);
    if (result == PLN_QUERY_OK) {
        question_t question = {
            .db = db,
            .query = query,
            .match = (const char *)match.data,
            .sort = worded || query->sort != PLN_SORT_BEST ? query->sort : PLN_SORT_NEWEST};
        pln_catalog_db_budget(db, budget_ms);
        result = answer(&question, out);
        pln_catalog_db_budget(db, 0);
        pln_buf_free(&question.key);
    }
    pln_buf_free(&match);
    if (result != PLN_QUERY_OK) {
        pln_hits_free(out);
    }
    return result;
}

/* ---- walking ---- */

#define WALK(times)                                                                \
    "SELECT record.kind, record.stored, chain.network, chain.author FROM " RECORDS \
    " CROSS JOIN chain ON chain.number = record.chain WHERE " MATCHING times       \
    " ORDER BY words.rowid DESC" PAGE
static const char *const walk_sql[2] = {WALK(""), WALK(IN_TIME)};

static void visit_row(sqlite3_stmt *statement, void (*visit)(void *, const pln_query_row_t *),
                      void *arg)
{
    const void *stored = sqlite3_column_blob(statement, 1);
    const void *network = sqlite3_column_blob(statement, 2);
    const void *author = sqlite3_column_blob(statement, 3);
    pln_query_row_t row = {
        .kind = (uint16_t)sqlite3_column_int(statement, 0),
        .stored = PLN_SPAN(stored, (size_t)sqlite3_column_bytes(statement, 1)),
    };
    if (sqlite3_column_bytes(statement, 2) == sizeof row.network &&
        sqlite3_column_bytes(statement, 3) == sizeof row.author) {
        memcpy(&row.network, network, sizeof row.network);
        memcpy(&row.author, author, sizeof row.author);
        visit(arg, &row);
    }
}

pln_query_result_t pln_query_walk(pln_catalog_db_t *db, const pln_query_t *query,
                                  uint32_t budget_ms, uint64_t max,
                                  void (*visit)(void *arg, const pln_query_row_t *row), void *arg,
                                  bool *more)
{
    pln_buf_t match = {0};
    *more = false;
    pln_query_result_t result = write_match(query, &match);
    if (result == PLN_QUERY_OK) {
        question_t question = {
            .db = db, .query = query, .match = (const char *)match.data, .high = INT64_MAX};
        pln_catalog_db_budget(db, budget_ms);
        sqlite3_stmt *statement = ask(&question, walk_sql[has_times(&question)], max + 1, 0);
        int code = SQLITE_ERROR;
        for (uint64_t i = 0; statement != NULL && !*more &&
                             (code = pln_catalog_db_step(db, statement)) == SQLITE_ROW;
             i++) {
            *more = i == max;
            if (!*more) {
                visit_row(statement, visit, arg);
            }
        }
        sqlite3_reset(statement);
        pln_catalog_db_budget(db, 0);
        result = code == SQLITE_DONE || *more ? PLN_QUERY_OK : failed(code);
    }
    pln_buf_free(&match);
    return result;
}

/* ---- who refers to whom ---- */

/** Of the fields by which one record refers, the one that says most; links come behind `refs`. */
static uint16_t relation(sqlite3_stmt *statement)
{
    return sqlite3_column_int(statement, 2) != 0   ? PLN_FIELD_REPLACES
           : sqlite3_column_int(statement, 3) != 0 ? PLN_FIELD_ORIGIN
                                                   : (uint16_t)sqlite3_column_int(statement, 4);
}

/** Rows of @statement, whose first two parameters are the record that is referred to and @max, in
 * the columns that relation() reads. */
static bool sources_of(pln_catalog_db_t *db, sqlite3_stmt *statement, const pln_place_t *place,
                       uint64_t seq, pln_relative_t *out, size_t max, size_t *count)
{
    pln_catalog_key_t key;
    *count = 0;
    if (statement == NULL || !pln_catalog_key_open(db, &key)) {
        return false;
    }
    sqlite3_bind_int64(statement, 1, pln_catalog_key_place(&key, place, seq));
    sqlite3_bind_int64(statement, 2, (int64_t)max);
    int code;
    while ((code = pln_catalog_db_step(db, statement)) == SQLITE_ROW && *count < max) {
        out[(*count)++] = (pln_relative_t){
            .chain = (uint32_t)sqlite3_column_int64(statement, 0),
            .seq = (uint64_t)sqlite3_column_int64(statement, 1),
            .field = relation(statement),
        };
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW;
}

bool pln_query_referrers(pln_catalog_db_t *db, const pln_place_t *place, uint64_t seq,
                         pln_kin_t kin, const pln_relative_t *before, pln_relative_t *out,
                         size_t max, size_t *count)
{
    sqlite3_stmt *statement = pln_catalog_db_prepare(
        db,
        "SELECT record.chain, record.seq, max(edge.field = 4), max(edge.field = 11),"
        " max(edge.field) FROM edge JOIN record ON record.id = edge.source"
        " WHERE edge.target = ?1 AND edge.field <> 3 AND (?5 IS NULL OR"
        " record.id < (SELECT id FROM record WHERE chain = ?4 AND seq = ?5))"
        " GROUP BY record.id HAVING ?3 = 0 OR ?3 = CASE WHEN max(edge.field = 4) THEN 1"
        " WHEN max(edge.field = 11) THEN 2 ELSE 3 END ORDER BY record.id DESC LIMIT ?2");
    if (statement != NULL) {
        sqlite3_bind_int(statement, 3, (int)kin);
        sqlite3_bind_null(statement, 4);
        sqlite3_bind_null(statement, 5);
    }
    if (statement != NULL && before != NULL) {
        sqlite3_bind_int64(statement, 4, (int64_t)before->chain);
        sqlite3_bind_int64(statement, 5, (int64_t)before->seq);
    }
    return sources_of(db, statement, place, seq, out, max, count);
}

bool pln_query_moved(pln_catalog_db_t *db, const pln_place_t *place, uint64_t seq,
                     pln_relative_t *out, size_t max, size_t *count)
{
    sqlite3_stmt *statement = pln_catalog_db_prepare(
        db,
        "SELECT record.chain, record.seq, 0, 0, edge.field FROM edge"
        " JOIN record ON record.id = edge.source"
        " WHERE edge.target = ? AND edge.field = 3 ORDER BY record.id DESC LIMIT ?");
    return sources_of(db, statement, place, seq, out, max, count);
}

bool pln_query_known(pln_catalog_db_t *db, const pln_relative_t *record)
{
    sqlite3_stmt *statement =
        pln_catalog_db_prepare(db, "SELECT 1 FROM record WHERE chain = ? AND seq = ?");
    if (statement == NULL) {
        return false;
    }
    sqlite3_bind_int64(statement, 1, (int64_t)record->chain);
    sqlite3_bind_int64(statement, 2, (int64_t)record->seq);
    bool known = pln_catalog_db_step(db, statement) == SQLITE_ROW;
    sqlite3_reset(statement);
    return known;
}
