// SPDX-License-Identifier: MPL-2.0
// The members and what they hold when they are switched on: the first node founds the network, its
// disk gets everybody's grants and some records, and everybody else's is a copy of that disk. The
// fold of access is computed once and shared (the linker sends the core's calls here, --wrap): from
// then on no entry of lane 0 is made.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/access.h"
#include "proto/control.h"
#include "scale.h"

#define AUTHORS_MAX 100u
#define RECORDS_PER_AUTHOR 3u
#define RECORD_BYTES 800u

/* ---- the shared fold ---- */

static struct {
    pln_access_t *access; /**< NULL: nothing is shared */
    bool sealed;          /**< ... and filled it */
} shared;

pln_access_t *__wrap_pln_access_new(const pln_network_id_t *network);
__attribute__((weak)) pln_access_t *__real_pln_access_new(const pln_network_id_t *network);
void __wrap_pln_access_free(pln_access_t **access);
__attribute__((weak)) void __real_pln_access_free(pln_access_t **access);
void __wrap_pln_access_add(pln_access_t *access, const pln_statement_t *statement);
__attribute__((weak)) void __real_pln_access_add(pln_access_t *access,
                                                 const pln_statement_t *statement);

pln_access_t *__wrap_pln_access_new(const pln_network_id_t *network)
{
    return shared.access != NULL ? shared.access : __real_pln_access_new(network);
}

void __wrap_pln_access_free(pln_access_t **access)
{
    if (*access == shared.access) {
        *access = NULL;
    } else {
        __real_pln_access_free(access);
    }
}

void __wrap_pln_access_add(pln_access_t *access, const pln_statement_t *statement)
{
    if (access != shared.access || !shared.sealed) {
        __real_pln_access_add(access, statement);
    }
}

/* ---- the disk ---- */

static void mint(memory_store_t *store, const world_node_t *author, uint32_t chain,
                 const pln_place_t *place, const pln_draft_t *drafts, size_t count)
{
    pln_effect_t effect = {.type = PLN_FX_MINT};
    effect.as.mint.chain = chain;
    effect.as.mint.place = *place;
    effect.as.mint.drafts = drafts;
    effect.as.mint.count = count;
    pln_effects_t effects = {.list = &effect, .count = 1, .job = 1};
    memory_job_t *job = memory_job_new(&effects);
    memory_store_apply(store, &author->self, job);
    assert(job->error == PLN_OK);
    memory_job_free(job);
}

static void grants_mint(scale_t *scale, memory_store_t *store)
{
    world_node_t *root = scale->world->nodes[0];
    pln_draft_t *drafts = pln_alloc_zero(scale->nodes, sizeof *drafts);
    pln_buf_t *payloads = pln_alloc_zero(scale->nodes, sizeof *payloads);
    for (uint32_t i = 1; i < scale->nodes; i++) {
        const char *label = scale->world->nodes[i]->name;
        pln_grant_t grant = {.node = scale->world->nodes[i]->self.id,
                             .role = PLN_ROLE_CONTRIBUTOR,
                             .label = PLN_SPAN(label, strlen(label))};
        pln_grant_encode(&grant, &payloads[i]);
        drafts[i - 1] = (pln_draft_t){
            .kind = PLN_KIND_GRANT, .time_ms = 1, .payload = pln_buf_span(&payloads[i])};
    }
    pln_place_t place = {.network = scale->network, .author = root->self.id};
    size_t cursor = 0;
    pln_chain_row_t row;
    bool founded = memory_store_next_chain(store, &cursor, &row) && row.place.lane == 0;
    assert(founded);
    if (founded && scale->nodes > 1) {
        mint(store, root, row.number, &place, drafts, scale->nodes - 1);
    }
    for (uint32_t i = 0; i < scale->nodes; i++) {
        pln_buf_free(&payloads[i]);
    }
    free(payloads);
    free(drafts);
}

static void records_mint(scale_t *scale, memory_store_t *store)
{
    static const uint8_t payload[RECORD_BYTES] = {0x80};
    pln_draft_t drafts[RECORDS_PER_AUTHOR];
    for (size_t i = 0; i < RECORDS_PER_AUTHOR; i++) {
        drafts[i] = (pln_draft_t){
            .kind = 0x0101, .time_ms = 1, .payload = PLN_SPAN(payload, sizeof payload)};
    }
    scale->authors = scale->nodes < AUTHORS_MAX ? scale->nodes : AUTHORS_MAX;
    for (uint32_t i = 0; i < scale->authors; i++) {
        const world_node_t *author = scale->world->nodes[scale->nodes - 1 - i];
        pln_place_t place = {
            .network = scale->network, .author = author->self.id, .lane = PLN_LANE_RECORDS};
        mint(store, author, i + 1, &place, drafts, RECORDS_PER_AUTHOR);
    }
}

static void machines(scale_t *scale)
{
    for (uint32_t i = 0; i < scale->nodes; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s %u", i < scale->hubs ? "hub" : "district", i);
        world_machine(scale->world, name, false);
    }
}

void scale_past(scale_t *scale)
{
    machines(scale);
    world_node_t *root = scale->world->nodes[0];
    world_start(root);
    pln_err_t error = world_found(root, "all states", &scale->network);
    assert(error == PLN_OK);
    world_run(scale->world, 1000);
    world_crash(root);
    grants_mint(scale, root->store);
    records_mint(scale, root->store);
    shared.access = __real_pln_access_new(&scale->network);
    shared.sealed = false;
    for (uint32_t i = 0; i < scale->nodes; i++) {
        world_node_t *node = scale->world->nodes[i];
        if (i > 0) {
            memory_store_free(&node->store);
            node->store = memory_store_copy(root->store);
        }
        world_start(node);
        shared.sealed = true;
    }
}

void scale_past_forget(scale_t *scale)
{
    (void)scale;
    __real_pln_access_free(&shared.access);
    shared.sealed = false;
}
