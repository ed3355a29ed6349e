# A tree on a mount whose server does not answer: scripts that are not the tree's do not wait.
load ../../support/helpers
load ../../support/witness

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export TREE=$BATS_FILE_TMPDIR/tree
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    witness_tree "$TREE"
}

teardown_file() {
    host_state | diff "$BATS_FILE_TMPDIR/before" -
}

# The tree goes silent after it was enabled; then a script runs on standard input, with the tree's
# path in $TREE and a foreign script in $FOREIGN.
with_dead_tree() {
    machine_script <<SCRIPT
TREE=$TREE
. "$ROOT/tests/support/witness.bash"
"$BUSYPY" enable --quiet "$TREE"
FOREIGN=$BATS_TEST_TMPDIR/foreign
printf '#!/usr/bin/python3\n' >"\$FOREIGN" && chmod 755 "\$FOREIGN" "$BATS_TEST_TMPDIR"
witness_host "$BATS_TEST_TMPDIR/host"
coproc SILENT { "$HELPERS/silent" "$TREE"; }
read -r word <&"\${SILENT[0]}" && [ "\$word" = ready ]
$(cat)
SCRIPT
}

@test "the tree is dead indeed" {
    run -124 with_dead_tree <<<'timeout 1 stat "$TREE/bin"'
}

@test "foreign scripts run at once, as root, as a user, and in another mount namespace" {
    with_dead_tree >"$BATS_TEST_TMPDIR/out" <<'SCRIPT'
timeout $((10 * TEST_SLOWNESS)) "$FOREIGN"
timeout $((10 * TEST_SLOWNESS)) setpriv --reuid 1000 --regid 1000 --clear-groups "$FOREIGN"
timeout $((10 * TEST_SLOWNESS)) setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs "$FOREIGN"
timeout $((10 * TEST_SLOWNESS)) unshare --mount "$FOREIGN"
timeout $((10 * TEST_SLOWNESS)) unshare --user --map-root-user "$FOREIGN"
SCRIPT
    same "$(grep -c '^witness .* view=0 ' "$BATS_TEST_TMPDIR/out")" 5
}

@test "a foreign script's loader names no path of the tree" {
    with_dead_tree >"$BATS_TEST_TMPDIR/out" <<'SCRIPT'
timeout $((10 * TEST_SLOWNESS)) strace -f -s 4096 -o /run/trace "$FOREIGN"
grep -c -e 'execve("/usr/bin/python3"' /run/trace
grep -F "$TREE" /run/trace || echo none
SCRIPT
    same "$(tail -n 2 "$BATS_TEST_TMPDIR/out")" $'1\nnone'
}
