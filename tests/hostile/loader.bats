#!/usr/bin/env bats
# Hostile callers of loader and enter: whatever state a process is in, a script gets the interpreter
# that it should, or a sentence, and nobody gains a right. Made-up argv by the million:
# tests/binfmt/privilege. What a caller's state is natively: tests/binfmt/fidelity.

load ../support/helpers
load ../support/witness

as_state() { printf '%s\n' "as_state() { \"\$HELPERS/state\" groups= gid=1000 uid=1000 \"\$@\"; }"; }
hostile() { { as_state; cat; } | in_machine; }

@test "a user with ambient capabilities to enter gets no_new_privs, too" {
    hostile <<'SCRIPT'
caps="--inh-caps +sys_admin,+sys_chroot --ambient-caps +sys_admin,+sys_chroot"
line=$(as_user $caps $tool)
[ "$(tier <<<"$line") $(word nnp <<<"$line") $(word amb <<<"$line")" = "view 1 0000000000240000" ]
# composed where it stands
line=$(as_user $caps unshare --mount $tool)
[ "$(tier <<<"$line") $(word nnp <<<"$line")" = "view 1" ]
[ "$(as_user $caps $foreign | word nnp)" = 0 ]
SCRIPT
}

@test "root, and a set-user-ID program of root's, get none and stay root" {
    hostile <<'SCRIPT'
[ "$($tool | word nnp) $(unshare --mount $tool | word nnp)" = "0 0" ]
for outer in "" "unshare --mount"; do
    line=$($outer "$HELPERS/state" uid=1000,0,0 -- $tool)
    [ "$(tier <<<"$line") $(word uid <<<"$line") $(word euid <<<"$line") $(word nnp <<<"$line")" = "view 1000 0 0" ]
done
SCRIPT
}

@test "a filter that is older than our system calls does not kill a foreign script" {
    hostile <<'SCRIPT'
old="prctl=38,1,0 seccomp=statx"
for as in "" "groups= gid=1000 uid=1000"; do
    [ "$("$HELPERS/state" $as $old -- $foreign | tier)" = host ]
    # by a relative path, a descriptor, and through a link
    [ "$("$HELPERS/state" $as $old cwd="$dir" path=./foreign -- foreign | tier)" = host ]
    [ "$("$HELPERS/state" $as open=8,0,$foreign $old byfd=8 -- foreign | tier)" = host ]
    [ "$("$HELPERS/state" $as $old path="/proc/self/root$foreign" -- foreign | tier)" = host ]
done
SCRIPT
}

@test "under any filter a tree's script is not taken for a foreign one" {
    hostile <<'SCRIPT'
ln -s $tool "$dir/link"
for path in $tool "$dir/link" "/proc/self/root$tool"; do
    for as in "" "groups= gid=1000 uid=1000"; do
        line=$("$HELPERS/state" $as prctl=38,1,0 seccomp path="$path" -- tool)
        [[ "$(tier <<<"$line")" = *view ]]
        # it needs more than such a filter allows: killed, and no other interpreter
        status=0; line=$("$HELPERS/state" $as prctl=38,1,0 seccomp=statx path="$path" -- tool) || status=$?
        [ "$status/$line" = 159/ ]
    done
done
SCRIPT
}

