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

# Zips the folder $2 as wheel $1; METADATA, WHEEL and RECORD are written where they are missing.
wheel() { python3 "$ROOT/tests/support/wheel.py" "$1" "$2"; }

pure() {
    mkdir -p pure/{pkg,pkg-1.0.dist-info} pure/pkg-1.0.data/{scripts,purelib/extra,data}
    printf 'import sys\ndef main(): print("command", sys.argv[1:]); return 3\nclass C:\n    run = main\n' >pure/pkg/__init__.py
    echo 'x = 1' >pure/single.py; echo 'x = 2' >pure/pkg-1.0.data/purelib/extra/__init__.py
    printf '#!python -u\nprint("script")\n' >pure/pkg-1.0.data/scripts/pkg-script
    printf '#!python\nprint("hidden by the command")\n' >pure/pkg-1.0.data/scripts/pkg-command
    echo readme >pure/pkg-1.0.data/data/README
    printf 'Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n' >pure/pkg-1.0.dist-info/METADATA
    printf '[console_scripts]\npkg-command = pkg:main\npkg-method = pkg:C.run [extra]\n\n[gui_scripts]\nwindow = pkg:main\n' \
        >pure/pkg-1.0.dist-info/entry_points.txt
    wheel pkg-1.0-py3-none-any.whl pure
}

# Every file of a tree that is not the runtime's, and when it was changed.
state() { find "$TREE/bin" "$TREE/site-package" "$DIST" "$TREE/etc/busypy" -printf '%p %y %m %l %s %i %T@\n' | sort; }

