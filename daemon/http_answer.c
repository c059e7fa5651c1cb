// SPDX-License-Identifier: MPL-2.0
#include "http_answer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "etag.h"

#define PIECE_BYTES 32768u

/** A stream being sent: what was made and not taken yet. */
typedef struct {
    pln_answer_t answer;
    int socket;
    size_t sent;
    pln_stream_t state;
} flow_t;

static ssize_t send_more(void *arg, uint64_t position, char *target, size_t max)
{
    (void)position;
    flow_t *flow = arg;
    pln_buf_t *made = &flow->answer.body;
    if (flow->sent == made->size && flow->state == PLN_STREAM_ON) {
        pln_buf_clear(made);
        flow->sent = 0;
        flow->state = flow->answer.next(flow->answer.state, flow->socket, made);
    }
    size_t size = made->size - flow->sent;
    if (size == 0) {
        return flow->state == PLN_STREAM_END ? MHD_CONTENT_READER_END_OF_STREAM
                                             : MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size = size < max ? size : max;
    memcpy(target, made->data + flow->sent, size);
    flow->sent += size;
    return (ssize_t)size;
}

static void flow_free(void *arg)
{
    flow_t *flow = arg;
    pln_answer_free(&flow->answer);
    free(flow);
}

int pln_http_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

/** Takes over what the answer owns. */
static struct MHD_Response *make_response(struct MHD_Connection *connection, pln_answer_t *answer)
{
    struct MHD_Response *response;
    if (answer->next != NULL) {
        flow_t *flow = pln_alloc_zero(1, sizeof *flow);
        flow->answer = *answer;
        flow->socket = pln_http_socket(connection);
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, send_more, flow,
                                                     flow_free);
        if (response == NULL) {
            flow_free(flow);
        }
    } else {
        response = MHD_create_response_from_buffer(answer->body.size, answer->body.data,
                                                   MHD_RESPMEM_MUST_FREE);
        if (response == NULL) {
            pln_buf_free(&answer->body);
        }
    }
    return response;
}

/** What is_known() asks each header. */
typedef struct {
    const char *etag;
    bool known;
} holding_t;

static enum MHD_Result look_at(void *arg, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    (void)kind;
    holding_t *holding = arg;
    if (value != NULL && strcasecmp(name, MHD_HTTP_HEADER_IF_NONE_MATCH) == 0) {
        holding->known = holding->known || pln_etag_among(value, holding->etag);
    }
    return MHD_YES;
}

/** Does the client hold just this already? Its list of tags may have several lines. */
static bool is_known(struct MHD_Connection *connection, const pln_answer_t *answer)
{
    holding_t holding = {.etag = answer->etag};
    if (answer->etag != NULL && answer->status == 200) {
        MHD_get_connection_values(connection, MHD_HEADER_KIND, look_at, &holding);
    }
    return holding.known;
}

enum MHD_Result pln_http_answer(struct MHD_Connection *connection, pln_answer_t *answer)
{
    assert(answer->status != 0);
    if (is_known(connection, answer)) {
        answer->status = MHD_HTTP_NOT_MODIFIED;
        pln_buf_clear(&answer->body);
    }
    const char *const headers[][2] = {
        {MHD_HTTP_HEADER_CONNECTION, answer->closes ? "close" : NULL},
        {MHD_HTTP_HEADER_CACHE_CONTROL, answer->cache != NULL ? answer->cache : "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy",
         answer->policy != NULL ? answer->policy : "default-src 'none'; frame-ancestors 'none'"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {MHD_HTTP_HEADER_CONTENT_TYPE, answer->type},
        {MHD_HTTP_HEADER_ALLOW, answer->allow},
        {MHD_HTTP_HEADER_ETAG, answer->etag}};
    unsigned status = answer->status;
    char *cookie = answer->cookie;
    answer->cookie = NULL;
    struct MHD_Response *response = make_response(connection, answer);
    if (response == NULL) {
        free(cookie);
        return MHD_NO;
    }
    if (cookie != NULL) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie);
        free(cookie);
    }
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (headers[i][1] != NULL) {
            MHD_add_response_header(response, headers[i][0], headers[i][1]);
        }
    }
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}
