"""Statistics, the table and the verdicts of bench. Pure: samples in, text out."""
import statistics

BUSY = 1.5  # load per processor from which on the medians say little

DYNAMIC = ("beside", "beside_nnp", "runtime")  # whose child has an ld.so

CALLERS = {"root": "beside root", "user": "beside user", "no_new_privs": "beside_nnp user"}

GOALS = [
    # what is judged, the number from the results, the limit
    ("root: overhead of a private view against bubblewrap, 25 mounts",
     lambda r: r.overhead("25", "tree root") / r.overhead("25", "bwrap root"), 1 / 35),
    ("user: overhead of a private view against bubblewrap, 25 mounts",
     lambda r: r.overhead("25", "tree user") / r.overhead("25", "bwrap user"), 1 / 22),
    ("root: overhead with 2000 container mounts against 25",
     lambda r: r.overhead("2000 container", "tree root") / r.overhead("25", "tree root"), 1.3),
    ("user: overhead with 2000 container mounts against 25",
     lambda r: r.overhead("2000 container", "tree user") / r.overhead("25", "tree user"), 1.3),
    ("root: microseconds that a foreign script pays",
     lambda r: r.overhead("25", "foreign root"), 60),
    ("user: microseconds that a foreign script pays",
     lambda r: r.overhead("25", "foreign user"), 60),
    ("root: a foreign script against an interpreter that only execs",
     lambda r: r.overhead("25", "foreign root") / r.overhead("25", "relay root"), 1.15),
    ("user: a foreign script against an interpreter that only execs",
     lambda r: r.overhead("25", "foreign user") / r.overhead("25", "relay user"), 1.15),
    ("root: a tree script against the same interpreter outside",
     lambda r: r.ratio("python", "tree root", "outside root"), 1.05),
    ("user: a tree script against the same interpreter outside",
     lambda r: r.ratio("python", "tree user", "outside user"), 1.05),
] + [
    (f"{caller}: overhead beside the host against an interpreter that only execs",
     lambda r, case=case: r.overhead("25", case) /
     r.overhead("25", "relay " + case.split(" ")[-1]), 1.8) for caller, case in CALLERS.items()
] + [
    (f"{caller}: overhead beside the host with 2000 mounts against 25",
     lambda r, case=case: r.overhead("2000 in the view", case) / r.overhead("25", case), 1.05)
    for caller, case in CALLERS.items()
]


