# Other roots: containers and chroots, with and without the tree, with planted files. The handler
# reaches all of them; their scripts run as before, and nobody gets into the template from there.
load ../../support/helpers
load ../../support/witness

# A machine with a root directory for a container, $root: its own Python ($root_exe), a script at
# $script and at $inner in the place of the tree; no /proc.
with_root() {
    { cat <<'SCRIPT'; cat; } | in_machine
root=$dir/root strange=$HELPERS/strange script=/srv/script
mkdir -p "$root"/{usr/bin,srv,etc,proc,tmp} "$root${TREE%/*}"
cp "$HELPERS/witness" "$root/usr/bin/python3"
root_exe=$(exe_of "$root/usr/bin/python3") root_etc=$(exe_of "$root/etc")
cp "$foreign" "$root$script"
# without /proc a witness tells its root by /etc
of_root() {
    local line; line=$(cat)
    echo "$(word etc <<<"$line") $(word uid <<<"$line") $(word args <<<"$line")"
}
# status and words of a command that must fail
said() { local status=0 words; words=$("$@" 2>&1) || status=$?; echo "$status $words"; }
SCRIPT
}

@test "a container without the tree: its scripts run with its Python, as root and as a user" {
    with_root <<'SCRIPT'
[ "$(unshare --mount "$strange" "$root" $script a b | of_root)" = "$root_etc 0 $script|a|b" ]
[ "$(unshare --mount "$strange" -u 1000 "$root" $script | of_root)" = "$root_etc 1000 $script" ]
# with /proc, and as an ordinary user's own container
[ "$(unshare --mount "$strange" -p "$root" $script | word exe)" = "$root_exe" ]
[ "$(as_user unshare --user --map-root-user --mount "$strange" -p "$root" $script | word exe)" = \
    "$root_exe" ]
SCRIPT
}

@test "a container without Python: not found, by name" {
    with_root <<'SCRIPT'
rm "$root/usr/bin/python3"
[ "$(said unshare --mount "$strange" "$root" $script)" = \
    "127 busypy: $script: cannot start /usr/bin/python3: No such file or directory" ]
SCRIPT
}

@test "a container with something else in the tree's place: its own scripts" {
    with_root <<'SCRIPT'
mkdir -p "$root$TREE/bin"
cp "$foreign" "$root$TREE/bin/tool"
mount -t tmpfs other "$root$TREE"
mkdir "$root$TREE/bin"
cp "$foreign" "$root$TREE/bin/tool"
[ "$(unshare --mount "$strange" -p "$root" "$tool" | word exe)" = "$root_exe" ]
[ "$(unshare --mount "$strange" -p -u 1000 "$root" "$tool" | word exe)" = "$root_exe" ]
SCRIPT
}

@test "a container with a tree of its own at that path, on the same file system: its own Python" {
    with_root <<'SCRIPT'
mkdir "$root$TREE"
cp -a "$TREE/." "$root$TREE"
[ "$(unshare --mount "$strange" -p "$root" "$tool" | word exe)" = "$root_exe" ]
[ "$("$strange" -c -p -u 1000 "$root" "$tool" | word exe)" = "$root_exe" ]
SCRIPT
}

@test "a container with the tree at its place: a view of the container's own files" {
    with_root <<'SCRIPT'
mkdir -p "$root$TREE"
mount --bind "$TREE" "$root$TREE"
line=$(unshare --mount "$strange" -p "$root" "$tool")
[ "$(tier <<<"$line") $(word etc <<<"$line")" = "view $root_etc" ]
line=$(unshare --mount "$strange" -p -u 1000 "$root" "$tool")
[ "$(tier <<<"$line") $(word etc <<<"$line")" = "user view $root_etc" ]
SCRIPT
}

@test "a chroot with a planted marker: its own Python, also for a script of the tree" {
    with_root <<'SCRIPT'
mkdir -p "$root$TREE" "$root/.busypy"
mount --bind "$TREE" "$root$TREE"
: >"$root/.busypy/view"
[ "$("$strange" -c "$root" $script | of_root)" = "$root_etc 0 $script" ]
[ "$("$strange" -c -u 1000 "$root" "$tool" | of_root)" = "$root_etc 1000 $tool" ]
[ "$("$strange" -c -p "$root" "$tool" | of_root)" = "$root_etc 0 $tool" ]
SCRIPT
}

