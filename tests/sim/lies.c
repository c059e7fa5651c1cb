// SPDX-License-Identifier: MPL-2.0
#include "lies.h"
#include "proto/digest.h"

#include <stdlib.h>
#include <string.h>

#define WANTS_MAX 200u
#define INVENTED_MAX 100u
#define PRESENCES 30u
#define BUCKETS 30u
#define HOUR_MS UINT64_C(3600000)

/** One frame about to be sent, and what may be done to it. */
typedef struct {
    world_t *world;
    world_node_t *liar;
    world_link_t *link;
    int end;
    pln_buf_t *frame;
    pln_message_t message; /**< borrows from the frame */
    pln_buf_t body;        /**< an own copy of the run, where the lie changes it */
    bool withheld;
} tale_t;

static void say(tale_t *tale, const pln_message_t *message, pln_span_t body)
{
    pln_buf_t frame = {0};
    pln_message_encode(message, &frame);
    pln_buf_add(&frame, body.data, body.size);
    world_send_bytes(tale->link, tale->end, pln_buf_span(&frame));
    pln_buf_free(&frame);
}

/** The message as changed takes the frame's place. */
static void instead(tale_t *tale)
{
    pln_buf_t frame = {0};
    pln_message_encode(&tale->message, &frame);
    if (tale->message.type == PLN_MSG_ENTRIES) {
        pln_buf_add(&frame, tale->message.as.entries.run.data, tale->message.as.entries.run.size);
    }
    pln_buf_free(tale->frame);
    *tale->frame = frame;
}

static void flip(tale_t *tale, void *bytes, size_t size)
{
    if (size > 0) {
        uint64_t bit = world_random(tale->world, 8);
        ((uint8_t *)bytes)[world_random(tale->world, size)] ^= (uint8_t)(1u << bit);
    }
}

static bool is(const tale_t *tale, pln_message_type_t type)
{
    return tale->message.type == type;
}

/** A chain the liar holds, of any author. */
static bool some_chain(tale_t *tale, pln_chain_row_t *out)
{
    size_t cursor = 0;
    size_t count = 0;
    pln_chain_row_t row;
    while (memory_store_next_chain(tale->liar->store, &cursor, &row)) {
        count++;
        if (world_chance(tale->world, count)) {
            *out = row;
        }
    }
    return count > 0;
}

/* ---- each lie; false: there was nothing to lie about ---- */

static bool tell_bit(tale_t *tale)
{
    flip(tale, tale->frame->data, tale->frame->size);
    return true;
}

static bool tell_shorter(tale_t *tale)
{
    tale->frame->size = world_random(tale->world, tale->frame->size);
    return true;
}

static bool tell_base(tale_t *tale)
{
    if (!is(tale, PLN_MSG_ENTRIES)) {
        return false;
    }
    flip(tale, tale->message.as.entries.base.bytes, 32);
    instead(tale);
    return true;
}

static bool tell_link(tale_t *tale)
{
    if (!is(tale, PLN_MSG_ENTRIES)) {
        return false;
    }
    pln_span_t run = tale->message.as.entries.run;
    flip(tale, tale->frame->data + (run.data - tale->frame->data), run.size);
    return true;
}

static bool tell_signature(tale_t *tale)
{
    if (!is(tale, PLN_MSG_ENTRIES)) {
        return false;
    }
    flip(tale, tale->message.as.entries.signature.bytes, 64);
    instead(tale);
    return true;
}

static bool tell_number(tale_t *tale)
{
    if (!is(tale, PLN_MSG_ENTRIES)) {
        return false;
    }
    uint64_t shift = 1 + world_random(tale->world, 5);
    tale->message.as.entries.to += shift;
    tale->message.as.entries.from += world_chance(tale->world, 2) ? shift : 0;
    instead(tale);
    return true;
}

static bool tell_replay(tale_t *tale)
{
    world_node_t *liar = tale->liar;
    size_t count = sizeof liar->lie_frames / sizeof *liar->lie_frames;
    for (size_t i = 0; i < count; i++) {
        if (liar->lie_frames[i].size > 0) {
            world_send_bytes(tale->link, tale->end, pln_buf_span(&liar->lie_frames[i]));
        }
    }
    pln_buf_t *kept = &liar->lie_frames[liar->lie_next++ % count];
    pln_buf_clear(kept);
    pln_buf_add(kept, tale->frame->data, tale->frame->size);
    return true;
}

