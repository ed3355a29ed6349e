#!/usr/bin/env bats
# busypyd among hostile folders, users and names: what stands is asked again at each round, nobody
# keeps it waiting, and nothing of others is taken for its own.

load ../support/helpers
load ../daemon/busypyd/fixtures

@test "a folder on the way that others can write since: it is said, what stands stays, and all is well again" {
    in_machine <<'SCRIPT'
arch=$(uname -m)
start; await in_force "$export/current" 1
for folder in versions versions/1 versions/1/etc versions/1/etc/clib "versions/1/etc/clib/$arch" versions/1/bin ""; do
    path=$export${folder:+/$folder}
    : >"$here/log"
    chmod 777 "$path"
    await said "others than root can write $path (Hint: "
    await said "; in force stays $export/versions/1"
    "$BUSYPY" status >/dev/null && exit 1
    same "$("$export/versions/1/bin/whichone")" "1 True"
    chmod 755 "$path"
    await said "$export/current: all is well again"
done
SCRIPT
}

@test "a folder on the way that is another's since" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
for path in "$export" "$export/versions/1/site-package" "${export%/*}"; do
    : >"$here/log"
    chown 1000 "$path"
    await said "$path belongs to uid 1000: its owner could change what other users run"
    chown 0 "$path"
    await said "$export/current: all is well again"
done
SCRIPT
}

@test "an access list that lets another write, on the way or in it" {
    in_machine <<'SCRIPT'
acl() { python3 -IB -c '
import os, struct, sys
def entry(tag, rights, who=0xffffffff): return struct.pack("<HHI", tag, rights, who)
os.setxattr(sys.argv[1], sys.argv[2], struct.pack("<I", 2) + entry(1, 7) + entry(2, 7, 1000) +
            entry(4, 5) + entry(16, 7) + entry(32, 5))' "$1" "${2-system.posix_acl_access}"; }
start; await in_force "$export/current" 1
acl "$export/versions"
same "$(stat -c %a "$export/versions")" 775
await said "others than root can write $export/versions "
python3 -IB -c 'import os, sys; os.removexattr(sys.argv[1], "system.posix_acl_access")' "$export/versions"
chmod 755 "$export/versions"
await said "$export/current: all is well again"
SCRIPT
}

@test "a tree that is swapped between two rounds for one that others can write" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
new_version "$export" 2; chmod 777 "$export/versions/2/bin"
# by rename, as fast as can be: never in force
for ((i = 0; i < 50; i++)); do
    ln -s versions/2 "$export/new"; mv -T "$export/new" "$export/current"
    ln -s versions/1 "$export/new"; mv -T "$export/new" "$export/current"
done
ln -s versions/2 "$export/new"; mv -T "$export/new" "$export/current"
await said "others than root can write $export/versions/2/bin "
! said "versions/2 is in force" || exit 1
! grep -aq "$export/versions/2" /run/busypy.handler/g*/loader || exit 1
ln -s versions/1 "$export/new"; mv -T "$export/new" "$export/current"
await said "$export/current: all is well again"
SCRIPT
}

@test "an enabling that does not end: busypyd is ready all the same, and goes on when it has" {
    in_machine <<'SCRIPT'
cat >"$here/listen" <<'PYTHON'
import socket, sys
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind(sys.argv[1])
while True:
    with open(sys.argv[2], "ab") as out:
        out.write(end.recv(65536) + b"--\n")
PYTHON
/usr/bin/python3 -IB "$here/listen" /run/notify "$here/notified" &
await test -S /run/notify
export NOTIFY_SOCKET=/run/notify
exec 7>/run/busypy.lock
chmod 600 /run/busypy.lock
flock 7
start 7>&-
await grep -qx READY=1 "$here/notified"
grep -q "^STATUS=another enabling or disabling has not ended yet" "$here/notified"
await said "another enabling or disabling has not ended yet (Hint: 'fuser -v /run/busypy.lock' shows it)"
exec 7>&-
await in_force "$export/current" 1
SCRIPT
}

@test "when the clock is set, a generation that somebody is just entering by stays" {
    in_machine <<'SCRIPT'
new_version "$here/srv/b" 1; new_version "$here/srv/c" 1
"$BUSYPY" enable -q "$export/versions/1"
# a loader that is held at its first step
strace -qq -o "$here/held" -e trace=pread64 -e inject=pread64:delay_enter=600s:when=1 "$export/versions/1/bin/whichone" &
holder=$!
await grep -q pread64 "$here/held"
"$BUSYPY" enable -q "$here/srv/b/versions/1"
[ -e /run/busypy.handler/g1/loader ]
# as if it had been made long ago
touch -d 2000-01-01 /run/busypy.handler/g2/loader
"$BUSYPY" enable -q "$here/srv/c/versions/1"
[ -e /run/busypy.handler/g1/loader ]
kill -KILL $holder
SCRIPT
}

@test "generations that users name are none" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
# only root can make names there, and what it finds must be a folder of a number
status=0; setpriv --reuid 1000 --regid 1000 --clear-groups mkdir /run/busypy.handler/g99 2>/dev/null || status=$?
[ $status != 0 ]
mkdir "$here/theirs"; chown 1000 "$here/theirs"
mkdir -p /run/busypy.handler/g7x /run/busypy.handler/g-1 /run/busypy.handler/g99999999999999999999 /run/busypy.handler/gg
ln -s "$here/theirs" /run/busypy.handler/g500
new_version "$export" 2; point "$export" 2
await in_force "$export/current" 2
same "$("$export/current/bin/whichone")" "2 True"
[ -d "$here/theirs" ]
rm -r /run/busypy.handler/g7x /run/busypy.handler/g-1 /run/busypy.handler/g99999999999999999999 /run/busypy.handler/gg
rm /run/busypy.handler/g500
SCRIPT
}

@test "versions with hostile names are told as text, and are no versions" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
name=$'v\e[31m\u9b\r'
mkfifo "$export/versions/fifo"
mkdir -p "$export/versions/$name"
ln -s ../../.. "$export/versions/up"
ln -s "versions/$name" "$export/new"; mv -T "$export/new" "$export/current"
await said "in force stays $export/versions/1"
! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]\|\xc2\x9b' "$here/log" || exit 1
for target in versions/fifo versions/up versions/none .. /etc; do
    : >"$here/log"
    ln -sfn "$target" "$export/new"; mv -T "$export/new" "$export/current"
    kill -HUP "$service"
    "$export/versions/1/bin/whichone" >/dev/null
done
point "$export" 1
await said "$export/current: all is well again"
SCRIPT
}

@test "locks that users can take do not keep it" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
mkdir "$here/theirs"; chown 1000 "$here/theirs"
setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/python3 -IB -c '
import fcntl, sys, time
held = []
for path in sys.argv[2:]:
    try:
        held.append(open(path)); fcntl.flock(held[-1], fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError: pass
open(sys.argv[1], "w").close(); time.sleep(600)' "$here/theirs/held" /run/busypyd.state /run/busypy.handler/g1/* "$export" "$export/versions" \
    "$export/versions/1" "$conf" /run/binfmt.d/busypy.conf &
locker=$!
await test -e "$here/theirs/held"
new_version "$export" 2; point "$export" 2
await in_force "$export/current" 2
stop
start; await in_force "$export/current" 2
kill $locker
SCRIPT
}
