// SPDX-License-Identifier: MPL-2.0
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct pln_home {
    char *dir;
    char *socket;
    int lock;
};

/** "@a@b" in memory of its own. */
static char *joined(const char *a, const char *b)
{
    size_t left = strlen(a);
    size_t right = strlen(b);
    char *out = pln_alloc(left + right + 1);
    memcpy(out, a, left);
    memcpy(out + left, b, right + 1);
    return out;
}

char *pln_home_default(void)
{
    static const struct {
        const char *variable;
        const char *below;
    } places[] = {{"PLN_DIR", ""}, {"XDG_DATA_HOME", "/pln"}, {"HOME", "/.local/share/pln"}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *value = getenv(places[i].variable);
        if (value != NULL && value[0] != '\0') {
            return joined(value, places[i].below);
        }
    }
    const struct passwd *user = getpwuid(geteuid());
    return user != NULL && user->pw_dir != NULL ? joined(user->pw_dir, "/.local/share/pln") : NULL;
}

/* ---- the folder ---- */

/** mkdir -p with 0700 for everything made here; false: errno. */
static bool make_folders(const char *dir)
{
    char *path = pln_strdup(dir);
    bool good = true;
    for (char *at = path + 1; good && *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            good = mkdir(path, 0700) == 0 || errno == EEXIST;
            *at = '/';
        }
    }
    good = good && (mkdir(path, 0700) == 0 || errno == EEXIST);
    int kept = errno;
    free(path);
    errno = kept;
    return good;
}

static bool check_folder(const char *dir, char *error, size_t error_size)
{
    struct stat at;
    if (stat(dir, &at) != 0) {
        snprintf(error, error_size, "%s cannot be used: %s; choose another one with --dir", dir,
                 strerror(errno));
        return false;
    }
    if (!S_ISDIR(at.st_mode)) {
        snprintf(error, error_size, "%s is not a directory; choose another one with --dir", dir);
        return false;
    }
    if (at.st_uid != geteuid()) {
        const struct passwd *owner = getpwuid(at.st_uid);
        snprintf(error, error_size,
                 "%s belongs to another user (%s); start plnd as that user or choose another "
                 "directory with --dir",
                 dir, owner != NULL ? owner->pw_name : "unknown");
        return false;
    }
    if ((at.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        snprintf(error, error_size, "%s can be written by other users; run: chmod 700 %s", dir,
                 dir);
        return false;
    }
    return true;
}

/* ---- the lock ---- */

/** Who holds the lock; the file's text where the kernel cannot say (another pid namespace). */
static long lock_holder(int lock)
{
    struct flock probe = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(lock, F_GETLK, &probe) == 0 && probe.l_type != F_UNLCK && probe.l_pid > 0) {
        return (long)probe.l_pid;
    }
    char text[24] = "";
    ssize_t size = pread(lock, text, sizeof text - 1, 0);
    return size > 0 ? strtol(text, NULL, 10) : 0;
}

static bool take_lock(pln_home_t *home, char *error, size_t error_size)
{
    char *path = joined(home->dir, "/lock");
    home->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool taken = false;
    if (home->lock < 0) {
        snprintf(error, error_size, "%s cannot be written: %s; check the disk and its permissions",
                 path, strerror(errno));
    } else if (fcntl(home->lock, F_SETLK, &lock) == 0) {
        taken = true;
    } else if (errno == EACCES || errno == EAGAIN) {
        snprintf(error, error_size,
                 "another plnd (process %ld) already runs in %s; stop it, or give this one its own "
                 "directory with --dir",
                 lock_holder(home->lock), home->dir);
    } else {
        snprintf(error, error_size, "%s cannot be locked: %s; use a local disk", path,
                 strerror(errno));
    }
    free(path);
    if (!taken) {
        return false;
    }
    char text[24];
    int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    /* The text only helps where F_GETLK cannot tell; the lock itself does not need it. */
    if (ftruncate(home->lock, 0) != 0 || pwrite(home->lock, text, (size_t)size, 0) != size) {
        errno = 0;
    }
    return true;
}

