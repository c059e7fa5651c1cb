// SPDX-License-Identifier: MPL-2.0
// config: one table; problems name their line and the remedy; the stronger source wins.
#include "daemon/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
    size_t count;
    char place[128];
    char sentence[600];
} told_t;

static void tell(void *arg, const char *place, const char *sentence)
{
    told_t *told = arg;
    told->count++;
    snprintf(told->place, sizeof told->place, "%s", place);
    snprintf(told->sentence, sizeof told->sentence, "%s", sentence);
}

/** Read @text as plnd.conf; what was told lands in @told. */
static size_t read_text(const char *text, pln_config_t *config, told_t *told)
{
    char *copy = pln_strdup(text);
    FILE *file = fmemopen(copy, strlen(copy), "r");
    assert_non_null(file);
    memset(told, 0, sizeof *told);
    pln_config_defaults(config);
    size_t problems = pln_config_read(config, file, "plnd.conf", tell, told);
    fclose(file);
    free(copy);
    return problems;
}

static void assert_refused(const char *text, const char *place, const char *part)
{
    pln_config_t config;
    told_t told;
    assert_int_equal(read_text(text, &config, &told), 1);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.place, place);
    if (strstr(told.sentence, part) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", told.sentence, part);
    }
}

static void config_has_the_documented_defaults(void **state)
{
    (void)state;
    pln_config_t config;
    pln_config_defaults(&config);
    assert_string_equal(config.listen, "[::]:7420");
    assert_string_equal(config.http, "127.0.0.1:7421");
    assert_string_equal(config.dial, "all");
    assert_string_equal(config.name, "");
    assert_int_equal(config.advertise_count, 0);
    assert_true(config.map_size == (uint64_t)64 << 30);
    assert_true(config.disk_reserve == (uint64_t)512 << 20);
}

static void config_reads_every_type(void **state)
{
    (void)state;
    pln_config_t config;
    told_t told;
    const char *text =
        "# a comment\n\n  name =  Iowa Valley é  \nlisten=127.0.0.1:0\r\nhttp = [::1]:80\n"
        "dial = named\nadvertise = a.example.org:7420, b.example.org:1\n"
        "advertise = [2001:db8::1]:7420\nmap_size = 2G\ndisk_reserve = 0";
    assert_int_equal(read_text(text, &config, &told), 0);
    assert_string_equal(config.name, "Iowa Valley é");
    assert_string_equal(config.listen, "127.0.0.1:0");
    assert_string_equal(config.http, "[::1]:80");
    assert_string_equal(config.dial, "named");
    assert_int_equal(config.advertise_count, 3);
    assert_string_equal(config.advertise[1], "b.example.org:1");
    assert_string_equal(config.advertise[2], "[2001:db8::1]:7420");
    assert_true(config.map_size == (uint64_t)2 << 30);
    assert_true(config.disk_reserve == 0);
}

static void config_names_line_and_nearest_key(void **state)
{
    (void)state;
    assert_refused("name = a\n\nlissten = x\n", "plnd.conf:3",
                   "there is no setting \"lissten\"; the nearest one is \"listen\"");
    assert_refused("map-size = 1G\n", "plnd.conf:1", "nearest one is \"map_size\"");
    assert_refused("Name = a\n", "plnd.conf:1", "nearest one is \"name\"");
}

static void config_refuses_a_line_that_is_no_setting(void **state)
{
    (void)state;
    assert_refused("name = a\nhello\n", "plnd.conf:2", "key = value");
    assert_refused("= a\n", "plnd.conf:1", "key = value");
}

static void config_refuses_a_key_given_twice(void **state)
{
    (void)state;
    assert_refused("name = a\n#\nname = b\n", "plnd.conf:3", "here and in line 1");
}

