# A tree to add to: links to this machine's own staged runtime, which is never written to.
# shellcheck shell=bash
# shellcheck source=tests/support/helpers.bash
load ../../support/helpers

# shellcheck disable=SC2034 # used by those that load this
ADD=("$BUSYPY" add)

make_tree() { "$ROOT/tests/support/clone" "$TREES/${2:-host}" "$1"; }

# A tree with Debian's runtimes for two archs: links to those that tests share, where the file
# system allows them.
two_archs() {
    debian_tree x86_64 aarch64
    mkdir "$1"
    (cd "$TREES/debian" &&
        set -- "$1" bin sbin site-package etc/{init.d,inittab,passwd,group} lib lib64 usr dev proc sys run tmp var root \
            home mnt etc/busypy/selftest etc/{python,clib,busypy}/{x86_64,aarch64} &&
        { cp -al --parents "${@:2}" "$1" 2>/dev/null || cp -a --parents "${@:2}" "$1"; })
}

# Runs a program of a tree in its client's view.
in_tree() { local tree=$1; shift; "$HELPERS/inview" --client "$tree" "$(uname -m)" "$@"; }

# An extension module NAME ($1, a file) that has the number that ONE returns; no header needed.
extension() {
    local file=$1 name; shift; name=${file##*/}; name=${name%%.*}
    sed "s/NAME/$name/g" >"$BATS_TEST_TMPDIR/$name.c" <<'EOF'
extern void *PyModule_Create2(void *, int);
extern int PyModule_AddIntConstant(void *, const char *, long);
extern int ONE(void);
static struct {
    long count; void *type, *init; long index; void *copy; const char *name, *doc; long size;
    void *methods, *slots, *traverse, *clear, *free;
} def = { .count = 1, .name = "NAME", .size = -1 };
void *PyInit_NAME(void)
{
    void *module = PyModule_Create2(&def, 1013);
    PyModule_AddIntConstant(module, "number", ONE());
    return module;
}
EOF
    gcc -shared -fPIC -o "$file" "$BATS_TEST_TMPDIR/$name.c" "$@"
}

# A library ($1) of that soname ($2) with a function ONE; $3: another compiler, with options.
library() {
    echo 'int ONE(void) { return 1; }' >"$BATS_TEST_TMPDIR/one.c"
    ${3:-gcc} -shared -fPIC -nostdlib -Wl,-soname,"${2:-${1##*/}}" -o "$1" "$BATS_TEST_TMPDIR/one.c"
}

# Every file of a tree, its mode and sum, as one text.
describe() {
    (cd "$1" && find . -mindepth 1 -not -path './.busypy-stage*' -printf '%p %y %m %l\n' | LC_ALL=C sort)
    (cd "$1" && find . -not -path './.busypy-stage*' -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}
