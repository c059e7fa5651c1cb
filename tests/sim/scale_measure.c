// SPDX-License-Identifier: MPL-2.0
// Where the followed record is, over how many hops it came, and what came besides.
#include <stdlib.h>
#include <string.h>

#include "scale.h"

uint64_t scale_percentile(const uint64_t *values, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;
    return count == 0 ? 0 : values[rank > 0 ? rank - 1 : 0];
}

void scale_follow(scale_t *scale, uint32_t author, uint64_t seq)
{
    scale_trace_t *trace = &scale->trace;
    trace->author = author;
    trace->seq = seq;
    trace->made_ms = scale->world->now_ms;
    trace->needed = trace->received = 0;
    for (uint32_t i = 0; i < scale->nodes; i++) {
        trace->at_ms[i] = SCALE_UNREACHED;
        trace->hops[i] = 0;
    }
    trace->at_ms[author] = trace->made_ms;
}

static void run_heard(scale_t *scale, uint32_t node, uint32_t from, const pln_entries_t *run,
                      size_t bytes)
{
    scale_trace_t *trace = &scale->trace;
    const pln_id_t *author = &scale->world->nodes[trace->author]->self.id;
    if (trace->seq < run->from || trace->seq > run->to || run->place.lane != PLN_LANE_RECORDS ||
        !pln_id_equal(&run->place.author, author)) {
        return;
    }
    trace->received += bytes;
    if (trace->at_ms[node] == SCALE_UNREACHED) {
        trace->needed += bytes;
        trace->at_ms[node] = scale->world->now_ms;
        trace->hops[node] = trace->hops[from] + 1;
    }
}

void scale_heard(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    scale_t *scale = node->world->owner;
    scale_bytes_t *bytes = &scale->bytes[node->index];
    pln_message_t message;
    if (pln_message_decode(frame, &message) != PLN_OK) {
        return;
    }
    if (message.type == PLN_MSG_ENTRIES) {
        bytes->runs += frame.size;
        run_heard(scale, node->index, from->index, &message.as.entries, frame.size);
    } else if (message.type == PLN_MSG_PRESENCE) {
        bytes->presence += frame.size;
    } else {
        bytes->other += frame.size;
    }
}

static int order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void scale_spread(const scale_t *scale, const bool *reachable, scale_spread_t *out)
{
    const scale_trace_t *trace = &scale->trace;
    uint64_t *after_ms = pln_alloc(scale->nodes * sizeof *after_ms);
    size_t count = 0;
    uint64_t hops = 0;
    *out = (scale_spread_t){.needed = trace->needed, .received = trace->received};
    for (uint32_t i = 0; i < scale->nodes; i++) {
        if (i == trace->author || !reachable[i]) {
            continue;
        }
        bool there = trace->at_ms[i] != SCALE_UNREACHED;
        after_ms[count++] = there ? trace->at_ms[i] - trace->made_ms : SCALE_UNREACHED;
        out->missing += !there;
        hops += trace->hops[i];
        out->hops_max = trace->hops[i] > out->hops_max ? trace->hops[i] : out->hops_max;
    }
    qsort(after_ms, count, sizeof *after_ms, order);
    out->half_ms = scale_percentile(after_ms, count, 50);
    out->most_ms = scale_percentile(after_ms, count, 99);
    out->all_ms = scale_percentile(after_ms, count, 100);
    out->hops_mean = count > out->missing ? (double)hops / (double)(count - out->missing) : 0;
    free(after_ms);
}

scale_bytes_t scale_bytes(const scale_t *scale)
{
    scale_bytes_t sum = {0};
    for (uint32_t i = 0; i < scale->nodes; i++) {
        sum.runs += scale->bytes[i].runs;
        sum.presence += scale->bytes[i].presence;
        sum.other += scale->bytes[i].other;
    }
    return sum;
}
