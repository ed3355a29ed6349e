# busypy enable, status and disable: what works, and each bad input as one sentence that changes
# nothing.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export TREE=$BATS_FILE_TMPDIR/srv/tree
    mkdir -p "$BATS_FILE_TMPDIR/srv"
    "$ROOT/tests/support/clone" "$TREES/host" "$TREE"
    # other users must reach the tree
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR" "$BATS_FILE_TMPDIR/srv"
}

teardown_file() {
    host_state | diff "$BATS_FILE_TMPDIR/before" -
}

# A copy of the tree that a test may spoil: files are links, so replace, never write into them.
spoiled_tree() {
    rm -rf "$BATS_TEST_TMPDIR/tree" && "$ROOT/tests/support/clone" "$TREE" "$BATS_TEST_TMPDIR/tree"
    echo "$BATS_TEST_TMPDIR/tree"
}

# enable must fail with this sentence, and nothing may have changed in the machine.
refuses() {
    local wanted=$1; shift
    machine bash -euc '
        state() { cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; find /run; }
        before=$(state)
        out=$("$@" 2>&1) && { echo "did not fail"; exit 1; }
        [ $? -eq 125 ] || { echo "status is not 125: $out"; exit 1; }
        [ "$(state)" = "$before" ] || { diff <(echo "$before") <(state); exit 1; }
        printf "%s\n" "$out"
    ' _ "$BUSYPY" enable "$@" >"$BATS_TEST_TMPDIR/said" || { cat "$BATS_TEST_TMPDIR/said"; return 1; }
    same "$(cat "$BATS_TEST_TMPDIR/said")" "busypy: enable: $wanted"
}

@test "enable says what it did, status agrees, disable leaves nothing" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
before=$(cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; find /run)
[ "$("$1" enable "$2" | head -n 1)" = "1 tree enabled: generation 1, 24 handler entries, rehearsed and tested" ]
"$1" status >/dev/null
[ "$("$1" status -n -o tree,arch,generation,template trees | tr -s ' ')" = "$2 $(uname -m) 1 ready" ]
"$1" status --json | /usr/bin/python3 -c '
import json, sys
status = json.load(sys.stdin)
assert list(status) == ["trees", "service", "entries", "tiers", "kernel"], status
assert [e["note"] for e in status["entries"]] == ["ours"] * 24
assert status["trees"][0]["generation"] == 1 and status["entries"][0]["enabled"] is True
'
[ "$("$1" disable)" = disabled ]
[ "$(cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; find /run)" = "$before" ]
[ "$("$1" disable)" = "nothing was enabled" ]
! "$1" status >/dev/null 2>&1 || exit 1
SCRIPT
}

@test "the entries have the flags P, O and F, and never C" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
"$1" enable -q "$2"
for entry in /proc/sys/fs/binfmt_misc/busypy-*; do
    grep -qx 'flags: POF' "$entry"
    grep -qx 'interpreter /run/busypy.handler/g1/loader' "$entry"
done
SCRIPT
}

@test "a view does not carry our own tmpfs" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
"$1" enable -q "$2"
printf '#!/usr/bin/python3\nimport os\nprint(os.listdir("/run/busypy.handler"), open("/proc/self/mounts").read().count(" /run/busypy.handler "))\n' >"$2/bin/looks"
chmod 755 "$2/bin/looks"
out=$("$2/bin/looks"); rm -f "$2/bin/looks"
[ "$out" = "[] 0" ] || { echo "$out"; exit 1; }
SCRIPT
}

@test "a second tree joins the first in a new generation; running scripts go on" {
    machine_script "$BUSYPY" "$TREE" "$BATS_TEST_TMPDIR" <<'SCRIPT'
mkdir -p "$3/other"; "$ROOT/tests/support/clone" "$2" "$3/other/tree"
"$1" enable -q "$2"
mkfifo "$3/fifo"
"$2/etc/busypy/selftest" >/dev/null
printf '#!/usr/bin/python3\nimport os, sys\nopen(sys.argv[1]).read()\nprint(os.path.exists("/.busypy/view"), flush=True)\n' >"$2/bin/waits"
chmod 755 "$2/bin/waits"
"$2/bin/waits" "$3/fifo" >"$3/out" & waiting=$!
[ "$("$1" enable "$3/other/tree" | head -n 1)" = "2 trees enabled: generation 2, 24 handler entries, rehearsed and tested" ]
ls /run/busypy.handler
[ "$(ls /run/busypy.handler)" = g2 ]
[ "$(ls /proc/sys/fs/binfmt_misc | grep -c busypy-2-)" = 24 ]
echo go >"$3/fifo"; wait $waiting
[ "$(cat "$3/out")" = True ]
rm -f "$2/bin/waits"
"$3/other/tree/etc/busypy/selftest" | grep -q '^busypy-selftest ok '
SCRIPT
}

