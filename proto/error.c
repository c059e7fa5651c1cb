// SPDX-License-Identifier: MPL-2.0
#include "error.h"

#include <assert.h>

#define OURS PLN_CLASS_OURS
#define OFFENCE PLN_CLASS_OFFENCE
#define LATER PLN_CLASS_LATER
#define DROP PLN_CLASS_DROP

typedef struct {
    const char *name;
    const char *text;
    pln_class_t class;
} error_row_t;

static const error_row_t errors[PLN_ERROR_COUNT] = {
#define PLN_ERROR(name, text, class, sentence) [PLN_##name] = {text, sentence, class},
#include "errors.def"
#undef PLN_ERROR
};

static const error_row_t *row(pln_err_t error)
{
    assert((unsigned)error < PLN_ERROR_COUNT);
    return &errors[error];
}

const char *pln_error_name(pln_err_t error)
{
    return row(error)->name;
}

const char *pln_error_text(pln_err_t error)
{
    return row(error)->text;
}

pln_class_t pln_error_class(pln_err_t error)
{
    return row(error)->class;
}
