# What a row's test does both in the view and beside the host's programs: a function for each such
# row, with what is to be seen as its arguments where that is not the same. Sourced after machine.bash.
# shellcheck shell=bash disable=SC2154 # TREE, BUSYPY: machine.bash's

# A program in /usr/local is found, and one that is linked dynamically can be started:
# /usr/local/bin/libc tells which C library it has.
local_programs() {
    script /usr/local/bin/site-tool '#!/bin/sh' <<<'echo "site: $1"'
    same "$(ask <<<'import subprocess; subprocess.run(["site-tool", "a"])')" "site: a"
    cp -L /usr/bin/python3 /usr/local/bin/dynamic
    script /usr/local/bin/libc '#!/usr/local/bin/dynamic -I' <<'PY'
print({line.split()[-1] for line in open("/proc/self/maps") if "/libc.so" in line or "/libc-" in line})
PY
}

# Has the user fred known to a service module of the host alone; $1 is the folder that has it.
only_by_module() {
    echo 'passwd: files manual' >/opt/nsswitch.conf
    mount --bind /opt/nsswitch.conf /etc/nsswitch.conf
    same "$(LD_LIBRARY_PATH=$1 getent passwd fred)" "fred::1234:1234:::"
}

# What `busypy status` says of such users.
status_of_names() { "$BUSYPY" status --config /run/busypy.conf kernel | sed -n 's/^users of other services *//p' | tr -s ' '; }
served="yes by the name service cache at /var/run/nscd/socket"
are_served() { [ "$(status_of_names)" = "$served" ]; }

# Starts a name service cache, $2/NAME of nss-services, that has that module, and waits until it
# answers; $3: its clients may read its tables in memory. It is $nscd then.
serve_names() {
    mkdir -p /run/nscd
    rm -f /run/nscd/socket
    printf '%s\n' 'enable-cache passwd yes' "persistent passwd no" "shared passwd $3" >/opt/nscd.conf
    # unscd takes LD_LIBRARY_PATH out of its environment: it finds the user in a file of its own
    { cat /etc/passwd; echo "fred::1234:1234:::"; } >/opt/passwd
    LD_LIBRARY_PATH=$1 unshare -m --propagation private bash -c \
        '[[ $1 != */unscd/* ]] || mount --bind /opt/passwd /etc/passwd; exec "$1" -d -f /opt/nscd.conf' \
        _ "$2/usr/sbin/nscd" >/opt/nscd.log 2>&1 &
    nscd=$!
    wait_until 30 are_served
}

# A cache that the host serves is asked before any module: by root, by users. $1 has the module and
# the caches. Without a cache `busypy status` says so.
names_by_a_cache() {
    local kind who none
    for kind in "nscd no" "nscd yes" "unscd no"; do
        serve_names "$1" "$1/${kind% *}" "${kind#* }"
        for who in env as_user; do
            same "$(ask $who <<<'import pwd; print(pwd.getpwnam("fred").pw_uid)')" 1234 ||
                { echo "by $kind"; cat /opt/nscd.log; exit 1; }
        done
        kill -KILL "$nscd"; wait "$nscd" || :
    done
    none="no users of 'manual' (/etc/nsswitch.conf) have no names for a tree: /var/run/nscd/socket:"
    same "$(status_of_names)" "$none Connection refused (Hint: nscd, nsncd or unscd serves them)"
    rm /run/nscd/socket
    same "$(status_of_names)" "$none No such file or directory (Hint: nscd, nsncd or unscd serves them)"
    echo 'passwd: files' >/opt/nsswitch.conf
    same "$(status_of_names)" "yes /etc/nsswitch.conf names none but files"
}

live_files() {
    mkdir /home/user
    chown 1000:1000 /home/user
    (umask 077 && echo secret >/home/secret)
    echo before >/home/user/file
    chown 1000:1000 /home/user/file
    same "$(ask as_user <<'PY'
import errno
with open("/home/user/file", "r+") as f:
    print(f.read().strip())
    f.write("after\n")
try:
    open("/home/secret")
except OSError as e:
    print(errno.errorcode[e.errno])
PY
)" $'before\nEACCES'
    same "$(tail -n 1 /home/user/file)" after
}

late_mounts() {
    mkfifo /opt/go /opt/seen
    script "$TREE/bin/watch" <<'PY'
import os
for _ in range(3):
    open("/opt/go").read()
    with open("/opt/seen", "w") as seen:
        print(os.listdir("/mnt"), file=seen)
PY
    look() { echo go >/opt/go && cat /opt/seen; }
    "$TREE/bin/watch" &
    same "$(look)" "[]"
    mount -t tmpfs late /mnt
    touch /mnt/file
    same "$(look)" "['file']"
    umount /mnt
    same "$(look)" "[]"
    wait "$!"
}

# The site's own data and configuration.
local_data() {
    mkdir -p /usr/local/share/site /usr/local/etc
    echo data >/usr/local/share/site/file
    echo conf >/usr/local/etc/file
    same "$(ask <<<'for p in "share/site", "etc": print(open("/usr/local/" + p + "/file").read().strip())')" $'data\nconf'
}

process_name() {
    mkfifo /opt/go
    local name=last$$ pid # other machines of tests have the same processes
    script "$TREE/bin/$name" <<<'open("/opt/go").read()'
    "$TREE/bin/$name" &
    pid=$!
    wait_until 30 grep -qx "$name" "/proc/$pid/comm"
    same "$(pgrep -x "$name") $(pidof -x "$name") $(ps -o comm= -p "$pid")" "$pid $pid $name"
    echo go >/opt/go
    wait "$pid"
}

# sys.executable $1 and sys.prefix $2, in a script and in all that it starts by them.
own_python() {
    script "$TREE/bin/pool" <<'PY'
import multiprocessing, subprocess, sys
def look(_):
    return sys.executable, sys.prefix
if __name__ == "__main__":
    print(sys.executable, sys.prefix)
    for way in "spawn", "forkserver":
        with multiprocessing.get_context(way).Pool(1) as pool:
            print(*pool.map(look, [1])[0])
    subprocess.run([sys.executable, "-c", "import sys; print(sys.executable, sys.prefix)"])
PY
    same "$("$TREE/bin/pool")" "$(yes "$1 $2" | head -n 4)"
}

# By name none but the tree's libraries are loaded.
own_libraries() {
    local look='import ctypes
for name in "libmount.so.1", "libc.so.6":
    try:
        print(ctypes.CDLL(name)._name)
    except OSError:
        print("none")'
    same "$(/usr/bin/python3 -c "$look")" $'libmount.so.1\nlibc.so.6'
    same "$(ask <<<"$look")" $'none\nlibc.so.6'
}
