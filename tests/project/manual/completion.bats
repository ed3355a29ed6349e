#!/usr/bin/env bats
# completion/busypy.bash, asked as bash asks it.

load ../../support/helpers

setup() {
    # shellcheck source=/dev/null
    source "$ROOT/completion/busypy.bash"
    cd "$BATS_TEST_TMPDIR"
    mkdir folder
    touch file
}

# completes WORD... : completes the last one (perhaps empty), and prints the answers in one line.
completes() {
    COMP_WORDS=(busypy "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _busypy "$BUSYPY" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "${COMPREPLY[*]}"
}

@test "commands" {
    wanted=$("$BUSYPY" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | paste -sd ' ')
    same "$(completes "")" "$wanted --help --version"
    same "$(completes en)" enable
    same "$(completes --v)" --version
    same "$(completes nonsense)" ""
}

@test "every option of every command" {
    for command in $("$BUSYPY" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
        mapfile -t wanted < <("$BUSYPY" "$command" --help |
            grep -oE '^ +(-[A-Za-z], )?--[a-z-]+' | grep -oE -- '-[-a-zA-Z]+' | sort -u)
        [ "${#wanted[@]}" -ge 2 ]
        same "$(completes "$command" - | tr ' ' '\n' | sort -u)" "$(printf '%s\n' "${wanted[@]}")"
    done
}

@test "archs are those of the program" {
    archs=$(sed -n 's/^\t{ "\([a-z0-9_]*\)", "[a-z0-9]*", ".*-linux-.*/\1/p' "$ROOT/lib/core/arch.c" | sort)
    [ -n "$archs" ]
    same "$(completes plan --arch "" | tr ' ' '\n' | sort)" "$archs"
    same "$(completes enable -a ppc)" ppc64le
    same "$(completes stage --arch x86_64,ppc)" x86_64,ppc64le
    same "$(completes stage --arch al)" all
}

@test "arguments of options, also after an equals sign" {
    same "$(completes plan --view "")" "host boot sandbox"
    same "$(completes plan --view = b)" boot
    same "$(completes plan --view =)" "host boot sandbox"
    same "$(completes run --view "")" "host client"
    same "$(completes run --view = c)" client
    same "$(completes stage --from debian:b)" debian:bookworm
    same "$(completes stage --from f)" folder
    same "$(completes enable --config fi)" file
    same "$(completes stage --cache f)" folder
    same "$(completes stage --mirror x)" ""
    same "$(completes status tiers --output CALLER,T)" CALLER,TIER
    same "$(completes status -o FEA)" FEATURE
    same "$(completes versions -o ID,SH)" ID,SHARED
    same "$(completes clients --output = U)" UPTIME
    same "$(completes publish f)" "file folder"
}

@test "trees and sections" {
    same "$(completes plan f)" folder
    same "$(completes enable folder f)" folder
    same "$(completes status t)" $'trees tiers'
    same "$(completes disable f)" ""
}

@test "bash itself loads it and finds the function" {
    same "$(bash --norc -c '. "$1"; complete -p busypy' _ "$ROOT/completion/busypy.bash")" \
        "complete -F _busypy busypy"
}
