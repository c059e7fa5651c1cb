// SPDX-License-Identifier: MPL-2.0
/* Reading happens only after the step's effects are performed: their spans die with the next step,
 * and the answer to a read is a step. So reads queue as small chores, and bytes are read one at a
 * time, when their turn comes. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "driver_state.h"
#include "log.h"

#define CHANGES_MAX 65536u

/* ---- performing ---- */

static pln_chore_t *chore(pln_driver_t *driver)
{
    pln_chore_t *added = pln_alloc_zero(1, sizeof *added);
    *driver->chore_end = added;
    driver->chore_end = &added->next;
    return added;
}

static void dial(pln_driver_t *driver, const pln_effect_t *effect)
{
    uint32_t link = effect->as.dial.link;
    const pln_id_t *peer = &effect->as.dial.peer;
    if (!effect->as.dial.as_ticket) {
        pln_net_dial(driver->net, link, peer, effect->as.dial.address, NULL);
        return;
    }
    pln_identity_t ticket;
    if (pln_identity_derive(effect->as.dial.seed, &ticket) == PLN_OK) {
        pln_net_dial(driver->net, link, peer, effect->as.dial.address, &ticket);
    } else {
        pln_chore_t *down = chore(driver);
        down->type = PLN_CHORE_DOWN;
        down->link = link;
        down->why = PLN_DOWN_KEY;
    }
    sodium_memzero(&ticket, sizeof ticket);
}

static void load_later(pln_driver_t *driver, const pln_effect_t *effect)
{
    pln_chore_t *load = chore(driver);
    load->type = PLN_CHORE_LOAD;
    load->link = effect->as.load.link;
    load->chain = effect->as.load.chain;
    load->place = effect->as.load.place;
    load->from = effect->as.load.from;
    load->to = effect->as.load.to;
    load->comparing = effect->as.load.comparing;
    load->vouched = effect->as.load.vouched;
    load->signature = effect->as.load.signature;
}

static void probe_later(pln_driver_t *driver, const pln_effect_t *effect)
{
    pln_chore_t *probe = chore(driver);
    probe->type = PLN_CHORE_PROBE;
    probe->link = effect->as.probe.link;
    probe->chain = effect->as.probe.chain;
    probe->purpose = effect->as.probe.purpose;
    probe->seq_count = effect->as.probe.count;
    memcpy(probe->seqs, effect->as.probe.seqs, sizeof probe->seqs);
}

static void read_later(pln_driver_t *driver, const pln_effect_t *effect)
{
    pln_chore_t *read = chore(driver);
    read->type = PLN_CHORE_READ;
    read->link = effect->as.read.link;
    read->chain = effect->as.read.chain;
    read->from = effect->as.read.seq;
}

static void changes_later(pln_driver_t *driver, const pln_effect_t *effect)
{
    pln_chore_t *changes = chore(driver);
    changes->type = PLN_CHORE_CHANGES;
    changes->link = effect->as.changes.link;
    changes->network = effect->as.changes.network;
    changes->cursor = effect->as.changes.cursor;
}

static void perform(pln_driver_t *driver, const pln_effect_t *effect)
{
    switch (effect->type) {
        case PLN_FX_SEND:
            /* When it fails the link is down, and link_down says so. */
            pln_net_send(driver->net, effect->as.send.link, effect->as.send.head,
                         effect->as.send.body);
            break;
        case PLN_FX_DIAL:
            dial(driver, effect);
            break;
        case PLN_FX_CLOSE:
            pln_net_close(driver->net, effect->as.close.link);
            break;
        case PLN_FX_ADMIT:
            pln_net_admit(driver->net, effect->as.admit.as, &effect->as.admit.id,
                          effect->as.admit.admit);
            break;
        case PLN_FX_LOAD:
            load_later(driver, effect);
            break;
        case PLN_FX_READ:
            read_later(driver, effect);
            break;
        case PLN_FX_PROBE:
            probe_later(driver, effect);
            break;
        case PLN_FX_CHANGES:
            changes_later(driver, effect);
            break;
        case PLN_FX_REPLY:
            pln_inbox_reply(&driver->inbox, effect);
            break;
        case PLN_FX_STORE:
        case PLN_FX_MINT:
        case PLN_FX_ASIDE:
        case PLN_FX_BACK:
        case PLN_FX_WITHHOLD:
        case PLN_FX_REVEAL:
        case PLN_FX_FORGET:
        case PLN_FX_TRIM:
        case PLN_FX_SAVE:
            break; /* the job has them */
    }
}

void pln_effects_perform(pln_driver_t *driver, const pln_effects_t *effects)
{
    /* First, so that the disk works while we send. */
    pln_job_t *job = pln_job_new(effects);
    assert((job != NULL) == (effects->job != 0));
    if (job != NULL) {
        pln_writer_push(driver->writer, &job);
    }
    for (size_t i = 0; i < effects->count; i++) {
        perform(driver, &effects->list[i]);
    }
}

/* ---- chores ---- */

