// SPDX-License-Identifier: MPL-2.0
// pln: read the command line by the table of verbs, find the daemon's folder, run one handler.
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/** $PLN_DIR, else $XDG_DATA_HOME/pln, else ~/.local/share/pln, as plnd has it; NULL: no home. */
static char *default_dir(void)
{
    static const char *const places[][2] = {
        {"PLN_DIR", ""}, {"XDG_DATA_HOME", "/pln"}, {"HOME", "/.local/share/pln"}};
    const char *base = NULL;
    const char *below = "/.local/share/pln";
    for (size_t i = 0; i < sizeof places / sizeof places[0] && base == NULL; i++) {
        const char *value = getenv(places[i][0]);
        if (value != NULL && value[0] != '\0') {
            base = value;
            below = places[i][1];
        }
    }
    if (base == NULL) {
        const struct passwd *user = getpwuid(geteuid());
        base = user == NULL ? NULL : user->pw_dir;
    }
    if (base == NULL || base[0] == '\0') {
        return NULL;
    }
    size_t room = strlen(base) + strlen(below) + 1;
    char *dir = pln_alloc(room);
    snprintf(dir, room, "%s%s", base, below);
    return dir;
}

/** Are the words of @verb names of files? */
static bool names_files(const pln_verb_t *verb)
{
    static int (*const handlers[])(pln_command_t *) = {
        pln_cmd_import, pln_cmd_backup, pln_cmd_restore, pln_cmd_key_export, pln_cmd_key_import};
    bool named = false;
    for (size_t i = 0; verb != NULL && i < sizeof handlers / sizeof handlers[0]; i++) {
        named = named || verb->handler == handlers[i];
    }
    return named;
}

/** Names of files may be any bytes; everything else becomes JSON, which is UTF-8. */
static bool is_utf8(const pln_options_t *options)
{
    bool good = true;
    bool files = names_files(options->verb);
    for (size_t i = 0; i < options->word_count && !files; i++) {
        good = good && pln_utf8_valid(PLN_SPAN(options->words[i], strlen(options->words[i])));
    }
    for (size_t i = 0; i < options->given_count; i++) {
        const pln_given_t *given = &options->given[i];
        good = good &&
               (strcmp(given->name, "file") == 0 || strcmp(given->name, "passphrase-file") == 0 ||
                pln_utf8_valid(PLN_SPAN(given->value, strlen(given->value))));
    }
    return good;
}

/** A file without a name would be one beside the place that was meant. */
static bool has_nameless_file(const pln_options_t *options)
{
    bool nameless = false;
    for (size_t i = 0; names_files(options->verb) && i < options->word_count; i++) {
        nameless = nameless || options->words[i][0] == '\0';
    }
    return nameless;
}

/** What needs no daemon: help and the version. True: all is done. */
static bool answer_alone(const pln_options_t *options, int *status)
{
    *status = PLN_DONE;
    if (options->version) {
        puts("pln " PLN_VERSION);
    } else if (options->noun != NULL) {
        pln_help_noun(stdout, options->noun);
    } else if (options->help && options->verb != NULL) {
        pln_help_verb(stdout, options->verb);
    } else if (options->help) {
        pln_help_all(stdout);
    } else if (options->verb == NULL) {
        pln_help_all(stderr);
        *status = PLN_USAGE;
    } else {
        return false;
    }
    return true;
}

static int run(const pln_options_t *options)
{
    int status;
    if (answer_alone(options, &status)) {
        return status;
    }
    if (!is_utf8(options)) {
        return pln_wrong_usage(options->verb, "a word of the command line is not UTF-8");
    }
    if (has_nameless_file(options)) {
        return pln_wrong_usage(options->verb, "FILE is empty: give the name of a file");
    }
    if (options->dir != NULL && options->dir[0] == '\0') {
        return pln_wrong_usage(options->verb, "--dir is empty: give the folder of the daemon");
    }
    char *dir = options->dir != NULL ? pln_strdup(options->dir) : default_dir();
    pln_command_t command = {.options = options, .dir = dir};
    if (dir != NULL && dir[0] != '\0') {
        command.call = pln_call_new(dir);
    }
    if (command.call == NULL && options->verb->handler != pln_cmd_help) {
        status = pln_wrong_usage(NULL,
                                 "this user has no home directory, so nothing tells where "
                                 "the daemon's folder is; give it with --dir or PLN_DIR");
    } else {
        status = options->verb->handler(&command);
    }
    pln_call_free(&command.call);
    free(dir);
    return status;
}

int main(int argc, char **argv)
{
    pln_options_t options;
    char problem[512];
    int status;
    (void)argc;
    if (pln_options_read(pln_verbs, (const char *const *)argv + (argc > 0), &options, problem,
                         sizeof problem)) {
        status = run(&options);
    } else {
        status = pln_wrong_usage(options.verb, "%s", problem);
    }
    pln_options_free(&options);
    return pln_screen_finish() || status != PLN_DONE ? status : PLN_FAILED;
}
