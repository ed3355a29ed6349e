# What enter does with its capabilities: a trace by root shows every call between raising and
# dropping them.
load ../../support/helpers
load ../../support/witness

# Traces a user's exec, and keeps what enter did: from its exec to the interpreter's.
traced() {
    { cat <<'SCRIPT'; cat; } | in_machine
strace -o /run/trace setpriv --reuid 1000 --regid 1000 --clear-groups $tool >/run/said
sed -n '/^execve("\/run\/busypy.handler\/g1\/enter"/,/^execve("\/usr\/bin\/python3"/p' /run/trace >/run/enter
# from the first to the last of two patterns, both left out, results and blanks made short
between() { sed -n "/$1/,/$2/{/$1/d;/$2/d;p}" /run/enter | sed 's/ *= .*//'; }
raise='^capset(.*effective=1<<CAP_SYS_CHROOT|1<<CAP_SYS_ADMIN,'
drop='^capset(.*effective=0, permitted=0,'
template=$(sed -n 's/^openat2(.*"\/run\/busypy.handler\/g1\/view0".* = \([0-9]*\)$/\1/p' /run/enter)
SCRIPT
}

@test "the trace has one raising and one dropping, and the script ran without capabilities" {
    traced <<'SCRIPT'
[ "$(tier </run/said)" = view ]
[ "$(word prm </run/said)" = 0000000000000000 ]
[ "$(grep -c "$raise" /run/enter)" = 1 ]
[ "$(grep -c "$drop" /run/enter)" = 1 ]
[ "$(grep -c '^capset(' /run/enter)" = 2 ]
SCRIPT
}

@test "in between: unshare, setns of the template, unshare, and nothing else" {
    traced <<'SCRIPT'
between "$raise" "$drop" >/run/between
diff /run/between - <<CALLS
unshare(CLONE_FS)
setns($template, CLONE_NEWNS)
unshare(CLONE_NEWNS)
capget({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=1<<CAP_SYS_CHROOT|1<<CAP_SYS_ADMIN, \
permitted=1<<CAP_SYS_CHROOT|1<<CAP_SYS_ADMIN, inheritable=0})
CALLS
SCRIPT
}

@test "isolation = shared: in between, unshare and setns alone" {
    CONF='isolation = shared'
    traced <<'SCRIPT'
[ "$(between "$raise" "$drop" | sed 's/(.*//' | tr '\n' ' ')" = "unshare setns capget " ]
SCRIPT
    CONF=
}

@test "the template is opened before, without links, and checked" {
    traced <<'SCRIPT'
grep -F '"/run/busypy.handler/g1/view0", {flags=O_RDONLY|O_NOCTTY|O_NONBLOCK|O_CLOEXEC, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_NO_SYMLINKS}' /run/enter
before=$(sed "/$raise/q" /run/enter)
grep "^fstatfs($template, {f_type=NSFS_MAGIC" <<<"$before"
grep -E "^(fstat|newfstatat)\\($template, " <<<"$before"
SCRIPT
}

@test "after: read back, no_new_privs, and only then what the caller named" {
    traced <<'SCRIPT'
sed -n "/$drop/,\$p" /run/enter | sed 1d >/run/after
sed -n 1p /run/after | grep -F '{effective=0, permitted=0, inheritable=0}'
sed -n 2,4p /run/after | grep -F 'prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)'
grep -F 'chdir("' /run/after
# before, enter opens the template, last, and changes to no directory; the path that it was given, in
# the tree, only to see whether it leads to the script, without links, and without its contents
sed "/$drop/q" /run/enter | sed 1d | grep -E '^(open[a-z0-9]*|chdir|execve|fchdir)\(' >/run/before
[ "$(wc -l </run/before)" = 2 ]
sed -n 1p /run/before | grep -F "openat2(AT_FDCWD, \"$tool\", {flags=O_RDONLY|O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_SYMLINKS}"
sed -n 2p /run/before | grep -F '"/run/busypy.handler/g1/view0", '
SCRIPT
}

@test "the descriptor of the template does not reach the script" {
    traced <<'SCRIPT'
[ "$(word fds </run/said)" = "$(as_user $foreign | word fds)" ]
SCRIPT
}

@test "a stopped enter: the user whose process it is cannot look inside" {
    in_machine <<'SCRIPT'
coproc T { exec strace -e inject=setns:signal=SIGSTOP -e trace=setns -o /run/trace \
    setpriv --reuid 1000 --regid 1000 --clear-groups $tool; }
tracer=$T_PID pid=
# bash forgets ${T[0]} when the coprocess ends, which it may before the line is read
exec {said}<&"${T[0]}"
trap 'kill -KILL $pid $tracer 2>/dev/null || :' EXIT
stopped() { pid=$(pgrep -P "$tracer") && grep -qs 'stopped by SIGSTOP' /run/trace; }
deadline=$((SECONDS + 20 * TEST_SLOWNESS))
until stopped; do [ $SECONDS -lt $deadline ]; done
refused() { if as_user "$@" >/run/out 2>&1; then exit 1; fi; }
[ "$(as_user stat -c %u "/proc/$pid/status")" = 0 ]
refused cat "/proc/$pid/maps"
refused readlink "/proc/$pid/ns/mnt"
refused readlink "/proc/$pid/root"
refused strace -p "$pid"
kill -CONT "$pid"
read -r line <&"$said"
[ "$(tier <<<"$line")" = view ]
SCRIPT
}

@test "whose the script is takes no look into /proc, which costs as much as all else" {
    traced <<'SCRIPT'
[ "$(tier </run/said)" = view ]
[ "$(grep -cF '"/proc' /run/enter)" = 0 ]
SCRIPT
}