static void config_refuses_values_out_of_bounds(void **state)
{
    (void)state;
    char name[200];
    memset(name, 'a', sizeof name);
    memcpy(name, "name = ", 7);
    name[sizeof name - 1] = '\0';
    static const char *const lines[][2] = {
        {"listen = localhost:7420", "literal address"},
        {"listen = 127.0.0.1", "literal address"},
        {"listen = 127.0.0.1:65536", "literal address"},
        {"listen = 127.0.0.1:", "literal address"},
        {"listen = ::1:7420", "literal address"},
        {"listen = [127.0.0.1]:7420", "literal address"},
        {"http = ", "literal address"},
        {"dial = al", "one of all|named"},
        {"dial = all|named", "one of all|named"},
        {"dial = ", "one of all|named"},
        {"log = loud", "error|warning|info|debug"},
        {"advertise = hub.example.org", "HOST:PORT"},
        {"advertise = hub.example.org:0", "HOST:PORT"},
        {"advertise = :7420", "HOST:PORT"},
        {"advertise = a:1,b:2,c:3,d:4,e:5,f:6,g:7,h:8,i:9", "at most 8"},
        {"map_size = 1M", "between 67108864 and"},
        {"map_size = 17T", "between 67108864 and"},
        {"map_size = 99999999999999999999", "number of bytes"},
        {"map_size = 18014398509481984K", "number of bytes"},
        {"map_size = 1GB", "number of bytes"},
        {"map_size = -1", "number of bytes"},
        {"disk_reserve = lots", "number of bytes"},
        {"name = \xff", "UTF-8"},
        {"name = a\tb\x01", "control"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_refused(lines[i][0], "plnd.conf:1", lines[i][1]);
    }
    assert_refused(name, "plnd.conf:1", "0 to 128 bytes, this has 192");
}

static void config_tells_every_problem_of_a_file(void **state)
{
    (void)state;
    pln_config_t config;
    told_t told;
    assert_int_equal(read_text("dial = x\nfoo = 1\nmap_size = 0\n", &config, &told), 3);
    assert_int_equal(told.count, 3);
    assert_string_equal(told.place, "plnd.conf:3");
}

static void config_refuses_an_endless_line(void **state)
{
    (void)state;
    char *text = pln_alloc(10001);
    memset(text, 'x', 10000);
    text[10000] = '\0';
    assert_refused(text, "plnd.conf:1", "longer than 4,000 bytes");
    free(text);
}

static void config_lets_a_stronger_list_replace_the_weaker(void **state)
{
    (void)state;
    pln_config_t config;
    told_t told;
    assert_int_equal(read_text("advertise = a:1, b:2\n", &config, &told), 0);
    pln_config_reset(&config, "advertise");
    assert_true(pln_config_set(&config, "advertise", "c:3", "--advertise", tell, &told));
    assert_int_equal(config.advertise_count, 1);
    assert_string_equal(config.advertise[0], "c:3");
}

static void config_names_the_node_after_its_host(void **state)
{
    (void)state;
    pln_config_t config;
    pln_config_defaults(&config);
    pln_config_finish(&config);
    assert_true(config.name[0] != '\0');
    memcpy(config.name, "kept", 5);
    pln_config_finish(&config);
    assert_string_equal(config.name, "kept");
}

/** What a generator prints, NUL-terminated. */
static char *printed(void (*generate)(FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    assert_non_null(memory);
    generate(memory);
    fclose(memory);
    return text;
}

static void config_sample_is_accepted_with_and_without_its_comment_signs(void **state)
{
    (void)state;
    pln_config_t config;
    pln_config_t defaults;
    told_t told;
    char *text = printed(pln_config_sample);
    assert_int_equal(read_text(text, &config, &told), 0);
    for (char *at = text; (at = strstr(at, "\n#")) != NULL; at++) {
        if (at[2] != ' ' && at[2] != '\n') {
            at[1] = ' ';
        }
    }
    assert_int_equal(read_text(text, &config, &told), 0);
    pln_config_defaults(&defaults);
    assert_memory_equal(&config, &defaults, sizeof config);
    free(text);
}

static void config_texts_name_every_key(void **state)
{
    (void)state;
    char *sample = printed(pln_config_sample);
    char *manual = printed(pln_config_manual);
    char *options = printed(pln_config_options);
    for (size_t i = 0; pln_config_key(i) != NULL; i++) {
        char line[64];
        snprintf(line, sizeof line, "\n#%s = ", pln_config_key(i));
        assert_non_null(strstr(sample, line));
        assert_non_null(strstr(manual, pln_config_key(i)));
    }
    assert_non_null(strstr(options, "--map-size bytes"));
    free(sample);
    free(manual);
    free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_has_the_documented_defaults),
        cmocka_unit_test(config_reads_every_type),
        cmocka_unit_test(config_names_line_and_nearest_key),
        cmocka_unit_test(config_refuses_a_line_that_is_no_setting),
        cmocka_unit_test(config_refuses_a_key_given_twice),
        cmocka_unit_test(config_refuses_values_out_of_bounds),
        cmocka_unit_test(config_tells_every_problem_of_a_file),
        cmocka_unit_test(config_refuses_an_endless_line),
        cmocka_unit_test(config_lets_a_stronger_list_replace_the_weaker),
        cmocka_unit_test(config_names_the_node_after_its_host),
        cmocka_unit_test(config_sample_is_accepted_with_and_without_its_comment_signs),
        cmocka_unit_test(config_texts_name_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
