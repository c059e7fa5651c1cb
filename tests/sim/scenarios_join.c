// SPDX-License-Identifier: MPL-2.0
// A join while the inviter stops in the middle of it, at any moment and in any way, and comes back.
#include "proto/node_state.h"
#include "story.h"

static bool is_in(world_t *world, void *arg)
{
    pln_network_view_t view;
    return world_view(world->nodes[1], arg, &view) && view.role == PLN_ROLE_CONTRIBUTOR;
}

/** The inviter goes @after_ms into the join, and is back @off_ms later. */
static void join_while(void (*go)(world_node_t *node), uint64_t after_ms, uint64_t off_ms)
{
    story_t story = story_begin(1 + after_ms, false);
    world_node_t *joiner = story_machine(&story, "joiner");
    story_publish(&story, story.root, 2, 100);
    joiner->line.latency_ms = 100;
    pln_ticket_t ticket;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    world_join_later(joiner, &ticket);
    story_run(&story, after_ms);
    go(story.root);
    story_run(&story, off_ms);
    world_start(story.root);
    if (!world_until(story.world, 120000, is_in, &story.net)) {
        fail_msg("the inviter went after %u ms: the joiner gave up", (unsigned)after_ms);
    }
    story_converges(&story, 180000);
    story_records_are(&story, joiner, 2);
    story_end(&story);
}

static void a_join_goes_on_when_its_inviter_says_good_bye_at_any_moment_of_it(void **state)
{
    (void)state;
    for (uint64_t ms = 0; ms <= 1500; ms += 50) {
        join_while(world_stop, ms, 5000);
    }
}

static void a_join_goes_on_when_its_inviter_breaks_off_at_any_moment_of_it(void **state)
{
    (void)state;
    for (uint64_t ms = 0; ms <= 1500; ms += 50) {
        join_while(world_crash, ms, 5000);
    }
}

static void a_join_goes_on_when_its_inviter_falls_silent_at_any_moment_of_it(void **state)
{
    (void)state;
    for (uint64_t ms = 0; ms <= 1500; ms += 50) {
        join_while(world_power_off, ms, 5000);
    }
}

static void of_links_with_one_ticket_the_newest_stays(void **state)
{
    (void)state;
    story_t story = story_begin(5, false);
    pln_node_t *inviter = story.root->node;
    pln_ticket_t ticket;
    pln_identity_t key;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    assert_int_equal(pln_identity_derive(ticket.seed, &key), PLN_OK);
    pln_event_t up = world_event_of(story.root, PLN_EV_LINK_UP);
    up.as.link_up.as = PLN_LINK_TICKET;
    up.as.link_up.peer = key.id;
    for (uint32_t link = 0x80ffff01; link <= 0x80ffff03; link++) {
        up.as.link_up.link = link;
        world_step(story.root, &up);
        for (uint32_t older = 0x80ffff01; older < link; older++) {
            const pln_link_t *gone = pln_link_find(inviter, older);
            assert_true(gone == NULL || gone->closing);
        }
        assert_false(pln_link_find(inviter, link)->closing);
    }
    world_free(&story.world);
}

/** An inviter whose disk is older than what it has done since: who used a ticket is forgotten. */
static void one_ticket_lets_in_one(memory_store_t *(*copy)(const world_node_t *of))
{
    story_t story = story_begin(6, true);
    world_node_t *witness = story_member(&story, "witness");
    world_node_t *first = story_machine(&story, "first");
    world_node_t *second = story_machine(&story, "second");
    pln_ticket_t ticket, another;
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    story_run(&story, 20000);
    memory_store_t *older = copy(story.root);
    assert_int_equal(world_join(first, &ticket, 60000), PLN_OK);
    story_converges(&story, 20000);
    world_lay_back(story.root, older);
    world_start(story.root);
    story_run(&story, 20000);
    assert_int_equal(world_join(second, &ticket, 60000), PLN_ETICKET_CANCELLED);
    story_converges(&story, 60000);  // the witness has brought back the first one's grant
    assert_int_equal(world_invite(story.root, &story.net, PLN_ROLE_CONTRIBUTOR, &another), PLN_OK);
    assert_int_equal(world_join(second, &another, 60000), PLN_OK);
    story_publish(&story, first, 1, 100);
    story_converges(&story, 60000);
    story_records_are(&story, witness, 1);
    story_records_are(&story, second, 1);
    story_end(&story);
}

static void a_ticket_open_in_a_backup_lets_nobody_in_once_that_is_laid_back(void **state)
{
    (void)state;
    one_ticket_lets_in_one(world_backup);
}

static memory_store_t *image(const world_node_t *of)
{
    return memory_store_copy(of->store);
}

static void a_ticket_open_in_a_disk_image_lets_nobody_in_once_peers_tell_of_a_later_life(
    void **state)
{
    (void)state;
    one_ticket_lets_in_one(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_join_goes_on_when_its_inviter_says_good_bye_at_any_moment_of_it),
        cmocka_unit_test(a_join_goes_on_when_its_inviter_breaks_off_at_any_moment_of_it),
        cmocka_unit_test(a_join_goes_on_when_its_inviter_falls_silent_at_any_moment_of_it),
        cmocka_unit_test(of_links_with_one_ticket_the_newest_stays),
        cmocka_unit_test(a_ticket_open_in_a_backup_lets_nobody_in_once_that_is_laid_back),
        cmocka_unit_test(
            a_ticket_open_in_a_disk_image_lets_nobody_in_once_peers_tell_of_a_later_life),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
