#!/usr/bin/env bats
# shellcheck disable=SC2154 # stderr is set by run
# busypy publish, rollback, versions, gc and clients: what they do, and each wrong input as one
# sentence that changes nothing.

load ../../support/helpers
load ../../support/witness
load tree

setup() {
    E=$BATS_TEST_TMPDIR/export SRC=$BATS_TEST_TMPDIR/src
    sound_tree "$SRC"
}

proof() { /usr/bin/python3 -B "$ROOT/tests/cli/publish/proof.py" "$@"; }
publish() { "$BUSYPY" publish -q "$@"; }

# Everything of an export, to see that nothing has changed; a sum, for there is much. What holds the
# lock and what is being written may come and go.
look() {
    (cd "$1" && find . -mindepth 2 -printf '%p %y %m %n %i %s %T@ %l\n' | sort
        find . -maxdepth 1 -printf '%p %y %m %l\n' | sort) | sha256sum
}

# refuses SENTENCE COMMAND...: busypy says so, and the export is as it was.
refuses() {
    local wanted=$1 before; shift
    before=$(look "$E")
    run -125 "$BUSYPY" "$@"
    same "$output" "busypy: $1: $wanted"
    same "$(look "$E")" "$before"
}

ids() { "$BUSYPY" versions -n -o ID "$E" | tr -d ' '; }

@test "a tree becomes a version: complete, read-only, current" {
    printf 'umask\n' >"$SRC/etc/strange name"; chmod 1777 "$SRC/tmp"
    printf '#!/usr/bin/python3\n' >"$SRC/bin/setid"; chmod 6755 "$SRC/bin/setid"
    ln -s /etc/nowhere "$SRC/etc/link"; ln -s 'a b\c' "$SRC/etc/odd"
    umask 077
    run -0 "$BUSYPY" publish --id v1 "$SRC" "$E"
    size=$(cd "$SRC" && find . -type f -printf '%i %s\n' | sort -u | awk '{ n += $2 } END { print n }')
    # three scripts have the same bytes and mode: bin/tool, bin/setid, selftest
    n=$(cd "$SRC" && find . -type f | wc -l)
    same "$output" "v1: $((n - 2)) files, $((size - 38)) bytes; new: $((n - 2)) files, $((size - 38)) bytes"
    same "$(proof "$E")" v1
    same "$(readlink "$E/current")" versions/v1
    same "$(head -n 1 "$E/current/etc/busypy/id")" v1
    same "$(stat -c %a "$E/current/"{bin/setid,tmp,var,etc,bin/tool} "$E/versions" | paste -sd ' ')" "555 755 755 755 555 755"
    same "$(readlink "$E/current/etc/link") $(readlink "$E/current/etc/odd")" '/etc/nowhere a b\c'
    same "$(ls -A "$E")" $'current\nversions'
    # and the source is as it was
    same "$(stat -c %a "$SRC/bin/setid")" 6755
}

@test "without --id: date, time and the manifest's sum; names sort as they were published" {
    for _ in 1 2 3 4 5; do
        "$BUSYPY" publish "$SRC" "$E" | cut -d: -f1 >>"$BATS_TEST_TMPDIR/said"
    done
    same "$(sort "$BATS_TEST_TMPDIR/said")" "$(cat "$BATS_TEST_TMPDIR/said")"
    same "$(ids)" "$(cat "$BATS_TEST_TMPDIR/said")"
    sum=$(sha256sum <"$E/current/etc/busypy/manifest" | cut -c 1-8)
    same "$(grep -cE "^20[0-9]{6}-[0-9]{6}\.[0-9]{3}-$sum\$" "$BATS_TEST_TMPDIR/said")" 5
    same "$(proof "$E")" "$(tail -n 1 "$BATS_TEST_TMPDIR/said")"
}

@test "what is unchanged is shared, whatever its time and path; what differs is not" {
    publish -i v1 "$SRC" "$E"
    touch "$SRC/bin/tool"; mv "$SRC/bin/hold" "$SRC/bin/holds"
    printf '#!/usr/bin/python3\n# new\n' >"$SRC/bin/new"; chmod 755 "$SRC/bin/new"
    run -0 "$BUSYPY" publish -i v2 "$SRC" "$E"
    [[ $output == *"; new: 1 files, 25 bytes" ]]
    for file in bin/tool etc/python/$ARCH/usr/bin/python3; do
        [ "$E/versions/v1/$file" -ef "$E/versions/v2/$file" ]
    done
    [ "$E/versions/v1/bin/hold" -ef "$E/versions/v2/bin/holds" ]
    [ ! "$E/versions/v1/etc/busypy/manifest" -ef "$E/versions/v2/etc/busypy/manifest" ]
    # the same size and time, other bytes; the same bytes, another mode
    printf '#!/usr/bin/python3\n# neW\n' >"$SRC/bin/new"; touch -r "$E/versions/v2/bin/new" "$SRC/bin/new"
    chmod 644 "$SRC/bin/holds"
    run -0 "$BUSYPY" publish -i v3 "$SRC" "$E"
    [[ $output == *"; new: 2 files, 51 bytes" ]]
    same "$(proof "$E")" v3
}

