#!/usr/bin/env bats
# Hostile packages of Debian, and planted files in the cache that they are kept in: offline, from a
# list that says what the cache has to have.

load ../support/helpers
load ../support/witness

USER_ID=65534

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    # deb.py [-2] MEMBER...: NAME:KIND:MODE:TARGET-OR-SIZE; -2: data.tar twice
    cat >"$BATS_FILE_TMPDIR/deb.py" <<'PYTHON'
import io
import sys
import tarfile

KINDS = {"f": tarfile.REGTYPE, "d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE, "h": tarfile.LNKTYPE,
         "p": tarfile.FIFOTYPE, "c": tarfile.CHRTYPE, "b": tarfile.BLKTYPE}


def tar(members):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        for member in members:
            name, kind, mode, more = member.split(":", 3)
            info = tarfile.TarInfo(name.encode().decode("unicode_escape"))
            info.type, info.mode, info.uid = KINDS[kind], int(mode, 8), 12345
            content = None
            if kind in "lh":
                info.linkname = more
            elif kind == "f" and more.isdigit():
                info.size = int(more)  # told, and not there
                archive.fileobj.write(info.tobuf())
                continue
            elif kind == "f":
                content = more.encode()
                info.size = len(content)
            elif kind in "cb":
                info.devmajor, info.devminor = 1, 3
            archive.addfile(info, io.BytesIO(content) if content is not None else None)
    return data.getvalue()


def entry(name, data):
    head = "%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name, 0, 0, 0, "100644", len(data))
    return head.encode() + data + b"\n" * (len(data) % 2)


words = sys.argv[1:]
twice = words[:1] == ["-2"]
sys.stdout.buffer.write(b"!<arch>\n" + entry("debian-binary", b"2.0\n") +
                        entry("control.tar.xz", tar(["./control:f:644:Package: \x1b[31mp"])) +
                        (entry("data.tar.xz", tar(words[1:])) + entry("data.tar.xz", tar(["./second:f:644:x"]))
                         if twice else entry("data.tar.xz", tar(words))))
PYTHON
    # a Python that needs nothing, and does nothing
    echo 'int main(void) { return 0; }' >"$BATS_FILE_TMPDIR/main.c"
    musl-gcc -static -o "$BATS_FILE_TMPDIR/python" "$BATS_FILE_TMPDIR/main.c"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
    mkdir -p cache/debs out
    echo mine >out/file
    DEB=cache/debs/p_1_amd64.deb
}

user() { setpriv --reuid $USER_ID --regid $USER_ID --clear-groups "$@"; }

lock() { echo "bookworm p 1 amd64 $(stat -Lc %s "$1") $(sha256sum <"$1" | cut -d' ' -f1)" >lock; }

stage() { patiently 60 "$BUSYPY" stage --locked lock --cache cache --arch x86_64 tree; }

# refuses SENTENCE MEMBER...: no tree, and nothing outside of it is read, made or changed.
refuses() {
    local sentence=$1; shift
    python3 "$BATS_FILE_TMPDIR/deb.py" "$@" >$DEB
    lock $DEB
    run -125 stage
    same "${output//"$PWD"/}" "busypy: stage: x86_64: $sentence"
    [ ! -e tree ]
    same "$(ls -A out; cat out/file)" "$(printf 'file\nmine')"
}

NONE="/tree/.busypy-stage/build/source/x86_64/usr/bin/python3: there is no Python 3 to stage"

@test "a hard link to a file outside, by every way there" {
    refuses "/$DEB: unsound link to ../out/file" ./a:h:644:../out/file
    refuses "/$DEB: unsound link to ../../../../out/file" ./usr/a:h:644:../../../../out/file
    refuses "/$DEB: unsound link to /out/file" "./a:h:644:$PWD/out/file"
    same "$(stat -c %h out/file)" 1
}

@test "a hard link through a symbolic link" {
    refuses "/tree/.busypy-stage/build/source/x86_64/d: Not a directory" "./d:l:777:$PWD/out" ./a:h:644:./d/file
    same "$(stat -c %h out/file)" 1
}

@test "a directory that replaces a link, and a link that replaces a directory" {
    refuses "/tree/.busypy-stage/build/source/x86_64/d: Not a directory" "./d:l:777:$PWD/out" ./d/:d:755: ./d/new:f:644:x
    refuses "cannot create the link /tree/.busypy-stage/build/source/x86_64/d: File exists" ./d/:d:755: "./d:l:777:$PWD/out" ./d/x:f:644:x
}

@test "devices and FIFOs are left out" {
    refuses "$NONE" ./dev/null:c:666: ./dev/sda:b:666: ./usr/fifo:p:666:
}

@test "a member of more than there may be is told at once" {
    SECONDS=0
    refuses "cannot read the package /$DEB: more than 64 GiB of files" "./usr/big:f:644:$((65 << 30))"
    [ $SECONDS -lt $((30 * TEST_SLOWNESS)) ]
}

