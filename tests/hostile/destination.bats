#!/usr/bin/env bats
# What no command writes into, however it is spelled, linked or mounted: system directories, homes,
# and what only looks like ours. Where a machine's own directories are named, an ordinary user does
# it: a rule that fails destroys nothing.
# shellcheck shell=bash disable=SC2016,SC2034 # CALLS is the racer's

load ../support/helpers
load ../support/witness
load ../support/race
load ../cli/publish/tree

HINT="nothing is written there (Hint: name a directory of its own, as /srv/busypy/new)"
NO_EXPORT="is not empty and is no export (Hint: name a new or an empty directory)"

setup_file() {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    (umask 022; sound_tree "$BATS_FILE_TMPDIR/tree")
}

setup() {
    D=$(mktemp -d) # all may go in there, as not into what bats makes
    chmod 755 "$D"; cd "$D" || return
    export HOME=$D/home TREE=$BATS_FILE_TMPDIR/tree
    mkdir home
    as_user=()
    [ "$EUID" -ne 0 ] || as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
}

teardown() { cd /; rm -rf "$D"; }
teardown_file() { :; } # machines that end with their namespaces mount, nothing else

# Every command that writes into the directory that it is told, and those that write a file there.
COMMANDS=('stage "$1"' 'stage --force "$1"' 'add "$1" /bin/true' 'add --force "$1" /bin/true' 'publish "$TREE" "$1"'
    'test --output "$1" --tree "$TREE" -- /bin/true' 'boot --record "$1" -a x86_64 --kernel /bin/true /dev/null'
    'stage --from debian --cache "$1" "$PWD/none"')
FILES=('pack -o "$1/new" "$TREE"' 'boot --log "$1/new" -a x86_64 --kernel /bin/true /dev/null')

# refuse_all WORDS DIR: all commands refuse it, in a sentence that has the words; with files=1 also those
# that write a file there, which elsewhere may stand beside others'.
refuse_all() {
    local command
    for command in "${COMMANDS[@]}" ${files:+"${FILES[@]}"}; do
        run -125 "${as_user[@]}" bash -c '"$BUSYPY" '"$command" _ "$2"
        [[ $output == *"$1"*": $HINT" ]] || { echo "$command $2: $output"; return 1; }
    done
}

# mounted SCRIPT WORDS DIR: the same in a namespace in which the script has mounted something.
mounted() {
    local command
    for command in "${COMMANDS[@]}" ${files:+"${FILES[@]}"}; do
        run -125 "${as_user[@]}" env HOME=/nonexistent unshare -rm bash -euc "$1; \"\$BUSYPY\" $command" _ "$3"
        [[ $output == *"$2"*": $HINT" ]] || { echo "$command $3: $output"; return 1; }
    done
}

contents() { find "$1" -printf '%P %y %m %l %s %T@\n' | sort; find "$1" -type f -exec sha256sum {} +; }

@test "a system directory by every spelling" {
    files=1
    for dir in /etc/ /etc// /etc/. //etc ///etc/./ /usr/../etc /tmp/../etc/ /proc/self/root/etc /proc/thread-self/root/etc \
        /proc/self/root/proc/self/root/etc/../etc; do
        refuse_all " system directory" $dir
    done
}

@test "a system directory that one stands in, or has open" {
    files=1
    (cd /etc && refuse_all " system directory" . && refuse_all " system directory" ./ &&
        refuse_all " system directory" /proc/self/cwd && refuse_all " system directory" ./ssl/..)
    exec 7</usr
    refuse_all " system directory" /proc/self/fd/7
    refuse_all "lies in the system directory /usr" /proc/self/fd/7/new
    exec 7<&-
}

@test "a system directory by a chain of links, in the middle of a path" {
    files=1
    ln -s /usr one; ln -s one two; ln -s "$PWD/two" three
    refuse_all " system directory" three
    refuse_all " system directory" three/
    refuse_all "lies in the system directory /usr" three/new
    refuse_all "lies in the system directory /usr" three/share/../new/deeper/
    mkdir sub; ln -s ../three sub/four
    refuse_all "lies in the system directory /usr" sub/four/../usr/new
}

@test "a link that leads nowhere is followed by no command" {
    ln -s /usr/none dangling; ln -s loop loop
    for name in dangling loop; do
        for command in "${COMMANDS[@]}"; do
            run -125 "${as_user[@]}" bash -c '"$BUSYPY" '"$command" _ $name
            [[ $output == *"$name"*": No such file or directory" || $output == *"$name"*": Too many levels of symbolic links" ]]
        done
    done
    [ ! -e /usr/none ]
}

