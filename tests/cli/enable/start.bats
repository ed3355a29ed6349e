# start = auto and image: who starts from an image, what status says of it, and how long it stays.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export EXPORT=$BATS_FILE_TMPDIR/srv
    export TREE=$EXPORT/tree
    mkdir -p "$EXPORT"
    "$ROOT/tests/support/clone" "$TREES/host" "$TREE"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR" "$EXPORT"
    # says which program its process is of; with an argument it stays until its input ends
    cat >"$TREE/bin/which" <<'PYTHON'
#!/usr/bin/python3
import os
import sys
print(os.path.dirname(os.readlink("/proc/self/exe")).replace(os.environ.get("IMAGES", "?"), "image"), flush=True)
if sys.argv[1:]:
    sys.stdin.read()
PYTHON
    chmod 755 "$TREE/bin/which"
}

teardown_file() {
    host_state | diff "$BATS_FILE_TMPDIR/before" -
}

# Runs a bash script (standard input) in a throw-away machine that has a cache of its own, mounted
# with the options $CACHE. conf KEYS... writes the configuration; $@ is the tree and more.
starting() {
    { cat <<'SCRIPT'; cat; } | machine_script "$TREE" "$@"
mount -t tmpfs -o "mode=0755,${CACHE:-rw}" cache /var/cache
unset PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE LC_ALL
export LANG=C.UTF-8 HOME=/root IMAGES=/var/cache/busypy/start
tree=$1 which=$1/bin/which
user="setpriv --reuid 1000 --regid 1000 --clear-groups"
conf() { { echo "[$tree]"; printf '%s\n' "$@"; } >/run/conf; }
enable() { "$BUSYPY" enable --quiet --config /run/conf "$tree"; }
status() { "$BUSYPY" status --config /run/conf -n "$@" | tr -s ' '; }
fails() { echo "$*"; exit 1; }
is() { [ "$1" = "$2" ] || fails "got '$1', wanted '$2'"; }
keys() { (shopt -s nullglob; cd $IMAGES; echo */); }
from_image() { [[ $("$@") == image/????????????????* ]] || fails "plain: $*"; }
SCRIPT
}

