"""init's DHCP against a server that loses, repeats, mixes up and refuses, between two network
namespaces that nobody else sees."""

import os
import subprocess

import common

ASK = f"{common.ROOT}/build/helpers/dhcpask"
GOT = """\
address 10.77.0.50
mask 255.255.255.0
router 10.77.0.1
server 10.77.0.1
resolver 10.77.0.3
host named-by-dhcp
root 10.77.0.9:/srv/export,vers=3
configured yes
"""
# In a namespace with c0; the server's end lives in another one, whose process is the parameter.
SCRIPT = """\
set -e
mount -t sysfs none /sys
unshare -n sh -c 'echo; exec sleep 300' >"$1/made" & server=$!
trap 'kill $server' EXIT
until [ -s "$1/made" ]; do kill -0 $server; done
ip link add c0 address 02:00:00:00:00:09 type veth peer name s0
ip link set s0 netns $server
nsenter -t $server -n python3 -B "$2" "$3" >"$1/server" 2>&1 & listener=$!
trap 'kill $listener $server' EXIT
until grep -q ready "$1/server"; do kill -0 $listener; done
ip link set c0 up # before a link is up on both sides, the kernel drops what is sent
until ip link show c0 | grep -q 'state UP'; do kill -0 $server; done
until nsenter -t $server -n ip link show s0 | grep -q 'state UP'; do kill -0 $listener; done
status=0
"$4" c0 "$5" $6 $7 >"$1/client" || status=$?
ip -4 -o addr show dev c0 >"$1/address"
exit $status
"""


def ask(fault, host="", first=3000, last=60000):
    """(status, what the client got, what the server was asked, its address)."""
    folder = common.scratch("dhcp-" + fault.replace(" ", "-").replace("'", ""))
    os.mkdir(folder)
    server = os.path.join(common.HERE, "dhcp_server.py")
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", SCRIPT, "sh",
         folder, server, fault, ASK, host, str(first), str(last)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=common.places.patient(120), check=False)

    def read(name):
        path = os.path.join(folder, name)
        return open(path).read() if os.path.exists(path) else f"no {name}: {done.stdout}"
    return (done.returncode, read("client"),
            [line.strip() for line in read("server").splitlines()[1:]], read("address"))


def recovers(fault, *asked, **more):
    status, got, server, address = ask(fault, **more)
    common.same((status, got), (0, GOT))
    common.same("10.77.0.50/24" in address, True)
    common.same(server, list(asked))


def dhcp():
    yield "DHCP: an address, and what else the server says"
    recovers("none", "discover node", "request of 10.77.0.1 node", host="node")
    yield "DHCP: a lost offer is asked for again"
    recovers("lost discover", "discover", "discover", "request of 10.77.0.1")
    yield "DHCP: a lost acknowledgement is asked for again"
    recovers("lost request", "discover", "request of 10.77.0.1", "request of 10.77.0.1")
    yield "DHCP: answers that come three times count once"
    recovers("twice", "discover", "request of 10.77.0.1")
    yield "DHCP: answers to another exchange do not count"
    recovers("another's", "discover", "request of 10.77.0.1")
    yield "DHCP: offers of a second server that come late do not count"
    recovers("late offers", "discover", "request of 10.77.0.1")
    yield "DHCP: packets that are none are passed over"
    recovers("garbage", "discover", "request of 10.77.0.1")
    yield "DHCP: a server that takes its offer back"
    status, got, server, address = ask("refused")
    common.same((status, got, server, address), (
        1, "Connection refused\n", ["discover", "request of 10.77.0.1"], ""))
    yield "DHCP: nobody answers"
    status, got, server, address = ask("lost all", first=50, last=400)
    common.same((status, got, address), (1, "Operation timed out\n", ""))
    common.same(set(server), {"discover"})
    common.same(2 <= len(server) <= 5, True)


TESTS = [dhcp]
