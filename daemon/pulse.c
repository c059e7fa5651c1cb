// SPDX-License-Identifier: MPL-2.0
#include "pulse.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api_json.h"

#define BEAT_MS 1000u

/** One text and how often it has changed. */
typedef struct {
    const char *event;
    char *text;
    uint64_t version;
} voice_t;

struct pln_pulse {
    pthread_mutex_t lock;
    pln_driver_t *driver;
    pln_catalog_t *catalog;
    pln_standing_t *standing;
    pln_naming_t *naming;
    voice_t state, progress;
    bool looked;
    uint64_t looked_ms;
};

pln_pulse_t *pln_pulse_new(pln_driver_t *driver, pln_catalog_t *catalog, pln_standing_t *standing,
                           pln_naming_t *naming)
{
    pln_pulse_t *pulse = pln_alloc_zero(1, sizeof *pulse);
    pthread_mutex_init(&pulse->lock, NULL);
    pulse->driver = driver;
    pulse->catalog = catalog;
    pulse->standing = standing;
    pulse->naming = naming;
    pulse->state.event = "state";
    pulse->progress.event = "progress";
    return pulse;
}

void pln_pulse_free(pln_pulse_t **taken)
{
    pln_pulse_t *pulse = *taken;
    if (pulse != NULL) {
        pthread_mutex_destroy(&pulse->lock);
        free(pulse->state.text);
        free(pulse->progress.text);
        free(pulse);
        *taken = NULL;
    }
}

/* ---- looking ---- */

static json_t *links_json(pln_standing_t *standing, const pln_peers_t *peers)
{
    json_t *list = json_array();
    for (size_t i = 0; i < peers->count; i++) {
        const pln_peer_view_t *peer = &peers->list[i];
        json_t *json = json_object();
        json_object_set_new(json, "id", pln_json_did(&peer->id));
        json_object_set_new(json, "name", pln_json_text(peer->name));
        json_object_set_new(json, "state", json_string(pln_peer_state_name(peer->state)));
        json_object_set_new(json, "in_sync", json_boolean(peer->in_sync));
        pln_json_set_number(json, "behind", peer->behind_us);
        pln_stand_t stand = pln_standing_link(standing, peer);
        pln_json_set_moment(json, "since", stand.since_ms);
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *networks_json(const pln_networks_t *networks)
{
    json_t *list = json_array();
    for (size_t i = 0; i < networks->count; i++) {
        const pln_network_view_t *view = &networks->list[i];
        json_t *json = json_object();
        json_object_set_new(json, "id", pln_json_hex(&view->id, sizeof view->id));
        json_object_set_new(json, "name", pln_json_text(view->name));
        pln_json_set_number(json, "records", view->records);
        pln_json_set_number(json, "members", view->members);
        pln_json_set_number(json, "wanted", view->wanted);
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *refused_json(const pln_tallies_t *tallies)
{
    json_t *json = json_object();
    for (size_t i = 0; i < PLN_ERROR_COUNT; i++) {
        if (tallies->refused[i] > 0) {
            pln_json_set_number(json, pln_error_name((pln_err_t)i), tallies->refused[i]);
        }
    }
    return json;
}

/** Is nothing announced that is not here? And how many entries lack. */
static bool caught_up(const pln_networks_t *networks, const pln_peers_t *peers, uint64_t *behind)
{
    bool good = true;
    *behind = 0;
    for (size_t i = 0; i < networks->count; i++) {
        good = good && networks->list[i].wanted == 0;
    }
    for (size_t i = 0; i < peers->count; i++) {
        *behind = peers->list[i].behind_us > *behind ? peers->list[i].behind_us : *behind;
    }
    return good && *behind == 0;
}

/** Takes @json over. */
static void say(voice_t *voice, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text == NULL || (voice->text != NULL && strcmp(text, voice->text) == 0)) {
        free(text);
        return;
    }
    free(voice->text);
    voice->text = text;
    voice->version++;
}

static void look(pln_pulse_t *pulse)
{
    pln_networks_t networks;
    pln_peers_t peers;
    pln_tallies_t tallies;
    pln_catalog_state_t catalog;
    uint64_t behind, free_bytes;
    bool paused = false;
    bool looked = pln_look_networks(pulse->driver, &networks);
    looked = pln_look_peers(pulse->driver, &peers) && looked;
    looked = pln_look_tallies(pulse->driver, &tallies) && looked;
    pln_catalog_state(pulse->catalog, &catalog);
    pln_driver_disk(pulse->driver, &free_bytes, &paused);
    if (looked) {
        bool in_sync = caught_up(&networks, &peers, &behind);
        json_t *state = json_object();
        char name[PLN_NAME_MAX + 1];
        pln_naming_get(pulse->naming, name);
        json_object_set_new(state, "name", pln_json_text(name));
        json_object_set_new(state, "in_sync", json_boolean(in_sync));
        pln_json_set_number(state, "behind", behind);
        json_object_set_new(state, "paused", json_boolean(paused));
        json_object_set_new(state, "links", links_json(pulse->standing, &peers));
        json_object_set_new(state, "networks", networks_json(&networks));
        json_object_set_new(state, "refused", refused_json(&tallies));
        say(&pulse->state, state);
        json_t *progress = json_object();
        pln_json_set_number(progress, "behind", behind);
        pln_json_set_number(progress, "catalog_behind", catalog.behind);
        pln_json_set_number(progress, "catalog_rebuilt", catalog.rebuilt);
        say(&pulse->progress, progress);
    }
    pln_networks_free(&networks);
    pln_peers_free(&peers);
}

/* ---- telling ---- */

static void add(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

static void tell(const voice_t *voice, uint64_t *seen, pln_buf_t *out)
{
    if (voice->version == *seen) {
        return;
    }
    add(out, "event: ");
    add(out, voice->event);
    add(out, "\ndata: ");
    add(out, voice->text);
    add(out, "\n\n");
    *seen = voice->version;
}

void pln_pulse_tell(pln_pulse_t *pulse, pln_pulse_seen_t *seen, pln_buf_t *out)
{
    uint64_t now_ms = pln_mono_ms();
    pthread_mutex_lock(&pulse->lock);
    if (!pulse->looked || now_ms - pulse->looked_ms >= BEAT_MS) {
        look(pulse);
        pulse->looked = true;
        pulse->looked_ms = now_ms;
    }
    tell(&pulse->state, &seen->state, out);
    tell(&pulse->progress, &seen->progress, out);
    pthread_mutex_unlock(&pulse->lock);
}
