#!/usr/bin/env bats
# What the manual says is what the program has: pages, commands, options, the configuration's keys.

load ../../support/helpers

commands() { "$BUSYPY" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'; }
text() { mandoc -Tascii "$1" | sed 's/.\x08//g'; }

@test "every page passes mandoc's lint" {
    run -0 mandoc -Tlint -W warning "$ROOT"/man/*.[1-8]
    same "$output" ""
}

@test "every command has a page, a line in busypy(1), and a way back" {
    [ -n "$(commands)" ]
    for command in $(commands); do
        page=$ROOT/man/busypy-$command.1
        [ -e "$page" ] || { echo "no page for $command"; return 1; }
        grep -qx "\.It Ic $command" "$ROOT/man/busypy.1" || { echo "not in busypy(1): $command"; return 1; }
        grep -qE "^\.Xr busypy-$command 1( ,)?$" "$ROOT/man/busypy.1" || { echo "no link: $command"; return 1; }
        grep -qE '^\.Xr busypy 1( ,)?$' "$page" || { echo "no way back: $command"; return 1; }
    done
}

@test "every page is of a command that exists" {
    for page in "$ROOT"/man/busypy-*.1; do
        name=${page##*/busypy-}
        commands | grep -qx "${name%.1}" || { echo "no such command: ${name%.1}"; return 1; }
    done
}

@test "every option is in its page, and no page has an option that does not exist" {
    for command in $(commands); do
        page=$ROOT/man/busypy-$command.1
        help=$("$BUSYPY" "$command" --help | grep -oE '^ +(-[A-Za-z], )?--[a-z-]+' |
            grep -oE -- '-[-a-zA-Z]+' | sort -u)
        mine=$(sed -n '/^\.It Fl/p' "$page" | grep -oE 'Fl -?[A-Za-z][a-z-]*' |
            sed 's/Fl /-/' | sort -u)
        same "$command: $(paste -sd ' ' <<<"$mine")" "$command: $(paste -sd ' ' <<<"$help")"
    done
}

@test "busypy --help and --version" {
    for option in --help -h --version -V; do run -0 "$BUSYPY" $option; done
    [[ $output =~ ^busypy\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    text "$ROOT/man/busypy.1" | grep -qF -- "-h, --help"
    text "$ROOT/man/busypy.1" | grep -qF -- "-V, --version"
}

@test "references between our pages lead somewhere" {
    for page in "$ROOT"/man/*.[1-8]; do
        while read -r name section; do
            [ -e "$ROOT/man/$name.$section" ] || { echo "${page##*/}: no $name($section)"; return 1; }
        done < <(sed -n 's/^\.Xr \(busypy[a-z.-]*\) \([1-8]\).*/\1 \2/p' "$page")
    done
}

@test "busypy.conf(5) and the installed file have every key, and the default lists" {
    for key in $(grep -oE 'str_eq\(key, "[a-z-]+"\)' "$ROOT/lib/core/conf.c" | cut -d '"' -f 2); do
        grep -q "^\.It Cm $key = " "$ROOT/man/busypy.conf.5" || { echo "busypy.conf(5): $key"; return 1; }
        grep -q "^#$key = " "$ROOT/conf/busypy.conf" || { echo "conf/busypy.conf: $key"; return 1; }
    done
    prune=$(sed -n '/default_prune/,/};/p' "$ROOT/lib/core/conf.c" | grep -oE '"/[^"]*"' | tr -d '"')
    [ -n "$prune" ]
    same "$(sed -n 's/^#prune = //p' "$ROOT/conf/busypy.conf")" "$prune"
    same "$(sed -n '/^\.Bd -literal$/,/^\.Ed$/p' "$ROOT/man/busypy.conf.5" |
        grep -oE '/[^ ]*\*\*' | sort)" "$(sort <<<"$prune")"
    same "$(sed -n 's/^#interpreter = //p' "$ROOT/conf/busypy.conf")" $'/usr/bin/python3\n/bin/shell'
    same "$(sed -n 's/^#mirror = //p' "$ROOT/conf/busypy.conf")" \
        "$(sed -n 's/.*conf->mirror), "\(.*\)").*/\1/p' "$ROOT/lib/core/conf.c")"
}

@test "the installed file is read, with every example as a comment and without" {
    run -0 "$BUSYPY" plan --config "$ROOT/conf/busypy.conf" "$TREES/host"
    plan=$output
    sed 's/^#\([a-z][a-z-]* = \)/\1/' "$ROOT/conf/busypy.conf" >"$BATS_TEST_TMPDIR/conf"
    [ "$(grep -c '^[a-z-]* = ' "$BATS_TEST_TMPDIR/conf")" -gt 20 ]
    run -0 "$BUSYPY" plan --config "$BATS_TEST_TMPDIR/conf" "$TREES/host"
    same "$output" "$plan"
    # each line by itself
    grep -n '^#[a-z-]* = ' "$ROOT/conf/busypy.conf" | while IFS=: read -r number _; do
        sed "${number}s/^#//" "$ROOT/conf/busypy.conf" >"$BATS_TEST_TMPDIR/conf"
        "$BUSYPY" plan --config "$BATS_TEST_TMPDIR/conf" "$TREES/host" >/dev/null
    done
}

@test "what busypy.conf(5) says of errors" {
    cd "$BATS_TEST_TMPDIR"
    printf '[busypy]\ntrees = /srv\n' >busypy.conf
    run -125 "$BUSYPY" plan --config ./busypy.conf "$TREES/host"
    grep -qxF "$output" "$ROOT/man/busypy.conf.5" || { echo "$output"; return 1; }
    printf '[busypy]\n\nmatch = x\n' >busypy.conf
    run -125 "$BUSYPY" plan --config ./busypy.conf "$TREES/host"
    grep -qxF "$output" "$ROOT/man/busypy.conf.5" || { echo "$output"; return 1; }
}

@test "busypy-plan(1) has every verb and flag" {
    for verb in $(sed -n '/^const char \*op_name/,/^}/p' "$ROOT/lib/core/plan.c" |
        grep -oE 'return "[a-z]+"' | cut -d '"' -f 2); do
        grep -qE "^\.It Cm $verb( |$)" "$ROOT/man/busypy-plan.1" || { echo "no verb $verb"; return 1; }
    done
    for flag in $(sed -n '/flag_names\[\]/,/};/p' "$ROOT/lib/core/plan.c" |
        grep -oE '"[a-z]+"' | tr -d '"'); do
        grep -qE "^\.It Cm .*\b$flag\b" "$ROOT/man/busypy-plan.1" || { echo "no flag $flag"; return 1; }
    done
}

@test "busypy-status(1) has every section and column" {
    run "$BUSYPY" status --help
    for word in trees entries tiers kernel $(grep -oE '\{ "[A-Z]+", TABLE_' "$ROOT/cli/status.c" | cut -d '"' -f 2); do
        grep -qE "^\.It Cm .*\b$word\b" "$ROOT/man/busypy-status.1" || { echo "no $word"; return 1; }
    done
}

@test "busypy(7) has every property that tests/binfmt/fidelity/differences.txt names" {
    properties=$(grep -v '^#' "$ROOT/tests/binfmt/fidelity/differences.txt" | awk -F ' \\| ' 'NF { print $3 }' |
        sed 's/, /\n/g' | sort -u)
    [ -n "$properties" ]
    same "$(sed -n 's/^\.\\" property: //p' "$ROOT/man/busypy.7" | sort -u)" "$properties"
}
