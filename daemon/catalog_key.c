// SPDX-License-Identifier: MPL-2.0
#include "catalog_key.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(pln_catalog_key_t) == crypto_shorthash_KEYBYTES, "key of a short hash");

bool pln_catalog_key_open(pln_catalog_db_t *db, pln_catalog_key_t *out)
{
    sqlite3_stmt *statement =
        pln_catalog_db_prepare(db, "SELECT value FROM meta WHERE name = 'key'");
    bool found = statement != NULL && pln_catalog_db_step(db, statement) == SQLITE_ROW &&
                 sqlite3_column_bytes(statement, 0) == (int)sizeof out->bytes;
    if (found) {
        memcpy(out->bytes, sqlite3_column_blob(statement, 0), sizeof out->bytes);
    }
    sqlite3_reset(statement);
    if (found || sqlite3_db_readonly(pln_catalog_db_handle(db), "main") == 1) {
        return found;
    }
    randombytes_buf(out->bytes, sizeof out->bytes);
    statement = pln_catalog_db_prepare(db, "INSERT INTO meta(name, value) VALUES('key', ?)");
    if (statement == NULL) {
        return false;
    }
    sqlite3_bind_blob(statement, 1, out->bytes, sizeof out->bytes, SQLITE_STATIC);
    found = pln_catalog_db_step(db, statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return found;
}

static int64_t short_hash(const pln_catalog_key_t *key, const pln_network_id_t *network,
                          const pln_id_t *author, uint32_t epoch, uint64_t seq)
{
    uint8_t in[76], out[crypto_shorthash_BYTES];
    memcpy(in, network->bytes, 32);
    memcpy(in + 32, author->bytes, 32);
    pln_put_u32(in + 64, epoch);
    pln_put_u64(in + 68, seq);
    crypto_shorthash(out, in, sizeof in, key->bytes);
    return (int64_t)pln_get_u64(out);
}

int64_t pln_catalog_key_place(const pln_catalog_key_t *key, const pln_place_t *place, uint64_t seq)
{
    return short_hash(key, &place->network, &place->author, place->epoch, seq);
}

int64_t pln_catalog_key_reference(const pln_catalog_key_t *key, const pln_network_id_t *network,
                                  const pln_reference_t *reference)
{
    return short_hash(key, reference->has_network ? &reference->network : network,
                      &reference->author, reference->epoch, reference->seq);
}
