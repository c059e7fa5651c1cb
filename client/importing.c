// SPDX-License-Identifier: MPL-2.0
#include "importing.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ndjson.h"
#include "progress.h"
#include "proto/document/field_text.h"
#include "publish.h"
#include "source.h"

#define PLACE_SIZE 1100u
#define BATCH_RECORDS 500u
#define BATCH_BYTES (768u * 1024u)
#define DEPTH_MAX 16u /**< of brackets in a record; rubrics need 7 */

/** One record of the batch, or what takes its place in the order of messages. */
typedef struct {
    pln_import_place_t place;
    const char *field; /**< of the problem; static */
    char *problem;     /**< why it is not sent; NULL: it is */
    size_t from, size; /**< its text in pln_importing_t.records */
} item_t;

struct pln_importing {
    pln_command_t *command;
    const char *kind;
    pln_buf_t records; /**< JSON texts with commas between them */
    item_t items[BATCH_RECORDS];
    size_t count;
    size_t sent; /**< items without a problem */
    uint64_t imported;
    uint64_t skipped;
    uint64_t refused;
    pln_progress_t progress;
    bool guarded;     /**< something that looked like data about students was left out */
    json_t *problems; /**< what was refused, for --json ... */
    json_t *notes;    /**< ... what could not be mapped ... */
    pln_buf_t taken;  /**< ... and what became of the rest, as JSON with commas */
    int status;       /**< not PLN_DONE: stop */
};

static volatile sig_atomic_t interrupted;

/** The second Ctrl-C ends at once. */
static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* ---- what is refused ---- */

/** {"file", "line", "element" of a list, @name: @value}. */
static json_t *place_json(pln_import_place_t place, const char *name, const char *value)
{
    json_t *json = json_pack("{s:s, s:I, s:s}", "file", pln_source_name(place.file), "line",
                             (json_int_t)place.line, name, value);
    if (place.element > 0) {
        json_object_set_new(json, "element", json_integer((json_int_t)place.element));
    }
    return json;
}

/** "FILE:LINE", "FILE:LINE, record 2 of the list", or "FILE". */
static void place_text(pln_import_place_t place, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%.1000s", pln_source_name(place.file));
    if (place.line > 0) {
        used += (size_t)snprintf(out + used, size - used, ":%" PRIu64, place.line);
    }
    if (place.element > 0) {
        snprintf(out + used, size - used, ", record %" PRIu64 " of the list", place.element);
    }
}

static void note_problem(pln_importing_t *importing, pln_import_place_t place, const char *field,
                         const char *detail)
{
    json_t *json = place_json(place, "field", field);
    json_object_set_new(json, "detail", json_string(detail));
    json_array_append_new(importing->problems, json);
    importing->refused++;
}

void pln_importing_unread(pln_importing_t *importing, const char *file)
{
    note_problem(importing, (pln_import_place_t){.file = file}, "", "the file cannot be read");
}

void pln_importing_note(pln_importing_t *importing, pln_import_place_t place, const char *text)
{
    char where[PLACE_SIZE];
    place_text(place, where, sizeof where);
    pln_progress_clear(&importing->progress);
    pln_hint("%s: %s", where, text);
    json_array_append_new(importing->notes, place_json(place, "detail", text));
}

/** "FILE:LINE: field: rule". */
static void tell_refused(pln_importing_t *importing, const item_t *item, const char *field,
                         const char *rule)
{
    size_t size = strlen(field);
    char where[PLACE_SIZE];
    place_text(item->place, where, sizeof where);
    bool repeated = size > 0 && strncmp(rule, field, size) == 0 && rule[size] == ' ';
    pln_progress_clear(&importing->progress);
    pln_hint("%s: %s%s%s", where, field, size > 0 ? ": " : "", repeated ? rule + size + 1 : rule);
    note_problem(importing, item->place, field, rule);
}

