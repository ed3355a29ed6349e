# SPDX-License-Identifier: MIT
"""swaps.py WORK HOW COMMAND NAME[=DECOY]...: publish, rollback or gc is stopped at each of its
system calls that names or changes something of the source or the export, and there each NAME (below
WORK) is swapped for a DECOY, root's own and outside of both: HOW link, by a link; HOW rename, by
the thing itself. What is outside must be as it was, no byte of it in a version, and each version
that was published before unchanged. Prints what was wrong, or how many swaps there were."""
import concurrent.futures
import hashlib
import os
import shutil
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(HERE + "/../..")
BUSYPY = os.environ.get("BUSYPY", os.path.join(ROOT, "build", "busypy"))
sys.path.insert(0, ROOT + "/tests/cli/publish")
import proof  # noqa: E402

SECRET = b"TOP-SECRET"
WORKERS = 2


def digest(top, links=True):
    """{path: what is there}; links: with the number of names, so that none was added outside."""
    found = {}
    for folder, folders, files in os.walk(top):
        for path in [folder] + [os.path.join(folder, name) for name in files] + \
                    [os.path.join(folder, name) for name in folders
                     if os.path.islink(os.path.join(folder, name))]:
            st = os.lstat(path)
            what = [stat.S_IFMT(st.st_mode), stat.S_IMODE(st.st_mode), st.st_uid]
            if stat.S_ISREG(st.st_mode):
                with open(path, "rb") as file:
                    what += [hashlib.sha256(file.read()).hexdigest()]
                what += [st.st_nlink] if links else []
            elif stat.S_ISLNK(st.st_mode):
                what += [os.readlink(path)]
            found[os.path.relpath(path, top)] = what
    return found


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


