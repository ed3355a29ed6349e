# busypy add WHEEL: pure and native ones, their scripts and commands, and archives that are none.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCH=$(uname -m)

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    TREE=$BATS_TEST_TMPDIR/tree
    DIST=$TREE/etc/python/$ARCH/usr/lib/python3/dist-packages
    make_tree "$TREE"
}

# Zips the folder $2 as wheel $1.
wheel() { python3 -c 'import shutil, sys; shutil.move(shutil.make_archive(sys.argv[1], "zip", sys.argv[2]), sys.argv[1])' "$1" "$2"; }

pure() {
    mkdir -p pure/{pkg,pkg-1.0.dist-info} pure/pkg-1.0.data/{scripts,purelib/extra,data}
    printf 'import sys\ndef main(): print("command", sys.argv[1:]); return 3\nclass C:\n    run = main\n' >pure/pkg/__init__.py
    echo 'x = 1' >pure/single.py; echo 'x = 2' >pure/pkg-1.0.data/purelib/extra/__init__.py
    printf '#!python -u\nprint("script")\n' >pure/pkg-1.0.data/scripts/pkg-script
    echo readme >pure/pkg-1.0.data/data/README
    printf 'Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n' >pure/pkg-1.0.dist-info/METADATA
    printf '[console_scripts]\npkg-command = pkg:main\npkg-method = pkg:C.run [extra]\n\n[gui_scripts]\nwindow = pkg:main\n' \
        >pure/pkg-1.0.dist-info/entry_points.txt
    wheel pkg-1.0-py3-none-any.whl pure
}

