#!/usr/bin/env bats
# Hostile sources: whoever owns what root adds or stages swaps it for links at each system call that
# names it, and nothing of root's comes into the tree. Programs of a tree are not run by root.

load ../support/helpers
load ../support/witness
load ../support/race
load ../cli/publish/tree

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    sound_tree "$BATS_FILE_TMPDIR/tree"
    mkdir -p "$BATS_FILE_TMPDIR/root/sub"
    echo '"TOP-SECRET"' | tee "$BATS_FILE_TMPDIR/root/__init__.py" "$BATS_FILE_TMPDIR/root/sub/deep.py" >"$BATS_FILE_TMPDIR/root/file"
    printf '#!/usr/bin/python3\n"TOP-SECRET"\n' >"$BATS_FILE_TMPDIR/root/script"
    chmod -R go= "$BATS_FILE_TMPDIR/root"
}

setup() {
    TREE=$BATS_TEST_TMPDIR/tree ROOTS=$BATS_FILE_TMPDIR/root THEIRS=$BATS_TEST_TMPDIR/theirs
}

fresh() {
    rm -rf "$TREE" "$THEIRS"
    cp -a "$BATS_FILE_TMPDIR/tree" "$TREE"
    mkdir -p "$THEIRS/pkg/sub"
    echo 'x = 1' | tee "$THEIRS/pkg/__init__.py" "$THEIRS/pkg/sub/deep.py" >"$THEIRS/pkg/data"
    ln -s data "$THEIRS/pkg/link"
    printf '#!/usr/bin/python3\n' >"$THEIRS/script"
}

# A sysroot in $1 whose Python $2 (3.11) leaves a trace when it runs.
tracing_sysroot() {
    local dir=$1 version=$2
    mkdir -p "$dir/usr/bin" "$dir/usr/lib/python$version/encodings"
    echo '#include <fcntl.h>
int main(void) { creat("'"$BATS_TEST_TMPDIR/ran"'", 0644); return 0; }' >"$BATS_TEST_TMPDIR/main.c"
    musl-gcc -static -o "$dir/usr/bin/python$version" "$BATS_TEST_TMPDIR/main.c"
    ln -s "python$version" "$dir/usr/bin/python3"
    echo 'x = 1' | tee "$dir/usr/lib/python$version/os.py" >"$dir/usr/lib/python$version/encodings/__init__.py"
}

nothing_secret() {
    run ! grep -rl TOP-SECRET "$TREE"
    same "$(find "$TREE" -name .busypy-stage)" ""
}

unharmed() { nothing_secret; }

race_add() { race "$THEIRS/$1" "$2" "$BUSYPY" add "$TREE" "$THEIRS/$3"; }

@test "a file of a package becomes a link while it is added" {
    race_add pkg/data "$ROOTS/file" pkg
}

@test "a folder of a package becomes a link while it is added" {
    race_add pkg/sub "$ROOTS/sub" pkg
}

@test "a package becomes a link while it is added" {
    race_add pkg "$ROOTS" pkg
}

@test "a link in a package leads elsewhere while it is added" {
    race_add pkg/link "$ROOTS/file" pkg
}

@test "a script becomes a link while it is added" {
    race_add script "$ROOTS/script" script
}

@test "a file of a directory that is staged becomes a link meanwhile" {
    fresh() {
        rm -rf "$TREE" "$THEIRS"
        cp -a "$BATS_TEST_TMPDIR/sysroot" "$THEIRS"
    }
    tracing_sysroot "$BATS_TEST_TMPDIR/sysroot" 3.12
    race "$THEIRS/usr/lib/python3.12/os.py" "$ROOTS/file" "$BUSYPY" stage --from "$THEIRS" "$TREE"
}

@test "where the kernel or a filter has no openat2, a package comes whole, and no link is followed" {
    fresh
    strace -f -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=ENOSYS "$BUSYPY" add "$TREE" "$THEIRS/script"
    cmp "$THEIRS/script" "$TREE/bin/script"
    rm "$THEIRS/pkg/link"
    strace -f -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=ENOSYS "$BUSYPY" add "$TREE" "$THEIRS/pkg"
    cmp "$THEIRS/pkg/sub/deep.py" "$TREE/site-package/pkg/sub/deep.py"
}

@test "root compiles with this machine's Python, not with the one of the tree or the directory" {
    local minor; minor=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    fresh
    rm -rf "$TREE"
    tracing_sysroot "$THEIRS/root" "$minor"
    "$BUSYPY" stage --from "$THEIRS/root" "$TREE"
    "$BUSYPY" add "$TREE" "$THEIRS/pkg"
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    [ -e "$TREE/site-package/pkg/__pycache__/__init__.cpython-${minor/./}.pyc" ]
}

@test "root runs no Python of a tree or a directory where this machine has none of that version" {
    [ ! -e /usr/bin/python3.12 ] || skip "this machine has Python 3.12"
    local why="root runs no Python of a tree, and this machine has no Python 3.12, so Python files stay uncompiled and every start takes longer (Hint: install python3.12, or do this as the tree's owner, not as root)"
    fresh
    rm -rf "$TREE"
    tracing_sysroot "$THEIRS/root" 3.12
    run -0 "$BUSYPY" stage --from "$THEIRS/root" "$TREE"
    [[ $output == *"$why"* ]]
    run -0 "$BUSYPY" add "$TREE" "$THEIRS/pkg"
    [[ $output == *"$why"* ]]
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}
