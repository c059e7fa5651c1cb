// SPDX-License-Identifier: MPL-2.0
// Records go to the daemon in batches; each batch is one durable commit. What is refused is named
// by file and line and stops nothing else, and whatever happens, the counts are told at the end.
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "csv_record.h"
#include "ndjson.h"
#include "progress.h"
#include "proto/document/field_text.h"
#include "proto/document/markdown.h"
#include "publish.h"
#include "source.h"

#define BATCH_RECORDS 500u
#define BATCH_BYTES (768u * 1024u)
#define DEPTH_MAX 16u /**< of brackets in a record; rubrics need 7 */

/** One record of the batch, or what takes its place in the order of messages. */
typedef struct {
    const char *file;
    uint64_t line;
    const char *field; /**< of the problem; static */
    char *problem;     /**< why it is not sent; NULL: it is */
    size_t from, size; /**< its text in import_t.records */
} item_t;

typedef struct {
    pln_command_t *command;
    const char *kind;  /**< of records that name none; NULL: they must */
    pln_buf_t records; /**< JSON texts with commas between them */
    item_t items[BATCH_RECORDS];
    size_t count;
    size_t sent; /**< items without a problem */
    uint64_t imported;
    uint64_t skipped;
    uint64_t refused;
    pln_progress_t progress;
    bool guarded;     /**< something that looked like data about students was left out */
    json_t *problems; /**< what was refused, for --json */
    int status;       /**< not PLN_DONE: stop */
} import_t;

static volatile sig_atomic_t interrupted;

/** The second Ctrl-C ends at once. */
static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* ---- what is refused ---- */

static void note_problem(import_t *import, const item_t *item, const char *field,
                         const char *detail)
{
    json_array_append_new(
        import->problems,
        json_pack("{s:s, s:I, s:s, s:s}", "file", pln_source_name(item->file), "line",
                  (json_int_t)item->line, "field", field, "detail", detail));
    import->refused++;
}

/** The file cannot be read, which was told. */
static void note_unread(import_t *import, const char *name)
{
    const item_t item = {.file = name};
    note_problem(import, &item, "", "the file cannot be read");
}

/** "FILE:LINE: field: rule". */
static void tell_refused(import_t *import, const item_t *item, const char *field, const char *rule)
{
    size_t size = strlen(field);
    bool repeated = size > 0 && strncmp(rule, field, size) == 0 && rule[size] == ' ';
    pln_progress_clear(&import->progress);
    pln_hint("%s:%" PRIu64 ": %s%s%s", pln_source_name(item->file), item->line, field,
             size > 0 ? ": " : "", repeated ? rule + size + 1 : rule);
    note_problem(import, item, field, rule);
}

/** An object with what the command line says of every record; the records go behind it. */
static void begin_body(const import_t *import, bool confirmed, pln_buf_t *body)
{
    const pln_options_t *options = import->command->options;
    json_t *said = json_object();
    const char *network = pln_option(options, "network");
    if (network != NULL) {
        json_object_set_new(said, "network", json_string(network));
    }
    json_object_set_new(said, "skip_existing",
                        json_boolean(pln_option(options, "skip-existing") != NULL));
    json_object_set_new(said, "confirm_no_student_data", json_boolean(confirmed));
    char *text = json_dumps(said, JSON_COMPACT);
    pln_buf_add(body, text, strlen(text) - 1);
    pln_buf_add(body, ",\"records\":[", 12);
    free(text);
    json_decref(said);
}

static json_t *post(import_t *import, pln_span_t records, bool confirmed)
{
    json_t *answer = NULL;
    pln_buf_t body = {0};
    begin_body(import, confirmed, &body);
    pln_buf_add(&body, records.data, records.size);
    pln_buf_add(&body, "]}", 2);
    pln_progress_clear(&import->progress);
    import->status =
        pln_call_post_text(import->command->call, "/api/v1/records", pln_buf_span(&body), &answer);
    pln_buf_free(&body);
    return answer;
}

static bool taken(import_t *import, const json_t *result)
{
    bool new = json_is_string(json_object_get(result, "id"));
    bool known = json_object_get(result, "skipped") != NULL;
    import->imported += new;
    import->skipped += known;
    return new || known;
}

