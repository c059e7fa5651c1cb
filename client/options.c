// SPDX-License-Identifier: MPL-2.0
#include "options.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64u /**< letters of a word that are compared */

const pln_flag_t pln_flags_global[] = {
    {"dir", 0, "DIR", false, "the daemon's folder"},
    {"json", 0, NULL, false, "one JSON value, or one per line for lists"},
    {"help", 'h', NULL, false, "what a verb does and takes"},
    {"version", 0, NULL, false, "the version of pln"},
    {NULL, 0, NULL, false, NULL},
};

typedef struct {
    const pln_verb_t *verbs;
    const char *const *at; /**< what is read next */
    pln_options_t *out;
    char *problem;
    size_t problem_size;
} reading_t;

/* ---- near misses ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t pln_options_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t a_size = least(strlen(a), WORD_MAX);
    size_t b_size = least(strlen(b), WORD_MAX);
    for (size_t j = 0; j <= b_size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t changed = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(changed, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], rows[(i + 1) % 3][j - 2] + 1);
            }
        }
    }
    return rows[a_size % 3][b_size];
}

/** Keeps in @best the nearest candidate so far. */
static void consider(const char *given, const char *candidate, const char **best, size_t *bound)
{
    size_t distance = pln_options_distance(given, candidate);
    if (distance < *bound) {
        *bound = distance;
        *best = candidate;
    }
}

/** A miss of more letters than this is no slip of the fingers. */
static size_t slip_bound(const char *given)
{
    return least(strlen(given) / 2 + 1, 4);
}

static const char *nearest_flag(const pln_verb_t *verb, const char *name)
{
    const char *best = NULL;
    size_t bound = slip_bound(name);
    for (const pln_flag_t *flag = pln_flags_global; flag->name != NULL; flag++) {
        consider(name, flag->name, &best, &bound);
    }
    for (const pln_flag_t *flag = verb == NULL ? NULL : verb->flags;
         flag != NULL && flag->name != NULL; flag++) {
        consider(name, flag->name, &best, &bound);
    }
    return best;
}

/** ... by its first word, which is a verb of its own or the noun of several. "": none. */
static void nearest_verb(const pln_verb_t *verbs, const char *name, char out[WORD_MAX + 1])
{
    size_t bound = slip_bound(name);
    out[0] = '\0';
    for (const pln_verb_t *verb = verbs; verb->name != NULL; verb++) {
        const char *best = NULL;
        char first[WORD_MAX + 1];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(verb->name, " "), verb->name);
        consider(name, first, &best, &bound);
        if (best != NULL) {
            memcpy(out, first, sizeof first);
        }
    }
}

/* ---- options ---- */

static const pln_flag_t *find_flag(const pln_flag_t *flags, const char *name, size_t size,
                                   char letter)
{
    for (; flags != NULL && flags->name != NULL; flags++) {
        bool named =
            name != NULL && strlen(flags->name) == size && strncmp(flags->name, name, size) == 0;
        if (named || (letter != 0 && flags->letter == letter)) {
            return flags;
        }
    }
    return NULL;
}

static void take_flag(pln_options_t *out, const pln_flag_t *flag, const char *value)
{
    if (strcmp(flag->name, "dir") == 0) {
        out->dir = value;
    } else if (strcmp(flag->name, "json") == 0) {
        out->json = true;
    } else if (strcmp(flag->name, "help") == 0) {
        out->help = true;
    } else if (strcmp(flag->name, "version") == 0) {
        out->version = true;
    } else {
        out->given = pln_realloc(out->given, (out->given_count + 1) * sizeof *out->given);
        out->given[out->given_count++] = (pln_given_t){flag->name, value};
    }
}

static bool unknown_flag(reading_t *reading, const char *given, const char *name, size_t size)
{
    char word[WORD_MAX + 1];
    const pln_verb_t *verb = reading->out->verb;
    snprintf(word, sizeof word, "%.*s", (int)least(size, WORD_MAX), name);
    const char *near = nearest_flag(verb, word);
    int shown = (int)(size + (size_t)(name - given));
    if (near != NULL) {
        snprintf(reading->problem, reading->problem_size, "there is no option %.*s; --%s is near",
                 shown, given, near);
    } else if (verb != NULL) {
        snprintf(reading->problem, reading->problem_size, "%s has no option %.*s", verb->name,
                 shown, given);
    } else {
        snprintf(reading->problem, reading->problem_size,
                 "there is no option %.*s; a verb's own options come after it", shown, given);
    }
    return false;
}

/** The option at reading->at, which begins with '-'. */
static bool read_flag(reading_t *reading)
{
    const char *given = *reading->at++;
    bool spelled = given[1] == '-';
    const char *name = given + (spelled ? 2 : 1);
    const char *value = spelled ? strchr(name, '=') : (name[1] != '\0' ? name + 1 : NULL);
    size_t size = spelled ? (value != NULL ? (size_t)(value - name) : strlen(name)) : 1;
    const pln_verb_t *verb = reading->out->verb;
    char letter = spelled ? '\0' : name[0];
    const pln_flag_t *flag = find_flag(pln_flags_global, spelled ? name : NULL, size, letter);
    if (flag == NULL && verb != NULL) {
        flag = find_flag(verb->flags, spelled ? name : NULL, size, letter);
    }
    if (flag == NULL) {
        return unknown_flag(reading, given, name, spelled ? size : strlen(name));
    }
    value = value != NULL && spelled ? value + 1 : value;
    if (flag->value == NULL && value != NULL) {
        snprintf(reading->problem, reading->problem_size, "--%s takes no value", flag->name);
        return false;
    }
    if (flag->value != NULL && value == NULL) {
        value = *reading->at;
        reading->at += value != NULL;
    }
    if (flag->value != NULL && value == NULL) {
        snprintf(reading->problem, reading->problem_size, "--%s needs a value: %s", flag->name,
                 flag->value);
        return false;
    }
    take_flag(reading->out, flag, value == NULL ? "" : value);
    return true;
}

