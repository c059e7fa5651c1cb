// SPDX-License-Identifier: MPL-2.0
#include "adaptation.h"

#include <stdio.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/license.h"

#define CREDIT_MAX 1000u

static const char *text_of(const json_t *fields, const char *name)
{
    const char *text = json_string_value(json_object_get(fields, name));
    return text != NULL && text[0] != '\0' ? text : NULL;
}

/** References without a network mean that of their record: in another one they must say it. */
static json_t *moved(const pln_origin_t *origin, const pln_field_t *field, json_t *value)
{
    bool reference = field->type == PLN_TYPE_REFERENCE || field->type == PLN_TYPE_LINK;
    const char *text = json_string_value(value), *name;
    json_t *copy, *item;
    size_t index;
    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach(value, index, item)
        {
            json_array_append_new(copy, moved(origin, field, item));
        }
        return copy;
    }
    if (json_is_object(value) && field->parts != NULL) {
        copy = json_object();
        json_object_foreach(value, name, item)
        {
            const pln_field_t *part = pln_part_by_name(field->parts, name);
            json_object_set_new(copy, name,
                                part != NULL ? moved(origin, part, item) : json_incref(item));
        }
        return copy;
    }
    const char *slash = reference && text != NULL ? strchr(text, '/') : NULL;
    if (slash != NULL && strchr(slash + 1, '/') == NULL) {
        return json_sprintf("%s/%s", origin->network, text);
    }
    return json_incref(value);
}

static bool stays_behind(const char *name)
{
    static const char *const names[] = {"was", "replaces", "salt",  "no_student_data",
                                        "by",  "origin",   "state", NULL};
    for (const char *const *at = names; *at != NULL; at++) {
        if (strcmp(name, *at) == 0) {
            return true;
        }
    }
    return false;
}

static json_t *copied(const pln_origin_t *origin)
{
    json_t *copy = json_object(), *value;
    const char *name;
    json_object_foreach(origin->fields, name, value)
    {
        const pln_field_t *field = pln_field_by_name(origin->kind, name);
        if (stays_behind(name)) {
            continue;
        }
        bool move = origin->network != NULL && field != NULL;
        json_object_set_new(copy, name, move ? moved(origin, field, value) : json_incref(value));
    }
    return copy;
}

/** "TITLE, by WHO (NODE), LICENSE", cut between letters where it is too long. */
static void add_credit(const pln_origin_t *origin, json_t *fields)
{
    const pln_field_t *title = pln_field_title(origin->kind);
    const char *titled = title != NULL ? text_of(origin->fields, title->name) : NULL;
    const char *license = text_of(origin->fields, "license");
    const json_t *by = json_object_get(origin->fields, "by");
    json_t *credit = json_object_get(fields, "credit"), *who;
    pln_buf_t line = {0};
    size_t index;
    const char *name = titled != NULL ? titled : origin->kind->label;
    pln_buf_add(&line, name, strlen(name));
    json_array_foreach(by, index, who)
    {
        pln_buf_add(&line, index == 0 ? ", by " : ", ", index == 0 ? 5 : 2);
        pln_buf_add(&line, json_string_value(who), json_string_length(who));
    }
    pln_buf_add(&line, " (", 2);
    pln_buf_add(&line, origin->author_name, strlen(origin->author_name));
    pln_buf_add(&line, ")", 1);
    if (license != NULL) {
        pln_buf_add(&line, ", ", 2);
        pln_buf_add(&line, license, strlen(license));
    }
    while (line.size > CREDIT_MAX || (line.size > 0 && !pln_utf8_valid(pln_buf_span(&line)))) {
        line.size--;
    }
    if (credit == NULL) {
        credit = json_array();
        json_object_set_new(fields, "credit", credit);
    }
    json_array_append_new(credit, json_stringn((const char *)line.data, line.size));
    pln_buf_free(&line);
}

/** Why the licenses do not allow it, with the remedy. */
static bool allowed(const pln_origin_t *origin, const char *adapted, char *detail, size_t size)
{
    const char *license = text_of(origin->fields, "license");
    if (origin->own || license == NULL) {
        return true;
    }
    switch (pln_license_adapt(license, adapted)) {
        case PLN_ADAPT_YES:
            return true;
        case PLN_ADAPT_NO_DERIVATIVES:
            snprintf(
                detail, size,
                "its license %s allows no adaptations (ND); refer to it as it is, or ask %s for "
                "another license",
                license, origin->author_name);
            return false;
        case PLN_ADAPT_SAME_LICENSE:
            snprintf(
                detail, size,
                "its license %s asks for the same license (SA), not %s; leave license= out, and "
                "it is kept",
                license, adapted);
            return false;
        case PLN_ADAPT_NON_COMMERCIAL:
            snprintf(detail, size,
                     "its license %s excludes commercial use (NC), and %s does not; leave license= "
                     "out, and it is kept",
                     license, adapted);
            return false;
        case PLN_ADAPT_UNKNOWN:
            snprintf(
                detail, size,
                "whether its license %s allows adaptations only its author can tell: ask %s for "
                "a license such as CC-BY-4.0",
                license, origin->author_name);
            return false;
    }
    return false;
}

json_t *pln_adaptation_fields(const pln_origin_t *origin, json_t *changes, char *detail,
                              size_t size)
{
    const char *given = text_of(changes, "license");
    const char *license = given != NULL ? given : text_of(origin->fields, "license");
    if (!allowed(origin, license, detail, size)) {
        return NULL;
    }
    json_t *fields = copied(origin);
    json_object_update(fields, changes);
    if (license != NULL) {
        // Also where the changes would take it away: what others gave a license stays under it.
        json_t *kept = json_string(license);
        json_object_set_new(fields, "license", kept);
    }
    add_credit(origin, fields);
    json_t *origins = json_array();
    json_array_append_new(origins, json_string(origin->reference));
    json_object_set_new(fields, "origin", origins);
    return fields;
}
