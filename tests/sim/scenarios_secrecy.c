// SPDX-License-Identifier: MPL-2.0
// Who is put out hears nothing more of the network, whenever the others learn of it.
#include <string.h>

#include "proto/node_state.h"
#include "story.h"

static bool greeting(world_t *world, void *arg)
{
    (void)arg;
    return world_link_between(world->nodes[2], world->nodes[1]) != 0;
}

static void a_revoke_heard_while_greeting_ends_the_network_all_the_same(void **state)
{
    (void)state;
    story_t story = story_begin(1, true);
    world_node_t *b = story_member(&story, "b");
    world_node_t *c = story_member(&story, "c");
    story_t other = story;  // in this one it stays, so that the link does too
    assert_int_equal(world_found(story.root, "other", &other.net), PLN_OK);
    story_join(&other, story.root, b, PLN_ROLE_CONTRIBUTOR);
    story_join(&other, story.root, c, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 70000);
    world_apart(b, story.root, true);
    world_crash(c);
    assert_int_equal(world_revoke(story.root, &story.net, &b->self.id), PLN_OK);
    story_publish(&story, story.root, 3, 100);
    b->line.latency_ms = 2000;
    world_apart(c, story.root, true);
    world_start(c);
    assert_true(world_until(story.world, 20000, greeting, NULL));
    world_apart(c, story.root, false);
    pln_event_t now = world_event_of(c, PLN_EV_RESUMED);
    world_step(c, &now);  // its HELLO to b is on the way when the root tells it
    story_run(&story, 30000);
    story_records_are(&story, c, 3);
    story_records_are(&story, b, 0);
    story_end(&story);
}

static pln_network_id_t quiet; /**< the outsider is no member of it */
static world_node_t *outsider;
static size_t greetings;
static size_t told;

/** Whoever knows the quiet network's id finds out whether a HELLO to the outsider names it. */
static void look_for_quiet(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    pln_message_t message;
    uint8_t hash[16];
    if (node != outsider || pln_message_decode(frame, &message) != PLN_OK ||
        message.type != PLN_MSG_HELLO) {
        return;
    }
    const pln_hello_t *hello = &message.as.hello;
    greetings++;
    pln_hello_hash(&quiet, &from->self.id, &outsider->self.id, hello->nonce, hash);
    for (size_t i = 0; i < pln_rows(hello->rows, PLN_HELLO_ROW_SIZE); i++) {
        pln_hello_row_t row;
        pln_hello_row_read(hello->rows, i, &row);
        told += memcmp(row.hash, hash, sizeof hash) == 0;
    }
}

static void hello_names_no_network_that_its_receiver_is_not_in(void **state)
{
    (void)state;
    story_t story = story_begin(3, true);
    world_node_t *member = story_member(&story, "member");
    outsider = story_machine(&story, "outsider");
    quiet = story.net;
    greetings = told = 0;
    story_t open = story;
    assert_int_equal(world_found(story.root, "open", &open.net), PLN_OK);
    story_join(&open, story.root, member, PLN_ROLE_CONTRIBUTOR);
    story.world->heard = look_for_quiet;
    story_join(&open, story.root, outsider, PLN_ROLE_CONTRIBUTOR);
    story_run(&story, 60000);
    assert_int_equal(told, 0);
    size_t before = greetings;
    world_crash(outsider);
    world_start(outsider);
    story_run(&story, 60000);
    assert_true(before > 0 && greetings > before);
    assert_int_equal(told, 0);
    story_join(&story, story.root, outsider, PLN_ROLE_CONTRIBUTOR);  // from now on it is named
    world_crash(outsider);
    world_start(outsider);
    story_run(&story, 60000);
    assert_true(told > 0);
    story_end(&story);
}

/** What the guest knows of @net on its link to the host; NULL: it does not share it there. */
static const pln_share_t *share_with_host(world_t *world, const pln_network_id_t *net)
{
    pln_node_t *guest = world->nodes[2]->node;
    const pln_peer_t *host = pln_map_get(&guest->peers, world->nodes[1]->self.id.bytes);
    for (size_t i = 0; host != NULL && host->link != NULL && i < host->link->share_count; i++) {
        if (host->link->shares[i]->net == pln_net_find(guest, net)) {
            return host->link->shares[i];
        }
    }
    return NULL;
}

static bool knows_that_host_is_over(world_t *world, void *arg)
{
    const pln_share_t *share = share_with_host(world, arg);
    return share != NULL && share->mine_done && share->peer_done;
}

static bool tells_host(world_t *world, void *arg)
{
    const pln_share_t *share = share_with_host(world, arg);
    return share != NULL && share->announced;
}

/**
 * A member comes in anew by its host's ticket; the host's membership is over @lasts_ms after that
 * was given. In another network both stay, and their link does.
 */
static void host_ends_after(uint64_t lasts_ms)
{
    story_t story = story_begin(2, false);
    world_node_t *host = story_machine(&story, "host");
    world_node_t *guest = story_member(&story, "guest");
    story_t other = story;
    assert_int_equal(world_found(story.root, "other", &other.net), PLN_OK);
    story_join(&other, story.root, host, PLN_ROLE_CONTRIBUTOR);
    story_join(&other, story.root, guest, PLN_ROLE_CONTRIBUTOR);
    story_publish(&story, guest, 2, 100);
    story_run(&other, 10000);
    guest->line.latency_ms = 3000;
    pln_ticket_t ticket;
    assert_int_equal(
        world_invite_for(story.root, &story.net, PLN_ROLE_COORDINATOR, lasts_ms, &ticket), PLN_OK);
    assert_int_equal(world_join(host, &ticket, 20000), PLN_OK);
    world_apart(guest, story.root, true);
    assert_int_equal(world_invite(host, &story.net, PLN_ROLE_CONTRIBUTOR, &ticket), PLN_OK);
    world_join_later(guest, &ticket);
    assert_true(world_until(story.world, 60000, knows_that_host_is_over, &story.net));
    assert_false(world_until(story.world, 20000, tells_host, &story.net));
    story_end(&story);
}

static void a_host_that_ends_as_its_guest_comes_in_hears_none_of_its_records(void **state)
{
    (void)state;
    for (uint64_t ms = 18000; ms < 28000; ms += 1000) {
        host_ends_after(ms);
    }
}

/** Somebody found a member's disk, and runs it with a key of its own. */
static void whose_store_knows_a_network_that_it_is_not_in_lets_nobody_in(void **state)
{
    (void)state;
    story_t story = story_begin(5, true);
    world_node_t *member = story_member(&story, "member");
    story_publish(&story, member, 3, 100);
    story_converges(&story, 30000);
    world_node_t *finder = story_machine(&story, "finder");
    world_lay_back(finder, world_backup(member));
    world_start(finder);
    story_run(&story, 60000);
    pln_network_view_t view;
    assert_true(world_view(finder, &story.net, &view));
    assert_int_equal(view.members, 2);
    assert_int_equal(finder->admitted.count, 0);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_names_no_network_that_its_receiver_is_not_in),
        cmocka_unit_test(a_revoke_heard_while_greeting_ends_the_network_all_the_same),
        cmocka_unit_test(a_host_that_ends_as_its_guest_comes_in_hears_none_of_its_records),
        cmocka_unit_test(whose_store_knows_a_network_that_it_is_not_in_lets_nobody_in),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
