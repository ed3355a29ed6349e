# programs = host: a tree's script beside the host's programs, by a runtime at a prefix.
load enabled

@test "the host's programs say to a script of the tree what they say to one of the host" {
    enabled <<'SCRIPT'
cat >/run/code <<'PY'
import subprocess as s
def say(*words, **more):
    done = s.run(words, stdout=s.PIPE, stderr=s.STDOUT, **more)
    print(words[0], done.returncode, done.stdout)
say("git", "--version")
say("git", "ls-remote", "/nowhere")
say("tar", "--version")
say("sort", input=b"b\na\n")
say("rsync", "--version")
say("ssh", "-V")
say("systemctl", "--version")
say("ls", "-l", "/usr/bin/git", "/bin", "/lib")
say("/usr/bin/id")
say("sh", "-c", "command -v git sh; exit 7")
say("unshare", "--version")
say("bash", "-c", "kill -TERM $$")
PY
compare() {
    $who "$py" "$(cat /run/code)" >/run/by-tree
    $who /usr/bin/python3 -c 'import sys; exec(sys.argv[1])' "$(cat /run/code)" >/run/by-host
    diff /run/by-host /run/by-tree || fails "$who"
    [ "$(wc -l </run/by-tree)" = 12 ]
}
each compare
SCRIPT
}

@test "the Python is the tree's, at its prefix, and the script knows its packages" {
    enabled <<'SCRIPT'
code='import sys, ours, platform
print(sys.executable.startswith("/run/busypy/"), sys.prefix == sys.base_prefix, ours.name, sys.path[-1], sys.argv[0])'
look() {
    got=$($who "$py" "$code")
    [ "$got" = "True True of the tree $TREE/site-package $py" ] || fails "$who: $got"
}
each look
[ "$(cat /proc/self/comm)" = cat ]
[ "$("$py" 'print(open("/proc/self/comm").read().strip())')" = py ]
SCRIPT
}

@test "the script has what .pth files of the tree's packages say, the host's programs have not" {
    enabled <<'SCRIPT'
mkdir "$TREE/site-package/vendor"
printf 'vendor\nimport sys; sys.late = sys.path[-1]\n' >"$TREE/site-package/late.pth"
code='import subprocess, sys
print(sys.late, *sys.path[-2:])
out = subprocess.run(["/usr/bin/python3", "-c", "import sys; print(hasattr(sys, \"late\"))"], stdout=subprocess.PIPE, text=True)
print(out.stdout.strip())'
look() {
    got=$($who "$py" "$code")
    [ "$got" = "$TREE/site-package/vendor $TREE/site-package $TREE/site-package/vendor"$'\nFalse' ] || fails "$who: $got"
}
each look
SCRIPT
}

@test "no library of the host in the tree's Python, none of the tree in the host's programs" {
    enabled <<'SCRIPT'
code='import ssl, sqlite3, ctypes, lzma, bz2, uuid, hashlib, zlib, readline, curses, subprocess, sys
def libraries(text): return {line.split()[-1] for line in text.splitlines() if ".so" in line}
own = libraries(open("/proc/self/maps").read())
child = libraries(subprocess.run(["cat", "/proc/self/maps"], stdout=subprocess.PIPE, text=True).stdout)
print(len(own) > 8, [x for x in own if not x.startswith((sys.argv[2], "/run/busypy/"))])
print(len(child) > 1, [x for x in child if x.startswith((sys.argv[2], "/run/busypy/"))])'
look() {
    got=$($who "$py" "$code" "$TREE")
    [ "$got" = $'True []\nTrue []' ] || fails "$who: $got"
}
each look
for variable in LD_LIBRARY_PATH=/usr/lib/$(uname -m)-linux-gnu LD_PRELOAD=libz.so.1 \
    LD_ORIGIN_PATH=/usr/lib GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2; do
    [ "$(env "$variable" "$py" "$code" "$TREE")" = $'True []\nTrue []' ] || fails "$variable"
done
SCRIPT
}

