// SPDX-License-Identifier: MPL-2.0
// The inviter: INVITE -> ticket text; a JOIN with that ticket -> grant, WELCOME (R22).
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "identity.h"
#include "node_join.h"
#include "node_terms.h"

#define KEEP_MS \
    (UINT64_C(30) * 24 * 3600 * 1000) /**< an expired invitation is remembered so long */

/* ---- the row ---- */

static void invitation_save(pln_node_t *node, const pln_invitation_t *invitation)
{
    pln_buf_t value = {0};
    pln_pack_array(&value, 13);
    pln_pack_bin(&value, invitation->network.bytes, 32);
    pln_pack_uint(&value, invitation->role);
    pln_pack_cstr(&value, invitation->label);
    pln_pack_uint(&value, invitation->made_ms);
    pln_pack_uint(&value, invitation->expiry_ms);
    pln_pack_uint(&value, (uint64_t)invitation->state);
    pln_pack_bool(&value, invitation->bound);
    pln_pack_bin(&value, invitation->bound_to.bytes, 32);
    pln_pack_bin(&value, invitation->used_by.bytes, 32);
    pln_pack_cstr(&value, invitation->used_name);
    pln_pack_uint(&value, invitation->used_ms);
    pln_pack_uint(&value, invitation->until_ms);
    pln_pack_bool(&value, invitation->near);
    pln_save(node, PLN_TABLE_TICKETS, invitation->key.bytes, 32, &value);
    pln_buf_free(&value);
}

static void text_copy(char *out, size_t size, pln_span_t text)
{
    size_t length = text.size < size - 1 ? text.size : size - 1;
    memcpy(out, text.data, length);
    out[length] = '\0';
}

pln_err_t pln_invitation_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    pln_invitation_t read = {0};
    pln_unpack_t in = pln_unpack(value);
    if (key.size != 32 || pln_unpack_array(&in, 13) != 13) {
        return PLN_EMALFORMED;
    }
    memcpy(read.key.bytes, key.data, 32);
    pln_unpack_fixed(&in, read.network.bytes, 32);
    read.role = (pln_role_t)pln_unpack_uint_max(&in, PLN_ROLE_COORDINATOR);
    text_copy(read.label, sizeof read.label, pln_unpack_str(&in, PLN_NAME_MAX));
    read.made_ms = pln_unpack_uint(&in);
    read.expiry_ms = pln_unpack_uint(&in);
    uint64_t state = pln_unpack_uint_max(&in, PLN_TICKET_CANCELLED);
    read.state = state == PLN_TICKET_OPEN   ? PLN_TICKET_OPEN
                 : state == PLN_TICKET_USED ? PLN_TICKET_USED
                                            : PLN_TICKET_CANCELLED;
    read.bound = pln_unpack_bool(&in);
    pln_unpack_fixed(&in, read.bound_to.bytes, 32);
    pln_unpack_fixed(&in, read.used_by.bytes, 32);
    text_copy(read.used_name, sizeof read.used_name, pln_unpack_str(&in, PLN_NAME_MAX));
    read.used_ms = pln_unpack_uint(&in);
    read.until_ms = pln_unpack_uint_max(&in, PLN_TIME_MAX);
    read.near = pln_unpack_bool(&in);
    PLN_TRY(pln_unpack_end(&in));
    pln_invitation_t *kept = pln_alloc(sizeof *kept);
    *kept = read;
    pln_map_put(&node->tickets, kept->key.bytes, kept);
    return PLN_OK;
}

static void ticket_admit(pln_node_t *node, const pln_id_t *key, bool on)
{
    pln_effect_t *effect = pln_fx(node, PLN_FX_ADMIT);
    effect->as.admit.as = PLN_LINK_TICKET;
    effect->as.admit.id = *key;
    effect->as.admit.admit = on;
}

/* ---- the inviter ---- */

