#!/usr/bin/env bats
# What `busypy explain` prints: the steps, the first one that fails, the sentence.

load ../../support/helpers

setup() { cd "$BATS_TEST_TMPDIR"; }

script() { # FILE FIRST-LINE
    printf '%b\n' "$2" >"$1"
    chmod 755 "$1"
}

# The sentence alone, and the exit status that goes with it.
sentence() {
    run "-$1" "$BUSYPY" explain "${@:2}"
    printf '%s\n' "${lines[-1]}"
}

@test "a static program" {
    cp "$HELPERS/nothing" prog
    run -0 "$BUSYPY" explain ./prog
    same "$output" "FILE   STEP    STATE NOTE
./prog program ok    ELF for $(uname -m), static
It would run."
}

@test "a script, its interpreter, and what that one loads" {
    cp "$HELPERS/nothing" prog
    script outer '#!./inner -x y '
    script inner '#! ./prog'
    run -0 "$BUSYPY" explain ./outer
    same "$output" "FILE       STEP    STATE NOTE
./outer    script  ok    #!./inner -x y
\`-./inner  script  ok    #!./prog
  \`-./prog program ok    ELF for $(uname -m), static
It would run."
}

@test "the first step that fails is marked" {
    script tool '#!/no/such/interpreter'
    run -1 "$BUSYPY" explain ./tool
    same "$output" "FILE                   STEP    STATE NOTE
./tool                 script  ok    #!/no/such/interpreter
\`-/no/such/interpreter program FAILS ENOENT
It would fail with ENOENT (No such file or directory): the interpreter of ./tool: cannot start /no/such/interpreter: /no does not exist"
}

@test "a hostile file's names do not drive the terminal" {
    script tool '#!/no\033[1m'
    same "$(sentence 1 ./tool)" 'It would fail with ENOENT (No such file or directory): the interpreter of ./tool: cannot start /no\x1b[1m: No such file or directory'
}

@test "each reason that a path can have" {
    cp "$HELPERS/nothing" prog
    cp prog plain; chmod 644 plain
    same "$(sentence 1 ./plain)" "It would fail with EACCES (Permission denied): cannot start ./plain: mode 0644 does not let this user execute it (Hint: chmod a+x ./plain)"
    same "$(sentence 1 ./prog/x)" "It would fail with ENOTDIR (Not a directory): cannot start ./prog/x: $PWD/prog is no directory"
    same "$(sentence 1 .)" "It would fail with EACCES (Permission denied): cannot start .: it is a directory"
    same "$(sentence 1 ./none)" "It would fail with ENOENT (No such file or directory): cannot start ./none: $PWD/none does not exist"
    ln -s none link
    same "$(sentence 1 ./link)" "It would fail with ENOENT (No such file or directory): cannot start ./link: $PWD/none does not exist"
    script dos '#!./prog\r'
    same "$(sentence 1 ./dos)" "It would fail with ENOENT (No such file or directory): the first line of ./dos ends in a carriage return, so its interpreter would be './prog\r', which does not exist (Hint: sed -i 's/\r\$//' ./dos)"
    printf '#!/%0300d\n' 0 >long; chmod 755 long
    same "$(sentence 1 ./long)" "It would fail with ENOEXEC (Exec format error): the name in the first line of ./long does not end within the 256 bytes that the kernel reads"
    script self '#!./self'
    same "$(sentence 1 ./self)" "It would fail with ELOOP (Too many levels of symbolic links): more than 5 scripts start one another"
    echo text >text; chmod 755 text
    same "$(sentence 1 ./text)" "It would fail with ENOEXEC (Exec format error): ./text is neither a script nor a sound ELF program"
    same "$(sentence 1 "$ROOT/build/init-aarch64")" "It would fail with ENOEXEC (Exec format error): $ROOT/build/init-aarch64 is a program for aarch64, and this kernel has no handler for it (Hint: install qemu-user-static)"
}

@test "a name that a shell would look up" {
    same "$(sentence 1 true)" "It would fail with ENOENT (No such file or directory): cannot start true: $PWD/true does not exist (Hint: by PATH it would be $(type -P true))"
}

@test "a file that somebody writes to, where the kernel can be asked" {
    cp "$HELPERS/nothing" prog
    script tool '#!./prog'
    exec 8>>prog
    if python3 -c 'import ctypes, sys
check = ctypes.CDLL(None, use_errno=True).syscall(322, -100, b"/bin/true", None, None, 0x10000)
sys.exit(check != 0)'; then
        same "$(sentence 1 ./prog)" "It would fail with ETXTBSY (Text file busy): cannot start ./prog: Text file busy (Hint: somebody has it open for writing)"
        same "$("$HELPERS/rawexec" ./tool)" "errno ETXTBSY"
        sentence 1 ./tool | grep -q "ETXTBSY (Text file busy): the interpreter of ./tool: cannot start ./prog"
    else
        same "$(sentence 0 ./prog)" "It would run."
    fi
    exec 8>&-
    same "$(sentence 0 ./prog)" "It would run."
}

@test "handlers that cannot be seen are taken to be none, and that is said" {
    cp "$HELPERS/nothing" prog
    NSRUN_NO_BINFMT=1 run -0 machine unshare -m bash -c 'mount -t tmpfs t /proc/sys/fs && "$BUSYPY" explain -n ./prog'
    same "$(sed 's/  */ /g' <<<"$output")" "/proc/sys/fs/binfmt_misc handler ok cannot be seen here; taken to be empty
./prog program ok ELF for $(uname -m), static
It would run."
}

@test "a program with libraries, and without one of them" {
    echo 'int f(void){return 0;}' | cc -shared -fPIC -o libf.so -x c -
    echo 'int f(void); int main(void){return f();}' | cc -o prog -x c - -x none ./libf.so -Wl,-rpath,"$PWD"
    run -0 "$BUSYPY" explain -n ./prog
    [[ ${lines[0]} =~ ^"./prog "\ *program\ *ok\ *"ELF for $(uname -m)"$ ]]
    [[ ${lines[2]} =~ "libraries "\ *libraries\ *ok\ *"./libf.so libc.so.6" ]]
    rm libf.so
    same "$(sentence 1 ./prog)" "It would end with exit status 127: ./libf.so, which $PWD/prog needs, is missing (Hint: install it where ld.so looks, or name its directory in LD_LIBRARY_PATH)"
}

@test "what breaks every dynamic program does not break explain" {
    echo 'int f(void){return 0;}' | cc -shared -fPIC -o libf.so -x c -
    echo 'int f(void); int main(void){return f();}' | cc -o prog -x c - -x none ./libf.so -Wl,-rpath,"$PWD"
    mkdir bad; echo 'no library' >bad/libc.so.6
    run -1 env LD_LIBRARY_PATH="$PWD/bad" "$BUSYPY" explain -n ./prog
    [[ ${lines[-1]} = "It would end with exit status 127: ld.so takes $PWD/bad/libc.so.6 for libc.so.6, "* ]]
    run -0 env LD_TRACE_LOADED_OBJECTS=1 "$BUSYPY" explain -n ./prog
    [[ ${lines[-1]} = "It would run." ]]
    echo 'extern int gone; int *f(void){return &gone;}' | cc -shared -fPIC -o bad/libf.so -x c -
    run -1 env LD_PRELOAD="$PWD/bad/libf.so" "$BUSYPY" explain -n ./prog
    [[ ${lines[-1]} = "It would end with exit status 127: no library has gone, which $PWD/bad/libf.so uses"* ]]
}

@test "a machine that boots needs a processor: which one is told" {
    mkdir -p root/{lib64,lib}
    echo 'int main(void){return 0;}' | cc -o root/init -Wl,-z,x86-64-v3 -x c -
    cp -L /lib64/ld-linux-x86-64.so.2 root/lib64; cp -L /lib/x86_64-linux-gnu/libc.so.6 root/lib
    run -0 "$BUSYPY" explain -n --root root /init
    [[ ${lines[2]} =~ "/init "\ *libraries\ *ok\ *"needs a processor with x86-64-v3"$ ]]
    [[ ${lines[-1]} = "It would run." ]]
}

@test "what cannot be told is no answer" {
    cp "$HELPERS/nothing" prog; chmod 711 prog; chmod 755 .
    cp "$BUSYPY" "$BUSYPY-full" .
    [ "$(id -u)" -eq 0 ] && chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$PWD"
    run -125 --separate-stderr setpriv --reuid 1000 --clear-groups ./busypy explain ./prog
    same "$output" "FILE   STEP    STATE   NOTE
./prog program unknown "
    same "$stderr" "busypy: explain: cannot tell: ./prog may be executed, but cannot be read: Permission denied (Hint: ask again as root)"
}

@test "JSON: steps with children, and the outcome" {
    cp "$HELPERS/nothing" prog
    script tool '#!./prog'
    "$BUSYPY" explain --json ./tool >json
    same "$(python3 -c '
import json
all = json.load(open("json"))
step = all["steps"][0]
print(step["file"], step["step"], step["state"], step["note"], len(all["steps"]))
print([child["file"] for child in step["children"]])
print(all["outcome"])')" "./tool script ok #!./prog 1
['./prog']
[{'outcome': 'runs', 'errno': None, 'status': None, 'sentence': None}]"
    run -1 "$BUSYPY" explain -J /nowhere
    same "$(python3 -c 'import json, sys
print(json.loads(sys.argv[1])["outcome"])' "$output")" \
        "[{'outcome': 'errno', 'errno': 'ENOENT', 'status': None, 'sentence': 'cannot start /nowhere: No such file or directory'}]"
}

@test "columns, headings, arguments of the file" {
    cp "$HELPERS/nothing" prog
    run -0 "$BUSYPY" explain -n -o file,step ./prog --json -x
    same "$output" "./prog program"
}

@test "wrong usage" {
    same "$(sentence 125)" "busypy: explain: which file? (Hint: see 'busypy explain --help')"
    same "$(sentence 125 --arch x86_64 /bin/sh)" "busypy: explain: --arch is the arch of a --root; this machine has its own"
    same "$(sentence 125 -r / -a z80 /bin/sh)" "busypy: explain: unknown arch 'z80' (Hint: one of x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel)"
    same "$(sentence 125 -o NONE /bin/sh)" "busypy: explain: unknown column 'NONE' of table 'steps'"
    same "$(sentence 125 --wrong)" "busypy: explain: see 'busypy explain --help'"
}

@test "a script of an enabled tree, as root and as another caller" {
    run -0 machine_script <<'END'
        mkdir -m 755 /run/t && mount -t tmpfs -o mode=0755 t /run/t
        cp -a "$TREES/host" /run/t/tree
        printf '#!/usr/bin/python3\n' >/run/t/tree/bin/tool; chmod 755 /run/t/tree/bin/tool
        "$BUSYPY" enable -q /run/t/tree
        "$BUSYPY" explain /run/t/tree/bin/tool
        cp "$BUSYPY" "$BUSYPY-full" /run/t
        setpriv --no-new-privs --reuid 1000 --clear-groups /run/t/busypy explain -n -o NOTE /run/t/tree/bin/tool |
            grep tier
        for n in nl sp tab b-nl b-sp b-tab; do echo 0 >/proc/sys/fs/binfmt_misc/busypy-1-python3-$n; done
        "$BUSYPY" explain -n -o STEP /run/t/tree/bin/tool | paste -sd ' '
        "$BUSYPY" disable -q
END
    python=$(readlink -f "$TREES/host/etc/python/$(uname -m)/usr/bin/python3")
    same "$output" "FILE                                STEP      STATE NOTE
/run/t/tree/bin/tool                script    ok    #!/usr/bin/python3
\`-/run/busypy.handler/g1/loader     handler   ok    entry busypy-1-python3-nl, flags POF
  \`-/run/t/tree                     view      ok    of $(uname -m), version tree; tier: template
    \`-/usr/bin/python3              program   ok    ELF for $(uname -m)
      |-/lib64/ld-linux-x86-64.so.2 ld.so     ok    ELF for $(uname -m)
      |-libraries                   libraries ok    libm.so.6 libz.so.1 libexpat.so.1 libc.so.6 ld-linux-x86-64.so.2
      \`-/usr                        python    ok    standard library in lib/${python##*/}
It would run.
of $(uname -m), version tree; tier: user namespace (no_new_privs is set)
script program ld.so libraries python"
}

@test "what a tree's lock leaves out for this arch stands below the view" {
    run -0 machine_script <<'END'
        mkdir -m 755 /run/t && mount -t tmpfs -o mode=0755 t /run/t
        cp -a "$TREES/host" /run/t/tree
        printf '#!/usr/bin/python3\n' >/run/t/tree/bin/tool; chmod 755 /run/t/tree/bin/tool
        printf '%s\n' '# busypy lock 1' 'package numpy 2.0' "lacks $(uname -m)" 'package lxml 5' 'lacks vax' \
            'package scipy 1' "lacks $(uname -m)" >/run/t/tree/etc/busypy/requirements.lock
        "$BUSYPY" enable -q /run/t/tree
        "$BUSYPY" explain -n -o STEP,NOTE /run/t/tree/bin/tool | grep '^lock'
        "$BUSYPY" disable -q
END
    same "$output" "lock      left out for $(uname -m), which has no wheel: numpy, scipy"
}

@test "a foreign program with qemu's entry, and with that one disabled" {
    run machine_script <<'END'
        printf '%s' ':qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F' >/proc/sys/fs/binfmt_misc/register
        "$BUSYPY" explain -n "$ROOT/build/init-aarch64" | sed "s|$ROOT|ROOT|; s/  */ /g"
        echo 0 >/proc/sys/fs/binfmt_misc/qemu-aarch64
        "$BUSYPY" explain -n "$ROOT/build/init-aarch64" | sed "s|$ROOT|ROOT|g; s/  */ /g"
END
    same "$output" 'ROOT/build/init-aarch64 program ok ELF for aarch64, static
`-/usr/bin/qemu-aarch64-static handler ok entry qemu-aarch64, flags F
It would run.
ROOT/build/init-aarch64 program FAILS ENOEXEC
It would fail with ENOEXEC (Exec format error): ROOT/build/init-aarch64 is a program for aarch64, and the handler qemu-aarch64, which takes it, is disabled (Hint: echo 1 >/proc/sys/fs/binfmt_misc/qemu-aarch64)'
}
