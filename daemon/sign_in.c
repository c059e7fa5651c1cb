// SPDX-License-Identifier: MPL-2.0
#include "sign_in.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "home.h"
#include "log.h"
#include "proto/bytes.h"

#define FILE_NAME "sign-ins"
#define FORMAT 1
#define SECRET_BYTES 32u
#define LAST_USE_MS 300000u /**< how stale the last use on disk may be */

typedef struct {
    pln_sign_in_t shown;
    uint8_t token[SECRET_BYTES];   /**< hash of the link's secret */
    uint8_t session[SECRET_BYTES]; /**< hash of the cookie; zeros until it is used */
} row_t;

struct pln_sign_ins {
    pthread_mutex_t lock;
    char *dir;
    row_t rows[PLN_SIGN_INS_MAX];
    size_t count;
    uint64_t unsaved_ms; /**< oldest last use that is not on disk; 0: none */
};

/* ---- roles ---- */

static const struct {
    const char *word;
    const char *may;
} roles[] = {
    {"none", ""},
#define PLN_PAGE_ROLE(need, word, may) {word, may},
#include "roles.def"
#undef PLN_PAGE_ROLE
    {"owner", "use the daemon's own socket"},
};

const char *pln_need_name(pln_need_t need)
{
    assert(need < PLN_NEED_COUNT);
    return roles[need].word;
}

const char *pln_need_may(pln_need_t need)
{
    assert(need < PLN_NEED_COUNT);
    return roles[need].may;
}

bool pln_need_parse(const char *text, pln_need_t *out)
{
    for (int need = PLN_NEED_READ; need < PLN_NEED_OWNER; need++) {
        if (strcmp(text, roles[need].word) == 0) {
            *out = (pln_need_t)need;
            return true;
        }
    }
    return false;
}

/* ---- the file ---- */

static json_t *hex_json(const uint8_t bytes[SECRET_BYTES])
{
    char text[2 * SECRET_BYTES + 1];
    sodium_bin2hex(text, sizeof text, bytes, SECRET_BYTES);
    return json_string(text);
}

static json_t *row_json(const row_t *row)
{
    const pln_sign_in_t *shown = &row->shown;
    return json_pack("{s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:o, s:o}", "key", shown->key,
                     "role", pln_need_name(shown->role), "for", shown->name, "state",
                     (int)shown->state, "made", (json_int_t)shown->made_ms, "expires",
                     (json_int_t)shown->expires_ms, "used", (json_int_t)shown->used_ms, "last",
                     (json_int_t)shown->last_ms, "token", hex_json(row->token), "session",
                     hex_json(row->session));
}

/** Replace the file; the caller undoes its change where that fails. */
static pln_err_t save(pln_sign_ins_t *all)
{
    json_t *list = json_array();
    for (size_t i = 0; i < all->count; i++) {
        json_array_append_new(list, row_json(&all->rows[i]));
    }
    json_t *json = json_pack("{s:i, s:o}", "format", FORMAT, "sign_ins", list);
    char *text = json_dumps(json, JSON_COMPACT);
    pln_err_t error = PLN_EIO;
    if (text != NULL) {
        error = pln_home_write(all->dir, FILE_NAME, PLN_SPAN(text, strlen(text)));
    }
    if (error == PLN_OK) {
        all->unsaved_ms = 0;
    } else {
        pln_log(PLN_LOG_WARNING, "page", "sign-ins could not be kept why=%s", strerror(errno));
    }
    free(text);
    json_decref(json);
    return error;
}

static bool hex_bytes(const char *text, uint8_t out[SECRET_BYTES])
{
    size_t size = 0;
    return sodium_hex2bin(out, SECRET_BYTES, text, strlen(text), NULL, &size, NULL) == 0 &&
           size == SECRET_BYTES;
}

static bool read_row(json_t *json, row_t *row)
{
    const char *key, *role, *name, *token, *session;
    json_int_t made, expires, used, last;
    int state;
    pln_sign_in_t *shown = &row->shown;
    if (json_unpack(json, "{s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:s, s:s}", "key", &key, "role",
                    &role, "for", &name, "state", &state, "made", &made, "expires", &expires,
                    "used", &used, "last", &last, "token", &token, "session", &session) != 0) {
        return false;
    }
    shown->made_ms = (uint64_t)made;
    shown->expires_ms = (uint64_t)expires;
    shown->used_ms = (uint64_t)used;
    shown->last_ms = (uint64_t)last;
    shown->state = (pln_sign_in_state_t)state;
    bool fits = strlen(key) == PLN_SIGN_IN_KEY_SIZE - 1 && strlen(name) <= PLN_NAME_MAX &&
                state >= PLN_SIGN_IN_OPEN && state <= PLN_SIGN_IN_WITHDRAWN;
    if (fits) {
        snprintf(shown->key, sizeof shown->key, "%s", key);
        snprintf(shown->name, sizeof shown->name, "%s", name);
    }
    return fits && pln_need_parse(role, &shown->role) && hex_bytes(token, row->token) &&
           hex_bytes(session, row->session);
}