@test "a file of the earlier version that was damaged is not shared" {
    publish -i v1 "$SRC" "$E"
    chmod 644 "$E/versions/v1/bin/hold"; printf '#!/usr/bin/python3\n# HOLD\n' >"$E/versions/v1/bin/hold"
    chmod 555 "$E/versions/v1/bin/hold"
    publish -i v2 "$SRC" "$E"
    cmp "$SRC/bin/hold" "$E/versions/v2/bin/hold"
    run -1 proof "$E"
    [[ $output == "$E/versions/v1/bin/hold: is "* ]]
    same "${#lines[@]}" 1
}

@test "names of one file stay names of one file; a published version can be published again" {
    ln "$SRC/bin/tool" "$SRC/bin/again"
    publish -i v1 "$SRC" "$E"
    [ "$E/current/bin/tool" -ef "$E/current/bin/again" ]
    run -0 "$BUSYPY" publish -i v2 "$E/current" "$E"
    [[ $output == *"; new: 0 files, 0 bytes" ]]
    cmp "$E/versions/v1/etc/busypy/manifest" "$E/versions/v2/etc/busypy/manifest"
    same "$(proof "$E")" v2
}

@test "a tar of a tree gives the same version as the tree" {
    ln "$SRC/bin/tool" "$SRC/bin/again"; mkdir "$SRC/etc/empty"
    "$BUSYPY" pack -a all -f tar -z zstd -o "$BATS_TEST_TMPDIR/t.tar.zst" "$SRC"
    publish -i v1 "$SRC" "$E"
    run -0 "$BUSYPY" publish -i v2 "$BATS_TEST_TMPDIR/t.tar.zst" "$E"
    [[ $output == *"; new: 0 files, 0 bytes" ]]
    cmp "$E/versions/v1/etc/busypy/manifest" "$E/versions/v2/etc/busypy/manifest"
    same "$(proof "$E")" v2
}

@test "rollback goes back in the order of publishing, or to a version that is named" {
    for i in 1 2 3; do echo $i >"$SRC/etc/n"; publish -i v$i "$SRC" "$E"; done
    same "$("$BUSYPY" rollback "$E")" "v2 is current"
    same "$("$BUSYPY" rollback "$E")" "v1 is current"
    refuses "there is no version before v1" rollback "$E"
    same "$("$BUSYPY" rollback "$E" v3)" "v3 is current"
    same "$(proof "$E")" v3
    # what is published now is newer than all, also after a rollback
    "$BUSYPY" rollback -q "$E" v1
    echo 4 >"$SRC/etc/n"; publish -i a4 "$SRC" "$E"
    same "$("$BUSYPY" rollback "$E")" "v3 is current"
    same "$(ids | paste -sd ' ')" "v1 v2 v3 a4"
}

@test "rollback refuses what is unknown, incomplete or changed" {
    publish -i v1 "$SRC" "$E"; publish -i v2 "$SRC" "$E"
    refuses "there is no version v9 (Hint: 'busypy versions $E' lists them)" rollback "$E" v9
    refuses "'../v1' is no version's id" rollback "$E" ../v1
    refuses "'v1.tmp' is no version's id" rollback "$E" v1.tmp
    mkdir "$E/versions/half"
    refuses "version half is incomplete: it has no etc/busypy/id" rollback "$E" half
    mkdir -p "$E/versions/v3/etc/busypy"; cp "$E/versions/v1/etc/busypy/id" "$E/versions/v3/etc/busypy/id"
    refuses "$E/versions/v3/etc/busypy/id is the record of v1" rollback "$E" v3
    mv "$E/versions/v1/bin" "$BATS_TEST_TMPDIR/bin"
    refuses "$E/versions/v1/bin is missing" rollback "$E"
    mv "$BATS_TEST_TMPDIR/bin" "$E/versions/v1/bin"; mv "$E/versions/v1/bin/tool" "$BATS_TEST_TMPDIR/tool"; : >"$E/versions/v1/bin/tool"
    refuses "$E/versions/v1/bin/tool has another type or size than its manifest says" rollback "$E"
    mv "$BATS_TEST_TMPDIR/tool" "$E/versions/v1/bin/tool"; : >"$E/versions/v1/bin/another" # is no reason
    "$BUSYPY" rollback -q "$E"; "$BUSYPY" rollback -q "$E" v2
    chmod 644 "$E/versions/v1/etc/busypy/manifest"; echo "d 755 more" >>"$E/versions/v1/etc/busypy/manifest"
    refuses "$E/versions/v1/etc/busypy/manifest is not the manifest that was recorded" rollback "$E"
    run -0 --separate-stderr "$BUSYPY" versions -n -o ID "$E"
    same "$stderr" "busypy: versions: warning: 2 folders in versions without a record are not listed"
}

