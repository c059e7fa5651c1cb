// SPDX-License-Identifier: MPL-2.0
// The root is handed on (R17; histories M1, M5, 22): one root everywhere, nothing lost, whoever was
// off or still has the old key.
#include <string.h>

#include "proto/node_state.h"
#include "story.h"

#define MINUTE_MS 60000u

static pln_network_view_t view_of(const story_t *story, world_node_t *node)
{
    pln_network_view_t view;
    assert_true(world_view(node, &story->net, &view));
    return view;
}

static pln_role_t role_at(const story_t *story, world_node_t *judge, const world_node_t *who)
{
    pln_member_t member;
    pln_access_t *access = pln_node_access(judge->node, &story->net);
    bool is = pln_access_member(access, &who->self.id, &member) == PLN_OK;
    return is ? member.role : PLN_ROLE_NONE;
}

/** Everybody who is on and a member calls @who the root. */
static void root_is(const story_t *story, const world_node_t *who)
{
    for (size_t i = 0; i < story->world->node_count; i++) {
        world_node_t *node = story->world->nodes[i];
        pln_network_view_t view;
        if (node->node == NULL || !world_view(node, &story->net, &view) ||
            view.role == PLN_ROLE_NONE) {
            continue;
        }
        if (!view.root_known || !pln_id_equal(&view.root, &who->self.id)) {
            fail_msg("%s calls another one root than %s", node->name, who->name);
        }
    }
}

static void refused(world_node_t *node, pln_err_t error, pln_err_t expected, const char *sentence)
{
    assert_int_equal(error, expected);
    if (strstr(node->reply_detail, sentence) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", node->reply_detail, sentence);
    }
}

/** M1: with the cuts that `network transfer` makes by itself. */
static void the_root_is_handed_on_and_all_nodes_have_one_root(void **state)
{
    (void)state;
    story_t story = story_begin(1, false);
    world_node_t *heir = story_member(&story, "heir");
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, story.root, 3, 100);
    story_publish(&story, heir, 2, 100);
    story_converges(&story, 20000);
    assert_int_equal(world_transfer(story.root, &story.net, heir), PLN_OK);
    story_converges(&story, 20000);
    root_is(&story, heir);
    assert_int_equal(role_at(&story, member, story.root), PLN_ROLE_COORDINATOR);
    assert_int_equal(view_of(&story, heir).role, PLN_ROLE_ROOT);
    // What the former root writes from now on stands in its new term, and nothing of old is lost.
    story_publish(&story, story.root, 2, 100);
    story_publish(&story, heir, 1, 100);
    story_converges(&story, 20000);
    story_records_are(&story, member, 8);
    story_records_are(&story, story.root, 8);
    // Only the new root makes coordinators.
    pln_ticket_t ticket;
    refused(story.root, world_invite(story.root, &story.net, PLN_ROLE_COORDINATOR, &ticket),
            PLN_EROLE, "only the root");
    world_node_t *other = world_node(story.world, "other", false);
    world_peer_add(other, story.root);
    story_join(&story, heir, other, PLN_ROLE_COORDINATOR);
    story_converges(&story, 60000);
    assert_int_equal(role_at(&story, member, other), PLN_ROLE_COORDINATOR);
    assert_int_equal(role_at(&story, story.root, other), PLN_ROLE_COORDINATOR);
    root_is(&story, heir);
    story_end(&story);
}

/** What is in the writer when the root is handed on is not behind its cut. */
static void records_on_their_way_to_the_disk_are_not_cut_off(void **state)
{
    (void)state;
    story_t story = story_begin(2, false);
    world_node_t *heir = story_member(&story, "heir");
    story_converges(&story, 20000);
    for (int i = 0; i < 5; i++) {
        world_publish_later(story.root, &story.net, 4, 100);
    }
    world_transfer_later(story.root, &story.net, heir);
    for (int i = 0; i < 5; i++) {
        world_publish_later(story.root, &story.net, 4, 100);  // waits, and goes into the new term
    }
    story_run(&story, 5000);
    story_converges(&story, 20000);
    root_is(&story, heir);
    story_records_are(&story, heir, 40);
    story_records_are(&story, story.root, 40);
    story_end(&story);
}

