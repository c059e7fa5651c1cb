// SPDX-License-Identifier: MPL-2.0
/**
 * headings - where the headings of a Markdown document are.
 *
 * Why     Titles and sections are found by them; a "#" in a program listing is none.
 * Shape   "# text" of one to six signs, or a line underlined with = or -; not inside fences (``` or
 *         ~~~), comments (<!-- -->), or lines indented by four blanks. A paragraph that begins with
 *         a line all in bold has one, too, as word processors leave it: whether it is meant so, its
 *         words tell
 * Pure    any thread
 */
#ifndef PLN_HEADINGS_H
#define PLN_HEADINGS_H

#include "proto/bytes.h"

#define PLN_HEADING_BOLD 7u /**< level of a line in bold: below all others */

typedef struct {
    size_t from; /**< offset of its first byte */
    size_t to;   /**< behind its last line's newline */
    unsigned level;
    pln_span_t text; /**< without signs and blanks around it; may be empty */
} pln_heading_t;

/** Zero-initialise. */
typedef struct {
    size_t at;
    uint8_t fence; /**< '`' or '~' inside one, else 0 */
    size_t fence_size;
    bool comment;
    bool paragraph; /**< the line before is text */
} pln_headings_t;

/** The next heading of @text; false: there is none. */
bool pln_headings_next(pln_headings_t *headings, pln_span_t text, pln_heading_t *out);

#endif
