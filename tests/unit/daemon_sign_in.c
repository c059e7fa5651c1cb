// SPDX-License-Identifier: MPL-2.0
// Sign-in links: one use, one end, nothing secret on disk.
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/sign_in.h"

#define NOW 1000000u
#define END 2000000u

typedef struct {
    char dir[64];
    char file[96];
    pln_sign_ins_t *all;
} world_t;

static int start_world(void **state)
{
    world_t *world = calloc(1, sizeof *world);
    assert_non_null(world);
    snprintf(world->dir, sizeof world->dir, "/tmp/pln-sign-XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    snprintf(world->file, sizeof world->file, "%s/sign-ins", world->dir);
    world->all = pln_sign_ins_open(world->dir);
    *state = world;
    return 0;
}

static int stop_world(void **state)
{
    world_t *world = *state;
    pln_sign_ins_close(&world->all);
    unlink(world->file);
    assert_int_equal(rmdir(world->dir), 0);
    free(world);
    return 0;
}

static void restart(world_t *world)
{
    pln_sign_ins_close(&world->all);
    world->all = pln_sign_ins_open(world->dir);
}

static pln_sign_in_t make(world_t *world, pln_need_t role, char token[PLN_SIGN_IN_SECRET_SIZE])
{
    pln_sign_in_t made;
    assert_int_equal(pln_sign_ins_make(world->all, role, "Ada", END, NOW, &made, token), PLN_OK);
    return made;
}

static void a_link_signs_in_once_and_survives_a_restart(void **state)
{
    world_t *world = *state;
    char token[PLN_SIGN_IN_SECRET_SIZE], session[PLN_SIGN_IN_SECRET_SIZE],
        again[PLN_SIGN_IN_SECRET_SIZE];
    pln_sign_in_t row;
    make(world, PLN_NEED_DRAFT, token);
    restart(world);
    assert_int_equal(pln_sign_ins_exchange(world->all, token, NOW, &row, session), PLN_OK);
    assert_string_not_equal(token, session);
    restart(world);
    assert_int_equal(pln_sign_ins_exchange(world->all, token, NOW, &row, again), PLN_ETICKET_USED);
    assert_true(pln_sign_ins_find(world->all, session, NOW + 5, &row));
    assert_int_equal(row.role, PLN_NEED_DRAFT);
    assert_string_equal(row.name, "Ada");
    restart(world);
    pln_sign_in_t *rows;
    assert_int_equal(pln_sign_ins_list(world->all, &rows), 1);
    assert_true(rows[0].last_ms == NOW + 5);
    free(rows);
}

static void what_is_withdrawn_or_over_signs_nobody_in(void **state)
{
    world_t *world = *state;
    char token[PLN_SIGN_IN_SECRET_SIZE], session[PLN_SIGN_IN_SECRET_SIZE];
    pln_sign_in_t row = make(world, PLN_NEED_READ, token);
    assert_int_equal(pln_sign_ins_exchange(world->all, "x", NOW, &row, session),
                     PLN_ETICKET_UNKNOWN);
    assert_int_equal(pln_sign_ins_exchange(world->all, token, END, &row, session),
                     PLN_ETICKET_EXPIRED);
    assert_int_equal(pln_sign_ins_exchange(world->all, token, NOW, &row, session), PLN_OK);
    assert_true(pln_sign_ins_find(world->all, session, END - 1, &row));
    assert_true(pln_sign_ins_holds(world->all, row.key, END - 1));
    assert_false(pln_sign_ins_find(world->all, session, END, &row));
    assert_false(pln_sign_ins_holds(world->all, row.key, END));
    assert_int_equal(pln_sign_ins_withdraw(world->all, row.key), PLN_OK);
    assert_false(pln_sign_ins_find(world->all, session, NOW, &row));
    assert_false(pln_sign_ins_holds(world->all, row.key, NOW));
    restart(world);
    assert_false(pln_sign_ins_find(world->all, session, NOW, &row));
    assert_int_equal(pln_sign_ins_exchange(world->all, token, NOW, &row, session),
                     PLN_ETICKET_CANCELLED);
    assert_int_equal(pln_sign_ins_withdraw(world->all, "nothing"), PLN_ENOTFOUND);
}

static void the_file_is_private_and_holds_no_secret(void **state)
{
    world_t *world = *state;
    char token[PLN_SIGN_IN_SECRET_SIZE], session[PLN_SIGN_IN_SECRET_SIZE];
    static char text[65536];
    pln_sign_in_t row;
    struct stat there;
    make(world, PLN_NEED_MANAGE, token);
    assert_int_equal(pln_sign_ins_exchange(world->all, token, NOW, &row, session), PLN_OK);
    assert_int_equal(stat(world->file, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0600);
    FILE *file = fopen(world->file, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    assert_non_null(strstr(text, row.key));
    assert_null(strstr(text, token));
    assert_null(strstr(text, session));
}

static void their_number_is_bounded_and_those_that_ended_give_way(void **state)
{
    world_t *world = *state;
    char token[PLN_SIGN_IN_SECRET_SIZE];
    pln_sign_in_t first = make(world, PLN_NEED_READ, token), row;
    for (unsigned i = 1; i < PLN_SIGN_INS_MAX; i++) {
        make(world, PLN_NEED_READ, token);
    }
    assert_int_equal(pln_sign_ins_make(world->all, PLN_NEED_READ, "", END, NOW, &row, token),
                     PLN_EFULL);
    assert_int_equal(pln_sign_ins_withdraw(world->all, first.key), PLN_OK);
    make(world, PLN_NEED_READ, token);
    assert_false(pln_sign_ins_holds(world->all, first.key, NOW));
}

static void a_damaged_file_signs_nobody_in(void **state)
{
    world_t *world = *state;
    char token[PLN_SIGN_IN_SECRET_SIZE], session[PLN_SIGN_IN_SECRET_SIZE];
    pln_sign_in_t row;
    make(world, PLN_NEED_MANAGE, token);
    FILE *file = fopen(world->file, "r+");
    assert_non_null(file);
    fputs("{\"format\":2", file);
    fclose(file);
    restart(world);
    assert_int_equal(pln_sign_ins_exchange(world->all, token, NOW, &row, session),
                     PLN_ETICKET_UNKNOWN);
    make(world, PLN_NEED_MANAGE, token);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, start_world, stop_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_link_signs_in_once_and_survives_a_restart),
        WORLD_TEST(what_is_withdrawn_or_over_signs_nobody_in),
        WORLD_TEST(the_file_is_private_and_holds_no_secret),
        WORLD_TEST(their_number_is_bounded_and_those_that_ended_give_way),
        WORLD_TEST(a_damaged_file_signs_nobody_in),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