@test "what is still executed stays, also beside what a killed enabling has left" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
"$1" enable -q "$2"
# a loader that has not entered a view yet
coproc stopped { /usr/bin/python3 -c '
import ctypes, os, sys
pid = os.fork()
if pid == 0:
    ctypes.CDLL(None).ptrace(0, 0, 0, 0)  # PTRACE_TRACEME: stops after its exec
    os.execv("/run/busypy.handler/g1/loader", ["loader"])
os.waitpid(pid, 0)
print("stopped", flush=True)
sys.stdin.read()
os.kill(pid, 9)'; }
read -r line <&"${stopped[0]}"
[ "$line" = stopped ]
mkdir /run/busypy.handler/g2
"$1" enable -q "$2"
[ "$(ls /run/busypy.handler | paste -sd' ')" = "g1 g3" ] || { ls /run/busypy.handler; exit 1; }
exec {stopped[1]}>&-
wait "$stopped_PID"
"$1" disable
[ ! -e /run/busypy.handler ]
SCRIPT
}

@test "wiped entries are seen by status, and enabling again mends it" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
"$1" enable -q "$2"
for entry in /proc/sys/fs/binfmt_misc/busypy-*; do echo -1 >"$entry"; done
! "$1" status >/dev/null || exit 1
[ "$("$1" enable "$2" | head -n 1)" = "1 tree enabled: generation 2, 24 handler entries, rehearsed and tested" ]
"$1" status >/dev/null
SCRIPT
}

@test "the lines left for systemd-binfmt restore the handler" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
"$1" enable -q "$2"
for entry in /proc/sys/fs/binfmt_misc/busypy-*; do echo -1 >"$entry"; done
while read -r line; do printf '%s' "$line" >/proc/sys/fs/binfmt_misc/register; done </run/binfmt.d/busypy.conf
"$1" status >/dev/null
"$2/etc/busypy/selftest" | grep -q '^busypy-selftest ok '
SCRIPT
}

@test "a handler registered later is reported as asked before ours" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
"$1" enable -q "$2"
printf ':later:M::#!/usr/bin/python3::/bin/true:' >/proc/sys/fs/binfmt_misc/register
out=$("$1" status -n -o entry,note entries) && exit 1
grep -Eq '^later +asked before ours: takes scripts of the tree$' <<<"$out"
SCRIPT
}

@test "two enables at once: one after the other, both right" {
    machine_script "$BUSYPY" "$TREE" "$BATS_TEST_TMPDIR" <<'SCRIPT'
mkdir -p "$3/b"; "$ROOT/tests/support/clone" "$2" "$3/b/tree"
"$1" enable -q "$2" & one=$!
"$1" enable -q "$3/b/tree" & two=$!
wait $one; wait $two
[ "$("$1" status -n -o tree trees | sort)" = "$(printf '%s\n' "$2" "$3/b/tree" | sort)" ]
[ "$(ls /run/busypy.handler | wc -l)" = 1 ]
SCRIPT
}

@test "no tree" {
    refuses "no tree: none was named, and the configuration has no 'tree' line (Hint: busypy enable TREE)"
    refuses "cannot find the tree /nonexistent: No such file or directory" /nonexistent
    mkdir -p "$BATS_TEST_TMPDIR/empty"
    refuses "$BATS_TEST_TMPDIR/empty is no BusyPy tree: it has no bin (Hint: 'busypy stage $BATS_TEST_TMPDIR/empty' makes one)" "$BATS_TEST_TMPDIR/empty"
}

@test "a tree below /usr" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
mount -t tmpfs tmpfs /usr/share
mkdir -p /usr/share/tree
mount --bind "$2" /usr/share/tree
out=$("$1" enable /usr/share/tree 2>&1) && exit 1
[ "$out" = "busypy: enable: /usr/share/tree: a tree below /usr cannot be used, the view would hide it (Hint: move the tree, to /srv/busypy for example)" ] || { echo "$out"; exit 1; }
SCRIPT
}

@test "no runtime for this arch, and which there are" {
    refuses "$TREE has no runtime for s390x; it has: $(uname -m) (Hint: 'busypy stage --from debian --arch s390x $TREE' adds it)" --arch s390x "$TREE"
    refuses "unknown arch 'vax' (Hint: one of x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel)" --arch vax "$TREE"
}

