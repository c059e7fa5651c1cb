// SPDX-License-Identifier: MPL-2.0
/**
 * config - what the operator decides: one table (config.def), a file, the command line.
 *
 * Why     A key, its default, its bounds and its sentence stand once; file, options, plnd.conf(5)
 *         and error messages all come from that row.
 * Shape   lines `key = value`; `#` begins a comment line; the command line beats the file
 * Thread  start-up only; read-only afterwards
 */
#ifndef PLN_CONFIG_H
#define PLN_CONFIG_H

#include <stdio.h>

#include "front.h"
#include "log.h"
#include "proto/bytes.h"

/** Values as given; every text is valid and NUL-terminated. */
typedef struct {
    char name[PLN_NAME_MAX + 1]; /**< empty: the host's name (pln_config_finish) */
    char listen[PLN_ADDRESS_MAX + 1];
    char http[PLN_ADDRESS_MAX + 1];
    char read[16];
    char public_url[PLN_URL_MAX + 1]; /**< as pln_front_url_parse spells it; may be empty */
    char dial[16];
    char advertise[PLN_ADDRESSES_MAX][PLN_ADDRESS_MAX + 1];
    size_t advertise_count;
    uint64_t map_size;
    uint64_t disk_reserve;
    char log[16];
} pln_config_t;

/** A problem, one sentence with its remedy. @place: "plnd.conf:12" or "--listen". */
typedef void pln_config_problem_t(void *arg, const char *place, const char *sentence);

/** All defaults. */
void pln_config_defaults(pln_config_t *config);

/** Key number @index as users spell it ("map_size"), or NULL past the last. */
const char *pln_config_key(size_t index);

/** The key that @key most likely was meant to be. */
const char *pln_config_nearest(const char *key);

/** Set one value; false: told to @problem. A list's first value of a source must be preceded by
 * _reset. */
bool pln_config_set(pln_config_t *config, const char *key, const char *value, const char *place,
                    pln_config_problem_t *problem, void *arg);
/** Forget the values of list @key, so that a stronger source replaces them instead of adding. */
void pln_config_reset(pln_config_t *config, const char *key);

/**
 * Read @file (named @path in messages) to its end. Returns the number of problems, each told with
 * its line. Unknown keys name the nearest known one; a key given twice names both lines.
 */
size_t pln_config_read(pln_config_t *config, FILE *file, const char *path,
                       pln_config_problem_t *problem, void *arg);

/** What is left open when file and command line have spoken: the name. */
void pln_config_finish(pln_config_t *config);

/** The commented file of a first start: every key with its sentence, unit and default. */
void pln_config_sample(FILE *out);
/** plnd.conf(5). */
void pln_config_manual(FILE *out);
/** One option per key, for --help. */
void pln_config_options(FILE *out);

/** Split literal "ADDR:PORT" or "[ADDR]:PORT"; false unless ADDR is a literal IPv4 or IPv6 address.
 */
bool pln_config_address(const char *text, uint16_t *port);

#endif