static void heads_say(tale_t *tale, const pln_network_id_t *network, pln_buf_t *rows)
{
    pln_message_t heads = {.type = PLN_MSG_HEADS};
    heads.as.heads.network = *network;
    heads.as.heads.flags = world_chance(tale->world, 4) ? PLN_HEADS_COMING : 0;
    heads.as.heads.rows = pln_buf_span(rows);
    say(tale, &heads, (pln_span_t){0});
    pln_buf_free(rows);
}

static bool tell_invented(tale_t *tale)
{
    pln_chain_row_t held;
    if (is(tale, PLN_MSG_HELLO) || !some_chain(tale, &held)) {
        return false;
    }
    pln_buf_t rows = {0};
    for (uint64_t i = world_random(tale->world, INVENTED_MAX); i > 0; i--) {
        pln_row_t row = {.author = held.place.author};
        row.epoch = (uint32_t)world_random(tale->world, 64);
        row.lane = (uint8_t)world_random(tale->world, 2);
        row.seq = 1 + world_random(tale->world, 1000);
        if (world_chance(tale->world, 2)) {
            flip(tale, row.author.bytes, 32);
        }
        pln_row_write(&row, &rows);
    }
    heads_say(tale, &held.place.network, &rows);
    return true;
}

static bool tell_ahead(tale_t *tale)
{
    pln_chain_row_t held;
    if (is(tale, PLN_MSG_HELLO) || !some_chain(tale, &held)) {
        return false;
    }
    pln_buf_t rows = {0};
    pln_row_t row = {held.place.author,
                     held.place.epoch,
                     held.place.lane,
                     held.head.seq + 1 + world_random(tale->world, UINT64_C(1) << 40),
                     {{0}}};
    pln_row_write(&row, &rows);
    heads_say(tale, &held.place.network, &rows);
    return true;
}

static bool tell_alleged(tale_t *tale)
{
    pln_chain_row_t held;
    if (is(tale, PLN_MSG_HELLO) || !some_chain(tale, &held)) {
        return false;
    }
    pln_buf_t rows = {0};
    pln_row_t row = {held.place.author, held.place.epoch, held.place.lane, held.head.seq,
                     held.head.hash};
    flip(tale, row.hash.bytes, 32);
    pln_row_write(&row, &rows);
    heads_say(tale, &held.place.network, &rows);
    return true;
}

static bool tell_no_runs(tale_t *tale)
{
    tale->withheld = is(tale, PLN_MSG_ENTRIES);
    return tale->withheld;
}

static bool tell_no_heads(tale_t *tale)
{
    tale->withheld = is(tale, PLN_MSG_HEADS);
    return tale->withheld;
}

static bool tell_fork(tale_t *tale)
{
    if (!is(tale, PLN_MSG_ENTRIES)) {
        return false;
    }
    pln_entries_t run = tale->message.as.entries;
    tale->message = (pln_message_t){.type = PLN_MSG_FORK};
    tale->message.as.fork.place = run.place;
    tale->message.as.fork.seq = run.from - 1;
    flip(tale, tale->message.as.fork.hash.bytes, 32);
    instead(tale);
    return true;
}

static bool tell_digest(tale_t *tale)
{
    if (!is(tale, PLN_MSG_DIGEST)) {
        return false;
    }
    flip(tale, tale->message.as.digest.digest.bytes, 32);
    tale->message.as.digest.upto.number += 1000;
    tale->message.as.digest.flags ^= (uint32_t)world_random(tale->world, 4);
    instead(tale);
    return true;
}

static bool tell_credit(tale_t *tale)
{
    tale->withheld = is(tale, PLN_MSG_CREDIT) && world_chance(tale->world, 2);
    if (is(tale, PLN_MSG_CREDIT) && !tale->withheld) {
        tale->message.as.credit = UINT64_MAX;
        instead(tale);
    }
    return is(tale, PLN_MSG_CREDIT);
}

static bool tell_over_credit(tale_t *tale)
{
    for (int i = 0; i < 20 && is(tale, PLN_MSG_ENTRIES); i++) {
        world_send_bytes(tale->link, tale->end, pln_buf_span(tale->frame));
    }
    return is(tale, PLN_MSG_ENTRIES);
}