static void the_new_root_may_be_off_meanwhile(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *heir = story_member(&story, "heir");
    world_node_t *member = story_member(&story, "member");
    story_converges(&story, 20000);
    world_crash(heir);
    assert_int_equal(world_transfer(story.root, &story.net, heir), PLN_OK);
    story_converges(&story, 20000);
    root_is(&story, heir);
    refused(story.root, world_transfer(story.root, &story.net, member), PLN_EROLE, "only the root");
    story_publish(&story, member, 1, 100);
    world_start(heir);
    story_converges(&story, 60000);
    root_is(&story, heir);
    assert_int_equal(world_settings(heir, &story.net, "By the new one", 0), PLN_OK);
    story_converges(&story, 60000);
    assert_string_equal(view_of(&story, member).title, "By the new one");
    story_end(&story);
}

static void a_member_that_was_off_learns_who_is_root(void **state)
{
    (void)state;
    story_t story = story_begin(4, false);
    world_node_t *heir = story_member(&story, "heir");
    world_node_t *member = story_member(&story, "member");
    world_peer_add(member, heir);
    story_run(&story, 5000);
    story_converges(&story, 20000);
    world_crash(member);
    assert_int_equal(world_transfer(story.root, &story.net, heir), PLN_OK);
    story_converges(&story, 20000);
    world_node_t *other = world_node(story.world, "other", false);
    world_peer_add(other, heir);
    story_join(&story, heir, other, PLN_ROLE_COORDINATOR);
    story_publish(&story, other, 2, 100);
    story_converges(&story, 20000);
    world_crash(story.root);  // the former one is not needed for it
    world_start(member);
    story_converges(&story, 60000);
    root_is(&story, heir);
    assert_int_equal(role_at(&story, member, other), PLN_ROLE_COORDINATOR);
    story_records_are(&story, member, 2);
    story_end(&story);
}

/** M5: a copy of the old key, from before, signs harmless and harmful entries on another branch. */
static void what_the_old_key_signs_beside_the_transfer_says_nothing(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    world_node_t *heir = story_member(&story, "heir");
    world_node_t *victim = story_member(&story, "victim");
    story_converges(&story, 20000);
    story_run(&story, 15000);
    world_crash(story.root);
    world_node_t *copy = world_clone(story.root, "copy");
    world_start(story.root);
    story_converges(&story, 60000);
    assert_int_equal(world_settings(story.root, &story.net, "before", 0), PLN_OK);
    assert_int_equal(world_transfer(story.root, &story.net, heir), PLN_OK);
    story_converges(&story, 60000);
    world_crash(story.root);
    world_apart(copy, heir, true);
    world_apart(copy, victim, true);
    world_start(copy);
    story_run(&story, 5000);
    assert_int_equal(world_settings(copy, &story.net, "harmless", 0), PLN_OK);
    assert_int_equal(world_revoke(copy, &story.net, &victim->self.id), PLN_OK);
    world_apart(copy, heir, false);
    world_apart(copy, victim, false);
    world_peer_add(heir, copy);
    world_peer_add(victim, heir);
    story_run(&story, 3 * MINUTE_MS);
    story_converges(&story, 4 * MINUTE_MS);
    root_is(&story, heir);
    assert_int_equal(role_at(&story, heir, victim), PLN_ROLE_CONTRIBUTOR);
    assert_int_equal(role_at(&story, victim, victim), PLN_ROLE_CONTRIBUTOR);
    assert_string_equal(view_of(&story, victim).title, "before");
    world_start(story.root);
    story_converges(&story, 4 * MINUTE_MS);
    root_is(&story, heir);
    story_end(&story);
}

