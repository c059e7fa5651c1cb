// SPDX-License-Identifier: MPL-2.0
#include "reference.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/identity.h"

#define PARTS_MAX 3

void pln_reference_text(const pln_reference_t *reference, char out[PLN_REFERENCE_TEXT_SIZE])
{
    char network[65] = "", did[PLN_DID_SIZE], data[33], epoch[16] = "";
    pln_did(&reference->author, did);
    pln_hex(reference->data, sizeof reference->data, data);
    if (reference->has_network) {
        pln_hex(reference->network.bytes, sizeof reference->network.bytes, network);
    }
    if (reference->epoch != 0) {
        snprintf(epoch, sizeof epoch, "%" PRIu32 ".", reference->epoch);
    }
    snprintf(out, PLN_REFERENCE_TEXT_SIZE, "%s%s%s/%s%" PRIu64 "#%s", network,
             reference->has_network ? "/" : "", did + strlen("did:key:"), epoch, reference->seq,
             data);
}

/** Decimal without sign or leading zero, at most @max, that fills the whole text. */
static bool number(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 15 || text[digits] != '\0' || (text[0] == '0' && digits > 1)) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *out = value;
    return value <= max;
}

static bool parse_position(char *text, pln_reference_t *out)
{
    uint64_t epoch = 0;
    char *seq = text;
    char *dot = strchr(text, '.');
    if (dot != NULL) {
        *dot = '\0';
        seq = dot + 1;
        // Epoch 0 has one spelling only: none.
        if (!number(text, UINT32_MAX, &epoch) || epoch == 0) {
            return false;
        }
    }
    out->epoch = (uint32_t)epoch;
    return number(seq, PLN_SEQ_MAX, &out->seq) && out->seq > 0;
}

bool pln_reference_parse(const char *text, pln_reference_t *out)
{
    char copy[PLN_REFERENCE_TEXT_SIZE];
    char *parts[PARTS_MAX];
    size_t count = 0;
    memset(out, 0, sizeof *out);
    if (strlen(text) >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, strlen(text) + 1);
    char *hash = strchr(copy, '#');
    if (hash == NULL || pln_unhex(hash + 1, out->data, sizeof out->data) != PLN_OK) {
        return false;
    }
    *hash = '\0';
    for (char *part = copy; part != NULL && count < PARTS_MAX; count++) {
        parts[count] = part;
        part = strchr(part, '/');
        if (part != NULL) {
            *part++ = '\0';
            if (count == PARTS_MAX - 1) {
                return false;
            }
        }
    }
    if (count < 2) {
        return false;
    }
    out->has_network = count == PARTS_MAX;
    if (out->has_network &&
        pln_unhex(parts[0], out->network.bytes, sizeof out->network.bytes) != PLN_OK) {
        return false;
    }
    return pln_did_parse(parts[count - 2], &out->author) == PLN_OK &&
           parse_position(parts[count - 1], out);
}
