// SPDX-License-Identifier: MPL-2.0
/**
 * screen - what a person sees: texts made safe, colour, width, sentences on stderr.
 *
 * Why     Records are foreign text: what they hold must never steer a terminal.
 * Shape   UTF-8 whatever the locale; controls become visible signs, wrong bytes U+FFFD; in JSON
 *         they become escapes, so that nothing is lost
 * Thread  main
 */
#ifndef PLN_SCREEN_H
#define PLN_SCREEN_H

#include <jansson.h>
#include <stdio.h>

#include "proto/bytes.h"

/** Exit status, and what calls return. */
enum { PLN_DONE = 0, PLN_FAILED = 1, PLN_USAGE = 2, PLN_NO_DAEMON = 69 };

typedef enum { PLN_PLAIN, PLN_BOLD, PLN_DIM, PLN_WARN } pln_style_t;

/** Append @text made safe; @lines keeps line breaks and tabs, else they become blanks. */
void pln_text_add(pln_buf_t *out, const char *text, size_t size, bool lines);
/** The same as a string of its own. */
char *pln_text_line(const char *text);

/** Write @text made safe; @lines as above. */
void pln_text_print(FILE *out, const char *text, bool lines);

/** Write JSON text with everything escaped that could steer a terminal. */
void pln_json_print_text(FILE *out, const char *text, size_t size);
/** Compact JSON of @value and a newline on stdout. */
void pln_json_print(const json_t *value);

/** Columns to fill: of the terminal, else 80. */
size_t pln_screen_width(FILE *out);
/** Begin a style where @out is a terminal that takes colour; PLN_PLAIN ends it. */
void pln_screen_style(FILE *out, pln_style_t style);

/** "pln: sentence" on stderr, made safe. */
void pln_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** The same as a warning. */
void pln_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Each text of the list @warnings as a warning; NULL: none. */
void pln_warn_all(const json_t *warnings);
/** Further help on stderr, only where a person reads it: "sentence". */
void pln_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Flush stdout. False: what was written did not arrive; a reader who left is not told. */
bool pln_screen_finish(void);

#endif
