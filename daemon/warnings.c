// SPDX-License-Identifier: MPL-2.0
#include "warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "copies.h"
#include "look.h"
#include "moment.h"
#include "reach.h"

#define EXPIRY_SOON_MS (UINT64_C(14) * 86400000u) /**< from then on its end is announced */

#define NAMES_MAX 3 /**< networks that a sentence names */

#define BEGINNING 12 /**< digits of an id that no two networks share by chance */

/** 2025-01-01, older than any build of pln: the driver holds the node to the same date. */
#define FIRST_MOMENT_MS UINT64_C(1735689600000)

static void warn(json_t *warnings, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void warn(json_t *warnings, const char *format, ...)
{
    char text[1536];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    json_array_append_new(warnings, pln_json_text(text));
}

void pln_warn_clock(json_t *warnings, const pln_api_t *api)
{
    uint64_t now = pln_wall_ms();
    if (now < FIRST_MOMENT_MS) {
        char text[PLN_MOMENT_SIZE];
        pln_moment_text(now, text);
        warn(warnings,
             "This machine's clock says %s, which cannot be: nothing can be published until it is "
             "set.",
             text);
    } else if (!pln_look_clock(api->driver)) {
        char text[PLN_MOMENT_SIZE];
        pln_moment_text(now, text);
        warn(warnings,
             "This machine's clock says %s, more than a day off from what most peers say: nothing "
             "can be published until it is set.",
             text);
    }
}

void pln_warn_catalog(json_t *warnings, const pln_api_t *api)
{
    pln_catalog_state_t state;
    pln_catalog_state(api->catalog, &state);
    if (state.failing) {
        warn(warnings,
             "The catalog in %s cannot be written, so search and filters do not work: "
             "free some disk or mend its permissions; it is then made again by itself.",
             api->dir);
    }
}

void pln_warn_twin(json_t *warnings, const pln_twin_view_t *twin, const char *told_by)
{
    char time[PLN_MOMENT_SIZE];
    bool there = twin->told_wall_ms != 0;
    pln_moment_text(there ? twin->since_ms : twin->wrote_wall_ms, time);
    warn(warnings,
         "Another machine %s %s%s%s (%s %s). Each writes in an epoch of its own, so nothing is "
         "lost; switch one of them off, or start it in an empty folder without node.key and let it "
         "join as a node of its own.",
         there ? "runs with this node's key, connected since"
               : "has this node's key, and wrote what came at",
         time, twin->address[0] != '\0' ? ", from " : "", twin->address, told_by,
         there ? "says so" : "had it");
}

void pln_warn_disk(json_t *warnings, const pln_api_t *api)
{
    uint64_t free_bytes = 0;
    bool paused = false;
    pln_driver_disk(api->driver, &free_bytes, &paused);
    if (paused) {
        warn(
            warnings,
            "Only %llu MiB of disk are left at %s: nothing is taken in or published until there is "
            "more room.",
            (unsigned long long)(free_bytes >> 20), api->dir);
    }
}

/** Whoever had let this node in was no coordinator any more by then. */
static void warn_undone(json_t *warnings, const pln_network_view_t *network)
{
    char by[PLN_DID_SIZE], let_in_by[PLN_DID_SIZE], time[PLN_MOMENT_SIZE];
    const pln_revoked_t *revoked = &network->revoked_by;
    pln_did(&revoked->by, by);
    pln_did(&revoked->granted_by, let_in_by);
    pln_moment_text(revoked->time_ms, time);
    warn(warnings,
         "The invitation to %s does not count any more: %s, who gave it, could invite nobody by "
         "then, as %s said at %s%s%s. What is here stays, nothing new comes: ask another "
         "coordinator for a new ticket, and join with it.",
         network->name, network->let_in_by_name[0] != '\0' ? network->let_in_by_name : let_in_by,
         network->revoked_by_name[0] != '\0' ? network->revoked_by_name : by, time,
         revoked->reason[0] != '\0' ? ", reason: " : "", revoked->reason);
}

static void warn_revoked(json_t *warnings, const pln_network_view_t *network)
{
    char did[PLN_DID_SIZE];
    char time[PLN_MOMENT_SIZE];
    pln_did(&network->revoked_by.by, did);
    pln_moment_text(network->revoked_by.time_ms, time);
    const char *name = network->revoked_by_name;
    warn(warnings,
         "The membership in %s was ended by %s%s%s%s at %s%s%s: what is here stays, nothing new "
         "comes. Ask for a new invitation if that was not meant.",
         network->name, name, name[0] != '\0' ? " (" : "", did, name[0] != '\0' ? ")" : "", time,
         network->revoked_by.reason[0] != '\0' ? ", reason: " : "", network->revoked_by.reason);
}

/** A membership that ends by itself: it has, or will soon. */
static void warn_expiry(json_t *warnings, const pln_network_view_t *network)
{
    char time[PLN_MOMENT_SIZE];
    pln_moment_text(network->expiry_ms, time);
    if (network->expired) {
        warn(warnings,
             "The membership in %s expired at %s: what is here stays, nothing new comes. Ask a "
             "coordinator for a new invitation, and join with it.",
             network->name, time);
    } else if (network->expiry_ms != 0 && network->expiry_ms < pln_wall_ms() + EXPIRY_SOON_MS) {
        warn(warnings,
             "The membership in %s ends at %s by itself: ask a coordinator for a new invitation, "
             "and join with it then.",
             network->name, time);
    }
}

/** Coordinators are called by others; anybody else has somebody to call, or had. */
static void warn_alone(json_t *warnings, const pln_network_view_t *network)
{
    bool calls = network->role != PLN_ROLE_NONE && network->role < PLN_ROLE_COORDINATOR;
    if (calls && !network->expired && network->connected == 0 && !network->callable) {
        warn(warnings,
             "Nobody of %s is connected, and no address of a member is known here any more: ask a "
             "coordinator for a new ticket, and join with it. This node comes in as the member it "
             "is.",
             network->name);
    }
}

static void warn_deposed(json_t *warnings, const pln_network_view_t *network)
{
    char did[PLN_DID_SIZE];
    pln_did(&network->root, did);
    warn(warnings,
         "The root of %s is %s now, and nothing makes this node, which was it before, a member: "
         "what is here stays, nothing new comes. Ask a coordinator for an invitation.",
         network->name, network->root_name[0] != '\0' ? network->root_name : did);
}

static bool key_is_copied(const pln_api_t *api)
{
    pln_copies_t copies = pln_copies_read(api->dir);
    return copies.backup_ms != 0 || copies.key_ms != 0;
}

static void warn_own_fork(json_t *warnings, const char *network, const pln_fork_view_t *fork)
{
    if (fork->beyond) {
        warn(warnings,
             "The branch of this node's records in %s that is settled is longer than the network's "
             "quota, and none behind number %llu counts: ask its root to raise it "
             "(`pln network set`), then say `pln network heal` here.",
             network, (unsigned long long)fork->at);
    } else if (!fork->settled) {
        warn(warnings,
             "Two copies of this node's key have written in %s: of its records behind number %llu "
             "none counts yet. Say `pln network heal` here, then on the other copy, then stop one "
             "of them.",
             network, (unsigned long long)fork->at);
    } else if (!fork->healed) {
        warn(warnings,
             "One branch of this node's records in %s is settled, but what only the other one has "
             "is not published again yet: %s.",
             network,
             fork->lacking > 0 ? "some of it came without its content; when a peer that has it is "
                                 "connected, say `pln network heal` here"
             : fork->whole
                 ? "say `pln network heal` here"
                 : "say `pln network heal` on the other copy, then here; or only here, when a peer "
                   "is connected that has it");
    }
}

static void warn_forks(json_t *warnings, const pln_network_view_t *network)
{
    for (size_t i = 0; i < network->fork_count; i++) {
        const pln_fork_view_t *fork = &network->forks[i];
        char did[PLN_DID_SIZE];
        pln_did(&fork->place.author, did);
        if (fork->own) {
            warn_own_fork(warnings, network->name, fork);
        } else if (fork->beyond) {
            warn(warnings,
                 "The branch of %s's records in %s that is settled is longer than the network's "
                 "quota: none behind number %llu counts until the root raises it.",
                 fork->name[0] != '\0' ? fork->name : did, network->name,
                 (unsigned long long)fork->at);
        } else if (!fork->settled) {
            warn(warnings,
                 "Two copies of the key of %s have written in %s: its records behind number %llu "
                 "wait until its people say `pln network heal` there.",
                 fork->name[0] != '\0' ? fork->name : did, network->name,
                 (unsigned long long)fork->at);
        }
    }
}

void pln_warn_key(json_t *warnings, const pln_api_t *api, const pln_network_view_t *networks,
                  size_t count)
{
    size_t ruled = 0, named = 0;
    bool alone = false;
    char names[NAMES_MAX * (sizeof networks->name + 2) + 32] = "";
    for (size_t i = 0; i < count; i++) {
        const pln_network_view_t *network = &networks[i];
        if (network->role == PLN_ROLE_ROOT && !network->left && !network->forgetting) {
            alone = alone || network->coordinators <= 1;
            if (ruled++ < NAMES_MAX) {
                named += (size_t)snprintf(names + named, sizeof names - named, "%s%s",
                                          named > 0 ? ", " : "", network->name);
            }
        }
    }
    if (ruled == 0 || key_is_copied(api)) {
        return;
    }
    if (ruled > NAMES_MAX) {
        snprintf(names + named, sizeof names - named, " and %zu more networks", ruled - NAMES_MAX);
    }
    warn(warnings,
         "Only this node's key can make coordinators of %s%s, and no copy of it was ever made: "
         "if it is lost, that can never be done again. Run `pln key export FILE` (or `pln "
         "backup FILE`) and keep the file away from this machine.",
         names, alone ? ", nobody else can invite or revoke members" : "");
}

void pln_warn_network(json_t *warnings, const pln_network_view_t *network)
{
    if (network->forgetting) {
        warn(warnings,
             "What was received from %s is being deleted: %llu records remain. The space is used "
             "again for other records.",
             network->name, (unsigned long long)network->records);
        return;
    }
    if (network->outdated) {
        warn(warnings,
             "%s has rules that this version of plnd does not know: what is here stays to be read, "
             "nothing new is exchanged. Update plnd.",
             network->name);
    }
    if (network->revoked && network->revoked_by.undone) {
        warn_undone(warnings, network);
    } else if (network->revoked) {
        warn_revoked(warnings, network);
    }
    if (network->deposed) {
        warn_deposed(warnings, network);
    }
    if (network->left) {
        return;
    }
    warn_expiry(warnings, network);
    warn_alone(warnings, network);
    warn_forks(warnings, network);
    if (network->holes > 0) {
        warn(warnings,
             "In %s, the content of %llu records has not come yet: no peer that was asked has it.",
             network->name, (unsigned long long)network->holes);
    }
    if (network->paused > 0) {
        warn(warnings, "In %s, %llu chains wait for room on the disk.", network->name,
             (unsigned long long)network->paused);
    }
}

void pln_warn_namesakes(json_t *warnings, const pln_api_t *api, const pln_network_id_t *id,
                        const char *name)
{
    pln_networks_t networks = {.count = 0};
    char own[2 * sizeof *id + 1], hex[2 * sizeof *id + 1] = "";
    size_t count = 0;
    bool looked = pln_look_networks(api->driver, &networks);
    for (size_t i = 0; looked && i < networks.count; i++) {
        const pln_network_view_t *other = &networks.list[i];
        if (memcmp(&other->id, id, sizeof *id) != 0 && strcmp(other->name, name) == 0) {
            pln_hex(&other->id, sizeof other->id, hex);
            count++;
        }
    }
    pln_hex(id, sizeof *id, own);
    if (count == 1) {
        warn(warnings,
             "Another network here is called %s, too: where a network has to be named, say %.*s "
             "for this one and %.*s for that one.",
             name, BEGINNING, own, BEGINNING, hex);
    } else if (count > 1) {
        warn(warnings,
             "%zu other networks here are called %s, too: where a network has to be named, say "
             "%.*s for this one; `pln network list` shows the others.",
             count, name, BEGINNING, own);
    }
    pln_networks_free(&networks);
}

void pln_warn_heir(json_t *warnings, const pln_member_view_t *heir, const char *network)
{
    char did[PLN_DID_SIZE];
    char time[PLN_MOMENT_SIZE];
    if (heir->state.connected) {
        return;
    }
    pln_did(&heir->member.node, did);
    pln_moment_text(heir->state.heard_wall_ms, time);
    warn(warnings,
         "%s is not connected and was %s%s: it is the root of %s all the same, and until it is "
         "back nobody can make coordinators.",
         heir->name[0] != '\0' ? heir->name : did,
         heir->state.heard_wall_ms == 0 ? "never heard" : "last heard at ",
         heir->state.heard_wall_ms == 0 ? "" : time, network);
}

void pln_warn_peer(json_t *warnings, const pln_peer_view_t *peer)
{
    char did[PLN_DID_SIZE];
    pln_did(&peer->id, did);
    if (peer->state == PLN_PEER_REFUSED) {
        warn(warnings,
             "%s at %s refuses this node: it has ended the membership, or has not heard of it yet. "
             "Ask its people if that lasts.",
             peer->name[0] != '\0' ? peer->name : did, peer->address);
    } else if (peer->state == PLN_PEER_WRONG_KEY) {
        warn(warnings,
             "Whoever answers at %s is not %s: remove that address (`pln peer remove`), or ask "
             "whether the node was set up anew.",
             peer->address, did);
    }
}

void pln_warn_addresses(json_t *warnings, const char *const *addresses, size_t count)
{
    static const char remedy[] =
        "Where others are elsewhere, name an address they can reach (--address HOST:PORT, or "
        "`advertise` in plnd.conf), or invite through a node that has one.";
    switch (pln_reach_best(addresses, count)) {
        case PLN_REACH_HERE:
            warn(warnings, "The ticket names addresses of this machine only. %s", remedy);
            break;
        case PLN_REACH_INSIDE:
            warn(warnings,
                 "The ticket names private addresses only, good inside this building or "
                 "VPN. %s",
                 remedy);
            break;
        case PLN_REACH_WORLD:
            break;
    }
}

void pln_warn_near(json_t *warnings)
{
    warn(warnings,
         "Invitations are open that name no public address: only nodes that can reach this machine "
         "inside can join with them. Set `advertise` in plnd.conf if it has one by forwarding or a "
         "proxy, or name one with `pln invite --address`.");
}
