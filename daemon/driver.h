// SPDX-License-Identifier: MPL-2.0
/**
 * driver - the one thread that owns the node: inbox -> event -> step -> effects.
 *
 * Why     Core and world meet in exactly one place; everybody else sends it a message and waits.
 * Thread  any except the driver's own; each function says if it blocks
 * Down    proto/node.h, net.h, writer.h, store.h
 */
#ifndef PLN_DRIVER_H
#define PLN_DRIVER_H

#include "net.h"
#include "proto/node.h"
#include "store.h"
#include "writer.h"

typedef struct pln_driver pln_driver_t;

typedef struct {
    const pln_identity_t *self; /**< borrowed */
    pln_store_t *store;         /**< borrowed */
    const char *name;
    const char *listen;        /**< literal ADDR:PORT to bind, port 0 = any */
    uint16_t listen_port_hint; /**< tried first when the port is 0; 0 = none */
    bool dial_all;
    bool used_before; /**< the key was not drawn for this store: see pln_node_config_t */
    const char *const *advertise; /**< HOST:PORT others should try; may be empty */
    size_t advertise_count;
    uint64_t disk_reserve; /**< bytes of free disk below which the node pauses */
    const char *dir;       /**< on the disk that is watched; NULL: none is */
    bool trace;            /**< the node's trace lines go to the log, at debug */
} pln_driver_options_t;

/** Starts the thread. NULL: @error says in one sentence what is wrong and the remedy. */
pln_driver_t *pln_driver_start(const pln_driver_options_t *options, char *error, size_t error_size);
/** Says BYE, finishes the writer's jobs, joins the thread. Blocks < 2 s + one commit. */
void pln_driver_stop(pln_driver_t **driver);
/** ADDR:PORT really bound. */
const char *pln_driver_listen(const pln_driver_t *driver);

/** Answer to a user's request; free with pln_reply_free. */
typedef struct {
    pln_err_t error;
    char detail[256];
    pln_buf_t data;
    pln_place_t place;
    uint64_t first_seq;
} pln_reply_t;
void pln_reply_free(pln_reply_t *reply);

/**
 * Give the node a command event (PLN_EV_FOUND .. PLN_EV_PEER_REMOVE) and wait for its REPLY. Times
 * and the request number are filled in here. Blocks until the reply is final, @deadline_ms (mono)
 * passes, or the driver stops; then the error is PLN_EIO and the detail says which. The event's
 * spans and texts are borrowed until the return.
 * @progress may be NULL; called on the caller's thread with each line of progress, and with NULL
 * about twice a second; returning false gives up (PLN_EV_JOIN_GIVE_UP).
 */
void pln_driver_request(pln_driver_t *driver, pln_event_t *event, uint64_t deadline_ms,
                        bool (*progress)(void *arg, const char *line), void *arg,
                        pln_reply_t *reply);

/** Run @look on the driver's thread and wait. It only reads, and quickly. False: stopped. */
bool pln_driver_look(pln_driver_t *driver, void (*look)(pln_node_t *node, void *arg), void *arg);

/**
 * Wait until the store's last arrival is above @after, at most @timeout_ms. Returns the last
 * arrival number now (== @after on timeout or stop).
 */
uint64_t pln_driver_wait(pln_driver_t *driver, uint64_t after, uint32_t timeout_ms);
/** True once the daemon is stopping: long answers end. */
bool pln_driver_stopping(const pln_driver_t *driver);

/**
 * The daemon is about to stop: from now on pln_driver_stopping() is true, requests and waits end at
 * once (PLN_EIO, "stopping"), no new ones begin. The node itself runs on until pln_driver_stop.
 */
void pln_driver_begin_stop(pln_driver_t *driver);

/** Connections turned away below the protocol since the start. */
uint64_t pln_driver_turned_away(const pln_driver_t *driver, pln_turned_t why);
/** Durable commits so far, and the nanoseconds spent in them. */
void pln_driver_commits(const pln_driver_t *driver, uint64_t *commits, uint64_t *nanoseconds);

/** Free bytes on the store's disk and whether the node is paused for lack of them. */
void pln_driver_disk(const pln_driver_t *driver, uint64_t *free_bytes, bool *paused);

#endif
