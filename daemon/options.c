// SPDX-License-Identifier: MPL-2.0
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "home.h"

#define USAGE_EXIT 2
#define NAME_SIZE 32

/** getopt's numbers: those below OPTION_DIR are keys of config.def. */
enum {
    OPTION_DIR = PLN_OPTIONS_KEYS_MAX,
    OPTION_CONFIG,
    OPTION_CHECK,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_MAN
};

/* ---- settings ---- */

static void print_problem(void *arg, const char *place, const char *sentence)
{
    (void)arg;
    fprintf(stderr, "plnd: %s: %s\n", place, sentence);
}

/** A key as an option: "map_size" is map-size. */
static void option_name(const char *key, char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "%s", key);
    for (char *c = out; *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
}

/** Lay what the command line says over @config; the number of problems. */
static size_t apply_values(const pln_options_t *options, pln_config_t *config)
{
    size_t problems = 0;
    for (size_t i = 0; pln_config_key(i) != NULL; i++) {
        const char *key = pln_config_key(i);
        const char *value = options->values[i];
        char name[NAME_SIZE];
        char place[NAME_SIZE + 2];
        option_name(key, name);
        snprintf(place, sizeof place, "--%s", name);
        if (value != NULL) {
            pln_config_reset(config, key);
            problems += !pln_config_set(config, key, value, place, print_problem, NULL);
        }
    }
    return problems;
}

/** Opens a folder, too, but then every read fails: NULL with errno. */
static FILE *open_file(const char *path)
{
    struct stat found;
    FILE *file = fopen(path, "re");
    if (file != NULL && fstat(fileno(file), &found) == 0 && S_ISDIR(found.st_mode)) {
        fclose(file);
        errno = EISDIR;
        file = NULL;
    }
    return file;
}

size_t pln_options_read(const pln_options_t *options, pln_config_t *config)
{
    size_t problems = 0;
    pln_config_defaults(config);
    FILE *file = open_file(options->file);
    if (file != NULL) {
        problems = pln_config_read(config, file, options->file, print_problem, NULL);
        fclose(file);
    } else if (errno != ENOENT || options->file_given) {
        fprintf(stderr, "plnd: %s cannot be read: %s; %s\n", options->file, strerror(errno),
                options->file_given ? "give --config a file that can be, or leave it out"
                                    : "check its permissions, or take it away");
        problems = 1;
    }
    problems += apply_values(options, config);
    pln_config_finish(config);
    return problems;
}

/* ---- the command line ---- */

static bool print_help(int *status)
{
    fputs(
        "usage: plnd [--dir DIR] [--config FILE] [--check] [settings]\n\n"
        "The daemon of a peer learning network: holds what the district's networks share and\n"
        "keeps it equal to what its peers hold. Runs in the foreground, logs to stderr, stops\n"
        "on SIGTERM.\n\n"
        "  --dir DIR                      its folder; default $PLN_DIR, else $XDG_DATA_HOME/pln,\n"
        "                                 else ~/.local/share/pln\n"
        "  --config FILE                  settings; default DIR/plnd.conf, written at first start\n"
        "  --check                        say what is wrong with the settings, start nothing\n"
        "  --help, --version\n\n"
        "Settings (they beat those of the file):\n",
        stdout);
    pln_config_options(stdout);
    fputs(
        "\nExample:\n"
        "  plnd --dir ~/pln --name \"Cedar Valley Schools\" --listen [::]:7420\n"
        "  pln --dir ~/pln status\n",
        stdout);
    *status = EXIT_SUCCESS;
    return false;
}

static bool wrong_usage(int *status, const char *sentence)
{
    fprintf(stderr, "plnd: %s; see plnd --help\n", sentence);
    *status = USAGE_EXIT;
    return false;
}

