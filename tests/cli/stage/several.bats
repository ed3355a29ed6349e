# busypy stage --python 3.11,3.13: Pythons of two Debian suites side by side in one runtime.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCHS="x86_64 aarch64"

setup_file() {
    # shellcheck disable=SC2086 # words
    debian_tree --python 3.11,3.13 $ARCHS
    debian_tree x86_64
    debian_tree --suite trixie x86_64
}

setup() { SEVERAL=$TREES/python-3.11,3.13 NEW=$BATS_TEST_TMPDIR/new; }

# The runtime of x86_64 of a tree that may be changed.
own_tree() {
    mkdir -p "$NEW"/{bin,sbin,site-package,etc/{python,clib,busypy}}
    for folder in python clib busypy; do
        "$ROOT/tests/support/clone" "$SEVERAL/etc/$folder/x86_64" "$NEW/etc/$folder/x86_64"
    done
}

# A sysroot in $1 that has what the runtime has: both Pythons, and the libraries.
own_sysroot() {
    mkdir -p "$1"
    cp -a "$SEVERAL/etc/python/x86_64/usr" "$1/usr"
    cp -a "$SEVERAL/etc/clib/x86_64" "$1/lib"
    ln -s lib "$1/lib64"
    rm "$1/usr/bin/env"
}

@test "each Python starts on each arch with its own library, and python3 is the first that was named" {
    local arch minor bin
    for arch in $ARCHS; do
        bin=$SEVERAL/etc/python/$arch/usr/bin
        same "$(readlink "$bin/python3")" python3.11
        for minor in 3.11 3.13; do
            run -0 "$BUSYPY" run --tree "$SEVERAL" --arch "$arch" -- "/usr/bin/python$minor" -c 'import sys, bz2, ctypes
import curses, hashlib, json, lzma, readline, sqlite3, ssl, uuid, zlib, busypy_start
print(sys.version.split(".")[1], sys.executable, json.__cached__.rsplit("-")[-1], ctypes.CDLL(None).abs(-3), ssl.OPENSSL_VERSION_INFO[1])'
            same "$output" "${minor#3.} /usr/bin/python$minor 3${minor#3.}.pyc 3 5" ||
                { echo "$arch $minor"; return 1; }
        done
    done
}