@test "wrong arguments" {
    publish -i v1 "$SRC" "$E"
    refuses "needs SRC and EXPORT (Hint: see 'busypy publish --help')" publish "$SRC"
    refuses "cannot find /nowhere: No such file or directory" publish /nowhere "$E"
    refuses "/dev/null is neither a tree nor a tar" publish /dev/null "$E"
    refuses "version v1 is there already: a published version never changes" publish -i v1 "$SRC" "$E"
    for id in ../v .v a/b v.tmp v.gone "a b" "$(printf '%064d' 0)"; do
        refuses "'$id' is no version's id (Hint: up to 63 letters, digits, '.', '_' and '-', a letter or digit first, not ending in .tmp or .gone)" publish -i "$id" "$SRC" "$E"
    done
    refuses "needs EXPORT and perhaps one ID (Hint: see 'busypy rollback --help')" rollback
    refuses "needs one EXPORT (Hint: see 'busypy gc --help')" gc "$E" v1
    refuses "--keep must be a number, not '-1'" gc --keep=-1 "$E"
    refuses "--lease-age must be a number with s, m, h or d, not '1y'" gc --lease-age 1y "$E"
    refuses "needs one EXPORT (Hint: see 'busypy versions --help')" versions
    refuses "needs one EXPORT (Hint: see 'busypy clients --help')" clients
    refuses "unknown column 'SIZE' of table 'versions'" versions -o SIZE "$E"
    for command in rollback versions gc clients; do
        refuses "cannot find the export /nowhere: No such file or directory" $command /nowhere
        refuses "$SRC is no export: it has no versions" $command "$SRC"
    done
    # an export inside the tree would hold itself
    run -125 "$BUSYPY" publish "$SRC" "$SRC/var/export"
    same "$output" "busypy: publish: $SRC/var/export lies in the tree $SRC"
    # current is the administrator's own link
    ln -sfn /srv "$E/current"
    refuses "$E/current is not a link to versions/ID" publish "$SRC" "$E"
    refuses "$E/current is not a link to versions/ID" rollback "$E"
}

@test "a tree that cannot work is not published" {
    publish -i v1 "$SRC" "$E"
    rm "$SRC/etc/python/$ARCH/usr/bin/python3"
    refuses "$SRC: etc/python/$ARCH/usr/bin/python3 ($ARCH) is missing" publish "$SRC" "$E"
    rm -r "$SRC/etc/python/$ARCH"
    refuses "$SRC: etc/python/$ARCH/usr ($ARCH) is missing" publish "$SRC" "$E"
    mkdir "$SRC/.busypy-stage"
    refuses "$SRC is being staged, or that was interrupted (Hint: 'busypy stage $SRC' goes on)" publish "$SRC" "$E"
}

@test "what is no file, directory or link is refused, and no link is followed" {
    publish -i v1 "$SRC" "$E"
    mkfifo "$SRC/etc/pipe"
    refuses "$SRC/etc/pipe is neither file, directory nor link" publish "$SRC" "$E"
    rm "$SRC/etc/pipe"; mknod "$SRC/etc/null" c 1 3
    refuses "$SRC/etc/null is neither file, directory nor link" publish "$SRC" "$E"
    rm "$SRC/etc/null"
    ln -s /etc "$SRC/etc/outside"; ln -s ../../.. "$SRC/bin/up"
    refuses "$SRC: bin/up leads to ../../.., which is above the tree" publish "$SRC" "$E"
    rm "$SRC/bin/up"; ln -s pipe "$SRC/etc/loop"
    # a second name of a file outside is copied: the file itself is never touched
    echo secret >"$BATS_TEST_TMPDIR/outside"; ln "$BATS_TEST_TMPDIR/outside" "$SRC/etc/hard"
    publish -i v2 "$SRC" "$E"
    same "$(proof "$E")" v2
    same "$(readlink "$E/current/etc/outside")" /etc
    same "$(stat -c '%h %a' "$BATS_TEST_TMPDIR/outside")" "2 644"
    [ ! "$E/current/etc/hard" -ef "$BATS_TEST_TMPDIR/outside" ]
}

