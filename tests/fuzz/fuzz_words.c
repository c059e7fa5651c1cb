// SPDX-License-Identifier: MPL-2.0
/* What is typed, then, behind a zero byte, a text: no question is an error to SQLite, and marking
 * what fits changes nothing else of the text. */
#include <assert.h>
#include <string.h>

#include "daemon/catalog_order.h"
#include "daemon/catalog_tokens.h"
#include "daemon/catalog_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static sqlite3 *open_once(void)
{
    static sqlite3 *handle;
    if (handle == NULL) {
        int code = sqlite3_open(":memory:", &handle);
        assert(code == SQLITE_OK && pln_tokens_register(handle));
        code = sqlite3_exec(handle,
                            "CREATE VIRTUAL TABLE words USING fts5(title, tags, prose, facets,"
                            " tokenize='pln')",
                            NULL, NULL, NULL);
        assert(code == SQLITE_OK);
    }
    return handle;
}

static void store(sqlite3 *handle, pln_span_t text)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_exec(handle, "DELETE FROM words", NULL, NULL, NULL);
    assert(code == SQLITE_OK);
    code = sqlite3_prepare_v2(handle, "INSERT INTO words(rowid, prose) VALUES(1, ?)", -1,
                              &statement, NULL);
    assert(code == SQLITE_OK);
    sqlite3_bind_text(statement, 1, text.size > 0 ? (const char *)text.data : "", (int)text.size,
                      SQLITE_STATIC);
    code = sqlite3_step(statement);
    assert(code == SQLITE_DONE);
    sqlite3_finalize(statement);
}

/** @marked without the marks is @text again, and they pair. */
static void check_marks(const char *marked, size_t size, pln_span_t text)
{
    size_t at = 0;
    bool inside = false;
    for (size_t i = 0; i < size; i++) {
        if (marked[i] == '\x02' || marked[i] == '\x03') {
            assert(inside == (marked[i] == '\x03'));
            inside = !inside;
        } else {
            assert(at < text.size && (uint8_t)marked[i] == text.data[at]);
            at++;
        }
    }
    assert(at == text.size && !inside);
}

static void ask(sqlite3 *handle, const char *typed, bool open, pln_span_t text)
{
    pln_buf_t match = {0};
    sqlite3_stmt *statement = NULL;
    if (pln_words_match(typed, open, NULL, 0, &match)) {
        int code = sqlite3_prepare_v2(handle,
                                      "SELECT highlight(words, 2, char(2), char(3)),"
                                      " snippet(words, 2, char(2), char(3), '', 24)"
                                      " FROM words WHERE words MATCH ? ORDER BY rank",
                                      -1, &statement, NULL);
        assert(code == SQLITE_OK);
        sqlite3_bind_text(statement, 1, (const char *)match.data, (int)match.size, SQLITE_STATIC);
        code = sqlite3_step(statement);
        assert(code == SQLITE_ROW || code == SQLITE_DONE);
        if (code == SQLITE_ROW) {
            check_marks((const char *)sqlite3_column_text(statement, 0),
                        (size_t)sqlite3_column_bytes(statement, 0), text);
        }
    }
    sqlite3_finalize(statement);
    pln_buf_free(&match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char typed[PLN_WORDS_BYTES_MAX + 1] = "";
    pln_buf_t key = {0};
    sqlite3 *handle = open_once();
    size_t asked = size < PLN_WORDS_BYTES_MAX ? size : PLN_WORDS_BYTES_MAX;
    const uint8_t *end = memchr(data, 0, asked);
    asked = end != NULL ? (size_t)(end - data) : asked;
    memcpy(typed, data, asked);
    pln_span_t text =
        size > asked + 1 ? PLN_SPAN(data + asked + 1, size - asked - 1) : PLN_SPAN(NULL, 0);
    // As of records: valid UTF-8 without control characters.
    bool fits = pln_utf8_valid(text);
    for (size_t i = 0; i < text.size && fits; i++) {
        fits = text.data[i] >= 0x20;
    }
    if (fits) {
        store(handle, text);
        ask(handle, typed, false, text);
        ask(handle, typed, true, text);
        pln_order_t *order = pln_order_new(handle);
        pln_order_key(order, text, &key);
        assert(key.size <= PLN_ORDER_KEY_MAX);
        pln_order_free(&order);
    }
    pln_buf_free(&key);
    return 0;
}