@test "the C library and each soname are there once, from the newest suite, and what only the older one needs is its own" {
    run diff <(ls "$TREES/trixie/etc/clib/x86_64") <(ls "$SEVERAL/etc/clib/x86_64")
    same "$(grep '^[<>]' <<<"$output")" "> libcrypt.so.1"
    local file
    for file in "$TREES"/trixie/etc/clib/x86_64/*; do cmp "$file" "$SEVERAL/etc/clib/x86_64/$(basename "$file")"; done
}

@test "the tree is sound, also as packages of both see it, and every file has its record" {
    local arch
    run -0 "$BUSYPY" check "$SEVERAL"
    for arch in $ARCHS; do
        (cd "$SEVERAL" && sha256sum --quiet -c "etc/busypy/$arch/python3.sha256")
        same "$(cut -d/ -f6 "$SEVERAL/etc/busypy/$arch/python3.sha256" | sort | tr '\n' ' ')" "python3.11 python3.13 "
        for minor in 3.11 3.13; do
            grep -q " /usr/bin/python$minor python$minor-minimal=" "$SEVERAL/etc/busypy/$arch/manifest"
            grep -q " /usr/lib/python$minor/lib-dynload/_ssl.* libpython$minor-minimal=" "$SEVERAL/etc/busypy/$arch/manifest"
        done
        same "$(cat "$SEVERAL/etc/busypy/$arch/versions" | cut -d. -f1,2)" "$(printf 'python 3.13\nlibc glibc 2.41')"
        same "$(head -1 "$SEVERAL/etc/busypy/$arch/python3.11/versions" | cut -d. -f1,2)" "python 3.11"
        grep -q '^bookworm python3.11-minimal ' "$SEVERAL/etc/busypy/$arch/python3.11/packages"
        [ -s "$SEVERAL/etc/busypy/$arch/python3.11/licences/python3.11-minimal" ]
    done
}

@test "what each has is what it has alone: Python's files, byte for byte, and their .pyc" {
    run -0 diff -r "$TREES/debian/etc/python/x86_64/usr/lib/python3.11" "$SEVERAL/etc/python/x86_64/usr/lib/python3.11"
    run -0 diff -r "$TREES/trixie/etc/python/x86_64/usr/lib/python3.13" "$SEVERAL/etc/python/x86_64/usr/lib/python3.13"
    run -0 compgen -G "$SEVERAL/site-package/busypy/__pycache__/text.cpython-*.pyc"
    same "$(grep -o 'cpython-[0-9]*' <<<"$output" | tr '\n' ' ')" "cpython-311 cpython-313 "
}

@test "--default alone makes python3 another one, and changes nothing else" {
    own_tree
    describe "$NEW" | grep -v '/usr/bin/python3 l\|/usr/bin d\|^\. ' >"$BATS_TEST_TMPDIR/before"
    run -0 "${STAGE[@]}" --default 3.13 "$NEW"
    same "$(readlink "$NEW/etc/python/x86_64/usr/bin/python3")" python3.13
    describe "$NEW" | grep -v '/usr/bin/python3 l\|/usr/bin d\|^\. ' | diff "$BATS_TEST_TMPDIR/before" -
    run -0 "${STAGE[@]}" --default 3.11 --arch x86_64 "$NEW"
    same "$(readlink "$NEW/etc/python/x86_64/usr/bin/python3")" python3.11
    run -125 "${STAGE[@]}" --default 3.12 "$NEW"
    same "$output" "busypy: stage: $NEW has Python 3.11, 3.13 for x86_64, not 3.12 (Hint: 'busypy stage --from debian --arch x86_64 --python ...,3.12' stages it beside them)"
    run -125 "${STAGE[@]}" --default 3.13 --arch aarch64 "$NEW"
    [[ $output == *"aarch64"* ]]
    same "$(readlink "$NEW/etc/python/x86_64/usr/bin/python3")" python3.11
}

@test "from a directory with both: one can be taken alone, or one of them out" {
    own_sysroot "$BATS_TEST_TMPDIR/root"
    run -0 "${STAGE[@]}" --from "$BATS_TEST_TMPDIR/root" --python 3.11,3.13 --default 3.13 "$NEW"
    same "$output" ""
    same "$(readlink "$NEW/etc/python/x86_64/usr/bin/python3")" python3.13
    run -125 "${STAGE[@]}" --from "$BATS_TEST_TMPDIR/root" "$NEW"
    same "$output" "busypy: stage: $NEW has several Pythons for x86_64 (3.13, 3.11), of which this takes the place (Hint: --python says which of them there shall be)"
    run -0 "${STAGE[@]}" --from "$BATS_TEST_TMPDIR/root" --python 3.11 "$NEW"
    same "$(ls "$NEW/etc/python/x86_64/usr/bin" | tr '\n' ' ')" "env python3 python3.11 "
    [ ! -e "$NEW/etc/python/x86_64/usr/lib/python3.13" ]
    [ -z "$(ls -d "$NEW"/etc/busypy/x86_64/python3.[0-9]* 2>/dev/null)" ]
    run -0 "$BUSYPY" check --arch x86_64 "$NEW"
    run -125 "${STAGE[@]}" --from "$BATS_TEST_TMPDIR/root" --python 3.12 "$NEW"
    same "$output" "busypy: stage: x86_64: $BATS_TEST_TMPDIR/root/usr/bin/python3.12: there is no such Python to stage"
}

@test "a Python whose modules the newer libraries do not serve is refused: the soname and the way out" {
    local root=$BATS_TEST_TMPDIR/root module
    own_sysroot "$root"
    module=$(compgen -G "$root/usr/lib/python3.11/lib-dynload/_ssl.*")
    cp --remove-destination "$module" "$module.new" && mv "$module.new" "$module"
    sed -i 's/OPENSSL_3\.0\.0/OPENSSL_2.9.9/g' "$module"
    run -125 "${STAGE[@]}" --from "$root" --python 3.11,3.13 "$NEW"
    same "$output" "busypy: stage: x86_64: Python 3.11 cannot stand beside 3.13, whose libraries are newer: etc/python/x86_64/usr/lib/python3.11/lib-dynload/$(basename "$module") needs OPENSSL_2.9.9 of /lib/libcrypto.so.3, which does not have it (Hint: leave 3.11 out of --python, or take it from a newer suite)"
    [ ! -e "$NEW" ]
    own_sysroot "$root.2"
    rm "$root.2/lib/libcrypt.so.1"
    run -125 "${STAGE[@]}" --from "$root.2" --python 3.11,3.13 "$NEW"
    same "$output" "busypy: stage: x86_64: libcrypt.so.1, which /usr/lib/python3.11/lib-dynload/_crypt.cpython-311-x86_64-linux-gnu.so needs, is missing"
    # alone that is a module which cannot be imported
    run -0 "${STAGE[@]}" --from "$root" --python 3.11 "$NEW"
    [[ $output == *"needs OPENSSL_2.9.9"* ]]
}

@test "one without glibc stands beside no other" {
    static_sysroot "$BATS_TEST_TMPDIR/root"
    cp "$BATS_TEST_TMPDIR/root/usr/bin/python3.12" "$BATS_TEST_TMPDIR/root/usr/bin/python3.14"
    run -125 "${STAGE[@]}" --from "$BATS_TEST_TMPDIR/root" --python 3.12,3.14 "$NEW"
    same "$output" "busypy: stage: x86_64: Python 3.12 comes without an ld.so of glibc, and can stand beside no other"
}

@test "what cannot be a Python is refused, each with its sentence" {
    run -125 "${STAGE[@]}" --python 3.x "$NEW"
    same "$output" "busypy: stage: --python: no version of Python: 3.x (Hint: 3.13, 3.11,3.13)"
    run -125 "${STAGE[@]}" --default 3.11,3.13 "$NEW"
    same "$output" "busypy: stage: --default 3.11,3.13: one Python is python3"
    run -125 "${STAGE[@]}" --from debian --python 3.11 --default 3.13 "$NEW"
    same "$output" "busypy: stage: --default 3.13: x86_64 gets 3.11"
    run -125 "${STAGE[@]}" --from debian --python 3.11,3.99 "$NEW"
    same "$output" "busypy: stage: no released suite of Debian has Python 3.99 for x86_64 (Hint: released are bookworm, trixie; debian:SUITE names another)"
    [ ! -e "$NEW" ]
}

@test "the same packages again, by their lists, and both Pythons stay without a word" {
    local list=$BATS_TEST_TMPDIR/list
    cat "$SEVERAL"/etc/busypy/x86_64/{packages,python3.11/packages} >"$list"
    run -0 "${STAGE[@]}" --from debian --locked "$list" --python 3.13,3.11 --default 3.11 "$NEW"
    same "$output" ""
    for folder in python clib busypy; do diff -r --no-dereference "$SEVERAL/etc/$folder/x86_64" "$NEW/etc/$folder/x86_64"; done
    run -0 "${STAGE[@]}" --from debian --locked "$list" "$NEW"
    for folder in python clib busypy; do diff -r --no-dereference "$SEVERAL/etc/$folder/x86_64" "$NEW/etc/$folder/x86_64"; done
}
