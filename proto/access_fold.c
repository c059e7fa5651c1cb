// SPDX-License-Identifier: MPL-2.0
// The answers. Three layers, each a function of the one above: the root's statements all count; a
// coordinator's count within the limit that the root's alone give it; everybody else's limits
// follow from those two. No answer asks for one of its own layer, so there is no order and no
// recursion.
#include <assert.h>
#include <string.h>

#include "access.h"
#include "access_set.h"

/* ---- layers one and two: who may speak ---- */

static bool coordinator_grant(const pln_access_t *access, const pln_fact_t *grant)
{
    return grant->as.grant.role == PLN_ROLE_COORDINATOR && pln_fact_by_root(access, grant);
}

// R3.2: a term is a coordinator's iff a grant of the root says so.
bool pln_access_coordinates(const pln_access_t *access, const pln_party_t *party, uint32_t term)
{
    for (const pln_fact_t *grant = party->grants; grant != NULL; grant = grant->next) {
        if (grant->as.grant.term == term && coordinator_grant(access, grant)) {
            return true;
        }
    }
    return false;
}

// How far a chain counts, and the cut that says so; NULL when none does.
typedef struct {
    uint64_t seq;
    const pln_cut_t *cut;
} reach_t;

// What one revoke lets count: up to its furthest head there (several are branches), or nothing.
static reach_t reach_of(const pln_fact_t *revoke, uint32_t epoch, uint8_t lane)
{
    reach_t reach = {0, NULL};
    for (uint32_t i = 0; i < revoke->cut_count; i++) {
        const pln_cut_t *cut = &revoke->cuts[i];
        if (cut->epoch == epoch && cut->lane == lane && cut->seq > reach.seq) {
            reach = (reach_t){cut->seq, cut};
        }
    }
    return reach;
}

uint64_t pln_revoke_reach(const pln_fact_t *revoke, uint32_t epoch, uint8_t lane)
{
    return reach_of(revoke, epoch, lane).seq;
}

// Several revokes let count what each of them does. Of two cuts at one seq the smaller hash is
// named, so that every node names the same.
static void narrow(reach_t *reach, reach_t other)
{
    bool same = other.seq == reach->seq && other.cut != NULL && reach->cut != NULL;
    if (other.seq < reach->seq ||
        (same && memcmp(&other.cut->hash, &reach->cut->hash, sizeof(pln_hash_t)) < 0)) {
        *reach = other;
    }
}

static uint64_t authority(const pln_access_t *access, const pln_access_chain_t *chain)
{
    const pln_party_t *author = chain->author;
    uint32_t term = chain->epoch / PLN_EPOCHS_PER_TERM;
    reach_t reach = {PLN_LIMIT_NONE, NULL};
    if (author == access->root) {
        return PLN_LIMIT_NONE;
    }
    if (!pln_access_coordinates(access, author, term)) {
        return 0;
    }
    for (const pln_fact_t *fact = author->revokes; fact != NULL; fact = fact->next) {
        if (fact->as.revoke.term >= term && pln_fact_by_root(access, fact)) {
            narrow(&reach, reach_of(fact, chain->epoch, PLN_LANE_CONTROL));
        }
    }
    return reach.seq;
}

bool pln_fact_counted(const pln_access_t *access, const pln_fact_t *fact)
{
    pln_access_chain_t *chain = fact->chain;
    if (access->root == NULL) {
        return false;
    }
    if (chain->authority_turn != access->turn) {
        chain->authority = authority(access, chain);
        chain->authority_turn = access->turn;
    }
    if (pln_fact_by_root(access, fact)) {
        return true;
    }
    if (chain->authority > 0 && chain->forked) {
        pln_access_cover(access, chain);
    }
    bool within = chain->forked ? fact->covered : fact->seq <= chain->authority;
    if (chain->authority == 0 || !within || fact->about == access->root ||
        fact->about == chain->author) {
        return false;
    }
    return fact->type != PLN_FACT_GRANT || fact->as.grant.role != PLN_ROLE_COORDINATOR;
}

/* ---- layer three: limits ---- */

// Only the root touches a coordinator's term.
static bool acts_on(const pln_access_t *access, const pln_fact_t *fact, bool is_coordinator)
{
    return is_coordinator ? pln_fact_by_root(access, fact) : pln_fact_counted(access, fact);
}

