// SPDX-License-Identifier: MPL-2.0
// What a member claims of a fork changes nothing without the author's signatures, and costs little.
#include <string.h>

#include "proto/fork.h"
#include "proto/hash.h"
#include "proto/node_branch.h"
#include "split.h"

/** a has founded; b, a member, will lie about c's chain of @count entries. */
typedef struct {
    story_t story;
    world_node_t *a;
    world_node_t *b;
    world_node_t *c;
    pln_place_t place;
} court_t;

static court_t court(uint64_t seed, size_t count)
{
    court_t it = {.story = story_begin(seed, false)};
    it.story.world->forked = true;  // claims of it are counted here
    it.a = it.story.root;
    it.b = story_member(&it.story, "b");
    it.c = story_member(&it.story, "c");
    it.place = (pln_place_t){it.story.net, it.c->self.id, 0, PLN_LANE_RECORDS};
    story_publish(&it.story, it.c, count, 60);
    story_converges(&it.story, 60000);
    story_run(&it.story, 15000);
    it.b->lies = 1;  // so that the checks do not take it for honest; it says nothing by itself
    it.b->lie_one_in = UINT32_MAX;
    return it;
}

static void hear_fork(court_t *it, const pln_place_t *place, pln_fork_stage_t stage,
                      const pln_buf_t *body)
{
    pln_message_t message = {.type = PLN_MSG_FORK};
    message.as.fork.place = *place;
    message.as.fork.stage = stage;
    message.as.fork.body = pln_buf_span(body);
    story_hears(it->a, it->b, &message);
}

static uint64_t refused(const court_t *it, pln_err_t reason)
{
    return pln_node_refused(it->a->node)[reason];
}

/** Nobody keeps a proof, and c's chain goes on. */
static void nothing_has_changed(court_t *it, uint64_t records)
{
    story_run(&it->story, 180000);  // b is shunned for a minute where it broke a rule
    pln_net_state_t *net = pln_net_find(it->a->node, &it->story.net);
    assert_int_equal(net->forks.count, 0);
    story_publish(&it->story, it->c, 1, 60);
    story_converges(&it->story, 180000);
    story_records_are(&it->story, it->a, records + 1);
    world_free(&it->story.world);
}

static pln_head_t head_at(const court_t *it, uint64_t seq)
{
    pln_head_t head;
    pln_chain_row_t row;
    assert_true(memory_store_chain(it->c->store, &it->place, &row));
    memory_store_heads(it->c->store, row.number, &seq, 1, &head);
    return head;
}

/** Links of @count entries behind @at, signed by @author, or badly. */
static pln_fork_branch_t branch_of(const pln_place_t *place, const pln_identity_t *author,
                                   bool well_signed, const pln_head_t *at, size_t count,
                                   uint8_t word, pln_buf_t *links)
{
    pln_head_t head = *at;
    for (size_t i = 0; i < count; i++) {
        pln_header_t header = {.kind = 0x0101, .time_ms = word, .size = 1};
        pln_hash_t data;
        uint8_t bytes[PLN_HEADER_SIZE];
        pln_entry_data(PLN_SPAN(&word, 1), &data);
        pln_header_write(&header, bytes);
        pln_buf_add(links, bytes, sizeof bytes);
        pln_buf_add(links, data.bytes, sizeof data.bytes);
        pln_chain_link(&head, &header, &data);
    }
    pln_fork_branch_t branch = {.count = (uint32_t)count, .links = pln_buf_span(links)};
    pln_head_sign(author, place, &head, &branch.signature);
    branch.signature.bytes[0] ^= !well_signed;
    return branch;
}

static void a_run_that_nobody_signed_is_taken_by_nobody(void **state)
{
    (void)state;
    court_t it = court(91, 2);
    uint8_t entry[PLN_HEADER_SIZE] = {0, 1, 1};
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    message.as.entries.place = it.place;
    message.as.entries.from = message.as.entries.to = 3;
    message.as.entries.base = head_at(&it, 2).hash;
    message.as.entries.run = PLN_SPAN(entry, sizeof entry);
    story_hears(it.a, it.b, &message);
    assert_int_equal(refused(&it, PLN_EFORK), 1);
    pln_chain_row_t row;
    story_run(&it.story, 5000);
    assert_true(memory_store_chain(it.a->store, &it.place, &row));
    assert_int_equal(row.head.seq, 2);
    nothing_has_changed(&it, 2);
}

static void links_that_do_not_verify_end_the_link(void **state)
{
    (void)state;
    court_t it = court(92, 3);
    pln_head_t at = head_at(&it, 1);
    pln_buf_t links = {0}, body = {0};
    pln_fork_branch_t branch = branch_of(&it.place, &it.c->self, false, &at, 2, 7, &links);
    pln_fork_branch_encode(at.seq, &at.hash, &branch, &body);
    hear_fork(&it, &it.place, PLN_FORK_BRANCH, &body);
    assert_int_equal(refused(&it, PLN_ESIGNATURE), 1);
    assert_int_equal(world_link_between(it.a, it.b), 0);
    pln_buf_free(&links);
    pln_buf_free(&body);
    nothing_has_changed(&it, 3);
}

