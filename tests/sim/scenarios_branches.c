// SPDX-License-Identifier: MPL-2.0
// A member with a real key signs far more branches of its own lane 0 than copies of it could make.
// All of them count, so all of them are kept; they cost little, and honest nodes stay equal.
#include <string.h>

#include "proto/message.h"
#include "proto/node_branch.h"
#include "story.h"

#define MINUTE_MS 60000u

typedef struct {
    story_t story;
    world_node_t *a;
    world_node_t *b;
    world_node_t *late;
    world_node_t *rogue;
    pln_place_t place;
} court_t;

static court_t court(uint64_t seed)
{
    court_t it = {.story = story_begin(seed, false)};
    it.story.world->forked = true;
    it.a = it.story.root;
    it.b = story_member(&it.story, "b");
    it.late = story_member(&it.story, "late");
    it.rogue = story_member(&it.story, "rogue");
    it.place = (pln_place_t){it.story.net, it.rogue->self.id, 0, PLN_LANE_CONTROL};
    story_converges(&it.story, MINUTE_MS);
    story_run(&it.story, 15000);
    it.rogue->lies = 1;  // so that the checks do not take it for honest
    it.rogue->lie_one_in = UINT32_MAX;
    return it;
}

/** a hears one more entry behind @base, with @word in it; returns where that leads. */
static pln_head_t hear_one(court_t *it, pln_head_t base, uint32_t word)
{
    uint8_t payload[4], run[PLN_HEADER_SIZE + sizeof payload];
    pln_header_t header = {.kind = 0x0101, .time_ms = 1, .size = sizeof payload};
    pln_hash_t data;
    pln_put_u32(payload, word);
    pln_header_write(&header, run);
    memcpy(run + PLN_HEADER_SIZE, payload, sizeof payload);
    pln_entry_data(PLN_SPAN(payload, sizeof payload), &data);
    pln_head_t end = base;
    pln_chain_link(&end, &header, &data);
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_entries_t *entries = &message.as.entries;
    entries->place = it->place;
    entries->from = entries->to = end.seq;
    entries->base = base.hash;
    entries->flags = PLN_ENTRIES_PUSHED;
    entries->run = PLN_SPAN(run, sizeof run);
    pln_head_sign(&it->rogue->self, &it->place, &end, &entries->signature);
    story_hears(it->a, it->rogue, &message);
    return end;
}

/** @count branches that begin where the chain does, and as many that each leave the one before. */
static void flood(court_t *it, uint32_t count)
{
    pln_head_t start, end;
    pln_chain_start(&it->place, &start);
    for (uint32_t i = 0; i < count; i++) {
        (void)hear_one(it, start, i);
        world_run(it->story.world, i % 50 == 0 ? 100 : 0);
    }
    end = start;
    for (uint32_t i = 0; i < count; i++) {
        (void)hear_one(it, end, UINT32_MAX);
        end = hear_one(it, end, count + i);
        world_run(it->story.world, i % 25 == 0 ? 100 : 0);
    }
}

/** Besides the chain they leave. */
static size_t branches(const court_t *it, const world_node_t *node)
{
    pln_net_state_t *net = pln_net_find(node->node, &it->story.net);
    pln_chain_t *first = pln_chain_find(net, &it->place.author, 0, PLN_LANE_CONTROL);
    return first == NULL ? 0 : first->branch_count;
}

static const pln_hash_t *digest(const court_t *it, const world_node_t *node)
{
    pln_net_state_t *net = pln_net_find(node->node, &it->story.net);
    pln_net_digests(net);
    return &net->digest;
}

static void a_thousand_branches_are_looked_at_once_a_second(void **state)
{
    (void)state;
    court_t it = court(1);
    const pln_net_state_t *net = pln_net_find(it.a->node, &it.story.net);
    uint64_t before = net->refolds, begun_ms = it.story.world->now_ms;
    flood(&it, 500);
    world_run(it.story.world, MINUTE_MS);
    uint64_t seconds = (it.story.world->now_ms - begun_ms) / 1000;
    assert_int_equal(branches(&it, it.a), 1000);
    assert_in_range(net->refolds - before, 1, 100 + 2 * seconds);
    assert_int_equal(branches(&it, it.b), 1000);
    assert_memory_equal(digest(&it, it.a), digest(&it, it.b), sizeof(pln_hash_t));
    story_publish(&it.story, it.b, 1, 60);
    world_run(it.story.world, 5000);
    story_records_are(&it.story, it.a, 1);
    world_free(&it.story.world);
}

