#!/usr/bin/env bats
# Hostile sources and trees: what stage and add read and write is what they were given, whoever owns
# the folders; and nobody's folder is written to that another user could lead elsewhere.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree

USER_ID=65534

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    sound_tree "$BATS_FILE_TMPDIR/tree"
    local dir=$BATS_FILE_TMPDIR/sysroot
    mkdir -p "$dir/usr/bin" "$dir/usr/lib/python3.12/encodings"
    echo 'int main(void) { return 0; }' >"$BATS_FILE_TMPDIR/main.c"
    musl-gcc -static -o "$dir/usr/bin/python3.12" "$BATS_FILE_TMPDIR/main.c"
    ln -s python3.12 "$dir/usr/bin/python3"
    echo 'x = 1' | tee "$dir/usr/lib/python3.12/os.py" >"$dir/usr/lib/python3.12/encodings/__init__.py"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
    TREE=$PWD/tree FROM=$PWD/from
    mkdir out && echo TOP-SECRET >out/file && chmod 600 out/file
    cp -a "$BATS_FILE_TMPDIR/sysroot" "$FROM"
    LIB=$FROM/usr/lib/python3.12
    printf '#!/usr/bin/python3\n' >hello
}

standing() { cp -a "$BATS_FILE_TMPDIR/tree" "$TREE"; }
stage() { patiently 60 "$BUSYPY" stage --from "$FROM" "$TREE"; }
add() { patiently 60 "$BUSYPY" add "$TREE" "$@"; }
untouched() { same "$(ls -A out; cat out/file)" "$(printf 'file\nTOP-SECRET')"; run ! grep -rl TOP-SECRET "$TREE"; }
owner_rule() { same "$output" "busypy: $1: $2 belongs to uid $USER_ID: its owner could change what other users run (Hint: chown -R root:root the tree)"; }
write_rule() { same "$output" "busypy: $1: others than root can write $2 (Hint: chmod -R go-w the tree)"; }

# -- sources ----------------------------------------------------------------------------------------

@test "FIFOs, sockets and devices of a directory are neither read nor waited for" {
    mkfifo "$LIB/fifo.py" "$LIB/encodings/utf_8.py"
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$LIB/sock.py"
    mknod "$LIB/null.py" c 1 3 && mknod "$LIB/zero.py" c 1 5
    stage
    same "$(find "$TREE/etc" ! -type f ! -type d ! -type l)" ""
    [ ! -e "$TREE/etc/python/x86_64/usr/lib/python3.12/zero.py" ]
}

@test "links of a directory that lead out stay in it" {
    ln -s "$PWD/out/file" "$LIB/absolute.py"
    ln -s ../../../../out/file "$LIB/relative.py"
    ln -s "$PWD/out" "$LIB/folder"
    ln -s /proc/self/environ "$LIB/environ.py"
    stage
    untouched
    same "$(find "$TREE/etc/python" -name environ.py -size +0)" ""
}

@test "an interpreter, a library folder and a licence that are links to outside" {
    rm "$FROM/usr/bin/python3.12"
    ln -s "$PWD/out/file" "$FROM/usr/bin/python3.12"
    run -125 stage
    [ ! -e "$TREE" ]
    [[ $output != *TOP-SECRET* ]]
    rm -r "$LIB" && ln -s "$PWD/out" "$LIB"
    run -125 stage
    [ ! -e "$TREE" ]
}

@test "root reads nothing for a folder's owner that he could not read" {
    chown -R $USER_ID "$FROM"
    cp out/file "$LIB/moved.py" && chmod 600 "$LIB/moved.py" # as one that root left in his folder, and he renamed
    run -125 stage
    same "$output" "busypy: stage: x86_64: $LIB/moved.py belongs to uid 0, and is not for uid $USER_ID, whose folder it is in, to read (Hint: chmod o+r it)"
    [ ! -e "$TREE" ]
    standing
    mkdir pkg && : >pkg/__init__.py && cp out/file pkg/data && chmod 600 pkg/data
    chown $USER_ID pkg pkg/__init__.py
    run -125 add pkg
    same "$output" "busypy: add: $PWD/pkg/data belongs to uid 0, and is not for uid $USER_ID, whose folder it is in, to read (Hint: chmod o+r it)"
    chmod 644 pkg/data
    add pkg
}

