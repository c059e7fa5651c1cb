// SPDX-License-Identifier: MPL-2.0
// Healing: the node settles its own forks; then what only the other branches said is said again.
// Cut off anywhere, it is simply said once more: what is settled or published already stays so.
#include <stdio.h>

#include "api_json.h"
#include "republish.h"
#include "resolve.h"

#define HOME_WAIT_MS 5000u /**< for a branch that a connected peer is just sending */
#define SETTLE_WAIT_MS 10000u

/** Everybody knows of a lane 0 that all its branches count: only lane 1 is healed. */
static bool to_heal(const pln_fork_view_t *fork)
{
    return fork->own && fork->place.lane == PLN_LANE_RECORDS;
}

static bool are_whole(const pln_network_view_t *view)
{
    for (size_t i = 0; i < view->fork_count; i++) {
        if (to_heal(&view->forks[i]) && !view->forks[i].whole) {
            return false;
        }
    }
    return true;
}

/**
 * Does the settled branch count here already, or can it not, for want of quota? The store is asked
 * after the settle is durable.
 */
static bool are_settled(const pln_network_view_t *view)
{
    for (size_t i = 0; i < view->fork_count; i++) {
        const pln_fork_view_t *fork = &view->forks[i];
        if (to_heal(fork) && !fork->settled && !fork->beyond) {
            return false;
        }
    }
    return true;
}

static bool any_beyond(const pln_network_view_t *view)
{
    for (size_t i = 0; i < view->fork_count; i++) {
        if (to_heal(&view->forks[i]) && view->forks[i].beyond) {
            return true;
        }
    }
    return false;
}

/** Look again and again until it is so; false: the time is over. An answer may be there then. */
static bool wait_until(const pln_request_t *request, pln_answer_t *answer, uint32_t wait_ms,
                       bool (*so)(const pln_network_view_t *view), pln_network_view_t *view)
{
    uint64_t end_ms = pln_mono_ms() + wait_ms;
    uint64_t arrival = 0;
    char id[2 * sizeof view->id + 1];
    pln_hex(&view->id, sizeof view->id, id);
    while (!so(view)) {
        if (pln_mono_ms() >= end_ms || pln_api_stopping(request->api)) {
            return false;
        }
        arrival = pln_driver_wait(request->api->driver, arrival, 100);
        if (!pln_resolve_network(request, answer, id, view)) {
            return false;
        }
    }
    return true;
}

/** A fork of somebody else's that waits to be healed, where this node has none itself. */
static bool only_others(const pln_network_view_t *view, pln_answer_t *answer)
{
    const pln_fork_view_t *other = NULL;
    for (size_t i = 0; i < view->fork_count; i++) {
        const pln_fork_view_t *fork = &view->forks[i];
        if (to_heal(fork)) {
            return false;
        }
        other = other == NULL && !fork->own && !fork->settled ? fork : other;
    }
    if (other != NULL) {
        char did[PLN_DID_SIZE];
        pln_did(&other->place.author, did);
        pln_answer_problem(answer, 409, "not-owner",
                           "the chain that is forked in %s is of %s, and only its own node can "
                           "settle it: say `pln network heal` there",
                           view->name, other->name[0] != '\0' ? other->name : did);
    }
    return other != NULL;
}

/** False: refused, and the refusal is the answer. */
static bool ask_to_settle(const pln_request_t *request, pln_answer_t *answer,
                          const pln_network_view_t *view)
{
    pln_event_t event = {.type = PLN_EV_HEAL};
    event.as.heal.network = view->id;
    pln_reply_t reply;
    if (!pln_api_command(request, answer, &event, &reply)) {
        return false;
    }
    pln_reply_free(&reply);
    return true;
}

static bool settle(const pln_request_t *request, pln_answer_t *answer, pln_network_view_t *view)
{
    if (any_beyond(view) && are_settled(view)) {
        return true;  // the others are published again first, then it is said
    }
    if (!ask_to_settle(request, answer, view)) {
        return false;
    }
    if (wait_until(request, answer, SETTLE_WAIT_MS, are_settled, view)) {
        return true;
    }
    if (answer->status == 0) {
        pln_answer_problem(answer, 503, "busy",
                           "the settle is written, but the branch that it names has not come here "
                           "yet: try again when a peer that has it is connected");
    }
    return false;
}

/** Is all of it here, or did the copy that has the rest publish it again itself? */
static bool is_complete(const pln_request_t *request, const pln_fork_view_t *fork)
{
    return fork->whole || pln_republished(request->api, &fork->place, fork->at + 1, &fork->missing);
}

/** What does not count of one fork is published again, and remembered to be so. */
static bool say_again(const pln_request_t *request, pln_answer_t *answer,
                      const pln_fork_view_t *fork, bool complete, uint64_t *published)
{
    if (!pln_republish(request, answer, &fork->place, fork->at, published)) {
        return false;
    }
    if (!complete || fork->lacking > 0) {
        return true;
    }
    pln_event_t event = {.type = PLN_EV_HEALED};
    event.as.healed.place = fork->place;
    event.as.healed.entries = fork->entries;
    pln_reply_t reply;
    if (!pln_api_command(request, answer, &event, &reply)) {
        return false;
    }
    pln_reply_free(&reply);
    return true;
}

void pln_api_network_heal(const pln_request_t *request, pln_answer_t *answer)
{
    pln_network_view_t view;
    if (!pln_resolve_network(request, answer, request->parts[0], &view) ||
        only_others(&view, answer)) {
        return;
    }
    if (!wait_until(request, answer, HOME_WAIT_MS, are_whole, &view) && answer->status != 0) {
        return;
    }
    bool before = are_settled(&view);
    if (!settle(request, answer, &view)) {
        return;
    }
    uint64_t published = 0;
    uint64_t forks = 0;
    uint64_t missing = 0;
    uint64_t lacking = 0;
    for (size_t i = 0; i < view.fork_count; i++) {
        if (!to_heal(&view.forks[i])) {
            continue;
        }
        if (view.forks[i].beyond) {
            continue;  // which of its records will count is not known yet
        }
        bool complete = is_complete(request, &view.forks[i]);
        forks++;
        missing += !complete;
        lacking += view.forks[i].lacking;
        if (!say_again(request, answer, &view.forks[i], complete, &published)) {
            return;
        }
    }
    if (any_beyond(&view) && !ask_to_settle(request, answer, &view)) {
        return;  // why it cannot be
    }
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_hex(&view.id, sizeof view.id));
    json_object_set_new(json, "name", pln_json_text(view.name));
    pln_json_set_number(json, "forks", forks);
    json_object_set_new(json, "settled", json_boolean(!before && forks > 0));
    pln_json_set_number(json, "published", published);
    pln_json_set_number(json, "missing", missing);
    pln_json_set_number(json, "lacking", lacking);
    pln_answer_json(answer, 200, json);
}
