#!/usr/bin/env bats
# shellcheck disable=SC2154 # pid is set by eval
# busypy publish to HOST:PATH: a machine that has a shell, the core utilities and rsync, and nothing
# else; over a stand-in for ssh, and over a real one.

load ../../support/helpers
load ../../support/witness
load tree

setup() {
    E="$BATS_TEST_TMPDIR/ex port" SRC=$BATS_TEST_TMPDIR/src BIN=$BATS_TEST_TMPDIR/bin
    sound_tree "$SRC" 5
    # all that the other machine has
    mkdir "$BIN"
    for program in mv rm mkdir rmdir ln readlink uname date sha256sum head sync rsync id stat timeout; do
        ln -s "$(command -v $program)" "$BIN/$program"
    done
    ln -s "$(command -v dash)" "$BIN/sh"
    printf '#!/bin/sh\nshift; exec env -i PATH="%s" HOME=/ sh -c "$*"\n' "$BIN" >"$BATS_TEST_TMPDIR/ssh"
    chmod 755 "$BATS_TEST_TMPDIR/ssh"
    export BUSYPY_SSH=$BATS_TEST_TMPDIR/ssh TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
}

# nothing is left here
teardown() { [ -z "$(ls -A "$TMPDIR")" ]; }

proof() { /usr/bin/python3 -B "$ROOT/tests/cli/publish/proof.py" "$E"; }
publish() { "$BUSYPY" publish "$@" "host:$E"; }

# The remote side needs no other program, with any shell.
each_shell() {
    for shell in dash bash "busybox sh"; do
        rm -rf "$E"; rm "$BIN/sh"
        printf '#!%s\nexec %s "$@"\n' "$(command -v dash)" "${shell/busybox/$(command -v busybox)}" >"$BIN/sh"
        case $shell in
        busybox*) ;;
        *) ln -sf "$(command -v "$shell")" "$BIN/sh" ;;
        esac
        chmod 755 "$BIN/sh" 2>/dev/null || :
        "$@"
    done
}

first_and_second() {
    echo 1 >"$SRC/etc/n"; publish -q --id v1 "$SRC"
    same "$(proof)" v1
    echo 2 >"$SRC/etc/n"; publish -q --id v2 "$SRC"
    same "$(proof) $(ls -A "$E" "$E/versions" | paste -sd ' ')" "v2 $E: current versions  $E/versions: v1 v2"
    [ "$E/versions/v1/bin/hold" -ef "$E/versions/v2/bin/hold" ]
    [ ! "$E/versions/v1/etc/n" -ef "$E/versions/v2/etc/n" ]
}

@test "a tree is published there, and shares what is unchanged, whatever shell is there" {
    each_shell first_and_second
}

@test "it is the same version as one that is published here" {
    ln -s tool "$SRC/bin/odd"; printf x >"$SRC/etc/two  words' \$x"
    ln "$SRC/bin/tool" "$SRC/bin/again"
    run -0 publish --id v1 "$SRC"
    here=$("$BUSYPY" publish --id v1 "$SRC" "$BATS_TEST_TMPDIR/here")
    same "$output" "${here%;*}"
    same "$(proof)" v1
    diff -r --no-dereference "$BATS_TEST_TMPDIR/here/versions/v1" "$E/versions/v1" | grep -v 'id differ\|^[<>-]\|^diff\|^2c2' && return 1
    [ "$E/current/bin/tool" -ef "$E/current/bin/again" ]
}

@test "a version of an export keeps its id, so that a mirror has the same versions" {
    "$BUSYPY" publish -q "$SRC" "$BATS_TEST_TMPDIR/here"
    run -0 "$BUSYPY" publish "$BATS_TEST_TMPDIR/here/current" "host:$E"
    same "$(proof)" "$(basename "$(readlink "$BATS_TEST_TMPDIR/here/current")")"
    cmp "$BATS_TEST_TMPDIR/here/current/etc/busypy/id" "$E/current/etc/busypy/id"
}

@test "what is published there is newer than what is there, whatever the clock says" {
    publish -q --id v1 "$SRC"
    chmod 644 "$E/versions/v1/etc/busypy/id"
    sed -i 's/^published .*/published 9999999999999/' "$E/versions/v1/etc/busypy/id"
    chmod 444 "$E/versions/v1/etc/busypy/id"
    publish -q --id v2 "$SRC"
    same "$(sed -n 's/^published //p' "$E/versions/v2/etc/busypy/id")" 10000000000000
    same "$("$BUSYPY" rollback "$E")" "v1 is current"
}

