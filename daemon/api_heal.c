// SPDX-License-Identifier: MPL-2.0
// Healing: the node settles its own forks; then what only the other branches said is said again.
#include "api_json.h"
#include "republish.h"
#include "resolve.h"

#define SETTLE_WAIT_MS 10000u

/** Does the settled branch count here already? The store is asked after the settle is durable. */
static bool settled(const pln_network_view_t *view)
{
    for (size_t i = 0; i < view->fork_count; i++) {
        const pln_fork_view_t *fork = &view->forks[i];
        if (fork->own && fork->place.lane == PLN_LANE_RECORDS && !fork->settled) {
            return false;
        }
    }
    return true;
}

static bool wait_settled(const pln_request_t *request, pln_answer_t *answer,
                         pln_network_view_t *view)
{
    uint64_t end_ms = pln_mono_ms() + SETTLE_WAIT_MS;
    uint64_t arrival = 0;
    char id[2 * sizeof view->id + 1];
    pln_hex(&view->id, sizeof view->id, id);
    while (!settled(view)) {
        if (pln_mono_ms() >= end_ms || pln_api_stopping(request->api)) {
            pln_answer_problem(answer, 503, "busy",
                               "the settle is written, the branch does not count yet; try again");
            return false;
        }
        arrival = pln_driver_wait(request->api->driver, arrival, 100);
        if (!pln_resolve_network(request, answer, id, view)) {
            return false;
        }
    }
    return true;
}

void pln_api_network_heal(const pln_request_t *request, pln_answer_t *answer)
{
    pln_network_view_t view;
    if (!pln_resolve_network(request, answer, request->parts[0], &view)) {
        return;
    }
    pln_event_t event = {.type = PLN_EV_HEAL};
    event.as.heal.network = view.id;
    pln_reply_t reply;
    bool before = settled(&view);
    if (!pln_api_command(request, answer, &event, &reply)) {
        return;
    }
    pln_reply_free(&reply);
    if (!wait_settled(request, answer, &view)) {
        return;
    }
    uint64_t published = 0;
    uint64_t forks = 0;
    uint64_t missing = 0;
    for (size_t i = 0; i < view.fork_count; i++) {
        const pln_fork_view_t *fork = &view.forks[i];
        if (!fork->own || fork->place.lane != PLN_LANE_RECORDS) {
            continue;
        }
        forks++;
        missing += !fork->whole;
        if (!pln_republish(request, answer, &fork->place, fork->at, &published)) {
            return;
        }
    }
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_hex(&view.id, sizeof view.id));
    json_object_set_new(json, "name", pln_json_text(view.name));
    pln_json_set_number(json, "forks", forks);
    json_object_set_new(json, "settled", json_boolean(!before && forks > 0));
    pln_json_set_number(json, "published", published);
    pln_json_set_number(json, "missing", missing);
    pln_answer_json(answer, 200, json);
}
