// SPDX-License-Identifier: MPL-2.0
// Records go to the daemon in batches; each batch is one durable commit. What is refused is named
// by file and line and stops nothing else, and whatever happens, the counts are told at the end.
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "markdown.h"
#include "ndjson.h"
#include "progress.h"
#include "source.h"

#define BATCH_RECORDS 500u
#define BATCH_BYTES (768u * 1024u)

typedef struct {
    const char *file;
    uint64_t line;
} place_t;

typedef struct {
    pln_command_t *command;
    const char *kind;  /**< of records that name none; NULL: they must */
    pln_buf_t records; /**< JSON texts with commas between them */
    place_t places[BATCH_RECORDS];
    size_t count;
    uint64_t imported;
    uint64_t skipped;
    uint64_t refused;
    pln_progress_t progress;
    int status; /**< not PLN_DONE: stop */
} import_t;

static volatile sig_atomic_t interrupted;

/** The second Ctrl-C ends at once. */
static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* ---- what is refused ---- */

/** "FILE:LINE: field: rule". */
static void refuse(import_t *import, const place_t *place, const char *field, const char *rule)
{
    size_t size = strlen(field);
    bool repeated = size > 0 && strncmp(rule, field, size) == 0 && rule[size] == ' ';
    pln_progress_clear(&import->progress);
    pln_hint("%s:%" PRIu64 ": %s%s%s", pln_source_name(place->file), place->line, field,
             size > 0 ? ": " : "", repeated ? rule + size + 1 : rule);
    import->refused++;
}

static void take_result(import_t *import, const place_t *place, const json_t *result)
{
    const json_t *error = json_object_get(result, "error");
    if (json_is_string(json_object_get(result, "id"))) {
        import->imported++;
    } else if (json_object_get(result, "skipped") != NULL) {
        import->skipped++;
    } else {
        const char *detail = pln_text(error, "detail");
        const char *reason = pln_text(error, "reason");
        refuse(import, place, pln_text(error, "field"),
               detail[0] != '\0' ? detail : (reason[0] != '\0' ? reason : "no reason was given"));
    }
}

/* ---- batches ---- */

