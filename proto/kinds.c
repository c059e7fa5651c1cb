// SPDX-License-Identifier: MPL-2.0
// The table is included once for the word lists, once for the fields, once for the kinds.
#include "kinds.h"

#include <string.h>

// clang-format off
#define PLN_CHOICES(list) static const pln_choice_t list##_choices[] = {
#define PLN_CHOICE(word, label) {word, label},
#define PLN_CHOICES_END {NULL, NULL}};
#include "kinds.def"

#define NONE_choices NULL
#define PLAIN PLN_FIELD_PLAIN
#define REQUIRED PLN_FIELD_REQUIRED
#define INDEXED PLN_FIELD_INDEXED
#define PERSONAL PLN_FIELD_PERSONAL
#define PLN_COMMON static const pln_field_t common_fields[] = {
#define PLN_KIND(number, name, label, help) static const pln_field_t name##_fields[] = {
#define PLN_FIELD(number, name, type, many, min, max, flags, choices, label, help) \
    {number, PLN_TYPE_##type, many, min, max, flags, choices##_choices, #name, label, help},
#define PLN_KIND_END {0, PLN_TYPE_COUNT, 0, 0, 0, 0, NULL, "", "", ""}};
#include "kinds.def"
#undef PLAIN
#undef REQUIRED
#undef INDEXED
#undef PERSONAL

#define PLN_KIND(number, name, label, help) {number, #name, label, help, name##_fields},
#define PLN_FIELD(number, name, type, many, min, max, flags, choices, label, help)
#define PLN_KIND_END
#define PLN_CONTROL(number, name, label, help) {number, #name, label, help, NULL},
static const pln_kind_t kinds[] = {
#include "kinds.def"
};
// clang-format on

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])
#define COMMON_COUNT (sizeof common_fields / sizeof common_fields[0] - 1)

const pln_kind_t *pln_kind_at(size_t index)
{
    return index < KIND_COUNT ? &kinds[index] : NULL;
}

const pln_kind_t *pln_kind_by_number(uint16_t number)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (kinds[i].number == number) {
            return &kinds[i];
        }
    }
    return NULL;
}

const pln_kind_t *pln_kind_by_name(const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

const pln_field_t *pln_field_at(const pln_kind_t *kind, size_t index)
{
    if (kind->fields == NULL) {
        return NULL;
    }
    if (index < COMMON_COUNT) {
        return &common_fields[index];
    }
    // Walked, so that an index past the end is as safe as the first one.
    const pln_field_t *field = kind->fields;
    for (size_t i = COMMON_COUNT; i < index && field->number != 0; i++) {
        field++;
    }
    return field->number != 0 ? field : NULL;
}

static const pln_field_t *by_number(const pln_field_t *fields, uint64_t number)
{
    for (; fields->number != 0; fields++) {
        if (fields->number == number) {
            return fields;
        }
    }
    return NULL;
}

const pln_field_t *pln_field_by_number(const pln_kind_t *kind, uint64_t number)
{
    if (kind->fields == NULL || number == 0) {
        return NULL;
    }
    return by_number(number < PLN_FIELD_OWN_MIN ? common_fields : kind->fields, number);
}

static const pln_field_t *by_name(const pln_field_t *fields, const char *name)
{
    for (; fields->number != 0; fields++) {
        if (strcmp(fields->name, name) == 0) {
            return fields;
        }
    }
    return NULL;
}

const pln_field_t *pln_field_by_name(const pln_kind_t *kind, const char *name)
{
    if (kind->fields == NULL) {
        return NULL;
    }
    const pln_field_t *own = by_name(kind->fields, name);
    return own != NULL ? own : by_name(common_fields, name);
}

const char *pln_type_name(pln_type_t type)
{
    static const char *const names[PLN_TYPE_COUNT] = {
        [PLN_TYPE_LINE] = "line",           [PLN_TYPE_TEXT] = "text",
        [PLN_TYPE_CODE] = "code",           [PLN_TYPE_CHOICE] = "choice",
        [PLN_TYPE_RANGE] = "range",         [PLN_TYPE_UINT] = "uint",
        [PLN_TYPE_BOOL] = "bool",           [PLN_TYPE_TIME] = "time",
        [PLN_TYPE_REFERENCE] = "reference", [PLN_TYPE_BLOB] = "blob",
        [PLN_TYPE_SALT] = "salt",
    };
    return (unsigned)type < PLN_TYPE_COUNT ? names[type] : "";
}

const pln_choice_t *pln_choice_find(const pln_choice_t *choices, pln_span_t word)
{
    for (; choices != NULL && choices->word != NULL; choices++) {
        if (strlen(choices->word) == word.size &&
            memcmp(choices->word, word.data, word.size) == 0) {
            return choices;
        }
    }
    return NULL;
}
