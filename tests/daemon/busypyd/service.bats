# busypyd in throw-away machines: what it follows, what it survives, what it says.
load ../../support/helpers
load fixtures

@test "at its start it enables as busypy enable does; stopped, all stays; then disable leaves nothing" {
    in_machine <<'SCRIPT'
before=$(cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; find /run)
start; await in_force "$export/current" 1
same "$("$export/current/bin/whichone" a b)" "1 True a b"
# idle it waits for events alone: no time is set
idle() { local words; read -ra words <"/proc/$service/syscall"; [ "${words[3]-}" = 0xffffffffffffffff ] || [ "${words[3]-}" = 0xffffffff ]; }
await idle
same "$("$BUSYPY" status -n -o pid,watch service | tr -s ' ' | sed 's/^ //')" "$service inotify"
"$BUSYPY" status >/dev/null
stop
[ ! -e /run/busypyd.state ]
same "$("$export/current/bin/whichone")" "1 True"
same "$(entries)" 24
same "$("$BUSYPY" status -n service)" ""
same "$("$BUSYPY" disable)" disabled
same "$(cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; find /run)" "$before"
SCRIPT
}

@test "a new version: new scripts start on it, running ones end on the old one; and back again" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
mkfifo "$here/in" "$here/out"
"$export/current/bin/holdone" <"$here/in" >"$here/out" & held=$!
exec 8>"$here/in" 9<"$here/out"
read -r line <&9; same "$line" here
new_version "$export" 2
point "$export" 2
same "$("$export/current/bin/whichone")" "2 True"
await in_force "$export/current" 2
exec 8>&-; read -r line <&9; wait $held
same "$line" 1
point "$export" 1
same "$("$export/current/bin/whichone")" "1 True"
await in_force "$export/current" 1
await said "versions/2 is in force"
alone() { [ "$(find /run/busypy.handler -maxdepth 1 -name 'g*' | wc -l)" = 1 ]; }
await alone
SCRIPT
}

@test "the version that was published last is ready before the link is turned" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
new_version "$export" 2
both() { status -o version,template trees | tr -s ' ' | sort | paste -sd, | grep -qx '1 ready,2 ready'; }
await both
same "$("$export/versions/2/bin/whichone")" "2 True"
before=$(generation)
point "$export" 2
await in_force "$export/current" 2
same "$(generation)" "$before"
SCRIPT
}

@test "a version that others can write is not taken; what was in force stays, and says so" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
cp -al "$export/versions/1" "$export/versions/2.tmp"
printf '#!/usr/bin/python3\nprint("bad")\n' >"$export/versions/2.tmp/bin/bad"; chmod 777 "$export/versions/2.tmp/bin/bad"
mv "$export/versions/2.tmp" "$export/versions/2"; point "$export" 2
await said "others than root can write $export/versions/2/bin/bad (Hint: chmod -R go-w the tree); in force stays $export/versions/1"
[ "$("$export/versions/1/bin/whichone")" = "1 True" ]
"$BUSYPY" status >/dev/null && exit 1
point "$export" 1
await said "$export/current: all is well again"
"$BUSYPY" status >/dev/null
SCRIPT
}

