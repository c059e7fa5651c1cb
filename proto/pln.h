// SPDX-License-Identifier: MPL-2.0
/**
 * pln - the words every part of the core shares: spans, ids, limits.
 *
 * Why     A bound that crosses the wire or a queue must stand in one place, with its reason.
 * Pure    types and constants only
 * Spec    SPEC.md 1 (conventions) and 2 (limits)
 */
#ifndef PLN_PLN_H
#define PLN_PLN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLN_MUST_CHECK __attribute__((warn_unused_result))

/** Protocol versions this build speaks (HELLO). */
#define PLN_PROTOCOL_MIN 1
#define PLN_PROTOCOL_MAX 1
/** Version of the access fold this build implements (R14). */
#define PLN_ACCESS_VERSION 1

/** Borrowed bytes; valid as long as the owner says. */
typedef struct {
    const uint8_t *data;
    size_t size;
} pln_span_t;

#define PLN_SPAN(ptr, len) ((pln_span_t){(const uint8_t *)(ptr), (len)})

/** A node's Ed25519 public key: its one identity (R7). */
typedef struct {
    uint8_t bytes[32];
} pln_id_t;
/** BLAKE2b-256 of something, domain-separated (hash.h). */
typedef struct {
    uint8_t bytes[32];
} pln_hash_t;
/** Self-certifying id of a network (R17). */
typedef struct {
    uint8_t bytes[32];
} pln_network_id_t;
/** Ed25519 signature. */
typedef struct {
    uint8_t bytes[64];
} pln_signature_t;
/** First 8 bytes of the arrival hash chain at some row (R12). */
typedef struct {
    uint8_t bytes[8];
} pln_tag_t;
/** Names one life of one store; drawn at random when a store is made (R12). */
typedef struct {
    uint8_t bytes[16];
} pln_store_id_t;

enum {
    PLN_LANE_CONTROL = 0, /**< kinds 0x0000-0x00ff: who may do what */
    PLN_LANE_RECORDS = 1, /**< everything else */
    PLN_LANES = 2
};

/** Where a chain lives: everything an entry implies by its position (R1). */
typedef struct {
    pln_network_id_t network;
    pln_id_t author;
    uint32_t epoch; /**< term * 16 + n (R3) */
    uint8_t lane;
} pln_place_t;

#define PLN_PLACE_SIZE 69 /**< network 32, author 32, epoch u32, lane u8 */

/** Roles, weakest first; a member's role is the most powerful grant it holds (R3.5). */
typedef enum {
    PLN_ROLE_NONE = 0,
    PLN_ROLE_READER = 1,
    PLN_ROLE_CONTRIBUTOR = 2,
    PLN_ROLE_COORDINATOR = 3,
    PLN_ROLE_ROOT = 4
} pln_role_t;

/* Entries and runs (R1, R4). */
#define PLN_HEADER_SIZE 13
#define PLN_PAYLOAD_MAX 262144u        /**< stored bytes of one payload */
#define PLN_CONTROL_PAYLOAD_MAX 4096u  /**< of one lane-0 payload (R2) */
#define PLN_CONTROL_ENTRIES_MAX 65536u /**< lane-0 entries an epoch may hold (R2) */
#define PLN_SEQ_MAX ((UINT64_C(1) << 48) - 1)
#define PLN_ANCHOR_ENTRIES 1024u  /**< an anchor at least every so many entries */
#define PLN_ANCHOR_BYTES 131072u  /**< ... and every so many bytes of header + payload */
#define PLN_RUN_BYTES_MAX 393228u /**< short of an anchor by one byte, then one largest entry */
#define PLN_EPOCHS_PER_TERM 16u