/** True: the file says what it should. */
static bool read_rows(pln_sign_ins_t *all, const json_t *json)
{
    const json_t *list = json_object_get(json, "sign_ins");
    size_t index;
    json_t *item;
    bool good = json_integer_value(json_object_get(json, "format")) == FORMAT &&
                json_is_array(list) && json_array_size(list) <= PLN_SIGN_INS_MAX;
    for (index = 0; good && index < json_array_size(list); index++) {
        item = json_array_get(list, index);
        good = read_row(item, &all->rows[all->count++]);
    }
    if (!good) {
        sodium_memzero(all->rows, sizeof all->rows);
        all->count = 0;
    }
    return good;
}

pln_sign_ins_t *pln_sign_ins_open(const char *dir)
{
    pln_sign_ins_t *all = pln_alloc_zero(1, sizeof *all);
    size_t room = strlen(dir) + sizeof "/" FILE_NAME;
    char *path = pln_alloc(room);
    int error = pthread_mutex_init(&all->lock, NULL);
    assert(error == 0);
    (void)error;
    all->dir = pln_strdup(dir);
    snprintf(path, room, "%s/" FILE_NAME, dir);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        json_t *json = json_loadf(file, JSON_REJECT_DUPLICATES, NULL);
        if (!read_rows(all, json)) {
            pln_log(PLN_LOG_WARNING, "page",
                    "the sign-ins cannot be read, so nobody is signed in file=%s", path);
        }
        json_decref(json);
        fclose(file);
    }
    free(path);
    return all;
}

void pln_sign_ins_close(pln_sign_ins_t **taken)
{
    pln_sign_ins_t *all = *taken;
    if (all == NULL) {
        return;
    }
    if (all->unsaved_ms != 0 && save(all) != PLN_OK) {
        pln_log(PLN_LOG_WARNING, "page", "when sessions were last used is not kept");
    }
    pthread_mutex_destroy(&all->lock);
    sodium_memzero(all->rows, sizeof all->rows);
    free(all->dir);
    free(all);
    *taken = NULL;
}

/* ---- links and sessions ---- */