@test "a version that was refused holds up no round of the next one; once it may be fit it is ready" {
    in_machine <<'SCRIPT'
selftest=$export/versions/2/etc/busypy/selftest
start() {
    strace -f -qq -o "$here/trace" -P "$selftest" -P "$export/current" "$BUSYPYD" -c "$conf" >>"$here/log" 2>&1 & tracer=$!
    traced() { service=$(pgrep -x -P "$tracer" busypyd); }
    await traced
}
leave_traced() { kill -KILL "$service" 2>/dev/null || :; leave; }
trap leave_traced EXIT
# how often a path was looked at
looks() { grep -cF "\"$1\"" "$here/trace" || :; }
# a whole round and the beginning of another, that nothing but an event in the export asks for
nudged=0
nudge() {
    local before
    for _ in 1 2 3; do
        before=$(looks "$export/current")
        : >"$export/nudge$((++nudged))"
        more() { [ "$(looks "$export/current")" -gt "$before" ]; }
        await more
    done
}
ready() { status -o version,template trees | tr -s ' ' | sort | paste -sd, | grep -qx "$1"; }
bad() { # ID: one without a selftest
    "$ROOT/tests/support/clone" "$TREE" "$export/versions/$1.tmp"
    rm "$export/versions/$1.tmp/etc/busypy/selftest"
    mv "$export/versions/$1.tmp" "$export/versions/$1"
}
start; await in_force "$export/current" 1
bad 2; point "$export" 2
await said "$export/versions/2 has no executable etc/busypy/selftest (Hint: 'busypy stage $export/versions/2' lays it down); in force stays $export/versions/1"
new_version "$export" 3; point "$export" 3
await in_force "$export/current" 3
nudge
admitted=$(looks "$selftest")
[ "$admitted" -ge 1 ]
nudge
same "$(looks "$selftest")" "$admitted"
# mended: its directory has changed since, or somebody says so
cp -p "$TREE/etc/busypy/selftest" "$selftest"
nudge
same "$(looks "$selftest")" "$admitted"
kill -HUP "$service"
await ready '2 ready,3 ready'
rm "$selftest"
bad 4; point "$export" 4
await said "$export/versions/4 has no executable etc/busypy/selftest"
point "$export" 3; await in_force "$export/current" 3
nudge
cp -p "$TREE/etc/busypy/selftest" "$export/versions/4/etc/busypy/"
chmod -R go-w "$export/versions/4"
nudge
await ready '3 ready,4 ready'
kill -TERM "$service"; wait "$tracer"
SCRIPT
}

@test "killed: scripts go on; started again it adopts what stands" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
loader=$(stat -c %i:%Y /run/busypy.handler/g*/loader)
kill -KILL "$service"; wait "$service" || :
same "$("$export/current/bin/whichone")" "1 True"
same "$("$BUSYPY" status -n service)" ""
start; await in_force "$export/current" 1
same "$(stat -c %i:%Y /run/busypy.handler/g*/loader)" "$loader"
kill -KILL "$service"; wait "$service" || :
new_version "$export" 2; point "$export" 2
# nobody has made it ready: composed for each start, for whoever starts it
user="setpriv --reuid 1000 --regid 1000 --clear-groups"
same "$("$export/current/bin/whichone")" "2 True"
same "$($user "$export/current/bin/whichone")" "2 True"
same "$($user --no-new-privs "$export/current/bin/whichone")" "2 True"
same "$($user "$export/versions/1/bin/whichone")" "1 True"
mkdir "$export/versions/3.tmp"; cp "$export/versions/1/bin/whichone" "$export/versions/3.tmp/"
out=$("$export/versions/3.tmp/whichone" 2>&1) && exit 1
same "${out%%: cannot*}" "busypy: $export/versions/3.tmp/whichone"
start; await in_force "$export/current" 2
SCRIPT
}

@test "the configuration: SIGHUP, a new file, one with an error" {
    in_machine <<'SCRIPT'
new_version "$here/srv/other" a; point "$here/srv/other" a
start; await in_force "$export/current" 1
printf 'tree = %s\n' "$here/srv/other/current" >>"$conf"
kill -HUP "$service"
await in_force "$here/srv/other/current" a
same "$("$here/srv/other/current/bin/whichone")" "a True"
configure "tree = $here/srv/other/current"
gone() { ! status -o tree trees | grep -q export; }
await gone
same "$("$export/current/bin/whichone")" "1 False"
configure "tree = $here/srv/other/current" 'match = all'
await said "$conf:3:9: 'match' must be 'tree' or 'marker', not 'all'; the configuration that was stays in force"
same "$("$here/srv/other/current/bin/whichone")" "a True"
configure
none() { [ "$(entries)" = 0 ]; }
await none
SCRIPT
}

