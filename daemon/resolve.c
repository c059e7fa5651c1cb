// SPDX-License-Identifier: MPL-2.0
#include "resolve.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "catalog_query.h"
#include "moment.h"
#include "proto/kinds.h"
#include "republish.h"

#define DID_PREFIX "did:key:"
#define DID_PREFIX_SIZE 8u
#define ID_PREFIX_MIN 4u /**< "z6Mk", which all ids have */
#define HEX_PREFIX_MIN 4u
#define CHOICES_SHOWN 5u

/** Candidates of an ambiguous name, as they are listed to the user. */
typedef struct {
    char text[CHOICES_SHOWN * 80];
    size_t count;
} choices_t;

static void add_choice(choices_t *choices, const char *text)
{
    size_t used = strlen(choices->text);
    if (choices->count < CHOICES_SHOWN) {
        snprintf(choices->text + used, sizeof choices->text - used, "%s%s", used > 0 ? ", " : "",
                 text);
    } else if (choices->count == CHOICES_SHOWN) {
        snprintf(choices->text + used, sizeof choices->text - used, ", ...");
    }
    choices->count++;
}

static void add_choice_id(choices_t *choices, const pln_id_t *id)
{
    char did[PLN_DID_SIZE];
    pln_did(id, did);
    add_choice(choices, did);
}

/* ---- networks ---- */

/** How well @text names a network: 3 its id, 2 its name, 1 a prefix of its id, 0 not at all. */
static int network_match(const pln_network_view_t *view, const char *text)
{
    char hex[2 * sizeof view->id + 1];
    pln_hex(&view->id, sizeof view->id, hex);
    if (strcasecmp(hex, text) == 0) {
        return 3;
    }
    if (strcmp(view->name, text) == 0) {
        return 2;
    }
    size_t size = strlen(text);
    return size >= HEX_PREFIX_MIN && strncasecmp(hex, text, size) == 0 ? 1 : 0;
}

static bool are_left(const pln_networks_t *networks)
{
    bool left = true;
    for (size_t i = 0; i < networks->count; i++) {
        left = left && networks->list[i].left;
    }
    return left;
}

static bool only_network(pln_answer_t *answer, const pln_networks_t *networks,
                         pln_network_view_t *out)
{
    choices_t choices = {.text = ""};
    size_t last = 0;
    bool all_left = are_left(networks);  // then one that was left is meant: to look at or forget
    for (size_t i = 0; i < networks->count; i++) {
        if (all_left || !networks->list[i].left) {
            char hex[2 * sizeof networks->list[i].id + 1];
            pln_hex(&networks->list[i].id, sizeof networks->list[i].id, hex);
            add_choice(&choices, hex);
            last = i;
        }
    }
    if (choices.count == 1) {
        *out = networks->list[last];
        return true;
    }
    if (choices.count == 0) {
        pln_answer_problem(answer, 404, "not-found",
                           "this node is in no network yet: found one with `pln network create`, "
                           "or `pln join` one");
    } else {
        pln_answer_problem(answer, 400, "ambiguous",
                           "this node is in several networks; say which: %s", choices.text);
    }
    return false;
}

static bool pick_network(pln_answer_t *answer, const pln_networks_t *networks, const char *text,
                         pln_network_view_t *out)
{
    int best = 0;
    choices_t choices = {.text = ""};
    for (size_t i = 0; i < networks->count; i++) {
        int match = network_match(&networks->list[i], text);
        if (match > best) {
            best = match;
            choices = (choices_t){.text = ""};
        }
        if (match > 0 && match == best) {
            char hex[2 * sizeof networks->list[i].id + 1];
            pln_hex(&networks->list[i].id, sizeof networks->list[i].id, hex);
            add_choice(&choices, hex);
            *out = networks->list[i];
        }
    }
    if (choices.count == 0) {
        pln_answer_problem(answer, 404, "not-found",
                           "this node is in no network \"%s\": `pln network list` shows them",
                           text);
    } else if (choices.count > 1) {
        pln_answer_problem(answer, 400, "ambiguous",
                           "several networks answer to \"%s\"; say which: %s", text, choices.text);
    }
    return choices.count == 1;
}

bool pln_resolve_network(const pln_request_t *request, pln_answer_t *answer, const char *text,
                         pln_network_view_t *out)
{
    pln_networks_t networks;
    if (!pln_look_networks(request->api->driver, &networks)) {
        pln_networks_free(&networks);
        pln_answer_stopping(answer);
        return false;
    }
    bool found = strcmp(text, "-") == 0 ? only_network(answer, &networks, out)
                                        : pick_network(answer, &networks, text, out);
    pln_networks_free(&networks);
    return found;
}

/* ---- members and authors ---- */

