#!/usr/bin/env bats
# Unix sockets of the machine's programs: what a sandbox's view shows of them cannot be talked to.

load ../support/helpers

setup_file() { host_state >"$BATS_FILE_TMPDIR/before"; }
teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

# A service that answers with a descriptor of the host's root, below /srv of a machine of the
# test's own, where what is mounted is nobody's; then the script on standard input. "asked NAME
# OPTION..." tells what a job with these options gets of the socket.
with_service() {
    { cat <<'SCRIPT'; cat; } | machine_script "$TREES/host"
tree=$1 PATH=/usr/bin:/bin:/usr/sbin:/sbin
mount -t tmpfs -o mode=755 srv /srv
mkdir -p /srv/svc /srv/real/deep
ln -s real /srv/link
cat >/srv/svc/service.py <<'EOS'
import array, os, select, socket, sys
made = []
for name in sys.argv[1:]:
    kind = socket.SOCK_DGRAM if name.endswith("dgram") else socket.SOCK_STREAM
    s = socket.socket(socket.AF_UNIX, kind)
    s.bind("\0" + name[1:] if name[0] == "@" else name)
    if name[0] == "/":
        os.chmod(name, 0o777)
    if kind == socket.SOCK_STREAM:
        s.listen()
    made.append(s)
print("ready", flush=True)
root = os.open("/", os.O_RDONLY)
while True:
    for s in select.select([sys.stdin, *made], [], [])[0]:
        if s is sys.stdin:
            sys.exit()
        if s.type == socket.SOCK_DGRAM:
            print("got", s.recv(99), flush=True)
            continue
        c = s.accept()[0]
        c.sendmsg([b"root"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [root]))])
EOS
cat >/srv/svc/job.py <<'EOS'
import errno, socket, sys
name = sys.argv[1]
kind = socket.SOCK_DGRAM if name.endswith("dgram") else socket.SOCK_STREAM
s = socket.socket(socket.AF_UNIX, kind)
try:
    s.connect("\0" + name[1:] if name[0] == "@" else name)
    if kind == socket.SOCK_DGRAM:
        s.send(b"to the host"), print("sent")
    else:
        print(s.recvmsg(9, 99)[0].decode())
except OSError as e:
    print(errno.errorcode[e.errno])
EOS
serve() {
    coproc service { exec python3 /srv/svc/service.py "$@"; }
    read -r line <&"${service[0]}"
    [ "$line" = ready ]
}
job=$(cat /srv/svc/job.py)
asked() { "$BUSYPY" run --tree "$tree" --cwd none "${@:2}" -- python3 -c "$job" "$1"; }
is() { [ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }; }
SCRIPT
}

@test "--view host: a stream and a datagram socket refuse, whatever the network" {
    with_service <<'SCRIPT'
serve /srv/svc/stream /srv/svc/dgram
for options in "--net none" "--net host" "--net none --write"; do
    for who in "" "setpriv --reuid 1000 --regid 1000 --clear-groups"; do
        for name in /srv/svc/stream /srv/svc/dgram; do
            is "$($who "$BUSYPY" run --tree "$tree" --cwd none --view host $options -- python3 -c "$job" $name)" ECONNREFUSED
        done
    done
done
SCRIPT
}

@test "--net none: a folder that is bound shows no socket that answers" {
    with_service <<'SCRIPT'
serve /srv/svc/stream /srv/real/deep/stream
for kind in --bind --bind-ro; do
    is "$(asked /srv/svc/stream --net none $kind /srv)" ECONNREFUSED
    is "$(asked /home/real/deep/stream --net none $kind /srv:/home)" ECONNREFUSED
    # all its names in the view
    is "$(asked /home/deep/stream --net none $kind /srv:/srv $kind /srv/real:/home)" ECONNREFUSED
    is "$(asked /srv/link/deep/stream --net none $kind /srv)" ECONNREFUSED
done
cd /srv/svc
is "$("$BUSYPY" run --tree "$tree" --net none -- python3 -c "$job" /srv/svc/stream)" ECONNREFUSED
SCRIPT
}

@test "what is asked for works: a folder with the host's network, a socket by its name" {
    with_service <<'SCRIPT'
serve /srv/svc/stream /srv/real/stream
is "$(asked /srv/svc/stream --bind /srv)" root
is "$(asked /srv/svc/stream --net none --bind-ro /srv/svc/stream)" root
is "$(asked /srv/svc/stream --view host --net none --bind /srv/svc/stream)" root
is "$(asked /srv/real/stream --view host --net none --bind /srv/svc/stream)" ECONNREFUSED
SCRIPT
}

@test "a service that was bound through a link, or moved since, is found" {
    with_service <<'SCRIPT'
serve /srv/link/deep/stream
is "$(asked /srv/real/deep/stream --view host --net none)" ECONNREFUSED
is "$(asked /srv/link/deep/stream --view host --net none)" ECONNREFUSED
is "$(asked /srv/real/deep/stream --net none --bind /srv/real)" ECONNREFUSED
SCRIPT
}

