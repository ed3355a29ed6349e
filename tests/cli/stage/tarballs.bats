# busypy stage --from tar: archives laid out as python-build-standalone's, which have no C library.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

setup_file() {
    export TREE=$TREES/debian NEWER=$TREES/trixie TARS=$BATS_FILE_TMPDIR
    debian_tree x86_64 aarch64
    debian_tree --suite trixie x86_64
    "$ROOT/tests/support/standalone.py" "$TREE" x86_64 "$TARS/x86_64.tar.gz" python/install
    "$ROOT/tests/support/standalone.py" "$TREE" aarch64 "$TARS/aarch64.tar.gz"
    "$ROOT/tests/support/standalone.py" "$NEWER" x86_64 "$TARS/newer.tar.gz"
}

setup() { NEW=$BATS_TEST_TMPDIR/new; }

stage() { run -0 "${STAGE[@]}" "$@" "$NEW"; }

# What staging with these options says, of which no tree comes.
says() {
    local sentence=$1
    run -125 "${STAGE[@]}" "${@:2}" "$NEW"
    same "$output" "busypy: stage: $sentence"
    [ ! -e "$NEW" ]
}

# An archive of what is in the folder $1, as it is.
pack() { tar -C "$1" -czf "$BATS_TEST_TMPDIR/hostile.tar.gz" "${@:2}"; }

@test "archives of two archs, with Debian's C library: each starts, and is sound" {
    stage --from "tar:$TARS/x86_64.tar.gz" --from "tar:$TARS/aarch64.tar.gz" --libc debian
    same "$output" ""
    local arch
    for arch in x86_64 aarch64; do
        run -0 staged_python "$NEW" "$arch" -c 'import ctypes, json, platform, sqlite3, ssl, sys; print(platform.machine(), sys.version_info.minor)'
        same "$output" "$arch 11"
        same "$(cat "$NEW/etc/busypy/$arch/sources")" "from tar:$arch.tar.gz
sha256 $(sha256sum "$TARS/$arch.tar.gz" | cut -d' ' -f1)
libc debian:bookworm
mirror http://deb.debian.org/debian"
        # the very bytes of the archive, and of the packages
        cmp "$TREE/etc/python/$arch/usr/bin/python3.11" "$NEW/etc/python/$arch/usr/bin/python3.11"
        cmp "$TREE/etc/clib/$arch/libc.so.6" "$NEW/etc/clib/$arch/libc.so.6"
        grep -q ' /lib/libssl.so.3 tar:/usr/lib/libssl.so.3 as-is$' "$NEW/etc/busypy/$arch/manifest"
        grep -q ' /lib/libc.so.6 libc6=[^ ]* as-is$' "$NEW/etc/busypy/$arch/manifest"
        run ! grep -qE ' (python3|libssl)' "$NEW/etc/busypy/$arch/packages"
        [ -s "$NEW/etc/python/$arch/usr/lib/ssl/cert.pem" ]
        [ ! -e "$NEW/etc/python/$arch/usr/share/doc/readme" ]
    done
    run -0 "$BUSYPY" check "$NEW"
    run -0 in_view "$NEW" /etc/busypy/selftest
    [[ $output =~ ^busypy-selftest\ ok\ x86_64\ 3\.11\. ]]
}

@test "the C library of this machine, or of a directory" {
    stage --from "tar:$TARS/x86_64.tar.gz" --libc host
    run -0 in_view "$NEW" /etc/busypy/selftest
    same "$(sed -n 's/^libc //p' "$NEW/etc/busypy/x86_64/sources")" host
    rm -r "$NEW"

    local root=$BATS_TEST_TMPDIR/root
    mkdir -p "$root/lib64"
    cp -R "$NEWER/etc/clib/x86_64" "$root/lib"
    cp "$root"/lib/ld-linux-x86-64.so.2 "$root/lib64"
    says "x86_64: /usr/lib/python3.11/lib-dynload/_crypt.cpython-311-x86_64-linux-gnu.so needs libcrypt.so.1, which neither its archive nor --libc $root has" \
        --from "tar:$TARS/x86_64.tar.gz" --libc "$root"
    stage --from "tar:$TARS/newer.tar.gz" --libc "$root"
    run -0 in_view "$NEW" /etc/busypy/selftest
    same "$(grep '^libc ' "$NEW/etc/busypy/x86_64/versions")" "libc glibc 2.41"
    rm -r "$NEW" "${root:?}/lib64"
    says "x86_64: --libc $root has no /lib64/ld-linux-x86-64.so.2, glibc's loader for x86_64" \
        --from "tar:$TARS/newer.tar.gz" --libc "$root"
}

@test "a Python that needs a newer C library is refused with the symbol's version" {
    run -125 "${STAGE[@]}" --from "tar:$TARS/newer.tar.gz" --libc debian:bookworm "$NEW"
    same "$output" "busypy: stage: x86_64: $NEW/.busypy-stage/build/runtimes: the runtime for x86_64: etc/python/x86_64/usr/bin/python3.13 needs GLIBC_2.38 of /lib/libm.so.6, which does not have it"
    [ ! -e "$NEW" ]
}

