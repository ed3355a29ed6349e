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
    "$ROOT/tests/support/clone" "$TREES/host" "$tree"
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
    for target in "$theirs/module.py" "$theirs/nothing.py" "$(mktemp -u /tmp/nobody.XXXXXXXXXX)" "$(mktemp -u /var/tmp/nobody.XXXXXXXXXX)"; do
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

# acl KIND PATH ENTRY...: sets an access list; an entry is TAG RIGHTS ID in one word, with colons.
acl() { python3 - "$@" <<'EOP'
import os, struct, sys
tags = {"u": 1, "user": 2, "g": 4, "group": 8, "m": 16, "o": 32}
entries = [entry.split(":") for entry in sys.argv[3:]]
os.setxattr(sys.argv[2], "system.posix_acl_" + sys.argv[1], struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", tags[tag], int(rights), int(who or 0xffffffff)) for tag, rights, who in sorted(entries, key=lambda entry: tags[entry[0]])))
EOP
}

@test "an access list that lets a user or a group write, on what is bound and on the way" {
    for path in "bin" "etc" "etc/python/$arch/usr" "etc/clib/$arch" "bin/ls"; do
        for who in user:7:1000 user:6:0 group:2:1000; do
            cp -a --remove-destination "$TREES/host/bin/ls" "$tree/bin/ls"
            acl access "$tree/$path" u:7: $who g:5: m:7: o:5:
            refused "$(writable "$tree/$path")"
            # the mask takes it back
            acl access "$tree/$path" u:7: $who g:5: m:5: o:5:
            run -0 machine bash -euc '"$BUSYPY" enable -q "$1"; "$BUSYPY" disable' _ "$tree"
            python3 -c 'import os, sys; os.removexattr(sys.argv[1], "system.posix_acl_access")' "$tree/$path"
            chmod 755 "$tree/$path"
        done
    done
}

@test "a default access list by which others could write what root adds later" {
    mkdir -p "$tree/site-package/pack/deep"
    for path in bin "etc/python/$arch/usr" site-package/pack/deep; do
        for entries in "u:7: user:7:1000 g:5: m:7: o:5:" "u:7: g:7: o:5:" "u:7: g:5: o:7:" "u:7: g:5: group:2:5 m:2: o:0:"; do
            # shellcheck disable=SC2086
            acl default "$tree/$path" $entries
            # it is so: a plain file of root's, whatever the umask
            (umask 022; echo >"$tree/$path/made")
            [ -n "$(find "$tree/$path/made" -perm /022)" ]
            rm "$tree/$path/made"
            refused "others than root could write what is made in $tree/$path: it has a default access list (Hint: setfacl -Rk the tree)"
        done
        # one that lets nobody write is none of our business
        acl default "$tree/$path" u:7: user:5:1000 g:5: m:5: o:5:
        run -0 machine bash -euc '"$BUSYPY" enable -q "$1"; "$BUSYPY" disable' _ "$tree"
        python3 -c 'import os, sys; os.removexattr(sys.argv[1], "system.posix_acl_default")' "$tree/$path"
    done
}

@test "a file that is bound over, from a place that others can write" {
    # a mount in the tree: its own owner and mode are what counts, and are looked at
    touch "$theirs/program" "$tree/bin/over"
    chown 1000 "$theirs/program"
    run -125 machine bash -c 'mount --bind "$2/program" "$1/bin/over" && exec "$BUSYPY" enable "$1"' _ "$tree" "$theirs"
    [[ $output == *"$(owned "$tree/bin/over")"* ]]
    mkdir "$theirs/folder" "$tree/site-package/over"
    chown 1000 "$theirs/folder"
    run -125 machine bash -c 'mount --bind "$2/folder" "$1/site-package/over" && exec "$BUSYPY" enable "$1"' _ "$tree" "$theirs"
    [[ $output == *"$(owned "$tree/site-package/over")"* ]]
}
