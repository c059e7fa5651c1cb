// SPDX-License-Identifier: MPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "command.h"

#define PLN_VERB(id, name, arguments, least, most, handler, sentence, more, example) \
    static const pln_flag_t flags_##id[] = {
#define PLN_VERB_FLAG(name, letter, value, many, sentence) {name, letter, value, many, sentence},
#define PLN_VERB_END               \
    {                              \
        NULL, 0, NULL, false, NULL \
    }                              \
    }                              \
    ;
#include "verbs.def"
#undef PLN_VERB
#undef PLN_VERB_FLAG
#undef PLN_VERB_END

#define PLN_VERB(id, name, arguments, least, most, handler, sentence, more, example) \
    {name, arguments, least, most, handler, sentence, more, example, flags_##id},
#define PLN_VERB_FLAG(name, letter, value, many, sentence)
#define PLN_VERB_END
const pln_verb_t pln_verbs[] = {
#include "verbs.def"
    {.name = NULL},
};

int pln_wrong_usage(const pln_verb_t *verb, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (verb != NULL) {
        pln_say("%s; see pln %s --help", text, verb->name);
    } else {
        pln_say("%s; see pln help", text);
    }
    return PLN_USAGE;
}

bool pln_limit(const pln_options_t *options, uint64_t otherwise, uint64_t *out)
{
    const char *text = pln_option(options, "limit");
    char *end;
    *out = otherwise;
    if (text == NULL) {
        return true;
    }
    errno = 0;
    *out = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out > 0;
}

const char *pln_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

uint64_t pln_number(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));
    return value > 0 ? (uint64_t)value : 0;
}

void pln_print_list(const json_t *answer, const char *name)
{
    size_t index;
    json_t *value;
    json_array_foreach(json_object_get(answer, name), index, value)
    {
        pln_json_print(value);
    }
}