# hostile NAME PYTHON...: a tar with what the statements add.
hostile() {
    /usr/bin/python3 - "$BATS_TEST_TMPDIR/bad.tar" "$SRC" <<SCRIPT
import io, os, sys, tarfile
tar = tarfile.open(sys.argv[1], "w")
for name in os.listdir(sys.argv[2]): tar.add(sys.argv[2] + "/" + name, name)
def add(name, type=tarfile.REGTYPE, data=b"x", link="", mode=0o644):
    info = tarfile.TarInfo(name); info.type = type; info.linkname = link; info.mode = mode
    info.size = len(data) if type == tarfile.REGTYPE else 0
    tar.addfile(info, io.BytesIO(data))
$1
tar.close()
SCRIPT
}

@test "a hostile tar writes nothing outside, and its sentence names the entry" {
    publish -i v1 "$SRC" "$E"
    T=$BATS_TEST_TMPDIR/bad.tar
    echo untouched >"$BATS_TEST_TMPDIR/victim"
    hostile 'add("../victim")'
    refuses "$T: the entry '../victim' leads out of the tree" publish "$T" "$E"
    hostile 'add("etc/../../victim")'
    refuses "$T: the entry 'etc/../../victim' leads out of the tree" publish "$T" "$E"
    hostile 'add("/tmp/victim")'
    refuses "$T: the entry '/tmp/victim' is no relative path" publish "$T" "$E"
    hostile 'add("out", tarfile.SYMTYPE, link="../../.."); add("out/victim")'
    refuses "$T: out/victim lies behind something that is no directory" publish "$T" "$E"
    hostile 'add("out", tarfile.SYMTYPE, link="/etc/passwd"); add("out")'
    refuses "$T: out is there twice" publish "$T" "$E"
    hostile 'add("bin/tool")'
    refuses "$T: bin/tool is there twice" publish "$T" "$E"
    hostile 'add("bin/x", tarfile.LNKTYPE, link="../victim")'
    refuses "$T: the entry '../victim' leads out of the tree" publish "$T" "$E"
    hostile 'add("out", tarfile.SYMTYPE, link="/etc/passwd"); add("bin/x", tarfile.LNKTYPE, link="out")'
    refuses "$T: bin/x is a name of out, which is not there" publish "$T" "$E"
    hostile 'add("dev/sda", tarfile.BLKTYPE)'
    refuses "$T: dev/sda is neither file, directory nor link" publish "$T" "$E"
    hostile 'add("etc/pipe", tarfile.FIFOTYPE)'
    refuses "$T: etc/pipe is neither file, directory nor link" publish "$T" "$E"
    hostile 'add("none/file")'
    refuses "$T: cannot open the folder of none/file: No such file or directory" publish "$T" "$E"
    hostile 'pass'; truncate -s 5000 "$T"
    run -125 "$BUSYPY" publish "$T" "$E"
    [[ $output == "busypy: publish: $T: cannot be read: Truncated input file (needed "* ]]
    echo nonsense >"$T"
    refuses "$T: cannot be read: Unrecognized archive format" publish "$T" "$E"
    same "$(cat "$BATS_TEST_TMPDIR/victim")" untouched
}

@test "a tar may begin its paths with ./ and have what no tree has" {
    hostile 'add("./bin/set", data=b"#!/usr/bin/python3\n# set\n", mode=0o6755); add("./etc/busypy/id", data=b"forged\n"); add("./etc/busypy/manifest")'
    run -0 "$BUSYPY" publish -q -i v1 "$BATS_TEST_TMPDIR/bad.tar" "$E"
    same "$(proof "$E")" v1
    same "$(stat -c %a "$E/current/bin/set")" 555
}