@test "children get the environment that the caller gave, and the tree's folders at the end of PATH" {
    enabled <<'SCRIPT'
code='import subprocess; subprocess.run(["env"])'
give="env -i PATH=/usr/bin:/bin LD_LIBRARY_PATH=/none LD_PRELOAD= LD_AUDIT= LD_ORIGIN_PATH=/o PYTHONHOME=/no PYTHONPATH=/p A=1"
printf '%s\n' A=1 LD_AUDIT= LD_LIBRARY_PATH=/none LD_ORIGIN_PATH=/o LD_PRELOAD= \
    "PATH=/usr/bin:/bin:$TREE/bin:$TREE/sbin" PYTHONHOME=/no PYTHONPATH=/p >/run/wanted
look() {
    $who $give "$py" "$code" | grep -v '^LC_CTYPE=' | LC_ALL=C sort >/run/got
    diff /run/wanted /run/got || fails "$who"
}
each look
# given by the caller, it stays; and a script that is called by a script adds nothing again
[ "$(env -i PYTHONNOUSERSITE=x "$py" 'import os; print(os.environ["PYTHONNOUSERSITE"])')" = x ]
[ "$(env -i PATH=/bin "$py" 'import os, sys; os.execv(sys.argv[0], [sys.argv[0], "import os; print(os.environ[\"PATH\"])"])')" = "/bin:$TREE/bin:$TREE/sbin" ]
[ "$(env -i HOME=/root "$py" 'import sys; print(sys.flags.no_user_site)')" = 1 ]
# what sudo takes out does not come back under the name by which the loader keeps it
env -i BUSYPY_KEPT_LD_PRELOAD=/forged BUSYPY_KEPT_PATH=/forged A=1 "$py" "$code" >/run/got
! grep -e forged -e BUSYPY /run/got || exit 1
grep -qx A=1 /run/got
SCRIPT
}

@test "nested scripts of the tree: by path, by name, through the host's programs" {
    enabled <<'SCRIPT'
code='import subprocess as s, sys, os
here = os.path.dirname(sys.argv[0])
wanted = "nested " + sys.prefix + " a\n"
for words in ([here + "/nested", "a"], ["nested", "a"], ["sh", "-c", "nested a | cat"],
              ["find", here + "/nested", "-exec", "{}", "a", ";"], ["xargs", "-a", "/run/a", "nested"],
              ["env", "nested", "a"], [sys.executable, here + "/nested", "a"]):
    got = s.run(words, stdout=s.PIPE, text=True).stdout
    print(got == wanted or (words, got))'
echo a >/run/a
look() { [ "$($who "$py" "$code" | sort -u)" = True ] || fails "$who: $($who "$py" "$code")"; }
each look
SCRIPT
}

@test "sudo: a user's script becomes root by it, and calls scripts of the tree through it" {
    enabled <<'SCRIPT'
{ grep -v ':1000:' /etc/passwd; echo 'someone:x:1000:1000::/:/bin/sh'; } >/run/passwd
echo 'ALL ALL=(ALL:ALL) NOPASSWD: ALL' >/run/sudoers
printf 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n' >/run/pam
chmod 440 /run/sudoers
{ cat /etc/hosts; echo "127.0.1.1 $(uname -n)"; } >/run/hosts # sudo looks its own host up
for name in passwd hosts sudoers pam.d/sudo; do mount --bind "/run/${name%.d/sudo}" "/etc/$name"; done
code='import subprocess, sys, os
for words in (["sudo", "-n", "id", "-u"], ["sudo", "-n", "true"], ["sudo", "-n", sys.argv[2], "a"]):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.returncode, done.stdout)'
$user "$py" "$code" "$TREE/bin/nested" >/run/got
$user /usr/bin/python3 -c "$code" x "$TREE/bin/nested" >/run/wanted
sed -n 1,2p /run/wanted | grep -qx '0 0'
diff /run/wanted /run/got
grep -q "^0 nested /run/busypy/" /run/got
SCRIPT
}

