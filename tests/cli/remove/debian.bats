#!/usr/bin/env bats
# busypy remove and list: packages of Debian, for two archs.

load fixtures

setup_file() {
    debian_tree x86_64 aarch64
    export BASE=$BATS_FILE_TMPDIR/tree
    mkdir "$BASE"
    (cd "$TREES/debian" &&
        set -- bin sbin site-package etc/{inittab,passwd,group} lib lib64 usr dev proc sys run tmp var root \
            home mnt etc/busypy/selftest etc/{python,clib,busypy}/{x86_64,aarch64} &&
        { cp -al --parents "$@" "$BASE" 2>/dev/null || cp -a --parents "$@" "$BASE"; })
    describe "$BASE" >"$BATS_FILE_TMPDIR/before"
    "${ADD[@]}" --from debian --arch x86_64,aarch64 "$BASE" python3-yaml python3-lxml
}

setup() { TREE=$BASE; }

@test "a list names versions, archs, origin, licence and what was asked for" {
    run -0 "$BUSYPY" list -n -o NAME,KIND,ARCHS,FROM,WANTED "$TREE"
    [[ $output =~ "libyaml-0-2 "\ *debian\ x86_64,aarch64\ debian:bookworm\ no ]]
    [[ $output =~ "python3-yaml "\ *debian\ x86_64,aarch64\ debian:bookworm\ yes ]]
    same "$("$BUSYPY" list -n -o LICENCE,NAME "$TREE" | grep libyaml | tr -s ' ')" "libyaml-0-2 Expat"
    same "$(cat "$TREE/etc/busypy/requirements.lock")" "# busypy lock 1
want debian python3-lxml
want debian python3-yaml"
    grep -qx "python3-yaml libyaml-0-2" "$TREE/etc/busypy/aarch64/needs"
}

@test "what others need stays, with their names" {
    refuses "libyaml-0-2 is needed by python3-yaml (Hint: name what needs it, too, or --force)" "$TREE" libyaml-0-2
    refuses "libxml2 is needed by libxslt1.1, python3-lxml (Hint: name what needs it, too, or --force)" "$TREE" libxml2
}

@test "a package goes from all archs, what came with it where --prune is given" {
    run -0 "${REMOVE[@]}" -n "$TREE" python3-yaml
    same "$(tail -n +2 <<<"$output" | cut -d ' ' -f 1)" python3-yaml
    run -0 "${REMOVE[@]}" --prune -n "$TREE" python3-yaml
    same "$(tail -n +2 <<<"$output" | cut -d ' ' -f 1 | paste -sd ' ')" "libyaml-0-2 python3-yaml"
    run -0 "${REMOVE[@]}" --prune "$TREE" python3-yaml
    same "$output" ""
    [ ! -e "$TREE/etc/clib/aarch64/libyaml-0.so.2" ]
    run ! grep -rq yaml "$TREE"/etc/busypy
    in_tree "$TREE" /usr/bin/python3 -c 'import lxml.etree'
    run -1 in_tree "$TREE" /usr/bin/python3 -c 'import yaml'
}

@test "when all has gone, the tree is as it was" {
    run -0 "${REMOVE[@]}" --prune "$TREE" python3-lxml
    same "$(names)" ""
    same "$(describe "$TREE")" "$(cat "$BATS_FILE_TMPDIR/before")"
}

@test "a package without a list of files is named" {
    mkdir -p "$TREE/etc/busypy/x86_64"
    echo "bookworm python3-old 1 all 1 $(printf '%064d' 1)" >"$TREE/etc/busypy/x86_64/added"
    refuses "python3-old: which files are of it was not written down when it was added (Hint: add it again with --force)" "$TREE" python3-old
}
