// SPDX-License-Identifier: MPL-2.0
#include "snippet.h"

#include <string.h>

#include "proto/bytes.h"

/** Signs of a heading, a table, a rule or a listing, and nothing else: "##", "|---|:-:", "```". */
static bool is_sign(const char *word, size_t size)
{
    size_t dashes = 0, others = 0;
    for (size_t i = 0; i < size; i++) {
        if (strchr("#|-:`", word[i]) == NULL) {
            return false;
        }
        dashes += word[i] == '-';
        others += word[i] == '#' || word[i] == '|' || word[i] == '`';
    }
    return others > 0 || dashes > 2;
}

/** @snippet without such signs and without those of bold letters. */
static void tidy(const char *snippet, pln_buf_t *out)
{
    while (*snippet != '\0') {
        size_t blanks = strspn(snippet, " \n\r\t");
        size_t size = strcspn(snippet + blanks, " \n\r\t");
        const char *word = snippet + blanks;
        if (size == 0 || !is_sign(word, size)) {
            pln_buf_add(out, snippet, blanks);
            for (size_t i = 0; i < size; i++) {
                bool bold = word[i] == '*' && (word[i + 1] == '*' || (i > 0 && word[i - 1] == '*'));
                pln_buf_add(out, word + i, bold ? 0 : 1);
            }
        }
        snippet += blanks + size;
    }
    pln_buf_u8(out, 0);
}

/** In pieces, those that fit marked. */
static json_t *pieces_json(const char *text)
{
    json_t *list = json_array();
    bool fits = false;
    while (*text != '\0') {
        size_t size = strcspn(text, "\x02\x03");
        if (size > 0) {
            json_t *piece = json_object();
            json_object_set_new(piece, "text", json_stringn(text, size));
            json_object_set_new(piece, "fits", json_boolean(fits));
            json_array_append_new(list, piece);
        }
        text += size;
        fits = *text == '\x02';
        text += *text != '\0';
    }
    return list;
}

static json_t *plain_json(const char *text)
{
    pln_buf_t plain = {0};
    for (; *text != '\0'; text++) {
        pln_buf_add(&plain, text, *text != '\x02' && *text != '\x03' ? 1 : 0);
    }
    json_t *json = json_stringn(plain.size > 0 ? (const char *)plain.data : "", plain.size);
    pln_buf_free(&plain);
    return json != NULL ? json : json_string("");
}

void pln_snippet_add(const char *snippet, json_t *record)
{
    pln_buf_t text = {0};
    tidy(snippet, &text);
    json_object_set_new(record, "snippet", plain_json((const char *)text.data));
    json_object_set_new(record, "pieces", pieces_json((const char *)text.data));
    pln_buf_free(&text);
}