@test "start = auto: scripts of root, of users and of no_new_privs start from an image, and disable leaves none" {
    starting <<'SCRIPT'
conf "start = auto"
enable
is "$(status starts)" "$tree auto from an image"
for who in env "$user" "$user --no-new-privs"; do from_image $who "$which"; done
from_image env -u LANG LC_ALL=C.UTF-8 "$which"
# what no image has: the interpreter itself, and nothing else is different
is "$(PYTHONOPTIMIZE=1 "$which")" /usr/bin
is "$(LD_BIND_NOW=1 "$which")" /usr/bin
cd $IMAGES/*/
is "$(find . -type f ! -name python3 ! -perm 0444 ! -name about)" ""
is "$(find . ! -user root -o -perm /022 ! -name wanted)" ""
is "$(stat -c '%A %a' wanted)" "prw--w--w- 622"
is "$(head -1 about)" "$tree"
cd /
"$BUSYPY" disable --quiet
is "$(keys)" ""
SCRIPT
}

@test "a first line with the number of the tree's Python starts from an image, too" {
    minor=$(basename "$(readlink "$TREE/etc/python/$(uname -m)/usr/bin/python3")")
    "$ROOT/tests/support/clone" "$TREE" "$BATS_TEST_TMPDIR/tree"
    chmod 755 "$BATS_TEST_TMPDIR"
    printf '#!/usr/bin/%s\n%s\n' "$minor" 'import os, sys; print(os.path.dirname(os.readlink("/proc/self/exe")).replace(os.environ["IMAGES"], "image"), sys.executable)' >"$BATS_TEST_TMPDIR/tree/bin/number"
    chmod 755 "$BATS_TEST_TMPDIR/tree/bin/number"
    TREE=$BATS_TEST_TMPDIR/tree starting "$minor" <<'SCRIPT'
for programs in tree host; do
    conf "start = auto" "programs = $programs" "[busypy]" "interpreter = /usr/bin/python3" "interpreter = /usr/bin/$2"
    enable
    for who in env "$user"; do from_image $who "$tree/bin/number"; done
    got=$("$tree/bin/number") plain=$(PYTHONOPTIMIZE=1 "$tree/bin/number")
    is "${got##* }" "${plain##* }"
    "$BUSYPY" disable --quiet
done
SCRIPT
}

@test "scripts that a script starts in its view start from an image, for one look more" {
    cat >"$TREE/bin/first" <<'PYTHON'
#!/usr/bin/python3
import subprocess
import sys
sys.exit(subprocess.run(sys.argv[1:]).returncode)
PYTHON
    printf '#!/usr/bin/env python3\n' | cat - <(tail -n +2 "$TREE/bin/which") >"$TREE/bin/which-env"
    chmod 755 "$TREE/bin/first" "$TREE/bin/which-env"
    starting <<'SCRIPT'
conf "start = auto"
enable
first=$tree/bin/first
for who in env "$user"; do
    from_image $who "$first" /bin/which
    from_image $who "$first" "$which"
    from_image $who "$first" /bin/first /bin/which
done
from_image "$first" "$tree/bin/which-env"
is "$(PYTHONOPTIMIZE=1 "$first" /bin/which)" /usr/bin
looks() {
    strace -f -qq -e trace=%file -o /run/trace "$first" /bin/which >/run/said
    # of the second loader: after its own exec, up to the next
    sed -n '/execve("\/bin\/which"/,$p' /run/trace | sed '1d; /execve(/,$d' >/run/looks
    wc -l </run/looks
}
with=$(looks)
from_image cat /run/said
is "$(grep -c '"/", ' /run/looks)" 1
"$BUSYPY" disable --quiet
conf "start = plain"
enable
without=$(looks)
is "$(cat /run/said)" /usr/bin
is "$with" $((without + 1))
# and none where nothing can be had for it
is "$(grep -c '"/", ' /run/looks)" 0
SCRIPT
}

@test "beside the host, too" {
    starting <<'SCRIPT'
conf "start = auto" "programs = host"
enable
is "$(status starts)" "$tree auto from an image"
for who in env "$user" "$user --no-new-privs"; do from_image $who "$which"; done
is "$(PYTHONOPTIMIZE=1 "$which")" "$(echo /run/busypy/????.d/usr/bin)"
# what the host's programs need is given back, by a plain start
is "$(LD_LIBRARY_PATH=/nowhere "$which")" "$(echo /run/busypy/????.d/usr/bin)"
"$BUSYPY" disable --quiet
is "$(keys)" ""
SCRIPT
}

@test "without a word of it, or with start = plain, there is no cache, and status is as ever" {
    starting <<'SCRIPT'
conf "start = plain"
enable
[ ! -e /var/cache/busypy ]
is "$("$which")" /usr/bin
is "$(status starts)" "$tree plain plain"
if "$BUSYPY" status --config /run/conf | grep -q START; then fails "a section of its own"; fi
conf
enable 2>/dev/null || "$BUSYPY" disable --quiet
[ ! -e /var/cache/busypy ]
SCRIPT
}

@test "where no image can be proven auto says why, and image enables nothing" {
    export CACHE=noexec
    starting <<'SCRIPT'
why="no script is started from it: cannot execute $IMAGES/KEY/.tried/0/python3: Permission denied"
hide() { sed -E 's,/[0-9a-f]{16}/,/KEY/,'; }
conf "start = auto"
enable
is "$(status starts | hide)" "$tree auto plain: $why"
is "$("$which")" /usr/bin
is "$(keys)" ""
"$BUSYPY" disable --quiet
conf "start = image"
status=0; got=$(enable 2>&1) || status=$?
is "$status: $(hide <<<"$got")" "125: busypy: enable: no image of the Python of $tree (start = image): $why"
is "$(keys)" ""
[ ! -e /run/busypy.handler ]
SCRIPT
}

@test "what the tree's Python runs at its start and no image can hold is the reason, too" {
    "$ROOT/tests/support/clone" "$TREE" "$BATS_TEST_TMPDIR/tree"
    chmod 755 "$BATS_TEST_TMPDIR"
    site=$(dirname "$(find "$BATS_TEST_TMPDIR/tree/etc/python" -name 'busypy*.pth' | head -1)")
    echo 'import sys; sys.started_late = True' >"$site/zz.pth"
    TREE=$BATS_TEST_TMPDIR/tree starting <<'SCRIPT'
conf "start = image"
status=0; got=$(enable 2>&1) || status=$?
[[ "$status: $got" == "125: busypy: enable: no image of the Python of $tree (start = image): its maker says: "*zz.pth* ]] || fails "$got"
SCRIPT
}

@test "images take no more than start-space" {
    starting <<'SCRIPT'
conf "start = auto" "[busypy]" "start-space = 20M"
enable
is "$(status starts)" "$tree auto plain: there is no room for images (Hint: 'start-space' in busypy.conf(5) gives more)"
is "$(keys)" ""
SCRIPT
}

@test "who was started from an image keeps it, and beside the host its runtime" {
    starting <<'SCRIPT'
for programs in tree host; do
    conf "start = auto" "programs = $programs"
    enable
    mkfifo /run/hold /run/said
    "$which" stay </run/hold >/run/said &
    exec 3>/run/hold
    read -r said </run/said
    [[ $said == image/* ]] || fails "$said"
    key=$(keys)
    "$BUSYPY" disable --quiet 2>/dev/null
    is "$(keys)" "$key"
    [ "$programs" = tree ] || ls -d /run/busypy/????.d >/dev/null
    # another generation has its own, and the older one stays
    enable
    is "$(keys | wc -w)" 2
    "$BUSYPY" disable --quiet 2>/dev/null
    is "$(keys)" "$key"
    exec 3>&-
    wait $!
    "$BUSYPY" disable --quiet >/dev/null
    is "$(keys)" ""
    [ ! -e /run/busypy ] || fails "$(ls /run/busypy)"
    rm /run/hold /run/said
done
SCRIPT
}

@test "a version that something was started of from an image is in use for gc" {
    starting "$BATS_TEST_TMPDIR/export" <<'SCRIPT'
export=$2
chmod 755 "${export%/*}"
for programs in tree host; do
    { echo "[$export/current]"; echo "start = image"; echo "programs = $programs"; } >/run/conf
    "$BUSYPY" publish --quiet --id "$programs-1" "$tree" "$export"
    mkfifo /run/hold /run/said
    "$BUSYPY" enable --quiet --config /run/conf "$export/current"
    "$export/current/bin/which" stay </run/hold >/run/said &
    exec 3>/run/hold
    read -r said </run/said
    [[ $said == image/* ]] || fails "$said"
    "$BUSYPY" disable --quiet 2>/dev/null
    for version in 2 3; do "$BUSYPY" publish --quiet --id "$programs-$version" "$tree" "$export"; done
    is "$("$BUSYPY" gc --keep 1 "$export" | grep -o "$programs-.*")" "$programs-2 removed"
    [ -e "$export/versions/$programs-1/bin/which" ]
    exec 3>&-
    wait $!
    "$BUSYPY" disable --quiet >/dev/null
    is "$("$BUSYPY" gc --keep 1 "$export")" "$programs-1 removed"
    rm /run/hold /run/said
done
SCRIPT
}
