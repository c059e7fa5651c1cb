// SPDX-License-Identifier: MPL-2.0
#include "import_file.h"
#include "proto/kinds.h"
#include "publish.h"

int pln_cmd_import(pln_command_t *command)
{
    const pln_options_t *options = command->options;
    const char *kind = pln_option(options, "kind");
    const pln_kind_t *known = kind != NULL ? pln_kind_by_name(kind) : NULL;
    if (kind != NULL && (known == NULL || known->fields == NULL)) {
        char kinds[256];
        pln_publish_kinds(kinds, sizeof kinds);
        return pln_wrong_usage(options->verb, "there is no kind \"%s\"; there are: %s", kind,
                               kinds);
    }
    pln_importing_t *importing = pln_importing_new(command, kind);
    for (size_t i = 0; i < options->word_count && pln_importing_goes_on(importing); i++) {
        pln_import_file(importing, pln_word(options, i));
    }
    int status = pln_importing_end(importing);
    pln_importing_free(&importing);
    return status;
}
