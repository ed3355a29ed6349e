#!/usr/bin/env bats
# busypy pack --nfs-client: which modules are taken, in which order, from which files. The modules
# are made here, of nothing but their .modinfo.

load ../../support/helpers

setup() { DIR=$BATS_TEST_TMPDIR/modules; OUT=$BATS_TEST_TMPDIR/out.cpio; mkdir -p "$DIR"; }

# module NAME DEPENDS [FOLDER] [SOFTDEP]
module() {
    local file=$DIR/${3:-kernel}/$1.ko
    mkdir -p "${file%/*}"
    printf '%s\n' '.section .modinfo,"a"' '.string "license=GPL"' ".string \"depends=$2\"" \
        ${4:+".string \"softdep=pre: $4\""} ".string \"name=$1\"" | as -o "$file" -
}
pack() { "$BUSYPY" pack --nfs-client --kernel-modules "$DIR" -o "$OUT" "$@"; }
order() { cpio -i --quiet --to-stdout etc/busypy/modules <"$OUT" | sed 's|^/lib/modules/||; s/\.ko$//' | paste -sd ' '; }
refused() { run -125 pack "${@:2}"; same "$output" "busypy: pack: $1"; [ ! -e "$OUT" ]; }

@test "modules come behind what they need; others are left out" {
    module nfsv4 nfs,sunrpc fs; module nfs sunrpc,lockd fs; module lockd sunrpc fs
    module sunrpc "" net; module virtio_net virtio drivers; module virtio ""; module sound ""
    pack
    same "$(order)" "virtio virtio_net sunrpc lockd nfs nfsv4"
    same "$(cpio -it --quiet <"$OUT" | grep -E '^(init|dev/console|sbin/[^/]*-init|lib/modules/sound.ko)$' | paste -sd ' ')" \
        "sbin/$(uname -m)-init $(cpio -it --quiet <"$OUT" | grep -E '^sbin/.*-(pc|virt)-init$') init dev/console"
}

@test "names with dashes, soft dependencies, a module asked for, the same bytes again" {
    module nfsv4 "crypto-one" "" "helper nowhere"; module crypto_one ""; module helper ""; module my-card helper
    pack --module my_card
    same "$(order)" "crypto_one helper nfsv4 my_card"
    sha256sum <"$OUT" >"$BATS_TEST_TMPDIR/first"; rm "$OUT"
    (umask 077; pack --module my-card)
    sha256sum --quiet -c "$BATS_TEST_TMPDIR/first" <"$OUT"
}

@test "compressed modules are stored uncompressed" {
    module nfsv4 sunrpc,nfs,lockd; module sunrpc ""; module nfs ""; module lockd ""
    cp "$DIR/kernel/nfs.ko" "$BATS_TEST_TMPDIR/nfs.ko"
    gzip "$DIR/kernel/sunrpc.ko"; xz "$DIR/kernel/nfs.ko"; zstd -q --rm "$DIR/kernel/lockd.ko"
    pack
    same "$(order)" "sunrpc nfs lockd nfsv4"
    cpio -i --quiet --to-stdout lib/modules/nfs.ko <"$OUT" | cmp - "$BATS_TEST_TMPDIR/nfs.ko"
}

@test "what is built in need not be there" {
    module virtio_net ""
    printf 'kernel/fs/nfs/nfsv4.ko\n' >"$DIR/modules.builtin"
    pack
    same "$(order)" virtio_net
}

@test "what cannot be packed: one sentence, no file, nothing left" {
    export TMPDIR=$BATS_TEST_TMPDIR/scratch; mkdir "$TMPDIR"
    refused "there are no kernel modules in $DIR"
    module virtio_net ""
    refused "$DIR has no module 'nfsv4'"
    module nfsv4 ""
    refused "$DIR has no module 'nocard'" --module nocard
    module nfsv4 "" other
    run -125 pack
    [[ $output == "busypy: pack: "*/nfsv4.ko" are the same module: name one kernel's folder" ]]
    rm -r "$DIR/other"
    refused "$DIR/kernel/virtio_net.ko is not for aarch64" -a aarch64
    echo text >"$DIR/kernel/nfsv4.ko"
    refused "$DIR/kernel/nfsv4.ko is no kernel module"
    printf '.text\nnop\n' | as -o "$DIR/kernel/nfsv4.ko" -
    refused "$DIR/kernel/nfsv4.ko is no kernel module: it has no .modinfo"
    echo text | gzip >"$DIR/kernel/nfsv4.ko.gz"; rm "$DIR/kernel/nfsv4.ko"; truncate -s 12 "$DIR/kernel/nfsv4.ko.gz"
    run -125 pack
    [[ $output == "busypy: pack: cannot read $DIR/kernel/nfsv4.ko.gz: "* ]]
    DIR=/nonexistent refused "cannot open /nonexistent: No such file or directory"
    same "$(ls "$TMPDIR")" ""
}

@test "options that do not go together" {
    run -125 "$BUSYPY" pack --kernel-modules "$DIR" -o "$OUT" "$TREES/host"
    same "$output" "busypy: pack: --kernel-modules and --module go with --nfs-client"
    run -125 "$BUSYPY" pack --nfs-client -o "$OUT"
    same "$output" "busypy: pack: --nfs-client needs --kernel-modules and --output, and no TREE (Hint: see 'busypy pack --help')"
    run -125 pack "$TREES/host"
    same "$output" "busypy: pack: --nfs-client needs --kernel-modules and --output, and no TREE (Hint: see 'busypy pack --help')"
    run -125 pack --format tar
    same "$output" "busypy: pack: --nfs-client is an initramfs without a tree: neither --format tar nor --minimal"
    [ ! -e "$OUT" ]
}
