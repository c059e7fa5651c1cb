// SPDX-License-Identifier: MPL-2.0
#include "field_words.h"

#include <string.h>

#include "lines.h"

#define FOLD_MAX 64u

static const char *const words[][2] = {
    {"grade", "grades"},
    {"gradelevel", "grades"},
    {"gradelevels", "grades"},
    {"subject", "subjects"},
    {"subjectarea", "subjects"},
    {"contentarea", "subjects"},
    {"competency", "competencies"},
    {"standards", "competencies"},
    {"standardsaddressed", "competencies"},
    {"learningtargets", "competencies"},
    {"author", "by"},
    {"authors", "by"},
    {"writtenby", "by"},
    {"language", "lang"},
    {"licence", "license"},
    {"duration", "minutes"},
    {"time", "minutes"},
    {"timerequired", "minutes"},
    {"depthofknowledge", "dok"},
    {"instructions", "prompt"},
    {"directions", "prompt"},
    {"studentinstructions", "prompt"},
    {"studentprompt", "prompt"},
    {"task", "prompt"},
    {"yourtask", "prompt"},
    {"thetask", "prompt"},
    {"studenttask", "prompt"},
    {"assignment", "prompt"},
    {"scoringguide", "rubric"},
    {"scoringrubric", "rubric"},
    {"scoring", "rubric"},
    {"gradingrubric", "rubric"},
    {"grading", "rubric"},
    {"assessmentcriteria", "rubric"},
    {"criteriaforsuccess", "rubric"},
    {"successcriteria", "rubric"},
    {"resources", "materials"},
    {"materialsneeded", "materials"},
    {"materialsandresources", "materials"},
    {"goal", "purpose"},
    {"goals", "purpose"},
    {"objective", "purpose"},
    {"objectives", "purpose"},
    {"overview", "purpose"},
    {"deliverable", "product"},
    {"deliverables", "product"},
    {"submission", "product"},
    {"accommodations", "supports"},
    {"scaffolds", "supports"},
    {"differentiation", "supports"},
    {"teachernotes", "notes"},
    {"notesforteachers", "notes"},
    {"studentchoice", "choice"},
    {"results", "result"},
    {"challenges", "challenge"},
    {"lessonslearned", "lesson"},
    {"lessonlearned", "lesson"},
    {"whatwelearned", "lesson"},
    {"keywords", "tags"},
    {"url", "source"},
};

/** Lower-case letters and digits of @text only: "Depth of knowledge:" is "depthofknowledge". */
static void fold(pln_span_t text, char out[FOLD_MAX + 1])
{
    size_t at = 0;
    for (size_t i = 0; i < text.size && at < FOLD_MAX; i++) {
        uint8_t c = text.data[i];
        if (c >= 'A' && c <= 'Z') {
            out[at++] = (char)(c - 'A' + 'a');
        } else if (c == '\0' || strchr(" -_:*\t\r\n", c) == NULL) {
            out[at++] = (char)c;
        }
    }
    out[at] = '\0';
}

const pln_field_t *pln_field_called(const pln_kind_t *kind, pln_span_t called)
{
    char wanted[FOLD_MAX + 1], name[FOLD_MAX + 1], label[FOLD_MAX + 1];
    const pln_field_t *field;
    fold(pln_trim(called), wanted);
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        fold(PLN_SPAN(field->name, strlen(field->name)), name);
        fold(PLN_SPAN(field->label, strlen(field->label)), label);
        if (strcmp(wanted, name) == 0 || strcmp(wanted, label) == 0) {
            return field;
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        field = strcmp(wanted, words[i][0]) == 0 ? pln_field_by_name(kind, words[i][1]) : NULL;
        if (field != NULL) {
            return field;
        }
    }
    return NULL;
}

bool pln_field_is_rubric(const pln_field_t *field)
{
    return field->type == PLN_TYPE_GROUP && pln_part_by_name(field->parts, "criteria") != NULL;
}
