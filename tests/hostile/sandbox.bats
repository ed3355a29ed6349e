#!/usr/bin/env bats
# Hostile jobs: what root's sandbox must hold, too. Ways out by system calls: tests/cli/run/escapes.py.

load ../support/helpers

setup_file() { host_state >"$BATS_FILE_TMPDIR/before"; }
teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

run_in() { "$BUSYPY" run --tree "$TREES/host" --cwd none "$@"; }

# A tree like the shared one, by hard links, to be changed in its folders alone.
linked_tree() { "$ROOT/tests/support/clone" "$TREES/host" "$1"; }

@test "what the host mounts later below a bind does not arrive" {
    patiently 60 "$HELPERS/nsrun" bash -euo pipefail -s "$BATS_TEST_TMPDIR" <<'EOT'
mkdir -p "$1/share/below" "$1/talk"
chmod 777 "$1/talk"
cat >"$1/job.py" <<'EOJ'
import os, sys
print("ready", flush=True)
sys.stdin.readline()
print(os.listdir(sys.argv[1] + "/share/below"))
EOJ
for options in "--bind-ro $1/share" "--bind $1/share" "--view host --bind-ro $1/share"; do
    mkdir -p "$1/share/below"
    coproc job { "$BUSYPY" run --tree "$TREES/host" --cwd none $options --bind-ro "$1/job.py" \
        -- /usr/bin/python3 "$1/job.py" "$1"; }
    read -r line <&"${job[0]}"
    [ "$line" = ready ]
    mount -t tmpfs later "$1/share/below"
    touch "$1/share/below/arrived"
    echo go >&"${job[1]}"
    read -r line <&"${job[0]}"
    wait "$job_PID"
    umount "$1/share/below"
    [ "$line" = "[]" ]
done
EOT
}

@test "the host's device nodes keep mode and owner, and work" {
    # with nodes that are nobody's but this test's: a sandbox that fails must not spoil the machine
    cat >"$BATS_TEST_TMPDIR/job.py" <<'EOJ'
import errno, os
def trying(function, *arguments):
    try: function(*arguments)
    except OSError as e: return errno.errorcode[e.errno]
    return "done"
for name in "null", "zero", "urandom", "random", "tty", "full":
    path = "/dev/" + name
    print(name, trying(os.chmod, path, 0o600), trying(os.chown, path, 1, 1), trying(os.utime, path))
fd = os.open("/dev/null", os.O_RDWR)
print(trying(os.fchmod, fd, 0o600), os.write(fd, b"x"), len(os.read(os.open("/dev/zero", 0), 9)))
EOJ
    # shellcheck disable=SC2016
    run -0 unshare -m --propagation private bash -euc '
        mount -t tmpfs -o mode=0755 nodes /dev
        for node in "null 3" "zero 5" "full 7" "random 8" "urandom 9"; do
            mknod -m 666 "/dev/${node% *}" c 1 "${node#* }"
        done
        mknod -m 666 /dev/tty c 5 0
        mkdir /dev/shm
        "$BUSYPY" run --tree "$TREES/host" --cwd none -- python3 -c "$(cat "$1")"
        stat -c "%n %a %u %g" /dev/[fnrtuz]*' _ "$BATS_TEST_TMPDIR/job.py"
    same "$output" "null EROFS EROFS EROFS
zero EROFS EROFS EROFS
urandom EROFS EROFS EROFS
random EROFS EROFS EROFS
tty EROFS EROFS EROFS
full EROFS EROFS EROFS
EROFS 1 9
/dev/full 666 0 0
/dev/null 666 0 0
/dev/random 666 0 0
/dev/tty 666 0 0
/dev/urandom 666 0 0
/dev/zero 666 0 0"
}

@test "root's /proc is read-only as a whole, and its /sys" {
    run -0 run_in -- python3 -c '
import os
def flags(path): return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
print(flags("/proc"), flags("/proc/self"), flags("/proc/sys"), flags("/"))
try: open("/proc/self/comm", "w")
except OSError as e: print(e.strerror)'
    same "$output" "True True True True
Read-only file system"
}

