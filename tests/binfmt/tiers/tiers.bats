# Who gets which way into a view, and that foreign scripts are left alone in each case.
load ../../support/helpers
load ../../support/witness

@test "root: enters the template with all that it has" {
    in_machine <<'SCRIPT'
line=$($tool)
[ "$(tier <<<"$line")" = view ]
[ "$(word eff <<<"$line")" = 000001ffffffffff ]
[ "$(word nnp <<<"$line")" = 0 ]
[ "$($foreign | tier)" = host ]
SCRIPT
}

@test "a user: enters by enter, keeps no capability, and gains none later" {
    in_machine <<'SCRIPT'
line=$(as_user $tool)
[ "$(tier <<<"$line")" = view ]
[ "$(word prm <<<"$line")$(word eff <<<"$line")" = 00000000000000000000000000000000 ]
[ "$(word nnp <<<"$line")" = 1 ]
[ "$(word bnd <<<"$line")" = "$(as_user $foreign | word bnd)" ]
line=$(as_user $foreign)
[ "$(tier <<<"$line")" = host ]
[ "$(word nnp <<<"$line")" = 0 ]
SCRIPT
}

@test "a caller under no_new_privs: a user namespace" {
    in_machine <<'SCRIPT'
line=$(as_user --no-new-privs $tool)
[ "$(tier <<<"$line")" = "user view" ]
[ "$(word uid <<<"$line") $(word gid <<<"$line") $(word prm <<<"$line")" = "1000 1000 0000000000000000" ]
[ "$(word bnd <<<"$line")" = 000001ffffffffff ]
line=$(as_user --no-new-privs $foreign)
[ "$(tier <<<"$line")" = host ]
[ "$(word nnp <<<"$line")" = 1 ]
SCRIPT
}

@test "a reduced bounding set: a user namespace that keeps it reduced" {
    in_machine <<'SCRIPT'
line=$(as_user --bounding-set -sys_admin $tool)
[ "$(tier <<<"$line")" = "user view" ]
[ "$(word bnd <<<"$line")" = 000001ffffdfffff ]
line=$(as_user --bounding-set -sys_admin $foreign)
[ "$(tier <<<"$line") $(word bnd <<<"$line")" = "host 000001ffffdfffff" ]
# a set that lacks something else is enough for enter
line=$(as_user --bounding-set -net_raw $tool)
[ "$(tier <<<"$line") $(word bnd <<<"$line")" = "view 000001ffffffdfff" ]
SCRIPT
}

@test "root without the capabilities: a user namespace" {
    in_machine <<'SCRIPT'
line=$(setpriv --bounding-set -sys_admin $tool)
[ "$(tier <<<"$line")" = "user view" ]
[ "$(word uid <<<"$line") $(word bnd <<<"$line")" = "0 000001ffffdfffff" ]
[ "$(setpriv --bounding-set -sys_admin $foreign | tier)" = host ]
SCRIPT
}

@test "ambient capabilities: a user namespace; a foreign script keeps them" {
    in_machine <<'SCRIPT'
line=$(as_user --inh-caps +net_raw --ambient-caps +net_raw $tool)
[ "$(tier <<<"$line") $(word prm <<<"$line")" = "user view 0000000000000000" ]
line=$(as_user --inh-caps +net_raw --ambient-caps +net_raw $foreign)
[ "$(tier <<<"$line") $(word amb <<<"$line") $(word eff <<<"$line")" = \
    "host 0000000000002000 0000000000002000" ]
# those that entering takes are used, and kept as a native shebang would
line=$(as_user --inh-caps +sys_admin,+sys_chroot --ambient-caps +sys_admin,+sys_chroot $tool)
[ "$(tier <<<"$line") $(word amb <<<"$line")" = "view 0000000000240000" ]
SCRIPT
}

@test "another mount namespace with privilege: composed there" {
    in_machine <<'SCRIPT'
line=$(unshare --mount $tool)
[ "$(tier <<<"$line") $(word eff <<<"$line")" = "view 000001ffffffffff" ]
[ "$(unshare --mount $foreign | tier)" = host ]
SCRIPT
}

