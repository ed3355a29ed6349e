# What no command writes into: system directories, home directories, what is others'. Where a
# machine's own directories are named, an ordinary user does it: a rule that fails destroys nothing.
# shellcheck shell=bash disable=SC2016
load fixtures

HINT="nothing is written there (Hint: name a directory of its own, as /srv/busypy/new)"

setup() {
    D=$(mktemp -d) # all may go in there, as not into what bats makes
    chmod 755 "$D"; cd "$D" || return
    export HOME=$D/home
    mkdir home
    as_user=()
    [ "$EUID" -ne 0 ] || as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
}

teardown() { cd /; rm -rf "$D"; }

# Fails unless the rest, run by an ordinary user, says this sentence.
refuses() {
    local sentence=$1; shift
    run -125 "${as_user[@]}" "$BUSYPY" "$@"
    same "$output" "busypy: $1: $sentence"
}

# All commands that write into a directory refuse $2 in these words.
all_refuse() {
    local sentence=$1 dir=$2
    refuses "$sentence" stage "$dir"
    refuses "$sentence" add "$dir" /bin/true
    refuses "$sentence" publish "$TREES/host" "$dir"
    refuses "$sentence" test --output "$dir" --tree "$TREES/host" -- /bin/true
}

stage() {
    [ -d "$BATS_TEST_TMPDIR/root" ] || static_sysroot "$BATS_TEST_TMPDIR/root"
    "$BUSYPY" stage --from "$BATS_TEST_TMPDIR/root" "$@"
}

@test "the root directory, by all its names" {
    all_refuse "/ is the root directory: $HINT" /
    all_refuse "//, which is /, is the root directory: $HINT" //
    all_refuse "/proc/self/root, which is /, is the root directory: $HINT" /proc/self/root
    all_refuse "/usr/.., which is /, is the root directory: $HINT" /usr/..
    ln -s / link
    all_refuse "link, which is /, is the root directory: $HINT" link
    all_refuse "link/., which is /, is the root directory: $HINT" link/.
    cd /
    all_refuse "., which is /, is the root directory: $HINT" .
}

@test "system directories, and what is below those that are no place for others" {
    for dir in /usr /etc /boot /dev /proc /sys /run /var /home /root /opt /srv /tmp /var/tmp; do
        [ -d "$dir" ] || continue
        all_refuse "$dir is a system directory: $HINT" "$dir"
    done
    for dir in /usr/local /etc/busypy-new /usr/new/tree /dev/new /proc/self/new; do
        run -125 "${as_user[@]}" "$BUSYPY" stage "$dir"
        [[ $output == *" lies in the system directory /${dir:1:3}"*": $HINT" ]]
    done
    refuses "/etc is a system directory: $HINT" stage --from debian --cache /etc "$D/tree"
    # of a merged /usr, or a directory of its own
    for dir in /bin /sbin /lib; do
        run -125 "${as_user[@]}" "$BUSYPY" stage "$dir"
        [[ $output == *"system directory"*": $HINT" ]]
    done
    ln -s /etc link
    all_refuse "link, which is /etc, is a system directory: $HINT" link
    all_refuse "link/new, which is /etc/new, lies in the system directory /etc: $HINT" link/new
    all_refuse "link/new/more/, which is /etc/new/more, lies in the system directory /etc: $HINT" link/new/more/
}

@test "a system directory that is mounted in a second place" {
    mkdir second
    HOME=/nonexistent run -125 unshare -rm bash -c 'mount --bind /etc second && exec "$0" stage second' "$BUSYPY"
    same "$output" "busypy: stage: second, which is $PWD/second, is a system directory: $HINT"
    HOME=/nonexistent run -125 unshare -rm bash -c 'mount --bind /etc second && exec "$0" stage second/new' "$BUSYPY"
    same "$output" "busypy: stage: second/new, which is $PWD/second/new, lies in the system directory /etc: $HINT"
    HOME=/nonexistent run -125 unshare -rm bash -c 'mount --rbind / second && exec "$0" stage second' "$BUSYPY"
    same "$output" "busypy: stage: second, which is $PWD/second, is the root directory: $HINT"
}

@test "home directories: the caller's, and those of passwd" {
    all_refuse "home, which is $PWD/home, is a home directory: $HINT" home
    ln -s home link
    all_refuse "link, which is $PWD/home, is a home directory: $HINT" link
    (cd home && all_refuse "., which is $PWD, is a home directory: $HINT" .)
    mkdir other
    printf 'ann:x:1000:1000::%s:/bin/sh\n' "$PWD/other" >passwd
    run -125 unshare -rm bash -c 'mount --bind passwd /etc/passwd && exec "$0" stage --force other' "$BUSYPY"
    same "$output" "busypy: stage: other, which is $PWD/other, is a home directory: $HINT"
    # what lies in one is its owner's own business
    stage home/tree
    [ -x home/tree/bin/ls ]
}