@test "first lines with env: python3 by name is the tree's" {
    enabled <<'SCRIPT'
printf '#!/usr/bin/env python3\nimport sys; print(sys.prefix[:11], *sys.argv[1:])\n' >"$TREE/bin/by-env"
printf '#!/usr/bin/env -S python3 -I\nimport sys; print(sys.prefix[:11], sys.flags.isolated)\n' >"$TREE/bin/by-env-s"
chmod 755 "$TREE"/bin/by-env*
look() {
    [ "$($who "$TREE/bin/by-env" a)" = "/run/busypy a" ] || fails "$who"
    [ "$($who "$TREE/bin/by-env-s")" = "/run/busypy 1" ] || fails "$who"
}
each look
rm "$TREE"/bin/by-env*
SCRIPT
}

@test "sys.executable, multiprocessing in all three ways, venv" {
    enabled <<'SCRIPT'
chmod 1777 /run
cat >"$TREE/bin/pools" <<'PY'
#!/usr/bin/python3
import multiprocessing, os, sys, subprocess, tempfile
def f(x):
    return sys.prefix
if __name__ == "__main__":
    for way in "spawn", "forkserver", "fork":
        with multiprocessing.get_context(way).Pool(1) as pool:
            print(way, pool.map(f, [1]) == [sys.prefix])
    with tempfile.TemporaryDirectory(dir="/run") as d:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", d + "/v"], check=True)
        got = subprocess.run([d + "/v/bin/python", "-c", "import sys; print(sys.base_prefix, sys.prefix)"],
                             stdout=subprocess.PIPE, text=True).stdout
        print("venv", got == f"{sys.prefix} {d}/v\n")
PY
chmod 755 "$TREE/bin/pools"
look() { [ "$($who "$TREE/bin/pools" | paste -sd' ')" = "spawn True forkserver True fork True venv True" ] || fails "$who"; }
each look
rm "$TREE/bin/pools"
SCRIPT
}

@test "a script of the tree's shell runs in that shell, and calls the host's programs" {
    enabled <<'SCRIPT'
printf '#!/bin/shell\necho "$0" "$@"\ngit --version\nnested x\n' >"$TREE/bin/sh-script"
chmod 755 "$TREE/bin/sh-script"
printf '%s\n' "$TREE/bin/sh-script a b  c" "$(git --version)" "nested $("$py" 'import sys; print(sys.prefix)') x" >/run/wanted
look() { $who "$TREE/bin/sh-script" a 'b  c' >/run/got && diff /run/wanted /run/got || fails "$who"; }
each look
rm "$TREE/bin/sh-script"
SCRIPT
}

@test "working directory, descriptors, arguments and no_new_privs are the caller's" {
    enabled <<'SCRIPT'
cd /usr/share
[ "$("$py" 'import os; print(os.getcwd())')" = /usr/share ]
code='import os; print(sorted(os.listdir("/proc/self/fd")))'
[ "$("$py" "$code")" = "$(/usr/bin/python3 -c "$code")" ]
[ "$("$py" 'print(open("/proc/self/status").read())' | sed -n 's/^NoNewPrivs:\t//p')" = 0 ]
[ "$($user "$py" 'print(open("/proc/self/status").read())' | sed -n 's/^NoNewPrivs:\t//p')" = 0 ]
[ "$("$py" 'import os; print(os.readlink("/proc/self/ns/mnt"))')" = "$(readlink /proc/self/ns/mnt)" ]
[ "$(setarch --addr-no-randomize "$py" 'print(open("/proc/self/personality").read().strip())')" = "$(setarch --addr-no-randomize cat /proc/self/personality)" ]
[ "$("$py" 'import sys; print(sys.argv[2:])' '' 'a b' $'c\n')" = "['', 'a b', 'c\\n']" ]
cd "$TREE/bin"
[ "$(./py 'import sys; print(sys.argv[0])')" = ./py ]
SCRIPT
}

