// SPDX-License-Identifier: MPL-2.0
/**
 * driver_state - the driver's inside, shared by its three files.
 *
 * Shape   driver.c: what other threads call · driver_loop.c: the thread · effects.c: the doing
 */
#ifndef PLN_DRIVER_STATE_H
#define PLN_DRIVER_STATE_H

#include <stdatomic.h>

#include "inbox.h"
#include "net.h"

/** Something to be done after the effects of the present step; its outcome is an event. */
typedef struct pln_chore {
    struct pln_chore *next;
    enum {
        PLN_CHORE_LOAD,
        PLN_CHORE_PROBE,
        PLN_CHORE_READ,
        PLN_CHORE_CHANGES,
        PLN_CHORE_DOWN
    } type;
    uint32_t link;
    uint32_t chain;
    pln_place_t place;
    uint64_t from;
    uint64_t to;
    bool comparing;
    bool vouched; /**< this is the signature of the head at `to`, if the store keeps none */
    pln_signature_t signature;
    uint64_t purpose;
    uint64_t seqs[PLN_PROBE_MAX];
    size_t seq_count;
    pln_network_id_t network;
    pln_cursor_t cursor;
    pln_down_t why;
} pln_chore_t;

struct pln_driver {
    const pln_identity_t *self;
    pln_store_t *store;
    pln_node_t *node;
    pln_net_t *net;
    pln_writer_t *writer;
    pln_inbox_t inbox;
    pthread_t thread;

    /* guarded by inbox.lock */
    uint64_t arrival;       /**< last one the node knows to be durable */
    pthread_cond_t arrived; /**< arrival moved, or the driver stops */
    size_t inside;          /**< threads in a function that waits */
    pthread_cond_t left;

    atomic_bool stopping; /**< nobody waits any more */
    atomic_bool quit;     /**< the thread leaves its loop */
    _Atomic uint64_t disk_free;
    atomic_bool disk_low;

    /* driver thread only */
    pln_chore_t *chore_first;
    pln_chore_t **chore_end;
    pln_buf_t run;
    struct pln_change *changes;
    char *dir;
    uint64_t disk_reserve;
    uint64_t disk_due_ms;
    int64_t slept_ms; /**< how far the clock that counts sleep is ahead of the other */
    char (*advertise)[PLN_ADDRESS_MAX + 1];
    size_t advertise_count;

    char listen[PLN_ADDRESS_MAX + 1]; /**< set before the thread starts */
};

/** The thread. */
void *pln_driver_run(void *arg);
extern const pln_net_handler_t pln_driver_net_handler;

/** Fill in the times, step, perform. */
void pln_driver_step(pln_driver_t *driver, pln_event_t *event);
uint64_t pln_driver_now_ms(void);

/** Do in order what the node asked for; reading from the store becomes a chore. */
void pln_effects_perform(pln_driver_t *driver, const pln_effects_t *effects);
/** Do up to @max chores, each with its step. True: more wait. */
bool pln_chores_do(pln_driver_t *driver, size_t max);
void pln_chores_free(pln_driver_t *driver);

#endif