/* Frames and flow (R13). */
#define PLN_FRAME_MAX 524288u    /**< ZMQ_MAXMSGSIZE on every socket */
#define PLN_WINDOW_MIN 458752u   /**< 448 KiB: a run is sent only into at least this */
#define PLN_WINDOW_MAX 4194304u  /**< granted to a link that is catching us up */
#define PLN_WINDOW_LINKS_MAX 64u /**< links that may hold the large window at once */
#define PLN_WINDOW_LINKS_FAST 4u /**< of these, so many at once get PLN_WINDOW_MAX */
#define PLN_FAST_IDLE_MS 60000u  /**< who has not used its place among them for so long loses it */
#define PLN_SERVED_SPARE \
    4194304u                    /**< beyond twice a network's weight, a session is served so much */
#define PLN_RESERVE 32768u      /**< always granted, for live runs */
#define PLN_LIVE_RUN_MAX 16384u /**< runs up to this are pushed, larger ones announced */
#define PLN_HEADS_PAGE_BYTES 131072u
#define PLN_HEADS_ALL_MAX 256u /**< below so many chains an unequal digest sends all heads */

/**
 * The most that 64 links may have in flight to us. Each further link adds PLN_RESERVE, and once it
 * has caught up PLN_WINDOW_MIN more: what is left of a window cannot be taken back.
 */
#define PLN_WINDOW_TOTAL \
    (PLN_WINDOW_LINKS_MAX * (PLN_WINDOW_MIN + PLN_RESERVE) + PLN_WINDOW_LINKS_FAST * PLN_WINDOW_MAX)

/* Time (milliseconds). */
#define PLN_REDIAL_MS_MIN 250u
#define PLN_REDIAL_MS_MAX 60000u
#define PLN_KEEPALIVE_MS 25000u /**< a dialler says something at least so often */
#define PLN_SILENCE_MS 90000u   /**< a link without a word for so long is down */
#define PLN_DIGEST_MS 600000u   /**< digests are compared on an idle link (R12) */
#define PLN_STALL_MS 15000u     /**< an asked chain without progress is asked elsewhere */
#define PLN_START_WAIT_MS 3000u /**< for a peer's first heads before a start writes (R5) */
#define PLN_LAZY_MS 2000u       /**< give or take half: announced, not here: GRAFT + WANT */
#define PLN_DUPLICATE_MS 10000u /**< PRUNE only for a copy received within (R21) */
#define PLN_PRESENCE_MS 60000u  /**< base interval of presence (R20) */
#define PLN_HIDDEN_MS UINT64_C(259200000) /**< 72 h: what a coordinator withdrew is kept (R8) */
#define PLN_ASIDE_MS UINT64_C(2592000000) /**< 30 days: what access set aside is kept (R3) */
#define PLN_CLOCK_AHEAD_MS 86400000u      /**< views clamp author time to arrival + this (R9) */

/* Populations. */
#define PLN_ADDRESS_MAX 255u /**< bytes of one HOST:PORT */
#define PLN_ADDRESSES_MAX 8u /**< in a presence; a ticket node has up to 4 */
#define PLN_NAME_MAX 128u    /**< bytes of a node's, member's or network's name */
#define PLN_TITLE_MAX 512u
#define PLN_REASON_MAX 512u
#define PLN_DIALS_MAX 16u              /**< outgoing links kept, besides those of `peer add` */
#define PLN_WANTED_MAX 65536u          /**< rows in `wanted`; beyond, a cursor stands still */
#define PLN_WANTED_UNGRANTED_MAX 4096u /**< of these, for authors without a grant, a network */

_Static_assert(PLN_RUN_BYTES_MAX == PLN_ANCHOR_BYTES - 1 + PLN_HEADER_SIZE + PLN_PAYLOAD_MAX,
               "bytes short of an anchor, then one largest entry");
_Static_assert(PLN_RUN_BYTES_MAX + 1024 <= PLN_WINDOW_MIN, "a run and its message fit the window");
_Static_assert(PLN_WINDOW_MIN < PLN_FRAME_MAX, "a window's worth fits one frame");

#endif
