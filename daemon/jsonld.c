// SPDX-License-Identifier: MPL-2.0
#include "jsonld.h"

#include <stdio.h>
#include <string.h>

#include "proto/kinds.h"
#include "proto/license.h"

#define VOCABULARY "urn:x-pln:vocabulary#"
#define RECORD "urn:x-pln:record:"

typedef json_t *(*convert_t)(const json_t *record, json_t *value);

static json_t *each(json_t *value, json_t *(*make)(const char *text))
{
    json_t *list = json_array(), *item;
    size_t index;
    if (json_is_string(value)) {
        json_array_append_new(list, make(json_string_value(value)));
    }
    json_array_foreach(value, index, item)
    {
        json_array_append_new(list, make(json_string_value(item)));
    }
    return list;
}

static json_t *person(const char *name)
{
    return json_pack("{s:s, s:s}", "@type", "Person", "name", name);
}

static json_t *term(const char *name)
{
    return json_pack("{s:s, s:s}", "@type", "DefinedTerm", "name", name);
}

static json_t *subject(const char *name)
{
    return json_pack("{s:s, s:s}", "@type", "Thing", "name", name);
}

static json_t *grade(const char *code)
{
    const pln_field_t *grades = pln_field_by_name(pln_kind_by_name("task"), "grades");
    const pln_choice_t *word =
        code != NULL ? pln_choice_find(grades->choices, PLN_SPAN(code, strlen(code))) : NULL;
    return json_pack("{s:s, s:s, s:s, s:s}", "@type", "DefinedTerm", "name",
                     word != NULL ? word->label : code, "termCode", code, "inDefinedTermSet",
                     "CEDS Education Level");
}

static json_t *people_of(const json_t *record, json_t *value)
{
    (void)record;
    return each(value, person);
}

static json_t *terms_of(const json_t *record, json_t *value)
{
    (void)record;
    return each(value, term);
}

static json_t *subjects_of(const json_t *record, json_t *value)
{
    (void)record;
    return each(value, subject);
}

static json_t *grades_of(const json_t *record, json_t *value)
{
    (void)record;
    return each(value, grade);
}

/** The address of a license that has one; its id else. */
static json_t *license_of(const json_t *record, json_t *value)
{
    const pln_license_t *license = pln_license_find(json_string_value(value));
    (void)record;
    return license != NULL ? json_string(license->address) : json_incref(value);
}

static json_t *duration_of(const json_t *record, json_t *value)
{
    (void)record;
    return json_sprintf("PT%lldM", (long long)json_integer_value(value));
}

/** "[NET/]AUTHOR/SEQ#DATA" as the name of that record. */
static json_t *record_of(const json_t *record, const char *reference)
{
    const char *slash = strchr(reference, '/');
    size_t size = strcspn(reference, "#");
    bool whole = slash != NULL && strchr(slash + 1, '/') != NULL;
    const char *network = json_string_value(json_object_get(record, "network"));
    return json_pack("{s:o, s:s}", "@id",
                     whole ? json_sprintf(RECORD "%.*s", (int)size, reference)
                           : json_sprintf(RECORD "%s/%.*s", network != NULL ? network : "",
                                          (int)size, reference),
                     "pln:reference", reference);
}

static json_t *records_of(const json_t *record, json_t *value)
{
    json_t *list = json_array(), *item;
    size_t index;
    if (json_is_string(value)) {
        json_array_append_new(list, record_of(record, json_string_value(value)));
    }
    json_array_foreach(value, index, item)
    {
        json_array_append_new(list, record_of(record, json_string_value(item)));
    }
    return list;
}

/** Records of competencies, as terms. */
static json_t *linked_terms_of(const json_t *record, json_t *value)
{
    json_t *list = records_of(record, value), *item;
    size_t index;
    json_array_foreach(list, index, item)
    {
        json_object_set_new(item, "@type", json_string("DefinedTerm"));
    }
    return list;
}

/** What schema.org calls fields; a field may be given under several names. */
static const struct {
    const char *field;
    const char *property;
    convert_t convert; /**< NULL: as it is */
} properties[] = {{"title", "name", NULL},
                  {"name", "name", NULL},
                  {"purpose", "description", NULL},
                  {"about", "description", NULL},
                  {"description", "description", NULL},
                  {"prompt", "text", NULL},
                  {"text", "text", NULL},
                  {"materials", "material", NULL},
                  {"lang", "inLanguage", NULL},
                  {"source", "citation", NULL},
                  {"by", "author", people_of},
                  {"credit", "creditText", NULL},
                  {"license", "license", license_of},
                  {"tags", "keywords", NULL},
                  {"origin", "isBasedOn", records_of},
                  {"grades", "educationalLevel", grades_of},
                  {"subjects", "about", subjects_of},
                  {"competencies", "assesses", terms_of},
                  {"competencies", "teaches", terms_of},
                  {"aligned", "assesses", linked_terms_of},
                  {"aligned", "teaches", linked_terms_of},
                  {"minutes", "timeRequired", duration_of},
                  {"use", "educationalUse", NULL},
                  {"state", "creativeWorkStatus", NULL}};

/** Links in a text field's place ("about" of a lesson) are no description. */
static bool suits(const pln_field_t *field, const char *property)
{
    bool text = field->type != PLN_TYPE_LINK && field->type != PLN_TYPE_GROUP;
    return text || strcmp(property, "description") != 0;
}

static json_t *inner(const json_t *record, const pln_field_t *field, json_t *value);

