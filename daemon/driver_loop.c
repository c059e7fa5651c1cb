// SPDX-License-Identifier: MPL-2.0
/* One turn: what the network brought, what others wrote, what the store was asked for, what the
 * clock says. Each part is bounded, so that a request is answered within a turn or two under any
 * load. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "driver_state.h"
#include "log.h"
#include "moment.h"
#include "proto/message.h"

#define LETTERS_MAX 64u
#define CHORES_MAX 32u
#define TURN_MS 2000u /* longest wait: a suspend is noticed so late */
#define SLEPT_MS 5000 /* a suspend, not a scheduling hiccup */
#define DISK_MS 5000u

uint64_t pln_driver_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void pln_driver_step(pln_driver_t *driver, pln_event_t *event)
{
    pln_effects_t effects;
    event->mono_ms = pln_driver_now_ms();
    event->wall_ms = pln_wall_ms();
    pln_node_step(driver->node, event, &effects);
    pln_effects_perform(driver, &effects);
}

/* ---- the network ---- */

static void on_up(void *arg, uint32_t link, pln_link_class_t as, const pln_id_t *peer,
                  const char *address)
{
    pln_event_t event = {.type = PLN_EV_LINK_UP};
    event.as.link_up.link = link;
    event.as.link_up.as = as;
    event.as.link_up.peer = *peer;
    event.as.link_up.address = address;
    pln_driver_step(arg, &event);
}

static void on_down(void *arg, uint32_t link, pln_down_t why)
{
    pln_event_t event = {.type = PLN_EV_LINK_DOWN};
    event.as.link_down.link = link;
    event.as.link_down.why = why;
    pln_driver_step(arg, &event);
}

static void on_frame(void *arg, uint32_t link, pln_span_t frame)
{
    pln_event_t event = {.type = PLN_EV_RECEIVED};
    event.as.received.link = link;
    event.as.received.frame = frame;
    pln_driver_step(arg, &event);
}

const pln_net_handler_t pln_driver_net_handler = {on_up, on_down, on_frame};

/* ---- letters ---- */

static void stored(pln_driver_t *driver, const pln_job_t *job)
{
    pln_event_t event = {.type = PLN_EV_STORED};
    event.as.stored.job = pln_job_number(job);
    event.as.stored.error = pln_job_error(job);
    event.as.stored.results = pln_job_results(job, &event.as.stored.count);
    if (event.as.stored.error == PLN_EIO) {
        /* What the disk holds now can only be learned by opening it anew. */
        pln_log(PLN_LOG_ERROR, "store",
                "the disk reported an error while writing; plnd ends here and everything confirmed "
                "before is safe: check the disk, then start it again");
        _exit(EXIT_FAILURE);
    }
    pln_driver_step(driver, &event);
    if (event.as.stored.error == PLN_OK) {
        pthread_mutex_lock(&driver->inbox.lock);
        driver->arrival = pln_store_arrivals(driver->store).number;
        pthread_cond_broadcast(&driver->arrived);
        pthread_mutex_unlock(&driver->inbox.lock);
    }
}

static void read_letter(pln_driver_t *driver, pln_letter_t *letter)
{
    switch (letter->type) {
        case PLN_LETTER_STORED:
            stored(driver, letter->as.stored);
            break;
        case PLN_LETTER_REQUEST: {
            pln_event_t event = *letter->as.ask.event;
            event.as.give_up.request = letter->as.ask.number; /* first in every user's event */
            pln_driver_step(driver, &event);
            break;
        }
        case PLN_LETTER_GIVE_UP: {
            pln_event_t event = {.type = PLN_EV_JOIN_GIVE_UP};
            event.as.give_up.request = letter->as.give_up;
            pln_driver_step(driver, &event);
            break;
        }
        case PLN_LETTER_LOOK:
            letter->as.look.look(driver->node, letter->as.look.arg);
            break;
    }
    pln_inbox_done(&driver->inbox, letter);
}

static void read_letters(pln_driver_t *driver)
{
    for (size_t i = 0; i < LETTERS_MAX; i++) {
        pln_letter_t *letter = pln_inbox_read(&driver->inbox);
        if (letter == NULL) {
            break;
        }
        read_letter(driver, letter);
    }
    pln_inbox_rest(&driver->inbox);
}

/* ---- the clock ---- */

