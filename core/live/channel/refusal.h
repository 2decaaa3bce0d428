/* SPDX-License-Identifier: MIT */
/* Why a connection ends, or something on it is not acted on. The numbers are those of BYE. */
#ifndef ETP_LIVE_CHANNEL_REFUSAL_H
#define ETP_LIVE_CHANNEL_REFUSAL_H

/* X(NAME, number, "name", sentence). Numbers are stable: they are told to the other end. */
#define ETP_CHANNEL_REFUSAL_LIST(X)                                                                                  \
    X(NONE, 0, "none", "nothing was refused")                                                                        \
    X(CLOSING, 1, "closing", "the connection is closed, and nothing is wrong")                                       \
    X(REPLACED, 2, "replaced", "the same device has a newer connection")                                             \
    X(NOT_WANTED, 3, "not_wanted", "another connection with the same device is kept")                                \
    X(FULL, 4, "full", "the node has as many connections or peers as it may have")                                   \
    X(SLOW, 5, "slow", "the handshake took too long")                                                                \
    X(SILENT, 6, "silent", "nothing was heard for three heartbeats")                                                 \
    X(GARBAGE, 7, "garbage", "what came is not this protocol: is the address one of an etp-engine node?")            \
    X(OVERSIZE, 8, "oversize", "a record is longer than its kind may be")                                            \
    X(MALFORMED, 9, "malformed", "a record does not have the form of its kind")                                      \
    X(UNEXPECTED, 10, "unexpected", "a record of this kind does not belong at this point of a connection")           \
    X(SECOND_HELLO, 11, "second_hello", "HELLO came twice")                                                          \
    X(VERSION, 12, "version", "the two ends have no version of the protocol in common: update the older one")        \
    X(IDENTITY, 13, "identity", "one end has its identity off, the other has not: they do not talk to each other")   \
    X(OWN_ID, 14, "own_id", "the other end has this node's own device id: it dialed itself, or an id is used twice") \
    X(WRONG_PEER, 15, "wrong_peer", "another device answered than the one that was dialed")                          \
    X(WRONG_ROLE, 16, "wrong_role", "the device claims another role than the trust list gives it")                   \
    X(UNFIT_ROLE, 17, "unfit_role", "two nodes of the same role have nothing to trade")                              \
    X(UNKNOWN_DEVICE, 18, "unknown_device", "the device is not in the trust list")                                   \
    X(WRONG_KEY, 19, "wrong_key", "the device could not prove that it holds the key that the trust list gives it")   \
    X(WEAK_KEY, 20, "weak_key", "the session key that was offered is one that everybody could guess")                \
    X(ALTERED, 21, "altered", "a record was altered, inserted, left out or played again on its way")                 \
    X(CREDIT, 22, "credit", "more was sent, acknowledged or asked than was agreed")                                  \
    X(RATE_LIMITED, 23, "rate_limited", "more messages came in a second than the limit allows")                      \
    X(NOT_A_RELAY, 24, "not_a_relay", "the device speaks for others, and is no relay")                               \
    X(NOT_VIA, 25, "not_via", "the relay speaks for a device that the trust list does not give it")                  \
    X(TRUST_ENDED, 26, "trust_ended", "the trust list does not name the device any more, or not with this key or role")

typedef enum etp_channel_refusal {
#define ETP_X(NAME, number, name, sentence) ETP_CHANNEL_##NAME = (number),
    ETP_CHANNEL_REFUSAL_LIST(ETP_X)
#undef ETP_X
} etp_channel_refusal;
enum { ETP_CHANNEL_REFUSALS = 27 };

/* "unknown" and a sentence for numbers that are not in the list: newer peers may send some. Static storage. */
const char *etp_channel_refusal_name(etp_channel_refusal refusal);
const char *etp_channel_refusal_sentence(etp_channel_refusal refusal);

#endif