@test "the other side refuses: one sentence, and nothing has changed" {
    publish -q --id v1 "$SRC"
    refuses() {
        local wanted=$1 before; shift
        before=$(find "$E" -printf '%p %i %l\n' | sort)
        run -125 "$@"
        same "$output" "busypy: publish: $wanted"
        same "$(find "$E" -printf '%p %i %l\n' | sort)" "$before"
    }
    refuses "version v1 is there already: a published version never changes" publish --id v1 "$SRC"
    refuses "cannot find /nowhere: No such file or directory" publish /nowhere
    refuses "'host:' is not HOST:PATH" "$BUSYPY" publish "$SRC" host:
    refuses "'-oProxyCommand=x' is no host" "$BUSYPY" publish -- "$SRC" -oProxyCommand=x:/p
    ln -sfn /srv "$E/current"
    refuses "host: $E/current is not a link to versions/ID" publish "$SRC"
    ln -sfn versions/v1 "$E/current"
    BUSYPY_SSH=false refuses "host: the connection ended" publish "$SRC"
    BUSYPY_SSH=/nowhere/ssh run -125 publish "$SRC"
    same "${lines[*]}" "busypy: cannot run /nowhere/ssh: No such file or directory busypy: publish: host: the connection ended"
    refuses "host: mkdir: cannot create directory '$SRC/bin/tool': Not a directory" "$BUSYPY" publish "$SRC" "host:$SRC/bin/tool/x"
    rm "$SRC/bin/hold"; mkfifo "$SRC/bin/hold"
    refuses "$SRC/bin/hold is neither file, directory nor link" publish "$SRC"
}

@test "what is others' there is refused as it is here" {
    never="nothing is written there (Hint: name a directory of its own, as /srv/busypy/new)"
    mkdir "$BATS_TEST_TMPDIR/full"; echo mine >"$BATS_TEST_TMPDIR/full/.file"
    refuses() { # message, command...
        local message=$1; shift
        run -125 "$@"
        same "$output" "busypy: publish: $message"
    }
    no_writing() {
        refuses "host:/ is the root directory: $never" "$BUSYPY" publish "$SRC" host:/
        refuses "host:/usr/../etc, which is host:/etc, is a system directory: $never" "$BUSYPY" publish "$SRC" host:/usr/../etc
        refuses "host:/proc/busypy/new lies in the system directory /proc: $never" "$BUSYPY" publish "$SRC" host:/proc/busypy/new
        refuses "host:/proc/./busypy//new/, which is host:/proc/busypy/new, lies in the system directory /proc: $never" \
            "$BUSYPY" publish "$SRC" host:/proc/./busypy//new/
        refuses "host: cannot tell where /nowhere/../etc is" "$BUSYPY" publish "$SRC" host:/nowhere/../etc
        refuses "host:$BATS_TEST_TMPDIR/full is not empty and is no export (Hint: name a new or an empty directory)" \
            "$BUSYPY" publish "$SRC" "host:$BATS_TEST_TMPDIR/full"
    }
    each_shell no_writing
    same "$(ls -A "$BATS_TEST_TMPDIR/full")" .file
}

@test "a path may look like an option or a daemon's, and TMPDIR be long" {
    TMPDIR=$BATS_TEST_TMPDIR/tmp/$(printf '%060d' 0); mkdir "$TMPDIR"; cd "$BATS_TEST_TMPDIR"
    for E in -x :x; do
        "$BUSYPY" publish -q --id v1 "$SRC" "host:$E"
        E=$BATS_TEST_TMPDIR/$E
        same "$(proof) $(ls -A "$E" | paste -sd ' ')" "v1 current versions"
    done
    rmdir "$TMPDIR"; TMPDIR=$BATS_TEST_TMPDIR/tmp
}