@test "the trace of an exec has no mount, setns, unshare or capability call" {
    enabled <<'SCRIPT'
look() {
    strace -f -qq -o /run/trace $who "$py" 'print("said")' >/run/said
    [ "$(cat /run/said)" = said ]
    # of the loader: after its own exec, up to Python's
    sed -n "/execve(\"${py//\//\\/}\"/,/execve(\"\/run\/busypy\//p" /run/trace >/run/loader
    [ "$(grep -c execve /run/loader)" = 2 ]
    ! grep -E '^[0-9 ]*(mount|umount|setns|unshare|capset|capget|open_tree|move_mount|fsopen|pivot_root|clone|prctl\(PR_SET_|setuid|chdir|personality)' /run/loader || fails "$who"
}
each look
SCRIPT
}

@test "a start asks the kernel for no memory, which would be a seventh of what it takes" {
    enabled <<'SCRIPT'
look() {
    strace -f -qq -o /run/trace $who "$@" >/run/said
    sed -n "/execve(\"${py//\//\\/}\"/,/execve(\"\/run\/busypy\//p" /run/trace >/run/loader
    [ "$(grep -c execve /run/loader)" = 2 ]
}
lean() {
    look "$py" 'print("said")'
    [ "$(cat /run/said)" = said ]
    [ "$(grep -cE '^[0-9 ]*(mmap|brk)' /run/loader)" = 0 ]
}
each lean
# what the caller's libraries need is renamed, in memory that has to be had
who=env look LD_LIBRARY_PATH=/nowhere "$py" 'import os; print(os.environ["LD_LIBRARY_PATH"])'
[ "$(cat /run/said)" = /nowhere ]
grep -q mmap /run/loader
# more variables than there are slots for
who=env look $(seq -f 'NUMBER%.0f=x' 200) "$py" 'import os; print(len([n for n in os.environ if n.startswith("NUMBER")]))'
[ "$(cat /run/said)" = 200 ]
SCRIPT
}

@test "the runtimes' file system: of its own, private, bindable, nosuid, nodev; the handler's is not" {
    enabled <<'SCRIPT'
[ "$(findmnt -no FSTYPE,PROPAGATION /run/busypy | tr -s ' ')" = "tmpfs private" ]
[ "$(findmnt -no OPTIONS /run/busypy)" = "rw,nosuid,nodev,relatime,size=262144k,mode=755" ] ||
    fails "$(findmnt -no OPTIONS /run/busypy)"
[ "$(findmnt -no PROPAGATION /run/busypy.handler)" = "private,unbindable" ]
[ -z "$(find /run/busypy ! -type l -perm /022)" ]
mkdir /run/here
mount --rbind /run/busypy /run/here
[ "$(find /run/here | wc -l)" = "$(find /run/busypy | wc -l)" ]
! mount --bind /run/busypy.handler /run/here 2>/dev/null || exit 1
# a user namespace, where mounts are locked together
unshare -Urm mount --rbind /run/busypy /run/here
SCRIPT
}

@test "a container with the tree but without the runtime: one sentence; with it: the tree's Python" {
    enabled <<'SCRIPT'
root=/run/root
mkdir -p $root/{proc,run,usr,etc,tmp} "$root$TREE"
for name in bin lib lib64 sbin; do [ ! -L /$name ] || ln -s usr/$name $root/$name; done
cat >/run/container <<'SH'
mount --bind /usr "$1/usr"; mount --rbind /proc "$1/proc"; mount --bind "$TREE" "$1$TREE"
if [ "$2" = with ]; then mkdir -p "$1/run/busypy"; mount --bind -o ro /run/busypy "$1/run/busypy"; fi
exec chroot "$1" "$TREE/bin/py" 'import sys; print(sys.prefix)'
SH
status=0; got=$(unshare -m bash -eu /run/container $root without 2>&1) || status=$?
prefix=$("$py" 'import sys; print(sys.prefix)')
[ "$status: $got" = "125: busypy: $py: $TREE uses the host's programs, and its interpreter $prefix/bin/python3 is not there: No such file or directory (Hint: a container or chroot has to have /run/busypy as well: bind it; on the host: busypy disable, then busypy enable)" ] || fails "$status: $got"
[ "$(unshare -m bash -eu /run/container $root with)" = "$prefix" ]
SCRIPT
}

