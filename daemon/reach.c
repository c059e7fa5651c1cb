// SPDX-License-Identifier: MPL-2.0
#define _DEFAULT_SOURCE /* IFF_UP */
#include "reach.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/** First bits of an address range. */
typedef struct {
    uint8_t bytes[4];
    uint8_t bits;
    pln_reach_t reach;
} range_t;

static const range_t ranges_v4[] = {
    {{127}, 8, PLN_REACH_HERE},         {{0}, 8, PLN_REACH_HERE},
    {{10}, 8, PLN_REACH_INSIDE},        {{172, 16}, 12, PLN_REACH_INSIDE},
    {{192, 168}, 16, PLN_REACH_INSIDE}, {{169, 254}, 16, PLN_REACH_INSIDE},
    {{100, 64}, 10, PLN_REACH_INSIDE},
};

static const range_t ranges_v6[] = {
    {{0xfe, 0x80}, 10, PLN_REACH_INSIDE}, /* link-local */
    {{0xfc}, 7, PLN_REACH_INSIDE},        /* unique local */
};

static pln_reach_t look_up(const uint8_t *address, const range_t *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned whole = ranges[i].bits / 8u;
        uint8_t mask = (uint8_t)(0xff00u >> ranges[i].bits % 8u);
        if (memcmp(address, ranges[i].bytes, whole) == 0 &&
            (address[whole] & mask) == (ranges[i].bytes[whole] & mask)) {
            return ranges[i].reach;
        }
    }
    return PLN_REACH_WORLD;
}

static pln_reach_t reach_v4(const uint8_t *address)
{
    return look_up(address, ranges_v4, sizeof ranges_v4 / sizeof ranges_v4[0]);
}

static pln_reach_t reach_v6(const struct in6_addr *address)
{
    if (IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address)) {
        return PLN_REACH_HERE;
    }
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        return reach_v4(address->s6_addr + 12);
    }
    return look_up(address->s6_addr, ranges_v6, sizeof ranges_v6 / sizeof ranges_v6[0]);
}

pln_reach_t pln_reach(const char *address)
{
    pln_address_t parsed;
    struct in_addr v4;
    struct in6_addr v6;
    if (!pln_address_parse(address, &parsed)) {
        return PLN_REACH_HERE;
    }
    if (inet_pton(AF_INET, parsed.host, &v4) == 1) {
        return reach_v4((const uint8_t *)&v4);
    }
    if (inet_pton(AF_INET6, parsed.host, &v6) == 1) {
        return reach_v6(&v6);
    }
    return strcasecmp(parsed.host, "localhost") == 0 ? PLN_REACH_HERE : PLN_REACH_WORLD;
}

pln_reach_t pln_reach_best(const char *const *addresses, size_t count)
{
    pln_reach_t best = PLN_REACH_HERE;
    for (size_t i = 0; i < count; i++) {
        pln_reach_t reach = pln_reach(addresses[i]);
        best = reach > best ? reach : best;
    }
    return best;
}

/** Is the bound host "any address"? Then also: of which families. */
static bool wildcard(const char *host, bool *v6)
{
    *v6 = strcmp(host, "::") == 0;
    return *v6 || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "*") == 0;
}

/** HOST:PORT of one interface address; false for loopback, link-local and families not served. */
static bool interface_address(const struct ifaddrs *at, bool v6, uint16_t port,
                              char out[PLN_ADDRESS_MAX + 1])
{
    if (at->ifa_addr == NULL || (at->ifa_flags & IFF_UP) == 0) {
        return false;
    }
    char host[INET6_ADDRSTRLEN];
    if (at->ifa_addr->sa_family == AF_INET) {
        struct sockaddr_in address;
        memcpy(&address, at->ifa_addr, sizeof address);
        inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    } else if (at->ifa_addr->sa_family == AF_INET6 && v6) {
        struct sockaddr_in6 address;
        memcpy(&address, at->ifa_addr, sizeof address);
        if (IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr)) {
            return false; /* means nothing without the name of an interface */
        }
        inet_ntop(AF_INET6, &address.sin6_addr, host, sizeof host);
    } else {
        return false;
    }
    pln_address_format(host, port, out);
    return pln_reach(out) != PLN_REACH_HERE;
}

/** Keep the list sorted by reach, best first; what falls off the end is dropped. */
static size_t insert(char (*list)[PLN_ADDRESS_MAX + 1], size_t count, size_t max, const char *text)
{
    size_t at = 0;
    while (at < count && pln_reach(list[at]) >= pln_reach(text)) {
        at++;
    }
    if (at == max) {
        return count;
    }
    size_t kept = count < max ? count : max - 1;
    memmove(list[at + 1], list[at], (kept - at) * sizeof list[0]);
    memcpy(list[at], text, strlen(text) + 1);
    return kept + 1;
}

size_t pln_reach_own(const char *listen, char (*out)[PLN_ADDRESS_MAX + 1], size_t max)
{
    pln_address_t bound;
    struct ifaddrs *list = NULL;
    size_t count = 0;
    bool v6 = false;
    if (!pln_address_parse(listen, &bound)) {
        return 0;
    }
    if (!wildcard(bound.host, &v6)) {
        pln_address_format(bound.host, bound.port, out[0]);
        return 1;
    }
    if (getifaddrs(&list) == 0) {
        for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
            char text[PLN_ADDRESS_MAX + 1];
            if (interface_address(at, v6, bound.port, text)) {
                count = insert(out, count, max, text);
            }
        }
        freeifaddrs(list);
    }
    if (count == 0) {
        pln_address_format("127.0.0.1", bound.port, out[count++]);
    }
    return count;
}
