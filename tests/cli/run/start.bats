# busypy run --start: the Python of a sandbox from an image, which is made in one, as root or as a user.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export TREE=$BATS_FILE_TMPDIR/tree
    "$ROOT/tests/support/clone" "$TREES/host" "$TREE"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    printf '#!/usr/bin/python3\nimport re, sys\nimages = re.findall("/run/busypy.start/[0-9.]+", open("/proc/self/maps").read())\nprint("image" if images else "plain", sys.executable, *sys.argv[1:])\n' >"$TREE/bin/how"
    chmod 755 "$TREE/bin/how"
}

setup() {
    unset PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE LC_ALL
    export LANG=C.UTF-8 XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    CACHE=$XDG_CACHE_HOME/busypy/runs
    mkdir "$XDG_CACHE_HOME"
    chmod 755 "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR" 2>/dev/null || :
    USER_RUN=(setpriv --reuid 1000 --regid 1000 --clear-groups)
    [ "$(id -u)" = 0 ] && chown 1000:1000 "$XDG_CACHE_HOME" || USER_RUN=()
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

tested() {
    rm -rf "$XDG_CACHE_HOME/out"
    "${USER_RUN[@]}" "$BUSYPY" test --arch "$(uname -m)" --output "$XDG_CACHE_HOME/out" --tree "$TREE" --cwd none "$@" -- /bin/how >/dev/null
    cat "$XDG_CACHE_HOME/out/$(uname -m).txt"
}
start() { "${USER_RUN[@]}" "$BUSYPY" run --tree "$TREE" --cwd none "$@"; }

@test "what a sandbox executes, and what that starts, is started from images of the user's cache" {
    same "$(start --start image -- /bin/how a b)" "image /usr/bin/python3 a b"
    same "$(start --start auto -- python3 /bin/how)" "image /usr/bin/python3"
    same "$(start --start auto -- python3 -c 'import subprocess, sys; subprocess.run([sys.executable, "/bin/how"])')" "image /usr/bin/python3"
    same "$(start --start plain -- /bin/how)" "plain /usr/bin/python3"
    same "$(start -- /bin/how)" "plain /usr/bin/python3"
    # they are not made twice, and nobody else's to change
    before=$(find "$CACHE" -name '[0-9]*.[01]' -printf '%p %i\n' | sort)
    same "$(wc -l <<<"$before")" 2
    start --start image -- /bin/how
    same "$(find "$CACHE" -name '[0-9]*.[01]' -printf '%p %i\n' | sort)" "$before"
    same "$(find "$CACHE" -perm /022 ! -name wanted)" ""
}

@test "options and variables that no image has mean a plain start; another kind has images of its own" {
    same "$(start --start auto -- python3 -X dev /bin/how)" "plain /usr/bin/python3"
    same "$(start --start auto --env PYTHONOPTIMIZE=1 -- /bin/how)" "plain /usr/bin/python3"
    same "$(start --start auto --env PYTHONUNBUFFERED=1 -- /bin/how)" "image /usr/bin/python3"
    same "$(cd "$CACHE"/*/ && compgen -G '20.*' | paste -sd ' ')" "20.0 20.1"
    run -125 start --start image --env PYTHONOPTIMIZE=1 -- /bin/how
    same "$output" "busypy: run: --start image: a PYTHON variable that no image has"
}

@test "where there can be none auto is plain, and image says why, the second time as well" {
    same "$(start --start auto --view host -- /bin/how)" "plain /usr/bin/python3"
    run -125 start --start image --view host -- /bin/how
    same "$output" "busypy: run: --start image: a host's view has none"
    run -125 start --start fast -- /bin/how
    same "$output" "busypy: run: --start: 'start' must be 'plain', 'auto' or 'image', not 'fast'"
    "$ROOT/tests/support/clone" "$TREE" "$BATS_TEST_TMPDIR/tree"
    site=$(dirname "$(find "$BATS_TEST_TMPDIR/tree/etc/python" -name 'busypy*.pth' | head -1)")
    echo 'import sys; sys.started_late = True' >"$site/zz.pth"
    TREE=$BATS_TEST_TMPDIR/tree
    for _ in 1 2; do
        run -125 start --start image -- /bin/how
        [[ $output == "busypy: run: --start image: its maker says: "*zz.pth* ]]
    done
    same "$(start --start auto -- /bin/how)" "plain /usr/bin/python3"
}

@test "a .pth file of the tree's packages: paths are in the image, code means a plain start" {
    local look='import sys; print(hasattr(sys, "late"), *sys.path[-2:])'
    "$ROOT/tests/support/clone" "$TREE" "$BATS_TEST_TMPDIR/tree"
    TREE=$BATS_TEST_TMPDIR/tree
    same "$(start --start image -- /bin/how)" "image /usr/bin/python3"
    mkdir "$TREE/site-package/vendor"
    echo vendor >"$TREE/site-package/late.pth"
    run -0 start --start image -- python3 -c "$look"
    same "$output" "False /site-package /site-package/vendor"
    for name in late.pth .late.pth late.start; do
        rm -f "$TREE"/site-package/{,.}late.*
        echo 'import sys; sys.late = True' >"$TREE/site-package/$name"
        same "$(start --start auto -- /bin/how)" "plain /usr/bin/python3" # the image is older
        rm -r "$CACHE"
        run -125 start --start image -- python3 -c "$look"
        same "$output" "busypy: run: --start image: its maker says: cannot make an image: /site-package/$name runs code at each start"
    done
    rm "$TREE/site-package/late.start"
    echo 'import sys; sys.late = True' >"$TREE/site-package/late.pth"
    same "$(start --start auto -- python3 -c "$look" | cut -d ' ' -f 1)" True
}

@test "without the option the tree's own tree.conf says it; test has the option, and follows the tree, too" {
    "$ROOT/tests/support/clone" "$TREE" "$BATS_TEST_TMPDIR/tree"
    TREE=$BATS_TEST_TMPDIR/tree said=$TREE/etc/busypy/tree.conf
    for line in "start = auto:image" "start = image:image" "start = plain:plain" "programs = tree:plain" "# start = auto:plain"; do
        echo "${line%:*}" >"$said"
        same "$(start -- /bin/how)" "${line#*:} /usr/bin/python3"
        same "$(tested)" "${line#*:} /usr/bin/python3"
    done
    echo 'start = image' >"$said"
    same "$(start --start plain -- /bin/how)" "plain /usr/bin/python3"
    # what is said where it is enabled refuses no command, nor is it of a host's view
    same "$(start --env PYTHONOPTIMIZE=1 -- /bin/how)" "plain /usr/bin/python3"
    same "$(start --view host -- /bin/how)" "plain /usr/bin/python3"
    echo 'start = automatic' >"$said"
    run -0 --separate-stderr start -- /bin/how
    same "$output" "plain /usr/bin/python3"
    same "$stderr" "busypy: run: warning: $said:1:9: 'start' must be 'plain', 'auto' or 'image', not 'automatic'"
    rm "$said"
    same "$(tested --start image)" "image /usr/bin/python3"
}

@test "--plan shows the restorer in the interpreter's place" {
    start --start image -- /bin/how
    python=usr/bin/$(readlink "$TREE/etc/python/$(uname -m)/usr/bin/python3")
    start --start image --plan | grep -F busypy.start >"$BATS_TEST_TMPDIR/plan"
    key=$(echo "$CACHE"/*/)
    same "$(cat "$BATS_TEST_TMPDIR/plan")" "mkdir /run/busypy.start mode=0755
bind ${key%/} /run/busypy.start ro,nosuid,nodev,private,nolinks"
    start --start image --plan | grep -qxF "bind ${key%/}/python3 /$python ro,nosuid,nodev,private,nolinks"
    [ -z "$(start --plan | grep -F busypy.start)" ]
}
