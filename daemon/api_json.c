// SPDX-License-Identifier: MPL-2.0
#include "api_json.h"

#include "moment.h"

void pln_json_set_text(json_t *object, const char *name, const char *text)
{
    if (text[0] != '\0') {
        json_object_set_new(object, name, pln_json_text(text));
    }
}

void pln_json_set_moment(json_t *object, const char *name, uint64_t ms)
{
    if (ms > 0) {
        json_object_set_new(object, name, pln_json_moment(ms));
    }
}

void pln_json_set_number(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

void pln_json_set_stand(json_t *object, const pln_stand_t *stand)
{
    json_object_set_new(object, "in_sync", json_boolean(stand->in_sync));
    pln_json_set_moment(object, "since", stand->since_ms);
    if (stand->counted) {
        pln_json_set_number(object, "lacks", stand->lacks);
    }
}

static json_t *revoked_json(const pln_network_view_t *view)
{
    const pln_revoked_t *revoked = &view->revoked_by;
    char time[PLN_MOMENT_SIZE];
    pln_moment_text(revoked->time_ms, time);
    json_t *json = json_object();
    json_object_set_new(json, "by", pln_json_did(&revoked->by));
    pln_json_set_text(json, "by_name", view->revoked_by_name);
    json_object_set_new(json, "time", json_string(time));
    json_object_set_new(json, "reason", pln_json_text(revoked->reason));
    pln_json_set_number(json, "epoch", revoked->epoch);
    pln_json_set_number(json, "seq", revoked->seq);
    if (revoked->undone) {
        json_object_set_new(json, "let_in_by", pln_json_did(&revoked->granted_by));
        pln_json_set_text(json, "let_in_by_name", view->let_in_by_name);
    }
    return json;
}

static json_t *forks_json(const pln_network_view_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->fork_count; i++) {
        const pln_fork_view_t *fork = &view->forks[i];
        json_t *json = json_object();
        json_object_set_new(json, "author", pln_json_did(&fork->place.author));
        json_object_set_new(json, "author_name", pln_json_text(fork->name));
        pln_json_set_number(json, "epoch", fork->place.epoch);
        pln_json_set_number(json, "lane", fork->place.lane);
        pln_json_set_number(json, "at", fork->at);
        json_object_set_new(json, "own", json_boolean(fork->own));
        json_object_set_new(json, "settled", json_boolean(fork->settled));
        json_object_set_new(json, "beyond", json_boolean(fork->beyond));
        json_object_set_new(json, "whole", json_boolean(fork->whole));
        if (fork->own) {
            json_object_set_new(json, "healed", json_boolean(fork->healed));
            pln_json_set_number(json, "lacking", fork->lacking);
        }
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *asides_json(const pln_network_view_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->aside_count; i++) {
        const pln_aside_view_t *aside = &view->asides[i];
        json_t *json = json_object();
        json_object_set_new(json, "author", pln_json_did(&aside->place.author));
        json_object_set_new(json, "author_name", pln_json_text(aside->name));
        pln_json_set_number(json, "epoch", aside->place.epoch);
        pln_json_set_number(json, "entries", aside->entries);
        pln_json_set_number(json, "bytes", aside->bytes);
        pln_json_set_moment(json, "until", aside->until_ms);
        json_object_set_new(json, "kept", json_boolean(aside->kept));
        json_array_append_new(list, json);
    }
    return list;
}

json_t *pln_json_network(const pln_network_view_t *view)
{
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_hex(&view->id, sizeof view->id));
    json_object_set_new(json, "name", pln_json_text(view->name));
    pln_json_set_text(json, "title", view->title);
    json_object_set_new(json, "role", json_string(pln_role_name(view->role)));
    pln_json_set_moment(json, "expiry", view->expiry_ms);
    json_object_set_new(json, "expired", json_boolean(view->expired));
    if (view->root_known) {
        json_object_set_new(json, "root", pln_json_did(&view->root));
        pln_json_set_text(json, "root_name", view->root_name);
        pln_json_set_number(json, "root_generation", view->root_generation);
    }
    pln_json_set_number(json, "records", view->records);
    pln_json_set_number(json, "bytes", view->bytes);
    json_object_set_new(json, "digest", pln_json_hex(&view->digest, sizeof view->digest));
    json_object_set_new(json, "access_digest",
                        pln_json_hex(&view->access_digest, sizeof view->access_digest));
    pln_json_set_number(json, "members", view->members);
    pln_json_set_number(json, "connected", view->connected);
    pln_json_set_number(json, "coordinators", view->coordinators);
    pln_json_set_number(json, "chains", view->chains);
    pln_json_set_number(json, "wanted", view->wanted);
    pln_json_set_number(json, "paused", view->paused);
    json_object_set_new(json, "left", json_boolean(view->left));
    json_object_set_new(json, "forgetting", json_boolean(view->forgetting));
    json_object_set_new(json, "outdated", json_boolean(view->outdated));
    json_object_set_new(json, "deposed", json_boolean(view->deposed));
    json_object_set_new(json, "forks", forks_json(view));
    json_object_set_new(json, "aside", asides_json(view));
    pln_json_set_number(json, "aside_chains", view->aside_chains);
    pln_json_set_number(json, "holes", view->holes);
    if (view->revoked) {
        json_object_set_new(json, "revoked", revoked_json(view));
    }
    return json;
}