static const char *invite_refusal(pln_node_t *node, pln_net_state_t *net, pln_role_t role)
{
    pln_member_t self;
    if (net == NULL || net->left) {
        return "this node belongs to no such network";
    }
    if (pln_access_member(net->access, &node->self->id, &self) != PLN_OK ||
        self.role < PLN_ROLE_COORDINATOR) {
        return "only a coordinator or the root of the network can invite";
    }
    if (role == PLN_ROLE_COORDINATOR && self.role != PLN_ROLE_ROOT) {
        return "only the root of the network can make coordinators";
    }
    if (role < PLN_ROLE_READER || role > PLN_ROLE_COORDINATOR) {
        return "the role is reader, contributor or coordinator";
    }
    return NULL;
}

bool pln_may_invite(pln_node_t *node, const pln_network_id_t *network, pln_role_t role)
{
    return invite_refusal(node, pln_net_find(node, network), role) == NULL;
}

/** Of two ends, 0 for none. */
static uint64_t earlier(uint64_t a_ms, uint64_t b_ms)
{
    return b_ms == 0 || (a_ms != 0 && a_ms < b_ms) ? a_ms : b_ms;
}

static void ticket_fill(pln_node_t *node, pln_net_state_t *net, const pln_event_t *event,
                        pln_ticket_t *ticket)
{
    ticket->network = net->id;
    if (pln_access_founder(net->access, &ticket->root) != PLN_OK) {
        ticket->root = node->self->id;
    }
    ticket->inviter = node->self->id;
    pln_settings_t settings;
    pln_access_settings(net->access, &settings);
    memcpy(ticket->title, settings.name, sizeof ticket->title);
    ticket->node_count = 1;
    ticket->nodes[0].id = node->self->id;
    for (size_t i = 0; i < event->as.invite.address_count && i < PLN_TICKET_ADDRESSES_MAX; i++) {
        strncpy(ticket->nodes[0].addresses[i], event->as.invite.addresses[i], PLN_ADDRESS_MAX);
        ticket->nodes[0].address_count++;
    }
    ticket->role = event->as.invite.role;
    strncpy(ticket->label, event->as.invite.label, PLN_NAME_MAX);
    ticket->expiry_ms = earlier(event->as.invite.expiry_ms, event->as.invite.until_ms);
    ticket->bound = event->as.invite.bound;
    ticket->bound_to = event->as.invite.bound_to;
    memcpy(ticket->seed, event->as.invite.seed, sizeof ticket->seed);
}

void pln_invite(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.invite.request;
    pln_net_state_t *net = pln_net_find(node, &event->as.invite.network);
    const char *refusal = invite_refusal(node, net, event->as.invite.role);
    if (refusal != NULL) {
        pln_reply(node, request, true, net == NULL ? PLN_ENOTFOUND : PLN_EROLE, refusal);
        return;
    }
    if (pln_clock_check(node) != PLN_OK) {
        pln_reply(node, request, true, PLN_ECLOCK,
                  "this machine's clock is wrong, and with it the day the invitation would end: "
                  "set it, then invite");
        return;
    }
    pln_identity_t one_time;
    if (event->as.invite.address_count == 0 ||
        pln_identity_derive(event->as.invite.seed, &one_time) != PLN_OK) {
        pln_reply(node, request, true, PLN_EINVAL, "a ticket needs an address to dial and a key");
        return;
    }
    if (strlen(event->as.invite.label) > PLN_NAME_MAX ||
        !pln_utf8_valid(PLN_SPAN(event->as.invite.label, strlen(event->as.invite.label)))) {
        pln_reply(node, request, true, PLN_EINVAL, "a label is UTF-8 text of at most 128 bytes");
        return;
    }
    uint64_t until_ms = event->as.invite.until_ms;
    if (until_ms != 0 && (until_ms <= node->wall_ms || until_ms > PLN_TIME_MAX)) {
        pln_reply(node, request, true, PLN_EINVAL, "a membership ends in the future");
        return;
    }
    pln_ticket_t ticket = {0};
    ticket_fill(node, net, event, &ticket);
    pln_invitation_t *invitation = pln_alloc_zero(1, sizeof *invitation);
    invitation->key = one_time.id;
    invitation->network = net->id;
    invitation->role = ticket.role;
    memcpy(invitation->label, ticket.label, sizeof invitation->label);
    invitation->made_ms = node->wall_ms;
    invitation->expiry_ms = ticket.expiry_ms;
    invitation->until_ms = event->as.invite.until_ms;
    invitation->near = event->as.invite.near;
    invitation->bound = ticket.bound;
    invitation->bound_to = ticket.bound_to;
    pln_map_put(&node->tickets, invitation->key.bytes, invitation);
    invitation_save(node, invitation);
    ticket_admit(node, &invitation->key, true);
    pln_pending_t *job = pln_job(node);
    job->request = request;
    job->what = PLN_EV_INVITE;
    job->about = invitation->key;
    pln_ticket_encode(&ticket, &job->data);
    sodium_memzero(&ticket, sizeof ticket);
    sodium_memzero(&one_time, sizeof one_time);
}

