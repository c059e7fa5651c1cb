// SPDX-License-Identifier: MPL-2.0
// What is announced and cannot be asked for yet is remembered within bounds, and whoever announces
// most gives way: a liar keeps nobody else's announcements out (R12).
#include <string.h>

#include "proto/node_state.h"
#include "story.h"

/** The liar is linked to the victim alone, honest to it and to root. */
typedef struct {
    story_t story;
    world_node_t *victim;
    world_node_t *liar;
    world_node_t *honest;
} crowd_t;

static crowd_t crowd_new(uint64_t seed)
{
    crowd_t crowd = {.story = story_begin(seed, false)};
    story_t *story = &crowd.story;
    crowd.victim = story_member(story, "victim");
    crowd.liar = story_member(story, "liar");
    crowd.honest = story_member(story, "honest");
    world_peer_add(crowd.liar, crowd.victim);
    world_peer_add(crowd.honest, crowd.victim);
    story_converges(story, 60000);
    story_run(story, 5000);
    world_apart(crowd.victim, story->root, true);
    world_apart(crowd.liar, story->root, true);
    story_run(story, 1000);
    return crowd;
}

/** @victim hears from @from of @count chains of authors numbered from @first on. */
static void announce(crowd_t *crowd, world_node_t *from, uint64_t first, size_t count)
{
    pln_buf_t rows = {0};
    for (size_t i = 0; i < count; i++) {
        pln_row_t row = {.lane = PLN_LANE_CONTROL, .seq = 1};
        pln_put_u64(row.author.bytes, first + i);
        pln_row_write(&row, &rows);
    }
    pln_message_t heads = {.type = PLN_MSG_HEADS};
    heads.as.heads.network = crowd->story.net;
    heads.as.heads.rows = pln_buf_span(&rows);
    pln_buf_t frame = {0};
    pln_message_encode(&heads, &frame);
    pln_event_t event = world_event_of(crowd->victim, PLN_EV_RECEIVED);
    event.as.received.link = world_link_between(crowd->victim, from);
    event.as.received.frame = pln_buf_span(&frame);
    assert_int_not_equal(event.as.received.link, 0);
    world_step(crowd->victim, &event);
    pln_buf_free(&frame);
    pln_buf_free(&rows);
}

/** How many of @count authors from @first on are remembered. */
static size_t remembered(crowd_t *crowd, uint64_t first, size_t count)
{
    pln_net_state_t *net = pln_net_find(crowd->victim->node, &crowd->story.net);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        pln_place_t place = {.network = crowd->story.net, .lane = PLN_LANE_CONTROL};
        uint8_t key[37];
        pln_put_u64(place.author.bytes, first + i);
        pln_chain_key(&place, key);
        found += pln_map_get(&net->blocked, key) != NULL;
    }
    return found;
}

static bool stands_still(crowd_t *crowd, world_node_t *of)
{
    pln_node_t *node = crowd->victim->node;
    pln_link_t *link = pln_link_find(node, world_link_between(crowd->victim, of));
    return pln_share_find(link, pln_net_find(node, &crowd->story.net))->overflowed;
}

#define LIES 1000000u
#define TRUTHS 2000000u

static void flood(crowd_t *crowd)
{
    for (size_t i = 0; i < 5; i++) {
        announce(crowd, crowd->liar, LIES + i * 1000, 1000);
    }
    assert_int_equal(remembered(crowd, LIES, 5000), PLN_WANTED_UNGRANTED_MAX);
}

