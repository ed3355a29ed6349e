"""What is said to busypy: refusals, warnings, and what an arch lacks."""
import contextlib
import re
import signal

HIDDEN = re.compile(r"//[^/@\s]*@")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
SENTENCE_MAX = 700
TIME_LEAST, TIME_BYTES = 10, 1 << 20  # seconds of the processor; bytes for one more


class Refused(Exception):
    """A sentence for the user; lacks has what a table shows beside it."""

    def __init__(self, sentence, lacks=()):
        super().__init__(sentence)
        self.lacks = tuple(lacks)


def plain(text):
    """The text on one line, without controls, and without the passwords of URLs."""
    return UNPRINTABLE.sub("?", HIDDEN.sub("//", str(text)))


def sentence(text):
    text = plain(text)
    return text if len(text) <= SENTENCE_MAX else text[:SENTENCE_MAX] + "..."


def listed(words, most=6):
    """"a, b and 3 more"."""
    words = [str(word) for word in words]
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


@contextlib.contextmanager
def within_reason(what, n):
    """Refuses what n bytes of a server cannot need: parsers have texts that they take hours for."""
    def stop(_number, _frame):
        raise Refused(f"{what}: {n} bytes that take more than {seconds} s to be understood")

    seconds = TIME_LEAST + n // TIME_BYTES
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class Report:
    """Lines for standard output, each once, in their order."""

    def __init__(self):
        self.lines = []

    def _add(self, line):
        if line not in self.lines:
            self.lines.append(line)

    def warn(self, text):
        self._add("warning " + sentence(text))

    def lacks(self, name, target, version):
        self._add(f"lacks {name} {target} {version or '-'}")
