// SPDX-License-Identifier: MPL-2.0
// What a full disk refuses has not happened: not in memory, and not after a restart. What others
// have proven meanwhile is written when there is room.
#include "proto/node_branch.h"
#include "proto/node_terms.h"
#include "proto/node_view.h"
#include "split.h"

static void disk_is_well(world_node_t *node)
{
    node->disk.error = PLN_OK;
    pln_event_t event = world_event_of(node, PLN_EV_DISK);
    world_step(node, &event);
}

static void restart(world_node_t *node)
{
    world_crash(node);
    world_start(node);
}

static size_t networks_of(world_node_t *node)
{
    pln_network_view_t view;
    size_t cursor = 0, count = 0;
    while (pln_node_next_network(node->node, &cursor, &view)) {
        count++;
    }
    return count;
}

/** Does it keep an address of @peer? */
static bool keeps(world_node_t *node, const world_node_t *peer)
{
    pln_peer_view_t view;
    size_t cursor = 0;
    while (pln_node_next_peer(node->node, &cursor, &view)) {
        if (pln_id_equal(&view.id, &peer->self.id)) {
            return true;
        }
    }
    return false;
}

/** The only invitation of @node; false: it has made none. */
static bool invitation_of(world_node_t *node, pln_invitation_t *out)
{
    size_t cursor = 0;
    return pln_node_next_invitation(node->node, &cursor, out);
}

static void a_network_that_found_no_room_is_not_there(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    pln_network_id_t second;
    story.root->disk.error = PLN_ENOSPACE;
    assert_int_equal(world_found(story.root, "second", &second), PLN_ENOSPACE);
    assert_int_equal(networks_of(story.root), 1);
    story_run(&story, 5000);
    disk_is_well(story.root);
    assert_int_equal(world_found(story.root, "second", &second), PLN_OK);
    assert_int_equal(networks_of(story.root), 2);
    restart(story.root);
    assert_int_equal(networks_of(story.root), 2);
    story_end(&story);
}

static void an_invitation_that_found_no_room_is_not_there(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    pln_ticket_t ticket;
    pln_invitation_t invitation;
    size_t admitted = story.root->admitted.count;
    story.root->disk.error = PLN_ENOSPACE;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_READER, &ticket), PLN_ENOSPACE);
    assert_false(invitation_of(story.root, &invitation));
    assert_int_equal(story.root->admitted.count, admitted);
    disk_is_well(story.root);
    story_member(&story, "b");
    story_end(&story);
}

static void an_invitation_whose_withdrawal_found_no_room_is_open(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    pln_ticket_t ticket;
    pln_invitation_t invitation;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_READER, &ticket), PLN_OK);
    story.root->disk.error = PLN_ENOSPACE;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(world_cancel(story.root, &ticket), PLN_ENOSPACE);
        assert_true(invitation_of(story.root, &invitation));
        assert_int_equal(invitation.state, PLN_TICKET_OPEN);
    }
    disk_is_well(story.root);
    assert_int_equal(world_cancel(story.root, &ticket), PLN_OK);
    restart(story.root);
    assert_true(invitation_of(story.root, &invitation));
    assert_int_equal(invitation.state, PLN_TICKET_CANCELLED);
    world_node_t *late = story_machine(&story, "late");
    assert_int_equal(world_join(late, &ticket, 20000), PLN_ETICKET_CANCELLED);
    story_end(&story);
}

static void a_peer_that_found_no_room_is_as_it_was(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *peer = world_machine(story.world, "peer", false);
    story.root->disk.error = PLN_ENOSPACE;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(world_peer_kept(story.root, peer, true), PLN_ENOSPACE);
        assert_false(keeps(story.root, peer));
    }
    disk_is_well(story.root);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(world_peer_kept(story.root, peer, true), PLN_OK);
    }
    restart(story.root);
    assert_true(keeps(story.root, peer));
    story.root->disk.error = PLN_ENOSPACE;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(world_peer_kept(story.root, peer, false), PLN_ENOSPACE);
        assert_true(keeps(story.root, peer));
    }
    disk_is_well(story.root);
    assert_int_equal(world_peer_kept(story.root, peer, false), PLN_OK);
    restart(story.root);
    assert_false(keeps(story.root, peer));
    story_end(&story);
}

static bool p_has_the_proof(world_t *world, void *arg)
{
    (void)world;
    split_t *split = arg;
    pln_net_state_t *net = pln_net_find(split->p->node, &split->story.net);
    pln_place_t place = {split->story.net, split->author->self.id, 0, PLN_LANE_RECORDS};
    const pln_fork_place_t *fork = pln_fork_find(net, &place);
    return fork != NULL && fork->proof.size > 0;
}

static void a_proof_that_found_no_room_is_kept_once_there_is(void **state)
{
    (void)state;
    split_t split = split_new(5, 5, 3, 2);
    split_meet(&split);
    assert_true(world_until(split.story.world, 120000, p_has_the_proof, &split));
    split.p->disk.error = PLN_ENOSPACE;  // its row is in the writer
    world_run(split.story.world, 2000);
    world_crash(split.story.root);  // nobody tells it again
    world_crash(split.author);
    world_crash(split.copy);
    disk_is_well(split.p);
    world_run(split.story.world, 1000);
    restart(split.p);
    assert_true(p_has_the_proof(split.story.world, &split));
    story_end(&split.story);
}

static uint32_t epoch_of(const story_t *story, world_node_t *node)
{
    uint32_t epoch = UINT32_MAX;
    pln_net_state_t *net = pln_net_find(node->node, &story->net);
    assert_int_equal(pln_own_epoch(node->node, net, PLN_LANE_RECORDS, &epoch), PLN_OK);
    return epoch;
}

static bool copy_has_closed_its_epoch(world_t *world, void *arg)
{
    return epoch_of(arg, world->nodes[2]) > 0;
}

static void an_epoch_that_was_closed_without_room_stays_closed(void **state)
{
    (void)state;
    story_t story = story_begin(6, false);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 2, 100);
    story_run(&story, 5000);
    world_node_t *copy = world_twin(member, "copy", memory_store_copy(member->store));
    world_start(copy);
    story_run(&story, 5000);
    copy->disk.error = PLN_ENOSPACE;
    story_publish(&story, member, 1, 100);  // in the epoch that is open at the copy, too
    assert_true(world_until(story.world, 60000, copy_has_closed_its_epoch, &story));
    world_run(story.world, 1000);
    world_crash(story.root);
    world_crash(member);
    disk_is_well(copy);
    world_run(story.world, 1000);
    restart(copy);
    assert_true(copy_has_closed_its_epoch(story.world, &story));
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_that_found_no_room_is_not_there),
        cmocka_unit_test(an_invitation_that_found_no_room_is_not_there),
        cmocka_unit_test(an_invitation_whose_withdrawal_found_no_room_is_open),
        cmocka_unit_test(a_peer_that_found_no_room_is_as_it_was),
        cmocka_unit_test(a_proof_that_found_no_room_is_kept_once_there_is),
        cmocka_unit_test(an_epoch_that_was_closed_without_room_stays_closed),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
