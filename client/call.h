// SPDX-License-Identifier: MPL-2.0
/**
 * call - one request to the daemon of a folder, over its Unix socket, and its answer.
 *
 * Why     Every verb asks the same API as the page and a district's scripts do; how that fails is
 *         said once, here, in one sentence with the remedy.
 * Shape   HTTP/1.1 on DIR/plnd.sock; answers are JSON, or streams of lines
 *         every call gives PLN_DONE, PLN_FAILED, PLN_NO_DAEMON or, where a question was wrongly
 *         put, PLN_USAGE (screen.h); what is not PLN_DONE was told on stderr already
 * Owner   *out of a call is the caller's: json_decref()
 * Thread  main
 */
#ifndef PLN_CALL_H
#define PLN_CALL_H

#include "screen.h"

typedef struct pln_call pln_call_t;

/** Calls the daemon of @dir; nothing is sent yet. */
pln_call_t *pln_call_new(const char *dir);
void pln_call_free(pln_call_t **call);

int pln_call_get(pln_call_t *call, const char *path, json_t **out);
/** @body is taken over. */
int pln_call_post(pln_call_t *call, const char *path, json_t *body, json_t **out);
/** The same with a body that is JSON text already. */
int pln_call_post_text(pln_call_t *call, const char *path, pln_span_t body, json_t **out);

/** One line of a stream, NUL-terminated and without its newline; false: that is enough. */
typedef bool (*pln_call_line_t)(void *arg, const char *line, size_t size);
/** GET, or POST where @body (taken over) is not NULL; blank lines are left out. */
int pln_call_lines(pln_call_t *call, const char *path, json_t *body, pln_call_line_t on_line,
                   void *arg);

/** POST; a piece of an answer that is neither JSON nor lines; false: stop, it is told why. */
typedef bool (*pln_call_bytes_t)(void *arg, pln_span_t bytes);
int pln_call_bytes(pln_call_t *call, const char *path, pln_call_bytes_t on_bytes, void *arg);

/** Did the last call find no daemon, or lose it on the way? */
bool pln_call_broken(const pln_call_t *call);
/** Wait until a daemon answers, at most @wait_ms; nothing is said. */
bool pln_call_await(pln_call_t *call, uint64_t wait_ms);

/** Tell the problem object of an answer. Always PLN_FAILED. */
int pln_call_tell(const json_t *problem);

/* ---- paths ---- */

/** A path with its query; begins as an empty buffer. */
void pln_path_add(pln_buf_t *path, const char *literal);
/** "/" and @text as one segment, percent-encoded. */
void pln_path_segment(pln_buf_t *path, const char *text);
/** "?name=value" or "&name=value"; nothing when @value is NULL. */
void pln_path_query(pln_buf_t *path, const char *name, const char *value);
/** The path as a string, valid until the buffer changes. */
const char *pln_path(pln_buf_t *path);

#endif
