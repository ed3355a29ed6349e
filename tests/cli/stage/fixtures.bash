# Small sysroots for staging tests: an interpreter of a few kB that does nothing, built with musl.
# shellcheck shell=bash
# shellcheck source=tests/support/helpers.bash
load ../../support/helpers

# shellcheck disable=SC2034 # used by those that load this
STAGE=("$BUSYPY" stage)

# A sysroot in $1 with Python 3.12 (static), its standard library of three files, and no more.
static_sysroot() {
    local dir=$1
    mkdir -p "$dir/usr/bin" "$dir/usr/lib/python3.12/encodings" "$dir/usr/lib/python3.12/test"
    echo 'int main(void) { return 0; }' >"$BATS_TEST_TMPDIR/main.c"
    musl-gcc -static -o "$dir/usr/bin/python3.12" "$BATS_TEST_TMPDIR/main.c"
    ln -s python3.12 "$dir/usr/bin/python3"
    echo 'name = "posix"' >"$dir/usr/lib/python3.12/os.py"
    echo 'x = 1' >"$dir/usr/lib/python3.12/encodings/__init__.py"
    echo 'x = 1' >"$dir/usr/lib/python3.12/test/test_os.py"
    ln -s /etc/python3.12/sitecustomize.py "$dir/usr/lib/python3.12/sitecustomize.py"
}

# The same with a dynamic interpreter that needs a library. $2: more options for the linker.
dynamic_sysroot() {
    local dir=$1; shift
    static_sysroot "$dir"
    mkdir -p "$dir/lib" "$dir/usr/lib/python3.12/lib-dynload"
    echo 'int one(void) { return 1; }' >"$BATS_TEST_TMPDIR/one.c"
    echo 'int one(void); int main(void) { return one() != 1; }' >"$BATS_TEST_TMPDIR/main.c"
    musl-gcc -shared -fPIC -Wl,-soname,libone.so.1 -o "$dir/usr/lib/libone.so.1.0" "$BATS_TEST_TMPDIR/one.c"
    ln -s libone.so.1.0 "$dir/usr/lib/libone.so.1"
    musl-gcc "$@" -o "$dir/usr/bin/python3.12" "$BATS_TEST_TMPDIR/main.c" "$dir/usr/lib/libone.so.1.0"
    musl-gcc -shared -fPIC -o "$dir/usr/lib/python3.12/lib-dynload/_one.so" "$BATS_TEST_TMPDIR/one.c" \
        "$dir/usr/lib/libone.so.1.0"
    cp -L /lib/ld-musl-*.so.1 "$dir/lib/"
}

# Names, kinds, modes, times and contents of everything in a directory, as one text.
describe() {
    (cd "$1" && find . -mindepth 1 -printf '%p %y %m %l %T@\n' | LC_ALL=C sort)
    (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}

# Runs the interpreter of arch $2 in tree $1 through its own ld.so, under qemu-user if need be.
staged_python() {
    local tree=$1 arch=$2 clib=$1/etc/clib/$2 ldso qemu=(); shift 2
    case $arch in
    "$(uname -m)") ;;
    armhf | armel) qemu=(qemu-arm-static) ;;
    *) qemu=("qemu-$arch-static") ;;
    esac
    ldso=("$clib"/ld[-6.]*)
    "${qemu[@]}" "${ldso[0]}" --library-path "$clib" "$tree/etc/python/$arch/usr/bin/python3" -B "$@"
}

# Runs a command in the client's view of a tree: its own root, rootless.
in_view() {
    local tree=$1 arch; shift; arch=$(uname -m)
    bwrap --clearenv --setenv PATH /bin:/usr/bin --ro-bind "$tree" / --ro-bind "$tree/etc/python/$arch/usr" /usr \
        --ro-bind "$tree/etc/clib/$arch" /lib --proc /proc --dev /dev --tmpfs /tmp "$@"
}