bool pln_revoke_acts(const pln_access_t *access, const pln_fact_t *revoke, const pln_party_t *party,
                     uint32_t term)
{
    return revoke->as.revoke.term >= term &&
           acts_on(access, revoke, pln_access_coordinates(access, party, term));
}

static pln_role_t role_of_term(const pln_access_t *access, const pln_party_t *party, uint32_t term,
                               bool is_coordinator)
{
    pln_role_t role = PLN_ROLE_NONE;
    if (is_coordinator) {
        return PLN_ROLE_COORDINATOR;
    }
    for (const pln_fact_t *grant = party->grants; grant != NULL; grant = grant->next) {
        if (grant->as.grant.term == term && grant->as.grant.role > role &&
            pln_fact_counted(access, grant)) {
            role = grant->as.grant.role;
        }
    }
    return role;
}

pln_role_t pln_access_role_of_term(const pln_access_t *access, const pln_party_t *party,
                                   uint32_t term)
{
    return role_of_term(access, party, term, pln_access_coordinates(access, party, term));
}

bool pln_access_granted(pln_access_t *access, const pln_id_t *author, uint32_t epoch)
{
    const pln_party_t *party = pln_access_party(access, author);
    if (party == NULL || access->root == NULL) {
        return false;
    }
    return party->reigned ||
           pln_access_role_of_term(access, party, epoch / PLN_EPOCHS_PER_TERM) != PLN_ROLE_NONE;
}

static reach_t reach_of_term(const pln_access_t *access, const pln_party_t *party, uint32_t epoch,
                             uint8_t lane)
{
    uint32_t term = epoch / PLN_EPOCHS_PER_TERM;
    bool is_coordinator = pln_access_coordinates(access, party, term);
    pln_role_t role = role_of_term(access, party, term, is_coordinator);
    reach_t reach = {PLN_LIMIT_NONE, NULL};
    const pln_fact_t *transfer = pln_reigns_last(access, party);
    if (role == PLN_ROLE_NONE && lane == PLN_LANE_RECORDS && transfer != NULL) {
        return reach_of(transfer, epoch, lane);  // R17: a root's term that no grant gives
    }
    if (role == PLN_ROLE_NONE || (role == PLN_ROLE_READER && lane == PLN_LANE_RECORDS)) {
        return (reach_t){0, NULL};
    }
    for (const pln_fact_t *fact = party->revokes; fact != NULL; fact = fact->next) {
        if (fact->as.revoke.term >= term && acts_on(access, fact, is_coordinator)) {
            narrow(&reach, reach_of(fact, epoch, lane));
        }
    }
    return reach;
}

