// SPDX-License-Identifier: MPL-2.0
// The joiner: dial with the ticket's key -> JOIN -> WELCOME -> dial as ourselves -> member (R22).
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"

#define RETRY_MS 2000u
#define JOINING_MAX (sizeof((pln_node_t *)0)->joining / sizeof(pln_joining_t *))

static void text_copy(char *out, size_t size, pln_span_t text)
{
    size_t length = text.size < size - 1 ? text.size : size - 1;
    memcpy(out, text.data, length);
    out[length] = '\0';
}

static void text_add(char *out, size_t size, const char *first, const char *second)
{
    strncat(out, first, size - 1 - strlen(out));
    strncat(out, second, size - 1 - strlen(out));
}

static size_t address_total(const pln_ticket_t *ticket)
{
    size_t total = 0;
    for (uint32_t i = 0; i < ticket->node_count; i++) {
        total += ticket->nodes[i].address_count;
    }
    return total;
}

static const char *address_at(const pln_ticket_t *ticket, size_t index, pln_id_t *node)
{
    for (uint32_t i = 0; i < ticket->node_count; i++) {
        if (index < ticket->nodes[i].address_count) {
            *node = ticket->nodes[i].id;
            return ticket->nodes[i].addresses[index];
        }
        index -= ticket->nodes[i].address_count;
    }
    return NULL;
}

static void progress(pln_node_t *node, pln_joining_t *joining, const char *what,
                     const char *address)
{
    char line[sizeof joining->last] = "";
    text_add(line, sizeof line, what, address != NULL ? " " : "");
    text_add(line, sizeof line, address != NULL ? address : "", "");
    if (strcmp(line, joining->last) != 0) {
        memcpy(joining->last, line, sizeof line);
        pln_reply(node, joining->request, false, PLN_OK, line);
    }
}

static void joining_end(pln_node_t *node, pln_joining_t *joining)
{
    for (size_t i = 0; i < JOINING_MAX; i++) {
        if (node->joining[i] == joining) {
            node->joining[i] = NULL;
        }
    }
    sodium_memzero(joining, sizeof *joining);
    free(joining);
}

static void joining_fail(pln_node_t *node, pln_joining_t *joining, pln_err_t error,
                         const char *detail)
{
    pln_reply(node, joining->request, true, error, detail);
    joining_end(node, joining);
}

static void knock(pln_node_t *node, pln_joining_t *joining)
{
    pln_id_t id;
    size_t total = address_total(&joining->ticket);
    const char *address = address_at(&joining->ticket, joining->attempt % total, &id);
    pln_effect_t *effect = pln_fx(node, PLN_FX_DIAL);
    effect->as.dial.link = joining->link = node->next_dial_link++;
    effect->as.dial.peer = id;
    strncpy(effect->as.dial.address, address, PLN_ADDRESS_MAX);
    effect->as.dial.as_ticket = true;
    memcpy(effect->as.dial.seed, joining->ticket.seed, PLN_SEED_SIZE);
    progress(node, joining, "calling", address);
}

static void bound_refuse(pln_node_t *node, uint64_t request, const pln_id_t *bound_to)
{
    char detail[256] = "this invitation is for ";
    char did[PLN_DID_SIZE];
    pln_did(bound_to, did);
    text_add(detail, sizeof detail, did, " only, and this node is ");
    pln_did(&node->self->id, did);
    text_add(detail, sizeof detail, did, ": ask for one that is for this node");
    pln_reply(node, request, true, PLN_ETICKET_BOUND, detail);
}

void pln_join_start(pln_node_t *node, const pln_event_t *event)
{
    const pln_ticket_t *ticket = event->as.join.ticket;
    uint64_t request = event->as.join.request;
    pln_net_state_t *net = pln_net_find(node, &ticket->network);
    pln_member_t self;
    if (net != NULL && net->forgetting) {
        pln_reply(node, request, true, PLN_EEXISTS,
                  "what was left of this network here is still being deleted; try again soon");
        return;
    }
    if (ticket->bound && !pln_id_equal(&ticket->bound_to, &node->self->id)) {
        bound_refuse(node, request, &ticket->bound_to);
        return;
    }
    if (pln_id_equal(&ticket->inviter, &node->self->id)) {
        pln_reply(node, request, true, PLN_ETICKET_BOUND,
                  "this node gave that invitation itself, or a copy of it: join with another one");
        return;
    }
    if (address_total(ticket) == 0) {
        pln_reply(node, request, true, PLN_EMALFORMED, "the ticket names no address to call");
        return;
    }
    if (pln_clock_check(node) != PLN_OK) {
        pln_reply(node, request, true, PLN_ECLOCK,
                  "this machine's clock is wrong, so nothing could be published after joining: set "
                  "it, then join again");
        return;
    }
    size_t slot = 0;
    while (slot < JOINING_MAX && node->joining[slot] != NULL) {
        slot++;
    }
    if (slot == JOINING_MAX) {
        pln_reply(node, request, true, PLN_EFULL,
                  "too many joins under way; try again in a minute");
        return;
    }
    pln_joining_t *joining = pln_alloc_zero(1, sizeof *joining);
    joining->request = request;
    joining->ticket = *ticket;
    // What we know may be old: only a newer term, or a session with the inviter, says we are in.
    joining->was_member =
        net != NULL && pln_access_member(net->access, &node->self->id, &self) == PLN_OK;
    joining->term_before = joining->was_member ? self.term : 0;
    node->joining[slot] = joining;
    knock(node, joining);
}