@test "one writer at a time: the owner is named, and a dead one's lock is taken over" {
    publish -i v1 "$SRC" "$E"
    mkdir "$E/.lock"
    owner() { # PID START BOOT MACHINE SPACE
        rm -rf "$E/.lock"; mkdir "$E/.lock"
        printf 'host web-1\npid %s\nstart %s\nsince 2026-11-20 12:00:00Z\nmachine %s\nboot %s\nspace %s\n' \
            "$1" "$2" "$4" "$3" "$5" >"$E/.lock/owner"
    }
    boot=$(cat /proc/sys/kernel/random/boot_id) space=$(readlink /proc/self/ns/pid)
    start=$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20)
    owner $$ "$start" "$boot" - "$space"
    for command in "publish $SRC" rollback gc; do
        # shellcheck disable=SC2086 # the words of a command
        refuses "$E is being written to by process $$ on web-1 since 2026-11-20 12:00:00Z" $command "$E"
    done
    hint=" (Hint: if that process is dead: rm -r $E/.lock)"
    owner 5 7 another-boot - "$space" # another machine's, for all that is known
    refuses "$E is being written to by process 5 on web-1 since 2026-11-20 12:00:00Z$hint" gc "$E"
    owner 5 7 "$boot" - "pid:[1]" # in a container of this machine
    refuses "$E is being written to by process 5 on web-1 since 2026-11-20 12:00:00Z$hint" gc "$E"
    rm "$E/.lock/owner"; echo >"$E/.lock/strange"
    refuses "$E is being written to by process ? on ? since ?$hint" gc "$E"
    # the same number, but another process
    owner $$ $((start - 1)) "$boot" - "$space"
    publish -i v2 "$SRC" "$E"
    same "$(proof "$E") $(ls -A "$E" | paste -sd ' ')" "v2 current versions"
    # nobody's
    mkdir "$E/.lock"; "$BUSYPY" gc "$E"
    same "$(ls -A "$E" | paste -sd ' ')" "current versions"
}

@test "what an interrupted run left is removed by the next writer" {
    publish -i v1 "$SRC" "$E"
    mkdir -p "$E/versions/v2.tmp/bin" "$E/versions/v0.gone/bin" "$E/.lock.1.2.3"
    echo half >"$E/versions/v2.tmp/bin/tool"; ln -s versions/v2.tmp "$E/current.tmp"
    publish -i v2 "$SRC" "$E"
    same "$(proof "$E") $(ls -A "$E" "$E/versions" | paste -sd ' ')" "v2 $E: current versions  $E/versions: v1 v2"
}

@test "gc keeps the newest, the current and what clients run; then what is old goes" {
    for i in 1 2 3 4 5 6; do echo $i >"$SRC/etc/n"; publish -i v$i "$SRC" "$E"; done
    "$BUSYPY" rollback -q "$E" v1
    mkdir "$E/leases"
    lease() { printf 'host %s\narch x86_64\nversion %s\nboot b-1\nuptime 5\n' "$1" "$2" >"$E/leases/$1"; }
    lease a v2; lease b v3; touch -d '25 hours ago' "$E/leases/b"
    same "$("$BUSYPY" gc "$E")" "v3 removed"
    same "$(proof "$E" && ids | paste -sd ' ')" $'v1\nv1 v2 v4 v5 v6'
    same "$("$BUSYPY" gc --keep 1 --lease-age 26h "$E")" $'v4 removed\nv5 removed'
    same "$("$BUSYPY" gc -k0 -l 0 "$E")" $'v2 removed\nv6 removed'
    same "$(wc -l <"$E/.leased")" 1 # the clock alone
    same "$(proof "$E" && ls -A "$E/versions")" $'v1\nv1'
}

@test "versions tells size, sharing, date, archs and users" {
    publish -i v1 "$SRC" "$E"; echo >"$SRC/etc/n"; publish -i v2 "$SRC" "$E"
    mkdir "$E/leases"; printf 'host a\narch x86_64\nversion v2\nboot b-1\nuptime 5\n' >"$E/leases/a"
    "$BUSYPY" versions --json "$E" | /usr/bin/python3 -c '
import datetime, json, os, sys
export, arch = sys.argv[1:]
one, two = json.load(sys.stdin)["versions"]
def files(version):
    found = {}
    for folder, _, names in os.walk(export + "/versions/" + version):
        for name in names:
            st = os.stat(folder + "/" + name); found[st.st_ino] = st.st_size
    return found
a, b = files("v1"), files("v2")
shared = sum(size for ino, size in a.items() if ino in b)
assert shared > 0
assert [one["id"], two["id"]] == ["v1", "v2"]
assert (one["bytes"], two["bytes"]) == (sum(a.values()), sum(b.values())), (one, two)
assert one["shared"] == two["shared"] == shared, (one, shared)
assert (one["current"], two["current"]) == (False, True)
assert (one["clients"], two["clients"], two["views"], two["enabled"]) == (0, 1, 0, False)
assert one["archs"] == arch and two["files"] == one["files"] + 1
age = datetime.datetime.utcnow() - datetime.datetime.strptime(two["date"], "%Y-%m-%d %H:%M:%SZ")
assert 0 <= age.total_seconds() < 3600, two
' "$E" "$ARCH"
}

