// SPDX-License-Identifier: MPL-2.0
// home: private, ours alone, one daemon at a time; every refusal carries its remedy.
#include "daemon/home.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ERROR_SIZE 1024

typedef struct {
    char root[64];
    char dir[80];
} place_t;

static int make_place(void **state)
{
    place_t *place = pln_alloc_zero(1, sizeof *place);
    snprintf(place->root, sizeof place->root, "/tmp/pln-home-XXXXXX");
    assert_non_null(mkdtemp(place->root));
    snprintf(place->dir, sizeof place->dir, "%s/a/b", place->root);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    place_t *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->root);
    int status = system(command);
    free(place);
    return status;
}

static void assert_refused(const char *dir, const char *part)
{
    char error[ERROR_SIZE] = "";
    pln_home_t *home = pln_home_open(dir, error, sizeof error);
    assert_null(home);
    if (strstr(error, part) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", error, part);
    }
}

static void home_makes_its_folders_private(void **state)
{
    const place_t *place = *state;
    char error[ERROR_SIZE];
    pln_home_t *home = pln_home_open(place->dir, error, sizeof error);
    assert_non_null(home);
    struct stat at;
    assert_int_equal(stat(place->dir, &at), 0);
    assert_int_equal(at.st_mode & 0777, 0700);
    assert_string_equal(pln_home_dir(home), place->dir);
    assert_string_equal(strrchr(pln_home_socket(home), '/'), "/plnd.sock");
    pln_home_close(&home);
    assert_null(home);
    pln_home_close(&home);
}

static void home_takes_a_trailing_slash_away(void **state)
{
    const place_t *place = *state;
    char error[ERROR_SIZE];
    char dir[96];
    snprintf(dir, sizeof dir, "%s//", place->dir);
    pln_home_t *home = pln_home_open(dir, error, sizeof error);
    assert_non_null(home);
    assert_string_equal(pln_home_dir(home), place->dir);
    pln_home_close(&home);
}

static void home_refuses_a_second_daemon_naming_the_first(void **state)
{
    const place_t *place = *state;
    char error[ERROR_SIZE];
    pln_home_t *home = pln_home_open(place->dir, error, sizeof error);
    assert_non_null(home);
    pid_t child = fork();
    if (child == 0) {
        char first[64];
        snprintf(first, sizeof first, "(process %ld)", (long)getppid());
        pln_home_t *second = pln_home_open(place->dir, error, sizeof error);
        _exit(second == NULL && strstr(error, first) != NULL ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    pln_home_close(&home);
    home = pln_home_open(place->dir, error, sizeof error);
    assert_non_null(home);
    pln_home_close(&home);
}

static void home_refuses_what_others_can_write(void **state)
{
    const place_t *place = *state;
    char error[ERROR_SIZE];
    pln_home_t *home = pln_home_open(place->dir, error, sizeof error);
    pln_home_close(&home);
    assert_int_equal(chmod(place->dir, 0770), 0);
    assert_refused(place->dir, "run: chmod 700 ");
    assert_int_equal(chmod(place->dir, 0700), 0);
}

static void home_refuses_the_directory_of_another_user(void **state)
{
    const place_t *place = *state;
    if (geteuid() != 0) {
        assert_refused("/", "belongs to another user (root)");
        return;
    }
    assert_int_equal(chown(place->root, 65534, 65534), 0);
    assert_refused(place->root, "belongs to another user (nobody)");
    assert_int_equal(chown(place->root, 0, 0), 0);
}

static void home_refuses_a_file_in_its_place(void **state)
{
    const place_t *place = *state;
    char file[96];
    snprintf(file, sizeof file, "%s/file", place->root);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fclose(out);
    assert_refused(file, "is not a directory");
    assert_refused("", "name is empty");
}

static void home_refuses_a_path_too_long_for_a_socket(void **state)
{
    const place_t *place = *state;
    char dir[200];
    int size = snprintf(dir, sizeof dir, "%s/", place->root);
    memset(dir + size, 'd', sizeof dir - (size_t)size - 1);
    dir[98] = '\0'; /* with /plnd.sock 108 bytes: one too many */
    assert_refused(dir, "shorter directory with --dir");
    assert_int_not_equal(access(dir, F_OK), 0);
    dir[97] = '\0';
    char error[ERROR_SIZE];
    pln_home_t *home = pln_home_open(dir, error, sizeof error);
    assert_non_null(home);
    pln_home_close(&home);
}

static void home_remembers_ports(void **state)
{
    const place_t *place = *state;
    char error[ERROR_SIZE];
    pln_home_t *home = pln_home_open(place->dir, error, sizeof error);
    pln_ports_t ports = pln_home_ports(home);
    assert_int_equal(ports.listen, 0);
    ports = (pln_ports_t){43210, 65535};
    assert_int_equal(pln_home_remember(home, &ports), PLN_OK);
    pln_home_close(&home);
    home = pln_home_open(place->dir, error, sizeof error);
    ports = pln_home_ports(home);
    assert_int_equal(ports.listen, 43210);
    assert_int_equal(ports.http, 65535);
    assert_int_equal(pln_home_write(place->dir, "ports", PLN_SPAN("nonsense", 8)), PLN_OK);
    ports = pln_home_ports(home);
    assert_int_equal(ports.listen, 0);
    pln_home_close(&home);
}

static void home_writes_whole_files_over_the_rest_of_a_crash(void **state)
{
    const place_t *place = *state;
    char path[96];
    snprintf(path, sizeof path, "%s/text.new", place->root);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs("half", out);
    fclose(out);
    assert_int_equal(pln_home_write(place->root, "text", PLN_SPAN("whole", 5)), PLN_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    struct stat at;
    snprintf(path, sizeof path, "%s/text", place->root);
    assert_int_equal(stat(path, &at), 0);
    assert_int_equal(at.st_size, 5);
    assert_int_equal(at.st_mode & 0777, 0600);
    assert_int_equal(pln_home_write("/nowhere", "text", PLN_SPAN("whole", 5)), PLN_EIO);
}

static void home_finds_its_default_place(void **state)
{
    (void)state;
    unsetenv("PLN_DIR");
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", "/h", 1);
    char *dir = pln_home_default();
    assert_string_equal(dir, "/h/.local/share/pln");
    free(dir);
    setenv("XDG_DATA_HOME", "/x", 1);
    dir = pln_home_default();
    assert_string_equal(dir, "/x/pln");
    free(dir);
    setenv("PLN_DIR", "/p", 1);
    dir = pln_home_default();
    assert_string_equal(dir, "/p");
    free(dir);
    unsetenv("PLN_DIR");
    unsetenv("XDG_DATA_HOME");
    unsetenv("HOME");
    dir = pln_home_default();
    assert_non_null(dir); /* the user data base knows it */
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(home_makes_its_folders_private),
        cmocka_unit_test(home_takes_a_trailing_slash_away),
        cmocka_unit_test(home_refuses_a_second_daemon_naming_the_first),
        cmocka_unit_test(home_refuses_what_others_can_write),
        cmocka_unit_test(home_refuses_the_directory_of_another_user),
        cmocka_unit_test(home_refuses_a_file_in_its_place),
        cmocka_unit_test(home_refuses_a_path_too_long_for_a_socket),
        cmocka_unit_test(home_remembers_ports),
        cmocka_unit_test(home_writes_whole_files_over_the_rest_of_a_crash),
        cmocka_unit_test(home_finds_its_default_place),
    };
    return cmocka_run_group_tests(tests, make_place, remove_place);
}
