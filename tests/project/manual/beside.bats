#!/usr/bin/env bats
# The second column of busypy(7)'s table: each row again, for a tree with `programs = host`.
load rows
export PROGRAMS=host

@test "every row of the table names a test, and every test is a row's" {
    every_row_has_a_test
}

@test "every row says how it is beside the host, once" {
    section | awk '/^\.It / { if (row && n != 1) print row, n; row = $0; n = 0 }
        /^\.Em Beside the host :$/ { n++ }
        END { if (n != 1) print row, n }' >"$BATS_TEST_TMPDIR/wrong"
    diff /dev/null "$BATS_TEST_TMPDIR/wrong"
}

@test "row: host-programs" {
    row <<'END'
same "$(ask <<<'import os, shutil; print(os.path.exists("/usr/bin/bash"), shutil.which("bash"))')" "True $(command -v bash)"
same "$(ask <<<'import subprocess; subprocess.run(["git", "--version"])')" "$(git --version)"
same "$(ask <<<'import os; print(sorted(os.listdir("/usr/bin")) == sorted(os.popen("ls -A /usr/bin").read().split()))')" True
END
}

@test "row: local-programs" {
    row <<'END'
local_programs
[[ "$(libc)" = *libc* ]]
same "$(ask <<<'import subprocess; subprocess.run(["libc"])')" "$(libc)"
END
}

@test "row: shell" {
    row <<'END'
same "$(ask <<<'import os; print(os.path.realpath("/bin/sh"))')" "$(realpath /bin/sh)"
same "$(ask <<<'import subprocess; subprocess.run(["bash", "-c", "a=(1 2); echo ${#a[@]}"])')" 2
END
}

@test "row: exdev" {
    row <<'END'
echo x >/home/x
same "$(ask <<<'import os; os.rename("/home/x", "/opt/x"); os.link("/opt/x", "/srv/x"); print(os.stat("/srv/x").st_nlink)')" 2
END
}

@test "row: df" {
    row <<'END'
same "$(ask <<<'import os; root = os.statvfs("/"); print(root.f_blocks, root.f_frsize, bool(root.f_flag & os.ST_RDONLY))')" \
    "$(stat -fc '%b %S' /) False"
END
}

@test "row: nss" {
    name_services
    DIR=$BATS_TEST_TMPDIR row <<'END'
only_by_module "$DIR"
export LD_LIBRARY_PATH=$DIR
same "$(ask <<'PY'
import os, pwd, subprocess
print(pwd.getpwuid(0).pw_name)
try:
    print(pwd.getpwnam("fred"))
except KeyError:
    print("unknown")
subprocess.run(["getent", "passwd", "fred"])
PY
)" $'root\nunknown\nfred::1234:1234:::'
unset LD_LIBRARY_PATH
names_by_a_cache "$DIR"
# what cannot be read says nothing
{ printf '#%70000s\n' ''; echo 'passwd: files manual'; } >/opt/nsswitch.conf
same "$(status_of_names)" "no cannot read /etc/nsswitch.conf: File too large"
END
}

@test "row: dangling-links" {
    row <<'END'
mkdir /usr/local/lib/data
echo data >/usr/local/lib/data/file
ln -s /usr/local/lib/data/file /home/link
same "$(ask <<<'print(open("/home/link").read().strip())')" data
same "$(ask <<<'print(open("/etc/os-release").read())')" "$(cat /etc/os-release)"
END
}

@test "row: locale" {
    row <<'END'
cp -a /usr/lib/locale /opt/locale
mount --bind /opt/locale /usr/lib/locale
localedef -i de_DE -f UTF-8 --no-archive de_DE.UTF-8
cat >/opt/look <<'PY'
import locale
for name in "C.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8":
    try:
        print(locale.setlocale(locale.LC_ALL, name), locale.localeconv()["decimal_point"])
    except locale.Error as e:
        print(e)
PY
same "$(ask </opt/look)" $'C.UTF-8 .\nde_DE.UTF-8 ,\nunsupported locale setting'
END
}

@test "row: mount-ends" {
    row <<'END'
ask <<'PY'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"ofall", b"/mnt", b"tmpfs", 0, None):
    raise OSError(ctypes.get_errno(), "mount")
