// SPDX-License-Identifier: MPL-2.0
// Disks that refuse: nothing is lost by it, and nobody asks for the same again and again.
#include "story.h"

static void disk_is(world_node_t *node, bool full)
{
    node->disk.error = full ? PLN_ENOSPACE : PLN_OK;
    pln_event_t event = world_event_of(node, PLN_EV_DISK);
    event.as.disk.low = full;
    world_step(node, &event);
}

static void a_pushed_record_that_found_no_room_comes_when_there_is(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    b->disk.error = PLN_ENOSPACE;  // nobody has noticed yet
    story_publish(&story, story.root, 1, 100);
    story_run(&story, 1000);
    disk_is(b, false);
    story_converges(&story, 10000);
    story_records_are(&story, b, 1);
    story_end(&story);
}

static void a_push_that_found_no_room_is_not_passed_by_the_cursor(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    b->disk.error = PLN_ENOSPACE;
    story_publish(&story, story.root, 1, 100);
    story_run(&story, 200);
    b->disk.error = PLN_OK;
    story_run(&story, 800);
    world_crash(b);
    world_start(b);
    story_converges(&story, 10000);
    story_records_are(&story, b, 1);
    story_end(&story);
}

static void who_may_what_is_asked_for_calmly_while_the_disk_is_full(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    disk_is(b, true);
    story_member(&story, "c");
    uint64_t before = story.world->happened[HAPPENING_disk_refused];
    story_run(&story, 60000);
    uint64_t refused = story.world->happened[HAPPENING_disk_refused] - before;
    assert_in_range(refused, 1, 80);  // its presence also asks for the disk
    disk_is(b, false);
    story_converges(&story, 10000);
    story_end(&story);
}

/** Many runs of one chain are on their way when the first is refused: none of them asks at once. */
static void a_chain_of_many_runs_is_asked_for_calmly_while_the_disk_is_full(void **state)
{
    (void)state;
    story_t story = story_begin(6, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    world_crash(b);
    for (size_t i = 0; i < 12; i++) {
        story_member(&story, "more");
    }
    b->disk.error = PLN_ENOSPACE;
    story.world->bytes_per_ms = 20;  // each run arrives when the one before was refused already
    world_start(b);
    uint64_t before = story.world->happened[HAPPENING_disk_refused];
    uint64_t received = b->entries_bytes_received;
    story_run(&story, 20000);
    assert_in_range(story.world->happened[HAPPENING_disk_refused] - before, 1, 300);
    assert_in_range(b->entries_bytes_received - received, 1, 60000);
    disk_is(b, false);
    story_converges(&story, 20000);
    story_end(&story);
}

static void records_announced_to_a_full_disk_wait_for_it(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *b = story_member(&story, "b");
    story_run(&story, 15000);
    disk_is(b, true);
    story_publish(&story, story.root, 40, 16000);
    story_run(&story, 60000);
    uint64_t received = b->entries_bytes_received;
    assert_in_range(received, 0, 20000);
    disk_is(b, false);
    story_converges(&story, 10000);
    story_records_are(&story, b, 40);
    pln_network_view_t view;
    assert_true(world_view(b, &story.net, &view));
    assert_int_equal(view.wanted, 0);
    story_end(&story);
}

static bool two_members(world_t *world, void *arg)
{
    pln_network_view_t view;
    return world_view(world->nodes[0], arg, &view) && view.members == 2;
}

static void what_could_not_be_set_aside_is_set_aside_when_there_is_room(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *b = story_member(&story, "b");
    world_node_t *c = story_machine(&story, "c");
    story_join(&story, story.root, c, PLN_ROLE_COORDINATOR);
    story_publish(&story, b, 1, 100);
    story_converges(&story, 20000);
    world_bar(c, story.root, true);
    world_bar(story.root, c, true);
    world_cut(story.world, c->index, story.root->index);
    story_publish(&story, b, 1, 100);
    story_run(&story, 1000);
    assert_int_equal(world_revoke(c, &story.net, &b->self.id), PLN_OK);
    world_bar(c, story.root, false);
    assert_true(world_until(story.world, 60000, two_members, &story.net));
    disk_is(story.root, true);  // the revoke is in the store, what it cuts off is in the writer
    world_run(story.world, 1000);
    disk_is(story.root, false);
    story_run(&story, 2000);
    story_records_are(&story, story.root, 1);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pushed_record_that_found_no_room_comes_when_there_is),
        cmocka_unit_test(a_push_that_found_no_room_is_not_passed_by_the_cursor),
        cmocka_unit_test(who_may_what_is_asked_for_calmly_while_the_disk_is_full),
        cmocka_unit_test(what_could_not_be_set_aside_is_set_aside_when_there_is_room),
        cmocka_unit_test(a_chain_of_many_runs_is_asked_for_calmly_while_the_disk_is_full),
        cmocka_unit_test(records_announced_to_a_full_disk_wait_for_it),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