void pln_invite_cancel(pln_node_t *node, const pln_event_t *event)
{
    pln_invitation_t *invitation = pln_map_get(&node->tickets, event->as.cancel.ticket.bytes);
    if (invitation == NULL) {
        pln_reply(node, event->as.cancel.request, true, PLN_ENOTFOUND, "no such invitation here");
        return;
    }
    if (invitation->state == PLN_TICKET_USED) {
        pln_reply(node, event->as.cancel.request, true, PLN_ETICKET_USED,
                  "the invitation has been used; `pln revoke` puts a member out");
        return;
    }
    pln_invitation_t cancelled = *invitation;  // memory follows when it is stored
    cancelled.state = PLN_TICKET_CANCELLED;
    invitation_save(node, &cancelled);
    pln_pending_t *job = pln_job(node);
    job->request = event->as.cancel.request;
    job->what = PLN_EV_CANCEL;
    job->about = invitation->key;
}

static void invitation_drop(pln_node_t *node, pln_invitation_t *invitation)
{
    ticket_admit(node, &invitation->key, false);
    pln_map_remove(&node->tickets, invitation->key.bytes);
    free(invitation);
}

void pln_invite_failed(pln_node_t *node, const pln_pending_t *job)
{
    pln_invitation_t *invitation = pln_map_get(&node->tickets, job->about.bytes);
    if (invitation != NULL) {
        invitation_drop(node, invitation);
    }
}

pln_err_t pln_cancel_stored(pln_node_t *node, const pln_pending_t *job)
{
    pln_invitation_t *invitation = pln_map_get(&node->tickets, job->about.bytes);
    if (invitation == NULL) {
        return PLN_OK;  // it has ended meanwhile
    }
    if (invitation->state == PLN_TICKET_USED) {
        return PLN_ETICKET_USED;
    }
    invitation->state = PLN_TICKET_CANCELLED;
    return PLN_OK;
}

static pln_err_t join_check(pln_node_t *node, const pln_link_t *link, const pln_join_t *join,
                            const pln_invitation_t *invitation)
{
    uint8_t text[128];
    pln_join_text(&join->network, &link->id, &join->node, &join->inviter, text);
    PLN_TRY(pln_id_check(&join->node));
    PLN_TRY(pln_verify(&join->node, PLN_DOMAIN_JOIN, PLN_SPAN(text, sizeof text), &join->by_node));
    PLN_TRY(pln_verify(&link->id, PLN_DOMAIN_JOIN, PLN_SPAN(text, sizeof text), &join->by_ticket));
    if (invitation == NULL || !pln_id_equal(&join->inviter, &node->self->id) ||
        memcmp(join->network.bytes, invitation->network.bytes, 32) != 0) {
        return PLN_ETICKET_UNKNOWN;
    }
    if (invitation->state == PLN_TICKET_CANCELLED) {
        return PLN_ETICKET_CANCELLED;
    }
    if (invitation->state == PLN_TICKET_USED) {
        return pln_id_equal(&invitation->used_by, &join->node) ? PLN_EEXISTS : PLN_ETICKET_USED;
    }
    uint64_t end_ms = earlier(invitation->expiry_ms, invitation->until_ms);
    if (end_ms != 0 && end_ms <= node->wall_ms) {
        return PLN_ETICKET_EXPIRED;
    }
    if (invitation->bound && !pln_id_equal(&invitation->bound_to, &join->node)) {
        return PLN_ETICKET_BOUND;
    }
    return PLN_OK;
}

