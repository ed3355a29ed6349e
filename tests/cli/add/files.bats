# busypy add FILE|DIR: what goes where, what is refused, and that a tree is whole whatever happens.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCH=$(uname -m)
HINT='(Hint: a script begins with #!/usr/bin/python3, a module is called NAME.py)'

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    TREE=$BATS_TEST_TMPDIR/tree
    DIST=$TREE/etc/python/$ARCH/usr/lib/python3/dist-packages
    make_tree "$TREE"
}

script() { printf '%b' "$2" >"$1"; }

package() {
    mkdir -p "$1/sub"
    echo 'from .sub import deep' >"$1/__init__.py"
    echo 'def f(): return __file__ and 42' >"$1/sub/__init__.py"
    printf 'from . import f\nx = f()\n' >"$1/sub/deep.py"
    echo data >"$1/data.txt"
}

# refuses SENTENCE ARGUMENT... : nothing has changed.
refuses() {
    local before; before=$(describe "$TREE" | sha256sum)
    run -125 "${ADD[@]}" "${@:2}"
    same "$output" "busypy: add: $1"
    same "$(describe "$TREE" | sha256sum)" "$before"
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "edit, add, run: a script and the package that it imports" {
    package lib
    script tool '#!/usr/bin/python3\nimport lib.sub.deep, sys\nprint(lib.sub.deep.x, lib.sub.__cached__, sys.argv[1])\n'
    chmod 600 tool
    (umask 077 && "${ADD[@]}" "$TREE" tool lib)
    same "$(stat -c '%a %Y' "$TREE/bin/tool")" "755 315532800"
    same "$(stat -c %a "$TREE/site-package/lib/data.txt")" 644
    run -0 in_tree "$TREE" /bin/tool word
    same "$output" "42 /site-package/lib/sub/__pycache__/__init__.cpython-311.pyc word"
    # what is there already and the same is left alone
    local before; before=$(stat -c %i "$TREE/bin/tool" "$TREE/site-package/lib")
    run -0 "${ADD[@]}" "$TREE" tool lib
    same "$output" ""
    same "$(stat -c %i "$TREE/bin/tool" "$TREE/site-package/lib")" "$before"
    # an edit
    script tool '#!/usr/bin/python3\nprint("edited")\n'
    refuses "bin/tool is in the tree already, and is another than $PWD/tool (Hint: --force replaces it)" "$TREE" tool
    run -0 "${ADD[@]}" --force "$TREE" tool
    same "$output" ""
    same "$(in_tree "$TREE" /bin/tool)" edited
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "a script that calls the machine's programs, with the remedy" {
    script gits '#!/usr/bin/env python3\nimport subprocess\nsubprocess.run(["sudo", "-n", "git", "x"])\nsubprocess.run(["ls"])\n'
    run -0 "${ADD[@]}" "$TREE" gits
    same "$output" "busypy: add: warning: bin/gits: calls sudo, git (line 3), not in the tree: a view has no others; with 'programs = host' in etc/busypy/tree.conf it finds the machine's"
    rm "$TREE/bin/gits"
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
    run -0 "${ADD[@]}" "$TREE" gits
    same "$output" ""
}

@test "links out of a package, a package around the tree, names that nobody can carry" {
    package lib
    echo secret >secret
    ln -s ../secret lib/link
    refuses "$PWD/lib/link leads out of $PWD/lib (Hint: put what it leads to in its place)" "$TREE" lib
    ln -sf data.txt lib/link
    : >lib/$'a\eb'
    refuses "$PWD/lib/a\\x1bb has a control byte in its name" "$TREE" lib
    rm lib/$'a\eb'
    run -0 "${ADD[@]}" "$TREE" lib
    same "$(readlink "$TREE/site-package/lib/link")" data.txt
    script $'to\nol' '#!/usr/bin/python3\n'
    refuses "$PWD/to\\x0aol has a control byte in its name" "$TREE" $'to\nol'
    mkdir -p around; : >around/__init__.py
    mv "$TREE" around/tree
    TREE=$PWD/around/tree refuses "$PWD/around has the tree in it" around/tree around
}

@test "a package is replaced as a whole" {
    package lib
    "${ADD[@]}" "$TREE" lib
    rm lib/sub/deep.py; echo 'x = 7' >lib/__init__.py
    refuses "site-package/lib is in the tree already, and is another than $PWD/lib (Hint: --force replaces it)" "$TREE" lib
    "${ADD[@]}" --force "$TREE" lib
    run ls -A "$TREE/site-package/lib" "$TREE/site-package/lib/sub"
    same "$output" "$TREE/site-package/lib:
__init__.py
__pycache__
data.txt
sub

$TREE/site-package/lib/sub:
__init__.py
__pycache__"
    run ls "$TREE/site-package/lib/sub/__pycache__"
    same "$output" __init__.cpython-311.pyc
}

@test "a module, a package's metadata, and what hides behind the standard library" {
    echo 'x = 1' >mine.py; mkdir mine-1.0.dist-info; echo mine >mine-1.0.dist-info/METADATA
    run -0 "${ADD[@]}" "$TREE" mine.py mine-1.0.dist-info
    same "$output" ""
    script show '#!/usr/bin/python3\nimport importlib.metadata, mine\nprint(mine.x, importlib.metadata.metadata("mine"))\n'
    "${ADD[@]}" "$TREE" show
    [[ $(in_tree "$TREE" /bin/show) == "1 "* ]]
    echo 'x = 1' >json.py
    run -0 "${ADD[@]}" "$TREE" json.py
    same "$output" "busypy: add: warning: json: Python's own module of that name is found first"
}

@test "a module and a package of one name" {
    package lib; echo 'x = 1' >lib.py
    "${ADD[@]}" "$TREE" lib
    refuses "site-package/lib is in the tree already, and Python imports only one of it and site-package/lib.py (Hint: --force adds it all the same)" "$TREE" lib.py
    run -0 "${ADD[@]}" --force "$TREE" lib.py
    rm -r "$TREE/site-package/lib"
    refuses "site-package/lib.py is in the tree already, and Python imports only one of it and site-package/lib (Hint: --force adds it all the same)" "$TREE" lib
}

@test "a directory of scripts" {
    mkdir -p scripts/__pycache__
    for name in one two three; do script "scripts/$name" '#!/usr/bin/python3\nprint("'$name'")\n'; done
    "${ADD[@]}" "$TREE" scripts
    for name in one two three; do same "$(in_tree "$TREE" "/bin/$name")" "$name"; done
    echo text >scripts/README
    refuses "$PWD/scripts is neither a Python package (no __init__.py) nor a directory of scripts (Hint: name the scripts in it one by one)" "$TREE" scripts
    mkdir modules; echo >modules/a.py
    refuses "$PWD/modules is neither a Python package (no __init__.py) nor a directory of scripts (Hint: name the modules and packages in it one by one)" "$TREE" modules
}

@test "first lines that the handler does not match" {
    script none 'print(1)\n'; script empty ''
    refuses "$PWD/none has no shebang line $HINT" "$TREE" none
    refuses "$PWD/empty has no shebang line $HINT" "$TREE" empty
    script env '#!/usr/bin/env python3.11\n'
    refuses "$PWD/env: #!/usr/bin/env python3.11 would start what the machine that runs it has (Hint: its first line should be #!/usr/bin/python3)" "$TREE" env
    script env3 '#!/usr/bin/env python3 -u\n'
    refuses "$PWD/env3: env starts nothing for #!/usr/bin/env python3 -u (Hint: #!/usr/bin/env python3, or with arguments #!/usr/bin/env -S python3 -u)" "$TREE" env3
    script env2 '#!/usr/bin/env perl\n'
    refuses "$PWD/env2: #!/usr/bin/env perl would start what the machine that runs it has" "$TREE" env2
    script return '#!/usr/bin/python3\r\nprint(1)\r\n'
    refuses "$PWD/return: its first line ends with a carriage return (Hint: 'sed -i s/\\\\r\$// FILE' removes them)" "$TREE" return
    script blank '#!  /usr/bin/python3\n'
    refuses "$PWD/blank: the handler does not match its first line (Hint: write it as #!/usr/bin/python3 and a line feed)" "$TREE" blank
    script perl '#!/usr/bin/perl\n'
    refuses "$PWD/perl: no view of this tree has /usr/bin/perl, which its first line names (Hint: a tree's scripts begin with #!/usr/bin/python3 or #!/bin/shell)" "$TREE" perl
    script long "#!/usr/bin/python3 $(printf 'x%.0s' {1..250})\n"
    refuses "$PWD/long: its first line is longer than the kernel reads, 255 bytes" "$TREE" long
    script minor '#!/usr/bin/python3.11 -u\n'
    refuses "bin/minor: begins with #!/usr/bin/python3.11 -u, which the handler does not match: on a full machine the handler does not take it, and that machine's own Python runs it, or none (Hint: --unchecked adds it all the same)" "$TREE" minor
    script one-blank '#! /usr/bin/python3\n'
    run -0 "${ADD[@]}" "$TREE" one-blank
    same "$output" ""
    script syntax '#!/usr/bin/python3\nprint(\n'
    refuses "bin/syntax: line 2 is no Python 3.11: '(' was never closed: it ends with a SyntaxError before its first line runs (Hint: --unchecked adds it all the same)" "$TREE" syntax
}

# zipapp FILE FIRST-LINE [MODULE] : a directory with __main__.py, as python3 -m zipapp packs it.
zipapp() {
    rm -rf app; mkdir app
    echo 'import sys; print("zipped", *sys.argv[1:])' >"app/${3:-__main__}.py"
    /usr/bin/python3 -IBc 'import sys, zipapp
zipapp.create_archive("app", sys.argv[1], sys.argv[2] or None, sys.argv[3] if sys.argv[3:] else None)' \
        "$1" "$2" ${3:+"$3:f"}
}

@test "zip applications: added, run and published; broken ones are named" {
    zipapp zipped /usr/bin/python3
    run -0 "${ADD[@]}" "$TREE" zipped
    same "$output" ""
    same "$(in_tree "$TREE" /bin/zipped word)" "zipped word"
    zipapp main /usr/bin/python3 other  # __main__.py is zipapp's own
    run -0 "${ADD[@]}" "$TREE" main
    run -0 "$BUSYPY" publish -q --id v1 "$TREE" export
    same "$(in_tree "$PWD/export/versions/v1" /bin/zipped)" zipped
    # one that only python3 FILE runs is no script
    zipapp bare ''
    refuses "$PWD/bare is a zip archive without a first line (Hint: 'python3 -m zipapp -p /usr/bin/python3 -o NEW OLD' writes one)" "$TREE" bare
    # nor is the directory, unless it is a package, which python3 -m runs
    refuses "$PWD/app is a program's directory, not a Python package (no __init__.py) (Hint: 'python3 -m zipapp -p /usr/bin/python3 -o NEW $PWD/app' makes a script of it)" "$TREE" app
    touch app/__init__.py
    run -0 "${ADD[@]}" "$TREE" app
    same "$(in_tree "$TREE" /usr/bin/python3 -m app word)" "zipped word"
    # no program inside, a program that is none, an end that is cut
    printf '#!/usr/bin/python3\n' >empty
    /usr/bin/python3 -IBc 'import zipfile; zipfile.ZipFile("empty", "a").writestr("other.py", "pass")'
    refuses "bin/empty: is no Python 3.$(minor): a zip application without __main__.py: it ends with a SyntaxError before its first line runs (Hint: --unchecked adds it all the same)" "$TREE" empty
    printf '#!/usr/bin/python3\n' >flawed
    /usr/bin/python3 -IBc 'import zipfile; zipfile.ZipFile("flawed", "a").writestr("__main__.py", "return")'
    refuses "bin/flawed: line 1 is no Python 3.$(minor): 'return' outside function: it ends with a SyntaxError before its first line runs (Hint: --unchecked adds it all the same)" "$TREE" flawed
    head -c -10 zipped >torn
    run -125 "${ADD[@]}" "$TREE" torn
    [[ $output == "busypy: add: bin/torn: line "*" is no Python 3.$(minor): source code "*"null bytes"* ]]
    # and nothing of these is published, if it came into the tree otherwise
    cp empty "$TREE/bin/empty"; chmod 755 "$TREE/bin/empty"
    run -125 "$BUSYPY" publish -q --id v2 "$TREE" export
    same "$output" "busypy: publish: $TREE: bin/empty is no Python 3.$(minor): a zip application without __main__.py"
}

minor() { /usr/bin/python3 -Ic 'import sys; print(sys.version_info[1])'; }

@test "a package with templates of modules: added and published; what is imported is not" {
    package lib
    mkdir -p 'lib/{{cookiecutter.name}}'
    echo 'from {{ cookiecutter.name }} import x' | tee 'lib/{{cookiecutter.name}}/__init__.py' >lib/template.py
    run -0 "${ADD[@]}" "$TREE" lib
    same "$(grep -c 'is no Python 3.*: no import statement of the tree names it: as data it is fine' <<<"$output")" 2
    run -0 "$BUSYPY" publish -q --id v1 "$TREE" export
    cmp lib/template.py export/versions/v1/site-package/lib/template.py
    cp -r lib lib2; rm -r lib2/'{{'*
    script tool '#!/usr/bin/python3\nfrom lib2 import template\nfrom lib import template\n'
    refuses "site-package/lib2/template.py: line 1 is no Python 3.$(minor): invalid syntax: it ends with a SyntaxError before its first line runs (Hint: --unchecked adds it all the same)" "$TREE" tool lib2
    cp tool "$TREE/bin/tool"; chmod 755 "$TREE/bin/tool"
    run -125 "$BUSYPY" publish -q --id v2 "$TREE" export
    same "$output" "busypy: publish: $TREE: site-package/lib/template.py line 1 is no Python 3.$(minor): invalid syntax"
}

@test "an extension module and its library" {
    library libone.so.1
    mkdir native; echo >native/__init__.py
    extension one.cpython-311-"$ARCH"-linux-gnu.so "$PWD/libone.so.1"
    extension native/inner.so "$PWD/libone.so.1"
    run -125 "${ADD[@]}" "$TREE" one.*.so
    same "$output" "busypy: add: libone.so.1, which /usr/lib/python3/dist-packages/one.cpython-311-$ARCH-linux-gnu.so needs, is missing"
    run -0 "${ADD[@]}" "$TREE" one.*.so native libone.so.1
    same "$output" ""
    script show '#!/usr/bin/python3\nimport one, native.inner\nprint(one.number + native.inner.number)\n'
    "${ADD[@]}" "$TREE" show
    same "$(in_tree "$TREE" /bin/show)" 2
    [ -f "$TREE/etc/clib/$ARCH/libone.so.1" ]
    run grep -E "libone|one.cpython|inner" "$TREE/etc/busypy/$ARCH/manifest"
    same "$(cut -d ' ' -f 3- <<<"$output")" "/lib/libone.so.1 file:$PWD/libone.so.1 as-is
/usr/lib/python3/dist-packages/native/inner.so file:$PWD/native/inner.so as-is
/usr/lib/python3/dist-packages/one.cpython-311-$ARCH-linux-gnu.so file:$PWD/one.cpython-311-$ARCH-linux-gnu.so as-is"
    # the record holds the whole runtime, sorted, and each sum is that of the file
    diff <(cut -d ' ' -f 3 "$TREE/etc/busypy/$ARCH/manifest") \
        <(cut -d ' ' -f 3 "$TREE/etc/busypy/$ARCH/manifest" | LC_ALL=C sort -u)
    same "$(grep ' as-is$' "$TREE/etc/busypy/$ARCH/manifest" | grep -c .)" \
        "$(($(grep -c ' as-is$' "$TREES/host/etc/busypy/$ARCH/manifest") + 3))"
    sha256sum --quiet -c <<<"$(grep libone "$TREE/etc/busypy/$ARCH/manifest" | cut -d ' ' -f 1)  $TREE/etc/clib/$ARCH/libone.so.1"
}

@test "libraries of this machine come along, once" {
    extension elf.so -DONE=elf_errno -lelf
    run -0 "${ADD[@]}" -n "$TREE" elf.so
    [[ $output =~ new\ +$ARCH\ +etc/clib/$ARCH/libelf.so.1 ]]
    [ ! -e "$TREE/etc/clib/$ARCH/libelf.so.1" ]
    run -0 "${ADD[@]}" "$TREE" elf.so
    same "$output" ""
    [ -f "$TREE/etc/clib/$ARCH/libelf.so.1" ]
    # what the runtime has is not taken again
    run grep -c ' file:' "$TREE/etc/busypy/$ARCH/manifest"
    same "$output" 2
    cmp "$TREE/etc/clib/$ARCH/libz.so.1" "$TREES/host/etc/clib/$ARCH/libz.so.1"
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import elf; print(elf.number)')" 0
}

@test "a runtime's library is never replaced by another without a word" {
    library libz.so.1
    refuses "etc/clib/$ARCH/libz.so.1 is in the tree already, and is another than $PWD/libz.so.1 (Hint: --force replaces it)" "$TREE" libz.so.1
    cmp "$TREE/etc/clib/$ARCH/libz.so.1" "$TREES/host/etc/clib/$ARCH/libz.so.1"
}

@test "a RUNPATH that leads out of the runtime is removed, and recorded" {
    extension path.so -DONE=getpid -Wl,-rpath,/opt/lib
    "${ADD[@]}" "$TREE" path.so
    run grep path.so "$TREE/etc/busypy/$ARCH/manifest"
    same "$(cut -d ' ' -f 1,5 <<<"$output")" "$(sha256sum path.so | cut -d ' ' -f 1) patched"
    readelf -d path.so | grep -q /opt/lib
    run ! grep -q /opt/lib <(readelf -d "$DIST/path.so")
}

@test "what check finds in an extension is an error before anything is added" {
    extension bad.so -DONE=no_such_function
    refuses "$ARCH: etc/python/$ARCH/usr/lib/python3/dist-packages/bad.so: uses no_such_function, which nothing defines that it loads: it cannot be imported, or ends when it calls that (Hint: --unchecked adds it all the same)" "$TREE" bad.so
    run -0 "${ADD[@]}" --unchecked "$TREE" bad.so
    same "$output" "busypy: add: warning: $ARCH: etc/python/$ARCH/usr/lib/python3/dist-packages/bad.so: uses no_such_function, which nothing defines that it loads: it cannot be imported, or ends when it calls that"
    [ -f "$DIST/bad.so" ]
    # built against a newer library than the one that comes along
    echo 'V2 { global: ONE; };' >new; library libv.so.1 libv.so.1 "gcc -Wl,--version-script=new"
    extension versions.so "$PWD/libv.so.1"
    echo 'V1 { global: ONE; };' >old; library libv.so.1 libv.so.1 "gcc -Wl,--version-script=old"
    run -125 "${ADD[@]}" "$TREE" versions.so libv.so.1
    [[ $output =~ ^"busypy: add: $ARCH: etc/python/$ARCH/usr/lib/python3/dist-packages/versions.so: ".*V2.*libv.so.1 ]]
    same "${#lines[@]}" 1
    [ ! -e "$TREE/etc/clib/$ARCH/libv.so.1" ]
}

@test "ELF files that no runtime of the tree takes" {
    cp /bin/true program
    refuses "$PWD/program is a program for $ARCH alone (Hint: a tree's programs are scripts, the same for all archs)" "$TREE" program
    library other.so other.so aarch64-linux-gnu-gcc
    refuses "$TREE has no runtime for aarch64; it has: $ARCH (Hint: 'busypy stage --from debian --arch aarch64 $TREE' adds it)" "$TREE" other.so
    refuses "$PWD/other.so is for aarch64, not for $ARCH" --arch "$ARCH" "$TREE" other.so
    library mine.so
    mkdir both; echo >both/__init__.py; cp other.so mine.so both/
    refuses "$PWD/both/mine.so is for $ARCH, and $PWD/both/other.so for aarch64: a package with both belongs to no runtime" "$TREE" both
    cp mine.so mine.cpython-312-"$ARCH"-linux-gnu.so
    refuses "$PWD/mine.cpython-312-$ARCH-linux-gnu.so: its name is none that Python 3.11, the runtime for $ARCH, imports" "$TREE" mine.cpython-312*.so
    head -c 200 mine.so >cut.so
    run -125 "${ADD[@]}" "$TREE" cut.so
    [[ $output =~ ^"busypy: add: $PWD/cut.so: " ]]
    same "${#lines[@]}" 1
}

@test "arguments that are nothing" {
    local archs="x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel"
    mkfifo pipe; mkdir 1bad; echo >1bad/__init__.py; echo >bad-name.py
    refuses "nowhere: No such file or directory (Hint: a package's name needs --from debian or --from index)" "$TREE" nowhere
    refuses "./nowhere: No such file or directory" "$TREE" ./nowhere
    refuses "pipe is neither a file nor a directory" "$TREE" pipe
    refuses "$PWD/1bad: '1bad' is no name that Python can import" "$TREE" 1bad
    refuses "$PWD/bad-name.py: 'bad-name' is no name that Python can import" "$TREE" bad-name.py
    refuses "needs a TREE and what to add to it (Hint: see 'busypy add --help')"
    refuses "needs a TREE and what to add to it (Hint: see 'busypy add --help')" "$TREE"
    refuses "--from host: no such source (Hint: there are debian, debian:SUITE and index; files need no --from)" --from host "$TREE" pipe
    refuses "--mirror, --keyring, --allow-expired and --cache need --from debian" --cache x "$TREE" pipe
    refuses "--json needs --dry-run" --json "$TREE" pipe
    refuses "unknown arch '' (Hint: one of $archs, or all)" --arch x86_64, "$TREE" pipe
    mkdir other; script tool '#!/bin/shell\n'; cp tool other/
    refuses "$PWD/tool and $PWD/other/tool would both be bin/tool" "$TREE" tool other/tool
    run -125 "${ADD[@]}" other tool
    same "$output" "busypy: add: $PWD/other is no BusyPy tree: it has no bin"
    script ls '#!/usr/bin/python3\n'
    refuses "bin/ls is in the tree already, and is another than $PWD/ls (Hint: --force replaces it)" "$TREE" ls
}

@test "an unknown arch is named with those that are known" {
    run -125 "${ADD[@]}" --arch vax "$TREE" tool
    [[ $output =~ ^"busypy: add: unknown arch 'vax' (Hint: one of x86_64 aarch64 " ]]
}

@test "a dry run shows all and changes nothing" {
    script tool '#!/usr/bin/python3\n'; package lib
    local before; before=$(describe "$TREE")
    run -0 "${ADD[@]}" -n "$TREE" tool lib
    same "$output" "STATE ARCH PATH             FILES SIZE FROM
new   all  bin/tool             1   19 $PWD/tool
new   all  site-package/lib     4   83 $PWD/lib"
    same "$(describe "$TREE")" "$before"
    "${ADD[@]}" "$TREE" tool; echo >>tool
    run -0 "${ADD[@]}" -n -J --force "$TREE" tool lib
    same "$(python3 -c 'import json, sys; print(*[(i["state"], i["path"], i["files"]) for i in json.load(sys.stdin)["items"]])' <<<"$output")" \
        "('replaces', 'bin/tool', 1) ('new', 'site-package/lib', 4)"
}

@test "a published version is refused, a version that is not published is taken" {
    script tool '#!/usr/bin/python3\n'
    mkdir -p export/versions; mv "$TREE" export/versions/1
    ADDED=export/versions/1
    "${ADD[@]}" "$ADDED" tool
    ln -s versions/1 export/current
    for tree in export/current export/versions/1; do
        run -125 "${ADD[@]}" --force "$tree" tool
        same "$output" "busypy: add: $PWD/export/versions/1 is a published version, which never changes (Hint: add to a copy, which 'cp -al' makes, and 'busypy publish' that)"
    done
}

@test "a tree that cannot be written is one sentence" {
    script tool '#!/usr/bin/python3\n'
    run -125 bwrap --ro-bind / / --dev /dev --proc /proc "${ADD[@]}" "$TREE" tool
    same "$output" "busypy: add: cannot create $TREE/.busypy-stage: Read-only file system"
}

@test "two at a time: the second says so" {
    script tool '#!/usr/bin/python3\n'
    mkdir "$TREE/.busypy-stage"
    (umask 077; : >"$TREE/.busypy-stage/lock"); exec 8>"$TREE/.busypy-stage/lock"; flock 8
    run -125 "${ADD[@]}" "$TREE" tool 8>&-
    same "$output" "busypy: add: $TREE: another busypy is staging there right now"
    exec 8>&-
    "${ADD[@]}" "$TREE" tool
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "a full disk is one sentence, and the tree is as it was" {
    package lib; head -c 3000000 /dev/urandom >lib/large
    run unshare -Urm bash -c '
        mkdir small && mount -t tmpfs -o size=2m tmpfs small && mkdir -p small/tree || exit 1
        for dir in bin sbin site-package etc/python etc/clib; do mkdir -p small/tree/$dir; done
        before=$(find small | sort)
        "$@" small/tree lib; status=$?
        [ "$(find small | sort)" = "$before" ] || exit 1
        exit $status' - "${ADD[@]}"
    same "$status" 125
    same "${#lines[@]}" 1
    [[ ${lines[0]} =~ ^busypy:\ add:\ cannot\ (copy|write|create)\ .*:\ No\ space\ left\ on\ device$ ]]
}

add_quietly() { "${ADD[@]}" "$@" 2>/dev/null; }

@test "killed at any moment, a tree has all of it or nothing after the next add" {
    local i pid start whole
    script other '#!/usr/bin/python3\n'; package lib
    library libone.so.1; extension one.so "$PWD/libone.so.1"
    start=${EPOCHREALTIME/./}
    make_tree whole && "${ADD[@]}" whole lib one.so libone.so.1
    whole=$(((${EPOCHREALTIME/./} - start) / 1000)) # about what a run takes, ms
    for i in $(seq 12); do
        script tool "#!/usr/bin/python3\nprint($i)\n"
        echo "version = $i" >lib/version.py
        "${ADD[@]}" --force "$TREE" lib tool one.so libone.so.1 9>&- 2>/dev/null & pid=$!
        read -rt "$(printf '%d.%03d' $((i * whole / 12000)) $((i * whole / 12 % 1000)))" <> <(:) || :
        kill -KILL "$pid" 2>/dev/null || :
        wait "$pid" || :
        # a package is never there in part
        if [ -e "$TREE/site-package/lib" ]; then [ -f "$TREE/site-package/lib/sub/deep.py" ]; fi
        # what it had started may still be at work, and holds the lock
        wait_until 60 add_quietly "$TREE" other
        [ ! -e "$TREE/.busypy-stage" ]
        [ -e "$TREE/bin/tool" ] || { [ ! -e "$TREE/site-package/lib" ] && [ ! -e "$DIST/one.so" ]; } || return 1
        [ ! -e "$TREE/bin/tool" ] || same "version = $(tail -n 1 "$TREE/bin/tool" | tr -dc 0-9)" "$(cat "$TREE/site-package/lib/version.py")"
        [ ! -e "$DIST/one.so" ] || [ -e "$TREE/etc/clib/$ARCH/libone.so.1" ]
    done
    "${ADD[@]}" --force "$TREE" lib tool one.so libone.so.1
    [ ! -e "$TREE/.busypy-stage" ]
    same "$(in_tree "$TREE" /usr/bin/python3 -c 'import one, lib.version; print(one.number, lib.version.version)')" "1 12"
}

@test "the runtimes that tests share are as they were" {
    [ ! -e "$TREES/host/bin/tool" ]
    [ ! -e "$TREES/host/.busypy-stage" ]
    (cd "$TREES/host" && sha256sum --quiet -c etc/busypy/*/python3.sha256)
}
