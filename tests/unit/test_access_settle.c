// SPDX-License-Identifier: MPL-2.0
// Which settle counts: within its own limit, signed, the smallest.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"

#define CONTRIBUTOR PLN_ROLE_CONTRIBUTOR

/** Says in its lane 0 of @epoch that its lane 1 of @of counts up to @seq of @branch. */
static void say_settle(history_t *history, int by, uint32_t epoch, uint32_t of, uint64_t seq,
                       unsigned branch, bool is_signed)
{
    meant_cut_t meant = cut(of, 1, seq);
    meant.branch = branch;
    pln_cut_t head = signed_cut(by, &meant);
    pln_settle_t settle = {of, head.seq, head.hash, head.signature};
    settle.signature.bytes[0] ^= !is_signed;
    pln_settle_encode(&settle, &say(history, by, epoch, PLN_KIND_SETTLE)->payload);
}

static bool settled(pln_access_t *access, int who, uint32_t epoch, uint64_t *seq)
{
    pln_settle_t settle;
    bool is = pln_access_settle(access, &world[who].id, epoch, &settle);
    *seq = is ? settle.seq : 0;
    return is;
}

static void access_of_several_settles_the_smallest_decides(void **state)
{
    (void)state;
    history_t *history = founded();
    uint64_t seq;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_settle(history, A, 1, 0, 9, 1, true);
    say_settle(history, A, 1, 0, 8, 0, true);
    say_settle(history, A, 2, 0, 7, 0, true);
    IN_ANY_ORDER(history, access)
    {
        assert_true(settled(access, A, 0, &seq));
        assert_int_equal(seq, 9);
        assert_false(settled(access, A, 1, &seq));
        assert_false(settled(access, B, 0, &seq));
    }
    say_settle(history, A, 0, 0, 6, 0, true);  // came last, stands in an earlier epoch
    IN_ANY_ORDER(history, access)
    {
        assert_true(settled(access, A, 0, &seq));
        assert_int_equal(seq, 6);
    }
}

static void access_settle_that_does_not_verify_is_void(void **state)
{
    (void)state;
    history_t *history = founded();
    uint64_t seq;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_settle(history, A, 1, 0, 9, 0, false);
    IN_ANY_ORDER(history, access)
    {
        assert_false(settled(access, A, 0, &seq));
    }
}

/** A's first term is cut behind entry 1; what it says behind that of its second term is nothing. */
static void access_settle_beyond_the_limit_of_its_chain_counts_nowhere(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t at_one = cut(0, 0, 1);
    uint64_t seq;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_settle(history, A, 0, 17, 5, 0, true);
    say_settle(history, A, 0, 16, 5, 0, true);
    say_revoke(history, ROOT, 0, A, 0, 1, &at_one);
    say_grant(history, ROOT, 0, A, 1, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_true(settled(access, A, 17, &seq));
        assert_false(settled(access, A, 16, &seq));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_of_several_settles_the_smallest_decides),
        cmocka_unit_test(access_settle_that_does_not_verify_is_void),
        cmocka_unit_test(access_settle_beyond_the_limit_of_its_chain_counts_nowhere),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_world, free_world);
}
