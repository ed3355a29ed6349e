"""First lines as tests/binfmt/fallthrough generates them: what they start, or the errno."""

import os
import random
import sys

from case import Case, mount

sys.path.insert(0, os.path.abspath(__file__ + "/../../../binfmt/fallthrough"))
import inside  # noqa: E402
import lines  # noqa: E402

PER_GROUP, PER_GROUP_LONG = 10, 200


def cases(machine):
    mount("/run/f", "mode=0755,size=64m")
    for directory in ("/run/f/s", "/run/f/t"):
        os.makedirs(directory)
    # who writes to a file (ETXTBSY) cannot be seen
    inside.make_interpreters(f"{machine.root}/build/helpers/dump").close()
    each = PER_GROUP_LONG if machine.long else PER_GROUP
    for group, (name, _) in enumerate(lines.GROUPS):
        for i in range(each):
            number = group * each + i
            place = lines.Place(b"/run/f/s", b"/run/f/t", number)
            case = lines.make(group, random.Random(f"explain {number}"), place)
            yield Case(f"{name} {i}", case.path, user=number % 2 == 1,
                       directory="/run/f/s")