@test "a bind mount of what lies below a system directory" {
    mkdir second
    mounted 'mount --bind /usr/share second' ", lies in the system directory /usr" second
    files=1 mounted 'mount --bind /usr/share second' ", lies in the system directory /usr" second/new
    mounted 'mount --bind /usr/share second' "lies in the system directory /usr" second/doc/../new
    mounted 'mount --bind /var/lib second' "second, is a system directory" second
}

@test "a bind mount of the root directory, and what is below it" {
    mkdir second
    mounted 'mount --rbind / second' "second, is the root directory" second
    mounted 'mount --rbind / second' "second, is the root directory" second/.
    mounted 'mount --rbind / second' "second/etc, is a system directory" second/etc
    files=1 mounted 'mount --rbind / second' ", lies in the system directory /etc" second/etc/ssl
    mounted 'mount --rbind / second' "second/usr/share/new, lies in the system directory /usr" second/usr/share/new
    mounted 'mount --rbind / second' "second/home, is a system directory" second/usr/../home
}

@test "a bind mount on a bind mount, and a moved one" {
    mkdir second third
    mounted 'mount --bind /usr second; mount --bind second/share third; umount second' ", lies in the system directory /usr" third
    mounted 'mount --bind /usr/share second; mount --bind second third; umount second' "lies in the system directory /usr" third/new
}

@test "what is mounted from elsewhere on a folder of its own is no system directory" {
    mkdir second other
    run -0 "${as_user[@]}" env HOME=/nonexistent unshare -rm bash -euc 'mount -t tmpfs none second; mkdir second/etc
        mount --bind second/etc other; "$BUSYPY" publish "$TREE" other/export; "$BUSYPY" publish "$TREE" second/etc/usr
        [ -e other/export/current ]'
}

@test "a folder called versions makes no export" {
    mkdir -p project/versions/1.0 project/versions/2.0.tmp project/versions/old.gone project/src
    echo mine | tee project/versions/1.0/notes project/versions/2.0.tmp/notes project/versions/old.gone/notes >project/src/code
    contents project >before
    run -125 "$BUSYPY" publish "$TREE" project
    same "$output" "busypy: publish: project $NO_EXPORT"
    contents project | diff before -
    rm -r project/versions/1.0
    contents project >before
    run -125 "$BUSYPY" publish "$TREE" project
    same "$output" "busypy: publish: project $NO_EXPORT"
    contents project | diff before -
    rm -r project/versions; mkdir project/versions
    run -125 "$BUSYPY" publish "$TREE" project
    same "$output" "busypy: publish: project $NO_EXPORT"
}

@test "gc and rollback take nothing away where no version is" {
    mkdir -p project/versions/1.0 project/versions/2.0.tmp project/versions/old.gone
    echo mine | tee project/versions/1.0/notes project/versions/2.0.tmp/notes project/versions/old.gone/notes >project/code
    contents project >before
    for command in gc rollback; do
        run -125 "$BUSYPY" $command project
        same "$output" "busypy: $command: $PWD/project is no export: it has no versions"
        contents project | diff before -
    done
}

@test "nor do links to versions of others, or a record that is none" {
    "$BUSYPY" publish -i v1 "$TREE" real
    mkdir project; echo mine >project/file; ln -s ../real/versions project/versions
    run -125 "$BUSYPY" publish "$TREE" project
    same "$output" "busypy: publish: project $NO_EXPORT"
    rm project/versions; mkdir project/versions; ln -s ../../real/versions/v1 project/versions/v1
    run -125 "$BUSYPY" publish "$TREE" project
    same "$output" "busypy: publish: project $NO_EXPORT"
    rm project/versions/v1; mkdir -p project/versions/v1/etc/busypy; mkfifo project/versions/v1/etc/busypy/id
    run -125 patiently 10 "$BUSYPY" publish "$TREE" project
    same "$output" "busypy: publish: project $NO_EXPORT"
}

@test "what a first publish left that was killed is an export" {
    mkdir -p begun/versions/v1.tmp/bin begun/.lock.1.2.3
    "$BUSYPY" publish -i v1 "$TREE" begun
    same "$(ls begun/versions)" v1
    mkdir -p new/versions
    "$BUSYPY" publish -i v1 "$TREE" new
}

