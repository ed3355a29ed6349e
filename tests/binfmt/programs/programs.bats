# programs = host: a tree's script beside the host's programs, by a runtime at a prefix.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    debian_tree "$(uname -m)"
    export TREE=$BATS_FILE_TMPDIR/tree
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    host_tree "$TREE"
}

teardown_file() {
    host_state | diff "$BATS_FILE_TMPDIR/before" -
}

# A tree that uses the host's programs. Its script py runs the code that is its first argument.
host_tree() {
    "$ROOT/tests/support/clone" "$TREES/debian" "$1"
    echo 'programs = host' >"$1/etc/busypy/tree.conf"
    printf '#!/usr/bin/python3\nimport sys\nexec(sys.argv[1])\n' >"$1/bin/py"
    printf '#!/usr/bin/python3\nimport sys\nprint("nested", sys.prefix, *sys.argv[1:])\n' >"$1/bin/nested"
    mkdir -p "$1/site-package"
    echo 'name = "of the tree"' >"$1/site-package/ours.py"
    chmod 755 "$1/bin/py" "$1/bin/nested"
}

# Runs a bash script (standard input) in a throw-away machine where $TREE is enabled, with the
# configuration $CONF. Three callers: "$@" of each is put before a command.
enabled() {
    { cat <<'SCRIPT'; cat; } | machine_script "$TREE" "$CONF"
export TREE=$1
printf '%s\n' "$2" >/run/conf
"$BUSYPY" enable --quiet --config /run/conf "$TREE"
user="setpriv --reuid 1000 --regid 1000 --clear-groups"
bound="$user --no-new-privs"
each() { for who in env "$user" "$bound"; do "$@"; done; }
py=$TREE/bin/py
fails() { echo "$*"; exit 1; }
SCRIPT
}

@test "the host's programs say to a script of the tree what they say to one of the host" {
    enabled <<'SCRIPT'
cat >/run/code <<'PY'
import subprocess as s
def say(*words, **more):
    done = s.run(words, stdout=s.PIPE, stderr=s.STDOUT, **more)
    print(words[0], done.returncode, done.stdout)
say("git", "--version")
say("git", "ls-remote", "/nowhere")
say("tar", "--version")
say("sort", input=b"b\na\n")
say("rsync", "--version")
say("ssh", "-V")
say("systemctl", "--version")
say("ls", "-l", "/usr/bin/git", "/bin", "/lib")
say("/usr/bin/id")
say("sh", "-c", "command -v git sh; exit 7")
say("unshare", "--version")
say("bash", "-c", "kill -TERM $$")
PY
compare() {
    $who "$py" "$(cat /run/code)" >/run/by-tree
    $who /usr/bin/python3 -c 'import sys; exec(sys.argv[1])' "$(cat /run/code)" >/run/by-host
    diff /run/by-host /run/by-tree || fails "$who"
    [ "$(wc -l </run/by-tree)" = 12 ]
}
each compare
SCRIPT
}

@test "the Python is the tree's, at its prefix, and the script knows its packages" {
    enabled <<'SCRIPT'
code='import sys, ours, platform
print(sys.executable.startswith("/run/busypy/"), sys.prefix == sys.base_prefix, ours.name, sys.path[-1], sys.argv[0])'
look() {
    got=$($who "$py" "$code")
    [ "$got" = "True True of the tree $TREE/site-package $py" ] || fails "$who: $got"
}
each look
[ "$(cat /proc/self/comm)" = cat ]
[ "$("$py" 'print(open("/proc/self/comm").read().strip())')" = py ]
SCRIPT
}

@test "no library of the host in the tree's Python, none of the tree in the host's programs" {
    enabled <<'SCRIPT'
code='import ssl, sqlite3, ctypes, lzma, bz2, uuid, hashlib, zlib, readline, curses, subprocess, sys
def libraries(text): return {line.split()[-1] for line in text.splitlines() if ".so" in line}
own = libraries(open("/proc/self/maps").read())
child = libraries(subprocess.run(["cat", "/proc/self/maps"], stdout=subprocess.PIPE, text=True).stdout)
print(len(own) > 8, [x for x in own if not x.startswith((sys.argv[2], "/run/busypy/"))])
print(len(child) > 1, [x for x in child if x.startswith((sys.argv[2], "/run/busypy/"))])'
look() {
    got=$($who "$py" "$code" "$TREE")
    [ "$got" = $'True []\nTrue []' ] || fails "$who: $got"
}
each look
for variable in LD_LIBRARY_PATH=/usr/lib/$(uname -m)-linux-gnu LD_PRELOAD=libz.so.1 \
    LD_ORIGIN_PATH=/usr/lib GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2; do
    [ "$(env "$variable" "$py" "$code" "$TREE")" = $'True []\nTrue []' ] || fails "$variable"
done
SCRIPT
}

