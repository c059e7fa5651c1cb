// SPDX-License-Identifier: MPL-2.0
// The catalog on a real store and a real SQLite file: what is found, by what, in which order.
#include <sodium.h>

#include "daemon/catalog_query.h"
#include "daemon/catalog_write.h"
#include "daemon/record_json.h"
#include "daemon/reference.h"
#include "store_fixture.h"

#define HITS 64u

typedef struct {
    fixture_t base;
    pln_codecs_t *codecs;
    pln_catalog_db_t *db;
    pln_catalog_write_t *write;
    pln_catalog_mark_t mark;
    pln_place_t place;
} world_t;

static void open_catalog(world_t *world)
{
    world->db = pln_catalog_db_open(world->base.dir, world->codecs, PLN_CATALOG_WRITER);
    assert_non_null(world->db);
    world->write = pln_catalog_write_new(world->db, world->base.store, world->codecs);
    assert_non_null(world->write);
    if (!pln_catalog_mark_read(world->db, &world->mark)) {
        world->mark.store = *pln_store_id(world->base.store);
        pln_cursor_start(&world->mark.store, &world->mark.arrivals);
    }
}

static void close_catalog(world_t *world)
{
    pln_catalog_write_free(&world->write);
    pln_catalog_db_close(&world->db);
}

static int open_world(void **state)
{
    world_t *world = calloc(1, sizeof *world);
    fixture_make(&world->base);
    fixture_open(&world->base);
    world->codecs = pln_codecs_new();
    world->place = fixture_place(&world->base.self, 1, PLN_LANE_RECORDS);
    open_catalog(world);
    *state = world;
    return 0;
}

static int close_world(void **state)
{
    world_t *world = *state;
    close_catalog(world);
    pln_catalog_db_remove(world->base.dir);
    pln_codecs_free(&world->codecs);
    fixture_close(&world->base);
    free(world);
    return 0;
}

/** Publish @fields, an owned object, as one record of @kind by @author. */
static void add_by(world_t *world, const pln_identity_t *author, uint32_t chain,
                   const pln_place_t *place, const char *kind, json_t *fields)
{
    const pln_kind_t *row = pln_kind_by_name(kind);
    pln_codec_t *codec = pln_codecs_take(world->codecs);
    pln_record_problem_t problem;
    pln_buf_t raw = {0}, stored = {0};
    pln_draft_t draft = {.kind = row->number, .time_ms = 1000};
    assert_non_null(fields);
    assert_int_equal(pln_fields_from_json(row, fields, NULL, &raw, &problem), PLN_OK);
    assert_int_equal(
        pln_codec_encode(codec, PLN_CODEC_DICT_1, pln_buf_span(&raw), &stored, &draft.codec),
        PLN_OK);
    draft.payload = pln_buf_span(&stored);
    steps_t steps = {0};
    steps_mint(&steps, chain, place, &draft, 1);
    pln_job_t *job = steps_job(&steps);
    assert_int_equal(pln_store_apply(world->base.store, author, &job, 1), PLN_OK);
    assert_int_equal(pln_job_error(job), PLN_OK);
    pln_job_free(&job);
    json_decref(fields);
    pln_buf_free(&raw);
    pln_buf_free(&stored);
    pln_codecs_put(world->codecs, &codec);
}

static void add(world_t *world, uint32_t chain, const pln_place_t *place, const char *kind,
                json_t *fields)
{
    add_by(world, &world->base.self, chain, place, kind, fields);
}

static void add_task(world_t *world, const char *title, const char *prompt)
{
    add(world, 1, &world->place, "task", json_pack("{s:s, s:s}", "title", title, "prompt", prompt));
}

/** Take in all arrivals, @slice entries at a time. */
static void follow_by(world_t *world, size_t slice)
{
    pln_arrival_t row;
    assert_true(pln_catalog_begin(world->write));
    while (pln_store_arrival(world->base.store, world->mark.arrivals.number + 1, &row) == PLN_OK) {
        for (uint64_t from = row.from; from <= row.to;) {
            assert_true(pln_catalog_apply(world->write, &row, &from, slice));
        }
        pln_cursor_next(&world->mark.arrivals, &row);
    }
    assert_true(pln_catalog_commit(world->write, &world->mark));
}

static void follow(world_t *world)
{
    follow_by(world, 100);
}

static pln_query_result_t ask(world_t *world, const pln_query_t *query, pln_hits_t *hits)
{
    pln_catalog_db_t *reader =
        pln_catalog_db_open(world->base.dir, world->codecs, PLN_CATALOG_READER);
    assert_non_null(reader);
    pln_query_result_t result = pln_query_run(reader, query, 10000, hits);
    pln_catalog_db_close(&reader);
    return result;
}