/** 22: two copies of the root's key hand it on to two heirs. */
static void of_two_transfers_one_counts_wherever_both_are_known(void **state)
{
    (void)state;
    for (uint64_t seed = 6; seed < 10; seed++) {  // which hash is the smaller is chance
        story_t story = story_begin(seed, false);
        world_node_t *one = story_member(&story, "one");
        world_node_t *two = story_member(&story, "two");
        story_converges(&story, 20000);
        story_run(&story, 15000);
        world_crash(story.root);
        world_node_t *copy = world_clone(story.root, "copy");
        world_apart(one, two, true);
        world_apart(story.root, two, true);
        world_apart(copy, one, true);
        world_start(story.root);
        world_start(copy);
        world_apart(story.root, copy, true);
        world_peer_add(two, copy);
        story_run(&story, 10000);
        assert_int_equal(world_transfer(story.root, &story.net, one), PLN_OK);
        assert_int_equal(world_transfer(copy, &story.net, two), PLN_OK);
        story_run(&story, 10000);
        assert_int_equal(view_of(&story, one).role, PLN_ROLE_ROOT);
        assert_int_equal(view_of(&story, two).role, PLN_ROLE_ROOT);
        world_node_t *guest = world_node(story.world, "guest", false);
        story_join(&story, two, guest, PLN_ROLE_COORDINATOR);
        story_publish(&story, guest, 1, 100);
        world_apart(one, two, false);
        world_apart(story.root, two, false);
        world_apart(copy, one, false);
        world_peer_add(one, two);
        story_run(&story, 2 * MINUTE_MS);
        story_converges(&story, 6 * MINUTE_MS);
        bool first = view_of(&story, one).role == PLN_ROLE_ROOT;
        world_node_t *winner = first ? one : two;
        world_node_t *loser = first ? two : one;
        root_is(&story, winner);
        assert_int_equal(role_at(&story, winner, loser), PLN_ROLE_CONTRIBUTOR);
        assert_int_equal(role_at(&story, winner, guest),
                         first ? PLN_ROLE_NONE : PLN_ROLE_COORDINATOR);
        story_end(&story);
    }
}

static void a_crash_in_the_middle_hands_it_on_or_not(void **state)
{
    (void)state;
    for (uint64_t seed = 20; seed < 28; seed++) {
        story_t story = story_begin(seed, false);
        world_node_t *heir = story_member(&story, "heir");
        world_node_t *member = story_member(&story, "member");
        story_converges(&story, 20000);
        world_publish_later(story.root, &story.net, 50, 100);
        world_transfer_later(story.root, &story.net, heir);
        world_run(story.world, seed - 20);
        world_crash(story.root);
        world_start(story.root);
        story_run(&story, 10000);
        story_converges(&story, MINUTE_MS);
        bool handed_on = view_of(&story, heir).role == PLN_ROLE_ROOT;
        root_is(&story, handed_on ? heir : story.root);
        assert_int_equal(world_settings(handed_on ? heir : story.root, &story.net, "on", 0),
                         PLN_OK);
        story_publish(&story, story.root, 1, 100);
        story_converges(&story, MINUTE_MS);
        assert_string_equal(view_of(&story, member).title, "on");
        story_end(&story);
    }
}

static void tickets_of_the_former_root_still_let_in(void **state)
{
    (void)state;
    story_t story = story_begin(11, false);
    world_node_t *heir = story_member(&story, "heir");
    pln_ticket_t contributor, coordinator;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, &contributor),
                     PLN_OK);
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_COORDINATOR, &coordinator),
                     PLN_OK);
    assert_int_equal(world_transfer(story.root, &story.net, heir), PLN_OK);
    world_node_t *guest = world_node(story.world, "guest", false);
    assert_int_equal(world_join(guest, &contributor, 20000), PLN_OK);
    story_converges(&story, 20000);
    root_is(&story, heir);
    world_node_t *second = world_node(story.world, "second", false);
    assert_int_not_equal(world_join(second, &coordinator, 20000), PLN_OK);
    assert_int_equal(role_at(&story, heir, second), PLN_ROLE_NONE);
    story_end(&story);
}

static void a_joiner_learns_of_every_root_that_was(void **state)
{
    (void)state;
    story_t story = story_begin(12, false);
    world_node_t *second = story_member(&story, "second");
    world_node_t *third = story_member(&story, "third");
    story_publish(&story, story.root, 2, 100);
    assert_int_equal(world_transfer(story.root, &story.net, second), PLN_OK);
    story_converges(&story, 20000);
    story_publish(&story, second, 2, 100);
    assert_int_equal(world_transfer(second, &story.net, third), PLN_OK);
    story_converges(&story, 20000);
    world_crash(story.root);
    world_crash(second);
    world_node_t *joiner = world_node(story.world, "joiner", false);
    story_join(&story, third, joiner, PLN_ROLE_CONTRIBUTOR);
    story_converges(&story, 20000);
    root_is(&story, third);
    story_records_are(&story, joiner, 4);
    assert_int_equal(role_at(&story, joiner, second), PLN_ROLE_COORDINATOR);
    world_start(story.root);
    world_start(second);
    world_peer_add(second, third);
    world_peer_add(story.root, third);
    assert_int_equal(world_transfer(third, &story.net, story.root), PLN_OK);
    story_converges(&story, 60000);
    root_is(&story, story.root);
    story_publish(&story, story.root, 1, 100);
    story_converges(&story, 60000);
    story_records_are(&story, joiner, 5);
    story_end(&story);
}