@test "a container of a user's own, with a root of its own and the runtimes bound read-only" {
    enabled <<'SCRIPT'
cat >/run/container <<'SH'
mount -t tmpfs mine /mnt
cd /mnt
mkdir -p old proc run/busypy "./$TREE"
mount --rbind /proc proc
mount --bind "$TREE" "./$TREE"
if [ "$1" = with ]; then mount --bind /run/busypy run/busypy && mount -o remount,bind,ro,nosuid,nodev run/busypy; fi
pivot_root . old
exec "$TREE/bin/py" 'import os, sys
print(sys.prefix, os.getuid(), sorted(os.listdir("/"))[:2], bool(os.statvfs("/run/busypy").f_flag & os.ST_RDONLY))'
SH
prefix=$("$py" 'import sys; print(sys.prefix)')
mine() { $1 unshare -Urm bash -eu /run/container "$2" 2>&1; }
for who in "$user" "$bound"; do
    [ "$(mine "$who" with)" = "$prefix 0 ['old', 'proc'] True" ] || fails "$who: $(mine "$who" with)"
    status=0; got=$(mine "$who" without) || status=$?
    [[ "$status $got" = "125 busypy: $py: "*"(Hint: a container or chroot has to have /run/busypy as well: "* ]] || fails "$who: $got"
done
SCRIPT
}

@test "the user's packages: neither a script nor what sys.executable starts has them, unless told" {
    for said in no yes; do
        CONF=$'[busypy]\nuser-site = '$said enabled <<'SCRIPT'
case $(cat /run/conf) in *yes) want="True None" ;; *) want="False None" ;; esac
code='import os, site; print(site.ENABLE_USER_SITE, os.environ.get("PYTHONNOUSERSITE"))'
for how in "exec(sys.argv[2])" "os.system(f'{sys.executable} -c {shlex.quote(sys.argv[2])}')" \
    "subprocess.run(['sh', '-c', 'exec \"\$0\" -c \"\$1\"', sys.executable, sys.argv[2]])"; do
    got=$("$py" "import os, shlex, subprocess, sys; $how" "$code")
    [ "$got" = "$want" ] || fails "$how: $got instead of $want"
done
# the host's own Python has what it has
[ "$("$py" 'import subprocess, sys; subprocess.run(["/usr/bin/python3", "-c", sys.argv[2]])' "$code")" = "True None" ]
SCRIPT
    done
}

@test "the administrator has the last word, by the tree's path, a link to it, or EXPORT/current" {
    machine_script "$TREE" <<'SCRIPT'
ln -s "$1" /run/link
whose() { "$1/bin/py" 'import sys; print(sys.prefix[:11])'; }
for name in "$1" /run/link; do
    printf '[%s]\nprograms = tree\n' "$name" >/run/conf
    "$BUSYPY" enable --quiet --config /run/conf "$1"
    [ "$(whose "$1")" = /usr ]
    [ ! -e /run/busypy ]
    "$BUSYPY" disable --quiet
done
rm "$1/etc/busypy/tree.conf"
printf '[%s]\nprograms = host\n' "$1" >/run/conf
"$BUSYPY" enable --quiet --config /run/conf "$1"
[ "$(whose "$1")" = /run/busypy ]
"$BUSYPY" disable --quiet
mkdir -p -m 755 /run/e && mount -t tmpfs -o mode=755 e /run/e
"$BUSYPY" publish "$1" /run/e/x >/dev/null
printf '[/run/e/x/current]\nprograms = host\n' >/run/conf
"$BUSYPY" enable --quiet --config /run/conf /run/e/x/current
[ "$(whose /run/e/x/current)" = /run/busypy ]
SCRIPT
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
}