static void welcome_send(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network)
{
    pln_net_state_t *net = pln_net_find(node, network);
    pln_settings_t settings = {0};
    pln_message_t welcome = {.type = PLN_MSG_WELCOME};
    if (net != NULL) {
        pln_access_settings(net->access, &settings);
        if (pln_access_founder(net->access, &welcome.as.welcome.root) != PLN_OK) {
            return;
        }
    }
    welcome.as.welcome.network = *network;
    welcome.as.welcome.title = PLN_SPAN(settings.title, strlen(settings.title));
    pln_send(node, link, &welcome, (pln_span_t){0});
}

static void grant_mint(pln_node_t *node, pln_link_t *link, const pln_join_t *join,
                       pln_invitation_t *invitation, pln_net_state_t *net)
{
    pln_grant_t grant = {
        .node = join->node, .role = invitation->role, .expiry_ms = invitation->until_ms};
    uint32_t highest = 0;
    bool known = pln_access_highest_term(net->access, &join->node, &highest);
    if (known && highest >= PLN_TERM_MAX) {
        pln_link_bye(node, link, "full", "no term is left for this node; join with a new identity");
        return;
    }
    grant.term = known ? highest + 1 : 0;
    grant.label = invitation->label[0] != '\0'
                      ? PLN_SPAN(invitation->label, strlen(invitation->label))
                      : join->name;
    uint32_t epoch;
    if (pln_own_epoch(node, net, PLN_LANE_CONTROL, &epoch) != PLN_OK) {
        pln_link_bye(node, link, "role", "whoever made it may no longer invite");
        return;
    }
    pln_buf_t payload = {0};
    pln_grant_encode(&grant, &payload);
    pln_mint_control(node, net, epoch, PLN_KIND_GRANT, &payload);
    pln_buf_free(&payload);
    invitation->state = PLN_TICKET_USED;
    invitation->used_by = join->node;
    text_copy(invitation->used_name, sizeof invitation->used_name, join->name);
    invitation->used_ms = node->wall_ms;
    invitation_save(node, invitation);
    pln_pending_t *job = pln_job(node);
    job->what = PLN_EV_JOIN;
    job->network = net->id;
    job->welcome_link = link->number;
    job->about = invitation->key;
}

/** The same JOIN again while the first is in the writer: answer on the newer link. */
static bool join_pending(pln_node_t *node, const pln_link_t *link)
{
    for (pln_pending_t *job = node->pending; job != NULL; job = job->next) {
        if (job->welcome_link != 0 && pln_id_equal(&job->about, &link->id)) {
            job->welcome_link = link->number;
            return true;
        }
    }
    return false;
}