/* ---- the whole ---- */

pln_home_t *pln_home_open(const char *dir, char *error, size_t error_size)
{
    pln_home_t *home = pln_alloc_zero(1, sizeof *home);
    home->dir = pln_strdup(dir);
    for (size_t size = strlen(dir); size > 1 && home->dir[size - 1] == '/'; size--) {
        home->dir[size - 1] = '\0';
    }
    home->socket = joined(home->dir, "/plnd.sock");
    home->lock = -1;
    size_t most = sizeof((struct sockaddr_un *)0)->sun_path - 1;
    bool good = false;
    if (dir[0] == '\0') {
        snprintf(error, error_size, "the directory's name is empty; give one with --dir");
    } else if (strlen(home->socket) > most) {
        snprintf(error, error_size,
                 "the path of the socket, %s, has %zu bytes and a socket's path may have %zu; "
                 "choose a shorter directory with --dir",
                 home->socket, strlen(home->socket), most);
    } else if (!make_folders(home->dir)) {
        snprintf(error, error_size, "%s cannot be made: %s; choose another one with --dir",
                 home->dir, strerror(errno));
    } else {
        good = check_folder(home->dir, error, error_size) && take_lock(home, error, error_size);
    }
    if (!good) {
        if (home->lock >= 0) {
            close(home->lock);
            home->lock = -1;
        }
        pln_home_close(&home);
    }
    return home;
}

void pln_home_close(pln_home_t **home)
{
    if (*home == NULL) {
        return;
    }
    if ((*home)->lock >= 0) {
        unlink((*home)->socket);
        close((*home)->lock);
    }
    free((*home)->socket);
    free((*home)->dir);
    free(*home);
    *home = NULL;
}

const char *pln_home_dir(const pln_home_t *home)
{
    return home->dir;
}

const char *pln_home_socket(const pln_home_t *home)
{
    return home->socket;
}

pln_ports_t pln_home_ports(const pln_home_t *home)
{
    pln_ports_t ports = {0, 0};
    char *path = joined(home->dir, "/ports");
    FILE *file = fopen(path, "re");
    free(path);
    if (file == NULL) {
        return ports;
    }
    uint16_t listen = 0;
    uint16_t http = 0;
    if (fscanf(file, "listen %" SCNu16 " http %" SCNu16, &listen, &http) == 2) {
        ports = (pln_ports_t){listen, http};
    }
    fclose(file);
    return ports;
}

pln_err_t pln_home_remember(const pln_home_t *home, const pln_ports_t *ports)
{
    pln_ports_t before = pln_home_ports(home);
    if (before.listen == ports->listen && before.http == ports->http) {
        return PLN_OK;
    }
    char text[64];
    int size = snprintf(text, sizeof text, "listen %" PRIu16 "\nhttp %" PRIu16 "\n", ports->listen,
                        ports->http);
    return pln_home_write(home->dir, "ports", PLN_SPAN(text, (size_t)size));
}

/* ---- whole files ---- */

static bool write_all(int file, pln_span_t text)
{
    for (size_t done = 0; done < text.size;) {
        ssize_t wrote = write(file, text.data + done, text.size - done);
        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return fsync(file) == 0;
}

static bool sync_folder(const char *dir)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    return good;
}

pln_err_t pln_home_write(const char *dir, const char *name, pln_span_t text)
{
    char *folder = joined(dir, "/");
    char *path = joined(folder, name);
    char *partial = joined(path, ".new");
    unlink(partial); /* left by a crash; the lock says nobody else is at it */
    int file = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = file >= 0 && write_all(file, text);
    int kept = errno;
    if (file >= 0 && close(file) != 0 && good) {
        kept = errno;
        good = false;
    }
    if (good) {
        good = rename(partial, path) == 0 && sync_folder(dir);
        kept = errno;
    } else if (file >= 0) {
        unlink(partial);
    }
    free(partial);
    free(path);
    free(folder);
    errno = kept;
    return good ? PLN_OK : PLN_EIO;
}