@test "a tree that was enabled by hand stays, but is not followed" {
    in_machine <<'SCRIPT'
"$ROOT/tests/support/clone" "$TREE" "$here/srv/mine"
"$BUSYPY" enable -q "$here/srv/mine"
start; await in_force "$export/current" 1
new_version "$export" 2; point "$export" 2
await in_force "$export/current" 2
"$here/srv/mine/etc/busypy/selftest" | grep -q '^busypy-selftest ok '
"$BUSYPY" status -n -o tree trees | grep -qx "$here/srv/mine"
SCRIPT
}

@test "a tree that is enabled by hand and configured, too, leaves the others the service's" {
    in_machine <<'SCRIPT'
"$ROOT/tests/support/clone" "$TREE" "$here/srv/mine"
"$BUSYPY" enable -q "$here/srv/mine"
configure "tree = $here/srv/mine" "tree = $export/current"
start; await in_force "$export/current" 1
# all templates are made anew
before=$(generation)
configure "tree = $here/srv/mine" "tree = $export/current" "prune = $here/prune/**"
anew() { [ "$(generation)" != "$before" ]; }
await anew; await in_force "$export/current" 1
configure "prune = $here/prune/**"
only_mine() { [ "$(status -o tree trees | tr -d ' ')" = "$here/srv/mine" ]; }
await only_mine
SCRIPT
}

@test "entries that were wiped are there again" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
all() { [ "$(entries)" = 24 ] && "$BUSYPY" status >/dev/null; }
for ((i = 0; i < 3; i++)); do
    echo -1 >/proc/sys/fs/binfmt_misc/status
    await all
done
echo -1 >/proc/sys/fs/binfmt_misc/busypy-1-python3-nl
await all
echo 0 >/proc/sys/fs/binfmt_misc/busypy-1-python3-nl
await all
rm -f /run/binfmt.d/busypy.conf
echo -1 >/proc/sys/fs/binfmt_misc/status
await all
same "$(grep -c . /run/binfmt.d/busypy.conf)" 24
same "$("$export/current/bin/whichone")" "1 True"
said "the handler's entries were gone; they are there again"
SCRIPT
}

@test "a tree that disappears and comes back; the other one's scripts never notice" {
    in_machine <<'SCRIPT'
new_version "$here/srv/other" a; point "$here/srv/other" a
configure "tree = $export/current" "tree = $here/srv/other/current"
start; await in_force "$export/current" 1; await in_force "$here/srv/other/current" a
mv "$export" "$here/srv/away"
await said "$export/current: cannot find the tree $export/current: No such file or directory; in force stays $export/versions/1"
same "$("$here/srv/other/current/bin/whichone")" "a True"
new_version "$here/srv/other" b; point "$here/srv/other" b
await in_force "$here/srv/other/current" b
mv "$here/srv/away" "$export"
await in_force "$export/current" 1
same "$("$export/current/bin/whichone")" "1 True"
SCRIPT
}

@test "a tree that is there only later" {
    in_machine bare <<'SCRIPT'
configure "tree = $export/current"
start
await said "$export/current: cannot find the tree $export/current: No such file or directory"
same "$(entries)" 0
new_version "$export" 1; point "$export" 1
await in_force "$export/current" 1
same "$("$export/current/bin/whichone")" "1 True"
SCRIPT
}

