// SPDX-License-Identifier: MPL-2.0
// Opening: a new store, one's own, and everything that must be refused with a sentence that helps.
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>

#include "store_fixture.h"

/** A raw look into the closed store's environment, for damaging it and for seeing what is there. */
typedef struct {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
} raw_t;

static raw_t raw_open(const fixture_t *fixture, const char *table)
{
    raw_t raw;
    char path[512];
    fixture_path(fixture, "", path);
    assert_int_equal(mdb_env_create(&raw.env), 0);
    assert_int_equal(mdb_env_set_maxdbs(raw.env, 16), 0);
    assert_int_equal(mdb_env_set_mapsize(raw.env, FIXTURE_MAP), 0);
    assert_int_equal(mdb_env_open(raw.env, path, 0, S_IRUSR | S_IWUSR), 0);
    assert_int_equal(mdb_txn_begin(raw.env, NULL, 0, &raw.txn), 0);
    assert_int_equal(mdb_dbi_open(raw.txn, table, MDB_CREATE, &raw.dbi), 0);
    return raw;
}

static void raw_close(raw_t *raw)
{
    assert_int_equal(mdb_txn_commit(raw->txn), 0);
    mdb_env_close(raw->env);
}

static void raw_put(raw_t *raw, pln_span_t key, pln_span_t value)
{
    MDB_val k = {key.size, (void *)(uintptr_t)key.data};
    MDB_val v = {value.size, (void *)(uintptr_t)value.data};
    assert_int_equal(mdb_put(raw->txn, raw->dbi, &k, &v, 0), 0);
}

static void raw_del(raw_t *raw, pln_span_t key)
{
    MDB_val k = {key.size, (void *)(uintptr_t)key.data};
    assert_int_equal(mdb_del(raw->txn, raw->dbi, &k, NULL), 0);
}

static void assert_refused(fixture_t *fixture, const char *reason, const char *remedy)
{
    assert_false(fixture_try(fixture, FIXTURE_MAP));
    if (strstr(fixture->error, reason) == NULL || strstr(fixture->error, remedy) == NULL) {
        fail_msg("\"%s\" says neither \"%s\" nor \"%s\"", fixture->error, reason, remedy);
    }
    assert_non_null(strstr(fixture->error, fixture->dir));
}

static void new_store_is_private_and_empty(void **state)
{
    fixture_t *fixture = *state;
    char path[512];
    struct stat info;
    pln_cursor_t start;
    fixture_path(fixture, "", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    fixture_path(fixture, "/data.mdb", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_true(pln_store_bytes(fixture->store) > (uint64_t)info.st_size);
    pln_cursor_start(&fixture->id, &start);
    pln_cursor_t arrivals = pln_store_arrivals(fixture->store);
    assert_true(pln_cursor_equal(&start, &arrivals));
}

static void reopened_store_keeps_its_id_and_its_chains(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_store_id_t id = fixture->id;
    fixture_must(fixture, fixture_mint(4, &place, 100, 200));
    pln_chain_row_t before = row_of(fixture, 4);
    memset(fixture->id.bytes, 9, sizeof fixture->id.bytes); /* fresh_id is for new stores */
    fixture_reopen(fixture);
    pln_chain_row_t after = row_of(fixture, 4);
    assert_memory_equal(pln_store_id(fixture->store), &id, sizeof id);
    assert_head_equal(&before.head, &after.head);
    assert_head_equal(&before.counted_head, &after.counted_head);
    assert_memory_equal(&before.signature, &after.signature, sizeof after.signature);
    assert_true(pln_place_equal(&before.place, &after.place));
    fixture_must(fixture, fixture_mint(4, &place, 100, 200));
    assert_every_run_verifies(fixture, 4, &place);
}

static void changed_has_one_row_a_chain(void **state)
{
    fixture_t *fixture = *state;
    MDB_stat stat;
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    for (int i = 0; i < 3; i++) {
        pln_job_t *jobs[] = {fixture_mint(1, &one, 1, 20), fixture_mint(2, &two, 1, 20),
                             fixture_mint(1, &one, 1, 20)};
        assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 3), PLN_OK);
        for (size_t j = 0; j < 3; j++) {
            pln_job_free(&jobs[j]);
        }
    }
    pln_store_close(&fixture->store);
    raw_t raw = raw_open(fixture, "changed");
    assert_int_equal(mdb_stat(raw.txn, raw.dbi, &stat), 0);
    assert_int_equal(stat.ms_entries, 2);
    uint8_t key[40];
    memset(key, 1, 32);
    pln_put_u64(key + 32, 9);
    MDB_val k = {sizeof key, key};
    MDB_val v;
    assert_int_equal(mdb_get(raw.txn, raw.dbi, &k, &v), 0);
    assert_int_equal(pln_get_u32(v.mv_data), 1);
    raw_close(&raw);
}