@test "what is not empty and none of ours stays as it is" {
    mkdir -p m/bin; echo mine >m/bin/ls
    before=$(describe m)
    refuses "m is not empty and is no tree (Hint: name a new or an empty directory; --force writes into it all the same)" stage m
    refuses "m is not empty and is no export (Hint: name a new or an empty directory)" publish "$TREES/host" m
    refuses "m is not empty and has no records of machines (Hint: name a new or an empty directory)" \
        boot --record m -a "$(uname -m)" --kernel /bin/true "$TREES/host"
    refuses "$PWD/m is no BusyPy tree: it has no sbin" add m /bin/true
    ln -s m link
    refuses "link is not empty and is no tree (Hint: name a new or an empty directory; --force writes into it all the same)" stage link
    # a host's configuration is no mark of a tree, nor is another's etc/python
    mkdir -p m/etc/busypy m/etc/python; touch m/etc/busypy/busypy.conf m/etc/python/debian_config
    refuses "m is not empty and is no tree (Hint: name a new or an empty directory; --force writes into it all the same)" stage m
    refuses "a/../m: '..' after what is not there" stage a/../m
    rm -r m/etc
    same "$(describe m)" "$before"
}

@test "what cannot be read is not taken for empty" {
    mkdir m; echo mine >m/file
    for command in "stage" "publish $TREES/host"; do
        # shellcheck disable=SC2086
        run -125 strace -qq -f -o trace -P "$PWD/m" -e trace=getdents64 -e inject=getdents64:error=EIO \
            "$BUSYPY" $command m
        same "$output" "busypy: ${command%% *}: cannot read m: Input/output error"
    done
}

@test "--force stages into what is not empty, and nothing else is forced" {
    mkdir m; echo mine >m/file
    stage --force m
    [ -x m/bin/ls ]; same "$(cat m/file)" mine
    refuses "/ is the root directory: $HINT" stage --force /
    refuses "/usr is a system directory: $HINT" stage --force /usr
    refuses "home, which is $PWD/home, is a home directory: $HINT" stage --force home
    refuses "/ is the root directory: $HINT" add --force / /bin/true
}

@test "new, empty and own directories are written into" {
    mkdir empty disk disk/lost+found
    stage new/deep/tree; stage empty; stage disk
    for tree in new/deep/tree empty disk; do [ -x "$tree/bin/ls" ]; done
    stage empty
    ln -s empty link; stage link
    # interrupted before anything stood there
    mkdir -p begun/.busypy-stage/build; stage begun
}

@test "pack replaces images, and nothing else" {
    refuses "/etc/busypy.img lies in the system directory /etc: $HINT" pack -o /etc/busypy.img "$TREES/host"
    refuses "/dev/null lies in the system directory /dev: $HINT" pack -o /dev/null "$TREES/host"
    refuses "/boot/x lies in the system directory /boot: $HINT" pack -o /boot/x "$TREES/host"
    ln -s /etc link
    refuses "link/x, which is /etc/x, lies in the system directory /etc: $HINT" pack -o link/x "$TREES/host"
    echo mine >file; mkdir dir; mkfifo fifo
    for output in file dir fifo; do
        refuses "$output is there already and is no image (Hint: remove it, or name another)" pack -o $output "$TREES/host"
    done
    same "$(cat file)" mine
    # what pack writes may be written again: empty, cpio, gzip, zstd, lz4, xz, tar, EROFS
    for mark in '' 070701 '\x1f\x8b' '\x28\xb5\x2f\xfd' '\x02\x21\x4c\x18' '\xfd7zXZ\0' "$(printf '%0257d' 0)ustar" \
        "$(printf '%01024d' 0)\\xe2\\xe1\\xf5\\xe0"; do
        printf '%b' "$mark" >image
        refuses "cannot find the tree /nowhere: No such file or directory" pack -o image /nowhere
    done
}

@test "no hint to stage or publish over what is there" {
    mkdir empty full; touch full/file
    run -125 "$BUSYPY" check full
    same "$output" "busypy: check: $PWD/full is no BusyPy tree: it has no bin"
    run -125 "$BUSYPY" check empty
    same "$output" "busypy: check: $PWD/empty is no BusyPy tree: it has no bin (Hint: 'busypy stage empty' makes one)"
    run -125 "$BUSYPY" gc full
    same "$output" "busypy: gc: $PWD/full is no export: it has no versions"
    run -125 "$BUSYPY" gc empty
    same "$output" "busypy: gc: $PWD/empty is no export: it has no versions (Hint: 'busypy publish TREE empty' makes one)"
}
