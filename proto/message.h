// SPDX-License-Identifier: MPL-2.0
/**
 * message - what travels between two nodes: one frame, one msgpack array, its type number first.
 *
 * Why     Encoding and decoding of a message stand together, bounded, apart from what they cause.
 * Shape   [type, field, field, ...]; elements after the known ones are skipped (room to grow)
 *         rows travel packed in one bin: fixed width, big-endian
 * Owner   decoded spans are borrowed from the frame; encoding appends to a pln_buf_t
 * Pure    no allocation on decoding
 * Spec    SPEC 9.3 (grammar), 9.4 (states)
 */
#ifndef PLN_MESSAGE_H
#define PLN_MESSAGE_H

#include "arrival.h"
#include "chain.h"
#include "pack.h"

typedef enum {
#define PLN_MESSAGE(name, number, text, state) PLN_MSG_##name = number,
#include "messages.def"
#undef PLN_MESSAGE
    PLN_MSG_COUNT
} pln_message_type_t;

typedef enum {
    PLN_STATE_GREET,
    PLN_STATE_OPEN,
    PLN_STATE_TICKET,
    PLN_STATE_ANY,
    PLN_STATE_LATER
} pln_message_state_t;

#define PLN_START_SIZE 8      /**< of a nonce: names one start of plnd */
#define PLN_HELLO_ROW_SIZE 50 /**< keyed hash 16, N u48, tag 8, access digest 10, digest 10 */
#define PLN_HELLO_ROWS_MAX 1024u
#define PLN_HELLO_DIGEST_SIZE 10
#define PLN_HEADS_ROW_SIZE 77 /**< author 32, epoch u32, lane u8, seq u64, chain_hash 32 */
#define PLN_WANT_ROW_SIZE 77  /**< author 32, epoch u32, lane u8, from u64, base 32 */
#define PLN_WANT_ROWS_MAX 1024u

enum {
    PLN_HELLO_ANNOUNCE = 1 /**< the sender has other links: announce, send no runs uninvited */
};
enum {
    PLN_HEADS_MORE = 1,    /**< another page follows */
    PLN_HEADS_COMING = 2,  /**< the runs follow without being asked for */
    PLN_HEADS_CONTROL = 4, /**< with this page all of lane 0 is announced */
    PLN_HEADS_LAZY = 8     /**< somebody else is expected to bring the runs */
};
enum {
    PLN_WANT_PAYLOAD = 1 /**< each row names one entry, whose data(seq) is the row's hash */
};
enum {
    PLN_ENTRIES_PUSHED = 1, /**< nobody asked for it */
    PLN_ENTRIES_PAYLOAD = 2 /**< one entry, for its payload: base is its data, nothing is signed */
};
enum {
    PLN_DIGEST_DONE = 1,  /**< the sender holds all of lane 0 that was announced to it */
    PLN_DIGEST_ANSWER = 2 /**< sent because of the other's: not to be answered again */
};

typedef struct {
    uint8_t hash[16];
    pln_cursor_t cursor; /**< how far the sender knows the receiver's arrivals */
    uint8_t access[PLN_HELLO_DIGEST_SIZE];
    uint8_t digest[PLN_HELLO_DIGEST_SIZE];
} pln_hello_row_t;

typedef struct {
    uint32_t version_min;
    uint32_t version_max;
    uint64_t time_ms;
    pln_store_id_t store;
    uint8_t nonce[16];     /**< the first PLN_START_SIZE bytes are those of the sender's start */
    pln_cursor_t arrivals; /**< the sender's last arrival */
    uint64_t credit;       /**< bytes of ENTRIES frames the receiver may send */
    uint32_t flags;
    pln_span_t rows;
} pln_hello_t;

/** A row of HEADS or WANT. In WANT seq is `from` and hash is chain_hash(from - 1) as the asker has
 * it. */
typedef struct {
    pln_id_t author;
    uint32_t epoch;
    uint8_t lane;
    uint64_t seq;
    pln_hash_t hash;
} pln_row_t;

typedef struct {
    pln_network_id_t network;
    uint32_t flags;
    pln_cursor_t
        upto; /**< everything of this network up to this arrival is now announced; 0 none */
    pln_span_t rows;
} pln_heads_t;

typedef struct {
    pln_network_id_t network;
    pln_span_t rows;
    uint32_t flags; /**< an element of its own only when it is not 0 */
} pln_want_t;

typedef struct {
    pln_place_t place;
    uint64_t from;
    uint64_t to;
    pln_hash_t base;           /**< chain_hash(from - 1) */
    pln_signature_t signature; /**< of the head at `to` */
    uint32_t flags;
    pln_cursor_t upto;
    pln_span_t run;
} pln_entries_t;

#define PLN_FORK_POINT_SIZE 40 /**< seq u64, chain_hash 32 */
#define PLN_FORK_POINTS_MAX 128u
#define PLN_FORK_BODY_MAX 98304u

