// SPDX-License-Identifier: MPL-2.0
/**
 * job - the inside of pln_job_t (store.h): one step's storing effects, copied, and what came of
 * them.
 *
 * Why     The node's effects live until its next step, a job until it is durable and reported.
 * Shape   operations in the order of the effects; their drafts and bytes in one allocation each
 * Owner   whoever holds the job; the writer links jobs through `next`
 * Inside  store_write.c fills error and results, writer.c queues
 */
#ifndef PLN_JOB_H
#define PLN_JOB_H

#include "store.h"

typedef struct {
    pln_effect_t effect; /**< its spans and drafts point into the job */
    pln_buf_t minted;    /**< MINT: the run, when it was exactly one */
} pln_job_op_t;

struct pln_job {
    pln_job_t *next;
    uint64_t number;
    pln_job_op_t *ops;
    size_t op_count;
    pln_draft_t *drafts;
    uint8_t *bytes;
    size_t byte_count;
    pln_err_t error;
    pln_stored_t *results;
    size_t result_count;
};

#endif
