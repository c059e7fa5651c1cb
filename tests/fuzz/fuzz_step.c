// SPDX-License-Identifier: MPL-2.0
// A member that says anything: two real nodes share a network, then one is fed messages made from
// the input, well-formed or raw. No crash, no leak, bounded memory, and the honest chain stays as
// it was.
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "proto/message.h"
#include "tests/sim/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MESSAGES_MAX = 64, EPOCHS = 4 };

typedef struct {
    world_t *world;
    world_node_t *victim;
    world_node_t *liar;
    pln_network_id_t network;
    pln_reader_t in;
    pln_head_t heads[EPOCHS]; /**< the liar's own chains, lane 1, as it really signs them */
    pln_buf_t run;
} stage_t;

static pln_id_t some_id(stage_t *stage)
{
    uint8_t choice = pln_read_u8(&stage->in);
    if (choice < 100) {
        return stage->victim->self.id;
    }
    if (choice < 200) {
        return stage->liar->self.id;
    }
    pln_id_t id = {{0}};
    id.bytes[0] = choice;
    return id;
}

static uint64_t some_seq(stage_t *stage)
{
    uint8_t choice = pln_read_u8(&stage->in);
    return choice < 250 ? choice : PLN_SEQ_MAX - (255u - choice);
}

static pln_place_t some_place(stage_t *stage)
{
    pln_place_t place = {.network = stage->network, .author = some_id(stage)};
    place.epoch = pln_read_u8(&stage->in) % 40;
    place.lane = pln_read_u8(&stage->in) & 1;
    return place;
}

static pln_span_t some_bytes(stage_t *stage)
{
    size_t size = pln_read_u8(&stage->in);
    size = size < pln_reader_left(&stage->in) ? size : pln_reader_left(&stage->in);
    return pln_read_span(&stage->in, size);
}

static pln_cursor_t some_cursor(stage_t *stage)
{
    pln_cursor_t cursor = {.number = pln_read_u8(&stage->in)};
    cursor.tag.bytes[0] = (uint8_t)cursor.number;
    return cursor;
}

static void rows_make(stage_t *stage, pln_buf_t *rows)
{
    size_t count = pln_read_u8(&stage->in) % 8;
    for (size_t i = 0; i < count; i++) {
        pln_place_t place = some_place(stage);
        pln_row_t row = {place.author, place.epoch, place.lane, some_seq(stage), {{0}}};
        pln_row_write(&row, rows);
    }
}

/** A run that the liar signs properly, on top of what it signed before. */
static void entries_sign(stage_t *stage, pln_entries_t *entries)
{
    uint8_t epoch = pln_read_u8(&stage->in) % EPOCHS;
    entries->place = (pln_place_t){stage->network, stage->liar->self.id, epoch, PLN_LANE_RECORDS};
    pln_head_t *head = &stage->heads[epoch];
    if (head->seq == 0) {
        pln_chain_start(&entries->place, head);
    }
    entries->from = head->seq + 1;
    entries->base = head->hash;
    pln_draft_t draft = {.kind = 0x0101, .payload = some_bytes(stage)};
    pln_vouch_t vouch;
    bool is_signed;
    pln_buf_clear(&stage->run);
    pln_err_t error = pln_chain_mint(&stage->liar->self, &entries->place, &draft, true, head,
                                     &stage->run, &vouch, &is_signed);
    assert(error == PLN_OK && is_signed);
    entries->to = head->seq;
    entries->signature = vouch.signature;
    entries->run = pln_buf_span(&stage->run);
    entries->flags = pln_read_u8(&stage->in) & 3;
}

static void entries_make(stage_t *stage, pln_entries_t *entries)
{
    if ((pln_read_u8(&stage->in) & 3) != 0) {
        entries_sign(stage, entries);
        return;
    }
    entries->place = some_place(stage);
    entries->from = 1 + some_seq(stage) % 1000;
    entries->to = entries->from + pln_read_u8(&stage->in);
    entries->flags = pln_read_u8(&stage->in) & 3;
    entries->upto = some_cursor(stage);
    entries->run = some_bytes(stage);
}

