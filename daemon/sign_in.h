// SPDX-License-Identifier: MPL-2.0
/**
 * sign_in - one-time links of the page, and the sessions that they become.
 *
 * Why     The page has no passwords: who may use `pln` makes a link, a person opens it once, and
 * the browser keeps a cookie until the link's end or its withdrawal. Shape   DIR/sign-ins (0600),
 * replaced whole at each change; of tokens and cookies only hashes are kept, so that a copy of the
 * file lets nobody in Limits  PLN_SIGN_INS_MAX at a time; those that ended give way, oldest first
 * Thread  any; every list and row handed out is a copy
 */
#ifndef PLN_SIGN_IN_H
#define PLN_SIGN_IN_H

#include "proto/error.h"

#define PLN_SIGN_INS_MAX 256u
#define PLN_SIGN_IN_KEY_SIZE 13u    /**< 12 hex digits and NUL */
#define PLN_SIGN_IN_SECRET_SIZE 44u /**< 32 bytes as base64url and NUL */

/** Weakest role that a route needs, and what a session has. */
typedef enum {
    PLN_NEED_NONE, /**< anybody, signed in or not */
#define PLN_PAGE_ROLE(need, word, may) PLN_NEED_##need,
#include "roles.def"
#undef PLN_PAGE_ROLE
    PLN_NEED_OWNER, /**< whoever may open DIR/plnd.sock; no link gives it */
    PLN_NEED_COUNT
} pln_need_t;

/** "manage"; "none" and "owner" of those that are no roles. */
const char *pln_need_name(pln_need_t need);
/** What the role may: "may ..."; "" of PLN_NEED_NONE. */
const char *pln_need_may(pln_need_t need);
/** False: @text is no role. */
bool pln_need_parse(const char *text, pln_need_t *out);

typedef enum { PLN_SIGN_IN_OPEN, PLN_SIGN_IN_USED, PLN_SIGN_IN_WITHDRAWN } pln_sign_in_state_t;

/** A link, and the session that it became. Times are wall clock; 0: not yet. */
typedef struct {
    char key[PLN_SIGN_IN_KEY_SIZE]; /**< what it is listed and withdrawn by; no secret */
    pln_need_t role;
    char name[PLN_NAME_MAX + 1]; /**< for whom; may be empty */
    pln_sign_in_state_t state;
    uint64_t made_ms;
    uint64_t expires_ms; /**< of link and session alike */
    uint64_t used_ms;    /**< when the link became a session */
    uint64_t last_ms;    /**< last request of the session */
} pln_sign_in_t;

typedef struct pln_sign_ins pln_sign_ins_t;

/** What DIR/sign-ins holds; a file that cannot be read is logged and signs nobody in. */
pln_sign_ins_t *pln_sign_ins_open(const char *dir);
void pln_sign_ins_close(pln_sign_ins_t **sign_ins);

/**
 * A new link: @token is its secret, told here and never again.
 * PLN_EFULL  PLN_SIGN_INS_MAX are open or in use
 * PLN_EIO    it could not be made durable, and is not made
 */
PLN_MUST_CHECK pln_err_t pln_sign_ins_make(pln_sign_ins_t *sign_ins, pln_need_t role,
                                           const char *name, uint64_t expires_ms, uint64_t now_ms,
                                           pln_sign_in_t *out, char token[PLN_SIGN_IN_SECRET_SIZE]);

/**
 * Use a link up: @session is the cookie's value, told here and never again.
 * PLN_ETICKET_UNKNOWN, _USED, _EXPIRED, _CANCELLED  it signs nobody in
 * PLN_EIO  it could not be made durable; the link is not used up
 */
PLN_MUST_CHECK pln_err_t pln_sign_ins_exchange(pln_sign_ins_t *sign_ins, const char *token,
                                               uint64_t now_ms, pln_sign_in_t *out,
                                               char session[PLN_SIGN_IN_SECRET_SIZE]);

/** The sign-in whose session has the cookie @session; it is noted as used now. */
bool pln_sign_ins_find(pln_sign_ins_t *sign_ins, const char *session, uint64_t now_ms,
                       pln_sign_in_t *out);

/** May the session of @key go on? */
bool pln_sign_ins_holds(pln_sign_ins_t *sign_ins, const char *key, uint64_t now_ms);

/** Withdraw the link, and its session if it became one. PLN_ENOTFOUND, PLN_EIO. */
PLN_MUST_CHECK pln_err_t pln_sign_ins_withdraw(pln_sign_ins_t *sign_ins, const char *key);

/** Copies of all rows, oldest first; free the list. */
size_t pln_sign_ins_list(pln_sign_ins_t *sign_ins, pln_sign_in_t **out);

/** Now and then: keep when sessions were last used. */
void pln_sign_ins_sweep(pln_sign_ins_t *sign_ins, uint64_t now_ms);

#endif
