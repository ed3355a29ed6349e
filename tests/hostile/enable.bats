#!/usr/bin/env bats
# Hostile trees: enable refuses each in which others than root could change what all users run.

load ../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
}
teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

setup() {
    chmod 755 "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
    tree=$BATS_TEST_TMPDIR/tree theirs=$BATS_TEST_TMPDIR/theirs arch=$(uname -m)
    cp -al "$TREES/host" "$tree"
    mkdir "$theirs"
    chown 1000 "$theirs"
}

# refused WORDS: enable ends with a sentence that holds them, and nothing is enabled.
refused() {
    run -125 machine bash -c '"$BUSYPY" enable "$1"; status=$?
        [ -z "$(ls /proc/sys/fs/binfmt_misc | grep -vxE "register|status")" ] || status=1; exit $status' _ "$tree"
    [[ $output == *"$1"* ]] || { echo "$output"; return 1; }
}

owned() { echo "$1 belongs to uid 1000: its owner could change what other users run"; }
writable() { echo "others than root can write $1 "; }

@test "a sound tree is enabled" {
    run -0 machine bash -euc '"$BUSYPY" enable -q "$1"; "$BUSYPY" disable' _ "$tree"
}

@test "a folder on the way that is another user's" {
    for folder in etc etc/python "etc/python/$arch" "etc/python/$arch/usr" etc/clib "etc/clib/$arch" bin \
        sbin site-package etc/busypy; do
        chown 1000 "$tree/$folder"
        refused "$(owned "$tree/$folder")"
        chown 0 "$tree/$folder"
    done
}

@test "a folder on the way that others can write" {
    for folder in etc etc/python etc/clib "etc/clib/$arch" "etc/python/$arch/usr/bin" site-package/busypy; do
        for mode in 0777 0775 1777; do
            # where names cannot be replaced, a folder may be passed; what is bound may not be such
            case $mode:$folder in 1777:etc | 1777:etc/python | 1777:etc/clib) continue ;; esac
            chmod $mode "$tree/$folder"
            refused "$(writable "$tree/$folder")"
        done
        chmod 0755 "$tree/$folder"
    done
}

@test "a runtime or a folder of programs behind a link to theirs" {
    for folder in "etc/clib/$arch" "etc/python/$arch" bin site-package; do
        mv "$tree/$folder" "$theirs/moved"
        ln -s "$theirs/moved" "$tree/$folder"
        refused "$(owned "$theirs")"
        rm "$tree/$folder"
        mv "$theirs/moved" "$tree/$folder"
    done
}

@test "what lies behind a link that is root's is looked at, too" {
    for folder in "etc/clib/$arch" bin "etc/python/$arch/usr"; do
        mv "$tree/$folder" "$BATS_TEST_TMPDIR/moved"
        ln -s "$BATS_TEST_TMPDIR/moved" "$tree/$folder"
        touch "$BATS_TEST_TMPDIR/moved/theirs"
        chown 1000 "$BATS_TEST_TMPDIR/moved/theirs"
        refused "$(owned "$tree/$folder/theirs")"
        rm "$tree/$folder" "$BATS_TEST_TMPDIR/moved/theirs"
        mv "$BATS_TEST_TMPDIR/moved" "$tree/$folder"
    done
}

@test "another user's FUSE file system is refused, not asked: it need not answer" {
    mkdir "$BATS_TEST_TMPDIR/fuse"
    for folder in "etc/clib/$arch" "etc/python/$arch/usr"; do
        mv "$tree/$folder" "$tree/$folder.old"
        ln -s "$BATS_TEST_TMPDIR/fuse/below" "$tree/$folder"
        run -125 patiently 20 "$HELPERS/nsrun" bash -euc 'coproc "$HELPERS/silent" "$1" 1000
            read -r line <&"${COPROC[0]}"; [ "$line" = ready ]
            "$BUSYPY" enable "$2" || status=$?; exit "${status-0}"' _ "$BATS_TEST_TMPDIR/fuse" "$tree"
        [[ $output == *"$BATS_TEST_TMPDIR/fuse is on a FUSE file system of another user, who can change what it holds"* ]] || { echo "$output"; return 1; }
        rm "$tree/$folder"
        mv "$tree/$folder.old" "$tree/$folder"
    done
}

@test "the tree below their folder, or named by a link that is theirs" {
    mv "$tree" "$theirs/tree"
    local given=$tree
    tree=$theirs/tree
    refused "$(owned "$theirs")"
    mv "$theirs/tree" "$given"
    tree=$given
    chmod 0777 "$BATS_TEST_TMPDIR"
    refused "$(writable "$BATS_TEST_TMPDIR")"
}

@test "links in what runs that lead to what others can make" {
    touch "$theirs/module.py"
    for target in "$theirs/module.py" "$theirs/nothing.py" /tmp/nobody-has-this /var/tmp/nobody-has-this; do
        for link in bin/mine "etc/python/$arch/usr/lib/mine" "etc/clib/$arch/libmine.so" site-package/mine.py; do
            ln -s "$target" "$tree/$link"
            case $target in
            "$theirs"*) refused "$(owned "$theirs")" ;;
            *) refused "$(writable "${target%/*}")" ;;
            esac
            rm "$tree/$link"
        done
    done
}

@test "links in what runs that only root can serve are no harm" {
    ln -s /etc/nothing-of-this-name "$tree/bin/dangling"
    ln -s ../lib/python3 "$tree/etc/python/$arch/usr/lib/relative"
    ln -s loop "$tree/bin/loop"
    ln -s /dev/null "$tree/bin/masked"
    run -0 machine bash -euc '"$BUSYPY" enable -q "$1"; "$BUSYPY" disable' _ "$tree"
}