/** A group with its parts as pln:PART. */
static json_t *group_json(const json_t *record, const pln_field_t *field, json_t *group)
{
    json_t *json = json_object(), *value;
    const char *name;
    char key[96];
    json_object_foreach(group, name, value)
    {
        const pln_field_t *part = pln_part_by_name(field->parts, name);
        snprintf(key, sizeof key, "pln:%s%.80s", name[0] == '#' ? "field-" : "",
                 name + (name[0] == '#'));
        json_object_set_new(json, key,
                            part != NULL ? inner(record, part, value) : json_incref(value));
    }
    return json;
}

/** A value under pln:FIELD: groups and references inside are written out. Order is kept. */
static json_t *inner(const json_t *record, const pln_field_t *field, json_t *value)
{
    bool reference = field->type == PLN_TYPE_REFERENCE || field->type == PLN_TYPE_LINK;
    json_t *list, *item;
    size_t index;
    if (json_is_array(value)) {
        list = json_array();
        json_array_foreach(value, index, item)
        {
            json_array_append_new(list, inner(record, field, item));
        }
        return json_pack("{s:o}", "@list", list);
    }
    if (field->type == PLN_TYPE_GROUP && json_is_object(value)) {
        return group_json(record, field, value);
    }
    return reference && json_is_string(value) ? record_of(record, json_string_value(value))
                                              : json_incref(value);
}

/** @value, which is taken over, behind what the property has; false: it has one value for ever. */
static bool add_property(json_t *node, const char *property, json_t *value)
{
    json_t *before = json_object_get(node, property);
    bool room = before == NULL || (json_is_array(before) && json_is_array(value));
    if (before == NULL) {
        json_object_set(node, property, value);
    } else if (room) {
        json_array_extend(before, value);
    }
    json_decref(value);
    return room;
}

static void add_field(json_t *node, const json_t *record, const pln_field_t *field, json_t *value)
{
    bool mapped = false;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        const char *property = properties[i].property;
        if (strcmp(properties[i].field, field->name) == 0 && suits(field, property)) {
            mapped =
                add_property(node, property,
                             properties[i].convert != NULL ? properties[i].convert(record, value)
                                                           : json_incref(value)) ||
                mapped;
        }
    }
    // What is written in another form there, or stands among others, stands here as it is, too.
    bool whole = mapped && field->type != PLN_TYPE_CODE && field->type != PLN_TYPE_UINT &&
                 field->type != PLN_TYPE_LINK;
    if (!whole) {
        char key[96];
        snprintf(key, sizeof key, "pln:%.80s", field->name);
        json_object_set_new(node, key, inner(record, field, value));
    }
}

/** For readers older than assesses and teaches. */
static void add_alignment(json_t *node, const json_t *fields)
{
    static const char *const lists[][2] = {{"competencies", "assesses"},
                                           {"subjects", "educationalSubject"},
                                           {"grades", "educationalLevel"}};
    json_t *alignments = json_array();
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        size_t index;
        json_t *name;
        json_array_foreach(json_object_get(fields, lists[i][0]), index, name)
        {
            json_array_append_new(
                alignments,
                json_pack("{s:s, s:s, s:s}", "@type", "AlignmentObject", "alignmentType",
                          lists[i][1], "targetName", json_string_value(name)));
        }
    }
    if (json_array_size(alignments) > 0) {
        json_object_set(node, "educationalAlignment", alignments);
    }
    json_decref(alignments);
}

static void copy(json_t *node, const char *property, const json_t *record, const char *member)
{
    json_t *value = json_object_get(record, member);
    if (value != NULL) {
        json_object_set(node, property, value);
    }
}

static json_t *publisher(const json_t *record)
{
    json_t *json = json_pack("{s:s}", "@type", "Organization");
    copy(json, "@id", record, "author");
    copy(json, "name", record, "author_name");
    return json;
}

json_t *pln_jsonld_context(void)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "@vocab", "https://schema.org/",
                     "pln", VOCABULARY, "license", "@id", "https://schema.org/license", "@type",
                     "@id", "dateCreated", "@id", "https://schema.org/dateCreated", "@type",
                     "https://schema.org/DateTime");
}

json_t *pln_jsonld_node(const json_t *record)
{
    const char *kind_name = json_string_value(json_object_get(record, "kind"));
    const char *id = json_string_value(json_object_get(record, "id"));
    const pln_kind_t *kind = kind_name != NULL ? pln_kind_by_name(kind_name) : NULL;
    bool task = kind != NULL && strcmp(kind->name, "task") == 0;
    json_t *node = json_object(), *fields = json_object_get(record, "fields"), *value;
    const char *name;
    json_object_set_new(node, "@id", json_sprintf(RECORD "%s", id != NULL ? id : ""));
    json_object_set_new(node, "@type", json_string(task ? "LearningResource" : "CreativeWork"));
    json_object_set_new(node, "additionalType", json_sprintf(VOCABULARY "%s", kind_name));
    if (task) {
        json_object_set_new(node, "learningResourceType", json_string("performance task"));
    }
    copy(node, "identifier", record, "id");
    copy(node, "dateCreated", record, "time");
    json_object_set_new(node, "publisher", publisher(record));
    json_object_foreach(fields, name, value)
    {
        const pln_field_t *field = kind != NULL ? pln_field_by_name(kind, name) : NULL;
        if (field != NULL) {
            add_field(node, record, field, value);
        } else {
            char key[64];
            snprintf(key, sizeof key, "pln:field-%.40s", name + (name[0] == '#'));
            json_object_set(node, key, value);
        }
    }
    add_alignment(node, fields);
    return node;
}
