// SPDX-License-Identifier: MPL-2.0
// bench_stages DIR SCRATCH [--seconds S] [--rounds R] [--per-commit N] [--commits N]: what each
// stage of a catch-up costs by itself, as a bare library in a tight loop over the very runs that
// the stopped node in DIR holds. Prints "name value" lines for tests/bench/run.
//
//   curve    the ENTRIES frames of all runs from one process to another: CURVE over TCP on loopback
//   chain    libsodium alone: two BLAKE2b-256 an entry, one Ed25519 verification a run
//   append   LMDB alone: every entry under its 12-byte key, a durable commit every N entries
//   commit   LMDB alone: one entry of the same size, committed durably, again and again
#include <inttypes.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/home.h"
#include "daemon/keyfile.h"
#include "daemon/store.h"
#include "proto/hash.h"
#include "proto/message.h"

#define MAP_BYTES (UINT64_C(8) << 30)
#define CHAINS_MAX 4096u
#define HIGH_WATER 32 /* frames of a run: what may wait anywhere counts for little */
#define ENDPOINT_SIZE 128
#define SEND_MS 10000 /* a sender whose receiver is gone ends by itself */

/** A run as it travels and as it is verified. */
typedef struct {
    pln_place_t place;
    pln_head_t base;
    pln_head_t end;
    pln_signature_t signature;
    size_t frame_at; /* in load.frames */
    size_t frame_size;
    size_t entry; /* its first, in load.entries */
} run_t;

/** An entry in the arena, its data tag in front of its payload as BLAKE2b is to read them. */
typedef struct {
    size_t at; /* in load.arena: header, then tag, then payload */
    size_t size;
} slot_t;

typedef struct {
    run_t *runs;
    size_t run_count;
    slot_t *slots;
    size_t slot_count;
    pln_buf_t frames;
    pln_buf_t arena;
    uint64_t stored_bytes;
    double seconds;
    unsigned rounds;
    size_t per_commit;
    size_t commits;
    const char *scratch;
} load_t;

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "bench_stages: %s\n", what);
        exit(1);
    }
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- what the node holds ---- */

static void add_entries(load_t *load, pln_span_t run)
{
    for (size_t at = 0; at < run.size;) {
        pln_entry_t entry;
        check(pln_entry_read(PLN_SPAN(run.data + at, run.size - at), &entry) == PLN_OK, "an entry");
        if (load->slot_count % 65536 == 0) {
            load->slots =
                pln_realloc(load->slots, (load->slot_count + 65536) * sizeof *load->slots);
        }
        load->slots[load->slot_count++] = (slot_t){load->arena.size, entry.payload.size};
        pln_buf_add(&load->arena, run.data + at, PLN_HEADER_SIZE);
        uint8_t *tag = pln_buf_grow(&load->arena, PLN_DOMAIN_SIZE);
        pln_domain(PLN_DOMAIN_DATA, tag);
        pln_buf_add(&load->arena, entry.payload.data, entry.payload.size);
        at += entry.stored_size;
        load->stored_bytes += entry.stored_size;
    }
}

static void add_run(load_t *load, run_t *run, pln_span_t bytes)
{
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    message.as.entries.place = run->place;
    message.as.entries.from = run->base.seq + 1;
    message.as.entries.to = run->end.seq;
    message.as.entries.base = run->base.hash;
    message.as.entries.signature = run->signature;
    message.as.entries.run = bytes;
    run->frame_at = load->frames.size;
    run->entry = load->slot_count;
    pln_message_encode(&message, &load->frames);
    pln_buf_add(&load->frames, bytes.data, bytes.size);
    run->frame_size = load->frames.size - run->frame_at;
    add_entries(load, bytes);
    if (load->run_count % 1024 == 0) {
        load->runs = pln_realloc(load->runs, (load->run_count + 1024) * sizeof *load->runs);
    }
    load->runs[load->run_count++] = *run;
}

