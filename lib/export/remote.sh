# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The steps of publishing on another machine, which has a POSIX shell, the GNU core utilities and
# rsync: the lock, the sums, the renames. `busypy` sends this to `sh -s`, then calls one function
# after the other. A step that fails prints its reason as its first line.
LC_ALL=C
export LC_ALL
umask 022
owner=

is_file() { [ -f "$1" ] && [ ! -L "$1" ]; }

# word FILE: its first word, or "-"
word() {
    w=
    [ -r "$1" ] && read -r w _ <"$1"
    printf %s "${w:--}"
}

# start PID: when a process started, in ticks since the boot, or "-". Its name may have blanks and
# parentheses.
start() {
    s=
    [ -r "/proc/$1/stat" ] && read -r s <"/proc/$1/stat"
    s=${s##*) }
    # shellcheck disable=SC2086 # its words
    set -- $s
    if [ $# -ge 20 ]; then
        shift 19
        printf %s "$1"
    else
        printf -
    fi
}

leave() {
    [ -z "$owner" ] || {
        rm -f "$owner"
        rmdir .lock
        owner=
    } 2>/dev/null
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

# True if the lock's owner is certain to be dead: a process of this machine, of an earlier boot, or
# of this one, among the processes that we see.
dead() {
    [ "$o_boot" != - ] && [ "$boot" != - ] && [ "$o_start" != - ] || return 1
    if [ "$o_boot" != "$boot" ]; then
        [ "$machine" != - ] && [ "$o_machine" = "$machine" ]
        return
    fi
    [ "$o_space" = "$space" ] && [ "$(start "$o_pid")" != "$o_start" ]
}

# Looks at who holds the lock. True: nobody any more, try again.
look() {
    set -- .lock/*
    [ -e "$1" ] || [ -L "$1" ] || return 0
    # a FIFO would hold us up
    is_file "$1" || {
        echo "$PWD/$1 is no file"
        return 1
    }
    o_host='?' o_pid='?' o_since='?' o_start=- o_machine=- o_boot=- o_space=-
    while read -r key value; do
        case $key in
        host) o_host=$value ;;
        pid) o_pid=$value ;;
        since) o_since=$value ;;
        start) o_start=$value ;;
        machine) o_machine=$value ;;
        boot) o_boot=$value ;;
        space) o_space=$value ;;
        esac
    done <"$1" 2>/dev/null || return 0
    dead && {
        rm -f "$1"
        return 0
    }
    echo "$PWD is being written to by process $o_pid on $o_host since $o_since"
    return 1
}

# Prints the file in the lock that names its owner.
owner_lines() {
    printf 'host %s\npid %s\nstart %s\nsince %s\nmachine %s\nboot %s\nspace %s\n' \
        "$(uname -n)" $$ "$began" "$(date -u '+%Y-%m-%d %H:%M:%SZ')" "$machine" "$boot" "$space"
}

# The lock is that of lock.c: a directory that mv puts in place of a missing or empty one only, and
# whose one file names the owner.
lock() {
    boot=$(word /proc/sys/kernel/random/boot_id) machine=$(word /etc/machine-id)
    space=$(readlink /proc/self/ns/pid || echo -)
    began=$(start $$)
    me=$$.$began.$boot
    n=0
    while [ $n -lt 64 ]; do
        n=$((n + 1))
        rm -rf ".lock.$me"
        mkdir ".lock.$me" 2>&1 || return
        # on a full disk the file stays empty
        owner_lines 2>/dev/null >".lock.$me/$me" || true 2>/dev/null >".lock.$me/$me" || continue
        mv -T ".lock.$me" .lock 2>/dev/null && {
            owner=.lock/$me
            return 0
        }
        look || {
            rm -rf ".lock.$me"
            return 1
        }
    done
    echo 'cannot get the lock'
    return 1
}

# True if a directory has a version, or only what a first publish leaves that did not come to its
# end: as export_mark.c.
is_export() {
    [ -d "$1/versions" ] && [ ! -L "$1/versions" ] || return 1
    begun=yes
    for name in "$1"/versions/* "$1"/versions/.[!.]* "$1"/versions/..?*; do
        ! is_file "$name/etc/busypy/id" || return 0
        case $name in
        *.tmp | *.gone) ;;
        *) [ ! -e "$name" ] && [ ! -L "$name" ] || begun= ;;
        esac
    done
    for name in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        case ${name##*/} in
        versions | current | current.tmp | leases | lost+found | .lock*) ;;
        *) [ ! -e "$name" ] && [ ! -L "$name" ] || begun= ;;
        esac
    done
    [ "$begun" ]
}

