// SPDX-License-Identifier: MPL-2.0
/**
 * http - carries the local API: HTTP/1.1 on DIR/plnd.sock and on the --http address.
 *
 * Why     One API for client, page, curl and a district's own scripts; who may open the socket
 *         file (0600) may do everything, who only reaches the address may look.
 * Shape   one thread per connection, so handlers are plain blocking code; 64 connections on
 *         the socket and 128 on the address, 24 for another machine; headers of 10 s, a body of at
 *         most 1 MiB and 60 s
 * Owner   everything in the options is borrowed until stop, texts are copied
 * Thread  start and stop: main thread
 */
#ifndef PLN_HTTP_H
#define PLN_HTTP_H

#include "catalog.h"
#include "driver.h"

typedef struct pln_http pln_http_t;

typedef struct {
    pln_driver_t *driver;
    pln_store_t *store;
    pln_catalog_t *catalog; /**< borrowed */
    const pln_identity_t *self;
    const char *dir;    /**< for DIR/plnd.sock */
    const char *name;   /**< this district's name, as settings have it */
    const char *listen; /**< literal ADDR:PORT, port 0 = any; NULL or "": the Unix socket only */
    const char *read;   /**< who may read without a sign-in, as in plnd.conf; NULL: local */
    const char *public_url;       /**< of a reverse proxy; NULL or "": none */
    uint16_t port_hint;           /**< tried first when the port is 0; 0 = none */
    const char *const *advertise; /**< HOST:PORT that tickets name first; may be empty */
    size_t advertise_count;
} pln_http_options_t;

/** NULL: @error says in one sentence what is wrong and the remedy. */
pln_http_t *pln_http_start(const pln_http_options_t *options, char *error, size_t error_size);
/**
 * Ends every stream and waits for handlers that are at work, so: before the driver is stopped.
 * Removes the socket file.
 */
void pln_http_stop(pln_http_t **http);
/** ADDR:PORT really bound; "" when there is none. */
const char *pln_http_listen(const pln_http_t *http);

#endif
