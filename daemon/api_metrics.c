// SPDX-License-Identifier: MPL-2.0
// Prometheus text, version 0.0.4: for each metric its sentence, its type, its value.
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "look.h"

typedef struct {
#define PLN_METRIC(field, type, name, sentence) uint64_t field;
#include "metrics.def"
#undef PLN_METRIC
} metrics_t;

static void add_networks(metrics_t *metrics, const pln_networks_t *networks)
{
    metrics->networks = networks->count;
    for (size_t i = 0; i < networks->count; i++) {
        const pln_network_view_t *view = &networks->list[i];
        metrics->records += view->records;
        metrics->record_bytes += view->bytes;
        metrics->members += view->members;
        metrics->chains += view->chains;
        metrics->wanted += view->wanted;
    }
}

static void add_peers(metrics_t *metrics, const pln_peers_t *peers)
{
    metrics->peers = peers->count;
    for (size_t i = 0; i < peers->count; i++) {
        pln_peer_state_t state = peers->list[i].state;
        bool up = state == PLN_PEER_GREETING || state == PLN_PEER_SYNCING || state == PLN_PEER_LIVE;
        metrics->peers_connected += up;
        metrics->peers_live += state == PLN_PEER_LIVE;
        metrics->behind += up ? peers->list[i].behind_us : 0;
    }
}

static bool gather(const pln_api_t *api, metrics_t *out, pln_tallies_t *tallies)
{
    pln_networks_t networks;
    pln_peers_t peers;
    bool paused = false;
    memset(out, 0, sizeof *out);
    bool looked = pln_look_networks(api->driver, &networks);
    looked = pln_look_peers(api->driver, &peers) && looked;
    looked = pln_look_tallies(api->driver, tallies) && looked;
    add_networks(out, &networks);
    add_peers(out, &peers);
    pln_networks_free(&networks);
    pln_peers_free(&peers);
    out->uptime_seconds = (pln_mono_ms() - api->started_mono_ms) / 1000u;
    out->arrivals = pln_store_arrivals(api->store).number;
    pln_driver_commits(api->driver, &out->commits, &out->commit_nanoseconds);
    out->store_bytes = pln_store_bytes(api->store);
    pln_catalog_state_t catalog;
    pln_catalog_state(api->catalog, &catalog);
    out->catalog_bytes = pln_catalog_db_bytes(api->dir);
    out->catalog_behind = catalog.behind;
    out->catalog_rebuilt = catalog.rebuilt;
    out->catalog_nanoseconds = catalog.worked_ns;
    pln_driver_disk(api->driver, &out->disk_free_bytes, &paused);
    out->paused = paused;
    out->strangers = pln_driver_turned_away(api->driver, PLN_TURNED_STRANGER);
    out->requests = atomic_load(api->requests);
    return looked;
}

static void add_metric(pln_buf_t *out, const char *name, const char *type, const char *sentence,
                       uint64_t value)
{
    char text[512];
    int size = snprintf(text, sizeof text, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, sentence,
                        name, type, name, (unsigned long long)value);
    pln_buf_add(out, text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1);
}

static void add_refused(pln_buf_t *out, const uint64_t refused[PLN_ERROR_COUNT])
{
    static const char head[] =
        "# HELP pln_refused_total What was refused of what peers sent, by reason\n"
        "# TYPE pln_refused_total counter\n";
    pln_buf_add(out, head, sizeof head - 1);
    for (size_t i = 0; i < PLN_ERROR_COUNT; i++) {
        if (pln_error_class((pln_err_t)i) == PLN_CLASS_OURS) {
            continue;
        }
        char text[128];
        int size = snprintf(text, sizeof text, "pln_refused_total{reason=\"%s\"} %llu\n",
                            pln_error_name((pln_err_t)i), (unsigned long long)refused[i]);
        pln_buf_add(out, text, (size_t)size);
    }
}

static void add_turned_away(pln_buf_t *out, const pln_api_t *api)
{
    for (size_t i = 0; i < PLN_TURNED_COUNT; i++) {
        pln_turned_t why = (pln_turned_t)i;
        char text[128];
        int size = snprintf(text, sizeof text, "pln_refused_total{reason=\"%s\"} %llu\n",
                            pln_turned_name(why),
                            (unsigned long long)pln_driver_turned_away(api->driver, why));
        pln_buf_add(out, text, (size_t)size);
    }
}

void pln_api_metrics(const pln_request_t *request, pln_answer_t *answer)
{
    metrics_t metrics;
    pln_tallies_t tallies;
    if (!gather(request->api, &metrics, &tallies)) {
        pln_answer_stopping(answer);
        return;
    }
    pln_buf_t *out = &answer->body;
#define PLN_METRIC(field, type, name, sentence) \
    add_metric(out, name, #type, sentence, metrics.field);
#include "metrics.def"
#undef PLN_METRIC
#define PLN_COUNTER(name, sentence) \
    add_metric(out, "pln_" #name "_total", "counter", sentence, tallies.counters.name);
#include "proto/node_counters.def"
#undef PLN_COUNTER
    add_refused(out, tallies.refused);
    add_turned_away(out, request->api);
    answer->status = 200;
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
}
