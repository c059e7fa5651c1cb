// SPDX-License-Identifier: MPL-2.0
// vault: what a file of ours is must be seen before anything of it is believed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "proto/vault.h"

#define CONTENT_SIZE 150000u /* three frames */

static const pln_vault_head_t open_head = {.what = PLN_VAULT_BACKUP};
static const pln_vault_head_t cheap_head = {.what = PLN_VAULT_KEY,
                                            .locked = true,
                                            .salt = {1, 2, 3},
                                            .passes = 1,
                                            .memory_kib = 8,
                                            .nonce = {9}};

static pln_span_t text(const char *text)
{
    return PLN_SPAN(text, strlen(text));
}

static void content_of(size_t size, pln_buf_t *out)
{
    for (size_t i = 0; i < size; i++) {
        pln_buf_u8(out, (uint8_t)(i * 7 + i / 251));
    }
}

/** A vault of @size content bytes; @passphrase NULL: an open one. */
static pln_buf_t vault_of(size_t size, const char *passphrase)
{
    pln_vault_writer_t writer;
    pln_vault_key_t key;
    pln_buf_t content = {0}, out = {0};
    content_of(size, &content);
    if (passphrase != NULL) {
        assert_int_equal(pln_vault_derive(&cheap_head, text(passphrase), &key), PLN_OK);
    }
    pln_vault_begin(&writer, passphrase != NULL ? &cheap_head : &open_head,
                    passphrase != NULL ? &key : NULL, &out);
    for (size_t at = 0; at < size; at += 1000) {
        pln_vault_add(&writer, PLN_SPAN(content.data + at, size - at < 1000 ? size - at : 1000),
                      &out);
    }
    pln_vault_end(&writer, &out);
    pln_buf_free(&content);
    return out;
}

/** Read @bytes in pieces of @piece; what came of it, and the content. */
static pln_err_t read_vault(pln_span_t bytes, size_t piece, const char *passphrase,
                            pln_buf_t *content)
{
    pln_vault_reader_t reader;
    pln_vault_key_t key;
    pln_err_t error = PLN_OK;
    pln_vault_reader_begin(&reader);
    if (passphrase != NULL) {
        assert_int_equal(pln_vault_derive(&cheap_head, text(passphrase), &key), PLN_OK);
        pln_vault_reader_unlock(&reader, &cheap_head, &key);
    }
    for (size_t at = 0; at < bytes.size && error == PLN_OK; at += piece) {
        size_t size = bytes.size - at < piece ? bytes.size - at : piece;
        error = pln_vault_read(&reader, PLN_SPAN(bytes.data + at, size), content);
    }
    error = error == PLN_OK ? pln_vault_reader_end(&reader) : error;
    pln_vault_reader_free(&reader);
    return error;
}

static void assert_content(const pln_buf_t *content, size_t size)
{
    pln_buf_t expected = {0};
    content_of(size, &expected);
    assert_int_equal(content->size, size);
    if (size > 0) {
        assert_memory_equal(content->data, expected.data, size);
    }
    pln_buf_free(&expected);
}

static void vault_gives_back_what_was_put_in_whatever_the_pieces(void **state)
{
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, CONTENT_SIZE};
    static const size_t pieces[] = {1, 63, 4096, 1u << 20};
    static const char *const locks[] = {NULL, "correct horse"};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = 0; j < 8; j++) {
            pln_buf_t content = {0};
            pln_buf_t vault = vault_of(sizes[i], locks[j / 4]);
            assert_int_equal(
                read_vault(pln_buf_span(&vault), pieces[j % 4], locks[j / 4], &content), PLN_OK);
            assert_content(&content, sizes[i]);
            pln_buf_free(&content);
            pln_buf_free(&vault);
        }
    }
}

static void vault_with_any_bit_changed_is_refused(void **state)
{
    static const char *const locks[] = {NULL, "correct horse"};
    (void)state;
    for (size_t j = 0; j < 2; j++) {
        pln_buf_t vault = vault_of(300, locks[j]);
        for (size_t bit = 0; bit < vault.size * 8; bit++) {
            pln_buf_t content = {0};
            vault.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_not_equal(read_vault(pln_buf_span(&vault), 4096, NULL, &content), PLN_OK);
            vault.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            pln_buf_free(&content);
        }
        pln_buf_free(&vault);
    }
}

