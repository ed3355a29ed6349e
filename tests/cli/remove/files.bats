#!/usr/bin/env bats
# busypy remove: own scripts, modules and packages, and lists that mean harm.

load fixtures

setup() {
    cd "$BATS_TEST_TMPDIR"
    TREE=$PWD/tree
    make_tree "$TREE"
    BEFORE=$(describe "$TREE")
    printf '#!/usr/bin/python3\nimport lib\nprint(lib.x)\n' >tool
    mkdir -p lib/inner
    echo 'x = 1' >lib/__init__.py
    echo 'y = 2' >lib/inner/__init__.py
    echo 'z = 3' >single.py
}

@test "what was added goes, with what was compiled of it, and leaves nothing" {
    "${ADD[@]}" "$TREE" tool lib single.py
    [ -e "$TREE"/site-package/lib/inner/__pycache__ ]
    same "$(names)" "lib single tool"
    run -0 "${REMOVE[@]}" "$TREE" lib
    same "$output" ""
    same "$(names)" "single tool"
    [ ! -e "$TREE/site-package/lib" ]
    [ -e "$TREE/bin/tool" ]
    run -0 "${REMOVE[@]}" "$TREE" tool single
    same "$(describe "$TREE")" "$BEFORE"
}

@test "what is wrong with the command line" {
    for words in "" "$TREE"; do
        run -125 "${REMOVE[@]}" $words
        same "$output" "busypy: remove: needs a TREE and what to remove from it (Hint: see 'busypy remove --help')"
    done
    refuses "--json needs --dry-run" --json "$TREE" tool
    refuses "nothing that was added to $TREE is called tool (Hint: 'busypy list $TREE' shows what there is)" "$TREE" tool
    "${ADD[@]}" "$TREE" tool
    refuses "nothing that was added to $TREE is called wheel:tool (Hint: 'busypy list $TREE' shows what there is)" "$TREE" wheel:tool
    refuses "nothing that was added to $TREE is called other (Hint: 'busypy list $TREE' shows what there is)" "$TREE" tool other
    run -0 "${REMOVE[@]}" "$TREE" own:tool
    same "$(describe "$TREE")" "$BEFORE"
}

@test "a dry run shows what would go, and changes nothing" {
    "${ADD[@]}" "$TREE" tool lib
    local before; before=$(describe "$TREE")
    run -0 "${REMOVE[@]}" -n "$TREE" lib
    same "$output" "NAME VERSION KIND ARCHS FROM LICENCE WANTED FILES
lib          own  all   file         yes        2"
    run -0 "${REMOVE[@]}" -n --json "$TREE" lib tool
    same "$(python3 -c 'import json, sys; print(*[(p["name"], p["files"]) for p in json.load(sys.stdin)["packages"]])' <<<"$output")" \
        "('lib', 2) ('tool', 1)"
    same "$(describe "$TREE")" "$before"
}

@test "a file that was edited is kept with a sentence, one that is gone is no matter" {
    "${ADD[@]}" "$TREE" tool lib
    echo 'x = 2' >"$TREE/site-package/lib/inner/__init__.py"
    refuses "site-package/lib/inner/__init__.py of lib is not what was added, somebody has changed it (Hint: --force removes it all the same)" "$TREE" tool lib
    rm "$TREE/site-package/lib/__init__.py"
    run -0 "${REMOVE[@]}" --force "$TREE" tool lib
    same "$(describe "$TREE")" "$BEFORE"
}

@test "what others have put beside it stays" {
    "${ADD[@]}" "$TREE" lib
    echo 'mine = 1' >"$TREE/site-package/lib/inner/notes"
    run -0 "${REMOVE[@]}" "$TREE" lib
    same "$(cd "$TREE/site-package/lib" && find . | LC_ALL=C sort | paste -sd ' ')" ". ./inner ./inner/notes"
}

@test "after --force the list has what is there, and not what was" {
    "${ADD[@]}" "$TREE" lib
    rm -r lib/inner; echo 'x = 5' >lib/__init__.py; echo 'n = 1' >lib/new.py
    "${ADD[@]}" --force "$TREE" lib
    same "$(cut -d ' ' -f 4 "$TREE/etc/busypy/files" | paste -sd ' ')" "site-package/lib/__init__.py site-package/lib/new.py"
    run -0 "${REMOVE[@]}" "$TREE" lib
    same "$(describe "$TREE")" "$BEFORE"
}