static void newer_format_is_refused(void **state)
{
    fixture_t *fixture = *state;
    uint8_t format[4];
    pln_store_close(&fixture->store);
    raw_t raw = raw_open(fixture, "meta");
    pln_put_u32(format, PLN_STORE_FORMAT + 1);
    raw_put(&raw, PLN_SPAN("format", 6), PLN_SPAN(format, 4));
    raw_close(&raw);
    assert_refused(fixture, "newer plnd", "install");
}

static void store_of_another_node_is_refused(void **state)
{
    fixture_t *fixture = *state;
    char did[PLN_DID_SIZE];
    pln_did(&fixture->self.id, did);
    pln_store_close(&fixture->store);
    pln_identity_t self = fixture->self;
    fixture->self = fixture_identity(2);
    assert_refused(fixture, did, "key back");
    fixture->self = self;
    fixture_open(fixture);
}

static void other_peoples_lmdb_is_refused(void **state)
{
    fixture_t *fixture = *state;
    char path[512];
    pln_store_close(&fixture->store);
    fixture_path(fixture, "/data.mdb", path);
    assert_int_equal(unlink(path), 0);
    raw_t raw = raw_open(fixture, "recipes");
    raw_put(&raw, PLN_SPAN("soup", 4), PLN_SPAN("hot", 3));
    raw_close(&raw);
    assert_refused(fixture, "not a store of plnd", "move it away");
}

static void meta_without_a_format_is_refused(void **state)
{
    fixture_t *fixture = *state;
    pln_store_close(&fixture->store);
    raw_t raw = raw_open(fixture, "meta");
    raw_del(&raw, PLN_SPAN("format", 6));
    raw_close(&raw);
    assert_refused(fixture, "not a store of plnd", "move it away");
}

static void overwrite(const fixture_t *fixture, const char *text)
{
    char path[512];
    fixture_path(fixture, "/data.mdb", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++) {
        assert_true(fputs(text, file) >= 0);
    }
    assert_int_equal(fclose(file), 0);
}

static void file_that_is_no_lmdb_is_refused(void **state)
{
    fixture_t *fixture = *state;
    pln_store_close(&fixture->store);
    overwrite(fixture, "this is a letter, not a data base\n");
    assert_refused(fixture, "not a store of plnd", "move it away");
}

static void half_copied_file_is_refused(void **state)
{
    fixture_t *fixture = *state;
    char path[512];
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    for (int i = 0; i < 4; i++) {
        fixture_must(fixture, fixture_mint(0, &place, 10, 200000));
    }
    pln_store_close(&fixture->store);
    fixture_path(fixture, "/data.mdb", path);
    assert_int_equal(truncate(path, 1 << 20), 0);
    assert_refused(fixture, "damaged", "restore a backup");
}

/** A page behind the end of the file is a SIGBUS for whoever touches it. */
static void file_cut_short_by_few_pages_is_refused_too(void **state)
{
    static const off_t cuts[] = {1, 2, 3, 10, 100};
    fixture_t *fixture = *state;
    char path[512];
    struct stat file;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    for (int i = 0; i < 40; i++) {
        fixture_must(fixture, fixture_mint(0, &place, 10, 5000));
    }
    pln_store_close(&fixture->store);
    fixture_path(fixture, "/data.mdb", path);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        assert_int_equal(stat(path, &file), 0);
        off_t size = file.st_size - cuts[i] * 4096;
        assert_int_equal(truncate(path, size), 0);
        assert_refused(fixture, "damaged", "restore a backup");
        assert_int_equal(stat(path, &file), 0);
        assert_int_equal(file.st_size, size);
    }
}