/** The person at the terminal vouches for @item, whose places were just told: it goes once more. */
static void publish_vouched(import_t *import, const item_t *item)
{
    json_t *answer = post(import, PLN_SPAN(import->records.data + item->from, item->size), true);
    const json_t *result = json_array_get(json_object_get(answer, "results"), 0);
    if (!taken(import, result) && import->status == PLN_DONE) {
        const json_t *error = json_object_get(result, "error");
        tell_refused(import, item, pln_text(error, "field"), pln_text(error, "detail"));
    }
    json_decref(answer);
}

static void take_result(import_t *import, const item_t *item, const json_t *result)
{
    const json_t *error = json_object_get(result, "error");
    const json_t *places = json_object_get(error, "places");
    if (taken(import, result)) {
        return;
    }
    const char *detail = pln_text(error, "detail");
    const char *reason = pln_text(error, "reason");
    tell_refused(import, item, pln_text(error, "field"),
                 detail[0] != '\0' ? detail : (reason[0] != '\0' ? reason : "no reason was given"));
    pln_publish_tell_places("    ", places);
    if (places != NULL && !interrupted && import->status == PLN_DONE &&
        pln_publish_vouched(import->command)) {
        import->refused--;
        json_array_remove(import->problems, json_array_size(import->problems) - 1);
        publish_vouched(import, item);
    } else if (places != NULL) {
        import->guarded = true;
    }
}

/** @results in the order of what was sent, and between them what never was. */
static void take_results(import_t *import, const json_t *results)
{
    size_t next = 0;
    for (size_t i = 0; i < import->count; i++) {
        item_t *item = &import->items[i];
        if (item->problem != NULL) {
            tell_refused(import, item, item->field, item->problem);
            free(item->problem);
        } else if (results != NULL) {
            take_result(import, item, json_array_get(results, next++));
        }
    }
    pln_buf_clear(&import->records);
    import->count = 0;
    import->sent = 0;
}

/* ---- batches ---- */

static void flush(import_t *import)
{
    json_t *answer = NULL;
    if (import->sent > 0 && import->status == PLN_DONE) {
        bool confirmed = pln_option(import->command->options, "confirm-no-student-data") != NULL;
        answer = post(import, pln_buf_span(&import->records), confirmed);
    }
    const json_t *results = json_object_get(answer, "results");
    if (results != NULL && json_array_size(results) != import->sent) {
        pln_say(
            "the daemon's answer does not fit the request; are plnd and pln of the same version?");
        import->status = PLN_FAILED;
        results = NULL;
    }
    take_results(import, results);
    json_decref(answer);
    pln_progress(&import->progress, "imported", import->imported + import->skipped);
}

/** Room for one more of @size bytes. */
static item_t *next_item(import_t *import, const char *file, uint64_t line, size_t size)
{
    if (import->count == BATCH_RECORDS || import->records.size + size > BATCH_BYTES) {
        flush(import);
    }
    item_t *item = &import->items[import->count++];
    *item = (item_t){.file = file, .line = line};
    return item;
}

static void refuse(import_t *import, const char *file, uint64_t line, const char *field,
                   const char *problem)
{
    item_t *item = next_item(import, file, line, 0);
    item->field = field;
    item->problem = pln_strdup(problem);
}

/** The kinds there are, for a message. */
static void list_kinds(char *out, size_t size)
{
    const pln_kind_t *kind;
    out[0] = '\0';
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        size_t used = strlen(out);
        if (kind->fields != NULL) {
            snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", kind->name);
        }
    }
}

/** Do its brackets nest deeper than @left? The daemon would refuse the whole batch for it. */
static bool too_deep(json_t *value, unsigned left)
{
    size_t index;
    const char *name;
    json_t *item;
    bool container = json_is_object(value) || json_is_array(value);
    if (container && left == 0) {
        return true;
    }
    json_array_foreach(value, index, item)
    {
        if (too_deep(item, left - 1)) {
            return true;
        }
    }
    json_object_foreach(value, name, item)
    {
        if (too_deep(item, left - 1)) {
            return true;
        }
    }
    return false;
}

