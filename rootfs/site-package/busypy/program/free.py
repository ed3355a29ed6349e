"""free: show how much memory is free."""

from busypy import cli, machine, text

USAGE = """
usage: free [-bghkm]
  -b  in bytes
  -g  in units of 1073741824 bytes
  -h  with a letter
  -k  in units of 1024 bytes (default)
  -m  in units of 1048576 bytes
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 0)
    shift = {"b": 0, "m": 20, "g": 30}.get(opts.last("bghkm"), 10)
    known = machine.memory()
    total, free = known.get("MemTotal", 0), known.get("MemFree", 0)
    cache = sum(known.get(key, 0) for key in ("Buffers", "Cached", "SReclaimable"))
    available = known.get("MemAvailable", free + cache)
    swap, swap_free = known.get("SwapTotal", 0), known.get("SwapFree", 0)

    def show(size):
        return text.human(size) if opts.last("bghkm") == "h" else str(size >> shift)
    rows = [["", "total", "used", "free", "shared", "buff/cache", "available"],
            ["Mem:"] + [show(n) for n in (total, max(total - available, 0), free,
                                          known.get("Shmem", 0), cache, available)],
            ["Swap:"] + [show(n) for n in (swap, swap - swap_free, swap_free)] + [""] * 3]
    for row in rows:
        line = row[0].ljust(6) + "".join(cell.rjust(13 if at else 14) for at, cell in
                                         enumerate(row[1:]))
        cli.out().write(line.rstrip().encode() + b"\n")