# In the chroot /run/busypy.handler is planted: enter, and a link to the true template by descriptor 9.
planted='
mkdir -p "$root$TREE" "$root/run/busypy.handler/g1"
mount --bind "$TREE" "$root$TREE"
cp /run/busypy.handler/g1/enter "$root/run/busypy.handler/g1/enter"
ln -s /proc/self/fd/9 "$root/run/busypy.handler/g1/view0"
exec 9</run/busypy.handler/g1/view0
'

@test "a chroot with a planted link to the true template: a user gets a sentence" {
    { echo "$planted"; cat <<'SCRIPT'; } | with_root
[ "$(said "$strange" -c -p -u 1000 "$root" "$tool")" = "125 busypy: $tool: no view can be made for \
this caller: cannot make a user namespace: Operation not permitted (Hint: a chroot, a container, a \
seccomp filter or an id that is not mapped forbids it)" ]
[ "$("$strange" -c -p -u 1000 "$root" $script | word exe)" = "$root_exe" ]
SCRIPT
}

@test "a chroot with a planted link to the true template: root gets the same" {
    { echo "$planted"; cat <<'SCRIPT'; } | with_root
[ "$(said "$strange" -c -p "$root" "$tool")" = "125 busypy: $tool: no view can be made for this \
caller: cannot make a user namespace: Operation not permitted (Hint: a chroot, a container, a \
seccomp filter or an id that is not mapped forbids it)" ]
# a root directory that is a mount is as good as a container's
mount --bind --make-private "$root" "$root"
mount --bind "$TREE" "$root$TREE"
line=$("$strange" -c -p "$root" "$tool")
[ "$(tier <<<"$line") $(word etc <<<"$line")" = "view $root_etc" ]
[ "$(word mntns <<<"$line")" != "$(stat -Lc %i /run/busypy.handler/g1/view0)" ]
SCRIPT
}

@test "the true enter called in a chroot by a descriptor: no way out" {
    { echo "$planted"; cat <<'SCRIPT'; } | with_root
exec 8</run/busypy.handler/g1/enter 7<"$tool"
[ "$(said "$strange" -c -p -u 1000 "$root" /proc/self/fd/8 7,1,0,0,0,8388608 "$tool")" = \
    "125 busypy: $tool: no view can be made for this caller: cannot make a user namespace: \
Operation not permitted (Hint: a chroot, a container, a seccomp filter or an id that is not mapped \
forbids it)" ]
# the same call outside is what the loader does
line=$(as_user /run/busypy.handler/g1/enter 7,1,0,0,0,8388608 "$tool")
[ "$(tier <<<"$line") $(word prm <<<"$line") $(word nnp <<<"$line")" = "view 0000000000000000 1" ]
SCRIPT
}

@test "a chroot without /proc: its own scripts, and no tree" {
    with_root <<'SCRIPT'
mkdir -p "$root$TREE"
mount --bind "$TREE" "$root$TREE"
[ "$("$strange" -c "$root" $script | of_root)" = "$root_etc 0 $script" ]
[ "$("$strange" -c -u 1000 "$root" "$tool" | of_root)" = "$root_etc 1000 $tool" ]
SCRIPT
}

@test "the tree mounted anew at its place is the tree; another in its place is refused" {
    in_machine <<'SCRIPT'
again() { mount --bind "$TREE" "$TREE"; }
again
[ "$($tool | tier)" = view ]
[ "$(as_user $tool | tier)" = view ]
# what is mounted inside of the tree is not the tree's
mkdir "$dir/inside"
cp "$foreign" "$dir/inside/script"
mount --bind "$dir/inside" "$TREE/sbin"
[ "$("$TREE/sbin/script" | tier)" = host ]
umount "$TREE/sbin"
umount "$TREE"
mount -t tmpfs other "$TREE"
mkdir "$TREE/bin"
cp "$foreign" "$tool"
for who in env "setpriv --reuid 1000 --clear-groups"; do
    status=0; said=$($who $tool 2>&1) || status=$?
    [ "$status $said" = "125 busypy: $tool: $TREE is not the tree that was enabled (Hint: busypy \
disable, then busypy enable)" ]
done
umount "$TREE" 
[ "$($tool | tier)" = view ]
SCRIPT
}