refuses() {
    local before; before=$(state)
    run -125 "${ADD[@]}" "${@:2}"
    same "$output" "busypy: add: $1"
    same "$(state)" "$before"
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "a pure wheel: packages, metadata, scripts and commands" {
    pure
    run -0 "${ADD[@]}" "$TREE" pkg-1.0-py3-none-any.whl
    same "$output" ""
    run ls "$TREE/site-package"
    same "$output" $'__pycache__\nbusypy\nextra\npkg\npkg-1.0.dist-info\nsingle.py'
    run -3 in_tree "$TREE" /bin/pkg-command a b
    same "$output" "command ['a', 'b']"
    same "$(in_tree "$TREE" /bin/pkg-script)" script
    same "$(head -n 1 "$TREE/bin/pkg-script")" "#!/usr/bin/python3 -u"
    same "$(stat -c %a "$TREE/bin/pkg-method")" 755
    same "$(sed -n 3p "$TREE/bin/window")" 'from pkg import main'
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import extra, single, importlib.metadata as m; print(extra.x, single.x, m.version("pkg"))')" "2 1 1.0"
    run -0 "${ADD[@]}" "$TREE" pkg-1.0-py3-none-any.whl # and again
}

@test "a native wheel with libraries of its own" {
    mkdir -p native/{fast,fast.libs,fast-2.dist-info}; echo >native/fast/__init__.py
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
    wheel fast-2-cp311-abi3-linux_"$ARCH".whl native
    refuses "$PWD/fast-2-cp311-abi3-linux_$ARCH.whl: its name is none that Python 3.11, the runtime for $ARCH, imports" "$TREE" fast-2-cp311-abi3-linux_"$ARCH".whl
}

@test "a wheel that is built for newer processors" {
    mkdir -p native/{fast,fast-2.dist-info}; echo >native/fast/__init__.py
    library native/one.so
    module=fast/one.cpython-311-$ARCH-linux-gnu.so
    extension "native/$module" "$PWD/native/one.so" -Wl,-z,x86-64-v3 -Wl,-rpath,'$ORIGIN/..'
    wheel fast-2-cp311-cp311-linux_"$ARCH".whl native
    run -0 "${ADD[@]}" "$TREE" fast-2-*.whl
    same "$output" "busypy: add: warning: $ARCH: etc/python/$ARCH/usr/lib/python3/dist-packages/$module: needs x86-64-v3: on an older processor glibc ends what loads it: 'CPU ISA level is lower than required'"
}

@test "archives that are no wheel" {
    W=pkg-1.0-py3-none-any.whl
    echo text >$W
    refuses "cannot read the wheel $PWD/$W: Unrecognized archive format" "$TREE" $W
    cp $W text.whl
    refuses "$PWD/text.whl: its name is no wheel's (Hint: NAME-VERSION-PYTHON-ABI-PLATFORM.whl)" "$TREE" text.whl
    python3 - <<'EOF'
import warnings
import zipfile
warnings.simplefilter("ignore")
V = "-1-py3-none-any.whl"
for name, *inside in (("plain", "x.py"), ("up", "../up.py"), ("root", "/root.py"), ("dots", "a/../../x.py"),
                      ("twice", "x.py", "y.py", "x.py"), ("both", "x", "x/y.py"), ("back", "x/y.py", "x"),
                      ("two", "a-1.dist-info/WHEEL", "b-1.dist-info/WHEEL")):
    with zipfile.ZipFile(name + V, "w") as file:
        for path in inside:
            file.writestr(path, "x = 1")
info = zipfile.ZipInfo("link")
info.create_system, info.external_attr = 3, 0o120777 << 16
with zipfile.ZipFile("link" + V, "w") as file:
    file.writestr(info, "/etc/passwd")
# a header of 16 bytes can ask for gigabytes
with zipfile.ZipFile("lzma" + V, "w", zipfile.ZIP_LZMA) as file:
    file.writestr("x.py", "x = 1")
with zipfile.ZipFile("secret" + V, "w") as file:
    file.writestr("x.py", "x = 1")
data = bytearray(open("secret" + V, "rb").read())
data[6] |= 1  # "encrypted", in both headers
data[data.index(b"PK\1\2") + 8] |= 1
open("secret" + V, "wb").write(data)
EOF
    V=-1-py3-none-any.whl
    refuses "$PWD/plain$V is no wheel: it has no .dist-info" "$TREE" plain$V
    refuses "$PWD/two$V is no wheel: it has two .dist-info, a-1.dist-info and b-1.dist-info" "$TREE" two$V
    refuses "the wheel $PWD/up$V: unsound path /../up.py" "$TREE" up$V
    refuses "the wheel $PWD/root$V: unsound path //root.py" "$TREE" root$V
    refuses "the wheel $PWD/dots$V: unsound path /a/../../x.py" "$TREE" dots$V
    refuses "the wheel $PWD/twice$V: /x.py is in it twice" "$TREE" twice$V
    refuses "the wheel $PWD/both$V: /x/y.py is below a file" "$TREE" both$V
    refuses "the wheel $PWD/back$V: /x is in it twice" "$TREE" back$V
    refuses "the wheel $PWD/link$V: /link is neither a file nor a directory" "$TREE" link$V
    refuses "cannot read the wheel $PWD/lzma$V: a file in it is compressed by another method than deflate" "$TREE" lzma$V
    refuses "cannot read the wheel $PWD/secret$V: a file in it is encrypted" "$TREE" secret$V
    rm $W; pure; echo 'x y z' >>pure/pkg-1.0.dist-info/entry_points.txt; wheel $W pure
    refuses "$PWD/$W: cannot understand its entry_points.txt" "$TREE" $W
    head -c 400 $W >cut-1-py3-none-any.whl
    run -125 "${ADD[@]}" "$TREE" cut-1-py3-none-any.whl
    [[ $output =~ ^"busypy: add: " ]]
    same "${#lines[@]}" 1
    refuses "nowhere.whl: No such file or directory (Hint: a package's name needs --from debian or --from index)" "$TREE" nowhere.whl
}

# Makes m/m-1.dist-info with METADATA ($1), WHEEL ($2) and RECORD ($3), as far as they are given.
minimal() {
    rm -rf m; mkdir -p m/m-1.dist-info; echo 'x = 1' >m/m.py
    [ -z "$1" ] || printf '%b' "$1" >m/m-1.dist-info/METADATA
    [ -z "$2" ] || printf '%b' "$2" >m/m-1.dist-info/WHEEL
    [ -z "$3" ] || printf '%b' "$3" >m/m-1.dist-info/RECORD
    wheel "${4:-m-1-py3-none-any.whl}" m
}

@test "what a wheel says of itself is read, and must be true" {
    local w=m-1-py3-none-any.whl W=$PWD/m-1-py3-none-any.whl
    minimal '' 'Wheel-Version: 2.0\n'
    refuses "$W: its Wheel-Version is 2.0, and only 1.0 is known here" "$TREE" $w
    minimal '' 'Generator: x\n'
    refuses "$W: its WHEEL has no Wheel-Version" "$TREE" $w
    minimal '' 'Wheel-Version: new\n'
    refuses "$W: its Wheel-Version is no version: new" "$TREE" $w
    minimal '' 'nothing'
    refuses "$W: cannot understand Wheel-Version in its WHEEL" "$TREE" $w
    minimal 'Name: other\nVersion: 1\n'
    refuses "$W: its metadata is of other, but in m-1.dist-info" "$TREE" $w
    minimal 'Name: m\nVersion: 1.1\n'
    refuses "$W: its metadata is of version 1.1" "$TREE" $w
    minimal 'Name: m\nVersion: one\n'
    refuses "$W: 'one', the Version in its METADATA, is none" "$TREE" $w
    minimal 'Name: -m-\nVersion: 1\n'
    refuses "$W: '-m-', the Name in its METADATA, is none" "$TREE" $w
    minimal 'Version: 1\n'
    refuses "$W: its METADATA has no Name" "$TREE" $w
    minimal 'Name: m\nVersion: 1\n' '' '' n-1-py3-none-any.whl
    refuses "$PWD/n-1-py3-none-any.whl: its metadata is of m" "$TREE" n-1-py3-none-any.whl
    minimal '' 'Wheel-Version: 1.9\nTag: py3-none-any\n'
    run -0 "${ADD[@]}" -n "$TREE" $w
    same "${lines[0]}" "busypy: add: warning: $W: its Wheel-Version is 1.9, and only 1.0 is known here"
    minimal '' 'Wheel-Version: 1.0\nTag: py2-none-any\n'
    run -0 "${ADD[@]}" -n "$TREE" $w
    same "${lines[0]}" "busypy: add: warning: $W: its name has a tag for $ARCH that its WHEEL has not"
    minimal 'Name: M\nVersion: 1.0.0\n' # the same name and version, by their rules
    run -0 "${ADD[@]}" -n "$TREE" $w
    python3 - <<'EOF'
import zipfile
for lacking in ("METADATA", "WHEEL", "RECORD"):
    name = "l" + lacking.lower()
    with zipfile.ZipFile(f"{name}-1-py3-none-any.whl", "w") as file:
        for part, text in (("METADATA", f"Name: {name}\nVersion: 1\n"), ("WHEEL", "Wheel-Version: 1.0\n"), ("RECORD", "")):
            if part != lacking:
                file.writestr(f"{name}-1.dist-info/{part}", text)
EOF
    for word in METADATA WHEEL RECORD; do
        w=l${word,,}
        refuses "$PWD/$w-1-py3-none-any.whl is no wheel: its $w-1.dist-info has no $word" "$TREE" "$w-1-py3-none-any.whl"
    done
}

@test "files are what RECORD says, or the wheel is refused" {
    local w=m-1-py3-none-any.whl W=$PWD/m-1-py3-none-any.whl sum=sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU
    minimal '' '' "m.py,$sum,6\n"
    refuses "$W: m.py is not what its RECORD says" "$TREE" $w
    minimal '' '' "m.py,,7\n"
    refuses "$W: m.py is not what its RECORD says" "$TREE" $w
    minimal '' '' "m.py,md5=abc,6\n"
    refuses "$W: its RECORD has only a weak sum of m.py" "$TREE" $w
    minimal '' '' "m.py,,\nn.py,,\n"
    refuses "$W: its RECORD lists n.py, which it does not have" "$TREE" $w
    minimal '' '' "m.py,,\n../n.py,,\n"
    refuses "$W: its RECORD has an unsound path, ../n.py" "$TREE" $w
    minimal '' '' "m.py,,\n/etc/passwd,,\n"
    refuses "$W: its RECORD has an unsound path, /etc/passwd" "$TREE" $w
    minimal '' '' "m.py\n"
    refuses "$W: cannot understand its RECORD" "$TREE" $w
    minimal '' '' "m-1.dist-info/WHEEL,sha512=abc,\n"
    run -0 "${ADD[@]}" "$TREE" $w
    same "$output" "busypy: add: warning: $W: its RECORD does not list 2 files, the first is m-1.dist-info/METADATA
busypy: add: warning: $W: its RECORD has sums of another kind than SHA-256, which are not compared"
}

@test "tags: other systems, archs, Pythons and C libraries" {
    local w
    for w in win_amd64 macosx_11_0_arm64; do
        minimal '' '' '' "m-1-cp311-cp311-$w.whl"
        refuses "$PWD/m-1-cp311-cp311-$w.whl: its tags are for another system than Linux" "$TREE" "m-1-cp311-cp311-$w.whl"
    done
    w=m-1-cp311-cp311-linux_unheard.whl; minimal '' '' '' $w
    refuses "$PWD/$w: its tags are for none of the tree's archs, which are $ARCH" "$TREE" $w
    w=m-1-cp312-cp312-manylinux2014_$ARCH.whl; minimal '' '' '' "$w"
    refuses "$PWD/$w: its tags are for another Python than 3.11, the runtime for $ARCH" "$TREE" "$w"
    w=m-1-py312-none-any.whl; minimal '' '' '' $w
    refuses "$PWD/$w: its tags are for another Python than 3.11, the runtime for $ARCH" "$TREE" $w
    w=m-1-cp311-cp311-manylinux_2_99_$ARCH.whl; minimal '' '' '' "$w"
    refuses "$PWD/$w needs glibc 2.99, the runtime for $ARCH has glibc $(sed -n 's/libc glibc //p' "$TREE/etc/busypy/$ARCH/versions")" "$TREE" "$w"
    w=m-1-cp311-cp311-musllinux_1_1_$ARCH.whl; minimal '' '' '' "$w"
    refuses "$PWD/$w is for musl, the runtime for $ARCH has glibc" "$TREE" "$w"
    w=m-1-py2.py3-none-any.whl; minimal 'Name: m\nVersion: 1\nRequires-Python: >=3.8, !=3.11.*\n' '' '' $w
    refuses "$PWD/$w needs Python >=3.8, !=3.11.*, the runtime for $ARCH is Python $(sed -n 's/^python //p' "$TREE/etc/busypy/$ARCH/versions") (Hint: --unchecked adds it all the same)" "$TREE" $w
    run -0 "${ADD[@]}" --unchecked -n "$TREE" $w
    w=m-1-py3-none-manylinux_2_5_$ARCH.manylinux1_$ARCH.whl; minimal '' '' '' "$w"
    run -0 "${ADD[@]}" "$TREE" "$w" # without an ELF file, but its tag names an arch
    [ -f "$DIST/m.py" ]
    [ ! -e "$TREE/site-package/m.py" ]
}

# A wheel: NAME VERSION FILE=TEXT...
made() {
    local name=$1 version=$2 file; shift 2
    rm -rf a; mkdir a
    for file; do mkdir -p "a/$(dirname "${file%%=*}")"; printf '%b' "${file#*=}" >"a/${file%%=*}"; done
    wheel "$name-$version-py3-none-any.whl" a
}

@test "namespace packages merge, in one call or in several" {
    made one 1 'acme/one/__init__.py=x = 1\n' 'acme/common.py=c = 1\n'
    made two 1 'acme/two/__init__.py=x = 2\n' 'acme/common.py=c = 1\n'
    made three 1 'acme/two/three.py=x = 3\n'
    made other 1 'acme/common.py=c = 2\n'
    made file 1 'acme=no folder'
    refuses "$PWD/one-1-py3-none-any.whl and $PWD/other-1-py3-none-any.whl would both be site-package/acme/common.py" \
        "$TREE" one-1-py3-none-any.whl other-1-py3-none-any.whl
    refuses "$PWD/one-1-py3-none-any.whl and $PWD/file-1-py3-none-any.whl would both be site-package/acme" \
        "$TREE" one-1-py3-none-any.whl file-1-py3-none-any.whl
    run -0 "${ADD[@]}" "$TREE" one-1-py3-none-any.whl two-1-py3-none-any.whl
    same "$output" ""
    run -0 "${ADD[@]}" "$TREE" three-1-py3-none-any.whl
    same "$output" ""
    same "$(in_tree "$TREE" /usr/bin/python3 -c '
import importlib.metadata as m, acme.one, acme.two, acme.two.three, acme.common
print(acme.one.x, acme.two.x, acme.two.three.x, acme.common.c, sorted(d.name for d in m.distributions() if d.name in ("one", "two", "three")))')" \
        "1 2 3 1 ['one', 'three', 'two']"
    refuses "site-package/acme/common.py is in the tree already, and is another than $PWD/other-1-py3-none-any.whl (Hint: --force replaces it)" \
        "$TREE" other-1-py3-none-any.whl
    run -0 "${ADD[@]}" --force "$TREE" other-1-py3-none-any.whl
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import acme.one, acme.two.three, acme.common; print(acme.common.c)')" 2
}

@test "an upgrade takes out what the old RECORD lists, and nothing else" {
    made up 1 'up/__init__.py=v = 1\n' 'up/old.py=x = 1\n' 'up/edited.py=x = 1\n' 'up/sub/a.py=x = 1\n' 'gone.py=x = 1\n' \
        'up-1.dist-info/entry_points.txt=[console_scripts]\nup = up:f\nup-old = up:f\n'
    made share 1 'stays/x.py=x = 1\n' 'up/sub/share.py=x = 1\n'
    run -0 "${ADD[@]}" "$TREE" up-1-py3-none-any.whl share-1-py3-none-any.whl
    echo mine >"$TREE/site-package/up/mine.txt"; echo 'x = 2' >"$TREE/site-package/up/edited.py"
    made up 2 'up/__init__.py=v = 2\n' 'up/new.py=x = 1\n' 'up-2.dist-info/entry_points.txt=[console_scripts]\nup = up:f\n'
    refuses "up 1 is in the tree already (Hint: --force replaces it by 2)" "$TREE" up-2-py3-none-any.whl
    run -0 "${ADD[@]}" --force "$TREE" up-2-py3-none-any.whl
    same "$output" "busypy: add: warning: site-package/up/edited.py has been edited since it was added: it stays"
    same "$(cd "$TREE/site-package" && find . -path ./busypy -prune -o -name __pycache__ -prune -o -type f -print | grep -v share-1 | LC_ALL=C sort)" \
"./stays/x.py
./up-2.dist-info/INSTALLER
./up-2.dist-info/METADATA
./up-2.dist-info/RECORD
./up-2.dist-info/REQUESTED
./up-2.dist-info/WHEEL
./up-2.dist-info/direct_url.json
./up-2.dist-info/entry_points.txt
./up/__init__.py
./up/edited.py
./up/mine.txt
./up/new.py
./up/sub/share.py"
    [ -f "$TREE/bin/up" ]
    [ ! -e "$TREE/bin/up-old" ]
    same "$(find "$TREE/site-package" -name 'old.*' -o -name 'gone.*' -o -name 'a.cpython*')" ""
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import up, importlib.metadata as m; print(up.v, m.version("up"))')" "2 2"
    made up 2 'up/__init__.py=v = 3\n' # another build of one version
    refuses "up 2 is in the tree already, and is another than $PWD/up-2-py3-none-any.whl (Hint: --force replaces it)" "$TREE" up-2-py3-none-any.whl
    # what the new version has, too, and was edited
    made ed 1 'ed.py=x = 1\n'; made ed 2 'ed.py=x = 2\n'
    run -0 "${ADD[@]}" "$TREE" ed-1-py3-none-any.whl
    echo 'x = 9' >"$TREE/site-package/ed.py"
    run -0 "${ADD[@]}" --force "$TREE" ed-2-py3-none-any.whl
    same "$(cat "$TREE/site-package/ed.py")" "x = 2"
}

@test "an upgrade from a module to a package, and from pure to native and back" {
    made form 1 'form.py=v = 1\n'
    made form 2 'form/__init__.py=v = 2\n'
    run -0 "${ADD[@]}" "$TREE" form-1-py3-none-any.whl
    run -0 "${ADD[@]}" --force "$TREE" form-2-py3-none-any.whl
    [ ! -e "$TREE/site-package/form.py" ]
    rm -rf a; mkdir -p a/form; echo 'v = 3' >a/form/__init__.py; wheel form-3-py3-none-linux_"$ARCH".whl a
    run -0 "${ADD[@]}" --force "$TREE" form-3-py3-none-linux_"$ARCH".whl
    [ ! -e "$TREE/site-package/form" ]
    [ ! -e "$TREE/site-package/form-2.dist-info" ]
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import form, importlib.metadata as m; print(form.v, m.version("form"))')" "3 3"
    run -0 "${ADD[@]}" --force "$TREE" form-2-py3-none-any.whl
    [ ! -e "$DIST/form" ]
    [ ! -e "$DIST/form-3.dist-info" ]
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import form, importlib.metadata as m; print(form.v, m.version("form"))')" "2 2"
    mkdir -p "$DIST/deb-1.egg-info"; printf 'Name: deb\nVersion: 1\n' >"$DIST/deb-1.egg-info/PKG-INFO"
    made deb 2 'deb.py=v = 2\n'
    refuses "deb 1 is in etc/python/$ARCH/usr/lib/python3/dist-packages already, and no RECORD tells its files (Hint: it may be a package of Debian)" "$TREE" deb-2-py3-none-any.whl
}

@test "RECORD, INSTALLER, REQUESTED and direct_url.json, as pip writes them" {
    pure
    run -0 "${ADD[@]}" "$TREE" pkg-1.0-py3-none-any.whl
    same "$(cat "$TREE/site-package/pkg-1.0.dist-info/INSTALLER")" busypy
    [ -f "$TREE/site-package/pkg-1.0.dist-info/REQUESTED" ]
    sum=$(sha256sum pkg-1.0-py3-none-any.whl | cut -d ' ' -f 1)
    same "$(cat "$TREE/site-package/pkg-1.0.dist-info/direct_url.json")" \
        "{\"archive_info\": {\"hash\": \"sha256=$sum\", \"hashes\": {\"sha256\": \"$sum\"}}, \"url\": \"file://$PWD/pkg-1.0-py3-none-any.whl\"}"
    # what Python finds in the view by RECORD is there, and has these sums
    same "$(in_tree "$TREE" /usr/bin/python3 -c '
import base64, hashlib, importlib.metadata as m
for f in m.distribution("pkg").files:
    data = f.locate().read_bytes()
    if f.hash: assert base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=") == f.hash.value, f
    print(f)')" \
"../bin/pkg-command
../bin/pkg-method
../bin/pkg-script
../bin/window
../usr/README
extra/__init__.py
pkg-1.0.dist-info/INSTALLER
pkg-1.0.dist-info/METADATA
pkg-1.0.dist-info/REQUESTED
pkg-1.0.dist-info/WHEEL
pkg-1.0.dist-info/direct_url.json
pkg-1.0.dist-info/entry_points.txt
pkg/__init__.py
single.py
pkg-1.0.dist-info/RECORD"
}

@test "what is needed and not there is told by add and by check" {
    printf 'Name: needy\nVersion: 1\nRequires-Dist: absent>=2\nRequires-Dist: never; sys_platform == "win32"\nRequires-Dist: extra; extra == "x"\nRequires-Dist: Py.Old<2\n' >metadata
    rm -rf a; mkdir -p a/needy-1.dist-info; cp metadata a/needy-1.dist-info/METADATA; echo 'x = 1' >a/needy.py
    wheel needy-1-py3-none-any.whl a
    made py_old 2.0 'py_old.py=x = 1\n'
    run -0 "${ADD[@]}" "$TREE" needy-1-py3-none-any.whl py_old-2.0-py3-none-any.whl
    same "$output" "busypy: add: warning: $ARCH: needy 1 needs absent>=2, which is not there
busypy: add: warning: $ARCH: needy 1 needs py-old<2, and 2.0 is there"
    run -0 "$BUSYPY" check "$TREE"
    [[ $output == *"needs absent>=2, which is not there"* && $output == *"needs py-old<2, and 2.0 is there"* ]]
    [[ $output != *never* ]]
    made absent 2.1 'absent.py=x = 1\n'; made py_old 1.9 'py_old.py=x = 1\n'
    run -0 "${ADD[@]}" --force "$TREE" absent-2.1-py3-none-any.whl py_old-1.9-py3-none-any.whl
    same "$output" ""
    run -0 "$BUSYPY" check "$TREE"
    [[ $output != *needs* ]]
    rm "$TREE/site-package/absent.py"
    run -0 "$BUSYPY" check "$TREE"
    [[ $output == *"1 files of its RECORD are not there, the first is site-package/absent.py"* ]]
}

@test "importlib.metadata in the tree and pip list from outside agree" {
    made Pip.One 1.0 'one/__init__.py=\n'; made pip_two 2.0rc1 'two.py=\n'
    mkdir -p n/three; echo >n/three/__init__.py; wheel pip_three-3-py3-none-linux_"$ARCH".whl n
    run -0 "${ADD[@]}" "$TREE" ./*.whl
    made pip_two 2.0 'two.py=\n'
    run -0 "${ADD[@]}" --force "$TREE" pip_two-2.0-py3-none-any.whl
    outside=$(/usr/bin/python3 -m pip list --path "$TREE/site-package" --path "$DIST" --format freeze 2>/dev/null | grep -i pip | LC_ALL=C sort)
    inside=$(in_tree "$TREE" /usr/bin/python3 -c '
import importlib.metadata as m
for d in m.distributions():
    if d.metadata["Name"].lower().startswith("pip"): print(d.metadata["Name"] + "==" + d.version)' | LC_ALL=C sort)
    same "$inside" "$outside"
    same "$inside" "$(printf 'Pip.One==1.0\npip_three==3\npip_two==2.0')"
}

@test "a folder that pip install --target has filled" {
    pure; rm -r pure/pkg-1.0.data/data; wheel pkg-1.0-py3-none-any.whl pure
    made other 2 'acme/other.py=x = 2\n'
    /usr/bin/python3 -m pip install -q --no-index --no-deps --target site ./pkg-1.0-py3-none-any.whl ./other-2-py3-none-any.whl 2>/dev/null
    cp -r site edited; cp -r site more
    run -0 "${ADD[@]}" "$TREE" ./site
    same "$output" ""
    same "$(head -qn 1 "$TREE/bin/pkg-command" "$TREE/bin/pkg-script")" $'#!/usr/bin/python3\n#!/usr/bin/python3'
    run -3 in_tree "$TREE" /bin/pkg-command a
    same "$output" "command ['a']"
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import pkg, acme.other, extra, importlib.metadata as m; print(m.version("pkg"), m.version("other"), all(f.locate().exists() for f in m.files("pkg")))')" "1.0 2 True"
    echo '# mine' >>edited/single.py
    refuses "$PWD/edited: single.py is not what the RECORD of pkg says" "$TREE" edited
    echo mine >more/notes.txt
    refuses "$PWD/more: no RECORD in it lists notes.txt (Hint: what pip has not put there is added by itself)" "$TREE" more
    rm more/notes.txt more/pkg-1.0.dist-info/RECORD
    refuses "$PWD/more: pkg-1.0.dist-info has no RECORD" "$TREE" more
    made pkg 0.9 'pkg/__init__.py=\n'
    refuses "pkg 1.0 is in the tree already (Hint: --force replaces it by 0.9)" "$TREE" pkg-0.9-py3-none-any.whl
}

@test "names that are not ASCII, hidden folders and compiled data come along" {
    made data 1 'data/ünï.txt=text\n' 'data/x.pyc=data\n' '.libs_data/y.txt=y\n' 'data/__init__.py=\n' 'data/t.py=not {{ python }}\n'
    run -0 "${ADD[@]}" "$TREE" data-1-py3-none-any.whl
    same "$(cd "$TREE/site-package" && cat data/ünï.txt data/x.pyc .libs_data/y.txt)" $'text\ndata\ny'
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import importlib.metadata as m; print(all(f.locate().exists() for f in m.files("data")))')" True
}

@test "an upgrade of a native wheel that has no longer an extension" {
    mkdir -p n/fast; echo 'v = 1' >n/fast/__init__.py; library n/one.so
    module=fast/one.cpython-311-$ARCH-linux-gnu.so
    extension "n/$module" "$PWD/n/one.so" -Wl,-rpath,'$ORIGIN/..'
    wheel fast-1-cp311-cp311-linux_"$ARCH".whl n
    run -0 "${ADD[@]}" "$TREE" fast-1-*.whl
    grep -q "$module" "$TREE/etc/busypy/$ARCH/manifest"
    rm "n/$module" n/one.so; echo 'v = 2' >n/fast/__init__.py; wheel fast-2-cp311-cp311-linux_"$ARCH".whl n
    run -0 "${ADD[@]}" --force "$TREE" fast-2-*.whl
    [ ! -e "$DIST/$module" ]
    [ ! -e "$DIST/one.so" ]
    run -1 grep fast "$TREE/etc/busypy/$ARCH/manifest"
    run -0 "$BUSYPY" check "$TREE"
}

@test ".pth files of a pure wheel: paths and code, as in site-packages; gone with it" {
    local look='import sys; print(*sys.path, sep="\n")' before hook
    before=$(in_tree "$TREE" /usr/bin/python3 -c "$look")
    made late 1 'late_vendor/inner.py=x = 7\n' 'late_hook.py=import sys; sys.hooked = sys.path[-1]\n' 'other/__init__.py=\n' \
        'late.pth=# a word\nlate_vendor\n/nowhere\nlate_vendor\nother\nimport late_hook\n' \
        'zlate.pth=import sys; sys.second = list(sys.path)\n'
    run -0 "${ADD[@]}" "$TREE" late-1-py3-none-any.whl
    same "$output" ""
    same "$(in_tree "$TREE" /usr/bin/python3 -c "$look")" "$before"$'\n/site-package/late_vendor\n/site-package/other'
    same "$(in_tree "$TREE" /usr/bin/python3 -c '
import sys, inner
print(inner.x, sys.hooked, sys.second[-1])')" "7 /site-package/other /site-package/other"
    same "$(in_tree "$TREE" /usr/bin/python3 -I -c 'import inner; print(inner.x)')" 7
    same "$(in_tree "$TREE" /usr/bin/python3 -S -c "$look" | grep -c site-package)" 0
    made late 2 'late.py=x = 1\n'
    run -0 "${ADD[@]}" --force "$TREE" late-2-py3-none-any.whl
    same "$(in_tree "$TREE" /usr/bin/python3 -c "$look")" "$before"
    # what Python says of one that fails, and it starts all the same
    made bad 1 'bad.pth=import sys; sys.stderr.write("first\\n")\nimport no_such_module\nimport sys; sys.third = 1\n'
    run -0 "${ADD[@]}" "$TREE" bad-1-py3-none-any.whl
    run -0 in_tree "$TREE" /usr/bin/python3 -c 'import sys; print(hasattr(sys, "third"))'
    same "${lines[0]}" first
    same "${lines[1]}" "Error processing line 2 of /site-package/bad.pth:"
    same "${lines[-1]}" False
    run -0 "$BUSYPY" remove "$TREE" bad
    same "$(in_tree "$TREE" /usr/bin/python3 -c "$look" 2>&1)" "$before"
    # a runtime that was staged before there was any of this
    hook=$(echo "$TREE/etc/python/$ARCH"/usr/lib/python3.*/busypy_start.py)
    sed '/addsitedir/d' "$hook" >hook; mv hook "$hook"
    made late 1 'late.pth=/nowhere\n'
    run -0 "${ADD[@]}" --force "$TREE" late-1-py3-none-any.whl
    same "$output" "busypy: add: warning: $PWD/late-1-py3-none-any.whl: its late.pth has no effect for $ARCH, whose runtime was staged by an older busypy (Hint: stage it again)"
}