static void read_chain(load_t *load, pln_store_t *store, const pln_chain_row_t *row)
{
    pln_buf_t bytes = {0};
    for (uint64_t from = 1; from <= row->counted;) {
        run_t run = {.place = row->place};
        check(pln_store_run(store, row->number, &row->place, from, row->counted, &bytes, &run.base,
                            &run.end, &run.signature) == PLN_OK,
              "a run cannot be read");
        add_run(load, &run, pln_buf_span(&bytes));
        from = run.end.seq + 1;
    }
    pln_buf_free(&bytes);
}

static void read_store(load_t *load, const char *dir)
{
    char error[1024] = "";
    bool fresh;
    pln_store_id_t unused = {{0}};
    pln_home_t *home = pln_home_open(dir, error, sizeof error);
    check(home != NULL, error);
    pln_identity_t *self = pln_keyfile_open(dir, &fresh, error, sizeof error);
    check(self != NULL, error);
    pln_store_t *store = pln_store_open(dir, &self->id, &unused, MAP_BYTES, error, sizeof error);
    check(store != NULL, error);
    for (uint32_t chain = 0; chain < CHAINS_MAX; chain++) {
        pln_chain_row_t row;
        if (pln_store_chain(store, chain, &row) == PLN_OK && row.place.lane == PLN_LANE_RECORDS) {
            read_chain(load, store, &row);
        }
    }
    pln_store_close(&store);
    pln_keyfile_close(&self);
    pln_home_close(&home);
    check(load->run_count > 0, "this node holds no records");
}

/* ---- CURVE transfer ---- */

typedef struct {
    char endpoint[ENDPOINT_SIZE];
    char server_public[41];
    char client_public[41];
    char client_secret[41];
} address_t;

static void send_runs(const load_t *load, const address_t *address)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    int high_water = HIGH_WATER;
    int send_ms = SEND_MS;
    zmq_setsockopt(socket, ZMQ_SNDTIMEO, &send_ms, sizeof send_ms);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water, sizeof high_water);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, address->server_public, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, address->client_public, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, address->client_secret, 41);
    check(zmq_connect(socket, address->endpoint) == 0, "no connection");
    for (size_t i = 0;; i = (i + 1) % load->run_count) {
        const run_t *run = &load->runs[i];
        check(zmq_send(socket, load->frames.data + run->frame_at, run->frame_size, 0) >= 0, "send");
    }
}

static size_t receive_all(const load_t *load, void *socket)
{
    for (size_t i = 0; i < load->run_count; i++) {
        zmq_msg_t message;
        zmq_msg_init(&message);
        check(zmq_msg_recv(&message, socket, 0) == (int)load->runs[i].frame_size,
              "a strange frame");
        zmq_msg_close(&message);
    }
    return load->slot_count;
}

static void *listen_to(void *context, const char *secret, char endpoint[ENDPOINT_SIZE])
{
    int on = 1;
    int high_water = HIGH_WATER;
    size_t size = ENDPOINT_SIZE;
    void *socket = zmq_socket(context, ZMQ_PULL);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &high_water, sizeof high_water);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &on, sizeof on);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 41);
    check(zmq_bind(socket, "tcp://127.0.0.1:*") == 0, "no port");
    check(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0, "no endpoint");
    return socket;
}

/** Entries a second over as many whole passes as take so long. */
static double passes(const load_t *load, size_t (*pass)(const load_t *, void *), void *arg)
{
    double begin = now_s();
    double entries = 0;
    double seconds = 0;
    while (seconds < load->seconds) {
        entries += (double)pass(load, arg);
        seconds = now_s() - begin;
    }
    return entries / seconds;
}

static double best(const load_t *load, size_t (*pass)(const load_t *, void *), void *arg)
{
    double most = 0;
    for (unsigned i = 0; i < load->rounds; i++) {
        double rate = passes(load, pass, arg);
        most = rate > most ? rate : most;
    }
    return most;
}

