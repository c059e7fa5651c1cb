// SPDX-License-Identifier: MPL-2.0
// A node writes in no epoch that another life of its key has used, online or not (R5).
#include <string.h>

#include "proto/node_state.h"
#include "story.h"

static uint32_t epoch_of_lane(const story_t *story, world_node_t *node, uint8_t lane)
{
    pln_place_t place;
    uint32_t chain;
    assert_int_equal(pln_node_own_place(node->node, &story->net, lane, &place, &chain), PLN_OK);
    return place.epoch;
}

static uint32_t own_epoch(const story_t *story, world_node_t *node)
{
    return epoch_of_lane(story, node, PLN_LANE_RECORDS);
}

static void alone(story_t *story, world_node_t *node, bool on)
{
    for (size_t i = 0; i < story->world->node_count; i++) {
        world_node_t *other = story->world->nodes[i];
        if (other != node) {
            world_bar(node, other, on);
            world_bar(other, node, on);
            if (on) {
                world_cut(story->world, node->index, other->index);
            }
        }
    }
}

/** What lies on its disk now is @backup (owned), restored: another life of the store. */
static void restore(world_node_t *node, memory_store_t *backup)
{
    pln_store_id_t id = world_store_id(node->world);
    memory_store_rename(backup, &id);
    world_lay_back(node, backup);
}

static void no_fork(const story_t *story)
{
    for (size_t i = 0; i < story->world->node_count; i++) {
        const world_node_t *node = story->world->nodes[i];
        if (node->node != NULL) {
            assert_int_equal(pln_node_refused(node->node)[PLN_EBASE], 0);
            assert_int_equal(pln_node_refused(node->node)[PLN_EFORK], 0);
        }
    }
}

static void a_restart_goes_on_in_its_epoch(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    world_crash(member);
    world_start(member);
    story_publish(&story, member, 1, 100);
    assert_int_equal(own_epoch(&story, member), 0);
    story_converges(&story, 10000);
    no_fork(&story);
    story_end(&story);
}

/** Scenario 30: whoever answers is stale too, and the hub that holds more is off. */
static void a_restored_node_writes_at_once_and_in_the_next_epoch(void **state)
{
    (void)state;
    story_t story = story_begin(2, true);
    world_node_t *member = story_member(&story, "member");
    world_node_t *stale = story_member(&story, "stale");
    story_publish(&story, member, 3, 100);
    story_run(&story, 20000);
    memory_store_t *backup = memory_store_copy(member->store);
    alone(&story, stale, true);
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    world_power_off(story.root);
    restore(member, backup);
    world_bar(member, stale, false);
    world_bar(stale, member, false);
    world_start(member);
    story_publish(&story, member, 1, 100);
    assert_int_equal(own_epoch(&story, member), 1);
    story_run(&story, 20000);
    story_records_are(&story, stale, 4);
    world_start(story.root);
    alone(&story, stale, false);
    story_converges(&story, 120000);
    story_records_are(&story, member, 6);  // what the hub held came back
    story_records_are(&story, stale, 6);
    no_fork(&story);
    story_end(&story);
}

static void a_restored_node_offline_writes_in_the_next_epoch(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *member = story_member(&story, "member");
    memory_store_t *backup = memory_store_copy(member->store);  // before it wrote anything
    story_publish(&story, member, 5, 100);
    story_run(&story, 5000);
    restore(member, backup);
    alone(&story, member, true);
    world_start(member);
    story_publish(&story, member, 1, 100);
    assert_int_equal(own_epoch(&story, member), 1);
    world_crash(member);
    world_start(member);
    story_publish(&story, member, 1, 100);
    assert_int_equal(own_epoch(&story, member), 1);  // which is its own now
    alone(&story, member, false);
    story_converges(&story, 120000);
    story_records_are(&story, story.root, 7);
    story_records_are(&story, member, 7);
    no_fork(&story);
    story_end(&story);
}

static void a_new_machine_with_the_key_alone_forks_nothing(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 4, 100);
    story_run(&story, 5000);
    pln_store_id_t id = world_store_id(story.world);
    world_lay_back(member, memory_store_new(&id));
    world_start(member);
    story_join(&story, story.root, member, PLN_ROLE_CONTRIBUTOR);
    story_publish(&story, member, 1, 100);
    assert_int_equal(own_epoch(&story, member), 1);
    story_converges(&story, 20000);
    story_records_are(&story, member, 5);
    story_records_are(&story, story.root, 5);
    no_fork(&story);
    story_end(&story);
}