static pln_joining_t *joining_by_link(pln_node_t *node, uint32_t number)
{
    for (size_t i = 0; i < JOINING_MAX; i++) {
        if (node->joining[i] != NULL && node->joining[i]->link == number) {
            return node->joining[i];
        }
    }
    return NULL;
}

bool pln_join_dials(pln_node_t *node, uint32_t number)
{
    return joining_by_link(node, number) != NULL;
}

/** The time given is over: how far it came, and what to do. */
static void late_say(const pln_joining_t *joining, char out[256])
{
    out[0] = '\0';
    if (joining->welcomed) {
        text_add(out, 256, "this node was let in, but the network's members have not come yet",
                 ": leave plnd running, and `pln network list` shows it when they have");
    } else if (joining->asked) {
        text_add(out, 256, "the inviter was reached and has not answered yet",
                 ": join again with the same ticket");
    } else {
        text_add(out, 256, "nobody was reached in time: ",
                 joining->problem[0] != '\0' ? joining->problem : "no answer yet");
        text_add(out, 256, "; see that plnd runs there and that its port is open",
                 ", then join again with the same ticket");
    }
}

void pln_join_give_up(pln_node_t *node, uint64_t request)
{
    for (size_t i = 0; i < JOINING_MAX; i++) {
        pln_joining_t *joining = node->joining[i];
        if (joining != NULL && joining->request == request) {
            char detail[256];
            late_say(joining, detail);
            joining_fail(node, joining, PLN_EIO, detail);
        }
    }
}

void pln_join_link_up(pln_node_t *node, pln_link_t *link)
{
    pln_joining_t *joining = link->dialled ? joining_by_link(node, link->number) : NULL;
    if (joining == NULL) {
        return;
    }
    const pln_ticket_t *ticket = &joining->ticket;
    pln_identity_t one_time;
    if (pln_identity_derive(ticket->seed, &one_time) != PLN_OK) {
        joining_fail(node, joining, PLN_EKEY, "the ticket's key is not valid");
        return;
    }
    uint8_t text[128];
    pln_join_text(&ticket->network, &one_time.id, &node->self->id, &ticket->inviter, text);
    pln_message_t join = {.type = PLN_MSG_JOIN};
    join.as.join.network = ticket->network;
    join.as.join.node = node->self->id;
    join.as.join.inviter = ticket->inviter;
    join.as.join.name = PLN_SPAN(node->name, strlen(node->name));
    pln_sign(node->self, PLN_DOMAIN_JOIN, PLN_SPAN(text, sizeof text), &join.as.join.by_node);
    pln_sign(&one_time, PLN_DOMAIN_JOIN, PLN_SPAN(text, sizeof text), &join.as.join.by_ticket);
    pln_send(node, link, &join, (pln_span_t){0});
    sodium_memzero(&one_time, sizeof one_time);
    joining->asked = true;
    progress(node, joining, "connected; waiting for the inviter's grant", NULL);
}