/** Seqs of what @words find, best first, as a text such as "2 1". */
static const char *found(world_t *world, const char *words)
{
    static char text[HITS * 8];
    pln_query_t query = {.words = words, .limit = HITS};
    pln_hits_t hits;
    assert_int_equal(ask(world, &query, &hits), PLN_QUERY_OK);
    text[0] = '\0';
    for (size_t i = 0; i < hits.count; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), i > 0 ? " %d" : "%d",
                 (int)hits.list[i].seq);
    }
    pln_hits_free(&hits);
    return text;
}

static void words_are_found_in_titles_and_prose_and_titles_weigh_more(void **state)
{
    world_t *world = *state;
    add_task(world, "A boat of cardboard", "Build it, and say why it floats.");
    add_task(world, "Bridges", "Paper only. A boat passes below the bridge you build.");
    add_task(world, "Poetry", "Write twelve lines.");
    follow(world);
    assert_string_equal(found(world, "boat"), "1 2");
    assert_string_equal(found(world, "boats building"), "1 2");
    assert_string_equal(found(world, "boat bridge"), "2");
    assert_string_equal(found(world, "\"twelve lines\""), "3");
    assert_string_equal(found(world, "\"lines twelve\""), "");
    assert_string_equal(found(world, "nothing"), "");
}

static void accents_and_other_scripts_are_found(void **state)
{
    world_t *world = *state;
    add_task(world, "Evaluación de la mañana", "Describe el río y su orilla.");
    add_task(world, "Оценка моста", "Постройте мост из бумаги.");
    follow(world);
    assert_string_equal(found(world, "evaluacion manana"), "1");
    assert_string_equal(found(world, "мост"), "2");
}

static void scripts_without_blanks_are_found_letter_by_letter(void **state)
{
    world_t *world = *state;
    add_task(world, "小学校の数学の課題", "橋の長さを測り、図に表す。");
    add_task(world, "การประเมินผลงาน", "นักเรียนอธิบายที่มาของข้อมูล");
    add_task(world, "다리의 하중", "학교에서 다리를 만든다.");
    add_task(world, "बच्चों की कविता", "हिन्दी में बारह पंक्तियाँ लिखिए।");
    add_task(world, "قِيَاسُ الجِسْرِ", "اكتب تقريرا.");
    add_task(world, "Bauplan 東京tower", "Größe 10 m");
    follow(world);
    assert_string_equal(found(world, "数学"), "1");
    assert_string_equal(found(world, "学"), "1");
    assert_string_equal(found(world, "橋の長さ"), "1");
    assert_string_equal(found(world, "数課"), "");
    assert_string_equal(found(world, "数学 課題"), "1");
    assert_string_equal(found(world, "ประเมิน"), "2");
    assert_string_equal(found(world, "ที่มา"), "2");
    assert_string_equal(found(world, "학교"), "3");
    assert_string_equal(found(world, "हिन्दी"), "4");
    assert_string_equal(found(world, "हिन्दु"), "");
    assert_string_equal(found(world, "قياس"), "5");
    assert_string_equal(found(world, "東京tower"), "6");
    assert_string_equal(found(world, "京"), "6");
    assert_string_equal(found(world, "größe bauplan"), "6");
}

static void letters_that_are_two_are_found_in_either_spelling(void **state)
{
    world_t *world = *state;
    add_task(world, "Straße und Maß", "Fußgänger zählen");
    add_task(world, "STRASSE UND MASS", "Encyclopædia, Œuvre");
    add_task(world, "Encyclopaedia", "oeuvre");
    follow(world);
    assert_string_equal(found(world, "strasse"), "1 2");
    assert_string_equal(found(world, "Straße"), "1 2");
    assert_string_equal(found(world, "fussgänger"), "1");
    assert_string_equal(found(world, "\"straße und mass\""), "1 2");
    assert_string_equal(found(world, "encyclopaedia"), "3 2");
    assert_string_equal(found(world, "ŒUVRE encyclopÆdia"), "3 2");
    assert_string_equal(found(world, "straß*"), "1 2");
}

