# Views are private and alive: mounts made in one stay in it, mounts that the machine makes or drops
# later come and go in views that run already.
load ../../support/helpers
load ../../support/witness

# A machine with a root directory of its own (in a user namespace, what came along is locked to its
# place, unlike on a host). On /top is a mount with another below it, both from before the template;
# /bare and /plain have none.
live_machine() {
    local dir; dir=$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX") && chmod 755 "$dir" "$BATS_TEST_TMPDIR"
    printf '[busypy]\n%s\n' "$CONF" >"$dir/conf"
    { cat <<SCRIPT; cat <<'SCRIPT'; cat; } | machine_script
HELPERS=$HELPERS TREE=$TREE dir=$dir tool=$TREE/bin/tool
. "$ROOT/tests/support/witness.bash"
enable() { "$BUSYPY" enable --quiet --config "\$dir/conf" "\$TREE"; }
SCRIPT
root=$dir/newroot
mkdir "$root"
mount -t tmpfs -o mode=755 machine "$root"
mount --make-rprivate /
mount --make-unbindable "$root"
for entry in /*; do
    if [ -L "$entry" ]; then cp -P "$entry" "$root$entry"
    elif [ -d "$entry" ]; then mkdir "$root$entry"; mount --rbind "$entry" "$root$entry"; fi
done
cd "$root"
mkdir top bare plain
pivot_root . .
umount -l .
cd /
mount --make-rshared /
touch /top/covered
mount -t tmpfs -o mode=755 top /top
mkdir /top/deep
mount -t tmpfs -o mode=755 deep /top/deep
# Starts a script that waits until $input is closed, by the words given (nothing: as root); view is
# its process, say its line.
user="setpriv --reuid 1000 --regid 1000 --clear-groups" held=0 views=
hold() {
    held=$((held + 1))
    mkfifo "$dir/in$held" "$dir/out$held"
    $1 "$TREE/bin/hold" <"$dir/in$held" >"$dir/out$held" &
    view=$! views="$views $!"
    exec {input}>"$dir/in$held"
    read -r say <"$dir/out$held"
    is "$(word view <<<"$say") $(tr '\0' ' ' <"/proc/$view/cmdline")" "1 /usr/bin/python3 $TREE/bin/hold "
}
# What the view has mounted at a path: its last mount's source.
in_view() { awk -v at="$1" '$5 == at { found = $0 } END { print found }' "/proc/$view/mountinfo" |
    sed 's/.* - [^ ]* \([^ ]*\) .*/\1/'; }
is() { [ "$1" = "$2" ] || { echo "got '$1', wanted '$2'"; exit 1; }; }
SCRIPT
}

@test "a mount that the machine makes later appears in a view that runs" {
    live_machine <<'SCRIPT'
enable
hold ''
is "$(in_view /bare)" machine  # nothing is mounted on it
for at in /bare /top/deep /plain; do
    mount -t tmpfs later "$at"
    is "$(in_view "$at")" later
    touch "$at/file"
    [ -e "/proc/$view/root$at/file" ]
done
hold "$user"
is "$(in_view /plain)" later
mount -t tmpfs again /plain
is "$(in_view /plain)" again
SCRIPT
}

@test "the machine unmounts while a script runs, also what stood before the template" {
    live_machine <<'SCRIPT'
enable
hold ''
is "$(in_view /top/deep)" deep
is "$(in_view /top)" top
umount /top/deep
is "$(in_view /top/deep)" ""
umount /top
# what the mount covered is seen again, as on the machine
is "$(ls -A "/proc/$view/root/top") $(ls -A /top)" "covered covered"
mount -t tmpfs new /top
is "$(in_view /top)" new
SCRIPT
}

@test "what the machine unmounts is free: its loop device or server is not held" {
    live_machine <<'SCRIPT'
enable
hold ''
hold "$user"
mount -t tmpfs -o size=1m counted /top/deep
device=$(awk '$5 == "/top/deep" { found = $3 } END { print found }' /proc/self/mountinfo)
holders() { grep -ls " $device " $(printf '/proc/%s/mountinfo ' $views) | wc -l; }
is "$(holders)" 2
umount /top/deep
is "$(holders)" 0
SCRIPT
}

@test "a mount made in a view is seen neither outside nor in another view" {
    live_machine <<'SCRIPT'
enable
hold ''
one=$view
hold ''
before=$(cat /proc/self/mountinfo) other=$view others=$(cat "/proc/$view/mountinfo")
# in the first view, with its own privilege: the test's static program mounts there
"$HELPERS/mountin" "$one" mine /bare /top /plain
view=$one
is "$(in_view /bare)" mine
is "$(in_view /top)" mine
is "$(cat /proc/self/mountinfo)" "$before"
is "$(cat "/proc/$other/mountinfo")" "$others"
hold ''
is "$(in_view /bare)" machine
is "$(in_view /top)" top
SCRIPT
}

@test "pruned mounts are not in views, their siblings are" {
    CONF='prune = /top/deep/**'
    live_machine <<'SCRIPT'
mkdir /top/deep/a /top/deep/b /top/kept
mount -t tmpfs a /top/deep/a
mount -t tmpfs b /top/deep/b
mount -t tmpfs kept /top/kept
enable
hold ''
is "$(in_view /top/deep/a)$(in_view /top/deep/b)" ""
is "$(in_view /top/deep)" deep
is "$(in_view /top/kept)" kept
is "$(findmnt -no SOURCE /top/deep/a)" a
SCRIPT
    CONF=
}

@test "pruning reveals nothing: a mount over a directory with files stays" {
    CONF='prune = /top/deep/**'
    live_machine <<'SCRIPT'
mkdir /top/deep/a
echo secret >/top/deep/a/covered
mount -t tmpfs a /top/deep/a
enable
hold "$user"
is "$(in_view /top/deep/a)" a
[ ! -e "/proc/$view/root/top/deep/a/covered" ]
SCRIPT
    CONF=
}

@test "pruning reveals nothing: a masked file stays masked, a mount over an empty file goes" {
    CONF='prune = /top/deep/**'
    live_machine <<'SCRIPT'
echo secret >/top/deep/masked
: >/top/deep/empty
echo shown >/run/shown
mount --bind /run/shown /top/deep/masked
mount --bind /run/shown /top/deep/empty
enable
hold "$user"
is "$(cat "/proc/$view/root/top/deep/masked")" shown
is "$(cat "/proc/$view/root/top/deep/empty")" ""
SCRIPT
    CONF=
}

@test "a private / propagates nothing, and everything works" {
    live_machine <<'SCRIPT'
mount --make-rprivate /
enable
hold ''
is "$(in_view /top)" top
mount -t tmpfs later /bare
is "$(in_view /bare)" machine
umount /top/deep
is "$(in_view /top/deep)" deep
is "$(as_user $tool | word view)" 1
hold ''
is "$(in_view /bare)" machine
SCRIPT
}

@test "a view ends with its script, and the machine's disable does not disturb it" {
    live_machine <<'SCRIPT'
enable
hold "$user"
one=$view
"$BUSYPY" disable --quiet
[ ! -e /run/busypy.handler ]
[ -d "/proc/$one" ]
mount -t tmpfs later /bare
is "$(in_view /bare)" later
exec {input}>&-
wait "$one"
SCRIPT
}
