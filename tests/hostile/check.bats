#!/usr/bin/env bats
# Hostile trees: whoever looks at one waits for nothing in it, is filled by nothing, follows nothing
# out of it, and shows nothing of it raw.
# shellcheck shell=bash disable=SC2016

load ../support/helpers
load ../support/witness

setup_file() { :; }
teardown_file() { :; }

setup() {
    chmod 755 "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
    tree=$BATS_TEST_TMPDIR/tree arch=$(uname -m)
    "$ROOT/tests/support/clone" "$TREES/host" "$tree"
}

# ends STATUS COMMAND...: with one of these (a|b), soon, and in little memory.
ends() {
    local wanted=$1 status=0; shift
    output=$(ulimit -v $((4 << 20)); patiently 30 "$BUSYPY" "$@" 2>&1) || status=$?
    [[ $status =~ ^($wanted)$ ]] && return 0
    echo "$* ended with $status:"; echo "$output" | head -n 20
    return 1
}

# Everything that reads a tree, and leaves it as it is.
look_at_all() {
    ends '1' check "$tree"
    ends '1' check --json "$tree"
    ends '[01]|125' check --libraries "$tree"
    ends '[01]|125' explain "$tree/bin/ls"
    ends '[01]|125' explain --root "$tree" /bin/ls
    ends '[01]|125' plan "$tree"
    ends '[01]|125' pack -f tar -o "$BATS_TEST_TMPDIR/out" "$tree"
}

# No byte of what is read from the file but lines of printable text, in UTF-8.
printable() {
    /usr/bin/python3 - "$1" <<'EOT'
import sys, unicodedata
text = open(sys.argv[1], "rb").read().decode("utf-8")
bad = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
sys.exit(f"raw: {bad}" if bad else 0)
EOT
}

replace_all() { # COMMAND...: makes something in place of each file that find names
    while IFS= read -r -d '' file; do rm -f "$file"; "$@" "$file"; done
}

@test "FIFOs in place of all files" {
    find "$tree" -type f -print0 | replace_all mkfifo
    look_at_all
}

@test "FIFOs in place of the files that are read, one after the other" {
    for file in etc/inittab etc/passwd "etc/busypy/$arch/manifest" "etc/busypy/$arch/versions" etc/busypy/busypy_start.py \
        etc/busypy/selftest bin/ls "etc/python/$arch/usr/bin/python3.11" "etc/python/$arch/usr/lib/python3.11/os.py" \
        "etc/python/$arch/usr/lib/python3.11/site.py"; do
        [ -e "$tree/$file" ] || continue
        rm "$tree/$file"; mkfifo "$tree/$file"
        ends 1 check "$tree"
        ends '[01]|125' explain --root "$tree" /bin/ls
        rm "$tree/$file"; "$ROOT/tests/support/clone" "$TREES/host/$file" "$tree/$file"
    done
}