/* ---- verdicts: who is a member now ---- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int pln_fact_compare_ages(const pln_fact_t *a, const pln_fact_t *b)
{
    int order = compare_numbers(a->chain->epoch, b->chain->epoch);
    if (order == 0) {
        order = pln_fact_compare(a, b);
    }
    return order != 0 ? order : pln_id_compare(&a->chain->author->id, &b->chain->author->id);
}

// Which of two grants speaks for a member: the more powerful, higher, longer, then the root's, then
// the newer one. More grants never take away.
static bool stronger(const pln_access_t *access, const pln_fact_t *a, const pln_fact_t *b)
{
    if (b == NULL) {
        return true;
    }
    int order = compare_numbers(a->as.grant.role, b->as.grant.role);
    if (order == 0) {
        order = compare_numbers(a->as.grant.term, b->as.grant.term);
    }
    if (order == 0) {  // 0 is for ever: one below it is the largest number
        order = compare_numbers(a->as.grant.expiry_ms - 1, b->as.grant.expiry_ms - 1);
    }
    if (order == 0) {
        order = compare_numbers(pln_fact_by_root(access, a), pln_fact_by_root(access, b));
    }
    return (order != 0 ? order : pln_fact_compare_ages(a, b)) > 0;
}

static void judge(const pln_access_t *access, pln_party_t *party)
{
    int64_t ended = -1, ended_by_root = -1;  // highest terms that counted revokes end
    if (party->judged_turn == access->turn) {
        return;
    }
    party->judged_turn = access->turn;
    party->standing = NULL;
    party->granted = false;
    party->highest_term = 0;
    for (const pln_fact_t *fact = party->revokes; fact != NULL; fact = fact->next) {
        int64_t term = fact->as.revoke.term;
        if (term > ended_by_root && pln_fact_by_root(access, fact)) {
            ended_by_root = term;
        }
        if (term > ended && pln_fact_counted(access, fact)) {
            ended = term;
        }
    }
    // A coordinator's revoke does not end a coordinator's term. Where such a term lives it wins by
    // its role; where none does, no living term is one, so the others need not be asked what they
    // are.
    for (const pln_fact_t *grant = party->grants; grant != NULL; grant = grant->next) {
        if (!pln_fact_counted(access, grant)) {
            continue;
        }
        int64_t end = coordinator_grant(access, grant) ? ended_by_root : ended;
        if (!party->granted || grant->as.grant.term > party->highest_term) {
            party->highest_term = grant->as.grant.term;
        }
        party->granted = true;
        if (grant->as.grant.term > end && stronger(access, grant, party->standing)) {
            party->standing = grant;
        }
    }
}

// R22: the root until its genesis is here, the inviter until a grant of it counts. From then on the
// fold alone decides about them.
static bool promised(const pln_access_t *access, pln_party_t *party)
{
    if (access->root == NULL) {
        return party == access->promised_root || party->promised;
    }
    judge(access, party);
    return party->promised && party != access->root && !party->granted;
}

bool pln_party_is_member(const pln_access_t *access, pln_party_t *party)
{
    if (party == access->root || promised(access, party)) {
        return true;
    }
    judge(access, party);
    return party->standing != NULL;
}

/* ---- the questions of access.h ---- */

static reach_t reach_in(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                        uint8_t lane)
{
    const reach_t nowhere = {0, NULL}, everywhere = {PLN_LIMIT_NONE, NULL};
    pln_party_t *party = pln_access_party(access, author);
    if (party == NULL || lane >= PLN_LANES) {
        return nowhere;
    }
    if (promised(access, party)) {
        return lane == PLN_LANE_CONTROL ? everywhere : nowhere;
    }
    if (access->root == NULL) {
        return nowhere;
    }
    if (party == access->root) {
        return everywhere;
    }
    reach_t reach = reach_of_term(access, party, epoch, lane);
    if (lane == PLN_LANE_CONTROL && party->reigned) {
        const pln_cut_t *cut;
        uint64_t reigned = pln_reigns_reach(access, party, epoch, &cut);
        reach = reigned > reach.seq ? (reach_t){reigned, cut} : reach;
    }
    return reach;
}

uint64_t pln_access_limit(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                          uint8_t lane)
{
    return reach_in(access, author, epoch, lane).seq;
}

bool pln_access_cut(pln_access_t *access, const pln_id_t *author, uint32_t epoch, uint8_t lane,
                    pln_cut_t *out)
{
    reach_t reach = reach_in(access, author, epoch, lane);
    if (reach.cut != NULL) {
        *out = *reach.cut;
    }
    return reach.cut != NULL;
}

static void copy_text(char *out, size_t size, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    assert(length < size);
    memcpy(out, text == NULL ? "" : text, length + 1);
}

static void describe_promised(const pln_access_t *access, const pln_party_t *party,
                              pln_member_t *out)
{
    bool is_root = access->root == NULL && party == access->promised_root;
    out->role = is_root ? PLN_ROLE_ROOT : PLN_ROLE_COORDINATOR;
    out->granted_by = access->promised_root->id;
}

// The root needs no grant; those that roots gave it say only how it is called.
static void describe_root(const pln_access_t *access, const pln_party_t *party, pln_member_t *out)
{
    const pln_fact_t *newest = NULL;
    for (const pln_fact_t *grant = party->grants; grant != NULL; grant = grant->next) {
        if (pln_fact_by_root(access, grant) &&
            (newest == NULL || pln_fact_newer(access, grant, newest))) {
            newest = grant;
        }
    }
    out->role = PLN_ROLE_ROOT;
    out->granted_by = party->id;
    copy_text(out->label, sizeof out->label, newest == NULL ? NULL : newest->text);
}