@test "a version that is enabled, or in which something runs, is in use" {
    publish -i v1 "$SRC" "$E"; publish -i v2 "$SRC" "$E"; publish -i v3 "$SRC" "$E"
    chmod 755 "$BATS_TEST_TMPDIR"
    machine_script "$BUSYPY" "$E" "$BATS_TEST_TMPDIR" <<'SCRIPT'
columns() { "$1" versions -n -o ID,ENABLED,VIEWS "$2" | tr -s ' ' | paste -sd ';'; }
"$1" enable -q "$2/versions/v1"
[ "$(columns "$1" "$2")" = "v1 yes 0;v2 no 0;v3 no 0" ]
mkfifo "$3/fifo"
"$2/versions/v1/bin/hold" <"$3/fifo" >"$3/out" & held=$!
exec 7>"$3/fifo"
until grep -q view=1 "$3/out" 2>/dev/null; do :; done
"$1" disable -q; "$1" enable -q "$2/versions/v2"
columns "$1" "$2"
[ "$(columns "$1" "$2")" = "v1 no 1;v2 yes 0;v3 no 0" ]
[ "$("$1" gc -k0 "$2")" = "" ]
exec 7>&-; wait $held
[ "$("$1" gc -k0 "$2")" = "v1 removed" ]
"$1" disable -q
[ "$("$1" gc -k0 "$2")" = "v2 removed" ]
SCRIPT
    same "$(proof "$E")" v3
}

@test "what is in use is found in other users' processes, and where the export is mounted" {
    publish -i v1 "$SRC" "$E"; publish -i v2 "$SRC" "$E"; publish -i v3 "$SRC" "$E"
    chmod 755 "$BATS_TEST_TMPDIR"
    machine_script "$BUSYPY" "$E" "$BATS_TEST_TMPDIR" <<'SCRIPT'
user="setpriv --reuid 1000 --regid 1000 --clear-groups"
mkfifo "$3/fifo"
hold() { "$1/v1/bin/hold" <"$3/fifo" >"$3/out" & held=$!; exec 7>"$3/fifo"; until grep -q view=1 "$3/out" 2>/dev/null; do :; done; }
"$1" enable -q "$2/versions/v1"
hold "$2/versions" "" "$3"
"$1" disable -q
chown 1000 "$2" "$2/versions"
[ "$($user "$1" gc -k2 "$2")" = "" ]
chown 0 "$2" "$2/versions"
exec 7>&-; wait $held; rm "$3/out"
mkdir "$3/other"; mount --bind "$2" "$3/other"
"$1" enable -q "$3/other/versions/v1"
[ "$("$1" gc -k2 "$2")" = "" ]
"$1" disable -q; umount "$3/other"
# the versions have a file system of their own
mkdir -p "$3/disk"; mount -t tmpfs -o mode=755 disk "$3/disk"; cp -a "$2/versions/." "$3/disk"
mount --bind "$3/disk" "$2/versions"
"$1" enable -q "$2/versions/v1"
hold "$2/versions" "" "$3"
"$1" disable -q
[ "$("$1" gc -k2 "$2")" = "" ]
exec 7>&-; wait $held
[ "$("$1" gc -k2 "$2")" = "v1 removed" ]
SCRIPT
}

@test "what is enabled while gc removes others stays" {
    publish -i v1 "$SRC" "$E"; publish -i v2 "$SRC" "$E"; publish -i v3 "$SRC" "$E"
    chmod 755 "$BATS_TEST_TMPDIR"
    machine_script "$BUSYPY" "$E" "$BATS_TEST_TMPDIR" <<'SCRIPT'
# it waits until it can say that v1 is gone
mkfifo "$3/said"; exec 8<>"$3/said"
head -c 65536 /dev/zero >&8
"$1" gc -k0 "$2" 8>&- >"$3/said" & gc=$!
until [ ! -e "$2/versions/v1" ] && [ ! -e "$2/versions/v1.gone" ]; do kill -0 $gc; done
"$1" enable -q "$2/versions/v2"
head -c 65536 <&8 >/dev/null
wait $gc
read -r line <&8; [ "$line" = "v1 removed" ]
[ "$("$1" versions -n -o ID "$2" | tr -d ' ' | paste -sd ';')" = "v2;v3" ]
"$1" disable -q
SCRIPT
}

