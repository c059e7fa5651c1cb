// SPDX-License-Identifier: MPL-2.0
#define _DEFAULT_SOURCE  // mkstemps
#include "handover.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/bytes.h"

#define LOOKS_MAX 60u
#define ENDING ".html"

static void add(pln_buf_t *page, const char *text)
{
    pln_buf_add(page, text, strlen(text));
}

/** @url as it stands in an attribute between double quotes. */
static void add_attribute(pln_buf_t *page, const char *url)
{
    for (; *url != '\0'; url++) {
        switch (*url) {
            case '&':
                add(page, "&amp;");
                break;
            case '"':
                add(page, "&quot;");
                break;
            case '<':
                add(page, "&lt;");
                break;
            default:
                pln_buf_u8(page, (uint8_t)*url);
        }
    }
}

static bool write_page(int file, const char *url)
{
    pln_buf_t page = {0};
    add(&page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<meta http-equiv=\"refresh\" content=\"0;url=");
    add_attribute(&page, url);
    add(&page, "\">\n<title>pln</title>\n<p><a href=\"");
    add_attribute(&page, url);
    add(&page, "\">Go on to the page</a></p>\n</html>\n");
    bool good = write(file, page.data, page.size) == (ssize_t)page.size;
    pln_buf_free(&page);
    return good;
}

/** Path of a new file that leads to @url; NULL: it could not be written. */
static char *make_file(const char *url)
{
    const char *const folders[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        pln_buf_t path = {0};
        if (folders[i] == NULL || folders[i][0] != '/') {
            continue;
        }
        add(&path, folders[i]);
        add(&path, "/pln-page-XXXXXX" ENDING);
        pln_buf_u8(&path, '\0');
        int file = mkstemps((char *)path.data, (int)strlen(ENDING));  // 0600, and nobody else's
        bool good = file >= 0 && write_page(file, url);
        if (file >= 0) {
            close(file);
        }
        if (good) {
            return (char *)path.data;
        }
        if (file >= 0) {
            unlink((char *)path.data);
        }
        pln_buf_free(&path);
    }
    return NULL;
}

/** What is written or asked from here on is nobody's. */
static void fall_silent(void)
{
    int nowhere = open("/dev/null", O_RDWR);
    for (int end = STDIN_FILENO; nowhere >= 0 && end <= STDERR_FILENO; end++) {
        dup2(nowhere, end);
    }
}

/** In a process of its own, which outlives this one. */
static void watch_over(const char *path, pln_handover_used_t used, void *arg)
{
    if (fork() != 0) {
        return;
    }
    setsid();
    fall_silent();
    for (unsigned look = 0; look < LOOKS_MAX && access(path, F_OK) == 0 && !used(arg); look++) {
        sleep(1);
    }
    unlink(path);
    _exit(0);
}

static bool open_file(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("xdg-open", "xdg-open", path, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

bool pln_handover(const char *url, pln_handover_used_t used, void *arg)
{
    fflush(NULL);
    char *path = make_file(url);
    if (path == NULL) {
        return false;
    }
    // First: an xdg-open may stay until its browser is closed.
    watch_over(path, used, arg);
    bool opened = open_file(path);
    if (!opened) {
        unlink(path);
    }
    free(path);
    return opened;
}
