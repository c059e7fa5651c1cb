// SPDX-License-Identifier: MPL-2.0
// What the store costs over LMDB itself: runs of JSON-like entries through pln_store_apply, and the
// same bytes under the same keys in a bare append loop with the same commits. Prints both and the
// ratio.
#include <lmdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store.h"

enum { PAYLOAD = 330, RUNS_PER_COMMIT = 12, COMMITS = 64, REPEATS = 10, ROUNDS = 3 };
#define MAP_BYTES (UINT64_C(4) << 30)

typedef struct {
    pln_identity_t self;
    pln_place_t place;
    pln_job_t **jobs; /* COMMITS x RUNS_PER_COMMIT, one run each */
    size_t entries;
} load_t;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "bench_store: %s\n", what);
        exit(1);
    }
}

/** One job with the run that begins at @head; advances it past the next anchor. */
static pln_job_t *make_job(load_t *load, pln_head_t *head, const pln_draft_t *draft)
{
    pln_buf_t run = {0};
    pln_vouch_t vouch;
    pln_effect_t effect = {.type = PLN_FX_STORE};
    pln_effects_t effects = {&effect, 1, 1};
    bool is_signed = false;
    effect.as.store.chain = 1;
    effect.as.store.place = load->place;
    effect.as.store.base = *head;
    while (!is_signed) {
        check(pln_chain_mint(&load->self, &load->place, draft, false, head, &run, &vouch,
                             &is_signed) == PLN_OK,
              "an entry could not be made");
        load->entries++;
    }
    effect.as.store.end = *head;
    effect.as.store.signature = vouch.signature;
    effect.as.store.run = pln_buf_span(&run);
    effect.as.store.count = (uint32_t)(head->seq - effect.as.store.base.seq);
    pln_job_t *job = pln_job_new(&effects);
    pln_buf_free(&run);
    return job;
}

static void make_load(load_t *load)
{
    uint8_t seed[PLN_SEED_SIZE] = {1};
    uint8_t payload[PAYLOAD];
    pln_head_t head;
    pln_draft_t draft = {.kind = 0x0100, .time_ms = 1, .payload = PLN_SPAN(payload, PAYLOAD)};
    *load = (load_t){.jobs = calloc(COMMITS * RUNS_PER_COMMIT, sizeof(pln_job_t *))};
    while (pln_identity_derive(seed, &load->self) != PLN_OK) {
        seed[1]++;
    }
    load->place = (pln_place_t){.author = load->self.id, .epoch = 16, .lane = PLN_LANE_RECORDS};
    memset(payload, '"', sizeof payload);
    pln_chain_start(&load->place, &head);
    for (size_t i = 0; i < COMMITS * RUNS_PER_COMMIT; i++) {
        load->jobs[i] = make_job(load, &head, &draft);
    }
}

static void remove_store(const char *dir)
{
    static const char *const names[] = {"store/data.mdb", "store/lock.mdb"};
    char path[512];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/store", dir);
    rmdir(path);
}

/** Seconds to apply everything. */
static double store_seconds(load_t *load, const char *dir)
{
    char error[512];
    pln_store_id_t id = {{1}};
    pln_store_t *store = pln_store_open(dir, &load->self.id, &id, MAP_BYTES, error, sizeof error);
    check(store != NULL, error);
    double start = now_s();
    for (size_t i = 0; i < COMMITS; i++) {
        check(pln_store_apply(store, &load->self, load->jobs + i * RUNS_PER_COMMIT,
                              RUNS_PER_COMMIT) == PLN_OK,
              "a batch was not stored");
    }
    double seconds = now_s() - start;
    pln_store_close(&store);
    remove_store(dir);
    return seconds;
}

/** Seconds for LMDB alone: @per_commit values of one size under ascending 12-byte keys. */
static double bare_seconds(const load_t *load, const char *dir)
{
    uint8_t value_bytes[PLN_HEADER_SIZE + PAYLOAD] = {0};
    char path[512];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_cursor *cursor;
    size_t per_commit = load->entries / COMMITS;
    uint64_t seq = 0;
    snprintf(path, sizeof path, "%s/store", dir);
    check(mkdir(path, S_IRWXU) == 0, "no directory");
    check(mdb_env_create(&env) == 0, "no environment");
    mdb_env_set_mapsize(env, MAP_BYTES);
    check(mdb_env_open(env, path, 0, S_IRUSR | S_IWUSR) == 0, "no environment");
    double start = now_s();
    for (size_t i = 0; i < COMMITS; i++) {
        check(mdb_txn_begin(env, NULL, 0, &txn) == 0, "no transaction");
        check(mdb_dbi_open(txn, NULL, 0, &dbi) == 0, "no table");
        check(mdb_cursor_open(txn, dbi, &cursor) == 0, "no cursor");
        for (size_t j = 0; j < per_commit; j++) {
            uint8_t key_bytes[12] = {0, 0, 0, 1};
            pln_put_u64(key_bytes + 4, ++seq);
            MDB_val key = {sizeof key_bytes, key_bytes};
            MDB_val value = {sizeof value_bytes, value_bytes};
            check(mdb_cursor_put(cursor, &key, &value, MDB_APPEND) == 0, "no room");
        }
        mdb_cursor_close(cursor);
        check(mdb_txn_commit(txn) == 0, "no commit");
    }
    double seconds = now_s() - start;
    mdb_env_close(env);
    remove_store(dir);
    return seconds;
}

int main(void)
{
    const char *base = getenv("TMPDIR");
    char dir[256];
    load_t load;
    double store = 1e9;
    double bare = 1e9;
    check(sodium_init() >= 0, "no libsodium");
    snprintf(dir, sizeof dir, "%s/pln-bench-XXXXXX", base ? base : "/tmp");
    check(mkdtemp(dir) != NULL, "no directory to work in");
    make_load(&load);
    for (int i = 0; i < ROUNDS; i++) {
        double store_sum = 0;
        double bare_sum = 0;
        for (int j = 0; j < REPEATS; j++) {
            store_sum += store_seconds(&load, dir);
            bare_sum += bare_seconds(&load, dir);
        }
        store = store_sum < store ? store_sum : store;
        bare = bare_sum < bare ? bare_sum : bare;
    }
    rmdir(dir);
    double entries = (double)load.entries * REPEATS;
    printf("%.0f entries of %d bytes, %d commits with fsync, best of %d rounds\n", entries,
           PLN_HEADER_SIZE + PAYLOAD, COMMITS * REPEATS, ROUNDS);
    printf("store_apply    %10.0f entries/s in %.1f s\n", entries / store, store);
    printf("lmdb_append    %10.0f entries/s in %.1f s\n", entries / bare, bare);
    printf("ratio          %10.2f\n", bare / store);
    for (size_t i = 0; i < COMMITS * RUNS_PER_COMMIT; i++) {
        pln_job_free(&load.jobs[i]);
    }
    free(load.jobs);
    return 0;
}
