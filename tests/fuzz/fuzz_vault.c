// SPDX-License-Identifier: MPL-2.0
/* The first byte chooses: a whole file as somebody finds it, the content of a key export, or the
 * rows of a backup, since no fuzzer guesses a checksum. A keyring read is written again alike. */
#include <assert.h>
#include <string.h>

#include "proto/backup.h"
#include "proto/keyring.h"
#include "proto/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_file(pln_span_t bytes, size_t piece)
{
    pln_vault_reader_t vault;
    pln_buf_t content = {0};
    pln_err_t error = PLN_OK;
    pln_vault_reader_begin(&vault);
    for (size_t at = 0; at < bytes.size && error == PLN_OK; at += piece) {
        size_t part = bytes.size - at < piece ? bytes.size - at : piece;
        error = pln_vault_read(&vault, PLN_SPAN(bytes.data + at, part), &content);
    }
    assert(content.size <= bytes.size);
    pln_vault_reader_free(&vault);
    pln_buf_free(&content);
}

static void read_ring(pln_span_t bytes)
{
    pln_keyring_t ring;
    pln_buf_t again = {0};
    if (pln_keyring_decode(bytes, &ring) == PLN_OK) {
        pln_keyring_encode(&ring, &again);
        assert(again.size == bytes.size && memcmp(again.data, bytes.data, bytes.size) == 0);
        assert(again.size <= PLN_KEYRING_SIZE_MAX);
        pln_keyring_free(&ring);
    }
    pln_buf_free(&again);
}

static void read_rows(pln_span_t bytes, size_t piece)
{
    pln_backup_reader_t backup = {.headed = false};
    pln_backup_row_t row;
    pln_err_t error = PLN_ENOTFOUND;
    for (size_t at = 0; at < bytes.size && error == PLN_ENOTFOUND; at += piece) {
        size_t part = bytes.size - at < piece ? bytes.size - at : piece;
        pln_backup_put(&backup, PLN_SPAN(bytes.data + at, part));
        while ((error = pln_backup_next(&backup, &row)) == PLN_OK) {
            assert(row.key.size > 0 && row.key.size <= PLN_BACKUP_KEY_MAX);
            assert(row.value.size <= PLN_BACKUP_VALUE_MAX);
        }
    }
    pln_backup_reader_free(&backup);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || sodium_init() < 0) {
        return 0;
    }
    pln_span_t rest = PLN_SPAN(data + 2, size - 2);
    size_t piece = 1 + (size_t)data[1] * 16;
    switch (data[0] % 3) {
        case 0:
            read_file(rest, piece);
            break;
        case 1:
            read_ring(rest);
            break;
        default:
            read_rows(rest, piece);
            break;
    }
    return 0;
}
