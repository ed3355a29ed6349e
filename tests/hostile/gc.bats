#!/usr/bin/env bats
# shellcheck disable=SC2154 # stderr is set by run
# Hostile exports and gc: root removes what is a version's, and nothing else.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree
load export

setup() { hostile_export 2; }

gc() { patiently 20 "$BUSYPY" gc -k 0 "$E"; }
link_to() { ln -s "$1" "$2"; }

@test "an export that others could change is not collected, and says so in enable's words" {
    local path
    for path in "$E" "$E/versions" "$BATS_TEST_TMPDIR"; do
        chown $USER_ID "$path"
        refuses "$path belongs to uid $USER_ID: its owner could change what other users run (Hint: chown -R root:root the tree)" gc -k 0 "$E"
        chown 0 "$path"
        chmod 757 "$path"
        refuses "others than root can write $path (Hint: chmod -R go-w the tree)" gc -k 0 "$E"
        chmod 1777 "$path"
        [ "$path" = "$BATS_TEST_TMPDIR" ] || refuses "others than root can write $path " gc -k 0 "$E"
        chmod 755 "$path"
    done
    # through a link of another user's
    ln -s "$E" "$BATS_TEST_TMPDIR/link"; chown -h $USER_ID "$BATS_TEST_TMPDIR/link"
    refuses "$BATS_TEST_TMPDIR/link belongs to uid $USER_ID" gc -k 0 "$BATS_TEST_TMPDIR/link"
    same "$(gc)" "v1 removed"
}

@test "who only looks at another user's export may" {
    chown $USER_ID "$E"
    for command in versions clients; do "$BUSYPY" $command "$E" >/dev/null; done
    "$BUSYPY" export "$E" >/dev/null
}

@test "what links of a version lead to stays" {
    ln -s "$OUT" "$E/versions/v1/out"; ln -s ../../../outside/file "$E/versions/v1/bin/file"
    ln -s / "$E/versions/v1/srv"
    same "$(gc)" "v1 removed"
    outside_unchanged
    [ ! -e "$E/versions/v1" ]
}

@test "a version that is a link, a file, a FIFO or a device is none, and is left alone" {
    local make
    for make in "link_to $OUT" "link_to v2" "cp $OUT/file" mkfifo socket; do
        rm -rf "$E/versions/v1"
        $make "$E/versions/v1"
        same "$(gc)" ""
        run -0 --separate-stderr patiently 20 "$BUSYPY" versions -n -o ID "$E"
        same "${output// /}" v2
        same "$stderr" "busypy: versions: warning: 1 folder in versions without a record is not listed"
        [ -e "$E/versions/v1" ] || [ -L "$E/versions/v1" ]
    done
    outside_unchanged
}

@test "a version whose record is a FIFO, a device, endless or behind a link is left alone" {
    local make
    sed "s/^v2/v1/" "$E/versions/v2/etc/busypy/id" >"$BATS_TEST_TMPDIR/forged"
    for make in mkfifo "link_to $BATS_TEST_TMPDIR/forged" "link_to /dev/zero" "truncate -s 1T" mkdir socket; do
        rm -rf "$E/versions/v1/etc/busypy/id"
        $make "$E/versions/v1/etc/busypy/id"
        same "$(gc)" ""
        patiently 20 "$BUSYPY" versions "$E" >/dev/null
    done
    [ -e "$E/versions/v1/bin/tool" ]
}

@test "what looks unfinished and is a link, a FIFO or a device loses its name, and no more" {
    ln -s "$OUT" "$E/versions/a.tmp"; ln -s "$OUT/bin" "$E/versions/b.gone"; ln -s "$OUT" "$E/current.tmp"
    ln -s "$OUT" "$E/.lock.x"; mkfifo "$E/versions/c.tmp"; mknod "$E/versions/d.gone" c 1 5
    socket "$E/versions/e.tmp"; ln "$OUT/file" "$E/versions/f.tmp"; mkdir -p "$E/versions/g.tmp/deep"
    ln -s "$OUT" "$E/versions/g.tmp/deep/link"
    gc >/dev/null
    same "$(ls "$E/versions") $(ls -A "$E" | paste -sd ' ')" "v2 current versions"
    outside_unchanged
}