static void add_text(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

/** The request around the records, whose texts are ready. */
static void build_body(const import_t *import, pln_buf_t *body)
{
    const pln_options_t *options = import->command->options;
    const char *network = pln_option(options, "network");
    add_text(body, "{");
    if (network != NULL) {
        json_t *value = json_string(network);
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        add_text(body, "\"network\":");
        add_text(body, text);
        add_text(body, ",");
        free(text);
        json_decref(value);
    }
    if (pln_option(options, "skip-existing") != NULL) {
        add_text(body, "\"skip_existing\":true,");
    }
    if (pln_option(options, "confirm-no-student-data") != NULL) {
        add_text(body, "\"confirm_no_student_data\":true,");
    }
    add_text(body, "\"records\":[");
    pln_buf_add(body, import->records.data, import->records.size);
    add_text(body, "]}");
}

static void flush(import_t *import)
{
    json_t *answer = NULL;
    pln_buf_t body = {0};
    if (import->count == 0 || import->status != PLN_DONE) {
        return;
    }
    build_body(import, &body);
    pln_progress_clear(&import->progress);
    import->status =
        pln_call_post_text(import->command->call, "/api/v1/records", pln_buf_span(&body), &answer);
    const json_t *results = json_object_get(answer, "results");
    if (import->status == PLN_DONE && json_array_size(results) != import->count) {
        pln_say(
            "the daemon's answer does not fit the request; are plnd and pln of the same version?");
        import->status = PLN_FAILED;
    }
    for (size_t i = 0; import->status == PLN_DONE && i < import->count; i++) {
        take_result(import, &import->places[i], json_array_get(results, i));
    }
    json_decref(answer);
    pln_buf_free(&body);
    pln_buf_clear(&import->records);
    import->count = 0;
    pln_progress(&import->progress, "imported", import->imported + import->skipped);
}

/** What the API needs of @record, as text; NULL: refused. */
static char *record_text(import_t *import, const place_t *place, const json_t *record)
{
    json_t *kind = json_object_get(record, "kind");
    json_t *fields = json_object_get(record, "fields");
    if (!json_is_object(record)) {
        refuse(import, place, "", "a record is an object with \"kind\" and \"fields\"");
        return NULL;
    }
    if (kind == NULL && import->kind == NULL) {
        refuse(import, place, "kind", "it names none; --kind gives one to all that do not");
        return NULL;
    }
    if (fields == NULL) {
        refuse(import, place, "fields", "a record has them as an object of names and values");
        return NULL;
    }
    json_t *small = json_object();
    json_object_set(small, "fields", fields);
    if (kind != NULL) {
        json_object_set(small, "kind", kind);
    } else {
        json_object_set_new(small, "kind", json_string(import->kind));
    }
    char *text = json_dumps(small, JSON_COMPACT);
    json_decref(small);
    return text;
}

static void add_record(import_t *import, const place_t *place, const json_t *record)
{
    char *text = record_text(import, place, record);
    size_t size = text == NULL ? 0 : strlen(text);
    if (text != NULL && size > PLN_NDJSON_ITEM_MAX) {
        refuse(import, place, "", "the record is longer than 1000000 bytes");
        free(text);
        return;
    }
    if (text == NULL) {
        return;
    }
    if (import->count == BATCH_RECORDS || import->records.size + size > BATCH_BYTES) {
        flush(import);
    }
    if (import->count > 0) {
        pln_buf_u8(&import->records, ',');
    }
    pln_buf_add(&import->records, text, size);
    import->places[import->count++] = *place;
    free(text);
}

/* ---- files ---- */

static void import_document(import_t *import, FILE *file, const char *name)
{
    pln_buf_t text = {0};
    pln_document_t document;
    place_t place = {name, 1};
    const pln_kind_t *kind = import->kind == NULL ? NULL : pln_kind_by_name(import->kind);
    if (!pln_source_read(file, name, PLN_SOURCE_DOCUMENT_MAX, &text)) {
        import->refused++;
        pln_buf_free(&text);
        return;
    }
    if (pln_markdown_read(pln_buf_span(&text), name, kind, &document)) {
        json_t *record = json_object();
        json_object_set_new(record, "kind", json_string(document.kind->name));
        json_object_set(record, "fields", document.fields);
        add_record(import, &place, record);
        json_decref(record);
    } else {
        refuse(import, &place, "", document.problem);
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
        place_t place = {name, item.line};
        if (state == PLN_NDJSON_VALUE) {
            add_record(import, &place, item.value);
            json_decref(item.value);
        } else if (state == PLN_NDJSON_BROKEN) {
            refuse(import, &place, "", item.problem);
        }
    }
    pln_ndjson_free(&reader);
}

static void import_file(import_t *import, const char *name)
{
    FILE *file = pln_source_open(name);
    if (file == NULL) {
        import->refused++;
        return;
    }
    if (pln_source_is_document(file, name)) {
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
        pln_json_print(json);
        json_decref(json);
    } else {
        printf("imported %" PRIu64 ", skipped %" PRIu64 ", refused %" PRIu64 "\n", import->imported,
               import->skipped, import->refused);
    }
}

static int finish(import_t *import)
{
    pln_progress_clear(&import->progress);
    if (import->status != PLN_NO_DAEMON || import->imported + import->skipped > 0) {
        print_counts(import);
    }
    if (interrupted || import->status != PLN_DONE) {
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
    import->kind = pln_option(options, "kind");
    if (import->kind != NULL && pln_kind_by_name(import->kind) == NULL) {
        free(import);
        return pln_wrong_usage(options->verb, "there is no kind \"%s\"; `pln help` lists them",
                               pln_option(options, "kind"));
    }
    sigaction(SIGINT, &action, NULL);
    for (size_t i = 0; i < options->word_count && import->status == PLN_DONE && !interrupted; i++) {
        import_file(import, pln_word(options, i));
    }
    flush(import);
    int status = finish(import);
    pln_buf_free(&import->records);
    free(import);
    return status;
}