static double curve_stage(const load_t *load)
{
    address_t address;
    char server_secret[41];
    int way[2];
    check(zmq_curve_keypair(address.server_public, server_secret) == 0, "no CURVE in libzmq");
    check(zmq_curve_keypair(address.client_public, address.client_secret) == 0, "no key");
    check(pipe(way) == 0, "no pipe");
    fflush(stdout);
    pid_t sender = fork(); /* before any context: threads do not survive it */
    check(sender >= 0, "no process");
    if (sender == 0) {
        check(read(way[0], &address, sizeof address) == (ssize_t)sizeof address, "no address");
        send_runs(load, &address);
    }
    void *context = zmq_ctx_new();
    void *socket = listen_to(context, server_secret, address.endpoint);
    check(write(way[1], &address, sizeof address) == (ssize_t)sizeof address, "no address");
    (void)receive_all(load, socket); /* handshake and first touch are not timed */
    double rate = best(load, receive_all, socket);
    kill(sender, SIGKILL);
    waitpid(sender, NULL, 0);
    int linger = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_close(socket);
    zmq_ctx_term(context);
    close(way[0]);
    close(way[1]);
    return rate;
}

/* ---- BLAKE2b chain ---- */

static size_t hash_all(const load_t *load, void *arg)
{
    (void)arg;
    uint8_t link[PLN_DOMAIN_SIZE + 32 + PLN_HEADER_SIZE + 32];
    pln_domain(PLN_DOMAIN_LINK, link);
    for (size_t i = 0; i < load->run_count; i++) {
        const run_t *run = &load->runs[i];
        uint8_t *hash = link + PLN_DOMAIN_SIZE;
        memcpy(hash, run->base.hash.bytes, 32);
        for (size_t j = 0; j < run->end.seq - run->base.seq; j++) {
            const slot_t *slot = &load->slots[run->entry + j];
            const uint8_t *bytes = load->arena.data + slot->at;
            memcpy(hash + 32, bytes, PLN_HEADER_SIZE);
            (void)crypto_generichash(hash + 32 + PLN_HEADER_SIZE, 32, bytes + PLN_HEADER_SIZE,
                                     PLN_DOMAIN_SIZE + slot->size, NULL, 0);
            uint8_t next[32];
            (void)crypto_generichash(next, 32, link, sizeof link, NULL, 0);
            memcpy(hash, next, 32);
        }
        check(memcmp(hash, run->end.hash.bytes, 32) == 0, "a run hashes to another head");
        check(pln_head_verify(&run->place, run->end.seq, &run->end.hash, &run->signature) == PLN_OK,
              "a signature is wrong");
    }
    return load->slot_count;
}

/* ---- LMDB ---- */

static void remove_env(const char *scratch)
{
    static const char *const names[] = {"/bare/data.mdb", "/bare/lock.mdb", "/bare"};
    char path[512];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", scratch, names[i]);
        (void)remove(path);
    }
}

static MDB_env *open_env(const char *scratch)
{
    char path[512];
    MDB_env *env;
    remove_env(scratch);
    snprintf(path, sizeof path, "%s/bare", scratch);
    check(mkdir(path, S_IRWXU) == 0, "no directory");
    check(mdb_env_create(&env) == 0, "no environment");
    mdb_env_set_mapsize(env, MAP_BYTES);
    check(mdb_env_open(env, path, 0, S_IRUSR | S_IWUSR) == 0, "no environment");
    return env;
}