static void load(pln_driver_t *driver, const pln_chore_t *chore)
{
    pln_event_t event = {.type = PLN_EV_LOADED};
    event.as.loaded.link = chore->link;
    event.as.loaded.chain = chore->chain;
    event.as.loaded.from = chore->from;
    event.as.loaded.comparing = chore->comparing;
    pln_buf_clear(&driver->run);
    event.as.loaded.error = pln_store_run(driver->store, chore->chain, &chore->place, chore->from,
                                          chore->to, &driver->run, &event.as.loaded.base,
                                          &event.as.loaded.end, &event.as.loaded.signature);
    if (event.as.loaded.error == PLN_ENOTFOUND && chore->vouched) {
        event.as.loaded.error =
            pln_store_stretch(driver->store, chore->chain, &chore->place, chore->from, chore->to,
                              &driver->run, &event.as.loaded.base, &event.as.loaded.end);
        event.as.loaded.signature = chore->signature;
    }
    if (event.as.loaded.error == PLN_OK) {
        event.as.loaded.run = pln_buf_span(&driver->run);
    } else if (event.as.loaded.error != PLN_ENOTFOUND) {
        pln_log(PLN_LOG_ERROR, "store", "a run cannot be read: %s chain=%u from=%llu",
                pln_error_text(event.as.loaded.error), (unsigned)chore->chain,
                (unsigned long long)chore->from);
    }
    pln_driver_step(driver, &event);
}

static void read_entry(pln_driver_t *driver, const pln_chore_t *chore)
{
    pln_event_t event = {.type = PLN_EV_READ};
    event.as.read.link = chore->link;
    event.as.read.chain = chore->chain;
    event.as.read.seq = chore->from;
    event.as.read.error = pln_store_entry(driver->store, chore->chain, chore->from, &driver->run);
    if (event.as.read.error == PLN_OK) {
        event.as.read.entry = pln_buf_span(&driver->run);
    } else if (event.as.read.error != PLN_ENOTFOUND) {
        pln_log(PLN_LOG_ERROR, "store", "an entry cannot be read: %s chain=%u seq=%llu",
                pln_error_text(event.as.read.error), (unsigned)chore->chain,
                (unsigned long long)chore->from);
    }
    pln_driver_step(driver, &event);
}

static void probe(pln_driver_t *driver, const pln_chore_t *chore)
{
    pln_head_t heads[PLN_PROBE_MAX] = {0};
    pln_event_t event = {.type = PLN_EV_PROBED};
    event.as.probed.link = chore->link;
    event.as.probed.chain = chore->chain;
    event.as.probed.purpose = chore->purpose;
    event.as.probed.heads = heads;
    event.as.probed.count = chore->seq_count;
    pln_err_t error =
        pln_store_heads(driver->store, chore->chain, chore->seqs, chore->seq_count, heads);
    if (error != PLN_OK) {
        pln_log(PLN_LOG_ERROR, "store", "heads cannot be read: %s chain=%u", pln_error_text(error),
                (unsigned)chore->chain);
        event.as.probed.count = 0;
    }
    pln_driver_step(driver, &event);
}

static void list_changes(pln_driver_t *driver, const pln_chore_t *chore)
{
    pln_event_t event = {.type = PLN_EV_CHANGES};
    size_t count = 0;
    bool valid = false;
    bool truncated = false;
    if (driver->changes == NULL) {
        driver->changes = pln_alloc(CHANGES_MAX * sizeof *driver->changes);
    }
    pln_err_t error = pln_store_changes(driver->store, &chore->cursor, driver->changes, CHANGES_MAX,
                                        &count, &valid, &truncated);
    if (error != PLN_OK) {
        /* As if the cursor were unknown: the two sides compare their heads instead. */
        pln_log(PLN_LOG_ERROR, "store", "changes cannot be read: %s", pln_error_text(error));
        valid = false;
        count = 0;
    }
    event.as.changes.link = chore->link;
    event.as.changes.network = chore->network;
    event.as.changes.valid = valid;
    event.as.changes.truncated = truncated;
    event.as.changes.rows = driver->changes;
    event.as.changes.count = count;
    pln_driver_step(driver, &event);
}

static void tell_down(pln_driver_t *driver, const pln_chore_t *chore)
{
    pln_event_t event = {.type = PLN_EV_LINK_DOWN};
    event.as.link_down.link = chore->link;
    event.as.link_down.why = chore->why;
    pln_driver_step(driver, &event);
}

static pln_chore_t *next_chore(pln_driver_t *driver)
{
    pln_chore_t *chore = driver->chore_first;
    if (chore != NULL) {
        driver->chore_first = chore->next;
        if (driver->chore_first == NULL) {
            driver->chore_end = &driver->chore_first;
        }
    }
    return chore;
}

bool pln_chores_do(pln_driver_t *driver, size_t max)
{
    for (size_t i = 0; i < max; i++) {
        pln_chore_t *chore = next_chore(driver);
        if (chore == NULL) {
            return false;
        }
        switch (chore->type) {
            case PLN_CHORE_LOAD:
                load(driver, chore);
                break;
            case PLN_CHORE_READ:
                read_entry(driver, chore);
                break;
            case PLN_CHORE_PROBE:
                probe(driver, chore);
                break;
            case PLN_CHORE_CHANGES:
                list_changes(driver, chore);
                break;
            case PLN_CHORE_DOWN:
                tell_down(driver, chore);
                break;
        }
        free(chore);
    }
    return driver->chore_first != NULL;
}

void pln_chores_free(pln_driver_t *driver)
{
    for (pln_chore_t *chore = next_chore(driver); chore != NULL; chore = next_chore(driver)) {
        free(chore);
    }
    free(driver->changes);
    pln_buf_free(&driver->run);
}
