"""How long tests wait: seconds for a quiet machine, times what tests/support/slowness measures."""

import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))

if "TEST_SLOWNESS" not in os.environ:  # not started by tests/run
    os.environ["TEST_SLOWNESS"] = subprocess.run(
        [HERE + "/slowness"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
        text=True).stdout.strip()
SLOWNESS = int(os.environ["TEST_SLOWNESS"])


def patient(seconds):
    """A deadline: only what hangs takes longer."""
    return seconds * SLOWNESS
