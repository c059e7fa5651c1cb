// SPDX-License-Identifier: MPL-2.0
// A disk that refuses a branch: what was in memory of it takes nothing else in (R6).
#include "proto/node_branch.h"
#include "split.h"

static bool p_lacks_what_is_settled(world_t *world, void *arg)
{
    (void)world;
    split_t *split = arg;
    pln_net_state_t *net = pln_net_find(split->p->node, &split->story.net);
    pln_settle_t settle;
    return pln_access_settle(net->access, &split->author->self.id, 0, &settle);
}

static bool p_has_begun_a_branch(world_t *world, void *arg)
{
    (void)world;
    split_t *split = arg;
    pln_net_state_t *net = pln_net_find(split->p->node, &split->story.net);
    const pln_chain_t *chain = pln_chain_find(net, &split->author->self.id, 0, PLN_LANE_RECORDS);
    return chain->next_branch != NULL;
}

/** Somebody serves p once more what it holds of the author's chain behind the common entries. */
static void p_hears_its_own_branch(split_t *split, uint64_t common)
{
    pln_chain_row_t row;
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_entries_t *entries = &message.as.entries;
    entries->place = (pln_place_t){split->story.net, split->author->self.id, 0, PLN_LANE_RECORDS};
    assert_true(memory_store_chain(split->p->store, &entries->place, &row));
    pln_head_t base, end;
    assert_int_equal(memory_store_run(split->p->store, row.number, common + 1, row.head.seq,
                                      &entries->run, &base, &end, &entries->signature),
                     PLN_OK);
    entries->from = common + 1;
    entries->to = end.seq;
    entries->base = base.hash;
    pln_buf_t frame = {0};
    pln_message_encode(&message, &frame);
    pln_buf_add(&frame, entries->run.data, entries->run.size);
    pln_event_t event = world_event_of(split->p, PLN_EV_RECEIVED);
    event.as.received.link = world_link_between(split->p, split->story.root);
    event.as.received.frame = pln_buf_span(&frame);
    world_step(split->p, &event);
    pln_buf_free(&frame);
}

/** Any run fits where a branch begins, one of the branch that it leaves, too. */
static void a_branch_whose_first_run_found_no_room_takes_no_other(void **state)
{
    (void)state;
    split_t split = split_new(74, 5, 3, 2);
    world_t *world = split.story.world;
    split_meet(&split);
    story_run(&split.story, 120000);
    assert_int_equal(world_heal(split.author, &split.story.net), PLN_OK);
    assert_true(world_until(world, 60000, p_lacks_what_is_settled, &split));
    split.p->disk.error = PLN_ENOSPACE;
    assert_true(world_until(world, 20000, p_has_begun_a_branch, &split));
    world_run(world, 500);
    split.p->disk.error = PLN_OK;
    p_hears_its_own_branch(&split, 5);
    story_converges(&split.story, 120000);
    story_records_are(&split.story, split.p, 8);
    story_end(&split.story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_branch_whose_first_run_found_no_room_takes_no_other),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