@test "what setuptools and coverage have in their .pth files" {
    made setup 1 '_distutils_hack/__init__.py=import sys\nsys.hacked = True\n' \
        "distutils-precedence.pth=import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack')\n"
    made cover 1 'cover.py=def start():\n    import sys\n    sys.covered = True\n' \
        "a1_cover.pth=import sys, os;exec('if os.getenv(\"COVER\"):\\\\n    import cover; cover.start()')\n"
    run -0 "${ADD[@]}" "$TREE" setup-1-py3-none-any.whl cover-1-py3-none-any.whl
    same "$output" ""
    local look='import sys; print(hasattr(sys, "hacked"), hasattr(sys, "covered"))'
    same "$(in_tree "$TREE" /usr/bin/python3 -c "$look" 2>&1)" "True False"
    same "$(COVER=1 SETUPTOOLS_USE_DISTUTILS=stdlib in_tree "$TREE" /usr/bin/python3 -c "$look" 2>&1)" "False True"
    run -0 "$BUSYPY" check "$TREE"
    made direct 1 'direct_hook.py=x = 1\n' 'direct.pth=import direct_hook\n'
    run -0 "${ADD[@]}" "$TREE" direct-1-py3-none-any.whl
    echo 'return' >"$TREE/site-package/direct_hook.py" # nothing else imports it
    run -1 "$BUSYPY" check "$TREE"
    [[ $output == *"error: site-package/direct_hook.py"* ]]
}

