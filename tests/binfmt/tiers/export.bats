# Scripts of an export by its links: which version they run in, and what it takes to find that out.
load ../../support/helpers
load ../../support/witness

# In a machine where the version that EXPORT/current leads to is enabled: 1, with the same files as 2.
in_export() {
    { cat <<'SCRIPT'; cat; } | in_machine
e=$dir/export user="setpriv --reuid 1000 --regid 1000 --clear-groups"
mkdir -p "$e/versions" "$e/plain"
cp -al "$TREE" "$e/versions/1"
cp -al "$TREE" "$e/versions/2"
ln -s versions/1 "$e/current"
"$BUSYPY" enable --quiet --config "$dir/conf" "$e/current"
turn() { ln -s "$1" "$e/new" && mv -T "$e/new" "$e/current"; }
script() { word args | cut -d '|' -f 1; }
SCRIPT
}

@test "by current a script runs in the version that it leads to, though the files are the same" {
    in_export <<'SCRIPT'
for who in env "$user" "$user --no-new-privs"; do
    line=$($who "$e/current/bin/tool")
    [[ "$(tier <<<"$line")" = *view ]]
    [ "$(script <<<"$line")" = "$e/versions/1/bin/tool" ]
done
turn versions/2
for who in env "$user"; do
    line=$($who "$e/current/bin/tool")
    [[ "$(tier <<<"$line")" = *view ]]
    [ "$(script <<<"$line")" = "$e/versions/2/bin/tool" ]
done
SCRIPT
}

@test "by links of any kind: absolute, into a version, with detours, to a link, to nowhere" {
    in_export <<'SCRIPT'
ln -s "$e/versions/1" "$e/absolute"
ln -s versions/1/bin "$e/tools"
ln -s ./versions/../versions/1/ "$e/detour"
ln -s current "$e/again"
ln -s "$dir" "$e/out"
ln -s "versions/$(printf 'x%.0s' {1..150})" "$e/long"
ln -s 1 "$e/versions/$(printf 'x%.0s' {1..150})"
ln -s tool "$e/versions/1/bin/other"
for path in absolute/bin/tool tools/tool detour/bin/tool again/bin/tool long/bin/tool; do
    for who in env "$user"; do
        line=$($who "$e/$path")
        [ "$(tier <<<"$line")" = view ]
        [ "$(script <<<"$line")" = "$e/versions/1/bin/tool" ]
    done
done
# a link within the version keeps its name, and what the export's links lead out to is foreign
[ "$("$e/current/bin/other" | script)" = "$e/versions/1/bin/other" ]
[ "$("$e/out/foreign" | tier)" = host ]
cp $foreign "$e/plain/foreign"
[ "$("$e/plain/foreign" | tier)" = host ]
SCRIPT
}

@test "by current nothing is asked of /proc, which takes as long as all else" {
    in_export <<'SCRIPT'
for who in env "$user"; do
    strace -f -o /run/trace $who "$e/current/bin/tool" >/run/said
    [ "$(tier </run/said)" = view ]
    # of loader and enter: after the script's exec, up to the interpreter's
    sed -n "\\|execve(\"$e/current/bin/tool\"|,\\|execve(\"/usr/bin/python3\"|p" /run/trace >/run/loader
    grep -F "readlinkat(AT_FDCWD, \"$e/current\"" /run/loader
    [ "$(grep -cE '"/proc|mmap' /run/loader)" = 0 ]
done
SCRIPT
}

@test "a script beside the versions is known for a foreign one without /proc, as any other" {
    in_export <<'SCRIPT'
cp $foreign "$e/plain/foreign"
for who in env "$user" "unshare --mount"; do
    strace -f -o /run/trace $who "$e/plain/foreign" >/run/said
    [ "$(tier </run/said)" = host ]
    sed -n "\\|execve(\"$e/plain/foreign\"|,\\|execve(\"/usr/bin/python3\"|p" /run/trace >/run/loader
    grep -F "openat2(AT_FDCWD, \"$e/plain/foreign\"" /run/loader
    [ "$(grep -cF '"/proc' /run/loader)" = 0 ]
done
mount -t tmpfs none /proc
for who in env "$user"; do
    [ "$($who "$e/plain/foreign" | word args)" = "$e/plain/foreign" ]
done
SCRIPT
}

@test "of a path by a link, enter reads the link and opens where it leads, before it raises" {
    in_export <<'SCRIPT'
cp $foreign "$e/plain/foreign"
enter=$(echo /run/busypy.handler/g*/enter)
ln -s "$dir" "$e/out"
. "$ROOT/tests/support/words.bash"
# what enter looks up below $dir until it raises, called with a descriptor of $1 and the path $2
looks() {
    strace -o /run/trace $user "$HELPERS/state" open=8,0,"$1" path=$enter -- enter 8,1,0,0,0,8388608 "$2" \
        >/run/said 2>&1 || :
    sed -n "\\|^execve(\"$enter\"|,/effective=1<<CAP_SYS_CHROOT/p" /run/trace | sed 1d |
        grep -F "$dir" | sed -nE "s,^([a-z0-9]+)[^\"]*\"$dir/?([^\"]*)\".*,\1:\2,p" | tr '\n' ' '
}
script=$e/versions/1/bin/tool
same "$(looks "$script" "$e/current/bin/tool")" "readlinkat:export/current openat2:export/versions/1/bin/tool "
[ "$(tier </run/said)" = view ]
same "$(looks "$script" "$e/plain/../current/bin/tool")" "readlinkat:export/plain "
same "$(looks "$script" "$dir/foreign")" ""
[ "$(tier </run/said)" = view ]
# of what the caller named and the link leads to nothing is looked at where that is no version
same "$(looks "$e/plain/foreign" "$e/out/foreign")" "readlinkat:export/out "
same "$(looks "$e/plain/foreign" "$e/current/../../plain/foreign")" "readlinkat:export/current "
grep -F 'the script is not of an enabled tree' /run/said
SCRIPT
}
