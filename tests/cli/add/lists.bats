#!/usr/bin/env bats
# busypy add --from debian: when the mirror is asked for its lists of packages.

load fixtures

setup_file() {
    debian_tree x86_64 aarch64
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    # apt-get that writes down what it is asked to do, and fetches lists once: they are large
    mkdir programs
    cat >programs/apt-get <<EOF
#!/bin/sh
for word; do [ "\$word" != update ] || updates=yes; done
if [ "\$updates" ]; then
    echo update >>"$PWD/asked"
    grep -q deb.debian.org "\${APT_CONFIG%/*}/etc/sources.list" && [ -e "$PWD/once" ] && exit 0
    touch "$PWD/once"
fi
exec /usr/bin/apt-get "\$@"
EOF
    chmod 755 programs/apt-get
    PATH=$PWD/programs:$PATH
    TREE=$TREES/debian CACHE=$PWD/cache
}

# How often the lists were asked for.
updates() { grep -cx update asked || :; }
add() { run "${ADD[@]}" -n --from debian --arch x86_64 --cache "$CACHE" "$@"; }

@test "lists are fetched once, and again where they are old, of another mirror, or asked for" {
    local note=$CACHE/apt/bookworm/fetched.amd64
    add "$TREE" python3-yaml; [ "$status" -eq 0 ]
    same "$(updates)" 1
    add "$TREE" python3-markupsafe; [ "$status" -eq 0 ]
    same "$(updates)" 1
    add --refresh "$TREE" python3-yaml; [ "$status" -eq 0 ]
    same "$(updates)" 2
    touch -d '61 minutes ago' "$note"
    add "$TREE" python3-yaml; [ "$status" -eq 0 ]
    same "$(updates)" 3
    touch -d '1 hour' "$note" # a clock that was set back
    add "$TREE" python3-yaml; [ "$status" -eq 0 ]
    same "$(updates)" 4
    # a package that the young lists do not have may be a new one
    add "$TREE" python3-no-such-thing
    same "$output" "busypy: add: x86_64: apt: Unable to locate package python3-no-such-thing:amd64"
    same "$(updates)" 5
    # another mirror's are no use, and one that does not answer leaves no note
    add --mirror http://127.0.0.1:9/debian "$TREE" python3-yaml
    [[ $output =~ ^"busypy: add: cannot update the package lists of bookworm: " ]]
    same "$(updates)" 6
    [ ! -e "$note" ]
    # an arch whose lists are not there yet
    add "$TREE" python3-yaml; [ "$status" -eq 0 ]
    same "$(updates)" 7
    run "${ADD[@]}" -n --from debian --arch aarch64 --cache "$CACHE" "$TREE" python3-yaml
    same "$(updates)" 8
}
