// SPDX-License-Identifier: MPL-2.0
#include "record_path.h"

#include <string.h>
#include <strings.h>

#include "command.h"
#include "screen.h"

bool pln_record_path(const char *id, pln_buf_t *path)
{
    char parts[3][128];
    size_t count = 0;
    for (const char *at = id; count < 3; count++) {
        size_t size = strcspn(at, "/#");
        if (size == 0 || size >= sizeof parts[0]) {
            return false;
        }
        memcpy(parts[count], at, size);
        parts[count][size] = '\0';
        if (at[size] != '/') {
            count++;
            break;
        }
        at += size + 1;
        if (count == 2) {
            return false;
        }
    }
    pln_path_add(path, "/api/v1/records");
    if (count == 2) {
        pln_path_segment(path, "-");
    }
    for (size_t i = 0; i < count; i++) {
        pln_path_segment(path, parts[i]);
    }
    return count >= 2;
}

bool pln_record_meant(const char *id, const json_t *record)
{
    const char *hash = strchr(id, '#');
    const char *data = pln_text(json_object_get(record, "vouched"), "data");
    if (hash == NULL || strncasecmp(data, hash + 1, strlen(hash + 1)) == 0) {
        return true;
    }
    pln_say(
        "changed: another text stands there now than this reference means; leave out #%.40s to "
        "take that one",
        hash + 1);
    return false;
}