@test "a server that does not answer: the others go on, one child waits, and it is said" {
    in_machine <<'SCRIPT'
new_version "$here/srv/other" a; point "$here/srv/other" a
configure "tree = $export/current" "tree = $here/srv/other/current"
start; await in_force "$export/current" 1; await in_force "$here/srv/other/current" a
# a file system whose server never says a word
/usr/bin/python3 -IB - "$export" "$here/silent" <<'PYTHON' &
import ctypes, os, sys, time
fuse = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0"
if libc.mount(b"silent", sys.argv[1].encode(), b"fuse.silent", 0, options.encode()):
    sys.exit(os.strerror(ctypes.get_errno()))
open(sys.argv[2], "w").close()
time.sleep(600)
PYTHON
server=$!
await test -e "$here/silent"
away() { status -o follows,state service | grep -q "^$export/current *it does not answer$"; }
await away
same "$("$here/srv/other/current/bin/whichone")" "a True"
new_version "$here/srv/other" b; point "$here/srv/other" b
await in_force "$here/srv/other/current" b
same "$("$here/srv/other/current/bin/whichone")" "b True"
[ "$(pgrep -c -P "$service" || :)" -le 1 ]
# a child holds nothing that says that busypyd lives: it may outlive it
child() { pgrep -P "$service" >"$here/child"; }
await child
read -r child <"$here/child"
[ "$(readlink /proc/"$service"/fd/* | grep -c busypyd.state)" = 1 ]
[ "$(readlink /proc/"$child"/fd/* | grep -c busypyd.state || :)" = 0 ]
kill $server; wait $server || :
umount -l "$export"
await in_force "$export/current" 1
SCRIPT
}

@test "a new top-level directory is in the views of scripts that start later" {
    in_machine <<'SCRIPT'
newroot=$here/newroot
mkdir "$newroot"
mount -t tmpfs -o mode=755 machine "$newroot"
mount --make-rprivate /; mount --make-unbindable "$newroot"
for entry in /*; do
    if [ -L "$entry" ]; then cp -P "$entry" "$newroot$entry"
    elif [ -d "$entry" ]; then mkdir "$newroot$entry"; mount --rbind "$entry" "$newroot$entry"; fi
done
cd "$newroot"; pivot_root . .; umount -l .; cd /; mount --make-rshared /
printf '#!/usr/bin/python3\nimport os, sys\nprint(os.path.exists(sys.argv[1]))\n' >"$export/versions/1/bin/there"
chmod 755 "$export/versions/1/bin/there"
start; await in_force "$export/current" 1
same "$("$export/current/bin/there" /later)" False
mkdir /later
there() { [ "$("$export/current/bin/there" /later)" = True ]; }
await there
rmdir /later
SCRIPT
}

@test "what is pruned and mounted later is taken out of the templates again" {
    in_machine <<'SCRIPT'
mkdir -p "$here/prune/one" "$here/keep"
configure "tree = $export/current" "prune = $here/prune/**"
start; await in_force "$export/current" 1
view() { nsenter --mount="$(echo /run/busypy.handler/g*/view0)" /bin/cat /proc/self/mounts 2>/dev/null || nsenter --mount="$(echo /run/busypy.handler/g*/view0)" /usr/bin/python3 -c 'print(open("/proc/self/mounts").read())'; }
mount -t tmpfs one "$here/prune/one"
mount -t tmpfs two "$here/keep"
pruned() { ! view | grep -q "^one "; }
await pruned
umount "$here/prune/one"; umount "$here/keep"
SCRIPT
}

@test "on a host whose / is private a mount makes a new generation" {
    in_machine <<'SCRIPT'
mount --make-rprivate /
mkdir "$here/later"
printf '#!/usr/bin/python3\nimport os, sys\nprint(os.path.exists(sys.argv[1]))\n' >"$export/versions/1/bin/there"
chmod 755 "$export/versions/1/bin/there"
start; await in_force "$export/current" 1
before=$(generation)
mount -t tmpfs later "$here/later"; touch "$here/later/file"
there() { [ "$("$export/current/bin/there" "$here/later/file")" = True ]; }
await there
[ "$(generation)" -gt "$before" ]
umount "$here/later"
SCRIPT
}