/** ... once more: the epoch that the machine between them has opened came back, too. */
static void a_third_machine_with_the_key_alone_writes_above_the_second(void **state)
{
    (void)state;
    story_t story = story_begin(8, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    for (uint32_t machine = 1; machine <= 3; machine++) {
        pln_store_id_t id = world_store_id(story.world);
        world_lay_back(member, memory_store_new(&id));
        world_start(member);
        story_join(&story, story.root, member, PLN_ROLE_CONTRIBUTOR);
        story_publish(&story, member, 1, 100);
        assert_int_equal(own_epoch(&story, member), machine);
        story_run(&story, 5000);
    }
    story_converges(&story, 20000);
    story_records_are(&story, member, 5);
    no_fork(&story);
    story_end(&story);
}

/** Both hear at the same time that another copy writes in their epoch, and both want to go on. */
static void of_two_copies_that_meet_one_opens_the_epoch_above_the_other(void **state)
{
    (void)state;
    story_t story = story_begin(9, false);
    world_node_t *one = story_member(&story, "one");
    story_publish(&story, one, 1, 100);
    story_run(&story, 10000);
    world_crash(one);
    world_node_t *two = world_clone(one, "two");
    alone(&story, one, true);
    alone(&story, two, true);
    world_start(one);
    world_start(two);
    story_publish(&story, one, 2, 100);
    story_publish(&story, two, 3, 100);
    world_bar(one, story.root, false);
    world_bar(two, story.root, false);
    for (int i = 0; i < 60; i++) {
        world_publish_later(one, &story.net, 1, 100);
        world_publish_later(two, &story.net, 1, 100);
        story_run(&story, 1000);
    }
    assert_int_not_equal(own_epoch(&story, one), own_epoch(&story, two));
    const pln_net_state_t *net = pln_net_find(story.root->node, &story.net);
    assert_int_equal(net->forks.count, 1);  // of epoch 0 only, where they were apart
    story_end(&story);
}

/** An image of the disk laid back under a machine that does not know it: no restore, same id. */
static void a_disk_image_laid_back_hears_the_peers_before_it_writes(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    memory_store_t *image = memory_store_copy(member->store);
    story_publish(&story, member, 3, 100);
    story_run(&story, 5000);
    world_lay_back(member, image);
    world_start(member);
    pln_err_t published = world_publish(member, &story.net, 1, 100);  // within its first second
    assert_int_equal(published, PLN_OK);
    assert_int_equal(own_epoch(&story, member), 1);
    story_converges(&story, 20000);
    story_records_are(&story, member, 6);
    no_fork(&story);
    story_end(&story);
}

static void a_power_cut_in_the_pause_reopens_nothing(void **state)
{
    (void)state;
    story_t story = story_begin(6, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    memory_store_t *image = memory_store_copy(member->store);
    story_publish(&story, member, 1, 100);
    story_run(&story, 5000);
    world_lay_back(member, image);
    world_start(member);
    story_run(&story, 1000);  // its third entry came back: it did not write that
    world_power_off(member);
    alone(&story, member, true);
    world_start(member);
    story_publish(&story, member, 1, 100);
    assert_int_equal(own_epoch(&story, member), 1);
    alone(&story, member, false);
    story_converges(&story, 120000);
    no_fork(&story);
    story_end(&story);
}

static void nobody_waits_for_peers_it_does_not_have(void **state)
{
    (void)state;
    story_t story = story_begin(7, false);
    world_crash(story.root);
    world_start(story.root);
    uint64_t before_ms = story.world->now_ms;
    story_publish(&story, story.root, 1, 100);
    assert_true(story.world->now_ms - before_ms < 1000);
    world_node_t *member = story_member(&story, "member");
    world_crash(member);
    world_crash(story.root);
    world_start(story.root);
    before_ms = story.world->now_ms;
    story_publish(&story, story.root, 1, 100);  // nobody answers
    assert_in_range(story.world->now_ms - before_ms, 2500, 3500);
    story_end(&story);
}

/** R2. That many entries take minutes to sign, so the chain only says that it has them. */
static void a_lane_0_that_has_all_its_entries_is_followed_by_the_next_epoch(void **state)
{
    (void)state;
    story_t story = story_begin(11, false);
    pln_net_state_t *net = pln_net_find(story.root->node, &story.net);
    pln_chain_t *own = pln_chain_find(net, &story.root->self.id, 0, PLN_LANE_CONTROL);
    uint64_t seq = own->durable.seq;
    own->durable.seq = PLN_CONTROL_ENTRIES_MAX - 2;
    assert_int_equal(epoch_of_lane(&story, story.root, PLN_LANE_CONTROL), 0);
    own->durable.seq = PLN_CONTROL_ENTRIES_MAX - 1;  // two go together
    assert_int_equal(epoch_of_lane(&story, story.root, PLN_LANE_CONTROL), 1);
    assert_int_equal(own_epoch(&story, story.root), 0);
    own->durable.seq = seq;
    story_end(&story);
}

/** Nobody could grant the root another term. */
static void a_root_that_was_restored_sixteen_times_goes_on_in_the_next_term(void **state)
{
    (void)state;
    story_t story = story_begin(12, false);
    world_node_t *member = story_member(&story, "member");
    story_converges(&story, 20000);
    memory_store_t *backup = memory_store_copy(story.root->store);
    for (uint32_t n = 1; n <= PLN_EPOCHS_PER_TERM; n++) {
        world_power_off(story.root);
        restore(story.root, memory_store_copy(backup));
        world_start(story.root);
        story_converges(&story, 120000);
        story_publish(&story, story.root, 1, 100);
        // Of a new term, too, the life before may have used the first.
        uint32_t awaited = n < PLN_EPOCHS_PER_TERM ? n : PLN_EPOCHS_PER_TERM + 1;
        assert_int_equal(own_epoch(&story, story.root), awaited);
        story_converges(&story, 120000);
    }
    story_records_are(&story, member, PLN_EPOCHS_PER_TERM);
    memory_store_free(&backup);
    no_fork(&story);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_goes_on_in_its_epoch),
        cmocka_unit_test(a_restored_node_writes_at_once_and_in_the_next_epoch),
        cmocka_unit_test(a_restored_node_offline_writes_in_the_next_epoch),
        cmocka_unit_test(a_new_machine_with_the_key_alone_forks_nothing),
        cmocka_unit_test(a_third_machine_with_the_key_alone_writes_above_the_second),
        cmocka_unit_test(of_two_copies_that_meet_one_opens_the_epoch_above_the_other),
        cmocka_unit_test(a_disk_image_laid_back_hears_the_peers_before_it_writes),
        cmocka_unit_test(a_power_cut_in_the_pause_reopens_nothing),
        cmocka_unit_test(a_lane_0_that_has_all_its_entries_is_followed_by_the_next_epoch),
        cmocka_unit_test(nobody_waits_for_peers_it_does_not_have),
        cmocka_unit_test(a_root_that_was_restored_sixteen_times_goes_on_in_the_next_term),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
