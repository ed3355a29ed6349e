#!/usr/bin/env bats
# Hostile sources and exports: a version that was published never changes, and nobody stops root.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree
load export

setup() {
    T=$BATS_TEST_TMPDIR/bad.tar
    hostile_export 1
    for i in 0 1; do printf '#!/usr/bin/python3\n# %d\n' $i >"$SRC/bin/script$i"; done
    chmod 755 "$SRC"/bin/script*
    rm -r "$E"; "$BUSYPY" publish -q -i v1 "$SRC" "$E"
    state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"
    digest >"$BATS_TEST_TMPDIR/before"
}

# Bytes, modes and names of every published version.
digest() {
    (cd "$E" && find versions -mindepth 1 -printf '%p %y %m %l\n' | sort
        find versions -type f -exec sha256sum {} + | sort)
}

# bad_tar PYTHON...: a tar of the tree with what the statements add.
bad_tar() {
    /usr/bin/python3 - "$T" "$SRC" <<SCRIPT
import io, os, sys, tarfile
tar = tarfile.open(sys.argv[1], "w", format=tarfile.GNU_FORMAT)
for name in sorted(os.listdir(sys.argv[2])): tar.add(sys.argv[2] + "/" + name, name)
same = open(sys.argv[2] + "/bin/script0", "rb").read()
def add(name, type=tarfile.REGTYPE, data=b"x", link="", mode=0o755):
    info = tarfile.TarInfo(name); info.type = type; info.linkname = link; info.mode = mode
    info.size = len(data) if type == tarfile.REGTYPE else 0
    tar.addfile(info, io.BytesIO(data))
$1
tar.close()
SCRIPT
}

@test "a tar that is refused does not write into the version that shares its files" {
    for name in .busypy-spool bin/.busypy-spool etc/busypy/manifest .busypy-spool.0; do
        bad_tar "
add('first', data=same)
add('$name', tarfile.LNKTYPE, link='first')
add('second', data=b'#!/usr/bin/python3\n# other bytes\n')
add('bin/script0', data=b'#!/usr/bin/python3\n# twice\n')"
        run -125 "$BUSYPY" publish -i v2 "$T" "$E"
        unchanged
        same "$(readlink "$E/current")" versions/v1
    done
}

@test "a tar of names that were once reserved is a version like any other" {
    bad_tar "
add('first', data=same)
add('.busypy-spool', tarfile.LNKTYPE, link='first')
add('second', data=b'#!/usr/bin/python3\n# other bytes\n')"
    "$BUSYPY" publish -i v2 "$T" "$E"
    cmp "$E/versions/v2/.busypy-spool" "$SRC/bin/script0"
    digest | grep -v versions/v2 | diff "$BATS_TEST_TMPDIR/before" -
}

@test "folders deeper than files can be open are removed again, and stop no later publishing" {
    bad_tar "
for depth in range(1, 600): add('/'.join(['d'] * depth), tarfile.DIRTYPE)
add('bin/script0', data=b'twice')"
    run -125 prlimit --nofile=200 "$BUSYPY" publish -i v2 "$T" "$E"
    [[ $output == *"bin/script0 is there twice"* ]]
    unchanged
    # as if it had been killed
    mkdir "$E/versions/v2.tmp"
    (cd "$E/versions/v2.tmp" && for ((i = 0; i < 600; i++)); do mkdir d && cd -P d || exit; done)
    prlimit --nofile=200 "$BUSYPY" publish -q -i v2 "$SRC" "$E"
    same "$(ls "$E/versions")" $'v1\nv2'
}

@test "a FIFO where a file is expected stops nothing" {
    mkdir -p "$E/versions/zz/etc/busypy"
    mkfifo "$E/versions/zz/etc/busypy/id" "$E/versions/zz/etc/busypy/manifest"
    patiently 10 "$BUSYPY" versions "$E"
    patiently 10 "$BUSYPY" gc "$E"
    mkdir -p "$E/leases"
    mkfifo "$E/leases/node1"
    patiently 10 "$BUSYPY" clients "$E"
    patiently 10 "$BUSYPY" gc "$E"
}

