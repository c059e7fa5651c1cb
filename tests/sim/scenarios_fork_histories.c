// SPDX-License-Identifier: MPL-2.0
/* Random histories of a key with up to three copies that write, heal and are revoked, by root and
 * a coordinator, while lines come and go. In the end all members hold the same, and as much as a
 * model says that is written from the rules and computes everything anew from the sets of entries
 * (R6). A failure names its seed: PLN_TEST_SEED=0x... plays that history alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_store.h"
#include "proto/control.h"
#include "proto/hash.h"
#include "proto/node_branch.h"
#include "story.h"

#define HISTORIES 40
#define COPIES_MAX 3 /**< with the author's own machine */
#define HEADS_MAX 256
#define NAMED_MAX 32
#define EPOCHS_MAX 16

typedef struct {
    story_t story;
    world_node_t *homes[3]; /**< root, p (a coordinator), q */
    world_node_t *machines[COPIES_MAX];
    size_t machine_count;
    bool revoked;
} play_t;

/* ---- the history ---- */

static size_t draw(play_t *play, size_t below)
{
    return (size_t)world_random(play->story.world, below);
}

static void bar(play_t *play, world_node_t *a, world_node_t *b, bool barred)
{
    world_bar(a, b, barred);
    world_bar(b, a, barred);
    if (barred) {
        world_cut(play->story.world, a->index, b->index);
    }
}

static void bar_some(play_t *play)
{
    for (size_t i = 0; i < 3; i++) {
        bar(play, play->homes[i], play->homes[(i + 1) % 3], draw(play, 2) == 0);
        for (size_t m = 0; m < play->machine_count; m++) {
            bar(play, play->homes[i], play->machines[m], draw(play, 3) > 0);
        }
    }
}

static void do_something(play_t *play)
{
    story_t *story = &play->story;
    world_node_t *machine = play->machines[draw(play, play->machine_count)];
    size_t what = draw(play, 36);
    if (what < 11) {
        bar_some(play);
    } else if (machine->node == NULL) {
        world_start(machine);
    } else if (what < 24) {
        (void)world_publish(machine, &story->net, 1 + draw(play, 4), 60);
    } else if (what < 28) {
        (void)world_heal(machine, &story->net);
    } else if (what < 35) {
        world_crash(machine);
    } else {
        world_node_t *by = play->homes[draw(play, 2)];
        play->revoked |= world_revoke(by, &story->net, &machine->self.id) == PLN_OK;
    }
    story_run(story, 1000 + draw(play, 25000));
}

static play_t play_history(uint64_t seed)
{
    play_t play = {.story = story_begin(seed, false)};
    story_t *story = &play.story;
    play.homes[0] = story->root;
    play.homes[1] = story_machine(story, "p");
    story_join(story, story->root, play.homes[1], PLN_ROLE_COORDINATOR);
    play.homes[2] = story_member(story, "q");
    world_node_t *author = story_member(story, "author");
    play.machines[play.machine_count++] = author;
    size_t common = draw(&play, 5);
    if (common > 0) {
        story_publish(story, author, common, 60);
    }
    story_converges(story, 60000);
    story_run(story, 15000);
    world_crash(author);
    for (size_t copies = 1 + draw(&play, COPIES_MAX - 1); copies > 0; copies--) {
        play.machines[play.machine_count++] = world_clone(author, copies == 1 ? "copy" : "other");
    }
    for (size_t i = 0; i < 3; i++) {
        world_peer_add(play.homes[i], play.homes[(i + 1) % 3]);
        world_peer_add(play.homes[i], author);
    }
    bar_some(&play);
    for (size_t steps = 8 + draw(&play, 24); steps > 0; steps--) {
        do_something(&play);
    }
    return play;
}

/** All lines work; one copy after the other is on for a while, then the author's own machine. */
static void come_together(play_t *play)
{
    story_t *story = &play->story;
    for (size_t i = 0; i < 3; i++) {
        bar(play, play->homes[i], play->homes[(i + 1) % 3], false);
    }
    for (size_t m = play->machine_count; m-- > 0;) {
        world_node_t *machine = play->machines[m];
        for (size_t other = 0; other < play->machine_count; other++) {
            if (play->machines[other]->node != NULL) {
                world_crash(play->machines[other]);
            }
        }
        for (size_t i = 0; i < 3; i++) {
            bar(play, play->homes[i], machine, false);
        }
        world_start(machine);
        for (size_t i = 0; i < 3; i++) {
            world_peer_add(machine, play->homes[i]);
        }
        story_run(story, 90000);
    }
    if (draw(play, 2) == 0) {
        (void)world_heal(play->machines[0], &story->net);
    }
    story_run(story, 90000);
    story_converges(story, 240000);
}