static bool tell_wants(tale_t *tale)
{
    size_t cursor = 0;
    pln_chain_row_t held;
    pln_buf_t rows = {0};
    pln_message_t want = {.type = PLN_MSG_WANT};
    while (!is(tale, PLN_MSG_HELLO) && rows.size < WANTS_MAX * PLN_WANT_ROW_SIZE &&
           memory_store_next_chain(tale->liar->store, &cursor, &held)) {
        pln_head_t start;
        pln_chain_start(&held.place, &start);
        pln_row_t row = {held.place.author, held.place.epoch, held.place.lane, 1, start.hash};
        if (world_chance(tale->world, 8)) {
            row.seq = 1 + world_random(tale->world, UINT64_C(1) << 40);
        }
        pln_row_write(&row, &rows);
        want.as.want.network = held.place.network;
    }
    want.as.want.rows = pln_buf_span(&rows);
    bool told = rows.size > 0;
    if (told) {
        say(tale, &want, (pln_span_t){0});
    }
    pln_buf_free(&rows);
    return told;
}

static bool tell_buckets(tale_t *tale)
{
    uint8_t buckets[PLN_BUCKETS * 32];
    size_t cursor = 0;
    pln_chain_row_t held;
    pln_message_t digest = {.type = PLN_MSG_DIGEST};
    if (is(tale, PLN_MSG_HELLO) || !memory_store_next_chain(tale->liar->store, &cursor, &held)) {
        return false;
    }
    digest.as.digest.network = held.place.network;
    digest.as.digest.buckets = PLN_SPAN(buckets, sizeof buckets);
    for (size_t i = 0; i < BUCKETS; i++) {
        memset(buckets, (int)world_random(tale->world, 256), sizeof buckets);
        memcpy(digest.as.digest.digest.bytes, buckets, 32);
        memcpy(digest.as.digest.access.bytes, buckets, 32);
        digest.as.digest.flags = (uint32_t)world_random(tale->world, 2) * PLN_DIGEST_ANSWER;
        say(tale, &digest, (pln_span_t){0});
    }
    return true;
}

static bool tell_presence(tale_t *tale)
{
    if (!is(tale, PLN_MSG_PRESENCE)) {
        return false;
    }
    pln_span_t body = tale->message.as.presence.body;
    flip(tale, tale->frame->data + (body.data - tale->frame->data), body.size);
    return true;
}

/** A presence of the liar's own, newer than all before. */
static void presence_say(tale_t *tale, const pln_network_id_t *network, uint64_t stamp)
{
    pln_buf_t body = {0};
    pln_message_t message = {.type = PLN_MSG_PRESENCE};
    pln_presence_t presence = {.network = *network,
                               .node = tale->liar->self.id,
                               .stamp = stamp,
                               .name = PLN_SPAN("flood", 5),
                               .version = PLN_SPAN("sim", 3)};
    pln_presence_encode(&presence, &body);
    message.as.presence.body = pln_buf_span(&body);
    pln_sign(&tale->liar->self, PLN_DOMAIN_PRESENCE, pln_buf_span(&body),
             &message.as.presence.signature);
    say(tale, &message, (pln_span_t){0});
    pln_buf_free(&body);
}

static bool tell_presences(tale_t *tale)
{
    pln_chain_row_t held;
    if (is(tale, PLN_MSG_HELLO) || !some_chain(tale, &held)) {
        return false;
    }
    uint64_t stamp = world_event_of(tale->liar, PLN_EV_TICK).wall_ms;
    for (uint64_t i = 0; i < PRESENCES; i++) {
        bool future = world_chance(tale->world, 4);
        presence_say(tale, &held.place.network, stamp + i + (future ? 2 * HOUR_MS : 0));
    }
    return true;
}

static bool tell_joins(tale_t *tale)
{
    for (int i = 0; i < 20 && is(tale, PLN_MSG_JOIN); i++) {
        pln_buf_t frame = {0};
        pln_buf_add(&frame, tale->frame->data, tale->frame->size);
        flip(tale, frame.data, i % 2 == 0 ? frame.size : 0);
        world_send_bytes(tale->link, tale->end, pln_buf_span(&frame));
        pln_buf_free(&frame);
    }
    return is(tale, PLN_MSG_JOIN);
}

static bool tell_tail(tale_t *tale)
{
    const pln_entries_t *run = &tale->message.as.entries;
    pln_chain_row_t held;
    tale->withheld =
        is(tale, PLN_MSG_ENTRIES) && pln_id_equal(&run->place.author, &tale->liar->self.id) &&
        memory_store_chain(tale->liar->store, &run->place, &held) && run->to == held.head.seq;
    return tale->withheld;
}

