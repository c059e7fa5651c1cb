// SPDX-License-Identifier: MPL-2.0
/**
 * record - what a decoded payload says: a map of fields, checked against the kinds table.
 *
 * Why     Acceptance never looks inside a payload; who shows or publishes one does, always alike.
 * Shape   canonical msgpack map, field number -> value, ascending, at most PLN_FIELDS_MAX pairs;
 *         numbers the table does not know are kept, relayed and skipped
 * Pure    no allocation; spans are borrowed from the payload
 * Spec    SPEC 11 (R18)
 */
#ifndef PLN_RECORD_H
#define PLN_RECORD_H

#include "kinds.h"
#include "pack.h"

/** Which rule a record breaks: PLN_RULE(NAME, "name", "sentence after the field's name"). */
#define PLN_RULES(PLN_RULE)                                                            \
    PLN_RULE(NONE, "none", "is as it should be")                                       \
    PLN_RULE(REQUIRED, "required", "is required")                                      \
    PLN_RULE(TYPE, "type", "has another type than its kind says")                      \
    PLN_RULE(EMPTY, "empty", "is empty; leave it out instead")                         \
    PLN_RULE(SHORT, "too-short", "is shorter than allowed")                            \
    PLN_RULE(LONG, "too-long", "is longer than allowed")                               \
    PLN_RULE(MANY, "too-many", "has more values than allowed")                         \
    PLN_RULE(RANGE, "out-of-range", "is a number outside its range")                   \
    PLN_RULE(CHOICE, "choice", "is not one of the words allowed here")                 \
    PLN_RULE(CODE, "code", "may have letters, digits and . - + : _ / only")            \
    PLN_RULE(LINK, "link", "names none of the record's refs")                          \
    PLN_RULE(REPEATED, "repeated", "names the same record twice")                      \
    PLN_RULE(CHARACTERS, "characters", "has control characters, or is no valid UTF-8") \
    PLN_RULE(LINE, "one-line", "must be one line without control characters")          \
    PLN_RULE(PAYLOAD, "payload", "is not a canonical map of fields")                   \
    PLN_RULE(FIELDS, "too-many-fields", "has more fields than a record may have")      \
    PLN_RULE(KIND, "kind", "is of a kind this version cannot read")

typedef enum {
#define PLN_RULE(name, text, sentence) PLN_RULE_##name,
    PLN_RULES(PLN_RULE)
#undef PLN_RULE
        PLN_RULE_COUNT
} pln_rule_t;

/** Stable word, as JSON prints it: "required". */
const char *pln_rule_name(pln_rule_t rule);
/** Goes after the field's name in a sentence, without a full stop. */
const char *pln_rule_text(pln_rule_t rule);

typedef struct {
    const pln_field_t *field; /**< the innermost one; NULL: the record as a whole */
    pln_rule_t rule;
    /** From the kind's field down to @field, which is a part of a group then; NULL ends it. */
    const pln_field_t *path[PLN_GROUP_DEPTH + 2];
} pln_record_error_t;

#define PLN_RECORD_PATH_SIZE 128
/** "rubric.criteria.name"; "" for the record as a whole. */
void pln_record_path(const pln_record_error_t *error, char out[PLN_RECORD_PATH_SIZE]);

/**
 * Check @payload (decoded) strictly against the rows of @kind.
 * @kind may be NULL (unknown kind). PLN_EFIELD: @error tells which field breaks which rule.
 */
PLN_MUST_CHECK pln_err_t pln_record_check(const pln_kind_t *kind, pln_span_t payload,
                                          pln_record_error_t *error);

/** A walk over the fields of a payload. */
typedef struct {
    const pln_kind_t *kind;   /**< NULL: a group, or an unknown kind */
    const pln_field_t *parts; /**< of a group */
    pln_unpack_t in;
    uint32_t left;
    int64_t last;
} pln_record_t;

typedef struct {
    uint64_t number;
    const pln_field_t *field; /**< NULL: the table does not know the number */
    pln_span_t value;         /**< one canonical msgpack value */
} pln_record_field_t;

/** Start a walk; @kind may be NULL (every number is unknown then). */
pln_record_t pln_record_open(const pln_kind_t *kind, pln_span_t payload);
/** Next field in ascending number; false at the end or at the first malformed byte. */
bool pln_record_next(pln_record_t *record, pln_record_field_t *out);
/** PLN_OK iff the whole payload was walked and well formed; PLN_EMALFORMED, PLN_ETRUNCATED. */
PLN_MUST_CHECK pln_err_t pln_record_end(const pln_record_t *record);

/** A walk over one value of a group with the table @parts; goes on as the above. */
pln_record_t pln_group_open(const pln_field_t *parts, pln_span_t value);

/** The field called @name, if the payload has it. */
bool pln_record_find(const pln_kind_t *kind, pln_span_t payload, const char *name,
                     pln_record_field_t *out);

/** A reference to another record (R18). */
typedef struct {
    bool has_network; /**< false: the network the referring record is in */
    pln_network_id_t network;
    pln_id_t author;
    uint32_t epoch;
    uint64_t seq;
    uint8_t
        data[16]; /**< first bytes of the target's data hash: shows whether it is still the same */
} pln_reference_t;

/** A point in time and how far east of UTC the clock ran that told it. */
typedef struct {
    uint64_t ms;    /**< Unix time */
    int32_t offset; /**< minutes, -1439 to 1439 */
} pln_time_t;

/** Both the time and the clock's reading lie within 1970 to 9999. */
bool pln_time_valid(const pln_time_t *time);
void pln_time_write(const pln_time_t *time, pln_buf_t *out);
/** Reads one; a malformed one sets the sticky error of @in; one out of bounds is the caller's. */
void pln_time_read(pln_unpack_t *in, pln_time_t *out);

bool pln_reference_equal(const pln_reference_t *a, const pln_reference_t *b);
void pln_reference_write(const pln_reference_t *reference, pln_buf_t *out);
/** Reads one; a malformed one sets the sticky error of @in. */
void pln_reference_read(pln_unpack_t *in, pln_reference_t *out);

#endif
