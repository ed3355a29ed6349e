"""Two machines of different archs on one export at the same time, over both versions of NFS."""

import re
import threading

import common
from common import PROMPT, has, same


def use(machine, arch, version, host, export):
    """From the first line to the prompt, what a client shows."""
    machine.expect(rf"busypy: arch {arch}, Python 3\.")
    machine.expect(PROMPT)

    def says(line):
        return machine.command(line, PROMPT).strip()

    same(says("uname -nm"), f"{host} {arch}")
    same(says(f"sha256sum /bin/{common.SCRIPT}"),
         f"{common.sum_of(f'{export}/versions/v1/bin/{common.SCRIPT}')}  /bin/{common.SCRIPT}")
    root = re.search(r"^(\S+) on / type (\w+) \((.*)\)$", says("mount"), re.MULTILINE)
    same(root[1], f"10.0.2.2:{export}/versions/v1")
    for word in ("ro", "nosuid", "nodev", "noatime", "nocto", "acregmin=3600", f"vers={version}"):
        same((word, word in root[3].split(",")), (word, True))
    for path in ("/x", "/bin/x", "/usr/x", "/etc/x"):
        has(says(f"echo {path} >{path}"), "read-only file system")
    has(says("cat /etc/resolv.conf"), "nameserver 10.0.2.3")
    return says


def one_client(arch, version, export, nfs, host, done):
    try:
        words = [f"ip=::::{host}::dhcp", common.lease_share(nfs, version)]
        with common.client(f"{host}.{arch}.{version}", arch, nfs, version, *words) as machine:
            says = use(machine, arch, version, host, export)
            lease_of(export, host, arch, says)
            done["waits"].wait(common.server.DEADLINE)  # both are there at the same time
            done[arch + " card"] = says("cat /sys/module/nfs/parameters/nfs4_unique_id")
            done[arch + " leases"] = common.leases(export)
            done["read"].wait(common.server.DEADLINE)
            machine.type("poweroff")
            machine.ends("poweroff", "Requesting system poweroff")
    except BaseException as error:  # pylint: disable=broad-exception-caught
        done.setdefault("errors", []).append(error)
        done["waits"].abort()
        done["read"].abort()


def lease_of(export, host, arch, says):
    """Ours, whatever it is called: the other client may have our name."""
    boot = says("cat /proc/sys/kernel/random/boot_id")
    found = []

    def find():
        found[:] = [name for name in common.leases(export)
                    if common.read_lease(export, name).get("boot") == boot]
        return found
    common.server.wait_for(find, f"the lease of {host} on {arch}")
    lease = common.read_lease(export, found[0])
    same((lease["host"], lease["arch"], lease["version"]), (found[0], arch, "v1"))
    has(lease["card"], "525400")


def both(name, versions, hosts):
    """(leases while both run, what each thinks it is)."""
    export = common.make_export(name, v1=common.ARCHS)
    before = common.fingerprint(export)
    done = {"waits": threading.Barrier(2), "read": threading.Barrier(2)}
    with common.server.start_ganesha(export, writable=("leases",)) as nfs:
        threads = [threading.Thread(target=one_client,
                                    args=(arch, version, export, nfs, host, done))
                   for arch, version, host in zip(common.ARCHS, versions, hosts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for error in sorted(done.get("errors", ()), key=lambda one: isinstance(
            one, threading.BrokenBarrierError)):
        raise error
    same(common.leases(export), [])  # an orderly shutdown takes them back
    same(common.fingerprint(export), before)
    return done


def together():
    yield "x86_64 over v3, aarch64 over v4.2: one export, " \
        "the same bytes, leases, not a byte written"
    done = both("export-a", ("3", "4.2"), ("one", "two"))
    same(done["x86_64 leases"], ["one", "two"])
    yield "x86_64 over v4.2, aarch64 over v3: the same name for both, and each its own lease"
    done = both("export-b", ("4.2", "3"), ("twin", "twin"))
    cards = {arch: done[arch + " card"] for arch in common.ARCHS}
    same(len(set(cards.values())), 2)
    names = done["x86_64 leases"]
    same((len(names), names[0]), (2, "twin"))
    same(names[1] in {"twin-" + card for card in cards.values()}, True)


TESTS = [together]
