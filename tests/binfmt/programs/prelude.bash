# A throw-away machine's runtime beside the host, without a handler: what the loader would execute.
# shellcheck shell=bash disable=SC2034
# Sourced there; ROOT and HELPERS are given.
mkdir -p /run/busypy
mount -t tmpfs -o mode=755,nosuid busypy /run/busypy

# Builds the runtime of a tree and arch: then $word, $prefix, $base, which holds its large files,
# $cache, which its ld.so reads, $python, which is what the loader executes, and $starter, which
# sys.executable names.
runtime() {
    word=$("$HELPERS/../mkruntime" "$1" "$2")
    prefix=/run/busypy/$word.d
    base=$(readlink -f "$prefix/base")
    cache=${base%.b}
    python=$prefix/usr/bin/python3
    starter=$prefix/usr/bin/python
}

# emulated ARCH PROGRAM ...: another arch's program by qemu-user; there is no handler for those.
emulated() {
    local qemu=$1
    case $1 in
    armhf | armel) qemu=arm ;;
    i386 | "$(uname -m)") "${@:2}"; return ;;
    esac
    "qemu-$qemu-static" "${@:2}"
}