/** What the liar has announced before them is theirs all the same. */
static void who_announces_less_keeps_what_both_have_announced(void **state)
{
    (void)state;
    crowd_t crowd = crowd_new(33);
    for (size_t i = 0; i < 4; i++) {
        announce(&crowd, crowd.liar, LIES + i * 1024, 1024);
    }
    assert_false(stands_still(&crowd, crowd.liar));  // all of it is remembered
    announce(&crowd, crowd.honest, LIES, 100);
    announce(&crowd, crowd.honest, TRUTHS, 1000);
    announce(&crowd, crowd.honest, TRUTHS + 1000, 948);
    assert_int_equal(remembered(&crowd, LIES, 100), 100);
    assert_true(stands_still(&crowd, crowd.liar));
    assert_int_equal(remembered(&crowd, TRUTHS, 1948), 1948);
    assert_int_equal(remembered(&crowd, LIES, 5000), PLN_WANTED_UNGRANTED_MAX - 1948);
    story_end(&crowd.story);
}

static void whoever_announces_most_gives_way(void **state)
{
    (void)state;
    crowd_t crowd = crowd_new(31);
    flood(&crowd);
    assert_true(stands_still(&crowd, crowd.liar));
    announce(&crowd, crowd.honest, TRUTHS, 100);
    assert_int_equal(remembered(&crowd, TRUTHS, 100), 100);
    assert_int_equal(remembered(&crowd, LIES, 5000), PLN_WANTED_UNGRANTED_MAX - 100);
    assert_false(stands_still(&crowd, crowd.honest));
    announce(&crowd, crowd.liar, LIES + 5000, 1000);  // more of it changes nothing
    announce(&crowd, crowd.liar, TRUTHS, 100);        // nor does taking them for its own
    assert_int_equal(remembered(&crowd, TRUTHS, 100), 100);
    assert_int_equal(remembered(&crowd, LIES, 6000), PLN_WANTED_UNGRANTED_MAX - 100);
    story_run(&crowd.story, 1000);
    world_crash(crowd.victim);
    world_start(crowd.victim);
    story_run(&crowd.story, 5000);
    announce(&crowd, crowd.honest, TRUTHS + 100, 100);  // who announced what is known still
    assert_int_equal(remembered(&crowd, TRUTHS, 200), 200);
    for (size_t i = 0; i < 5; i++) {  // half of it is what two have
        announce(&crowd, crowd.honest, TRUTHS + 200 + i * 1000, 1000);
    }
    assert_int_equal(remembered(&crowd, TRUTHS, 5200), PLN_WANTED_UNGRANTED_MAX / 2);
    assert_int_equal(remembered(&crowd, LIES, 6000), PLN_WANTED_UNGRANTED_MAX / 2);
    story_end(&crowd.story);
}

/** A coordinator is made, and lets somebody in, where the victim does not see it. */
static void a_flood_of_unknown_authors_keeps_no_news_of_others_back(void **state)
{
    (void)state;
    crowd_t crowd = crowd_new(32);
    story_t *story = &crowd.story;
    flood(&crowd);
    world_apart(crowd.honest, crowd.victim, true);
    world_node_t *lead = story_machine(story, "lead");
    story_join(story, story->root, lead, PLN_ROLE_COORDINATOR);
    world_node_t *guest = world_node(story->world, "guest", false);
    story_join(story, lead, guest, PLN_ROLE_CONTRIBUTOR);
    story_publish(story, guest, 3, 100);
    story_run(story, 10000);
    story_records_are(story, crowd.honest, 3);
    world_apart(crowd.honest, crowd.victim, false);
    pln_network_view_t view = {.records = 0};
    uint64_t met_ms = 0;
    while (view.records < 3) {
        world_run(story->world, 10);
        bool met = world_link_between(crowd.victim, crowd.honest) != 0;
        met_ms = met && met_ms == 0 ? story->world->now_ms : met_ms;
        assert_true(met_ms == 0 || story->world->now_ms < met_ms + 1000);
        assert_true(world_view(crowd.victim, &story->net, &view));
    }
    assert_false(stands_still(&crowd, crowd.honest));
    story_end(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_announces_most_gives_way),
        cmocka_unit_test(who_announces_less_keeps_what_both_have_announced),
        cmocka_unit_test(a_flood_of_unknown_authors_keeps_no_news_of_others_back),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
