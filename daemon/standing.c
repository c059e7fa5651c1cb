// SPDX-License-Identifier: MPL-2.0
#include "standing.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "home.h"
#include "inbox.h"
#include "log.h"
#include "moment.h"
#include "proto/map.h"

#define FILE_NAME "standing"
#define LOOK_MS 5000u
#define SAVE_MS 60000u /**< at most so often while it runs */
#define KEY_SIZE 64u   /**< network, node; of a link the network is zeros */

typedef struct {
    uint8_t key[KEY_SIZE];
    bool in_sync;
    bool noted; /**< in this life: what nobody speaks of any more is not written again */
    bool counted;
    uint64_t since_ms;
    uint64_t records;  /**< held here when it was last in sync ... */
    pln_hash_t digest; /**< ... and their digest */
} row_t;

struct pln_standing {
    pln_driver_t *driver;
    char *dir;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ends;
    bool stopping;
    bool changed;
    pln_map_t rows;
};

/* ---- rows ---- */

static row_t *row_of(pln_standing_t *standing, const uint8_t key[KEY_SIZE])
{
    row_t *row = pln_map_get(&standing->rows, key);
    if (row == NULL) {
        row = pln_alloc_zero(1, sizeof *row);
        memcpy(row->key, key, KEY_SIZE);
        pln_map_put(&standing->rows, key, row);
    }
    return row;
}

/** With the lock: how things are now, and since when. */
static void note(pln_standing_t *standing, row_t *row, bool in_sync)
{
    if (row->since_ms == 0 || row->in_sync != in_sync) {
        row->in_sync = in_sync;
        row->since_ms = pln_wall_ms();
        standing->changed = true;
    }
    row->noted = true;
}

pln_stand_t pln_standing_member(pln_standing_t *standing, const pln_network_view_t *network,
                                const pln_member_view_t *member)
{
    uint8_t key[KEY_SIZE];
    memcpy(key, network->id.bytes, 32);
    memcpy(key + 32, member->member.node.bytes, 32);
    pthread_mutex_lock(&standing->lock);
    row_t *row = row_of(standing, key);
    // Its last presence may be older than what its last session brought it.
    bool went_off_so = !member->state.connected && row->in_sync && row->counted &&
                       memcmp(&row->digest, &network->digest, sizeof row->digest) == 0;
    bool in_sync = member->state.in_sync || went_off_so;
    note(standing, row, in_sync);
    if (in_sync) {
        row->counted = true;
        row->records = network->records;
        row->digest = network->digest;
    }
    bool more = row->counted && network->records > row->records;
    pln_stand_t stand = {in_sync, row->since_ms, row->counted,
                         more ? network->records - row->records : 0};
    pthread_mutex_unlock(&standing->lock);
    return stand;
}

pln_stand_t pln_standing_link(pln_standing_t *standing, const pln_peer_view_t *peer)
{
    uint8_t key[KEY_SIZE] = {0};
    memcpy(key + 32, peer->id.bytes, 32);
    pthread_mutex_lock(&standing->lock);
    row_t *row = row_of(standing, key);
    note(standing, row, peer->in_sync);
    pln_stand_t stand = {.in_sync = peer->in_sync, .since_ms = row->since_ms};
    pthread_mutex_unlock(&standing->lock);
    return stand;
}

/* ---- the file: lines "KEY sync|behind SINCE RECORDS DIGEST", the last two "-": never in sync ----
 */

static char *path_of(const char *dir)
{
    size_t room = strlen(dir) + sizeof "/" FILE_NAME;
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/" FILE_NAME, dir);
    return path;
}

/** A line that is not ours ends the reading: nothing depends on it. */
static bool read_line(pln_standing_t *standing, FILE *file)
{
    char key_text[2 * KEY_SIZE + 1], word[8], records[21], digest[65];
    uint8_t key[KEY_SIZE];
    uint64_t since_ms;
    if (fscanf(file, "%128s %7s %" SCNu64 " %20s %64s", key_text, word, &since_ms, records,
               digest) != 5 ||
        pln_unhex(key_text, key, sizeof key) != PLN_OK) {
        return false;
    }
    row_t *row = row_of(standing, key);
    row->in_sync = strcmp(word, "sync") == 0;
    row->since_ms = since_ms;
    row->counted = pln_unhex(digest, &row->digest, sizeof row->digest) == PLN_OK;
    row->records = row->counted ? strtoull(records, NULL, 10) : 0;
    return true;
}

static void read_file(pln_standing_t *standing)
{
    char *path = path_of(standing->dir);
    FILE *file = fopen(path, "re");
    free(path);
    if (file != NULL) {
        while (read_line(standing, file)) {
        }
        fclose(file);
    }
}