static void pictures_are_found(void **state)
{
    world_t *world = *state;
    add_task(world, "Our brook 🐟🌊", "Measure it ❤️.");
    add_task(world, "👩‍🏫 teaches 👍🏽", "☀ and 🇺🇸");
    follow(world);
    assert_string_equal(found(world, "🐟"), "1");
    assert_string_equal(found(world, "🌊"), "1");
    assert_string_equal(found(world, "🐟🌊"), "1");
    assert_string_equal(found(world, "🌊🐟"), "");
    assert_string_equal(found(world, "❤"), "1");
    assert_string_equal(found(world, "❤️ brook"), "1");
    assert_string_equal(found(world, "👍"), "2");
    assert_string_equal(found(world, "👍🏿"), "2");
    assert_string_equal(found(world, "👩‍🏫"), "2");
    assert_string_equal(found(world, "🇺🇸"), "2");
    assert_string_equal(found(world, "☀️"), "2");
}

static void star_stands_for_the_rest_of_a_word(void **state)
{
    world_t *world = *state;
    add_task(world, "Cardboard boat", "It floats.");
    follow(world);
    assert_string_equal(found(world, "cardb*"), "1");
    assert_string_equal(found(world, "cardb"), "");
    assert_string_equal(found(world, "* boat"), "1");
}

static void any_text_is_safe(void **state)
{
    static const char *const texts[] = {
        "\"",     "\"\"",        "-x",          "NOT",      "a AND",       "OR OR",
        "title:", "(a",          "a*",          "^a",       "NEAR(a",      "{a} : b",
        "'; --",  "a\"b",        "\" a",        "\xc2\xa0", "+a",          "\\",
        "-",      "\u2014",      "9000 \u0301", "%",        "a \" b \" c", "\xe6\x9d\xb1\xe4",
        "\xd6",   "\xf0\xa0\x80"};
    world_t *world = *state;
    add_task(world, "a b", "title NOT AND OR NEAR x");
    follow(world);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pln_query_t query = {.words = texts[i], .limit = 5, .open = i % 2 == 0};
        pln_hits_t hits;
        pln_query_result_t result = ask(world, &query, &hits);
        if (result != PLN_QUERY_OK && result != PLN_QUERY_WORDLESS) {
            fail_msg("searching %s failed", texts[i]);
        }
        pln_hits_free(&hits);
    }
    assert_string_equal(found(world, "NOT"), "1");
    assert_string_equal(found(world, "- a"), "1");
}

static void digits_of_a_facet_are_no_words(void **state)
{
    world_t *world = *state;
    char token[PLN_FACET_TEXT_SIZE];
    add_task(world, "One", "Two.");
    follow(world);
    pln_facet_token(PLN_FACET_VERSION, PLN_SPAN((const uint8_t *)"fresh", 5), token);
    assert_string_equal(found(world, token), "");
}

static size_t count_with(world_t *world, const char *facet, const char *value)
{
    pln_query_t query = {.limit = HITS};
    pln_hits_t hits;
    pln_query_facet(&query, facet, PLN_SPAN((const uint8_t *)value, strlen(value)));
    assert_int_equal(ask(world, &query, &hits), PLN_QUERY_OK);
    size_t count = hits.count;
    assert_int_equal(hits.total, count);
    pln_hits_free(&hits);
    return count;
}

static void filters_hold_exactly(void **state)
{
    world_t *world = *state;
    add(world, 1, &world->place, "task",
        json_pack("{s:s, s:s, s:[s, s], s:[s], s:s}", "title", "A", "prompt", "p", "subjects",
                  "Science", "Fine Arts", "grades", "06", "license", "CC-BY-4.0"));
    add(world, 1, &world->place, "task",
        json_pack("{s:s, s:s, s:[s]}", "title", "B", "prompt", "p", "subjects",
                  "Science and Arts"));
    follow(world);
    assert_int_equal(count_with(world, "subject", "science"), 1);
    assert_int_equal(count_with(world, "subject", "Fine arts"), 1);
    assert_int_equal(count_with(world, "subject", "arts"), 0);
    assert_int_equal(count_with(world, "grade", "06"), 1);
    assert_int_equal(count_with(world, "grade", "6"), 0);
    assert_int_equal(count_with(world, "license", "cc-by-4.0"), 1);
    assert_int_equal(count_with(world, "state", "draft"), 0);
    assert_string_equal(found(world, "science arts"), "2 1");
}

