// SPDX-License-Identifier: MPL-2.0
#include "facet_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json_value.h"
#include "moment.h"
#include "uri.h"

/** A walk over the fields of all kinds, or of one, that have a facet. */
typedef struct {
    pln_index_t index;
    const pln_kind_t *only;
    size_t kind;
    size_t field;
} walk_t;

static const pln_field_t *next_field(walk_t *walk)
{
    const pln_kind_t *kind;
    const pln_field_t *field;
    for (; (kind = pln_kind_at(walk->kind)) != NULL; walk->kind++, walk->field = 0) {
        while ((walk->only == NULL || walk->only == kind) &&
               (field = pln_field_at(kind, walk->field)) != NULL) {
            walk->field++;
            if (field->index == walk->index) {
                return field;
            }
        }
    }
    return NULL;
}

/** Fields of @kind where it has the facet, else those of all kinds. */
static walk_t walk_over(pln_index_t index, const pln_kind_t *kind)
{
    walk_t walk = {.index = index, .only = kind};
    const pln_field_t *first = kind != NULL ? next_field(&walk) : NULL;
    return (walk_t){.index = index, .only = first != NULL ? kind : NULL};
}

const pln_choice_t *pln_facet_word(pln_index_t index, const pln_kind_t *kind, const char *text)
{
    walk_t walk = walk_over(index, kind);
    const pln_field_t *field;
    const pln_choice_t *word = NULL;
    while (word == NULL && (field = next_field(&walk)) != NULL) {
        word = field->type == PLN_TYPE_CHOICE ? pln_json_choice(field->choices, text) : NULL;
    }
    return word;
}

/* ---- what there is ---- */

/** All that the fields of a facet allow. */
typedef struct {
    bool open;    /**< somebody's own words: anything */
    bool days;    /**< of a time */
    bool numbers; /**< within these bounds */
    uint64_t least, most;
} allowed_t;

static allowed_t allowed_by(walk_t walk)
{
    allowed_t allowed = {.least = UINT64_MAX};
    const pln_field_t *field;
    while ((field = next_field(&walk)) != NULL) {
        bool number = field->type == PLN_TYPE_UINT;
        allowed.open = allowed.open || field->type == PLN_TYPE_LINE || field->type == PLN_TYPE_CODE;
        allowed.days = allowed.days || field->type == PLN_TYPE_TIME;
        allowed.numbers = allowed.numbers || number;
        allowed.least = number && field->min < allowed.least ? field->min : allowed.least;
        allowed.most = number && field->max > allowed.most ? field->max : allowed.most;
    }
    return allowed;
}

/** Is @word one of those that the fields before @field have? */
static bool listed(walk_t walk, const pln_field_t *field, const char *word)
{
    const pln_field_t *before;
    while ((before = next_field(&walk)) != NULL && before != field) {
        if (before->choices != NULL &&
            pln_choice_find(before->choices, PLN_SPAN(word, strlen(word))) != NULL) {
            return true;
        }
    }
    return false;
}

/** "no record can have the state "zz"; there are draft, piloted, ...". */
static void list_words(walk_t walk, const char *text, char why[PLN_FACET_WHY_SIZE])
{
    const walk_t begin = walk;
    const pln_field_t *field;
    size_t used =
        (size_t)snprintf(why, PLN_FACET_WHY_SIZE, "no record can have the %s \"%.60s\"; there are",
                         pln_index_facet(walk.index), text);
    const char *joint = " ";
    while ((field = next_field(&walk)) != NULL) {
        for (const pln_choice_t *word = field->choices; word != NULL && word->word != NULL;
             word++) {
            if (used < PLN_FACET_WHY_SIZE && !listed(begin, field, word->word)) {
                used += (size_t)snprintf(why + used, PLN_FACET_WHY_SIZE - used, "%s%s", joint,
                                         word->word);
                joint = ", ";
            }
        }
    }
}

/** "2026-10-12", "2026-10" or "2026". */
static bool is_day(const char *text)
{
    char day[sizeof "2026-10-12"];
    uint64_t ms;
    size_t size = strlen(text);
    if (size != 4 && size != 7 && size != 10) {
        return false;
    }
    snprintf(day, sizeof day, "%s%s", text, &"-01-01"[size - 4]);
    return pln_moment_parse(day, &ms);
}

bool pln_facet_value(pln_index_t index, const pln_kind_t *kind, const char *text, char *out,
                     size_t size, char why[PLN_FACET_WHY_SIZE])
{
    const walk_t walk = walk_over(index, kind);
    const pln_choice_t *word = pln_facet_word(index, kind, text);
    const allowed_t allowed = allowed_by(walk);
    uint64_t number;
    bool counts =
        allowed.numbers && pln_number_parse(text, allowed.most, &number) && number >= allowed.least;
    if (word == NULL && counts) {
        snprintf(out, size, "%" PRIu64, number);
        return true;
    }
    snprintf(out, size, "%s", word != NULL ? word->word : text);
    if (word != NULL || allowed.open || (allowed.days && is_day(text))) {
        return true;
    }
    if (allowed.numbers) {
        snprintf(why, PLN_FACET_WHY_SIZE,
                 "no record can have the %s \"%.60s\"; it goes from %" PRIu64 " to %" PRIu64,
                 pln_index_facet(index), text, allowed.least, allowed.most);
    } else if (allowed.days) {
        snprintf(why, PLN_FACET_WHY_SIZE,
                 "\"%.60s\" is no %s: give a day, month or year such as 2026-10-12, "
                 "2026-10 or 2026",
                 text, pln_index_facet(index));
    } else {
        list_words(walk, text, why);
    }
    return false;
}