@test "names with control characters, blanks, options and no end are no versions, and reach no terminal" {
    local name
    for name in $'v\x1b]0;x\x07' $'v\xc2\x9b31m' $'v\n1' -rf 'v 1' .hidden "$(printf '%0200d' 0)" $'v\xff' '*' '$(id)'; do
        mkdir -- "$E/versions/$name"
        cp -a "$E/versions/v1/." -- "$E/versions/$name" 2>/dev/null || cp -a "$E/versions/v1/etc" "$E/versions/$name/"
    done
    run -0 --separate-stderr "$BUSYPY" versions -n -o ID "$E"
    same "$(tr -d ' ' <<<"$output" | paste -sd ' ')" "v1 v2"
    run ! grep -q $'[\x1b\x07]\|\xc2\x9b' <<<"$stderr"
    same "$(gc)" "v1 removed"
    same "$(find "$E/versions" -mindepth 1 -maxdepth 1 -printf x)" xxxxxxxxxxx
}

@test "what is mounted in a version stays" {
    mkdir "$E/versions/v1/mnt/disk"
    machine_script "$BUSYPY" "$E" "$OUT" <<'SCRIPT'
mount --bind "$3" "$2/versions/v1/mnt/disk"
! "$1" gc -k 0 "$2" || exit 1
[ -e "$3/bin/tool" ]
[ -e "$3/file" ]
umount "$2/versions/v1"*/mnt/disk
SCRIPT
    outside_unchanged
    gc
    same "$(ls "$E/versions")" v2
}

@test "a lock that is a file, a FIFO, a link or another user's is refused at once, not waited for" {
    local make
    for make in mkfifo "cp $OUT/file" "link_to $OUT" "link_to $OUT/file" "link_to /nowhere" socket; do
        $make "$E/.lock"
        refuses "$E/.lock: " gc -k 0 "$E"
        rm "$E/.lock"
    done
    for make in mkfifo "link_to /dev/zero" "link_to $OUT/file" "truncate -s 1T" mkdir socket; do
        mkdir "$E/.lock"; $make "$E/.lock/owner"
        refuses "cannot read $E/.lock/owner: " gc -k 0 "$E"
        rm -r "$E/.lock"
    done
    # flock(2) is none of it
    exec 7<"$E"; flock 7
    same "$(gc)" "v1 removed"
    exec 7<&-
}

@test "an owner of a lock with control characters, or a path for a number, is shown clean and lives" {
    mkdir "$E/.lock"
    local boot space; boot=$(cat /proc/sys/kernel/random/boot_id) space=$(readlink /proc/self/ns/pid)
    printf 'host \x1b]0;x\x07\npid ../../tmp\nstart 7\nsince \xc2\x9b31m\nmachine -\nboot %s\nspace %s\n' "$boot" "$space" >"$E/.lock/owner"
    refuses "is being written to by process ../../tmp on " gc -k 0 "$E"
    printf 'host %01000d\npid 1\nstart 7\nboot %s\nspace %s\n' 0 "$boot" "$space" >"$E/.lock/owner"
    refuses "cannot read $E/.lock/owner: " gc -k 0 "$E"
}

@test "a current that leads out keeps gc from removing anything" {
    local to
    for to in "$OUT" ../outside versions/../v2 versions versions/v1/bin; do
        ln -sfn "$to" "$E/current"
        refuses "$E/current is not a link to versions/ID" gc -k 0 "$E"
    done
}

@test "at each system call of gc: the folders of the export become links" {
    swaps link gc export/versions export/.lock export/versions/v1.gone
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps link gc export
}

@test "at each system call of gc: a version, the leases and what it remembers become links" {
    swaps link gc export/versions/v1 export/leases export/.leased=file
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps link gc export/versions/v1/bin export/versions/v1.gone/etc export/.leased.new=file
}

@test "at each system call of gc: folders are renamed, and others take their places" {
    swaps rename gc export/versions=plain export/.lock
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps rename gc export
}

@test "at each system call of gc: another folder takes the place of what is removed" {
    swaps rename gc export/versions/v1
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps rename gc export/versions/v1.gone
}
