// SPDX-License-Identifier: MPL-2.0
#include "record_problem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

pln_err_t pln_record_refuse(pln_record_problem_t *problem, const char *field, const char *rule,
                            const char *format, ...)
{
    snprintf(problem->field, sizeof problem->field, "%s", field);
    snprintf(problem->rule, sizeof problem->rule, "%s", rule);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->detail, sizeof problem->detail, format, arguments);
    va_end(arguments);
    return PLN_EFIELD;
}

/** Words of a list for a message; a long list ends in "...". */
static void list_words(const pln_choice_t *choices, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (; choices->word != NULL; choices++) {
        if (at + strlen(choices->word) + 8 > size) {
            snprintf(out + at, size - at, ", ...");
            return;
        }
        at += (size_t)snprintf(out + at, size - at, "%s%s", at > 0 ? ", " : "", choices->word);
    }
}

void pln_record_explain(const pln_record_error_t *error, char *out, size_t size)
{
    const pln_field_t *field = error->field;
    const char *text = pln_rule_text(error->rule);
    char words[200], name[PLN_RECORD_PATH_SIZE];
    pln_record_path(error, name);
    if (field == NULL) {
        snprintf(out, size, "the record %s", text);
        return;
    }
    switch (error->rule) {
        case PLN_RULE_SHORT:
            snprintf(out, size, "%s %s: at least %" PRIu32 " bytes", name, text, field->min);
            break;
        case PLN_RULE_LONG:
            snprintf(out, size, "%s %s: at most %" PRIu32 " bytes", name, text, field->max);
            break;
        case PLN_RULE_MANY:
            snprintf(out, size, "%s %s: at most %" PRIu32, name, text, field->many);
            break;
        case PLN_RULE_RANGE:
            if (field->type == PLN_TYPE_TIME) {
                snprintf(out, size, "%s %s: years 1970 to 9999", name,
                         "is a time outside its range");
                break;
            }
            snprintf(out, size, "%s %s: %" PRIu32 " to %" PRIu32, name, text, field->min,
                     field->max);
            break;
        case PLN_RULE_CHOICE:
            list_words(field->choices, words, sizeof words);
            snprintf(out, size, "%s %s: %s", name, text, words);
            break;
        default:
            snprintf(out, size, "%s %s", name, text);
            break;
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/** How many letters must be changed, added or left out to get from @a to @b. */
static size_t distance(const char *a, const char *b)
{
    size_t row[65];
    size_t size = least(strlen(b), 64);
    for (size_t j = 0; j <= size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= size; j++) {
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(changed, least(row[j - 1], row[j]) + 1);
        }
    }
    return row[size];
}

/** Row @index of what can stand here. */
static const pln_field_t *at(const pln_kind_t *kind, const pln_field_t *parts, size_t index)
{
    if (kind != NULL) {
        return pln_field_at(kind, index);
    }
    return parts[index].number != 0 ? &parts[index] : NULL;
}

const char *pln_record_nearest(const pln_kind_t *kind, const pln_field_t *parts, const char *name)
{
    const char *best = NULL;
    size_t bound = least(strlen(name) / 2 + 1, 4);
    const pln_field_t *field;
    for (size_t i = 0; (field = at(kind, parts, i)) != NULL; i++) {
        size_t d = distance(field->name, name);
        if (d < bound) {
            bound = d;
            best = field->name;
        }
    }
    return best;
}
