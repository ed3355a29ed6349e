# SPDX-License-Identifier: MIT
"""What a script finds when it begins: words, environment, streams, flags, paths, modules."""
import os
import sys

print(sys.argv, sys.orig_argv[1:], __file__, __name__, sorted(globals()))
print(sorted(os.environ.items()))
for stream in sys.stdin, sys.stdout, sys.stderr:
    print(stream.name, stream.mode, stream.encoding, stream.errors, stream.line_buffering,
          stream.isatty(), type(stream.buffer).__name__)
print(sys.flags)
print(sys.executable, sys.prefix, sys.exec_prefix, sys.base_prefix, sys.path)
print(list(sys.modules))
print(sys.getfilesystemencoding(), sys.getdefaultencoding(), sys.warnoptions, sys._xoptions)
print(open("/proc/self/comm").read(), sorted(os.listdir("/proc/self/fd")))
