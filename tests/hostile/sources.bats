#!/usr/bin/env bats
# What root stages and adds from folders of others, and the cache it keeps packages in: at each system
# call that names them a file, a folder, or the folder above is swapped, and nothing of root's is read.

load ../support/helpers
load ../support/witness
load ../support/race
load ../cli/publish/tree

USER_ID=65534

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    sound_tree "$BATS_FILE_TMPDIR/tree"
    # an interpreter and a module, small, that need a library
    local dir=$BATS_FILE_TMPDIR/sysroot
    mkdir -p "$dir"/{lib,etc/ssl/certs} "$dir"/usr/{bin,lib/python3.12/encodings}
    echo 'int one(void) { return 1; }' >"$BATS_FILE_TMPDIR/one.c"
    echo 'int one(void); int main(void) { return one() != 1; }' >"$BATS_FILE_TMPDIR/main.c"
    musl-gcc -shared -fPIC -Wl,-soname,libone.so.1 -o "$dir/usr/lib/libone.so.1" "$BATS_FILE_TMPDIR/one.c"
    musl-gcc -o "$dir/usr/bin/python3.12" "$BATS_FILE_TMPDIR/main.c" "$dir/usr/lib/libone.so.1"
    cp -L /lib/ld-musl-*.so.1 "$dir/lib/"
    ln -s python3.12 "$dir/usr/bin/python3"
    echo 'x = 1' | tee "$dir/usr/lib/python3.12/os.py" >"$dir/usr/lib/python3.12/encodings/__init__.py"
    echo certificate >"$dir/etc/ssl/certs/ca-certificates.crt"
    # what is root's alone: of each kind that could be taken for what it stands for
    local roots=$BATS_FILE_TMPDIR/root
    mkdir -p "$roots/lib" "$roots/pkg"
    echo 'char secret[] = "TOP-SECRET"; int one(void) { return secret[0]; }' >"$BATS_FILE_TMPDIR/secret.c"
    musl-gcc -shared -fPIC -Wl,-soname,libone.so.1 -o "$roots/lib/libone.so.1" "$BATS_FILE_TMPDIR/secret.c"
    echo TOP-SECRET | tee "$roots/lib/os.py" "$roots/lib/ca-certificates.crt" "$roots/file" >"$roots/pkg/__init__.py"
    wheel "$roots/p-1-py3-none-any.whl" TOP-SECRET
    chmod -R go= "$roots"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
    TREE=$PWD/tree THEIRS=$PWD/theirs ROOTS=$BATS_FILE_TMPDIR/root OUTSIDE=$PWD/outside
    cp -a "$ROOTS" "$OUTSIDE"
    BEFORE=$(state)
}