@test "nobody looks into a loader that holds a namespace's rights" {
    hostile <<'SCRIPT'
strace -f -o /run/trace setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs $tool >/run/said
[ "$(tier </run/said)" = "user view" ]
# of all that changes it or needs the rights: dumpable while the maps are written, and not otherwise
sed -nE 's/^[0-9]+ +(prctl\(PR_SET_DUMPABLE, [^)]*\)|unshare\(|move_mount\(|write\(|pivot_root\(|execve\("\/usr\/bin\/python3").*/\1/p' \
    /run/trace | uniq | sed '/^execve/q' >/run/order
cat >/run/wanted <<'CALLS'
prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)
unshare(
prctl(PR_SET_DUMPABLE, SUID_DUMP_USER)
write(
prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)
move_mount(
CALLS
head -n 6 /run/order | diff /run/wanted -
[ "$(grep -c SUID_DUMP_USER /run/order)" = 1 ]
# the interpreter is what it is natively
[ "$(as_user --no-new-privs $tool | tier)" = "user view" ]
SCRIPT
}

@test "closed descriptors: nothing that enter opens takes their place" {
    hostile <<'SCRIPT'
for close in "close=0" "close=2" "close=0 close=2"; do
    # the test's shell has a few of its own
    for as in "" "groups= gid=1000 uid=1000"; do
        got=$("$HELPERS/state" $as $close -- $tool | word fds)
        [ "$got" = "$("$HELPERS/state" $as $close -- $foreign | word fds)" ]
    done
done
SCRIPT
}

@test "no free descriptor: a sentence or the right interpreter, never another" {
    hostile <<'SCRIPT'
# with 3 the kernel itself ends what a handler starts
for n in 4 5 6 7 8; do
    for as in "" "groups= gid=1000 uid=1000"; do
        status=0; out=$("$HELPERS/state" $as limit=7,$n,$n -- $tool 2>/run/err 3>&- 10>&- 251>&-) || status=$?
        case $status in
        0) [ "$(tier <<<"$out")" = view ] ;;
        12[4567]) [ -z "$out" ]; [ -s /run/err ] ;;
        *) false ;;
        esac
        status=0; out=$("$HELPERS/state" $as limit=7,$n,$n -- $foreign 2>/run/err 3>&- 10>&- 251>&-) || status=$?
        [ $status != 0 ] || [ "$(tier <<<"$out")" = host ]
    done
done
SCRIPT
}

@test "no room for files, no address space, hardly a stack" {
    hostile <<'SCRIPT'
for limit in limit=1,0,0 limit=1,1,1 limit=9,16777216,16777216 limit=3,65536,65536 limit=2,8388608,8388608 limit=8,0,0 limit=10,0,0; do
    for as in "" "groups= gid=1000 uid=1000"; do
        # the witness writes to a pipe; in a namespace of its own the loader writes files
        for outer in "" "unshare --mount" "setpriv --no-new-privs"; do
            line=$($outer "$HELPERS/state" $as $limit -- $tool)
            [[ "$(tier <<<"$line")" = *view ]]
        done
    done
done
SCRIPT
}

@test "blocked and ignored signals neither stop nor kill it" {
    hostile <<'SCRIPT'
all=0xfffffffffffffeff
for as in "" "groups= gid=1000 uid=1000"; do
    for verb in block=$all ignore=$all "block=$all ignore=$all kill=15 kill=2 kill=25"; do
        [ "$("$HELPERS/state" $as $verb -- $tool | tier)" = view ]
        [[ "$("$HELPERS/state" $as $verb prctl=38,1,0 -- $tool | tier)" = *view ]]
    done
done
SCRIPT
}

@test "enter takes no script by a descriptor that only names it, nor by one that is none" {
    hostile <<'SCRIPT'
persona=0 enter=/run/busypy.handler/g1/enter
call() { "$HELPERS/state" groups= gid=1000 uid=1000 "$@" 2>&1; }
for open in "open=8,$((0x200000 | 0200000)),$TREE/bin" "open=8,0200000,$TREE/bin" "open=8,0,/dev/null"; do
    status=0; said=$(call "$open" path=$enter -- enter "8,1,0,0,0,8388608" $tool) || status=$?
    [ $status -eq 125 ] || [ $status -eq 126 ]
    [[ $said = busypy:* ]]
done
for fd in 9 -1 99999999999 1073741824; do
    status=0; said=$(call path=$enter -- enter "$fd,1,0,0,0,8388608" $tool) || status=$?
    [ $status -eq 125 ]
done
SCRIPT
}

@test "a path that does not lead to the descriptor's file is not believed" {
    hostile <<'SCRIPT'
persona=0 enter=/run/busypy.handler/g1/enter said=
call() { said=$("$HELPERS/state" groups= gid=1000 uid=1000 "$@" 2>&1); }
ln -s $tool "$dir/link"
refused="busypy: $tool: the script is not of an enabled tree"
status=0; call open=8,0,$foreign path=$enter -- enter "8,1,0,0,0,8388608" $tool || status=$?
[ "$status/$said" = "125/$refused" ]
# and one that leads there by a detour is no reason to refuse it
for path in "$dir/link" "$TREE/bin/../bin/tool" /nowhere; do
    call open=8,0,$tool path=$enter -- enter "8,1,0,0,0,8388608" "$path"
    [ "$(tier <<<"$said")" = view ]
done
SCRIPT
}

