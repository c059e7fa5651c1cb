// SPDX-License-Identifier: MPL-2.0
// A frame from a peer: whatever decodes encodes again to a frame that decodes alike.
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "proto/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pln_message_t message;
    if (pln_message_decode(PLN_SPAN(data, size), &message) != PLN_OK) {
        return 0;
    }
    pln_buf_t frame = {0};
    pln_message_encode(&message, &frame);
    if (message.type == PLN_MSG_ENTRIES) {
        pln_buf_add(&frame, message.as.entries.run.data, message.as.entries.run.size);
    }
    pln_message_t again;
    assert(pln_message_decode(pln_buf_span(&frame), &again) == PLN_OK);
    assert(again.type == message.type);
    if (message.type == PLN_MSG_PRESENCE) {
        pln_presence_t presence;
        pln_err_t error = pln_presence_decode(message.as.presence.body, &presence);
        (void)error;
    }
    pln_buf_free(&frame);
    return 0;
}
