// SPDX-License-Identifier: MPL-2.0
#include "front.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "reach.h"
#include "uri.h"

static const char plain[] = "http://";
static const char tls[] = "https://";

static bool begins(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

/** Letters, digits, '.', '-', and brackets and colons of IPv6. */
static bool host_fits(const char *host)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    if (host[0] == '[') {
        size_t size = strspn(host + 1, "0123456789abcdef:.");
        return size >= 2 && strcmp(host + 1 + size, "]") == 0;
    }
    return host[0] != '\0' && host[strspn(host, letters)] == '\0';
}

/** Cut off a port at the end; false: it is no port. The scheme's own is left out. */
static bool port_fits(char *rest, const char *own)
{
    char *colon = strrchr(rest, ':');
    uint64_t port;
    if (colon == NULL || strchr(colon, ']') != NULL) {
        return host_fits(rest);
    }
    if (!pln_number_parse(colon + 1, UINT16_MAX, &port) || port == 0 || colon[1] == '0') {
        return false;
    }
    *colon = '\0';
    bool fits = host_fits(rest);
    if (strcmp(colon + 1, own) != 0) {
        *colon = ':';
    }
    return fits;
}

bool pln_front_url_parse(const char *text, char out[PLN_URL_MAX + 1])
{
    size_t size = strlen(text);
    const char *scheme = begins(text, tls) ? tls : plain;
    if (size > PLN_URL_MAX || !begins(text, scheme)) {
        return false;
    }
    for (size_t i = 0; i <= size; i++) {
        out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
    }
    if (out[size - 1] == '/') {
        out[size - 1] = '\0';
    }
    return strlen(out) > strlen(scheme) &&
           port_fits(out + strlen(scheme), scheme == tls ? "443" : "80");
}

void pln_front_make(pln_front_t *front, const char *bound, const char *public_url, const char *read)
{
    pln_address_t address;
    *front = (pln_front_t){.readable = strcmp(read, "open") == 0};
    snprintf(front->bound, sizeof front->bound, "%s", bound);
    snprintf(front->public_url, sizeof front->public_url, "%s", public_url);
    front->secure = begins(public_url, tls);
    if (pln_address_parse(bound, &address)) {
        front->everywhere = strcmp(address.host, "0.0.0.0") == 0 || strcmp(address.host, "::") == 0;
        bool here = !front->everywhere && pln_reach(bound) == PLN_REACH_HERE;
        front->readable =
            front->readable || (strcmp(read, "local") == 0 && here && public_url[0] == '\0');
    }
}

/** "host:port" as browsers say it: without the port of its scheme. */
static bool same_authority(const char *said, const char *ours)
{
    size_t size = strlen(ours);
    bool standard = size > 3 && strcmp(ours + size - 3, ":80") == 0;
    return strcasecmp(said, ours) == 0 ||
           (standard && strlen(said) == size - 3 && strncasecmp(said, ours, size - 3) == 0);
}

bool pln_front_host(const pln_front_t *front, const char *own, const char *host)
{
    static const char *const local[] = {"127.0.0.1", "localhost", "[::1]"};
    const char *port = strrchr(own, ':');
    char name[PLN_ADDRESS_MAX + 1];
    if (host == NULL || port == NULL) {
        return false;
    }
    const char *authority = strstr(front->public_url, "//");
    bool ours =
        same_authority(host, own) || (authority != NULL && strcasecmp(host, authority + 2) == 0);
    for (size_t i = 0; !ours && i < sizeof local / sizeof local[0]; i++) {
        snprintf(name, sizeof name, "%s%s", local[i], port);
        ours = same_authority(host, name);
    }
    return ours;
}

bool pln_front_origin(const pln_front_t *front, const char *own, const char *origin)
{
    if (front->public_url[0] != '\0' && strcasecmp(origin, front->public_url) == 0) {
        return true;
    }
    const char *authority = strstr(front->public_url, "//");
    const char *said = origin + strlen(plain);
    return begins(origin, plain) && pln_front_host(front, own, said) &&
           (authority == NULL || strcasecmp(said, authority + 2) != 0);
}

void pln_front_address(const pln_front_t *front, char out[PLN_URL_MAX + 1])
{
    char own[1][PLN_ADDRESS_MAX + 1];
    if (front->public_url[0] != '\0') {
        snprintf(out, PLN_URL_MAX + 1, "%s", front->public_url);
        return;
    }
    size_t count = pln_reach_own(front->bound, own, 1);
    assert(count == 1);
    (void)count;
    snprintf(out, PLN_URL_MAX + 1, "%s%s", plain, own[0]);
}