@test "children get the environment that the caller gave, and the tree's folders at the end of PATH" {
    enabled <<'SCRIPT'
code='import subprocess; subprocess.run(["env"])'
give="env -i PATH=/usr/bin:/bin LD_LIBRARY_PATH=/none LD_PRELOAD= LD_AUDIT= LD_ORIGIN_PATH=/o PYTHONHOME=/no PYTHONPATH=/p A=1"
printf '%s\n' A=1 LD_AUDIT= LD_LIBRARY_PATH=/none LD_ORIGIN_PATH=/o LD_PRELOAD= \
    "PATH=/usr/bin:/bin:$TREE/bin:$TREE/sbin" PYTHONHOME=/no PYTHONPATH=/p >/run/wanted
look() {
    $who $give "$py" "$code" | grep -v '^LC_CTYPE=' | LC_ALL=C sort >/run/got
    diff /run/wanted /run/got || fails "$who"
}
each look
# given by the caller, it stays; and a script that is called by a script adds nothing again
[ "$(env -i PYTHONNOUSERSITE=x "$py" 'import os; print(os.environ["PYTHONNOUSERSITE"])')" = x ]
[ "$(env -i PATH=/bin "$py" 'import os, sys; os.execv(sys.argv[0], [sys.argv[0], "import os; print(os.environ[\"PATH\"])"])')" = "/bin:$TREE/bin:$TREE/sbin" ]
[ "$(env -i HOME=/root "$py" 'import sys; print(sys.flags.no_user_site)')" = 1 ]
# what sudo takes out does not come back under the name by which the loader keeps it
env -i BUSYPY_KEPT_LD_PRELOAD=/forged BUSYPY_KEPT_PATH=/forged A=1 "$py" "$code" >/run/got
! grep -e forged -e BUSYPY /run/got || exit 1
grep -qx A=1 /run/got
SCRIPT
}

@test "a tree with other libraries, or a damaged file: what is in force goes on while it is made anew" {
    machine_script "$TREE" "$TREES/debian" "$BATS_TEST_TMPDIR" <<'SCRIPT'
second=$3/second lib=$1/etc/clib/$(uname -m)
chmod 755 "${3%/*}" "$3"
"$ROOT/tests/support/clone" "$2" "$second"
"$BUSYPY" enable --quiet --config /dev/null "$1"
say() { "$1/bin/py" 'import ctypes, sys; print(sys.executable, ctypes.CDLL("libanother.so.1")._name)' 2>/dev/null; }
prefix=$("$1/bin/py" 'import sys; print(sys.prefix)')
inode=$(stat -Lc %i "$prefix/bin/python3")
cp "$lib/libz.so.1" "$lib/libanother.so.1"
printf '#!/usr/bin/python3\nraise SystemExit(1)\n' >"$second/new"
chmod 755 "$second/new" && mv "$second/new" "$second/etc/busypy/selftest"
cp "$prefix/bin/python" /run/starter
rm "$prefix/bin/python" && echo damaged >"$prefix/bin/python"
! say "$1" || exit 1
status=0; "$BUSYPY" enable --quiet --config /dev/null "$second" 2>/dev/null || status=$?
rm "$lib/libanother.so.1"; cp "$lib/libz.so.1" "$lib/libanother.so.1"
[ $status = 125 ]
[ "$(say "$1")" = "$prefix/bin/python libanother.so.1" ]
[ "$(stat -Lc %i "$prefix/bin/python3")" = "$inode" ]
cmp "$prefix/bin/python" /run/starter
rm "$lib/libanother.so.1"
SCRIPT
}

@test "a library that is added to an enabled tree is found at once; another Python takes enabling" {
    cd "$BATS_TEST_TMPDIR"
    echo 'int late;' | gcc -shared -fPIC -Wl,-soname,liblate.so.1 -o liblate.so.1 -x c -
    TREE=$BATS_TEST_TMPDIR/tree
    host_tree "$TREE"
    enabled <<'SCRIPT'
late() { "$py" 'import ctypes; print(ctypes.CDLL("liblate.so.1")._name)' 2>/dev/null; }
if late; then fails "found before it was added"; fi
got=$("$BUSYPY" add --force "$TREE" liblate.so.1 2>&1) || fails "$got"
[ "$(late)" = liblate.so.1 ] || fails "$got"
real=$(readlink -f "$TREE/etc/python/$(uname -m)/usr/bin/python3")
cp "$real" "$real.new" && echo >>"$real.new" && mv "$real.new" "$real"
printf '#!/usr/bin/python3\n' >/run/tool
got=$("$BUSYPY" add "$TREE" /run/tool 2>&1) || fails "$got"
[ "$got" = "busypy: add: warning: scripts of $TREE go on with the Python that it had (Hint: 'busypy disable', then 'busypy enable')" ] || fails "$got"
[ "$("$py" 'print(1)')" = 1 ]
SCRIPT
}

@test "nested scripts of the tree: by path, by name, through the host's programs" {
    enabled <<'SCRIPT'
code='import subprocess as s, sys, os
here = os.path.dirname(sys.argv[0])
wanted = "nested " + sys.prefix + " a\n"
for words in ([here + "/nested", "a"], ["nested", "a"], ["sh", "-c", "nested a | cat"],
              ["find", here + "/nested", "-exec", "{}", "a", ";"], ["xargs", "-a", "/run/a", "nested"],
              ["env", "nested", "a"], [sys.executable, here + "/nested", "a"]):
    got = s.run(words, stdout=s.PIPE, text=True).stdout
    print(got == wanted or (words, got))'
echo a >/run/a
look() { [ "$($who "$py" "$code" | sort -u)" = True ] || fails "$who: $($who "$py" "$code")"; }
each look
SCRIPT
}

@test "sudo: a user's script becomes root by it, and calls scripts of the tree through it" {
    enabled <<'SCRIPT'
{ grep -v ':1000:' /etc/passwd; echo 'someone:x:1000:1000::/:/bin/sh'; } >/run/passwd
echo 'ALL ALL=(ALL:ALL) NOPASSWD: ALL' >/run/sudoers
printf 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n' >/run/pam
chmod 440 /run/sudoers
{ cat /etc/hosts; echo "127.0.1.1 $(uname -n)"; } >/run/hosts # sudo looks its own host up
for name in passwd hosts sudoers pam.d/sudo; do mount --bind "/run/${name%.d/sudo}" "/etc/$name"; done
code='import subprocess, sys, os
for words in (["sudo", "-n", "id", "-u"], ["sudo", "-n", "true"], ["sudo", "-n", sys.argv[2], "a"]):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.returncode, done.stdout)'
$user "$py" "$code" "$TREE/bin/nested" >/run/got
$user /usr/bin/python3 -c "$code" x "$TREE/bin/nested" >/run/wanted
sed -n 1,2p /run/wanted | grep -qx '0 0'
diff /run/wanted /run/got
grep -q "^0 nested /run/busypy/" /run/got
SCRIPT
}

