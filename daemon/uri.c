// SPDX-License-Identifier: MPL-2.0
#include "uri.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/** Decode %XX (and, in a query, '+') in place. */
static bool decode(char *text, bool plus)
{
    char *target = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '%') {
            int high = hex_digit(at[1]);
            int low = high < 0 ? -1 : hex_digit(at[2]);
            if (low < 0 || (high == 0 && low == 0)) {
                return false;
            }
            *target++ = (char)(high * 16 + low);
            at += 2;
        } else {
            *target++ = plus && *at == '+' ? ' ' : *at;
        }
    }
    *target = '\0';
    return pln_utf8_valid(PLN_SPAN(text, (size_t)(target - text)));
}

/** Cut @text at the first @mark; what follows it, or NULL. */
static char *cut(char *text, char mark)
{
    char *at = strchr(text, mark);
    if (at == NULL) {
        return NULL;
    }
    *at = '\0';
    return at + 1;
}

static pln_err_t split_path(char *path, pln_uri_t *out)
{
    for (char *next; path != NULL; path = next) {
        next = cut(path, '/');
        if (path[0] == '\0' && next == NULL) {
            break; /* "/", or a slash at the end */
        }
        if (out->segment_count == PLN_URI_SEGMENTS_MAX) {
            return PLN_EOVERSIZE;
        }
        if (!decode(path, false)) {
            return PLN_EMALFORMED;
        }
        out->segments[out->segment_count++] = path;
    }
    return PLN_OK;
}

static pln_err_t split_query(char *query, pln_uri_t *out)
{
    for (char *next; query != NULL; query = next) {
        next = cut(query, '&');
        if (query[0] == '\0') {
            continue;
        }
        if (out->param_count == PLN_URI_PARAMS_MAX) {
            return PLN_EOVERSIZE;
        }
        char *value = cut(query, '=');
        if (!decode(query, true) || (value != NULL && !decode(value, true)) ||
            pln_uri_param(out, query) != NULL) {
            return PLN_EMALFORMED;
        }
        out->params[out->param_count].name = query;
        out->params[out->param_count].value = value == NULL ? "" : value;
        out->param_count++;
    }
    return PLN_OK;
}

pln_err_t pln_uri_parse(const char *raw, pln_uri_t *out)
{
    memset(out, 0, sizeof *out);
    if (strlen(raw) > PLN_URI_MAX) {
        return PLN_EOVERSIZE;
    }
    if (raw[0] != '/') {
        return PLN_EMALFORMED;
    }
    out->memory = pln_strdup(raw);
    char *query = cut(out->memory, '?');
    pln_err_t error = split_path(out->memory + 1, out);
    if (error == PLN_OK) {
        error = split_query(query, out);
    }
    if (error != PLN_OK) {
        pln_uri_free(out);
    }
    return error;
}

void pln_uri_free(pln_uri_t *uri)
{
    free(uri->memory);
    memset(uri, 0, sizeof *uri);
}

const char *pln_uri_param(const pln_uri_t *uri, const char *name)
{
    for (size_t i = 0; i < uri->param_count; i++) {
        if (strcmp(uri->params[i].name, name) == 0) {
            return uri->params[i].value;
        }
    }
    return NULL;
}

bool pln_number_parse(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || value > UINT64_MAX / 10u) {
            return false;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        if (value * 10u > UINT64_MAX - digit) {
            return false;
        }
        value = value * 10u + digit;
    }
    if (value > max) {
        return false;
    }
    *out = value;
    return true;
}
