// SPDX-License-Identifier: MPL-2.0
// What a member says of itself, when it has as much to say as there can be.
#include <stdio.h>
#include <string.h>

#include "proto/hash.h"
#include "proto/node_state.h"
#include "story.h"

#define EPOCHS 9
#define HEADS_MAX 6

static pln_presence_t presence_of(const story_t *story, const world_node_t *at,
                                  const world_node_t *of)
{
    const pln_net_state_t *net = pln_map_get(&at->node->net_by_id, story->net.bytes);
    const pln_presence_state_t *kept = pln_map_get(&net->presences, of->self.id.bytes);
    pln_presence_t presence;
    assert_non_null(kept);
    assert_int_equal(pln_presence_decode(pln_buf_span(&kept->body), &presence), PLN_OK);
    return presence;
}

/** Eight addresses of 35 bytes, and a name of 128. */
static void have_much_to_say(world_node_t *node)
{
    char addresses[PLN_ADDRESSES_MAX][PLN_ADDRESS_MAX + 1];
    const char *list[PLN_ADDRESSES_MAX];
    for (size_t i = 0; i < PLN_ADDRESSES_MAX; i++) {
        snprintf(addresses[i], sizeof addresses[i], "gate%zu.district.schools.example:7420", i);
        list[i] = addresses[i];
    }
    pln_event_t event = world_event_of(node, PLN_EV_ADDRESSES);
    event.as.addresses.list = list;
    event.as.addresses.count = PLN_ADDRESSES_MAX;
    world_step(node, &event);
    char name[PLN_NAME_MAX + 1];
    memset(name, 'n', PLN_NAME_MAX);
    name[PLN_NAME_MAX] = '\0';
    event = world_event_of(node, PLN_EV_NAME);
    event.as.name.name = name;
    world_step(node, &event);
}

static void a_presence_has_room_for_six_heads_eight_addresses_and_the_longest_name(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 5000);
    for (int i = 0; i < EPOCHS; i++) {  // one chain each
        story_publish(&story, member, 1, 100);
        story_run(&story, 3000);
        world_lay_back(member, world_backup(member));
        world_start(member);
    }
    have_much_to_say(member);
    story_run(&story, 70000);
    story_records_are(&story, story.root, EPOCHS);
    pln_presence_t said = presence_of(&story, story.root, member);
    assert_int_equal(said.name.size, PLN_NAME_MAX);
    assert_int_equal(said.address_count, PLN_ADDRESSES_MAX);
    assert_int_equal(pln_rows(said.heads, PLN_PRESENCE_HEAD_SIZE), HEADS_MAX);
    for (size_t i = 0; i < HEADS_MAX; i++) {  // each is one that the root holds
        const uint8_t *row = said.heads.data + i * PLN_PRESENCE_HEAD_SIZE;
        const pln_chain_t *chain = pln_chain_find(pln_net_find(story.root->node, &story.net),
                                                  &member->self.id, pln_get_u32(row), row[4]);
        assert_non_null(chain);
        assert_int_equal(pln_get_u64(row + 5), chain->durable.seq);
        assert_memory_equal(row + 13, chain->durable.hash.bytes, 32);
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(row, said.heads.data + k * PLN_PRESENCE_HEAD_SIZE, 5);
        }
    }
    story_end(&story);
}

/** Of two copies one has a clock that is ahead: the other is not silenced by what that one said. */
static void who_meets_a_presence_of_itself_goes_above_it(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 70000);
    pln_store_id_t id = world_store_id(story.world);
    memory_store_t *store = memory_store_copy(member->store);
    memory_store_rename(store, &id);
    world_node_t *copy = world_twin(member, "copy", store);
    copy->clock_off_ms = 1800000;
    world_start(copy);
    world_peer_add(copy, story.root);
    story_run(&story, 70000);
    uint64_t ahead = presence_of(&story, story.root, copy).stamp;
    assert_true(ahead > world_event_of(story.root, PLN_EV_TICK).wall_ms + 1700000);
    world_crash(copy);
    have_much_to_say(member);  // a new name
    story_run(&story, 70000);
    pln_presence_t said = presence_of(&story, story.root, member);
    assert_int_equal(said.name.size, PLN_NAME_MAX);
    assert_true(said.stamp > ahead);
    story_end(&story);
}

/** Of who is off the others tell what it said. */
static void who_comes_hears_what_everybody_said_of_itself(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *member = story_member(&story, "member");
    have_much_to_say(member);
    story_run(&story, 70000);
    world_crash(member);
    world_node_t *guest = story_member(&story, "guest");
    story_run(&story, 20000);
    assert_int_equal(presence_of(&story, guest, member).name.size, PLN_NAME_MAX);
    story_end(&story);
}

static size_t said_to_root;

static void count_presences(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    pln_message_t message;
    said_to_root += node == node->world->nodes[0] && from->node != NULL &&
                    pln_message_decode(frame, &message) == PLN_OK &&
                    message.type == PLN_MSG_PRESENCE;
}

/** Somebody renames the node once a second. */
static void a_node_speaks_of_itself_every_ten_seconds_at_most(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 30000);
    said_to_root = 0;
    story.world->heard = count_presences;
    for (int i = 0; i < 40; i++) {
        have_much_to_say(member);
        story_run(&story, 1000);
    }
    assert_in_range(said_to_root, 3, 5);
    story_end(&story);
}

/** What @node would say, had it this stamp. */
static void says(const story_t *story, world_node_t *node, uint64_t stamp)
{
    pln_presence_t presence = presence_of(story, story->root, node);
    pln_message_t message = {.type = PLN_MSG_PRESENCE};
    pln_buf_t body = {0};
    presence.stamp = stamp;
    pln_presence_encode(&presence, &body);
    message.as.presence.body = pln_buf_span(&body);
    pln_sign(&node->self, PLN_DOMAIN_PRESENCE, message.as.presence.body,
             &message.as.presence.signature);
    story_hears(story->root, node, &message);
    pln_buf_free(&body);
}

static void of_one_node_a_presence_is_taken_in_a_second(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *member = story_member(&story, "member");
    story_run(&story, 70000);
    uint64_t stamp = presence_of(&story, story.root, member).stamp;
    says(&story, member, stamp + 1);
    says(&story, member, stamp + 2);
    assert_true(presence_of(&story, story.root, member).stamp == stamp + 1);
    story_run(&story, 1000);
    says(&story, member, stamp + 3);
    assert_true(presence_of(&story, story.root, member).stamp == stamp + 3);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_meets_a_presence_of_itself_goes_above_it),
        cmocka_unit_test(who_comes_hears_what_everybody_said_of_itself),
        cmocka_unit_test(a_node_speaks_of_itself_every_ten_seconds_at_most),
        cmocka_unit_test(of_one_node_a_presence_is_taken_in_a_second),
        cmocka_unit_test(a_presence_has_room_for_six_heads_eight_addresses_and_the_longest_name),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
