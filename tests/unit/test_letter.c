// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proto/hash.h"
#include "proto/letter.h"

static pln_buf_t line;  // the ticket as it was made
static pln_ticket_t made;

static int make_ticket(void **state)
{
    (void)state;
    pln_identity_t identity;
    uint8_t seed[PLN_SEED_SIZE] = {0};
    do {
        pln_put_u32(seed, pln_get_u32(seed) + 1);
    } while (pln_identity_derive(seed, &identity) != PLN_OK);
    made = (pln_ticket_t){.root = identity.id,
                          .inviter = identity.id,
                          .title = "Iowa CBE",
                          .label = "Größe",
                          .role = PLN_ROLE_READER,
                          .node_count = 1};
    memcpy(made.seed, seed, sizeof seed);
    made.nodes[0] = (pln_ticket_node_t){
        .id = identity.id, .addresses = {"hub.example.org:7420"}, .address_count = 1};
    pln_ticket_encode(&made, &line);
    return 0;
}

static int free_ticket(void **state)
{
    (void)state;
    pln_buf_free(&line);
    return 0;
}

/** The ticket in lines of 60 letters, each behind @before, ended by @end. */
static void put_lines(pln_buf_t *out, const char *before, const char *end)
{
    for (size_t at = 0; at < line.size; at += 60) {
        size_t size = line.size - at < 60 ? line.size - at : 60;
        pln_buf_add(out, before, strlen(before));
        pln_buf_add(out, line.data + at, size);
        pln_buf_add(out, end, strlen(end));
    }
}

static void assert_read(pln_buf_t *text)
{
    char problem[PLN_LETTER_PROBLEM_SIZE];
    pln_ticket_t ticket;
    assert_int_equal(pln_letter_read(pln_buf_span(text), &ticket, problem), PLN_OK);
    assert_string_equal(problem, "");
    assert_string_equal(ticket.label, made.label);
    assert_memory_equal(ticket.seed, made.seed, sizeof made.seed);
    pln_buf_free(text);
}

static void letter_may_be_quoted_in_bold_or_hypertext(void **state)
{
    (void)state;
    static const struct {
        const char *before, *end;
    } shapes[] = {{"", ""},         {"> ", "\r\n"},     {">> > ", "\n"}, {"| ", "\n"},
                  {"*", "*\n"},     {"", "<br>\r\n"},   {"", "<wbr>"},   {"&gt; ", "\n"},
                  {"", "&nbsp;\n"}, {"\t\"", "\"\\\n"}, {"", ",\n"},     {"", "=\r\n"}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        pln_buf_t text = {0};
        put_lines(&text, shapes[i].before, shapes[i].end);
        assert_read(&text);
    }
}

static void letter_may_name_tickets_before_its_own(void **state)
{
    (void)state;
    static const char *const before[] = {
        "Copy all of it, from PLN1- to the end:\n\n",
        "Our old one was PLN1-aeanhmm3wptsw4pzi46n, please forget it.\n> ",
        "pln 0.1.0 is what we run; plnd, too. PLN2-abc is for later.\n<"};
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        pln_buf_t text = {0};
        pln_buf_add(&text, before[i], strlen(before[i]));
        pln_buf_add(&text, line.data, line.size);
        pln_buf_add(&text, ">\nSee you", 9);
        assert_read(&text);
    }
}

static void letter_may_be_long(void **state)
{
    (void)state;
    pln_buf_t text = {0};
    memset(pln_buf_grow(&text, 100000), 'x', 100000);
    pln_buf_add(&text, line.data, line.size);
    assert_read(&text);
}

/** @cut letters from @at on replaced by @put, and what must be said of it. */
static void assert_slip(size_t at, size_t cut, const char *put, const char *said)
{
    char problem[PLN_LETTER_PROBLEM_SIZE], expected[PLN_LETTER_PROBLEM_SIZE];
    pln_ticket_t ticket;
    pln_buf_t text = {0};
    pln_buf_add(&text, line.data, at);
    pln_buf_add(&text, put, strlen(put));
    pln_buf_add(&text, line.data + at + cut, line.size - at - cut);
    assert_int_not_equal(pln_letter_read(pln_buf_span(&text), &ticket, problem), PLN_OK);
    snprintf(expected, sizeof expected, "it must say \"%s\"", said);
    assert_non_null(strstr(problem, expected));
    assert_non_null(strstr(problem, "copy it again"));
    pln_buf_free(&text);
}

/** Letters of the ticket: @size from @from on. */
static const char *letters(size_t from, size_t size)
{
    static char text[64];
    assert_true(size < sizeof text && from + size <= line.size);
    memcpy(text, line.data + from, size);
    text[size] = '\0';
    return text;
}

static void letter_says_where_one_letter_is_wrong(void **state)
{
    (void)state;
    assert_slip(40, 1, "1", letters(34, 13));
    assert_slip(40, 1, line.data[40] == 'q' ? "r" : "q", letters(34, 13));
    assert_slip(5, 1, "9", letters(5, 7));  // in what the guard guards
    assert_slip(line.size - 1, 1, "8", letters(line.size - 7, 7));
}

static void letter_says_where_one_is_missing_or_too_many(void **state)
{
    (void)state;
    size_t at = 60;
    while (line.data[at] == line.data[at - 1] || line.data[at] == line.data[at + 1]) {
        at++;
    }
    assert_slip(at, 1, "", letters(at - 6, 13));
    assert_slip(line.size - 1, 1, "", letters(line.size - 7, 7));
    assert_slip(at, 0, "0", letters(at - 6, 12));
}

static void letter_says_where_two_changed_places(void **state)
{
    (void)state;
    size_t at = 50;
    while (line.data[at] == line.data[at + 1]) {
        at++;
    }
    char swapped[3] = {(char)line.data[at + 1], (char)line.data[at], '\0'};
    assert_slip(at, 2, swapped, letters(at - 6, 14));
}

static void assert_said(const char *text, size_t size, pln_err_t error, const char *said)
{
    char problem[PLN_LETTER_PROBLEM_SIZE];
    pln_ticket_t ticket;
    assert_int_equal(pln_letter_read(PLN_SPAN(text, size), &ticket, problem), error);
    assert_non_null(strstr(problem, said));
}

static void letter_says_what_else_is_wrong(void **state)
{
    (void)state;
    assert_said("", 0, PLN_EMALFORMED, "no ticket");
    assert_said("hello", 5, PLN_EMALFORMED, "no ticket");
    assert_said("PLN2-abc", 8, PLN_EVERSION, "later kind");
    assert_said("PLN1-abc", 8, PLN_ETRUNCATED, "ends too early");
    assert_said("pln", 3, PLN_EMALFORMED, "no ticket");
    assert_said((const char *)line.data, line.size - 12, PLN_ETRUNCATED, "ends too early");
    pln_buf_t text = {0};
    pln_buf_add(&text, line.data, line.size);
    text.data[20] = text.data[30] = '1';  // two slips are not looked for
    assert_said((const char *)text.data, text.size, PLN_ESIGNATURE, "wrong or missing character");
    pln_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letter_may_be_quoted_in_bold_or_hypertext),
        cmocka_unit_test(letter_may_name_tickets_before_its_own),
        cmocka_unit_test(letter_may_be_long),
        cmocka_unit_test(letter_says_where_one_letter_is_wrong),
        cmocka_unit_test(letter_says_where_one_is_missing_or_too_many),
        cmocka_unit_test(letter_says_where_two_changed_places),
        cmocka_unit_test(letter_says_what_else_is_wrong),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_ticket, free_ticket);
}