void pln_join_link_down(pln_node_t *node, uint32_t number, pln_down_t why)
{
    pln_joining_t *joining = joining_by_link(node, number);
    if (joining == NULL) {
        return;
    }
    joining->link = 0;
    joining->asked = false;
    if (joining->welcomed) {
        return;
    }
    pln_id_t id;
    size_t total = address_total(&joining->ticket);
    const char *address = address_at(&joining->ticket, joining->attempt % total, &id);
    static const char *const sentences[] = {
        [PLN_DOWN_CLOSED] = "the connection broke off, trying again:",
        [PLN_DOWN_REFUSED] = "this invitation is not known (any more) at",
        [PLN_DOWN_KEY] = "another node than the inviter answers at",
        [PLN_DOWN_UNREACHED] = "no answer from",
        [PLN_DOWN_NAME] = "no machine is known by the name in",
        [PLN_DOWN_STALLED] = "the connection stalled, trying again:",
    };
    progress(node, joining, sentences[why], address);
    memcpy(joining->problem, joining->last, sizeof joining->problem);
    joining->refused += why == PLN_DOWN_REFUSED;
    joining->attempt++;
    if (joining->refused == total) {
        joining_fail(node, joining, PLN_ETICKET_UNKNOWN,
                     "the inviter does not know this invitation; ask for a new one");
        return;
    }
    if (joining->attempt % total == 0) {
        joining->refused = 0;
    }
    joining->next_ms = node->now_ms + (joining->attempt % total == 0 ? RETRY_MS : 0);
    pln_wake(node, joining->next_ms);
}

/**
 * Who welcomed us lets us in no longer: it took us for a member still, and has heard since, perhaps
 * from ourselves, that we had left. By now it knows what our JOIN asks for.
 */
void pln_join_shut_out(pln_node_t *node, const pln_id_t *inviter)
{
    for (size_t i = 0; i < JOINING_MAX; i++) {
        pln_joining_t *joining = node->joining[i];
        if (joining != NULL && joining->welcomed &&
            pln_id_equal(&joining->ticket.inviter, inviter)) {
            joining->welcomed = false;
            joining->next_ms = node->now_ms + RETRY_MS;
            pln_wake(node, joining->next_ms);
        }
    }
}

void pln_join_scan(pln_node_t *node)
{
    for (size_t i = 0; i < JOINING_MAX; i++) {
        pln_joining_t *joining = node->joining[i];
        if (joining == NULL || joining->welcomed || joining->link != 0) {
            continue;
        }
        if (joining->next_ms <= node->now_ms) {
            knock(node, joining);
        } else {
            pln_wake(node, joining->next_ms);
        }
    }
}

/** They may have refused us until now. */
static void nodes_call(pln_node_t *node, const pln_joining_t *joining)
{
    for (uint32_t i = 0; i < joining->ticket.node_count; i++) {
        pln_peer_t *peer = pln_peer_get(node, &joining->ticket.nodes[i].id);
        peer->backoff_ms = 0;
        pln_dial_at(node, peer, node->now_ms);
    }
}

void pln_join_welcome(pln_node_t *node, pln_link_t *link, const pln_welcome_t *welcome)
{
    pln_joining_t *joining = joining_by_link(node, link->number);
    if (joining == NULL || joining->welcomed) {
        return;
    }
    const pln_ticket_t *ticket = &joining->ticket;
    if (memcmp(welcome->network.bytes, ticket->network.bytes, 32) != 0 ||
        !pln_id_equal(&welcome->root, &ticket->root)) {
        joining_fail(node, joining, PLN_EMALFORMED, "the inviter welcomes to another network");
        pln_link_end(node, link, PLN_EMALFORMED, "welcome to another network");
        return;
    }
    pln_net_state_t *net = pln_net_add(node, &ticket->network);
    if (net->forgetting) {
        joining_fail(node, joining, PLN_EEXISTS,
                     "the network was left meanwhile and is being deleted; try again soon");
        pln_link_bye(node, link, "done", "");
        return;
    }
    joining->welcomed = true;
    net->left = net->parting = false;
    pln_promise(net, &ticket->root, &ticket->inviter, 1);
    pln_net_save(node, net);
    for (uint32_t i = 0; i < ticket->node_count; i++) {
        for (uint32_t a = 0; a < ticket->nodes[i].address_count; a++) {
            pln_peer_address(node, &ticket->nodes[i].id, ticket->nodes[i].addresses[a],
                             PLN_FROM_TICKET);
        }
    }
    progress(node, joining, "granted; fetching the network's members", NULL);
    pln_link_bye(node, link, "done", "");
    nodes_call(node, joining);
    const pln_peer_t *inviter = pln_peer_get(node, &ticket->inviter);
    pln_net_refold(node, net);  // which may end the joining: it was granted before, and heard of it
    pln_shares_advance(node, net);  // put out, it was not done with lane 0 on the links that stand
    pln_share_t *share = inviter->link == NULL ? NULL : pln_share_find(inviter->link, net);
    if (share != NULL && share->open) {
        pln_join_opened(node, inviter->link, net);
    }
}

