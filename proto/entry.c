// SPDX-License-Identifier: MPL-2.0
#include "entry.h"

#include <assert.h>
#include <string.h>

#include "bytes.h"
#include "hash.h"

void pln_header_write(const pln_header_t *header, uint8_t out[PLN_HEADER_SIZE])
{
    assert(header->time_ms >> 48 == 0);
    out[0] = header->codec & (uint8_t)~PLN_CODEC_WITHHELD;
    pln_put_u16(out + 1, header->kind);
    pln_put_u48(out + 3, header->time_ms);
    pln_put_u32(out + 9, header->size);
}

pln_err_t pln_entry_read(pln_span_t bytes, pln_entry_t *out)
{
    if (bytes.size < PLN_HEADER_SIZE) {
        return PLN_ETRUNCATED;
    }
    const uint8_t *p = bytes.data;
    bool withheld = (p[0] & PLN_CODEC_WITHHELD) != 0;
    pln_header_t header = {
        .codec = p[0] & (uint8_t)~PLN_CODEC_WITHHELD,
        .kind = pln_get_u16(p + 1),
        .time_ms = pln_get_u48(p + 3),
        .size = pln_get_u32(p + 9),
    };
    if (header.size > PLN_PAYLOAD_MAX) {
        return PLN_EOVERSIZE;
    }
    size_t body = withheld ? sizeof out->data : header.size;
    if (body > bytes.size - PLN_HEADER_SIZE) {
        return PLN_ETRUNCATED;
    }
    out->header = header;
    out->withheld = withheld;
    out->stored_size = PLN_HEADER_SIZE + body;
    out->payload = (pln_span_t){p + PLN_HEADER_SIZE, withheld ? 0 : body};
    if (withheld) {
        memcpy(out->data.bytes, p + PLN_HEADER_SIZE, sizeof out->data.bytes);
    }
    return PLN_OK;
}

void pln_entry_data(pln_span_t payload, pln_hash_t *out)
{
    pln_hash(PLN_DOMAIN_DATA, payload.data, payload.size, out);
}