@test "an interpreter, PT_INTERP or library that is missing" {
    local tree arch; arch=$(uname -m); tree=$(spoiled_tree)
    rm -f "$tree/etc/clib/$arch"/ld-linux*
    run machine "$BUSYPY" enable "$tree"
    [ "$status" -eq 125 ]
    [[ $output == "busypy: enable: "*ld-linux* ]] || { echo "$output"; return 1; }
    tree=$(spoiled_tree)
    rm -f "$tree/etc/clib/$arch/libm.so.6"
    run machine "$BUSYPY" enable "$tree"
    [ "$status" -eq 125 ]
    [[ $output == "busypy: enable: "*libm.so.6* ]] || { echo "$output"; return 1; }
    tree=$(spoiled_tree)
    rm -f "$tree/etc/python/$arch/usr/bin/python3"
    run machine "$BUSYPY" enable "$tree"
    [ "$status" -eq 125 ]
    [[ $output == "busypy: enable: "*usr/bin/python3* ]] || { echo "$output"; return 1; }
}

@test "a tree that others than root can write" {
    local tree; tree=$(spoiled_tree)
    printf '#!/usr/bin/python3\n' >"$tree/bin/mine"; chmod 777 "$tree/bin/mine"
    refuses "others than root can write $tree/bin/mine (Hint: chmod -R go-w the tree)" "$tree"
    chmod 755 "$tree/bin/mine"; chown 1000 "$tree/bin/mine"
    refuses "$tree/bin/mine belongs to uid 1000: its owner could change what other users run (Hint: chown -R root:root the tree)" "$tree"
}

@test "a tree in which others can write behind another device's number" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
mkdir "$2/site-package/other"
mount -t tmpfs -o mode=755 other "$2/site-package/other"
trap 'umount "$2/site-package/other"; rmdir "$2/site-package/other"' EXIT
touch "$2/site-package/other/x.py"; chown 1000 "$2/site-package/other/x.py"
out=$("$1" enable "$2" 2>&1) && exit 1
[[ $out == "busypy: enable: $2/site-package/other/x.py belongs to uid 1000: "* ]] || { echo "$out"; exit 1; }
SCRIPT
}

@test "the same tree twice" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
"$1" enable -q "$2"
before=$(cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; find /run)
out=$("$1" enable "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: $2 is enabled already (for $(uname -m)) (Hint: 'busypy status' shows it; 'busypy disable' takes it back)" ]
[ "$(cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; find /run)" = "$before" ]
SCRIPT
}

@test "another handler for the same scripts" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
printf ':theirs:M::#!/usr/bin/::/bin/true:' >/proc/sys/fs/binfmt_misc/register
out=$("$1" enable "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: the handler 'theirs' (/bin/true) serves the same scripts; ours would come before it (Hint: remove it with: echo -1 > /proc/sys/fs/binfmt_misc/theirs)" ] || { echo "$out"; exit 1; }
[ ! -e /run/busypy.handler ]
SCRIPT
}

@test "binfmt_misc not mounted, disabled, read-only" {
    NSRUN_NO_BINFMT=1 machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
mount -t tmpfs tmpfs /proc/sys/fs/binfmt_misc
out=$("$1" enable "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: binfmt_misc is not mounted at /proc/sys/fs/binfmt_misc (Hint: mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc)" ] || { echo "$out"; exit 1; }
umount /proc/sys/fs/binfmt_misc
mount -t tmpfs tmpfs /proc/sys/fs
out=$("$1" enable "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: this kernel has no binfmt_misc: no /proc/sys/fs/binfmt_misc (Hint: modprobe binfmt_misc, or a kernel with CONFIG_BINFMT_MISC)" ] || { echo "$out"; exit 1; }
SCRIPT
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
echo 0 >/proc/sys/fs/binfmt_misc/status # this machine's own instance
out=$("$1" enable "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: binfmt_misc is disabled: no handler would be asked (Hint: an administrator wrote 0 to /proc/sys/fs/binfmt_misc/status; 1 enables it)" ] || { echo "$out"; exit 1; }
echo 1 >/proc/sys/fs/binfmt_misc/status
mount -o remount,ro,bind /proc/sys/fs/binfmt_misc
out=$("$1" enable "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: /proc/sys/fs/binfmt_misc is mounted read-only (Hint: containers usually have it so; enable on the host)" ] || { echo "$out"; exit 1; }
[ ! -e /run/busypy.handler ]
SCRIPT
}

@test "an instance of another user namespace cannot be written" {
    run machine setpriv --reuid 1000 --regid 1000 --clear-groups unshare -Ur "$BUSYPY" enable "$TREE"
    [ "$status" -eq 125 ]
    same "$output" "busypy: enable: cannot open /proc/sys/fs/binfmt_misc/register: Permission denied (Hint: only root of the user namespace that mounted it may register)"
}