@test "first lines with env: python3 by name is the tree's" {
    enabled <<'SCRIPT'
printf '#!/usr/bin/env python3\nimport sys; print(sys.prefix[:11], *sys.argv[1:])\n' >"$TREE/bin/by-env"
printf '#!/usr/bin/env -S python3 -I\nimport sys; print(sys.prefix[:11], sys.flags.isolated)\n' >"$TREE/bin/by-env-s"
chmod 755 "$TREE"/bin/by-env*
look() {
    [ "$($who "$TREE/bin/by-env" a)" = "/run/busypy a" ] || fails "$who"
    [ "$($who "$TREE/bin/by-env-s")" = "/run/busypy 1" ] || fails "$who"
}
each look
rm "$TREE"/bin/by-env*
SCRIPT
}

@test "sys.executable, multiprocessing in all three ways, venv" {
    enabled <<'SCRIPT'
chmod 1777 /run
cat >"$TREE/bin/pools" <<'PY'
#!/usr/bin/python3
import multiprocessing, os, sys, subprocess, tempfile
def f(x):
    return sys.prefix
if __name__ == "__main__":
    for way in "spawn", "forkserver", "fork":
        with multiprocessing.get_context(way).Pool(1) as pool:
            print(way, pool.map(f, [1]) == [sys.prefix])
    with tempfile.TemporaryDirectory(dir="/run") as d:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", d + "/v"], check=True)
        got = subprocess.run([d + "/v/bin/python", "-c", "import sys; print(sys.base_prefix, sys.prefix)"],
                             stdout=subprocess.PIPE, text=True).stdout
        print("venv", got == f"{sys.prefix} {d}/v\n")
PY
chmod 755 "$TREE/bin/pools"
look() { [ "$($who "$TREE/bin/pools" | paste -sd' ')" = "spawn True forkserver True fork True venv True" ] || fails "$who"; }
each look
rm "$TREE/bin/pools"
SCRIPT
}

@test "a script of the tree's shell runs in that shell, and calls the host's programs" {
    enabled <<'SCRIPT'
printf '#!/bin/shell\necho "$0" "$@"\ngit --version\nnested x\n' >"$TREE/bin/sh-script"
chmod 755 "$TREE/bin/sh-script"
printf '%s\n' "$TREE/bin/sh-script a b  c" "$(git --version)" "nested $("$py" 'import sys; print(sys.prefix)') x" >/run/wanted
look() { $who "$TREE/bin/sh-script" a 'b  c' >/run/got && diff /run/wanted /run/got || fails "$who"; }
each look
rm "$TREE/bin/sh-script"
SCRIPT
}

@test "working directory, descriptors, arguments and no_new_privs are the caller's" {
    enabled <<'SCRIPT'
cd /usr/share
[ "$("$py" 'import os; print(os.getcwd())')" = /usr/share ]
code='import os; print(sorted(os.listdir("/proc/self/fd")))'
[ "$("$py" "$code")" = "$(/usr/bin/python3 -c "$code")" ]
[ "$("$py" 'print(open("/proc/self/status").read())' | sed -n 's/^NoNewPrivs:\t//p')" = 0 ]
[ "$($user "$py" 'print(open("/proc/self/status").read())' | sed -n 's/^NoNewPrivs:\t//p')" = 0 ]
[ "$("$py" 'import os; print(os.readlink("/proc/self/ns/mnt"))')" = "$(readlink /proc/self/ns/mnt)" ]
[ "$(setarch --addr-no-randomize "$py" 'print(open("/proc/self/personality").read().strip())')" = "$(setarch --addr-no-randomize cat /proc/self/personality)" ]
[ "$("$py" 'import sys; print(sys.argv[2:])' '' 'a b' $'c\n')" = "['', 'a b', 'c\\n']" ]
cd "$TREE/bin"
[ "$(./py 'import sys; print(sys.argv[0])')" = ./py ]
SCRIPT
}

