#!/usr/bin/env bats
# Hostile folders: what others can write is not believed, and nobody keeps root waiting.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree

USER_ID=65534

setup_file() { host_state >"$BATS_FILE_TMPDIR/before"; chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"; }
setup() { chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"; TREE=$BATS_TEST_TMPDIR/tree; }

user() { setpriv --reuid $USER_ID --regid $USER_ID --clear-groups "$@"; }

# The tree, with a workspace of another user's in it.
planted_tree() {
    sound_tree "$TREE"
    mkdir "$TREE/.busypy-stage"
    mkdir -p "$TREE/.busypy-stage/ready/tree/site-package"
    echo planted >"$TREE/.busypy-stage/ready/tree/site-package/x.py"
    chown -R $USER_ID "$TREE/.busypy-stage"
}

@test "a workspace that another user planted is not carried out" {
    planted_tree
    mkdir "$BATS_TEST_TMPDIR/victim"
    rmdir "$TREE/site-package" 2>/dev/null || mv "$TREE/site-package" "$TREE/moved"
    ln -s "$BATS_TEST_TMPDIR/victim" "$TREE/site-package"
    printf '#!/usr/bin/python3\n' >"$BATS_TEST_TMPDIR/hello"
    run -125 "$BUSYPY" add "$TREE" "$BATS_TEST_TMPDIR/hello"
    [[ $output == *".busypy-stage belongs to uid $USER_ID: its owner could change"* ]]
    same "$(ls -A "$BATS_TEST_TMPDIR/victim")" ""
}

@test "a workspace that is a link leads nowhere" {
    sound_tree "$TREE"
    mkdir -p "$BATS_TEST_TMPDIR/victim/build"
    touch "$BATS_TEST_TMPDIR/victim/build/file"
    ln -s "$BATS_TEST_TMPDIR/victim" "$TREE/.busypy-stage"
    printf '#!/usr/bin/python3\n' >"$BATS_TEST_TMPDIR/hello"
    run -125 "$BUSYPY" add "$TREE" "$BATS_TEST_TMPDIR/hello"
    same "$output" "busypy: add: $TREE/.busypy-stage is a symbolic link (Hint: rm it)"
    [ -e "$BATS_TEST_TMPDIR/victim/build/file" ]
}

@test "a workspace that others can write is refused, and a tree below their folder" {
    sound_tree "$TREE"
    mkdir "$TREE/.busypy-stage"
    chmod 777 "$TREE/.busypy-stage"
    printf '#!/usr/bin/python3\n' >"$BATS_TEST_TMPDIR/hello"
    run -125 "$BUSYPY" add "$TREE" "$BATS_TEST_TMPDIR/hello"
    [[ $output == *"others than root can write $TREE/.busypy-stage "* ]]
    mkdir "$BATS_TEST_TMPDIR/theirs"
    mv "$TREE" "$BATS_TEST_TMPDIR/theirs/tree"
    chmod 755 "$BATS_TEST_TMPDIR/theirs/tree/.busypy-stage"
    chown $USER_ID "$BATS_TEST_TMPDIR/theirs"
    run -125 "$BUSYPY" add "$BATS_TEST_TMPDIR/theirs/tree" "$BATS_TEST_TMPDIR/hello"
    [[ $output == *"$BATS_TEST_TMPDIR/theirs belongs to uid $USER_ID: its owner could change"* ]]
    # and none is left in what is refused
    rmdir "$BATS_TEST_TMPDIR/theirs/tree/.busypy-stage"
    run -125 "$BUSYPY" add "$BATS_TEST_TMPDIR/theirs/tree" "$BATS_TEST_TMPDIR/hello"
    [ ! -e "$BATS_TEST_TMPDIR/theirs/tree/.busypy-stage" ]
}

@test "links planted beside an image do not lead mkfs.erofs or tar to root's files" {
    sound_tree "$TREE"
    mkdir -m 777 "$BATS_TEST_TMPDIR/theirs"
    echo root >"$BATS_TEST_TMPDIR/victim"
    # shellcheck disable=SC2016
    user bash -c 'for pid in $(seq $$ $(($$ + 3000))); do echo "$1.$pid.tmp"; done |
        xargs -n 500 ln -s "$2" 2>/dev/null; true' _ "$BATS_TEST_TMPDIR/theirs/out" "$BATS_TEST_TMPDIR/victim" ||
        true
    for format in erofs tar cpio; do
        "$BUSYPY" pack -f $format -o "$BATS_TEST_TMPDIR/theirs/out" "$TREE"
        same "$(cat "$BATS_TEST_TMPDIR/victim")" root
        rm "$BATS_TEST_TMPDIR/theirs/out"
    done
    same "$(find "$BATS_TEST_TMPDIR/theirs" -mindepth 1 -not -name 'out.*.tmp')" ""
}

@test "a user's lock on busypyd's state does not keep busypyd from starting" {
    patiently 60 "$HELPERS/nsrun" bash -euo pipefail -s "$BATS_TEST_TMPDIR" <<'EOT'
touch /run/busypyd.state
chmod 644 /run/busypyd.state
coproc holder { /usr/bin/python3 -c '
import fcntl, struct, sys
fd = open("/run/busypyd.state")
fcntl.fcntl(fd, 37, struct.pack("hhqqi", fcntl.F_RDLCK, 0, 0, 0, 0))  # F_OFD_SETLK
print("held", flush=True)
sys.stdin.read()'; }
read -r line <&"${holder[0]}"
[ "$line" = held ]
"$ROOT/build/busypyd" --help >/dev/null
mkdir -p /run/conf
: >/run/conf/busypy.conf
status=0
timeout 5 "$ROOT/build/busypyd" --config /run/conf/busypy.conf >"$1/out" 2>&1 || status=$?
! grep -q 'another busypyd' "$1/out" || exit 1
exec {holder[1]}>&-
wait "$holder_PID"
EOT
}

@test "a user's lock on the package cache does not keep root waiting" {
    mkdir "$BATS_TEST_TMPDIR/cache"
    touch "$BATS_TEST_TMPDIR/cache/lock"
    chmod 644 "$BATS_TEST_TMPDIR/cache/lock"
    exec 7<"$BATS_TEST_TMPDIR/cache/lock"
    flock 7
    run patiently 20 "$BUSYPY" stage --from debian:nosuch --arch x86_64 --cache "$BATS_TEST_TMPDIR/cache" \
        --mirror "http://127.0.0.1:9" "$BATS_TEST_TMPDIR/new"
    [ "$status" -ne 124 ]
    exec 7<&-
}

@test "what another client planted under the name of a lease to be is removed, not opened" {
    cd "$BATS_TEST_TMPDIR"
    echo old >file; echo victim >victim; ln -s victim link; mkfifo fifo; ln victim hard; mkdir folder
    for name in file link fifo hard none; do
        patiently 5 "$HELPERS/anew" $name
        same "$(cat $name)" new
        [ -f $name ]
        [ ! -L $name ]
    done
    same "$(cat victim)" victim
    run -1 patiently 5 "$HELPERS/anew" folder
}

@test "of what others execute no server is asked, which may have died" {
    machine_script "$BUSYPY" "$TREES/host" "$BATS_TEST_TMPDIR" <<'SCRIPT'
"$1" enable -q "$2"
# anew: the generation before goes if nobody executes it
for entry in /proc/sys/fs/binfmt_misc/busypy-*; do echo -1 >"$entry"; done
strace -f -e trace=file -o "$3/calls" "$1" enable -q "$2"
grep -E '"/proc/[0-9]+/exe"' "$3/calls" >"$3/asked"
# a link of /proc is the kernel's own text
[ "$(grep -v -e AT_STATX_DONT_SYNC -e 'readlinkat(' "$3/asked")" = "" ]
"$1" disable -q
SCRIPT
}