@test "enter and loader started by hand, without arguments or with wrong ones" {
    hostile <<'SCRIPT'
for program in loader enter; do
    path=/run/busypy.handler/g1/$program
    for arguments in "" "$program" "$program x" "$program -1,,,,, $tool" "$program 0,0,0,0,0,0,0 $tool" "$program 3,1,0,0,0,0 $tool"; do
        verbs="groups= gid=1000 uid=1000 path=$path"
        [ -n "$arguments" ] || { arguments=x; verbs+=" noargs"; }
        status=0; said=$("$HELPERS/state" $verbs -- $arguments 2>&1) || status=$?
        [ $status -eq 125 ]
        [[ $said = "busypy: "* ]]
    done
done
SCRIPT
}

@test "control characters of a script's name do not reach the terminal" {
    hostile <<'SCRIPT'
name=$TREE/bin/$'e\e[31m\u9bx\r'
printf '#!/usr/bin/python3\n' >"$name"; chmod 755 "$name"
# refused by a sentence: no view can be made
echo 0 >/proc/sys/user/max_user_namespaces
for as in "groups= gid=1000 uid=1000 prctl=38,1,0"; do
    status=0; said=$("$HELPERS/state" $as path="$name" -- x 2>&1) || status=$?
    [ $status -eq 125 ]
    [[ $said = *'e\x1b[31m'* ]]
    ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]\|\xc2\x9b' <<<"$said" || exit 1
done
rm "$name"
SCRIPT
}

@test "a working directory that is gone, or nobody's: an empty one, and a sentence" {
    hostile <<'SCRIPT'
for as in "" "groups= gid=1000 uid=1000"; do
    mkdir -m 777 -p "$dir/work"
    said=$("$HELPERS/state" $as deleted="$dir/work/gone" -- $tool 2>&1)
    [[ $said = *"is not in the view; it is an empty one now"* ]]
    [ "$(grep ^witness <<<"$said" | word cwd)" = /.busypy/nowhere ]
done
SCRIPT
}

@test "what steers libraries is gone on entering, and left to foreign scripts" {
    hostile <<'SCRIPT'
printf '#!/usr/bin/python3 /proc/self/environ\n' >/dev/null
for as in "" "groups= gid=1000 uid=1000"; do
    verbs="$as env=LD_PRELOAD=/tmp/x.so env=LD_AUDIT=/tmp/x.so env=LD_LIBRARY_PATH=/tmp env=PYTHONHOME=/tmp env=A=1"
    "$HELPERS/state" $verbs -- $TREE/bin/hold <<<x >/run/out 2>/run/err
    ! grep -q x.so /run/err || exit 1
    strace -f -v -s 200 -o /run/trace "$HELPERS/state" $as env=LD_PRELOAD=/tmp/x.so env=A=1 -- $foreign >/run/out
    grep -F 'execve("/usr/bin/python3"' /run/trace | grep -qF 'LD_PRELOAD=/tmp/x.so'
    strace -f -v -s 200 -o /run/trace "$HELPERS/state" $verbs -- $tool >/run/out
    line=$(grep -F 'execve("/usr/bin/python3"' /run/trace)
    [[ $line = *'"A=1"'* && $line != *LD_PRELOAD* && $line != *LD_AUDIT* && $line != *LD_LIBRARY* && $line != *PYTHONHOME* ]]
done
SCRIPT
}

@test "an interpreter that is a FIFO, a device or no program: a sentence, at once" {
    hostile <<'SCRIPT'
mkfifo -m 755 "$dir/fifo"; touch "$dir/none"
for other in "$dir/fifo" "$dir/none" /dev/null; do
    status=0
    # in a namespace of its own; natively an open of a FIFO would wait for its other end
    timeout 60 unshare --mount bash -c 'mount --bind "$1" /usr/bin/python3; exec "$2"' _ $other $foreign \
        >/run/out 2>/run/err || status=$?
    [ "$status" = 126 ]
    [ ! -s /run/out ]
    grep -q "^busypy: $foreign: " /run/err
done
SCRIPT
}
