#!/usr/bin/env bats
# The tree's lock: busypy add --locked and --upgrade, list, remove and download of wheels.

load fixtures

setup() {
    cd "$BATS_TEST_TMPDIR"
    TREE=$PWD/tree
    make_tree "$TREE"
    mkdir old new
    PYTHONPATH=$ROOT/tests/resolve /usr/bin/python3 - <<'PY'
from loopback import wheel
for folder, dist in (("old", wheel("app", "2.0", requires=["base>=1", "Extra_One"])),
                     ("old", wheel("base", "1.5")), ("old", wheel("extra-one", "1.0")),
                     ("new", wheel("base", "2.0"))):
    with open(f"{folder}/{dist.name}", "wb") as file:
        file.write(dist.data)
PY
    OLD=(--no-index --find-links "$PWD/old") NEW=(--no-index --find-links "$PWD/old" --find-links "$PWD/new")
    LOCK=$TREE/etc/busypy/requirements.lock
}

# Everything of COMMAND happens where there is no network.
without_network() { if [ "$(id -u)" = 0 ]; then unshare -n "$@"; else unshare -rn "$@"; fi; }

# A file's sum as RECORD has it.
sum64() { /usr/bin/python3 -c 'import base64, hashlib, sys; print(base64.urlsafe_b64encode(hashlib.sha256(open(sys.argv[1], "rb").read()).digest()).decode().rstrip("="))' "$1"; }

rows() { "$BUSYPY" list -n -o NAME,VERSION,KIND,WANTED "$TREE" | tr -s ' ' | sed 's/ $//'; }

