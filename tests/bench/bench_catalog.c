// SPDX-License-Identifier: MPL-2.0
// bench_catalog [DIR] < records.ndjson: what the catalog costs and how fast it answers, as ratios
// to a bare FTS5 table that is fed the same text in the same run.
//
//   bench_records --count 100000 | bench_catalog
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "daemon/catalog_query.h"
#include "daemon/catalog_text.h"
#include "daemon/catalog_write.h"
#include "daemon/record_json.h"

#define BATCH 1000u
#define ROUNDS 300u
#define MAP (UINT64_C(16) << 30)

typedef struct {
    char dir[512];
    pln_identity_t self;
    pln_store_t *store;
    pln_codecs_t *codecs;
    pln_codec_t *codec;
    pln_place_t place;
    uint64_t records;
    uint64_t json_bytes;
} bench_t;

static void must(bool fine, const char *what)
{
    if (!fine) {
        fprintf(stderr, "bench_catalog: %s failed\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/** Processor time of this process: what a machine shared with others does not change much. */
static double worked(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* ---- a store full of records ---- */

static void open_store(bench_t *bench)
{
    uint8_t seed[PLN_SEED_SIZE] = {1};
    char error[512];
    pln_store_id_t id = {{1}};
    while (pln_identity_derive(seed, &bench->self) != PLN_OK) {
        seed[1]++;
    }
    bench->place = (pln_place_t){.author = bench->self.id, .lane = PLN_LANE_RECORDS};
    bench->store = pln_store_open(bench->dir, &bench->self.id, &id, MAP, error, sizeof error);
    must(bench->store != NULL, error);
    bench->codecs = pln_codecs_new();
    bench->codec = pln_codecs_take(bench->codecs);
}

static void mint(bench_t *bench, pln_draft_t *drafts, pln_buf_t *stored, size_t count)
{
    pln_effect_t effect = {.type = PLN_FX_MINT};
    effect.as.mint.chain = 1;
    effect.as.mint.place = bench->place;
    effect.as.mint.drafts = drafts;
    effect.as.mint.count = count;
    for (size_t i = 0; i < count; i++) {
        drafts[i].payload = pln_buf_span(&stored[i]);
    }
    const pln_effects_t effects = {.list = &effect, .count = 1, .job = 1};
    pln_job_t *job = pln_job_new(&effects);
    must(pln_store_apply(bench->store, &bench->self, &job, 1) == PLN_OK &&
             pln_job_error(job) == PLN_OK,
         "storing");
    pln_job_free(&job);
    bench->records += count;
}

static void fill(bench_t *bench)
{
    static pln_draft_t drafts[BATCH];
    static pln_buf_t stored[BATCH];
    char *line = NULL;
    size_t room = 0, count = 0;
    ssize_t size;
    while ((size = getline(&line, &room, stdin)) > 0) {
        pln_buf_t raw = {0};
        pln_record_problem_t problem;
        const pln_kind_t *kind = NULL;
        json_t *record = json_loadb(line, (size_t)size, 0, NULL);
        must(record != NULL && pln_record_from_json(record, &kind, NULL, &raw, &problem) == PLN_OK,
             "reading a record");
        pln_buf_clear(&stored[count]);
        drafts[count] = (pln_draft_t){.kind = kind->number, .time_ms = 1764400000000 + count};
        must(pln_codec_encode(bench->codec, PLN_CODEC_DICT_1, pln_buf_span(&raw), &stored[count],
                              &drafts[count].codec) == PLN_OK,
             "coding a record");
        bench->json_bytes += (uint64_t)size;
        json_decref(record);
        pln_buf_free(&raw);
        if (++count == BATCH) {
            mint(bench, drafts, stored, count);
            count = 0;
        }
    }
    if (count > 0) {
        mint(bench, drafts, stored, count);
    }
    free(line);
}

/* ---- indexing: both tables in turns, so that whatever else the machine does hits them alike ----
 */

typedef struct {
    bench_t *bench;
    sqlite3 *db;
    sqlite3_stmt *insert;
    pln_searched_t searched;
    uint64_t text_bytes;
    double text_took; /**< getting at the text, which a bare table need not */
    double took;
} bare_t;

static void bare_open(bare_t *bare)
{
    char path[600];
    snprintf(path, sizeof path, "%.500s/bare.db", bare->bench->dir);
    must(sqlite3_open(path, &bare->db) == SQLITE_OK &&
             sqlite3_exec(bare->db,
                          "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                          "PRAGMA cache_size = -8192;"
                          "CREATE VIRTUAL TABLE t USING fts5(title, tags, prose,"
                          " tokenize='porter unicode61 remove_diacritics 2')",
                          NULL, NULL, NULL) == SQLITE_OK &&
             sqlite3_prepare_v2(bare->db, "INSERT INTO t VALUES(?, ?, ?)", -1, &bare->insert,
                                NULL) == SQLITE_OK,
         "making a bare table");
}

static bool insert_bare(void *arg, uint64_t seq, pln_span_t bytes)
{
    bare_t *bare = arg;
    pln_entry_t entry;
    pln_span_t payload = {0};
    double begin = worked();
    (void)seq;
    must(pln_entry_read(bytes, &entry) == PLN_OK &&
             pln_codec_decode(bare->bench->codec, entry.header.codec, entry.payload, &payload) ==
                 PLN_OK,
         "reading an entry");
    pln_searched_read(&bare->searched, entry.header.kind, payload);
    bare->text_took += worked() - begin;
    for (int part = 0; part < PLN_PARTS; part++) {
        const pln_buf_t *text = &bare->searched.parts[part];
        bare->text_bytes += text->size;
        sqlite3_bind_text(bare->insert, part + 1, text->size > 0 ? (const char *)text->data : "",
                          (int)text->size, SQLITE_STATIC);
    }
    must(sqlite3_step(bare->insert) == SQLITE_DONE, "inserting");
    sqlite3_reset(bare->insert);
    return true;
}

/** The same text into a table of FTS5 alone. */
static void bare_row(bare_t *bare, const pln_arrival_t *row)
{
    double begin = worked();
    sqlite3_exec(bare->db, "BEGIN", NULL, NULL, NULL);
    for (uint64_t from = row->from, next; from <= row->to; from = next) {
        next = from;
        must(pln_store_visit(bare->bench->store, 1, from, row->to, BATCH, &next, insert_bare,
                             bare) == PLN_OK,
             "visiting");
    }
    sqlite3_exec(bare->db, "COMMIT", NULL, NULL, NULL);
    bare->took += worked() - begin;
}

static void bare_close(bare_t *bare)
{
    bare->took -= bare->text_took;
    sqlite3_finalize(bare->insert);
    sqlite3_close(bare->db);
    pln_searched_free(&bare->searched);
}

/** Seconds of the catalog; those of the bare table are in @bare. */
static double index_all(bench_t *bench, bare_t *bare)
{
    pln_catalog_db_t *db = pln_catalog_db_open(bench->dir, bench->codecs, PLN_CATALOG_WRITER);
    must(db != NULL, "opening the catalog");
    pln_catalog_write_t *write = pln_catalog_write_new(db, bench->store, bench->codecs);
    pln_catalog_mark_t mark = {.store = *pln_store_id(bench->store)};
    pln_arrival_t row;
    double took = 0;
    pln_cursor_start(&mark.store, &mark.arrivals);
    while (pln_store_arrival(bench->store, mark.arrivals.number + 1, &row) == PLN_OK) {
        uint64_t from = row.from;
        bare_row(bare, &row);
        double begin = worked();
        must(pln_catalog_begin(write), "beginning");
        while (from <= row.to) {
            must(pln_catalog_apply(write, &row, &from, BATCH), "indexing");
        }
        pln_cursor_next(&mark.arrivals, &row);
        must(pln_catalog_commit(write, &mark), "committing");
        took += worked() - begin;
    }
    pln_catalog_write_free(&write);
    pln_catalog_db_close(&db);
    return took;
}

/* ---- asking ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/** What is asked over and over, with other words each time. */
typedef struct {
    const char *title;
    const char *const *words; /**< NULL: a list */
    size_t count;
    const char *facet;
    const char *value;
    pln_sort_t sort;
    double bound_ms;
} asked_t;

static void ask(bench_t *bench, const asked_t *asked)
{
    static double took[ROUNDS], cost[ROUNDS];
    uint64_t total = 0;
    bool newest = false;
    pln_catalog_db_t *db = pln_catalog_db_open(bench->dir, bench->codecs, PLN_CATALOG_READER);
    must(db != NULL, "opening a reader");
    for (size_t i = 0; i < ROUNDS; i++) {
        pln_query_t query = {.words = asked->words == NULL ? NULL : asked->words[i % asked->count],
                             .sort = asked->sort,
                             .limit = 20};
        pln_hits_t hits;
        if (asked->facet != NULL) {
            pln_query_facet(&query, asked->facet,
                            PLN_SPAN((const uint8_t *)asked->value, strlen(asked->value)));
        }
        double begin = now(), began = worked();
        must(pln_query_run(db, &query, 60000, &hits) == PLN_QUERY_OK, "asking");
        took[i] = (now() - begin) * 1000;
        cost[i] = (worked() - began) * 1000;
        total = hits.total > total ? hits.total : total;
        newest = newest || hits.ranked_newest;
        pln_hits_free(&hits);
    }
    pln_catalog_db_close(&db);
    qsort(took, ROUNDS, sizeof took[0], compare);
    qsort(cost, ROUNDS, sizeof cost[0], compare);
    double p99 = took[ROUNDS * 99 / 100];
    printf("%-28s p50 %6.2f p99 %6.2f ms (processor p99 %6.2f)  goal %3.0f  %s  hits %" PRIu64
           "%s\n",
           asked->title, took[ROUNDS / 2], p99, cost[ROUNDS * 99 / 100], asked->bound_ms,
           p99 <= asked->bound_ms ? "ok  " : "MISS", total, newest ? ", newest 20,000 ranked" : "");
}

static void ask_all(bench_t *bench)
{
    static const char *const pairs[] = {"culvert depth", "tower sway",     "orchard frost",
                                        "quilt angles",  "mural wall",     "bus rain",
                                        "compost scale", "treaty boundary"};
    static const char *const common[] = {"the"};
    static const char *const half[] = {"explain"};
    const asked_t all[] = {
        {"two words, one facet", pairs, 8, "license", "CC-BY-4.0", PLN_SORT_BEST, 50},
        {"two words", pairs, 8, NULL, NULL, PLN_SORT_BEST, 50},
        {"a word of every record", common, 1, NULL, NULL, PLN_SORT_BEST, 100},
        {"the same, one facet", common, 1, "license", "CC-BY-4.0", PLN_SORT_BEST, 100},
        {"a common word", half, 1, NULL, NULL, PLN_SORT_BEST, 100},
        {"the newest of a facet", NULL, 0, "license", "CC-BY-4.0", PLN_SORT_NEWEST, 50},
        {"two words, by title", pairs, 8, NULL, NULL, PLN_SORT_TITLE, 50},
        {"everything, by title", NULL, 0, NULL, NULL, PLN_SORT_TITLE, 50},
        {"a facet, by title", NULL, 0, "license", "CC-BY-4.0", PLN_SORT_TITLE, 50},
        {"a common word, by title", common, 1, NULL, NULL, PLN_SORT_TITLE, 100},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        ask(bench, &all[i]);
    }
}

static void clean(const bench_t *bench)
{
    static const char *const names[] = {"store/data.mdb", "store/lock.mdb", "store", "bare.db",
                                        "bare.db-wal",    "bare.db-shm",    ""};
    char path[600];
    pln_catalog_db_remove(bench->dir);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", bench->dir, names[i]);
        if (unlink(path) != 0) {
            rmdir(path);
        }
    }
}

int main(int argc, char **argv)
{
    bench_t bench = {.records = 0};
    must(sodium_init() >= 0, "libsodium");
    snprintf(bench.dir, sizeof bench.dir, "%s/pln-catalog-XXXXXX", argc > 1 ? argv[1] : "/tmp");
    must(mkdtemp(bench.dir) != NULL, "making a folder");
    open_store(&bench);
    fill(&bench);
    bare_t bare = {.bench = &bench};
    bare_open(&bare);
    double ours = index_all(&bench, &bare);
    bare_close(&bare);
    double size = (double)pln_catalog_db_bytes(bench.dir) / (double)bench.json_bytes;
    double pace = bare.took / ours;
    printf("%" PRIu64 " records, %" PRIu64 " bytes of JSON, %" PRIu64 " of text\n", bench.records,
           bench.json_bytes, bare.text_bytes);
    printf("%-34s %8.0f/s bare %8.0f/s   ratio %.2f   goal 0.70   %s\n", "indexing",
           (double)bench.records / ours, (double)bench.records / bare.took, pace,
           pace >= 0.7 ? "ok" : "MISS");
    printf("%-34s %.2f of the JSON   goal 1.30   %s\n", "size", size, size <= 1.3 ? "ok" : "MISS");
    ask_all(&bench);
    pln_store_close(&bench.store);
    pln_codecs_put(bench.codecs, &bench.codec);
    pln_codecs_free(&bench.codecs);
    clean(&bench);
    return 0;
}
