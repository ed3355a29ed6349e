#!/usr/bin/env bats
# busypy run: views, options, exact messages; each as root and as an ordinary user.

load ../../support/helpers

setup_file() {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    host_state >"$BATS_FILE_TMPDIR/before"
    mkdir -p "$BATS_FILE_TMPDIR/work/data"
    chmod 777 "$BATS_FILE_TMPDIR/work" "$BATS_FILE_TMPDIR/work/data"
    printf '#!/usr/bin/python3\nimport os, sys\nprint(os.getuid(), os.getcwd(), *sys.argv[1:])\n' \
        >"$BATS_FILE_TMPDIR/work/script.py"
    echo secret >"$BATS_FILE_TMPDIR/work/secret"
    chmod 755 "$BATS_FILE_TMPDIR/work/script.py"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

setup() { cd "$BATS_FILE_TMPDIR/work" || exit; }

root() { "$BUSYPY" run --tree "$TREES/host" "$@"; }
user() {
    setpriv --reuid 65534 --regid 65534 --clear-groups "$BUSYPY" run --tree "$TREES/host" "$@"
}

@test "a script of the working directory" {
    same "$(root ./script.py a 'b c')" "0 $PWD a b c"
    same "$(user ./script.py a 'b c')" "65534 $PWD a b c"
}

@test "the exit status is the command's own" {
    for who in root user; do
        run -7 $who -- sh -c 'exit 7'
        same "$output" ""
        run -143 $who -- python3 -c 'import os; os.kill(os.getpid(), 15)'
        run -127 $who -- nothing
        same "$output" "busypy: run: nothing: no program of that name: No such file or directory"
        run -127 $who -- ''
        same "$output" "busypy: run: : no program of that name: No such file or directory"
        run -126 $who -- /etc
        same "$output" "busypy: run: /etc: cannot start /etc: Permission denied"
    done
}

refuses() { # message, options...
    local message=$1; shift
    run -125 root "$@"
    same "$output" "busypy: run: $message"
}

@test "wrong options: exact messages" {
    refuses "needs a COMMAND (Hint: see 'busypy run --help')"
    refuses "--view must be 'client' or 'host', not 'x'" --view x -- true
    refuses "--net must be 'host' or 'none', not 'x'" --net x -- true
    refuses "--cwd must be 'ro', 'rw' or 'none', not 'x'" --cwd x -- true
    refuses "--timeout cannot be '1.5'" --timeout 1.5 -- true
    refuses "--memory cannot be '0'" --memory 0 -- true
    refuses "--memory cannot be '1T'" --memory 1T -- true
    refuses "--pids cannot be '-1'" --pids -1 -- true
    refuses "--files cannot be 'many'" --files many -- true
    refuses "--cpu-time cannot be ''" --cpu-time '' -- true
    refuses "--env must be NAME=VALUE, not 'X'" --env X -- true
    refuses "--env must be NAME=VALUE, not '=x'" --env =x -- true
    refuses "cannot bind /no/such: No such file or directory" --bind /no/such -- true
    refuses "x: not a canonical absolute path below /" --tmpfs x -- true
    refuses "/: not a canonical absolute path below /" --tmpfs / -- true
    refuses "/a/../b: not a canonical absolute path below /" --tmpfs /a/../b -- true
    refuses "/proc/x: nothing can be put on /proc of a sandbox" --bind /etc:/proc/x -- true
    refuses "/etc/x: the tree has no such place, and is read-only (Hint: --write lets one be made)" \
        --bind /etc:/etc/x -- true
    refuses "unknown arch 'vax' (Hint: one of x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel)" \
        --arch vax -- true
    refuses "$TREES/host has no runtime for s390x; it has: x86_64 (Hint: 'busypy stage --from debian --arch s390x $TREES/host' adds it)" \
        --arch s390x -- true
    run -125 root --nonsense -- true
    same "$output" $'run: unrecognized option \'--nonsense\'\nbusypy: run: see \'busypy run --help\''
    run -125 "$BUSYPY" run --tree /no/such -- true
    same "$output" "busypy: run: cannot find the tree /no/such: No such file or directory"
    run -125 "$BUSYPY" run --config /dev/null -- true
    same "$output" "busypy: run: no tree: none was named, and the configuration has no 'tree' line (Hint: busypy run --tree TREE -- COMMAND)"
}

@test "the tree of the configuration" {
    printf '[busypy]\ntree = %s\n' "$TREES/host" >"$BATS_TEST_TMPDIR/conf"
    chmod 755 "$BATS_TEST_TMPDIR"
    same "$("$BUSYPY" run --config "$BATS_TEST_TMPDIR/conf" -- echo hello)" hello
}

@test "the working directory: ro, rw, none, and where there is no place for it" {
    for who in root user; do
        run -1 $who -- sh -c ': >data/new'
        [[ $output == *"read-only file system"* ]]
        $who --cwd rw -- sh -c ': >data/new'
        [ -e data/new ]
        rm data/new
        same "$($who --cwd none -- sh -c 'pwd; ls /tmp')" /
        same "$($who --cwd none --workdir /etc -- pwd)" /etc
        run -125 $who --workdir /no/such -- true
        same "$output" "busypy: run: /no/such: no such working directory in the sandbox: No such file or directory"
    done
    cd /etc
    same "$(root -- pwd 2>&1)" $'busypy: run: warning: /etc has no place in this view, starting in /\n/'
    same "$(root --cwd ro -- cat hostname)" "$(cat hostname)"
    cd /tmp
    same "$(root -- sh -c 'pwd; ls' 2>&1)" $'busypy: run: warning: /tmp has no place in this view, starting in /\n/\n'"$(ls "$TREES/host")"
    cd /usr/bin
    same "$(root -- pwd 2>&1)" $'busypy: run: warning: /usr/bin has no place in this view, starting in /\n/'
    run -125 root --cwd ro -- pwd
    same "$output" "busypy: run: /usr/bin: the working directory has no place in this view"
}

@test "--bind, --bind-ro, --tmpfs: places and order" {
    for who in root user; do
        same "$($who --cwd none --bind data:/mnt -- sh -c 'echo x >/mnt/new; cat /mnt/new')" x
        same "$(cat data/new)" x
        rm -f data/new
        same "$($who --cwd none --bind-ro secret:/tmp/a/b/secret -- cat /tmp/a/b/secret)" secret
        same "$($who --cwd none --bind-ro secret:/new/place -- sh -c 'cat /new/place; ls /')" \
            "secret
$(ls "$TREES/host" | { cat; echo new; } | sort)"
        same "$($who --bind data:/mnt --tmpfs /mnt -- sh -c 'echo x >/mnt/y; ls /mnt')" y
        same "$(ls data)" ""
        same "$($who --cwd none --bind-ro . -- sh -c "cat $PWD/secret")" secret
        run -1 $who --cwd none --bind-ro .:/mnt -- sh -c 'echo x >/mnt/data/new'
    done
}

@test "a link of the tree does not lead a mount point out of the view" {
    local tree=$BATS_TEST_TMPDIR/tree out=$BATS_TEST_TMPDIR/out
    mkdir "$out"
    cp -a --reflink=auto "$TREES/host" "$tree"
    ln -s "$out" "$tree/way"
    run -125 "$BUSYPY" run --tree "$tree" --write --cwd none --bind /etc:/way/new -- true
    same "$output" "busypy: run: cannot mkdir /way/new: Symbolic link loop"
    run -125 "$BUSYPY" run --tree "$tree" --write --cwd none --bind /etc/hostname:/way/new -- true
    same "$output" "busypy: run: cannot file /way/new: Symbolic link loop"
    same "$(ls -A "$out")" ""
}

@test "environment" {
    for who in root user; do
        same "$(A=1 PYTHONPATH=/x LD_PRELOAD='' TMPDIR=/x $who --env B='2 3' --env HOME=/root -- sh -c \
            'echo "$A-$B-$PYTHONPATH-$TMPDIR-$HOME-$PATH-$PYTHONNOUSERSITE"')" \
            "1-2 3---/root-/sbin:/usr/sbin:/bin:/usr/bin-1"
        same "$(A=1 $who --clear-env --env C=3 -- python3 -c 'import os; print(sorted(os.environ))')" \
            "['C', 'HOME', 'LC_CTYPE', 'PATH', 'PYTHONNOUSERSITE', 'SHELL']"
    done
}

@test "--net none: loopback and nothing else" {
    code='import socket
print([name for _, name in socket.if_nameindex()])
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
try: socket.create_connection(("192.0.2.1", 1), 5)
except OSError as e: print(e)'
    for who in root user; do
        same "$($who --net none -- python3 -c "$code")" "['lo']
[Errno 101] Network is unreachable"
    done
    same "$(root -- python3 -c 'import socket; print(len(socket.if_nameindex()))')" \
        "$(ls /sys/class/net | wc -l)"
}

@test "standard input and output are the caller's" {
    for who in root user; do
        same "$(echo in | $who -- cat)" in
        same "$($who -- sh -c 'echo out; echo err >&2' 2>/dev/null)" out
        same "$($who -- sh -c 'echo out; echo err >&2' 2>&1 >/dev/null)" err
        same "$($who -- python3 -c 'import os; print([os.readlink(f"/proc/self/fd/{n}") for n in (0, 2)])' <&- 2>&-)" \
            "['/dev/null', '/dev/null']"
    done
}


foreign() { # who, arch
    local as=()
    [ "$1" = user ] && as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    "${as[@]}" "$BUSYPY" run --tree "$TREES/debian" --arch "$2" -- sh -c '
        python3 -c "
import os, platform, subprocess
names = {\"armv7l\": \"armhf\"}
name = names.get(platform.machine(), platform.machine())
print(name, \"ok\", subprocess.check_output([\"echo\", \"child\"], text=True).strip())"'
}

@test "foreign archs: programs, scripts and children" {
    debian_tree aarch64 armhf s390x
    for arch in aarch64 armhf s390x; do
        for who in root user; do
            same "$(foreign $who $arch)" "$arch ok child"
        done
    done
}

@test "busypy-run(1) lists what the filter refuses" {
    source=$ROOT/lib/sandbox/filter/make.c
    listed=$(sed -n '/^\.Ss What holds it/,/^\.Ss Where/p' "$ROOT/man/busypy-run.1" |
        sed -n 's/^\.Li //p' | tr ' ' '\n' | grep '^[a-z]' | sort -u)
    refused=$(sed -n '/refused\[\] = {/,/^};/p' "$source" | grep -oE '"[a-z0-9_]+"' | tr -d '"' |
        sed 's/clock_settime64/clock_settime/; s/clock_adjtime64/clock_adjtime/' | sort -u)
    modes=$(sed -n '/modes\[\] = {/,/};/p' "$source" | grep -oE '"[a-z]+"' | tr -d '"')
    [ -n "$refused" ]
    [ -n "$modes" ]
    same "$listed" "$(printf '%s\nclone\nunshare\nioctl\nopen\nopenat\n' "$refused" "$modes" | sort -u)"
}

@test "--chroot: the same view without namespaces, for root" {
    mounts=$(host_state)
    same "$(root --chroot ./script.py a)" "0 $PWD a"
    same "$(root --chroot --cwd none -- sh -c 'ls /')" "$(ls "$TREES/host")"
    run -5 root --chroot -- sh -c 'exit 5'
    same "$(root --chroot -- grep -E '^Cap(Eff|Bnd)|^NoNewPrivs|^Seccomp:' /proc/self/status | tr -d '\t' | paste -sd ' ')" \
        "CapEff:0000000000000000 CapBnd:0000000000000000 NoNewPrivs:1 Seccomp:2"
    for place in /etc /usr "$PWD" /proc/sys/kernel /; do
        run -1 root --chroot -- sh -c ": >$place/new"
    done
    name=new-$BASHPID
    same "$(root --chroot --cwd none -- sh -c "echo x >/tmp/$name; ls /tmp")" "$name"
    [ ! -e "/tmp/$name" ]
    same "$(host_state)" "$mounts"
    run -125 user --chroot -- true
    same "$output" "busypy: run: --chroot is for root (Hint: without it no privilege is needed)"
    refuses "--net none takes a namespace, and --chroot has none" --chroot --net none -- true
}
