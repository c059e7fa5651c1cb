// SPDX-License-Identifier: MPL-2.0
/**
 * vault - the file that backups and key exports are: framed, checked, and locked where asked.
 *
 * Why     What a node lives on must be seen to be whole before anything is believed of it, also by
 *         who has no passphrase; and reading it may cost no more than it is large.
 * Shape   head 64 bytes   magic 8, version u8, what u8, lock u8, 0, salt 16, passes u32,
 *                         memory u32 (KiB), nonce 24, guard 4 (first of H("pln vault 1", before))
 *         frames          size u32, then so many bytes: up to 65,536 of the content as they are, or
 *                         one message of secretstream_xchacha20poly1305 (17 bytes longer)
 *         end             size 0, content bytes u64, H("pln vault 1", everything before)
 * Lock    key = Argon2id13(passphrase, salt, passes, memory); only the last message is final
 * Limits  passes and memory are bounded when read: nobody's file makes this machine work for hours
 * Pure    salt and nonce come in; deriving the key takes @memory for a moment
 * Spec    SPEC 15.1
 */
#ifndef PLN_VAULT_H
#define PLN_VAULT_H

#include <sodium.h>

#include "bytes.h"
#include "hash.h"

#define PLN_DOMAIN_VAULT "pln vault 1"
#define PLN_VAULT_HEAD_SIZE 64u
#define PLN_VAULT_FRAME_MAX 65536u
#define PLN_VAULT_PASSES_MAX 16u
#define PLN_VAULT_MEMORY_MAX (1024u * 1024u) /**< KiB: 1 GiB */
#define PLN_VAULT_PASSPHRASE_MAX 1024u

typedef enum { PLN_VAULT_BACKUP = 1, PLN_VAULT_KEY = 2 } pln_vault_what_t;

/** The first bytes. Of an open vault all of salt .. nonce is zero. */
typedef struct {
    pln_vault_what_t what;
    bool locked;
    uint8_t salt[crypto_pwhash_SALTBYTES];
    uint32_t passes;     /**< 1 .. PLN_VAULT_PASSES_MAX */
    uint32_t memory_kib; /**< 8 .. PLN_VAULT_MEMORY_MAX */
    uint8_t nonce[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
} pln_vault_head_t;

/** Hold it in sodium_malloc, or wipe it. */
typedef struct {
    uint8_t bytes[crypto_secretstream_xchacha20poly1305_KEYBYTES];
} pln_vault_key_t;

/** PLN_ENOSPACE: this machine has not the memory that @head asks for. */
PLN_MUST_CHECK pln_err_t pln_vault_derive(const pln_vault_head_t *head, pln_span_t passphrase,
                                          pln_vault_key_t *out);

/* ---- writing ---- */

typedef struct {
    pln_hasher_t hasher;
    bool locked;
    crypto_secretstream_xchacha20poly1305_state stream;
    uint64_t total;
    pln_buf_t content; /**< less than one frame */
} pln_vault_writer_t;

/** Append the head to @out. @key: NULL for an open vault. */
void pln_vault_begin(pln_vault_writer_t *writer, const pln_vault_head_t *head,
                     const pln_vault_key_t *key, pln_buf_t *out);
/** Append as many whole frames as @content fills. */
void pln_vault_add(pln_vault_writer_t *writer, pln_span_t content, pln_buf_t *out);
/** Append what is left and the end. The writer holds nothing afterwards. */
void pln_vault_end(pln_vault_writer_t *writer, pln_buf_t *out);
/** Of a writer that does not come to its end. Wipes. */
void pln_vault_writer_free(pln_vault_writer_t *writer);

/* ---- reading ---- */

typedef enum {
    PLN_VAULT_AT_HEAD,
    PLN_VAULT_AT_SIZE,
    PLN_VAULT_AT_FRAME,
    PLN_VAULT_AT_END,
    PLN_VAULT_DONE
} pln_vault_state_t;

typedef struct {
    pln_vault_state_t state;
    pln_vault_head_t head; /**< from PLN_VAULT_AT_SIZE on */
    bool opened;           /**< a key was given; else a locked one is only checked */
    bool final;            /**< the final message was read */
    uint32_t need;         /**< bytes of the part being collected */
    uint64_t total;
    pln_hasher_t hasher;
    crypto_secretstream_xchacha20poly1305_state stream;
    pln_buf_t held;
} pln_vault_reader_t;

void pln_vault_reader_begin(pln_vault_reader_t *reader);
/** Before the first byte: open the frames of a locked vault, whose head was read before. */
void pln_vault_reader_unlock(pln_vault_reader_t *reader, const pln_vault_head_t *head,
                             const pln_vault_key_t *key);
/**
 * Take in the next @bytes, in pieces of any size; content is appended to @content (of a locked
 * vault that is not opened: none). The content must not be believed before PLN_VAULT_DONE.
 *
 * PLN_EMALFORMED  no vault, or bytes where none may be
 * PLN_EVERSION    of a later version
 * PLN_EOVERSIZE   asks for more work or memory than is allowed
 * PLN_ESIGNATURE  damaged: guard or checksum differ
 * PLN_EKEY        the passphrase is another one (under a fitting checksum)
 */
PLN_MUST_CHECK pln_err_t pln_vault_read(pln_vault_reader_t *reader, pln_span_t bytes,
                                        pln_buf_t *content);
/** PLN_OK when the end was read; PLN_ETRUNCATED before. */
PLN_MUST_CHECK pln_err_t pln_vault_reader_end(const pln_vault_reader_t *reader);
/** Wipes. */
void pln_vault_reader_free(pln_vault_reader_t *reader);

#endif
