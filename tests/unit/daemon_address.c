// SPDX-License-Identifier: MPL-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/address.h"

static void address_takes_names_and_both_families(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *host;
        uint16_t port;
        bool v6;
    } good[] = {
        {"plnd.example.org:7420", "plnd.example.org", 7420, false},
        {"192.0.2.1:1", "192.0.2.1", 1, false},
        {"[2001:db8::1]:65535", "2001:db8::1", 65535, true},
        {"[fe80::1%eth0]:7420", "fe80::1%eth0", 7420, true},
        {"[::]:0", "::", 0, true},
        {"*:7420", "*", 7420, false},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        pln_address_t address;
        assert_true(pln_address_parse(good[i].text, &address));
        assert_string_equal(address.host, good[i].host);
        assert_int_equal(address.port, good[i].port);
        assert_int_equal(address.literal_v6, good[i].v6);
    }
}

static void address_refuses_what_is_not_host_and_port(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         ":",        ":7420",     "host",       "host:",    "host:x",
        "host:-1",  "host:+1",  "host:1 ",   "host:65536", "h:000001", "a:b:1",
        "::1:7420", "[::1]",    "[::1:7420", "::1]:1",     "[]:1",     "[a]b]:1",
        "ho st:1",  "host/x:1", "host\n:1",  "host:99999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pln_address_t address;
        assert_false(pln_address_parse(bad[i], &address));
    }
}

static void address_bounds_its_length(void **state)
{
    (void)state;
    char text[PLN_ADDRESS_MAX + 8];
    pln_address_t address;
    memset(text, 'a', sizeof text);
    memcpy(text + PLN_ADDRESS_MAX - 2, ":1", 3);
    assert_int_equal(strlen(text), PLN_ADDRESS_MAX);
    assert_true(pln_address_parse(text, &address));
    memset(text, 'a', sizeof text);
    memcpy(text + PLN_ADDRESS_MAX - 1, ":1", 3);
    assert_false(pln_address_parse(text, &address));
}

static void address_is_written_as_it_is_read(void **state)
{
    (void)state;
    char out[PLN_ADDRESS_MAX + 1];
    pln_address_format("192.0.2.1", 7420, out);
    assert_string_equal(out, "192.0.2.1:7420");
    pln_address_format("2001:db8::1", 7420, out);
    assert_string_equal(out, "[2001:db8::1]:7420");
    pln_address_format("::ffff:192.0.2.1", 7420, out);
    assert_string_equal(out, "192.0.2.1:7420");
}

static void address_shows_where_a_connection_comes_from(void **state)
{
    (void)state;
    char out[PLN_ADDRESS_MAX + 1];
    struct sockaddr_storage from = {0};
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&from;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(7420);
    assert_int_equal(inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6->sin6_addr), 1);
    pln_address_of(&from, out);
    assert_string_equal(out, "127.0.0.1:7420");
    memset(&from, 0, sizeof from);
    from.ss_family = AF_UNIX;
    pln_address_of(&from, out);
    assert_string_equal(out, "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_takes_names_and_both_families),
        cmocka_unit_test(address_refuses_what_is_not_host_and_port),
        cmocka_unit_test(address_bounds_its_length),
        cmocka_unit_test(address_is_written_as_it_is_read),
        cmocka_unit_test(address_shows_where_a_connection_comes_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
