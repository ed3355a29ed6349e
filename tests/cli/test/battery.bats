#!/usr/bin/env bats
# busypy test: each arch in a sandbox, what it prints in each format, and how it ends.

load ../../support/helpers

ARCHS=${BUSYPY_TEST_ARCHS:-x86_64 aarch64 armhf s390x}

setup_file() {
    # shellcheck disable=SC2086
    debian_tree $ARCHS
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    host_state >"$BATS_FILE_TMPDIR/before"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

setup() { cd "$BATS_FILE_TMPDIR"; }

battery() { "$BUSYPY" test --tree "$TREES/debian" "$@"; }
as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
says() { run -125 battery "${@:2}"; same "$output" "busypy: test: $1"; }
# Without times and memory, which differ.
table() { sed -E 's/ +[0-9.]+ s +[0-9.]+ MiB$//; s/ +TIME +MEMORY$//'; }

@test "a script that prints the same everywhere passes on all archs, as root and as a user" {
    printf '#!/usr/bin/python3\nimport sys, zlib, ssl\nprint(zlib.crc32(b"x"), sys.argv[1:])\n' >same.py
    chmod 755 same.py
    wanted="1..$(wc -w <<<"$ARCHS")"$'\n'$(n=0; for arch in $ARCHS; do echo "ok $((n += 1)) - $arch"; done)
    # shellcheck disable=SC2086
    set -- --arch "$(tr ' ' , <<<"$ARCHS")" --format tap --same-output -- ./same.py 'a b'
    same "$(battery "$@")" "$wanted"
    same "$(as_user "$BUSYPY" test --tree "$TREES/debian" "$@")" "$wanted"
}

@test "the self-test and its battery of modules pass on all archs, as a user" {
    # shellcheck disable=SC2086
    as_user "$BUSYPY" test --tree "$TREES/debian" --arch "$(tr ' ' , <<<"$ARCHS")" --format json -- \
        smoke --modules >smoke.json
    python3 -c '
import json, sys
jobs = json.load(open("smoke.json"))["arches"]
assert [job["arch"] for job in jobs] == sys.argv[1:], jobs
for job in jobs:
    assert job["state"] == "passed" and job["output"].endswith("\n# passed\n"), job
' $ARCHS
}

@test "the table, the end of what failed, and the first line that differs" {
    run -1 battery --arch x86_64,aarch64 -- sh -c 'echo one; uname -m; seq 30; [ "$(uname -m)" = x86_64 ]'
    same "$(table <<<"$output")" "aarch64: failed; the end of its output:
$(seq 11 30 | sed 's/^/  /')

ARCH    STATE  STATUS
x86_64  passed      0
aarch64 failed      1

x86_64 and aarch64 differ in line 2:
  x86_64    x86_64
  aarch64   aarch64"
}

@test "zero bytes hide nothing of a line" {
    run -1 bash -o pipefail -c '"$0" "$@" | tr "\0" @' "$BUSYPY" test --tree "$TREES/debian" --cwd none \
        --arch x86_64,aarch64 -- python3 -c 'import os, sys
print("a\0" + os.uname().machine)
sys.exit(os.uname().machine != "x86_64")'
    [[ $output == *$'\n  x86_64    a@x86_64\n  aarch64   a@aarch64' ]]
    [[ $output == *$'aarch64: failed; the end of its output:\n  a@aarch64\n'* ]]
}

@test "--same-output, and an output that has ended" {
    run -1 battery --arch x86_64,aarch64 --same-output -- sh -c 'echo one; [ "$(uname -m)" = aarch64 ] || echo two'
    [[ $output == *"x86_64 and aarch64 differ in line 2:
  x86_64    two
  aarch64   (its output has ended)
busypy: test: the outputs differ" ]] || { echo "$output"; false; }
}

@test "JSON and JUnit carry any output" {
    battery --arch x86_64,aarch64 --format json -- sh -c 'printf "\"<\001\377\303\251&\r\n"; exit 3' >result.json &&
        false
    python3 -c '
import json
result = json.load(open("result.json"))
assert result["command"] == ["sh", "-c", "printf \"\\\"<\\001\\377\\303\\251&\\r\\n\"; exit 3"], result
assert (result["passed"], result["failed"], result["same"]) == (0, 2, True), result
for arch, job in zip(("x86_64", "aarch64"), result["arches"]):
    assert (job["arch"], job["state"], job["status"]) == (arch, "failed", 3), job
    assert job["output"] == "\"<\x01\ufffd\u00e9&\r\n", job
    assert job["microseconds"] > 0 and job["peak-memory"] > 1 << 20, job
'
    run -1 battery --arch x86_64 --format junit -- sh -c 'printf "\"<\001\377\303\251&\r\n"; exit 3'
    python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.fromstring(sys.argv[1])
assert suite.attrib == {"name": "sh", "tests": "1", "failures": "1", "errors": "0"}, suite.attrib
case = suite.find("testcase")
assert (case.get("classname"), case.get("name")) == ("sh", "x86_64")
assert case.find("failure").get("message") == "failed, status 3"
assert case.find("system-out").text == "\"<\ufffd\ufffd\u00e9&\r\n", repr(case.find("system-out").text)
' "$output"
}

@test "--output keeps each output" {
    battery --arch x86_64,aarch64 --output kept/here -- uname -m >/dev/null
    same "$(head kept/here/*)" "==> kept/here/aarch64.txt <==
aarch64

==> kept/here/x86_64.txt <==
x86_64"
}

@test "a timeout, too much output, a sandbox that cannot be, a command that is not there" {
    run -1 battery --arch x86_64 --timeout 300ms -- sleep 1000
    same "$(table <<<"$output")" "x86_64: timed out; the end of its output:
  busypy: run: timed out after 300 ms

ARCH   STATE     STATUS
x86_64 timed out    124"
    run -1 battery --arch x86_64 --output-limit 7 -- yes
    [[ $output == *"too much output"* ]]
    run -1 battery --arch x86_64 --bind /nothing -- true
    [[ $output == *"x86_64: not run; the end of its output:
  busypy: run: cannot bind /nothing: No such file or directory"* ]] || { echo "$output"; false; }
    run -1 battery --arch x86_64 -- nothing
    [[ $output == *"x86_64 failed    127 "* ]] || { echo "$output"; false; }
}

@test "--jobs, and options that are passed on" {
    run -0 battery --arch x86_64,aarch64 -j 1 -e A=1 --clear-env --net none -o jobs -- \
        sh -c 'echo "$A"; wc -l </proc/net/dev; read line || echo empty'
    same "$(cat jobs/x86_64.txt)" "$(printf '1\n3\nempty')"
    same "$(cat jobs/aarch64.txt)" "$(cat jobs/x86_64.txt)"
}

# $1: the signal, $2: the status it ends with.
interrupted() {
    mkfifo up
    "$BUSYPY" test --tree "$TREES/debian" --arch x86_64,aarch64 --bind up:/tmp/up -- \
        sh -c "echo up >/tmp/up; sleep $HOUR" >table 2>&1 3>&- &
    pid=$!
    patiently 60 head -n 1 <up >/dev/null # one is up, the other may be
    kill "-$1" "$pid"
    status=0; wait "$pid" || status=$?
    rm up
    same "$status" "$2"
}

@test "told to stop, every sandbox is gone, and the table shows what was done" {
    HOUR=3600.$BASHPID # others sleep, too
    interrupted INT 130
    [ "$(grep -c interrupted table)" -ge 1 ]
    interrupted TERM 143
    interrupted KILL 137
    gone() { ! pgrep -f "^sleep $HOUR" >/dev/null; }
    wait_until 10 gone
}

@test "wrong words" {
    says "needs a COMMAND (Hint: see 'busypy test --help')"
    says "--jobs must be a number above 0, not '0'" --jobs 0 -- true
    says "--format must be 'table', 'tap', 'junit' or 'json', not 'csv'" --format csv -- true
    says "--output-limit cannot be 'x'" --output-limit x -- true
    says "--arch names x86_64 twice" --arch x86_64,x86_64 -- true
    run -125 battery --arch x86_64,vax -- true
    [[ $output == "busypy: test: unknown arch 'vax' (Hint: one of "* ]]
    run -125 "$BUSYPY" test --tree "$TREES/host" --arch s390x -- true
    [[ $output == "busypy: test: $TREES/host has no runtime for s390x; it has: "* ]] || { echo "$output"; false; }
    run -125 battery --plan -- true
    [[ $output == *"unrecognized option '--plan'
busypy: test: see 'busypy test --help'" ]]
}
