#!/usr/bin/env bats
# busypy run: views, options, exact messages; each as root and as an ordinary user.

load ../helpers

setup_file() {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    host_state >"$BATS_FILE_TMPDIR/before"
    mkdir -p "$BATS_FILE_TMPDIR/work/data"
    chmod 777 "$BATS_FILE_TMPDIR/work" "$BATS_FILE_TMPDIR/work/data"
    printf '#!/usr/bin/python3\nimport os, sys\nprint(os.getuid(), os.getcwd(), *sys.argv[1:])\n' \
        >"$BATS_FILE_TMPDIR/work/script.py"
    echo secret >"$BATS_FILE_TMPDIR/work/secret"
    chmod 755 "$BATS_FILE_TMPDIR/work/script.py"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

setup() { cd "$BATS_FILE_TMPDIR/work"; }

root() { "$BUSYPY" run --tree "$TREES/host" "$@"; }
user() {
    setpriv --reuid 65534 --regid 65534 --clear-groups "$BUSYPY" run --tree "$TREES/host" "$@"
}

@test "a script of the working directory" {
    same "$(root ./script.py a 'b c')" "0 $PWD a b c"
    same "$(user ./script.py a 'b c')" "65534 $PWD a b c"
}

@test "the exit status is the command's own" {
    for who in root user; do
        run -7 $who -- sh -c 'exit 7'
        same "$output" ""
        run -143 $who -- python3 -c 'import os; os.kill(os.getpid(), 15)'
        run -127 $who -- nothing
        same "$output" "busypy: run: nothing: no program of that name: No such file or directory"
        run -126 $who -- /etc
        same "$output" "busypy: run: /etc: cannot start /etc: Permission denied"
    done
}
