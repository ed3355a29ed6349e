"""What the rows of the battery share: a table that fills itself, and running a program."""
import os
import platform
import re
import subprocess

VERSION = platform.python_version()
GIT = dict(os.environ, GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a",
           GIT_COMMITTER_EMAIL="a@b", GIT_CONFIG_GLOBAL="/dev/null", LC_ALL="C.UTF-8")


def out(*command, **options):
    """What a program says, and its status if it is not 0."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                          **options)
    status = f"{done.returncode}: " if done.returncode else ""
    return status + (done.stdout + done.stderr).strip()


def sh(script, **options):
    return out("/bin/sh", "-c", script, **options)


def whose(text):
    """A Python's version by whose it is."""
    return re.sub(r"\b3\.\d+\.\d+\b", lambda match: "own" if match[0] == VERSION else "other", text)


def plain(text, here):
    """Without the folder of the script, which is another for each."""
    return text.replace(here, "HERE")