@test "a FIFO in the lock of an export elsewhere, or as a version's record, holds nobody up" {
    printf '#!/bin/sh\nshift; exec sh -c "$*"\n' >"$BATS_TEST_TMPDIR/ssh"
    chmod 755 "$BATS_TEST_TMPDIR/ssh"
    export BUSYPY_SSH=$BATS_TEST_TMPDIR/ssh
    mkdir -p "$E/versions/zz/etc/busypy" "$E/.lock"
    mkfifo "$E/versions/zz/etc/busypy/id" "$E/.lock/owner"
    run -125 patiently 20 "$BUSYPY" publish -q -i v2 "$SRC" "host:$E"
    [[ $output == *".lock/owner is no file"* ]]
    rm "$E/.lock/owner"
    ln -s /dev/zero "$E/.lock/owner"
    run -125 patiently 20 "$BUSYPY" publish -q -i v2 "$SRC" "host:$E"
    [[ $output == *".lock/owner is no file"* ]]
    rm "$E/.lock/owner"
    patiently 20 "$BUSYPY" publish -q -i v2 "$SRC" "host:$E"
    same "$(readlink "$E/current")" versions/v2
}

@test "what would fill the disk is refused before it is unpacked" {
    truncate -s 65G "$BATS_TEST_TMPDIR/hole"
    tar -C "$BATS_TEST_TMPDIR" -S -cf "$T" hole
    [ "$(stat -c %s "$T")" -lt 100000 ]
    run -125 patiently 20 "$BUSYPY" publish -q -i v2 "$T" "$E"
    [[ $output == *"cannot be read: more than 64 GiB of files"* ]]
    unchanged
}

publish() { "$BUSYPY" publish -q -i v2 "$@"; }
link_to() { ln -s "$1" "$2"; }

@test "root does not publish what others could have written, and says so in enable's words" {
    local path
    for path in "$SRC" "$SRC/bin" "$SRC/bin/tool" "$SRC/etc/python/$ARCH/usr/bin" "$SRC/var"; do
        chown $USER_ID "$path"
        refuses "$path belongs to uid $USER_ID: its owner could change what other users run (Hint: chown -R root:root the tree)" publish -q -i v2 "$SRC" "$E"
        chown 0 "$path"
        chmod g+w "$path"
        refuses "others than root can write $path (Hint: chmod -R go-w the tree)" publish -q -i v2 "$SRC" "$E"
        chmod g-w,o+w "$path"
        refuses "others than root can write $path " publish -q -i v2 "$SRC" "$E"
        chmod o-w "$path"
    done
    publish "$SRC" "$E"
}

@test "nor from a folder or through a link of others, nor their tar; a sticky folder may be passed" {
    mkdir "$BATS_TEST_TMPDIR/theirs"
    cp -a "$SRC" "$BATS_TEST_TMPDIR/theirs/src"
    "$BUSYPY" pack -a all -f tar -o "$BATS_TEST_TMPDIR/theirs/t.tar" "$SRC"
    chown $USER_ID "$BATS_TEST_TMPDIR/theirs"
    for name in src t.tar; do
        refuses "$BATS_TEST_TMPDIR/theirs belongs to uid $USER_ID" publish -q -i v2 "$BATS_TEST_TMPDIR/theirs/$name" "$E"
    done
    chown 0 "$BATS_TEST_TMPDIR/theirs"; chmod 1777 "$BATS_TEST_TMPDIR/theirs"
    chown $USER_ID "$BATS_TEST_TMPDIR/theirs/t.tar"
    refuses "theirs/t.tar belongs to uid $USER_ID" publish -q -i v2 "$BATS_TEST_TMPDIR/theirs/t.tar" "$E"
    ln -s src "$BATS_TEST_TMPDIR/theirs/link"; chown -h $USER_ID "$BATS_TEST_TMPDIR/theirs/link"
    refuses "theirs/link belongs to uid $USER_ID" publish -q -i v2 "$BATS_TEST_TMPDIR/theirs/link" "$E"
    chown -h 0 "$BATS_TEST_TMPDIR/theirs/link"
    publish "$BATS_TEST_TMPDIR/theirs/link" "$E"
    # in a sticky folder of the tree each name is held to the rule
    chmod 1777 "$SRC/tmp"; echo theirs >"$SRC/tmp/file"; chown $USER_ID "$SRC/tmp/file"
    run -125 "$BUSYPY" publish -q -i v3 "$SRC" "$E"
    [[ $output == *"$SRC/tmp/file belongs to uid $USER_ID"* ]]
    rm "$SRC/tmp/file"
    "$BUSYPY" publish -q -i v3 "$SRC" "$E"
}

