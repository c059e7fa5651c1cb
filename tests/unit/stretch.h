// SPDX-License-Identifier: MPL-2.0
/**
 * stretch - a time that a rule names, on the machine as it is.
 *
 * Why     "Stops within a second" is said of a machine that has nothing else to do. Where four want
 *         each core, the same work takes four times as long and nobody has broken the rule
 * Use     assert_true(now_ms() - begin < stretched_ms(1000))
 */
#ifndef PLN_STRETCH_H
#define PLN_STRETCH_H

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static inline uint64_t stretched_ms(uint64_t ms)
{
    double minute = 0;
    double running = 0;
    FILE *file = fopen("/proc/loadavg", "r");
    if (file != NULL) {
        if (fscanf(file, "%lf %*s %*s %lf", &minute, &running) != 2) {
            minute = running = 0;
        }
        fclose(file);
    }
    double each = (minute > running ? minute : running) / (double)sysconf(_SC_NPROCESSORS_ONLN);
    return each > 1 ? (uint64_t)((double)ms * each) : ms;
}

#endif
