# SPDX-License-Identifier: MPL-2.0
"""The table: each attack, what must come of it, and what the node counts. The suite asserts every
row, and `python3 tests/attack/table.py` prints it.

outcome   refused     the handshake does not succeed
          ends REASON the link ends with BYE and this reason
          cut         the connection is shut without a word
          stays       nobody broke a rule: the link goes on
          other words say what they mean
counted   reason in `pln status --json`, `refused`, that must have risen
mib       memory the node may allocate above idle
fds       descriptors the node may hold above idle; what the attacker holds open comes on top
"""
import collections
import sys

MIB_MAX = 64
FDS_MAX = 100

Row = collections.namedtuple("Row", "room attack outcome counted mib fds slow")


def row(room, attack, outcome, *counted, mib=MIB_MAX, fds=FDS_MAX, slow=False):
    return Row(room, attack, outcome, counted, mib, fds, slow)


ROWS = [
    row("gate", "stranger_key", "refused", "stranger"),
    row("gate", "no_curve", "refused"),
    row("gate", "wrong_server_key", "refused"),
    row("gate", "handshake_flood", "refused", "stranger"),
    row("gate", "stolen_ticket", "ends ticket-used", "ticket-used"),
    row("gate", "stolen_bound_ticket", "ends ticket-bound", "ticket-bound"),
    row("gate", "replayed_join", "welcome"),
    row("gate", "join_for_another", "ends bad-signature", "bad-signature"),
    row("gate", "join_of_another_ticket", "ends bad-signature", "bad-signature"),
    row("gate", "join_not_signed_by_the_ticket", "ends bad-signature", "bad-signature"),
    row("gate", "withdrawn_ticket", "ends ticket-cancelled", "ticket-cancelled"),
    row("gate", "expired_ticket", "ends ticket-expired", "ticket-expired"),
    row("gate", "deposed_inviter", "ends role"),
    row("gate", "minus_a_for_a", "ends bad-key", "bad-key"),
    row("gate", "flood_of_joins", "ends bad-signature", "bad-signature"),
    row("gate", "flood_of_ticket_links", "one link stays", fds=300),
    row("gate", "forged_user_id", "stays"),
    row("gate", "forged_user_id_of_a_stranger", "refused", "stranger"),
    row("gate", "chosen_routing_id", "cut", "unproven"),
    row("gate", "stolen_routing_id", "cut", "unproven", slow=True),

    row("claims", "another_members_chain", "ends bad-signature", "bad-signature"),
    row("claims", "wrong_key_for_a_head", "ends bad-signature", "bad-signature"),
    row("claims", "changed_payload", "ends bad-signature", "bad-signature"),
    row("claims", "false_base", "ends bad-signature", "bad-signature"),
    row("claims", "seq_far_ahead", "stays", "gap"),
    row("claims", "seq_beyond_the_last", "ends malformed", "malformed"),
    row("claims", "seq_zero", "ends bad-run", "bad-run"),
    row("claims", "epoch_never_granted", "stays", "no-grant"),
    row("claims", "reader_that_writes", "stays", "no-grant"),
    row("claims", "member_that_grants", "stays"),
    row("claims", "grant_in_the_wrong_lane", "stays"),
    row("claims", "time_far_ahead", "stays"),
    row("claims", "clock_of_a_liar", "stays"),
    row("claims", "foreign_network", "stays", "foreign-network"),
    row("claims", "offender_that_comes_back", "ends offence", "malformed"),
    row("claims", "no_common_version", "ends no-common-version", "no-common-version"),
    row("claims", "oversized_entry", "ends oversize", "oversize"),
    row("claims", "zstd_bomb", "stays"),
    row("claims", "zstd_glued", "stays"),
    row("claims", "zstd_skippable", "stays"),
    row("claims", "deep_msgpack", "stays"),
    row("claims", "deep_msgpack_in_a_frame", "ends malformed", "malformed"),
    row("claims", "huge_count_in_a_frame", "ends truncated", "truncated"),
    row("claims", "withheld_without_retraction", "stays"),

    row("matrix", "every_type_before_hello", "as the table says", "out-of-order", "unknown-type"),
    row("matrix", "every_type_in_a_session", "as the table says", "out-of-order"),
    row("matrix", "every_type_on_a_ticket_link", "as the table says", "out-of-order"),

    row("dialled", "every_type_before_hello_of_a_listener", "as the table says", "out-of-order",
        "unknown-type"),
    row("dialled", "every_type_of_a_listener_in_a_session", "as the table says", "out-of-order"),
    row("dialled", "multipart_200mb_of_a_listener", "cut", "unfinished"),
    row("dialled", "message_in_two_parts_of_a_listener", "cut", "in-parts"),
    row("dialled", "frame_too_large_of_a_listener", "cut"),

    row("inviter", "welcome_to_another_network", "ends malformed"),
    row("inviter", "welcome_of_another_root", "ends malformed"),

    row("floods", "wants_1000", "stays"),
    row("floods", "credit_never_granted", "stays"),
    row("floods", "credit_taken_back", "stays"),
    row("floods", "records_asked_for_first", "lane 0 first"),
    row("floods", "records_before_lane_0", "not served"),
    row("floods", "credit_of_2_63", "ends malformed", "malformed"),
    row("floods", "endless_credit_unread", "bounded"),
    row("floods", "buckets_unread", "bounded"),
    row("floods", "flood_of_chains", "stays", "no-grant", "full"),
    row("floods", "flood_of_epochs", "stays", "full"),
    row("floods", "flood_of_runs", "ends over-credit", "over-credit"),
    row("floods", "flood_of_copies", "stays", "duplicate"),
    row("floods", "flood_of_presences", "stays"),
    row("floods", "presence_far_ahead", "stays", "stamp-ahead"),
    row("floods", "presence_of_a_stranger", "not passed on"),
    row("floods", "presence_of_yesterday", "not passed on"),
    row("floods", "presence_of_another", "ends bad-signature", "bad-signature"),
    row("floods", "flood_of_evidence", "at most 4 MiB for it", "no-grant"),
    row("floods", "flood_of_unknown_types", "stays", "unknown-type"),
    row("floods", "frame_too_large", "cut"),
    row("floods", "message_in_two_parts", "cut", "in-parts"),
    row("floods", "multipart_200mb", "cut", "unfinished"),
    row("floods", "multipart_before_a_word", "cut", "unfinished"),
    row("floods", "reconnecting", "one link stays"),
    row("floods", "many_machines_with_one_key", "two links stay"),
    row("floods", "flood_of_branches", "stays"),

    row("slow", "silent_connections", "bounded", fds=500),
    row("slow", "page_slow_loris", "answered", fds=FDS_MAX + 100),  # a hundred are the attacker's
    # These take their time: they go on beside the others and are asked last.
    row("inviter", "every_type_in_answer_to_a_join", "as the table says", slow=True),
    row("dialled", "silent_listener", "cut", slow=True),
    row("slow", "drip", "cut", slow=True),
    row("slow", "half_open", "cut", "unfinished", slow=True),
    row("slow", "half_a_frame", "cut", "unfinished", slow=True),
]


def words(name):
    return name.replace("_", " ")


def describe():
    yield "| attack | outcome | counted | memory | descriptors |"
    yield "|---|---|---|---|---|"
    for one in ROWS:
        yield (f"| {words(one.attack)} | {one.outcome} | {', '.join(one.counted)} | "
               f"{one.mib} MiB | {one.fds} |")


if __name__ == "__main__":
    sys.stdout.write("\n".join(describe()) + "\n")
