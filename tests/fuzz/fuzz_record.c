// SPDX-License-Identifier: MPL-2.0
/* The first two bytes are the kind, the rest a decoded payload. A payload that passes the check
 * must walk to its end, with every field the table knows found again by name. */
#include <assert.h>
#include <string.h>

#include "proto/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const pln_kind_t *kind, pln_span_t payload)
{
    pln_record_t record = pln_record_open(kind, payload);
    pln_record_field_t at, found;
    uint64_t last = 0;
    while (pln_record_next(&record, &at)) {
        assert(at.number == 0 || at.number > last);
        last = at.number;
        pln_err_t canonical = pln_pack_check(at.value);
        assert(canonical == PLN_OK);
        if (at.field != NULL) {
            bool there = pln_record_find(kind, payload, at.field->name, &found);
            assert(there);
            assert(found.value.data == at.value.data && found.value.size == at.value.size);
        }
    }
    pln_err_t end = pln_record_end(&record);
    assert(end == PLN_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const pln_kind_t *kind = pln_kind_by_number(pln_get_u16(data));
    pln_span_t payload = PLN_SPAN(data + 2, size - 2);
    pln_record_error_t error;
    if (pln_record_check(kind, payload, &error) == PLN_OK) {
        walk(kind, payload);
        return 0;
    }
    assert(error.rule > PLN_RULE_NONE && error.rule < PLN_RULE_COUNT);
    assert(pln_rule_text(error.rule)[0] != '\0');
    // A walk over a refused payload must end as well.
    pln_record_t record = pln_record_open(kind, payload);
    pln_record_field_t at;
    while (pln_record_next(&record, &at)) {
        assert(at.value.size > 0);
    }
    return 0;
}
