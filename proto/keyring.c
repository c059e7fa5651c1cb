// SPDX-License-Identifier: MPL-2.0
#include "keyring.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

static void write_text(const char *text, pln_buf_t *out)
{
    size_t size = strlen(text);
    assert(size <= UINT8_MAX);
    pln_buf_u8(out, (uint8_t)size);
    pln_buf_add(out, text, size);
}

static void write_node(const pln_keyring_node_t *node, pln_buf_t *out)
{
    assert(node->address_count <= PLN_KEYRING_ADDRESSES_MAX);
    pln_buf_add(out, node->id.bytes, sizeof node->id.bytes);
    pln_buf_u8(out, (uint8_t)node->address_count);
    for (uint32_t i = 0; i < node->address_count; i++) {
        write_text(node->addresses[i], out);
    }
}

static void write_network(const pln_keyring_network_t *network, pln_buf_t *out)
{
    assert(network->node_count <= PLN_KEYRING_NODES_MAX);
    pln_buf_add(out, network->network.bytes, sizeof network->network.bytes);
    pln_buf_add(out, network->root.bytes, sizeof network->root.bytes);
    pln_buf_u32(out, network->epoch_end);
    write_text(network->name, out);
    pln_buf_u8(out, (uint8_t)network->node_count);
    for (uint32_t i = 0; i < network->node_count; i++) {
        write_node(&network->nodes[i], out);
    }
}

void pln_keyring_encode(const pln_keyring_t *ring, pln_buf_t *out)
{
    assert(ring->network_count <= PLN_KEYRING_NETWORKS_MAX);
    pln_buf_add(out, ring->id.bytes, sizeof ring->id.bytes);
    pln_buf_add(out, ring->seed, sizeof ring->seed);
    pln_buf_u48(out, ring->made_ms);
    write_text(ring->name, out);
    pln_buf_u16(out, (uint16_t)ring->network_count);
    for (size_t i = 0; i < ring->network_count; i++) {
        write_network(&ring->networks[i], out);
    }
}

/* ---- reading ---- */

/** A text of @least to @max bytes into @out, which has room for its NUL. */
static pln_err_t read_text(pln_reader_t *in, size_t least, size_t max, char *out, pln_span_t *text)
{
    size_t size = pln_read_u8(in);
    *text = pln_read_span(in, size);
    if (in->failed) {
        return PLN_ETRUNCATED;
    }
    if (size < least || size > max) {
        return PLN_EMALFORMED;
    }
    memcpy(out, text->data, size);
    out[size] = '\0';
    return PLN_OK;
}

static pln_err_t read_name(pln_reader_t *in, char out[PLN_NAME_MAX + 1])
{
    pln_span_t text;
    PLN_TRY(read_text(in, 0, PLN_NAME_MAX, out, &text));
    return pln_utf8_valid(text) ? PLN_OK : PLN_EMALFORMED;
}

static pln_err_t read_address(pln_reader_t *in, char out[PLN_ADDRESS_MAX + 1])
{
    pln_span_t text;
    PLN_TRY(read_text(in, 1, PLN_ADDRESS_MAX, out, &text));
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < 0x21 || text.data[i] > 0x7e) {
            return PLN_EMALFORMED;
        }
    }
    return PLN_OK;
}

static pln_err_t read_id(pln_reader_t *in, pln_id_t *out)
{
    pln_read_into(in, out->bytes, sizeof out->bytes);
    return in->failed ? PLN_ETRUNCATED : pln_id_check(out);
}

static pln_err_t read_node(pln_reader_t *in, pln_keyring_node_t *out)
{
    PLN_TRY(read_id(in, &out->id));
    out->address_count = pln_read_u8(in);
    if (out->address_count > PLN_KEYRING_ADDRESSES_MAX) {
        return PLN_EMALFORMED;
    }
    for (uint32_t i = 0; i < out->address_count; i++) {
        PLN_TRY(read_address(in, out->addresses[i]));
    }
    return PLN_OK;
}

static pln_err_t read_network(pln_reader_t *in, pln_keyring_network_t *out)
{
    pln_read_into(in, out->network.bytes, sizeof out->network.bytes);
    PLN_TRY(read_id(in, &out->root));
    out->epoch_end = pln_read_u32(in);
    PLN_TRY(read_name(in, out->name));
    out->node_count = pln_read_u8(in);
    if (out->node_count > PLN_KEYRING_NODES_MAX) {
        return PLN_EMALFORMED;
    }
    for (uint32_t i = 0; i < out->node_count; i++) {
        PLN_TRY(read_node(in, &out->nodes[i]));
    }
    return PLN_OK;
}

/** The seed makes the id. */
static pln_err_t read_key(pln_reader_t *in, pln_keyring_t *out)
{
    pln_identity_t derived;
    PLN_TRY(read_id(in, &out->id));
    pln_read_into(in, out->seed, sizeof out->seed);
    if (in->failed) {
        return PLN_ETRUNCATED;
    }
    pln_err_t error = pln_identity_derive(out->seed, &derived);
    bool same = error == PLN_OK && pln_id_equal(&derived.id, &out->id);
    sodium_memzero(&derived, sizeof derived);
    return same ? PLN_OK : PLN_EKEY;
}

static pln_err_t read_all(pln_reader_t *in, pln_keyring_t *out)
{
    PLN_TRY(read_key(in, out));
    out->made_ms = pln_read_u48(in);
    PLN_TRY(read_name(in, out->name));
    size_t count = pln_read_u16(in);
    if (count > PLN_KEYRING_NETWORKS_MAX) {
        return PLN_EMALFORMED;
    }
    for (size_t i = 0; i < count; i++) {  // one by one: a count alone makes nobody allocate
        out->networks = pln_realloc(out->networks, (i + 1) * sizeof *out->networks);
        memset(&out->networks[i], 0, sizeof out->networks[i]);
        out->network_count = i + 1;
        PLN_TRY(read_network(in, &out->networks[i]));
    }
    return pln_reader_end(in);
}

pln_err_t pln_keyring_decode(pln_span_t bytes, pln_keyring_t *out)
{
    pln_reader_t in = pln_reader(bytes);
    memset(out, 0, sizeof *out);
    pln_err_t error = read_all(&in, out);
    if (error != PLN_OK) {
        pln_keyring_free(out);
    }
    return error;
}

void pln_keyring_free(pln_keyring_t *ring)
{
    free(ring->networks);
    sodium_memzero(ring, sizeof *ring);
}
