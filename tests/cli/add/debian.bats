# busypy add --from debian: packages with libraries and alternatives, for several archs at once.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCH=$(uname -m)
RESULT='[0.8, 1.4] [1.381966, 3.618034] [[5.0, 5.0], [5.0, 10.0]] 499500 [1.0, 1.0, 1.0, 1.0] True 2'

setup_file() {
    export BASE=$BATS_FILE_TMPDIR/tree
    two_archs "$BASE"
    chmod -R go+rX "$BATS_FILE_TMPDIR" && chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

setup() { TREE=$BASE; }

refuses() {
    run -125 "${ADD[@]}" "${@:2}"
    same "$output" "busypy: add: $1"
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "what is no package, and packages that this Python does not take" {
    refuses "'--help' is no name of a Debian package" --from debian "$TREE" -- --help
    refuses "'Python' is no name of a Debian package" --from debian "$TREE" Python
    refuses "debian:trixie has packages for Python 3.13, the runtime for $ARCH is Python 3.11" --from debian:trixie "$TREE" python3-numpy
    refuses "debian:sid/../x: this is no name of a suite (Hint: such are bookworm, trixie, trixie-backports, sid)" --from debian:sid/../x "$TREE" python3-numpy
    refuses "$ARCH: apt: Unable to locate package python3-no-such-thing:amd64" --from debian --arch x86_64 "$TREE" python3-no-such-thing
    refuses "make: no package has a Python module or a library in it" --from debian --arch x86_64 "$TREE" make
    run -125 "${ADD[@]}" --from debian --arch s390x "$TREE" python3-numpy
    same "$output" "busypy: add: $TREE has no runtime for s390x; it has: x86_64 aarch64 (Hint: 'busypy stage --from debian --arch s390x $TREE' adds it)"
    run -125 "${ADD[@]}" --from debian --mirror http://127.0.0.1:9/debian --cache "$BATS_TEST_TMPDIR/cache" "$TREE" python3-numpy
    [[ $output =~ ^"busypy: add: cannot update the package lists of bookworm: apt: "Failed\ to\ fetch\ .*\ Could\ not\ connect ]]
}

@test "numpy for every runtime of the tree, with its libraries" {
    run -0 "${ADD[@]}" --from debian --arch all "$TREE" python3-numpy
    same "$output" ""
    [ ! -e "$TREE/.busypy-stage" ]
    local arch name
    for arch in x86_64 aarch64; do
        for name in libblas.so.3 liblapack.so.3 libgfortran.so.5; do
            [ -f "$TREE/etc/clib/$arch/$name" ]
            grep -q " /lib/$name lib[a-z0-9]*=[^ ]* as-is$" "$TREE/etc/busypy/$arch/manifest"
        done
        grep -q '^bookworm python3-numpy ' "$TREE/etc/busypy/$arch/added"
        [ -s "$TREE/etc/busypy/$arch/licences/python3-numpy" ]
        run ! grep -q numpy "$TREE/etc/busypy/$arch/packages"
        run ! grep -qE ' (libssl3|python3.11-minimal|libc6) ' "$TREE/etc/busypy/$arch/added"
    done
}

@test "archs share each Python file of a package and its .pyc" {
    local base=lib/python3/dist-packages/numpy name
    for name in __init__.py __pycache__/__init__.cpython-311.pyc linalg/__pycache__/linalg.cpython-311.pyc; do
        same "$(stat -c %i "$TREE/etc/python/x86_64/usr/$base/$name")" "$(stat -c %i "$TREE/etc/python/aarch64/usr/$base/$name")"
    done
}

@test "numpy computes in a client's view" {
    "${ADD[@]}" "$TREE" "$BATS_TEST_DIRNAME/np"
    same "$(in_tree "$TREE" /bin/np)" "$ARCH $RESULT"
}

@test "numpy computes through the handler, on both machines" {
    local arch
    for arch in x86_64 aarch64; do
        run -0 machine_script "$BUSYPY" "$TREE" "$arch" <<'EOF'
[ "$3" = "$(uname -m)" ] ||
    grep -h '^:' "/usr/lib/binfmt.d/qemu-$3.conf" >/proc/sys/fs/binfmt_misc/register
"$1" enable -q --arch "$3" "$2"
"$2/bin/np"
EOF
        same "$output" "$arch $RESULT"
    done
}

@test "what is there already stays, and a second package finds what it needs" {
    local before; before=$(stat -c '%i %Z' "$TREE/etc/busypy/x86_64/manifest" "$TREE/etc/python/x86_64/usr/lib/python3/dist-packages/numpy")
    run -0 "${ADD[@]}" --dry-run --from debian --arch x86_64 "$TREE" python3-numpy
    run ! grep -q -v -e ^STATE -e '^same ' <<<"$output"
    same "$(stat -c '%i %Z' "$TREE/etc/busypy/x86_64/manifest" "$TREE/etc/python/x86_64/usr/lib/python3/dist-packages/numpy")" "$before"
    # libyaml is a library, markupsafe an extension, jinja2 pure Python
    run -0 "${ADD[@]}" --from debian --arch x86_64 "$TREE" python3-yaml python3-jinja2
    same "$output" ""
    run -0 in_tree "$TREE" /usr/bin/python3 -c '
import jinja2, markupsafe._speedups, yaml, numpy
print(jinja2.Template("{{ x }}").render(x=yaml.load("[1, 2]", yaml.CSafeLoader)))'
    same "$output" "[1, 2]"
    same "$(grep -c '^bookworm python3-\(numpy\|yaml\|jinja2\|markupsafe\) ' "$TREE/etc/busypy/x86_64/added")" 4
}

@test "a package of part of the standard library" {
    run -0 "${ADD[@]}" --from debian --arch x86_64 "$TREE" python3-distutils
    same "$output" ""
    same "$(in_tree "$TREE" /usr/bin/python3 -W ignore -c 'import distutils.cmd; print(distutils.__file__)')" /usr/lib/python3.11/distutils/__init__.py
}

@test "a runtime that is staged again says what it is without" {
    local names; names=$(cut -d ' ' -f 2 "$TREE/etc/busypy/x86_64/added" | grep -v ^lib | paste -sd ' ')
    run -0 "$BUSYPY" stage --locked "$TREE/etc/busypy/x86_64/packages" "$TREE"
    same "$output" "busypy: stage: warning: x86_64: the new runtime is without what was added to the old one: $names (Hint: 'busypy add --from debian' adds it again)"
    [ ! -e "$TREE/etc/busypy/x86_64/added" ]
    [ ! -e "$TREE/etc/python/x86_64/usr/lib/python3/dist-packages/numpy" ]
}

@test "the runtimes that tests share are as they were" {
    [ ! -e "$TREES/debian/etc/python/x86_64/usr/lib/python3/dist-packages/numpy" ]
    [ ! -e "$TREES/debian/etc/clib/aarch64/libblas.so.3" ]
    for arch in x86_64 aarch64; do (cd "$TREES/debian" && sha256sum --quiet -c "etc/busypy/$arch/python3.sha256"); done
}

@test "a wheel for one of two archs: add and check say which one lacks it" {
    cd "$BATS_TEST_TMPDIR"
    mkdir a; echo 'x = 1' >a/half.py
    python3 "$ROOT/tests/support/wheel.py" half-1-py3-none-linux_x86_64.whl a
    run -0 "${ADD[@]}" "$TREE" half-1-py3-none-linux_x86_64.whl
    same "$output" "busypy: add: warning: half is for x86_64, and not there for aarch64"
    run -0 "$BUSYPY" check "$TREE"
    [[ $output == *"half is for x86_64, and not there for aarch64"* ]]
    python3 "$ROOT/tests/support/wheel.py" half-1-py3-none-linux_aarch64.whl a
    run -0 "${ADD[@]}" "$TREE" half-1-py3-none-linux_aarch64.whl
    same "$output" ""
    run -0 "$BUSYPY" check "$TREE"
    [[ $output != *half* ]]
}