# wheel FILE TEXT: one that holds the text.
wheel() {
    python3 - "$@" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    archive.writestr("p/__init__.py", "x = '%s'" % sys.argv[2])
    archive.writestr("p-1.dist-info/METADATA", "Name: p\nVersion: 1\n")
    archive.writestr("p-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    archive.writestr("p-1.dist-info/RECORD", "p/__init__.py,,\n")
PYTHON
}

# Names, modes, owners and times of what lies outside.
state() { (cd "$OUTSIDE" && find . -printf '%p %y %m %U %s %T@\n' | sort); }

unharmed() {
    run ! grep -rl TOP-SECRET "$TREE"
    same "$(state)" "$BEFORE"
}

# -- directories ------------------------------------------------------------------------------------

# race_from NAME HOW TO: a part of a directory while it is staged.
race_from() {
    fresh() {
        rm -rf "$TREE" "$THEIRS"
        cp -a "$BATS_FILE_TMPDIR/sysroot" "$THEIRS"
        rm -f fifo && mkfifo fifo
        cp -p "$OUTSIDE/file" secret
        chown -R $USER_ID "$THEIRS"
    }
    race_at "$THEIRS/$1" "$2" "$THEIRS/${4:-$1}" "$3" "$BUSYPY" stage --from "$THEIRS" "$TREE"
}

@test "a library of a directory becomes a link while it is staged" {
    race_from usr/lib/libone.so.1 link "$OUTSIDE/lib/libone.so.1"
}

@test "a library of a directory becomes a FIFO while it is staged" {
    race_from usr/lib/libone.so.1 rename fifo
}

@test "the folder of a library becomes a link while it is staged" {
    race_from usr/lib/libone.so.1 link "$OUTSIDE/lib" usr/lib
}

@test "the interpreter of a directory becomes a FIFO while it is staged" {
    race_from usr/bin/python3.12 rename fifo
}

@test "a directory's certificates become a file of root's while they are staged" {
    race_from etc/ssl/certs/ca-certificates.crt rename secret
}

@test "root takes no interpreter, library or certificate for a folder's owner that he could not read" {
    local file
    for file in usr/bin/python3.12 usr/lib/libone.so.1 lib/ld-musl-*.so.1 etc/ssl/certs/ca-certificates.crt; do
        rm -rf "$TREE" "$THEIRS"
        cp -a "$BATS_FILE_TMPDIR/sysroot" "$THEIRS" && chown -R $USER_ID "$THEIRS"
        file=$(cd "$THEIRS" && echo $file)
        chown 0 "$THEIRS/$file" && chmod 700 "$THEIRS/$file" # root left it there, and he renamed it
        run -125 "$BUSYPY" stage --from "$THEIRS" "$TREE"
        same "$output" "busypy: stage: x86_64: $THEIRS/$file belongs to uid 0, and is not for uid $USER_ID, whose folder it is in, to read (Hint: chmod o+r it)"
        [ ! -e "$TREE" ]
        chmod o+r "$THEIRS/$file"
        "$BUSYPY" stage --from "$THEIRS" "$TREE" 2>/dev/null
    done
}

@test "nor certificates that are no bundle yet" {
    local crt=usr/share/ca-certificates/mozilla/a.crt
    cp -a "$BATS_FILE_TMPDIR/sysroot" "$THEIRS" && rm -r "$THEIRS/etc"
    mkdir -p "$THEIRS/${crt%/*}" && chown -R $USER_ID "$THEIRS"
    cp -p "$OUTSIDE/file" "$THEIRS/$crt"
    run -125 "$BUSYPY" stage --from "$THEIRS" "$TREE"
    same "$output" "busypy: stage: x86_64: $THEIRS/$crt belongs to uid 0, and is not for uid $USER_ID, whose folder it is in, to read (Hint: chmod o+r it)"
    [ ! -e "$TREE" ]
}

# -- this machine -----------------------------------------------------------------------------------

# race_host NAME HOW TO: see host.bash.
race_host() {
    mkdir host
    musl-gcc -o host/python "$BATS_FILE_TMPDIR/main.c" -Wl,-rpath,"$PWD/host/libs/deep" \
        "$BATS_FILE_TMPDIR/sysroot/usr/lib/libone.so.1"
    machine bash "$ROOT/tests/hostile/host.bash" "$PWD" "$BATS_FILE_TMPDIR/sysroot" "$@"
}

@test "a module of this machine becomes a link while its Python is staged" {
    race_host stdlib/os.py link "$OUTSIDE/lib/os.py"
}

@test "a module of this machine becomes a FIFO while its Python is staged" {
    race_host stdlib/os.py rename fifo
}

@test "a folder of this machine's modules becomes a link while its Python is staged" {
    race_host stdlib/encodings link "$OUTSIDE/pkg"
}

@test "a library of this machine becomes a link while its Python is staged" {
    race_host libs/deep/libone.so.1 link "$OUTSIDE/lib/libone.so.1"
}

@test "a library of this machine becomes a FIFO while its Python is staged" {
    race_host libs/deep/libone.so.1 rename fifo
}

@test "the folder of a library of this machine becomes a link while its Python is staged" {
    race_host libs/deep link "$OUTSIDE/lib"
}

# -- wheels -----------------------------------------------------------------------------------------

fresh_wheel() {
    rm -rf "$TREE" "$THEIRS" fifo
    cp -a "$BATS_FILE_TMPDIR/tree" "$TREE"
    mkdir "$THEIRS" && mkfifo fifo
    wheel "$THEIRS/p-1-py3-none-any.whl" fine
}

# race_wheel NAME HOW TO: once it was found.
race_wheel() {
    fresh() { fresh_wheel; }
    FIRST=2 LEAST=1 race_at "$THEIRS" "$2" "$1" "$3" "$BUSYPY" add "$TREE" "$THEIRS/p-1-py3-none-any.whl"
}

@test "a wheel becomes a link while it is added" {
    race_wheel "$THEIRS/p-1-py3-none-any.whl" link "$OUTSIDE/p-1-py3-none-any.whl"
}

@test "the folder of a wheel becomes a link while it is added" {
    race_wheel "$THEIRS" link "$OUTSIDE"
}

@test "a wheel becomes a FIFO while it is added" {
    race_wheel "$THEIRS/p-1-py3-none-any.whl" rename fifo
}

# -- the cache --------------------------------------------------------------------------------------

# deb FILE DIR: a package of what is in the directory.
deb() {
    local dir; dir=$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")
    echo 2.0 >"$dir/debian-binary"
    tar -C "$2" --owner 0 --group 0 -cJf "$dir/data.tar.xz" . && tar -cJf "$dir/control.tar.xz" -T /dev/null
    (cd "$dir" && ar rcS "$1" debian-binary control.tar.xz data.tar.xz)
}

# race_cache NAME HOW TO: while a tree is staged from a cache that has all. OWNER: whose the folder around the cache is.
race_cache() {
    mkdir above above/debs
    deb "$PWD/above/debs/p_1_amd64.deb" "$BATS_FILE_TMPDIR/sysroot"
    mkdir -p "$OUTSIDE/debs" && cp -a "$BATS_FILE_TMPDIR/sysroot" evil && echo TOP-SECRET >evil/usr/lib/python3.12/os.py
    deb "$OUTSIDE/debs/p_1_amd64.deb" evil && chmod 600 "$OUTSIDE/debs/p_1_amd64.deb"
    BEFORE=$(state)
    echo "bookworm p 1 amd64 $(stat -c %s above/debs/p_1_amd64.deb) $(sha256sum <above/debs/p_1_amd64.deb | cut -d' ' -f1)" >lock
    fresh() {
        rm -rf "$TREE" "$THEIRS" fifo
        mkdir "$THEIRS" && cp -a above "$THEIRS/cache" && mkfifo fifo
        chown "${OWNER:-0}" "$THEIRS"
    }
    race_at "$THEIRS" "$2" "$THEIRS/$1" "$3" "$BUSYPY" stage --locked lock --cache "$THEIRS/cache" --arch x86_64 \
        --mirror file:/nowhere "$TREE"
}

@test "an archive in the cache becomes a link while it is staged from" {
    race_cache cache/debs/p_1_amd64.deb link "$OUTSIDE/debs/p_1_amd64.deb"
}

@test "an archive in the cache becomes a FIFO while it is staged from" {
    race_cache cache/debs/p_1_amd64.deb rename fifo
}

@test "the cache's folder of archives becomes a link while it is staged from" {
    race_cache cache/debs link "$OUTSIDE/debs"
}

@test "a cache in another user's folder becomes a link to root's while it is staged from" {
    OWNER=$USER_ID race_cache cache link "$OUTSIDE"
    [[ $(<out) == "busypy: stage: $THEIRS belongs to uid $USER_ID: "* ]]
}

@test "a new cache below another user's folder is refused, and nothing is made there or where it leads" {
    echo "bookworm p 1 amd64 1 $(sha256sum </dev/null | cut -d' ' -f1)" >lock
    fresh() { rm -rf "$THEIRS" && mkdir -p "$THEIRS/above" && chown -R $USER_ID "$THEIRS"; }
    unharmed() {
        same "$(state)" "$BEFORE"
        same "$(find "$THEIRS" -name new)" ""
        [ ! -e "$TREE" ]
    }
    race_at "$THEIRS" link "$THEIRS/above" "$OUTSIDE" "$BUSYPY" stage --locked lock --cache "$THEIRS/above/new/cache" \
        --arch x86_64 --mirror file:/nowhere "$TREE"
}