@test "on a full disk there is a way back, and versions can be removed" {
    machine_script "$BUSYPY" "$SRC" "$BATS_TEST_TMPDIR" <<'SCRIPT'
mkdir "$3/m"; mount -t tmpfs -o size=2m,mode=755 m "$3/m"
"$1" publish -q -i v1 "$2" "$3/m"; echo 2 >"$2/etc/n"; "$1" publish -q -i v2 "$2" "$3/m"
! cat /dev/zero >"$3/m/fill" 2>/dev/null || exit 1
[ "$("$1" rollback "$3/m")" = "v1 is current" ]
[ "$("$1" gc -k0 "$3/m")" = "v2 removed" ]
[ "$(ls -A "$3/m" "$3/m/versions" | paste -sd ' ')" = "$3/m: current fill versions  $3/m/versions: v1" ]
SCRIPT
}

@test "a script of an export gets a path that stays in its version" {
    ln -s tool "$SRC/bin/again"
    publish -i v1 "$SRC" "$E"
    chmod 755 "$BATS_TEST_TMPDIR"
    ln -s "$E/current/bin/tool" "$BATS_TEST_TMPDIR/tool"; ln -s "$E/current/bin/tool" "$BATS_TEST_TMPDIR/other"
    machine_script "$BUSYPY" "$E" "$BATS_TEST_TMPDIR" <<'SCRIPT'
"$1" enable -q "$2/current"
# got SCRIPT [CALLER...]: the path that the interpreter got
got() { local script=$1; shift; "$@" "$script" | tr ' ' '\n' | sed -n 's/^args=//p'; }
is() { [ "$1" = "$2" ] || { echo "got $1, wanted $2"; exit 1; }; }
for caller in env "setpriv --reuid 1000 --clear-groups" "setpriv --reuid 1000 --clear-groups --no-new-privs"; do
    # shellcheck disable=SC2086 # words
    {
        is "$(got "$2/current/bin/tool" $caller)" "$2/versions/v1/bin/tool"
        is "$(got "$2/current/bin/again" $caller)" "$2/versions/v1/bin/again"
        is "$(got "$2/./current/bin/tool" $caller)" "$2/versions/v1/bin/tool"
        is "$(got "$2/versions/v1/bin/tool" $caller)" "$2/versions/v1/bin/tool"
        is "$(got "$3/tool" $caller)" "$2/versions/v1/bin/tool"
        is "$(got "$3/other" $caller)" "$3/other"
        is "$(cd "$2" && got current/bin/tool $caller)" "$2/versions/v1/bin/tool"
        is "$(cd "$2/current/bin" && got ./tool $caller)" ./tool
    }
done
SCRIPT
}

@test "clients lists leases; what is none is passed over with a warning" {
    publish -i v1 "$SRC" "$E"
    same "$("$BUSYPY" clients --json "$E" | tr -d ' \n')" '{"clients":[]}'
    mkdir "$E/leases"
    lease() { printf 'host %s\narch %s\nversion %s\nboot b-1\nuptime %s\n' "$@" >"$E/leases/$1"; }
    lease web-2 aarch64 v1 7; lease web-1 x86_64 v0 5; touch -d '2 days ago' "$E/leases/web-1"
    touch -d '1 hour' "$E/leases/web-2"
    echo half >"$E/leases/.web-3"
    "$BUSYPY" clients --json "$E" | /usr/bin/python3 -c '
import json, sys
one, two = json.load(sys.stdin)["clients"]
assert 172800 <= one.pop("age") < 180000
assert one == {"host": "web-1", "arch": "x86_64", "version": "v0", "uptime": 5, "live": False, "current": False, "boot": "b-1", "processor": None}, one
assert two == {"host": "web-2", "arch": "aarch64", "version": "v1", "age": 0, "uptime": 7, "live": True, "current": True, "boot": "b-1", "processor": None}, two
'
    same "$("$BUSYPY" clients -n -l 3d -o LIVE "$E" | tr -d ' ' | paste -sd ' ')" "yes yes"
    # whatever a client with a hostile mind puts there
    mkfifo "$E/leases/fifo"; mkdir "$E/leases/folder"; ln -s /etc/passwd "$E/leases/link"
    ln -s /dev/zero "$E/leases/zero"; truncate -s 1T "$E/leases/huge"; : >"$E/leases/empty"
    cp "$E/leases/web-2" "$E/leases/other"; touch "$E/leases/$(printf 'new\nline')" "$E/leases/blank name"
    head -c 3000 /dev/urandom >"$E/leases/noise"; ln "$E/leases/web-2" "$E/leases/$(printf '%0200d' 0)"
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$E/leases/socket"
    run -0 --separate-stderr patiently 60 "$BUSYPY" clients -n -o HOST "$E"
    same "$(tr -d ' ' <<<"$output" | paste -sd ' ')" "web-1 web-2"
    same "$stderr" "busypy: clients: warning: 12 of the files in leases are no lease; the first: empty: no line 'host'"
    run -0 patiently 60 "$BUSYPY" gc "$E"
    same "$output" ""
    # the folder itself is no link
    mv "$E/leases" "$E/elsewhere"; ln -s elsewhere "$E/leases"
    refuses "cannot read $E/leases: Not a directory" clients "$E"
    rm -rf "$E/leases" "$E/elsewhere"
}

