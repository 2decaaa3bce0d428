#!/bin/sh
# SPDX-License-Identifier: MIT
# Several hosts with multicast between them: network namespaces on a bridge, made here and gone at the end. Batteries and
# aggregators find each other by multicast alone, first by IPv4, then by IPv6, and trade, while a stranger on the same network sends
# what it hears again: altered, cut, too long, out of order, many times.
#     hosts.sh ETP-ENGINE DATAGRAM-MISCHIEF
# Skipped (77) where such namespaces are not permitted.
set -eu

if [ "${ETP_INSIDE:-}" != yes ]; then
    for tool in ip unshare mount; do
        command -v $tool >/dev/null || { echo "skipped: there is no $tool here"; exit 77; }
    done
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    unshare -Urnm true 2>/dev/null || { echo "skipped: namespaces are not permitted here"; exit 77; }
    # With --kill-child and a pid namespace nothing outlives this, whatever happens.
    status=0
    ETP_INSIDE=yes ETP_FOLDER=$folder unshare -Urnmpf --mount-proc --kill-child sh "$0" "$@" || status=$?
    exit $status
fi

engine=$1
mischief=$2
cd "$ETP_FOLDER"
patience=60

# ---- hosts ----

skip() { echo "skipped: $1"; exit 77; }
mount -t tmpfs none /run 2>/dev/null || skip "no file system of its own for /run"
ip link set lo up
ip link add bridge type bridge mcast_snooping 0 2>/dev/null || skip "the kernel has no bridges"
ip link set bridge up
for host in 1 2 3 4 5; do
    ip netns add h$host 2>/dev/null || skip "no network namespaces"
    ip link add port$host type veth peer name eth0 netns h$host 2>/dev/null || skip "the kernel has no veth"
    ip link set port$host master bridge up
    ip -n h$host link set lo up
    ip -n h$host addr add 10.77.0.$host/24 dev eth0
    ip -n h$host -6 addr add fd77::$host/64 dev eth0 nodad
    ip -n h$host link set eth0 up
done

# ---- nodes ----

fail() {
    echo "hosts: $1"
    for log in *.out; do echo "---- $log"; tail -n 40 "$log"; done
    exit 1
}

# wait_for WHAT COMMAND...: until it is true.
wait_for() {
    what=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt $((patience * 10)) ] || fail "waited in vain for $what"
        sleep 0.1
    done
}

# has NODE PATTERN COUNT: so many lines of its output.
has() { [ "$(grep -c -- "$2" "$1.out")" -ge "$3" ]; }

: >trusted
for device in 1001 1002; do "$engine" keygen $device $device.key --role battery >>trusted 2>keys.err; done
for device in 2001 2002; do "$engine" keygen $device $device.key --role aggregator >>trusted 2>keys.err; done

market='market = { interval_s = 2, window_ms = 300, hold_ms = 300, query_spread_ms = 100 }'

# battery DEVICE GROUP, aggregator DEVICE GROUP LISTEN
battery() {
    cat >$1.lua <<END
return { api = 1, role = "battery", device = $1, key = "$1.key", trust = "trusted",
  discovery = { group = "$2", interface = "eth0" },
  battery = { capacity_kwh = 10, stored_kwh = 8, power_kw = 5 }, $market }
END
}
aggregator() {
    cat >$1.lua <<END
return { api = 1, role = "aggregator", device = $1, key = "$1.key", trust = "trusted", listen = "$3",
  discovery = { group = "$2", interface = "eth0" }, strategy = "greedy",
  demand = { need_kwh = 5, budget_dollars = 2, value_c_per_kwh = 12 }, $market }
END
}

start() { # HOST DEVICE
    ip netns exec h$1 "$engine" node --json $2.json $2.lua >$2.out 2>&1 &
    echo $! >$2.pid
}

stop() { # DEVICE
    kill -TERM "$(cat $1.pid)"
    wait "$(cat $1.pid)" || fail "node $1 ended with status $?"
}

meet() { # GROUP LISTEN
    battery 1001 "$1"
    battery 1002 "$1"
    aggregator 2001 "$1" "$2"
    aggregator 2002 "$1" "$2"
    # First those that cannot be dialed, so that they have to be answered.
    start 1 1001
    start 3 2001
    start 2 1002
    start 4 2002
    for device in 1001 1002; do
        wait_for "2001 at $device" has $device '^peer up .*device=2001' 1
        wait_for "2002 at $device" has $device '^peer up .*device=2002' 1
    done
    ip netns exec h5 "$mischief" "$1" eth0 600 7 >mischief.out 2>&1 || fail "the stranger heard nothing"
    sold=$(grep -c '^sold' 1001.out || true)
    wait_for "trades after the mischief" has 1001 '^sold' $((sold + 1))
    wait_for "trades of the other battery" has 1002 '^sold' 1
    for device in 1001 1002 2001 2002; do
        has $device '^peer lost' 1 && fail "node $device has lost a peer"
        [ "$(grep -c '^peer up' $device.out)" -eq 2 ] || fail "node $device has not met two others once each"
    done
    for device in 1001 1002 2001 2002; do stop $device; done
    for device in 1001 1002 2001 2002; do
        grep -q '"datagram"' $device.json || fail "node $device has refused no datagram"
    done
    echo "$1: two batteries and two aggregators met and traded; the stranger $(cat mischief.out)"
}

meet 239.255.77.77:7700 tcp://0.0.0.0:0
meet '[ff15::4554:4d]:7700' 'tcp://[::]:0'