@test "root does not publish to where others could change it, nor makes anything there" {
    local path
    for path in "$E" "$E/versions" "$BATS_TEST_TMPDIR"; do
        chown $USER_ID "$path"
        refuses "$path belongs to uid $USER_ID" publish -q -i v2 "$SRC" "$E"
        chown 0 "$path"; chmod 775 "$path"
        refuses "others than root can write $path " publish -q -i v2 "$SRC" "$E"
        chmod 755 "$path"
    done
    mkdir "$BATS_TEST_TMPDIR/theirs"; chown $USER_ID "$BATS_TEST_TMPDIR/theirs"
    refuses "$BATS_TEST_TMPDIR/theirs belongs to uid $USER_ID" publish -q "$SRC" "$BATS_TEST_TMPDIR/theirs/a/b"
    same "$(ls -A "$BATS_TEST_TMPDIR/theirs")" ""
    chown 0 "$BATS_TEST_TMPDIR/theirs"; chmod 1777 "$BATS_TEST_TMPDIR/theirs"
    "$BUSYPY" publish -q "$SRC" "$BATS_TEST_TMPDIR/theirs/a/b"
    same "$(stat -c '%a %u' "$BATS_TEST_TMPDIR"/theirs/{a,a/b,a/b/versions} | sort -u)" "755 0"
}

@test "on another machine the same rule holds, in the same words" {
    printf '#!/bin/sh\nshift; exec sh -c "$*"\n' >"$BATS_TEST_TMPDIR/ssh"
    chmod 755 "$BATS_TEST_TMPDIR/ssh"
    export BUSYPY_SSH=$BATS_TEST_TMPDIR/ssh
    local path
    for path in "$E" "$E/versions"; do
        chown $USER_ID "$path"
        refuses "host:$path belongs to uid $USER_ID: its owner could change what other users run" publish -q -i v2 "$SRC" "host:$E"
        chown 0 "$path"; chmod 1777 "$path"
        refuses "others than root can write host:$path " publish -q -i v2 "$SRC" "host:$E"
        chmod 755 "$path"
    done
    chown $USER_ID "$SRC/bin"
    refuses "$SRC/bin belongs to uid $USER_ID" publish -q -i v2 "$SRC" "host:$E"
    chown 0 "$SRC/bin"
    publish "$SRC" "host:$E"
    same "$(readlink "$E/current")" versions/v2
}

@test "a home on a dead server does not hold up who publishes from elsewhere" {
    patiently 60 "$HELPERS/nsrun" bash -euo pipefail -s "$BATS_TEST_TMPDIR" "$SRC" "$E" <<'EOT'
mkdir "$1/home"
sed "\$ a dead:x:4242:4242::$1/home:/bin/sh" /etc/passwd >"$1/passwd"
mount --bind "$1/passwd" /etc/passwd
coproc SILENT { "$HELPERS/silent" "$1/home"; }
read -r line <&"${SILENT[0]}"
[ "$line" = ready ]
printf '#!/bin/sh\nshift; exec sh -c "$*"\n' >"$1/ssh"
sed '/^trap/d; s/-s KILL 10/-s KILL 1/' "$ROOT/lib/export/remote.sh" >"$1/survey"
bash -c '. "$1"; survey "$2"' _ "$1/survey" "$3" 2>/dev/null | head -n 2 >"$1/said"
[ "$(paste -sd ' ' "$1/said")" = "export - $3" ]
exec {SILENT[1]}>&-
wait "$SILENT_PID"
EOT
}

@test "an export that would lie in its source is refused, however both are called, and not begun" {
    state "$SRC" >"$BATS_TEST_TMPDIR/src.before"
    ln -s src "$BATS_TEST_TMPDIR/link"
    for export in "$SRC/x" "$SRC/var/x/y" "$BATS_TEST_TMPDIR/link/x" "$SRC/./bin/../x"; do
        for source in "$SRC" "$BATS_TEST_TMPDIR/link" "$SRC/var/.."; do
            refuses "lies in the tree $SRC" publish -q "$source" "$export"
        done
    done
    machine_script "$BUSYPY" "$SRC" "$BATS_TEST_TMPDIR" <<'SCRIPT'
mkdir "$3/mnt"; mount --bind "$2" "$3/mnt"
! "$1" publish -q "$2" "$3/mnt/x" 2>"$3/said" || exit 1
grep "$3/mnt/x lies in the tree $2\$" "$3/said"
! "$1" publish -q "$3/mnt" "$2/x" 2>/dev/null || exit 1
SCRIPT
    state "$SRC" | diff "$BATS_TEST_TMPDIR/src.before" -
}

