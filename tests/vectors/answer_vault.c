// SPDX-License-Identifier: MPL-2.0
// vault.json
#include <stdlib.h>

#include "answer.h"
#include "proto/keyring.h"
#include "proto/vault.h"
#include "shape.h"

/* ---- vaults ---- */

static void lock_read(json_t *in, pln_vault_head_t *head, pln_vault_key_t *key)
{
    head->locked = true;
    case_fixed(case_member(in, "salt"), head->salt, sizeof head->salt);
    case_fixed(case_member(in, "nonce"), head->nonce, sizeof head->nonce);
    head->passes = (uint32_t)case_uint(case_member(in, "passes"));
    head->memory_kib = (uint32_t)case_uint(case_member(in, "memory"));
    if (pln_vault_derive(head, case_text(case_member(in, "passphrase")), key) != PLN_OK) {
        abort();
    }
}

static json_t *vault(json_t *in, refusal_t *why)
{
    pln_vault_writer_t writer;
    pln_vault_key_t key;
    pln_buf_t out = {0};
    json_t *lock = case_member(in, "lock");
    pln_vault_head_t head = {.what = (pln_vault_what_t)case_uint(case_member(in, "what"))};
    (void)why;
    if (!json_is_null(lock)) {
        lock_read(lock, &head, &key);
    }
    pln_vault_begin(&writer, &head, head.locked ? &key : NULL, &out);
    pln_vault_add(&writer, case_bytes(case_member(in, "content")), &out);
    pln_vault_end(&writer, &out);
    return answer_buf("hex", &out);
}

/** As `pln restore` does: first the whole without its passphrase, then, where there is one, with.
 */
static pln_err_t read_whole(pln_span_t bytes, json_t *passphrase, pln_vault_reader_t *reader,
                            pln_buf_t *content)
{
    pln_vault_key_t key;
    pln_vault_reader_begin(reader);
    PLN_TRY(pln_vault_read(reader, bytes, content));
    PLN_TRY(pln_vault_reader_end(reader));
    if (json_is_null(passphrase)) {
        return PLN_OK;
    }
    pln_vault_head_t head = reader->head;
    pln_vault_reader_free(reader);
    pln_vault_reader_begin(reader);
    PLN_TRY(pln_vault_derive(&head, case_text(passphrase), &key));
    pln_vault_reader_unlock(reader, &head, &key);
    PLN_TRY(pln_vault_read(reader, bytes, content));
    return pln_vault_reader_end(reader);
}

static json_t *vault_read(json_t *in, refusal_t *why)
{
    json_t *passphrase = case_member(in, "passphrase");
    pln_vault_reader_t reader;
    pln_buf_t content = {0};
    pln_err_t error = read_whole(case_bytes(case_member(in, "hex")), passphrase, &reader, &content);
    bool hidden = reader.head.locked && json_is_null(passphrase);
    json_t *out = error != PLN_OK
                      ? answer_refuse(why, error)
                      : json_pack("{s:i,s:o}", "what", (int)reader.head.what, "content",
                                  hidden ? json_null() : case_hex(content.data, content.size));
    pln_vault_reader_free(&reader);
    pln_buf_free(&content);
    return out;
}

/* ---- keys ---- */

static const shape_t bare_address[] = {{.type = SHAPE_CHARS, .size = PLN_ADDRESS_MAX + 1},
                                       SHAPE_END};
static const shape_t node_shape[] = {
    SHAPE(FIXED, pln_keyring_node_t, id),
    SHAPE_MANY("addresses", pln_keyring_node_t, addresses, address_count, bare_address), SHAPE_END};
static const shape_t network_shape[] = {
    SHAPE(FIXED, pln_keyring_network_t, network),
    SHAPE(FIXED, pln_keyring_network_t, root),
    SHAPE_AS("epochs", UINT, pln_keyring_network_t, epoch_end),
    SHAPE(CHARS, pln_keyring_network_t, name),
    SHAPE_MANY("nodes", pln_keyring_network_t, nodes, node_count, node_shape),
    SHAPE_END};
static const shape_t ring_shape[] = {SHAPE(FIXED, pln_keyring_t, seed),
                                     SHAPE(UINT, pln_keyring_t, made_ms),
                                     SHAPE(CHARS, pln_keyring_t, name), SHAPE_END};

static json_t *keyring(json_t *in, refusal_t *why)
{
    pln_keyring_t ring = {.network_count = 0};
    pln_identity_t identity;
    pln_buf_t out = {0};
    size_t index;
    json_t *network;
    json_t *networks = case_member(in, "networks");
    shape_read(ring_shape, in, &ring);
    if (pln_identity_derive(ring.seed, &identity) != PLN_OK) {
        return answer_refuse(why, PLN_EKEY);
    }
    ring.id = identity.id;
    ring.network_count = json_array_size(networks);
    ring.networks = pln_alloc_zero(ring.network_count + 1, sizeof *ring.networks);
    json_array_foreach(networks, index, network)
    {
        shape_read(network_shape, network, &ring.networks[index]);
    }
    pln_keyring_encode(&ring, &out);
    pln_keyring_free(&ring);
    return answer_buf("hex", &out);
}

static json_t *keyring_read(json_t *in, refusal_t *why)
{
    pln_keyring_t ring;
    pln_err_t error = pln_keyring_decode(case_bytes(case_member(in, "hex")), &ring);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    json_t *out = shape_write(ring_shape, &ring);
    json_t *networks = json_array();
    for (size_t i = 0; i < ring.network_count; i++) {
        json_array_append_new(networks, shape_write(network_shape, &ring.networks[i]));
    }
    json_object_set_new(out, "networks", networks);
    pln_keyring_free(&ring);
    return out;
}

const answer_t answers_vault[] = {{.op = "vault", .answer = vault},
                                  {.op = "vault.read", .answer = vault_read},
                                  {.op = "keyring", .answer = keyring, .back = keyring_read},
                                  {.op = "keyring.read", .answer = keyring_read},
                                  {.op = NULL}};