static void links_of_ones_own_branch_are_no_fork(void **state)
{
    (void)state;
    court_t it = court(93, 3);
    pln_chain_row_t row;
    pln_head_t base, end;
    pln_span_t run;
    pln_signature_t signature;
    pln_buf_t links = {0}, body = {0};
    assert_true(memory_store_chain(it.c->store, &it.place, &row));
    assert_int_equal(memory_store_run(it.c->store, row.number, 2, 3, &run, &base, &end, &signature),
                     PLN_OK);
    assert_int_equal(pln_fork_links(run, &links), PLN_OK);
    pln_fork_branch_t branch = {2, signature, pln_buf_span(&links)};
    pln_fork_branch_encode(base.seq, &base.hash, &branch, &body);
    hear_fork(&it, &it.place, PLN_FORK_BRANCH, &body);
    pln_buf_free(&links);
    pln_buf_free(&body);
    nothing_has_changed(&it, 3);
}

/** A proof of two branches of @author behind its chain's start. */
static void proof_of(const court_t *it, const pln_identity_t *author, bool well_signed,
                     pln_buf_t *body, pln_place_t *place)
{
    pln_fork_proof_t proof = {.place = {it->story.net, author->id, 0, PLN_LANE_RECORDS}};
    pln_head_t start;
    pln_buf_t links[2] = {{0}, {0}};
    pln_chain_start(&proof.place, &start);
    proof.hash = start.hash;
    for (size_t i = 0; i < 2; i++) {
        proof.branches[i] =
            branch_of(&proof.place, author, well_signed, &start, 1, (uint8_t)(i + 1), &links[i]);
    }
    pln_fork_proof_encode(&proof, body);
    *place = proof.place;
    pln_buf_free(&links[0]);
    pln_buf_free(&links[1]);
}

static void a_proof_that_its_author_did_not_sign_ends_the_link(void **state)
{
    (void)state;
    court_t it = court(94, 2);
    pln_place_t place;
    pln_buf_t body = {0};
    proof_of(&it, &it.c->self, false, &body, &place);
    hear_fork(&it, &place, PLN_FORK_PROOF, &body);
    assert_int_equal(refused(&it, PLN_ESIGNATURE), 1);
    assert_int_equal(world_link_between(it.a, it.b), 0);
    pln_buf_free(&body);
    nothing_has_changed(&it, 2);
}

static void a_proof_about_somebody_whom_nobody_let_in_is_dropped(void **state)
{
    (void)state;
    court_t it = court(95, 2);
    world_node_t *stranger = world_machine(it.story.world, "stranger", false);
    pln_place_t place;
    pln_buf_t body = {0};
    proof_of(&it, &stranger->self, true, &body, &place);
    hear_fork(&it, &place, PLN_FORK_PROOF, &body);
    assert_int_equal(refused(&it, PLN_EGRANT), 1);
    assert_int_not_equal(world_link_between(it.a, it.b), 0);
    pln_buf_free(&body);
    nothing_has_changed(&it, 2);
}

static void more_than_a_link_may_bring_of_forks_is_dropped(void **state)
{
    (void)state;
    court_t it = court(96, 3);
    pln_buf_t body = {0};
    pln_head_t head = head_at(&it, 2);
    for (int i = 0; i < 64; i++) {
        pln_buf_u64(&body, 2);
        pln_buf_add(&body, head.hash.bytes, sizeof head.hash.bytes);
    }
    for (int i = 0; i < 1000; i++) {  // each counts 3,840 bytes of the first 1 MiB
        hear_fork(&it, &it.place, PLN_FORK_POINTS, &body);
    }
    assert_in_range(refused(&it, PLN_EFORK), 700, 740);
    assert_int_not_equal(world_link_between(it.a, it.b), 0);
    pln_buf_free(&body);
    nothing_has_changed(&it, 3);
}

static unsigned proofs;

static void count_proofs(world_node_t *node, const world_node_t *from, pln_span_t frame)
{
    (void)node, (void)from;
    pln_message_t message;
    proofs += pln_message_decode(frame, &message) == PLN_OK && message.type == PLN_MSG_FORK &&
              message.as.fork.stage == PLN_FORK_PROOF;
}

/** 96 KiB each, for a DIGEST of a hundred bytes. */
static void access_that_differs_again_and_again_brings_the_proofs_once(void **state)
{
    (void)state;
    split_t split = split_new(77, 5, 3, 2);
    split_meet(&split);
    story_run(&split.story, 120000);
    court_t it = {.story = split.story, .a = split.p, .b = split.story.root};
    pln_net_state_t *net = pln_net_find(it.a->node, &it.story.net);
    assert_int_equal(net->forks.count, 1);
    it.b->lies = 1;
    it.b->lie_one_in = UINT32_MAX;
    it.story.world->heard = count_proofs;
    pln_message_t digest = {.type = PLN_MSG_DIGEST};
    digest.as.digest.network = it.story.net;
    digest.as.digest.digest = net->digest;
    digest.as.digest.flags = PLN_DIGEST_ANSWER;
    proofs = 0;
    for (int i = 0; i < 100; i++) {
        story_hears(it.a, it.b, &digest);
    }
    story_run(&it.story, 500);
    assert_int_equal(proofs, 1);
    it.b->lies = 0;
    story_converges(&it.story, 120000);
    story_end(&it.story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_nobody_signed_is_taken_by_nobody),
        cmocka_unit_test(links_that_do_not_verify_end_the_link),
        cmocka_unit_test(links_of_ones_own_branch_are_no_fork),
        cmocka_unit_test(a_proof_that_its_author_did_not_sign_ends_the_link),
        cmocka_unit_test(a_proof_about_somebody_whom_nobody_let_in_is_dropped),
        cmocka_unit_test(access_that_differs_again_and_again_brings_the_proofs_once),
        cmocka_unit_test(more_than_a_link_may_bring_of_forks_is_dropped),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