@test "a source with a FIFO, a socket, a device, a mount or endless depth is refused at once" {
    local make deep
    for make in mkfifo socket; do
        $make "$SRC/etc/odd"
        refuses "$SRC/etc/odd is neither file, directory nor link" publish -q -i v2 "$SRC" "$E"
        rm "$SRC/etc/odd"
    done
    mknod "$SRC/etc/odd" b 7 200
    refuses "$SRC/etc/odd is neither file, directory nor link" publish -q -i v2 "$SRC" "$E"
    rm "$SRC/etc/odd"
    deep=$SRC/var/$(printf 'd/%.0s' {1..70}); mkdir -p "$deep"
    refuses "lies deeper than 64 folders" publish -q -i v2 "$SRC" "$E"
    rm -r "$SRC/var/d"
    for make in mkfifo socket "link_to /nowhere"; do
        $make "$BATS_TEST_TMPDIR/odd"
        refuses "$BATS_TEST_TMPDIR/odd" publish -q -i v2 "$BATS_TEST_TMPDIR/odd" "$E"
        rm "$BATS_TEST_TMPDIR/odd"
    done
}

@test "a hole in a tree is not read to its end" {
    truncate -s 1T "$SRC/etc/hole"
    refuses "etc/hole: more than 64 GiB of files" publish -q -i v2 "$SRC" "$E"
}

@test "names with control characters, C1 too, and no UTF-8 reach no terminal" {
    local name
    for name in $'a\x1b]0;x\x07' $'a\xc2\x9b31m' $'a\nb' $'a\xff\xfe'; do
        mkfifo "$SRC/etc/$name"
        refuses "is neither file, directory nor link" publish -q -i v2 "$SRC" "$E"
        rm "$SRC/etc/$name"
        bad_tar "add(b'etc/'.decode() + os.fsdecode($(/usr/bin/python3 -c 'import sys, os; print(os.fsencode(sys.argv[1]))' "$name")), tarfile.FIFOTYPE)"
        refuses "is neither file, directory nor link" publish -q -i v2 "$T" "$E"
    done
    refuses "is no version's id" publish -q -i $'v\xc2\x9b31m' "$SRC" "$E"
}

@test "a tar whose names are endless, whose links climb, or whose files are folders is refused" {
    local add
    for add in "add('d/' * 3000 + 'x')" "add('x' * 300)" "add('bin/tool/x')" "add('bin', tarfile.REGTYPE)" \
        "add('l', tarfile.SYMTYPE, link='../../../..'); add('l/x')" "add('l', tarfile.SYMTYPE, link='/'); add('l/etc/x')" \
        "add('h', tarfile.LNKTYPE, link='/etc/passwd')" "add('h', tarfile.LNKTYPE, link='bin/../../../x')" \
        "add('h', tarfile.LNKTYPE, link='bin')" "add('c', tarfile.CHRTYPE)" "add('..', tarfile.DIRTYPE)"; do
        bad_tar "$add"
        refuses "$T: " publish -q -i v2 "$T" "$E"
    done
}

@test "a version before whose folders became links lends no file from outside" {
    cp -a "$E/versions/v1/bin" "$OUT/copy"
    state "$OUT" >"$BATS_TEST_TMPDIR/outside.before"
    mv "$E/versions/v1/bin" "$BATS_TEST_TMPDIR/bin"; ln -s "$OUT/copy" "$E/versions/v1/bin"
    publish "$SRC" "$E"
    same "$(find "$OUT" -type f -links +1)" ""
    same "$(stat -c %h "$E/versions/v2/bin/hold")" 1
    outside_unchanged
}

@test "what holds the way is refused at once: the lock, current and versions as FIFOs, links and files" {
    local make
    for make in mkfifo "link_to $OUT" "cp $OUT/file"; do
        $make "$E/.lock"
        refuses "$E/.lock: " publish -q -i v2 "$SRC" "$E"
        rm "$E/.lock"; mv "$E/current" "$BATS_TEST_TMPDIR/current"; $make "$E/current"
        refuses "$E/current is not a link to versions/ID" publish -q -i v2 "$SRC" "$E"
        rm "$E/current"; mv "$BATS_TEST_TMPDIR/current" "$E/current"
        $make "$E/versions/v2"
        run -125 patiently 20 "$BUSYPY" publish -q -i v2 "$SRC" "$E"
        same "$output" "busypy: publish: version v2 is there already: a published version never changes"
        rm "$E/versions/v2"
    done
    ln -s "$OUT" "$E/versions/v2.tmp"; ln -s "$OUT/file" "$E/current.tmp"
    publish "$SRC" "$E"
    outside_unchanged
}

