// SPDX-License-Identifier: MPL-2.0
#include <stdio.h>
#include <string.h>

#include "api_json.h"
#include "copies.h"
#include "moment.h"
#include "warnings.h"

void pln_api_health(const pln_request_t *request, pln_answer_t *answer)
{
    (void)request;
    pln_answer_json(answer, 200, json_pack("{s:s}", "status", "ok"));
}

static void set_name(const pln_api_t *api, json_t *json)
{
    char name[PLN_NAME_MAX + 1];
    pln_naming_get(api->naming, name);
    json_object_set_new(json, "name", pln_json_text(name));
}

void pln_api_id(const pln_request_t *request, pln_answer_t *answer)
{
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_did(&request->api->self));
    set_name(request->api, json);
    pln_answer_json(answer, 200, json);
}

void pln_api_name(const pln_request_t *request, pln_answer_t *answer)
{
    const char *name;
    if (!pln_body_text(request, answer, "name", true, PLN_NAME_MAX, &name)) {
        return;
    }
    if (pln_naming_set(request->api->naming, name) != PLN_OK) {
        pln_answer_problem(answer, 503, "io",
                           "%s/name could not be written: free some disk or mend its permissions",
                           request->api->dir);
        return;
    }
    pln_reply_t reply;
    pln_event_t event = {.type = PLN_EV_NAME};
    event.as.name.name = name;
    if (pln_api_command(request, answer, &event, &reply)) {
        pln_reply_free(&reply);
        pln_api_id(request, answer);
    }
}

/** Refusals by reason, those that never happened left out. */
static json_t *refused_json(const pln_api_t *api, const pln_tallies_t *tallies)
{
    json_t *json = json_object();
    for (size_t i = 0; i < PLN_ERROR_COUNT; i++) {
        if (tallies->refused[i] > 0) {
            json_object_set_new(json, pln_error_name((pln_err_t)i),
                                json_integer((json_int_t)tallies->refused[i]));
        }
    }
    for (size_t i = 0; i < PLN_TURNED_COUNT; i++) {
        uint64_t count = pln_driver_turned_away(api->driver, (pln_turned_t)i);
        if (count > 0) {
            json_object_set_new(json, pln_turned_name((pln_turned_t)i),
                                json_integer((json_int_t)count));
        }
    }
    return json;
}

static json_t *disk_json(const pln_api_t *api)
{
    uint64_t free_bytes = 0;
    bool paused = false;
    pln_driver_disk(api->driver, &free_bytes, &paused);
    json_t *json = json_object();
    json_object_set_new(json, "store", json_integer((json_int_t)pln_store_bytes(api->store)));
    json_object_set_new(json, "catalog", json_integer((json_int_t)pln_catalog_db_bytes(api->dir)));
    json_object_set_new(json, "blobs", json_integer(0));
    json_object_set_new(json, "free", json_integer((json_int_t)free_bytes));
    json_object_set_new(json, "paused", json_boolean(paused));
    return json;
}

/** When key and records were last copied to somewhere else; a moment that never was is absent. */
static json_t *copies_json(const pln_api_t *api)
{
    pln_copies_t copies = pln_copies_read(api->dir);
    json_t *json = json_object();
    pln_json_set_moment(json, "backup", copies.backup_ms);
    pln_json_set_moment(json, "key", copies.key_ms);
    return json;
}

static json_t *store_json(const pln_api_t *api)
{
    uint64_t commits = 0, nanoseconds = 0;
    pln_driver_commits(api->driver, &commits, &nanoseconds);
    json_t *json = json_object();
    json_object_set_new(json, "arrivals",
                        json_integer((json_int_t)pln_store_arrivals(api->store).number));
    json_object_set_new(json, "commits", json_integer((json_int_t)commits));
    pln_catalog_state_t catalog;
    pln_catalog_state(api->catalog, &catalog);
    json_object_set_new(json, "catalog_behind", json_integer((json_int_t)catalog.behind));
    json_object_set_new(json, "commit_ms_mean",
                        json_real(commits == 0 ? 0 : (double)nanoseconds / 1e6 / (double)commits));
    return json;
}

static json_t *networks_json(const pln_networks_t *networks)
{
    json_t *list = json_array();
    for (size_t i = 0; i < networks->count; i++) {
        json_array_append_new(list, pln_json_network(&networks->list[i]));
    }
    return list;
}

static json_t *peers_json(const pln_api_t *api, const pln_peers_t *peers)
{
    json_t *list = json_array();
    for (size_t i = 0; i < peers->count; i++) {
        json_array_append_new(list, pln_json_peer(api, &peers->list[i]));
    }
    return list;
}

/** How many can still be used; @near: is there one among them that is no use elsewhere? */
static size_t invitations_open(const pln_invitations_t *invitations, bool *near)
{
    size_t count = 0;
    uint64_t now = pln_wall_ms();
    *near = false;
    for (size_t i = 0; i < invitations->count; i++) {
        const pln_invitation_t *one = &invitations->list[i];
        bool open = strcmp(pln_invitation_state(one, now), "open") == 0;
        count += open;
        *near = *near || (open && one->near);
    }
    return count;
}

