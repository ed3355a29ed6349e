"""The options of set: letters, long names, and the text of $-."""

LETTERS = {"a": "allexport", "b": "notify", "C": "noclobber", "e": "errexit", "f": "noglob",
           "h": "hashall", "m": "monitor", "n": "noexec", "u": "nounset", "v": "verbose",
           "x": "xtrace"}
# Options without a letter: their names are attributes themselves.
NAMED = ("ignoreeof", "nolog", "vi", "emacs", "pipefail", "exec")
# Fixed when the shell starts.
FIXED = {"i": "interactive", "s": "stdin"}
BY_NAME = {name: letter for letter, name in LETTERS.items()}
BY_NAME.update((name, name) for name in NAMED)


class Options:
    """One boolean attribute per option, named by its letter or else its long name."""
    __slots__ = tuple(LETTERS) + NAMED + tuple(FIXED)

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, False)

    def letters(self):
        """The value of $-."""
        return "".join([c for c in "aibmCefhnsuvx" if getattr(self, c)])

    def set_letter(self, letter, value):
        """False if there is no such option."""
        if letter not in LETTERS:
            return False
        setattr(self, letter, value)
        return True

    def set_name(self, name, value):
        if name not in BY_NAME:
            return False
        setattr(self, BY_NAME[name], value)
        if value and name in ("vi", "emacs"):
            setattr(self, "vi" if name == "emacs" else "emacs", False)
        return True

    def listing(self):
        """(long name, value) pairs, sorted."""
        return [(name, getattr(self, BY_NAME[name])) for name in sorted(BY_NAME)]