def microseconds(samples):
    good = sorted(value / 1000 for value in samples if value >= 0)
    if not good:
        return None
    return {"n": len(good), "median": statistics.median(good), "p10": good[len(good) // 10],
            "p90": good[len(good) * 9 // 10], "failed": len(samples) - len(good)}


class Results:
    """{(machine, jobs): {case: samples in nanoseconds}}"""

    def __init__(self):
        self.samples = {}
        self.mounts = {}  # machine: how many it really has
        self.live = {}  # live views: {"mount": samples, "umount": samples}
        self.pick = "median"  # or "p10": what it is when nothing else disturbs
        self.load = 0.0  # what the machine had to do meanwhile, per processor; 1 is ours

    def add(self, machine, jobs, samples):
        here = self.samples.setdefault((machine, jobs), {})
        for case, values in samples.items():
            here.setdefault(case, []).extend(values)

    def of(self, machine, case, jobs=1):
        return microseconds(self.samples[machine, jobs][case])

    def overhead(self, machine, case, jobs=1):
        """Over a native shebang of the same caller and child: median of the differences within a
        round, so that what slows the machine down for a while counts on neither side."""
        what, caller = case.split(" ")
        native = ("plain " if what in DYNAMIC else "native ") + caller
        here = self.samples[machine, jobs]
        if self.pick != "median":
            return microseconds(here[case])[self.pick] - microseconds(here[native])[self.pick]
        return statistics.median(
            (a - b) / 1000 for a, b in zip(here[case], here[native]) if a >= 0 and b >= 0)

    def ratio(self, machine, case, other):
        return self.of(machine, case)[self.pick] / self.of(machine, other)[self.pick]

    def failed(self):
        """{"machine, case": runs that failed}"""
        failed = {}
        for (machine, jobs), cases in self.samples.items():
            for case, values in cases.items():
                if min(values) < 0:
                    failed[f"{machine}, {case}, {jobs} at a time"] = sum(v < 0 for v in values)
        return failed

    def verdicts(self):
        for words, number, limit in GOALS:
            values = {}
            for self.pick in ("p10", "median"):
                try:
                    values[self.pick] = number(self)
                except KeyError:  # not measured: no other user, or only some machines
                    break
            else:
                yield {"goal": words, "limit": limit, **values, "met": values["median"] <= limit}

    def as_json(self):
        return {
            "exec": [{"machine": machine, "mounts": self.mounts[machine], "jobs": jobs,
                      "case": case, "us": microseconds(values)}
                     for (machine, jobs), cases in self.samples.items()
                     for case, values in cases.items()],
            "live": [{"views": views, "call": call, "us": microseconds(values)}
                     for views, calls in self.live.items() for call, values in calls.items()],
            "verdicts": list(self.verdicts()),
            "load": self.load,
        }


def table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip()


NAMES = {"child": "the child alone", "native": "native shebang",
         "relay": "an interpreter that only execs",
         "foreign": "foreign script",
         "elsewhere": "foreign, on another mount", "tree": "tree script, private view",
         "nnp": "tree script, user namespace",
         "plain": "native shebang, dynamic child",
         "beside": "tree script beside the host",
         "runtime": "beside the host, without a loader",
         "beside_nnp": "beside the host, no_new_privs",
         "unshare": "unshare -m", "bwrap": "bubblewrap"}


def exec_table(results, machines, jobs):
    rows = [["", *machines]]
    for case in results.samples[machines[0], jobs]:
        name, caller = case.split(" ")
        row = [f"{NAMES[name]}, {caller}"]
        for machine in machines:
            if case not in results.samples[machine, jobs]:
                row.append("-")
                continue
            cell = "{median:.0f} ({p90:.0f})".format(**results.of(machine, case, jobs))
            if name not in ("child", "native", "plain"):
                cell += f" {results.overhead(machine, case, jobs):+6.0f}"
            row.append(cell)
        rows.append(row)
    return table(rows)


def render(results):
    machines = [machine for machine, jobs in results.samples if jobs == 1 and machine != "python"]
    for jobs in sorted({jobs for _, jobs in results.samples}):
        yield f"\nExec to exit of a static child, {jobs} at a time, by host mounts: microseconds,"
        yield "median (90th percentile) +overhead over a native shebang of the same caller"
        yield from exec_table(results, machines, jobs)
    if ("python", 1) in results.samples:
        yield "\nA script with eight imports, milliseconds, median (90th percentile)"
        yield from table([[case, "{:.2f} ({:.2f})".format(*(results.of("python", case)[key] / 1000
                                                          for key in ("median", "p90")))]
                          for case in results.samples["python", 1]])
    if results.live:
        yield "\nThe host's own mount(2) and umount(2), by live views: microseconds"
        yield from table([["", *(str(n) for n in results.live)]] +
                         [[call, *("{median:.0f} ({p90:.0f})".format(**microseconds(calls[call]))
                                   for calls in results.live.values())]
                          for call in ("mount", "umount")])
    yield ""
    rows = [["goal", "limit", "median", "10th percentile", ""]]
    for verdict in results.verdicts():
        numbers = (f"{verdict[key]:.3f}" for key in ("limit", "median", "p10"))
        rows.append([verdict["goal"], *numbers, "met" if verdict["met"] else "MISSED"])
    yield from table(rows)
    if results.load > BUSY:
        yield (f"The machine was busy with other things (load {results.load:.1f} per processor): "
               "the medians are not to be trusted.")