@test "what another machine is asked of an export is the same" {
    survey() { (set +eu; . "$ROOT/lib/export/remote.sh" && survey "$1") | head -n 1 | cut -d' ' -f 1; }
    mkdir -p project/versions/1.0; echo mine >project/file
    same "$(survey project)" other
    mkdir -p begun/versions/v1.tmp new/versions
    same "$(survey begun) $(survey new) $(survey none)" "export export absent"
    touch begun/file
    same "$(survey begun)" other
    "$BUSYPY" publish -i v1 "$TREE" real; touch real/file
    same "$(survey real)" export
    mkdir linked; touch linked/file; ln -s ../real/versions linked/versions
    same "$(survey linked)" other
}

@test "homes of service accounts, wherever they are" {
    mkdir ftp images
    printf 'ftp:x:990:990::%s:/bin/false\nimages:x:991:991::%s/:/bin/false\nempty:x:992:992:::\nodd:x:993:993::x:\n' \
        "$PWD/ftp" "$PWD/images" >passwd
    for dir in ftp images ftp/ ./images/. ; do
        mounted 'mount --bind passwd /etc/passwd' "is a home directory" $dir/
    done
}

@test "a home that only HOME names, or none does" {
    refuse_all "is a home directory" home
    refuse_all "is a home directory" home/.
    ln -s home link
    refuse_all "is a home directory" link/
    mkdir other
    for home in '' / relative; do
        HOME=$home run -0 "$BUSYPY" publish "$TREE" "other/$RANDOM.$home.x"
    done
    unset HOME
    "$BUSYPY" publish "$TREE" other/unset
}

@test "homes of users whom nobody can name" {
    # 0 is the caller, 65534 everybody else
    mounted 'mount -t tmpfs none /home; mkdir /home/bob; echo mine >/home/bob/file' "/home/bob is a home directory" /home/bob
    mounted 'mount -t tmpfs none /home; mkdir /home/bob; mount --bind /home/bob home; echo mine >home/.profile' \
        "/home/bob is a home directory" /home/bob
    run -0 "${as_user[@]}" env HOME=/nonexistent unshare -rm bash -euc 'mount -t tmpfs none /home
        "$BUSYPY" publish "$TREE" /home/export; "$BUSYPY" publish "$TREE" /home/export'
}

@test "an empty home of another user's below /home" {
    [ "$EUID" -eq 0 ] || skip "needs root"
    run -125 machine bash -euc 'mount -t tmpfs none /home; mkdir /home/bob; chown 1234:1234 /home/bob; HOME=/nonexistent
        "$BUSYPY" publish "$TREE" /home/bob'
    same "$output" "busypy: publish: /home/bob is a home directory: $HINT"
}

@test "an image goes where it was looked at, whatever becomes of the folder" {
    fresh() { rm -rf "$D/out" "$D/out.old" "$D/victim"; mkdir "$D/out" "$D/victim"; echo root >"$D/victim/image"; }
    unharmed() { same "$(cat "$D/victim/image") $(ls -A "$D/victim")" "root image"; }
    race "$D/out" "$D/victim" "$BUSYPY" pack -f tar -o "$D/out/image" "$TREE"
}

# The folder is empty; what it becomes a link to is full of others' files.
fresh() {
    rm -rf "$D/out" "$D/out.old" "$D/victim"
    mkdir -p "$D/out" "$D/victim/bin"
    echo root | tee "$D/victim/file" >"$D/victim/bin/ls"
}
unharmed() { same "$(cd "$D/victim" && find . -type f -exec cat {} + ; ls -AR "$D/victim" | wc -l)" "$(printf 'root\nroot\n6')"; }

@test "an export goes where it was looked at" {
    CALLS=(openat openat2 newfstatat)
    race "$D/out" "$D/victim" "$BUSYPY" publish "$TREE" "$D/out"
}

@test "what is recorded goes where it was looked at" {
    CALLS=(openat openat2 newfstatat)
    race "$D/out" "$D/victim" "$BUSYPY" boot --record "$D/out" -a x86_64 --kernel /bin/true /dev/null
}
@test "a tree goes where it was looked at" {
    mkdir -p "$D/sysroot/usr/bin" "$D/sysroot/usr/lib/python3.12/encodings"
    musl-gcc -static -o "$D/sysroot/usr/bin/python3.12" -x c - <<<'int main(void) { return 0; }'
    ln -s python3.12 "$D/sysroot/usr/bin/python3"
    echo 'x = 1' | tee "$D/sysroot/usr/lib/python3.12/os.py" >"$D/sysroot/usr/lib/python3.12/encodings/__init__.py"
    CALLS=(openat openat2 newfstatat readlink)
    race "$D/out" "$D/victim" "$BUSYPY" stage --from "$D/sysroot" "$D/out"
}

