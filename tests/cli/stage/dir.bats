# busypy stage --from DIR: sysroots with musl or glibc, static or dynamic; never the host's files.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCH=$(uname -m)

setup() { TREE=$BATS_TEST_TMPDIR/tree; ROOT_DIR=$BATS_TEST_TMPDIR/sysroot; }

stage_dir() { "${STAGE[@]}" --from "$ROOT_DIR" "$TREE"; }

@test "a static interpreter needs no library" {
    static_sysroot "$ROOT_DIR"
    stage_dir
    run ls "$TREE/etc/clib/$ARCH"
    same "$output" ""
    same "$(cat "$TREE/etc/busypy/$ARCH/versions")" $'python 3.12\nlibc static'
    same "$(cat "$TREE/etc/busypy/$ARCH/readelf_d.after.txt")" "There is no dynamic section in this file."
    run ls "$TREE/etc/python/$ARCH/usr/lib/python3.12"
    same "$output" $'busypy_start.py\nencodings\nos.py\nsite-packages'
    same "$(cat "$TREE/etc/python/$ARCH/usr/lib/python3.12/site-packages/busypy.pth")" \
        $'/site-package\nimport busypy_start'
    run cut -d' ' -f3- "$TREE/etc/busypy/$ARCH/manifest"
    same "$output" "/usr/bin/python3.12 dir:/usr/bin/python3.12 as-is"
}

@test "a dynamic musl interpreter comes with its libraries, as they are" {
    dynamic_sysroot "$ROOT_DIR"
    stage_dir
    run ls "$TREE/etc/clib/$ARCH"
    same "$output" "$(printf '%s\nlibone.so.1' "ld-musl-$ARCH.so.1")"
    cmp "$ROOT_DIR/usr/bin/python3.12" "$TREE/etc/python/$ARCH/usr/bin/python3.12"
    run cut -d' ' -f3- "$TREE/etc/busypy/$ARCH/manifest"
    same "$output" "/lib/ld-musl-$ARCH.so.1 dir:/lib/ld-musl-$ARCH.so.1 as-is
/lib/libone.so.1 dir:/usr/lib/libone.so.1.0 as-is
/usr/bin/python3.12 dir:/usr/bin/python3.12 as-is
/usr/lib/python3.12/lib-dynload/_one.so dir:/usr/lib/python3.12/lib-dynload/_one.so as-is"
    in_view "$TREE" /usr/bin/python3
}

@test "PT_INTERP and RUNPATH that lead elsewhere are patched, from the pristine file, and recorded" {
    local info=$TREE/etc/busypy/$ARCH python=$TREE/etc/python/$ARCH/usr/bin/python3.12
    dynamic_sysroot "$ROOT_DIR" "-Wl,-dynamic-linker=/opt/own/ld-musl-$ARCH.so.1" -Wl,-rpath=/opt/own:/usr/lib \
        -Wl,--enable-new-dtags
    mkdir -p "$ROOT_DIR/opt/own"; mv "$ROOT_DIR/lib/ld-musl-$ARCH.so.1" "$ROOT_DIR/opt/own/"
    stage_dir
    grep -q "Requesting program interpreter: /opt/own/ld-musl-$ARCH.so.1" "$info/readelf_l.before.txt"
    grep -q "Requesting program interpreter: /lib/ld-musl-$ARCH.so.1" "$info/readelf_l.after.txt"
    grep -q 'runpath: \[/opt/own:/usr/lib\]' "$info/readelf_d.before.txt"
    run ! grep -q runpath "$info/readelf_d.after.txt"
    grep -q ' /usr/bin/python3.12 dir:/usr/bin/python3.12 patched$' "$info/manifest"
    same "$(grep ' /usr/bin/python3.12 ' "$info/manifest" | cut -d' ' -f1)" \
        "$(sha256sum <"$ROOT_DIR/usr/bin/python3.12" | cut -d' ' -f1)"
    same "$(cut -d' ' -f1 "$info/python3.sha256")" "$(sha256sum <"$python" | cut -d' ' -f1)"
    in_view "$TREE" /usr/bin/python3
    stage_dir # again, from the same pristine file: the same bytes
    same "$(cut -d' ' -f1 "$info/python3.sha256")" "$(sha256sum <"$python" | cut -d' ' -f1)"
}