@test "a tree's link does not lead out of the tree" {
    secret=$BATS_TEST_TMPDIR/secret
    mkdir -p "$secret"
    echo mine >"$secret/file"
    arch=$(uname -m)
    for folder in "etc/clib/$arch" "etc/python/$arch/usr" bin; do
        tree=$BATS_TEST_TMPDIR/tree
        linked_tree "$tree"
        mv "$tree/$folder" "$tree/moved"
        ln -s "$secret" "$tree/$folder"
        for options in "" "--write" "--view host"; do
            # shellcheck disable=SC2086
            run ! "$BUSYPY" run --tree "$tree" --cwd none $options --bind-ro "$(command -v busybox):/tmp/cat" \
                -- /tmp/cat /lib/file /usr/file /bin/file
            [[ $status = 1 || $status = 125 ]]
            [[ $output != *mine* ]]
        done
        rm -rf "$tree"
    done
}

@test "--chroot shows no other process's root, and signals none" {
    # root's, without capabilities: nothing but a domain keeps it from a job of root's
    setpriv --inh-caps=-all --bounding-set=-all sleep 300 3>&- &
    other=$!
    wait_until 10 grep -qx $'CapEff:\t0*' "/proc/$other/status"
    cat >"$BATS_TEST_TMPDIR/job.py" <<'EOJ'
import os, signal, subprocess, sys
def trying(function, *arguments):
    try: return function(*arguments) and "done"
    except OSError as e: return type(e).__name__
def other(pid):
    print(*(trying(f, f"/proc/{pid}/{name}") for f, name in (
        (os.listdir, "root/"), (os.listdir, "cwd/"), (os.stat, "exe"), (os.listdir, "fd"),
        (open, "mem"), (open, "environ"), (os.stat, ""))), trying(os.kill, int(pid), 0))
other(sys.argv[1])
shown = {name for name in os.listdir("/proc") if name.isdigit()}
print(sys.argv[1] in shown, str(os.getpid()) in shown)
child = subprocess.Popen(["sleep", "60"])
print(len(os.listdir(f"/proc/{child.pid}/root/")) > 5, trying(open, "/proc/self/mem"))
child.send_signal(signal.SIGTERM)
print(child.wait())
os.mkdir("/tmp/a"), os.mkdir("/tmp/b"), open("/tmp/a/x", "w").close()
os.rename("/tmp/a/x", "/tmp/b/x"), os.link("/tmp/b/x", "/tmp/a/y")
EOJ
    run run_in --chroot -- python3 -c "$(cat "$BATS_TEST_TMPDIR/job.py")" "$other"
    kill -0 "$other"
    kill "$other"
    none=FileNotFoundError
    same "$output" "$none $none $none $none $none $none $none PermissionError
False True
True done
-15"
    [ "$status" = 0 ]
}

@test "--chroot has no /proc where Landlock is missing" {
    run -0 strace -f -qq -o /dev/null -e inject=landlock_create_ruleset:error=EOPNOTSUPP \
        "$BUSYPY" run --tree "$TREES/host" --cwd none --chroot -- sh -c 'ls /proc; echo done'
    same "$output" done
}