@test "/run without room" {
    machine_script "$BUSYPY" "$TREE" <<'SCRIPT'
umount /run && mount -t tmpfs -o nr_inodes=1 tmpfs /run
out=$("$1" enable "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: cannot create /run/busypy.lock: No space left on device" ] || { echo "$out"; exit 1; }
[ "$(ls /proc/sys/fs/binfmt_misc)" = "$(printf 'register\nstatus')" ]
SCRIPT
}

@test "files in busypy.conf.d are read after the configuration, by name, each from its own section on" {
    local conf=$BATS_TEST_TMPDIR/busypy.conf
    cp "$ROOT/conf/busypy.conf" "$conf"
    mkdir "$conf.d"
    printf '[stage]\nmirror = http://127.0.0.1:9/x\n' >"$conf.d/10-first.conf"
    printf '[busypy]\nmatch = x\n' >"$conf.d/20-second.conf"
    printf 'nonsense\n' | tee "$conf.d/.hidden.conf" "$conf.d/README" >/dev/null
    refuses "$conf.d/20-second.conf:2:9: 'match' must be 'tree' or 'marker', not 'x'" --config "$conf"
    printf '[stage]\ntree = /srv\n' >"$conf.d/20-second.conf"
    refuses "$conf.d/20-second.conf:2:1: unknown key 'tree' in section [stage] (Hint: it belongs to [busypy])" \
        --config "$conf"
    printf '[busypy]\ntree = %s\n' "$TREE" >"$conf.d/20-second.conf"
    machine bash -euc '"$1" enable -q --config "$2"; "$1" status --json --config "$2" | grep -q "$3"; "$1" disable' \
        _ "$BUSYPY" "$conf" "$TREE"
    # as the file is shipped, what is appended to it belongs to [busypy], too
    rm -r "$conf.d"
    echo "tree = $TREE" >>"$conf"
    machine bash -euc '"$1" enable -q --config "$2"; "$1" disable' _ "$BUSYPY" "$conf"
}

@test "a configuration that cannot be read is not taken for a missing one" {
    machine_script "$BUSYPY" "$TREES/host" <<'SCRIPT'
refused() {
    local out
    out=$(setpriv --reuid 1000 --regid 1000 --clear-groups "$busypy" plan "$tree" 2>&1) && exit 1
    [ "$out" = "busypy: plan: cannot read $1: Permission denied" ] || { echo "$out"; exit 1; }
}
busypy=$1 tree=$2
mount -t tmpfs tmpfs /etc
"$busypy" plan "$tree" >/run/plan
mkdir -m 700 /etc/busypy
refused /etc/busypy/busypy.conf
mkdir -m 700 /etc/busypy/busypy.conf.d
chmod 755 /etc/busypy
refused /etc/busypy/busypy.conf.d
SCRIPT
}

@test "a configuration with an unknown key, section or value" {
    local conf=$BATS_TEST_TMPDIR/busypy.conf
    printf '[busypy]\ntree = %s\n  isolate = yes\n' "$TREE" >"$conf"
    refuses "$conf:3:3: unknown key 'isolate' in section [busypy]" --config "$conf"
    printf '[busypie]\ntree = /srv\n' >"$conf"
    refuses "$conf:2:1: unknown section 'busypie'" --config "$conf"
    printf '[busypy]\nmatch = all\n' >"$conf"
    refuses "$conf:2:9: 'match' must be 'tree' or 'marker', not 'all'" --config "$conf"
    printf '[busypy]\nnonsense\n' >"$conf"
    refuses "$conf:2:1: neither [section] nor key = value" --config "$conf"
    printf 'match = all\n' >"$conf"
    refuses "$conf:1:1: 'match' stands before any [section]" --config "$conf"
    printf '[busypy]\ntree = /%0300d\n' 0 >"$conf"
    refuses "$conf:2:199: the line is too long" --config "$conf"
    refuses "cannot read $BATS_TEST_TMPDIR/none: No such file or directory" --config "$BATS_TEST_TMPDIR/none"
}

@test "the configuration's tree lines are what enable takes by default" {
    local conf=$BATS_TEST_TMPDIR/busypy.conf
    printf '[busypy]\ntree = %s\n' "$TREE" >"$conf"
    machine_script "$BUSYPY" "$TREE" "$conf" <<'SCRIPT'
"$1" enable -q --config "$3"
[ "$("$1" status -n -o tree trees)" = "$2" ]
SCRIPT
}

