// SPDX-License-Identifier: MPL-2.0
// What a node is fed at the start. The node's loading functions are defined here, so that the
// linker never takes the real ones: they note what they were given.
#include <lmdb.h>
#include <sys/stat.h>

#include "store_fixture.h"

typedef struct {
    size_t rows;
    size_t chains;
    size_t controls;
    pln_table_t tables[8];
    char keys[8][16];
    char values[8][16];
    pln_hash_t last_control;
    pln_err_t answer; /**< to the next chain */
} noted_t;

static noted_t noted;

pln_err_t pln_node_load_row(pln_node_t *node, pln_table_t table, pln_span_t key, pln_span_t value)
{
    (void)node;
    assert_int_equal(noted.chains + noted.controls, 0);
    assert_true(noted.rows < 8);
    noted.tables[noted.rows] = table;
    memcpy(noted.keys[noted.rows], key.data, key.size);
    memcpy(noted.values[noted.rows], value.data, value.size);
    noted.rows++;
    return PLN_OK;
}

pln_err_t pln_node_load_chain(pln_node_t *node, const pln_chain_row_t *row)
{
    (void)node;
    assert_int_equal(noted.controls, 0);
    assert_true(row->head.seq > 0);
    noted.chains++;
    return noted.answer;
}

pln_err_t pln_node_load_control(pln_node_t *node, uint32_t chain, uint64_t seq,
                                const pln_hash_t *before, const pln_hash_t *hash,
                                const pln_entry_t *entry)
{
    (void)node;
    pln_hash_t data;
    assert_true(noted.controls == 0 || pln_hash_equal(before, &noted.last_control));
    noted.controls++;
    assert_int_equal(chain, 0);
    assert_int_equal(seq, noted.controls);
    assert_int_equal(entry->header.kind, 0x0002);
    pln_entry_data(entry->payload, &data);
    assert_true(pln_hash_equal(&data, &entry->data));
    noted.last_control = *hash;
    return PLN_OK;
}

static pln_err_t load(fixture_t *fixture)
{
    noted = (noted_t){0};
    return pln_store_load(fixture->store, NULL);
}

/** Chain 0 in lane 0 with 5 entries, chains 1 and 2 in lane 1, two rows saved and one deleted. */
static void fill(fixture_t *fixture)
{
    pln_place_t control = fixture_place(&fixture->self, 1, PLN_LANE_CONTROL);
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    steps_t steps = {0};
    steps_save(&steps, PLN_TABLE_WANTED, "wish", "7");
    steps_save(&steps, PLN_TABLE_NETWORKS, "net", "old");
    steps_save(&steps, PLN_TABLE_NETWORKS, "net", "new");
    steps_save(&steps, PLN_TABLE_PEERS, "peer", "gone");
    steps_save(&steps, PLN_TABLE_PEERS, "peer", NULL);
    steps_save(&steps, PLN_TABLE_PEERS, "never", NULL);
    fixture_must(fixture, steps_job(&steps));
    fixture_must(fixture, fixture_mint(1, &one, 3, 20));
    fixture_must(fixture, fixture_mint(0, &control, 5, 20));
    fixture_must(fixture, fixture_mint(2, &two, 3, 20));
}

static void load_gives_rows_then_chains_then_lane_0(void **state)
{
    fixture_t *fixture = *state;
    fill(fixture);
    fixture_reopen(fixture);
    assert_int_equal(load(fixture), PLN_OK);
    assert_int_equal(noted.rows, 2);
    assert_int_equal(noted.tables[0], PLN_TABLE_NETWORKS);
    assert_string_equal(noted.keys[0], "net");
    assert_string_equal(noted.values[0], "new");
    assert_int_equal(noted.tables[1], PLN_TABLE_WANTED);
    assert_string_equal(noted.values[1], "7");
    assert_int_equal(noted.chains, 3);
    assert_int_equal(noted.controls, 5);
    pln_chain_row_t row = row_of(fixture, 0);
    assert_true(pln_hash_equal(&noted.last_control, &row.head.hash));
}

static void load_of_an_empty_store_gives_nothing(void **state)
{
    assert_int_equal(load(*state), PLN_OK);
    assert_int_equal(noted.rows + noted.chains + noted.controls, 0);
}

static void load_ends_with_the_nodes_error(void **state)
{
    fixture_t *fixture = *state;
    fill(fixture);
    noted = (noted_t){.answer = PLN_EMALFORMED};
    assert_int_equal(pln_store_load(fixture->store, NULL), PLN_EMALFORMED);
    assert_int_equal(noted.chains, 1);
    assert_int_equal(noted.controls, 0);
}

/** Change one byte of the payload of control entry 3 behind the store's back. */
static void rot(fixture_t *fixture)
{
    char path[512];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_val value;
    uint8_t key_bytes[12] = {0};
    uint8_t bytes[PLN_HEADER_SIZE + 20];
    pln_put_u64(key_bytes + 4, 3);
    MDB_val key = {sizeof key_bytes, key_bytes};
    pln_store_close(&fixture->store);
    fixture_path(fixture, "", path);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_open(env, path, 0, S_IRUSR | S_IWUSR), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "entries", 0, &dbi), 0);
    assert_int_equal(mdb_get(txn, dbi, &key, &value), 0);
    assert_int_equal(value.mv_size, sizeof bytes);
    memcpy(bytes, value.mv_data, sizeof bytes);
    bytes[PLN_HEADER_SIZE + 11] ^= 1;
    value.mv_data = bytes;
    assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    fixture_open(fixture);
}

static void load_notices_a_rotten_control_record(void **state)
{
    fixture_t *fixture = *state;
    fill(fixture);
    rot(fixture);
    assert_int_equal(load(fixture), PLN_EIO);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(load_gives_rows_then_chains_then_lane_0),
        CASE(load_of_an_empty_store_gives_nothing),
        CASE(load_ends_with_the_nodes_error),
        CASE(load_notices_a_rotten_control_record),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
