// SPDX-License-Identifier: MPL-2.0
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "proto/kinds.h"
#include "record_json.h"
#include "scan.h"

#define LABELS 64u /**< remembered at a time, by author: lists rarely have more */

typedef struct {
    bool known;
    pln_network_id_t network;
    pln_id_t author;
    char text[PLN_NAME_MAX + 1];
} label_t;

struct pln_view {
    pln_codecs_t *codecs;
    pln_codec_t *codec;
    pln_view_label_t label;
    const void *arg;
    label_t labels[LABELS];
};

pln_view_t *pln_view_new(pln_codecs_t *codecs, pln_view_label_t label, const void *arg)
{
    pln_view_t *view = pln_alloc_zero(1, sizeof *view);
    view->codecs = codecs;
    view->codec = pln_codecs_take(codecs);
    view->label = label;
    view->arg = arg;
    return view;
}

void pln_view_free(pln_view_t **view)
{
    if (*view != NULL) {
        pln_codecs_put((*view)->codecs, &(*view)->codec);
        free(*view);
        *view = NULL;
    }
}

void pln_view_forget(pln_view_t *view)
{
    memset(view->labels, 0, sizeof view->labels);
}

void pln_record_id(const pln_place_t *place, uint64_t seq, char out[PLN_RECORD_ID_SIZE])
{
    char network[2 * sizeof place->network + 1], did[PLN_DID_SIZE], epoch[16] = "";
    pln_hex(&place->network, sizeof place->network, network);
    pln_did(&place->author, did);
    if (place->epoch > 0) {
        snprintf(epoch, sizeof epoch, "%lu.", (unsigned long)place->epoch);
    }
    snprintf(out, PLN_RECORD_ID_SIZE, "%s/%s/%s%llu", network, did + strlen("did:key:"), epoch,
             (unsigned long long)seq);
}

static const char *label_of(pln_view_t *view, const pln_place_t *place)
{
    label_t *label = &view->labels[place->author.bytes[0] % LABELS];
    if (view->label == NULL) {
        return "";
    }
    if (!label->known || !pln_id_equal(&label->author, &place->author) ||
        memcmp(&label->network, &place->network, sizeof place->network) != 0) {
        *label = (label_t){.known = true, .network = place->network, .author = place->author};
        view->label(view->arg, &place->network, &place->author, label->text);
    }
    return label->text;
}

static void set_kind(json_t *json, uint16_t number)
{
    const pln_kind_t *kind = pln_kind_by_number(number);
    char text[8];
    snprintf(text, sizeof text, "0x%04x", number);
    json_object_set_new(json, "kind", json_string(kind != NULL ? kind->name : text));
}

/** fields, or the reason why there are none to show. */
static void set_fields(pln_view_t *view, json_t *json, const pln_entry_t *entry)
{
    pln_span_t payload;
    if (entry->withheld) {
        json_object_set_new(json, "unreadable", json_string("withheld"));
        return;
    }
    pln_err_t error = pln_codec_decode(view->codec, entry->header.codec, entry->payload, &payload);
    if (error != PLN_OK) {
        json_object_set_new(json, "unreadable", json_string(pln_error_name(error)));
        return;
    }
    char reason[256] = "";
    json_t *fields = pln_record_to_json(entry->header.kind, payload, reason, sizeof reason);
    if (fields != NULL) {
        json_object_set_new(json, "fields", fields);
    } else {
        json_object_set_new(json, "unreadable", pln_json_text(reason));
    }
}

json_t *pln_view_record(pln_view_t *view, const pln_place_t *place, uint64_t seq, pln_span_t bytes,
                        uint64_t now_ms)
{
    char id[PLN_RECORD_ID_SIZE];
    pln_entry_t entry;
    json_t *json = json_object();
    pln_record_id(place, seq, id);
    json_object_set_new(json, "id", json_string(id));
    pln_err_t error = pln_entry_read(bytes, &entry);
    if (error == PLN_OK) {
        set_kind(json, entry.header.kind);
    }
    json_object_set_new(json, "network", pln_json_hex(&place->network, sizeof place->network));
    json_object_set_new(json, "author", pln_json_did(&place->author));
    const char *label = label_of(view, place);
    if (label[0] != '\0') {
        json_object_set_new(json, "author_name", pln_json_text(label));
    }
    json_object_set_new(json, "epoch", json_integer((json_int_t)place->epoch));
    json_object_set_new(json, "seq", json_integer((json_int_t)seq));
    if (error != PLN_OK) {
        json_object_set_new(json, "unreadable", json_string(pln_error_name(error)));
        return json;
    }
    json_object_set_new(json, "time", pln_json_moment(pln_shown_ms(entry.header.time_ms, now_ms)));
    set_fields(view, json, &entry);
    return json;
}
