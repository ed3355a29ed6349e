# What tests say inside a throw-away machine as well as outside: it needs TEST_SLOWNESS, no bats.
# shellcheck shell=bash

# Fails unless $1 and $2 are the same; says which.
same() {
    [ "$1" = "$2" ] && return 0
    printf 'got:    %s\nwanted: %s\n' "$1" "$2"
    return 1
}

# Waits until a command succeeds, at most $1 seconds on a quiet machine. Never a plain sleep.
wait_until() {
    local deadline=$((SECONDS + $1 * TEST_SLOWNESS)); shift
    until "$@"; do
        [ $SECONDS -lt "$deadline" ] || { echo "gave up waiting for: $*"; return 1; }
        read -rt 0.02 <> <(:) || :
    done
}