@test "the trace of an exec has no mount, setns, unshare or capability call" {
    enabled <<'SCRIPT'
look() {
    strace -f -qq -o /run/trace $who "$py" 'print("said")' >/run/said
    [ "$(cat /run/said)" = said ]
    # of the loader: after its own exec, up to Python's
    sed -n "/execve(\"${py//\//\\/}\"/,/execve(\"\/run\/busypy\//p" /run/trace >/run/loader
    [ "$(grep -c execve /run/loader)" = 2 ]
    ! grep -E '^[0-9 ]*(mount|umount|setns|unshare|capset|capget|open_tree|move_mount|fsopen|pivot_root|clone|prctl\(PR_SET_|setuid|chdir|personality)' /run/loader || fails "$who"
}
each look
SCRIPT
}

@test "a start asks the kernel for no memory, which would be a seventh of what it takes" {
    enabled <<'SCRIPT'
look() {
    strace -f -qq -o /run/trace $who "$@" >/run/said
    sed -n "/execve(\"${py//\//\\/}\"/,/execve(\"\/run\/busypy\//p" /run/trace >/run/loader
    [ "$(grep -c execve /run/loader)" = 2 ]
}
lean() {
    look "$py" 'print("said")'
    [ "$(cat /run/said)" = said ]
    [ "$(grep -cE '^[0-9 ]*(mmap|brk)' /run/loader)" = 0 ]
}
each lean
# what the caller's libraries need is renamed, in memory that has to be had
who=env look LD_LIBRARY_PATH=/nowhere "$py" 'import os; print(os.environ["LD_LIBRARY_PATH"])'
[ "$(cat /run/said)" = /nowhere ]
grep -q mmap /run/loader
# more variables than there are slots for
who=env look $(seq -f 'NUMBER%.0f=x' 200) "$py" 'import os; print(len([n for n in os.environ if n.startswith("NUMBER")]))'
[ "$(cat /run/said)" = 200 ]
SCRIPT
}

@test "the runtimes' file system: of its own, private, bindable, nosuid, nodev; the handler's is not" {
    enabled <<'SCRIPT'
[ "$(findmnt -no FSTYPE,PROPAGATION /run/busypy | tr -s ' ')" = "tmpfs private" ]
[ "$(findmnt -no OPTIONS /run/busypy)" = "rw,nosuid,nodev,relatime,size=262144k,mode=755" ] ||
    fails "$(findmnt -no OPTIONS /run/busypy)"
[ "$(findmnt -no PROPAGATION /run/busypy.handler)" = "private,unbindable" ]
[ -z "$(find /run/busypy ! -type l -perm /022)" ]
mkdir /run/here
mount --rbind /run/busypy /run/here
[ "$(find /run/here | wc -l)" = "$(find /run/busypy | wc -l)" ]
! mount --bind /run/busypy.handler /run/here 2>/dev/null || exit 1
# a user namespace, where mounts are locked together
unshare -Urm mount --rbind /run/busypy /run/here
SCRIPT
}

@test "a container with the tree but without the runtime: one sentence; with it: the tree's Python" {
    enabled <<'SCRIPT'
root=/run/root
mkdir -p $root/{proc,run,usr,etc,tmp} "$root$TREE"
for name in bin lib lib64 sbin; do [ ! -L /$name ] || ln -s usr/$name $root/$name; done
cat >/run/container <<'SH'
mount --bind /usr "$1/usr"; mount --rbind /proc "$1/proc"; mount --bind "$TREE" "$1$TREE"
if [ "$2" = with ]; then mkdir -p "$1/run/busypy"; mount --bind -o ro /run/busypy "$1/run/busypy"; fi
exec chroot "$1" "$TREE/bin/py" 'import sys; print(sys.prefix)'
SH
status=0; got=$(unshare -m bash -eu /run/container $root without 2>&1) || status=$?
prefix=$("$py" 'import sys; print(sys.prefix)')
[ "$status: $got" = "125: busypy: $py: $TREE uses the host's programs, and its interpreter $prefix/bin/python3 is not there: No such file or directory (Hint: a container or chroot has to have /run/busypy as well: bind it; on the host: busypy disable, then busypy enable)" ] || fails "$status: $got"
[ "$(unshare -m bash -eu /run/container $root with)" = "$prefix" ]
SCRIPT
}

