#!/usr/bin/env bats
# SECURITY.md: each promise names tests that exist and are run; and what it says of files.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    make -s -C "$ROOT" list-tests >"$BATS_FILE_TMPDIR/listed"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

# What is wrong with a text of promises, from standard input.
faults() {
    cat >"$BATS_TEST_TMPDIR/text"
    "$ROOT/tests/project/security/names.py" "$BATS_TEST_TMPDIR/text" <"$BATS_FILE_TMPDIR/listed"
}

@test "each promise names tests, which exist and are run" {
    run "$ROOT/tests/project/security/names.py" "$ROOT/SECURITY.md" <"$BATS_FILE_TMPDIR/listed"
    same "$output" ""
    same "$status" 0
}

@test "a name, a file or a battery that does not exist is told" {
    run faults <<'END'
1. **One.** Words.
   - `tests/hostile/enable.bats`: a sound tree is enabled
   - `tests/hostile/enable.bats`: a sound tree is enable
   - `tests/hostile/nothing.bats`: a sound tree is enabled
   - `tests/cli/run/escapes.py`: no capabilities, and none to gain
   - `tests/cli/run/escapes.py`: capabilities, and none to gain
   - `tests/core/unit/name.c`: DEL
   - `tests/core/unit/name.c`: INS
   - `tests/binfmt/privilege/run`: enter gives no caller a capability, a crash or silence
   - `tests/binfmt/privilege/run`: enter gives all
END
    same "$status" 1
    same "$output" "$(printf '%s\n' \
        'tests/hostile/enable.bats: a sound tree is enable: it has no test of that name' \
        'tests/hostile/nothing.bats: a sound tree is enabled: there is no such file' \
        'tests/cli/run/escapes.py: capabilities, and none to gain: it has no test of that name' \
        'tests/core/unit/name.c: INS: it has no test of that name' \
        'tests/binfmt/privilege/run: enter gives all: it has no test of that name')"
}

@test "a file that is not run, a promise without a test, a number left out, a test twice" {
    run faults <<'END'
1. **One.** Words.
   - `tests/support/helpers.bash`: same
   - `tests/hostile/enable.bats`: a sound tree is enabled
   - `tests/hostile/enable.bats`: a sound tree is enabled
2. **Two.** Words.
4. **Four.** Words.
   - `tests/hostile/enable.bats`: a sound tree is enabled
END
    same "$status" 1
    same "$output" "$(printf '%s\n' \
        'tests/support/helpers.bash: same: make test does not run it' \
        'tests/hostile/enable.bats: a sound tree is enabled: twice' \
        'promise 4: the one before it is 2' \
        'promise 2: it names no test')"
    run faults <<<"No promise."
    same "$output" "there is no promise"
}

@test "what users can start is static: no interpreter, no library" {
    for program in loader enter beside busypy "init-$(uname -m)"; do
        readelf -lWd "$ROOT/build/$program" >"$BATS_TEST_TMPDIR/headers"
        grep -q LOAD "$BATS_TEST_TMPDIR/headers"
        run grep -E 'INTERP|NEEDED|RUNPATH|RPATH' "$BATS_TEST_TMPDIR/headers"
        same "$output" ""
    done
    # the same look finds it where it is
    readelf -lWd "$ROOT/build/busypy-full" | grep -q INTERP
}

@test "nothing that is staged has a set-id bit or capabilities" {
    [ -e "$TREES/host/bin/ls" ]
    same "$(find "$TREES/host" -perm /6000)" ""
    same "$(getcap -r "$TREES/host")" ""
}

@test "while a tree is enabled enter alone has capabilities, two, on a tmpfs of root's; then nothing is left" {
    machine_script "$BUSYPY" "$TREES/host" <<'SCRIPT'
"$1" enable -q "$2"
cd /run/busypy.handler
[ "$(getcap -r /run/busypy*)" = "/run/busypy.handler/g1/enter cap_sys_chroot,cap_sys_admin=p" ]
[ "$(find . -perm /6000)" = "" ]
[ "$(find . ! -user root -o ! -type l -perm /022)" = "" ]
[ "$(stat -f -c %T .)" = tmpfs ]
cd /
"$1" disable -q
[ ! -e /run/busypy.handler/g1 ]
[ "$(find /run/busypy* -type f)" = "" ]
SCRIPT
}

@test "busypyd's unit gives it these capabilities and families, and no more" {
    settings() { sed -n "s/^$1=//p" "$ROOT/systemd/busypyd.service.in" | tr ' ' '\n' | sort | paste -sd ' '; }
    same "$(settings CapabilityBoundingSet)" "CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_KILL CAP_SETFCAP CAP_SETGID\
 CAP_SETPCAP CAP_SETUID CAP_SYS_ADMIN CAP_SYS_CHROOT CAP_SYS_PTRACE"
    same "$(settings RestrictAddressFamilies)" AF_UNIX
    same "$(settings RestrictNamespaces)" "mnt user"
    same "$(settings DevicePolicy)" closed
    same "$(settings MemoryMax)/$(settings TasksMax)" 512M/64
    [[ $(settings SystemCallFilter) == *~@clock* && $(settings SystemCallErrorNumber) == EPERM ]]
    # with these alone a tree is enabled, and its scripts run, for users too
    machine_script "$BUSYPY" "$TREES/host" "$(settings CapabilityBoundingSet | sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]')" <<'SCRIPT'
mount -t tmpfs -o mode=0755 cache /var/cache
printf '[%s]\nstart = image\n' "$2" >/run/conf
setpriv --bounding-set "-all,$3" "$1" enable -q --config /run/conf "$2"
"$2/etc/busypy/selftest" | grep -q '^busypy-selftest ok '
setpriv --reuid 1000 --regid 1000 --clear-groups "$2/etc/busypy/selftest" | grep -q '^busypy-selftest ok '
"$1" disable -q
SCRIPT
}
