/* SPDX-License-Identifier: MIT */
/*
 * etp-net-relay: a bad network between two real sockets. For tests only.
 *
 *     etp-net-relay [options] LISTEN TARGET
 *
 * LISTEN and TARGET are ADDRESS:PORT, numeric (127.0.0.1:0, [::1]:7700); port 0 lets the kernel choose, and the first line
 * that the relay prints says which it is: `listen 40123`. Whoever connects there is connected with TARGET, on a connection
 * of its own. "Up" is the way from whoever connected to TARGET, "down" the way back.
 *
 *     --udp               datagrams, in place of TCP; each sender has a socket of its own towards TARGET
 *     --delay-ms N        each way
 *     --jitter-ms N       added, drawn from 0 to N; TCP keeps its order, datagrams overtake each other
 *     --bandwidth-bps N   bits per second, each way, of each connection: bytes leave one after another, each in the time
 *                         that its bits take; 0 is no limit
 *     --queue-bytes N     how many bytes may wait for that in the relay, each way [4096]. TCP is then not read until there
 *                         is room, a datagram is lost
 *     --loss P            chance that a datagram is lost, 0 to 1
 *     --duplicate P       chance that it arrives twice
 *     --reorder P         chance that it is held back by a further delay, at least 20 ms
 *     --drip N            reads so many bytes a second, each way: a slow reader; 0 is no limit
 *     --cut-after N       a connection is cut once so many bytes of it have been read upwards
 *     --fin               cuts are orderly (FIN) in place of RST
 *     --stall             begins stalled
 *     --seed N            of what is drawn [1]
 *
 * Commands, a line each on standard input; each is answered by `ok`, or by `error: ` and a sentence. They concern all
 * connections that there are and those to come. The end of standard input ends the relay.
 *
 *     delay MS   jitter MS   bandwidth BPS   loss P   duplicate P   reorder P
 *     drip N [up|down]    reads so many bytes a second from now on, one way or both
 *     stall [up|down]     stops reading and writing that way; connections stay, what is under way waits. Datagrams are lost
 *     go [up|down]        goes on; a drip ends too
 *     cut [rst|fin]       ends all connections; new ones are taken
 *     refuse              ends all connections by RST, and new ones as soon as they come
 *     accept              takes new ones again
 *     abandon client      the client's side is reset, TARGET hears nothing of it: its connection is half open
 *     abandon target      the same the other way round
 *     count               `connections N now N up BYTES down BYTES lost N`: taken so far, alive, passed on each way, datagrams
 *                         that were lost
 *     quit
 *
 * Nothing hides in the kernel: the relay's own sockets have the smallest buffers that the kernel gives, and segments of at
 * most 1400 bytes, so what a sender was told to be sent and the receiver has not got is bounded by its own send buffer,
 * about 8 kB in the kernel, and --queue-bytes (and by what is under way where there is a delay).
 */
#ifndef ETP_NET_RELAY_H
#define ETP_NET_RELAY_H
#endif