@test "data.tar twice: the first is the package" {
    refuses "$NONE" -2 ./first:f:644:x
}

@test "set-id bits and owners do not come out of a package" {
    mkdir p && cp "$BATS_FILE_TMPDIR/python" p/python
    python3 - "$BATS_FILE_TMPDIR/deb.py" >$DEB <<'PYTHON'
import sys
source = open(sys.argv[1]).read().split("words = ")[0]
exec(source)
data = io.BytesIO()
with tarfile.open(fileobj=data, mode="w:xz") as archive:
    for name, mode, content in (("./usr/bin/python3.12", 0o6777, open("p/python", "rb").read()),
                                ("./usr/lib/python3.12/os.py", 0o4666, b"x = 1\n"),
                                ("./usr/lib/python3.12/encodings/__init__.py", 0o2755, b"x = 1\n")):
        info = tarfile.TarInfo(name)
        info.mode, info.uid, info.gid, info.size = mode, 1234, 1234, len(content)
        archive.addfile(info, io.BytesIO(content))
sys.stdout.buffer.write(b"!<arch>\n" + entry("debian-binary", b"2.0\n") + entry("control.tar.xz", tar([])) +
                        entry("data.tar.xz", data.getvalue()))
PYTHON
    lock $DEB
    stage
    [ -x tree/etc/python/x86_64/usr/bin/python3.12 ]
    same "$(find tree \( -perm /7022 ! -type l \) -o ! -uid "$(id -u)")" ""
}

@test "control characters in a package's names reach no terminal" {
    python3 "$BATS_FILE_TMPDIR/deb.py" '/\x1b[31mred:f:644:x' >$DEB
    lock $DEB
    run -125 stage
    [[ $output == *'unsound path /\x1b[31mred' ]]
}

@test "a link for a rescue shell does not bring the file that it leads to" {
    mkdir p && cp "$BATS_FILE_TMPDIR/python" p/python
    echo TOP-SECRET >out/file
    chmod 600 out/file
    python3 - "$BATS_FILE_TMPDIR/deb.py" "$PWD/out/file" >$DEB <<'PYTHON'
import sys
exec(open(sys.argv[1]).read().split("words = ")[0])
data = io.BytesIO()
with tarfile.open(fileobj=data, mode="w:xz") as archive:
    for name, content in (("./usr/bin/python3.12", open("p/python", "rb").read()),
                          ("./usr/lib/python3.12/os.py", b"x = 1\n"),
                          ("./usr/lib/python3.12/encodings/__init__.py", b"x = 1\n")):
        info = tarfile.TarInfo(name)
        info.mode, info.size = 0o755, len(content)
        archive.addfile(info, io.BytesIO(content))
    for name in ("bin/busybox", "lib/python3.12/evil.py", "share/doc/p/copyright", "share/zoneinfo/evil",
                 "../etc/ssl/certs/ca-certificates.crt", "share/ca-certificates/mozilla/evil.crt"):
        info = tarfile.TarInfo("./usr/" + name if name[0] != "." else "./" + name[3:])
        info.type, info.linkname = tarfile.SYMTYPE, sys.argv[2]
        archive.addfile(info)
sys.stdout.buffer.write(b"!<arch>\n" + entry("debian-binary", b"2.0\n") + entry("control.tar.xz", tar([])) +
                        entry("data.tar.xz", data.getvalue()))
PYTHON
    lock $DEB
    run stage
    run ! grep -r TOP-SECRET tree
}

@test "a mirror's indexes that have no end are given up on, and fill no disk" {
    mkdir -p mirror/dists/bookworm
    truncate -s 2G mirror/dists/bookworm/{InRelease,Release,Release.gpg}
    coproc server { exec python3 -uc '
import functools, http.server
serve = functools.partial(http.server.SimpleHTTPRequestHandler, directory="mirror")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve)
print(server.server_port)
server.serve_forever()' 2>/dev/null; }
    read -r port <&"${server[0]}"
    run -125 patiently 60 "$BUSYPY" stage --from debian:bookworm --arch x86_64 --mirror "http://127.0.0.1:$port" \
        --cache cache tree
    kill "$server_PID"
    [[ $output == "busypy: stage: cannot update the package lists of bookworm: apt: "* ]]
    same "${#lines[@]}" 1
    [ "$(du -sm cache | cut -f1)" -lt 64 ]
    [ ! -e tree ]
}

# -- the cache --------------------------------------------------------------------------------------

@test "a planted archive with another checksum is not unpacked, and not kept" {
    python3 "$BATS_FILE_TMPDIR/deb.py" ./a:f:644:x >good
    python3 "$BATS_FILE_TMPDIR/deb.py" ./b:f:644:y >$DEB
    lock good
    run -125 patiently 60 "$BUSYPY" stage --locked lock --cache cache --arch x86_64 --mirror file:/nowhere tree
    [ ! -e $DEB ]
    [ ! -e tree ]
}