/** The same entries, hashes in place of payloads: it verifies, and brings nothing. */
static bool tell_withheld(tale_t *tale)
{
    if (!is(tale, PLN_MSG_ENTRIES) || tale->message.as.entries.place.lane != PLN_LANE_RECORDS) {
        return false;
    }
    if ((tale->message.as.entries.flags & PLN_ENTRIES_PAYLOAD) != 0) {
        return false;  // held_back
    }
    pln_span_t rest = tale->message.as.entries.run;
    pln_entry_t entry;
    pln_buf_t bare = {0};
    while (rest.size > 0 && pln_entry_read(rest, &entry) == PLN_OK) {
        if (!entry.withheld) {
            pln_entry_data(entry.payload, &entry.data);
        }
        uint8_t *header = pln_buf_grow(&bare, PLN_HEADER_SIZE);
        pln_header_write(&entry.header, header);
        header[0] |= PLN_CODEC_WITHHELD;
        pln_buf_add(&bare, entry.data.bytes, sizeof entry.data.bytes);
        rest = PLN_SPAN(rest.data + entry.stored_size, rest.size - entry.stored_size);
    }
    tale->message.as.entries.run = pln_buf_span(&bare);
    instead(tale);
    pln_buf_free(&bare);
    return true;
}

static bool tell_order(tale_t *tale)
{
    pln_message_t hello = {.type = PLN_MSG_HELLO, .as.hello = {.version_min = 1, .version_max = 1}};
    say(tale, &hello, (pln_span_t){0});
    return true;
}

static bool tell_bye(tale_t *tale)
{
    pln_chain_row_t held;
    pln_message_t bye = {.type = PLN_MSG_BYE};
    bye.as.bye.reason = PLN_SPAN("silence", 7);
    if (world_chance(tale->world, 2) && some_chain(tale, &held)) {
        bye.as.bye.has_network = true;
        bye.as.bye.network = held.place.network;
    }
    say(tale, &bye, (pln_span_t){0});
    return true;
}

static bool tell_prune(tale_t *tale)
{
    pln_chain_row_t held;
    if (is(tale, PLN_MSG_HELLO) || !some_chain(tale, &held)) {
        return false;
    }
    pln_message_t message = {.type = world_chance(tale->world, 3) ? PLN_MSG_GRAFT : PLN_MSG_PRUNE,
                             .as.network = held.place.network};
    say(tale, &message, (pln_span_t){0});
    return true;
}

static bool (*const tellers[LIE_COUNT])(tale_t *tale) = {
#define PLN_LIE(name, sentence) [LIE_##name] = tell_##name,
#include "lies.def"
#undef PLN_LIE
};

/**
 * Of a payload that is asked for by itself a liar is of one mind: if it came at the hundredth time,
 * honest nodes would have something new to tell each other for ever, and never stand still.
 */
static bool held_back(tale_t *tale)
{
    const pln_entries_t *run = &tale->message.as.entries;
    return (tale->liar->lies >> LIE_withheld & 1) != 0 && is(tale, PLN_MSG_ENTRIES) &&
           (run->flags & PLN_ENTRIES_PAYLOAD) != 0 &&
           run->base.bytes[0] % tale->liar->lie_one_in == 0;
}

static void told(const tale_t *tale, lie_t which)
{
    world_happened(tale->world, (happening_t)(HAPPENING_lie_bit + which));
    world_tell(tale->world, "%s lies (%d)", tale->liar->name, (int)which);
}

bool lie_tell(world_link_t *link, int end, pln_buf_t *frame)
{
    world_node_t *liar = link->ends[end].node;
    tale_t tale = {.world = liar->world, .liar = liar, .link = link, .end = end, .frame = frame};
    lie_t which = link->ticket ? LIE_joins : (lie_t)world_random(liar->world, LIE_COUNT);
    for (int i = 0; i < LIE_COUNT && (liar->lies >> which & 1) == 0; i++) {
        which = (lie_t)((which + 1) % LIE_COUNT);
    }
    if (pln_message_decode(pln_buf_span(frame), &tale.message) != PLN_OK) {
        return true;
    }
    if (held_back(&tale)) {
        told(&tale, LIE_withheld);
        return false;
    }
    if (world_chance(liar->world, liar->lie_one_in) && tellers[which](&tale)) {
        told(&tale, which);
    }
    return !tale.withheld;
}
