#!/usr/bin/env bats
# shellcheck disable=SC2154 # stderr is set by run
# Hostile clients: whoever can write leases can keep versions from being removed, for a while, and
# nothing else.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree
load export

setup() {
    hostile_export 3
    mkdir "$E/leases"
}

# gc, $AHEAD seconds later by the clock that nobody sets.
gc() { unshare -T --boottime "${AHEAD:-0}" "$BUSYPY" gc -k "${1:-1}" "$E"; }

# What the other clock said when gc looked last: $1 seconds less than now. In another boot, perhaps.
clock_was() { sed -i "1s/\([^ ]*\) \([^ ]*\) [0-9]*$/${2:-\1} \2 $(($(date +%s) - $1))/" "$E/.leased"; }

@test "a lease that another client writes over keeps its version until its age ends" {
    lease victim v1
    same "$(gc)" "v2 removed"
    same "$(stat -c %a "$E/.leased")" 600
    for attack in "lease victim v3" "rm $E/leases/victim" "touch -d @0 $E/leases/victim"; do
        lease victim v1
        $attack
        same "$(gc)" ""
    done
    # the day after
    sed -i 's/^v1 .*/v1 90000/' "$E/.leased"
    same "$(gc)" "v1 removed"
    same "$(cut -d ' ' -f 1 "$E/.leased" | paste -sd ' ')" "clock v3"
}

@test "a memory of gc that is nonsense, huge, a link, a FIFO, a folder or a device is refused" {
    local text make
    for text in '' nonsense 'clock' 'clock b' 'clock b 1' 'clock b x 1' 'clock b 1 -1' 'clock b 99999999999999999999 1' \
        $'clock b 1 1\nv1' $'clock b 1 1\nv1 x' $'clock b 1 1\nv1 18446744073709551615' $'v1 5\nclock b 1 1' \
        "clock $(printf '%0100d' 0) 1 1"; do
        printf '%s\n' "$text" >"$E/.leased"
        refuses "$E/.leased: cannot be understood (Hint: rm it)" gc "$E"
    done
    for make in mkfifo "ln -s $OUT/file" mkdir "truncate -s 1T" socket; do
        rm -rf "$E/.leased"
        $make "$E/.leased"
        refuses "$E/.leased" gc "$E"
    done
    rm "$E/.leased"; mknod "$E/.leased" c 1 5
    refuses "$E/.leased" gc "$E"
}

@test "what stands where gc writes its memory is removed, not written to" {
    lease node v1
    ln -s "$OUT/file" "$E/.leased.new"
    gc >/dev/null
    outside_unchanged
    ln "$OUT/file" "$E/.leased.new"
    gc >/dev/null
    same "$(cat "$OUT/file")" TOP-SECRET
    mkfifo "$E/.leased.new"
    patiently 20 "$BUSYPY" gc "$E"
}

@test "the memory of gc is on disk before it has its name" {
    lease node v1
    strace -qq -y -o "$BATS_TEST_TMPDIR/log" -e trace=fsync,renameat2 "$BUSYPY" gc -k 1 "$E" >/dev/null
    grep -B 1 'renameat2.*"\.leased.new"' "$BATS_TEST_TMPDIR/log" | head -n 1 | grep 'fsync(.*\.leased\.new>'
    grep -A 1 'renameat2.*"\.leased.new"' "$BATS_TEST_TMPDIR/log" | sed -n 2p | grep 'fsync(.*/export>'
}

@test "a clock that was set forward does not let a version go that is in use" {
    same "$(gc 3)" ""
    # since then it is three years later, and not a minute has passed
    lease node v1; touch -d '3 years ago' "$E/leases/node"
    clock_was 94694400
    AHEAD=60
    same "$(gc)" "v2 removed"
    AHEAD=60000
    same "$(gc)" ""
    # it does not write any more
    AHEAD=90000
    same "$(gc)" "v1 removed"
}

@test "a clock that was set back, or a lease of the future, keeps no version for good" {
    lease node v1; touch -d '3 years' "$E/leases/node"
    same "$(gc)" "v2 removed"
    AHEAD=43200
    clock_was -94608000
    same "$(gc)" ""
    AHEAD=86500
    same "$(gc)" "v1 removed"
}

@test "a client that puts its lease into the future again and again gets a day" {
    lease node v1; touch -d '3 years' "$E/leases/node"
    same "$(gc)" "v2 removed"
    for AHEAD in 21000 42000 63000 84000; do
        touch -d "$AHEAD hours" "$E/leases/node"
        same "$(gc)" ""
    done
    AHEAD=105000
    touch -d "$AHEAD hours" "$E/leases/node"
    same "$(gc)" "v1 removed"
}

@test "over a restart no more than half an age passes, whatever the clock says, and that much does" {
    lease node v1
    same "$(gc)" "v2 removed"
    rm "$E/leases/node"
    clock_was 94608000 another-boot
    same "$(gc)" ""
    clock_was -94608000 another-boot
    same "$(gc)" ""
    clock_was 94608000 another-boot
    same "$(gc)" "v1 removed"
}

