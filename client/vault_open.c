// SPDX-License-Identifier: MPL-2.0
#include "vault_open.h"

#include <inttypes.h>

#include "passphrase.h"
#include "vault_file.h"

static bool ignore_content(void *arg, pln_span_t content)
{
    (void)arg;
    (void)content;
    return true;
}

bool pln_vault_unlock(const pln_command_t *command, const char *name, pln_vault_what_t what,
                      pln_vault_head_t *head, pln_vault_key_t *key)
{
    pln_passphrase_t passphrase;
    if (!pln_vault_file_read(name, NULL, NULL, ignore_content, NULL, head)) {
        return false;
    }
    if (head->what != what) {
        pln_say(what == PLN_VAULT_BACKUP ? "%s is an exported key: lay it with `pln key import`"
                                         : "%s is a backup: lay it with `pln restore`",
                name);
        return false;
    }
    if (!head->locked) {
        return true;
    }
    bool good =
        pln_passphrase_get(pln_option(command->options, "passphrase-file"), false, &passphrase);
    if (good && pln_vault_derive(head, PLN_SPAN(passphrase.text, passphrase.size), key) != PLN_OK) {
        pln_say("this machine has not the %" PRIu32 " MiB of memory that opening %s takes",
                head->memory_kib / 1024u, name);
        good = false;
    }
    sodium_memzero(&passphrase, sizeof passphrase);
    return good;
}

void pln_vault_laid(const pln_command_t *command, const pln_id_t *id)
{
    char did[PLN_DID_SIZE];
    pln_did(id, did);
    if (command->options->json) {
        json_t *json = json_pack("{s:s, s:s}", "id", did, "dir", command->dir);
        pln_json_print(json);
        json_decref(json);
    } else {
        puts(did);
    }
    pln_hint(
        "Laid into %s. Make sure that the old machine does not run any more, then start: plnd "
        "--dir %s",
        command->dir, command->dir);
}