@test "the manager is told of readiness, reloads and life; the journal gets fields, once" {
    in_machine <<'SCRIPT'
mkdir -p /run/systemd/journal
cat >"$here/listen" <<'PYTHON'
import socket, sys
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind(sys.argv[1])
while True:
    with open(sys.argv[2], "ab") as out:
        out.write(end.recv(65536) + b"--\n")
PYTHON
/usr/bin/python3 -IB "$here/listen" /run/notify "$here/notified" & one=$!
/usr/bin/python3 -IB "$here/listen" /run/systemd/journal/socket "$here/journal" & two=$!
await test -S /run/notify; await test -S /run/systemd/journal/socket
export NOTIFY_SOCKET=/run/notify JOURNAL_STREAM=1:2 WATCHDOG_USEC=200000
start; await in_force "$export/current" 1
await grep -qx READY=1 "$here/notified"
await grep -qx WATCHDOG=1 "$here/notified"
kill -HUP "$service"
await grep -qx RELOADING=1 "$here/notified"
twice() { [ "$(grep -cx READY=1 "$here/notified")" = 2 ]; }
await twice
for i in 1 2 3; do kill -HUP "$service"; done
stop
await grep -qx STOPPING=1 "$here/notified"
kill $one $two
grep -qx "BUSYPY_TREE=$export/current" "$here/journal"
grep -qx "BUSYPY_VERSION=1" "$here/journal"
grep -qx "BUSYPY_GENERATION=1" "$here/journal"
grep -qx "PRIORITY=6" "$here/journal"
same "$(grep -cx -- -- "$here/journal")" 1
SCRIPT
}

@test "in an export a script is opened by the version's own name, and keeps its name" {
    in_machine <<'SCRIPT'
printf '#!/usr/bin/python3\nimport sys\nprint(sys.argv[0])\n' >"$export/versions/1/bin/argv"
chmod 755 "$export/versions/1/bin/argv"
ln -s argv "$export/versions/1/bin/alias"; ln -s srv/export/current/bin "$here/tools"
start; await in_force "$export/current" 1
same "$("$export/current/bin/argv")" "$export/versions/1/bin/argv"
same "$("$export/current/bin/alias")" "$export/versions/1/bin/alias"
same "$("$export/versions/1/bin/argv")" "$export/versions/1/bin/argv"
same "$("$here/tools/alias")" "$export/versions/1/bin/alias"
cd "$export/current/bin"
same "$(./argv)" ./argv
cd "$export"
same "$(current/bin/argv)" "$export/versions/1/bin/argv"
SCRIPT
}

# storm LIVE: mounts and unmounts as fast as they come, while LIVE scripts run and others start.
storm() {
    { echo "live=$1"; cat <<'SCRIPT'; } | in_machine
configure "tree = $export/current" "prune = $here/prune/**"
start; await in_force "$export/current" 1
mkfifo "$here/in"; exec 7<>"$here/in"
for ((i = 0; i < live; i++)); do "$export/current/bin/holdone" <"$here/in" >>"$here/held" & done
# a word and its newline may be two writes
held() { [ "$(grep -o here "$here/held" | wc -l)" = "$live" ]; }
[ "$live" = 0 ] || await held
mkdir -p "$here/prune/a" "$here/b"
spent() { local words; read -ra words <"/proc/$service/stat"; echo $((words[13] + words[14] + words[15] + words[16])); }
before=$(spent) began=$SECONDS
/usr/bin/python3 -IB - "$here/prune/a" "$here/b" <<'PYTHON' & storm=$!
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
for _ in range(1500):
    for target in sys.argv[1:]:
        assert libc.mount(b"storm", target.encode(), b"tmpfs", 0, None) == 0
    for target in sys.argv[1:]:
        assert libc.umount2(target.encode(), 0) == 0
PYTHON
starts=0
while kill -0 $storm 2>/dev/null; do
    same "$("$export/current/bin/whichone")" "1 True"
    starts=$((starts + 1))
done
wait $storm
new_version "$export" 2; point "$export" 2
same "$("$export/current/bin/whichone")" "2 True"
await in_force "$export/current" 2
# Bounded: a twentieth of the time is what one look a second costs; a busy loop would take all of it.
took=$((SECONDS - began + 1))
[ $(($(spent) - before)) -le $((took * $(getconf CLK_TCK) / 2 + $(getconf CLK_TCK))) ] || { echo "$(spent) ticks, $took s"; exit 1; }
[ "$(awk '/^VmHWM/ { print $2 }' "/proc/$service/status")" -le 32768 ]
[ "$starts" -gt 3 ]
exec 7<&-
SCRIPT
}