static void say(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

static void say_count(pln_buf_t *out, uint64_t count)
{
    char digits[21] = "";
    size_t at = sizeof digits - 1;
    do {
        digits[--at] = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    say(out, digits + at);
}

/** "Cedar Valley (did:key:z6Mk...), 3 hours ago": no date, as clocks and zones differ. */
static void say_who_used(pln_buf_t *out, const pln_invitation_t *invitation, uint64_t now_ms)
{
    static const struct {
        uint64_t ms;
        const char *one, *many;
    } units[] = {{86400000, " day ago", " days ago"},
                 {3600000, " hour ago", " hours ago"},
                 {60000, " minute ago", " minutes ago"}};
    char did[PLN_DID_SIZE];
    pln_did(&invitation->used_by, did);
    say(out, invitation->used_name);
    say(out, " (");
    say(out, did);
    say(out, "), ");
    uint64_t passed = now_ms > invitation->used_ms ? now_ms - invitation->used_ms : 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        uint64_t count = passed / units[i].ms;
        if (count > 0) {
            say_count(out, count);
            say(out, count == 1 ? units[i].one : units[i].many);
            return;
        }
    }
    say(out, "just now");
}

void pln_join_received(pln_node_t *node, pln_link_t *link, const pln_join_t *join)
{
    pln_invitation_t *invitation = pln_map_get(&node->tickets, link->id.bytes);
    pln_err_t error = join_check(node, link, join, invitation);
    if (error == PLN_EEXISTS && join_pending(node, link)) {
        return;
    }
    pln_net_state_t *net = pln_net_find(node, &join->network);
    if (error == PLN_OK && pln_hold(node, net)) {
        return;
    }
    if (error == PLN_EEXISTS && net != NULL && pln_net_admits(net, &join->node)) {
        welcome_send(node, link, &join->network);
        return;
    }
    if (error == PLN_EEXISTS) {
        pln_refuse(node, PLN_ETICKET_USED);
        pln_link_bye(node, link, pln_error_name(PLN_ETICKET_CANCELLED),
                     "the membership it gave has ended; ask for a new one");
        return;
    }
    if (error != PLN_OK) {
        pln_refuse(node, error);
        pln_buf_t detail = {0};
        if (error == PLN_ETICKET_USED) {
            say_who_used(&detail, invitation, node->wall_ms);
        }
        pln_buf_add(&detail, "", 1);
        pln_link_bye(node, link, pln_error_name(error), (const char *)detail.data);
        pln_buf_free(&detail);
        return;
    }
    const char *refusal = invite_refusal(node, net, invitation->role);
    if (refusal != NULL) {
        pln_link_bye(node, link, "role", "whoever made it may no longer invite");
        return;
    }
    pln_member_t member;
    if (pln_access_member(net->access, &join->node, &member) == PLN_OK && !member.left &&
        member.role >= invitation->role && invitation->until_ms == 0 &&
        !pln_member_over(&member, node->wall_ms)) {
        welcome_send(node, link, &join->network);  // in already: the invitation stays good
        return;
    }
    grant_mint(node, link, join, invitation, net);
}

void pln_join_stored(pln_node_t *node, const pln_pending_t *job, pln_err_t error)
{
    pln_invitation_t *invitation = pln_map_get(&node->tickets, job->about.bytes);
    pln_link_t *link = pln_link_find(node, job->welcome_link);
    if (error != PLN_OK) {
        if (invitation != NULL) {
            invitation->state = PLN_TICKET_OPEN;  // the grant did not become durable: as before
        }
        if (link != NULL && !link->closing) {
            pln_link_bye(node, link, pln_error_name(error),
                         "the inviter could not store the grant");
        }
    } else if (link != NULL && !link->closing) {
        welcome_send(node, link, &job->network);
    }
}

/* ---- time ---- */

void pln_invitations_save(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_invitation_t *t; (t = pln_map_next(&node->tickets, &cursor)) != NULL;) {
        invitation_save(node, t);
    }
}

void pln_invitations_void(pln_node_t *node, const pln_network_id_t *network)
{
    size_t cursor = 0;
    for (pln_invitation_t *t; (t = pln_map_next(&node->tickets, &cursor)) != NULL;) {
        bool meant = network == NULL || memcmp(&t->network, network, sizeof *network) == 0;
        if (meant && t->state == PLN_TICKET_OPEN) {
            t->state = PLN_TICKET_CANCELLED;
            invitation_save(node, t);
        }
    }
}

void pln_invite_scan(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_invitation_t *t; (t = pln_map_next(&node->tickets, &cursor)) != NULL;) {
        if (t->expiry_ms != 0 && t->expiry_ms + KEEP_MS < node->wall_ms) {
            pln_forget_row(node, PLN_TABLE_TICKETS, t->key.bytes, 32);
            invitation_drop(node, t);
            break;  // the map has moved: the others at the next scan
        }
    }
}
