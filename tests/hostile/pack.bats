#!/usr/bin/env bats
# Hostile trees and folders: what is packed is what the tree has, whoever swaps it meanwhile, and what is
# written over is the caller's own. So with a machine's log and record.
# shellcheck shell=bash disable=SC2016,SC2034 # CALLS is the racer's

load ../support/helpers
load ../support/witness
load ../support/race
load ../cli/publish/tree

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    (umask 022; sound_tree "$BATS_FILE_TMPDIR/tree")
    mkdir -p "$BATS_FILE_TMPDIR/root/sub"
    echo TOP-SECRET | tee "$BATS_FILE_TMPDIR/root/sub/deep.py" >"$BATS_FILE_TMPDIR/root/file"
    chmod -R go= "$BATS_FILE_TMPDIR/root"
}

setup() {
    chmod 755 "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
    tree=$BATS_TEST_TMPDIR/tree out=$BATS_TEST_TMPDIR/images root=$BATS_FILE_TMPDIR/root arch=$(uname -m)
    mkdir "$out"
}

fresh() {
    rm -rf "$tree" "$tree.old" "${out:?}"/*
    cp -a "$BATS_FILE_TMPDIR/tree" "$tree"
    mkdir -p "$tree/site-package/sub"
    echo 'x = 1' | tee "$tree/site-package/file" >"$tree/site-package/sub/deep.py"
    ln -s file "$tree/site-package/link"
}
unharmed() { run ! grep -raq TOP-SECRET "$out"; }

# refused WORDS COMMAND...: soon, in a sentence with the words, and nothing is left behind.
refused() {
    run -125 patiently 20 "$BUSYPY" "${@:2}"
    [[ $output == *"$1"* ]] || { echo "$output"; return 1; }
    same "$(ls -A "$out")" "${left-}"
}

# module FILE: what is nothing but a module's .modinfo.
module() {
    printf '%s\n' '.section .modinfo,"a"' '.string "license=GPL"' '.string "depends="' ".string \"name=$2\"" |
        as -o "$1" -
}

@test "a file becomes a link while a tar is written" {
    CALLS=(newfstatat openat openat2 statx)
    race "$BATS_TEST_TMPDIR/tree/site-package/file" "$root/file" "$BUSYPY" pack -f tar -o "$out/packed" "$tree"
}

@test "a folder becomes a link while a tar is written" {
    CALLS=(newfstatat openat openat2 statx fstat)
    race "$BATS_TEST_TMPDIR/tree/site-package/sub" "$root/sub" "$BUSYPY" pack -f tar -o "$out/packed" "$tree"
}

@test "a link leads elsewhere, and the tree itself is swapped" {
    CALLS=(newfstatat readlinkat openat)
    race "$BATS_TEST_TMPDIR/tree/site-package/link" "$root/file" "$BUSYPY" pack -f tar -o "$out/packed" "$tree"
    CALLS=(openat newfstatat)
    race "$tree" "$root" "$BUSYPY" pack -f tar -o "$out/packed" "$tree"
}

@test "a kernel module becomes a link while it is packed" {
    fresh() { rm -rf "$BATS_TEST_TMPDIR/modules" "${out:?}"/*; mkdir "$BATS_TEST_TMPDIR/modules"; module "$BATS_TEST_TMPDIR/modules/nfsv4.ko" nfsv4; }
    CALLS=(newfstatat openat openat2)
    race "$BATS_TEST_TMPDIR/modules/nfsv4.ko" "$root/file" \
        "$BUSYPY" pack --nfs-client --kernel-modules "$BATS_TEST_TMPDIR/modules" -o "$out/packed"
}

@test "what is no file, folder or link is packed by no format" {
    fresh
    for kind in fifo socket null; do
        rm -f "$tree/etc/odd"
        case $kind in
        fifo) mkfifo "$tree/etc/odd" ;;
        socket) /usr/bin/python3 -c 'import os, socket, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind("odd")' "$tree/etc" ;;
        null) mknod "$tree/etc/odd" c 1 3 || skip "needs root" ;;
        esac
        for format in tar cpio erofs; do
            refused "$tree/etc/odd is neither file, directory nor link" pack -f $format -o "$out/packed" "$tree"
        done
    done
}

@test "links out of a tree are packed as links" {
    fresh
    ln -s "$root/file" "$tree/etc/file"; ln -s "$root" "$tree/etc/folder"; ln -s ../../../../etc/shadow "$tree/etc/up"
    for format in tar cpio; do
        "$BUSYPY" pack -f $format -o "$out/packed" "$tree"
        unharmed
    done
    bsdtar -tvf "$out/packed" 2>/dev/null | grep -q "etc/file -> $root/file" ||
        cpio -itv --quiet <"$out/packed" | grep -q "etc/file -> $root/file"
}

@test "root packs no tree, and no kernel modules, that others can change" {
    fresh
    [ "$EUID" -eq 0 ] || skip "needs root"
    mkdir "$BATS_TEST_TMPDIR/modules"; module "$BATS_TEST_TMPDIR/modules/nfsv4.ko" nfsv4
    for file in "$tree" "$tree/bin" "$tree/site-package/file" "$tree/etc/clib/$arch"; do
        chown 1000 "$file"
        for format in tar cpio erofs; do
            refused "$file belongs to uid 1000: its owner could change what other users run" pack -f $format -o "$out/packed" "$tree"
        done
        chown 0 "$file"
        chmod go+w "$file"
        refused "others than root can write $file " pack -f tar -o "$out/packed" "$tree"
        chmod go-w "$file"
    done
    chown 1000 "$BATS_TEST_TMPDIR/modules"
    refused "$BATS_TEST_TMPDIR/modules belongs to uid 1000" pack --nfs-client --kernel-modules "$BATS_TEST_TMPDIR/modules" -o "$out/packed"
}

@test "nor a tree below others' folder, or by their link" {
    fresh
    [ "$EUID" -eq 0 ] || skip "needs root"
    mkdir "$BATS_TEST_TMPDIR/theirs"; chown 1000 "$BATS_TEST_TMPDIR/theirs"
    mv "$tree" "$BATS_TEST_TMPDIR/theirs/tree"
    ln -s "$BATS_TEST_TMPDIR/theirs/tree" "$tree"
    for name in "$BATS_TEST_TMPDIR/theirs/tree" "$tree"; do
        refused "$BATS_TEST_TMPDIR/theirs belongs to uid 1000" pack -f tar -o "$out/packed" "$name"
    done
}

@test "an output that is a link, a FIFO, a socket or a folder stays as it is" {
    fresh
    echo victim >"$BATS_TEST_TMPDIR/victim"
    ln -s "$BATS_TEST_TMPDIR/victim" "$out/link"; ln -s /dev/null "$out/null"; mkfifo "$out/fifo"; mkdir "$out/folder"
    ln -s "$out/fifo" "$out/to-fifo"
    left=$(ls -A "$out")
    for name in link fifo folder folder/ folder/. to-fifo; do
        refused "is there already and is no image" pack -f tar -o "$out/$name" "$tree"
    done
    refused "lies in the system directory /dev" pack -f tar -o "$out/null" "$tree"
    same "$(cat "$BATS_TEST_TMPDIR/victim")" victim
}

@test "an image that has a second name is replaced, not written over" {
    fresh
    "$BUSYPY" pack -f tar -o "$out/packed" "$tree"
    ln "$out/packed" "$BATS_TEST_TMPDIR/second"; sum=$(sha256sum <"$BATS_TEST_TMPDIR/second")
    echo more >"$tree/etc/more"
    "$BUSYPY" pack -f tar -o "$out/packed" "$tree"
    same "$(sha256sum <"$BATS_TEST_TMPDIR/second")" "$sum"
    same "$(ls -A "$out")" packed
}

@test "kernel modules: links, FIFOs, bombs and lists that never end" {
    local dir=$BATS_TEST_TMPDIR/modules
    mkdir "$dir"; module "$BATS_TEST_TMPDIR/nfsv4.ko" nfsv4
    pack_modules() { refused "$1" pack --nfs-client --kernel-modules "$dir" -o "$out/packed"; }
    ln -s "$BATS_TEST_TMPDIR/nfsv4.ko" "$dir/nfsv4.ko"; pack_modules "there are no kernel modules in $dir"
    rm "$dir/nfsv4.ko"; mkfifo "$dir/nfsv4.ko"; pack_modules "there are no kernel modules in $dir"
    rm "$dir/nfsv4.ko"; truncate -s 1T "$dir/nfsv4.ko"; pack_modules "cannot read $dir/nfsv4.ko: more than 128 MiB when it is unpacked"
    rm "$dir/nfsv4.ko"; head -c 200M /dev/zero | gzip -1 >"$dir/nfsv4.ko.gz"; pack_modules "more than 128 MiB when it is unpacked"
    rm "$dir/nfsv4.ko.gz"; cp "$BATS_TEST_TMPDIR/nfsv4.ko" "$dir"
    mkfifo "$dir/modules.builtin"; pack_modules "cannot read $dir/modules.builtin: Invalid argument"
    rm "$dir/modules.builtin"; truncate -s 1T "$dir/modules.builtin"; pack_modules "$dir/modules.builtin has more than 4194304 bytes"
    rm "$dir/modules.builtin"; ln -s "$root/file" "$dir/modules.builtin"; pack_modules "cannot read $dir/modules.builtin: Too many levels of symbolic links"
}

# Not started: /bin/true is no kernel, and what is written is written before.
boot() { patiently 20 "$BUSYPY" boot -a x86_64 --kernel /bin/true --timeout 1 "$@" /dev/null; }

@test "boot --log replaces a file of the caller's own, and nothing else" {
    cd "$BATS_TEST_TMPDIR"
    echo victim >victim; ln -s "$PWD/victim" link; ln victim hard; mkfifo fifo; mkdir folder; echo theirs >theirs; chown 1000 theirs 2>/dev/null || rm theirs
    for name in link hard victim fifo folder theirs; do
        [ -e $name ] || continue
        run -125 boot --log $name
        same "$output" "busypy: boot: $name is there already and is no file of yours with this name alone (Hint: remove it, or name another)"
    done
    same "$(cat victim)" victim
    run -125 boot --log /etc/busypy-log
    [[ $output == *"lies in the system directory /etc"* ]]
    echo old >own; exec 7<own
    boot --log own >/dev/null 2>&1 || true
    same "$(cat <&7)" old # another file has its name now
    run ! grep -q old own
    boot --log new >/dev/null 2>&1 || true
    [ -f new ]
}

@test "boot --record writes through no link that was planted" {
    cd "$BATS_TEST_TMPDIR"
    echo victim >victim; mkdir record; echo theirs >record/console.aarch64.log
    ln -s "$PWD/victim" record/console.x86_64.log; ln -s "$PWD/victim" record/smoke.x86_64.txt
    boot --record record >/dev/null 2>&1 || true
    same "$(cat victim)" victim
    [ -f record/console.x86_64.log ]
    [ ! -L record/console.x86_64.log ]
}

@test "a tar that fills the disk is refused with the reason of the disk" {
    fresh
    (cd "$tree" && head -c 3M /dev/urandom >etc/large && tar -cf "$out/tar" .)
    HOME=/nonexistent run -125 unshare -rm bash -euc 'mkdir "$1"; mount -t tmpfs -o size=2m none "$1"; exec "$BUSYPY" publish "$2" "$1/export"' \
        _ "$BATS_TEST_TMPDIR/disk" "$out/tar"
    [[ $output == *"No space left on device"* ]] || { echo "$output"; return 1; }
}