refuses() {
    local before; before=$(describe "$TREE")
    run -125 "$BUSYPY" "$2" "${@:3}"
    same "$output" "busypy: $2: $1"
    same "$(describe "$TREE")" "$before"
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "the lock says what was asked for, and which files answer it" {
    "${ADD[@]}" "${OLD[@]}" --from index "$TREE" app
    same "$(head -n 5 "$LOCK")" "# busypy lock 1
want wheel app
package app 2.0
from $PWD/old
needs base"
    grep -qx "file any $(sha256sum <old/base-1.5-py3-none-any.whl | cut -d ' ' -f 1) [0-9]* base-1.5-py3-none-any.whl $PWD/old/base-1.5-py3-none-any.whl" "$LOCK"
    same "$(rows)" "app 2.0 wheel yes
base 1.5 wheel no
extra-one 1.0 wheel no"
}

@test "--locked brings back exactly what the lock says" {
    "${ADD[@]}" "${OLD[@]}" --from index "$TREE" app
    local before; before=$(describe "$TREE")
    cp "$LOCK" lock
    "$BUSYPY" remove --prune "$TREE" app
    same "$(rows)" ""
    [ ! -e "$LOCK" ]
    cp lock "$LOCK"
    # newer ones are there, and no index is asked
    mv new/* old
    run -0 without_network "${ADD[@]}" --locked "$TREE"
    same "$output" ""
    same "$(describe "$TREE")" "$before"
    run -0 "${ADD[@]}" --locked "$TREE"
    same "$(describe "$TREE")" "$before"
    # a file that is another than the lock says
    "$BUSYPY" remove --prune "$TREE" app; cp lock "$LOCK"
    echo >>old/base-1.5-py3-none-any.whl
    run -125 "${ADD[@]}" --locked "$TREE"
    [[ $output =~ base-1.5-py3-none-any.whl ]]
    same "$(rows)" ""
}

@test "--upgrade takes newer versions, of all or of what is named" {
    "${ADD[@]}" "${OLD[@]}" --from index "$TREE" app
    # without it what stands stays
    "${ADD[@]}" "${NEW[@]}" --from index "$TREE" app
    same "$(rows | grep base)" "base 1.5 wheel no"
    run -0 "${ADD[@]}" "${NEW[@]}" --upgrade "$TREE" extra-one
    same "$(rows | grep base)" "base 1.5 wheel no"
    run -0 "${ADD[@]}" "${NEW[@]}" --upgrade "$TREE" base
    same "$output" ""
    same "$(rows)" "app 2.0 wheel yes
base 2.0 wheel no
extra-one 1.0 wheel no"
    [ ! -e "$TREE/site-package/base-1.5.dist-info" ]
    grep -qx 'package base 2.0' "$LOCK"
    refuses "--upgrade other: the tree does not have it" add "${NEW[@]}" --upgrade "$TREE" other
}

@test "what --locked and --upgrade do not go with" {
    refuses "$TREE has no etc/busypy/requirements.lock: nothing was resolved for it yet (Hint: 'busypy add -r FILE $TREE' does)" add --locked "$TREE"
    refuses "--locked adds what the lock says, and takes no other words" add --locked "$TREE" app
    refuses "--locked and --upgrade are two ways" add --locked --upgrade "$TREE"
    refuses "--locked goes by the tree's lock, and takes no --from or -r" add --locked -r x "$TREE"
    refuses "--upgrade goes by the tree's lock, and takes no --from or -r" add --upgrade --from debian "$TREE" x
}

@test "a wheel goes by its RECORD, and not what others need" {
    local before; before=$(describe "$TREE")
    "${ADD[@]}" "${OLD[@]}" --from index "$TREE" app
    refuses "base is needed by app (Hint: name what needs it, too, or --force)" remove "$TREE" Base
    refuses "extra-one is needed by app (Hint: name what needs it, too, or --force)" remove "$TREE" Extra_One
    echo '# mine' >>"$TREE/site-package/base/__init__.py"
    refuses "site-package/base/__init__.py of base is not what was added, somebody has changed it (Hint: --force removes it all the same)" remove --prune "$TREE" app
    run -0 "$BUSYPY" remove --force --prune "$TREE" app
    same "$(describe "$TREE")" "$before"
}

@test "a RECORD that names what is not the wheel's takes nothing of it" {
    "${ADD[@]}" "${OLD[@]}" --from index "$TREE" app
    local arch record=$TREE/site-package/base-1.5.dist-info/RECORD; arch=$(uname -m)
    printf '%s,,\n' ../../etc/passwd ../../../etc/passwd "../etc/python/$arch/usr/bin/python3" ../bin/shell \
        app/__init__.py >>"$record"
    local before; before=$(sha256sum "$TREE/etc/passwd" "$TREE/bin/shell" "$TREE/site-package/app/__init__.py" /etc/passwd)
    run "$BUSYPY" remove --force "$TREE" base
    same "$(sha256sum "$TREE/etc/passwd" "$TREE/bin/shell" "$TREE/site-package/app/__init__.py" /etc/passwd)" "$before"
    [ -e "$TREE/etc/python/$arch/usr/bin/python3" ]
}

@test "an upgrade takes none of the tree's own files, and no script that somebody else added, whatever RECORD lists" {
    "${ADD[@]}" "${OLD[@]}" --from index "$TREE" base
    printf '#!/usr/bin/python3\nprint("mine")\n' >mine
    chmod 755 mine
    "${ADD[@]}" "$TREE" mine
    local record=$TREE/site-package/base-1.5.dist-info/RECORD
    printf '%s,,\n' ../bin/mine >>"$record"
    printf '%s,sha256=%s,\n' ../bin/shell "$(sum64 "$TREE/bin/shell")" >>"$record"
    local before; before=$(sha256sum "$TREE"/bin/{shell,mine})
    run -0 "${ADD[@]}" "${NEW[@]}" --upgrade "$TREE" base
    same "$(sha256sum "$TREE"/bin/{shell,mine})" "$before"
    same "$(cd "$TREE/site-package" && echo base-*.dist-info)" base-2.0.dist-info
}

@test "download fills a folder, from which a machine without a network adds" {
    run -0 "$BUSYPY" download "${OLD[@]}" "$TREE" out app
    same "$output" "3 new wheels in out"
    same "$(cd out && LC_ALL=C ls -A | paste -sd ' ')" "app-2.0-py3-none-any.whl base-1.5-py3-none-any.whl extra_one-1.0-py3-none-any.whl requirements.txt"
    same "$(grep -v '^#' out/requirements.txt | cut -d ' ' -f 1 | paste -sd ' ')" "app==2.0 base==1.5 extra-one==1.0"
    run -0 "$BUSYPY" download "${OLD[@]}" "$TREE" out app
    same "$output" "0 new wheels in out"
    same "$(rows)" ""
    rm -r old
    run -0 without_network "${ADD[@]}" --no-index --find-links out --require-hashes "$TREE" -r out/requirements.txt
    same "$output" ""
    same "$(rows | cut -d ' ' -f 1,2 | paste -sd ' ')" "app 2.0 base 1.5 extra-one 1.0"
    in_tree "$TREE" /usr/bin/python3 -c 'import app, base'
}

@test "what download refuses" {
    for words in "" "$TREE" "$TREE out"; do
        # shellcheck disable=SC2086 # words
        run -125 "$BUSYPY" download $words
        same "$output" "busypy: download: needs a TREE, a DIR and requirements (Hint: see 'busypy download --help')"
    done
    refuses "$TREE has no etc/busypy/requirements.lock: nothing was resolved for it yet (Hint: 'busypy add -r FILE $TREE' does)" download --locked "$TREE" out
    mkdir out; echo other >out/base-1.5-py3-none-any.whl
    refuses "$PWD/out/base-1.5-py3-none-any.whl is there already, and is another than the one that was fetched (Hint: rm it, or name another folder)" download "${OLD[@]}" "$TREE" out base
    mkdir mine; echo base >mine/requirements.txt
    refuses "$PWD/mine/requirements.txt is there already, and is not from 'busypy download' (Hint: mv it, or name another folder)" download "${OLD[@]}" "$TREE" mine -r mine/requirements.txt
    same "$(cat mine/requirements.txt; ls mine)" "base
requirements.txt"
    run -125 "$BUSYPY" download "${OLD[@]}" "$TREE" /usr/lib base
    [[ $output =~ ^"busypy: download: /usr/lib" ]]
}

@test "a runtime that is staged again: its wheels are named, and how they come back" {
    local arch sum; arch=$(uname -m) sum=$(printf '%064d' 1)
    mkdir -p "$TREE/etc/busypy"
    cat >"$LOCK" <<LOCKED
# busypy lock 1
want wheel pure
package native 1.0
file $arch $sum 1 native-1.0-cp311-cp311-linux_$arch.whl -
package other 1.0
file s390x $sum 1 other-1.0-cp311-cp311-linux_s390x.whl -
package pure 1.0
file any $sum 1 pure-1.0-py3-none-any.whl -
LOCKED
    cp "$LOCK" lock
    run -0 "$BUSYPY" stage "$TREE"
    grep -qxF "busypy: stage: warning: $arch: the new runtime is without the wheels of the old one: native (Hint: 'busypy add --locked $TREE' adds them again)" <<<"$output"
    cmp lock "$LOCK"
}
