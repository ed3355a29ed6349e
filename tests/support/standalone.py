#!/usr/bin/python3
"""Makes an archive that is laid out as python-build-standalone's (python/install/... or python/...)
of a staged runtime: the interpreter, its standard library and all libraries but the C library's.
Usage: standalone.py TREE ARCH OUTPUT [PREFIX]"""
import glob
import os
import sys
import tarfile

LIBC = ("ld-", "ld64.", "ld.", "libc.so", "libm.so", "libpthread.so", "libdl.so", "libutil.so",
        "librt.so", "libanl.so", "libresolv.so", "libnss_", "libgcc_s", "libcrypt.so")


def main():
    tree, arch, output = sys.argv[1:4]
    prefix = sys.argv[4] if len(sys.argv) > 4 else "python"
    usr, clib = f"{tree}/etc/python/{arch}/usr", f"{tree}/etc/clib/{arch}"
    with tarfile.open(output, "w:gz", compresslevel=1) as archive:
        for python in sorted(glob.glob(usr + "/bin/python3*")):
            archive.add(python, f"{prefix}/bin/" + os.path.basename(python))
        for library in sorted(os.listdir(clib)):
            if ".so" in library and not library.startswith(LIBC):
                archive.add(f"{clib}/{library}", f"{prefix}/lib/{library}")
        for stdlib in glob.glob(usr + "/lib/python3.*"):
            archive.add(stdlib, f"{prefix}/lib/" + os.path.basename(stdlib),
                        filter=lambda info: None if "__pycache__" in info.name or
                        "busypy" in info.name else info)
        archive.add(__file__, f"{prefix}/share/doc/readme")


if __name__ == "__main__":
    main()