@test "a container of a user's own, with a root of its own and the runtimes bound read-only" {
    enabled <<'SCRIPT'
cat >/run/container <<'SH'
mount -t tmpfs mine /mnt
cd /mnt
mkdir -p old proc run/busypy "./$TREE"
mount --rbind /proc proc
mount --bind "$TREE" "./$TREE"
if [ "$1" = with ]; then mount --bind /run/busypy run/busypy && mount -o remount,bind,ro,nosuid,nodev run/busypy; fi
pivot_root . old
exec "$TREE/bin/py" 'import os, sys
print(sys.prefix, os.getuid(), sorted(os.listdir("/"))[:2], bool(os.statvfs("/run/busypy").f_flag & os.ST_RDONLY))'
SH
prefix=$("$py" 'import sys; print(sys.prefix)')
mine() { $1 unshare -Urm bash -eu /run/container "$2" 2>&1; }
for who in "$user" "$bound"; do
    [ "$(mine "$who" with)" = "$prefix 0 ['old', 'proc'] True" ] || fails "$who: $(mine "$who" with)"
    status=0; got=$(mine "$who" without) || status=$?
    [[ "$status $got" = "125 busypy: $py: "*"(Hint: a container or chroot has to have /run/busypy as well: "* ]] || fails "$who: $got"
done
SCRIPT
}

@test "another file in the interpreter's place is not started; enabling anew mends it" {
    enabled <<'SCRIPT'
real=$("$py" 'import os; print(os.readlink("/proc/self/exe"))')
cp "$real" /run/copy
cat /run/copy >"$real"
status=0; got=$("$py" 'print(1)' 2>&1) || status=$?
[ "$status: $got" = "125: busypy: $py: $TREE uses the host's programs, and its interpreter ${real%.*} is not the one that was enabled (Hint: busypy disable, then busypy enable)" ] || fails "$status: $got"
# what is damaged beside it is said, too
"$BUSYPY" disable --quiet
"$BUSYPY" enable --quiet --config /run/conf "$TREE"
[ "$("$py" 'print(1)')" = 1 ]
base=$(readlink -f "${real%/usr/*}/base")
mv "$base/ld.so" /run/ld.so
status=0; got=$("$py" 'print(1)' 2>&1) || status=$?
[ "$status" = 127 ] || fails "$status: $got"
[[ "$got" = "busypy: $py: "*"$base/ld.so"* ]] || fails "$got"
# which enabling anew mends, too
"$BUSYPY" disable --quiet
"$BUSYPY" enable --quiet --config /run/conf "$TREE"
[ "$("$py" 'print(1)')" = 1 ]
SCRIPT
}

@test "a module that would look for the host's libraries is refused, and loads none of them" {
    cp -r "$TREE/site-package" "$BATS_TEST_TMPDIR/before"
    cat >"$BATS_TEST_TMPDIR/probe.c" <<'C'
/* an extension module as small as one can be, without Python's headers: PyModuleDef is all 0 but this */
static struct { long base[5]; const char *name, *doc; long size; void *rest[5]; } def = { { 1 }, "probe", 0, -1 };
void *PyModule_Create2(void *, int);
void *PyInit_probe(void) { return PyModule_Create2(&def, 1013); }
C
    gcc -shared -fPIC -Wl,--no-as-needed -Wl,-rpath,"/usr/lib/$(uname -m)-linux-gnu" \
        -o "$TREE/site-package/probe.so" "$BATS_TEST_TMPDIR/probe.c" -l:libmount.so.1
    run -0 machine_script "$TREE" <<'SCRIPT'
printf '#!/usr/bin/python3\nimport probe\nprint("loaded", [line.split()[-1] for line in open("/proc/self/maps") if "libmount" in line][0])\n' >"$1/bin/load"
chmod 755 "$1/bin/load"
module=$1/site-package/probe.so
"$BUSYPY" check "$1" | grep probe.so || :
"$BUSYPY" enable --quiet --config /dev/null "$1" 2>&1 || echo "$?"
[ ! -e /run/busypy ] && [ ! -e /run/busypy.handler ]
# the same module without that path: what the tree lacks is missing
patchelf --remove-rpath "$module"
"$BUSYPY" enable --quiet --config /dev/null "$1"
{ "$1/bin/load" 2>&1 || :; } | tail -1
"$BUSYPY" disable --quiet
# in a view /usr/lib is the tree's
patchelf --set-rpath "/usr/lib/$(uname -m)-linux-gnu" "$module"
printf '[%s]\nprograms = tree\n' "$1" >/run/tree.conf
"$BUSYPY" enable --quiet --config /run/tree.conf "$1"
{ "$1/bin/load" 2>&1 || :; } | tail -1
SCRIPT
    rm -r "$TREE/site-package" "$TREE/bin/load" && mv "$BATS_TEST_TMPDIR/before" "$TREE/site-package"
    here="/usr/lib/$(uname -m)-linux-gnu"
    missing='ImportError: libmount.so.1: cannot open shared object file: No such file or directory'
    same "$output" "error: site-package/probe.so looks for libraries in '$here'
busypy: enable: the runtime of $TREE beside the host's programs: $TREE/site-package/probe.so looks \
for libraries in '$here', which is the host's there (Hint: patchelf --remove-rpath, or programs = tree)
125
$missing
$missing"
}

