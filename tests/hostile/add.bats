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

# race_tree NAME COMMAND...: a folder of the tree is swapped for a link to the outside at each call
# that names it, or is made of it: nothing there is read into the tree, made, changed or removed.
race_tree() {
    local outside=$BATS_TEST_TMPDIR/outside before
    mkdir -p "$outside"/{build,trash,pkg,ready}
    echo TOP-SECRET | tee "$outside"/{build,trash,pkg}/file >"$outside/script" && chmod -R go= "$outside"
    state() { (cd "$outside" && find . -printf '%p %m %n %T@\n' | sort); }
    before=$(state)
    unharmed() {
        same "$(state)" "$before"
        run ! grep -rl TOP-SECRET "$TREE"
    }
    CALLS=(openat openat2 newfstatat mkdirat renameat renameat2 unlinkat linkat)
    race "$TREE/$1" "$outside" "${@:2}"
}

@test "the folder for packages becomes a link to the outside while one is added" {
    race_tree site-package "$BUSYPY" add "$TREE" "$THEIRS/pkg"
}

@test "the folder for scripts becomes a link to the outside while one replaces another" {
    printf '#!/usr/bin/python3\n# other\n' >"$BATS_FILE_TMPDIR/tree/bin/script"
    race_tree bin "$BUSYPY" add --force "$TREE" "$THEIRS/script"
    rm "$BATS_FILE_TMPDIR/tree/bin/script"
}

@test "the workspace becomes a link to the outside while a package is added" {
    race_tree .busypy-stage "$BUSYPY" add "$TREE" "$THEIRS/pkg"
}

@test "the workspace's build becomes a link to the outside while a script is added" {
    race_tree .busypy-stage/build "$BUSYPY" add "$TREE" "$THEIRS/script"
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

@test "while the machine renames and mounts, a package with links upwards comes whole" {
    fresh
    ln -s ../data "$THEIRS/pkg/sub/up"
    strace -qq -o "$BATS_TEST_TMPDIR/log" -e trace=openat2 -e inject=openat2:error=EAGAIN:when=1+2 "$BUSYPY" add "$TREE" "$THEIRS/pkg"
    same "$(readlink "$TREE/site-package/pkg/sub/up")" ../data
    [ "$(grep -c 'sub/up".*(INJECTED)' "$BATS_TEST_TMPDIR/log")" -gt 1 ]
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

# A sysroot in $1 whose Python 3.12 is what standard input is the C source of; the file victim is
# root's, and outside.
hostile_sysroot() {
    tracing_sysroot "$1" 3.12
    cat >"$BATS_TEST_TMPDIR/main.c"
    echo root >"$BATS_TEST_TMPDIR/victim"
    musl-gcc -static -DVICTIM="\"$BATS_TEST_TMPDIR/victim\"" -o "$1/usr/bin/python3.12" "$BATS_TEST_TMPDIR/main.c"
}

@test "a Python of a directory or a tree runs for root in a sandbox alone, which sees the files and no more" {
    [ ! -e /usr/bin/python3.12 ] || skip "this machine has Python 3.12"
    fresh
    rm -rf "$TREE"
    hostile_sysroot "$THEIRS/root" <<'EOT'
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    int list = open("/busypy.out/list", O_RDONLY) >= 0, victim = open(VICTIM, O_RDONLY) >= 0;
    int sources = open("/busypy.src/made", O_WRONLY | O_CREAT, 0644) >= 0;
    int tree = open("/etc/made", O_WRONLY | O_CREAT, 0644) >= 0;
    int suid = open("/busypy.out/suid", O_WRONLY | O_CREAT, 04755) >= 0;
    fprintf(stderr, "list %d victim %d sources %d tree %d suid %d", list, victim, sources, tree, suid);
    return 3;
}
EOT
    run -125 "$BUSYPY" stage --from "$THEIRS/root" "$TREE"
    same "$output" "busypy: stage: x86_64: cannot compile the Python files: list 1 victim 0 sources 0 tree 0 suid 0"
    [ ! -e "$TREE" ]
    tracing_sysroot "$THEIRS/sound" 3.12
    "$BUSYPY" stage --from "$THEIRS/sound" "$TREE"
    cp "$THEIRS/root/usr/bin/python3.12" "$TREE/etc/python/x86_64/usr/bin/python3.12"
    run -125 "$BUSYPY" add "$TREE" "$THEIRS/pkg"
    same "$output" "busypy: add: cannot compile the Python files: list 1 victim 0 sources 0 tree 0 suid 0"
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "what a hostile Python leaves for a .pyc is taken only if it is one of that source" {
    [ ! -e /usr/bin/python3.12 ] || skip "this machine has Python 3.12"
    fresh
    rm -rf "$TREE"
    # os.py: a link to root's file; encodings: another source's .pyc; more: a FIFO, too much, not asked for
    hostile_sysroot "$THEIRS/root" <<'EOT'
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#define OUT "/busypy.out/pyc/busypy.src/usr/lib/python3.12/"
static void make(const char *path, const void *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0777);
    if (write(fd, bytes, n) != (ssize_t)n)
        _exit(4);
    close(fd);
}
int main(void)
{
    /* the magic of 3.12, unchecked, a hash */
    static const char head[20] = { (char)0xcb, 0x0d, 0x0d, 0x0a, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 };
    char path[256] = "/busypy.out/pyc/busypy.src/usr/lib/python3.12/encodings/__pycache__";
    for (char *s = path + 1; (s = strchr(s, '/')); s++) {
        *s = 0;
        mkdir(path, 0777);
        *s = '/';
    }
    symlink(VICTIM, OUT "os.cpython-312.pyc");
    make(OUT "encodings/__init__.cpython-312.pyc", head, sizeof(head));
    mkfifo(OUT "one.cpython-312.pyc", 0777);
    make(OUT "two.cpython-312.pyc", head, sizeof(head));
    truncate(OUT "two.cpython-312.pyc", 1L << 40);
    make(OUT "unasked.cpython-312.pyc", head, sizeof(head));
    return 0;
}
EOT
    echo 'x = 1' | tee "$THEIRS/root/usr/lib/python3.12/one.py" >"$THEIRS/root/usr/lib/python3.12/two.py"
    patiently 60 "$BUSYPY" stage --from "$THEIRS/root" "$TREE" 2>/dev/null
    same "$(find "$TREE" -name '*.pyc')" ""
    same "$(cat "$BATS_TEST_TMPDIR/victim")" root
}