@test "a published version is refused" {
    "${ADD[@]}" "$TREE" tool
    mkdir -p export/versions; mv "$TREE" export/versions/1; ln -s versions/1 export/current
    TREE=$PWD/export/versions/1
    refuses "$PWD/export/versions/1 is a published version, which never changes (Hint: remove from a copy, which 'cp -al' makes, and 'busypy publish' that)" export/current tool
}

@test "a list that names what was never added is refused: passwd, the runtime, the tree's programs" {
    local arch path sum; arch=$(uname -m)
    "${ADD[@]}" "$TREE" tool
    cp "$TREE/etc/busypy/files" sound
    for path in etc/passwd bin/shell "etc/python/$arch/usr/bin/python3" "etc/busypy/$arch/manifest" sbin/init \
        "etc/python/$arch/usr/lib/python3/dist-packages/busypy.pth"; do
        { cat sound; echo "link own tool $path"; } >"$TREE/etc/busypy/files"
        refuses "tool: its list of files names $path, which is none of those that are added" --force "$TREE" tool
    done
    for path in ../../etc/passwd /etc/passwd bin/../etc/passwd; do
        { cat sound; echo "link own tool $path"; } >"$TREE/etc/busypy/files"
        refuses "$TREE/etc/busypy/files:2: not a line of a list of files" --force "$TREE" tool
    done
}

@test "another's file stays, whoever lists it, too" {
    "${ADD[@]}" "$TREE" tool lib
    grep ' lib ' "$TREE/etc/busypy/files" | sed 's/ own lib / own tool /' >more
    cat more >>"$TREE/etc/busypy/files"
    run -0 "${REMOVE[@]}" "$TREE" tool
    [ ! -e "$TREE/bin/tool" ]
    [ -e "$TREE/site-package/lib/inner/__init__.py" ]
    same "$(names)" lib
}

@test "no link in the tree leads a removal elsewhere" {
    "${ADD[@]}" "$TREE" lib
    mkdir outside; echo 'y = 2' >outside/__init__.py
    mv "$TREE/site-package/lib/inner" kept; ln -s "$PWD/outside" "$TREE/site-package/lib/inner"
    run -125 "${REMOVE[@]}" --force "$TREE" lib
    same "$output" "busypy: remove: cannot look at $TREE/site-package/lib/inner/__init__.py: Too many levels of symbolic links"
    [ -e outside/__init__.py ]
    rm "$TREE/site-package/lib/inner"; mv kept "$TREE/site-package/lib/inner"
    mv "$TREE/site-package" site; ln -s "$PWD/site" "$TREE/site-package"
    run -125 "${REMOVE[@]}" "$TREE" lib
    [ -e site/lib/inner/__init__.py ]
}

@test "what was decided is carried out after a crash, and what comes anew stays" {
    "${ADD[@]}" "$TREE" tool lib
    mkdir -p "$TREE"/.busypy-stage/ready
    chmod 700 "$TREE"/.busypy-stage
    printf 'bin/tool\0site-package/lib\0bin/not-there\0' >"$TREE/.busypy-stage/ready/gone"
    mkdir -p "$TREE/.busypy-stage/ready/tree/bin"; printf '#!/usr/bin/python3\n2\n' >"$TREE/.busypy-stage/ready/tree/bin/tool"
    echo 'n = 1' >other.py
    run -0 "${ADD[@]}" "$TREE" other.py
    same "$(tail -n 1 "$TREE/bin/tool")" 2
    [ ! -e "$TREE/site-package/lib" ]
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "an extension that others load, and its library" {
    library libone.so
    mkdir pack; extension "pack/ext.$(python3 -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX")[1:])')" -L. -lone
    touch pack/__init__.py
    "${ADD[@]}" "$TREE" libone.so pack
    refuses "$(uname -m): etc/python/$(uname -m)/usr/lib/python3/dist-packages/pack/$(basename pack/ext*): needs libone.so, which is not in the view: it cannot be started or imported (Hint: --force removes it all the same)" "$TREE" libone.so
}