@test "the caller's nodes on standard input, output and error keep their mode, and work" {
    cat >"$BATS_TEST_TMPDIR/job.py" <<'EOJ'
import errno, os, sys
def trying(function, *arguments):
    try: function(*arguments)
    except OSError as e: return errno.errorcode[e.errno]
    return "done"
fd = int(sys.argv[1])
print(*sys.argv[2:], trying(os.fchmod, fd, 0o666), trying(os.fchown, fd, 0, 0),
      trying(os.chmod, f"/proc/self/fd/{fd}", 0o666), trying(os.write, fd, b"\n"), len(os.read(0, 1)))
EOJ
    # The command of a terminal, but with another standard input: it gets none of its own.
    cat >"$BATS_TEST_TMPDIR/terminal.py" <<'EOJ'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.dup2(os.open("/dev/null", os.O_RDWR), 0)
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
try:
    while more := os.read(fd, 1000): said += more
except OSError: pass  # it has ended
os.waitpid(pid, 0)
print(*said.decode().split(), end="")
EOJ
    # with nodes that are nobody's but this test's: a sandbox that fails must not spoil the machine
    cat >"$BATS_TEST_TMPDIR/all" <<'EOJ'
mount -t tmpfs -o mode=0755 nodes /dev
for node in "null 3" "zero 5" "full 7" "random 8" "urandom 9"; do
    mknod -m 622 "/dev/${node% *}" c 1 "${node#* }"
done
mknod -m 622 /dev/tty c 5 0
mkdir /dev/shm /dev/pts
mount -t devpts -o newinstance,ptmxmode=0666,mode=622 pts /dev/pts
ln -s pts/ptmx /dev/ptmx
job=$(cat "$1/job.py")
for options in "" --chroot "--view host"; do
    set -- "$1" "$BUSYPY" run --tree "$TREES/host" --cwd none $options -- /usr/bin/python3 -c "$job"
    for node in null zero full random urandom; do
        "${@:2}" 0 $node 0<>"/dev/$node"
    done
    python3 "$1/terminal.py" "${@:2}" 1 terminal
    echo
    python3 "$1/terminal.py" /bin/sh -c 'exec "$@" 1<>/dev/tty' _ "${@:2}" 1 tty
    echo
done
stat -c "%n %a %u %g" /dev/[fnrtuz]*
EOJ
    run -0 unshare -m --propagation private bash -eu "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR"
    one="null EROFS EROFS EROFS done 0
zero EROFS EROFS EROFS done 1
full EROFS EROFS EROFS ENOSPC 1
random EROFS EROFS EROFS done 1
urandom EROFS EROFS EROFS done 1
terminal EROFS EROFS EROFS done 0
tty EROFS EROFS EROFS done 0"
    same "$output" "$one
$one
$one
/dev/full 622 0 0
/dev/null 622 0 0
/dev/random 622 0 0
/dev/tty 622 0 0
/dev/urandom 622 0 0
/dev/zero 622 0 0"
}

@test "a small limit on the size of files starts a sandbox all the same" {
    # shellcheck disable=SC2016
    run -0 bash -c 'ulimit -f 8; exec "$BUSYPY" run --tree "$TREES/host" --cwd none -- python3 -c "
import os
try: os.open(\"/proc/1/mem\", os.O_RDWR)
except OSError as e: print(e.strerror)"'
    [[ $output = "Permission denied" || $output = "Read-only file system" ]] || { echo "$output"; return 1; }
}

@test "nobody looks into what becomes PID 1 while it has the namespaces' rights" {
    for options in "" "--net none" "--write"; do
        # shellcheck disable=SC2086
        run -0 strace -f -o "$BATS_TEST_TMPDIR/trace" setpriv --reuid 1000 --regid 1000 --clear-groups \
            "$BUSYPY" run --tree "$TREES/host" --cwd none $options -- true
        # of all that needs the rights, or changes it: dumpable while the maps are written, and not otherwise
        sed -nE 's/^[0-9]+ +(prctl\(PR_SET_DUMPABLE, [^)]*\)|clone\(.*CLONE_NEWUSER|move_mount\(|openat?\(.*"\/proc\/self\/.id_map|pivot_root\(|execveat\().*/\1/p' \
            "$BATS_TEST_TMPDIR/trace" | sed 's/.*id_map/map/; s/(child_stack.*/(/; /^execveat/q' | uniq >"$BATS_TEST_TMPDIR/order"
        head -n 7 "$BATS_TEST_TMPDIR/order" | diff - <(echo "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)
clone(
prctl(PR_SET_DUMPABLE, SUID_DUMP_USER)
map
prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)
move_mount(
pivot_root(")
        [ "$(grep -c SUID_DUMP_USER "$BATS_TEST_TMPDIR/order")" = 1 ]
    done
}
