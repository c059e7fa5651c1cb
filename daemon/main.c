// SPDX-License-Identifier: MPL-2.0
// plnd: reads its settings, starts the actors in order, waits for a signal, stops them in reverse.
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "catalog.h"
#include "config.h"
#include "driver.h"
#include "home.h"
#include "http.h"
#include "incoming.h"
#include "keyfile.h"
#include "log.h"
#include "naming.h"
#include "options.h"
#include "store.h"

#define ERROR_SIZE 1024
#define FILES_WANTED 65536

/** Everything that runs, in the order in which it starts. */
typedef struct {
    const pln_options_t *options;
    pln_config_t config;
    const char *advertise[PLN_ADDRESSES_MAX]; /**< into config */
    pln_home_t *home;
    pln_identity_t *self;
    pln_keyring_t ring; /**< of `key import`, until what it says is durable */
    bool ring_found;
    bool key_is_new;
    pln_store_t *store;
    pln_driver_t *driver;
    pln_catalog_t *catalog;
    pln_http_t *http;
    char error[ERROR_SIZE]; /**< why a step of the start failed */
} plnd_t;

/* ---- starting, step by step ---- */

/** The commented plnd.conf of a first start. */
static void write_sample(const char *dir)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL) {
        return;
    }
    pln_config_sample(memory);
    fclose(memory);
    if (pln_home_write(dir, "plnd.conf", PLN_SPAN(text, size)) != PLN_OK) {
        pln_log(PLN_LOG_WARNING, "main", "plnd.conf could not be written dir=%s why=%s", dir,
                strerror(errno));
    }
    free(text);
}

static bool open_home(plnd_t *plnd)
{
    plnd->home = pln_home_open(plnd->options->dir, plnd->error, ERROR_SIZE);
    return plnd->home != NULL;
}

static bool open_settings(plnd_t *plnd)
{
    if (!plnd->options->file_given && access(plnd->options->file, F_OK) != 0) {
        write_sample(pln_home_dir(plnd->home));
    }
    pln_log_level_t level;
    if (pln_options_read(plnd->options, &plnd->config) != 0) {
        return false; /* each problem is told already */
    }
    for (size_t i = 0; i < plnd->config.advertise_count; i++) {
        plnd->advertise[i] = plnd->config.advertise[i];
    }
    if (pln_log_level_parse(plnd->config.log, &level)) {
        pln_log_set_level(level);
    }
    return true;
}

/** A hub holds a socket per member. */
static bool raise_limits(plnd_t *plnd)
{
    (void)plnd;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_WANTED) {
        rlim_t most = files.rlim_max;
        files.rlim_cur = most == RLIM_INFINITY || most > FILES_WANTED ? FILES_WANTED : most;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
            pln_log(PLN_LOG_WARNING, "main", "the limit of open files stays why=%s",
                    strerror(errno));
        }
    }
    if (!pln_keyfile_harden()) {
        pln_log(PLN_LOG_WARNING, "main", "core dumps could not be switched off");
    }
    return true;
}

static bool open_key(plnd_t *plnd)
{
    bool fresh = false;
    plnd->self = pln_keyfile_open(pln_home_dir(plnd->home), &fresh, plnd->error, ERROR_SIZE);
    plnd->key_is_new = fresh;
    if (plnd->self != NULL && fresh) {
        char did[PLN_DID_SIZE];
        pln_did(&plnd->self->id, did);
        pln_log(PLN_LOG_INFO, "main", "a new identity was drawn id=%s", did);
    }
    return plnd->self != NULL;
}

static bool check_incoming(plnd_t *plnd)
{
    return pln_incoming_check(pln_home_dir(plnd->home), plnd->error, ERROR_SIZE);
}

/** Before the store is opened: a backup or a key may have been laid down. */
static bool take_incoming(plnd_t *plnd)
{
    return pln_incoming_take(pln_home_dir(plnd->home), plnd->self, plnd->config.map_size,
                             &plnd->ring, &plnd->ring_found, plnd->error, ERROR_SIZE);
}