@test "progress is for terminals" {
    run -0 "$BUSYPY" publish "$TREES/host" "$E"
    [[ $output != *publishing* ]]
    run -0 script -qec "'$BUSYPY' publish '$TREES/host' '$E'" /dev/null
    [[ $output =~ publishing:\ [0-9]+\ files,\ [0-9]+\ MiB,\ 0\ of\ them\ new ]]
}

@test "a user publishes to an export of his own" {
    chmod 755 "$BATS_TEST_TMPDIR"; install -d -o 1000 -g 1000 "$E"
    chmod 775 "$SRC/var"; chmod 666 "$SRC/bin/hold"
    as_user "$BUSYPY" publish -q -i v1 "$SRC" "$E"
    as_user "$BUSYPY" publish -q -i v2 "$SRC" "$E"
    same "$(proof "$E") $(stat -c '%u %h %a' "$E/current/bin/hold" "$E/current/var" | paste -sd ' ')" "v2 1000 2 444 1000 2 755"
    same "$(as_user "$BUSYPY" rollback "$E")" "v1 is current"
    same "$(as_user "$BUSYPY" gc -k 0 "$E")" "v2 removed"
    # and to one that others can write, which is his own concern
    chmod 777 "$E" "$E/versions"
    as_user "$BUSYPY" publish -q -i v3 "$SRC" "$E"
    same "$(proof "$E")" v3
}

@test "root does not share files that another user could change" {
    publish -i v1 "$SRC" "$E"
    chown 1000 "$E/versions/v1/bin/hold"
    publish -i v2 "$SRC" "$E"
    same "$(proof "$E") $(stat -c '%u %h' "$E/current/bin/hold")" "v2 0 1"
}

@test "clients with older processors than a version needs are named" {
    newer() {
        echo 'void _start(void) { for (;;) ; }' |
            cc -static -nostdlib -Wl,-z,x86-64-v3 -o "$SRC/etc/python/$1/usr/bin/python3" -x c -
    }
    lease() {
        printf 'host %s\narch %s\nversion v1\nboot b\nuptime 1\n%b' "$1" "$2" "$3" >"$E/leases/$1"
    }
    arch=$(uname -m)
    publish -i v1 "$SRC" "$E"
    mkdir "$E/leases"
    lease old "$arch" 'processor x86-64-v2\n'; lease older "$arch" 'processor x86-64-v1\n'
    lease new "$arch" 'processor x86-64-v3\n'; lease silent "$arch" ''
    lease later "$arch" 'processor x86-64-v7\n'; lease arm aarch64 ''
    lease gone "$arch" 'processor x86-64-v1\n'; touch -d '2 days ago' "$E/leases/gone"
    run -0 --separate-stderr "$BUSYPY" clients -n -o HOST,PROCESSOR "$E"
    same "$(tr -s ' ' <<<"$output" | sed 's/ $//')" "arm
gone x86-64-v1
later
new x86-64-v3
old x86-64-v2
older x86-64-v1
silent"
    same "$stderr" ""
    newer "$arch"
    sentence="warning: /usr/bin/python3 ($arch) needs x86-64-v3, and of the clients 2 cannot run it; the first: old has x86-64-v2"
    run -0 publish -i v2 "$SRC" "$E"
    same "$output" "busypy: publish: $sentence"
    run -0 --separate-stderr "$BUSYPY" clients "$E"
    same "$stderr" "busypy: clients: $sentence"
    rm "$E"/leases/old*
    run -0 publish -i v3 "$SRC" "$E"
    same "$output" ""
}
