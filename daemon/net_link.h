// SPDX-License-Identifier: MPL-2.0
/**
 * net_link - what net's rooms share: one link, the set of all links, the net itself.
 *
 * Why     Accepting, dialling and polling are three files about the same few structs.
 * Shape   number -> link by hash; dialled and accepted each also as a dense list
 *         a link is freed only by pln_links_sweep, never inside a callback
 * Thread  driver thread
 */
#ifndef PLN_NET_LINK_H
#define PLN_NET_LINK_H

#include <stdatomic.h>
#include <sys/socket.h>
#include <zmq.h>

#include "net.h"
#include "net_watch.h"
#include "resolver.h"
#include "zap.h"

#define PLN_NEVER UINT64_MAX
#define PLN_ACCEPTED_BIT 0x80000000u

/* How a link goes: a dialled one RESOLVING -> CONNECTING -> LIVE, an accepted one LIVE at once;
 * LIVE -> ENDED -> FAILED -> GONE when the connection ends, anything -> GONE by pln_net_close. */
typedef enum {
    PLN_LINK_RESOLVING,
    PLN_LINK_CONNECTING,
    PLN_LINK_LIVE,
    PLN_LINK_ENDED, /**< the connection is over; frames that came before it are still handed over */
    PLN_LINK_FAILED, /**< link_down is due */
    PLN_LINK_GONE    /**< nothing more is reported; late frames are dropped until due_ms */
} pln_link_state_t;

/** What only a dialled link has. */
typedef struct {
    void *socket; /**< DEALER; NULL between two addresses */
    void *monitor;
    uint64_t ticket; /**< of the resolver's answer */
    pln_resolved_t addresses;
    size_t next_address;
    uint64_t give_up_ms;      /**< the whole dial's end */
    uint8_t curve_public[32]; /**< with which key we call: the node's, or a ticket's */
    uint8_t curve_secret[32];
    char address[PLN_ADDRESS_MAX + 1]; /**< as dialled, for showing */
} pln_dial_t;

typedef struct {
    uint32_t number;
    pln_link_state_t state;
    pln_down_t why;  /**< to be reported when FAILED */
    uint64_t due_ms; /**< when the sweep must look at it again */
    pln_link_class_t as;
    pln_id_t peer;
    uint8_t curve[32]; /**< the peer's proven key */
    pln_dial_t *dial;  /**< NULL: accepted */
    /* accepted only */
    uint8_t routing[5];
    char user_id[PLN_USER_ID_SIZE];
    int fd;                         /**< -1 once libzmq has closed it */
    struct sockaddr_storage remote; /**< guards against a reused fd */
    bool hang_up;                   /**< due_ms: shut the connection down */
    /* of the outbox */
    struct pln_outgoing *outgoing; /**< owned; first is next */
    struct pln_outgoing *outgoing_last;
    size_t outgoing_bytes;
    uint64_t outgoing_moved_ms; /**< when one of them left last */
    /* of the set */
    size_t at; /**< in its list */
} pln_link_t;

typedef struct {
    pln_link_t **list;
    size_t count;
    size_t capacity;
} pln_link_list_t;

struct pln_net {
    pln_zap_t *zap;
    const pln_identity_t *self;
    pln_net_handler_t handler;
    void *arg;
    void *router;
    void *router_monitor;
    pln_resolver_t *resolver;
    pln_link_list_t dialled;
    pln_link_list_t accepted;
    pln_link_t **by_number; /**< open hash, linear probing; capacity a power of two */
    size_t by_number_size;
    pln_link_t **by_fd; /**< accepted links whose connection stands */
    size_t by_fd_size;
    uint64_t next_ticket;
    uint64_t due_ms; /**< earliest due of any link */
    pln_watch_t *watch;
    size_t backlogs; /**< links whose outbox is not empty */
    uint64_t outbox_due_ms;
    atomic_uint_fast64_t turned_away[PLN_TURNED_COUNT];
    zmq_pollitem_t *items;
    size_t items_size;
    char listen[PLN_ADDRESS_MAX + 1];
};

uint64_t pln_net_now_ms(void);

/** New link under @number (must be free); lists it by @dial. */
pln_link_t *pln_links_add(pln_net_t *net, uint32_t number, pln_dial_t *dial);
pln_link_t *pln_links_find(const pln_net_t *net, uint32_t number);
/** Take the number off @link: it may be given to another one. */
void pln_links_forget(pln_net_t *net, pln_link_t *link);
/** Report, hang up and free what is due. @drained: the ROUTER has nothing left. */
void pln_links_sweep(pln_net_t *net, uint64_t now_ms, bool drained);
void pln_links_clear(pln_net_t *net);

/** Look at @link again at @due_ms. */
void pln_link_due(pln_net_t *net, pln_link_t *link, uint64_t due_ms);
/** The connection is of no use any more; link_down(@why) follows from the next sweep. */
void pln_link_fail(pln_net_t *net, pln_link_t *link, pln_down_t why);

/* net_accept.c: the ROUTER's side */
void pln_accept_monitor(pln_net_t *net);
/** Hand over a bounded number of messages. True: nothing is left. */
bool pln_accept_receive(pln_net_t *net);
/** False: @why tells. */
bool pln_accept_send(pln_net_t *net, pln_link_t *link, zmq_msg_t *message, pln_down_t *why);
/** The fd is libzmq's again. */
void pln_accept_release_fd(pln_net_t *net, pln_link_t *link);
/** shutdown() the connection if the fd is still the same one. */
void pln_accept_hang_up(pln_net_t *net, pln_link_t *link);

/* net_dial.c: the DEALERs' side */
void pln_dial_answers(pln_net_t *net);
void pln_dial_monitor(pln_net_t *net, pln_link_t *link);
void pln_dial_receive(pln_net_t *net, pln_link_t *link);
/** The time for this address is over. */
void pln_dial_due(pln_net_t *net, pln_link_t *link, uint64_t now_ms);
/** Close the sockets; @linger_ms for what was sent last. */
void pln_dial_close(pln_dial_t *dial, int linger_ms);
void pln_dial_free(pln_dial_t **dial);

#endif
