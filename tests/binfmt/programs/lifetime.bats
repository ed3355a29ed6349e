# programs = host: what a runtime holds, shares and refuses, and how long what runs in it keeps it.
load enabled

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
[ ! -e /run/busypy ]
[ ! -e /run/busypy.handler ]
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
[ -d "$first" ]
[ -d "$prefix" ]
exec 9>&-
wait $running
# its neighbours, too, which the contract does not know any more
[ "$(tail -n +2 /run/said)" = "$first/site-package/ours.py"$'\n'"nested $prefix by path"$'\n'"nested $prefix by name" ] || { cat /run/said; exit 1; }
status=0; "$first/bin/nested" 2>/dev/null || status=$?
[ $status = 0 ] # its runtime stands until somebody looks
"$BUSYPY" disable --quiet
"$BUSYPY" enable --quiet --config /dev/null /run/e/x/current
[ ! -e "$prefix" ]
[ "$(ls -d /run/busypy/*.d)" = "${next%/usr}" ]
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
[ ! -e /run/busypy ]
[ ! -e /run/busypy.handler ]
SCRIPT
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