static void add_row(const row_t *row, pln_buf_t *text)
{
    char key[2 * KEY_SIZE + 1], digest[65] = "-", records[24] = "-";
    char line[2 * KEY_SIZE + 160];
    pln_hex(row->key, sizeof row->key, key);
    if (row->counted) {
        pln_hex(&row->digest, sizeof row->digest, digest);
        snprintf(records, sizeof records, "%" PRIu64, row->records);
    }
    int size = snprintf(line, sizeof line, "%s %s %" PRIu64 " %s %s\n", key,
                        row->in_sync ? "sync" : "behind", row->since_ms, records, digest);
    pln_buf_add(text, line, (size_t)size);
}

/** With the lock; gives it up while the disk works. */
static void save(pln_standing_t *standing)
{
    pln_buf_t text = {0};
    size_t cursor = 0;
    for (row_t *row; (row = pln_map_next(&standing->rows, &cursor)) != NULL;) {
        if (row->noted) {
            add_row(row, &text);
        }
    }
    standing->changed = false;
    pthread_mutex_unlock(&standing->lock);
    if (pln_home_write(standing->dir, FILE_NAME, pln_buf_span(&text)) != PLN_OK) {
        pln_log(PLN_LOG_WARNING, "standing", "DIR/" FILE_NAME " could not be written");
    }
    pln_buf_free(&text);
    pthread_mutex_lock(&standing->lock);
}

/* ---- looking ---- */

static void note_members(pln_standing_t *standing, const pln_network_view_t *network)
{
    pln_members_t members;
    bool looked = pln_look_members(standing->driver, &network->id, &members);
    for (size_t i = 0; looked && i < members.count; i++) {
        pln_standing_member(standing, network, &members.list[i]);
    }
    pln_members_free(&members);
}

static bool look(pln_standing_t *standing)
{
    pln_networks_t networks;
    pln_peers_t peers;
    bool looked = pln_look_networks(standing->driver, &networks);
    looked = pln_look_peers(standing->driver, &peers) && looked;
    for (size_t i = 0; looked && i < networks.count; i++) {
        note_members(standing, &networks.list[i]);
    }
    for (size_t i = 0; looked && i < peers.count; i++) {
        pln_standing_link(standing, &peers.list[i]);
    }
    pln_networks_free(&networks);
    pln_peers_free(&peers);
    return looked;
}

static void *run(void *arg)
{
    pln_standing_t *standing = arg;
    uint64_t saved_ms = pln_mono_ms();
    bool goes_on = look(standing);
    pthread_mutex_lock(&standing->lock);
    while (goes_on && !standing->stopping) {
        pln_cond_wait(&standing->ends, &standing->lock, pln_mono_ms() + LOOK_MS);
        pthread_mutex_unlock(&standing->lock);
        goes_on = look(standing);
        pthread_mutex_lock(&standing->lock);
        if (goes_on && standing->changed && pln_mono_ms() - saved_ms >= SAVE_MS) {
            save(standing);
            saved_ms = pln_mono_ms();
        }
    }
    pthread_mutex_unlock(&standing->lock);
    return NULL;
}

/* ---- life ---- */

static void destroy(pln_standing_t *standing)
{
    pln_map_free_values(&standing->rows);
    pthread_cond_destroy(&standing->ends);
    pthread_mutex_destroy(&standing->lock);
    free(standing->dir);
    free(standing);
}

pln_standing_t *pln_standing_start(pln_driver_t *driver, const char *dir)
{
    uint8_t secret[PLN_MAP_SECRET_SIZE];
    pln_standing_t *standing = pln_alloc_zero(1, sizeof *standing);
    randombytes_buf(secret, sizeof secret);
    standing->driver = driver;
    standing->dir = pln_strdup(dir);
    pthread_mutex_init(&standing->lock, NULL);
    pln_cond_init(&standing->ends);
    pln_map_init(&standing->rows, KEY_SIZE, secret);
    read_file(standing);
    if (pthread_create(&standing->thread, NULL, run, standing) != 0) {
        destroy(standing);
        return NULL;
    }
    return standing;
}

void pln_standing_stop(pln_standing_t **taken)
{
    pln_standing_t *standing = *taken;
    if (standing == NULL) {
        return;
    }
    pthread_mutex_lock(&standing->lock);
    standing->stopping = true;
    pthread_cond_signal(&standing->ends);
    pthread_mutex_unlock(&standing->lock);
    pthread_join(standing->thread, NULL);
    pthread_mutex_lock(&standing->lock);
    if (standing->changed) {
        save(standing);
    }
    pthread_mutex_unlock(&standing->lock);
    destroy(standing);
    *taken = NULL;
}
