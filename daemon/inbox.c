// SPDX-License-Identifier: MPL-2.0
#include "inbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* ---- life ---- */

void pln_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

bool pln_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ms)
{
    if (deadline_ms == UINT64_MAX) {
        pthread_cond_wait(cond, lock);
        return true;
    }
    struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
                             .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
    return pthread_cond_timedwait(cond, lock, &until) != ETIMEDOUT;
}

bool pln_inbox_init(pln_inbox_t *inbox)
{
    memset(inbox, 0, sizeof *inbox);
    inbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (inbox->fd < 0) {
        return false;
    }
    inbox->end = &inbox->first;
    pthread_mutex_init(&inbox->lock, NULL);
    pln_cond_init(&inbox->room);
    return true;
}

static void letter_free(pln_letter_t *letter)
{
    if (letter->type == PLN_LETTER_STORED) {
        pln_job_free(&letter->as.stored);
    }
    free(letter);
}

static bool has_sender(const pln_letter_t *letter)
{
    return letter->type == PLN_LETTER_REQUEST || letter->type == PLN_LETTER_LOOK;
}

void pln_inbox_destroy(pln_inbox_t *inbox)
{
    assert(inbox->from_senders == 0 && inbox->asking == NULL);
    while (inbox->first != NULL) {
        pln_letter_t *letter = inbox->first;
        inbox->first = letter->next;
        letter_free(letter);
    }
    pthread_cond_destroy(&inbox->room);
    pthread_mutex_destroy(&inbox->lock);
    close(inbox->fd);
}

/* ---- writing ---- */

void pln_inbox_wake(pln_inbox_t *inbox)
{
    const uint64_t one = 1;
    ssize_t written = write(inbox->fd, &one, sizeof one);
    assert(written == (ssize_t)sizeof one);
}

static void push(pln_inbox_t *inbox, pln_letter_t *letter)
{
    letter->next = NULL;
    letter->state = PLN_LETTER_QUEUED;
    *inbox->end = letter;
    inbox->end = &letter->next;
    pln_inbox_wake(inbox);
}

static void send_and_forget(pln_inbox_t *inbox, pln_letter_t *letter)
{
    pthread_mutex_lock(&inbox->lock);
    bool open = !inbox->closed;
    if (open) {
        push(inbox, letter);
    }
    pthread_mutex_unlock(&inbox->lock);
    if (!open) {
        letter_free(letter);
    }
}

void pln_inbox_stored(pln_inbox_t *inbox, pln_job_t **job)
{
    pln_letter_t *letter = pln_alloc_zero(1, sizeof *letter);
    letter->type = PLN_LETTER_STORED;
    letter->as.stored = *job;
    *job = NULL;
    send_and_forget(inbox, letter);
}

void pln_inbox_give_up(pln_inbox_t *inbox, uint64_t number)
{
    pln_letter_t *letter = pln_alloc_zero(1, sizeof *letter);
    letter->type = PLN_LETTER_GIVE_UP;
    letter->as.give_up = number;
    send_and_forget(inbox, letter);
}

bool pln_inbox_enter(pln_inbox_t *inbox, pln_letter_t *letter, uint64_t deadline_ms)
{
    while (!inbox->closed && inbox->from_senders >= PLN_INBOX_MAX) {
        if (!pln_cond_wait(&inbox->room, &inbox->lock, deadline_ms)) {
            return false;
        }
    }
    if (inbox->closed) {
        return false;
    }
    if (letter->type == PLN_LETTER_REQUEST) {
        letter->as.ask.number = ++inbox->last_number;
        letter->asking = inbox->asking;
        inbox->asking = letter;
    }
    inbox->from_senders++;
    push(inbox, letter);
    return true;
}

static void unlink_queued(pln_inbox_t *inbox, const pln_letter_t *letter)
{
    pln_letter_t **at = &inbox->first;
    while (*at != letter) {
        at = &(*at)->next;
    }
    *at = letter->next;
    if (*at == NULL) {
        inbox->end = at;
    }
    inbox->from_senders--;
    pthread_cond_signal(&inbox->room);
}

