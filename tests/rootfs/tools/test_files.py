"""What must never go wrong with files: odd names, full disks, growing files, closed pipes."""

import os
import subprocess

from tap import (PYTHON, Tests, check, command, environment, patient, run, same, sandbox,
                 until)

test = Tests()
ODD = [b"new\nline", b"bad\xff\xfeutf8", b"-dash", b"sp ace", b"quo'te", b"back\\slash", b"*",
       b"tab\there", "umlaut\u00e4".encode(), b"a" * 255]


def make_odd():
    for name in ODD:
        with open(name, "wb") as file:
            file.write(b"content of " + name)


@test
def names_are_listed_byte_for_byte():
    make_odd()
    same(sorted(run("ls", "--show-control-chars").out), sorted(b"\n".join(ODD) + b"\n"))
    found = run("find", ".", "-type", "f", "-print0").out.split(b"\0")[:-1]
    same(sorted(found), sorted(b"./" + name for name in ODD))


@test
def odd_names_are_copied_moved_and_removed():
    make_odd()
    os.mkdir(b"to")
    same(run("cp", "--", *map(os.fsdecode, ODD), "to").status, 0)
    same(sorted(os.listdir(b"to")), sorted(ODD))
    same(run("cp", "-a", "to", "again").status, 0)
    same(run("mv", "--", *map(os.fsdecode, ODD), "again").status, 0)
    same(run("rm", "-r", "again", "to").status, 0)
    same(os.listdir(b"."), [])


@test
def odd_names_go_through_find_xargs_sha256sum_and_tar():
    make_odd()
    found = run("find", ".", "-type", "f", "-print0")
    sums = run("xargs", "-0", PYTHON, command("sha256sum")[1], stdin=found.out)
    same(sums.status, 0, sums)
    listed = run("sha256sum", "-c", stdin=sums.out)
    same((listed.status, listed.out.count(b": OK\n")), (0, len(ODD)), listed)
    archive = run("tar", "cf", "-", ".")
    os.mkdir("out")
    same(run("tar", "xf", "-", "-C", "out", stdin=archive.out).status, 0)
    same(sorted(os.listdir(b"out")), sorted(ODD))


@test
def messages_quote_odd_names():
    same(run("ls", "a\nb").err, b"ls: cannot access $'a\\nb': No such file or directory\n")
    same(run("rm", os.fsdecode(b"\xff")).err,
         b"rm: cannot remove $'\\377': No such file or directory\n")


@test
def full_disk_is_an_error_of_every_program_that_prints():
    with open("in", "w") as file:
        file.write("line\n" * 100)
    for words in (["cat", "in"], ["cat", "-n", "in"], ["echo", "x"], ["printf", "x"], ["ls"],
                  ["sort", "in"], ["grep", "line", "in"], ["sed", "p", "in"], ["head", "in"],
                  ["tail", "in"], ["wc", "in"], ["uniq", "in"], ["cut", "-c1", "in"],
                  ["tr", "a", "b"], ["tee"], ["seq", "9"], ["yes"], ["od", "in"], ["date"],
                  ["env"], ["id"], ["uname"], ["pwd"], ["find", "."], ["du"], ["df"],
                  ["sha256sum", "in"], ["gzip", "-c", "in"], ["tar", "cf", "-", "in"],
                  ["ps"], ["readlink", "-f", "in"], ["stat", "in"], ["basename", "x"],
                  ["smoke"], ["mount"], ["free"], ["xargs", "-t", "true"]):
        with open("/dev/full", "wb") as full, open("in", "rb") as source:
            done = subprocess.run(command(*words), stdin=source, stdout=full, timeout=patient(20),
                                  stderr=subprocess.PIPE, env=environment())
        if words[0] == "xargs":
            same(done.returncode, 0, words)
            continue
        check(done.returncode != 0 and done.stderr, (words, done))
        check(b"No space left" in done.stderr and b"Traceback" not in done.stderr, (words, done))


