// SPDX-License-Identifier: MPL-2.0
#include "salt.h"

#include <sodium.h>
#include <string.h>

#include "hash.h"

static bool names_persons(pln_record_t *record, unsigned depth);

/** One value, or each of a list of groups. */
static bool group_names_persons(const pln_record_field_t *found, unsigned depth)
{
    pln_unpack_t in = pln_unpack(found->value);
    uint32_t values = found->field->many > 0 ? pln_unpack_array(&in, UINT32_MAX) : 1;
    bool named = false;
    for (; values > 0 && in.error == PLN_OK && !named; values--) {
        size_t begin = in.bytes.at;
        pln_unpack_skip(&in);
        pln_record_t group = pln_group_open(
            found->field->parts, PLN_SPAN(in.bytes.span.data + begin, in.bytes.at - begin));
        named = in.error == PLN_OK && names_persons(&group, depth + 1);
    }
    return named;
}

static bool names_persons(pln_record_t *record, unsigned depth)
{
    pln_record_field_t found;
    bool named = false;
    while (!named && pln_record_next(record, &found)) {
        const pln_field_t *field = found.field;
        named = field != NULL && ((field->flags & PLN_FIELD_PERSONAL) != 0 ||
                                  (field->type == PLN_TYPE_GROUP && depth < PLN_GROUP_DEPTH &&
                                   group_names_persons(&found, depth)));
    }
    return named;
}

bool pln_salt_lacks(const pln_kind_t *kind, pln_span_t payload)
{
    pln_record_field_t found;
    pln_record_t record = pln_record_open(kind, payload);
    if (record.left >= PLN_FIELDS_MAX || pln_record_find(kind, payload, "salt", &found)) {
        return false;
    }
    return kind->personal || names_persons(&record, 0);
}

void pln_salt_make(const pln_identity_t *self, const pln_network_id_t *network,
                   const pln_kind_t *kind, pln_span_t payload, uint8_t out[PLN_SALT_SIZE])
{
    crypto_generichash_state state;
    uint8_t tag[PLN_DOMAIN_SIZE], number[2], hash[32];
    pln_domain(PLN_DOMAIN_SALT, tag);
    pln_put_u16(number, kind->number);
    // The first half of libsodium's secret key is the seed.
    crypto_generichash_init(&state, self->secret, PLN_SEED_SIZE, sizeof hash);
    crypto_generichash_update(&state, tag, sizeof tag);
    crypto_generichash_update(&state, network->bytes, sizeof network->bytes);
    crypto_generichash_update(&state, number, sizeof number);
    crypto_generichash_update(&state, payload.data, payload.size);
    crypto_generichash_final(&state, hash, sizeof hash);
    memcpy(out, hash, PLN_SALT_SIZE);
}

static void salt_write(const uint8_t salt[PLN_SALT_SIZE], pln_buf_t *out)
{
    pln_pack_uint(out, PLN_FIELD_SALT);
    pln_pack_bin(out, salt, PLN_SALT_SIZE);
}

pln_err_t pln_salt_add(pln_span_t payload, const uint8_t salt[PLN_SALT_SIZE], pln_buf_t *out)
{
    bool written = false;
    pln_record_field_t found;
    pln_record_t record = pln_record_open(NULL, payload);
    pln_pack_map(out, record.left + 1);
    while (pln_record_next(&record, &found)) {
        if (!written && found.number > PLN_FIELD_SALT) {
            salt_write(salt, out);
            written = true;
        }
        pln_pack_uint(out, found.number);
        pln_buf_add(out, found.value.data, found.value.size);
    }
    if (!written) {
        salt_write(salt, out);
    }
    return pln_record_end(&record);
}
