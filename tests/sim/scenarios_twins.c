// SPDX-License-Identifier: MPL-2.0
// Two machines with one key run at the same time: both are told, nothing forks, nothing is lost.
#include <string.h>

#include "story.h"

static uint32_t own_epoch(const story_t *story, world_node_t *node)
{
    pln_place_t place;
    uint32_t chain;
    assert_int_equal(pln_node_own_place(node->node, &story->net, PLN_LANE_RECORDS, &place, &chain),
                     PLN_OK);
    return place.epoch;
}

static bool told(const world_node_t *node, pln_twin_view_t *out)
{
    return pln_node_twin(node->node, out) && out->told_wall_ms != 0;
}

static void no_fork(const story_t *story)
{
    for (size_t i = 0; i < story->world->node_count; i++) {
        assert_int_equal(pln_node_refused(story->world->nodes[i]->node)[PLN_EBASE], 0);
    }
}

/** The key on a second machine with a store of its own, which joined again. */
static world_node_t *second_machine(story_t *story, world_node_t *member)
{
    pln_store_id_t id = world_store_id(story->world);
    world_node_t *twin = world_twin(member, "twin", memory_store_new(&id));
    world_start(twin);
    world_peer_add(twin, story->root);
    story_join(story, story->root, twin, PLN_ROLE_CONTRIBUTOR);
    return twin;
}

static void both_are_told_since_when_and_from_where(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_run(&story, 15000);
    pln_twin_view_t twin;
    assert_false(pln_node_twin(member->node, &twin));
    world_node_t *second = second_machine(&story, member);
    story_run(&story, 30000);
    assert_true(told(member, &twin));
    assert_string_equal(twin.address, second->address);
    assert_true(pln_id_equal(&twin.told_by, &story.root->self.id));
    assert_in_range(twin.since_ms, WORLD_WALL_START_MS + 15000,
                    WORLD_WALL_START_MS + story.world->now_ms);
    assert_true(told(second, &twin));
    assert_string_equal(twin.address, member->address);
    assert_false(pln_node_twin(other->node, &twin));
    assert_false(pln_node_twin(story.root->node, &twin));
    story_end(&story);
}

/** Whoever talks with both goes on saying so, and falls silent about a machine that is gone. */
static void a_machine_that_was_switched_off_is_told_of_no_longer(void **state)
{
    (void)state;
    story_t story = story_begin(6, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 15000);
    world_node_t *second = second_machine(&story, member);
    pln_twin_view_t twin;
    story_run(&story, 600000);
    assert_true(told(member, &twin));
    assert_true(told(second, &twin));
    world_stop(second);
    story_run(&story, 120000);
    assert_false(pln_node_twin(member->node, &twin));
    world_start(second);
    story_run(&story, 30000);
    assert_true(told(member, &twin));
    story_end(&story);
}

static void each_goes_on_in_an_epoch_of_its_own(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    world_node_t *second = second_machine(&story, member);
    for (int i = 0; i < 4; i++) {
        story_publish(&story, member, 1, 100);
        story_publish(&story, second, 1, 100);
        story_run(&story, 4000);
    }
    assert_int_equal(own_epoch(&story, member), 0);
    assert_int_equal(own_epoch(&story, second), 1);
    story_converges(&story, 30000);
    story_records_are(&story, member, 10);
    story_records_are(&story, second, 10);
    story_records_are(&story, other, 10);
    no_fork(&story);
    uint64_t links = pln_node_counters(story.root->node)->links_accepted;
    story_run(&story, 120000);  // both links stay
    assert_int_equal(pln_node_counters(story.root->node)->links_accepted, links);
    story_end(&story);
}

static void a_restored_machine_is_no_twin_of_the_one_it_replaces(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    memory_store_t *backup = world_backup(member);
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    world_lay_back(member, backup);
    world_start(member);
    story_publish(&story, member, 1, 100);
    story_converges(&story, 20000);
    pln_twin_view_t twin;
    assert_false(pln_node_twin(member->node, &twin));
    story_records_are(&story, member, 5);
    story_end(&story);
}

/** One store copied: both write in the epoch that was open. Each notices by what it did not write.
 */
static void copies_that_met_go_on_apart(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    world_node_t *second = world_twin(member, "copy", memory_store_copy(member->store));
    world_start(second);
    story_run(&story, 5000);
    story_publish(&story, member, 1, 100);
    story_run(&story, 15000);  // the copy has met an entry in its epoch that it did not write
    story_publish(&story, second, 1, 100);
    story_run(&story, 5000);
    story_publish(&story, member, 1, 100);
    story_run(&story, 20000);
    assert_int_not_equal(own_epoch(&story, member), own_epoch(&story, second));
    story_converges(&story, 60000);
    story_records_are(&story, second, 5);
    story_records_are(&story, story.root, 5);
    no_fork(&story);
    story_end(&story);
}

/** A copied folder has the store's id, too: only what plnd drew at its start tells them apart. */
static void two_starts_from_one_folder_are_two_machines(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_run(&story, 15000);
    world_node_t *copy = world_twin(member, "copy", memory_store_copy(member->store));
    world_start(copy);
    story_run(&story, 30000);
    uint64_t links = pln_node_counters(story.root->node)->links_accepted;
    for (int i = 0; i < 3; i++) {
        story_publish(&story, other, 1, 100);
        story_run(&story, 1000);
        story_records_are(&story, member, (uint64_t)i + 1);
        story_records_are(&story, copy, (uint64_t)i + 1);
    }
    story_run(&story, 120000);
    assert_int_equal(pln_node_counters(story.root->node)->links_accepted, links);
    pln_twin_view_t twin;
    assert_true(told(member, &twin));
    assert_string_equal(twin.address, copy->address);
    assert_true(told(copy, &twin));
    assert_string_equal(twin.address, member->address);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_are_told_since_when_and_from_where),
        cmocka_unit_test(a_machine_that_was_switched_off_is_told_of_no_longer),
        cmocka_unit_test(each_goes_on_in_an_epoch_of_its_own),
        cmocka_unit_test(a_restored_machine_is_no_twin_of_the_one_it_replaces),
        cmocka_unit_test(copies_that_met_go_on_apart),
        cmocka_unit_test(two_starts_from_one_folder_are_two_machines),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
