#!/usr/bin/env bats
# Hostile wheels: whatever an archive says of its files, they come into the tree under their own
# names, or nothing does.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    sound_tree "$BATS_FILE_TMPDIR/tree"
    # wheel.py WHEEL MEMBER...: NAME, NAME=TEXT, NAME->TARGET (a link), NAME!MODE (octal, with the type).
    # RECORD, if it is none of them, lists all.
    cat >"$BATS_FILE_TMPDIR/wheel.py" <<'PYTHON'
import sys
import zipfile
import warnings

warnings.simplefilter("ignore")
members = ["p-1.dist-info/METADATA=Name: p\\nVersion: 1\\n", "p-1.dist-info/WHEEL=Wheel-Version: 1.0\\nTag: py3-none-any\\n", *sys.argv[2:]]
if not any(member.startswith("p-1.dist-info/RECORD") for member in members):
    names = [member.partition("=")[0].partition("->")[0].partition("!")[0] for member in members]
    members.append("p-1.dist-info/RECORD=" + "".join('"%s",,\\n' % name for name in names if "//" not in name) + "p-1.dist-info/RECORD,,\\n")
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for member in members:
        name, _, text = member.partition("=")
        name, arrow, target = name.partition("->")
        name, bang, mode = name.partition("!")
        info = zipfile.ZipInfo(name.encode().decode("unicode_escape"))
        info.create_system = 3
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = (0o120777 if arrow else int(mode, 8) if bang else 0o100644) << 16
        archive.writestr(info, target if arrow else text.encode().decode("unicode_escape"))
PYTHON
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    TREE=$PWD/tree
    cp -a "$BATS_FILE_TMPDIR/tree" "$TREE"
    mkdir out && echo mine >out/file
}

