// SPDX-License-Identifier: MPL-2.0
/**
 * http_answer - an answer as libmicrohttpd sends it: whole, or a stream piece by piece.
 *
 * Why     The headers that each answer has, whoever gave it, stand in one place.
 * Thread  the connection's own
 */
#ifndef PLN_HTTP_ANSWER_H
#define PLN_HTTP_ANSWER_H

#include <microhttpd.h>

#include "api.h"

/** Queues @answer and takes over what it owns; MHD_NO: there is no memory, the connection ends. */
enum MHD_Result pln_http_answer(struct MHD_Connection *connection, pln_answer_t *answer);

/** The descriptor of @connection, or -1. */
int pln_http_socket(struct MHD_Connection *connection);

#endif