@test "a tree that says something else is refused, with line and column" {
    refused() {
        printf '%s\n' "$1" >"$TREE/etc/busypy/tree.conf"
        run -125 machine "$BUSYPY" enable --config /dev/null "$TREE"
        same "$output" "busypy: enable: $TREE/etc/busypy/tree.conf:$2"
    }
    refused 'programs = both' "1:12: 'programs' must be 'tree' or 'host', not 'both'"
    refused $'\nprogram = host' "2:1: unknown key 'program'"
    refused $'[busypy]\nprograms = host' "2:1: a tree's configuration has no sections, not even 'busypy'"
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
}

@test "direct = yes means nothing any more, and enable says so once" {
    run -0 machine_script "$TREE" <<'SCRIPT'
printf '[busypy]\ndirect = yes\n' >/run/conf
"$BUSYPY" enable --config /run/conf "$1"
SCRIPT
    same "${lines[0]}" "busypy: enable: warning: 'direct' means nothing any more (Hint: 'programs = \
host' is the way without a view, see busypy.conf(5); take the line out)"
    same "$(grep -c direct <<<"$output")" 1
}

@test "explain foretells it, as the loader does it" {
    enabled <<'SCRIPT'
prefix=$("$py" 'import sys; print(sys.prefix)')
"$BUSYPY" explain -n -o FILE,STEP,NOTE "$py" | sed "s/^[| \`-]*//; s/  */ /g" >/run/got
grep -qxF "$prefix runtime of $(uname -m), version tree; beside the host's programs, in no view (programs = host)" /run/got || fails "$(cat /run/got)"
grep -qxF "$prefix/bin/python3 program ELF for $(uname -m)" /run/got || fails "$(cat /run/got)"
umount /run/busypy
"$py" 'print(1)' >/run/said 2>&1 && fails
sentence=$(sed "s|^busypy: $py: ||" /run/said)
"$BUSYPY" explain "$py" >/run/got 2>&1 || :
grep -qF "It would end with exit status 125: $sentence" /run/got || fails "$(cat /run/got)"
SCRIPT
}

@test "status and plan say so, and what is missing" {
    enabled <<'SCRIPT'
prefix=$("$py" 'import sys; print(sys.prefix)')
[ "$("$BUSYPY" status -n -o MOUNTS,TEMPLATE trees | tr -s ' ')" = " beside the host" ]
"$BUSYPY" status -n -o CALLER,TIER tiers | sed 's/  */ /g' >/run/tiers
diff - /run/tiers <<'END'
anyone, 'programs = host' beside the host
container without /run/busypy, the same refused
container without the tree none
script in a view none
END
"$BUSYPY" plan --config /run/conf "$TREE" 2>&1 >/run/plan | sed "s|$TREE|TREE|" >/run/said
[ "$(cat /run/said)" = "busypy: plan: warning: TREE says 'programs = host': its scripts run beside the host's programs, in no view (Hint: busypy(7))" ]
grep -q ^pivot /run/plan
umount /run/busypy
status=0; got=$("$BUSYPY" status -n -o TEMPLATE trees) || status=$?
[ "$status" = 1 ] && [[ "$got" = "$TREE uses the host's programs, and its interpreter $prefix/bin/python3 is not there: "* ]] || fails "$status: $got"
SCRIPT
}

@test "a tree whose start-up hook is an older one is refused" {
    run -125 machine_script "$TREE" <<'SCRIPT'
mkdir -p -m 755 /run/t && mount -t tmpfs -o mode=755 t /run/t
cp -a "$1" /run/t/tree
hook=$(find "/run/t/tree/etc/python/$(uname -m)" -name busypy_start.py)
sed -i s/BUSYPY_KEPT_/BUSYPY_OTHER_/ "$hook"
"$BUSYPY" enable --config /dev/null /run/t/tree
SCRIPT
    same "$output" "busypy: enable: the runtime of /run/t/tree beside the host's programs: the start \
of its Python gives no environment back (Hint: 'busypy stage' lays down the busypy_start.py of this version)"
}