static void what_is_set_aside_is_not_found_until_it_is_back(void **state)
{
    world_t *world = *state;
    add_task(world, "First", "alpha");
    add_task(world, "Second", "alpha");
    follow(world);
    steps_t aside = {0};
    pln_effect_t *effect = steps_add(&aside, PLN_FX_ASIDE);
    effect->as.aside.chain = 1;
    effect->as.aside.from = 2;
    effect->as.aside.to = 2;
    fixture_must(&world->base, steps_job(&aside));
    follow(world);
    assert_string_equal(found(world, "alpha"), "1");
    steps_t back = {0};
    effect = steps_add(&back, PLN_FX_BACK);
    effect->as.aside.chain = 1;
    effect->as.aside.from = 2;
    effect->as.aside.to = 2;
    fixture_must(&world->base, steps_job(&back));
    follow(world);
    assert_string_equal(found(world, "second"), "2");
}

/** A reference to record @seq of this world's own chain. */
static json_t *reference(world_t *world, uint64_t seq)
{
    char text[PLN_REFERENCE_TEXT_SIZE];
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    assert_int_equal(pln_store_entry(world->base.store, 1, seq, &bytes), PLN_OK);
    assert_int_equal(pln_entry_read(pln_buf_span(&bytes), &entry), PLN_OK);
    pln_entry_data(entry.payload, &entry.data);
    pln_reference_t target = {
        .author = world->place.author, .epoch = world->place.epoch, .seq = seq};
    memcpy(target.data, entry.data.bytes, sizeof target.data);
    pln_reference_text(&target, text);
    pln_buf_free(&bytes);
    return json_string(text);
}

static void a_later_version_takes_the_place_of_the_earlier(void **state)
{
    world_t *world = *state;
    add_task(world, "Draft", "gamma");
    follow(world);
    add(world, 1, &world->place, "task",
        json_pack("{s:s, s:s, s:o}", "title", "Revised", "prompt", "gamma", "replaces",
                  reference(world, 1)));
    follow(world);
    assert_string_equal(found(world, "gamma"), "2");
    pln_query_t query = {.words = "gamma", .limit = HITS, .all_versions = true};
    pln_hits_t hits;
    assert_int_equal(ask(world, &query, &hits), PLN_QUERY_OK);
    assert_int_equal(hits.count, 2);
    pln_hits_free(&hits);
    pln_relative_t relative;
    size_t count;
    assert_true(pln_query_referrers(world->db, &world->place, 1, PLN_KIN_VERSION, NULL, &relative,
                                    1, &count));
    assert_int_equal(count, 1);
    assert_int_equal(relative.seq, 2);
}

static void another_authors_version_replaces_nothing(void **state)
{
    world_t *world = *state;
    pln_place_t other = world->place;
    pln_identity_t stranger = fixture_identity(9);
    add_task(world, "Draft", "delta");
    json_t *fields = json_pack("{s:s, s:s, s:o}", "title", "Mine now", "prompt", "delta",
                               "replaces", reference(world, 1));
    other.author = stranger.id;
    add_by(world, &stranger, 2, &other, "task", fields);
    follow(world);
    assert_string_equal(found(world, "draft"), "1");
}

static void pages_give_each_record_once_while_others_arrive(void **state)
{
    world_t *world = *state;
    char mark[PLN_PAGE_MARK_SIZE];
    pln_query_t query = {.limit = 3, .sort = PLN_SORT_NEWEST};
    uint64_t expected = 10;
    bool more = true;
    for (int i = 0; i < 10; i++) {
        add_task(world, "Same", "words");
    }
    follow_by(world, 3);
    while (more) {
        pln_hits_t hits;
        assert_int_equal(ask(world, &query, &hits), PLN_QUERY_OK);
        for (size_t i = 0; i < hits.count; i++) {
            assert_int_equal(hits.list[i].seq, expected--);
        }
        more = pln_hits_next(&hits, hits.count, mark);
        query.after = mark;
        pln_hits_free(&hits);
        add_task(world, "Same", "words");
        follow(world);
    }
    assert_int_equal(expected, 0);
}

static void snippets_mark_what_fits(void **state)
{
    world_t *world = *state;
    pln_query_t query = {.words = "orbits", .limit = 1};
    pln_hits_t hits;
    add_task(world, "Planets", "The moon orbits the earth.");
    follow(world);
    assert_int_equal(ask(world, &query, &hits), PLN_QUERY_OK);
    assert_string_equal(hits.list[0].snippet, "The moon \x02orbits\x03 the earth.");
    pln_hits_free(&hits);
}

static void snippets_of_scripts_without_blanks_mark_whole_letters(void **state)
{
    world_t *world = *state;
    pln_query_t query = {.words = "長さ", .limit = 1};
    pln_hits_t hits;
    add_task(world, "橋", "橋の長さを測る。");
    follow(world);
    assert_int_equal(ask(world, &query, &hits), PLN_QUERY_OK);
    assert_string_equal(hits.list[0].snippet, "橋の\x02長さ\x03を測る。");
    pln_hits_free(&hits);
}