@test "a folder that its links make endless, and one that is too deep" {
    ln -s . "$LIB/again"
    ln -s ../python3.12 "$LIB/up"
    stage
    local deep=$LIB
    for _ in {1..40}; do deep+=/d; done
    mkdir -p "$deep" && : >"$deep/x.py"
    run -125 stage
    [[ $output == *": Too many levels of symbolic links" ]]
}

@test "names with control characters in a package reach neither the tree nor a terminal" {
    standing
    mkdir -p pkg/sub && : >pkg/__init__.py && : >pkg/sub/$'a\e[31mb.py'
    run -125 add pkg
    same "$output" "busypy: add: $PWD/pkg/sub/a\\x1b[31mb.py has a control byte in its name"
    rm -r pkg/sub && : >pkg/$'a\nb.py'
    run -125 add pkg
    same "$output" "busypy: add: $PWD/pkg/a\\x0ab.py has a control byte in its name"
    same "$(ls "$TREE/site-package")" ""
}

@test "a word that is a FIFO, a socket, a device or a link to one" {
    standing
    mkfifo fifo && ln -s fifo link && ln -s /dev/zero zero
    for word in fifo link zero /dev/null; do
        run -125 add "$word"
        same "$output" "busypy: add: $word is neither a file nor a directory"
    done
}

# -- trees and workspaces ---------------------------------------------------------------------------

@test "a tree, or a folder above it, of another user, or that others can write" {
    standing
    chown $USER_ID "$TREE"
    run -125 add hello; owner_rule add "$TREE"
    run -125 stage; owner_rule stage "$TREE"
    chown 0 "$TREE" && chmod 775 "$TREE"
    run -125 add hello; write_rule add "$TREE"
    chmod 755 "$TREE" && mkdir above && mv "$TREE" above/tree && chown $USER_ID above && TREE=$PWD/above/tree
    run -125 stage; owner_rule stage "$PWD/above"
    [ ! -e "$TREE/.busypy-stage" ]
    [ ! -e "$TREE/bin/hello" ]
}

@test "a new tree below another user's folder is refused, and nothing is left there" {
    mkdir theirs && chown $USER_ID theirs && TREE=$PWD/theirs/new/tree
    run -125 stage
    owner_rule stage "$PWD/theirs"
    same "$(ls -A theirs)" ""
}

@test "a folder in the tree that another user owns or can write is not written to" {
    standing
    chown $USER_ID "$TREE/bin"
    run -125 add hello; owner_rule add "$TREE/bin"
    chown 0 "$TREE/bin" && chmod 777 "$TREE/bin"
    run -125 add hello; write_rule add "$TREE/bin"
    chmod 755 "$TREE/bin" && chown $USER_ID "$TREE/etc/python"
    run -125 stage; owner_rule stage "$TREE/etc/python"
    same "$(find "$TREE" -name hello -o -name .busypy-stage)" ""
}

@test "a folder of the tree that is a link leads nowhere else" {
    standing
    rmdir "$TREE/site-package" 2>/dev/null || mv "$TREE/site-package" aside
    ln -s "$PWD/out" "$TREE/site-package"
    mkdir pkg && : >pkg/__init__.py
    run -125 add pkg
    rm "$TREE/site-package" && mkdir "$TREE/site-package" && mv "$TREE/bin" aside.bin && ln -s ../out "$TREE/bin"
    run -125 add hello
    untouched
    rm "$TREE/bin" && mv aside.bin "$TREE/programs" && ln -s programs "$TREE/bin"
    add hello # one that stays in the tree is gone into
    [ -f "$TREE/programs/hello" ]
}