static bool open_store(plnd_t *plnd)
{
    pln_store_id_t fresh;
    randombytes_buf(fresh.bytes, sizeof fresh.bytes);
    plnd->store = pln_store_open(pln_home_dir(plnd->home), &plnd->self->id, &fresh,
                                 plnd->config.map_size, plnd->error, ERROR_SIZE);
    return plnd->store != NULL;
}

static bool start_driver(plnd_t *plnd)
{
    const pln_config_t *config = &plnd->config;
    char name[PLN_NAME_MAX + 1];
    pln_naming_t *naming = pln_naming_open(pln_home_dir(plnd->home), config->name);
    pln_naming_get(naming, name);
    pln_naming_close(&naming);
    const pln_driver_options_t options = {
        .self = plnd->self,
        .store = plnd->store,
        .name = name,
        .listen = config->listen,
        .listen_port_hint = pln_home_ports(plnd->home).listen,
        .dial_all = strcmp(config->dial, "all") == 0,
        .used_before = !plnd->key_is_new,
        .advertise = plnd->advertise,
        .advertise_count = config->advertise_count,
        .disk_reserve = config->disk_reserve,
        .dir = pln_home_dir(plnd->home),
        .trace = strcmp(config->log, "debug") == 0,
    };
    plnd->driver = pln_driver_start(&options, plnd->error, ERROR_SIZE);
    return plnd->driver != NULL;
}

/** The networks of an imported key: where to ask for what they hold. */
static bool recall(plnd_t *plnd)
{
    bool good = true;
    for (size_t i = 0; plnd->ring_found && i < plnd->ring.network_count; i++) {
        pln_event_t event = {.type = PLN_EV_RECALL};
        pln_reply_t reply;
        event.as.recall.network = &plnd->ring.networks[i];
        pln_driver_request(plnd->driver, &event, UINT64_MAX, NULL, NULL, &reply);
        if (reply.error != PLN_OK) {
            snprintf(plnd->error, ERROR_SIZE, "the networks of the imported key cannot be kept: %s",
                     reply.detail[0] != '\0' ? reply.detail : pln_error_text(reply.error));
            good = false;
        }
        pln_reply_free(&reply);
    }
    if (plnd->ring_found && good) {
        pln_log(PLN_LOG_INFO, "main", "an imported key was taken in networks=%zu",
                plnd->ring.network_count);
        pln_incoming_done(pln_home_dir(plnd->home));
    }
    pln_keyring_free(&plnd->ring);
    plnd->ring_found = false;
    return good;
}

static bool start_catalog(plnd_t *plnd)
{
    plnd->catalog = pln_catalog_open(pln_home_dir(plnd->home), plnd->driver, plnd->store);
    return true;
}

static bool start_http(plnd_t *plnd)
{
    const pln_http_options_t options = {
        .driver = plnd->driver,
        .store = plnd->store,
        .catalog = plnd->catalog,
        .self = plnd->self,
        .dir = pln_home_dir(plnd->home),
        .name = plnd->config.name,
        .listen = plnd->config.http,
        .read = plnd->config.read,
        .public_url = plnd->config.public_url,
        .port_hint = pln_home_ports(plnd->home).http,
        .advertise = plnd->advertise,
        .advertise_count = plnd->config.advertise_count,
    };
    plnd->http = pln_http_start(&options, plnd->error, ERROR_SIZE);
    return plnd->http != NULL;
}

static bool remember_ports(plnd_t *plnd)
{
    pln_ports_t ports = {0, 0};
    if (!pln_config_address(pln_driver_listen(plnd->driver), &ports.listen) ||
        !pln_config_address(pln_http_listen(plnd->http), &ports.http) ||
        pln_home_remember(plnd->home, &ports) != PLN_OK) {
        pln_log(PLN_LOG_WARNING, "main", "the ports could not be remembered dir=%s why=%s",
                pln_home_dir(plnd->home), strerror(errno));
    }
    return true;
}

