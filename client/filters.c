// SPDX-License-Identifier: MPL-2.0
#include "filters.h"

#include <string.h>

static const char *const names[] = {
#define PLN_FILTER(name, value, many, sentence) name,
#include "filters.def"
#undef PLN_FILTER
};

/** "Science, Technology" is one value, "Science,Technology" are two. */
static void add_value(pln_buf_t *values, const char *value)
{
    for (; *value != '\0'; value++) {
        bool within = value[0] == ',' && value[1] == ' ';
        pln_buf_add(values, "\\", within ? 1 : 0);
        pln_buf_u8(values, (uint8_t)*value);
    }
}

void pln_path_filters(pln_buf_t *path, const pln_options_t *options)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        pln_buf_t values = {0};
        size_t cursor = 0;
        const char *value;
        while ((value = pln_option_next(options, names[i], &cursor)) != NULL) {
            pln_buf_add(&values, ",", values.size > 0);
            add_value(&values, value);
        }
        if (values.size > 0) {
            pln_buf_u8(&values, 0);
            pln_path_query(path, names[i], (const char *)values.data);
        }
        pln_buf_free(&values);
    }
}

bool pln_filtered(const pln_options_t *options)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (pln_option(options, names[i]) != NULL) {
            return true;
        }
    }
    return false;
}