bool pln_id_matches(const pln_id_t *id, const char *text)
{
    char did[PLN_DID_SIZE];
    pln_did(id, did);
    if (strncmp(text, DID_PREFIX, DID_PREFIX_SIZE) == 0) {
        text += DID_PREFIX_SIZE;
    }
    size_t size = strlen(text);
    return size >= ID_PREFIX_MIN && strncmp(did + DID_PREFIX_SIZE, text, size) == 0;
}

/** Distinct ids found so far; more than one is ambiguous. */
typedef struct {
    pln_id_t id;
    choices_t choices;
} one_id_t;

static void found_id(one_id_t *one, const pln_id_t *id)
{
    if (one->choices.count == 0 || !pln_id_equal(&one->id, id)) {
        one->id = *id;
        add_choice_id(&one->choices, id);
    }
}

static bool take_id(pln_answer_t *answer, const one_id_t *one, const char *what, const char *text,
                    pln_id_t *out)
{
    if (one->choices.count == 1) {
        *out = one->id;
        return true;
    }
    if (one->choices.count == 0) {
        pln_answer_problem(answer, 404, "not-found",
                           "no %s answers to \"%s\": `pln members` shows who is in the network",
                           what, text);
    } else {
        pln_answer_problem(answer, 400, "ambiguous", "several %ss answer to \"%s\"; say which: %s",
                           what, text, one->choices.text);
    }
    return false;
}

/** Add members of @network that @text names. False: the driver is stopping. */
static bool match_members(const pln_request_t *request, const pln_network_id_t *network,
                          const char *text, one_id_t *one)
{
    pln_members_t members;
    char self[PLN_NAME_MAX + 1];
    pln_naming_get(request->api->naming, self);
    bool looked = pln_look_members(request->api->driver, network, &members);
    for (size_t i = 0; i < members.count; i++) {
        const pln_member_t *member = &members.list[i].member;
        bool own = pln_id_equal(&member->node, &request->api->self);
        if (strcmp(members.list[i].name, text) == 0 || pln_id_matches(&member->node, text) ||
            (own && strcmp(self, text) == 0)) {
            found_id(one, &member->node);
        }
    }
    pln_members_free(&members);
    return looked;
}

/** Authors of @network, or of all, that hold a chain here: former members too. */
static void match_authors(pln_store_t *store, const pln_network_id_t *network, const char *text,
                          one_id_t *one)
{
    uint32_t cursor = 0;
    pln_chain_row_t row;
    while (pln_store_next_chain(store, network, &cursor, &row)) {
        if (pln_id_matches(&row.place.author, text)) {
            found_id(one, &row.place.author);
        }
    }
}

/** Those of them that are or were called @text; each is asked of the driver. */
static void match_names(const pln_request_t *request, const pln_network_id_t *network,
                        const char *text, one_id_t *one)
{
    uint32_t cursor = 0;
    pln_chain_row_t row;
    while (pln_store_next_chain(request->api->store, network, &cursor, &row)) {
        char name[PLN_NAME_MAX + 1];
        if (pln_look_label(request->api->driver, network, &row.place.author, name) &&
            strcmp(name, text) == 0) {
            found_id(one, &row.place.author);
        }
    }
}

bool pln_resolve_member(const pln_request_t *request, pln_answer_t *answer,
                        const pln_network_id_t *network, const char *text, pln_id_t *out)
{
    if (pln_did_parse(text, out) == PLN_OK) {
        return true;
    }
    one_id_t one = {.choices = {.text = ""}};
    if (!match_members(request, network, text, &one)) {
        pln_answer_stopping(answer);
        return false;
    }
    if (one.choices.count == 0) {
        match_authors(request->api->store, network, text, &one);
        match_names(request, network, text, &one);
    }
    return take_id(answer, &one, "member", text, out);
}

/** An id is known by its label in any of the networks asked for, or by a prefix. */
static bool resolve_author(const pln_request_t *request, pln_answer_t *answer, const char *text,
                           pln_filter_t *filter)
{
    filter->by_author = true;
    if (pln_did_parse(text, &filter->author) == PLN_OK) {
        return true;
    }
    pln_networks_t networks;
    one_id_t one = {.choices = {.text = ""}};
    char self[PLN_NAME_MAX + 1];
    pln_naming_get(request->api->naming, self);
    if (strcmp(self, text) == 0) {
        found_id(&one, &request->api->self);
    }
    bool looked = pln_look_networks(request->api->driver, &networks);
    for (size_t i = 0; i < networks.count && looked; i++) {
        const pln_network_id_t *network = &networks.list[i].id;
        if (!filter->by_network || memcmp(network, &filter->network, sizeof *network) == 0) {
            looked = match_members(request, network, text, &one);
            match_authors(request->api->store, network, text, &one);
        }
    }
    for (size_t i = 0; i < networks.count && looked && one.choices.count == 0; i++) {
        const pln_network_id_t *network = &networks.list[i].id;
        if (!filter->by_network || memcmp(network, &filter->network, sizeof *network) == 0) {
            match_names(request, network, text, &one);
        }
    }
    pln_networks_free(&networks);
    if (!looked) {
        pln_answer_stopping(answer);
        return false;
    }
    return take_id(answer, &one, "author", text, &filter->author);
}