@test "sockets in place of all programs" {
    make_socket() { /usr/bin/python3 -c 'import os, socket, sys
os.chdir(os.path.dirname(sys.argv[1])); socket.socket(socket.AF_UNIX).bind(os.path.basename(sys.argv[1]))' "$1"; }
    find "$tree/bin" "$tree/etc/clib" -type f -print0 | replace_all make_socket
    look_at_all
}

@test "files that seem to be of a TiB" {
    make_sparse() { truncate -s 1T "$1"; }
    for file in etc/inittab "etc/busypy/$arch/manifest" "etc/busypy/$arch/versions" bin/ls \
        "etc/python/$arch/usr/bin/python3.11" "etc/python/$arch/usr/lib/python3.11/os.py" site-package/huge.py \
        "etc/clib/$arch/libhuge.so" sbin/huge; do
        rm -f "$tree/$file"; make_sparse "$tree/$file"; chmod 755 "$tree/$file"
        ends 1 check "$tree"
        ends '[01]|125' explain --root "$tree" /bin/ls
        ends 125 pack -f tar -o "$BATS_TEST_TMPDIR/out" "$tree"
        ends '[01]' check --libraries "$tree"
        rm "$tree/$file"; [ ! -e "$TREES/host/$file" ] || "$ROOT/tests/support/clone" "$TREES/host/$file" "$tree/$file"
    done
}

@test "ELF files with absurd headers" {
    elf=$(readlink -f "$tree/etc/python/$arch/usr/bin/python3")
    head -c 65536 "$elf" >"$BATS_TEST_TMPDIR/elf"
    for change in 32:ffffffffffffffff 40:ffffffffffffffff 32:0000000000000000 54:0000 54:ffff 56:ffff 58:0000 60:ffff 62:ffff \
        52:0000 18:ffff 4:00 4:01 5:02 16:ffff 24:ffffffffffffffff; do
        for file in "$elf" "$tree/etc/clib/$arch/libabsurd.so" "$tree/bin/absurd"; do
            rm -f "$file"; cp "$BATS_TEST_TMPDIR/elf" "$file"; chmod 755 "$file"
            xxd -r -p <<<"${change#*:}" | dd of="$file" bs=1 seek="${change%:*}" conv=notrunc status=none
        done
        ends '1' check "$tree"
        run ! grep "the process was ended" <<<"$output"
    done
}

@test "dynamic sections that lead everywhere" {
    elf=$(readlink -f "$tree/etc/python/$arch/usr/bin/python3")
    cp "$elf" "$BATS_TEST_TMPDIR/elf"
    /usr/bin/python3 - "$BATS_TEST_TMPDIR" <<'EOT'
import struct, sys
data = bytearray(open(sys.argv[1] + "/elf", "rb").read())
off, size, n = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
heads = [off + size * i for i in range(n)]
dynamic = next(h for h in heads if struct.unpack_from("<I", data, h)[0] == 2)
at, length = struct.unpack_from("<Q", data, dynamic + 8)[0], struct.unpack_from("<Q", data, dynamic + 32)[0]
values = 0, 1, 2 ** 63, 2 ** 64 - 1, len(data), len(data) - 1
k = 0
for tag in 1, 5, 10, 0x6ffffffe, 0x6fffffff, 0x6ffffef5, 29:
    for value in values[:3] if tag == 1 else values:
        out = bytearray(data)
        for entry in range(at, at + length, 16):
            if struct.unpack_from("<Q", out, entry)[0] == tag:
                struct.pack_into("<Q", out, entry + 8, value)
        open(f"{sys.argv[1]}/elf.{k}", "wb").write(out)
        k += 1
EOT
    local lib=0
    for file in "$BATS_TEST_TMPDIR"/elf.*; do
        cp "$file" "$tree/etc/clib/$arch/libabsurd.$((lib++)).so"
    done
    cp "$BATS_TEST_TMPDIR/elf.0" "$elf.new"; mv "$elf.new" "$elf"
    ends '1' check "$tree"
    run ! grep "the process was ended" <<<"$output"
    ends '[01]|125' check --libraries "$tree"
}

@test "names with control characters: C0, escape sequences, C1, no UTF-8, directions" {
    for name in $'a\eb' $'\e]0;title\a' $'a\x9bm' $'a\u009b31mred' $'\u0085x' $'a\x7fb' $'a\xff\xfeb' $'\u202egnp.exe' $'a\rb' $'a\nb' \
        $'a\u2028b' $'a\u200fb'; do
        for dir in bin site-package etc "etc/clib/$arch" "etc/python/$arch/usr/lib"; do
            printf '#!/usr/bin/nothing\e[31m\n' >"$tree/$dir/$name"
            chmod 755 "$tree/$dir/$name"
            ln -s "../$name/nowhere" "$tree/$dir/$name.link"
            chmod 777 "$tree/$dir/$name"
        done
    done
    "$BUSYPY" check -n "$tree" >"$BATS_TEST_TMPDIR/text" 2>&1 || [ $? -eq 1 ]
    printable "$BATS_TEST_TMPDIR/text"
    "$BUSYPY" check --json "$tree" >"$BATS_TEST_TMPDIR/json" 2>&1 || [ $? -eq 1 ]
    printable "$BATS_TEST_TMPDIR/json"
    /usr/bin/python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["findings"]) > 50' "$BATS_TEST_TMPDIR/json"
}