@test
def closed_pipe_ends_a_program_silently():
    for words in (["yes"], ["seq", "1000000"], ["cat", "/dev/zero"], ["find", "/usr/share"],
                  ["sed", "p", "/usr/share/dict/words", "/etc/services", "/proc/kallsyms"],
                  ["od", "/dev/zero", "-v"], ["tar", "cf", "-", "/usr/share/doc/coreutils",
                                              "/usr/bin/busybox"], ["grep", "", "/proc/kallsyms"]):
        process = subprocess.Popen(command(*words), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        process.stdout.read(10)
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        same(process.wait(20), -13, words)
        check(b"roken" not in err and b"Traceback" not in err, (words, err))


@test
def closed_standard_streams_are_no_traceback():
    for redirect in (">&-", "<&-", "2>&-", ">&- 2>&- <&-"):
        for words in (["ls"], ["cat"], ["echo", "x"], ["cp", "a", "b"], ["sort"]):
            with open("a", "w") as file:
                file.write("safe")
            line = " ".join(command(*words)) + " " + redirect
            done = subprocess.run(["sh", "-c", line], env=environment(), timeout=patient(20),
                                  stdin=subprocess.DEVNULL, capture_output=True)
            check(b"Traceback" not in done.stderr, (line, done))
            with open("a") as file:
                same(file.read(), "safe", line)


@test
def directory_of_100000_entries():
    os.mkdir("big")
    fd = os.open("big", os.O_RDONLY)
    for number in range(100000):
        os.mknod("n%d" % number, dir_fd=fd)
    os.close(fd)
    listed = run("ls", "big", timeout=30)
    same((listed.status, listed.out.count(b"\n")), (0, 100000), listed.err)
    columns = run("ls", "-C", "-w", "100", "big", timeout=30)
    same(len(columns.out.split()), 100000)
    found = run("find", "big", "-type", "f", "-name", "n9999?", timeout=30)
    same(found.out.count(b"\n"), 10)
    same(run("rm", "-r", "big", timeout=30).status, 0)
    check(not os.path.exists("big"))


@test
def growing_file_is_copied_and_archived():
    with open("log", "ab") as log:
        log.write(b"x" * 100000)
        log.flush()
        writer = subprocess.Popen([PYTHON, "-c", "while True: f=open('log','ab'); "
                                   "f.write(b'y'*1000); f.close()"])
        try:
            until(lambda: os.path.getsize("log") > 100000)
            for words in (["tar", "cf", "a.tar", "log"], ["wc", "-c", "log"],
                          ["sha256sum", "log"], ["tail", "-c", "10", "log"]):
                done = run(*words)
                same(done.status, 0, (words, done))
        finally:
            writer.kill()
            writer.wait()
    same(run("tar", "tf", "a.tar").out, b"log\n")


@test
def tail_f_sees_what_is_added_and_what_replaces_the_file():
    with open("log", "w") as log:
        log.write("one\n")
    process = subprocess.Popen(command("tail", "-F", "-s", "0.02", "log"), stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env=environment())
    try:
        same(process.stdout.readline(), b"one\n")
        with open("log", "a") as log:
            log.write("two\n")
        same(process.stdout.readline(), b"two\n")
        with open("new", "w") as new:
            new.write("three\n")
        os.rename("new", "log")
        same(process.stdout.readline(), b"three\n")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


FULL = r"""
import os, subprocess
from tap import run, same, check
os.mkdir('disk')
subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', 'disk'], check=True)
def big(name, size=1000000):
    with open(name, 'wb') as file:
        file.write(os.urandom(size))
    os.chmod(name, 0o640)
    os.utime(name, (5, 5))
"""


def on_full_disk(script):
    done = sandbox(FULL + script)
    same(done.status, 0, done.err.decode("utf-8", "replace"))


@test
def cp_to_a_full_disk_fails_and_keeps_the_source():
    on_full_disk("""
big('a')
before = open('a', 'rb').read()
done = run('cp', 'a', 'disk/a')
same((done.status, done.err), (1, b"cp: error copying 'a' to 'disk/a': No space left on device\\n"))
same(open('a', 'rb').read(), before)
""")


@test
def mv_to_a_full_disk_keeps_the_source_and_the_old_target():
    on_full_disk("""
big('a')
before = open('a', 'rb').read()
open('disk/a', 'w').write('old')
done = run('mv', 'a', 'disk/a')
check(done.status == 1 and b'No space left' in done.err, done)
same(open('a', 'rb').read(), before)
same(open('disk/a').read(), 'old')
same(os.listdir('disk'), ['a'])
""")


@test
def mv_of_a_tree_to_a_full_disk_keeps_all_of_the_source():
    on_full_disk("""
os.makedirs('t/u')
big('t/1', 1000); big('t/u/2'); big('t/3', 1000)
done = run('mv', 't', 'disk')
check(done.status == 1 and b'No space left' in done.err, done)
same(sorted(os.listdir('t')), ['1', '3', 'u'])
same(os.path.getsize('t/u/2'), 1000000)
same(os.listdir('disk'), [])
""")


@test
def mv_between_file_systems_keeps_everything():
    on_full_disk("""
os.makedirs('t/u')
big('t/1', 1000); os.link('t/1', 't/u/hard'); os.symlink('../1', 't/u/soft'); os.mkfifo('t/p')
os.chown('t/1', 0, 0); os.chmod('t/u', 0o750); os.utime('t/u', (7, 7))
same(run('mv', 't', 'disk/new').status, 0)
check(not os.path.lexists('t'))
info = os.stat('disk/new/1')
same((oct(info.st_mode), info.st_mtime, info.st_nlink, info.st_size), ('0o100640', 5.0, 2, 1000))
same(os.readlink('disk/new/u/soft'), '../1')
info = os.stat('disk/new/u')
same((oct(info.st_mode), info.st_mtime), ('0o40750', 7.0))
""")


@test
def other_writers_on_a_full_disk():
    on_full_disk("""
big('disk/f', 200000)
before = open('disk/f', 'rb').read()
for words in (['sed', '-i', 's/a/bb/g', 'disk/f'], ['gzip', 'disk/f']):
    done = run(*words)
    check(done.status != 0 and b'No space left' in done.err, (words, done))
    same(os.listdir('disk'), ['f'], words)
    same(open('disk/f', 'rb').read(), before, words)
big('in')
done = run('sort', '-S', '1', '-T', 'disk', 'in', 'in', 'in')
check(done.status == 2 and b'No space left' in done.err, done)
done = run('tee', 'disk/x', stdin=b'y' * 500000)
check(done.status == 1 and len(done.out) == 500000, done.err)
""")


@test
def sparse_file_stays_sparse():
    with open("a", "wb") as file:
        file.seek(50 << 20)
        file.write(b"end")
    same(run("cp", "a", "b").status, 0)
    info = os.stat("b")
    same(info.st_size, (50 << 20) + 3)
    check(info.st_blocks * 512 < 1 << 20, info)
    with open("b", "rb") as file:
        file.seek(-3, 2)
        same(file.read(), b"end")


@test
def ln_f_never_leaves_the_target_missing():
    os.symlink("one", "l")
    process = subprocess.Popen([PYTHON, "-c", "import os\nwhile True: os.readlink('l')"],
                               stderr=subprocess.PIPE)
    try:
        for number in range(30):
            same(run("ln", "-sfn", "t%d" % number, "l").status, 0)
        same(process.poll(), None)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@test
def deep_tree_is_walked_and_removed():
    here = os.open(".", os.O_RDONLY)
    for _ in range(400):
        os.mkdir("deep")
        os.chdir("deep")
    os.fchdir(here)
    os.close(here)
    same(run("find", ".", "-type", "d").out.count(b"\n"), 401)
    same(run("du", "-s").status, 0)
    same(run("cp", "-r", "deep", "copy").status, 0)
    same(run("rm", "-r", "deep", "copy").status, 0)
    same(os.listdir("."), [])


@test
def tar_does_not_leave_its_directory():
    import io
    import tarfile
    os.mkdir("in")
    with tarfile.open("evil.tar", "w") as archive:
        def add(name, kind=tarfile.REGTYPE, target=""):
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size = kind, target, 1 if not target else 0
            archive.addfile(member, io.BytesIO(b"x"))
        add("../evil1")
        add(os.path.abspath("evil2"))
        add("out", tarfile.SYMTYPE, "..")
        add("out/evil3")
        add("hard", tarfile.LNKTYPE, "../evil.tar")
        add("good")
    done = run("tar", "xf", "../evil.tar", cwd="in")
    same(done.status, 2)
    same(sorted(os.listdir(".")), ["evil.tar", "in"])
    check(os.path.exists("in/good"), done)


@test
def sort_spills_and_stays_right():
    import random
    random.seed(7)
    lines = [b"%d %s" % (random.randrange(1000), bytes(random.choices(b"abcdefgh ", k=30)))
             for _ in range(120000)]
    data = b"\n".join(lines) + b"\n"
    same(run("sort", "-S", "1M", stdin=data).out, b"\n".join(sorted(lines)) + b"\n")
    stable = run("sort", "-S", "1M", "-s", "-n", stdin=data)
    key = sorted(lines, key=lambda line: int(line.split(b" ")[0]))
    same(stable.out, b"\n".join(key) + b"\n")
    first = run("sort", "-S", "1M", "-nu", stdin=data).out.split(b"\n")[:-1]
    seen = {}
    for line in lines:
        seen.setdefault(int(line.split(b" ")[0]), line)
    same(first, [seen[number] for number in sorted(seen)])


if __name__ == "__main__":
    test.main()
