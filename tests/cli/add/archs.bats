# busypy add -r FILE for several archs: native wheels, made of Debian's packages, from an index.
# shellcheck shell=bash disable=SC2016,SC2153,SC2154
load fixtures

setup_file() {
    local arch dist
    export BASE=$BATS_FILE_TMPDIR/tree WHEELS=$BATS_FILE_TMPDIR/wheels
    two_archs "$BASE"
    cp -al "$BASE" "$BATS_FILE_TMPDIR/debian" 2>/dev/null || cp -a "$BASE" "$BATS_FILE_TMPDIR/debian"
    "${ADD[@]}" --from debian --arch all "$BATS_FILE_TMPDIR/debian" python3-markupsafe python3-jinja2 python3-lxml
    mkdir "$WHEELS"
    for arch in x86_64 aarch64; do
        dist=$BATS_FILE_TMPDIR/debian/etc/python/$arch/usr/lib/python3/dist-packages
        "$ROOT/tests/resolve/pack" "$dist" markupsafe 2.1.2 "cp311-cp311-manylinux_2_36_$arch" "$WHEELS"
    done
    "$ROOT/tests/resolve/pack" "$dist" jinja2 3.1.2 py3-none-any "$WHEELS" 'MarkupSafe>=2.0' 'lxml; extra == "xml"'
    dist=$BATS_FILE_TMPDIR/debian/etc/python/x86_64/usr/lib/python3/dist-packages
    "$ROOT/tests/resolve/pack" "$dist" lxml 4.9.2 cp311-cp311-linux_x86_64 "$WHEELS"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    TREE=$BATS_TEST_TMPDIR/tree
    cp -al "$BASE" "$TREE" 2>/dev/null || cp -a "$BASE" "$TREE"
    coproc INDEX { exec "$ROOT/tests/resolve/serve" "$WHEELS" 3>&-; }
    read -r URL <&"${INDEX[0]}"
}

teardown() {
    local pid=$INDEX_PID end=${INDEX[1]}
    exec {end}>&-
    wait "$pid" || true
}

runs() { # ARCH CODE
    "$BUSYPY" run --tree "$TREE" --arch "$1" --cwd none -- python3 -c "$2"
}

@test "one resolution for both archs: native wheels for each, the pure one once" {
    local arch
    printf 'jinja2\n--index-url %s\n' "$URL" >needs.txt
    run -0 "${ADD[@]}" "$TREE" -r needs.txt
    same "$output" ""
    [ -d "$TREE/site-package/jinja2" ]
    for arch in x86_64 aarch64; do
        [ -e "$TREE/etc/python/$arch/usr/lib/python3/dist-packages/markupsafe/_speedups.cpython-311-$arch-linux-gnu.so" ]
        run -0 runs "$arch" 'import jinja2, markupsafe._speedups; print(jinja2.Template("{{ x|e }}").render(x="<"))'
        same "$output" "&lt;"
    done
    same "$(grep -c '^file ' "$TREE/etc/busypy/requirements.lock")" 3
    run -0 "$BUSYPY" check "$TREE"
}

@test "--skip-missing: the others get it, the table, the lock, check and explain say who does not" {
    run -125 --separate-stderr "${ADD[@]}" --index-url "$URL" "$TREE" 'jinja2[xml]'
    same "$output" "PACKAGE ARCH    NEWEST-WITH-WHEEL
lxml    aarch64 "
    same "$stderr" "busypy: add: lxml 4.9.2: no wheel for aarch64 (there is linux_x86_64); wanted by jinja2[xml] 3.1.2 (Hint: --skip-missing adds what there is for the others)"
    [ ! -e "$TREE/site-package/jinja2" ]
    run -0 --separate-stderr "${ADD[@]}" --skip-missing --index-url "$URL" "$TREE" 'jinja2[xml]'
    same "$output" "PACKAGE ARCH    NEWEST-WITH-WHEEL
lxml    aarch64 "
    [ -d "$TREE/etc/python/x86_64/usr/lib/python3/dist-packages/lxml" ]
    [ ! -e "$TREE/etc/python/aarch64/usr/lib/python3/dist-packages/lxml" ]
    run -0 runs aarch64 'import jinja2; print(jinja2.__version__)'
    same "$output" 3.1.2
    grep -qx 'lacks aarch64' "$TREE/etc/busypy/requirements.lock"
    run -0 "$BUSYPY" check "$TREE"
    [[ $output == *"warning: etc/busypy/requirements.lock (aarch64) lxml 4.9.2 is left out for aarch64, for which it had no wheel"* ]]
}
