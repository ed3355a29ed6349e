#!/usr/bin/env bats
# The files of a runtime beside the host's programs: whose libraries its Python maps, on every arch,
# and which trees cannot have one.
# shellcheck disable=SC2016 # $ORIGIN is ld.so's
load ../../support/helpers

DIR=$ROOT/tests/binfmt/programs
ARCHS=${BUSYPY_TEST_ARCHS:-x86_64 aarch64 armhf s390x}
export DIR ARCHS

setup_file() {
    # shellcheck disable=SC2086
    debian_tree $ARCHS i386
    "$ROOT/tests/support/trees" --suite trixie x86_64 >/dev/null
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

# Runs a script in a machine after the prelude. $1 ... are its arguments.
with_prelude() { { cat "$DIR/prelude.bash"; cat; } | machine_script "$@"; }

# A tree of this machine's arch only, whose files may be replaced: $tree, $clib, $bin.
own_tree() {
    tree=$BATS_TEST_TMPDIR/tree clib=$tree/etc/clib/x86_64 bin=$tree/etc/python/x86_64/usr/bin
    mkdir -p "$tree/etc/python" "$tree/etc/clib" "$tree/site-package"
    "$ROOT/tests/support/clone" "$TREES/${1:-debian}/etc/python/x86_64" "$tree/etc/python/x86_64"
    "$ROOT/tests/support/clone" "$TREES/${1:-debian}/etc/clib/x86_64" "$clib"
    chmod 755 "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
}

# Gives a file of such a tree bytes of its own, to be written to.
unshare_file() { cp --remove-destination "$1" "$1.new" && mv "$1.new" "$1"; }

# refused SENTENCE: no runtime of $tree is made.
refused() {
    run -1 with_prelude "$tree" <<<'"$HELPERS/../mkruntime" "$1" x86_64'
    same "$output" "mkruntime: $1"
}

@test "no library of the host is mapped by any module, on each arch and glibc" {
    for arch in $ARCHS trixie; do
        suite=debian
        [ "$arch" != trixie ] || { suite=trixie; arch=x86_64; }
        run -0 with_prelude "$TREES/$suite" "$arch" <<'SCRIPT'
runtime "$1" "$2"
emulated "$2" "$python" -I "$DIR/modules.py" "$prefix" "$1" "$base" | sed "s,$prefix,PREFIX,"
SCRIPT
        same "$output" "True modules PREFIX/usr" || { echo "on $arch of $suite"; return 1; }
    done
}

@test "by sys.executable neither, whatever the environment says" {
    run -0 with_prelude "$TREES/trixie" <<'SCRIPT'
runtime "$1" x86_64
export LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:/lib:/usr/lib LD_PRELOAD=libmount.so.1 PYTHONHOME=/usr
"$starter" -I "$DIR/modules.py" "$prefix" "$1" "$base" | sed "s,$prefix,PREFIX,"
ln -s "$starter" /run/python
exec -a /run/python "$starter" -Sc 'import os, sys; print(sys.executable, sys.argv, *(
    f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith(("LD_", "PYTHONHOME", "BUSYPY_KEPT_"))))' a
SCRIPT
    same "$output" "True modules PREFIX/usr
/run/python ['-c', 'a'] BUSYPY_KEPT_LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:/lib:/usr/lib \
BUSYPY_KEPT_LD_PRELOAD=libmount.so.1 BUSYPY_KEPT_PYTHONHOME=/usr"
}

@test "what sys.executable names says what it lacks" {
    run -126 with_prelude "$TREES/trixie" <<'SCRIPT'
runtime "$1" x86_64
rm "$python"
"$starter" || { echo $?; cp "$starter" /run/busypy/python; mount -t tmpfs none /proc; /run/busypy/python; }
SCRIPT
    same "$(sed 's,busypy/....\.d,busypy/WORD.d,' <<<"$output")" \
        "busypy: /run/busypy/WORD.d/usr/bin/python3: No such file or directory
126
busypy: cannot find the tree's Python by /proc/self/exe: No such file or directory"
}

