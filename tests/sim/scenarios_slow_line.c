// SPDX-License-Identifier: MPL-2.0
// A line of 64 kbit/s: the largest runs take most of a minute each, and nothing is sent twice.
#include "story.h"

#define SLOW_BYTES_PER_MS 8u

static uint64_t received(const world_node_t *node)
{
    return node->entries_bytes_received;
}

static void the_largest_records_arrive_at_the_speed_of_the_line(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    b->line.bytes_per_ms = SLOW_BYTES_PER_MS;
    uint64_t before = received(b);
    story_publish(&story, story.root, 12, PLN_PAYLOAD_MAX);
    uint64_t begin_ms = story.world->now_ms;
    story_converges(&story, 800000);
    uint64_t took_ms = story.world->now_ms - begin_ms;
    uint64_t ideal_ms = UINT64_C(12) * PLN_PAYLOAD_MAX / SLOW_BYTES_PER_MS;
    assert_in_range(took_ms, ideal_ms, ideal_ms * 11 / 10);
    assert_in_range(received(b) - before, 0, UINT64_C(12) * PLN_PAYLOAD_MAX * 11 / 10);
    story_end(&story);
}

static void many_chains_arrive_at_the_speed_of_the_line(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *others[6];
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    world_crash(b);
    for (int i = 0; i < 6; i++) {
        others[i] = story_member(&story, "other");
        story_publish(&story, others[i], 10, 40000);
    }
    story_run(&story, 30000);
    b->line.bytes_per_ms = SLOW_BYTES_PER_MS;
    uint64_t before = received(b);
    world_start(b);
    uint64_t begin_ms = story.world->now_ms;
    story_converges(&story, 800000);
    uint64_t ideal_ms = UINT64_C(60) * 40000 / SLOW_BYTES_PER_MS;
    assert_in_range(story.world->now_ms - begin_ms, ideal_ms * 9 / 10, ideal_ms * 11 / 10);
    assert_in_range(received(b) - before, 0, UINT64_C(60) * 40000 * 11 / 10);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_records_arrive_at_the_speed_of_the_line),
        cmocka_unit_test(many_chains_arrive_at_the_speed_of_the_line),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