@test "an archive that is a link is not followed, whatever it leads to" {
    python3 "$BATS_FILE_TMPDIR/deb.py" ./a:f:644:x >out/other
    lock out/other
    ln -s "$PWD/out/other" $DEB
    run -125 patiently 60 "$BUSYPY" stage --locked lock --cache cache --arch x86_64 --mirror file:/nowhere tree
    [ ! -L $DEB ]
    [ -e out/other ]
    [ ! -e tree ]
}

@test "an archive that is a FIFO, and a folder for archives that is a link" {
    python3 "$BATS_FILE_TMPDIR/deb.py" ./a:f:644:x >good
    lock good
    mkfifo $DEB
    run -125 patiently 60 "$BUSYPY" stage --locked lock --cache cache --arch x86_64 --mirror file:/nowhere tree
    [ ! -e $DEB ]
    rmdir cache/debs && ln -s "$PWD/out" cache/debs
    run -125 stage
    [[ ${output//"$PWD"/} == "busypy: stage: cannot create /cache/debs: "* ]]
    same "$(ls -A out)" file
}

@test "root takes no cache that another user can write, nor one below his folder" {
    python3 "$BATS_FILE_TMPDIR/deb.py" ./a:f:644:x >$DEB
    lock $DEB
    chown $USER_ID cache
    run -125 stage
    same "$output" "busypy: stage: $PWD/cache belongs to uid $USER_ID: its owner could change what other users run (Hint: chown -R root:root the tree)"
    chown 0 cache && chmod 777 cache
    run -125 stage
    same "$output" "busypy: stage: others than root can write $PWD/cache (Hint: chmod -R go-w the tree)"
    chmod 755 cache
    mkdir theirs && mv cache theirs/cache && chown $USER_ID theirs
    run -125 patiently 60 "$BUSYPY" stage --locked lock --cache theirs/cache --arch x86_64 tree
    [[ $output == "busypy: stage: $PWD/theirs belongs to uid $USER_ID: "* ]]
    [ ! -e tree ]
}

@test "an archive that another user owns is unpacked as it was when it was summed up" {
    python3 "$BATS_FILE_TMPDIR/deb.py" ./a:f:644:x >good
    python3 "$BATS_FILE_TMPDIR/deb.py" "./d:l:777:$PWD/out" ./d/new:f:644:x >evil
    lock good
    # written over, in place, at each look at it
    local n stopped=0 pid tracer
    for n in 1 2 3 4 5 6; do
        cp good $DEB
        chown $USER_ID $DEB
        : >log
        strace -f -qq -o log -P "$PWD/$DEB" -P p_1_amd64.deb -P debs/p_1_amd64.deb -e trace=openat2,lseek,fstat,newfstatat \
            -e inject=openat2,lseek,fstat,newfstatat:signal=SIGSTOP:when="$n" \
            timeout $((60 * TEST_SLOWNESS)) "$BUSYPY" stage --locked lock --cache cache --mirror file:/nowhere --arch x86_64 tree >said 2>&1 &
        tracer=$!
        until grep -q 'stopped by SIGSTOP' log || ! kill -0 $tracer 2>/dev/null; do read -rt 0.02 <> <(:) || :; done
        pid=$(sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' log | head -n 1)
        if [ "$pid" ]; then
            stopped=$((stopped + 1))
            user sh -c 'cat evil >"$1"' - $DEB
        fi
        while kill -0 $tracer 2>/dev/null; do # a child may be stopped, too
            sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' log | sort -u | xargs -r kill -CONT 2>/dev/null || :
            read -rt 0.05 <> <(:) || :
        done
        wait $tracer || :
        [ ! -e tree ]
        same "$(ls -A out)" file
        run ! grep -q 'Not a directory' said # nothing of the other one was unpacked
    done
    [ $stopped -gt 2 ]
}

@test "a lock that a user planted or holds does not keep root waiting" {
    python3 "$BATS_FILE_TMPDIR/deb.py" ./a:f:644:x >$DEB
    lock $DEB
    : >cache/lock; chmod 666 cache/lock
    exec 7<cache/lock; flock 7
    run -125 stage 7<&-
    same "${output//"$PWD"/}" "busypy: stage: x86_64: $NONE"
    rm cache/lock; mkfifo -m 666 cache/lock
    run -125 stage 7<&-
    same "${output//"$PWD"/}" "busypy: stage: x86_64: $NONE"
    rm cache/lock; ln -s "$PWD/out/file" cache/lock
    run -125 stage 7<&-
    same "${output//"$PWD"/}" "busypy: stage: x86_64: $NONE"
    [ "$(stat -c %a cache/lock)" = 600 ]
    same "$(cat out/file)" mine
    exec 7<&-
}
