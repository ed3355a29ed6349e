"""Reads differences.txt: what may, and then must, differ from a native shebang.

A line is "ways | states | property | seen | reason"; ways, states and property are shell patterns,
several of them separated by commas. A state "!PATTERN" takes states away again. seen is the value
as the report shows it; "+TEXT" is the native value with TEXT put at its end; "*" is any value but
the native one. {script} stands for the script's path. A line that begins with "?" depends on the
kernel: it may or may not differ, but the value seen is that one.
"""

import fnmatch


def matches(patterns, name):
    taken = [p[1:] for p in patterns if p.startswith("!")]
    return (any(fnmatch.fnmatchcase(name, p) for p in patterns if not p.startswith("!"))
            and not any(fnmatch.fnmatchcase(name, p) for p in taken))


class Difference:
    def __init__(self, line, all_ways):
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != 5:
            raise SystemExit(f"differences.txt: not five parts: {line}")
        self.line, self.used, self.seen = line, line.startswith("?"), parts[3]
        parts[0] = parts[0].removeprefix("? ")
        self.ways = [way for way in all_ways if matches(parts[0].split(", "), way)]
        self.states, self.properties = parts[1].split(", "), parts[2].split(", ")

    def covers(self, way, state, name):
        return (way in self.ways and matches(self.states, state) and matches(self.properties, name))

    def value(self, native, actual, script):
        seen = self.seen.replace("{script}", script)
        if seen == "*":
            return "another" if actual in (native, None) else actual
        if seen.startswith("+"):
            return native[:-1] + seen[1:] + native[-1]
        return seen


class Differences:
    def __init__(self, entries):
        self.entries = entries

    def expect(self, way, state, name, native, actual, script):
        """The value that must be seen; the last line that fits counts."""
        for entry in reversed(self.entries):
            if entry.covers(way, state, name):
                wanted = entry.value(native, actual, script)
                entry.used = entry.used or wanted != native
                return wanted
        return native

    def unused(self):
        return [entry.line for entry in self.entries if not entry.used]


def read(path, all_ways):
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return Differences([Difference(line, all_ways) for line in lines
                        if line and not line.startswith("#")])
