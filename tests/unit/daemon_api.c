// SPDX-License-Identifier: MPL-2.0
// What the API makes of texts before any handler runs: targets, times, names of hosts, routes.
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/describe.h"
#include "daemon/moment.h"
#include "daemon/reach.h"
#include "daemon/resolve.h"
#include "daemon/route.h"

/* ---- uri ---- */

static void uri_splits_before_it_decodes(void **state)
{
    (void)state;
    pln_uri_t uri;
    assert_int_equal(pln_uri_parse("/api/v1/networks/Iowa%2FCBE%20x/members?a=1+2&b=%2B&c", &uri),
                     PLN_OK);
    assert_int_equal(uri.segment_count, 5);
    assert_string_equal(uri.segments[3], "Iowa/CBE x");
    assert_string_equal(uri.segments[4], "members");
    assert_string_equal(pln_uri_param(&uri, "a"), "1 2");
    assert_string_equal(pln_uri_param(&uri, "b"), "+");
    assert_string_equal(pln_uri_param(&uri, "c"), "");
    assert_null(pln_uri_param(&uri, "d"));
    pln_uri_free(&uri);
}

static void uri_keeps_plus_in_a_path(void **state)
{
    (void)state;
    pln_uri_t uri;
    assert_int_equal(pln_uri_parse("/a+b/", &uri), PLN_OK);
    assert_int_equal(uri.segment_count, 1);
    assert_string_equal(uri.segments[0], "a+b");
    pln_uri_free(&uri);
}

static void uri_refuses_what_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {"",         "x/y",        "http://h/x", "/%",
                                      "/%4",      "/%zz",       "/a%00b",     "/%ff",
                                      "/a?b=%c3", "/a?b=1&b=2", "/%c0%af",    "/a?%00=1"};
    pln_uri_t uri;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(pln_uri_parse(bad[i], &uri), PLN_EMALFORMED);
    }
}

static void uri_refuses_what_is_too_large(void **state)
{
    (void)state;
    static char text[PLN_URI_MAX + 2];
    pln_uri_t uri;
    memset(text, 'a', PLN_URI_MAX + 1);
    text[0] = '/';
    assert_int_equal(pln_uri_parse(text, &uri), PLN_EOVERSIZE);
    assert_int_equal(pln_uri_parse("/1/2/3/4/5/6/7/8/9/10/11/12/13", &uri), PLN_EOVERSIZE);
    char *end = text + sprintf(text, "/?a0");
    for (unsigned i = 1; i <= PLN_URI_PARAMS_MAX; i++) {
        end += sprintf(end, "&a%u", i);
    }
    assert_int_equal(pln_uri_parse(text, &uri), PLN_EOVERSIZE);
}

static void number_is_digits_within_its_bound(void **state)
{
    (void)state;
    uint64_t value = 0;
    assert_true(pln_number_parse("18446744073709551615", UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(pln_number_parse("0", 0, &value));
    assert_false(pln_number_parse("18446744073709551616", UINT64_MAX, &value));
    assert_false(pln_number_parse("99999999999999999999", UINT64_MAX, &value));
    assert_false(pln_number_parse("11", 10, &value));
    assert_false(pln_number_parse("", 10, &value));
    assert_false(pln_number_parse("-1", 10, &value));
    assert_false(pln_number_parse("1 ", 10, &value));
}

/* ---- moment ---- */

static void moment_reads_what_it_writes(void **state)
{
    (void)state;
    static const uint64_t samples[] = {0,
                                       1,
                                       951782400000,  /* 2000-02-29 */
                                       1709164800123, /* 2024-02-29 */
                                       4107542399999, /* 2100-02-28 */
                                       PLN_MOMENT_MAX};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        char text[PLN_MOMENT_SIZE];
        uint64_t ms;
        pln_moment_text(samples[i], text);
        assert_true(pln_moment_parse(text, &ms));
        assert_true(ms == samples[i]);
    }
}

static void moment_writes_rfc_3339(void **state)
{
    (void)state;
    char text[PLN_MOMENT_SIZE];
    pln_moment_text(951782400000, text);
    assert_string_equal(text, "2000-02-29T00:00:00.000Z");
    pln_moment_text(UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static void moment_reads_offsets_and_dates(void **state)
{
    (void)state;
    uint64_t ms;
    assert_true(pln_moment_parse("2026-11-22T10:30:00.5+01:00", &ms));
    assert_true(ms == UINT64_C(1795339800500));
    assert_true(pln_moment_parse("1970-01-02", &ms));
    assert_true(ms == 86400000);
}

static void moment_refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-13-01",
                                      "2026-02-29",
                                      "1969-12-31",
                                      "2026-11-22T",
                                      "2026-11-22T10:30:00",
                                      "2026-11-22T25:00:00Z",
                                      "2026-11-22T10:30:00.Z",
                                      "2026-11-22T10:30:00Zx",
                                      "1970-01-01T00:00:00+01:00",
                                      "2026-11-22T10:30:00+1:00"};
    uint64_t ms;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pln_moment_parse(bad[i], &ms));
    }
}