@test "a RUNPATH with \$ORIGIN stays, and a library found by it is not staged twice" {
    dynamic_sysroot "$ROOT_DIR"
    local site=$ROOT_DIR/usr/lib/python3.12/site-packages
    mkdir -p "$site/pkg/libs"; mv "$ROOT_DIR/usr/lib/libone.so.1.0" "$site/pkg/libs/libone.so.1"
    rm "$ROOT_DIR/usr/lib/libone.so.1" "$ROOT_DIR/usr/lib/python3.12/lib-dynload/_one.so"
    echo 'int main(void) { return 0; }' >"$BATS_TEST_TMPDIR/main.c"
    musl-gcc -o "$ROOT_DIR/usr/bin/python3.12" "$BATS_TEST_TMPDIR/main.c"
    # shellcheck disable=SC2016 # ld.so's word, not the shell's
    musl-gcc -shared -fPIC -Wl,-rpath='$ORIGIN/libs' -o "$site/pkg/two.so" "$BATS_TEST_TMPDIR/one.c" "$site/pkg/libs/libone.so.1"
    stage_dir
    run ls "$TREE/etc/clib/$ARCH"
    same "$output" "ld-musl-$ARCH.so.1"
    cmp "$site/pkg/two.so" "$TREE/etc/python/$ARCH/usr/lib/python3.12/site-packages/pkg/two.so"
}

@test "links of the sysroot never lead to the host" {
    dynamic_sysroot "$ROOT_DIR"
    rm "$ROOT_DIR/usr/lib/libone.so.1"
    ln -s /usr/lib/libone.so.1.0 "$ROOT_DIR/usr/lib/libone.so.1" # absolute, in the sysroot
    ln -s /etc/passwd "$ROOT_DIR/usr/lib/python3.12/passwd.py"   # there on the host alone
    ln -s ../../../../../../../../etc/hostname "$ROOT_DIR/usr/lib/python3.12/up.py"
    stage_dir
    [ -f "$TREE/etc/clib/$ARCH/libone.so.1" ]
    [ ! -e "$TREE/etc/python/$ARCH/usr/lib/python3.12/passwd.py" ]
    [ ! -e "$TREE/etc/python/$ARCH/usr/lib/python3.12/up.py" ]
}

@test "a glibc runtime of another tree is a sysroot, too" {
    mkdir "$ROOT_DIR"
    cp -a "$TREES/host/etc/python/$ARCH/usr" "$ROOT_DIR/usr"
    cp -a "$TREES/host/etc/clib/$ARCH" "$ROOT_DIR/lib"; ln -s lib "$ROOT_DIR/lib64"
    stage_dir
    staged_python "$TREE" "$ARCH" -c 'import ssl, sqlite3, json'
    diff -r "$TREES/host/etc/clib/$ARCH" "$TREE/etc/clib/$ARCH"
}

@test "a standard library of .pyc files alone is taken as it is" {
    static_sysroot "$ROOT_DIR"
    (cd "$ROOT_DIR/usr/lib/python3.12" && mv os.py os.pyc && mv encodings/__init__.py encodings/__init__.pyc)
    stage_dir
    [ -f "$TREE/etc/python/$ARCH/usr/lib/python3.12/os.pyc" ]
}

@test "what is missing in a sysroot is named, with who needs it" {
    dynamic_sysroot "$ROOT_DIR"
    rm "$ROOT_DIR/usr/lib/libone.so.1"
    run -125 stage_dir
    same "$output" "busypy: stage: $ARCH: libone.so.1, which /usr/bin/python3.12 needs, is missing"
    rm "$ROOT_DIR/lib/ld-musl-$ARCH.so.1"
    run -125 stage_dir
    same "$output" "busypy: stage: $ARCH: /usr/bin/python3.12 asks for a loader that is missing: $ROOT_DIR/lib/ld-musl-$ARCH.so.1: No such file or directory"
    rm "$ROOT_DIR/usr/lib/python3.12/os.py"
    run -125 stage_dir
    same "$output" "busypy: stage: $ARCH: $ROOT_DIR/usr/lib: the standard library of python3.12 is missing (os.py)"
    rm "$ROOT_DIR/usr/bin/python3.12"
    run -125 stage_dir
    same "$output" "busypy: stage: $ARCH: $ROOT_DIR/usr/bin/python3: there is no Python 3 to stage"
    [ ! -e "$TREE" ]
}

@test "a sysroot of another arch is refused" {
    static_sysroot "$ROOT_DIR"
    run -125 "${STAGE[@]}" --from "$ROOT_DIR" --arch s390x "$TREE"
    same "$output" "busypy: stage: s390x: $ROOT_DIR/usr/bin/python3.12 is no program for s390x"
    echo 'not an ELF file' >"$ROOT_DIR/usr/bin/python3.12"
    run -125 stage_dir
    same "$output" "busypy: stage: $ARCH: $ROOT_DIR/usr/bin/python3.12: not a sound ELF file"
    [ ! -e "$TREE" ]
}

@test "without patchelf a file that needs it is named" {
    local bin=$BATS_TEST_TMPDIR/bin
    dynamic_sysroot "$ROOT_DIR" -Wl,-rpath=/opt/own
    mkdir "$bin"
    PATH=$bin run -125 "${STAGE[@]}" --from "$ROOT_DIR" "$TREE"
    same "$output" "busypy: stage: $ARCH: patchelf is needed to change python3.12 (Hint: install patchelf)"
    [ ! -e "$TREE" ]
}
