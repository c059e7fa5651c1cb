// SPDX-License-Identifier: MPL-2.0
#include "draft.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "home.h"
#include "log.h"

typedef struct {
    char id[PLN_DRAFT_ID_SIZE];
    json_t *json;
    size_t bytes;
    bool claimed;
} slot_t;

struct pln_drafts {
    pthread_mutex_t lock;
    char *dir;
    slot_t slots[PLN_DRAFTS_MAX];
    size_t count;
    size_t bytes;
    uint64_t changes;
};

/* ---- slots ---- */

static slot_t *find(pln_drafts_t *all, const char *id)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->slots[i].id, id) == 0) {
            return &all->slots[i];
        }
    }
    return NULL;
}

static uint64_t revision_of(const json_t *draft)
{
    return (uint64_t)json_integer_value(json_object_get(draft, "revision"));
}

static pln_err_t look_up(pln_drafts_t *all, const char *id, uint64_t revision, slot_t **out)
{
    *out = find(all, id);
    if (*out == NULL) {
        return PLN_ENOTFOUND;
    }
    bool stale = (*out)->claimed || (revision != 0 && revision != revision_of((*out)->json));
    return stale ? PLN_ESTALE : PLN_OK;
}

/** Takes @json over. */
static void fill(pln_drafts_t *all, slot_t *slot, json_t *json, size_t bytes)
{
    all->changes++;
    all->bytes += bytes - slot->bytes;
    json_decref(slot->json);
    slot->json = json;
    slot->bytes = bytes;
}

static void drop(pln_drafts_t *all, slot_t *slot)
{
    all->changes++;
    all->bytes -= slot->bytes;
    json_decref(slot->json);
    *slot = all->slots[--all->count];
    all->slots[all->count] = (slot_t){.json = NULL};
}

/* ---- files ---- */

static char *path_of(const pln_drafts_t *all, const char *id)
{
    size_t room = strlen(all->dir) + strlen(id) + 2;
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/%s", all->dir, id);
    return path;
}

static pln_err_t save(pln_drafts_t *all, const char *id, const char *text)
{
    if ((mkdir(all->dir, 0700) != 0 && errno != EEXIST) ||
        pln_home_write(all->dir, id, PLN_SPAN(text, strlen(text))) != PLN_OK) {
        pln_log(PLN_LOG_WARNING, "page", "a draft could not be kept id=%s why=%s", id,
                strerror(errno));
        return PLN_EIO;
    }
    return PLN_OK;
}

static pln_err_t remove_file(pln_drafts_t *all, const char *id)
{
    char *path = path_of(all, id);
    bool gone = unlink(path) == 0 || errno == ENOENT;
    if (!gone) {
        pln_log(PLN_LOG_WARNING, "page", "a draft could not be removed file=%s why=%s", path,
                strerror(errno));
    }
    free(path);
    return gone ? PLN_OK : PLN_EIO;
}

static bool is_draft(const char *name, const json_t *json)
{
    static const char *const texts[] = {"id",    "kind",    "network", "writer", "owner",
                                        "state", "comment", "made",    "changed"};
    bool good = json_is_object(json_object_get(json, "fields")) && revision_of(json) > 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        good = good && json_is_string(json_object_get(json, texts[i]));
    }
    return good && strcmp(json_string_value(json_object_get(json, "id")), name) == 0;
}

static void load(pln_drafts_t *all, const char *name)
{
    char *path = path_of(all, name);
    struct stat there;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    if (!is_draft(name, json) || stat(path, &there) != 0 || all->count == PLN_DRAFTS_MAX) {
        pln_log(PLN_LOG_WARNING, "page", "a file is no draft and is left alone file=%s", path);
        json_decref(json);
    } else {
        slot_t *slot = &all->slots[all->count++];
        memcpy(slot->id, name, sizeof slot->id); /* as long as an id, as the caller has seen */
        fill(all, slot, json, (size_t)there.st_size);
    }
    free(path);
}

