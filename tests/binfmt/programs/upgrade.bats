#!/usr/bin/env bats
# /run/busypy was an older BusyPy's place for generations, and is the runtimes' now: an upgrade, and
# runtimes whose names look like generations.
load enabled
export WHERE='import sys; print(sys.prefix[:11])'

# Runs a bash script (standard input) in a machine where an older BusyPy has enabled trees: a
# generation of its, g7, with an entry, a view, and a process in that. $1 is the tree.
upgraded() {
    { cat <<'SCRIPT'; cat; } | machine_script "$TREE"
mkdir /run/busypy
mount -t tmpfs -o mode=755,size=16m,nodev busypy /run/busypy
mount --make-private /run/busypy && mount --make-unbindable /run/busypy
mkdir /run/busypy/g7 && cd /run/busypy/g7
cp /bin/true loader && cp /bin/true enter && touch view0
mount --bind /proc/self/ns/net view0
cd /
echo ':busypy-7-0:M::#!/usr/bin/of-another::/run/busypy/g7/loader:POF' >/proc/sys/fs/binfmt_misc/register
stands() { [ -x /run/busypy/g7/enter ] && mountpoint -q /run/busypy/g7/view0 && [ -e /proc/sys/fs/binfmt_misc/busypy-7-0 ]; }
gone() { [ ! -e /run/busypy/g7 ] && [ ! -e /proc/sys/fs/binfmt_misc/busypy-7-0 ]; }
stands
SCRIPT
}

@test "what an older BusyPy has enabled is in force until the new entries are" {
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
    upgraded <<'SCRIPT'
printf '[busypy]\nruntime-space = 2M\n' >/run/small
status=0; got=$("$BUSYPY" enable --config /run/small "$1" 2>&1) || status=$?
[ $status = 125 ]
[[ $got == *"No space left on device"* ]]
stands
"$BUSYPY" enable --quiet --config /dev/null "$1"
gone
[ "$("$1/bin/py" "$WHERE")" = /run/busypy ]
[ "$(findmnt -no PROPAGATION,OPTIONS /run/busypy | tr -s ' ')" = "private rw,nosuid,nodev,relatime,size=262144k,mode=755" ]
mkdir /run/here && mount --bind /run/busypy /run/here
"$BUSYPY" disable
[ ! -e /run/busypy ]
SCRIPT
}

@test "it goes as well where no tree uses the host's programs, and by disable alone" {
    rm -f "$TREE/etc/busypy/tree.conf"
    upgraded <<'SCRIPT'
"$BUSYPY" enable --quiet --config /dev/null "$1"
gone && [ ! -e /run/busypy ]
[ "$("$1/bin/py" "$WHERE")" = /usr ]
SCRIPT
    upgraded <<'SCRIPT'
[ "$("$BUSYPY" disable)" = disabled ]
gone && [ ! -e /run/busypy ]
SCRIPT
}

@test "a runtime whose name looks like a generation's is none" {
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
    name=$(python3 - "$TREE" "$(uname -m)" "$BATS_FILE_TMPDIR/t" <<'PYTHON'
import glob, hashlib, itertools, re, sys
tree, arch, names = sys.argv[1:]
def sum_of(pattern): return hashlib.sha256(open(glob.glob(tree + pattern)[0], "rb").read()).digest()
sums = sum_of(f"/etc/python/{arch}/usr/bin/python3") + sum_of(f"/etc/clib/{arch}/ld-linux*.so.*")
for name in (names + str(i) for i in itertools.count()):
    sha = hashlib.sha256(f"\2{name}\0{arch}\0".encode() + sums).digest()
    number = int.from_bytes(sha[:8], "big")
    if re.match("g[0-9]", "".join("0123456789abcdefghijklmnopqrstuvwxyz"[number // 36**i % 36] for i in (0, 1))):
        sys.exit(print(name))
PYTHON
    )
    mv "$TREE" "$name"
    run -0 machine_script "$name" <<'SCRIPT'
"$BUSYPY" enable --quiet --config /dev/null "$1"
"$1/bin/py" "$WHERE"
ls -d /run/busypy/*.d
"$BUSYPY" disable
SCRIPT
    mv "$name" "$TREE"
    [[ ${lines[0]} == /run/busypy && ${lines[1]} == */g[0-9]* && ${lines[2]} == disabled ]] || { echo "$output"; return 1; }
}

@test "a runtime of the former layout stays as it is for who runs in it, and goes after that" {
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
    machine_script "$TREE" <<'SCRIPT'
mkdir -p /run/busypy && mount -t tmpfs -o mode=755,nodev,nosuid busypy /run/busypy
# its name was that of the tree, the arch and the bytes of two files
word=$(python3 - "$1" "$(uname -m)" <<'PY'
import glob, hashlib, sys
tree, arch = sys.argv[1:]
digest = lambda path: hashlib.sha256(open(path, "rb").read()).digest()
words = f"{tree}\0{arch}\0".encode() + digest(f"{tree}/etc/python/{arch}/usr/bin/python3") + digest(glob.glob(f"{tree}/etc/clib/{arch}/ld-linux*")[0])
number = int.from_bytes(hashlib.sha256(words).digest()[:8], "big")
print("".join("0123456789abcdefghijklmnopqrstuvwxyz"[number // 36 ** i % 36] for i in range(4)))
PY
)
was=/run/busypy/$word.d
mkdir -p "$was/usr/bin" && cp "$(readlink -f /bin/sleep)" "$was/usr/bin/python3.0"
ln -s python3.0 "$was/usr/bin/python3" && ln -s "$1" "$was/tree"
echo ld >"$was/ld.so" && echo cache >"$was/ld.so.cache" && ln -s "$word.d/ld.so.cache" "/run/busypy/$word"
"$was/usr/bin/python3" infinity & held=$!
state() { stat -c '%i %Z' "$was" "$was/usr/bin/python3" "$was/ld.so"; }
before=$(state)
"$BUSYPY" enable --quiet --config /dev/null "$1"
[ "$("$1/bin/py" "$WHERE")" = /run/busypy ]
[ "$(state)" = "$before" ]
[ "$(cat "/run/busypy/$word")" = cache ]
kill $held; wait $held || :
"$BUSYPY" disable --quiet
[ ! -e /run/busypy ]
SCRIPT
}
