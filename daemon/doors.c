// SPDX-License-Identifier: MPL-2.0
#include "doors.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"

#define BACKLOG 64

/** A socket that no child inherits; -1. */
static int make_socket(int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/** Does somebody accept connections at this path? */
static bool answers(const struct sockaddr_un *address)
{
    int fd = make_socket(AF_UNIX);
    bool open = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return open;
}

/** Make room at the path: nothing there, or only what a crash left behind. */
static bool clear_path(const struct sockaddr_un *address, char *error, size_t error_size)
{
    struct stat there;
    if (lstat(address->sun_path, &there) != 0) {
        return true; /* bind() will tell what else is wrong */
    }
    if (!S_ISSOCK(there.st_mode)) {
        snprintf(error, error_size, "%s is in the way and no socket: move it elsewhere",
                 address->sun_path);
        return false;
    }
    if (answers(address)) {
        snprintf(error, error_size,
                 "another plnd answers on %s: stop it first, or use another --dir",
                 address->sun_path);
        return false;
    }
    unlink(address->sun_path);
    return true;
}

int pln_door_unix(const char *path, char *error, size_t error_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        snprintf(error, error_size,
                 "%s has %zu bytes and a Unix socket's path at most %zu: choose a shorter --dir",
                 path, strlen(path), sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (!clear_path(&address, error, error_size)) {
        return -1;
    }
    int fd = make_socket(AF_UNIX);
    /* Until listen() nobody can connect, so the mode is right before the door is open. */
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, S_IRUSR | S_IWUSR) != 0 || listen(fd, BACKLOG) != 0) {
        snprintf(error, error_size, "the socket %s cannot be made (%s): check the directory", path,
                 strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

/** Socket address of a literal host; 0: it is none. */
static socklen_t literal(const pln_address_t *address, uint16_t port, struct sockaddr_storage *out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    const char *host = strcasecmp(address->host, "localhost") == 0 ? "127.0.0.1" : address->host;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof v4);
        return sizeof v4;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof v6);
        return sizeof v6;
    }
    return 0;
}

/** Listen on one port; -1 and errno. */
static int listen_on(const pln_address_t *address, uint16_t port)
{
    struct sockaddr_storage socket_address;
    socklen_t size = literal(address, port, &socket_address);
    int fd = make_socket(socket_address.ss_family);
    int on = 1;
    if (fd < 0) {
        return -1;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, (const struct sockaddr *)&socket_address, size) == 0 && listen(fd, BACKLOG) == 0) {
        return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static void explain(const char *address, char *error, size_t error_size)
{
    switch (errno) {
        case EADDRINUSE:
            snprintf(error, error_size,
                     "%s is taken by another program: stop that, or choose another with --http "
                     "ADDR:PORT (port 0 takes any free one)",
                     address);
            break;
        case EADDRNOTAVAIL:
            snprintf(error, error_size,
                     "%s is no address of this machine: choose one that is with --http ADDR:PORT",
                     address);
            break;
        case EACCES:
            snprintf(error, error_size,
                     "%s is a port for privileged programs: choose one above 1023 with --http",
                     address);
            break;
        default:
            snprintf(error, error_size, "%s cannot be listened on (%s): choose another with --http",
                     address, strerror(errno));
    }
}

int pln_door_tcp(const char *address, uint16_t port_hint, char bound[PLN_ADDRESS_MAX + 1],
                 char *error, size_t error_size)
{
    pln_address_t parsed;
    struct sockaddr_storage taken;
    socklen_t size = sizeof taken;
    if (!pln_address_parse(address, &parsed) || literal(&parsed, 0, &taken) == 0) {
        snprintf(error, error_size,
                 "\"%s\" is not ADDR:PORT with a literal address, such as 127.0.0.1:7421", address);
        return -1;
    }
    int fd = -1;
    if (parsed.port == 0 && port_hint != 0) {
        fd = listen_on(&parsed, port_hint);
    }
    if (fd < 0) {
        fd = listen_on(&parsed, parsed.port);
    }
    if (fd < 0) {
        explain(address, error, error_size);
        return -1;
    }
    if (getsockname(fd, (struct sockaddr *)&taken, &size) != 0) {
        explain(address, error, error_size);
        close(fd);
        return -1;
    }
    pln_address_of(&taken, bound);
    return fd;
}
