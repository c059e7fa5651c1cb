// SPDX-License-Identifier: MPL-2.0
// Members as a gate needs them: those that have neither left nor expired by the clock it is asked
// with. The answer holds until a statement changes members, or the clock passes an expiry.
#include "access.h"
#include "access_set.h"

static void consider(pln_access_t *access, const pln_member_t *member, uint64_t wall_ms)
{
    bool expires = member->expiry_ms != 0;
    if (expires && member->expiry_ms <= wall_ms) {
        access->admission_from =
            member->expiry_ms > access->admission_from ? member->expiry_ms : access->admission_from;
        return;
    }
    if (expires && member->expiry_ms < access->admission_until) {
        access->admission_until = member->expiry_ms;
    }
    if (!member->left) {
        pln_admission_add(access->admission, &member->node);
    }
}

bool pln_member_over(const pln_member_t *member, uint64_t wall_ms)
{
    return member->expiry_ms != 0 && member->expiry_ms <= wall_ms;
}

pln_admission_t *pln_access_admission(pln_access_t *access, uint64_t wall_ms, uint64_t *from_ms,
                                      uint64_t *until_ms)
{
    bool holds = access->admission != NULL && access->admission_generation == access->generation &&
                 wall_ms >= access->admission_from && wall_ms < access->admission_until;
    if (!holds) {
        pln_admission_release(&access->admission);
        access->admission = pln_admission_new(pln_access_count(access));
        access->admission_generation = access->generation;
        access->admission_from = 0;
        access->admission_until = UINT64_MAX;
        size_t cursor = 0;
        pln_member_t member;
        while (pln_access_next(access, &cursor, &member)) {
            consider(access, &member, wall_ms);
        }
    }
    *from_ms = access->admission_from;
    *until_ms = access->admission_until;
    return pln_admission_hold(access->admission);
}