static void since_goes_back_from_now_or_names_a_moment(void **state)
{
    (void)state;
    uint64_t ms;
    assert_true(pln_since_parse("7d", 1000000000, &ms));
    assert_true(ms == 1000000000 - 7 * UINT64_C(86400000));
    assert_true(pln_since_parse("12h", 1, &ms));
    assert_true(ms == 0);
    assert_true(pln_since_parse("2000-02-29", 5, &ms));
    assert_true(ms == UINT64_C(951782400000));
    assert_false(pln_since_parse("d", 5, &ms));
    assert_false(pln_since_parse("7", 5, &ms));
    assert_false(pln_since_parse("7y", 5, &ms));
    assert_false(pln_since_parse("-7d", 5, &ms));
    assert_false(pln_since_parse("99999999999w", 5, &ms));
}

/* ---- ids and cursors ---- */

static void place_is_seq_or_epoch_and_seq(void **state)
{
    (void)state;
    uint32_t epoch;
    uint64_t seq;
    assert_true(pln_place_parse("12", &epoch, &seq));
    assert_int_equal(epoch, 0);
    assert_int_equal(seq, 12);
    assert_true(pln_place_parse("4294967295.281474976710655", &epoch, &seq));
    assert_int_equal(epoch, UINT32_MAX);
    assert_true(seq == PLN_SEQ_MAX);
    static const char *const bad[] = {"",
                                      "0",
                                      "1.",
                                      ".1",
                                      "1.2.3",
                                      "x",
                                      "4294967296.1",
                                      "1.281474976710656",
                                      "11111111111111111111.1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pln_place_parse(bad[i], &epoch, &seq));
    }
}

static void spot_survives_its_text(void **state)
{
    (void)state;
    pln_spot_t spot = {.arrival = UINT64_MAX, .seq = PLN_SEQ_MAX}, back = {0};
    char text[PLN_SPOT_TEXT_SIZE];
    pln_spot_text(&spot, text);
    assert_true(pln_spot_parse(text, &back));
    assert_true(back.arrival == spot.arrival);
    assert_true(back.seq == spot.seq);
    static const char *const bad[] = {
        "", "-", "1", "1-", "-1", "1-2-3", "g-1", "1-2x", "11111111111111111-1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pln_spot_parse(bad[i], &back));
    }
}

static void id_answers_to_its_prefixes(void **state)
{
    (void)state;
    pln_id_t id;
    static const char did[] = "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG";
    assert_int_equal(pln_did_parse(did, &id), PLN_OK);
    assert_true(pln_id_matches(&id, did));
    assert_true(pln_id_matches(&id, did + 8));
    assert_true(pln_id_matches(&id, "z6Mkjchh"));
    assert_true(pln_id_matches(&id, "did:key:z6Mkj"));
    assert_false(pln_id_matches(&id, "z6M"));
    assert_false(pln_id_matches(&id, ""));
    assert_false(pln_id_matches(&id, "z6MkX"));
    assert_false(pln_id_matches(&id, "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJGx"));
}

/* ---- JSON and addresses ---- */

static void json_depth_is_counted_outside_texts(void **state)
{
    (void)state;
    char deep[PLN_API_JSON_DEPTH_MAX + 2];
    memset(deep, '[', sizeof deep);
    assert_false(pln_json_deep(deep, PLN_API_JSON_DEPTH_MAX));
    assert_true(pln_json_deep(deep, PLN_API_JSON_DEPTH_MAX + 1));
    static const char quoted[] = "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[\"}";
    assert_false(pln_json_deep(quoted, sizeof quoted - 1));
    assert_false(pln_json_deep("\"\\", 2));
}

static void json_text_survives_bytes_that_are_no_utf8(void **state)
{
    (void)state;
    json_t *text = pln_json_text(
        "a\xff"
        "b");
    assert_string_equal(json_string_value(text), "a?b");
    json_decref(text);
}

static void reach_tells_here_from_inside_from_world(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        pln_reach_t reach;
    } rows[] = {{"127.0.0.1:1", PLN_REACH_HERE},       {"[::1]:1", PLN_REACH_HERE},
                {"localhost:1", PLN_REACH_HERE},       {"0.0.0.0:1", PLN_REACH_HERE},
                {"nonsense", PLN_REACH_HERE},          {"10.1.2.3:1", PLN_REACH_INSIDE},
                {"172.31.0.1:1", PLN_REACH_INSIDE},    {"172.32.0.1:1", PLN_REACH_WORLD},
                {"192.168.0.1:1", PLN_REACH_INSIDE},   {"100.127.0.1:1", PLN_REACH_INSIDE},
                {"100.128.0.1:1", PLN_REACH_WORLD},    {"169.254.1.1:1", PLN_REACH_INSIDE},
                {"[fe80::1]:1", PLN_REACH_INSIDE},     {"[fd12::1]:1", PLN_REACH_INSIDE},
                {"[2001:4860::1]:1", PLN_REACH_WORLD}, {"[::ffff:10.0.0.1]:1", PLN_REACH_INSIDE},
                {"8.8.8.8:1", PLN_REACH_WORLD},        {"pln.example.org:1", PLN_REACH_WORLD}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(pln_reach(rows[i].address), rows[i].reach);
    }
}

static void own_addresses_are_never_none(void **state)
{
    (void)state;
    char list[2][PLN_ADDRESS_MAX + 1];
    assert_int_equal(pln_reach_own("192.0.2.7:7", list, 2), 1);
    assert_string_equal(list[0], "192.0.2.7:7");
    size_t count = pln_reach_own("[::]:7", list, 2);
    assert_in_range(count, 1, 2);
    assert_true(strlen(list[0]) > 2 && strcmp(list[0] + strlen(list[0]) - 2, ":7") == 0);
}

/* ---- routes ---- */

static unsigned status_of(const pln_call_t *call)
{
    pln_match_t match;
    pln_answer_t answer = {.status = 0};
    bool on = pln_route_check(call, &match, &answer);
    unsigned status = on ? 0 : answer.status;
    pln_match_free(&match);
    pln_answer_free(&answer);
    return status;
}

static void routes_are_unique_and_explained(void **state)
{
    (void)state;
    size_t count;
    const pln_route_t *routes = pln_routes(&count);
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(routes[i].sentence);
        assert_int_equal(routes[i].path[0], '/');
        assert_true(size > 0 && routes[i].sentence[size - 1] == '.');
        assert_true(routes[i].need < PLN_NEED_COUNT);
        for (size_t j = 0; j < i; j++) {
            assert_true(strcmp(routes[i].path, routes[j].path) != 0 ||
                        strcmp(routes[i].method, routes[j].method) != 0);
        }
    }
}

static void route_hands_over_the_parts_of_its_path(void **state)
{
    (void)state;
    pln_match_t match;
    pln_answer_t answer = {.status = 0};
    pln_call_t call = {.local = true, .method = "GET", .target = "/api/v1/records/N%2Fx/z6Mk/1.2"};
    assert_true(pln_route_check(&call, &match, &answer));
    assert_string_equal(match.route->path, "/api/v1/records/{NET}/{AUTHOR}/{SEQ}");
    assert_int_equal(match.part_count, 3);
    assert_string_equal(match.parts[0], "N/x");
    assert_string_equal(match.parts[2], "1.2");
    pln_match_free(&match);
}

static void route_refuses_unknown_addresses_and_methods(void **state)
{
    (void)state;
    assert_int_equal(status_of(&(pln_call_t){.local = true, .method = "GET", .target = "/x"}), 404);
    assert_int_equal(
        status_of(&(pln_call_t){.local = true, .method = "GET", .target = "/healthz/x"}), 404);
    assert_int_equal(status_of(&(pln_call_t){
                         .local = true, .method = "GET", .target = "/api/v1/networks//leave"}),
                     404);
    assert_int_equal(status_of(&(pln_call_t){.local = true, .method = "PUT", .target = "/healthz"}),
                     405);
    assert_int_equal(status_of(&(pln_call_t){.local = true, .method = "GET", .target = "/%"}), 400);
    assert_int_equal(
        status_of(&(pln_call_t){.local = true, .method = "HEAD", .target = "/healthz"}), 0);
}

static void body_must_be_small_and_json(void **state)
{
    (void)state;
    pln_call_t call = {.local = true,
                       .method = "POST",
                       .target = "/api/v1/networks",
                       .content_type = "application/json; charset=utf-8",
                       .content_length = "1048576"};
    assert_int_equal(status_of(&call), 0);
    call.content_length = "1048577";
    assert_int_equal(status_of(&call), 413);
    call.content_length = "-1";
    assert_int_equal(status_of(&call), 413);
    call.content_length = "2";
    call.content_type = "application/x-www-form-urlencoded";
    assert_int_equal(status_of(&call), 415);
    call.content_type = "application/jsonp";
    assert_int_equal(status_of(&call), 415);
    call.content_type = NULL;
    assert_int_equal(status_of(&call), 415);
}

static pln_front_t front_of(const char *bound, const char *url, const char *read)
{
    pln_front_t front;
    pln_front_make(&front, bound, url, read);
    return front;
}

static void tcp_only_looks_and_never_for_foreign_pages(void **state)
{
    (void)state;
    const pln_front_t front = front_of("127.0.0.1:7421", "", "local");
    pln_session_t session = {.role = PLN_NEED_READ, .via = "open"};
    pln_call_t call = {.front = &front,
                       .own = "127.0.0.1:7421",
                       .session = &session,
                       .method = "GET",
                       .target = "/api/v1/status",
                       .host = "127.0.0.1:7421"};
    assert_int_equal(status_of(&call), 0);
    call.origin = "http://localhost:7421";
    assert_int_equal(status_of(&call), 0);
    call.origin = "http://evil.example:7421";
    assert_int_equal(status_of(&call), 403);
    call.origin = "null";
    assert_int_equal(status_of(&call), 403);
    call.origin = NULL;
    call.fetch_site = "cross-site";
    assert_int_equal(status_of(&call), 403);
    call.fetch_site = "same-origin";
    assert_int_equal(status_of(&call), 0);
    call.host = "evil.example:7421";
    assert_int_equal(status_of(&call), 421);
    call.host = NULL;
    assert_int_equal(status_of(&call), 421);
    call.local = true;
    assert_int_equal(status_of(&call), 0);
}

static void every_route_asks_for_its_role(void **state)
{
    (void)state;
    const pln_front_t front = front_of("127.0.0.1:7421", "", "link");
    size_t count;
    const pln_route_t *routes = pln_routes(&count);
    for (size_t i = 0; i < count; i++) {
        for (int role = PLN_NEED_NONE; role < PLN_NEED_COUNT; role++) {
            pln_session_t session = {.role = (pln_need_t)role, .via = role > 0 ? "link" : ""};
            pln_call_t call = {.front = &front,
                               .own = "127.0.0.1:7421",
                               .session = &session,
                               .method = routes[i].method,
                               .target = routes[i].path,
                               .host = "127.0.0.1:7421",
                               .origin = "http://127.0.0.1:7421",
                               .content_type = "application/json"};
            bool nobody = role == PLN_NEED_NONE && routes[i].need != PLN_NEED_OWNER;
            unsigned refused = nobody ? 401 : 403;
            assert_int_equal(status_of(&call), (pln_need_t)role >= routes[i].need ? 0 : refused);
        }
    }
}

static void changes_need_a_page_of_ours(void **state)
{
    (void)state;
    const pln_front_t front = front_of("127.0.0.1:7421", "https://pln.example.org", "link");
    pln_session_t session = {.role = PLN_NEED_MANAGE, .via = "link"};
    pln_call_t call = {.front = &front,
                       .own = "127.0.0.1:7421",
                       .session = &session,
                       .method = "POST",
                       .target = "/api/v1/networks",
                       .host = "pln.example.org",
                       .origin = "https://pln.example.org",
                       .content_type = "application/json"};
    static const char *const foreign[] = {NULL,
                                          "null",
                                          "",
                                          "http://pln.example.org",
                                          "https://pln.example.org.evil",
                                          "https://evil.example",
                                          "http://evil.example:7421",
                                          "https://127.0.0.1:7421"};
    assert_int_equal(status_of(&call), 0);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        call.origin = foreign[i];
        assert_int_equal(status_of(&call), 403);
    }
    call.origin = "http://127.0.0.1:7421";
    assert_int_equal(status_of(&call), 0);
    call.fetch_site = "cross-site";
    assert_int_equal(status_of(&call), 403);
}

static void a_link_from_elsewhere_may_be_followed_to_the_page_only(void **state)
{
    (void)state;
    const pln_front_t front = front_of("127.0.0.1:7421", "", "local");
    pln_session_t session = {.role = PLN_NEED_READ, .via = "open"};
    pln_call_t call = {.front = &front,
                       .own = "127.0.0.1:7421",
                       .session = &session,
                       .method = "GET",
                       .target = "/healthz",
                       .host = "127.0.0.1:7421",
                       .fetch_site = "cross-site",
                       .fetch_mode = "navigate"};
    assert_int_equal(status_of(&call), 0);
    call.fetch_mode = "no-cors";
    assert_int_equal(status_of(&call), 403);
    call.fetch_mode = "navigate";
    call.target = "/api/v1/status";
    assert_int_equal(status_of(&call), 403);
}

/** What a test of the running daemon cannot see: a route that nobody described. */
static void every_route_is_described(void **state)
{
    (void)state;
    size_t count;
    const pln_route_t *routes = pln_routes(&count);
    for (size_t i = 0; i < count; i++) {
        bool gives = false, takes = false;
        const pln_describe_t *row;
        for (size_t j = 0; (row = pln_describe_at(j)) != NULL; j++) {
            bool mine = row->handler == routes[i].handler;
            gives = gives ||
                    (mine && (row->what == PLN_DESCRIBE_GIVES || row->what == PLN_DESCRIBE_SENDS));
            takes = takes || (mine && row->what == PLN_DESCRIBE_TAKES);
        }
        bool body = strcmp(routes[i].method, "POST") == 0 || strcmp(routes[i].method, "PUT") == 0;
        if (!gives || takes != body) {
            print_error("%s %s: describe.def does not say what it takes and gives\n",
                        routes[i].method, routes[i].path);
        }
        assert_true(gives && takes == body);
    }
}

static void every_problem_has_a_title_and_a_remedy_once(void **state)
{
    (void)state;
    const pln_problem_t *row;
    for (size_t i = 0; (row = pln_problem_at(i)) != NULL; i++) {
        assert_ptr_equal(pln_problem_find(row->reason), row);
        assert_in_range(row->status, 400, 599);
        assert_true(row->title[0] != '\0' && row->remedy[strlen(row->remedy) - 1] == '.');
    }
}

