// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/book.h"
#include "client/table.h"

static const pln_column_t columns[] = {{"NAME", PLN_COLUMN_CUT},
                                       {"N", PLN_COLUMN_RIGHT},
                                       {"ID", PLN_COLUMN_LEFT}};

static void expect(pln_table_t *table, size_t width, const char *wanted)
{
    char out[1024] = "";
    FILE *file = tmpfile();
    assert_non_null(file);
    pln_table_print(table, file, width);
    rewind(file);
    out[fread(out, 1, sizeof out - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(out, wanted);
}

static void add(pln_table_t *table, const char *name, uint64_t number, const char *id)
{
    pln_table_add(table, name);
    pln_table_add_number(table, number);
    pln_table_add(table, id);
}

static void columns_line_up_in_every_script(void **state)
{
    (void)state;
    pln_table_t *table = pln_table_new(columns, 3);
    add(table, "日本", 7, "a");
    add(table, "Größe", 12, "b");
    add(table, "a\xcc\x81", 3, NULL);
    assert_int_equal(pln_table_rows(table), 3);
    expect(table, 80,
           "NAME    N  ID\n"
           "日本    7  a\n"
           "Größe  12  b\n"
           "a\xcc\x81       3  \n");
    assert_int_equal(pln_table_rows(table), 0);
    pln_table_free(&table);
    assert_null(table);
}

static void a_long_name_gives_way_before_an_id_does(void **state)
{
    (void)state;
    pln_table_t *table = pln_table_new(columns, 3);
    add(table, "A very long name of a district", 1, "0123456789");
    add(table, "日本語の課題とても長い", 2, "x");
    expect(table, 30,
           "NAME             N  ID\n"
           "A very long na\xe2\x80\xa6  1  0123456789\n"
           "日本語の課題と\xe2\x80\xa6  2  x\n");
    pln_table_free(&table);
}

static void rows_come_in_pieces_under_one_title(void **state)
{
    (void)state;
    pln_table_t *table = pln_table_new(columns, 3);
    add(table, "wide name", 1, "a");
    expect(table, 80, "NAME       N  ID\nwide name  1  a\n");
    add(table, "b", 2, "b");
    expect(table, 80, "b          2  b\n");
    pln_table_free(&table);
}

static void cells_cannot_break_the_table(void **state)
{
    (void)state;
    pln_table_t *table = pln_table_new(columns, 3);
    add(table, "a\nb\033[2J", 1, "\r");
    expect(table, 80, "NAME     N  ID\na b\xe2\x90\x9b[2J  1   \n");
    pln_table_free(&table);
}

static void shorts_are_as_long_as_it_takes_to_tell_ids_apart(void **state)
{
    (void)state;
    pln_shorts_t shorts = {0};
    pln_shorts_add(&shorts, "did:key:z6MkAAAAxxxx");
    pln_shorts_add(&shorts, "z6MkAAAAyyyy");
    pln_shorts_add(&shorts, "z6MkAAAAyyyy");
    pln_shorts_add(&shorts, NULL);
    assert_int_equal(shorts.count, 2);
    assert_int_equal(pln_shorts_length(&shorts, "did:key:z6MkAAAAxxxx", 5), 9);
    assert_int_equal(pln_shorts_length(&shorts, "z6MkAAAAyyyy", 11), 11);
    assert_int_equal(pln_shorts_length(&shorts, "z6MkB", 4), 5);
    assert_int_equal(pln_shorts_length(&shorts, "z6Mk", 9), 4);
    pln_shorts_free(&shorts);
}

static void record_ids_are_cut_part_by_part(void **state)
{
    (void)state;
    pln_book_t book = {.networks = {0}};
    char out[PLN_BOOK_ID_SIZE];
    pln_shorts_add(&book.networks, "338915880408bd48ab");
    pln_shorts_add(&book.networks, "338915880499bd48ab");
    pln_shorts_add(&book.nodes, "did:key:z6MkuL3U9dPsDjWzcSUQ");
    pln_book_record(&book, "338915880408bd48ab/z6MkuL3U9dPsDjWzcSUQ/17.4", out);
    assert_string_equal(out, "33891588040/z6MkuL3U9/17.4");
    pln_book_record(&book, "no id", out);
    assert_string_equal(out, "no id");
    pln_book_record(&book, "", out);
    assert_string_equal(out, "");
    pln_book_free(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up_in_every_script),
        cmocka_unit_test(a_long_name_gives_way_before_an_id_does),
        cmocka_unit_test(rows_come_in_pieces_under_one_title),
        cmocka_unit_test(cells_cannot_break_the_table),
        cmocka_unit_test(shorts_are_as_long_as_it_takes_to_tell_ids_apart),
        cmocka_unit_test(record_ids_are_cut_part_by_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