# survey EXPORT: prints what is there (absent, empty, export or other) and whether it is a home
# directory, then its path without links. A home on a dead server holds up who looks at it: so a
# child does, for a while. Changes nothing; core/destination.c judges.
# shellcheck disable=SC3013 # all shells have -ef, and POSIX since 2024
survey() {
    what='empty' own=-
    for name in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        [ ! -e "$name" ] && [ ! -L "$name" ] || [ "${name##*/}" = lost+found ] || what='other'
    done
    [ -e "$1" ] || what='absent'
    ! is_export "$1" || what='export'
    at=$1 rest=
    until [ -d "$at" ]; do
        case ${at##*/} in
        '' | .) ;;
        *) rest=/${at##*/}$rest ;;
        esac
        case $at in
        */*) at=${at%/*} ;;
        *) at=. ;;
        esac
        [ -n "$at" ] || at=/
    done
    real=$(cd -P -- "$at" && pwd -P) real=${real%/}$rest
    [ ! "$1" -ef / ] || real=/
    while IFS=: read -r _ _ _ _ _ home _; do
        [ "${home%/}" != "$real" ] || own=home
    done </etc/passwd
    # shellcheck disable=SC2016 # is expanded there
    [ $own = home ] || ! timeout -s KILL 10 sh -c '
        while IFS=: read -r _ _ _ _ _ home _; do
            [ ! "$1" -ef "${home:-/dev/null}" ] || exit 0
        done </etc/passwd
        [ "$1" -ef "${HOME:-/dev/null}" ]' sh "$1" 2>/dev/null || own=home
    printf '%s %s\n%s\n' "$what" "$own" "$real"
    [ "$(id -u)" != 0 ] || owners "$real"
}

# owners PATH: of PATH/versions, PATH and each folder that it lies in, what is there of them: owner,
# type and mode, path. sys/trust.c has the rule.
owners() {
    at=$1/versions
    while :; do
        [ ! -e "$at" ] || stat -c '%u %f %n' -- "$at"
        [ "$at" != / ] || return 0
        at=${at%/*}
        at=${at:-/}
    done
}

# begin EXPORT: makes it, if need be, and takes its lock. Prints what current is, then the versions
# with their times.
begin() {
    mkdir -p "$1/versions" 2>&1 && cd "$1" 2>&1 || return
    lock || return
    rm -rf versions/*.tmp versions/*.gone current.tmp .lock.* 2>&1 || return
    [ ! -e current ] || readlink current 2>&1 || return
    echo
    for v in versions/*/; do
        ! is_file "${v}etc/busypy/id" || [ ! -r "${v}etc/busypy/id" ] || {
            read -r id
            read -r key time
            echo "$id $time"
        } <"${v}etc/busypy/id"
    done
}

# prove NAME COUNT: stdin has the sums of COUNT files of versions/NAME, all of which must be right.
prove() {
    out=$(cd "versions/$1" && sha256sum -c - 2>&1 | {
        n=0
        while IFS= read -r line; do
            case $line in
            *': OK') n=$((n + 1)) ;;
            *)
                n=$line
                break
                ;;
            esac
        done
        printf '%s\n' "$n"
    })
    [ "$out" = "$2" ] || {
        echo "$out"
        return 1
    }
}

# place NAME ID: versions/NAME, which is complete, becomes versions/ID and current.
place() {
    {
        sync -f "versions/$1" && mv -T "versions/$1" "versions/$2" && sync -f versions &&
            ln -s "versions/$2" current.tmp && mv -fT current.tmp current && sync -f .
    } 2>&1
}
