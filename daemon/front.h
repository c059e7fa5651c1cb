// SPDX-License-Identifier: MPL-2.0
/**
 * front - under which names the page's door is called, and who may look without a sign-in.
 *
 * Why     A page of another site can make a browser call here under a name of its own (DNS
 *         rebinding): so only names that are ours are answered, exactly.
 * Shape   ours are the address the connection came to, the names of this machine's loopback, and
 *         public_url
 * Thread  made at the start, read-only afterwards
 */
#ifndef PLN_FRONT_H
#define PLN_FRONT_H

#include "proto/pln.h"

#define PLN_URL_MAX (PLN_ADDRESS_MAX + 16u)

typedef struct {
    char bound[PLN_ADDRESS_MAX + 1];  /**< ADDR:PORT really bound; "" none */
    char public_url[PLN_URL_MAX + 1]; /**< scheme://host[:port], no slash behind; "" none */
    bool secure;                      /**< public_url is https: cookies are for it only */
    bool everywhere;                  /**< bound to the wildcard address */
    bool readable;                    /**< who has no session may read */
} pln_front_t;

/**
 * "http://host" or "https://host:port", with one slash behind or none: lower case, without the
 * scheme's own port, without the slash. False: it is none, or has a path.
 */
bool pln_front_url_parse(const char *text, char out[PLN_URL_MAX + 1]);

/**
 * @read is "open": who reaches the door may read; "link": nobody without one; "local": open where
 * the door is bound to this machine's loopback and no public_url leads to it from outside.
 */
void pln_front_make(pln_front_t *front, const char *bound, const char *public_url,
                    const char *read);

/** Is @host (the Host header) ours? @own is the address this connection came to. */
bool pln_front_host(const pln_front_t *front, const char *own, const char *host);
/** Is @origin (the Origin header) a page of ours? */
bool pln_front_origin(const pln_front_t *front, const char *own, const char *origin);

/** What to type into a browser: public_url, else http:// and an address that is reached. */
void pln_front_address(const pln_front_t *front, char out[PLN_URL_MAX + 1]);

#endif
