"""What takes long: the kernel's NFS server, in a machine of its own; and many clients at once.

BUSYPY_STORM is how many (16 without it)."""

import os
import re
import statistics

import knfsd
import share
import trips
import vm
from clients import image_inside, two_archs
from places import ARCHS
from sessions import FIRST, READY, same

CLIENTS = int(os.environ.get("BUSYPY_STORM", "16"))
SECONDS = 900  # for all of them on two processors
MEMORY = "160"


def kernel_server():
    yield "the kernel's server takes the lines that busypy export prints"
    path = share.make()
    exports = share.configuration(path, "knfsd", "10.0.2.0/24")
    # QEMU's user network comes from a port above 1024
    lines = re.sub(r"\(r([ow]),", r"(r\1,insecure,", exports)
    own = f"mount -t tmpfs -o size=4m,mode=1777 leases {path}/leases"
    if f"#   {own}\n" not in exports:
        raise AssertionError(exports)
    with knfsd.start_knfsd(path, exports=lines, before=own) as nfs:
        said = nfs.machine.sh("exportfs -v")
        found = [line.split()[0] for line in said.splitlines() if line.startswith("/")]
        same((nfs.said, found), ("", [path, f"{path}/leases"]))
        for flag in ("ro,insecure,root_squash,no_all_squash", "rw,insecure,root_squash,all_squash"):
            if flag not in said:
                raise AssertionError(said)
        yield "from the kernel's server both archs boot at once, over 3 and 4.2"
        two_archs(nfs, path, ("3", "4.2"))
        yield "leases on the kernel's server can be written, by nobody; the tree cannot"
        recommended = share.recommended(path)
        with vm.Machine(trips.MODULES) as machine:
            lab = trips.Lab(machine, nfs)
            trips.shares(lab, recommended)
            same(nfs.machine.sh(f"cd {path}/leases; ls; stat -c %u v3 v4.2; rm *").split(),
                 ["v3", "v4.2", "65534", "65534"])
            yield "requests per command, from the kernel's server"
            results = trips.measure(lab, recommended, images=False)
            print("\n".join(f"# {line}" for line in trips.table(results).splitlines()), flush=True)
            warm = results["3, as busypy export says"]
            same([cells[1][0] for cells in warm.values()], [0] * len(warm))


def requests(machine):
    """What this client has asked the server up to now, reading this included."""
    text = machine.command("cat /proc/self/mountstats", READY)
    section = re.search(r" mounted on / with fstype nfs.*?(?=^device |\Z)", text,
                        re.MULTILINE | re.DOTALL)[0]
    counts = {name: int(count) for name, count in
              re.findall(r"^\s+([A-Z_0-9]+): (\d+) ", section, re.MULTILINE)}
    read = int(re.search(r"^\s+bytes:\s+(.*)$", section, re.MULTILINE)[1].split()[4])
    return sum(counts.values()), read, counts


def storm():
    yield f"{CLIENTS} clients, started at once, all reach the prompt"
    path = share.make()
    with share.ganesha(path) as nfs:
        machines = []
        try:
            for number in range(CLIENTS):
                machines.append(share.client(f"storm{number}", ARCHS[number % 2],
                                             share.words(nfs, "3"), "--memory", MEMORY))
            for machine in machines:
                machine.expect(FIRST, SECONDS)
            times = [machine.time_of(FIRST) for machine in machines]
            yield "each has asked the server about as much as one alone"
            counts = []
            for machine in machines:
                machine.command("PS1='re''ady> '", READY)
                counts.append(requests(machine))
            print(f"# seconds to the prompt: {min(times):.1f} to {max(times):.1f}, median "
                  f"{statistics.median(times):.1f}")
            totals = [count[0] for count in counts]
            read = [count[1] / 1e6 for count in counts]
            print(f"# requests up to the prompt and one cat: {min(totals)} to {max(totals)}, "
                  f"{min(read):.1f} to {max(read):.1f} MB read; one of them: {counts[0][2]}")
            if min(totals) == 0 or max(totals) > 1500:
                raise AssertionError(totals)
            yield "and they all switch themselves off"
            for machine in machines:
                machine.type("poweroff")
            for machine in machines:
                same(machine.end(SECONDS), ("poweroff", 0))
        finally:
            for machine in machines:
                machine.__exit__(None, None, None)


TESTS = [image_inside, kernel_server, storm]