# The tree, but for directories' times.
described() { (cd "$TREE" && find . -printf '%p %y %m %l\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum); }

# refuses SENTENCE MEMBER...: nothing changes, in the tree or beside it.
refuses() {
    local sentence=$1 before; shift
    before=$(described)
    python3 "$BATS_FILE_TMPDIR/wheel.py" p-1-py3-none-any.whl "$@"
    run -125 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    same "${output//"$PWD/"/}" "busypy: add: $sentence"
    same "$(described)" "$before"
    same "$(ls -A out; cat out/file)" "$(printf 'file\nmine')"
}

W="the wheel p-1-py3-none-any.whl"

@test "a path that goes up, at any depth" {
    refuses "$W: unsound path /../out/x" ../out/x
    refuses "$W: unsound path /p/../../out/x" p/../../out/x
    refuses "$W: unsound path /p-1.data/scripts/../../../out/x" p-1.data/scripts/../../../out/x
    refuses "$W: unsound path /p/.." p/..
}

@test "an absolute path" {
    refuses "$W: unsound path //busypy-theirs/x" /busypy-theirs/x
    refuses "$W: unsound path ///busypy-theirs/x" //busypy-theirs/x
    [ ! -e /busypy-theirs ]
}

@test "a symbolic link, and what would be below it" {
    refuses "$W: /p/link is neither a file nor a directory" p/__init__.py "p/link->$PWD/out"
    refuses "$W: /p is neither a file nor a directory" "p->$PWD/out" p/file=theirs
    refuses "$W: /p-1.data/scripts is neither a file nor a directory" "p-1.data/scripts->$PWD/out"
}

@test "a device, a FIFO, a socket" {
    refuses "$W: /p/null is neither a file nor a directory" p/__init__.py 'p/null!020666'
    refuses "$W: /p/disk is neither a file nor a directory" p/__init__.py 'p/disk!060666'
    # libarchive takes these for files
    python3 "$BATS_FILE_TMPDIR/wheel.py" p-1-py3-none-any.whl p/__init__.py 'p/fifo!010666' 'p/sock!140666'
    patiently 20 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl || :
    same "$(find "$TREE" ! -type f ! -type d ! -type l)" ""
}

@test "a member twice: the second does not replace the first" {
    refuses "$W: /p/__init__.py is in it twice" p/__init__.py=sound p/__init__.py=other
    refuses "$W: /p/__init__.py is in it twice" p/__init__.py=sound ./p//__init__.py=other
}

@test "a file where another member needs a directory" {
    refuses "$W: /p/x.py is below a file" p=file p/x.py
    refuses "$W: /p is in it twice" p/x.py p=file
}

@test "set-id bits, sticky bits and modes for others do not come into the tree" {
    python3 "$BATS_FILE_TMPDIR/wheel.py" p-1-py3-none-any.whl 'p/__init__.py!104777' 'p/x.py!102666' \
        'p-1.data/scripts/run!106777=#!python\n'
    "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    same "$(find "$TREE" -perm /7022 ! -type l)" ""
    same "$(stat -c %a "$TREE/site-package/p/__init__.py" "$TREE/site-package/p/x.py" "$TREE/bin/run" | paste -sd ' ')" "755 644 755"
}

@test "a RECORD that lies, or names what is not the wheel's" {
    local record=p-1.dist-info/RECORD w=p-1-py3-none-any.whl
    refuses "$w: its RECORD has an unsound path, ../../../out/file" p/__init__.py=x "$record=../../../out/file,,\\n"
    refuses "$w: its RECORD has an unsound path, /etc/passwd" p/__init__.py=x "$record=/etc/passwd,,\\n"
    refuses "$w: its RECORD has an unsound path, p/../../x" p/__init__.py=x "$record=p/../../x,,\\n"
    refuses "$w: p/__init__.py is not what its RECORD says" p/__init__.py=x "$record=p/__init__.py,,999999\\n"
    refuses "$w: cannot understand its RECORD" p/__init__.py=x "$record=p/__init__.py,sha256=wrong,1\\n"
    refuses "$w: cannot understand its RECORD" p/__init__.py=x "$record=$(printf 'a%.0s' {1..5000}),,\\n"
}

@test "a command whose name is a path, has control characters or is an option" {
    local points='p-1.dist-info/entry_points.txt=[console_scripts]\n'
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "$points../../out/x = p:main"
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "$points/etc/x = p:main"
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "${points}a\\x1b[31m = p:main"
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "${points}.. = p:main"
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "${points}$(printf 'a%.0s' {1..200}) = p:main"
}

@test "a command whose module or function is code" {
    local points='p-1.dist-info/entry_points.txt=[console_scripts]\n'
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "${points}a = os;import x:main"
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "${points}a = os:system(\"id\")"
    refuses "p-1-py3-none-any.whl: cannot understand its entry_points.txt" p/__init__.py "${points}a = os:main\\rimport x"
}

@test "two commands, or a command and a script, of one name" {
    local points='p-1.dist-info/entry_points.txt=[console_scripts]\n'
    refuses "p-1-py3-none-any.whl: two of its commands are called a" p/__init__.py "${points}a = p:x\\na = p:y"
    refuses "p-1-py3-none-any.whl: two of its commands are called a" p/__init__.py "${points}a = p:x\\n[gui_scripts]\\na = p:y"
    # as for pip: the command is taken
    python3 "$BATS_FILE_TMPDIR/wheel.py" p-1-py3-none-any.whl p/__init__.py "${points}a = p:x" 'p-1.data/scripts/a=#!python\n'
    run -0 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    same "$(sed -n 3p "$TREE/bin/a")" "from p import x"
}

@test "a script's name with control characters, and a script that is none" {
    refuses 'p-1-py3-none-any.whl: its script a\x1bb has a control byte in its name' \
        p/__init__.py 'p-1.data/scripts/a\x1bb=#!python\n'
    same "$(find "$TREE" -name 'a*b')" ""
    python3 "$BATS_FILE_TMPDIR/wheel.py" p-1-py3-none-any.whl p/__init__.py 'p-1.data/scripts/bad=text'
    run -0 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    same "${output//"$PWD/"/}" "busypy: add: warning: p-1-py3-none-any.whl: its script bad has no shebang line (Hint: a script begins with #!/usr/bin/python3, a module is called NAME.py); it is left out"
    [ ! -e "$TREE/bin/bad" ]
    [ -e "$TREE/site-package/p/__init__.py" ]
}

@test "names with control characters, of modules, packages and files in them" {
    refuses 'p-1-py3-none-any.whl: site-package/x\x1by.py has a control byte in its name' p/__init__.py 'x\x1by.py'
    refuses 'p-1-py3-none-any.whl: site-package/q\x0ar has a control byte in its name' p/__init__.py 'q\nr/__init__.py'
    refuses 'p-1-py3-none-any.whl: site-package/p/x\x1by.py has a control byte in its name' p/__init__.py 'p/x\x1by.py'
    refuses 'p-1-py3-none-any.whl: site-package/x\x0ay.py has a control byte in its name' p/__init__.py 'p-1.data/purelib/x\ny.py'
}

@test "what a wheel calls data does not come anywhere" {
    python3 "$BATS_FILE_TMPDIR/wheel.py" p-1-py3-none-any.whl p/__init__.py p-1.data/data/etc/inittab=theirs \
        p-1.data/headers/x.h p-1.data/data/bin/sh=theirs
    before=$(cat "$TREE/etc/inittab" 2>/dev/null || :)
    run -0 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    [[ $output == *"its data is left out: 2 files, the first is bin/sh"* && $output == *"its headers is left out: x.h"* ]]
    same "$(cat "$TREE/etc/inittab" 2>/dev/null || :)" "$before"
    same "$(grep -rl theirs "$TREE")" ""
}

@test "a wheel that is a FIFO, a device or a directory is waited for by nobody" {
    mkfifo p-1-py3-none-any.whl
    run -125 patiently 10 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    same "$output" "busypy: add: p-1-py3-none-any.whl is neither a file nor a directory"
    rm p-1-py3-none-any.whl && ln -s /dev/zero p-1-py3-none-any.whl
    run -125 patiently 10 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    same "$output" "busypy: add: p-1-py3-none-any.whl is neither a file nor a directory"
}

@test "a member whose bytes are others than its checksum tells" {
    python3 "$BATS_FILE_TMPDIR/wheel.py" p-1-py3-none-any.whl p/__init__.py=aaaa
    python3 - <<'PYTHON'
data = bytearray(open("p-1-py3-none-any.whl", "rb").read())
for mark, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
    data[data.rindex(mark) + offset] ^= 0xff
open("p-1-py3-none-any.whl", "wb").write(data)
PYTHON
    before=$(described)
    run -125 "$BUSYPY" add "$TREE" p-1-py3-none-any.whl
    [[ $output == "busypy: add: cannot read the wheel "*"CRC"* ]]
    same "$(described)" "$before"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }
