// SPDX-License-Identifier: MPL-2.0
// The page's files as they stand in the program, and what a browser is told about them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/asset.h"
#include "daemon/route.h"

/** The answer to GET @target; free it. */
static pln_answer_t ask(const char *target)
{
    pln_match_t match;
    pln_answer_t answer = {.status = 0};
    pln_call_t call = {.local = true, .method = "GET", .target = target};
    if (pln_route_check(&call, &match, &answer)) {
        pln_route_run(NULL, &match, &call, PLN_SPAN(NULL, 0), &answer);
    }
    pln_match_free(&match);
    return answer;
}

static void page_begins_with_its_index_and_asks_again_each_time(void **state)
{
    (void)state;
    pln_answer_t answer = ask("/");
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.type, "text/html; charset=utf-8");
    assert_string_equal(answer.cache, "no-cache");
    assert_non_null(answer.etag);
    pln_answer_free(&answer);
}

static void page_allows_own_files_only_and_nothing_inline(void **state)
{
    (void)state;
    pln_answer_t answer = ask("/");
    assert_non_null(strstr(answer.policy, "default-src 'none'"));
    assert_non_null(strstr(answer.policy, "script-src 'self';"));
    assert_non_null(strstr(answer.policy, "style-src 'self';"));
    assert_non_null(strstr(answer.policy, "frame-ancestors 'none'"));
    assert_null(strstr(answer.policy, "unsafe"));
    assert_null(strstr(answer.policy, "http"));
    pln_answer_free(&answer);
}

/** Each file is there under the hash of all, may be kept for ever, and has a type of its own. */
static void page_serves_each_file_under_the_hash_of_all(void **state)
{
    (void)state;
    char target[256];
    assert_true(pln_assets_count > 20);
    for (size_t i = 0; i < pln_assets_count; i++) {
        const pln_asset_t *asset = &pln_assets[i];
        snprintf(target, sizeof target, "/assets/%s/%s", pln_assets_version, asset->name);
        pln_answer_t answer = ask(target);
        assert_int_equal(answer.status, 200);
        assert_true(asset->type[0] != '\0');
        assert_string_equal(answer.type, asset->type);
        assert_non_null(strstr(answer.cache, "immutable"));
        assert_int_equal(answer.body.size, asset->size);
        assert_memory_equal(answer.body.data, asset->data, asset->size);
        pln_answer_free(&answer);
    }
}

static void page_has_no_file_of_another_build_and_none_outside(void **state)
{
    (void)state;
    char outside[128];
    snprintf(outside, sizeof outside, "/assets/%s/..%%2F..%%2Fnode.key", pln_assets_version);
    const char *const targets[] = {"/assets/0123456789abcdef/main.js", outside,
                                   "/assets/0123456789abcdef/app/none.js"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        pln_answer_t answer = ask(targets[i]);
        assert_int_equal(answer.status, 404);
        pln_answer_free(&answer);
    }
}

/** What the index names is there: a file that was renamed must not be missed by a browser only. */
static void page_index_names_files_that_there_are(void **state)
{
    (void)state;
    pln_answer_t answer = ask("/");
    pln_buf_u8(&answer.body, '\0');
    const char *at = (const char *)answer.body.data;
    size_t named = 0;
    while ((at = strstr(at, "\"/assets/")) != NULL) {
        char target[256];
        size_t size = strcspn(++at, "\"");
        assert_true(size < sizeof target);
        memcpy(target, at, size);
        target[size] = '\0';
        pln_answer_t file = ask(target);
        assert_int_equal(file.status, 200);
        pln_answer_free(&file);
        named++;
    }
    assert_true(named > 10);
    pln_answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_begins_with_its_index_and_asks_again_each_time),
        cmocka_unit_test(page_allows_own_files_only_and_nothing_inline),
        cmocka_unit_test(page_serves_each_file_under_the_hash_of_all),
        cmocka_unit_test(page_has_no_file_of_another_build_and_none_outside),
        cmocka_unit_test(page_index_names_files_that_there_are)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