/** LMDB leaves out what a transaction took and gave back at the end. */
static void shorter_file_whose_missing_pages_are_free_is_opened(void **state)
{
    fixture_t *fixture = *state;
    char path[512];
    struct stat file;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 10, 5000));
    uint64_t before = pln_store_bytes(fixture->store);
    for (uint8_t i = 1; i < 4; i++) {
        pln_place_t other = fixture_place(&fixture->self, (uint8_t)(i + 1), PLN_LANE_RECORDS);
        fixture_must(fixture, fixture_mint(i, &other, 10, 100000));
    }
    for (uint8_t i = 1; i < 4; i++) {
        pln_effect_t effect = {.type = PLN_FX_FORGET};
        effect.as.forget.chain = i;
        effect.as.forget.upto = 10;
        pln_effects_t effects = {.list = &effect, .count = 1, .job = 1};
        fixture_must(fixture, pln_job_new(&effects));
    }
    for (int i = 0; i < 4; i++) { /* until the pages are listed as free */
        fixture_must(fixture, fixture_mint(0, &place, 1, 10));
    }
    pln_store_close(&fixture->store);
    fixture_path(fixture, "/data.mdb", path);
    assert_int_equal(stat(path, &file), 0);
    assert_true((uint64_t)file.st_size > before + 2000000);
    assert_int_equal(truncate(path, file.st_size - 40 * 4096), 0);
    fixture_open(fixture);
    pln_chain_row_t row;
    assert_int_equal(pln_store_chain(fixture->store, 0, &row), PLN_OK);
    assert_int_equal(row.head.seq, 14);
}

static void damaged_chain_row_is_refused(void **state)
{
    fixture_t *fixture = *state;
    uint8_t number[4] = {0, 0, 0, 7};
    pln_store_close(&fixture->store);
    raw_t raw = raw_open(fixture, "chains");
    raw_put(&raw, PLN_SPAN(number, 4), PLN_SPAN("short", 5));
    raw_close(&raw);
    assert_refused(fixture, "damaged", "restore a backup");
}

static void missing_entry_is_an_io_error_not_a_wrong_run(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    uint8_t key[12] = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 9, 50));
    pln_store_close(&fixture->store);
    raw_t raw = raw_open(fixture, "entries");
    pln_put_u64(key + 4, 5);
    raw_del(&raw, PLN_SPAN(key, sizeof key));
    raw_close(&raw);
    fixture_open(fixture);
    assert_int_equal(take_run(fixture, 0, &place, 1, 9, &run), PLN_EIO);
    assert_int_equal(take_run(fixture, 0, &place, 8, 9, &run), PLN_EIO);
    pln_buf_free(&run.bytes);
}

static void file_in_the_stores_place_is_refused(void **state)
{
    fixture_t *fixture = *state;
    char path[512];
    char aside[512];
    fixture_path(fixture, "", path);
    fixture_path(fixture, ".aside", aside);
    pln_store_close(&fixture->store);
    assert_int_equal(rename(path, aside), 0);
    int file = open(path, O_CREAT | O_WRONLY, S_IRUSR | S_IWUSR);
    assert_true(file >= 0);
    close(file);
    assert_refused(fixture, "not a directory", "move it away");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(aside, path), 0);
    assert_refused(fixture, "not a directory", "move it away");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rename(aside, path), 0);
}

static void missing_directory_is_refused(void **state)
{
    fixture_t *fixture = *state;
    fixture_t lost = *fixture;
    lost.store = NULL;
    strcat(lost.dir, "/nowhere");
    assert_refused(&lost, "cannot be opened", "check the disk");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(new_store_is_private_and_empty),
        CASE(reopened_store_keeps_its_id_and_its_chains),
        CASE(changed_has_one_row_a_chain),
        CASE(newer_format_is_refused),
        CASE(store_of_another_node_is_refused),
        CASE(other_peoples_lmdb_is_refused),
        CASE(meta_without_a_format_is_refused),
        CASE(file_that_is_no_lmdb_is_refused),
        CASE(half_copied_file_is_refused),
        CASE(file_cut_short_by_few_pages_is_refused_too),
        CASE(shorter_file_whose_missing_pages_are_free_is_opened),
        CASE(damaged_chain_row_is_refused),
        CASE(missing_entry_is_an_io_error_not_a_wrong_run),
        CASE(file_in_the_stores_place_is_refused),
        CASE(missing_directory_is_refused),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
