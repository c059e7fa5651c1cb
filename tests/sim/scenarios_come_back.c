// SPDX-License-Identifier: MPL-2.0
// A coordinator is put out before anybody heard whom it let in: what the guest wrote is set aside,
// and comes back when somebody else lets it in.
#include "story.h"

typedef struct {
    story_t story;
    world_node_t *host;
    world_node_t *guest;
    world_node_t *witness; /**< a member that hears the guest */
} schism_t;

/** The guest has written 3 records that host and witness hold; the root has put the host out. */
static schism_t schism(uint64_t seed)
{
    schism_t s = {.story = story_begin(seed, false)};
    s.host = story_machine(&s.story, "host");
    story_join(&s.story, s.story.root, s.host, PLN_ROLE_COORDINATOR);
    s.guest = story_machine(&s.story, "guest");
    s.witness = story_member(&s.story, "witness");
    world_peer_add(s.witness, s.host);
    story_run(&s.story, 15000);
    world_apart(s.host, s.story.root, true);
    world_apart(s.guest, s.story.root, true);
    world_apart(s.witness, s.story.root, true);
    story_join(&s.story, s.host, s.guest, PLN_ROLE_CONTRIBUTOR);
    story_publish(&s.story, s.guest, 3, 100);
    story_run(&s.story, 5000);
    story_records_are(&s.story, s.witness, 3);
    assert_int_equal(world_revoke(s.story.root, &s.story.net, &s.host->self.id), PLN_OK);
    world_apart(s.witness, s.story.root, false);
    story_run(&s.story, 90000);
    story_records_are(&s.story, s.witness, 0);
    return s;
}

static void the_guest_of_a_coordinator_put_out_loses_nothing(void **state)
{
    (void)state;
    schism_t s = schism(1);
    world_apart(s.guest, s.story.root, false);
    story_join(&s.story, s.story.root, s.guest, PLN_ROLE_CONTRIBUTOR);
    story_run(&s.story, 3000);
    story_records_are(&s.story, s.story.root, 3);
    story_records_are(&s.story, s.guest, 3);
    story_end(&s.story);
}

static bool in_again(world_t *world, void *arg)
{
    pln_network_view_t view;
    return world_view(world->nodes[0], arg, &view) && view.members == 3;
}

static void whoever_holds_what_comes_back_says_so(void **state)
{
    (void)state;
    schism_t s = schism(2);
    pln_ticket_t ticket;
    world_apart(s.guest, s.story.root, false);
    assert_int_equal(world_invite(s.story.root, &s.story.net, PLN_ROLE_CONTRIBUTOR, &ticket),
                     PLN_OK);
    world_join_later(s.guest, &ticket);
    assert_true(world_until(s.story.world, 20000, in_again, &s.story.net));
    world_crash(s.guest);  // it is a member, and cannot say what it has written
    story_run(&s.story, 3000);
    story_records_are(&s.story, s.witness, 3);
    story_records_are(&s.story, s.story.root, 3);
    story_end(&s.story);
}

/** Nobody else has it, and its author's signature there is long covered by later ones. */
static void what_comes_back_as_far_as_a_second_cut_can_be_served(void **state)
{
    (void)state;
    story_t story = story_begin(3, false);
    world_node_t *rogue = story_machine(&story, "rogue");
    world_node_t *lead = story_machine(&story, "lead");
    story_join(&story, story.root, rogue, PLN_ROLE_COORDINATOR);
    story_join(&story, story.root, lead, PLN_ROLE_COORDINATOR);
    world_node_t *witness = story_member(&story, "witness");
    world_node_t *late = story_member(&story, "late");
    world_node_t *author = story_member(&story, "author");
    world_node_t *others[] = {rogue, lead, late};
    for (size_t i = 0; i < 3; i++) {
        world_peer_add(others[i], witness);
    }
    story_converges(&story, 60000);
    world_crash(late);
    world_node_t *readers[] = {rogue, lead, story.root};
    size_t counts[] = {3, 2, 3};
    for (size_t i = 0; i < 3; i++) {  // each is alone once it has what it is to know
        story_publish(&story, author, counts[i], 50);
        story_run(&story, 15000);
        for (size_t k = 0; k < story.world->node_count && i < 2; k++) {
            world_apart(readers[i], story.world->nodes[k], true);
        }
    }
    world_crash(author);
    world_apart(witness, story.root, true);
    assert_int_equal(world_revoke(rogue, &story.net, &author->self.id), PLN_OK);
    assert_int_equal(world_revoke(lead, &story.net, &author->self.id), PLN_OK);
    assert_int_equal(world_revoke(story.root, &story.net, &rogue->self.id), PLN_OK);
    world_apart(rogue, witness, false);
    story_run(&story, 60000);
    story_records_are(&story, witness, 3);
    world_apart(lead, witness, false);
    story_run(&story, 60000);
    story_records_are(&story, witness, 3);
    world_apart(witness, story.root, false);
    story_run(&story, 60000);
    story_records_are(&story, witness, 5);
    world_node_t *gone[] = {rogue, lead, story.root};
    for (size_t i = 0; i < 3; i++) {
        world_crash(gone[i]);
    }
    world_start(late);
    story_run(&story, 60000);
    story_records_are(&story, late, 5);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guest_of_a_coordinator_put_out_loses_nothing),
        cmocka_unit_test(whoever_holds_what_comes_back_says_so),
        cmocka_unit_test(what_comes_back_as_far_as_a_second_cut_can_be_served),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
