// SPDX-License-Identifier: MPL-2.0
/* Who is cut off below the protocol: by a clock of the test's own, over real TCP on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/net_watch.h"

#define WAIT_MS 120000

/* Ours and theirs of one connection. */
static void connect_pair(int *ours, int *theirs)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    *theirs = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(*theirs, (struct sockaddr *)&at, size), 0);
    *ours = accept(listener, NULL, NULL);
    assert_true(*ours >= 0);
    close(listener);
}

static bool ended(int theirs)
{
    struct pollfd waiting = {.fd = theirs, .events = POLLIN};
    char byte;
    return poll(&waiting, 1, WAIT_MS) == 1 && recv(theirs, &byte, 1, MSG_DONTWAIT) == 0;
}

static bool stands(int theirs)
{
    char byte;
    return recv(theirs, &byte, 1, MSG_DONTWAIT) < 0;
}

/* Until TCP has acknowledged so much: it is on our side then. */
static void pour(int ours, int theirs, size_t size)
{
    static uint8_t bytes[65536];
    for (size_t left = size; left > 0;) {
        ssize_t sent = send(theirs, bytes, left < sizeof bytes ? left : sizeof bytes, 0);
        assert_true(sent > 0);
        left -= (size_t)sent;
        for (ssize_t taken = 0; taken < sent;) { /* libzmq's part: it reads and keeps */
            ssize_t got = recv(ours, bytes, sizeof bytes, 0);
            assert_true(got > 0);
            taken += got;
        }
    }
}

static void watch_cuts_off_who_never_says_a_word(void **state)
{
    (void)state;
    int silent, silent_far, spoke, spoke_far, dialled, dialled_far;
    pln_watch_t *watch = pln_watch_new();
    connect_pair(&silent, &silent_far);
    connect_pair(&spoke, &spoke_far);
    connect_pair(&dialled, &dialled_far);
    pln_watch_begin(watch, silent, false, 1000);
    pln_watch_begin(watch, spoke, false, 1000);
    pln_watch_begin(watch, dialled, true, 1000);
    pln_watch_heard(watch, spoke);
    assert_int_equal(pln_watch_look(watch, 10949), 0);
    assert_int_equal(pln_watch_look(watch, 11000), 1);
    assert_true(ended(silent_far));
    assert_true(stands(spoke_far));
    assert_true(stands(dialled_far));
    pln_watch_free(&watch);
    const int all[] = {silent, silent_far, spoke, spoke_far, dialled, dialled_far};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        close(all[i]);
    }
}

static void watch_lets_the_newest_of_a_crowd_come_in(void **state)
{
    (void)state;
    int ours[258], theirs[258];
    pln_watch_t *watch = pln_watch_new();
    for (int i = 0; i < 258; i++) {
        connect_pair(&ours[i], &theirs[i]);
        pln_watch_begin(watch, ours[i], false, 1000 + (uint64_t)i);
    }
    assert_true(ended(theirs[0]));
    assert_true(ended(theirs[1]));
    assert_true(stands(theirs[2]));
    assert_true(stands(theirs[257]));
    pln_watch_free(&watch);
    for (int i = 0; i < 258; i++) {
        close(ours[i]);
        close(theirs[i]);
    }
}

static void watch_cuts_off_a_message_that_never_ends(void **state)
{
    (void)state;
    int ours, theirs;
    pln_watch_t *watch = pln_watch_new();
    connect_pair(&ours, &theirs);
    pln_watch_begin(watch, ours, true, 0);
    pour(ours, theirs, 16u << 20);
    assert_int_equal(pln_watch_look(watch, 100), 0);
    pln_watch_heard(watch, ours); /* it was ended after all: the count begins anew */
    pour(ours, theirs, 1);
    assert_int_equal(pln_watch_look(watch, 200), 0);
    pour(ours, theirs, 16u << 20);
    assert_int_equal(pln_watch_look(watch, 300), 0);
    pour(ours, theirs, 1);
    assert_int_equal(pln_watch_look(watch, 301), 0); /* too soon after the last look */
    assert_int_equal(pln_watch_due_ms(watch), 350);
    assert_int_equal(pln_watch_look(watch, 350), 1);
    assert_true(ended(theirs));
    assert_int_equal(pln_watch_due_ms(watch), UINT64_MAX);
    pln_watch_free(&watch);
    close(ours);
    close(theirs);
}

static void watch_leaves_alone_whose_number_was_given_anew(void **state)
{
    (void)state;
    int ours, theirs, again, again_far;
    pln_watch_t *watch = pln_watch_new();
    connect_pair(&ours, &theirs);
    pln_watch_begin(watch, ours, false, 0);
    connect_pair(&again, &again_far);
    assert_int_equal(dup2(again, ours), ours); /* the number stands for another one now */
    pln_watch_look(watch, 20000);
    assert_true(stands(again_far));
    pln_watch_free(&watch);
    close(ours);
    close(theirs);
    close(again);
    close(again_far);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watch_cuts_off_who_never_says_a_word),
        cmocka_unit_test(watch_lets_the_newest_of_a_crowd_come_in),
        cmocka_unit_test(watch_cuts_off_a_message_that_never_ends),
        cmocka_unit_test(watch_leaves_alone_whose_number_was_given_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