@test "one writer at a time, here and there" {
    publish -q --id v1 "$SRC"
    mkdir "$E/.lock"
    boot=$(cat /proc/sys/kernel/random/boot_id) space=$(readlink /proc/self/ns/pid)
    start=$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20)
    owner() {
        printf 'host web-1\npid %s\nstart %s\nsince 2026-11-20 12:00:00Z\nmachine -\nboot %s\nspace %s\n' \
            $$ "$1" "$2" "$space" >"$E/.lock/owner"
    }
    owner "$start" "$boot"
    run -125 publish "$SRC"
    same "$output" "busypy: publish: host: $E is being written to by process $$ on web-1 since 2026-11-20 12:00:00Z"
    owner "$start" another
    run -125 publish "$SRC"
    [[ $output == *"is being written to by process"* ]]
    # a dead one's
    owner 1 "$boot"
    publish -q --id v2 "$SRC"
    same "$(proof) $(ls -A "$E" | paste -sd ' ')" "v2 current versions"
    # and what the shell there wrote is understood here, too
    rm "$BIN/rsync"; mkfifo "$BATS_TEST_TMPDIR/go"
    printf '#!/bin/sh\nread -r go <"%s"; exec %s "$@"\n' "$BATS_TEST_TMPDIR/go" "$(command -v rsync)" >"$BIN/rsync"; chmod 755 "$BIN/rsync"
    publish -q --id v3 "$SRC" & running=$!
    wait_until 60 test -e "$E/.lock"
    wait_until 60 eval 'pid=$(sed -n "s/^pid //p" "$E/.lock/"*) && [ -n "$pid" ]'
    run -125 "$BUSYPY" gc "$E"
    [[ $output == "busypy: gc: $E is being written to by process $pid on $(uname -n) since 20"* && $output != *Hint* ]]
    echo go >"$BATS_TEST_TMPDIR/go"
    wait $running
    same "$(proof)" v3
}

@test "killed in the middle: the lock goes with the connection, the next one cleans up" {
    publish -q --id v1 "$SRC"
    rm "$BIN/rsync"; mkfifo "$BATS_TEST_TMPDIR/go"
    printf '#!/bin/sh\nread -r go <"%s"; exec %s "$@"\n' "$BATS_TEST_TMPDIR/go" "$(command -v rsync)" >"$BIN/rsync"; chmod 755 "$BIN/rsync"
    echo 2 >"$SRC/etc/n"
    "$BUSYPY" publish -q --id v2 "$SRC" "host:$E" 2>"$BATS_TEST_TMPDIR/said" & running=$!
    wait_until 60 test -e "$E/.lock"
    exec 7>"$BATS_TEST_TMPDIR/go" # rsync is waiting there
    kill -9 $running; wait $running || :
    wait_until 60 test ! -e "$E/.lock"
    exec 7>&-
    same "$(proof)" v1
    rm "$BIN/rsync"; ln -s "$(command -v rsync)" "$BIN/rsync"
    empty() { [ -z "$(ls -A "$TMPDIR")" ]; }
    wait_until 60 empty
    publish -q --id v2 "$SRC"
    same "$(proof) $(ls -A "$E/versions" | paste -sd ' ')" "v2 v1 v2"
}

@test "what arrives damaged is not made current" {
    publish -q --id v1 "$SRC"
    rm "$BIN/rsync"
    printf '#!/bin/sh\n%s "$@"; s=$?\ncd "%s"/versions/*.tmp/bin && rm -f tool && printf "#!/usr/bin/pythoN3\\n" >tool; exit $s\n' \
        "$(command -v rsync)" "$E" >"$BIN/rsync"
    chmod 755 "$BIN/rsync"
    echo 2 >"$SRC/etc/n"
    run -125 publish --id v2 "$SRC"
    same "$output" "busypy: publish: host: bin/tool: FAILED"
    same "$(proof) $(ls -A "$E/versions")" "v1 v1"
    # and without rsync there
    rm "$BIN/rsync"
    run -125 publish --id v2 "$SRC"
    [[ $output == "busypy: publish: rsync failed: "* ]]
    same "$(proof) $(ls -A "$E" "$E/versions" | paste -sd ' ')" "v1 $E: current versions  $E/versions: v1"
}

@test "over a real ssh" {
    ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/hostkey"
    ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/key"
    # in the throw-away machine, where /run is empty and root's own configuration is not used
    machine_script "$BUSYPY" "$E" "$BATS_TEST_TMPDIR" "$SRC" <<'SCRIPT'
mkdir -p /run/sshd
printf 'HostKey %s/hostkey\nAuthorizedKeysFile %s/key.pub\nStrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\n' "$3" "$3" >"$3/sshd_config"
printf '#!/bin/sh\nexec ssh -F none -i "%s/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o "ProxyCommand=/usr/sbin/sshd -i -f %s/sshd_config" "$@"\n' "$3" "$3" >"$3/ssh"
"$1" publish -q --id v1 "$4" "root@localhost:$2"
echo 2 >"$4/etc/n"
"$1" publish -q --id v2 "$4" "root@localhost:$2"
SCRIPT
    same "$(proof)" v2
    [ "$E/versions/v1/bin/hold" -ef "$E/versions/v2/bin/hold" ]
}