/** An object with what the command line says of every record; the records go behind it. */
static void begin_body(const pln_importing_t *importing, bool confirmed, pln_buf_t *body)
{
    const pln_options_t *options = importing->command->options;
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

static json_t *post(pln_importing_t *importing, pln_span_t records, bool confirmed)
{
    json_t *answer = NULL;
    pln_buf_t body = {0};
    begin_body(importing, confirmed, &body);
    pln_buf_add(&body, records.data, records.size);
    pln_buf_add(&body, "]}", 2);
    pln_progress_clear(&importing->progress);
    importing->status = pln_call_post_text(importing->command->call, "/api/v1/records",
                                           pln_buf_span(&body), &answer);
    pln_buf_free(&body);
    return answer;
}

/** For --json: where @item stands now, or stood already. */
static void note_taken(pln_importing_t *importing, const item_t *item, const char *name,
                       const char *id)
{
    json_t *json = place_json(item->place, name, id);
    char *text = json_dumps(json, JSON_COMPACT);
    pln_buf_add(&importing->taken, ",", importing->taken.size > 0);
    pln_buf_add(&importing->taken, text, strlen(text));
    free(text);
    json_decref(json);
}

static bool taken(pln_importing_t *importing, const item_t *item, const json_t *result)
{
    const char *new = json_string_value(json_object_get(result, "id"));
    const char *known = json_string_value(json_object_get(result, "skipped"));
    importing->imported += new != NULL;
    importing->skipped += known != NULL;
    if (importing->command->options->json && (new != NULL || known != NULL)) {
        note_taken(importing, item, new != NULL ? "id" : "skipped", new != NULL ? new : known);
    }
    return new != NULL || known != NULL;
}

/** The person at the terminal vouches for @item, whose places were just told: it goes once more. */
static void publish_vouched(pln_importing_t *importing, const item_t *item)
{
    json_t *answer =
        post(importing, PLN_SPAN(importing->records.data + item->from, item->size), true);
    const json_t *result = json_array_get(json_object_get(answer, "results"), 0);
    if (!taken(importing, item, result) && importing->status == PLN_DONE) {
        const json_t *error = json_object_get(result, "error");
        tell_refused(importing, item, pln_text(error, "field"), pln_text(error, "detail"));
    }
    json_decref(answer);
}

static void take_result(pln_importing_t *importing, const item_t *item, const json_t *result)
{
    const json_t *error = json_object_get(result, "error");
    const json_t *places = json_object_get(error, "places");
    if (taken(importing, item, result)) {
        return;
    }
    const char *detail = pln_text(error, "detail");
    const char *reason = pln_text(error, "reason");
    tell_refused(importing, item, pln_text(error, "field"),
                 detail[0] != '\0' ? detail : (reason[0] != '\0' ? reason : "no reason was given"));
    pln_publish_tell_places("    ", places);
    if (places != NULL && !interrupted && importing->status == PLN_DONE &&
        pln_publish_vouched(importing->command)) {
        importing->refused--;
        json_array_remove(importing->problems, json_array_size(importing->problems) - 1);
        publish_vouched(importing, item);
    } else if (places != NULL) {
        importing->guarded = true;
    }
}

/** @results in the order of what was sent, and between them what never was. */
static void take_results(pln_importing_t *importing, const json_t *results)
{
    size_t next = 0;
    for (size_t i = 0; i < importing->count; i++) {
        item_t *item = &importing->items[i];
        if (item->problem != NULL) {
            tell_refused(importing, item, item->field, item->problem);
            free(item->problem);
        } else if (results != NULL) {
            take_result(importing, item, json_array_get(results, next++));
        }
    }
    pln_buf_clear(&importing->records);
    importing->count = 0;
    importing->sent = 0;
}

/* ---- batches ---- */

static void flush(pln_importing_t *importing)
{
    json_t *answer = NULL;
    if (importing->sent > 0 && importing->status == PLN_DONE) {
        bool confirmed = pln_option(importing->command->options, "confirm-no-student-data") != NULL;
        answer = post(importing, pln_buf_span(&importing->records), confirmed);
    }
    const json_t *results = json_object_get(answer, "results");
    if (results != NULL && json_array_size(results) != importing->sent) {
        pln_say(
            "the daemon's answer does not fit the request; are plnd and pln of the same version?");
        importing->status = PLN_FAILED;
        results = NULL;
    }
    take_results(importing, results);
    json_decref(answer);
    pln_progress(&importing->progress, "imported", importing->imported + importing->skipped);
}

/** Room for one more of @size bytes. */
static item_t *next_item(pln_importing_t *importing, pln_import_place_t place, size_t size)
{
    if (importing->count == BATCH_RECORDS || importing->records.size + size > BATCH_BYTES) {
        flush(importing);
    }
    item_t *item = &importing->items[importing->count++];
    *item = (item_t){.place = place};
    return item;
}

static void refuse(pln_importing_t *importing, pln_import_place_t place, const char *field,
                   const char *problem)
{
    item_t *item = next_item(importing, place, 0);
    item->field = field;
    item->problem = pln_strdup(problem);
}

void pln_importing_refuse(pln_importing_t *importing, pln_import_place_t place, const char *problem)
{
    refuse(importing, place, "", problem);
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
static bool find_problem(const pln_importing_t *importing, json_t *record, const char **field,
                         char *problem, size_t size)
{
    const json_t *kind = json_object_get(record, "kind");
    const char *name = kind == NULL ? importing->kind : json_string_value(kind);
    const pln_kind_t *known = name == NULL ? NULL : pln_kind_by_name(name);
    char kinds[256];
    pln_publish_kinds(kinds, sizeof kinds);
    *field = "";
    if (!json_is_object(record)) {
        snprintf(problem, size, "a record is an object with \"kind\" and \"fields\"");
    } else if (kind == NULL && importing->kind == NULL) {
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
static char *record_text(const pln_importing_t *importing, const json_t *record)
{
    json_t *small = json_object();
    json_t *kind = json_object_get(record, "kind");
    json_object_set_new(small, "kind",
                        kind == NULL ? json_string(importing->kind) : json_incref(kind));
    json_object_set(small, "fields", json_object_get(record, "fields"));
    char *text = json_dumps(small, JSON_COMPACT);
    json_decref(small);
    return text;
}

json_t *pln_importing_check(pln_importing_t *importing, const json_t *record)
{
    json_t *body = json_copy((json_t *)(uintptr_t)record), *answer = NULL;
    const char *network = pln_option(importing->command->options, "network");
    if (json_dumpb(record, NULL, 0, JSON_COMPACT) > PLN_NDJSON_ITEM_MAX) {
        json_decref(body);
        return NULL;
    }
    if (network != NULL) {
        json_object_set_new(body, "network", json_string(network));
    }
    importing->status = pln_call_post(importing->command->call, "/api/v1/check", body, &answer);
    json_t *problems = json_incref(json_object_get(answer, "problems"));
    json_decref(answer);
    return problems;
}

void pln_importing_add(pln_importing_t *importing, pln_import_place_t place, json_t *record)
{
    char problem[400];
    const char *field;
    if (find_problem(importing, record, &field, problem, sizeof problem)) {
        refuse(importing, place, field, problem);
        return;
    }
    const json_t *kind = json_object_get(record, "kind");
    pln_fields_settle(pln_kind_by_name(kind == NULL ? importing->kind : json_string_value(kind)),
                      json_object_get(record, "fields"));
    char *text = record_text(importing, record);
    size_t size = strlen(text);
    if (size > PLN_NDJSON_ITEM_MAX) {
        refuse(importing, place, "", "the record is longer than 1000000 bytes");
    } else {
        item_t *item = next_item(importing, place, size);
        if (importing->sent++ > 0) {
            pln_buf_u8(&importing->records, ',');
        }
        item->from = importing->records.size;
        item->size = size;
        pln_buf_add(&importing->records, text, size);
    }
    free(text);
}

/* ---- the whole ---- */

pln_importing_t *pln_importing_new(pln_command_t *command, const char *kind)
{
    pln_importing_t *importing = pln_alloc_zero(1, sizeof *importing);
    const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    json_t *node;
    importing->command = command;
    importing->kind = kind;
    importing->problems = json_array();
    importing->notes = json_array();
    // Nothing is read for long before it is known that somebody takes it.
    importing->status = pln_call_get(command->call, "/api/v1/id", &node);
    json_decref(node);
    sigaction(SIGINT, &action, NULL);
    return importing;
}

void pln_importing_free(pln_importing_t **importing)
{
    if (*importing != NULL) {
        pln_buf_free(&(*importing)->records);
        pln_buf_free(&(*importing)->taken);
        json_decref((*importing)->problems);
        json_decref((*importing)->notes);
        free(*importing);
        *importing = NULL;
    }
}

const char *pln_importing_kind(const pln_importing_t *importing)
{
    return importing->kind;
}

bool pln_importing_goes_on(const pln_importing_t *importing)
{
    return importing->status == PLN_DONE && !interrupted;
}

/** {"imported", "skipped", "refused", "problems", "notes", "records": what became of the others}.
 */
static void print_json(const pln_importing_t *importing)
{
    json_t *json = json_object();
    json_object_set_new(json, "imported", json_integer((json_int_t)importing->imported));
    json_object_set_new(json, "skipped", json_integer((json_int_t)importing->skipped));
    json_object_set_new(json, "refused", json_integer((json_int_t)importing->refused));
    json_object_set(json, "problems", importing->problems);
    json_object_set(json, "notes", importing->notes);
    char *text = json_dumps(json, JSON_COMPACT);
    pln_json_print_text(stdout, text, strlen(text) - 1);
    fputs(",\"records\":[", stdout);
    pln_json_print_text(stdout, (const char *)importing->taken.data, importing->taken.size);
    puts("]}");
    free(text);
    json_decref(json);
}

static void print_counts(const pln_importing_t *importing)
{
    if (importing->command->options->json) {
        print_json(importing);
    } else {
        printf("imported %" PRIu64 ", skipped %" PRIu64 ", refused %" PRIu64 "\n",
               importing->imported, importing->skipped, importing->refused);
    }
}

int pln_importing_end(pln_importing_t *importing)
{
    flush(importing);
    bool begun = importing->status != PLN_NO_DAEMON || importing->imported + importing->skipped > 0;
    pln_progress_clear(&importing->progress);
    if (begun) {
        print_counts(importing);
    }
    if (importing->guarded) {
        pln_hint(
            "What looks like data about students was left out: take it out of the records, or "
            "vouch "
            "with --confirm-no-student-data --skip-existing that no student can be recognized");
    }
    if (interrupted || (importing->status != PLN_DONE && begun)) {
        pln_hint("%s here; the same command with --skip-existing goes on where this one ended",
                 interrupted ? "Interrupted" : "It ended");
    }
    if (importing->status != PLN_DONE) {
        return importing->status;
    }
    return interrupted || importing->refused > 0 ? PLN_FAILED : PLN_DONE;
}