/* ---- the model: the rules, read aloud over what one node has stored ---- */

typedef struct {
    pln_head_t heads[HEADS_MAX + 1]; /**< from 0 to the leaf */
    uint64_t length;
} leaf_t;

typedef struct {
    leaf_t *leaves;
    size_t count;
} tree_t;

static tree_t tree_of(const memory_store_t *store, const pln_place_t *place)
{
    tree_t tree = {NULL, 0};
    pln_chain_row_t row;
    size_t cursor = 0;
    while (memory_store_next_chain(store, &cursor, &row)) {
        if (!pln_place_equal(&row.place, place)) {
            continue;
        }
        assert_true(row.head.seq <= HEADS_MAX);
        tree.leaves = pln_realloc(tree.leaves, (tree.count + 1) * sizeof *tree.leaves);
        leaf_t *leaf = &tree.leaves[tree.count++];
        leaf->length = row.head.seq;
        for (uint64_t seq = 0; seq <= row.head.seq; seq++) {
            memory_store_heads(store, row.number, &seq, 1, &leaf->heads[seq]);
        }
    }
    return tree;
}

/** How far two paths are one. */
static uint64_t shared(const leaf_t *a, const leaf_t *b)
{
    uint64_t seq = 0;
    while (seq < a->length && seq < b->length &&
           pln_hash_equal(&a->heads[seq + 1].hash, &b->heads[seq + 1].hash)) {
        seq++;
    }
    return seq;
}

/** L: where the first two of all branches part, in this tree or another; UINT64_MAX: nowhere. */
static uint64_t parting(const tree_t *a, const tree_t *b)
{
    uint64_t smallest = UINT64_MAX;
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            uint64_t at = shared(&a->leaves[i], &b->leaves[j]);
            bool part = at < a->leaves[i].length && at < b->leaves[j].length;
            smallest = part && at < smallest ? at : smallest;
        }
    }
    return smallest;
}

/** The path that ends at this head; false: it is not held. */
static bool path_to(const tree_t *tree, uint64_t seq, const pln_hash_t *hash, leaf_t *out)
{
    for (size_t i = 0; i < tree->count; i++) {
        const leaf_t *leaf = &tree->leaves[i];
        if (seq <= leaf->length && pln_hash_equal(&leaf->heads[seq].hash, hash)) {
            *out = *leaf;
            out->length = seq;
            return true;
        }
    }
    return false;
}

/** What lane 0 says of one author. */
typedef struct {
    pln_revoke_t *revokes[NAMED_MAX];
    size_t revoke_count;
    struct {
        uint32_t epoch;
        pln_head_t of; /**< the statement's own */
        pln_settle_t says;
    } settles[NAMED_MAX];
    size_t settle_count;
} said_t;

static void hear(said_t *said, const pln_place_t *place, const pln_head_t *head, pln_span_t bytes,
                 const pln_id_t *author)
{
    pln_entry_t entry;
    assert_int_equal(pln_entry_read(bytes, &entry), PLN_OK);
    if (entry.header.kind == PLN_KIND_REVOKE) {
        pln_revoke_t *revoke = pln_alloc_zero(1, sizeof *revoke);
        assert_int_equal(pln_revoke_decode(entry.payload, revoke), PLN_OK);
        assert_true(said->revoke_count < NAMED_MAX);
        if (pln_id_equal(&revoke->node, author)) {
            said->revokes[said->revoke_count++] = revoke;
        } else {
            free(revoke);
        }
    } else if (entry.header.kind == PLN_KIND_SETTLE && pln_id_equal(&place->author, author)) {
        assert_true(said->settle_count < NAMED_MAX);
        said->settles[said->settle_count].epoch = place->epoch;
        said->settles[said->settle_count].of = *head;
        assert_int_equal(
            pln_settle_decode(entry.payload, &said->settles[said->settle_count++].says), PLN_OK);
    }
}

