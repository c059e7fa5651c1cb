// SPDX-License-Identifier: MPL-2.0
/**
 * command - what the handler of a verb gets, and the handlers themselves.
 *
 * Why     verbs.def names the handlers; cmd_<noun>.c holds them; main.c calls one.
 * Shape   a handler answers on stdout, explains on stderr, and returns the exit status
 * Thread  main
 */
#ifndef PLN_COMMAND_H
#define PLN_COMMAND_H

#include "call.h"
#include "options.h"

typedef struct pln_command {
    const pln_options_t *options;
    pln_call_t *call; /**< NULL when no folder is known: only `help` runs then */
    const char *dir;  /**< NULL: as above */
} pln_command_t;

/** The table of verbs.def; a NULL name ends it. */
extern const pln_verb_t pln_verbs[];

/** "pln: sentence; see pln VERB --help" on stderr; PLN_USAGE. */
int pln_wrong_usage(const pln_verb_t *verb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The number of --limit, @otherwise when it is not given. False: not a number from 1 on. */
bool pln_limit(const pln_options_t *options, uint64_t otherwise, uint64_t *out);
/** Text field @name of a JSON object; "" when there is none. */
const char *pln_text(const json_t *object, const char *name);
/** Number field @name; 0 when there is none. */
uint64_t pln_number(const json_t *object, const char *name);
/** Print the elements of list @name of @answer, one JSON value per line. */
void pln_print_list(const json_t *answer, const char *name);

/** Help on stdout: all verbs; one verb; the verbs of a noun. */
void pln_help_all(FILE *out);
void pln_help_verb(FILE *out, const pln_verb_t *verb);
void pln_help_noun(FILE *out, const char *noun);
/** pln(1) as roff. */
void pln_help_manual(FILE *out);

#define PLN_VERB(id, name, arguments, least, most, handler, sentence, more, example) \
    int handler(pln_command_t *command);
#define PLN_VERB_FLAG(name, letter, value, many, sentence)
#define PLN_VERB_END
#include "verbs.def"
#undef PLN_VERB
#undef PLN_VERB_FLAG
#undef PLN_VERB_END

#endif