/** What is wrong with the shape of a record, before the daemon looks at its fields. */
static bool find_problem(const import_t *import, json_t *record, const char **field, char *problem,
                         size_t size)
{
    const json_t *kind = json_object_get(record, "kind");
    const char *name = kind == NULL ? import->kind : json_string_value(kind);
    const pln_kind_t *known = name == NULL ? NULL : pln_kind_by_name(name);
    char kinds[256];
    list_kinds(kinds, sizeof kinds);
    *field = "";
    if (!json_is_object(record)) {
        snprintf(problem, size, "a record is an object with \"kind\" and \"fields\"");
    } else if (kind == NULL && import->kind == NULL) {
        *field = "kind";
        snprintf(problem, size, "it is missing; --kind gives one to all records without");
    } else if (known == NULL || known->fields == NULL) {
        *field = "kind";
        snprintf(problem, size, "there is no kind \"%.64s\"; there are: %s",
                 name == NULL ? "" : name, kinds);
    } else if (json_object_get(record, "fields") == NULL) {
        *field = "fields";
        snprintf(problem, size, "they are missing: an object of names and values");
    } else if (too_deep(record, DEPTH_MAX)) {
        *field = "fields";
        snprintf(problem, size, "they nest deeper than those of any kind");
    } else {
        return false;
    }
    return true;
}

/** What the API needs of @record, as text. */
static char *record_text(const import_t *import, const json_t *record)
{
    json_t *small = json_object();
    json_t *kind = json_object_get(record, "kind");
    json_object_set_new(small, "kind",
                        kind == NULL ? json_string(import->kind) : json_incref(kind));
    json_object_set(small, "fields", json_object_get(record, "fields"));
    char *text = json_dumps(small, JSON_COMPACT);
    json_decref(small);
    return text;
}

static void add_record(import_t *import, const char *file, uint64_t line, json_t *record)
{
    char problem[400];
    const char *field;
    if (find_problem(import, record, &field, problem, sizeof problem)) {
        refuse(import, file, line, field, problem);
        return;
    }
    const json_t *kind = json_object_get(record, "kind");
    pln_fields_settle(pln_kind_by_name(kind == NULL ? import->kind : json_string_value(kind)),
                      json_object_get(record, "fields"));
    char *text = record_text(import, record);
    size_t size = strlen(text);
    if (size > PLN_NDJSON_ITEM_MAX) {
        refuse(import, file, line, "", "the record is longer than 1000000 bytes");
    } else {
        item_t *item = next_item(import, file, line, size);
        if (import->sent++ > 0) {
            pln_buf_u8(&import->records, ',');
        }
        item->from = import->records.size;
        item->size = size;
        pln_buf_add(&import->records, text, size);
    }
    free(text);
}

/* ---- files ---- */

/** What could not be mapped, on standard error whoever reads it: it is part of the report. */
static void tell_notes(import_t *import, const char *name, const json_t *notes)
{
    size_t index;
    json_t *text;
    json_array_foreach(notes, index, text)
    {
        pln_progress_clear(&import->progress);
        pln_hint("%s: %s", pln_source_name(name), json_string_value(text));
    }
}

static void import_document(import_t *import, FILE *file, const char *name)
{
    pln_buf_t text = {0};
    pln_document_t document;
    const pln_kind_t *kind = import->kind == NULL ? NULL : pln_kind_by_name(import->kind);
    if (!pln_source_read(file, name, PLN_SOURCE_DOCUMENT_MAX, &text)) {
        note_unread(import, name);
        pln_buf_free(&text);
        return;
    }
    if (pln_markdown_read(pln_buf_span(&text), name, kind, &document)) {
        json_t *record = json_object();
        json_object_set_new(record, "kind", json_string(document.kind->name));
        json_object_set(record, "fields", document.fields);
        tell_notes(import, name, document.notes);
        add_record(import, name, 1, record);
        json_decref(record);
    } else {
        refuse(import, name, 1, "", document.problem);
    }
    pln_document_free(&document);
    pln_buf_free(&text);
}

static void import_records(import_t *import, FILE *file, const char *name)
{
    pln_ndjson_t *reader = pln_ndjson_new(file);
    pln_ndjson_item_t item;
    pln_ndjson_state_t state = PLN_NDJSON_VALUE;
    while (state != PLN_NDJSON_END && import->status == PLN_DONE && !interrupted) {
        state = pln_ndjson_next(reader, &item);
        if (state == PLN_NDJSON_VALUE) {
            add_record(import, name, item.line, item.value);
            json_decref(item.value);
        } else if (state == PLN_NDJSON_BROKEN) {
            refuse(import, name, item.line, "", item.problem);
        }
    }
    pln_ndjson_free(&reader);
}