@test "options and archives that do not fit are refused" {
    local tar=$TARS/x86_64.tar.gz
    says "--from tar: has no C library (Hint: --libc debian, debian:SUITE, host or DIR says which one)" --from "tar:$tar"
    says "--libc is for --from tar:FILE" --libc host
    says "--from tar: and --from host do not go together" --from "tar:$tar" --from host --libc host
    says "--locked and --from tar: do not go together" --from "tar:$tar" --libc debian --locked "$TREE/etc/busypy/x86_64/packages"
    says "$tar and $tar are both for x86_64" --from "tar:$tar" --from "tar:$tar" --libc host
    says "--arch x86_64,s390x: there is no --from tar: for each of them" --from "tar:$tar" --libc host --arch x86_64,s390x
    says "--libc host is for x86_64 alone" --from "tar:$TARS/aarch64.tar.gz" --libc host
    says "--libc: --from nowhere: no such directory (Hint: there are host, debian, debian:SUITE and DIR)" --from "tar:$tar" --libc nowhere
    says "$NEW.tar: No such file or directory" --from "tar:$NEW.tar" --libc host
    says "cannot read the archive /etc/passwd: Unrecognized archive format" --from tar:/etc/passwd --libc host
    says "/dev/null is no regular file" --from tar:/dev/null --libc host
    mkdir -p "$BATS_TEST_TMPDIR/a/python/bin"
    pack "$BATS_TEST_TMPDIR/a" python
    says "$BATS_TEST_TMPDIR/hostile.tar.gz: there is no python/bin/python3.X in it, nor one in python/install (Hint: tar: takes archives that are laid out like python-build-standalone's)" \
        --from "tar:$BATS_TEST_TMPDIR/hostile.tar.gz" --libc host
    echo '#!/bin/sh' >"$BATS_TEST_TMPDIR/a/python/bin/python3.11"
    pack "$BATS_TEST_TMPDIR/a" python
    says "$BATS_TEST_TMPDIR/hostile.tar.gz: python/bin/python3.11 is no program for an arch that is known" \
        --from "tar:$BATS_TEST_TMPDIR/hostile.tar.gz" --libc host
}

# Makes an archive with one more member, by Python's tarfile: its name, kind, target and mode.
hostile() {
    /usr/bin/python3 - "$TARS/x86_64.tar.gz" "$BATS_TEST_TMPDIR/hostile.tar.gz" "$@" <<'PYTHON'
import sys, tarfile
source, output, name, kind, link, mode = sys.argv[1:]
with tarfile.open(source) as old, tarfile.open(output, "w:gz", compresslevel=1) as new:
    for member in old:
        new.addfile(member, old.extractfile(member) if member.isreg() else None)
    more = tarfile.TarInfo(name)
    more.type, more.linkname, more.mode = getattr(tarfile, kind), link, int(mode, 8)
    more.devmajor, more.devminor = 1, 3
    new.addfile(more)
    below = tarfile.TarInfo(name + "/below")
    if kind == "SYMTYPE":
        new.addfile(below)
PYTHON
}

@test "an archive that means harm harms nothing" {
    local bad=$BATS_TEST_TMPDIR/hostile.tar.gz
    hostile python/install/../../../evil REGTYPE "" 644
    says "x86_64: $bad: unsound path python/install/../../../evil" --from "tar:$bad" --libc host
    hostile /evil REGTYPE "" 644
    says "x86_64: $bad: unsound path /evil" --from "tar:$bad" --libc host
    hostile python/install/lib/evil LNKTYPE ../../../../etc/shadow 644
    says "x86_64: $bad: unsound link to ../../../../etc/shadow" --from "tar:$bad" --libc host
    hostile python/install/lib/evil LNKTYPE python/share/doc/readme 644
    says "x86_64: $bad: unsound link to python/share/doc/readme" --from "tar:$bad" --libc host
    hostile python/install/lib/evil SYMTYPE /etc 777
    says "x86_64: $NEW/.busypy-stage/build/source/x86_64/usr/lib/evil: Not a directory" --from "tar:$bad" --libc host

    # a device and set-id bits stay out
    hostile python/install/lib/python3.11/evil CHRTYPE "" 666
    stage --from "tar:$bad" --libc host
    [ ! -e "$NEW/etc/python/x86_64/usr/lib/python3.11/evil" ]
    rm -r "$NEW"
    hostile python/install/lib/python3.11/evil REGTYPE "" 6755
    stage --from "tar:$bad" --libc host
    same "$(stat -c %a "$NEW/etc/python/x86_64/usr/lib/python3.11/evil")" 755
    same "$(find "$NEW" -perm /6000)" ""
}

@test "an archive that is cut or damaged is one sentence" {
    local bad=$BATS_TEST_TMPDIR/hostile.tar.gz
    head -c 9000000 "$TARS/x86_64.tar.gz" >"$bad"
    run -125 "${STAGE[@]}" --from "tar:$bad" --libc host "$NEW"
    [[ $output =~ ^"busypy: stage: x86_64: cannot read the archive $bad: " ]]
    same "${#lines[@]}" 1
    [ ! -e "$NEW" ]
}
