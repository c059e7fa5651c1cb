// SPDX-License-Identifier: MPL-2.0
/**
 * inbox - everything other threads may say to the driver, and how they wait for its answer.
 *
 * Why     One page shows all traffic between threads; nothing else of the node is shared.
 * Shape   a letter is QUEUED, READ (the driver works on it), then DONE or DROPPED
 *         STORED and GIVE_UP are sent and forgotten: on the heap, freed by the driver
 *         REQUEST and LOOK lie on their sender's stack, who waits until they are out of here
 * Limits  PLN_INBOX_MAX letters of waiting senders: a full inbox makes them wait, never drops;
 *         STORED is bounded by the jobs under way, GIVE_UP by the requests
 * Thread  each function says whose
 */
#ifndef PLN_INBOX_H
#define PLN_INBOX_H

#include <pthread.h>

#include "driver.h"

#define PLN_INBOX_MAX 256u
#define PLN_PROGRESS_MAX 8u /**< lines kept for a slow reader */

typedef enum {
    PLN_LETTER_STORED,  /**< writer: this job was applied or refused */
    PLN_LETTER_REQUEST, /**< user: an event that wants a REPLY */
    PLN_LETTER_GIVE_UP, /**< user: no longer waits for the reply to this request */
    PLN_LETTER_LOOK     /**< user: run this on the driver's thread */
} pln_letter_type_t;

typedef enum {
    PLN_LETTER_QUEUED,
    PLN_LETTER_READ,
    PLN_LETTER_DONE,
    PLN_LETTER_DROPPED /**< the driver stopped before it came to it */
} pln_letter_state_t;

/** What a REQUEST asks and gets. */
typedef struct {
    pln_event_t *event; /**< the sender's; used until DONE */
    uint64_t number;
    bool final; /**< reply is filled */
    pln_reply_t *reply;
    char progress[PLN_PROGRESS_MAX][256];
    size_t progress_count;
} pln_ask_t;

typedef struct pln_letter {
    struct pln_letter *next;   /**< in the queue */
    struct pln_letter *asking; /**< next REQUEST without its final reply */
    pln_letter_type_t type;
    pln_letter_state_t state;
    pthread_cond_t changed; /**< of REQUEST and LOOK */
    union {
        pln_job_t *stored;
        uint64_t give_up;
        pln_ask_t ask;
        struct {
            void (*look)(pln_node_t *node, void *arg);
            void *arg;
        } look;
    } as;
} pln_letter_t;

typedef struct {
    pthread_mutex_t lock; /**< guards all of this and the letters that are in */
    int fd;               /**< readable when somebody wrote */
    pln_letter_t *first;
    pln_letter_t **end;
    size_t from_senders; /**< queued letters whose sender waits */
    pthread_cond_t room;
    pln_letter_t *asking;
    uint64_t last_number;
    bool closed;
} pln_inbox_t;

/** Starting thread. False: no file descriptor left. */
bool pln_inbox_init(pln_inbox_t *inbox);
/** After the last sender has left. */
void pln_inbox_destroy(pln_inbox_t *inbox);
/** A condition that waits by the monotonic clock. */
void pln_cond_init(pthread_cond_t *cond);
/** Wait on @cond until @deadline_ms (mono; UINT64_MAX for ever). False: it has passed. */
bool pln_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ms);

/** Any thread: the writer's news. Takes *job over; a closed inbox frees it. */
void pln_inbox_stored(pln_inbox_t *inbox, pln_job_t **job);
/** Any thread: @number is not waited for any more. */
void pln_inbox_give_up(pln_inbox_t *inbox, uint64_t number);

/** Any thread: make the driver look up, without a letter. */
void pln_inbox_wake(pln_inbox_t *inbox);

/* A sender, holding the lock. */

/** Queue a letter of a waiting sender. False: @deadline_ms passed or the inbox closed first. */
bool pln_inbox_enter(pln_inbox_t *inbox, pln_letter_t *letter, uint64_t deadline_ms);
/** Take it back: waits while the driver works on it, then nothing here names it any more. */
void pln_inbox_leave(pln_inbox_t *inbox, pln_letter_t *letter);

/* The driver. */

/** Next letter, now READ; NULL: none. */
pln_letter_t *pln_inbox_read(pln_inbox_t *inbox);
/** Nobody has written since: wait for the fd again. */
void pln_inbox_rest(pln_inbox_t *inbox);
/** The work on a letter of a waiting sender is over. */
void pln_inbox_done(pln_inbox_t *inbox, pln_letter_t *letter);
/** Hand a REPLY effect to its request, if it still waits. */
void pln_inbox_reply(pln_inbox_t *inbox, const pln_effect_t *effect);
/** No letter is read any more: tell those who wait. */
void pln_inbox_close(pln_inbox_t *inbox);

#endif
