// SPDX-License-Identifier: MPL-2.0
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static bool parse_port(const char *text, uint16_t *out)
{
    size_t digits = strlen(text);
    if (digits == 0 || digits > 5 || strspn(text, "0123456789") != digits) {
        return false;
    }
    unsigned long port = 0;
    for (; *text != '\0'; text++) {
        port = port * 10 + (unsigned long)(*text - '0');
    }
    *out = (uint16_t)port;
    return port <= UINT16_MAX;
}

bool pln_address_parse(const char *text, pln_address_t *out)
{
    size_t size = strlen(text);
    const char *colon = strrchr(text, ':');
    if (size > PLN_ADDRESS_MAX || colon == NULL || !parse_port(colon + 1, &out->port)) {
        return false;
    }
    const char *host = text;
    size_t host_size = (size_t)(colon - text);
    out->literal_v6 = *text == '[';
    if (out->literal_v6) {
        if (host_size < 2 || text[host_size - 1] != ']') {
            return false;
        }
        host++;
        host_size -= 2;
    } else if (memchr(host, ':', host_size) != NULL) {
        return false;
    }
    memcpy(out->host, host, host_size);
    out->host[host_size] = '\0';
    return host_size > 0 && strpbrk(out->host, "[] /\t\r\n") == NULL;
}

bool pln_address_dialable(const char *text)
{
    pln_address_t address;
    if (!pln_address_parse(text, &address) || address.port == 0) {
        return false;
    }
    struct in_addr v4;
    struct in6_addr v6;
    bool any = strcmp(address.host, "*") == 0 ||
               (inet_pton(AF_INET, address.host, &v4) == 1 && v4.s_addr == INADDR_ANY) ||
               (inet_pton(AF_INET6, address.host, &v6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&v6));
    return !any;
}

void pln_address_format(const char *host, uint16_t port, char out[PLN_ADDRESS_MAX + 1])
{
    static const char mapped[] = "::ffff:";
    if (strncmp(host, mapped, sizeof mapped - 1) == 0 && strchr(host, '.') != NULL) {
        host += sizeof mapped - 1;
    }
    const char *shape = strchr(host, ':') != NULL ? "[%.240s]:%u" : "%.240s:%u";
    snprintf(out, PLN_ADDRESS_MAX + 1, shape, host, (unsigned)port);
}

void pln_address_of(const struct sockaddr_storage *from, char out[PLN_ADDRESS_MAX + 1])
{
    char host[INET6_ADDRSTRLEN] = "?";
    uint16_t port = 0;
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        port = ntohs(v4->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        port = ntohs(v6->sin6_port);
    }
    if (host[0] == '?') {
        memcpy(out, "?", 2);
        return;
    }
    pln_address_format(host, port, out);
}
