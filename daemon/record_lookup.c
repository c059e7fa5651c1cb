// SPDX-License-Identifier: MPL-2.0
#include "record_lookup.h"

#include <stdio.h>
#include <string.h>

#include "resolve.h"

#define PART_MAX 128u

/** "NET/AUTHOR/SEQ" in three; AUTHOR/SEQ has the network in hex. False: no such id. */
static bool split(const pln_record_lookup_t *lookup, const char *text, char parts[3][PART_MAX])
{
    size_t count = 0;
    pln_hex(&lookup->network, sizeof lookup->network, parts[0]);
    const char *slash = strchr(text, '/');
    size_t first = slash != NULL && strchr(slash + 1, '/') != NULL ? 0 : 1;
    for (count = first; count < 3; count++) {
        size_t size = strcspn(text, "/#");
        if (size == 0 || size >= PART_MAX) {
            return false;
        }
        memcpy(parts[count], text, size);
        parts[count][size] = '\0';
        text += size;
        if (*text != '/') {
            break;
        }
        text++;
    }
    return count == 2 && *text == '\0';
}

/** The sentence of a problem that another function has answered with. */
static void take_detail(pln_answer_t *answer, char *detail, size_t size)
{
    json_t *json =
        json_loadb((const char *)answer->body.data, answer->body.size, JSON_ALLOW_NUL, NULL);
    const char *text = json_string_value(json_object_get(json, "detail"));
    snprintf(detail, size, "%s", text != NULL ? text : "this node holds no such record");
    json_decref(json);
    pln_answer_free(answer);
}

pln_reference_t pln_record_reference(const pln_network_id_t *network, const pln_place_t *place,
                                     uint64_t seq, const pln_entry_t *entry)
{
    pln_hash_t data = entry->data;
    pln_reference_t reference = {.author = place->author, .epoch = place->epoch, .seq = seq};
    if (!entry->withheld) {
        pln_entry_data(entry->payload, &data);
    }
    memcpy(reference.data, &data, sizeof reference.data);
    reference.has_network = memcmp(network, &place->network, sizeof *network) != 0;
    if (reference.has_network) {
        reference.network = place->network;
    }
    return reference;
}

/** Where the link may lead, and whose versions one may replace. */
static bool fits(const pln_record_lookup_t *lookup, const pln_field_t *field,
                 const pln_place_t *place, uint16_t number, char *detail, size_t size)
{
    const pln_kind_t *kind = pln_kind_by_number(number);
    const char *name = kind != NULL ? kind->name : "record of an unknown kind";
    bool wanted = field->type != PLN_TYPE_LINK || field->choices == NULL ||
                  pln_choice_find(field->choices, PLN_SPAN(name, strlen(name))) != NULL;
    if (!wanted) {
        int at = snprintf(detail, size, "%s leads to a %s; it takes", field->name, name);
        for (const pln_choice_t *choice = field->choices; choice->word != NULL && at > 0;
             choice++) {
            at += snprintf(detail + at, size - (size_t)at, "%s %s",
                           choice == field->choices ? "" : ",", choice->word);
        }
        return false;
    }
    if (strcmp(field->name, "replaces") == 0 &&
        !pln_id_equal(&place->author, &lookup->request->api->self)) {
        snprintf(detail, size,
                 "replaces names a record of another member; publish a changed copy with "
                 "`pln adapt`");
        return false;
    }
    return true;
}

bool pln_record_read(const pln_api_t *api, uint32_t number, uint64_t seq, pln_chain_row_t *chain,
                     pln_buf_t *bytes, pln_entry_t *entry)
{
    pln_buf_clear(bytes);
    return pln_store_chain(api->store, number, chain) == PLN_OK && seq <= chain->counted &&
           pln_store_entry(api->store, number, seq, bytes) == PLN_OK &&
           pln_entry_read(pln_buf_span(bytes), entry) == PLN_OK;
}

bool pln_record_locate(const pln_record_lookup_t *lookup, const char *text, pln_located_t *out,
                       char *detail, size_t size)
{
    char parts[3][PART_MAX];
    pln_answer_t scratch = {0};
    pln_chain_row_t chain;
    *out = (pln_located_t){.seq = 0};
    if (!split(lookup, text, parts)) {
        snprintf(
            detail, size,
            "\"%.80s\" is no id of a record: [NETWORK/]AUTHOR/[EPOCH.]SEQ, as `pln list` shows it",
            text);
        return false;
    }
    if (!pln_resolve_record(lookup->request, &scratch, parts[0], parts[1], parts[2], &chain,
                            &out->seq)) {
        take_detail(&scratch, detail, size);
        return false;
    }
    out->place = chain.place;
    if (pln_store_entry(lookup->request->api->store, chain.number, out->seq, &out->bytes) !=
            PLN_OK ||
        pln_entry_read(pln_buf_span(&out->bytes), &out->entry) != PLN_OK) {
        pln_buf_free(&out->bytes);
        snprintf(detail, size, "the store could not be read");
        return false;
    }
    return true;
}

bool pln_record_lookup(void *arg, const char *text, const pln_field_t *field, pln_reference_t *out,
                       char *detail, size_t size)
{
    const pln_record_lookup_t *lookup = arg;
    pln_located_t found;
    char why[240];
    if (!pln_record_locate(lookup, text, &found, why, sizeof why)) {
        snprintf(detail, size, "%s: %s", field->name, why);
        return false;
    }
    bool good = fits(lookup, field, &found.place, found.entry.header.kind, detail, size);
    if (good) {
        *out = pln_record_reference(&lookup->network, &found.place, found.seq, &found.entry);
    }
    pln_buf_free(&found.bytes);
    return good;
}
