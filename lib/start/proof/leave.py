# SPDX-License-Identifier: MIT
"""Threads, a child, finalisers, and an exit status of its own."""
import os
import sys
import threading


class Last:
    def __del__(self):
        os.write(1, b"finalised\n")


last = Last()
done = []
threads = [threading.Thread(target=done.append, args=(i,)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(done), threading.main_thread() is threading.current_thread(), flush=True)
pid = os.fork()
if pid == 0:
    print("child", os.getppid() > 0, flush=True)
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
import argparse, collections, datetime, json, re  # what most scripts import
print(json.dumps({"x": [1, None, "\u00e9"]}), re.sub("a+", "b", "caat"), datetime.date(2026, 1, 2),
      collections.Counter("abca").most_common(1), argparse.ArgumentParser("p").prog)
print("to the other stream", file=sys.stderr)
sys.exit(3)