/** Its fold knows of the first transfer only, when what the root said after the second is told. */
static void who_was_off_while_the_root_went_and_came_back_gets_what_it_says_since(void **state)
{
    (void)state;
    story_t story = story_begin(16, false);
    world_node_t *second = story_member(&story, "second");
    world_node_t *member = story_member(&story, "member");
    assert_int_equal(world_transfer(story.root, &story.net, second), PLN_OK);
    story_converges(&story, 20000);
    story_run(&story, 5000);
    world_crash(member);
    assert_int_equal(world_transfer(second, &story.net, story.root), PLN_OK);
    story_run(&story, 5000);
    assert_int_equal(world_settings(story.root, &story.net, "back again", 0), PLN_OK);
    world_node_t *guest = world_node(story.world, "guest", false);
    story_join(&story, story.root, guest, PLN_ROLE_COORDINATOR);
    story_converges(&story, 20000);
    world_start(member);
    story_converges(&story, MINUTE_MS);
    root_is(&story, story.root);
    assert_string_equal(view_of(&story, member).title, "back again");
    assert_int_equal(role_at(&story, member, guest), PLN_ROLE_COORDINATOR);
    assert_int_equal(view_of(&story, member).wanted, 0);
    story_end(&story);
}

static void the_new_root_puts_the_former_one_out(void **state)
{
    (void)state;
    story_t story = story_begin(13, false);
    world_node_t *heir = story_member(&story, "heir");
    world_node_t *member = story_member(&story, "member");
    world_peer_add(member, heir);
    story_publish(&story, story.root, 2, 100);
    assert_int_equal(world_transfer(story.root, &story.net, heir), PLN_OK);
    story_publish(&story, story.root, 1, 100);
    story_converges(&story, 20000);
    assert_int_equal(world_revoke(heir, &story.net, &story.root->self.id), PLN_OK);
    story_run(&story, 2 * MINUTE_MS);
    assert_int_equal(role_at(&story, member, story.root), PLN_ROLE_NONE);
    root_is(&story, heir);
    story_records_are(&story, member, 3);
    assert_true(view_of(&story, story.root).revoked);
    assert_int_equal(world_publish(story.root, &story.net, 1, 100), PLN_EROLE);
    story_end(&story);
}

/** @node, off, writes a transfer to @heir and no grant to itself beside it, as another program may.
 */
static void hand_on_alone(story_t *story, world_node_t *node, const world_node_t *heir)
{
    const pln_net_state_t *net = pln_net_find(node->node, &story->net);
    const pln_chain_t *chain =
        pln_chain_find((pln_net_state_t *)(uintptr_t)net, &node->self.id, 0, PLN_LANE_CONTROL);
    pln_transfer_t transfer = {.generation = 1, .successor = heir->self.id, .cut_count = 1};
    transfer.cuts[0] =
        (pln_cut_t){0, PLN_LANE_CONTROL, chain->durable.seq, chain->durable.hash, chain->signature};
    pln_buf_t payload = {0};
    pln_transfer_encode(&transfer, &payload);
    pln_draft_t draft = {.kind = PLN_KIND_TRANSFER, .payload = pln_buf_span(&payload)};
    pln_effect_t effect = {.type = PLN_FX_MINT};
    effect.as.mint.chain = chain->number;
    effect.as.mint.place = chain->place;
    effect.as.mint.drafts = &draft;
    effect.as.mint.count = 1;
    pln_effects_t effects = {&effect, 1, 1};
    world_crash(node);
    memory_job_t *job = memory_job_new(&effects);
    memory_store_apply(node->store, &node->self, job);
    assert_int_equal(job->error, PLN_OK);
    memory_job_free(job);
    pln_buf_free(&payload);
    world_start(node);
}

