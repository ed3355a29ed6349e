# Races for what `stage --from host` reads, in a throw-away machine whose Python is small.
# Usage: host.bash WORK SYSROOT NAME HOW TO; NAME: stdlib/FILE or libs/FILE, or a folder there.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034 # race.bash uses it
set -euo pipefail
. "${BASH_SOURCE[0]%/*}/../support/race.bash"
BATS_TEST_TMPDIR=$1 sysroot=$2 name=$3 how=$4 to=$5
cd "$1"
version=$(readlink -f /usr/bin/python3) && lib=/usr/lib/${version##*/}
state() { (cd outside && find . -printf '%p %y %m %U %s %T@\n' | sort); }
before=$(state)

# The machine's own Python: the program, its library and its standard library.
mkdir -p host/{stdlib,libs,empty}
mount --bind host/python /usr/bin/python3
mount --bind host/stdlib "$lib"
for dir in /usr/share/zoneinfo /usr/share/terminfo /lib/terminfo; do
    [ ! -d $dir ] || mount --bind host/empty $dir
done

fresh() {
    find host/stdlib host/libs -mindepth 1 -delete
    rm -rf tree host/fifo
    cp -a "$sysroot/usr/lib/python3.12/." host/stdlib
    mkdir -p host/libs/deep && cp -a "$sysroot/usr/lib/libone.so.1" host/libs/deep
    mkfifo host/libs/fifo host/stdlib/fifo
    chown -R 65534 host/stdlib host/libs
}

unharmed() {
    [ "$(state)" = "$before" ] || { echo "outside has changed"; return 1; }
    ! grep -rl TOP-SECRET tree 2>/dev/null || return 1
}

case $name in
stdlib/*) at=$lib name=$lib/${name#*/} ;;
*) at=$PWD/host/libs name=$PWD/host/$name ;;
esac
[ "$to" != fifo ] || to=$at/fifo
race_at "$at" "$how" "$name" "$to" "$BUSYPY" stage --from host "$PWD/tree"