@test "mounts and unmounts as fast as they come, no script running" { storm 0; }
@test "mounts and unmounts as fast as they come, 100 scripts running" { storm 100; }

@test "wrong calls" {
    machine_script "$BUSYPYD" <<'SCRIPT'
refuses() { out=$("${@:2}" 2>&1) && exit 1; [ $? = 125 ]; [ "$out" = "$1" ] || { echo "$out"; exit 1; }; }
refuses "busypyd: takes no arguments (Hint: trees stand in the configuration)" "$1" /srv
refuses "busypyd: cannot read /nonexistent: No such file or directory" "$1" -c /nonexistent
refuses "busypyd: only root can enable trees" setpriv --reuid 1000 --clear-groups "$1"
out=$("$1" --nonsense 2>&1) && exit 1
[ "${out##*$'\n'}" = "busypyd: see 'busypyd --help'" ]
"$1" --help | grep -q '^Usage: busypyd'
"$1" -V | grep -qE '^busypyd [0-9.]+$'
SCRIPT
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
out=$("$BUSYPYD" -c "$conf" 2>&1) && exit 1
same "$out" "busypyd: another busypyd is running"
out=$("$BUSYPY" disable 2>&1) && exit 1
same "$out" "busypy: disable: busypyd (process $service) is running and would enable again (Hint: stop it first: systemctl stop busypyd)"
same "$(entries)" 24
SCRIPT
}

@test "an error in the configuration is status 78, which its unit does not try again" {
    local conf=$BATS_TEST_TMPDIR/busypy.conf
    printf '[stage]\ntree = /srv\n' >"$conf"
    run -78 machine "$ROOT/build/busypyd" --config "$conf"
    same "$output" "busypyd: $conf:2:1: unknown key 'tree' in section [stage] (Hint: it belongs to [busypy])"
    grep -qx 'RestartPreventExitStatus=78' "$ROOT/systemd/busypyd.service.in"
}

@test "what is wrong in a new folder of parts can be mended there" {
    in_machine bare <<'SCRIPT'
new_version "$export" 1; point "$export" 1; configure
start
up() { status -o state service | grep -q 'no tree is configured'; }
await up
mkdir "$here/parts"; echo nonsense >"$here/parts/tree.conf"
mv "$here/parts" "$conf.d"
await said "$conf.d/tree.conf:1:1: neither [section] nor key = value; the configuration that was stays in force"
printf '[busypy]\ntree = %s\n' "$export/current" >"$conf.d/tree.conf"
await in_force "$export/current" 1
SCRIPT
}

@test "the manual's example makes a configuration that busypyd takes" {
    local etc=$BATS_TEST_TMPDIR/etc
    mkdir -p "$etc"
    cp "$ROOT/conf/busypy.conf" "$etc/"
    mandoc -T ascii "$ROOT/man/busypyd.8" | tr -d '\b' | sed -n 's/^[[:space:]]*# \(.*busypy.conf.*\)/\1/p' |
        sed "s|/etc/busypy|$etc|g" >"$BATS_TEST_TMPDIR/example"
    same "$(wc -l <"$BATS_TEST_TMPDIR/example")" 2
    bash -eu "$BATS_TEST_TMPDIR/example"
    run -0 "$BUSYPY" plan --config "$etc/busypy.conf" "$TREES/host"
    grep -qx 'tree = /srv/busypy/current' "$etc/busypy.conf.d/tree.conf"
}