/** What a FORK brings. A number above is of a later version: ignored. */
typedef enum {
    PLN_FORK_POINTS, /**< rows (seq, hash) of the sender's branch, to find where two part */
    PLN_FORK_BRANCH, /**< links of the sender's branch behind the last common head (fork.h) */
    PLN_FORK_PROOF   /**< a fork proof (fork.h) */
} pln_fork_stage_t;

/** Two branches of one chain: what two nodes tell each other about them (R6). */
typedef struct {
    pln_place_t place;
    uint32_t stage;
    uint64_t seq; /**< head of the sender's branch that this is about; 0: of no one */
    pln_hash_t hash;
    uint64_t other_seq; /**< ... of the receiver's */
    pln_hash_t other_hash;
    pln_span_t body;
} pln_fork_t;

/** Signed by the member it is about; relayed unchanged (R20). */
typedef struct {
    pln_span_t body; /**< the signed bytes: an array, see pln_presence_t */
    pln_signature_t signature;
} pln_presence_message_t;

typedef struct {
    pln_network_id_t network;
    pln_id_t node;
    uint64_t stamp;
    pln_span_t name; /**< what the node calls itself, for those without a label */
    pln_span_t version;
    pln_span_t codecs; /**< bin: dictionary numbers this node reads */
    pln_span_t addresses[PLN_ADDRESSES_MAX];
    uint32_t address_count;
    pln_hash_t digest;
    pln_hash_t access;
    pln_span_t heads; /**< bin of rows epoch u32, lane u8, seq u64, hash 32 (45 bytes) */
    uint32_t flags;   /**< an element of its own only when it is not 0 */
} pln_presence_t;

enum {
    PLN_PRESENCE_ERASED = 1 /**< of all that `access` withdraws for good no payload is left here */
};

#define PLN_PRESENCE_MAX 1024u
#define PLN_PRESENCE_HEAD_SIZE 45

typedef struct {
    pln_network_id_t network;
    pln_id_t node;
    pln_id_t inviter;
    pln_span_t name;
    pln_signature_t by_node;
    pln_signature_t by_ticket;
} pln_join_t;

typedef struct {
    pln_network_id_t network;
    pln_id_t root;
    pln_span_t title;
} pln_welcome_t;

typedef struct {
    pln_span_t reason; /**< a short word of errors.def, "shutdown" or "duplicate" */
    bool has_network;
    pln_network_id_t network; /**< this network ends; else the link */
    pln_span_t detail;        /**< one sentence; may be empty */
    pln_span_t evidence;      /**< the entry that ended it (evidence.h); left out when empty */
} pln_bye_t;

/** To a node: another machine with your key is connected here. */
typedef struct {
    uint64_t since_ms;  /**< by the sender's clock */
    pln_span_t address; /**< from where; may be empty */
} pln_twin_t;

typedef struct {
    pln_network_id_t network;
    pln_hash_t access;
    pln_hash_t digest;
    uint32_t flags;
    pln_cursor_t upto;  /**< arrival at which these digests hold */
    pln_span_t buckets; /**< empty, or 256 x 32 */
} pln_digest_message_t;

typedef struct {
    pln_message_type_t type;
    union {
        pln_hello_t hello;
        pln_heads_t heads;
        pln_want_t want;
        pln_entries_t entries;
        pln_fork_t fork;
        uint64_t credit;          /**< cumulative bytes granted since HELLO */
        pln_network_id_t network; /**< PRUNE, GRAFT */
        pln_presence_message_t presence;
        pln_join_t join;
        pln_welcome_t welcome;
        pln_bye_t bye;
        pln_twin_t twin;
        pln_digest_message_t digest;
    } as;
} pln_message_t;

/**
 * PLN_OK · PLN_EUNKNOWN a type this version does not know or has only reserved: ignore it ·
 * PLN_EMALFORMED, PLN_ETRUNCATED, PLN_EOVERSIZE: offence
 */
PLN_MUST_CHECK pln_err_t pln_message_decode(pln_span_t frame, pln_message_t *out);
pln_message_state_t pln_message_state(pln_message_type_t type);
const char *pln_message_name(pln_message_type_t type);

/** Appends the frame. For ENTRIES everything but the run itself: send the run behind it. */
void pln_message_encode(const pln_message_t *message, pln_buf_t *out);

size_t pln_rows(pln_span_t rows, size_t row_size);
void pln_row_read(pln_span_t rows, size_t index, pln_row_t *out);
void pln_row_write(const pln_row_t *row, pln_buf_t *out);
void pln_hello_row_read(pln_span_t rows, size_t index, pln_hello_row_t *out);
void pln_hello_row_write(const pln_hello_row_t *row, pln_buf_t *out);
/** BLAKE2b-128(key = network, tag("pln hello 1") || sender || receiver || sender's nonce) (R16). */
void pln_hello_hash(const pln_network_id_t *network, const pln_id_t *sender,
                    const pln_id_t *receiver, const uint8_t nonce[16], uint8_t out[16]);

/** The signed body of a presence. Decoding checks shape and bounds, not the signature. */
void pln_presence_encode(const pln_presence_t *presence, pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_presence_decode(pln_span_t body, pln_presence_t *out);

#endif