@test "data files are below sys.prefix, go with their wheel, and take no other file's place" {
    local usr=$TREE/etc/python/$ARCH/usr before theirs
    before=$(find "$usr" | sort)
    made d 1 'd.py=x = 1\n' 'd-1.data/data/share/d/one.txt=one\n' 'd-1.data/data/etc/d.conf=old\n' 'd-1.data/data/bin/tool=no\n'
    made d 2 'd.py=x = 2\n' 'd-2.data/data/share/d/two.txt=two\n' 'd-2.data/data/etc/d.conf=new\n'
    run -0 "${ADD[@]}" "$TREE" d-1-py3-none-any.whl
    same "$output" "busypy: add: warning: $PWD/d-1-py3-none-any.whl: its data/bin is left out: tool"
    same "$(in_tree "$TREE" /usr/bin/python3 -c '
import importlib.metadata as m, sys
print(open(sys.prefix + "/share/d/one.txt").read().strip(), open(sys.prefix + "/etc/d.conf").read().strip())
print([str(f) for f in m.files("d") if "usr" in str(f)], all(f.locate().exists() for f in m.files("d")))')" \
"one old
['../usr/etc/d.conf', '../usr/share/d/one.txt'] True"
    run -0 "$BUSYPY" check "$TREE"
    run -0 "${ADD[@]}" "$TREE" d-1-py3-none-any.whl # and again
    run -0 "${ADD[@]}" --force "$TREE" d-2-py3-none-any.whl
    same "$output" ""
    same "$(cat "$usr/etc/d.conf" "$usr/share/d/two.txt")" $'new\ntwo'
    [ ! -e "$usr/share/d/one.txt" ]
    rm "$usr/share/d/two.txt"
    run -0 "$BUSYPY" check "$TREE"
    [[ $output == *"1 files of its RECORD are not there, the first is etc/python/$ARCH/usr/share/d/two.txt"* ]]
    run -0 "${ADD[@]}" "$TREE" d-2-py3-none-any.whl
    same "$(cat "$usr/share/d/two.txt")" two
    run -0 "$BUSYPY" remove "$TREE" d
    same "$(diff <(echo "$before") <(find "$usr" | sort))" ""
    # of a native wheel, from its own folder
    rm -rf a; mkdir -p a/d-3.data/data/share/d; echo three >a/d-3.data/data/share/d/three; echo 'x = 3' >a/d.py
    wheel d-3-py3-none-linux_"$ARCH".whl a
    run -0 "${ADD[@]}" "$TREE" d-3-py3-none-linux_"$ARCH".whl
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import importlib.metadata as m; print(*[(str(f), f.read_text()) for f in m.files("d") if "share" in str(f)])')" "('../../../share/d/three', 'three\n')"
    run -0 "$BUSYPY" remove "$TREE" d
    same "$(diff <(echo "$before") <(find "$usr" | sort))" ""
    # what is not of a wheel stays, whatever is forced, even with the same bytes: the wheel's end would take it
    theirs="$PWD/d-2-py3-none-any.whl: its data has a file in the place of etc/python/$ARCH/usr/share/d"
    mkdir "$usr/share/d"
    for text in mine two; do
        echo $text >"$usr/share/d/two.txt"
        refuses "$theirs/two.txt, which is no wheel's (Hint: move it away if it is yours)" --force "$TREE" d-2-py3-none-any.whl
    done
    rm -r "$usr/share/d"; echo file >"$usr/share/d"
    refuses "$theirs, which is no wheel's (Hint: move it away if it is yours)" "$TREE" d-2-py3-none-any.whl
    made z 1 'z.py=x = 1\n' 'z-1.data/data/share/zoneinfo/Here=x\n'
    refuses "$PWD/z-1-py3-none-any.whl: its data has share/zoneinfo/Here, where a runtime has its own" --force "$TREE" z-1-py3-none-any.whl
}