static void unlink_asking(pln_inbox_t *inbox, const pln_letter_t *letter)
{
    for (pln_letter_t **at = &inbox->asking; *at != NULL; at = &(*at)->asking) {
        if (*at == letter) {
            *at = letter->asking;
            return;
        }
    }
}

void pln_inbox_leave(pln_inbox_t *inbox, pln_letter_t *letter)
{
    while (letter->state == PLN_LETTER_READ) {
        pln_cond_wait(&letter->changed, &inbox->lock, UINT64_MAX);
    }
    if (letter->state == PLN_LETTER_QUEUED) {
        unlink_queued(inbox, letter);
    }
    if (letter->type == PLN_LETTER_REQUEST) {
        unlink_asking(inbox, letter);
    }
}

/* ---- reading ---- */

pln_letter_t *pln_inbox_read(pln_inbox_t *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    pln_letter_t *letter = inbox->first;
    if (letter != NULL) {
        inbox->first = letter->next;
        if (inbox->first == NULL) {
            inbox->end = &inbox->first;
        }
        letter->state = PLN_LETTER_READ;
        if (has_sender(letter)) {
            inbox->from_senders--;
            pthread_cond_signal(&inbox->room);
        }
    }
    pthread_mutex_unlock(&inbox->lock);
    return letter;
}

void pln_inbox_rest(pln_inbox_t *inbox)
{
    uint64_t count;
    pthread_mutex_lock(&inbox->lock);
    if (inbox->first == NULL) {
        ssize_t cleared = read(inbox->fd, &count, sizeof count);
        (void)cleared; /* nothing to clear is as good */
    }
    pthread_mutex_unlock(&inbox->lock);
}

void pln_inbox_done(pln_inbox_t *inbox, pln_letter_t *letter)
{
    if (!has_sender(letter)) {
        letter_free(letter);
        return;
    }
    pthread_mutex_lock(&inbox->lock);
    letter->state = PLN_LETTER_DONE;
    pthread_cond_signal(&letter->changed);
    pthread_mutex_unlock(&inbox->lock);
}

static void add_progress(pln_ask_t *ask, const char *line)
{
    size_t at =
        ask->progress_count < PLN_PROGRESS_MAX ? ask->progress_count++ : PLN_PROGRESS_MAX - 1;
    memcpy(ask->progress[at], line, sizeof ask->progress[at]);
}

static void fill(pln_ask_t *ask, const pln_effect_t *effect)
{
    pln_reply_t *reply = ask->reply;
    reply->error = effect->as.reply.error;
    memcpy(reply->detail, effect->as.reply.detail, sizeof reply->detail);
    pln_buf_add(&reply->data, effect->as.reply.data.data, effect->as.reply.data.size);
    reply->place = effect->as.reply.place;
    reply->first_seq = effect->as.reply.first_seq;
    ask->final = true;
}

void pln_inbox_reply(pln_inbox_t *inbox, const pln_effect_t *effect)
{
    assert(effect->type == PLN_FX_REPLY);
    pthread_mutex_lock(&inbox->lock);
    for (pln_letter_t *letter = inbox->asking; letter != NULL; letter = letter->asking) {
        if (letter->as.ask.number != effect->as.reply.request) {
            continue;
        }
        if (effect->as.reply.done) {
            fill(&letter->as.ask, effect);
            unlink_asking(inbox, letter);
        } else {
            add_progress(&letter->as.ask, effect->as.reply.detail);
        }
        pthread_cond_signal(&letter->changed);
        break;
    }
    pthread_mutex_unlock(&inbox->lock);
}

void pln_inbox_close(pln_inbox_t *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->closed = true;
    pthread_cond_broadcast(&inbox->room);
    pln_letter_t **at = &inbox->first;
    while (*at != NULL) {
        pln_letter_t *letter = *at;
        if (has_sender(letter)) {
            *at = letter->next;
            letter->state = PLN_LETTER_DROPPED;
            inbox->from_senders--;
            pthread_cond_signal(&letter->changed);
        } else {
            at = &letter->next;
        }
    }
    inbox->end = at;
    for (pln_letter_t *letter = inbox->asking; letter != NULL; letter = letter->asking) {
        pthread_cond_signal(&letter->changed);
    }
    pthread_mutex_unlock(&inbox->lock);
}
