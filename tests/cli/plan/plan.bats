# busypy plan: what it prints is what is performed. build/performed has the programs that perform
# plans, linked so that each notes its last one as text (tests/support/performed.c).
load ../../support/helpers

ARCH=$(uname -m)
PERFORMED=$ROOT/build/performed
export PERFORMED

setup() { cd "$BATS_TEST_TMPDIR" && export BUSYPY_TEST_PERFORMED=$PWD/performed; }

# Prints a plan and performs one, from /: the words before "--" are plan's, the others run's.
run_as_printed() {
    local tree=$1 plan=() ; shift
    while [ "$1" != -- ]; do plan+=("$1"); shift; done
    shift
    "$BUSYPY" "${plan[@]}" >printed
    "$PERFORMED/busypy-full" run --tree "$tree" --cwd none "$@" -- true
    diff printed performed
}

@test "host: enable makes templates by it" {
    "$ROOT/tests/support/clone" "$TREES/host" tree
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    mkdir -p prune/one
    printf '[busypy]\nprune = %s\n' "$PWD/prune/*" >conf
    machine_script "$BUSYPY" "$PERFORMED/busypy-full" "$PWD/tree" <<'SCRIPT'
mount -t tmpfs tmpfs prune/one
"$1" plan -c conf "$3" >before
"$2" enable -q -c conf "$3"
"$1" plan -c conf "$3" >after
"$1" disable -q
SCRIPT
    diff before performed
    diff after performed
    grep -qx "prune $PWD/prune/one" performed
    grep -qx "prune /run/busypy.handler" performed
}

@test "boot: PID 1 does it, whatever machine it is printed on" {
    "$ROOT/tests/support/clone" "$TREES/host" tree
    rm -f tree/etc/inittab && echo "::once:/bin/true" >tree/etc/inittab
    cp "$PERFORMED/init" tree/sbin/noting-init
    export BUSYPY_TEST_PERFORMED=/tmp/performed container=test
    timeout -k 1 60 unshare --user --map-root-user --pid --fork --kill-child --mount sh -euc '
        mount --bind tree tree
        for dir in proc sys dev; do mount --rbind /$dir tree/$dir; done
        mount -t tmpfs tmpfs tree/run
        mount --bind . tree/tmp
        exec chroot tree /sbin/noting-init' <>/dev/null >said 2>&1 &
    local init=$!
    wait_until 30 grep -qs /etc/python performed || { cat said; return 1; }
    kill $init
    wait $init || :
    "$BUSYPY" plan --view boot "$TREES/host" >printed
    diff printed performed
    "$BUSYPY" plan --view client "$TREES/host" | diff printed -
}

@test "sandbox: busypy run does it, without options and with many" {
    run_as_printed "$TREES/host" plan --view sandbox "$TREES/host" --
    run_as_printed "$TREES/host" run --plan --tree "$TREES/host" --cwd none --
    mkdir some
    local more
    for more in "--bind-ro some:/mnt" "--view host --write --net none --memory 64M --bind some:/mnt" \
        "--write --tmpfs /new/folder --bind some:/mnt/some"; do
        # shellcheck disable=SC2086 # words
        run_as_printed "$TREES/host" run --plan --tree "$TREES/host" --cwd none $more -- $more
    done
}

@test "wrong words" {
    run -125 "$BUSYPY" plan --view x "$TREES/host"
    same "$output" "busypy: plan: --view must be 'host', 'boot' or 'sandbox', not 'x'"
    run -125 "$BUSYPY" plan
    same "$output" "busypy: plan: needs one TREE (Hint: see 'busypy plan --help')"
    for view in host boot sandbox; do
        run -125 "$BUSYPY" plan --view $view --arch s390x "$TREES/host"
        same "$output" "busypy: plan: $TREES/host has no runtime for s390x; it has: $ARCH (Hint: 'busypy stage --from debian --arch s390x $TREES/host' adds it)"
    done
}