static void message_make(stage_t *stage, uint8_t type, pln_message_t *message, pln_buf_t *rows)
{
    message->type = (pln_message_type_t)type;
    switch (message->type) {
        case PLN_MSG_HEADS:
            rows_make(stage, rows);
            message->as.heads = (pln_heads_t){stage->network, pln_read_u8(&stage->in),
                                              some_cursor(stage), pln_buf_span(rows)};
            break;
        case PLN_MSG_WANT:
            rows_make(stage, rows);
            message->as.want =
                (pln_want_t){stage->network, pln_buf_span(rows), pln_read_u8(&stage->in) & 1};
            break;
        case PLN_MSG_ENTRIES:
            entries_make(stage, &message->as.entries);
            break;
        case PLN_MSG_FORK:
            message->as.fork.place = some_place(stage);
            message->as.fork.stage = pln_read_u8(&stage->in) % 4;
            message->as.fork.seq = some_seq(stage);
            message->as.fork.other_seq = some_seq(stage);
            rows_make(stage, rows);
            message->as.fork.body = pln_buf_span(rows);
            break;
        case PLN_MSG_CREDIT:
            message->as.credit = UINT64_C(1) << (pln_read_u8(&stage->in) % 62);
            break;
        case PLN_MSG_DIGEST:
            message->as.digest.network = stage->network;
            message->as.digest.flags = pln_read_u8(&stage->in);
            message->as.digest.upto = some_cursor(stage);
            break;
        case PLN_MSG_BYE:
            message->as.bye.reason = PLN_SPAN("x", 1);
            message->as.bye.has_network = (pln_read_u8(&stage->in) & 1) != 0;
            message->as.bye.network = stage->network;
            break;
        default:
            message->type = PLN_MSG_PRUNE + (type & 1);
            message->as.network = stage->network;
            break;
    }
}

static void say(stage_t *stage, pln_span_t frame)
{
    pln_event_t event = world_event_of(stage->victim, PLN_EV_RECEIVED);
    event.as.received.link = world_link_between(stage->victim, stage->liar);
    event.as.received.frame = frame;
    world_step(stage->victim, &event);
}

static void speak(stage_t *stage)
{
    uint8_t type = pln_read_u8(&stage->in);
    if (type > 240) {
        say(stage, some_bytes(stage));
        return;
    }
    pln_message_t message;
    memset(&message, 0, sizeof message);
    pln_buf_t rows = {0};
    pln_buf_t frame = {0};
    message_make(stage, type % PLN_MSG_COUNT, &message, &rows);
    pln_message_encode(&message, &frame);
    if (message.type == PLN_MSG_ENTRIES) {
        pln_buf_add(&frame, message.as.entries.run.data, message.as.entries.run.size);
    }
    say(stage, pln_buf_span(&frame));
    pln_buf_free(&rows);
    pln_buf_free(&frame);
    world_run(stage->world, pln_read_u8(&stage->in) * 10u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (sodium_init() < 0) {
        return 0;
    }
    stage_t stage = {.world = world_new(7), .in = pln_reader(PLN_SPAN(data, size))};
    stage.victim = world_node(stage.world, "victim", true);
    stage.liar = world_node(stage.world, "liar", true);
    pln_ticket_t ticket;
    bool ready =
        world_found(stage.victim, "net", &stage.network) == PLN_OK &&
        world_publish(stage.victim, &stage.network, 3, 50) == PLN_OK &&
        world_invite(stage.victim, &stage.network, PLN_ROLE_CONTRIBUTOR, &ticket) == PLN_OK &&
        world_join(stage.liar, &ticket, 20000) == PLN_OK;
    assert(ready);
    world_run(stage.world, 2000);
    for (int i = 0; i < MESSAGES_MAX && pln_reader_left(&stage.in) > 0; i++) {
        speak(&stage);
    }
    world_run(stage.world, 5000);
    pln_network_view_t view;
    assert(world_view(stage.victim, &stage.network, &view));
    assert(view.records >= 3 && view.role == PLN_ROLE_ROOT);
    pln_buf_free(&stage.run);
    world_free(&stage.world);
    return 0;
}
