// SPDX-License-Identifier: MPL-2.0
// The table is included once for the word lists, once for the fields, once for the kinds.
#include "kinds.h"

#include <string.h>

// clang-format off
#define PLN_CHOICES(list) static const pln_choice_t list##_choices[] = {
#define PLN_CHOICE(word, label) {word, label},
#define PLN_CHOICES_END {NULL, NULL}};
#include "kinds.def"

#define PLAIN PLN_FIELD_PLAIN
#define REQUIRED PLN_FIELD_REQUIRED
#define PERSONAL PLN_FIELD_PERSONAL
#define NONE_choices NULL
// What the column "list" of a row names depends on its type.
#define LINE_LISTS(list) NULL, NULL
#define TEXT_LISTS(list) NULL, NULL
#define CODE_LISTS(list) NULL, NULL
#define CHOICE_LISTS(list) list##_choices, NULL
#define UINT_LISTS(list) NULL, NULL
#define DECIMAL_LISTS(list) NULL, NULL
#define BOOL_LISTS(list) NULL, NULL
#define TIME_LISTS(list) NULL, NULL
#define LINK_LISTS(list) list##_choices, NULL
#define REFERENCE_LISTS(list) NULL, NULL
#define BLOB_LISTS(list) NULL, NULL
#define SALT_LISTS(list) NULL, NULL
#define GROUP_LISTS(list) NULL, list##_parts
#define PLN_PARTS(list) static const pln_field_t list##_parts[] = {
#define PLN_COMMON static const pln_field_t common_fields[] = {
#define PLN_KIND(number, name, personal, label, help) static const pln_field_t name##_fields[] = {
#define PLN_FIELD(number, name, type, many, min, max, flags, index, list, label, help) \
    {number, PLN_TYPE_##type, many, min, max, flags, PLN_INDEX_##index, type##_LISTS(list), \
     #name, label, help},
#define TABLE_END {0, PLN_TYPE_COUNT, 0, 0, 0, 0, PLN_INDEX_NOTHING, NULL, NULL, "", "", ""}};
#define PLN_PARTS_END TABLE_END
#define PLN_KIND_END TABLE_END
#include "kinds.def"
#undef PLAIN
#undef PERSONAL

#define PLAIN false
#define PERSONAL true
#define PLN_KIND(number, name, personal, label, help) \
    {number, personal, #name, label, help, name##_fields},
#define PLN_CONTROL(number, name, label, help) {number, false, #name, label, help, NULL},
#define PLN_KIND_END
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

const pln_field_t *pln_part_by_number(const pln_field_t *fields, uint64_t number)
{
    for (; fields != NULL && fields->number != 0; fields++) {
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
    return pln_part_by_number(number < PLN_FIELD_OWN_MIN ? common_fields : kind->fields, number);
}

const pln_field_t *pln_part_by_name(const pln_field_t *fields, const char *name)
{
    for (; fields != NULL && fields->number != 0; fields++) {
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
    const pln_field_t *own = pln_part_by_name(kind->fields, name);
    return own != NULL ? own : pln_part_by_name(common_fields, name);
}

const pln_field_t *pln_field_title(const pln_kind_t *kind)
{
    const pln_field_t *field = kind->fields;
    for (; field != NULL && field->number != 0; field++) {
        if (field->index == PLN_INDEX_TITLE) {
            return field;
        }
    }
    return NULL;
}

const char *pln_type_name(pln_type_t type)
{
    static const char *const names[PLN_TYPE_COUNT] = {
        [PLN_TYPE_LINE] = "line",   [PLN_TYPE_TEXT] = "text",
        [PLN_TYPE_CODE] = "code",   [PLN_TYPE_CHOICE] = "choice",
        [PLN_TYPE_UINT] = "uint",   [PLN_TYPE_DECIMAL] = "decimal",
        [PLN_TYPE_BOOL] = "bool",   [PLN_TYPE_TIME] = "time",
        [PLN_TYPE_LINK] = "link",   [PLN_TYPE_REFERENCE] = "reference",
        [PLN_TYPE_BLOB] = "blob",   [PLN_TYPE_SALT] = "salt",
        [PLN_TYPE_GROUP] = "group",
    };
    return (unsigned)type < PLN_TYPE_COUNT ? names[type] : "";
}

const char *pln_index_facet(pln_index_t index)
{
    static const char *const facets[] = {
#define PLN_INDEX(name, facet) facet,
        PLN_INDICES(PLN_INDEX)
#undef PLN_INDEX
    };
    return (unsigned)index < PLN_INDEX_COUNT ? facets[index] : "";
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