@test "and none of the tree by what it starts" {
    run -0 with_prelude "$TREES/trixie" <<'SCRIPT'
runtime "$1" x86_64
"$python" -Ic 'import subprocess; subprocess.run(["cat", "/proc/self/maps"])' >/run/maps
grep -c 'r-xp.* /usr/' /run/maps
grep -e /run/busypy -e "$1" /run/maps || echo nothing of the tree
SCRIPT
    [[ $output =~ ^[0-9]+$'\n'"nothing of the tree"$ ]] || { echo "$output"; return 1; }
}

@test "ldconfig reads the cache of each arch: every library, and whose it is" {
    local -A kinds=([x86_64]=',x86-64' [aarch64]=',AArch64' [riscv64]=',double-float' [i386]=''
        [armhf]=',hard-float' [armel]=',soft-float' [ppc64le]=',64bit' [mips64el]=',64bit' [mipsel]='')
    for arch in ${ARCHS/s390x/} i386; do
        with_prelude "$TREES/debian" "$arch" >"$BATS_TEST_TMPDIR/got" <<'SCRIPT'
runtime "$1" "$2"
ldconfig -p -C "$cache" | sed "1d; /^Cache/d; s,$base/clib/,$(readlink -f "$base/clib")/," | sort
SCRIPT
        for lib in "$TREES/debian/etc/clib/$arch"/*.so*; do
            printf '\t%s (libc6%s) => %s\n' "${lib##*/}" "${kinds[$arch]}" "$lib"
        done | sort | diff "$BATS_TEST_TMPDIR/got" - || { echo "on $arch"; return 1; }
    done
}

@test "ld.so finds every library by the cache alone" {
    run -0 with_prelude "$TREES/trixie" <<'SCRIPT'
runtime "$1" x86_64
for lib in "$1"/etc/clib/x86_64/*.so*; do
    LD_TRACE_LOADED_OBJECTS=1 LD_PRELOAD=${lib##*/} "$prefix/ld.so" "$python"
done | grep -c "=> $base/clib/\|$base/ld.so"
"$prefix/ld.so" --list "$python" | grep -v -e "$base/clib/" -e linux-vdso -e "$prefix/ld.so" -e "$base/ld.so" || echo no other
readlink -f "$base/clib"
SCRIPT
    same "${lines[*]:1}" "no other $TREES/trixie/etc/clib/x86_64"
    [ "${lines[0]}" -gt 100 ]
}

@test "a library that only the host has is not found, whoever looks for it" {
    command -v gcc && own_tree trixie
    unshare_file "$clib/libuuid.so.1" && rm "$clib/libuuid.so.1"
    mkdir "$tree/site-package/probe.libs"
    echo 'int probe;' >"$BATS_TEST_TMPDIR/probe.c"
    gcc -shared -fPIC -Wl,--no-as-needed -o "$tree/site-package/probe.libs/probe.so" \
        "$BATS_TEST_TMPDIR/probe.c" -l:libuuid.so.1 '-Wl,-rpath,$ORIGIN/../probe.libs'
    run -0 with_prelude "$tree" <<'SCRIPT'
runtime "$1" x86_64
"$python" -I - "$1/site-package/probe.libs/probe.so" <<'PYTHON'
import ctypes, sys
for name in "libuuid.so.1", "libmount.so.1", sys.argv[1], "null":
    try:
        print(ctypes.CDLL(name))
    except OSError as error:
        print(str(error).split(":")[0])
PYTHON
SCRIPT
    same "$output" "libuuid.so.1
libmount.so.1
libuuid.so.1
null"
}