@test "a module that is put into an enabled tree by hand finds the host's libraries by its path, until enabled anew" {
    CONF='' enabled <<'SCRIPT'
mkdir /run/else && mount -t tmpfs -o mode=755 else /run/else # where files can be mapped
trap 'rm -f "$TREE/site-package/late.so"' EXIT
echo 'int elsewhere;' | gcc -shared -fPIC -Wl,-soname,libelse.so.1 -x c -o /run/else/libelse.so.1 -
echo 'extern int elsewhere; int *probe(void) { return &elsewhere; }' |
    gcc -shared -fPIC -Wl,-rpath,/run/else -x c -o "$TREE/site-package/late.so" - -x none /run/else/libelse.so.1
"$py" 'import ctypes, ours, os; ctypes.CDLL(os.path.dirname(ours.__file__) + "/late.so")
print({line.split()[-1] for line in open("/proc/self/maps") if "libelse" in line})' >/run/said
"$BUSYPY" disable --quiet
"$BUSYPY" enable --quiet --config /run/conf "$TREE" 2>>/run/said || echo $? >>/run/said
diff - /run/said <<END
{'/run/else/libelse.so.1'}
busypy: enable: the runtime of $TREE beside the host's programs: $TREE/site-package/late.so looks for libraries in '/run/else', which is the host's there (Hint: patchelf --remove-rpath, or programs = tree)
125
END
SCRIPT
}

@test "a container needs the whole export: libraries are found in any version that has the same" {
    machine_script "$TREE" <<'SCRIPT'
mkdir -p -m 755 /run/e && mount -t tmpfs -o mode=755 e /run/e
publish() { "$BUSYPY" publish "$1" /run/e/x >/dev/null; }
cp -a "$1" /run/e/tree; publish /run/e/tree
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
mkfifo /run/go
/run/e/x/current/bin/py 'open("/run/go").read()' & held=$!
exec 9>/run/go
echo '# changed' >>/run/e/tree/bin/nested; publish /run/e/tree
"$BUSYPY" disable --quiet 2>/dev/null
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
cat >/run/container <<'SH'
mount -t tmpfs root /mnt
cd /mnt
mkdir -p old proc run/busypy "./$1"
mount --rbind /proc proc && mount --bind "$1" "./$1" && mount --bind -o ro /run/busypy run/busypy
pivot_root . old
exec "$2/bin/py" 'import ssl; print("runs")'
SH
version=$(readlink -f /run/e/x/current)
[ "$(unshare -m bash -eu /run/container /run/e/x "$version")" = runs ]
got=$(unshare -m bash -eu /run/container "$version" "$version" 2>&1) || [ $? = 127 ]
[[ $got = *"cannot open shared object file"* ]]
exec 9>&-; wait $held
SCRIPT
}

@test "the user's packages: neither a script nor what sys.executable starts has them, unless told" {
    for said in no yes; do
        CONF=$'[busypy]\nuser-site = '$said enabled <<'SCRIPT'
case $(cat /run/conf) in *yes) want="True None" ;; *) want="False None" ;; esac
code='import os, site; print(site.ENABLE_USER_SITE, os.environ.get("PYTHONNOUSERSITE"))'
for how in "exec(sys.argv[2])" "os.system(f'{sys.executable} -c {shlex.quote(sys.argv[2])}')" \
    "subprocess.run(['sh', '-c', 'exec \"\$0\" -c \"\$1\"', sys.executable, sys.argv[2]])"; do
    got=$("$py" "import os, shlex, subprocess, sys; $how" "$code")
    [ "$got" = "$want" ] || fails "$how: $got instead of $want"
done
# the host's own Python has what it has
[ "$("$py" 'import subprocess, sys; subprocess.run(["/usr/bin/python3", "-c", sys.argv[2]])' "$code")" = "True None" ]
SCRIPT
    done
}

