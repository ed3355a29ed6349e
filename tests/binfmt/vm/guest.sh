#!/bin/sh
# What the machine does, as its process 1: enables a tree in the real binfmt_misc instance, runs
# scripts as root and as a user, disables, and looks at what is left. Results go to the console.
export PATH=/vm:/bin LC_ALL=C.UTF-8
TREE=/srv/tree
BINFMT=/proc/sys/fs/binfmt_misc

# check NAME COMMAND...: one result; on failure with what the command printed.
check() {
    name=$1; shift
    if output=$("$@" 2>&1); then
        echo "ok - $name"
    else
        echo "not ok - $name"
        echo "$output" | sed 's/^/# /'
    fi
}

says() { # says PATTERN COMMAND...: the command succeeds, and its output matches
    pattern=$1; shift
    words=$("$@" 2>&1) || { echo "status $?: $words"; return 1; }
    # shellcheck disable=SC2254 # it is a pattern
    case $words in $pattern) return 0 ;; esac
    printf 'got:    %s\nwanted: %s\n' "$words" "$pattern"
    return 1
}

as_user() { su -s /bin/sh -c 'exec "$@"' -- user sh "$@"; }
in_home() { (cd /home/user && as_user "$@"); }

wait_for() { # wait_for COMMAND...: until it succeeds, 20 s at most
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 400 ] || return 1
        usleep 50000
    done
}

state() { # all that enabling could leave behind
    cat /proc/self/mountinfo
    find "$BINFMT" /run
}

start_system() {
    mount -t sysfs sys /sys
    mount -t tmpfs -o mode=0755,nosuid,nodev,noexec tmpfs /run
    mount -t tmpfs -o mode=1777 tmpfs /tmp
    mount -t binfmt_misc binfmt_misc $BINFMT
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mount --make-rshared / # as systemd does
    state >/tmp/before
}

enable_it() {
    check "a Debian 6.1 kernel" says '6.1.*-cloud-amd64' uname -r
    check "scripts of the tree get the host's Python at first" \
        says 'view=0 host=1 *' $TREE/bin/probe
    check "enable says that it was not rehearsed, why, and that it works" \
        says "busypy: enable: warning: not rehearsed: cannot make a binfmt_misc instance of our own: *
1 tree enabled: generation 1, * handler entries, tested
this machine's own scripts with #!/usr/bin/env python3 start about *" busypy enable $TREE
    check "the entries are there with P, O and F and without C" entries_are_right
    check "status finds nothing wrong" busypy status -n
    check "status names the tree" says "*$TREE*" busypy status -n trees
}

entries_are_right() {
    n=0
    for entry in "$BINFMT"/busypy-*; do
        n=$((n + 1))
        grep -q '^flags: POF$' "$entry" || { cat "$entry"; return 1; }
    done
    [ $n -ge 3 ] || { echo "$n entries"; return 1; }
}

run_scripts() {
    check "a tree script as root: in a view of its own, with its privilege" \
        says "view=1 host=0 uid=0 nnp=0 cap=000001ffffffffff private=1 cwd=/tmp args=a b" \
        sh -c "cd /tmp && $TREE/bin/probe a b"
    check "a tree script as a user: in a view, with no capability" \
        says "view=1 host=0 uid=1000 nnp=1 cap=0000000000000000 private=1 cwd=/home/user args=x" \
        in_home $TREE/bin/probe x
    check "a user under no_new_privs: in a view by a user namespace" \
        says "view=1 host=0 uid=1000 nnp=1 cap=0000000000000000 private=1 cwd=/ args=" \
        as_user setpriv --nnp $TREE/bin/probe
    check "a script of the tree started by one" \
        says "view=1 *private=0*" as_user $TREE/bin/probe --nested
    check "a foreign script as root" \
        says "view=0 host=1 uid=0 nnp=0 cap=000001ffffffffff private=0 cwd=/ args=y" \
        /home/user/foreign y
    check "a foreign script as a user" \
        says "view=0 host=1 uid=1000 nnp=0 cap=0000000000000000 private=0 cwd=/ args=" \
        as_user /home/user/foreign
}

# A host's later mount appears in a view that runs already, and can be unmounted under it.
follow_mounts() {
    mkfifo -m 666 /tmp/steps
    as_user $TREE/bin/watch /tmp/steps /mnt/here >/tmp/seen 2>&1 &
    pid=$!
    exec 3<>/tmp/steps
    wait_for grep -q '^ready' /tmp/seen || return 1
    mount -t tmpfs tmpfs /mnt && touch /mnt/here
    echo look >&3
    wait_for grep -q '^1: True' /tmp/seen || { cat /tmp/seen; return 1; }
    umount /mnt || return 1
    echo look >&3
    wait_for grep -q '^2: False' /tmp/seen || { cat /tmp/seen; return 1; }
    exec 3>&-
    wait $pid
    rm /tmp/steps
}