@test "a wheel's own libraries beside its modules are found" {
    own_tree trixie
    mkdir -p "$tree/site-package/probe.libs" "$tree/site-package/probe"
    echo 'int beside(void) { return 7; }' | gcc -shared -fPIC -Wl,-soname,libbeside.so.1 \
        -o "$tree/site-package/probe.libs/libbeside.so.1" -x c -
    echo 'int beside(void); int probe(void) { return beside(); }' | gcc -shared -fPIC -x c -o \
        "$tree/site-package/probe/probe.so" - -x none "$tree/site-package/probe.libs/libbeside.so.1" \
        '-Wl,-rpath,$ORIGIN/../probe.libs'
    run -0 with_prelude "$tree" <<'SCRIPT'
runtime "$1" x86_64
LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu "$starter" -Ic \
    'import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).probe())' "$1/site-package/probe/probe.so"
SCRIPT
    same "$output" 7
}

@test "what is opened by an absolute path is the host's: converters, the script's own" {
    run -0 with_prelude "$TREES/trixie" <<'SCRIPT'
runtime "$1" x86_64
mkdir /run/locales
localedef -i de_DE -f ISO-8859-1 /run/locales/de_DE.ISO-8859-1 2>&1
LOCPATH=/run/locales LC_ALL=de_DE.ISO-8859-1 "$starter" -I - "$base" "$1" <<'PYTHON'
import ctypes, locale, sys
locale.setlocale(locale.LC_ALL, "")
print("\xe4".encode(locale.getpreferredencoding()))
ctypes.CDLL("/usr/lib/x86_64-linux-gnu/libblkid.so.1")
try:
    ctypes.CDLL("/usr/lib/x86_64-linux-gnu/libapt-pkg.so.6.0")
except OSError:
    print("what it needs is missing")
libs = {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
print(*sorted(lib.split("linux-gnu/")[-1].split(".so")[0] for lib in libs if not lib.startswith((sys.argv[1], sys.argv[2]))), sep="\n")
PYTHON
SCRIPT
    # what such a library needs is the tree's to find, or missing
    same "$output" "b'\\xe4'
what it needs is missing
gconv/ISO8859-1
libblkid"
}

@test "a preload list and a cache of the host are not read" {
    run -0 with_prelude "$TREES/trixie" <<'SCRIPT'
runtime "$1" x86_64
strace -o /run/trace "$python" -Ic 'import ctypes; ctypes.CDLL("libgdbm.so.6")' 2>/dev/null || :
grep -oE '"/(etc|lib|usr/lib|lib64)/(ld\.so|x86_64-linux-gnu/[^/]*")' /run/trace || echo nothing
grep -oE '"(/run/busypy/....|/sys/ld.so.preload)"' /run/trace | sed "s,$cache,/run/busypy/BASE," | sort -u
SCRIPT
    same "$output" "nothing
\"/run/busypy/BASE\"
\"/sys/ld.so.preload\""
}

@test "no segment of the interpreter moves, and next to nothing changes" {
    run -0 with_prelude "$TREES/debian" <<'SCRIPT'
runtime "$1" x86_64
old=$1/etc/python/x86_64/usr/bin/python3.11
readelf -lW "$python" | sed -n "s,.*interpreter: $cache,BASE,p"
diff <(readelf -lW "$old" | grep -E '^ +(LOAD|DYNAMIC|TLS|GNU)') <(readelf -lW "$python" | grep -E '^ +(LOAD|DYNAMIC|TLS|GNU)')
{ cmp -l "$old" "$python" || :; } 2>&1 | wc -l
SCRIPT
    same "${lines[0]}" 'BASE.b/ld.so]'
    [ "${lines[1]}" -lt 30 ] # bytes
}

@test "the word is the same each time, and another for another tree or arch" {
    own_tree
    run -0 with_prelude "$TREES/debian" "$tree" <<'SCRIPT'
runtime "$1" x86_64 && first=$word && rm -r /run/busypy/*
runtime "$1" x86_64 && echo "${word/$first/same}" && [ "${#word}" = 4 ]
runtime "$1" i386 && echo "${word/$first/same}" | wc -c
runtime "$2" x86_64 && echo "${word/$first/same}" | wc -c
SCRIPT
    same "$output" "same
5
5"
}

@test "a word that another tree's runtime has is not taken" {
    run -0 with_prelude "$TREES/debian" <<'SCRIPT'
runtime "$1" x86_64 && first=$word
ln -sfn /another/tree "$prefix/tree"
runtime "$1" x86_64
[ "$word" != "$first" ]
"$python" -Ic 'import sys, zlib; print(sys.prefix)' | sed "s/$word/WORD/"
readlink "/run/busypy/$first.d/tree"
SCRIPT
    same "$output" "/run/busypy/WORD.d/usr
/another/tree"
}

@test "what is made does not depend on the umask, and is for all to read" {
    run -0 with_prelude "$TREES/debian" <<'SCRIPT'
umask 077
runtime "$1" x86_64
find "$prefix/usr" "$base" ! -type l -printf '%m %P\n' | sort
SCRIPT
    same "$output" "644 key
644 ld.so.cache
755 
755 
755 bin
755 bin/python
755 bin/python3.11
755 ld.so
755 python3"
}

@test "refused: no interpreter, one for another arch, for musl, a static one" {
    own_tree
    cp --remove-destination "$HELPERS/witness" "$bin/python3.11"
    refused "$bin/python3.11 is no program of x86_64 with an ld.so"
    cp --remove-destination "$TREES/debian/etc/python/i386/usr/bin/python3.11" "$bin/"
    refused "$bin/python3.11 is no program of x86_64 with an ld.so"
    echo 'int main(void) { return 0; }' | musl-gcc -no-pie -x c -o "$bin/python3.11.new" -
    mv "$bin/python3.11.new" "$bin/python3.11"
    refused "$bin/python3.11 is for musl, whose ld.so cannot be kept from the host's libraries \
(Hint: programs = tree)"
    ln -sf ../python "$bin/python3"
    refused "$bin/python3 leads out of its folder: ../python"
    rm "$bin"/python3*
    refused "cannot find ${bin%/bin}/bin/python3: No such file or directory"
    rm -r "$tree/etc/python"
    refused "cannot open ${bin%/bin}: No such file or directory"
}

@test "refused: an ld.so whose paths are not found" {
    own_tree
    ldso=$clib/ld-linux-x86-64.so.2
    unshare_file "$ldso"
    sed -i 's,/lib/ld.so.cache,/opt/ld.so.cache,' "$ldso"
    refused "cannot keep $ldso from the host's libraries: it names its cache 0 times and its preload \
list 1 times instead of once"
    sed -i 's,/opt/ld.so.cache,/etc/ld.so.cache,; s,/usr/lib/x86_64-linux-gnu/\x00,/usr/lib/x86_64-linux-gnu.\x00,' "$ldso"
    refused "cannot keep $ldso from the host's libraries: it has 4 lists of directories instead of \
2 alike"
    rm "$ldso"
    refused "cannot open $ldso: No such file or directory"
}

@test "refused: a library or a module that looks elsewhere by itself" {
    own_tree
    hint='which is the host'"'"'s there (Hint: patchelf'
    for file in "$clib/libz.so.1" "$(echo "${bin%/bin}"/lib/python3.11/lib-dynload/_ssl.*)"; do
        cp "$file" "$BATS_TEST_TMPDIR/sound" && unshare_file "$file"
        for dirs in /lib '$ORIGIN:/opt/lib' '$ORIGIN/../../../../../../../../lib' '$ORIGINS' '$ORIGIN:'; do
            bad=${dirs#'$ORIGIN:'}
            cp "$BATS_TEST_TMPDIR/sound" "$file" && patchelf --set-rpath "$dirs" "$file"
            refused "$file looks for libraries in '$bad', $hint --remove-rpath, or programs = tree)"
        done
        for dirs in '$ORIGIN' '${ORIGIN}/../x86_64' '$ORIGIN/./../../..'; do
            cp "$BATS_TEST_TMPDIR/sound" "$file" && patchelf --set-rpath "$dirs" "$file"
            run -0 with_prelude "$tree" <<<'"$HELPERS/../mkruntime" "$1" x86_64'
        done
        cp "$BATS_TEST_TMPDIR/sound" "$file" && patchelf --add-needed /usr/lib/libx.so "$file"
        refused "$file needs '/usr/lib/libx.so', $hint --replace-needed, or programs = tree)"
        cp "$BATS_TEST_TMPDIR/sound" "$file"
    done
}

@test "refused: a package or the interpreter that looks elsewhere by itself" {
    own_tree
    mkdir -p "$tree/site-package/probe" "${bin%/bin}/lib/python3/dist-packages"
    hint="which is the host's there (Hint: patchelf --remove-rpath, or programs = tree)"
    for file in "$tree/site-package/probe/probe.so" "${bin%/bin}/lib/python3/dist-packages/probe.so"; do
        echo 'int probe;' | gcc -shared -fPIC -x c -o "$file" - -Wl,-rpath,/usr/lib/x86_64-linux-gnu
        refused "$file looks for libraries in '/usr/lib/x86_64-linux-gnu', $hint"
        rm "$file"
    done
    # an object is not loaded by anybody; a library may have any name
    echo 'int probe;' | gcc -c -x c -o "$tree/site-package/probe/probe.o" -
    echo 'int probe;' | gcc -shared -fPIC -x c -o "$tree/site-package/probe/probe.bin" - '-Wl,-rpath,$ORIGIN/../../lib'
    run -0 with_prelude "$tree" <<<'"$HELPERS/../mkruntime" "$1" x86_64'
    echo 'int probe;' | gcc -shared -fPIC -x c -o "$tree/site-package/probe/probe.bin" - '-Wl,-rpath,$ORIGIN/../../../lib'
    refused "$tree/site-package/probe/probe.bin looks for libraries in '\$ORIGIN/../../../lib', $hint"
    rm "$tree/site-package/probe/probe.bin"
    unshare_file "$bin/python3.11" && patchelf --set-rpath /lib "$bin/python3.11"
    refused "$bin/python3.11 looks for libraries in '/lib', $hint"
}

@test "refused: a runtime whose ld.so does not search /lib, so that its files say it" {
    own_tree
    ldso=$clib/ld-linux-x86-64.so.2
    unshare_file "$ldso"
    sed -i 's,\x00/lib/\x00,\x00/opt/\x00,g' "$ldso"
    run -0 with_prelude "$tree" <<<'"$HELPERS/../mkruntime" "$1" x86_64'
    unshare_file "$bin/python3.11" && patchelf --set-rpath /lib "$bin/python3.11"
    refused "$ldso does not search /lib by itself, so that the files of ${bin%/bin} name it, and there \
it is the host's (Hint: 'busypy stage --from debian' stages a runtime whose files do not, or programs = tree)"
}

@test "a search path of ld.so itself is no matter: nothing is looked up for it" {
    own_tree
    unshare_file "$clib/ld-linux-x86-64.so.2" && patchelf --set-rpath /lib "$clib/ld-linux-x86-64.so.2"
    readelf -d "$clib/ld-linux-x86-64.so.2" | grep -q 'RUNPATH.*/lib'
    run -0 with_prelude "$tree" <<<'"$HELPERS/../mkruntime" "$1" x86_64'
}

@test "refused: no room on the file system" {
    tree=$TREES/debian
    run -1 with_prelude "$tree" <<'SCRIPT'
mount -t tmpfs -o mode=755,size=4m busypy /run/busypy
"$HELPERS/../mkruntime" "$1" x86_64
SCRIPT
    same "$output" "mkruntime: cannot write a runtime's python3: No space left on device"
}
