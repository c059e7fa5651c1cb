// SPDX-License-Identifier: MPL-2.0
// keyfile: made once, read back the same, and refused whenever it is not surely ours alone.
#include "daemon/keyfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/bytes.h"

#define ERROR_SIZE 1024

typedef struct {
    char dir[64];
    char file[80];
} place_t;

static int make_place(void **state)
{
    place_t *place = pln_alloc_zero(1, sizeof *place);
    snprintf(place->dir, sizeof place->dir, "/tmp/pln-key-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->file, sizeof place->file, "%s/node.key", place->dir);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    place_t *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->dir);
    int status = system(command);
    free(place);
    return status;
}

/** The key, made or read; fails the test when it is refused. */
static pln_identity_t *opened(const place_t *place, bool *fresh)
{
    char error[ERROR_SIZE] = "";
    pln_identity_t *identity = pln_keyfile_open(place->dir, fresh, error, sizeof error);
    if (identity == NULL) {
        fail_msg("%s", error);
    }
    return identity;
}

static void assert_refused(const place_t *place, const char *part)
{
    char error[ERROR_SIZE] = "";
    bool fresh = true;
    pln_identity_t *identity = pln_keyfile_open(place->dir, &fresh, error, sizeof error);
    assert_null(identity);
    assert_false(fresh);
    if (strstr(error, part) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", error, part);
    }
}

static size_t load(const place_t *place, char text[2048])
{
    FILE *in = fopen(place->file, "r");
    assert_non_null(in);
    size_t size = fread(text, 1, 2047, in);
    text[size] = '\0';
    fclose(in);
    return size;
}

static void save(const place_t *place, const char *text, size_t size)
{
    FILE *out = fopen(place->file, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, size, out), size);
    fclose(out);
}

static void keyfile_is_made_once_and_read_back_the_same(void **state)
{
    const place_t *place = *state;
    bool fresh = false;
    pln_identity_t *first = opened(place, &fresh);
    assert_true(fresh);
    pln_identity_t *again = opened(place, &fresh);
    assert_false(fresh);
    assert_memory_equal(first, again, sizeof *first);
    assert_int_equal(pln_id_check(&first->id), PLN_OK);
    struct stat at;
    assert_int_equal(stat(place->file, &at), 0);
    assert_int_equal(at.st_mode & 0777, 0600);
    pln_keyfile_close(&first);
    assert_null(first);
    pln_keyfile_close(&again);
}

static void keyfile_refuses_group_and_world_bits(void **state)
{
    const place_t *place = *state;
    bool fresh = false;
    pln_identity_t *identity = opened(place, &fresh);
    pln_keyfile_close(&identity);
    static const mode_t modes[] = {0640, 0604, 0620, 0610, 0644, 0601};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        char remedy[128];
        snprintf(remedy, sizeof remedy, "run: chmod 600 %s", place->file);
        assert_int_equal(chmod(place->file, modes[i]), 0);
        assert_refused(place, remedy);
    }
    assert_int_equal(chmod(place->file, 0400), 0);
    identity = opened(place, &fresh);
    pln_keyfile_close(&identity);
    assert_int_equal(chmod(place->file, 0600), 0);
}

static void keyfile_refuses_another_users(void **state)
{
    const place_t *place = *state;
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(chown(place->file, 65534, 65534), 0);
    assert_refused(place, "belongs to another user");
    assert_int_equal(chown(place->file, 0, 0), 0);
}

static void keyfile_refuses_any_flipped_bit_of_what_counts(void **state)
{
    const place_t *place = *state;
    char good[2048];
    char bad[2048];
    size_t size = load(place, good);
    const char *key = strstr(good, "pln node key");
    assert_non_null(key);
    for (size_t i = (size_t)(key - good); i < size - 1; i++) {
        memcpy(bad, good, size);
        bad[i] = (char)(bad[i] ^ 1);
        save(place, bad, size);
        char error[ERROR_SIZE] = "";
        bool fresh = false;
        assert_null(pln_keyfile_open(place->dir, &fresh, error, sizeof error));
        assert_non_null(strstr(error, place->file));
    }
    save(place, good, size);
}

static void keyfile_refuses_a_truncated_or_grown_file(void **state)
{
    const place_t *place = *state;
    char good[2048];
    size_t size = load(place, good);
    for (size_t cut = 0; cut < size - 1; cut++) {
        save(place, good, cut);
        assert_refused(place, "is damaged");
    }
    char *grown = pln_alloc(4096);
    memset(grown, '\n', 4096);
    memcpy(grown, good, size);
    save(place, grown, 4096);
    assert_refused(place, "is damaged");
    free(grown);
    save(place, good, size);
}

static void keyfile_refuses_a_newer_format(void **state)
{
    const place_t *place = *state;
    char good[2048];
    char newer[2048];
    size_t size = load(place, good);
    memcpy(newer, good, size + 1);
    char *number = strstr(newer, "pln node key 1");
    assert_non_null(number);
    number[strlen("pln node key ")] = '2';
    save(place, newer, size);
    assert_refused(place, "made by a newer plnd");
    save(place, good, size);
}

static void keyfile_refuses_a_link_and_a_folder(void **state)
{
    const place_t *place = *state;
    char kept[96];
    snprintf(kept, sizeof kept, "%s/elsewhere", place->dir);
    assert_int_equal(rename(place->file, kept), 0);
    assert_int_equal(symlink(kept, place->file), 0);
    assert_refused(place, "cannot be read");
    assert_int_equal(unlink(place->file), 0);
    assert_int_equal(mkdir(place->file, 0700), 0);
    assert_refused(place, "not a plain file");
    assert_int_equal(rmdir(place->file), 0);
    assert_int_equal(rename(kept, place->file), 0);
}

static void keyfile_draws_no_new_key_for_a_store_that_is_there(void **state)
{
    const place_t *place = *state;
    char store[96];
    snprintf(store, sizeof store, "%s/store", place->dir);
    assert_int_equal(unlink(place->file), 0);
    assert_int_equal(mkdir(store, 0700), 0);
    assert_refused(place, "is missing although");
    assert_int_not_equal(access(place->file, F_OK), 0);
    assert_int_equal(rmdir(store), 0);
}

static void keyfile_says_when_it_cannot_be_written(void **state)
{
    (void)state;
    const place_t nowhere = {.dir = "/nowhere", .file = "/nowhere/node.key"};
    assert_refused(&nowhere, "cannot be written");
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyfile_is_made_once_and_read_back_the_same),
        cmocka_unit_test(keyfile_refuses_group_and_world_bits),
        cmocka_unit_test(keyfile_refuses_another_users),
        cmocka_unit_test(keyfile_refuses_any_flipped_bit_of_what_counts),
        cmocka_unit_test(keyfile_refuses_a_truncated_or_grown_file),
        cmocka_unit_test(keyfile_refuses_a_newer_format),
        cmocka_unit_test(keyfile_refuses_a_link_and_a_folder),
        cmocka_unit_test(keyfile_draws_no_new_key_for_a_store_that_is_there),
        cmocka_unit_test(keyfile_says_when_it_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, make_place, remove_place);
}
