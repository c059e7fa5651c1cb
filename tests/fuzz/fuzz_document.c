// SPDX-License-Identifier: MPL-2.0
/* A Markdown document as a task, or as a lesson when its first byte is 'l'. What was read, written
 * as a document, must read back the same. */
#include <assert.h>
#include <string.h>

#include "proto/document/markdown.h"
#include "proto/document/markdown_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** A title may be taken from the name of the file: it is one of the fields from then on. */
static void assert_comes_back(const pln_document_t *document)
{
    pln_document_t again;
    pln_buf_t text = {0};
    pln_markdown_write(document->kind, document->fields, &text);
    bool good = pln_markdown_read(pln_buf_span(&text), "again.md", document->kind, &again);
    assert(good);
    const char *name;
    json_t *value;
    json_object_foreach(document->fields, name, value)
    {
        const json_t *read = json_object_get(again.fields, name);
        bool empty = json_is_array(value) && json_array_size(value) == 0;
        assert(empty || json_is_number(value) || json_equal(value, read));
    }
    pln_document_free(&again);
    pln_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pln_document_t document;
    bool lesson = size > 0 && data[0] == 'l';
    const pln_kind_t *kind = pln_kind_by_name(lesson ? "lesson" : "task");
    if (pln_markdown_read(PLN_SPAN(data, size), "name.md", kind, &document)) {
        assert_comes_back(&document);
    } else {
        assert(document.problem[0] != '\0');
    }
    pln_document_free(&document);
    return 0;
}
