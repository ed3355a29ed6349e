#!/usr/bin/env bats
# What the host protects by a folder above it, no view shows: not the handler's, not a sandbox's.

load ../support/helpers
load ../support/witness

setup() {
    cp -a "$TREE" "$BATS_TEST_TMPDIR/tree"
    mkdir -p "$BATS_TEST_TMPDIR/tree/etc/python/$ARCH/usr/share/zoneinfo"
    chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
}

# Runs a script in a machine whose /usr can be changed; "hidden WANTED" fails unless that many of
# the views that show the host's directories lack its /usr/local/bin.
with_usr() {
    { cat <<'SCRIPT'; cat; } | machine_script "$BATS_TEST_TMPDIR/tree" "$BUSYPY"
tree=$1 busypy=$2 local=/usr/local
mkdir -m 755 /run/upper /run/work
mount -t overlay -o lowerdir=/usr,upperdir=/run/upper,workdir=/run/work,userxattr overlay /usr
mkdir -p $local/bin
chmod 755 $local $local/bin
hidden() {
    local n=0
    "$busypy" plan --view host "$tree" | grep -q ' /usr/local/bin ' || n=$((n + 1))
    "$busypy" run --view host --plan --tree "$tree" | grep -q ' /usr/local/bin ' || n=$((n + 1))
    # as a user, whose own view is composed
    setpriv --reuid 1000 --regid 1000 --clear-groups "$busypy" run --view host --plan --tree "$tree" |
        grep -q ' /usr/local/bin ' || n=$((n + 1))
    [ $n = "$1" ] || { echo "hidden by $n, not $1: $(stat -c %A $local)"; return 1; }
}
SCRIPT
}

@test "a share whose parent all can search is shown" {
    with_usr <<'SCRIPT'
for mode in 755 711 555 1777; do
    chmod $mode $local
    hidden 0
done
SCRIPT
}

@test "a share whose parent some cannot search is hidden" {
    with_usr <<'SCRIPT'
for mode in 700 750 701 710 705 644 000; do
    chmod $mode $local
    hidden 3
done
# those of another folder stay
"$busypy" plan --view host "$tree" | grep -q ' /usr/share/zoneinfo '
SCRIPT
}

@test "a template does not show what its users could not reach, and is made anew for what they could" {
    with_usr <<'SCRIPT'
mounted() { python3 -c '
import ctypes, os, sys
if ctypes.CDLL(None, use_errno=True).setns(os.open(sys.argv[1], os.O_RDONLY), 0x20000):
    raise OSError(ctypes.get_errno(), "setns")
print(sum(line.split()[4] == "/usr/local/bin" for line in open("/proc/self/mountinfo")))' "$1"; }
chmod 700 $local
"$busypy" enable --quiet "$tree"
[ "$(mounted /run/busypy.handler/g1/view0)" = 0 ]
basis=$(cat /run/busypy.handler/g1/basis)
"$busypy" disable
chmod 755 $local
"$busypy" enable --quiet "$tree"
[ "$(mounted /run/busypy.handler/g1/view0)" = 1 ]
[ "$(cat /run/busypy.handler/g1/basis)" != "$basis" ]
"$busypy" disable
SCRIPT
}

@test "an access list on the way refuses some whom the mode lets in" {
    with_usr <<'SCRIPT'
chmod 755 $local
python3 -c '
import os, struct, sys
entry = lambda tag, perm, who=0xffffffff: struct.pack("<HHI", tag, perm, who)
acl = struct.pack("<I", 2) + entry(1, 7) + entry(2, 0, 1000) + entry(4, 5) + entry(16, 5) + entry(32, 5)
os.setxattr(sys.argv[1], "system.posix_acl_access", acl)' $local
[ "$(stat -c %a $local)" = 755 ]
! setpriv --reuid 1000 --regid 1000 --clear-groups ls $local/bin/ || exit 1
hidden 3
SCRIPT
}

@test "a link on the way leads through what not all can search" {
    with_usr <<'SCRIPT'
mkdir -p /usr/hidden/below
mv $local /usr/hidden/below/local
ln -s hidden/below/local $local
hidden 0
chmod 700 /usr/hidden
hidden 3
SCRIPT
}