static void a_former_root_that_nobody_granted_anything_sees_that_it_is_no_member(void **state)
{
    (void)state;
    story_t story = story_begin(16, false);
    world_node_t *heir = story_member(&story, "heir");
    world_node_t *other = story_member(&story, "other");
    assert_int_equal(world_transfer(story.root, &story.net, heir), PLN_OK);
    story_run(&story, 5000);
    assert_false(view_of(&story, story.root).deposed);  // it has granted itself what it needs
    story_end(&story);
    story = story_begin(17, false);
    heir = story_member(&story, "heir");
    other = story_member(&story, "other");
    hand_on_alone(&story, story.root, heir);
    story_run(&story, 5000);
    pln_network_view_t view = view_of(&story, story.root);
    assert_true(view.deposed && !view.revoked);
    assert_int_equal(view.role, PLN_ROLE_NONE);
    assert_true(pln_id_equal(&view.root, &heir->self.id));
    assert_false(view_of(&story, heir).deposed);
    assert_false(view_of(&story, other).deposed);
    story_end(&story);
}

static void what_cannot_be_handed_on_is_refused_with_the_remedy(void **state)
{
    (void)state;
    story_t story = story_begin(14, false);
    world_node_t *member = story_member(&story, "member");
    world_node_t *reader = story_machine(&story, "reader");
    story_join(&story, story.root, reader, PLN_ROLE_READER);
    world_node_t *stranger = story_machine(&story, "stranger");
    story_converges(&story, 20000);
    refused(member, world_transfer(member, &story.net, story.root), PLN_EROLE, "only the root");
    refused(story.root, world_transfer(story.root, &story.net, story.root), PLN_EROLE,
            "the root already");
    refused(story.root, world_transfer(story.root, &story.net, stranger), PLN_EROLE, "invite it");
    refused(story.root, world_transfer(story.root, &story.net, reader), PLN_EROLE, "reader");
    refused(story.root, world_leave(story.root, &story.net), PLN_EROLE, "network transfer");
    pln_network_id_t none = {{1}};
    refused(story.root, world_transfer(story.root, &none, member), PLN_ENOTFOUND, "no such");
    root_is(&story, story.root);
    story_end(&story);
}

static void quotas_and_title_are_the_roots_to_set_and_quotas_only_rise(void **state)
{
    (void)state;
    story_t story = story_begin(15, false);
    world_node_t *member = story_member(&story, "member");
    refused(member, world_settings(member, &story.net, "mine", 0), PLN_EROLE, "only the root");
    refused(story.root, world_settings(story.root, &story.net, NULL, 0), PLN_EINVAL, "nothing");
    refused(story.root, world_settings(story.root, &story.net, NULL, 1000), PLN_EINVAL,
            "limits only rise");
    assert_int_equal(world_settings(story.root, &story.net, "Ünser Netz", 2000000), PLN_OK);
    story_converges(&story, 20000);
    pln_settings_t settings;
    pln_access_settings(pln_node_access(member->node, &story.net), &settings);
    assert_string_equal(settings.title, "Ünser Netz");
    assert_int_equal(settings.max_entries, 2000000);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_handed_on_and_all_nodes_have_one_root),
        cmocka_unit_test(records_on_their_way_to_the_disk_are_not_cut_off),
        cmocka_unit_test(the_new_root_may_be_off_meanwhile),
        cmocka_unit_test(a_member_that_was_off_learns_who_is_root),
        cmocka_unit_test(what_the_old_key_signs_beside_the_transfer_says_nothing),
        cmocka_unit_test(of_two_transfers_one_counts_wherever_both_are_known),
        cmocka_unit_test(a_crash_in_the_middle_hands_it_on_or_not),
        cmocka_unit_test(tickets_of_the_former_root_still_let_in),
        cmocka_unit_test(a_joiner_learns_of_every_root_that_was),
        cmocka_unit_test(who_was_off_while_the_root_went_and_came_back_gets_what_it_says_since),
        cmocka_unit_test(the_new_root_puts_the_former_one_out),
        cmocka_unit_test(a_former_root_that_nobody_granted_anything_sees_that_it_is_no_member),
        cmocka_unit_test(what_cannot_be_handed_on_is_refused_with_the_remedy),
        cmocka_unit_test(quotas_and_title_are_the_roots_to_set_and_quotas_only_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