refuses() {
    local before; before=$(describe "$TREE" | sha256sum)
    run -125 "${ADD[@]}" "${@:2}"
    same "$output" "busypy: add: $1"
    same "$(describe "$TREE" | sha256sum)" "$before"
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "a pure wheel: packages, metadata, scripts and commands" {
    pure
    run -0 "${ADD[@]}" "$TREE" pkg-1.0-py3-none-any.whl
    same "$output" "busypy: add: warning: $PWD/pkg-1.0-py3-none-any.whl: its data is left out: README"
    run ls "$TREE/site-package"
    same "$output" $'__pycache__\nbusypy\nextra\npkg\npkg-1.0.dist-info\nsingle.py'
    run -3 in_tree "$TREE" /bin/pkg-command a b
    same "$output" "command ['a', 'b']"
    same "$(in_tree "$TREE" /bin/pkg-script)" script
    same "$(head -n 1 "$TREE/bin/pkg-script")" "#!/usr/bin/python3 -u"
    same "$(stat -c %a "$TREE/bin/pkg-method")" 755
    [ ! -e "$TREE/bin/window" ]
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import extra, single, importlib.metadata as m; print(extra.x, single.x, m.version("pkg"))')" "2 1 1.0"
    run -0 "${ADD[@]}" "$TREE" pkg-1.0-py3-none-any.whl # and again
}

@test "a native wheel with libraries of its own" {
    mkdir -p native/{fast,fast.libs,fast-2.dist-info}; echo >native/fast/__init__.py; echo 'Name: fast' >native/fast-2.dist-info/METADATA
    library native/fast.libs/libone-1234.so.1
    extension native/fast/one.cpython-311-"$ARCH"-linux-gnu.so "$PWD/native/fast.libs/libone-1234.so.1" -Wl,-rpath,'$ORIGIN/../fast.libs'
    wheel fast-2-cp311-cp311-linux_"$ARCH".whl native
    run -0 "${ADD[@]}" "$TREE" fast-2-*.whl
    same "$output" ""
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import fast.one; print(fast.one.number)')" 1
    [ -d "$DIST/fast.libs" ]
    [ ! -e "$TREE/etc/clib/$ARCH/libone-1234.so.1" ]
    run grep fast "$TREE/etc/busypy/$ARCH/manifest"
    same "$(cut -d ' ' -f 3- <<<"$output")" "/usr/lib/python3/dist-packages/fast.libs/libone-1234.so.1 file:$PWD/fast-2-cp311-cp311-linux_$ARCH.whl as-is
/usr/lib/python3/dist-packages/fast/one.cpython-311-$ARCH-linux-gnu.so file:$PWD/fast-2-cp311-cp311-linux_$ARCH.whl as-is"
    mv native/fast/one.cpython-311-"$ARCH"-linux-gnu.so native/fast/one.cpython-312-"$ARCH"-linux-gnu.so
    wheel fast-2-cp312-cp312-linux.whl native
    refuses "$PWD/fast-2-cp312-cp312-linux.whl: its name is none that Python 3.11, the runtime for $ARCH, imports" "$TREE" fast-2-cp312-cp312-linux.whl
}

@test "a wheel that is built for newer processors" {
    mkdir -p native/{fast,fast-2.dist-info}; echo >native/fast/__init__.py; echo 'Name: fast' >native/fast-2.dist-info/METADATA
    library native/one.so
    module=fast/one.cpython-311-$ARCH-linux-gnu.so
    extension "native/$module" "$PWD/native/one.so" -Wl,-z,x86-64-v3 -Wl,-rpath,'$ORIGIN/..'
    wheel fast-2-cp311-cp311-linux_"$ARCH".whl native
    run -0 "${ADD[@]}" "$TREE" fast-2-*.whl
    same "$output" "busypy: add: warning: $ARCH: etc/python/$ARCH/usr/lib/python3/dist-packages/$module: needs x86-64-v3: on an older processor glibc ends what loads it: 'CPU ISA level is lower than required'"
}

@test "archives that are no wheel" {
    echo text >text.whl
    refuses "cannot read the wheel $PWD/text.whl: Unrecognized archive format" "$TREE" text.whl
    mkdir plain; echo 'x = 1' >plain/x.py; wheel plain.whl plain
    refuses "$PWD/plain.whl is no wheel: it has no .dist-info" "$TREE" plain.whl
    python3 - <<'EOF'
import zipfile
for name, inside in (("up.whl", "../up.py"), ("root.whl", "/root.py"), ("dots.whl", "a/../../x.py")):
    with zipfile.ZipFile(name, "w") as file:
        file.writestr(inside, "x = 1")
info = zipfile.ZipInfo("link")
info.create_system, info.external_attr = 3, 0o120777 << 16
with zipfile.ZipFile("link.whl", "w") as file:
    file.writestr(info, "/etc/passwd")
# a header of 16 bytes can ask for gigabytes
with zipfile.ZipFile("lzma.whl", "w", zipfile.ZIP_LZMA) as file:
    file.writestr("x.py", "x = 1")
EOF
    refuses "the wheel $PWD/up.whl: unsound path /../up.py" "$TREE" up.whl
    refuses "the wheel $PWD/root.whl: unsound path //root.py" "$TREE" root.whl
    refuses "the wheel $PWD/dots.whl: unsound path /a/../../x.py" "$TREE" dots.whl
    refuses "the wheel $PWD/link.whl: /link is neither a file nor a directory" "$TREE" link.whl
    refuses "cannot read the wheel $PWD/lzma.whl: a file in it is compressed by another method than deflate" "$TREE" lzma.whl
    pure; echo 'x y z' >>pure/pkg-1.0.dist-info/entry_points.txt; sed -i '/gui_scripts/,$ { /^x y z/!d }' pure/pkg-1.0.dist-info/entry_points.txt
    wheel bad.whl pure
    rm -r pure/pkg-1.0.data; wheel bad.whl pure
    refuses "$PWD/bad.whl: cannot understand its entry_points.txt" "$TREE" bad.whl
    head -c 400 bad.whl >cut.whl
    run -125 "${ADD[@]}" "$TREE" cut.whl
    [[ $output =~ ^"busypy: add: " ]]
    same "${#lines[@]}" 1
    refuses "nowhere.whl: No such file or directory (Hint: a package's name needs --from debian)" "$TREE" nowhere.whl
}