open("/mnt/file", "w").close()
PY
same "$(ls /mnt)" file
same "$(findmnt -no SOURCE /mnt)" ofall
END
}

@test "row: daemon" {
    row <<'END'
script "$TREE/bin/daemon" <<'PY'
import importlib, sys
for name in "wave", "colorsys":
    open("/opt/go").read()
    try:
        answer = importlib.import_module(name).__file__.startswith(sys.prefix + "/lib/python3")
    except ImportError:
        answer = "missing"
    with open("/opt/seen", "w") as seen:
        print(answer, file=seen)
PY
mkfifo /opt/go /opt/seen
look() { echo go >/opt/go && cat /opt/seen; }
"$TREE/bin/daemon" &
daemon=$!
wait_until 30 grep -qx daemon "/proc/$daemon/comm"
"$BUSYPY" disable --quiet
same "$(look)" True
! umount "$TREE/etc/clib" 2>/dev/null || exit 1
umount -l "$TREE"/{site-package,etc/*}
rm -r --one-file-system "$TREE"
same "$(look)" missing
wait "$daemon"
END
}

@test "row: venv" {
    row <<'END'
ask <<'PY'
import venv
venv.create("/opt/venv", symlinks=True)
PY
prefix=$(ask <<<'import sys; print(sys.prefix)')
same "$(readlink /opt/venv/bin/python)" "$prefix/bin/python"
look='import sys; print(sys.prefix, sys.base_prefix)'
same "$(/opt/venv/bin/python3 -c "$look")" "/opt/venv $prefix"
"$BUSYPY" disable --quiet
[ ! -e /opt/venv/bin/python3 ]
enable_tree
same "$(/opt/venv/bin/python3 -c "$look")" "/opt/venv $prefix"
END
}

@test "row: python3-script" {
    row <<'END'
look='import sys; print(sys.prefix)'
script "$TREE/bin/tool" <<<"$look"
[[ "$("$TREE/bin/tool")" = /run/busypy/* ]]
host=$(python3 -c "$look")
[[ "$host" != /run/busypy/* ]]
same "$(python3 "$TREE/bin/tool")" "$host"
same "$(ask <<<"import subprocess; subprocess.run(['python3', '$TREE/bin/tool'])")" "$host"
END
}

@test "row: env" {
    row <<'END'
look='import sys; print(sys.prefix[:11], *sys.argv[1:])'
script "$TREE/bin/tool" '#!/usr/bin/env python3' <<<"$look"
script "$TREE/bin/split" '#!/usr/bin/env -S python3 -B' <<<"$look"
script "$TREE/bin/nested" '#!/usr/bin/python3' <<<'import subprocess; subprocess.run(["tool", "x"])'
mkdir -p /opt/venv/bin
script /opt/venv/bin/python3 '#!/bin/sh' <<<'echo "venv $*"'
export PATH=/opt/venv/bin:$PATH
same "$("$TREE/bin/tool" a)" "/run/busypy a"
same "$("$TREE/bin/split" b)" "/run/busypy b"
same "$("$TREE/bin/nested")" "/run/busypy x"
END
}

@test "row: second-path" {
    row <<'END'
look='import sys; print(sys.prefix)'
script "$TREE/bin/tool" <<<"$look"
mkdir /opt/second
mount --rbind "$TREE" /opt/second
same "$(/opt/second/bin/tool)" /usr
[[ "$("$TREE/bin/tool")" = /run/busypy/* ]]
END
}

@test "row: setuid" {
    row <<'END'
look='import os; print(os.geteuid())'
cp -L /usr/bin/python3 /opt/host-python
chmod 4755 /opt/host-python
same "$(as_user /opt/host-python -I -c "$look")" 0
same "$(ask as_user <<<"import subprocess; subprocess.run(['/opt/host-python', '-I', '-c', '$look'])")" 0
END
}

@test "row: read-only" {
    row <<'END'
mount -t tmpfs -o mode=755 own /usr/local/share
same "$(ask <<<'open("/new", "w"); open("/usr/local/share/new", "w"); open(__file__ + ".new", "w"); print("written")')" written
[ -e /new ]
[ -e "$TREE/bin/ask.new" ]
same "$(ask as_user <<'PY'
import errno
for folder in "", "/usr", "/usr/bin":
    try:
        open(folder + "/new", "w")
    except OSError as e:
        print(errno.errorcode[e.errno])
PY
)" $'EACCES\nEACCES\nEACCES'
END
}

@test "row: pyc" {
    row <<'END'
mkdir /opt/modules
echo 'value = 1' >/opt/modules/ours.py
umount "$TREE/site-package"
echo 'value = 1' >"$TREE/site-package/shared.py"
unset PYTHONDONTWRITEBYTECODE
same "$(ask <<'PY'
import sys, os
sys.path.insert(0, "/opt/modules")
import ours, shared
print(len(os.listdir("/opt/modules/__pycache__")), os.listdir(os.path.dirname(shared.__file__)))
PY
)" "1 ['__pycache__', 'shared.py']"
END
}

@test "row: live-files" {
    row <<<live_files
}

@test "row: late-mounts" {
    row <<<late_mounts
}

@test "row: new-directory" {
    row <<'END'
mkdir /data
same "$(ask <<<'import os; print(os.path.exists("/data"))')" True
END
}

@test "row: nested" {
    row <<'END'
look='import sys; print(sys.prefix)'
script "$TREE/bin/tool" <<<"$look"
script /opt/host-script <<<"$look"
prefix=$("$TREE/bin/tool")
[[ "$prefix" = /run/busypy/* ]]
same "$(ask <<<"import subprocess as s; s.run(['$TREE/bin/tool']); s.run(['tool']); s.run(['env', 'tool']); s.run(['/opt/host-script'])")" \
    "$prefix"$'\n'"$prefix"$'\n'"$prefix"$'\n'/usr
END
}

@test "row: working-directory" {
    row <<'END'
look='import os; print(os.getcwd(), os.listdir("."))'
script "$TREE/bin/tool" <<<"$look"
mkdir -p /usr/local/lib/work /opt/gone
touch /usr/local/lib/work/file
cd /usr/local/lib/work
same "$("$TREE/bin/tool" 2>&1)" "/usr/local/lib/work ['file']"
cd /opt/gone
rmdir /opt/gone
script "$TREE/bin/tool" <<<'import os; print(os.listdir("."))'
same "$("$TREE/bin/tool" 2>&1)" "[]"
END
}

@test "row: environment" {
    row <<'END'
script "$TREE/bin/tool" <<'PY'
import os
print({name: os.environ.get(name) for name in
       ("PYTHONHOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "PYTHONNOUSERSITE", "OTHER")})
os.system("env | grep -E '^(LD_LIBRARY_PATH|PYTHON(HOME|NOUSERSITE)|PATH)=' | sort")
PY
same "$(env PATH=/usr/bin:/bin PYTHONHOME=/x LD_LIBRARY_PATH=/x LD_PRELOAD='' LD_AUDIT='' OTHER=kept "$TREE/bin/tool")" \
"{'PYTHONHOME': '/x', 'LD_PRELOAD': '', 'LD_LIBRARY_PATH': '/x', 'LD_AUDIT': '', 'PYTHONNOUSERSITE': None, 'OTHER': 'kept'}
LD_LIBRARY_PATH=/x
PATH=/usr/bin:/bin:$TREE/bin:$TREE/sbin
PYTHONHOME=/x"
END
}

@test "row: packages" {
    row <<'END'
mkdir -p "/usr/local/lib/$(cd "$TREE/etc/python/$(uname -m)/usr/lib" && echo python3.*)/dist-packages"
export HOME=/home/user
mkdir -p "$HOME/.local/lib/$(cd "$TREE/etc/python/$(uname -m)/usr/lib" && echo python3.*)/site-packages"
same "$(ask <<<"import sys; print([p for p in sys.path[1:] if not p.startswith((sys.prefix + '/lib/python3', '$TREE/site-package'))], '$TREE/site-package' in sys.path)")" "[] True"
"$BUSYPY" disable --quiet
printf '[busypy]\nuser-site = yes\n[%s]\nprograms = host\n' "$TREE" >/opt/busypy.conf
"$BUSYPY" enable --quiet --config /opt/busypy.conf "$TREE"
same "$(ask <<<'import sys; print([p.startswith("/home/user/.local") for p in sys.path if "/home" in p])')" "[True]"
END
}

@test "row: kernel-modules" {
    row <<'END'
mkdir -p /opt/lib
mount --bind /opt/lib /usr/lib/modprobe.d
touch /opt/lib/ours.conf
same "$(ask <<<'import os; print(os.listdir("/lib/modprobe.d"))')" "['ours.conf']"
END
}

@test "row: same-machine" {
    row <<'END'
script "$TREE/bin/tool" <<'PY'
import os
print(*(os.readlink("/proc/self/ns/" + name) for name in ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")))
PY
spaces=$(readlink /proc/self/ns/{cgroup,ipc,mnt,net,pid,user,uts} | paste -sd ' ')
same "$("$TREE/bin/tool")" "$spaces"
same "$(as_user "$TREE/bin/tool")" "$spaces"
same "$(as_user setpriv --no-new-privs "$TREE/bin/tool")" "$spaces"
END
}

@test "row: services" {
    row <<'END'
script "$TREE/bin/tool" <<'PY'
import os, sys
print(sys.prefix[:11], os.listdir("/opt"), os.getuid(), os.readlink("/proc/self/ns/mnt") == os.environ["SPACE"])
PY
own() { unshare -m bash -euc 'mount -t tmpfs own /opt && touch /opt/private && SPACE=$(readlink /proc/self/ns/mnt) exec "$@"' _ "$@"; }
same "$(SPACE=$(readlink /proc/self/ns/mnt) "$TREE/bin/tool")" "/run/busypy [] 0 True"
same "$(own "$TREE/bin/tool")" "/run/busypy ['private'] 0 True"
same "$(own setpriv --reuid 1000 --regid 1000 --clear-groups "$TREE/bin/tool")" "/run/busypy ['private'] 1000 True"
status=0
own bash -c 'umount -l /run/busypy && exec "$@"' _ "$TREE/bin/tool" 2>/opt/said || status=$?
same "$status $(grep -c "a container or chroot has to have /run/busypy as well" /opt/said)" "125 1"
END
}

@test "row: shared-data" {
    row <<'END'
local_data
mkdir -p /opt/zones
cp /usr/share/zoneinfo/Europe/Berlin /opt/zones/Here
mount --bind /opt/zones /usr/share/zoneinfo
same "$(ask <<<'import zoneinfo; print(zoneinfo.ZoneInfo("Here"))')" Here
same "$(ask <<<'import ssl; print(ssl.get_default_verify_paths().openssl_capath)')" "$(/usr/bin/python3 -c 'import ssl; print(ssl.get_default_verify_paths().openssl_capath)')"
END
}

@test "row: process-name" {
    row <<<process_name
}

@test "row: own-python" {
    row <<'END'
prefix=$(ask <<<'import sys; print(sys.prefix)')
[[ "$prefix" = /run/busypy/????.d/usr ]]
own_python "$prefix/bin/python" "$prefix"
END
}

@test "row: libraries" {
    row <<'END'
own_libraries
library=$(/usr/bin/python3 -c 'import ctypes; ctypes.CDLL("libblkid.so.1"); print(next(line.split()[-1] for line in open("/proc/self/maps") if "libblkid" in line))')
same "$(ask <<<"import ctypes; print(ctypes.CDLL('$library')._name)")" "$library"
END
}

@test "row: absolute-paths" {
    row <<'END'
script "$TREE/bin/tool" <<<'print("tool")'
same "$(ask <<<'import os, subprocess, sys; subprocess.run(["tool"]); subprocess.run([os.path.dirname(sys.argv[0]) + "/tool"])
print(os.path.exists("/bin/tool"), os.path.exists("/site-package"))')" $'tool\ntool\nFalse False'
END
}

@test "row: python-by-name" {
    row <<'END'
export PATH=/usr/bin:/bin
look='import sys; print(sys.executable)'
same "$(ask <<<"import subprocess; subprocess.run(['python3', '-c', '$look'])")" "$(python3 -c "$look")"
END
}
