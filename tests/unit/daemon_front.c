// SPDX-License-Identifier: MPL-2.0
// The names of the page's door, and who may read there without a link.
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/brake.h"
#include "daemon/front.h"

static pln_front_t front_of(const char *bound, const char *url, const char *read)
{
    pln_front_t front;
    pln_front_make(&front, bound, url, read);
    return front;
}

static void host_must_be_ours_to_the_letter(void **state)
{
    (void)state;
    static const char *const good[] = {"127.0.0.1:7421", "localhost:7421",   "LOCALHOST:7421",
                                       "[::1]:7421",     "192.168.1.5:7421", "pln.example.org"};
    static const char *const bad[] = {"127.0.0.1",
                                      "127.0.0.1:7422",
                                      "localhost",
                                      "evil.example:7421",
                                      "",
                                      ":7421",
                                      "localhost:7421.evil",
                                      "127.0.0.1:74210",
                                      "localhost.:7421",
                                      "xlocalhost:7421",
                                      "pln.example.org:7421",
                                      "pln.example.org.",
                                      "x.pln.example.org"};
    const pln_front_t front = front_of("192.168.1.5:7421", "https://pln.example.org", "local");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pln_front_host(&front, "192.168.1.5:7421", good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pln_front_host(&front, "192.168.1.5:7421", bad[i]));
    }
    assert_false(pln_front_host(&front, "127.0.0.1:7421", NULL));
    const pln_front_t none = front_of("127.0.0.1:80", "", "local");
    assert_true(pln_front_host(&none, "127.0.0.1:80", "127.0.0.1"));
    assert_false(pln_front_host(&none, "127.0.0.1:80", "evil"));
}

static void origin_must_have_our_scheme_and_name(void **state)
{
    (void)state;
    const pln_front_t front = front_of("192.168.1.5:7421", "https://pln.example.org", "local");
    assert_true(pln_front_origin(&front, "192.168.1.5:7421", "https://pln.example.org"));
    assert_true(pln_front_origin(&front, "192.168.1.5:7421", "http://192.168.1.5:7421"));
    assert_false(pln_front_origin(&front, "192.168.1.5:7421", "http://pln.example.org"));
    assert_false(pln_front_origin(&front, "192.168.1.5:7421", "https://192.168.1.5:7421"));
    assert_false(pln_front_origin(&front, "192.168.1.5:7421", "null"));
    assert_false(pln_front_origin(&front, "192.168.1.5:7421", ""));
}

static void reading_is_open_on_this_machine_only_unless_said(void **state)
{
    (void)state;
    static const struct {
        const char *bound, *url, *read;
        bool readable;
    } rows[] = {{"127.0.0.1:7421", "", "local", true},
                {"[::1]:7421", "", "local", true},
                {"127.0.0.1:7421", "https://pln.example.org", "local", false},
                {"10.1.2.3:7421", "", "local", false},
                {"0.0.0.0:7421", "", "local", false},
                {"[::]:7421", "", "local", false},
                {"127.0.0.1:7421", "", "link", false},
                {"10.1.2.3:7421", "", "open", true},
                {"127.0.0.1:7421", "https://pln.example.org", "open", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const pln_front_t front = front_of(rows[i].bound, rows[i].url, rows[i].read);
        assert_int_equal(front.readable, rows[i].readable);
    }
}

static void public_url_is_scheme_and_host(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"https://pln.example.org", "https://pln.example.org"},
        {"HTTPS://PLN.Example.org/", "https://pln.example.org"},
        {"https://pln.example.org:443", "https://pln.example.org"},
        {"http://pln.example.org:80/", "http://pln.example.org"},
        {"https://pln.example.org:8443", "https://pln.example.org:8443"},
        {"http://[2001:db8::1]:7421", "http://[2001:db8::1]:7421"}};
    static const char *const bad[] = {"",
                                      "pln.example.org",
                                      "ftp://pln.example.org",
                                      "https://",
                                      "https:///",
                                      "https://pln.example.org/x",
                                      "https://pln.example.org?x",
                                      "https://user@pln.example.org",
                                      "https://pln.example.org:",
                                      "https://pln.example.org:0",
                                      "https://pln.example.org:99999",
                                      "https://pln example.org"};
    char url[PLN_URL_MAX + 1];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pln_front_url_parse(good[i][0], url));
        assert_string_equal(url, good[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pln_front_url_parse(bad[i], url));
    }
}

static void links_name_the_public_address(void **state)
{
    (void)state;
    char url[PLN_URL_MAX + 1];
    const pln_front_t here = front_of("127.0.0.1:7421", "", "local");
    const pln_front_t behind = front_of("127.0.0.1:7421", "https://pln.example.org", "local");
    pln_front_address(&here, url);
    assert_string_equal(url, "http://127.0.0.1:7421");
    pln_front_address(&behind, url);
    assert_string_equal(url, "https://pln.example.org");
    assert_true(behind.secure);
    assert_false(here.secure);
}

static void who_fails_too_often_waits_and_nobody_else(void **state)
{
    (void)state;
    pln_brake_t *brake = pln_brake_new();
    uint64_t now = 1000000;
    for (unsigned i = 0; i < PLN_BRAKE_FAILURES; i++) {
        assert_true(pln_brake_may(brake, "10.0.0.1", now));
        pln_brake_failed(brake, "10.0.0.1", now);
    }
    assert_false(pln_brake_may(brake, "10.0.0.1", now));
    assert_true(pln_brake_may(brake, "10.0.0.2", now));
    assert_true(pln_brake_may(brake, "10.0.0.1", now + PLN_BRAKE_MS));
    pln_brake_failed(brake, "10.0.0.1", now + PLN_BRAKE_MS);
    assert_false(pln_brake_may(brake, "10.0.0.1", now + PLN_BRAKE_MS));
    pln_brake_free(&brake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_must_be_ours_to_the_letter),
        cmocka_unit_test(origin_must_have_our_scheme_and_name),
        cmocka_unit_test(reading_is_open_on_this_machine_only_unless_said),
        cmocka_unit_test(public_url_is_scheme_and_host),
        cmocka_unit_test(links_name_the_public_address),
        cmocka_unit_test(who_fails_too_often_waits_and_nobody_else),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