@test "disable leaves what a script still runs in, and says so; the next one takes it away" {
    enabled <<'SCRIPT'
mkfifo /run/go
"$py" 'open("/run/go").read(); import xml.dom.minidom, decimal, subprocess, sys
subprocess.run([sys.executable, "-c", "import csv; print(csv.__name__)"])
print(decimal.__file__.startswith(sys.prefix))' >/run/said &
exec 9>/run/go # waits until it is opened there
[[ "$(readlink /proc/$!/exe)" = /run/busypy/* ]]
got=$("$BUSYPY" disable 2>&1)
[ "$got" = "busypy: disable: warning: 1 runtime of trees with 'programs = host' stays, for scripts still run in it (Hint: a later 'busypy disable' removes it)
disabled" ] || fails "$got"
[ ! -e /run/busypy.handler ]
exec 9>&-
wait $!
[ "$(cat /run/said)" = $'csv\nTrue' ]
[ "$("$BUSYPY" disable 2>&1)" = "nothing was enabled" ]
[ ! -e /run/busypy ]
SCRIPT
}

@test "publish and gc: what runs keeps its version and its runtime, what comes next has the new ones" {
    machine_script "$TREE" <<'SCRIPT'
mkdir -p -m 755 /run/e && mount -t tmpfs -o mode=755 e /run/e
"$BUSYPY" publish "$1" /run/e/x >/dev/null
[ "$(cat /run/e/x/current/etc/busypy/tree.conf)" = "programs = host" ]
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
first=$(readlink -f /run/e/x/current)
mkfifo /run/go
code='import sys; print(sys.argv[0], sys.prefix, flush=True); open("/run/go").read(); import decimal, ours, os, subprocess; print(ours.__file__, flush=True)
here = os.path.dirname(sys.argv[0]); subprocess.run([here + "/nested", "by path"]); subprocess.run(["nested", "by name"])'
/run/e/x/current/bin/py "$code" >/run/said & running=$!
exec 9>/run/go # waits until it is opened there, after the words
read -r path prefix </run/said
[ "$path" = "$first/bin/py" ]
echo '# changed' >>"$1/bin/nested"
"$BUSYPY" publish "$1" /run/e/x >/dev/null
second=$(readlink -f /run/e/x/current)
[ "$first" != "$second" ]
# a version that nobody has enabled has no runtime yet
status=0; got=$(/run/e/x/current/bin/py 'print(1)' 2>&1) || status=$?
[ "$status: $got" = "125: busypy: /run/e/x/current/bin/py: $second uses the host's programs, and this version is not enabled yet (Hint: busypy enable, or busypyd, which follows new versions)" ] || { echo "$status: $got"; exit 1; }
"$BUSYPY" disable --quiet 2>/dev/null
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
next=$(/run/e/x/current/bin/py 'import sys; print(sys.prefix)')
[ "$next" != "$prefix" ]
"$BUSYPY" gc --keep 1 /run/e/x >/dev/null 2>&1 || :
[ -d "$first" ] && [ -d "$prefix" ]
exec 9>&-
wait $running
# its neighbours, too, which the contract does not know any more
[ "$(tail -n +2 /run/said)" = "$first/site-package/ours.py"$'\n'"nested $prefix by path"$'\n'"nested $prefix by name" ] || { cat /run/said; exit 1; }
status=0; "$first/bin/nested" 2>/dev/null || status=$?
[ $status = 0 ] # its runtime stands until somebody looks
"$BUSYPY" disable --quiet
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
[ ! -e "$prefix" ] && [ "$(ls -d /run/busypy/*.d)" = "${next%/usr}" ]
SCRIPT
}

@test "too little room: enabling says so, and what is in force stays" {
    enabled <<'SCRIPT'
printf '[busypy]\nruntime-space = 1M\n' >/run/small
cp -a "$TREE" "/run/second" 2>/dev/null || :
"$BUSYPY" disable --quiet
status=0; got=$("$BUSYPY" enable --config /run/small "$TREE" 2>&1) || status=$?
[ $status = 125 ] || fails "$status: $got"
[[ "$got" = "busypy: enable: the runtime of $TREE beside the host's programs: "*": No space left on device (Hint: 'runtime-space' in busypy.conf(5) gives more)" ]] || fails "$got"
[ ! -e /run/busypy ] && [ ! -e /run/busypy.handler ]
SCRIPT
}

@test "the administrator has the last word, by the tree's path, a link to it, or EXPORT/current" {
    machine_script "$TREE" <<'SCRIPT'
ln -s "$1" /run/link
whose() { "$1/bin/py" 'import sys; print(sys.prefix[:11])'; }
for name in "$1" /run/link; do
    printf '[%s]\nprograms = tree\n' "$name" >/run/conf
    "$BUSYPY" enable --quiet --config /run/conf "$1"
    [ "$(whose "$1")" = /usr ]
    [ ! -e /run/busypy ]
    "$BUSYPY" disable --quiet
done
rm "$1/etc/busypy/tree.conf"
printf '[%s]\nprograms = host\n' "$1" >/run/conf
"$BUSYPY" enable --quiet --config /run/conf "$1"
[ "$(whose "$1")" = /run/busypy ]
"$BUSYPY" disable --quiet
mkdir -p -m 755 /run/e && mount -t tmpfs -o mode=755 e /run/e
"$BUSYPY" publish "$1" /run/e/x >/dev/null
printf '[/run/e/x/current]\nprograms = host\n' >/run/conf
"$BUSYPY" enable --quiet --config /run/conf /run/e/x/current
[ "$(whose /run/e/x/current)" = /run/busypy ]
SCRIPT
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
}

@test "a tree that says something else is refused, with line and column" {
    refused() {
        printf '%s\n' "$1" >"$TREE/etc/busypy/tree.conf"
        run -125 machine "$BUSYPY" enable --config /dev/null "$TREE"
        same "$output" "busypy: enable: $TREE/etc/busypy/tree.conf:$2"
    }
    refused 'programs = both' "1:12: 'programs' must be 'tree' or 'host', not 'both'"
    refused $'\nprogram = host' "2:1: unknown key 'program'"
    refused $'[busypy]\nprograms = host' "2:1: a tree's configuration has no sections, not even 'busypy'"
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
}

@test "direct = yes means nothing any more, and enable says so once" {
    run -0 machine_script "$TREE" <<'SCRIPT'
printf '[busypy]\ndirect = yes\n' >/run/conf
"$BUSYPY" enable --config /run/conf "$1"
SCRIPT
    same "${lines[0]}" "busypy: enable: warning: 'direct' means nothing any more (Hint: 'programs = \
host' is the way without a view, see busypy.conf(5); take the line out)"
    same "$(grep -c direct <<<"$output")" 1
}

@test "explain foretells it, as the loader does it" {
    enabled <<'SCRIPT'
prefix=$("$py" 'import sys; print(sys.prefix)')
"$BUSYPY" explain -n -o FILE,STEP,NOTE "$py" | sed "s/^[| \`-]*//; s/  */ /g" >/run/got
grep -qxF "$prefix runtime of $(uname -m), version tree; beside the host's programs, in no view (programs = host)" /run/got || fails "$(cat /run/got)"
grep -qxF "$prefix/bin/python3 program ELF for $(uname -m)" /run/got || fails "$(cat /run/got)"
umount /run/busypy
"$py" 'print(1)' >/run/said 2>&1 && fails
sentence=$(sed "s|^busypy: $py: ||" /run/said)
"$BUSYPY" explain "$py" >/run/got 2>&1 || :
grep -qF "It would end with exit status 125: $sentence" /run/got || fails "$(cat /run/got)"
SCRIPT
}

@test "status and plan say so, and what is missing" {
    enabled <<'SCRIPT'
prefix=$("$py" 'import sys; print(sys.prefix)')
[ "$("$BUSYPY" status -n -o MOUNTS,TEMPLATE trees | tr -s ' ')" = " beside the host" ]
"$BUSYPY" status -n -o CALLER,TIER tiers | sed 's/  */ /g' >/run/tiers
diff - /run/tiers <<'END'
anyone, 'programs = host' beside the host
container without /run/busypy, the same refused
container without the tree none
script in a view none
END
"$BUSYPY" plan --config /run/conf "$TREE" 2>&1 >/run/plan | sed "s|$TREE|TREE|" >/run/said
[ "$(cat /run/said)" = "busypy: plan: warning: TREE says 'programs = host': its scripts run beside the host's programs, in no view (Hint: busypy(7))" ]
grep -q ^pivot /run/plan
umount /run/busypy
status=0; got=$("$BUSYPY" status -n -o TEMPLATE trees) || status=$?
[ "$status" = 1 ] && [[ "$got" = "$TREE uses the host's programs, and its interpreter $prefix/bin/python3 is not there: "* ]] || fails "$status: $got"
SCRIPT
}

@test "a tree whose start-up hook is an older one is refused" {
    run -125 machine_script "$TREE" <<'SCRIPT'
mkdir -p -m 755 /run/t && mount -t tmpfs -o mode=755 t /run/t
cp -a "$1" /run/t/tree
hook=$(find "/run/t/tree/etc/python/$(uname -m)" -name busypy_start.py)
sed -i s/BUSYPY_KEPT_/BUSYPY_OTHER_/ "$hook"
"$BUSYPY" enable --config /dev/null /run/t/tree
SCRIPT
    same "$output" "busypy: enable: the runtime of /run/t/tree beside the host's programs: the start \
of its Python gives no environment back (Hint: 'busypy stage' lays down the busypy_start.py of this version)"
}

@test "versions whose libraries find others below their folder have the same files only if those are the same" {
    machine_script "$TREE" <<'SCRIPT'
mkdir -p -m 755 /run/e && mount -t tmpfs -o mode=755 e /run/e
cp -a "$1" /run/e/tree
clib=/run/e/tree/etc/clib/$(uname -m)
mkdir "$clib/private"
inner() { echo "int inner(void) { return $1; }" | gcc -shared -fPIC -Wl,-soname,libinner.so.1 -x c -o "$clib/private/libinner.so.1" -; }
inner 1
echo 'int inner(void); int outer(void) { return inner(); }' | gcc -shared -fPIC -Wl,-soname,libouter.so.1 \
    -Wl,-rpath,'$ORIGIN/private' -x c -o "$clib/libouter.so.1" - -x none "$clib/private/libinner.so.1"
outer() { /run/e/x/current/bin/py 'import ctypes; print(ctypes.CDLL("libouter.so.1").outer())'; }
publish() { "$BUSYPY" publish /run/e/tree /run/e/x >/dev/null; }
publish
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
[ "$(outer)" = 1 ]
mkfifo /run/go
/run/e/x/current/bin/py 'open("/run/go").read()' & held=$!
exec 9>/run/go
inner 2; publish
"$BUSYPY" disable --quiet 2>/dev/null
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
[ "$(outer)" = 2 ]
[ "$(ls -d /run/busypy/*.b | wc -l)" = 2 ]
exec 9>&-; wait $held
SCRIPT
}

@test "more runtimes than one look finds: what any of them may have stays" {
    for name in one other; do "$ROOT/tests/support/clone" "$TREE" "$BATS_TEST_TMPDIR/$name"; done
    machine_script "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/other" <<'SCRIPT'
export LC_ALL=C
tree=$1
# names are looked at in their order: the runtime has to come after what it shares, and others between
while "$BUSYPY" enable --quiet --config /dev/null "$tree"; do
    base=$(basename /run/busypy/*.b)
    [[ $base > $(basename /run/busypy/*.d) ]] || break
    "$BUSYPY" disable --quiet
    mv "$tree" "$tree+" && tree+=+
done
(cd /run/busypy && mkdir "$base"{1..300}.d)
"$BUSYPY" enable --quiet --config /dev/null "$2"
[ "$("$tree/bin/py" 'import ssl; print(1)')" = 1 ]
SCRIPT
}
