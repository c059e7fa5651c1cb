// SPDX-License-Identifier: MPL-2.0
#include "net_watch.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/bytes.h"

#define UNFINISHED_MAX \
    16777216u                 /* more than a peer may have on its way: credit, and pages of heads */
#define LOOK_MS 50u           /* at a gigabyte in three seconds that is as much again */
#define SILENT_MS 10000u      /* from connecting to the first word */
#define SILENT_LINKS_MAX 256u /* connections that have not said it yet */

typedef struct {
    bool open;
    bool dialled;
    bool linked; /* has ever said a word */
    bool heard;  /* ... since the last look */
    uint64_t since_ms;
    uint64_t bytes;                 /* received when we last heard of it */
    struct sockaddr_storage remote; /* guards against a reused fd */
} row_t;

struct pln_watch {
    row_t *rows; /* by fd */
    size_t size;
    size_t open;
    size_t silent; /* of these: accepted, and without a word so far */
    uint64_t due_ms;
};

pln_watch_t *pln_watch_new(void)
{
    return pln_alloc_zero(1, sizeof(pln_watch_t));
}

void pln_watch_free(pln_watch_t **watch)
{
    if (*watch != NULL) {
        free((*watch)->rows);
        free(*watch);
        *watch = NULL;
    }
}

static bool remote_of(int fd, struct sockaddr_storage *out)
{
    socklen_t size = sizeof *out;
    memset(out, 0, sizeof *out);
    return getpeername(fd, (struct sockaddr *)out, &size) == 0;
}

static bool bytes_of(int fd, uint64_t *bytes)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
        return false;
    }
    *bytes = info.tcpi_bytes_received;
    return true;
}

static row_t *row_of(pln_watch_t *watch, int fd)
{
    return fd >= 0 && (size_t)fd < watch->size && watch->rows[fd].open ? &watch->rows[fd] : NULL;
}

static bool is_silent(const row_t *row)
{
    return row->open && !row->dialled && !row->linked;
}

void pln_watch_end(pln_watch_t *watch, int fd)
{
    row_t *row = row_of(watch, fd);
    if (row != NULL) {
        watch->silent -= is_silent(row);
        watch->open--;
        row->open = false;
    }
}

/* Only what still is the connection we mean. */
static void cut_off(pln_watch_t *watch, int fd)
{
    struct sockaddr_storage now;
    if (remote_of(fd, &now) && memcmp(&now, &watch->rows[fd].remote, sizeof now) == 0) {
        shutdown(fd, SHUT_RDWR);
    }
    pln_watch_end(watch, fd);
}

/* Newcomers may always come: a peer says its first word in no time, who waits gives way. */
static void cut_off_the_oldest(pln_watch_t *watch)
{
    int oldest = -1;
    for (size_t fd = 0; fd < watch->size; fd++) {
        const row_t *row = &watch->rows[fd];
        if (is_silent(row) && (oldest < 0 || row->since_ms < watch->rows[oldest].since_ms)) {
            oldest = (int)fd;
        }
    }
    cut_off(watch, oldest);
}

void pln_watch_begin(pln_watch_t *watch, int fd, bool dialled, uint64_t now_ms)
{
    row_t row = {.open = true, .dialled = dialled, .since_ms = now_ms};
    pln_watch_end(watch, fd);
    if (!remote_of(fd, &row.remote) || !bytes_of(fd, &row.bytes)) {
        return; /* over already */
    }
    if ((size_t)fd >= watch->size) {
        size_t size = 2 * (size_t)fd + 64;
        watch->rows = pln_realloc(watch->rows, size * sizeof *watch->rows);
        memset(watch->rows + watch->size, 0, (size - watch->size) * sizeof *watch->rows);
        watch->size = size;
    }
    watch->rows[fd] = row;
    watch->open++;
    watch->silent += !dialled;
    if (watch->silent > SILENT_LINKS_MAX) {
        cut_off_the_oldest(watch);
    }
}

void pln_watch_heard(pln_watch_t *watch, int fd)
{
    row_t *row = row_of(watch, fd);
    if (row != NULL) {
        watch->silent -= is_silent(row);
        row->linked = row->heard = true;
    }
}

/* ---- looking ---- */

uint64_t pln_watch_due_ms(const pln_watch_t *watch)
{
    return watch->open > 0 ? watch->due_ms : UINT64_MAX;
}

/* True: it pours a message that never ends. */
static bool pours(int fd, row_t *row)
{
    uint64_t bytes;
    if (!bytes_of(fd, &bytes)) {
        return false;
    }
    if (row->heard) {
        row->heard = false;
        row->bytes = bytes;
    }
    return bytes > row->bytes + UNFINISHED_MAX;
}

size_t pln_watch_look(pln_watch_t *watch, uint64_t now_ms)
{
    size_t cut = 0;
    if (watch->open == 0 || now_ms < watch->due_ms) {
        return 0;
    }
    watch->due_ms = now_ms + LOOK_MS;
    for (size_t fd = 0; fd < watch->size; fd++) {
        row_t *row = &watch->rows[fd];
        bool late = is_silent(row) && now_ms >= row->since_ms + SILENT_MS;
        if (row->open && (late || pours((int)fd, row))) {
            cut_off(watch, (int)fd);
            cut++;
        }
    }
    return cut;
}
