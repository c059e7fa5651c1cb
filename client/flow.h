// SPDX-License-Identifier: MPL-2.0
/**
 * flow - running text in lines that fit the screen, piece by piece, each in a style of its own.
 *
 * Why     A snippet is made of pieces; a line must not break between the halves of a word that two
 *         of them share.
 * Shape   blanks and line breaks of the text become one blank or a new line
 * Thread  main
 */
#ifndef PLN_FLOW_H
#define PLN_FLOW_H

#include "screen.h"

typedef struct {
    FILE *out;
    size_t width;  /**< columns of the screen */
    size_t indent; /**< blanks before each line */
    size_t column; /**< where the line stands; 0: not begun */
    bool blank;    /**< a blank is due before the next word */
} pln_flow_t;

pln_flow_t pln_flow(FILE *out, size_t width, size_t indent);
void pln_flow_text(pln_flow_t *flow, const char *text, pln_style_t style);
/** End the last line, where one was begun. */
void pln_flow_end(pln_flow_t *flow);

#endif