/** Slots @from .. @to under ascending keys in one durable commit. */
static void append(const load_t *load, MDB_env *env, size_t from, size_t to, uint64_t seq)
{
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_cursor *cursor;
    check(mdb_txn_begin(env, NULL, 0, &txn) == 0, "no transaction");
    check(mdb_dbi_open(txn, NULL, 0, &dbi) == 0, "no table");
    check(mdb_cursor_open(txn, dbi, &cursor) == 0, "no cursor");
    for (size_t i = from; i < to; i++) {
        uint8_t key_bytes[12] = {0};
        pln_put_u64(key_bytes + 4, ++seq);
        // Header and payload lie around the tag; as many bytes are stored as the node stores.
        MDB_val key = {sizeof key_bytes, key_bytes};
        MDB_val value = {PLN_HEADER_SIZE + load->slots[i].size,
                         load->arena.data + load->slots[i].at + PLN_DOMAIN_SIZE};
        check(mdb_cursor_put(cursor, &key, &value, MDB_APPEND) == 0, "no room");
    }
    mdb_cursor_close(cursor);
    check(mdb_txn_commit(txn) == 0, "no commit");
}

/** Making and removing the file is not timed. */
static double append_round(const load_t *load)
{
    double seconds = 0;
    double entries = 0;
    while (seconds < load->seconds) {
        MDB_env *env = open_env(load->scratch);
        double begin = now_s();
        for (size_t from = 0; from < load->slot_count; from += load->per_commit) {
            size_t left = load->slot_count - from;
            size_t count = left < load->per_commit ? left : load->per_commit;
            append(load, env, from, from + count, from);
        }
        seconds += now_s() - begin;
        entries += (double)load->slot_count;
        mdb_env_close(env);
    }
    remove_env(load->scratch);
    return entries / seconds;
}

static double append_stage(const load_t *load)
{
    double most = 0;
    for (unsigned i = 0; i < load->rounds; i++) {
        double rate = append_round(load);
        most = rate > most ? rate : most;
    }
    return most;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/** Median milliseconds of a commit of one entry. */
static double commit_stage(const load_t *load)
{
    double *took = pln_alloc(load->commits * sizeof *took);
    MDB_env *env = open_env(load->scratch);
    for (size_t i = 0; i < load->commits; i++) {
        size_t slot = i % load->slot_count;
        double begin = now_s();
        append(load, env, slot, slot + 1, i);
        took[i] = (now_s() - begin) * 1e3;
    }
    mdb_env_close(env);
    remove_env(load->scratch);
    qsort(took, load->commits, sizeof *took, by_value);
    double median = took[load->commits / 2];
    free(took);
    return median;
}

/* ---- the command ---- */

static void read_options(load_t *load, int argc, char **argv)
{
    for (int i = 3; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        if (strcmp(argv[i], "--seconds") == 0) {
            load->seconds = atof(value);
        } else if (strcmp(argv[i], "--rounds") == 0) {
            load->rounds = (unsigned)atoi(value);
        } else if (strcmp(argv[i], "--per-commit") == 0) {
            load->per_commit = strtoull(value, NULL, 10);
        } else if (strcmp(argv[i], "--commits") == 0) {
            load->commits = strtoull(value, NULL, 10);
        } else {
            check(false, "an unknown option");
        }
    }
}

int main(int argc, char **argv)
{
    load_t load = {.seconds = 2, .rounds = 3};
    check(argc >= 3 && sodium_init() >= 0, "usage: bench_stages DIR SCRATCH [options]");
    load.scratch = argv[2];
    read_options(&load, argc, argv);
    read_store(&load, argv[1]);
    printf("entries %zu\nruns %zu\nstored_bytes %" PRIu64 "\nframe_bytes %zu\n", load.slot_count,
           load.run_count, load.stored_bytes, load.frames.size);
    if (load.per_commit > 0) {
        printf("curve %.0f\n", curve_stage(&load));
        printf("chain %.0f\n", best(&load, hash_all, NULL));
        printf("append %.0f\n", append_stage(&load));
    }
    if (load.commits > 0) {
        printf("commit_ms %.4f\n", commit_stage(&load));
    }
    pln_buf_free(&load.frames);
    pln_buf_free(&load.arena);
    free(load.runs);
    free(load.slots);
    return 0;
}
