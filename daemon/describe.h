// SPDX-License-Identifier: MPL-2.0
/**
 * describe - what each route takes and gives: the tables behind OpenAPI and behind refusals.
 *
 * Why     What is documented and what is accepted must be one thing: a parameter or member that no
 *         table has is refused.
 * Shape   describe.def by handler, shapes.def for bodies and answers
 * Pure    constant data, any thread
 */
#ifndef PLN_DESCRIBE_H
#define PLN_DESCRIBE_H

#include "api.h"

typedef enum {
    PLN_DESCRIBE_QUERY,   /**< name, type as in parameter.h, sentence */
    PLN_DESCRIBE_HEADER,  /**< name, sentence */
    PLN_DESCRIBE_FILTERS, /**< those of every list of records */
    PLN_DESCRIBE_TAKES,   /**< shape */
    PLN_DESCRIBE_GIVES,   /**< status, shape */
    PLN_DESCRIBE_SENDS,   /**< type: media type, shape */
    PLN_DESCRIBE_EVENT    /**< name, shape */
} pln_describe_what_t;

typedef struct {
    pln_describe_what_t what;
    pln_handler_t handler;
    unsigned status;
    const char *name;
    const char *type;
    const char *shape;
    const char *sentence;
} pln_describe_t;

/** Row @index; NULL past the last. */
const pln_describe_t *pln_describe_at(size_t index);
/** What a segment {NAME} stands for; NULL: no table says it. */
const char *pln_describe_part(const char *name);

/** Filter @index, those of every list: its name, *sentence what it filters by; NULL past the last.
 */
const char *pln_describe_filter(size_t index, const char **sentence);

/** A member of a shape; the rows of a shape stand together. */
typedef struct {
    const char *shape;
    const char *name; /**< NULL: the shape itself, `sentence` says what it is */
    const char *type; /**< with name "": all members of the shape @type */
    bool needed;
    const char *sentence;
} pln_member_row_t;

/** Row @index; NULL past the last. */
const pln_member_row_t *pln_shape_row(size_t index);

/** Type of the parameter @name in the query of @handler; NULL: it has none such. */
const char *pln_describe_type(pln_handler_t handler, const char *name);
/** May the body of @handler have @name? True where no body is described. */
bool pln_describe_has_member(pln_handler_t handler, const char *name);
/** Names that the query may have, or the body (@body), for a sentence. */
void pln_describe_list(pln_handler_t handler, bool body, char *out, size_t size);

#endif