@test "leases that are no files, or nobody's, are passed over, and hold nobody up" {
    mkfifo "$E/leases/fifo"; mkdir "$E/leases/folder"; ln -s "$OUT/file" "$E/leases/secret"
    ln -s /dev/zero "$E/leases/zero"; truncate -s 1T "$E/leases/endless"; mknod "$E/leases/device" c 1 5
    mknod "$E/leases/disk" b 7 200; socket "$E/leases/socket"; ln "$OUT/file" "$E/leases/hard"
    touch "$E/leases/$(printf 'a\x1b]0;x\x07')" "$E/leases/$(printf 'a\xc2\x9bm')" "$E/leases/"$'new\nline' \
        "$E/leases/$(printf '%0255d' 0)" "$E/leases/-rf"
    lease good v1
    run -0 --separate-stderr patiently 20 "$BUSYPY" clients -n -o HOST "$E"
    same "$output" good
    [[ $stderr == *"14 of the files in leases are no lease; the first: "* ]]
    run ! grep -q TOP-SECRET <<<"$output$stderr"
    run ! grep -q $'[\x1b\x07]\|\xc2\x9b' <<<"$output$stderr"
    same "$(patiently 20 "$BUSYPY" gc -k 1 "$E")" "v2 removed"
    patiently 20 "$BUSYPY" versions "$E" >/dev/null
    outside_unchanged
}

@test "what a lease says has no control character, no path and no other host's name" {
    local version
    for version in ../v1 versions/v1 . .. "$(printf 'v1\x1b[31m')" "$(printf 'v1\xc2\x9b31m')" 'v1 v2' "$(printf '%064d' 0)"; do
        lease node "$version"
        run -0 --separate-stderr "$BUSYPY" clients -n "$E"
        same "$output" ""
        run ! grep -q $'\x1b\|\xc2\x9b' <<<"$stderr"
    done
    lease node v1; mv "$E/leases/node" "$E/leases/other"
    run -0 --separate-stderr "$BUSYPY" clients -n "$E"
    same "$output" ""
    same "$stderr" "busypy: clients: warning: 1 of the files in leases is no lease; the first: other: the lease of another host, node"
    same "$(gc)" $'v1 removed\nv2 removed'
}

@test "leases that are a link, a file or a FIFO are none, and hold nobody up" {
    rmdir "$E/leases"
    mkdir "$OUT/leases"; ln -s "$OUT/leases" "$E/leases"
    state "$OUT" >"$BATS_TEST_TMPDIR/outside.before"
    refuses "cannot read $E/leases: Not a directory" gc "$E"
    refuses "cannot read $E/leases: Not a directory" versions "$E"
    rm "$E/leases"; mkfifo "$E/leases"
    refuses "cannot read $E/leases: Not a directory" gc "$E"
    refuses "cannot read $E/leases: Not a directory" clients "$E"
}

@test "leases are anybody's: that is no reason to refuse the export" {
    chown $USER_ID "$E/leases"; chmod 1777 "$E/leases"
    lease node v1; chown $USER_ID "$E/leases/node"; chmod 666 "$E/leases/node"
    same "$(gc)" "v2 removed"
    same "$("$BUSYPY" clients -n -o HOST "$E")" node
}

@test "a flood of leases shortens a list, with a warning, and stops neither gc nor versions" {
    (cd "$E/leases" && seq -f '_%.0f' 70000 | xargs touch)
    lease node v1
    run -0 --separate-stderr "$BUSYPY" clients -n -o HOST "$E"
    [[ $stderr == "busypy: clients: warning: more than 65536 files in leases, not all are listed"* ]]
    run -0 --separate-stderr "$BUSYPY" versions -n -o ID,CLIENTS "$E"
    same "$stderr" ""
    same "$(tr -s ' ' <<<"$output" | paste -sd ';')" "v1 1;v2 0;v3 0"
    same "$(gc)" "v2 removed"
}

@test "where not all leases can be looked at nothing is removed, and gc says so and ends well" {
    /usr/bin/python3 - "$E/leases" <<'SCRIPT'
import os, sys
os.chdir(sys.argv[1])
for n in range(262145):
    if n % 50000 == 0: open("f%d" % n, "w").close(); first = "f%d" % n
    else: os.link(first, "f%d" % n)
SCRIPT
    mkdir "$E/versions/half.tmp"
    run -0 patiently 60 "$BUSYPY" gc -k 1 "$E"
    same "$output" "busypy: gc: warning: more than 262144 files in leases: any version may be leased, none is removed (Hint: remove what is no client's)"
    unchanged # and what was interrupted is gone
    run -0 --separate-stderr patiently 60 "$BUSYPY" versions -n -o ID "$E"
    same "$stderr" "busypy: versions: warning: more than 262144 files in leases, not all are counted"
    rm -rf "$E/leases"
}

@test "on a full disk gc makes room, although it cannot write what it remembers" {
    machine_script "$BUSYPY" "$SRC" "$BATS_TEST_TMPDIR" <<'SCRIPT'
mkdir "$3/m"; mount -t tmpfs -o size=3m,mode=755 m "$3/m"
for i in 1 2 3; do echo $i >"$2/etc/n"; "$1" publish -q -i v$i "$2" "$3/m"; done
mkdir "$3/m/leases"; printf 'host n\narch x86_64\nversion v1\nboot b\nuptime 5\n' >"$3/m/leases/n"
! cat /dev/zero >"$3/m/fill" 2>/dev/null || exit 1
[ "$("$1" gc -k1 "$3/m")" = "v2 removed" ]
[ "$(cut -d ' ' -f 1 "$3/m/.leased" | paste -sd ' ')" = "clock v1" ]
SCRIPT
}