static void problem_tells_title_detail_and_reason(void **state)
{
    (void)state;
    pln_answer_t answer = {.status = 0};
    pln_answer_error(&answer, PLN_EROLE, "");
    assert_int_equal(answer.status, 403);
    assert_string_equal(answer.type, "application/problem+json");
    json_t *json = json_loadb((const char *)answer.body.data, answer.body.size, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "reason")), "role");
    assert_string_equal(json_string_value(json_object_get(json, "title")),
                        "The role does not allow it");
    assert_string_equal(json_string_value(json_object_get(json, "detail")),
                        pln_error_text(PLN_EROLE));
    json_decref(json);
    pln_answer_free(&answer);
}

static void fields_of_a_body_are_bounded(void **state)
{
    (void)state;
    pln_request_t request = {.body = json_pack("{s:s, s:s, s:i, s:s, s:i, s:b}", "name", "Iowa",
                                               "line", "a\nb", "number", 5, "empty", "", "minus",
                                               -1, "flag", 1)};
    pln_answer_t answer = {.status = 0};
    const char *text;
    uint64_t number = 7;
    bool flag = false;
    assert_true(pln_body_text(&request, &answer, "name", true, 4, &text));
    assert_string_equal(text, "Iowa");
    assert_true(pln_body_text(&request, &answer, "absent", false, 4, &text));
    assert_null(text);
    assert_true(pln_body_number(&request, &answer, "number", 5, &number));
    assert_int_equal(number, 5);
    assert_true(pln_body_flag(&request, &answer, "flag", &flag));
    assert_true(flag);
    assert_false(pln_body_text(&request, &answer, "name", true, 3, &text));
    assert_false(pln_body_text(&request, &answer, "absent", true, 4, &text));
    assert_false(pln_body_text(&request, &answer, "line", true, 9, &text));
    assert_false(pln_body_text(&request, &answer, "empty", true, 9, &text));
    assert_false(pln_body_text(&request, &answer, "number", true, 9, &text));
    assert_false(pln_body_number(&request, &answer, "number", 4, &number));
    assert_false(pln_body_number(&request, &answer, "minus", 4, &number));
    assert_false(pln_body_flag(&request, &answer, "name", &flag));
    assert_int_equal(answer.status, 400);
    json_decref(request.body);
    pln_answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uri_splits_before_it_decodes),
        cmocka_unit_test(uri_keeps_plus_in_a_path),
        cmocka_unit_test(uri_refuses_what_is_malformed),
        cmocka_unit_test(uri_refuses_what_is_too_large),
        cmocka_unit_test(number_is_digits_within_its_bound),
        cmocka_unit_test(moment_reads_what_it_writes),
        cmocka_unit_test(moment_writes_rfc_3339),
        cmocka_unit_test(moment_reads_offsets_and_dates),
        cmocka_unit_test(moment_refuses_what_is_no_time),
        cmocka_unit_test(since_goes_back_from_now_or_names_a_moment),
        cmocka_unit_test(place_is_seq_or_epoch_and_seq),
        cmocka_unit_test(spot_survives_its_text),
        cmocka_unit_test(id_answers_to_its_prefixes),
        cmocka_unit_test(json_depth_is_counted_outside_texts),
        cmocka_unit_test(json_text_survives_bytes_that_are_no_utf8),
        cmocka_unit_test(reach_tells_here_from_inside_from_world),
        cmocka_unit_test(own_addresses_are_never_none),
        cmocka_unit_test(routes_are_unique_and_explained),
        cmocka_unit_test(route_hands_over_the_parts_of_its_path),
        cmocka_unit_test(route_refuses_unknown_addresses_and_methods),
        cmocka_unit_test(body_must_be_small_and_json),
        cmocka_unit_test(tcp_only_looks_and_never_for_foreign_pages),
        cmocka_unit_test(every_route_asks_for_its_role),
        cmocka_unit_test(changes_need_a_page_of_ours),
        cmocka_unit_test(a_link_from_elsewhere_may_be_followed_to_the_page_only),
        cmocka_unit_test(every_route_is_described),
        cmocka_unit_test(every_problem_has_a_title_and_a_remedy_once),
        cmocka_unit_test(problem_tells_title_detail_and_reason),
        cmocka_unit_test(fields_of_a_body_are_bounded),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
