"""Imports every extension module of the standard library and prints what of this process is mapped
from elsewhere than the places that are named: programs and libraries, one a line. Data are no
matter: the host's locales are meant to be read."""
import importlib
import os
import sys
import sysconfig

count = 0
folder = os.path.join(sysconfig.get_path("stdlib"), "lib-dynload")
for name in sorted(os.listdir(folder)):
    importlib.import_module(name.split(".")[0])
    count += 1
print(count > 20, "modules" if count > 20 else count, sys.prefix)
mapped = set()
with open("/proc/self/maps", encoding="ascii") as maps:
    for line in maps:
        fields = line.split(maxsplit=5)
        path = fields[5].strip() if len(fields) == 6 else ""
        if path.startswith("/") and ("x" in fields[1] or ".so" in os.path.basename(path)):
            mapped.add(path)
for path in sorted(mapped):
    if not path.startswith(tuple(sys.argv[1:])):
        print(path)