@test "names that their owners chose: blanks, line feeds, lines of the list itself" {
    with_service <<'SCRIPT'
forged=$'/srv/x\n0000000000000000: 00000002 00000000 00010000 0001 01 1 /etc/passwd'
mkdir -p "/srv/a b  c" "${forged%/*}"
serve "/srv/a b  c/stream" "$forged" $'/srv/\e[31m stream'
is "$(asked "/srv/a b  c/stream" --view host --net none)" ECONNREFUSED
is "$(asked $'/srv/\e[31m stream' --view host --net none)" ECONNREFUSED
# no file is covered because a name says so
"$BUSYPY" run --tree "$tree" --cwd none --view host -- sh -c 'test -s /etc/passwd'
# and the plan is text
"$BUSYPY" run --tree "$tree" --cwd none --view host --plan -- true >/run/plan
! grep -q $'\e' /run/plan || exit 1
SCRIPT
}

@test "a file that has taken a socket's place is not covered" {
    with_service <<'SCRIPT'
serve /srv/svc/stream
mv /srv/svc/stream /srv/svc/kept
echo text >/srv/svc/stream
is "$("$BUSYPY" run --tree "$tree" --cwd none --net none --bind-ro /srv -- sh -c 'cat /srv/svc/stream')" text
SCRIPT
}

@test "the plan says what is covered, once, however often it was accepted" {
    with_service <<'SCRIPT'
serve /srv/svc/stream
python3 -c '
import socket, subprocess, sys
held = []
for i in range(20):
    s = socket.socket(socket.AF_UNIX)
    s.connect("/srv/svc/stream"), held.append(s)
sys.exit(subprocess.run(sys.argv[1:]).returncode)' \
    "$BUSYPY" run --tree "$tree" --cwd none --view host --plan -- true >/run/plan
is "$(grep -c '^cover @/dev/null /srv/svc/stream ro,nosuid,nodev,noexec$' /run/plan)" 1
SCRIPT
}

@test "names that lead to where nobody answers are not waited for" {
    with_service <<'SCRIPT'
# a file system that never answers, under the name that a socket once had
mkdir /srv/dead /srv/svc/was
serve /srv/svc/was/stream /srv/svc/stream
exec {fuse}<>/dev/fuse
mount -i -t fuse -o "fd=$fuse,rootmode=40000,user_id=0,group_id=0" dead /srv/dead
mv /srv/svc/was /srv/svc/is
ln -s /srv/dead /srv/svc/was
timeout 60 "$BUSYPY" run --tree "$tree" --cwd none --view host --plan -- true >/run/plan
is "$(grep '^cover' /run/plan)" "cover @/dev/null /srv/svc/stream ro,nosuid,nodev,noexec"
SCRIPT
}

@test "abstract sockets of the machine refuse, its own do not" {
    with_service <<'SCRIPT'
serve @busypy-test-stream @busypy-test-dgram
for who in "" "setpriv --reuid 1000 --regid 1000 --clear-groups"; do
    for options in "--net host" "--net host --view host" "--net none"; do
        for name in @busypy-test-stream @busypy-test-dgram; do
            case $options in *none*) wanted=ECONNREFUSED ;; *) wanted=EPERM ;; esac
            is "$($who "$BUSYPY" run --tree "$tree" --cwd none $options -- python3 -c "$job" $name)" $wanted
        done
    done
done
"$BUSYPY" run --tree "$tree" --cwd none -- python3 -c '
import os, socket
s = socket.socket(socket.AF_UNIX); s.bind("\0busypy-own"); s.listen()
if os.fork() == 0:
    socket.socket(socket.AF_UNIX).connect("\0busypy-own"); os._exit(0)
s.accept(); os.mkdir("/tmp/a"); os.mkdir("/tmp/b")
open("/tmp/a/x", "w").close(); os.rename("/tmp/a/x", "/tmp/b/x"); os.link("/tmp/b/x", "/tmp/a/y")'
SCRIPT
}

@test "too many of them end the run, with a sentence" {
    with_service <<'SCRIPT'
ulimit -n 5000
python3 -c '
import os, socket, subprocess, sys
held = []
for i in range(4200):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(f"/srv/svc/{i}"); held.append(s)
sys.exit(subprocess.run(sys.argv[1:]).returncode)' "$BUSYPY" run --tree "$tree" --cwd none --view host -- true \
    2>/run/err && false
is "$(cat /run/err)" "busypy: run: more than 4096 Unix sockets of this machine would be in the view (Hint: bind less of it)"
SCRIPT
}

@test "--chroot: abstract sockets of the machine refuse" {
    name=busypy-$BATS_TEST_NUMBER-$$
    coproc listen { exec python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.bind("\0" + sys.argv[1]); s.listen(); print("ready", flush=True); sys.stdin.read()' "$name" 3>&-; }
    read -r line <&"${listen[0]}"
    [ "$line" = ready ]
    for options in "" --chroot; do
        # shellcheck disable=SC2086
        run -1 "$BUSYPY" run --tree "$TREES/host" --cwd none $options -- python3 -c 'import socket, sys
try: socket.socket(socket.AF_UNIX).connect("\0" + sys.argv[1])
except OSError as e: sys.exit(e.strerror)' "$name"
        same "$output" "Operation not permitted"
    done
}