/** A row of a spreadsheet; its column "kind" goes before --kind. */
static void import_row(import_t *import, const char *name, const pln_csv_header_t *header,
                       const pln_csv_row_t *row)
{
    const char *said = pln_csv_cell(header, row, "kind");
    const char *kind_name = said != NULL ? said : (import->kind != NULL ? import->kind : "task");
    const pln_kind_t *kind = pln_kind_by_name(kind_name);
    json_t *record = json_object(), *notes = json_array();
    json_object_set_new(record, "kind", json_string(kind_name));
    json_object_set_new(record, "fields",
                        kind != NULL && kind->fields != NULL
                            ? pln_csv_fields(header, row, kind, notes)
                            : json_object());
    size_t index;
    json_t *text;
    json_array_foreach(notes, index, text)
    {
        pln_progress_clear(&import->progress);
        pln_hint("%s:%" PRIu64 ": %s", pln_source_name(name), row->line, json_string_value(text));
    }
    add_record(import, name, row->line, record);
    json_decref(notes);
    json_decref(record);
}

static void import_rows(import_t *import, FILE *file, const char *name)
{
    pln_csv_t *csv = pln_csv_new(file);
    pln_csv_header_t header = {.count = 0};
    pln_csv_row_t row;
    bool begins = pln_csv_next(csv, &row);
    if (begins && row.problem == NULL) {
        pln_csv_header(&row, &header);
    } else {
        refuse(import, name, 1, "", begins ? row.problem : "it has no row of column names");
    }
    while (header.count > 0 && pln_csv_next(csv, &row) && import->status == PLN_DONE &&
           !interrupted) {
        if (row.problem != NULL) {
            refuse(import, name, row.line, "", row.problem);
        } else {
            import_row(import, name, &header, &row);
        }
    }
    pln_csv_header_free(&header);
    pln_csv_free(&csv);
}

static void import_file(import_t *import, const char *name)
{
    FILE *file = pln_source_open(name);
    if (file == NULL) {
        note_unread(import, name);
        return;
    }
    if (pln_source_is_csv(name)) {
        import_rows(import, file, name);
    } else if (pln_source_is_document(file, name)) {
        import_document(import, file, name);
    } else {
        import_records(import, file, name);
    }
    pln_source_close(file);
}

/* ---- the whole ---- */

static void print_counts(const import_t *import)
{
    if (import->command->options->json) {
        json_t *json = json_object();
        json_object_set_new(json, "imported", json_integer((json_int_t)import->imported));
        json_object_set_new(json, "skipped", json_integer((json_int_t)import->skipped));
        json_object_set_new(json, "refused", json_integer((json_int_t)import->refused));
        json_object_set(json, "problems", import->problems);
        pln_json_print(json);
        json_decref(json);
    } else {
        printf("imported %" PRIu64 ", skipped %" PRIu64 ", refused %" PRIu64 "\n", import->imported,
               import->skipped, import->refused);
    }
}

static int finish(import_t *import)
{
    bool begun = import->status != PLN_NO_DAEMON || import->imported + import->skipped > 0;
    pln_progress_clear(&import->progress);
    if (begun) {
        print_counts(import);
    }
    if (import->guarded) {
        pln_hint(
            "What looks like data about students was left out: take it out of the records, or "
            "vouch "
            "with --confirm-no-student-data --skip-existing that no student can be recognized");
    }
    if (interrupted || (import->status != PLN_DONE && begun)) {
        pln_hint("%s here; the same command with --skip-existing goes on where this one ended",
                 interrupted ? "Interrupted" : "It ended");
    }
    if (import->status != PLN_DONE) {
        return import->status;
    }
    return interrupted || import->refused > 0 ? PLN_FAILED : PLN_DONE;
}

int pln_cmd_import(pln_command_t *command)
{
    const pln_options_t *options = command->options;
    import_t *import = pln_alloc_zero(1, sizeof *import);
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    import->command = command;
    import->problems = json_array();
    import->kind = pln_option(options, "kind");
    if (import->kind != NULL && pln_kind_by_name(import->kind) == NULL) {
        json_decref(import->problems);
        free(import);
        return pln_wrong_usage(options->verb, "there is no kind \"%s\"; `pln help` lists them",
                               pln_option(options, "kind"));
    }
    json_t *node;
    import->status = pln_call_get(command->call, "/api/v1/id", &node);  // before reading for long
    json_decref(node);
    sigaction(SIGINT, &action, NULL);
    for (size_t i = 0; i < options->word_count && import->status == PLN_DONE && !interrupted; i++) {
        import_file(import, pln_word(options, i));
    }
    flush(import);
    int status = finish(import);
    pln_buf_free(&import->records);
    json_decref(import->problems);
    free(import);
    return status;
}
