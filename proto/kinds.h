// SPDX-License-Identifier: MPL-2.0
/**
 * kinds - the kinds of records and their fields: one table that everybody reads.
 *
 * Why     Validation, JSON, help and forms must agree, and a new kind must cost one block of rows.
 * Shape   kinds.def holds the rows; here are their types and the ways to find one
 *         a payload is a msgpack map keyed by field number; 1..15 mean the same in all of lane 1
 * Pure    constant data, any thread
 * Spec    SPEC 11 (R18)
 */
#ifndef PLN_KINDS_H
#define PLN_KINDS_H

#include "pln.h"

/** What a value is in a payload, and in JSON. */
typedef enum {
    PLN_TYPE_LINE,      /**< str without control characters; JSON string */
    PLN_TYPE_TEXT,      /**< str, line breaks and tabs allowed, Markdown; JSON string */
    PLN_TYPE_CODE,      /**< str of letters, digits and . - + : _ /; JSON string */
    PLN_TYPE_CHOICE,    /**< str, one of the words of its list; JSON string */
    PLN_TYPE_UINT,      /**< uint; JSON integer */
    PLN_TYPE_DECIMAL,   /**< uint, hundredths; JSON number with at most two decimals */
    PLN_TYPE_BOOL,      /**< bool; JSON true or false */
    PLN_TYPE_TIME,      /**< array [Unix milliseconds, offset in minutes]; JSON RFC 3339 string */
    PLN_TYPE_LINK,      /**< uint, which of the record's refs, from 1; JSON as that reference */
    PLN_TYPE_REFERENCE, /**< array [network or nil, author, epoch, seq, 16 bytes of data]; JSON
                           string */
    PLN_TYPE_BLOB,      /**< bin of 32 bytes; JSON string of 64 hex digits */
    PLN_TYPE_SALT,      /**< bin of min..max bytes; JSON string of hex digits */
    PLN_TYPE_GROUP,     /**< map, number of a part -> value; JSON object */
    PLN_TYPE_COUNT
} pln_type_t;

/** Flags of a field. */
enum {
    PLN_FIELD_PLAIN = 0,
    PLN_FIELD_REQUIRED = 1,
    PLN_FIELD_PERSONAL = 2 /**< may name or describe a person */
};

/** What views do with a field: PLN_INDEX(NAME, "facet"); the first three are no facets. */
#define PLN_INDICES(PLN_INDEX)          \
    PLN_INDEX(NOTHING, "")              \
    PLN_INDEX(TITLE, "")                \
    PLN_INDEX(PROSE, "")                \
    PLN_INDEX(AUTHOR, "by")             \
    PLN_INDEX(LANGUAGE, "language")     \
    PLN_INDEX(LICENSE, "license")       \
    PLN_INDEX(TAG, "tag")               \
    PLN_INDEX(TYPE, "type")             \
    PLN_INDEX(REGION, "region")         \
    PLN_INDEX(LOCALE, "locale")         \
    PLN_INDEX(SIZE, "size")             \
    PLN_INDEX(GRADE, "grade")           \
    PLN_INDEX(SUBJECT, "subject")       \
    PLN_INDEX(COMPETENCY, "competency") \
    PLN_INDEX(DOK, "dok")               \
    PLN_INDEX(STATE, "state")           \
    PLN_INDEX(THEME, "theme")           \
    PLN_INDEX(PRINCIPLE, "principle")   \
    PLN_INDEX(TIER, "tier")             \
    PLN_INDEX(DATE, "date")

typedef enum {
#define PLN_INDEX(name, facet) PLN_INDEX_##name,
    PLN_INDICES(PLN_INDEX)
#undef PLN_INDEX
        PLN_INDEX_COUNT
} pln_index_t;

#define PLN_FIELD_REFS 1u     /**< all references of a record, which links name by their place */
#define PLN_FIELD_WAS 3u      /**< the id under which it was published before */
#define PLN_FIELD_REPLACES 4u /**< the earlier version of it */
#define PLN_FIELD_SALT 5u     /**< bytes that keep a withdrawn record from being guessed */
#define PLN_FIELD_ORIGIN 11u  /**< what it was adapted from */
#define PLN_FIELD_OWN_MIN 16u /**< first number of a kind's own fields */
#define PLN_FIELDS_MAX 256u   /**< pairs a payload may have, unknown ones included */
#define PLN_GROUP_DEPTH 3u  /**< groups in groups: a rubric has criteria, a criterion has levels */
#define PLN_OFFSET_MAX 1439 /**< minutes of a time's offset, east or west */
#define PLN_TIME_MS_MAX UINT64_C(253402300799999) /**< end of the year 9999, as RFC 3339 goes */

typedef struct {
    const char *word;
    const char *label;
} pln_choice_t;

typedef struct pln_field {
    uint16_t number;
    pln_type_t type;
    uint32_t many; /**< 0 one value; n a list of 1..n values */
    uint32_t min;  /**< bytes of a text or salt, value of a number */
    uint32_t max;
    unsigned flags;
    pln_index_t index;
    /** Words of a choice; of a link the names of the kinds it may lead to. Ends with a NULL word;
     * NULL where there is no list. */
    const pln_choice_t *choices;
    const struct pln_field *parts; /**< of a group: as the fields of a kind; else NULL */
    const char *name;              /**< as in JSON */
    const char *label;
    const char *help; /**< one sentence without a full stop */
} pln_field_t;

typedef struct {
    uint16_t number;
    bool personal; /**< speaks of persons, so each of its records gets a salt (salt.h) */
    const char *name;
    const char *label;
    const char *help;
    const pln_field_t *fields; /**< ascending numbers; ends with number 0; NULL for lane 0 */
} pln_kind_t;

/** All kinds in ascending number; NULL past the end. */
const pln_kind_t *pln_kind_at(size_t index);
/** NULL: unknown. */
const pln_kind_t *pln_kind_by_number(uint16_t number);
const pln_kind_t *pln_kind_by_name(const char *name);

/** Fields of @kind, the common ones first, in ascending number; NULL past the end. */
const pln_field_t *pln_field_at(const pln_kind_t *kind, size_t index);
const pln_field_t *pln_field_by_number(const pln_kind_t *kind, uint64_t number);
const pln_field_t *pln_field_by_name(const pln_kind_t *kind, const char *name);

/** Of a table that ends with number 0: a kind's own fields, or the parts of a group. */
const pln_field_t *pln_part_by_number(const pln_field_t *parts, uint64_t number);
const pln_field_t *pln_part_by_name(const pln_field_t *parts, const char *name);

/** The field that names a record in lists; NULL: the kind has none. */
const pln_field_t *pln_field_title(const pln_kind_t *kind);

/** "line", "text", "code", "choice", ... as in kinds.def, lower case. */
const char *pln_type_name(pln_type_t type);
/** The name a field is filtered by; "" when views do not. */
const char *pln_index_facet(pln_index_t index);

/** The choice that @word (not NUL-terminated) spells; NULL: none. */
const pln_choice_t *pln_choice_find(const pln_choice_t *choices, pln_span_t word);

#endif
