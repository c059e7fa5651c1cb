// SPDX-License-Identifier: MPL-2.0
#include "catalog_order.h"

#include <stdlib.h>
#include <string.h>

#include "catalog_tokens.h"

struct pln_order {
    fts5_tokenizer words;
    Fts5Tokenizer *state;
};

pln_order_t *pln_order_new(sqlite3 *handle)
{
    static const char *options[] = {"remove_diacritics", "2", "categories", "L* N* Co Mn Mc"};
    fts5_api *api = pln_tokens_api(handle);
    pln_order_t *order = pln_alloc_zero(1, sizeof *order);
    void *context;
    if (api == NULL || api->xFindTokenizer(api, "unicode61", &context, &order->words) != 0 ||
        order->words.xCreate(context, options, 4, &order->state) != SQLITE_OK) {
        pln_order_free(&order);
    }
    return order;
}

void pln_order_free(pln_order_t **order)
{
    pln_order_t *self = *order;
    if (self != NULL && self->state != NULL) {
        self->words.xDelete(self->state);
    }
    free(self);
    *order = NULL;
}

/** A number goes by how long it is, then by its digits. */
static int add_word(void *arg, int flags, const char *text, int size, int begin, int end)
{
    pln_buf_t *key = arg;
    int digits = 0;
    (void)flags;
    (void)begin;
    (void)end;
    while (digits < size && text[digits] >= '0' && text[digits] <= '9') {
        digits++;
    }
    if (key->size > 0) {
        pln_buf_u8(key, ' ');
    }
    if (digits == size) {
        for (; size > 1 && text[0] == '0'; size--) {
            text++;
        }
        pln_buf_u8(key, (uint8_t)('0' + (size < 10 ? size - 1 : 9)));
    }
    pln_buf_add(key, text, (size_t)size);
    return key->size < PLN_ORDER_KEY_MAX ? SQLITE_OK : SQLITE_DONE;
}

void pln_order_key(pln_order_t *order, pln_span_t text, pln_buf_t *out)
{
    pln_buf_clear(out);
    if (text.size > 0) {
        order->words.xTokenize(order->state, out, FTS5_TOKENIZE_DOCUMENT, (const char *)text.data,
                               (int)text.size, add_word);
    }
    out->size = out->size < PLN_ORDER_KEY_MAX ? out->size : PLN_ORDER_KEY_MAX;
}