static bool is_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && strcmp(word, "--") != 0;
}

/* ---- verbs ---- */

static bool begins_noun(const pln_verb_t *verb, const char *word)
{
    size_t size = strlen(word);
    return strncmp(verb->name, word, size) == 0 && verb->name[size] == ' ';
}

/** "network" is the noun of several verbs: its second word must say which. */
static bool read_second(reading_t *reading, const char *noun)
{
    char list[200] = "";
    for (const pln_verb_t *verb = reading->verbs; verb->name != NULL; verb++) {
        if (begins_noun(verb, noun)) {
            const char *second = verb->name + strlen(noun) + 1;
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", second);
            if (*reading->at != NULL && strcmp(*reading->at, second) == 0) {
                reading->out->verb = verb;
                reading->at++;
                return true;
            }
        }
    }
    const char *word = *reading->at;
    reading->out->noun = noun;
    if (word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
        return true;
    }
    snprintf(reading->problem, reading->problem_size, "%s%s%s%s is followed by one of: %s",
             word != NULL && !is_flag(word) ? "there is no " : "",
             word != NULL && !is_flag(word) ? noun : "",
             word != NULL && !is_flag(word) ? " verb of that name; " : "", noun, list);
    return reading->out->help;
}

static bool read_verb(reading_t *reading, const char *word)
{
    for (const pln_verb_t *verb = reading->verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, word) == 0) {
            reading->out->verb = verb;
            return true;
        }
        if (begins_noun(verb, word)) {
            return read_second(reading, word);
        }
    }
    char near[WORD_MAX + 1];
    nearest_verb(reading->verbs, word, near);
    snprintf(reading->problem, reading->problem_size, "there is no verb %s%s%s%s", word,
             near[0] != '\0' ? "; \"pln " : "", near, near[0] != '\0' ? "\" is near" : "");
    return false;
}

/* ---- the whole ---- */

static void take_word(pln_options_t *out, const char *word)
{
    out->words = pln_realloc(out->words, (out->word_count + 1) * sizeof *out->words);
    out->words[out->word_count++] = word;
}

/** "$NAME" of a script that never set it names nothing. */
static bool has_empty_word(const pln_options_t *out)
{
    bool empty = false;
    for (size_t i = 0; i < out->word_count; i++) {
        empty = empty || out->words[i][0] == '\0';
    }
    return empty;
}

static bool count_words(reading_t *reading)
{
    const pln_options_t *out = reading->out;
    const pln_verb_t *verb = out->verb;
    if (verb == NULL || out->help || out->version) {
        return true;
    }
    if (has_empty_word(out)) {
        snprintf(reading->problem, reading->problem_size,
                 "a word behind pln %s is empty; is a variable of the script not set?", verb->name);
        return false;
    }
    if (out->word_count >= verb->least && out->word_count <= verb->most) {
        return true;
    }
    if (out->word_count > verb->most) {
        snprintf(reading->problem, reading->problem_size, "\"%s\" is one word too many for pln %s",
                 out->words[verb->most], verb->name);
    } else {
        snprintf(reading->problem, reading->problem_size, "pln %s needs %s", verb->name,
                 verb->arguments);
    }
    return false;
}

bool pln_options_read(const pln_verb_t *verbs, const char *const *arguments, pln_options_t *out,
                      char *problem, size_t problem_size)
{
    reading_t reading = {verbs, arguments, out, problem, problem_size};
    bool words_only = false;
    *out = (pln_options_t){.verb = NULL};
    while (*reading.at != NULL) {
        if (!words_only && strcmp(*reading.at, "--") == 0) {
            words_only = true;
            reading.at++;
        } else if (!words_only && is_flag(*reading.at)) {
            if (!read_flag(&reading)) {
                return false;
            }
        } else if (out->verb == NULL && out->noun == NULL) {
            if (!read_verb(&reading, *reading.at++)) {
                return false;
            }
        } else {
            take_word(out, *reading.at++);
        }
    }
    return count_words(&reading);
}

void pln_options_free(pln_options_t *options)
{
    free(options->words);
    free(options->given);
    *options = (pln_options_t){.verb = NULL};
}

const char *pln_option_next(const pln_options_t *options, const char *name, size_t *cursor)
{
    while (*cursor < options->given_count) {
        const pln_given_t *given = &options->given[(*cursor)++];
        if (strcmp(given->name, name) == 0) {
            return given->value;
        }
    }
    return NULL;
}

const char *pln_option(const pln_options_t *options, const char *name)
{
    const char *last = NULL;
    size_t cursor = 0;
    for (const char *value; (value = pln_option_next(options, name, &cursor)) != NULL;) {
        last = value;
    }
    return last;
}

const char *pln_word(const pln_options_t *options, size_t index)
{
    return index < options->word_count ? options->words[index] : NULL;
}
