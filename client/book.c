// SPDX-License-Identifier: MPL-2.0
#include "book.h"

#include <string.h>

#define NETWORK_LEAST 6u /**< hex digits, and letters of "z6Mk...", even where fewer would do */
#define NODE_LEAST 9u

void pln_book_add_nodes(pln_book_t *book, const json_t *list, const char *name)
{
    size_t index;
    json_t *value;
    json_array_foreach(list, index, value)
    {
        pln_shorts_add(&book->nodes, json_string_value(json_object_get(value, name)));
    }
}

void pln_book_add_records(pln_book_t *book, const json_t *records)
{
    size_t index;
    json_t *value;
    json_array_foreach(records, index, value)
    {
        pln_shorts_add(&book->networks, json_string_value(json_object_get(value, "network")));
        pln_shorts_add(&book->nodes, json_string_value(json_object_get(value, "author")));
    }
}

static int add_members(pln_book_t *book, pln_call_t *call, const char *network)
{
    pln_buf_t path = {0};
    json_t *answer;
    pln_path_add(&path, "/api/v1/networks");
    pln_path_segment(&path, network);
    pln_path_add(&path, "/members");
    int status = pln_call_get(call, pln_path(&path), &answer);
    pln_book_add_nodes(book, json_object_get(answer, "members"), "id");
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}

int pln_book_open(pln_book_t *book, pln_call_t *call)
{
    json_t *answer;
    size_t index;
    json_t *network;
    *book = (pln_book_t){.networks = {0}};
    int status = pln_call_get(call, "/api/v1/networks", &answer);
    json_array_foreach(json_object_get(answer, "networks"), index, network)
    {
        const char *id = json_string_value(json_object_get(network, "id"));
        pln_shorts_add(&book->networks, id);
        if (status == PLN_DONE && id != NULL) {
            status = add_members(book, call, id);
        }
    }
    json_decref(answer);
    return status;
}

void pln_book_free(pln_book_t *book)
{
    pln_shorts_free(&book->networks);
    pln_shorts_free(&book->nodes);
}

static void cut(const pln_shorts_t *shorts, const char *id, size_t least, char *out)
{
    size_t length = pln_shorts_length(shorts, id, least);
    snprintf(out, PLN_BOOK_ID_SIZE, "%.*s", (int)length, pln_shorts_core(id));
}

void pln_book_node(const pln_book_t *book, const char *id, char out[PLN_BOOK_ID_SIZE])
{
    cut(&book->nodes, id, NODE_LEAST, out);
}

void pln_book_network(const pln_book_t *book, const char *id, char out[PLN_BOOK_ID_SIZE])
{
    cut(&book->networks, id, NETWORK_LEAST, out);
}

void pln_book_record(const pln_book_t *book, const char *id, char out[PLN_BOOK_ID_SIZE])
{
    char parts[PLN_BOOK_ID_SIZE];
    char network[PLN_BOOK_ID_SIZE];
    char author[PLN_BOOK_ID_SIZE];
    snprintf(out, PLN_BOOK_ID_SIZE, "%s", id);
    snprintf(parts, sizeof parts, "%s", id);
    char *first = strchr(parts, '/');
    char *second = first == NULL ? NULL : strchr(first + 1, '/');
    if (second != NULL) {
        *first = '\0';
        *second = '\0';
        pln_book_network(book, parts, network);
        pln_book_node(book, first + 1, author);
        size_t used = (size_t)snprintf(out, PLN_BOOK_ID_SIZE, "%.70s/%.60s", network, author);
        snprintf(out + used, PLN_BOOK_ID_SIZE - used, "/%s", second + 1);
    }
}
