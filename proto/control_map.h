// SPDX-License-Identifier: MPL-2.0
/**
 * control_map - the map that every record of lane 0 is: field numbers ascend, unknown ones are
 * skipped.
 *
 * Why     A field that says nothing (empty text, zero) is left out when writing and refused when
 *         reading, so that each record has exactly one spelling.
 * Shape   begin, then next until it is false, reading one value each time; end
 * Pure    no allocation; texts are borrowed from the payload
 * Spec    SPEC 7.2
 */
#ifndef PLN_CONTROL_MAP_H
#define PLN_CONTROL_MAP_H

#include "control.h"

/** A map being read: which fields below 32 have been seen, how many pairs are still to come. */
typedef struct {
    pln_unpack_t in;
    int64_t last;
    uint32_t left;
    uint32_t seen;
} pln_control_map_t;

#define PLN_CONTROL_FIELD(field) (UINT32_C(1) << (field)) /**< its bit in `seen` */

pln_control_map_t pln_control_begin(pln_span_t payload);
/** False: no further field, or something was wrong. */
bool pln_control_next(pln_control_map_t *map, uint64_t *field);
/** A record cut short is as void as a wrong one: whoever asks hears one code, PLN_EMALFORMED. */
pln_err_t pln_control_end(pln_control_map_t *map, uint32_t required);

void pln_control_require(pln_control_map_t *map, bool condition);
uint64_t pln_control_positive(pln_control_map_t *map, uint64_t max);
pln_span_t pln_control_text(pln_control_map_t *map, size_t max);
void pln_control_id(pln_control_map_t *map, pln_id_t *out);

/* Field and value; texts of no bytes and the number 0 are left out. */
void pln_control_write_text(pln_buf_t *out, uint64_t field, pln_span_t text);
void pln_control_write_number(pln_buf_t *out, uint64_t field, uint64_t value);
void pln_control_write_bin(pln_buf_t *out, uint64_t field, const void *data, size_t size);

#endif
