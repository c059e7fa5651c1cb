// SPDX-License-Identifier: MPL-2.0
/**
 * options - what a command line says, read by the table of verbs.
 *
 * Why     A verb is one row of verbs.def; nothing else knows which options it takes.
 * Shape   pln [--dir DIR] [--json] VERB [words and options in any order]; "--" ends the options
 *         --name VALUE, --name=VALUE, -n VALUE, -nVALUE; the last one counts, unless the row says
 *         that it may be repeated
 * Owner   texts are borrowed from the command line
 * Pure    any thread
 */
#ifndef PLN_CLIENT_OPTIONS_H
#define PLN_CLIENT_OPTIONS_H

#include "proto/bytes.h"

struct pln_command;

/** One option of a verb. */
typedef struct {
    const char *name;  /**< without dashes; NULL ends a list */
    char letter;       /**< short form, 0: none */
    const char *value; /**< what follows, as help names it; NULL: nothing does */
    bool many;
    const char *sentence; /**< without a full stop */
} pln_flag_t;

/** One row of verbs.def. */
typedef struct {
    const char *name; /**< one word, or a noun and a word; NULL ends a table */
    const char *arguments;
    size_t least; /**< words it needs */
    size_t most;
    int (*handler)(struct pln_command *command);
    const char *sentence; /**< without a full stop */
    const char *more;     /**< further sentences; may be empty */
    const char *example;
    const pln_flag_t *flags;
} pln_verb_t;

/** Options that every verb takes. */
extern const pln_flag_t pln_flags_global[];

typedef struct {
    const char *name; /**< of the flag */
    const char *value;
} pln_given_t;

typedef struct {
    const pln_verb_t *verb; /**< NULL: none was named */
    const char *noun;       /**< first word of several verbs, where only that was named */
    const char *dir;        /**< NULL: not given */
    bool json;
    bool help;
    bool version;
    const char **words;
    size_t word_count;
    pln_given_t *given;
    size_t given_count;
} pln_options_t;

/**
 * Read @arguments (NULL ends them; the program's name is not among them) by @verbs. False:
 * @problem is one sentence that says what is wrong and suggests what was probably meant.
 */
bool pln_options_read(const pln_verb_t *verbs, const char *const *arguments, pln_options_t *out,
                      char *problem, size_t problem_size);
void pln_options_free(pln_options_t *options);

/** The last value of option @name, "" of one without value; NULL: not given. */
const char *pln_option(const pln_options_t *options, const char *name);
/** The values of option @name one after the other; @cursor begins with 0; NULL: no more. */
const char *pln_option_next(const pln_options_t *options, const char *name, size_t *cursor);

/** Word @index; NULL: there are fewer. */
const char *pln_word(const pln_options_t *options, size_t index);

/** How many letters must be changed, added, left out or swapped to get from @a to @b. */
size_t pln_options_distance(const char *a, const char *b);

#endif
