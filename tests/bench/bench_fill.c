// SPDX-License-Identifier: MPL-2.0
// bench_fill DIR COUNT < RECORDS.ndjson: publish COUNT records at the stopped node in DIR, which
// belongs to one network. The lines given are coded once and used again and again in turn; entries,
// links, signatures and rows are made by the node and the store as plnd would make them.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/home.h"
#include "daemon/keyfile.h"
#include "daemon/record_json.h"
#include "daemon/store.h"
#include "proto/codec.h"

#define MAP_BYTES (UINT64_C(8) << 30)
#define DRAFTS_PER_COMMIT 8192u
#define LINE_MAX_BYTES 1048576

typedef struct {
    pln_home_t *home;
    pln_identity_t *self;
    pln_store_t *store;
    pln_node_t *node;
    pln_network_id_t network;
    pln_buf_t bytes; /* every coded payload, one behind the other */
    pln_draft_t *drafts;
    size_t draft_count;
    uint64_t answered; /* requests that the node confirmed */
} fill_t;

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "bench_fill: %s\n", what);
        exit(1);
    }
}

static uint64_t now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- the records ---- */

static void read_record(fill_t *fill, pln_codec_t *codec, const char *line, pln_buf_t *raw)
{
    const pln_kind_t *kind = NULL;
    pln_record_problem_t problem;
    uint8_t used;
    size_t from = fill->bytes.size;
    json_t *record = json_loads(line, 0, NULL);
    check(record != NULL, "a line is no JSON");
    check(pln_record_from_json(record, &kind, NULL, raw, &problem) == PLN_OK,
          "a record breaks a rule");
    check(
        pln_codec_encode(codec, PLN_CODEC_DICT_1, pln_buf_span(raw), &fill->bytes, &used) == PLN_OK,
        "a record is too large");
    json_decref(record);
    fill->drafts = pln_realloc(fill->drafts, (fill->draft_count + 1) * sizeof *fill->drafts);
    fill->drafts[fill->draft_count++] = (pln_draft_t){
        .codec = used, .kind = kind->number, .payload = {NULL, fill->bytes.size - from}};
}

static void read_records(fill_t *fill)
{
    pln_codec_t *codec = pln_codec_new();
    char *line = pln_alloc(LINE_MAX_BYTES);
    pln_buf_t raw = {0};
    while (fgets(line, LINE_MAX_BYTES, stdin) != NULL) {
        pln_buf_clear(&raw);
        read_record(fill, codec, line, &raw);
    }
    check(fill->draft_count > 0, "no records on stdin");
    const uint8_t *at = fill->bytes.data; /* it grows no more */
    for (size_t i = 0; i < fill->draft_count; i++) {
        fill->drafts[i].payload.data = at;
        at += fill->drafts[i].payload.size;
    }
    pln_buf_free(&raw);
    free(line);
    pln_codec_free(&codec);
}

/* ---- the node ---- */

/** One step; what it stores is durable, and told to the node, before this returns. */
static void step(fill_t *fill, pln_event_t *event)
{
    pln_effects_t effects;
    event->mono_ms = now_ms(CLOCK_MONOTONIC);
    event->wall_ms = now_ms(CLOCK_REALTIME);
    pln_node_step(fill->node, event, &effects);
    for (size_t i = 0; i < effects.count; i++) {
        if (effects.list[i].type == PLN_FX_REPLY && effects.list[i].as.reply.done) {
            check(effects.list[i].as.reply.error == PLN_OK, effects.list[i].as.reply.detail);
            fill->answered++;
        }
    }
    pln_job_t *job = pln_job_new(&effects);
    if (job == NULL) {
        return;
    }
    check(pln_store_apply(fill->store, fill->self, &job, 1) == PLN_OK, "the store did not commit");
    pln_event_t stored = {.type = PLN_EV_STORED};
    stored.as.stored.job = pln_job_number(job);
    stored.as.stored.error = pln_job_error(job);
    stored.as.stored.results = pln_job_results(job, &stored.as.stored.count);
    step(fill, &stored);
    pln_job_free(&job);
}

static void open_node(fill_t *fill, const char *dir)
{
    char error[1024] = "";
    bool fresh;
    pln_store_id_t unused = {{0}};
    fill->home = pln_home_open(dir, error, sizeof error);
    check(fill->home != NULL, error);
    fill->self = pln_keyfile_open(dir, &fresh, error, sizeof error);
    check(fill->self != NULL, error);
    fill->store = pln_store_open(dir, &fill->self->id, &unused, MAP_BYTES, error, sizeof error);
    check(fill->store != NULL, error);
    pln_node_config_t config = {.self = fill->self,
                                .store = *pln_store_id(fill->store),
                                .arrivals = pln_store_arrivals(fill->store),
                                .name = "bench",
                                .version = PLN_VERSION};
    fill->node = pln_node_new(&config);
    check(pln_store_load(fill->store, fill->node) == PLN_OK, "the store cannot be read");
    pln_event_t start = {.type = PLN_EV_START};
    step(fill, &start);
    size_t cursor = 0;
    pln_network_view_t network;
    check(pln_node_next_network(fill->node, &cursor, &network), "this node is in no network");
    fill->network = network.id;
}

static void publish(fill_t *fill, uint64_t done, size_t count)
{
    pln_draft_t *batch = pln_alloc(count * sizeof *batch);
    for (size_t i = 0; i < count; i++) {
        batch[i] = fill->drafts[(done + i) % fill->draft_count];
        batch[i].time_ms = now_ms(CLOCK_REALTIME);
    }
    pln_event_t event = {.type = PLN_EV_PUBLISH};
    event.as.publish.request = fill->answered + 1;
    event.as.publish.network = fill->network;
    event.as.publish.drafts = batch;
    event.as.publish.count = count;
    uint64_t before = fill->answered;
    step(fill, &event);
    check(fill->answered == before + 1, "the node did not confirm");
    free(batch);
}

static void close_node(fill_t *fill)
{
    pln_node_free(&fill->node);
    pln_store_close(&fill->store);
    pln_keyfile_close(&fill->self);
    pln_home_close(&fill->home);
    pln_buf_free(&fill->bytes);
    free(fill->drafts);
}

int main(int argc, char **argv)
{
    fill_t fill = {.answered = 0};
    if (argc != 3 || sodium_init() < 0) {
        fputs("usage: bench_fill DIR COUNT < RECORDS.ndjson\n", stderr);
        return 2;
    }
    uint64_t count = strtoull(argv[2], NULL, 10);
    read_records(&fill);
    open_node(&fill, argv[1]);
    uint64_t begin = now_ms(CLOCK_MONOTONIC);
    for (uint64_t done = 0; done < count;) {
        uint64_t left = count - done;
        size_t batch = left < DRAFTS_PER_COMMIT ? (size_t)left : DRAFTS_PER_COMMIT;
        publish(&fill, done, batch);
        done += batch;
    }
    uint64_t took = now_ms(CLOCK_MONOTONIC) - begin;
    printf("records %" PRIu64 "\ndistinct %zu\nmilliseconds %" PRIu64 "\n", count, fill.draft_count,
           took);
    close_node(&fill);
    return 0;
}
