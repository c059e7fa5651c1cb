// SPDX-License-Identifier: MPL-2.0
// A new machine with nothing but a node's key and what its keyring said of its networks.
#include <string.h>

#include "story.h"

/** What @node would export of the story's network. */
static pln_keyring_network_t hint_of(const story_t *story, world_node_t *node)
{
    pln_keyring_network_t hint;
    size_t cursor = 0;
    assert_true(pln_node_next_hint(node->node, &cursor, &hint));
    assert_memory_equal(&hint.network, &story->net, sizeof story->net);
    return hint;
}

/** A machine with the key of @of and an empty disk, which was told @hint. */
static world_node_t *new_machine(story_t *story, world_node_t *of,
                                 const pln_keyring_network_t *hint)
{
    pln_store_id_t id = world_store_id(story->world);
    world_node_t *machine = world_twin(of, "machine", memory_store_new(&id));
    world_start(machine);
    assert_int_equal(world_recall(machine, hint), PLN_OK);
    return machine;
}

static uint32_t own_epoch(const story_t *story, world_node_t *node)
{
    pln_place_t place;
    uint32_t chain;
    assert_int_equal(pln_node_own_place(node->node, &story->net, PLN_LANE_RECORDS, &place, &chain),
                     PLN_OK);
    return place.epoch;
}

static void a_key_and_its_hints_bring_back_every_record(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *other = story_member(&story, "other");
    story_publish(&story, member, 5, 100);
    story_publish(&story, other, 5, 100);
    story_run(&story, 15000);
    pln_keyring_network_t hint = hint_of(&story, member);
    assert_int_equal(hint.epoch_end, 1);
    assert_true(hint.node_count >= 1 && hint.nodes[0].address_count >= 1);
    world_power_off(member);
    world_node_t *machine = new_machine(&story, member, &hint);
    story_run(&story, 30000);
    story_records_are(&story, machine, 10);
    story_publish(&story, machine, 1, 100);
    assert_int_equal(own_epoch(&story, machine), 1);
    story_run(&story, 15000);
    story_records_are(&story, other, 11);
    story_end(&story);
}

static void epochs_that_only_the_keyring_knows_of_are_not_written_again(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 15000);
    pln_keyring_network_t hint = hint_of(&story, member);
    hint.epoch_end = 5;  // written on a machine that burnt before anybody heard of it
    world_power_off(member);
    world_node_t *machine = new_machine(&story, member, &hint);
    story_run(&story, 30000);
    story_publish(&story, machine, 1, 100);
    assert_int_equal(own_epoch(&story, machine), 5);
    story_end(&story);
}

static void what_was_recalled_outlives_a_crash_before_anybody_answered(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 3, 100);
    story_run(&story, 15000);
    pln_keyring_network_t hint = hint_of(&story, member);
    world_power_off(member);
    world_power_off(story.root);
    world_node_t *machine = new_machine(&story, member, &hint);
    story_run(&story, 5000);
    assert_int_equal(world_publish(machine, &story.net, 1, 100), PLN_EROLE);
    world_crash(machine);
    world_start(machine);
    world_start(story.root);
    story_run(&story, 90000);
    story_records_are(&story, machine, 3);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_and_its_hints_bring_back_every_record),
        cmocka_unit_test(epochs_that_only_the_keyring_knows_of_are_not_written_again),
        cmocka_unit_test(what_was_recalled_outlives_a_crash_before_anybody_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
