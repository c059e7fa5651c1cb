// SPDX-License-Identifier: MPL-2.0
/**
 * options - what the command line of plnd says, and how it meets the file.
 *
 * Why     Every key of config.def is an option too, so that a script needs no file.
 * Shape   defaults, then the file, then the command line; each problem is one sentence on stderr
 * Thread  start-up only
 */
#ifndef PLN_OPTIONS_H
#define PLN_OPTIONS_H

#include "config.h"

#define PLN_OPTIONS_KEYS_MAX 32

typedef struct {
    char *dir;                                /**< owned; NULL only when nothing tells one */
    char *file;                               /**< owned; plnd.conf, or what --config says */
    bool file_given;                          /**< by --config: must be there */
    bool check;                               /**< --check */
    const char *values[PLN_OPTIONS_KEYS_MAX]; /**< of pln_config_key(i), NULL when not given */
} pln_options_t;

/**
 * Read the command line. True: go on. False: all is said already (help, version, wrong usage); end
 * with *status. Free in either case.
 */
bool pln_options_parse(pln_options_t *options, int argc, char **argv, int *status);
void pln_options_free(pln_options_t *options);

/** Settings as they hold for this start; the number of problems, each told on stderr. */
size_t pln_options_read(const pln_options_t *options, pln_config_t *config);

#endif