static void vault_cut_anywhere_or_longer_is_refused(void **state)
{
    (void)state;
    pln_buf_t vault = vault_of(70000, NULL);
    for (size_t size = 0; size < vault.size; size += size < 200 ? 1 : 997) {
        pln_buf_t content = {0};
        assert_int_equal(read_vault(PLN_SPAN(vault.data, size), 4096, NULL, &content),
                         PLN_ETRUNCATED);
        pln_buf_free(&content);
    }
    pln_buf_t content = {0};
    assert_int_equal(read_vault(PLN_SPAN("notes", 5), 4096, NULL, &content), PLN_EMALFORMED);
    pln_buf_u8(&vault, 0);
    assert_int_equal(read_vault(pln_buf_span(&vault), 4096, NULL, &content), PLN_EMALFORMED);
    pln_buf_free(&content);
    pln_buf_free(&vault);
}

static void locked_vault_is_checked_without_its_passphrase(void **state)
{
    (void)state;
    pln_buf_t content = {0};
    pln_buf_t vault = vault_of(CONTENT_SIZE, "correct horse");
    assert_int_equal(read_vault(pln_buf_span(&vault), 4096, NULL, &content), PLN_OK);
    assert_int_equal(content.size, 0);
    vault.data[vault.size / 2] ^= 1;
    assert_int_equal(read_vault(pln_buf_span(&vault), 4096, NULL, &content), PLN_ESIGNATURE);
    pln_buf_free(&vault);
    pln_buf_free(&content);
}

static void wrong_passphrase_is_told_from_damage(void **state)
{
    (void)state;
    pln_buf_t content = {0};
    pln_buf_t vault = vault_of(500, "correct horse");
    assert_int_equal(read_vault(pln_buf_span(&vault), 4096, "correct house", &content), PLN_EKEY);
    assert_int_equal(content.size, 0);
    pln_buf_free(&vault);
    pln_buf_free(&content);
}

/** The head of @head with a fitting guard. */
static pln_err_t read_head(const pln_vault_head_t *head)
{
    pln_vault_writer_t writer;
    pln_vault_key_t key = {{0}};
    pln_buf_t bytes = {0}, content = {0};
    pln_vault_reader_t reader;
    pln_vault_begin(&writer, head, head->locked ? &key : NULL, &bytes);
    pln_vault_reader_begin(&reader);
    pln_err_t error = pln_vault_read(&reader, pln_buf_span(&bytes), &content);
    pln_vault_reader_free(&reader);
    pln_vault_writer_free(&writer);
    pln_buf_free(&bytes);
    return error;
}

static void vault_that_asks_for_too_much_work_is_refused(void **state)
{
    pln_vault_head_t head = cheap_head;
    (void)state;
    assert_int_equal(read_head(&head), PLN_OK);
    head.memory_kib = PLN_VAULT_MEMORY_MAX;
    head.passes = PLN_VAULT_PASSES_MAX;
    assert_int_equal(read_head(&head), PLN_OK);
    head.passes++;
    assert_int_equal(read_head(&head), PLN_EOVERSIZE);
    head = cheap_head;
    head.memory_kib = PLN_VAULT_MEMORY_MAX + 1;
    assert_int_equal(read_head(&head), PLN_EOVERSIZE);
    head = cheap_head;
    head.passes = 0;
    assert_int_equal(read_head(&head), PLN_EMALFORMED);
    head = cheap_head;
    head.memory_kib = 7;
    assert_int_equal(read_head(&head), PLN_EMALFORMED);
    head = open_head;
    head.what = (pln_vault_what_t)3;
    assert_int_equal(read_head(&head), PLN_EMALFORMED);
}

static void vault_of_a_later_version_is_told_as_such(void **state)
{
    (void)state;
    pln_buf_t content = {0};
    pln_buf_t vault = vault_of(10, NULL);
    vault.data[8] = 2;
    assert_int_equal(read_vault(pln_buf_span(&vault), 4096, NULL, &content), PLN_EVERSION);
    vault.data[0] = 'x';
    assert_int_equal(read_vault(pln_buf_span(&vault), 4096, NULL, &content), PLN_EMALFORMED);
    pln_buf_free(&vault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vault_gives_back_what_was_put_in_whatever_the_pieces),
        cmocka_unit_test(vault_with_any_bit_changed_is_refused),
        cmocka_unit_test(vault_cut_anywhere_or_longer_is_refused),
        cmocka_unit_test(locked_vault_is_checked_without_its_passphrase),
        cmocka_unit_test(wrong_passphrase_is_told_from_damage),
        cmocka_unit_test(vault_that_asks_for_too_much_work_is_refused),
        cmocka_unit_test(vault_of_a_later_version_is_told_as_such),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