static void describe_granted(const pln_party_t *party, pln_member_t *out)
{
    const pln_fact_t *grant = party->standing;
    out->term = grant->as.grant.term;
    out->role = grant->as.grant.role;
    out->expiry_ms = grant->as.grant.expiry_ms;
    out->granted_ms = grant->time_ms;
    out->granted_by = grant->chain->author->id;
    copy_text(out->label, sizeof out->label, grant->text);
    for (const pln_fact_t *leave = party->leaves; leave != NULL; leave = leave->next) {
        out->left = out->left || leave->chain->epoch / PLN_EPOCHS_PER_TERM == out->term;
    }
}

static void describe(const pln_access_t *access, pln_party_t *party, pln_member_t *out)
{
    memset(out, 0, sizeof *out);
    out->node = party->id;
    if (promised(access, party)) {
        describe_promised(access, party, out);
    } else if (party == access->root) {
        describe_root(access, party, out);
    } else {
        describe_granted(party, out);
    }
}

pln_err_t pln_access_member(pln_access_t *access, const pln_id_t *node, pln_member_t *out)
{
    pln_party_t *party = pln_access_party(access, node);
    if (party == NULL || !pln_party_is_member(access, party)) {
        return PLN_ENOTFOUND;
    }
    describe(access, party, out);
    return PLN_OK;
}

static void refresh_members(pln_access_t *access)
{
    const pln_fact_t *grant;
    if (access->members_generation == access->generation) {
        return;
    }
    access->members_generation = access->generation;
    access->member_count = 0;
    access->members =
        pln_realloc(access->members, (access->parties.count + 1) * sizeof *access->members);
    access->ended_end = access->members + access->parties.count;
    access->ended = access->ended_end;  // filled from behind
    for (size_t i = 0; i < access->parties.count; i++) {
        pln_party_t *party = access->parties.items[i];
        if (pln_party_is_member(access, party)) {
            access->members[access->member_count++] = party;
        } else if (party->granted || pln_access_undone(access, party, &grant) != NULL) {
            *--access->ended = party;
        }
    }
}

bool pln_access_next(pln_access_t *access, size_t *cursor, pln_member_t *out)
{
    refresh_members(access);
    if (*cursor >= access->member_count) {
        return false;
    }
    describe(access, access->members[(*cursor)++], out);
    return true;
}

pln_admission_t *pln_access_ended(pln_access_t *access)
{
    refresh_members(access);
    pln_party_t **end = access->ended_end;
    if (access->ended == end) {
        return NULL;
    }
    pln_admission_t *ended = pln_admission_new((size_t)(end - access->ended));
    while (end > access->ended) {  // they stand in descending order
        pln_admission_add(ended, &(*--end)->id);
    }
    return ended;
}

size_t pln_access_count(pln_access_t *access)
{
    refresh_members(access);
    return access->member_count;
}

bool pln_access_highest_term(pln_access_t *access, const pln_id_t *node, uint32_t *term)
{
    pln_party_t *party = pln_access_party(access, node);
    if (party == NULL) {
        return false;
    }
    judge(access, party);
    if (party->granted) {
        *term = party->highest_term;
    }
    return party->granted;
}

bool pln_access_last_label(pln_access_t *access, const pln_id_t *node, char out[PLN_NAME_MAX + 1])
{
    const pln_party_t *party = pln_access_party(access, node);
    const pln_fact_t *last = NULL;
    for (const pln_fact_t *grant = party == NULL ? NULL : party->grants; grant != NULL;
         grant = grant->next) {
        bool later = last == NULL || grant->as.grant.term > last->as.grant.term ||
                     (grant->as.grant.term == last->as.grant.term && stronger(access, grant, last));
        if (grant->text != NULL && later && pln_fact_counted(access, grant)) {
            last = grant;
        }
    }
    copy_text(out, PLN_NAME_MAX + 1, last == NULL ? NULL : last->text);
    return last != NULL;
}

bool pln_access_led(pln_access_t *access, const pln_id_t *node)
{
    uint32_t term;
    return pln_access_highest_term(access, node, &term) &&
           pln_access_coordinates(access, pln_access_party(access, node), term);
}
