#!/usr/bin/env bats
# busypy list: rows, columns, JSON, and records that are broken.

load ../add/fixtures

LIST=("$BUSYPY" list)

setup() {
    cd "$BATS_TEST_TMPDIR"
    TREE=$PWD/tree
    make_tree "$TREE"
}

@test "an empty list is no error" {
    run -0 "${LIST[@]}" "$TREE"
    same "$output" ""
    run -0 "${LIST[@]}" --json "$TREE"
    same "$(python3 -c 'import json, sys; print(json.load(sys.stdin))' <<<"$output")" "{'packages': []}"
}

@test "own files, as a table, chosen columns and JSON" {
    printf '#!/usr/bin/python3\n' >tool; mkdir lib; touch lib/__init__.py lib/a.py
    "${ADD[@]}" "$TREE" tool lib
    run -0 "${LIST[@]}" "$TREE"
    same "$output" "NAME VERSION KIND ARCHS FROM LICENCE WANTED FILES
lib          own  all   file         yes        2
tool         own  all   file         yes        1"
    run -0 "${LIST[@]}" -n -o NAME,FILES "$TREE"
    same "$output" "lib  2
tool 1"
    run -0 "${LIST[@]}" -J "$TREE"
    same "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["packages"][0])' <<<"$output")" \
        "{'name': 'lib', 'version': None, 'kind': 'own', 'archs': 'all', 'from': 'file', 'licence': None, 'wanted': True, 'files': 2}"
    run -125 "${LIST[@]}" -o NAME,SIZE "$TREE"
    same "$output" "busypy: list: unknown column 'SIZE' of table 'packages'"
}

@test "what is wrong is one sentence" {
    run -125 "${LIST[@]}"
    same "$output" "busypy: list: needs one TREE (Hint: see 'busypy list --help')"
    run -125 "${LIST[@]}" "$PWD/nowhere"
    same "$output" "busypy: list: cannot find the tree $PWD/nowhere: No such file or directory"
    mkdir -p "$TREE/etc/busypy"
    printf '# busypy lock 1\nwant nothing\n' >"$TREE/etc/busypy/requirements.lock"
    run -125 "${LIST[@]}" "$TREE"
    same "$output" "busypy: list: $TREE/etc/busypy/requirements.lock:2: not a line of a lock"
    printf '# busypy lock 1\npackage ../x 1\n' >"$TREE/etc/busypy/requirements.lock"
    run -125 "${LIST[@]}" "$TREE"
    same "$output" "busypy: list: $TREE/etc/busypy/requirements.lock:2: what follows 'package' is not what belongs there"
}