@test "enable says what lines with env cost, and one word leaves their entries out" {
    local conf=$BATS_TEST_TMPDIR/busypy.conf
    printf '[busypy]\nenv = no\n' >"$conf"
    machine_script "$BUSYPY" "$TREE" "$conf" <<'SCRIPT'
[ "$("$1" enable "$2" | tail -n +2)" = "this machine's own scripts with #!/usr/bin/env python3 start about 0.1 ms later ('env = no' leaves them out)" ]
[ "$(find /proc/sys/fs/binfmt_misc -name 'busypy-*-env-*' | wc -l)" -eq 12 ]
"$1" disable -q
[ "$("$1" enable --config "$3" "$2")" = "1 tree enabled: generation 1, 12 handler entries, rehearsed and tested" ]
[ -z "$(find /proc/sys/fs/binfmt_misc -name 'busypy-*-env-*')" ]
"$1" disable -q
printf '[busypy]\ninterpreter = /bin/shell\n' >"$3"
[ "$("$1" enable --config "$3" "$2" | head -n 1)" = "1 tree enabled: generation 1, 6 handler entries, rehearsed and tested" ]
SCRIPT
}

@test "match = marker: only marked scripts pass through the loader" {
    local conf=$BATS_TEST_TMPDIR/busypy.conf
    printf '[busypy]\nmatch = marker\n' >"$conf"
    machine_script "$BUSYPY" "$TREE" "$conf" "$BATS_TEST_TMPDIR" <<'SCRIPT'
"$ROOT/tests/support/clone" "$2" "$4/tree"
for name in marked plain; do
    { echo '#!/usr/bin/python3'; [ $name = plain ] || echo '# busypy'
      echo 'import os; print(os.path.exists("/.busypy/view"))'; } >"$4/tree/bin/$name"
    chmod 755 "$4/tree/bin/$name"
done
# the self-test is not marked: give it a marker, as every script of such a tree has
{ echo '#!/usr/bin/python3'; echo '# busypy'; tail -n +2 "$2/etc/busypy/selftest"; } >"$4/selftest"
chmod 755 "$4/selftest"; rm -f "$4/tree/etc/busypy/selftest"; mv "$4/selftest" "$4/tree/etc/busypy/selftest"
[ "$("$1" enable --config "$3" "$4/tree" | head -n 1)" = "1 tree enabled: generation 1, 8 handler entries, rehearsed and tested" ]
[ "$("$4/tree/bin/marked")" = True ]
[ "$("$4/tree/bin/plain")" = False ]
SCRIPT
}

@test "a foreign arch without qemu" {
    local tree=$BATS_TEST_TMPDIR/tree arch=s390x
    debian_tree $arch
    "$ROOT/tests/support/clone" "$TREES/debian" "$tree"
    refuses "this machine cannot run s390x programs: no handler for them is registered (Hint: install qemu-user-static)" --arch $arch "$tree"
    machine_script "$BUSYPY" "$tree" <<'SCRIPT'
magic='\x7fELF\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xfe\xff\xff'
printf '%s' ":qemu-s390x:M::$magic:$mask:/usr/bin/qemu-s390x-static:P" >/proc/sys/fs/binfmt_misc/register
out=$("$1" enable --arch s390x "$2" 2>&1) && exit 1
[ "$out" = "busypy: enable: the handler 'qemu-s390x' for s390x programs lacks the flag F: it would not be found in a view (Hint: register it with flags PF)" ] || { echo "$out"; exit 1; }
SCRIPT
}

@test "wrong options and arguments" {
    run -125 "$BUSYPY" enable --nonsense
    [ "${lines[1]}" = "busypy: enable: see 'busypy enable --help'" ]
    run -125 "$BUSYPY" disable something
    same "$output" "busypy: disable: takes no arguments"
    run -125 "$BUSYPY" frobnicate
    same "$output" "busypy: frobnicate: no such command (Hint: 'busypy --help' lists them)"
    run -125 "$BUSYPY" status nonsense
    same "$output" "busypy: status: unknown section 'nonsense' (Hint: trees, starts, service, entries, tiers or kernel)"
    run -125 "$BUSYPY" status --output nonsense kernel
    same "$output" "busypy: status: unknown column 'nonsense' of table 'kernel'"
}

@test "a self-test that fails is rolled back" {
    local tree; tree=$(spoiled_tree)
    rm -f "$tree/etc/busypy/selftest"
    printf '#!/usr/bin/python3\nprint("not today")\n' >"$tree/etc/busypy/selftest"; chmod 755 "$tree/etc/busypy/selftest"
    refuses "rehearsal: the self-test $tree/etc/busypy/selftest failed: not today" "$tree"
}