/** Everybody's lane 0, all branches. */
static said_t said_of(const memory_store_t *store, const pln_id_t *author)
{
    said_t said = {.revoke_count = 0};
    pln_chain_row_t row;
    size_t cursor = 0;
    while (memory_store_next_chain(store, &cursor, &row)) {
        if (row.place.lane != PLN_LANE_CONTROL) {
            continue;
        }
        for (uint64_t seq = row.base.seq + 1; seq <= row.head.seq; seq++) {
            pln_span_t bytes;
            pln_head_t head;
            memory_store_heads(store, row.number, &seq, 1, &head);
            assert_int_equal(memory_store_entry(store, row.number, seq, &bytes), PLN_OK);
            hear(&said, &row.place, &head, bytes, author);
        }
    }
    return said;
}

/** 9.10.5.1 */
static uint64_t cuts_leave(const said_t *said, const tree_t *tree, uint32_t epoch, uint64_t fork)
{
    leaf_t kept = {.length = UINT64_MAX}, path;
    uint64_t most = UINT64_MAX;
    for (size_t i = 0; i < said->revoke_count; i++) {
        const pln_revoke_t *revoke = said->revokes[i];
        const pln_cut_t *cut = NULL;
        for (size_t c = 0; c < revoke->cut_count; c++) {
            bool here = revoke->cuts[c].epoch == epoch && revoke->cuts[c].lane == 1;
            cut = here ? &revoke->cuts[c] : cut;
        }
        if (cut == NULL) {
            return 0;
        }
        if (!path_to(tree, cut->seq, &cut->hash, &path)) {
            uint64_t by_seq = cut->seq < fork ? cut->seq : fork;
            most = by_seq < most ? by_seq : most;
        } else if (kept.length == UINT64_MAX) {
            kept = path;
        } else {
            uint64_t common = shared(&kept, &path);
            bool apart = common < kept.length && common < path.length;
            most = apart && fork < most ? fork : most;
            kept.length = common;
        }
    }
    return kept.length < most ? kept.length : most;
}

/** 9.10.5.2 */
static uint64_t settled(const said_t *said, const tree_t *tree, uint32_t epoch, uint64_t fork)
{
    const pln_settle_t *first = NULL;
    uint8_t lowest[44] = {0}, order[44];
    for (size_t i = 0; i < said->settle_count; i++) {
        const pln_head_t *of = &said->settles[i].of;
        if (said->settles[i].says.epoch != epoch) {
            continue;
        }
        for (size_t b = 0; b < 12; b++) {
            order[b] = b < 4 ? (uint8_t)(said->settles[i].epoch >> (24 - 8 * b))
                             : (uint8_t)(of->seq >> (88 - 8 * b));
        }
        memcpy(order + 12, of->hash.bytes, 32);
        if (first == NULL || memcmp(order, lowest, sizeof order) < 0) {
            first = &said->settles[i].says;
            memcpy(lowest, order, sizeof order);
        }
    }
    leaf_t path;
    return first != NULL && path_to(tree, first->seq, &first->hash, &path) ? first->seq : fork;
}

/** How many records count by what @node has stored, @fork being known of each epoch. */
static uint64_t model_records(play_t *play, world_node_t *node, const uint64_t fork[EPOCHS_MAX])
{
    const pln_id_t *author = &play->machines[0]->self.id;
    said_t said = said_of(node->store, author);
    uint64_t sum = 0;
    for (uint32_t epoch = 0; epoch < EPOCHS_MAX; epoch++) {
        pln_place_t place = {play->story.net, *author, epoch, PLN_LANE_RECORDS};
        tree_t tree = tree_of(node->store, &place);
        uint64_t counts = 0;
        if (said.revoke_count > 0) {
            counts = cuts_leave(&said, &tree, epoch, fork[epoch]);
        } else if (fork[epoch] != UINT64_MAX) {
            counts = settled(&said, &tree, epoch, fork[epoch]);
        } else if (tree.count > 0) {
            counts = tree.leaves[0].length;
        }
        uint64_t longest = 0;
        for (size_t i = 0; i < tree.count; i++) {
            longest = tree.leaves[i].length > longest ? tree.leaves[i].length : longest;
        }
        if (getenv("PLN_TEST_SEED") != NULL && tree.count > 0) {
            print_message(
                "%s: epoch %u: %zu branches up to %llu, parted at %lld; %zu revokes, "
                "%zu settles: %llu count\n",
                node->name, epoch, tree.count, (unsigned long long)longest, (long long)fork[epoch],
                said.revoke_count, said.settle_count, (unsigned long long)counts);
        }
        sum += counts < longest ? counts : longest;
        free(tree.leaves);
    }
    for (size_t i = 0; i < said.revoke_count; i++) {
        free(said.revokes[i]);
    }
    return sum;
}