@test "another mount namespace without privilege: a user namespace" {
    in_machine <<'SCRIPT'
elsewhere() { unshare --mount setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
line=$(elsewhere $tool)
[ "$(tier <<<"$line") $(word uid <<<"$line")" = "user view 1000" ]
[ "$(elsewhere $foreign | tier)" = host ]
SCRIPT
}

@test "/run/busypy.handler on nosuid: a user namespace for users, the template for root" {
    in_machine <<'SCRIPT'
mount -o remount,bind,nosuid /run/busypy.handler
[ "$(as_user $tool | tier)" = "user view" ]
[ "$($tool | tier)" = view ]
[ "$(as_user $foreign | tier)" = host ]
SCRIPT
}

@test "under an unprivileged tracer: a user namespace" {
    in_machine <<'SCRIPT'
[ "$(as_user strace -f -o /dev/null $tool | tier)" = "user view" ]
[ "$(as_user strace -f -o /dev/null $foreign | tier)" = host ]
SCRIPT
}

@test "a user namespace of its own without a mount namespace" {
    in_machine <<'SCRIPT'
# as its root: composed there
own() { unshare --user --map-root-user bash -c 'exe_of() { stat -Lc %i "$1"; }
    exe_of /proc/self/ns/user; exec "$@"' _ "$@"; }
out=$(own $tool)
[ "$(tail -n 1 <<<"$out" | tier "$(head -n 1 <<<"$out")")" = view ]
out=$(as_user unshare --user --map-root-user $tool)
[ "$(tier x <<<"$out") $(word uid <<<"$out")" = "user view 0" ]
# as a user of it: a user namespace in it
out=$(as_user unshare --user --map-user=1000 --map-group=1000 $tool)
[ "$(tier <<<"$out") $(word uid <<<"$out")" = "user view 1000" ]
[ "$(unshare --user --map-root-user $foreign | tier)" = host ]
[ "$(as_user unshare --user $foreign | tier)" = host ]
SCRIPT
}

@test "ids that are not mapped: one sentence" {
    in_machine <<'SCRIPT'
status=0; said=$(as_user unshare --user $tool 2>&1) || status=$?
[ $status -eq 125 ]
[ "$said" = "busypy: $tool: no view can be made for this caller: cannot make a user namespace: \
Operation not permitted (Hint: a chroot, a container, a seccomp filter or an id that is not mapped \
forbids it)" ]
SCRIPT
}

@test "no user namespaces on this machine: one sentence, and foreign scripts run" {
    in_machine <<'SCRIPT'
echo 0 >/proc/sys/user/max_user_namespaces
status=0; said=$(as_user --no-new-privs $tool 2>&1) || status=$?
[ $status -eq 125 ]
[ "$said" = "busypy: $tool: no view can be made for this caller: cannot make a user namespace: \
No space left on device (Hint: user.max_user_namespaces is 0: sysctl user.max_user_namespaces=10000 allows them)" ]
[ "$(as_user --no-new-privs $foreign | tier)" = host ]
[ "$(as_user $tool | tier)" = view ]
SCRIPT
}

@test "explain foretells the way of each caller" {
    in_machine <<'SCRIPT'
mount -t tmpfs -o mode=755 tmpfs /mnt
cp "${BUSYPY%/*}"/busypy "${BUSYPY%/*}"/busypy-full /mnt
foretold() { "$@" /mnt/busypy explain "$tool" 2>&1 | grep -o 'tier: .*\|end with exit status 125' || :; }
# foretells WAY TIER COMMAND... : a witness that is started so tells of WAY.
foretells() {
    local got; got="$("${@:3}" "$tool" 2>&1 | tier), $(foretold "${@:3}")"
    [ "$got" = "$1, $2" ] || { echo "${*:3}: $got"; return 1; }
}
user="setpriv --reuid 1000 --regid 1000 --clear-groups"
foretells view "tier: template" env
foretells view "tier: template" $user
foretells "user view" "tier: user namespace (no_new_privs is set)" $user --no-new-privs
foretells "user view" "tier: user namespace (the bounding set is reduced)" \
    setpriv --bounding-set -sys_admin
foretells "user view" "tier: user namespace (the caller has ambient capabilities)" \
    $user --inh-caps +net_raw --ambient-caps +net_raw
foretells "user view" "tier: user namespace (the caller is traced)" $user strace -f -o /dev/null
foretells view "tier: composed (another root or mount namespace)" unshare --mount
foretells "user view" "tier: user namespace (another root or mount namespace)" \
    unshare --mount $user
# the mount namespace is the machine's still, and so is the right to enter the template
why="the caller's privilege is over another user namespace"
own=$(unshare --user --map-root-user /mnt/busypy explain "$tool" | grep -o 'tier: .*')
[ "$own" = "tier: composed ($why)" ]
own=$(unshare --user --map-user=1000 --map-group=1000 /mnt/busypy explain "$tool" | grep -o 'tier: .*')
[ "$own" = "tier: user namespace ($why)" ]
mount -o remount,bind,nosuid /run/busypy.handler
foretells "user view" "tier: user namespace (/run/busypy.handler is mounted nosuid)" $user
mount -o remount,bind,suid /run/busypy.handler
status=0; $user unshare --user "$tool" >/dev/null 2>&1 || status=$?
[ "$status $(foretold $user unshare --user)" = "125 end with exit status 125" ]
echo 0 >/proc/sys/user/max_user_namespaces
status=0; $user --no-new-privs "$tool" >/dev/null 2>&1 || status=$?
[ "$status $(foretold $user --no-new-privs)" = "125 end with exit status 125" ]
SCRIPT
}

@test "isolation = shared: users share a view, root has one of its own" {
    CONF='isolation = shared'
    in_machine <<'SCRIPT'
one=$(as_user $tool | word mntns) two=$(as_user $tool | word mntns)
template=$(stat -Lc %i /run/busypy.handler/g1/view0)
[ "$one $two" = "$template $template" ]
[ "$($tool | word mntns)" != "$template" ]
[ "$(as_user $tool | word nnp)" = 1 ]
SCRIPT
    CONF=
}

@test "isolation = private: no two scripts share a view" {
    in_machine <<'SCRIPT'
template=$(stat -Lc %i /run/busypy.handler/g1/view0)
coproc HOLD { as_user "$TREE/bin/hold"; }
read -r line <&"${HOLD[0]}"
held=$(word mntns <<<"$line") other=$(as_user $tool | word mntns)
[ "$held" != "$other" ]
[ "$held" != "$template" ]
[ "$other" != "$template" ]
SCRIPT
}

@test "limits on files: no size is enough for a view that is composed" {
    in_machine <<'SCRIPT'
[ "$(ulimit -f 0; as_user --no-new-privs $tool | tier)" = "user view" ]
[ "$(ulimit -f 0; unshare --mount $tool | tier)" = view ]
SCRIPT
}

@test "a working directory of any length" {
    in_machine <<'SCRIPT'
for length in 255 256 257 3000; do
    cd "$dir"
    while [ $((length - ${#PWD})) -gt 200 ]; do
        name=$(printf 'd%.0s' {1..100}); mkdir -p "$name"; cd "$name"
    done
    name=$(head -c $((length - ${#PWD} - 1)) /dev/zero | tr '\0' e); mkdir -p "$name"; cd "$name"
    [ ${#PWD} = $length ]
    for who in env "setpriv --reuid 1000 --regid 1000 --clear-groups" "unshare --mount"; do
        [ "$($who $tool | word cwd)" = "$PWD" ]
    done
done
SCRIPT
}

@test "a working directory that the view has another of: an empty one, and a sentence" {
    in_machine <<'SCRIPT'
for who in env "setpriv --reuid 1000 --regid 1000 --clear-groups" "unshare --mount"; do
    cd /usr/bin
    [ "$($who $tool 2>/run/said | word cwd)" = /.busypy/nowhere ]
    [ "$(cat /run/said)" = "busypy: $tool: the working directory /usr/bin is not in the view; it is \
an empty one now" ]
    cd /
    [ "$($who $tool 2>&1 | word cwd)" = / ]
done
SCRIPT
}