/** Seqs by title, @limit a page, as a text. */
static const char *by_title(world_t *world, const char *words, size_t limit)
{
    static char text[HITS * 8];
    char mark[PLN_PAGE_MARK_SIZE];
    pln_query_t query = {.words = words, .limit = limit, .sort = PLN_SORT_TITLE};
    bool more = true;
    text[0] = '\0';
    while (more) {
        pln_hits_t hits;
        assert_int_equal(ask(world, &query, &hits), PLN_QUERY_OK);
        for (size_t i = 0; i < hits.count; i++) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d",
                     text[0] != '\0' ? " " : "", (int)hits.list[i].seq);
            assert_true(words == NULL || strchr(hits.list[i].snippet, '\x02') != NULL);
        }
        more = pln_hits_next(&hits, hits.count, mark);
        query.after = mark;
        pln_hits_free(&hits);
    }
    return text;
}

static void titles_are_ordered_without_case_and_accents_and_by_numbers(void **state)
{
    static const char *const titles[] = {
        "Grade 10 bridge", "grade 9 bridge",    "Ökologie", "okapi",
        "\"Apples\"",      "Grade 9 bridge, b", "橋",       "ZOO",
        "Grade 007",       "Grade 9 bridge"};
    world_t *world = *state;
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        add_task(world, titles[i], "alpha");
    }
    follow(world);
    const char *order = "5 9 2 10 6 1 4 3 8 7";
    assert_string_equal(by_title(world, NULL, HITS), order);
    assert_string_equal(by_title(world, NULL, 1), order);
    assert_string_equal(by_title(world, "alpha", 3), order);
}

static void marks_of_another_order_are_refused(void **state)
{
    static const char *const marks[] = {
        "t", "t1", "t1-zz", "tx-00", "n1", "b1-1", "t1-0", "t-1-00", "tffffffffffffffff-00"};
    world_t *world = *state;
    add_task(world, "One", "alpha");
    follow(world);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        pln_query_t query = {.limit = 5, .sort = PLN_SORT_TITLE, .after = marks[i]};
        pln_hits_t hits;
        if (ask(world, &query, &hits) != PLN_QUERY_AFTER) {
            fail_msg("the mark %s is taken", marks[i]);
        }
    }
}

static void damaged_or_foreign_files_are_made_anew(void **state)
{
    world_t *world = *state;
    char path[512];
    add_task(world, "Kept", "in the store");
    follow(world);
    close_catalog(world);
    pln_catalog_db_remove(world->base.dir);
    snprintf(path, sizeof path, "%s/catalog.db", world->base.dir);
    FILE *file = fopen(path, "w");
    fputs("this is no database, and long enough to be read as one: no, not at all", file);
    fclose(file);
    open_catalog(world);
    assert_int_equal(world->mark.arrivals.number, 0);
    follow(world);
    assert_string_equal(found(world, "kept"), "1");
}

static void what_was_applied_is_remembered(void **state)
{
    world_t *world = *state;
    add_task(world, "Once", "only");
    follow(world);
    pln_cursor_t before = world->mark.arrivals;
    close_catalog(world);
    open_catalog(world);
    assert_true(pln_cursor_equal(&before, &world->mark.arrivals));
    follow(world);
    assert_string_equal(found(world, "once"), "1");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        CASE(words_are_found_in_titles_and_prose_and_titles_weigh_more),
        CASE(accents_and_other_scripts_are_found),
        CASE(scripts_without_blanks_are_found_letter_by_letter),
        CASE(letters_that_are_two_are_found_in_either_spelling),
        CASE(pictures_are_found),
        CASE(star_stands_for_the_rest_of_a_word),
        CASE(any_text_is_safe),
        CASE(digits_of_a_facet_are_no_words),
        CASE(filters_hold_exactly),
        CASE(what_is_set_aside_is_not_found_until_it_is_back),
        CASE(a_later_version_takes_the_place_of_the_earlier),
        CASE(another_authors_version_replaces_nothing),
        CASE(pages_give_each_record_once_while_others_arrive),
        CASE(snippets_mark_what_fits),
        CASE(snippets_of_scripts_without_blanks_mark_whole_letters),
        CASE(titles_are_ordered_without_case_and_accents_and_by_numbers),
        CASE(marks_of_another_order_are_refused),
        CASE(damaged_or_foreign_files_are_made_anew),
        CASE(what_was_applied_is_remembered),
    };
#undef CASE
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