/** sd_notify(3) without its library: one datagram to whoever started us and wants to know. */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t size = path != NULL ? strlen(path) : 0;
    if (size == 0 || size >= sizeof to.sun_path) {
        return;
    }
    memcpy(to.sun_path, path, size);
    if (path[0] == '@') {
        to.sun_path[0] = '\0'; /* a name without a file */
    }
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (out < 0 || sendto(out, state, strlen(state), 0, (struct sockaddr *)&to, length) < 0) {
        pln_log(PLN_LOG_WARNING, "main", "the service manager could not be told why=%s",
                strerror(errno));
    }
    if (out >= 0) {
        close(out);
    }
}

static bool announce(plnd_t *plnd)
{
    char did[PLN_DID_SIZE];
    pln_did(&plnd->self->id, did);
    printf("plnd " PLN_VERSION " ready id=%s listen=%s http=%s dir=%s\n", did,
           pln_driver_listen(plnd->driver), pln_http_listen(plnd->http), pln_home_dir(plnd->home));
    fflush(stdout);
    notify("READY=1");
    return true;
}

/* ---- the life of a daemon ---- */

/** Only the main thread hears signals, and only when it waits for them. */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool start(plnd_t *plnd)
{
    static bool (*const steps[])(plnd_t *) = {
        open_home,     raise_limits,   check_incoming, open_settings, open_key,
        take_incoming, open_store,     start_driver,   recall,        start_catalog,
        start_http,    remember_ports, announce,
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (!steps[i](plnd)) {
            return false;
        }
    }
    return true;
}

/** SIGTERM and SIGINT end it; SIGHUP (a closed terminal) does not. */
static void wait_for_end(const sigset_t *signals)
{
    int caught = 0;
    do {
        if (sigwait(signals, &caught) != 0) {
            return;
        }
    } while (caught == SIGHUP);
    pln_log(PLN_LOG_INFO, "main", "stopping signal=%d", caught);
    notify("STOPPING=1");
}

static void stop(plnd_t *plnd)
{
    if (plnd->http != NULL) {
        pln_http_stop(&plnd->http);
    }
    pln_catalog_close(&plnd->catalog);
    if (plnd->driver != NULL) {
        pln_driver_stop(&plnd->driver);
    }
    if (plnd->store != NULL) {
        pln_store_close(&plnd->store);
    }
    pln_keyring_free(&plnd->ring);
    pln_keyfile_close(&plnd->self);
    pln_home_close(&plnd->home);
}

static void leave_now(int signal)
{
    (void)signal;
    _exit(EXIT_SUCCESS);
}

/** Everything is durable and closed. libzmq may still wait, without a bound, for connections to
 * end. */
static void bound_the_exit(void)
{
    struct sigaction action = {.sa_handler = leave_now};
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigaction(SIGALRM, &action, NULL);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(1);
}

static int run(const pln_options_t *options)
{
    plnd_t plnd = {.options = options};
    sigset_t signals;
    block_signals(&signals);
    bool started = start(&plnd);
    if (started) {
        wait_for_end(&signals);
    } else if (plnd.error[0] != '\0') {
        fprintf(stderr, "plnd: %s\n", plnd.error);
    }
    stop(&plnd);
    if (started) {
        bound_the_exit();
    }
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int check(const pln_options_t *options)
{
    pln_config_t config;
    if (pln_options_read(options, &config) != 0) {
        return EXIT_FAILURE;
    }
    printf("%s: %s\n", options->file,
           access(options->file, F_OK) == 0
               ? "nothing wrong with it"
               : "not there yet, so the defaults hold; the first start writes it");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        fputs("plnd: libsodium cannot start: the system gives no random numbers\n", stderr);
        return EXIT_FAILURE;
    }
    pln_options_t options;
    int status = EXIT_FAILURE;
    if (pln_options_parse(&options, argc, argv, &status)) {
        status = options.check ? check(&options) : run(&options);
    }
    pln_options_free(&options);
    return status;
}