class Race:
    """One worker's export and source, and what lies outside of them."""

    def __init__(self, work, how, command, names):
        self.work, self.outside, self.how, self.kind = work, work + "-outside", how, command
        self.export, self.source = work + "/export", work + "/source"
        self.names = [name.partition("=")[::2] for name in names]
        self.bad, self.swaps = [], 0
        self.make_outside()
        self.versions = {name: digest(self.version(name), False) for name in ("v1", "v2")}
        self.before = digest(self.outside)
        self.inodes = {os.path.join(self.outside, name): os.stat(os.path.join(
            self.outside, name)).st_ino for name in os.listdir(self.outside)}
        shutil.copytree(self.version("v1"), work + "-v1", symlinks=True)

    def version(self, name):
        return "%s/versions/%s" % (self.export, name)

    def make_outside(self):
        """A file and a folder, in which are the names that a step may look for."""
        os.mkdir(self.outside, 0o700)
        for path in ("folder/x", "folder/deep/x", "folder/bin/tool", "folder/v1.gone/x",
                     "folder/v3.tmp/x", "folder/owner", "folder/etc/n", "folder/node", "file",
                     "plain/x", "plain/deep/x"):
            path = os.path.join(self.outside, path)
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
            with open(path, "wb") as file:
                file.write(b"# " + SECRET + b"\n")
            os.chmod(path, 0o600)

    def command(self):
        return {"publish": ["publish", "-q", "-i", "v3", self.source, self.export],
                "rollback": ["rollback", "-q", self.export],
                "gc": ["gc", "-q", "-k", "0", self.export]}[self.kind]

    def swap_at(self, number):
        """The status, and how many calls and swaps there were."""
        pairs = []
        for name, decoy in self.names:
            pairs += [os.path.join(self.work, name),
                      os.path.join(self.outside, decoy or "folder")]
        done = subprocess.run([ROOT + "/build/helpers/swapat", str(number), self.work, self.how,
                               *pairs, "--", BUSYPY, *self.command()],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if len(done.stdout.split()) < 2:
            raise RuntimeError("swapat: %s" % done.stderr)
        calls, swaps = map(int, done.stdout.split()[-2:])
        return done.returncode, calls, swaps, done.stderr.decode(errors="replace")

    def put_back(self):
        for name, decoy in reversed(self.names):
            path, decoy = os.path.join(self.work, name), os.path.join(self.outside,
                                                                      decoy or "folder")
            if not os.path.lexists(path + "~"):
                continue
            if not os.path.lexists(decoy):
                self.take_back(decoy)
            remove(path)
            os.rename(path + "~", path)

    def take_back(self, decoy):
        """It may have another name by now."""
        for folder, folders, files in os.walk(self.work):
            for name in folders + files:
                path = os.path.join(folder, name)
                if os.lstat(path).st_ino == self.inodes[decoy]:
                    os.rename(path, decoy)
                    return

    def leaks(self):
        """Files of a version with what lies outside; of a file that came by its own name into the
        source, what nobody else may read."""
        for folder, _, files in os.walk(self.export + "/versions"):
            for name in files:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    secret = SECRET in file.read()
                if secret and (self.how == "link" or os.stat(path).st_mode & 0o077):
                    yield "%s has what lies outside" % path

    def judge(self, status, errors):
        if status not in (0, 125):
            self.bad.append("status %d: %s" % (status, errors))
        now = digest(self.outside)
        for path, what in self.before.items():
            # a folder that is an export's by now may get more in it
            if now.get(path) != what:
                self.bad.append("%s is %s, was %s" % (path, now.get(path), what))
        if self.how == "link" and set(now) - set(self.before):
            self.bad.append("outside is more: %s" % sorted(set(now) - set(self.before)))
        self.bad += self.leaks()
        for name, what in self.versions.items():
            removed = self.kind == "gc" and name == "v1"
            if removed and not os.path.lexists(self.version(name)):
                continue
            if digest(self.version(name), False) != what:
                self.bad.append("%s has changed" % name)
        if status == 0 and os.path.lexists(self.version("v3")):
            self.bad += proof.wrong_in(self.version("v3"))

    def clean(self):
        """As it was, for the next one."""
        versions = self.export + "/versions"
        for name in os.listdir(versions):
            if name not in self.versions:
                remove(os.path.join(versions, name))
        if not os.path.lexists(self.version("v1")):
            shutil.copytree(self.work + "-v1", self.version("v1"), symlinks=True)
        for name in os.listdir(self.export):
            if name.startswith((".lock", "current")):
                remove(os.path.join(self.export, name))
        os.symlink("versions/v2", self.export + "/current")
        for path in set(digest(self.outside)) - set(self.before):
            remove(os.path.join(self.outside, path))

    def run(self, numbers):
        """numbers: the calls at which it is swapped, until there are no more."""
        for number in numbers:
            status, calls, swaps, errors = self.swap_at(number)
            self.swaps += swaps
            self.put_back()
            self.judge(status, errors)
            if self.bad:
                self.bad.insert(0, "at call %d of %d: status %d, %s" %
                                (number, calls, status, errors))
                return
            self.clean()
            if calls < number:
                return


def bash(script, *args):
    subprocess.run(["bash", "-euc", ". '%s/tests/support/witness.bash'; "
                    ". '%s/tests/cli/publish/tree.bash'; %s" % (ROOT, ROOT, script), "_", *args],
                   check=True, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, HELPERS=ROOT + "/build/helpers"))


def make(work):
    """A source with a file and a folder to swap, and an export of two versions with leases."""
    os.mkdir(work)
    bash('''sound_tree "$1/source"; mkdir "$1/source/etc/sub"
        echo x >"$1/source/etc/sub/x"; echo 1 >"$1/source/etc/n"
        "$2" publish -q -i v1 "$1/source" "$1/export"; echo 2 >"$1/source/etc/n"
        "$2" publish -q -i v2 "$1/source" "$1/export"; echo 3 >"$1/source/etc/n"
        mkdir "$1/export/leases"
        printf 'host %s\\narch %s\\nversion %s\\nboot b\\nuptime 5\\n' node x86_64 v2 \\
            >"$1/export/leases/node"''', work, BUSYPY)


def main():
    work, how, command, *names = sys.argv[1:]
    races = []
    for number in range(WORKERS):
        make("%s/%d" % (work, number))
        races.append(Race("%s/%d" % (work, number), how, command, names))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        shares = [pool.submit(race.run, range(number + 1, 5000, WORKERS))
                  for number, race in enumerate(races)]
    for share in shares:
        share.result()
    bad = [each for race in races for each in race.bad]
    swaps = sum(race.swaps for race in races)
    print("\n".join(bad) or "%d swaps" % swaps)
    return bool(bad) or swaps < 10


sys.exit(main())