/* ---- filters ---- */

/** The name of a kind of records, or "0x0123" for one this version does not know. */
static bool parse_kind(const char *text, uint16_t *out)
{
    const pln_kind_t *kind = pln_kind_by_name(text);
    if (kind != NULL && kind->fields != NULL) {
        *out = kind->number;
        return true;
    }
    uint8_t bytes[2];
    if (strncmp(text, "0x", 2) != 0 || strlen(text) != 6 ||
        pln_unhex(text + 2, bytes, sizeof bytes) != PLN_OK) {
        return false;
    }
    *out = pln_get_u16(bytes);
    return true;
}

bool pln_resolve_filter(const pln_request_t *request, pln_answer_t *answer, pln_filter_t *out)
{
    const char *network = pln_uri_param(request->uri, "network");
    const char *kind = pln_uri_param(request->uri, "kind");
    const char *author = pln_uri_param(request->uri, "author");
    const char *since = pln_uri_param(request->uri, "since");
    memset(out, 0, sizeof *out);
    out->now_ms = pln_wall_ms();
    if (network != NULL && network[0] != '\0') {
        pln_network_view_t view;
        if (!pln_resolve_network(request, answer, network, &view)) {
            return false;
        }
        out->by_network = true;
        out->network = view.id;
    }
    if (kind != NULL && kind[0] != '\0') {
        out->by_kind = true;
        if (!parse_kind(kind, &out->kind)) {
            pln_answer_problem(answer, 400, "kind",
                               "there is no kind \"%s\": `pln help` lists them", kind);
            return false;
        }
    }
    if (since != NULL && since[0] != '\0' && !pln_since_parse(since, out->now_ms, &out->since_ms)) {
        pln_answer_problem(answer, 400, "since",
                           "\"%s\" is no time: give 7d, 12h or 2026-11-22T09:30:00Z", since);
        return false;
    }
    return author == NULL || author[0] == '\0' || resolve_author(request, answer, author, out);
}

/* ---- records ---- */

bool pln_place_parse(const char *text, uint32_t *epoch, uint64_t *seq)
{
    const char *dot = strchr(text, '.');
    uint64_t number = 0;
    if (dot != NULL) {
        char head[16];
        if (dot - text >= (ptrdiff_t)sizeof head) {
            return false;
        }
        memcpy(head, text, (size_t)(dot - text));
        head[dot - text] = '\0';
        if (!pln_number_parse(head, UINT32_MAX, &number)) {
            return false;
        }
        text = dot + 1;
    }
    *epoch = (uint32_t)number;
    return pln_number_parse(text, PLN_SEQ_MAX, seq) && *seq > 0;
}

/**
 * What does not count under @wanted any more, and its author has published again (`was`): the
 * newest of these. Only the author says so: anybody may write what it likes into that field.
 */
static bool find_moved(const pln_api_t *api, const pln_place_t *wanted, uint64_t *seq,
                       pln_chain_row_t *chain)
{
    pln_relative_t moved[PLN_MOVED_MAX];
    size_t count = pln_moved(api, wanted, *seq, moved);
    for (size_t i = 0; i < count; i++) {
        if (pln_store_chain(api->store, moved[i].chain, chain) == PLN_OK &&
            pln_id_equal(&chain->place.author, &wanted->author) &&
            memcmp(&chain->place.network, &wanted->network, sizeof wanted->network) == 0 &&
            moved[i].seq <= chain->counted && moved[i].seq > chain->base.seq) {
            *seq = moved[i].seq;
            return true;
        }
    }
    return false;
}

bool pln_resolve_record(const pln_request_t *request, pln_answer_t *answer, const char *network,
                        const char *author, const char *place, pln_chain_row_t *chain,
                        uint64_t *seq)
{
    pln_filter_t filter = {.by_network = true};
    pln_network_view_t view;
    uint32_t epoch;
    if (!pln_place_parse(place, &epoch, seq)) {
        pln_answer_problem(answer, 400, "id",
                           "a record id is NET/AUTHOR/SEQ or NET/AUTHOR/EPOCH.SEQ");
        return false;
    }
    if (!pln_resolve_network(request, answer, network, &view)) {
        return false;
    }
    filter.network = view.id;
    if (!resolve_author(request, answer, author, &filter)) {
        return false;
    }
    pln_place_t wanted = {.network = filter.network,
                          .author = filter.author,
                          .epoch = epoch,
                          .lane = PLN_LANE_RECORDS};
    if (pln_store_counting(request->api->store, &wanted, *seq, chain) != PLN_OK &&
        !find_moved(request->api, &wanted, seq, chain)) {
        pln_answer_problem(answer, 404, "not-found", "this node holds no such record");
        return false;
    }
    return true;
}
