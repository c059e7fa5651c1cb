// SPDX-License-Identifier: MPL-2.0
#include "caller.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "address.h"
#include "moment.h"
#include "reach.h"

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* ---- where from, where to ---- */

/** Cut the port off HOST:PORT. */
static void cut_port(char *address)
{
    char *colon = strrchr(address, ':');
    if (colon != NULL) {
        *colon = '\0';
    }
}

/** The last header of that name: what a proxy adds stands behind what came to it. */
static enum MHD_Result take_last(void *arg, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    const char **last = arg;
    (void)kind;
    *last = strcasecmp(name, "X-Forwarded-For") == 0 && value != NULL ? value : *last;
    return MHD_YES;
}

/** The last address of @list, without blanks; false: that is none. */
static bool last_address(const char *list, char out[INET6_ADDRSTRLEN])
{
    uint8_t parsed[sizeof(struct in6_addr)];
    const char *last = strrchr(list, ',');
    last = last == NULL ? list : last + 1;
    last += strspn(last, " \t");
    size_t size = strcspn(last, " \t");
    if (size >= INET6_ADDRSTRLEN) {
        return false;
    }
    memcpy(out, last, size);
    out[size] = '\0';
    return inet_pton(AF_INET, out, parsed) == 1 || inet_pton(AF_INET6, out, parsed) == 1;
}

/** Behind a reverse proxy of ours, the caller is whom it names last; what others named before may
 * be anybody's invention. */
static void look_behind_proxy(pln_caller_t *caller, const pln_front_t *front,
                              struct MHD_Connection *connection)
{
    const char *list = NULL;
    char probe[PLN_ADDRESS_MAX + 1], named[INET6_ADDRSTRLEN];
    snprintf(probe, sizeof probe, "%.200s:1", caller->from);
    if (front->public_url[0] == '\0' || pln_reach(probe) != PLN_REACH_HERE) {
        return;
    }
    MHD_get_connection_values(connection, MHD_HEADER_KIND, take_last, &list);
    if (list != NULL && last_address(list, named)) {
        snprintf(caller->from, sizeof caller->from, "%s", named);
    }
}

static void know_addresses(pln_caller_t *caller, const pln_front_t *front,
                           struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    snprintf(caller->own, sizeof caller->own, "%s", front->bound);
    if (front->everywhere && info != NULL &&
        getsockname(info->connect_fd, (struct sockaddr *)&address, &size) == 0) {
        pln_address_of(&address, caller->own);
    }
    size = sizeof address;
    snprintf(caller->from, sizeof caller->from, "?");
    if (info != NULL && getpeername(info->connect_fd, (struct sockaddr *)&address, &size) == 0) {
        pln_address_of(&address, caller->from);
        cut_port(caller->from);
        look_behind_proxy(caller, front, connection);
    }
}

/* ---- who ---- */

static pln_session_t session_of(const pln_api_t *api, struct MHD_Connection *connection)
{
    pln_session_t session = {.via = ""};
    const char *cookie = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, api->cookie);
    if (cookie != NULL &&
        pln_sign_ins_find(api->sign_ins, cookie, pln_wall_ms(), &session.signed_in)) {
        session.role = session.signed_in.role;
        session.via = "link";
    } else if (api->front->readable) {
        session.role = PLN_NEED_READ;
        session.via = "open";
    }
    return session;
}

void pln_caller_know(pln_caller_t *caller, const pln_api_t *api, struct MHD_Connection *connection,
                     bool local)
{
    memset(caller, 0, sizeof *caller);
    if (local) {
        caller->session = (pln_session_t){.role = PLN_NEED_MANAGE, .via = "socket"};
        return;
    }
    know_addresses(caller, api->front, connection);
    caller->session = session_of(api, connection);
}

pln_call_t pln_caller_call(const pln_caller_t *caller, const pln_api_t *api,
                           struct MHD_Connection *connection, bool local, const char *method,
                           const char *target)
{
    return (pln_call_t){
        .local = local,
        .front = api->front,
        .own = caller->own,
        .from = caller->from,
        .session = &caller->session,
        .method = method,
        .target = target,
        .host = header_of(connection, MHD_HTTP_HEADER_HOST),
        .origin = header_of(connection, MHD_HTTP_HEADER_ORIGIN),
        .fetch_site = header_of(connection, "Sec-Fetch-Site"),
        .fetch_mode = header_of(connection, "Sec-Fetch-Mode"),
        .last_event_id = header_of(connection, "Last-Event-ID"),
        .content_type = header_of(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
        .content_length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH),
    };
}

/* ---- headers that two programs may read differently ---- */

static const char *const single[] = {
    MHD_HTTP_HEADER_HOST,           MHD_HTTP_HEADER_ORIGIN,
    MHD_HTTP_HEADER_COOKIE,         MHD_HTTP_HEADER_CONTENT_TYPE,
    MHD_HTTP_HEADER_CONTENT_LENGTH, MHD_HTTP_HEADER_TRANSFER_ENCODING};
#define SINGLE (sizeof single / sizeof single[0])

static enum MHD_Result count_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    unsigned *counts = arg;
    (void)kind;
    (void)value;
    for (size_t i = 0; i < SINGLE; i++) {
        counts[i] += strcasecmp(single[i], name) == 0;
    }
    return MHD_YES;
}

bool pln_caller_clear(struct MHD_Connection *connection, pln_answer_t *answer)
{
    unsigned counts[SINGLE] = {0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, counts);
    for (size_t i = 0; i < SINGLE; i++) {
        if (counts[i] > 1) {
            pln_answer_problem(answer, 400, "header", "the header %s stands twice: send it once",
                               single[i]);
            return false;
        }
    }
    if (counts[SINGLE - 1] > 0 && counts[SINGLE - 2] > 0) {
        pln_answer_problem(answer, 400, "header",
                           "a body has a Content-Length or is sent in chunks, never both");
        return false;
    }
    return true;
}
