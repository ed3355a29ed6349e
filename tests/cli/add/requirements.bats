# busypy add -r FILE, 'NAME>=1', --from index: requirements become wheels of one version for all archs.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCH=$(uname -m)

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    TREE=$BATS_TEST_TMPDIR/tree
    make_tree "$TREE"
    mkdir wheels
    PYTHONPATH=$ROOT/tests/resolve /usr/bin/python3 - <<'PY'
from loopback import wheel
for dist in (wheel("app", "2.0", requires=["base>=1", 'never; sys_platform == "win32"']),
             wheel("base", "1.5"), wheel("base", "2.0"), wheel("lone", "1.0", "cp311-cp311-linux_sparc")):
    with open("wheels/" + dist.name, "wb") as file:
        file.write(dist.data)
PY
    LINKS=(--no-index --find-links wheels)
}

refuses() {
    local before; before=$(describe "$TREE" | sha256sum)
    run -125 --separate-stderr "${ADD[@]}" "${@:2}"
    # shellcheck disable=SC2154 # set by run
    same "$stderr" "busypy: add: $1"
    same "$(describe "$TREE" | sha256sum)" "$before"
    [ ! -e "$TREE/.busypy-stage" ]
}

versions() { in_tree "$TREE" /usr/bin/python3 -c 'import importlib.metadata as m; print(*(f"{d.name}={d.version}" for d in sorted(m.distributions(), key=lambda d: d.name)))'; }

@test "a file of requirements, and what it depends on" {
    printf 'app # the program\n-c limits\n' >needs.txt; echo 'base<2' >limits
    run -0 "${ADD[@]}" "${LINKS[@]}" "$TREE" -r needs.txt
    same "$output" ""
    same "$(versions)" "app=2.0 base=1.5"
}

@test "words with versions, beside files; a bare name is a file unless --from index" {
    printf '#!/usr/bin/python3\nimport base; print(base.version)\n' >tool
    run -0 "${ADD[@]}" "${LINKS[@]}" "$TREE" tool 'base>=1'
    same "$(in_tree "$TREE" /bin/tool)" 2.0
    run -0 "${ADD[@]}" "${LINKS[@]}" --from index "$TREE" app
    same "$(versions)" "app=2.0 base=2.0"
}

@test "no wheel for an arch: a sentence, a table, and nothing is added" {
    refuses "lone 1.0: no wheel for $ARCH (there is linux_sparc); wanted by the command line" \
        "${LINKS[@]}" "$TREE" lone==1.0 'base>=1'
    same "$output" "PACKAGE ARCH   NEWEST-WITH-WHEEL
lone    $ARCH "
}

@test "options that do not go together" {
    refuses "--requirement=x is for requirements, and --from debian takes Debian's packages" --from debian -r x "$TREE" python3-x
    local name
    for name in requirements.txt requirements-dev.txt pyproject.toml pylock.toml uv.lock; do
        echo app >"$name"
        refuses "$PWD/$name names what is wanted, and is no script (Hint: -r $name adds that)" "$TREE" "$name"
    done
    refuses "cannot read none.txt: No such file or directory" "$TREE" -r none.txt
    refuses "--extra is for a pyproject.toml, pylock.toml or uv.lock" "${LINKS[@]}" "$TREE" --extra x 'base>=1'
}