# Whatever ends a publishing, versions that were published before have the bytes, modes and names
# that they had.
@test "after every publishing that is refused the older versions are unchanged" {
    local add
    for add in "add('first', data=same); add('x', tarfile.LNKTYPE, link='first'); add('bin/script0')" \
        "add('x', tarfile.FIFOTYPE)" "add('../x')" "tar.fileobj.write(b'garbage' * 1000)"; do
        bad_tar "$add"
        head -c -3000 "$T" >"$T.cut"
        for tar in "$T" "$T.cut"; do "$BUSYPY" publish -q -i v2 "$tar" "$E" 2>/dev/null && "$BUSYPY" rollback -q "$E" v1 && rm -rf "$E/versions/v2"; done
        unchanged
    done
    refuses "version v1 is there already" publish -q -i v1 "$SRC" "$E"
    rm "$SRC/etc/python/$ARCH/usr/bin/python3"
    refuses "is missing" publish -q -i v2 "$SRC" "$E"
    same "$(ls "$E/versions")" v1
}

@test "after a publishing that is killed at any call that changes something they are unchanged" {
    local n calls
    echo 2 >"$SRC/etc/n"
    for ((n = 1; n < 2000; n++)); do
        calls=$("$HELPERS/killat" $n "$BUSYPY" publish -q -i v2 "$SRC" "$E") || break
        digest | grep -v 'versions/v2' | cmp - "$BATS_TEST_TMPDIR/before" || { echo "at call $n"; return 1; }
        [ "$calls" -ge "$n" ] || break
        [ ! -e "$E/versions/v2" ] || break
    done
    [ $n -gt 50 ]
}

@test "after a publishing that finds the disk full they are unchanged" {
    machine_script "$BUSYPY" "$SRC" "$BATS_TEST_TMPDIR" "$ROOT" <<'SCRIPT'
mkdir "$3/m"; mount -t tmpfs -o size=2m,mode=755 m "$3/m"
"$1" publish -q -i v1 "$2" "$3/m"
state() { (cd "$3/m" && find versions/v1 -printf '%p %y %m %l\n' | sort; find "$3/m/versions/v1" -type f -exec sha256sum {} + | sort); }
state "$@" >"$3/state"
head -c 300000 /dev/urandom >"$2/etc/large"
full=0
for fill in 400 800 1000 1200 1400 1500 1600 1700 1800; do
    head -c ${fill}k /dev/zero >"$3/m/fill" 2>/dev/null || :
    "$1" publish -q -i v2 "$2" "$3/m" 2>/dev/null && { "$1" rollback -q "$3/m" v1; "$1" gc -q -k 0 "$3/m"; } || full=$((full + 1))
    state "$@" | diff "$3/state" -
    [ "$(readlink "$3/m/current")" = versions/v1 ]
done
[ $full -gt 1 ]
SCRIPT
}

@test "after a publishing to another machine that fails they are unchanged" {
    printf '#!/bin/sh\nshift; exec sh -c "$*"\n' >"$BATS_TEST_TMPDIR/ssh"
    mkdir "$BATS_TEST_TMPDIR/bin"
    export BUSYPY_SSH=$BATS_TEST_TMPDIR/ssh PATH=$BATS_TEST_TMPDIR/bin:$PATH
    echo 2 >"$SRC/etc/n"
    for wrong in 'exit 1' 'kill -9 $PPID' "/usr/bin/rsync \"\$@\"; s=\$?; rm -f '$E'/versions/*.tmp/bin/tool; exit \$s"; do
        printf '#!/bin/sh\n%s\n' "$wrong" >"$BATS_TEST_TMPDIR/bin/rsync"
        chmod 755 "$BATS_TEST_TMPDIR/ssh" "$BATS_TEST_TMPDIR/bin/rsync"
        run ! "$BUSYPY" publish -q -i v2 "$SRC" "host:$E"
        wait_until 20 test ! -e "$E/.lock"
        digest | grep -v '\.tmp' | diff "$BATS_TEST_TMPDIR/before" -
        same "$(readlink "$E/current")" versions/v1
    done
}

@test "at each system call of publish: what is read and what is written become links" {
    swaps link publish source/etc/sub source/etc/n=file export/versions/v3.tmp export/versions/v2/bin
}

@test "at each system call of publish: another folder takes the place of what is read and written" {
    swaps rename publish source/etc/sub=plain source/etc/n=file export/versions/v3.tmp
}

@test "at each system call of publish: the export's folders and its current become links" {
    swaps link publish export/versions export/.lock export/current
}

@test "at each system call of publish: the export becomes a link, or another folder" {
    swaps link publish export
    rm -rf "$BATS_TEST_TMPDIR"/[01]*
    swaps rename publish export
}
