# A tree with several Pythons: which scripts the handler takes for which of them, in the view and
# beside the host's programs, and that nobody else's script notices.
# shellcheck shell=bash disable=SC2016
load ../../support/helpers

INSIDE=$ROOT/tests/binfmt/several/inside.py
NUMBERS="3.11 3.13" FOREIGN='python3\.15|python3\.12|python3\.1-|python3\.131|-two|-cr'
# what no release has yet comes from sid, which moves daily
[ -z "${BUSYPY_TEST_LONG-}" ] || NUMBERS="3.11 3.13 3.15" FOREIGN=${FOREIGN#*|}
export INSIDE NUMBERS FOREIGN

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    debian_tree --python "${NUMBERS// /,}" x86_64 aarch64
    export TREE=$BATS_FILE_TMPDIR/tree DIR=$BATS_FILE_TMPDIR/own
    mkdir -p "$DIR"
    own_tree "$TREE" "$TREES/python-${NUMBERS// /,}"
    "$INSIDE" make "$TREE" "$DIR"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

# own_tree NEW OF: one whose files may be replaced.
own_tree() {
    mkdir -p "$1/etc"
    local entry
    for entry in "$2"/*; do [ "$entry" = "$2/etc" ] || cp -a "$entry" "$1/"; done
    for entry in "$2"/etc/*; do "$ROOT/tests/support/clone" "$entry" "$1/etc/${entry##*/}"; done
}

# What is to become of the tree's scripts of x86_64: python3 is $1; $2: how often beside the host.
wanted() {
    local name minor ending
    for name in 3 $NUMBERS; do
        minor=$name name=python$name
        [ "$minor" != 3 ] || minor=$1
        for ending in b-nl b-sp b-tab nl sp tab; do
            case $ending in *nl) echo "x-$name-$ending $minor False ['a b', ''] $2" ;;
            *) echo "x-$name-$ending $minor True ['a b', ''] $2" ;; esac
        done
    done | LC_ALL=C sort
}

# Those whose endings are matched, of the Pythons that the tree has.
matched() { grep -vE "$FOREIGN" | grep '^x-' | LC_ALL=C sort; }

@test "each script of the tree gets its own Python, by every first line that python3 may have" {
    run -0 machine_script <<'SCRIPT'
"$BUSYPY" enable --quiet "$TREE"
"$INSIDE" run "$TREE/bin" 'a b' ''
SCRIPT
    same "$(matched <<<"$output")" "$(wanted 3.11 0)"
    run -0 machine_script <<'SCRIPT'
"$BUSYPY" enable --quiet "$TREE"
setpriv --reuid 1000 --regid 1000 --clear-groups "$INSIDE" run "$TREE/bin" 'a b' ''
SCRIPT
    same "$(matched <<<"$output")" "$(wanted 3.11 0)"
}

@test "what python3 is follows --default, and the numbers stay" {
    local tree=$BATS_TEST_TMPDIR/tree
    own_tree "$tree" "$TREE"
    chmod 755 "$BATS_TEST_TMPDIR"
    "$BUSYPY" stage --default 3.13 "$tree"
    run -0 machine_script "$tree" <<'SCRIPT'
"$BUSYPY" enable --quiet "$1"
"$INSIDE" run "$1/bin" 'a b' ''
SCRIPT
    same "$(matched <<<"$output")" "$(wanted 3.13 0)"
}

@test "beside the host's programs, too, and each Python's children and environments are its own" {
    local tree=$BATS_TEST_TMPDIR/tree minor
    own_tree "$tree" "$TREE"
    chmod 755 "$BATS_TEST_TMPDIR"
    echo 'programs = host' >"$tree/etc/busypy/tree.conf"
    for minor in 3 $NUMBERS; do
        printf '#!/usr/bin/python%s\n%s\n' "$minor" 'import subprocess, sys, sysconfig, venv
def ask(program):
    return subprocess.run([program, "-c", "import sys, ssl, sqlite3; print(sys.version_info[1], sys.prefix == sys.base_prefix)"],
                          capture_output=True, text=True, check=True, env={"LD_LIBRARY_PATH": "/lib", "PATH": "/"}).stdout.strip()
venv.create(sys.argv[1], symlinks=True)
print(sys.version_info[1], ask(sys.executable), ask(sys.argv[1] + "/bin/python"), ask(sys.argv[1] + "/bin/python3"))' >"$tree/bin/own$minor"
        chmod 755 "$tree/bin/own$minor"
    done
    run -0 machine_script "$tree" <<'SCRIPT'
"$BUSYPY" enable --quiet "$1"
"$INSIDE" run "$1/bin" 'a b' ''
for minor in 3 $NUMBERS; do
    "$1/bin/own$minor" "$(mktemp -d)/venv"
done
SCRIPT
    same "$(matched <<<"$output")" "$(wanted 3.11 1)"
    same "$(tail -n +57 <<<"$output")" "$(for minor in 11 ${NUMBERS//3./}; do
        echo "$minor $minor True $minor False $minor False"; done)"
}