nothing_left() {
    state >/tmp/after && diff /tmp/before /tmp/after
}

disable_it() {
    check "disable" says disabled busypy disable
    check "scripts of the tree get the host's Python again" says 'view=0 host=1 *' $TREE/bin/probe
    check "the foreign script runs as before" says 'view=0 host=1 *' as_user /home/user/foreign
    rmdir /run/binfmt.d # part of systemd's layout, not ours to remove
    check "no mount, no entry, no file is left" nothing_left
}

sandbox() { busypy run --tree $TREE --cwd none "$@"; }
fork_bomb='import os, signal
n = 0
try:
    while n < 200:
        if os.fork() == 0: signal.pause()
        n += 1
except OSError as e: print(e.strerror, n, flush=True)'

no_cgroup_left() { ! ls -d /sys/fs/cgroup/busypy-* /sys/fs/cgroup/user/busypy-* 2>/dev/null; }

# As a service manager delegates: the user may make cgroups below, and is in one of them.
delegated() {
    sh -c 'echo $$ >/sys/fs/cgroup/user/leaf/cgroup.procs
        exec su -s /bin/sh -c "exec \"\$@\"" -- user sh "$@"' sh "$@"
}

limit_sandboxes() {
    check "processes: the machine's root without a delegated cgroup" \
        says "busypy: run: cannot limit processes: the machine's root has no such limit, *
125" sh -c "busypy run --tree $TREE --pids 20 -- true; echo \$?"
    echo "+memory +pids" >/sys/fs/cgroup/cgroup.subtree_control
    mkdir -p /sys/fs/cgroup/user/leaf
    chown -R user /sys/fs/cgroup/user
    echo "+memory +pids" >/sys/fs/cgroup/user/cgroup.subtree_control
    check "processes: root, by a cgroup" \
        says "Resource temporarily unavailable 19" sandbox --pids 20 -- python3 -c "$fork_bomb"
    check "processes: a user, by a delegated cgroup" says "Resource temporarily unavailable 19" \
        delegated busypy run --tree $TREE --cwd none --pids 20 -- python3 -c "$fork_bomb"
    check "memory: of all processes together, by a cgroup" says "status 137" \
        sh -c "busypy run --tree $TREE --cwd none --memory 48M -- python3 -c 'bytearray(200 << 20)'
            echo status \$?"
    check "no cgroup is left" no_cgroup_left
    busypy run --tree $TREE --cwd none --pids 20 -- python3 -c "$fork_bomb
signal.pause()" >/tmp/bomb &
    pid=$!
    check "a cgroup with a sandbox in it" wait_for grep -q 19 /tmp/bomb
    kill -9 $pid
    check "no cgroup is left of one that was killed" wait_for no_cgroup_left
    rm /tmp/bomb
    rmdir /sys/fs/cgroup/user/leaf /sys/fs/cgroup/user
}

run_sandboxes() {
    identity='import os; print(os.getpid(), os.getuid(), os.getcwd(), os.path.exists("/vm"))'
    check "a sandbox as root" says "2 0 / False" sandbox -- python3 -c "$identity"
    check "a sandbox as a user" says "2 1000 / False" \
        as_user busypy run --tree $TREE --cwd none -- python3 -c "$identity"
    check "--chroot before Linux 6.15: says that it cannot" says \
        "busypy: run: cannot *: Invalid argument (Hint: without namespaces that takes Linux 6.15)
125" sh -c "busypy run --chroot --tree $TREE -- true; echo \$?"
    check "a foreign arch before Linux 6.7: says that there is no handler" says \
        "busypy: run: cannot make a binfmt_misc instance of our own: * (Hint: a kernel before 6.7 has only the machine's, and no handler with the flag F is registered there for this arch)
125" sh -c "busypy run --tree $TREE --arch aarch64 -- aarch64-program; echo \$?"
    printf '%s' ':foreign:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00::/usr/bin/qemu-aarch64-static:F' \
        >$BINFMT/register
    check "a foreign arch before Linux 6.7: by the machine's handler" says \
        "init: must be run as PID 1
1" sh -c "busypy run --tree $TREE --arch aarch64 -- aarch64-program; echo \$?"
    echo -1 >$BINFMT/foreign
}

echo "=== begin"
start_system
enable_it
run_scripts
check "mounts and unmounts of the host reach a running view" follow_mounts
disable_it
run_sandboxes
limit_sandboxes
check "no mount, no entry, no file is left of sandboxes" nothing_left
echo "=== end"
poweroff -f
