#!/usr/bin/env bats
# Hostile exports and rollback: what is made current is a version, root's own, whatever stands there.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree
load export

setup() { hostile_export 2; }

# forge VERSION SED-SCRIPT: changes its manifest, and the record's sum of it.
forge() {
    local info=$E/versions/$1/etc/busypy
    chmod 644 "$info/manifest" "$info/id"
    sed -i "$2" "$info/manifest"
    sed -i "s/^manifest .*/manifest $(sha256sum <"$info/manifest" | cut -d ' ' -f 1)/" "$info/id"
    chmod 444 "$info/manifest" "$info/id"
    state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"
}

# replace PATH COMMAND...: something else, which the command makes, takes its place.
replace() { rm -rf "$1"; "${@:2}" "$1"; state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"; }
link_to() { ln -s "$1" "$2"; }

@test "an export that others could change is not rolled back, and says so in enable's words" {
    local path
    for path in "$E" "$E/versions" "$BATS_TEST_TMPDIR"; do
        chown $USER_ID "$path"
        refuses "$path belongs to uid $USER_ID: its owner could change what other users run" rollback "$E"
        chown 0 "$path"
        chmod 775 "$path"
        refuses "others than root can write $path (Hint: chmod -R go-w the tree)" rollback "$E"
        chmod 755 "$path"
    done
    "$BUSYPY" rollback "$E"
}

@test "a version that another user could change does not become current" {
    chown $USER_ID "$E/versions/v1"
    state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"
    refuses "$E/versions/v1 belongs to uid $USER_ID" rollback "$E"
    chown 0 "$E/versions/v1"; chown $USER_ID "$E/versions/v1/bin"
    state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"
    refuses "$E/versions/v1/bin belongs to uid $USER_ID" rollback "$E" v1
    chown 0 "$E/versions/v1/bin"; chmod 666 "$E/versions/v1/etc/n"
    state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"
    refuses "others than root can write $E/versions/v1/etc/n " rollback "$E" v1
    same "$(readlink "$E/current")" versions/v2
}

@test "a version that is a link, a file, a FIFO or a device is none" {
    local make
    for make in "link_to $OUT" "link_to v2" "cp $OUT/file" mkfifo; do
        # shellcheck disable=SC2086 # words
        replace "$E/versions/v1" $make
        refuses "" rollback "$E" v1
    done
    rm "$E/versions/v1"; mknod "$E/versions/v1" c 1 5
    state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"
    refuses "" rollback "$E" v1
    same "$(readlink "$E/current")" versions/v2
}

@test "a version whose record lies behind a link that leads out is none" {
    sed "s/^v2/v1/" "$E/versions/v2/etc/busypy/id" >"$OUT/etc/busypy/id"
    state "$OUT" >"$BATS_TEST_TMPDIR/outside.before"
    mv "$E/versions/v1/etc" "$BATS_TEST_TMPDIR/etc"
    replace "$E/versions/v1/etc" link_to "$OUT/etc"
    refuses "version" rollback "$E" v1
    same "$(readlink "$E/current")" versions/v2
}

@test "a record or a manifest that is a FIFO, a device, a socket, a link or endless holds nobody up" {
    local name make
    for name in id manifest; do
        cp "$E/versions/v1/etc/busypy/$name" "$BATS_TEST_TMPDIR/$name"
        for make in mkfifo "link_to $OUT/file" "link_to /dev/zero" "truncate -s 1T" socket; do
            rm "$E/versions/v1/etc/busypy/$name"
            $make "$E/versions/v1/etc/busypy/$name"
            run -125 patiently 20 "$BUSYPY" rollback "$E" v1
            [[ $output == "busypy: rollback: "* ]]
        done
        rm "$E/versions/v1/etc/busypy/$name"; mknod "$E/versions/v1/etc/busypy/$name" c 1 5
        run -125 patiently 20 "$BUSYPY" rollback "$E" v1
        cp "$BATS_TEST_TMPDIR/$name" "$BATS_TEST_TMPDIR/new"
        rm "$E/versions/v1/etc/busypy/$name"; mv "$BATS_TEST_TMPDIR/new" "$E/versions/v1/etc/busypy/$name"
    done
    same "$("$BUSYPY" rollback "$E" v1)" "v1 is current"
}

@test "a manifest that says other sizes, paths that lead out, or nonsense is not believed" {
    forge v1 '/ bin\/tool$/s/^f \([0-7]*\) [0-9]*/f \1 9/'
    refuses "$E/versions/v1/bin/tool has another type or size than its manifest says" rollback "$E" v1
    for line in 'f 444 6 00 ../../../outside/file' 'd 755 /etc' 'd 755 ..' 'd 755 bin/../..' 'x' 'f 444 -1 00 bin/x' \
        'd 99999999999 bin' 'l'; do
        forge v1 "1i $line"
        refuses "$E/versions/v1/etc/busypy/manifest:1: no line of a manifest" rollback "$E" v1
        forge v1 1d
    done
}

@test "a folder of a version that became a link is not looked into" {
    mkdir "$OUT/elsewhere"; cp -a "$E/versions/v1/bin" "$OUT/elsewhere/bin"
    state "$OUT" >"$BATS_TEST_TMPDIR/outside.before"
    replace "$E/versions/v1/bin" link_to "$OUT/elsewhere/bin"
    refuses "$E/versions/v1/bin has another type or size than its manifest says" rollback "$E" v1
    # and none that the manifest does not name as such
    forge v1 '/ bin$/d'
    refuses "$E/versions/v1/bin/hold is missing" rollback "$E" v1
}

@test "an id that leads elsewhere, is endless or has control characters is none" {
    local id
    for id in .. . ../v1 v1/ versions/v1 /etc $'v1\nx' "$(printf 'v\x1b]0;x\x07')" "$(printf 'v\xc2\x9b31m')" \
        v1.tmp v1.gone -v1 "$(printf '%04000d' 0)" ''; do
        refuses "is no version's id" rollback -- "$E" "$id"
    done
}

@test "a current that leads out, is long, a folder, a file or a FIFO is refused, and stays" {
    local to
    for to in "$OUT" ../outside versions/../../outside versions versions/ versions/v1/bin ./versions/v1 \
        "$(printf 'versions/v%01000d' 0)" "$(printf 'versions/v\xc2\x9b1')" $'versions/v1\nx' /; do
        ln -sfn "$to" "$E/current"
        refuses "$E/current is not a link to versions/ID" rollback "$E"
        same "$(readlink "$E/current"; echo x)" "$to"$'\n'x
    done
    rm "$E/current"; mkdir "$E/current"
    refuses "$E/current is not a link to versions/ID" rollback "$E"
    rmdir "$E/current"; mkfifo "$E/current"
    refuses "$E/current is not a link to versions/ID" rollback "$E"
    rm "$E/current"; cp "$OUT/file" "$E/current"
    refuses "$E/current is not a link to versions/ID" rollback "$E"
    # the administrator names one
    same "$("$BUSYPY" rollback "$E" v1)" "v1 is current"
    outside_unchanged
}

@test "what stands where current is switched is removed, not written to nor followed" {
    ln -s "$OUT/file" "$E/current.tmp"
    "$BUSYPY" rollback -q "$E" v1
    same "$(readlink "$E/current")" versions/v1
    mkdir "$E/current.tmp"
    run -125 "$BUSYPY" rollback "$E" v2
    same "$output" "busypy: rollback: cannot remove $E/current.tmp: Is a directory"
    rmdir "$E/current.tmp"; mkfifo "$E/current.tmp"
    patiently 20 "$BUSYPY" rollback -q "$E" v2
    unchanged
}

@test "the export's folder of versions is no link, file or FIFO" {
    mv "$E/versions" "$BATS_TEST_TMPDIR/versions"
    ln -s "$BATS_TEST_TMPDIR/versions" "$E/versions"
    for command in rollback gc versions clients; do
        run -125 patiently 20 "$BUSYPY" $command "$E"
        same "$output" "busypy: $command: $E is no export: it has no versions"
    done
    run -125 "$BUSYPY" publish "$SRC" "$E"
    rm "$E/versions"; mkfifo "$E/versions"
    run -125 patiently 20 "$BUSYPY" rollback "$E"
    same "$output" "busypy: rollback: $E is no export: it has no versions"
    run -125 patiently 20 "$BUSYPY" publish "$SRC" "$E"
    outside_unchanged
}

@test "at each system call of rollback: folders and current become links" {
    swaps link rollback export/versions export/.lock export/current
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps link rollback export/versions/v1 export/versions/v1/bin export/versions/v1/etc
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps link rollback export
}

@test "at each system call of rollback: folders are renamed, and others take their places" {
    swaps rename rollback export/versions=plain export/.lock
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps rename rollback export
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps rename rollback export/versions/v1
}
