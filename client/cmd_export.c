// SPDX-License-Identifier: MPL-2.0
// Records come line by line, so that a million of them take no more memory than one.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "proto/document/markdown_write.h"

#define NAME_LETTERS_MAX 60u

typedef struct {
    const char *out; /**< folder of Markdown files */
    uint64_t count;
    bool failed; /**< told */
} export_t;

/** Records, or the lines of one document, as they come. */
static bool on_line(void *arg, const char *line, size_t size)
{
    (void)arg;
    pln_json_print_text(stdout, line, size);
    putchar('\n');
    return !ferror(stdout);
}

/* ---- Markdown ---- */

/** "How healthy is our brook?" as "how-healthy-is-our-brook", letters of all scripts kept. */
static void add_slug(pln_buf_t *out, const char *title)
{
    size_t begin = out->size;
    for (; *title != '\0' && out->size - begin < NAME_LETTERS_MAX; title++) {
        char c = *title >= 'A' && *title <= 'Z' ? (char)(*title - 'A' + 'a') : *title;
        bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (kept) {
            pln_buf_u8(out, (uint8_t)c);
        } else if (out->size > begin && out->data[out->size - 1] != '-') {
            pln_buf_u8(out, '-');
        }
    }
    while (out->size > begin && (out->data[out->size - 1] == '-' ||
                                 !pln_utf8_valid(PLN_SPAN(out->data + begin, out->size - begin)))) {
        out->size--;
    }
}

/** DIR/TITLE-AUTHOR-SEQ.md: two records never have one name, and one always has the same. */
static char *file_name(const export_t *export, const json_t *record, const pln_kind_t *kind)
{
    pln_buf_t name = {0};
    char place[64];
    const pln_field_t *title = pln_field_title(kind);
    const char *author = pln_text(record, "author");
    size_t size = strlen(author);
    pln_buf_add(&name, export->out, strlen(export->out));
    pln_buf_u8(&name, '/');
    add_slug(&name, title != NULL ? pln_text(json_object_get(record, "fields"), title->name) : "");
    snprintf(place, sizeof place, "-%s-%llu.%llu.md", size > 8 ? author + size - 8 : author,
             (unsigned long long)pln_number(record, "epoch"),
             (unsigned long long)pln_number(record, "seq"));
    pln_buf_add(&name, place, strlen(place) + 1);
    return (char *)name.data;
}

static bool write_file(export_t *export, const char *name, pln_span_t text)
{
    FILE *file = fopen(name, "wxe");
    if (file == NULL && errno == EEXIST) {
        file = fopen(name, "we");
    }
    bool good = file != NULL && fwrite(text.data, 1, text.size, file) == text.size;
    good = file != NULL && fclose(file) == 0 && good;
    if (!good) {
        pln_say("%s could not be written: %s; make room or choose another folder", name,
                strerror(errno));
        export->failed = true;
    }
    return good;
}

static bool on_markdown(void *arg, const char *line, size_t size)
{
    export_t *export = arg;
    json_t *record = json_loadb(line, size, JSON_ALLOW_NUL, NULL);
    json_t *fields = json_object_get(record, "fields");
    const pln_kind_t *kind = pln_kind_by_name(pln_text(record, "kind"));
    bool good = true;
    if (fields != NULL && kind != NULL) {
        pln_buf_t text = {0};
        pln_markdown_write(kind, fields, &text);
        if (export->out != NULL) {
            char *name = file_name(export, record, kind);
            good = write_file(export, name, pln_buf_span(&text));
            free(name);
        } else {
            fputs(export->count > 0 ? "\n" : "", stdout);
            fwrite(text.data, 1, text.size, stdout);
        }
        export->count += good;
        pln_buf_free(&text);
    }
    json_decref(record);
    return good && !ferror(stdout);
}

static bool make_folder(const char *out)
{
    if (out == NULL || mkdir(out, 0777) == 0 || errno == EEXIST) {
        return true;
    }
    pln_say("%s cannot be made: %s", out, strerror(errno));
    return false;
}

/* ---- the whole ---- */

static int run(pln_command_t *command, const char *format, export_t *export)
{
    pln_buf_t path = {0};
    bool jsonld = strcmp(format, "jsonld") == 0, markdown = strcmp(format, "markdown") == 0;
    const char *kind = pln_option(command->options, "kind");
    pln_path_add(&path, jsonld ? "/api/v1/export/jsonld" : "/api/v1/export");
    pln_path_query(&path, "network", pln_option(command->options, "network"));
    pln_path_query(&path, "kind", markdown && kind == NULL ? "task" : kind);
    int status = pln_call_lines(command->call, pln_path(&path), NULL,
                                markdown ? on_markdown : on_line, export);
    pln_buf_free(&path);
    return export->failed ? PLN_FAILED : status;
}

int pln_cmd_export(pln_command_t *command)
{
    static const char *const formats[] = {"ndjson", "jsonld", "markdown"};
    const char *format = pln_option(command->options, "format");
    export_t export = {.out = pln_option(command->options, "out")};
    bool known = format == NULL;
    for (size_t i = 0; i < 3; i++) {
        known = known || strcmp(format, formats[i]) == 0;
    }
    if (!known) {
        return pln_wrong_usage(command->options->verb,
                               "there is no format \"%.40s\": ndjson, jsonld or markdown", format);
    }
    format = format == NULL ? (export.out != NULL ? "markdown" : "ndjson") : format;
    if (export.out != NULL && strcmp(format, "markdown") != 0) {
        return pln_wrong_usage(command->options->verb, "--out takes Markdown files only");
    }
    if (!make_folder(export.out)) {
        return PLN_FAILED;
    }
    int status = run(command, format, &export);
    if (status == PLN_DONE && export.out != NULL) {
        pln_hint("wrote %llu files to %s", (unsigned long long)export.count, export.out);
    }
    return status;
}
