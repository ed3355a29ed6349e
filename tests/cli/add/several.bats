# busypy add to a tree with several Pythons: scripts for each, modules by their tag, packages for all.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153
load fixtures

ARCH=x86_64

setup_file() { debian_tree --python 3.11,3.13 x86_64 aarch64; }

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    TREE=$BATS_TEST_TMPDIR/tree
    make_tree "$TREE" python-3.11,3.13
}

@test "scripts for each by its number, and none for a Python that the tree does not have" {
    local minor
    for minor in 3 3.11 3.13; do
        printf '#!/usr/bin/python%s\nimport sys; print(sys.version_info[1], sys.argv[1:])\n' "$minor" >"say$minor"
        chmod 755 "say$minor"
    done
    run -0 "${ADD[@]}" "$TREE" say3 say3.11 say3.13
    same "$output" ""
    same "$(for minor in 3 3.11 3.13; do in_tree "$TREE" "/bin/say$minor" a; done)" "11 ['a']
11 ['a']
13 ['a']"
    printf '#!/usr/bin/python3.12\n' >other
    chmod 755 other
    run -125 "${ADD[@]}" "$TREE" other
    same "$output" "busypy: add: $PWD/other: no view of this tree has /usr/bin/python3.12, which its first line names (Hint: a tree's scripts begin with #!/usr/bin/python3 or #!/bin/shell)"
    printf '#!  /usr/bin/python3.13\n' >other
    run -125 "${ADD[@]}" "$TREE" other
    same "$output" "busypy: add: $PWD/other: the handler does not match its first line (Hint: write it as #!/usr/bin/python3.13 and a line feed)"
    printf '#!/usr/bin/python3.13 -E -s\n' >other
    run -125 "${ADD[@]}" "$TREE" other
    [[ $output == "busypy: add: $PWD/other: for #!/usr/bin/python3.13 -E -s "* ]]
}

@test "a script is compiled by the Python that it names, python3's by its own" {
    printf '#!/usr/bin/python3.13\ntype Alias = int\nprint("new")\n' >new
    printf '#!/usr/bin/python3\ntype Alias = int\n' >old
    chmod 755 new old
    run -0 "${ADD[@]}" "$TREE" new
    same "$(in_tree "$TREE" /bin/new)" new
    # a Python of the same number has to run here: the machine's own, or, but for root, the tree's
    if [ -x /usr/bin/python3.11 ] || [ "$(id -u)" != 0 ]; then
        run -125 "${ADD[@]}" "$TREE" old
        [[ $output == *"bin/old"*"Python 3.11"* ]]
    fi
}

@test "a package of all gets a .pyc for each" {
    mkdir -p pkg && echo 'x = 1' >pkg/__init__.py
    run -0 "${ADD[@]}" "$TREE" pkg
    same "$output" ""
    same "$(ls "$TREE/site-package/pkg/__pycache__" | tr '\n' ' ')" "__init__.cpython-311.pyc __init__.cpython-313.pyc "
    run -0 "$BUSYPY" check "$TREE"
}

@test "the .pth file of a package of all is each Python's" {
    mkdir -p late/vendor && echo 'x = 1' >late/vendor/late_inner.py
    printf 'vendor\nimport sys; sys.late = 1\n' >late/late.pth
    python3 "$ROOT/tests/support/wheel.py" late-1-py3-none-any.whl late
    run -0 "${ADD[@]}" "$TREE" late-1-py3-none-any.whl
    same "$output" ""
    for python in python3.11 python3.13; do
        same "$(in_tree "$TREE" /usr/bin/$python -c 'import sys, late_inner; print(sys.late, late_inner.__file__)')" "1 /site-package/vendor/late_inner.py"
    done
}

@test "a module goes by its tag to its Python, and who has none is told" {
    local file=one.cpython-313-x86_64-linux-gnu.so
    extension "$file" -DONE=getpid
    run -0 "${ADD[@]}" "$TREE" "$file"
    same "$output" "busypy: add: warning: x86_64: there are modules for Python 3.13, and none for 3.11, which cannot import them"
    in_tree "$TREE" /usr/bin/python3.13 -c 'import one'
    run -1 in_tree "$TREE" /usr/bin/python3.11 -c 'import one'
    extension two.cpython-313-x86_64-linux-gnu.so -DONE=getpid
    extension two.cpython-311-x86_64-linux-gnu.so -DONE=getpid
    extension three.abi3.so -DONE=getpid
    run -0 "${ADD[@]}" "$TREE" two.cpython-* three.abi3.so
    same "$output" ""
    local minor
    for minor in 3.11 3.13; do in_tree "$TREE" "/usr/bin/python$minor" -c 'import two, three'; done
    extension four.cpython-312-x86_64-linux-gnu.so -DONE=getpid
    run -125 "${ADD[@]}" "$TREE" four.cpython-*
    same "$output" "busypy: add: $PWD/four.cpython-312-x86_64-linux-gnu.so: its name is none that Python 3.11, 3.13, the runtime for x86_64, imports"
}

@test "a module that wants more than its own Python has is refused" {
    extension bad.cpython-311-x86_64-linux-gnu.so -DONE=PyList_Extend # is new in 3.13
    run -125 "${ADD[@]}" "$TREE" bad.cpython-311*
    [[ $output == *"uses PyList_Extend, which nothing defines that it loads"* ]]
    extension bad.cpython-313-x86_64-linux-gnu.so -DONE=PyList_Extend
    run -0 "${ADD[@]}" "$TREE" bad.cpython-313*
}

@test "requirements are for python3, and the Pythons beside it are told" {
    local name
    mkdir wheels
    for name in old new; do
        mkdir "$name" && echo 'x = 1' >"$name/$name.py"
        /usr/bin/python3 -I "$ROOT/tests/support/wheel.py" "wheels/$name-2-py3-none-any.whl" "$name"
    done
    run -0 "${ADD[@]}" --no-index --find-links wheels "$TREE" 'old>=1' 'new>=2; python_version >= "3.13"'
    same "$output" "busypy: add: warning: requirements are resolved for python3, which is Python 3.11, and may not suit 3.13 beside it
busypy: add: warning: the command line: new>=2; python_version >= \"3.13\" is left out: its marker holds for no arch of the tree"
    [ -e "$TREE/site-package/old.py" ]
    [ ! -e "$TREE/site-package/new.py" ]
    local minor
    for minor in 3.11 3.13; do in_tree "$TREE" "/usr/bin/python$minor" -c 'import old'; done
}
