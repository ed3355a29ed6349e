"""Where expanded parts of a word go: into fields, into one text, or into a pattern."""

from busypy.sh import pattern as patterns

MAGIC = frozenset("*?[")


class Fields:
    """Collects fields, splitting the results of unquoted expansions by IFS."""

    def __init__(self, ifs):
        self.ifs = ifs
        self.done = []
        self.segments = []
        self.started = False
        self.after_blank = False

    def literal(self, text):
        """Unquoted text of the script: not split, but special in patterns."""
        self.segments.append((text, False))
        self.started = True
        self.after_blank = False

    def quoted(self, text):
        self.segments.append((text, True))
        self.started = True
        self.after_blank = False

    def mark(self):
        """A quoted null string: a field even if nothing else comes."""
        self.started = True
        self.after_blank = False

    def separate(self):
        """A field boundary that is not IFS: between positional parameters."""
        if self.started:
            self.finish()

    def finish(self):
        self.done.append(self.segments)
        self.segments = []
        self.started = False

    def value(self, text):
        """The result of an unquoted expansion."""
        ifs = self.ifs
        if ifs == "" or not text:
            if text:
                self.literal(text)
            return
        self.after_blank = False
        run = 0
        for i, c in enumerate(text):
            if c not in ifs:
                continue
            if i > run:
                self.literal(text[run:i])
            run = i + 1
            if c in " \t\n":
                if self.started:
                    self.finish()
                    self.after_blank = True
            elif self.after_blank:
                self.after_blank = False
            else:
                self.finish()
        if run < len(text):
            self.literal(text[run:])

    def result(self, globbing):
        """The fields as text, after pathname expansion if globbing."""
        if self.started:
            self.finish()
        out = []
        for segments in self.done:
            text = "".join([t for t, _ in segments])
            if globbing and any(not q and not MAGIC.isdisjoint(t) for t, q in segments):
                from busypy.sh import glob
                names = glob.expand("".join([patterns.quote(t) if q else t for t, q in segments]))
                if names:
                    out.extend(names)
                    continue
            out.append(text)
        return out


class Text:
    """Collects one string: no splitting, no pathname expansion."""

    def __init__(self):
        self.out = []

    def literal(self, text):
        self.out.append(text)

    quoted = value = literal

    def mark(self):
        """Nothing: a null string adds nothing to a text."""

    def separate(self):
        self.out.append(" ")

    def result(self):
        return "".join(self.out)


class Pattern(Text):
    """Collects a pattern: quoted text matches only itself."""

    def quoted(self, text):
        self.out.append(patterns.quote(text))