static void draw_secret(char text[PLN_SIGN_IN_SECRET_SIZE], uint8_t hash[SECRET_BYTES])
{
    uint8_t bytes[SECRET_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text, PLN_SIGN_IN_SECRET_SIZE, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    crypto_generichash(hash, SECRET_BYTES, (const uint8_t *)text, strlen(text), NULL, 0);
    sodium_memzero(bytes, sizeof bytes);
}

static bool ended(const row_t *row, uint64_t now_ms)
{
    return row->shown.state == PLN_SIGN_IN_WITHDRAWN || row->shown.expires_ms <= now_ms;
}

static void remove_row(pln_sign_ins_t *all, size_t index)
{
    all->count--;
    memmove(&all->rows[index], &all->rows[index + 1], (all->count - index) * sizeof(row_t));
    sodium_memzero(&all->rows[all->count], sizeof(row_t));
}

/** Rows stand in the order in which they were made. */
static bool make_room(pln_sign_ins_t *all, uint64_t now_ms)
{
    for (size_t i = 0; all->count == PLN_SIGN_INS_MAX && i < all->count; i++) {
        if (ended(&all->rows[i], now_ms)) {
            remove_row(all, i);
        }
    }
    return all->count < PLN_SIGN_INS_MAX;
}

pln_err_t pln_sign_ins_make(pln_sign_ins_t *all, pln_need_t role, const char *name,
                            uint64_t expires_ms, uint64_t now_ms, pln_sign_in_t *out,
                            char token[PLN_SIGN_IN_SECRET_SIZE])
{
    row_t row = {.shown = {.role = role, .made_ms = now_ms, .expires_ms = expires_ms}};
    uint8_t key[PLN_SIGN_IN_KEY_SIZE / 2];
    pln_err_t error = PLN_EFULL;
    randombytes_buf(key, sizeof key);
    sodium_bin2hex(row.shown.key, sizeof row.shown.key, key, sizeof key);
    snprintf(row.shown.name, sizeof row.shown.name, "%s", name);
    draw_secret(token, row.token);
    pthread_mutex_lock(&all->lock);
    if (make_room(all, now_ms)) {
        all->rows[all->count++] = row;
        error = save(all);
        if (error != PLN_OK) {
            remove_row(all, all->count - 1);
        }
    }
    pthread_mutex_unlock(&all->lock);
    *out = row.shown;
    return error;
}

/** The row with the secret @text; looks at all of them, so that time tells nothing. */
static row_t *row_of(pln_sign_ins_t *all, const char *text, bool session)
{
    uint8_t hash[SECRET_BYTES];
    row_t *found = NULL;
    crypto_generichash(hash, sizeof hash, (const uint8_t *)text, strlen(text), NULL, 0);
    for (size_t i = 0; i < all->count; i++) {
        row_t *row = &all->rows[i];
        const uint8_t *kept = session ? row->session : row->token;
        if (sodium_memcmp(kept, hash, sizeof hash) == 0) {
            found = row;
        }
    }
    return found;
}

static pln_err_t link_state(const row_t *row, uint64_t now_ms)
{
    if (row == NULL) {
        return PLN_ETICKET_UNKNOWN;
    }
    if (row->shown.state == PLN_SIGN_IN_WITHDRAWN) {
        return PLN_ETICKET_CANCELLED;
    }
    if (row->shown.expires_ms <= now_ms) {
        return PLN_ETICKET_EXPIRED;
    }
    return row->shown.state == PLN_SIGN_IN_USED ? PLN_ETICKET_USED : PLN_OK;
}

pln_err_t pln_sign_ins_exchange(pln_sign_ins_t *all, const char *token, uint64_t now_ms,
                                pln_sign_in_t *out, char session[PLN_SIGN_IN_SECRET_SIZE])
{
    pthread_mutex_lock(&all->lock);
    row_t *row = row_of(all, token, false);
    pln_err_t error = link_state(row, now_ms);
    if (error == PLN_OK) {
        row_t before = *row;
        row->shown.state = PLN_SIGN_IN_USED;
        row->shown.used_ms = row->shown.last_ms = now_ms;
        draw_secret(session, row->session);
        error = save(all);
        if (error != PLN_OK) {
            *row = before;
        }
        *out = row->shown;
    }
    pthread_mutex_unlock(&all->lock);
    return error;
}

bool pln_sign_ins_find(pln_sign_ins_t *all, const char *session, uint64_t now_ms,
                       pln_sign_in_t *out)
{
    pthread_mutex_lock(&all->lock);
    row_t *row = row_of(all, session, true);
    bool good = row != NULL && row->shown.state == PLN_SIGN_IN_USED && !ended(row, now_ms);
    if (good) {
        row->shown.last_ms = now_ms;
        all->unsaved_ms = all->unsaved_ms == 0 ? now_ms : all->unsaved_ms;
        *out = row->shown;
    }
    pthread_mutex_unlock(&all->lock);
    return good;
}

static row_t *row_of_key(pln_sign_ins_t *all, const char *key)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->rows[i].shown.key, key) == 0) {
            return &all->rows[i];
        }
    }
    return NULL;
}

bool pln_sign_ins_holds(pln_sign_ins_t *all, const char *key, uint64_t now_ms)
{
    pthread_mutex_lock(&all->lock);
    const row_t *row = row_of_key(all, key);
    bool holds = row != NULL && !ended(row, now_ms);
    pthread_mutex_unlock(&all->lock);
    return holds;
}

pln_err_t pln_sign_ins_withdraw(pln_sign_ins_t *all, const char *key)
{
    pln_err_t error = PLN_ENOTFOUND;
    pthread_mutex_lock(&all->lock);
    row_t *row = row_of_key(all, key);
    if (row != NULL) {
        pln_sign_in_state_t before = row->shown.state;
        row->shown.state = PLN_SIGN_IN_WITHDRAWN;
        error = save(all);
        if (error != PLN_OK) {
            row->shown.state = before;
        }
    }
    pthread_mutex_unlock(&all->lock);
    return error;
}

size_t pln_sign_ins_list(pln_sign_ins_t *all, pln_sign_in_t **out)
{
    pthread_mutex_lock(&all->lock);
    size_t count = all->count;
    *out = pln_alloc_zero(count + 1, sizeof **out);
    for (size_t i = 0; i < count; i++) {
        (*out)[i] = all->rows[i].shown;
    }
    pthread_mutex_unlock(&all->lock);
    return count;
}

void pln_sign_ins_sweep(pln_sign_ins_t *all, uint64_t now_ms)
{
    pthread_mutex_lock(&all->lock);
    bool stale = all->unsaved_ms != 0 && now_ms > all->unsaved_ms + LAST_USE_MS;
    if (stale && save(all) != PLN_OK) {
        all->unsaved_ms = now_ms; /* tried again later */
    }
    pthread_mutex_unlock(&all->lock);
}