@test "what ELF files and programs say of themselves, with control characters" {
    printf '#!/usr/bin/\e[31mpython\x9b\n' >"$tree/bin/one"
    printf '#!/usr/bin/python3\n"\e[31m \xc2\x9b\n' >"$tree/bin/two"
    printf '::sysinit:/bin/\e[31m\x9bnothing\n\e]0;x\a:::\n' >"$tree/etc/inittab.new"; mv "$tree/etc/inittab.new" "$tree/etc/inittab"
    printf 'int x;' | gcc -shared -x c -o "$BATS_TEST_TMPDIR/lib.so" - -Wl,-soname,$'lib\e[31m.so'
    printf 'extern int x; int y;' | gcc -shared -x c -o "$tree/etc/clib/$arch/liby.so" - -x none -Wl,--no-as-needed "$BATS_TEST_TMPDIR/lib.so"
    printf 'e\e[31mvil 1 2\n' >>"$tree/etc/busypy/$arch/manifest.new"; mv "$tree/etc/busypy/$arch/manifest.new" "$tree/etc/busypy/$arch/manifest"
    chmod 755 "$tree"/bin/{one,two}
    for options in -n --json --libraries '--libraries --json'; do
        # shellcheck disable=SC2086
        "$BUSYPY" check $options "$tree" >"$BATS_TEST_TMPDIR/out" 2>&1 || [ $? -eq 1 ]
        [ -s "$BATS_TEST_TMPDIR/out" ]
        printable "$BATS_TEST_TMPDIR/out"
    done
    for file in one two; do
        "$BUSYPY" explain "$tree/bin/$file" >"$BATS_TEST_TMPDIR/out" 2>&1 || true
        printable "$BATS_TEST_TMPDIR/out"
    done
}

@test "links to themselves, in circles, and out of the tree, everywhere" {
    echo SECRET >"$BATS_TEST_TMPDIR/secret"
    find "$tree/bin" "$tree/site-package" "$tree/etc/busypy" -type f -print0 | replace_all ln -s "$BATS_TEST_TMPDIR/secret"
    ln -s loop "$tree/bin/loop"; ln -s ../bin "$tree/bin/round"; ln -s / "$tree/site-package/root"
    ends '1' check "$tree"
    run ! grep -q SECRET <<<"$output"
    ends '[01]|125' check --libraries "$tree"
    ends '[01]|125' explain --root "$tree" /bin/loop
}

@test "folders deeper than a path can say" {
    (cd "$tree/site-package" && for ((i = 0; i < 600; i++)); do mkdir deep_folder; cd deep_folder || exit; done)
    ends '1|125' check "$tree"
    ends '125' pack -f tar -o "$BATS_TEST_TMPDIR/out" "$tree"
    [ ! -e "$BATS_TEST_TMPDIR/out" ]
}

@test "what enable refuses, check tells in the same words, and of nobody's own tree" {
    chown -R 0:0 "$tree" 2>/dev/null || skip "needs root"
    mkdir "$BATS_TEST_TMPDIR/theirs"; chown 1000 "$BATS_TEST_TMPDIR/theirs"
    mv "$tree" "$BATS_TEST_TMPDIR/theirs/tree"; tree=$BATS_TEST_TMPDIR/theirs/tree
    run -125 machine "$BUSYPY" enable "$tree"
    why=${output#busypy: enable: } why=${why%% (Hint:*}
    same "$why" "$BATS_TEST_TMPDIR/theirs belongs to uid 1000: its owner could change what other users run"
    run -0 "$BUSYPY" check "$tree"
    [[ $output == *"warning: . is not root's alone: $why"* ]]
    chown -h 1000 "$tree"
    run "$BUSYPY" check "$tree"
    [[ $output != *"is not root's alone"* ]]
}

@test "a tree that nobody else can write has no such warning" {
    chown -R 0:0 "$tree" 2>/dev/null || skip "needs root"
    run -0 "$BUSYPY" check "$tree"
    [[ $output != *"is not root's alone"* ]]
}

@test "an image that seems to be of a TiB is not read" {
    truncate -s 1T "$BATS_TEST_TMPDIR/image"
    ends 125 explain --root "$BATS_TEST_TMPDIR/image" /bin/ls
    [[ $output == *"$BATS_TEST_TMPDIR/image: more than 2048 MiB, at least when it is unpacked"* ]] || { echo "$output"; return 1; }
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    ends 125 explain --root "$BATS_TEST_TMPDIR/fifo" /bin/ls
    same "$output" "busypy: explain: $BATS_TEST_TMPDIR/fifo: nobody has opened this pipe to write for 10 s"
}