pln_drafts_t *pln_drafts_open(const char *dir)
{
    pln_drafts_t *all = pln_alloc_zero(1, sizeof *all);
    size_t room = strlen(dir) + sizeof "/drafts";
    int error = pthread_mutex_init(&all->lock, NULL);
    assert(error == 0);
    (void)error;
    all->dir = pln_alloc(room);
    snprintf(all->dir, room, "%s/drafts", dir);
    DIR *folder = opendir(all->dir);
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (strlen(entry->d_name) == PLN_DRAFT_ID_SIZE - 1) {
            load(all, entry->d_name);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return all;
}

void pln_drafts_close(pln_drafts_t **taken)
{
    pln_drafts_t *all = *taken;
    if (all == NULL) {
        return;
    }
    while (all->count > 0) {
        drop(all, &all->slots[0]);
    }
    pthread_mutex_destroy(&all->lock);
    free(all->dir);
    free(all);
    *taken = NULL;
}

/* ---- looking ---- */

/** Last changed first; of the same moment by id. */
static int newer(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    int order = strcmp(json_string_value(json_object_get(b, "changed")),
                       json_string_value(json_object_get(a, "changed")));
    return order != 0 ? order
                      : strcmp(json_string_value(json_object_get(a, "id")),
                               json_string_value(json_object_get(b, "id")));
}

json_t *pln_drafts_list(pln_drafts_t *all)
{
    json_t *list = json_array();
    pthread_mutex_lock(&all->lock);
    json_t **sorted = pln_alloc_zero(all->count + 1, sizeof *sorted);
    for (size_t i = 0; i < all->count; i++) {
        sorted[i] = all->slots[i].json;
    }
    qsort(sorted, all->count, sizeof(json_t *), newer);
    for (size_t i = 0; i < all->count; i++) {
        json_array_append(list, sorted[i]);
    }
    pthread_mutex_unlock(&all->lock);
    free(sorted);
    return list;
}

uint64_t pln_drafts_changes(pln_drafts_t *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t changes = all->changes;
    pthread_mutex_unlock(&all->lock);
    return changes;
}

json_t *pln_drafts_get(pln_drafts_t *all, const char *id)
{
    pthread_mutex_lock(&all->lock);
    slot_t *slot = find(all, id);
    json_t *json = slot == NULL ? NULL : json_incref(slot->json);
    pthread_mutex_unlock(&all->lock);
    return json;
}

/* ---- changing ---- */

/** Text of @draft; NULL: *error says why it does not fit in place of @replaced bytes. */
static char *text_of(const pln_drafts_t *all, const json_t *draft, size_t replaced,
                     pln_err_t *error)
{
    char *text = json_dumps(draft, JSON_COMPACT);
    size_t bytes = text == NULL ? 0 : strlen(text);
    *error = PLN_OK;
    if (text == NULL || bytes > PLN_DRAFT_BYTES_MAX) {
        *error = PLN_EOVERSIZE;
    } else if (all->bytes - replaced + bytes > PLN_DRAFTS_BYTES_MAX) {
        *error = PLN_EFULL;
    }
    if (*error != PLN_OK) {
        free(text);
        text = NULL;
    }
    return text;
}

pln_err_t pln_drafts_add(pln_drafts_t *all, json_t *draft)
{
    char id[PLN_DRAFT_ID_SIZE];
    uint8_t bytes[PLN_DRAFT_ID_SIZE / 2];
    pln_err_t error = PLN_EFULL;
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(id, sizeof id, bytes, sizeof bytes);
    json_object_set_new(draft, "id", json_string(id));
    json_object_set_new(draft, "revision", json_integer(1));
    pthread_mutex_lock(&all->lock);
    char *text = all->count == PLN_DRAFTS_MAX ? NULL : text_of(all, draft, 0, &error);
    if (text != NULL) {
        error = save(all, id, text);
        if (error == PLN_OK) {
            slot_t *slot = &all->slots[all->count++];
            memcpy(slot->id, id, sizeof id);
            fill(all, slot, json_deep_copy(draft), strlen(text));
        }
    }
    free(text);
    pthread_mutex_unlock(&all->lock);
    return error;
}

pln_err_t pln_drafts_put(pln_drafts_t *all, json_t *draft, uint64_t revision)
{
    const char *id = json_string_value(json_object_get(draft, "id"));
    slot_t *slot;
    pthread_mutex_lock(&all->lock);
    pln_err_t error = look_up(all, id, revision, &slot);
    if (error == PLN_OK) {
        json_object_set_new(draft, "revision",
                            json_integer((json_int_t)revision_of(slot->json) + 1));
        char *text = text_of(all, draft, slot->bytes, &error);
        if (error == PLN_OK) {
            error = save(all, id, text);
        }
        if (error == PLN_OK) {
            fill(all, slot, json_deep_copy(draft), strlen(text));
        }
        free(text);
    }
    pthread_mutex_unlock(&all->lock);
    return error;
}

pln_err_t pln_drafts_remove(pln_drafts_t *all, const char *id, uint64_t revision)
{
    slot_t *slot;
    pthread_mutex_lock(&all->lock);
    pln_err_t error = look_up(all, id, revision, &slot);
    if (error == PLN_OK) {
        error = remove_file(all, id);
    }
    if (error == PLN_OK) {
        drop(all, slot);
    }
    pthread_mutex_unlock(&all->lock);
    return error;
}

pln_err_t pln_drafts_claim(pln_drafts_t *all, const char *id, uint64_t revision)
{
    slot_t *slot;
    pthread_mutex_lock(&all->lock);
    pln_err_t error = look_up(all, id, revision, &slot);
    if (error == PLN_OK) {
        slot->claimed = true;
    }
    pthread_mutex_unlock(&all->lock);
    return error;
}

void pln_drafts_release(pln_drafts_t *all, const char *id)
{
    pthread_mutex_lock(&all->lock);
    slot_t *slot = find(all, id);
    if (slot != NULL) {
        slot->claimed = false;
    }
    pthread_mutex_unlock(&all->lock);
}

void pln_drafts_done(pln_drafts_t *all, const char *id)
{
    pthread_mutex_lock(&all->lock);
    slot_t *slot = find(all, id);
    if (slot != NULL && remove_file(all, id) == PLN_OK) {
        drop(all, slot);
    } else if (slot != NULL) {
        slot->claimed = false; /* publishing it again is recognised as the same content */
    }
    pthread_mutex_unlock(&all->lock);
}
