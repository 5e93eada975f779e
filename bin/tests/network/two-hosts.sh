#!/usr/bin/env bash
# Two hosts on one cable, in network namespaces: a simulated router on one, `lalin discover` on the other, since
# neighbour discovery is broadcast and loopback has none. Prints what was discovered as JSON.
#
#   unshare --user --map-root-user --net bash bin/tests/network/two-hosts.sh target/debug/lalin
set -euo pipefail
lalin=$1

unshare --net sleep 60 &
host=$!
trap 'kill "$host" "${router:-$host}" 2>/dev/null || true' EXIT
until [ "$(readlink "/proc/$host/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
there() { nsenter --net="/proc/$host/ns/net" "$@"; }

ip link add here type veth peer name there netns "$host"
ip address add 192.168.77.2/24 dev here
there ip address add 192.168.77.1/24 dev there
for side in "ip" "there ip"; do
  $side link set lo up
done
ip link set here up
there ip link set there up
ip route add default via 192.168.77.1

# Not by the function: in the background that would be a shell of its own, and the number its.
nsenter --net="/proc/$host/ns/net" "$lalin" simulate --address 192.168.77.1 --mndp >&2 &
router=$!
# It listens a moment after its start, on a busy machine a long one; the script's own limit is the test's.
until (: </dev/tcp/192.168.77.1/8728) 2>/dev/null; do
  kill -0 "$router"
  sleep 0.1
done
"$lalin" discover --seconds 4 --json