static int64_t clock_lead_ms(void)
{
    struct timespec with_sleep;
    struct timespec without;
    clock_gettime(CLOCK_BOOTTIME, &with_sleep);
    clock_gettime(CLOCK_MONOTONIC, &without);
    return (int64_t)(with_sleep.tv_sec - without.tv_sec) * 1000 +
           (with_sleep.tv_nsec - without.tv_nsec) / 1000000;
}

static void look_for_sleep(pln_driver_t *driver)
{
    int64_t slept = clock_lead_ms();
    bool resumed = slept - driver->slept_ms > SLEPT_MS;
    driver->slept_ms = slept;
    if (resumed) {
        pln_log(PLN_LOG_INFO, "driver", "this machine slept; calling everybody");
        pln_event_t event = {.type = PLN_EV_RESUMED};
        pln_driver_step(driver, &event);
    }
}

/* Well again only with a quarter more than the reserve: no flapping at the edge. */
static void look_at_disk(pln_driver_t *driver)
{
    struct statvfs disk;
    if (driver->dir == NULL || statvfs(driver->dir, &disk) != 0) {
        return;
    }
    uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    bool was_low = atomic_load(&driver->disk_low);
    uint64_t needed = driver->disk_reserve + (was_low ? driver->disk_reserve / 4 : 0);
    bool low = free_bytes < needed;
    atomic_store(&driver->disk_free, free_bytes);
    atomic_store(&driver->disk_low, low);
    if (low != was_low) {
        pln_log(low ? PLN_LOG_WARNING : PLN_LOG_INFO, "driver",
                low ? "the disk is short; nothing more is fetched free=%llu reserve=%llu"
                    : "the disk has room again free=%llu reserve=%llu",
                (unsigned long long)free_bytes, (unsigned long long)driver->disk_reserve);
    }
    // Said each time: after a failed write the node pauses by itself and waits for this word.
    pln_event_t event = {.type = PLN_EV_DISK};
    event.as.disk.low = low;
    pln_driver_step(driver, &event);
}

static void look_at_clock(pln_driver_t *driver)
{
    uint64_t now_ms = pln_driver_now_ms();
    look_for_sleep(driver);
    if (now_ms >= driver->disk_due_ms) {
        driver->disk_due_ms = now_ms + DISK_MS;
        look_at_disk(driver);
    }
    if (now_ms >= pln_node_wake_at_ms(driver->node)) {
        pln_event_t event = {.type = PLN_EV_TICK};
        pln_driver_step(driver, &event);
    }
}

static int wait_ms(const pln_driver_t *driver)
{
    uint64_t now_ms = pln_driver_now_ms();
    uint64_t wake_ms = pln_node_wake_at_ms(driver->node);
    if (driver->chore_first != NULL || wake_ms <= now_ms) {
        return 0;
    }
    return (int)(wake_ms - now_ms < TURN_MS ? wake_ms - now_ms : TURN_MS);
}

/* ---- the thread ---- */

static void start(pln_driver_t *driver)
{
    driver->slept_ms = clock_lead_ms();
    pln_event_t event = {.type = PLN_EV_START};
    pln_driver_step(driver, &event);

    const char *list[PLN_ADDRESSES_MAX];
    for (size_t i = 0; i < driver->advertise_count; i++) {
        list[i] = driver->advertise[i];
    }
    event = (pln_event_t){.type = PLN_EV_ADDRESSES};
    event.as.addresses.list = list;
    event.as.addresses.count = driver->advertise_count;
    pln_driver_step(driver, &event);
}

static void say_goodbye(pln_driver_t *driver)
{
    static const char reason[] = "shutdown";
    pln_message_t bye = {.type = PLN_MSG_BYE};
    pln_buf_t frame = {0};
    bye.as.bye.reason = PLN_SPAN(reason, sizeof reason - 1);
    pln_message_encode(&bye, &frame);
    pln_net_send_all(driver->net, pln_buf_span(&frame));
    pln_buf_free(&frame);
}

void *pln_driver_run(void *arg)
{
    pln_driver_t *driver = arg;
    start(driver);
    look_at_clock(driver);
    while (!atomic_load(&driver->quit)) {
        pln_net_poll(driver->net, driver->inbox.fd, wait_ms(driver));
        read_letters(driver);
        pln_chores_do(driver, CHORES_MAX);
        look_at_clock(driver);
    }
    pln_inbox_close(&driver->inbox);
    say_goodbye(driver);
    /* What was taken in is made durable, even if nobody hears of it any more. */
    pln_writer_stop(&driver->writer);
    pln_net_stop(&driver->net);
    return NULL;
}