@test "scripts that are not the tree's do what they did, whatever Python they name" {
    "$INSIDE" run "$DIR" 'a b' '' >"$BATS_TEST_TMPDIR/before"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/before")" = 56 ]
    grep -q ' 3\.' "$BATS_TEST_TMPDIR/before"
    run -0 machine_script <<'SCRIPT'
"$BUSYPY" enable --quiet "$TREE"
"$INSIDE" run "$DIR" 'a b' ''
SCRIPT
    same "$output" "$(<"$BATS_TEST_TMPDIR/before")"
}

@test "scripts of the tree that the handler does not take are the machine's, and check says so" {
    "$INSIDE" run "$TREE/bin" 'a b' '' | grep -E "$FOREIGN" >"$BATS_TEST_TMPDIR/before"
    run -0 machine_script <<'SCRIPT'
"$BUSYPY" enable --quiet "$TREE"
"$INSIDE" run "$TREE/bin" 'a b' '' | grep -E "$FOREIGN"
SCRIPT
    same "$output" "$(<"$BATS_TEST_TMPDIR/before")"
    run -1 "$BUSYPY" check --json "$TREE"
    local said; said=$(grep -o '"bin/x-[^"]*"' <<<"$output" | tr -d '"' | sort -u)
    same "$said" "$(cd "$TREE" && printf '%s\n' bin/x-* | grep -E "$FOREIGN" | sort -u)"
}

@test "the entries: six for each Python, after those that there were, and none for a tree of one" {
    debian_tree x86_64
    run -0 machine_script <<'SCRIPT'
dir=$(mktemp -d)
"$BUSYPY" enable --quiet "$TREES/debian"
"$BUSYPY" status --output ENTRY entries | grep -o '1-[a-z0-9.-]*$' >"$dir/one"
grep -c 'python3\.' "$dir/one" || true
"$BUSYPY" disable --quiet
"$BUSYPY" enable --quiet "$TREE"
"$BUSYPY" status --output ENTRY entries | grep -o '1-[a-z0-9.-]*$' >"$dir/several"
grep -v 'python3\.' "$dir/several" | diff "$dir/one" - && grep -n 'python3\.' "$dir/several" | tr '\n' ' '
rm -r "$dir"
SCRIPT
    same "${lines[0]}" 0
    local minor ending line=13 said=
    for minor in $(tac -s ' ' <<<"$NUMBERS "); do
        for ending in nl sp tab b-nl b-sp b-tab; do said+="$((line++)):1-python$minor-$ending "; done
    done
    same "${lines[1]}" "$said"
}

@test "explain foretells each" {
    run -0 machine_script <<'SCRIPT'
"$BUSYPY" enable --quiet "$TREE"
for name in 3-nl 3.11-sp 3.13-tab; do "$BUSYPY" explain "$TREE/bin/x-python$name" | grep -o ' standard library in .*'; done
SCRIPT
    same "${lines[0]}" " standard library in lib/python3.11"
    same "${lines[1]}" " standard library in lib/python3.11"
    same "${lines[2]}" " standard library in lib/python3.13"
}

@test "on each arch the self-test runs by each Python, and python3 is the default" {
    local arch minor
    for arch in x86_64 aarch64; do
        for minor in 3 $NUMBERS; do
            run -0 "$BUSYPY" run --tree "$TREE" --arch "$arch" -- "/usr/bin/python$minor" /etc/busypy/selftest
            [ "$minor" != 3 ] || minor=3.11
            [[ $output == "busypy-selftest ok $arch $minor."* ]] || { echo "$output"; return 1; }
            run -0 "$BUSYPY" run --tree "$TREE" --arch "$arch" -- "/bin/x-python$minor-nl" word
            same "$output" "$minor False ['word'] 0"
        done
    done
}