/** getopt's table: the fixed options, then one for each key of config.def. */
static void fill_table(struct option *table, char names[PLN_OPTIONS_KEYS_MAX][NAME_SIZE])
{
    static const struct option fixed[] = {
        {"dir", required_argument, NULL, OPTION_DIR},
        {"config", required_argument, NULL, OPTION_CONFIG},
        {"check", no_argument, NULL, OPTION_CHECK},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"man", no_argument, NULL, OPTION_MAN},
    };
    size_t count = sizeof fixed / sizeof fixed[0];
    memcpy(table, fixed, sizeof fixed);
    for (size_t i = 0; pln_config_key(i) != NULL; i++) {
        option_name(pln_config_key(i), names[i]);
        table[count++] = (struct option){names[i], required_argument, NULL, (int)i};
    }
    table[count] = (struct option){NULL, 0, NULL, 0};
}

static void replace(char **text, const char *by)
{
    free(*text);
    *text = pln_strdup(by);
}

/** @word is no option, or lacks its value. */
static bool wrong_option(int *status, int found, const char *word)
{
    char sentence[2 * NAME_SIZE + 160];
    char key[NAME_SIZE], nearest[NAME_SIZE];
    size_t size = strcspn(word, "=");
    if (found == ':') {
        snprintf(sentence, sizeof sentence, "%.80s needs a value", word);
        return wrong_usage(status, sentence);
    }
    snprintf(key, sizeof key, "%.*s", (int)(size < NAME_SIZE ? size : NAME_SIZE - 1),
             word + strspn(word, "-"));
    for (char *c = key; *c != '\0'; c++) {
        *c = *c == '-' ? '_' : *c;
    }
    option_name(pln_config_nearest(key), nearest);
    snprintf(sentence, sizeof sentence,
             "%.80s is no option, or is too short for one; the nearest setting is --%s", word,
             nearest);
    return wrong_usage(status, sentence);
}

/** One option; false: end with *status. */
static bool take(pln_options_t *options, int found, const char *word, int *status)
{
    switch (found) {
        case OPTION_DIR:
            replace(&options->dir, optarg);
            return true;
        case OPTION_CONFIG:
            replace(&options->file, optarg);
            options->file_given = true;
            return true;
        case OPTION_CHECK:
            options->check = true;
            return true;
        case OPTION_HELP:
            return print_help(status);
        case OPTION_VERSION:
            puts("plnd " PLN_VERSION);
            *status = EXIT_SUCCESS;
            return false;
        case OPTION_MAN:
            pln_config_manual(stdout);
            *status = EXIT_SUCCESS;
            return false;
        case '?':
        case ':':
            return wrong_option(status, found, word);
        default:
            options->values[found] = optarg;
            return true;
    }
}

bool pln_options_parse(pln_options_t *options, int argc, char **argv, int *status)
{
    struct option table[PLN_OPTIONS_KEYS_MAX + 8];
    char names[PLN_OPTIONS_KEYS_MAX][NAME_SIZE];
    fill_table(table, names);
    *options = (pln_options_t){.dir = pln_home_default()};
    opterr = 0;  // we say it ourselves
    for (int found; (found = getopt_long(argc, argv, ":", table, NULL)) != -1;) {
        if (!take(options, found, argv[optind - 1], status)) {
            return false;
        }
    }
    if (optind < argc) {
        return wrong_usage(status, "plnd takes options only");
    }
    pln_config_t scratch;
    pln_config_defaults(&scratch);
    if (apply_values(options, &scratch) != 0) {
        *status = USAGE_EXIT;
        return false;
    }
    if (options->dir == NULL) {
        return wrong_usage(status, "this user has no home directory; give one with --dir");
    }
    if (options->dir[0] == '\0') {
        return wrong_usage(status, "--dir is empty: give the daemon's folder");
    }
    if (options->file_given && options->file[0] == '\0') {
        return wrong_usage(status, "--config is empty: give a file, or leave it out");
    }
    if (options->file == NULL) {
        size_t room = strlen(options->dir) + sizeof "/plnd.conf";
        options->file = pln_alloc(room);
        snprintf(options->file, room, "%s/plnd.conf", options->dir);
    }
    return true;
}

void pln_options_free(pln_options_t *options)
{
    free(options->dir);
    free(options->file);
    *options = (pln_options_t){.dir = NULL};
}