static void name_of(const pln_peers_t *peers, const pln_id_t *id, char *out, size_t size)
{
    char did[PLN_DID_SIZE];
    pln_did(id, did);
    snprintf(out, size, "%s", did);
    for (size_t i = 0; i < peers->count; i++) {
        if (pln_id_equal(&peers->list[i].id, id) && peers->list[i].name[0] != '\0') {
            snprintf(out, size, "%s", peers->list[i].name);
        }
    }
}

static json_t *twin_json(const pln_twin_view_t *twin, const char *told_by)
{
    char time[PLN_MOMENT_SIZE];
    json_t *json = json_object();
    if (twin->told_wall_ms != 0) {
        pln_moment_text(twin->since_ms, time);
        json_object_set_new(json, "since", json_string(time));
    }
    if (twin->wrote_wall_ms != 0) {
        pln_moment_text(twin->wrote_wall_ms, time);
        json_object_set_new(json, "wrote", json_string(time));
    }
    pln_json_set_text(json, "address", twin->address);
    json_object_set_new(json, "told_by", pln_json_did(&twin->told_by));
    pln_json_set_text(json, "told_by_name", told_by);
    return json;
}

/** Everything `pln status` shows, from one moment as far as each part goes. */
typedef struct {
    pln_networks_t networks;
    pln_peers_t peers;
    pln_invitations_t invitations;
    pln_tallies_t tallies;
} status_t;

static bool look_status(const pln_api_t *api, status_t *out)
{
    bool looked = pln_look_networks(api->driver, &out->networks);
    looked = pln_look_peers(api->driver, &out->peers) && looked;
    looked = pln_look_invitations(api->driver, &out->invitations) && looked;
    return pln_look_tallies(api->driver, &out->tallies) && looked;
}

static void free_status(status_t *status)
{
    pln_networks_free(&status->networks);
    pln_peers_free(&status->peers);
    pln_invitations_free(&status->invitations);
}

static json_t *warnings_json(const pln_api_t *api, const status_t *status, bool near)
{
    json_t *warnings = json_array();
    pln_warn_clock(warnings, api);
    pln_warn_disk(warnings, api);
    pln_warn_catalog(warnings, api);
    pln_warn_key(warnings, api, status->networks.list, status->networks.count);
    for (size_t i = 0; i < status->networks.count; i++) {
        pln_warn_network(warnings, &status->networks.list[i]);
    }
    for (size_t i = 0; i < status->peers.count; i++) {
        pln_warn_peer(warnings, &status->peers.list[i]);
    }
    if (near) {
        pln_warn_near(warnings);
    }
    return warnings;
}

static json_t *status_json(const pln_api_t *api, const status_t *status)
{
    bool near;
    size_t open = invitations_open(&status->invitations, &near);
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_did(&api->self));
    set_name(api, json);
    json_object_set_new(json, "version", json_string(PLN_VERSION));
    json_object_set_new(json, "dir", pln_json_text(api->dir));
    json_object_set_new(json, "listen", json_string(pln_driver_listen(api->driver)));
    json_object_set_new(json, "http", json_string(api->http));
    json_object_set_new(json, "uptime_seconds",
                        json_integer((json_int_t)((pln_mono_ms() - api->started_mono_ms) / 1000u)));
    json_object_set_new(json, "networks", networks_json(&status->networks));
    json_object_set_new(json, "peers", peers_json(api, &status->peers));
    json_object_set_new(json, "refused", refused_json(api, &status->tallies));
    json_object_set_new(json, "disk", disk_json(api));
    json_object_set_new(json, "store", store_json(api));
    json_object_set_new(json, "copies", copies_json(api));
    json_object_set_new(json, "invitations_open", json_integer((json_int_t)open));
    json_object_set_new(json, "paused",
                        json_copy(json_object_get(json_object_get(json, "disk"), "paused")));
    json_t *warnings = warnings_json(api, status, near);
    pln_twin_view_t twin;
    if (pln_look_twin(api->driver, &twin)) {
        char told_by[PLN_NAME_MAX + 1];
        name_of(&status->peers, &twin.told_by, told_by, sizeof told_by);
        json_object_set_new(json, "twin", twin_json(&twin, told_by));
        pln_warn_twin(warnings, &twin, told_by);
    }
    json_object_set_new(json, "warnings", warnings);
    return json;
}

void pln_api_status(const pln_request_t *request, pln_answer_t *answer)
{
    status_t status = {.networks = {0}};
    if (look_status(request->api, &status)) {
        pln_answer_json(answer, 200, status_json(request->api, &status));
    } else {
        pln_answer_stopping(answer);
    }
    free_status(&status);
}