const char *pln_peer_state_name(pln_peer_state_t state)
{
    static const char *const states[] = {"idle", "dialling", "greeting",  "syncing",
                                         "live", "refused",  "wrong-key", "unreached"};
    return states[state];
}

json_t *pln_json_peer(const pln_api_t *api, const pln_peer_view_t *view)
{
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_did(&view->id));
    json_object_set_new(json, "name", pln_json_text(view->name));
    json_object_set_new(json, "address", pln_json_text(view->address));
    json_object_set_new(json, "state", json_string(pln_peer_state_name(view->state)));
    json_object_set_new(json, "in_sync", json_boolean(view->in_sync));
    pln_json_set_number(json, "behind", view->behind_us);
    pln_stand_t stand = pln_standing_link(api->standing, view);
    pln_json_set_moment(json, "since", stand.since_ms);
    json_object_set_new(json, "dialled", json_boolean(view->dialled));
    pln_json_set_moment(json, "heard", view->heard_wall_ms);
    pln_json_set_text(json, "version", view->version);
    if (view->retry_mono_ms > 0) {
        uint64_t now = pln_mono_ms();
        pln_json_set_number(json, "retry_in_ms",
                            view->retry_mono_ms > now ? view->retry_mono_ms - now : 0);
    }
    return json;
}

static bool is_over(uint64_t expiry_ms)
{
    return expiry_ms != 0 && expiry_ms <= pln_wall_ms();
}

json_t *pln_json_member(const pln_member_view_t *view)
{
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_did(&view->member.node));
    json_object_set_new(json, "name", pln_json_text(view->name));
    json_object_set_new(json, "role", json_string(pln_role_name(view->member.role)));
    pln_json_set_number(json, "term", view->member.term);
    pln_json_set_moment(json, "expiry", view->member.expiry_ms);
    json_object_set_new(json, "expired", json_boolean(is_over(view->member.expiry_ms)));
    json_object_set_new(json, "left", json_boolean(view->member.left));
    if (view->member.role != PLN_ROLE_ROOT) {
        json_object_set_new(json, "granted_by", pln_json_did(&view->member.granted_by));
    }
    pln_json_set_moment(json, "last_heard", view->state.heard_wall_ms);
    json_object_set_new(json, "connected", json_boolean(view->state.connected));
    json_object_set_new(json, "in_sync", json_boolean(view->state.in_sync));
    pln_json_set_number(json, "behind", view->state.behind);
    pln_json_set_text(json, "version", view->state.version);
    pln_json_set_text(json, "address", view->state.address);
    return json;
}

const char *pln_invitation_state(const pln_invitation_t *view, uint64_t now_ms)
{
    switch (view->state) {
        case PLN_TICKET_USED:
            return "used";
        case PLN_TICKET_CANCELLED:
            return "cancelled";
        case PLN_TICKET_OPEN:
            break;
    }
    if (view->expiry_ms > 0 && view->expiry_ms <= now_ms) {
        return "expired";
    }
    return view->powerless ? "void" : "open";
}

json_t *pln_json_invitation(const pln_invitation_t *view, const char *network_name, uint64_t now_ms)
{
    json_t *json = json_object();
    json_object_set_new(json, "key", pln_json_did(&view->key));
    json_object_set_new(json, "network", pln_json_hex(&view->network, sizeof view->network));
    pln_json_set_text(json, "network_name", network_name);
    json_object_set_new(json, "role", json_string(pln_role_name(view->role)));
    pln_json_set_text(json, "label", view->label);
    if (view->bound) {
        json_object_set_new(json, "for", pln_json_did(&view->bound_to));
    }
    pln_json_set_moment(json, "made", view->made_ms);
    pln_json_set_moment(json, "expires", view->expiry_ms);
    pln_json_set_moment(json, "until", view->until_ms);
    json_object_set_new(json, "state", json_string(pln_invitation_state(view, now_ms)));
    if (view->state == PLN_TICKET_USED) {
        json_object_set_new(json, "used_by", pln_json_did(&view->used_by));
        pln_json_set_text(json, "used_name", view->used_name);
        pln_json_set_moment(json, "used_at", view->used_ms);
    }
    return json;
}