/** What the inviter's last word means to the person who joins, and what they can do about it. */
static const struct {
    pln_err_t error;
    const char *sentence;
    const char *remedy;
} refusals[] = {
    {PLN_ETICKET_UNKNOWN, "the inviter does not know this invitation", "ask for a new one"},
    {PLN_ETICKET_USED, "the invitation was used by another node", "ask for a new one"},
    {PLN_ETICKET_EXPIRED, "the invitation has expired", "ask for a new one"},
    {PLN_ETICKET_CANCELLED, "the invitation was withdrawn", "ask for a new one"},
    {PLN_ETICKET_BOUND, "the invitation is for another node", "ask for one that is for this node"},
    {PLN_EROLE, "the invitation does not count any more", "ask another coordinator for one"},
    {PLN_ENOSPACE, "the inviter's disk is full", "join with the same ticket when it has room"},
};

static void refusal_say(pln_err_t error, bool by_its_clock, pln_span_t foreign, char out[256])
{
    const char *sentence = pln_error_text(error), *remedy = "";
    char detail[180];
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (refusals[i].error == error) {
            sentence = refusals[i].sentence;
            remedy = refusals[i].remedy;
        }
    }
    if (by_its_clock) {
        sentence = "the invitation has expired by the inviter's clock, and not by this machine's";
        remedy = "one of them is wrong: set it, and join again or ask for a new ticket";
    }
    out[0] = '\0';
    text_add(out, 256, "", sentence);
    if (foreign.size > 0) {
        text_copy(detail, sizeof detail, foreign);
        text_add(out, 256, ": ", detail);
    }
    if (remedy[0] != '\0') {
        text_add(out, 256, "; ", remedy);
    }
}

static pln_err_t error_named(pln_span_t name)
{
    for (int i = 0; i < PLN_ERROR_COUNT; i++) {
        const char *known = pln_error_name((pln_err_t)i);
        if (strlen(known) == name.size && memcmp(known, name.data, name.size) == 0) {
            return (pln_err_t)i;
        }
    }
    return PLN_OK;
}

void pln_join_refused(pln_node_t *node, pln_link_t *link, const pln_bye_t *bye)
{
    pln_joining_t *joining = joining_by_link(node, link->number);
    if (joining == NULL || joining->welcomed) {
        return;
    }
    pln_err_t error = error_named(bye->reason);
    if (error == PLN_OK) {  // it stops, or heard nothing for long: not its last word on the ticket
        pln_join_link_down(node, link->number, PLN_DOWN_CLOSED);
        pln_link_bye(node, link, "done", "");
        return;
    }
    char detail[256];
    bool by_its_clock = error == PLN_ETICKET_EXPIRED && node->wall_ms < joining->ticket.expiry_ms;
    refusal_say(error, by_its_clock, bye->detail, detail);
    joining_fail(node, joining, error, detail);
}

/** The joining of this network that was welcomed, if any. */
static pln_joining_t *joining_welcomed(pln_node_t *node, const pln_net_state_t *net)
{
    for (size_t i = 0; i < JOINING_MAX; i++) {
        pln_joining_t *joining = node->joining[i];
        if (joining != NULL && joining->welcomed &&
            memcmp(joining->ticket.network.bytes, net->id.bytes, 32) == 0) {
            return joining;
        }
    }
    return NULL;
}

bool pln_join_awaits(pln_node_t *node, const pln_net_state_t *net, uint32_t term)
{
    const pln_joining_t *joining = joining_welcomed(node, net);
    return joining != NULL && joining->was_member && term <= joining->term_before;
}

/** The join by a ticket that names the link's other end; NULL. */
static pln_joining_t *joining_with(pln_node_t *node, const pln_link_t *link, pln_net_state_t *net)
{
    pln_joining_t *joining = joining_welcomed(node, net);
    for (uint32_t i = 0; joining != NULL && i < joining->ticket.node_count; i++) {
        if (pln_id_equal(&joining->ticket.nodes[i].id, &link->id)) {
            return joining;
        }
    }
    return NULL;
}

void pln_join_heard(pln_node_t *node, const pln_link_t *link, pln_net_state_t *net)
{
    if (net->evidence_count > 0 && joining_with(node, link, net) != NULL) {
        pln_ended_forget(node, net);
        pln_net_refold(node, net);
    }
}

void pln_join_opened(pln_node_t *node, const pln_link_t *link, pln_net_state_t *net)
{
    pln_joining_t *joining = joining_with(node, link, net);
    if (joining != NULL) {
        joining->was_member = false;
        pln_net_refold(node, net);
    }
}

void pln_join_check(pln_node_t *node, pln_net_state_t *net)
{
    for (pln_joining_t *joining; (joining = joining_welcomed(node, net)) != NULL;) {
        pln_reply_data(node, joining->request, PLN_OK, PLN_SPAN(net->id.bytes, 32));
        joining_end(node, joining);
    }
}
