// SPDX-License-Identifier: MPL-2.0
// Forks of chains that are longer than their network's quota: what is settled there counts nowhere
// until the root makes room (R6, R11).
#include <stdlib.h>
#include <string.h>

#include "story.h"

/** @node has written @count entries more than its quota lets it, as an older version might. */
static void overwrite(world_node_t *node, const pln_network_id_t *net, size_t count)
{
    pln_place_t place;
    uint32_t chain;
    assert_int_equal(pln_node_own_place(node->node, net, PLN_LANE_RECORDS, &place, &chain), PLN_OK);
    world_crash(node);
    pln_draft_t *drafts = pln_alloc_zero(count, sizeof *drafts);
    for (size_t i = 0; i < count; i++) {
        drafts[i] = (pln_draft_t){.kind = 0x0101, .time_ms = 5, .payload = PLN_SPAN("more", 4)};
    }
    pln_effect_t effect = {.type = PLN_FX_MINT};
    effect.as.mint.chain = chain;
    effect.as.mint.place = place;
    effect.as.mint.drafts = drafts;
    effect.as.mint.count = count;
    pln_effects_t effects = {&effect, 1, 1};
    memory_job_t *job = memory_job_new(&effects);
    memory_store_apply(node->store, &node->self, job);
    assert_int_equal(job->error, PLN_OK);
    memory_job_free(job);
    free(drafts);
    world_start(node);
}

/** An author has a record, a quota of 1,024, and writes 1,500 more, its copy 2; they have met. */
static story_t beyond_the_quota(uint64_t seed, world_node_t **p_out, world_node_t **author_out)
{
    story_t story = {.world = world_new(seed)};
    story.root = world_node(story.world, "root", false);
    assert_int_equal(world_found_within(story.root, "net", 1024, 0, &story.net), PLN_OK);
    world_node_t *p = story_member(&story, "p");
    world_node_t *author = story_member(&story, "author");
    story_publish(&story, author, 1, 50);
    story_converges(&story, 60000);
    world_run(story.world, 15000);
    world_crash(author);
    world_node_t *copy = world_clone(author, "copy");
    world_start(author);
    overwrite(author, &story.net, 1500);
    world_run(story.world, 30000);
    world_crash(author);
    world_apart(copy, story.root, true);
    world_start(copy);
    story_publish(&story, copy, 2, 50);
    world_apart(copy, story.root, false);
    world_run(story.world, 60000);
    world_crash(copy);
    world_start(author);
    world_run(story.world, 60000);
    *p_out = p;
    *author_out = author;
    return story;
}

/** M9: the owner settles a head beyond the quota: nobody holds it, the owner neither. */
static void a_settle_beyond_the_quota_leaves_the_chain_where_it_parted(void **state)
{
    (void)state;
    world_node_t *p, *author;
    story_t story = beyond_the_quota(69, &p, &author);
    assert_int_equal(world_heal(author, &story.net), PLN_OK);
    world_run(story.world, 60000);
    story_converges(&story, 120000);
    story_records_are(&story, p, 1);
    story_records_are(&story, author, 1);
    world_free(&story.world);
}

/** ... and says so, once is enough; where the root makes room the settle takes effect. */
static void a_settle_beyond_the_quota_counts_once_there_is_room(void **state)
{
    (void)state;
    world_node_t *p, *author;
    story_t story = beyond_the_quota(69, &p, &author);
    assert_int_equal(world_heal(author, &story.net), PLN_OK);
    world_run(story.world, 10000);
    pln_network_view_t view;
    assert_true(world_view(author, &story.net, &view));
    assert_true(view.forks[0].own && view.forks[0].beyond && !view.forks[0].settled);
    assert_true(world_view(p, &story.net, &view));
    assert_true(view.forks[0].beyond && !view.forks[0].own);  // its root can be told
    uint64_t said = author->arrival_highest;
    assert_int_equal(world_heal(author, &story.net), PLN_EQUOTA);
    assert_non_null(strstr(author->reply_detail, "ask its root to raise it"));
    world_run(story.world, 10000);
    assert_int_equal(author->arrival_highest, said);  // no second settle
    assert_int_equal(world_settings(story.root, &story.net, NULL, 4096), PLN_OK);
    world_run(story.world, 60000);
    story_converges(&story, 240000);
    story_records_are(&story, p, 1501);
    story_records_are(&story, author, 1501);
    assert_true(world_view(author, &story.net, &view));
    assert_true(view.forks[0].settled && !view.forks[0].beyond);
    assert_int_equal(world_heal(author, &story.net), PLN_OK);
    world_free(&story.world);
}

/** Without a fork: it ends at the first anchor at its quota, and its author is told. */
static void a_chain_ends_at_its_quota_of_bytes(void **state)
{
    (void)state;
    story_t story = {.world = world_new(70)};
    story.root = world_node(story.world, "root", false);
    assert_int_equal(world_found_within(story.root, "net", 0, 131072, &story.net), PLN_OK);
    world_node_t *author = story_member(&story, "author");
    size_t written = 0;
    while (written < 200 && world_publish(author, &story.net, 1, 2000) == PLN_OK) {
        written++;
    }
    assert_int_equal(written, 131072 / 2013);  // of 13 + 2,000 bytes each
    assert_int_equal(world_publish(author, &story.net, 1, 2000), PLN_EQUOTA);
    overwrite(author, &story.net, 30);  // of 13 + 4: the 14th is the first at the quota
    story_run(&story, 60000);
    story_records_are(&story, story.root, written + 14);
    world_free(&story.world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_ends_at_its_quota_of_bytes),
        cmocka_unit_test(a_settle_beyond_the_quota_leaves_the_chain_where_it_parted),
        cmocka_unit_test(a_settle_beyond_the_quota_counts_once_there_is_room),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