/** Where the first branches part that any of @count nodes holds; UINT64_MAX: nowhere. */
static uint64_t fork_among(play_t *play, uint32_t epoch, world_node_t *const *nodes, size_t count)
{
    pln_place_t place = {play->story.net, play->machines[0]->self.id, epoch, PLN_LANE_RECORDS};
    uint64_t smallest = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        tree_t a = tree_of(nodes[i]->store, &place);
        for (size_t j = i; j < count; j++) {
            tree_t b = tree_of(nodes[j]->store, &place);
            uint64_t at = parting(&a, &b);
            smallest = at < smallest ? at : smallest;
            free(b.leaves);
        }
        free(a.leaves);
    }
    return smallest;
}

/* ---- what must hold ---- */

/** Whatever a copy has written is on its own disk still. */
static void nothing_is_lost(play_t *play, const tree_t *before)
{
    for (size_t m = 0; m < play->machine_count; m++) {
        pln_place_t place = {play->story.net, play->machines[0]->self.id, 0, PLN_LANE_RECORDS};
        tree_t now = tree_of(play->machines[m]->store, &place);
        for (size_t i = 0; i < before[m].count; i++) {
            const leaf_t *leaf = &before[m].leaves[i];
            leaf_t path;
            assert_true(path_to(&now, leaf->length, &leaf->heads[leaf->length].hash, &path));
        }
        free(now.leaves);
        free(before[m].leaves);
    }
}

static uint64_t proven(const play_t *play, world_node_t *node, uint32_t epoch)
{
    pln_place_t place = {play->story.net, play->machines[0]->self.id, epoch, PLN_LANE_RECORDS};
    const pln_fork_place_t *fork =
        pln_fork_find(pln_net_find(node->node, &play->story.net), &place);
    return fork == NULL ? UINT64_MAX : fork->at;
}

/**
 * All members keep the same proof, of the first place where branches part. Once its author is put
 * out, a copy shows its branch to nobody, nor is shown what is beyond the cuts.
 */
static void forks_are_proven(play_t *play, world_node_t *const *members, size_t count,
                             uint64_t fork[EPOCHS_MAX])
{
    world_node_t *all[3 + COPIES_MAX];
    size_t all_count = 0;
    for (size_t i = 0; i < 3; i++) {
        all[all_count++] = play->homes[i];
    }
    for (size_t m = 0; m < play->machine_count; m++) {
        all[all_count++] = play->machines[m];
    }
    for (uint32_t epoch = 0; epoch < EPOCHS_MAX; epoch++) {
        fork[epoch] = proven(play, members[0], epoch);
        for (size_t i = 1; i < count; i++) {
            assert_int_equal(proven(play, members[i], epoch), fork[epoch]);
        }
        uint64_t anywhere = fork_among(play, epoch, all, all_count);
        assert_true(play->revoked ? fork[epoch] >= anywhere : fork[epoch] == anywhere);
    }
}

static void history_ends_in_one_truth(uint64_t seed)
{
    play_t play = play_history(seed);
    tree_t before[COPIES_MAX];
    pln_place_t place = {play.story.net, play.machines[0]->self.id, 0, PLN_LANE_RECORDS};
    for (size_t m = 0; m < play.machine_count; m++) {
        before[m] = tree_of(play.machines[m]->store, &place);
    }
    come_together(&play);
    nothing_is_lost(&play, before);
    world_node_t *members[] = {play.homes[0], play.homes[1], play.homes[2], play.machines[0]};
    size_t count = play.revoked ? 3 : 4;
    uint64_t fork[EPOCHS_MAX];
    forks_are_proven(&play, members, count, fork);
    for (size_t i = 0; i < count; i++) {
        story_records_are(&play.story, members[i], model_records(&play, members[i], fork));
    }
    story_end(&play.story);
}

static void random_forks_end_in_what_the_rules_say(void **state)
{
    (void)state;
    const char *one = getenv("PLN_TEST_SEED");
    uint64_t first = one != NULL ? strtoull(one, NULL, 16) : 0x7000;
    for (uint64_t i = 0; i < (one != NULL ? 1 : HISTORIES); i++) {
        print_message("PLN_TEST_SEED=0x%llx\n", (unsigned long long)(first + i));
        history_ends_in_one_truth(first + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_forks_end_in_what_the_rules_say)};
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
