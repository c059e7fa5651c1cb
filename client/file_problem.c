// SPDX-License-Identifier: MPL-2.0
#include "file_problem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "screen.h"

typedef struct {
    int error; /**< 0: any other */
    const char *reading;
    const char *writing;
} remedy_t;

static const remedy_t remedies[] = {
    {ENOENT, "check its name", "make its folder first, or choose another one"},
    {EACCES, "check its permissions", "check the permissions of its folder, or choose another one"},
    {EPERM, "check its permissions", "check the permissions of its folder, or choose another one"},
    {ENOTDIR, "check its name", "choose a place in a folder"},
    {EISDIR, "give the file in it", "choose the name of a file"},
    {ENAMETOOLONG, "check its name", "choose a shorter name"},
    {ELOOP, "check its name", "choose another name"},
    {ENOSPC, "make room on the disk", "make room on the disk, or choose another one"},
    {EDQUOT, "make room on the disk", "make room on the disk, or choose another one"},
    {EROFS, "choose another disk", "choose another disk"},
    {0, "check its disk, or take another copy", "choose another place"},
};

static const remedy_t *remedy_of(int error)
{
    const remedy_t *remedy = remedies;
    while (remedy->error != 0 && remedy->error != error) {
        remedy++;
    }
    return remedy;
}

bool pln_unreadable(const char *name, int error)
{
    pln_say("%s cannot be read: %s; %s", name, strerror(error), remedy_of(error)->reading);
    return false;
}

bool pln_unwritable(const char *name, int error)
{
    pln_say("%s cannot be written: %s; %s", name, strerror(error), remedy_of(error)->writing);
    return false;
}

int pln_open_file(const char *name)
{
    struct stat found;
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe would wait for its writer
    int error = file < 0 || fstat(file, &found) != 0 ? errno : 0;
    if (error == 0 && S_ISDIR(found.st_mode)) {
        error = EISDIR;
    }
    if (error != 0) {
        pln_unreadable(name, error);
    } else if (!S_ISREG(found.st_mode)) {
        pln_say(
            "%s is no file that can be read again from its beginning: copy what it gives into "
            "one, and give that",
            name);
    } else {
        return file;
    }
    if (file >= 0) {
        close(file);
    }
    return -1;
}