@test "what is planted as ready is not carried out, whoever's the folder around it is" {
    standing
    mkdir -p "$TREE/.busypy-stage/ready/tree/bin"
    echo planted >"$TREE/.busypy-stage/ready/tree/bin/planted"
    chown -R $USER_ID "$TREE/.busypy-stage/ready"
    run -125 add hello
    [[ $output == *"belongs to uid $USER_ID"* ]]
    [ ! -e "$TREE/bin/planted" ]
    chown -R 0 "$TREE/.busypy-stage/ready" && chmod 666 "$TREE/.busypy-stage/ready/tree/bin/planted"
    run -125 add hello
    [[ $output == *"others than root can write "* ]]
    [ ! -e "$TREE/bin/planted" ]
}

@test "a list of what is ready that leads out moves nothing from there" {
    standing
    mkdir -p "$TREE/.busypy-stage/ready/tree/bin"
    for name in ../../out/file ../../../out/file /etc/hostname bin/../../out/file; do
        printf '%s\0' "$name" >"$TREE/.busypy-stage/ready/whole"
        run add hello
        untouched
        [ -d "$TREE/.busypy-stage/ready" ] || mkdir -p "$TREE/.busypy-stage/ready/tree/bin"
    done
}

@test "parts of a workspace that are links lead nowhere" {
    for part in ready build trash lock; do
        rm -rf "$TREE"
        standing
        mkdir "$TREE/.busypy-stage"
        ln -s "$PWD/out" "$TREE/.busypy-stage/$part"
        run add hello
        untouched
    done
    rm -rf "$TREE"; standing
    mkdir -p "$TREE/.busypy-stage/ready" && ln -s "$PWD/out" "$TREE/.busypy-stage/ready/tree"
    run add hello
    untouched
}

@test "a lock of a workspace that users can open does not keep root out" {
    standing
    mkdir "$TREE/.busypy-stage" && : >"$TREE/.busypy-stage/lock" && chmod 644 "$TREE/.busypy-stage/lock"
    exec 7<"$TREE/.busypy-stage/lock"; flock 7
    add hello 7<&-
    exec 7<&-
    mkdir "$TREE/.busypy-stage" && mkfifo -m 666 "$TREE/.busypy-stage/lock"
    add hello
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "the workspace is nobody else's to look into" {
    standing
    mkdir -m 755 "$TREE/.busypy-stage"
    strace -f -qq -o log -e trace=fchmod,mkdirat "$BUSYPY" add "$TREE" hello
    grep -q 'fchmod([0-9]*, 0700) *= 0' log
    rm log
    strace -f -qq -o log -e trace=mkdirat "$BUSYPY" add --force "$TREE" hello
    grep -q 'mkdirat([0-9]*, ".busypy-stage", 0700) *= 0' log
}

@test "records that are links or FIFOs are not read for what they are not" {
    stage
    local records=$TREE/etc/busypy/x86_64
    mkdir pkg && : >pkg/__init__.py
    rm "$records/manifest" && ln -s "$PWD/out/file" "$records/manifest"
    run add pkg
    untouched
    rm -f "$records/manifest" && mkfifo "$records/manifest"
    rm -f "$records/versions" && mkfifo "$records/versions"
    run add --force pkg
    [ "$status" -ne 124 ]
}

@test "another user's file in the tree is not shared by a hard link with a new runtime" {
    stage
    local file=etc/python/x86_64/usr/lib/python3.12/os.py
    chown $USER_ID "$TREE/$file"
    stage
    same "$(stat -c '%u %h' "$TREE/$file")" "0 1"
}

@test "a rescue shell, a list and BusyPy's own programs by links and FIFOs" {
    mkfifo fifo
    run -125 patiently 20 "$BUSYPY" stage --from "$FROM" --busybox fifo "$TREE"
    [[ $output == *"fifo is no regular file" ]]
    run -125 patiently 20 "$BUSYPY" stage --locked fifo "$TREE"
    [ ! -e "$TREE" ]
    mkdir rootfs && run -125 patiently 20 "$BUSYPY" stage --from "$FROM" --rootfs rootfs "$TREE"
    [ ! -e "$TREE" ]
}
