// SPDX-License-Identifier: MPL-2.0
// The sockets of the local API, and what cuts slow callers off.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/address.h"
#include "daemon/api.h"
#include "daemon/deadline.h"
#include "daemon/doors.h"

#define WAIT_MS 120000

typedef struct {
    char dir[128];
    char path[160];
    char error[512];
} place_t;

static int set_up(void **state)
{
    static place_t place;
    const char *base = getenv("TMPDIR");
    snprintf(place.dir, sizeof place.dir, "%s/pln-doors-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(place.dir));
    snprintf(place.path, sizeof place.path, "%s/plnd.sock", place.dir);
    place.error[0] = '\0';
    *state = &place;
    return 0;
}

static int tear_down(void **state)
{
    place_t *place = *state;
    unlink(place->path);
    return rmdir(place->dir);
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void unix_door_opens_for_its_owner_only(void **state)
{
    place_t *place = *state;
    struct stat there;
    int fd = pln_door_unix(place->path, place->error, sizeof place->error);
    assert_true(fd >= 0);
    assert_int_equal(stat(place->path, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0600);
    int other = connect_to(place->path);
    assert_true(other >= 0);
    close(other);
    close(fd);
}

static void unix_door_replaces_what_a_crash_left(void **state)
{
    place_t *place = *state;
    int crashed = pln_door_unix(place->path, place->error, sizeof place->error);
    close(crashed); /* the file stays */
    assert_int_equal(connect_to(place->path), -1);
    int fd = pln_door_unix(place->path, place->error, sizeof place->error);
    assert_true(fd >= 0);
    close(fd);
}

static void unix_door_in_use_is_left_alone(void **state)
{
    place_t *place = *state;
    int used = pln_door_unix(place->path, place->error, sizeof place->error);
    assert_int_equal(pln_door_unix(place->path, place->error, sizeof place->error), -1);
    assert_non_null(strstr(place->error, "another plnd answers"));
    int still = connect_to(place->path);
    assert_true(still >= 0);
    close(still);
    close(used);
}

static void unix_door_never_removes_what_is_no_socket(void **state)
{
    place_t *place = *state;
    FILE *file = fopen(place->path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(pln_door_unix(place->path, place->error, sizeof place->error), -1);
    assert_non_null(strstr(place->error, "in the way"));
    assert_int_equal(access(place->path, F_OK), 0);
}

static void unix_door_tells_when_its_path_is_too_long(void **state)
{
    place_t *place = *state;
    char path[109];
    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0'; /* 108 bytes: one more than fits */
    assert_int_equal(pln_door_unix(path, place->error, sizeof place->error), -1);
    assert_non_null(strstr(place->error, "at most 107"));
    assert_non_null(strstr(place->error, "shorter --dir"));
}

static void tcp_door_tells_what_it_took(void **state)
{
    place_t *place = *state;
    char bound[PLN_ADDRESS_MAX + 1];
    pln_address_t parsed;
    int fd = pln_door_tcp("localhost:0", 0, bound, place->error, sizeof place->error);
    assert_true(fd >= 0);
    assert_true(pln_address_parse(bound, &parsed));
    assert_string_equal(parsed.host, "127.0.0.1");
    assert_true(parsed.port != 0);
    close(fd);
    char again[PLN_ADDRESS_MAX + 1];
    fd = pln_door_tcp("127.0.0.1:0", parsed.port, again, place->error, sizeof place->error);
    assert_true(fd >= 0);
    assert_string_equal(again, bound);
    char third[PLN_ADDRESS_MAX + 1];
    int other = pln_door_tcp("127.0.0.1:0", parsed.port, third, place->error, sizeof place->error);
    assert_true(other >= 0); /* the hint is taken: any other port */
    assert_string_not_equal(third, bound);
    assert_int_equal(pln_door_tcp(bound, 0, third, place->error, sizeof place->error), -1);
    assert_non_null(strstr(place->error, "is taken by another program"));
    assert_non_null(strstr(place->error, "--http"));
    close(other);
    close(fd);
}

static void tcp_door_refuses_what_is_no_literal_address(void **state)
{
    place_t *place = *state;
    static const char *const bad[] = {"", "127.0.0.1", "example.org:80", "127.0.0.1:99999",
                                      "300.1.1.1:80"};
    char bound[PLN_ADDRESS_MAX + 1];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(pln_door_tcp(bad[i], 0, bound, place->error, sizeof place->error), -1);
        assert_non_null(strstr(place->error, "literal address"));
    }
}

/* ---- deadlines ---- */

static void count_second(void *arg)
{
    atomic_fetch_add((atomic_uint *)arg, 1);
}

/** True once the other end sees this connection ended. */
static bool ended(int fd)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    char byte;
    return poll(&waiting, 1, WAIT_MS) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void deadline_cuts_off_who_is_late_and_nobody_else(void **state)
{
    (void)state;
    atomic_uint seconds = 0;
    int late[2], patient[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, late), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, patient), 0);
    pln_deadlines_t *all = pln_deadlines_start(count_second, &seconds);
    assert_non_null(all);
    pln_deadline_t *one = pln_deadline_new(all, late[0], NULL);
    pln_deadline_t *two = pln_deadline_new(all, patient[0], NULL);
    pln_deadline_in(two, 1);
    pln_deadline_in(two, 0);
    pln_deadline_in(one, 1);
    assert_true(ended(late[1]));
    assert_true(pln_socket_gone(late[1]));
    assert_int_equal(send(patient[0], "x", 1, MSG_NOSIGNAL), 1);
    assert_false(pln_socket_gone(patient[1]));
    pln_deadline_free(&one);
    pln_deadline_free(&two);
    pln_deadlines_stop(&all);
    assert_null(all);
    for (int i = 0; i < 2; i++) {
        close(late[i]);
        close(patient[i]);
    }
}

static void deadline_gives_the_place_of_who_owes_longest_to_who_comes(void **state)
{
    (void)state;
    atomic_uint seconds = 0;
    int doors[2] = {0, 0};
    int pairs[5][2];
    pln_deadline_t *at[5];
    pln_deadlines_t *all = pln_deadlines_start(count_second, &seconds);
    assert_non_null(all);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
        at[i] = pln_deadline_new(all, pairs[i][0], &doors[i == 4]);
        pln_deadline_owed(at[i], 60000);
    }
    pln_deadline_in(at[0], 60000);       /* it is being answered: it owes us nothing */
    pln_deadline_make_room(at[4], 1, 0); /* alone at its door */
    pln_deadline_make_room(at[3], 4, 0); /* no crowd yet */
    assert_false(pln_socket_gone(pairs[1][1]));
    pln_deadline_make_room(at[3], 3, 0);
    assert_true(ended(pairs[1][1]));
    pln_deadline_make_room(at[3], 3, 0);
    assert_true(ended(pairs[2][1]));
    pln_deadline_make_room(at[3], 3, 0); /* never the newcomer itself */
    for (int i = 0; i < 5; i++) {
        assert_true(pln_socket_gone(pairs[i][1]) == (i == 1 || i == 2));
        pln_deadline_free(&at[i]);
    }
    pln_deadlines_stop(&all);
    for (int i = 0; i < 5; i++) {
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(unix_door_opens_for_its_owner_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unix_door_replaces_what_a_crash_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unix_door_in_use_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unix_door_never_removes_what_is_no_socket, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(unix_door_tells_when_its_path_is_too_long, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tcp_door_tells_what_it_took, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tcp_door_refuses_what_is_no_literal_address, set_up,
                                        tear_down),
        cmocka_unit_test(deadline_cuts_off_who_is_late_and_nobody_else),
        cmocka_unit_test(deadline_gives_the_place_of_who_owes_longest_to_who_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