static void more_branches_than_one_answer_takes_reach_who_was_off_and_outlive_a_crash(void **state)
{
    (void)state;
    court_t it = court(2);
    world_crash(it.late);
    flood(&it, 900);  // their heads fill more than a page, too
    world_run(it.story.world, MINUTE_MS);
    world_crash(it.a);
    world_start(it.a);
    world_start(it.late);
    story_publish(&it.story, it.a, 1, 60);
    world_run(it.story.world, 5 * MINUTE_MS);
    assert_int_equal(branches(&it, it.a), 1800);
    assert_int_equal(branches(&it, it.late), 1800);
    assert_memory_equal(digest(&it, it.a), digest(&it, it.b), sizeof(pln_hash_t));
    assert_memory_equal(digest(&it, it.a), digest(&it, it.late), sizeof(pln_hash_t));
    story_records_are(&it.story, it.late, 1);
    world_free(&it.story.world);
}

/** What a serves the late one ends after 125 branches, until that one says again what it granted.
 */
static void narrow(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    pln_message_t message;
    pln_link_t *link = pln_link_find(node->node, world_link_between(node, from));
    if (node == node->world->nodes[0] && link != NULL &&
        pln_message_decode(frame, &message) == PLN_OK && message.type == PLN_MSG_WANT) {
        link->peer_granted = link->sent + 30000;
        node->world->heard = NULL;
    }
}

static void who_asks_again_while_its_answer_is_under_way_gets_nothing_twice(void **state)
{
    (void)state;
    court_t it = court(3);
    world_crash(it.late);
    flood(&it, 600);
    world_run(it.story.world, MINUTE_MS);
    it.story.world->heard = narrow;
    world_start(it.late);
    world_run(it.story.world, 5000);
    assert_in_range(branches(&it, it.late), 50, 300);
    pln_head_t start;
    pln_chain_start(&it.place, &start);
    pln_row_t row = {it.place.author, 0, PLN_LANE_CONTROL, 1, start.hash};
    pln_buf_t rows = {0};
    pln_row_write(&row, &rows);
    pln_message_t want = {.type = PLN_MSG_WANT};
    want.as.want.network = it.story.net;
    want.as.want.rows = pln_buf_span(&rows);
    story_hears(it.a, it.late, &want);
    pln_buf_free(&rows);
    world_run(it.story.world, MINUTE_MS);
    assert_int_equal(branches(&it, it.late), 1200);
    assert_int_equal(pln_node_counters(it.late->node)->runs_duplicate, 0);
    world_free(&it.story.world);
}

static size_t asked;

static void look_for_wants(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    (void)from;
    pln_message_t message;
    asked += node->lies != 0 && pln_message_decode(frame, &message) == PLN_OK &&
             message.type == PLN_MSG_WANT;
}

/** An entry comes whose predecessor nobody here holds: signed, it is of a branch that is lacked. */
static void what_leads_to_a_signed_entry_is_asked_of_whoever_brought_it(void **state)
{
    (void)state;
    court_t it = court(9);
    pln_head_t start;
    pln_chain_start(&it.place, &start);
    (void)hear_one(&it, start, 0);
    story_run(&it.story, 20000);
    it.story.world->heard = look_for_wants;
    pln_head_t missing = {.seq = 1, .cum = 40, .hash = {{9, 9, 9}}};
    asked = 0;
    (void)hear_one(&it, missing, 1);
    story_run(&it.story, 500);
    assert_int_equal(asked, 1);
    story_end(&it.story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_branches_are_looked_at_once_a_second),
        cmocka_unit_test(more_branches_than_one_answer_takes_reach_who_was_off_and_outlive_a_crash),
        cmocka_unit_test(who_asks_again_while_its_answer_is_under_way_gets_nothing_twice),
        cmocka_unit_test(what_leads_to_a_signed_entry_is_asked_of_whoever_brought_it),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
