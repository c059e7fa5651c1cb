// SPDX-License-Identifier: MPL-2.0
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_MS 100u
#define RATE_AFTER_MS 1000u

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void pln_progress(pln_progress_t *progress, const char *doing, uint64_t count)
{
    uint64_t now = now_ms();
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    progress->begun_ms = progress->begun_ms == 0 ? now : progress->begun_ms;
    if (progress->shown && now - progress->shown_ms < INTERVAL_MS) {
        return;
    }
    fprintf(stderr, "\r%s %" PRIu64, doing, count);
    if (now - progress->begun_ms >= RATE_AFTER_MS) {
        fprintf(stderr, ", %" PRIu64 " per second", count * 1000u / (now - progress->begun_ms));
    }
    fputs("\033[K", stderr);
    fflush(stderr);
    progress->shown = true;
    progress->shown_ms = now;
}

void pln_progress_clear(pln_progress_t *progress)
{
    if (progress->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        progress->shown = false;
    }
}
