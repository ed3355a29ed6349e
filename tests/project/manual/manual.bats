#!/usr/bin/env bats
# The table of busypy(7), "What a script in the host view can and cannot do": every row names its
# test in a comment, every test here is a row's. The scripts run in a throw-away machine.
load rows

@test "every row of the table names a test, and every test is a row's" {
    every_row_has_a_test
}

@test "row: host-programs" {
    row <<'END'
test -x /usr/bin/bash
same "$(ask <<<'import os, shutil; print(os.path.exists("/usr/bin/bash"), shutil.which("bash"))')" "False None"
same "$(ask <<<'import os; print([name for name in os.listdir("/usr/bin") if not name.startswith("python3")])')" "['env']"
END
}

@test "row: local-programs" {
    row <<'END'
local_programs
[ "$(libc)" != "{'/lib/libc.so.6'}" ]
same "$(ask <<<'import subprocess; subprocess.run(["libc"])')" "{'/lib/libc.so.6'}"
END
}

@test "row: shell" {
    row <<'END'
same "$(ask <<<'import os; print(os.path.realpath("/bin/sh"))')" /bin/shell
same "$(ask <<<'import os; os.system("echo $((6 * 7)) from the shell")')" "42 from the shell"
END
}

@test "row: exdev" {
    row <<'END'
echo x >/home/x
ln /home/x /opt/x && mv /opt/x /srv/x && rm /srv/x
same "$(ask <<'PY'
import errno, os
for call in os.rename, os.link:
    try:
        call("/home/x", "/opt/x")
    except OSError as e:
        print(errno.errorcode[e.errno])
import shutil
shutil.move("/home/x", "/opt/x")
PY
)" $'EXDEV\nEXDEV'
same "$(cat /opt/x)" x
END
}

@test "row: df" {
    row <<'END'
same "$(ask <<'PY'
import os
root = os.statvfs("/")
print(root.f_blocks * root.f_frsize, bool(root.f_flag & os.ST_RDONLY))
PY
)" "1048576 True"
END
}

@test "row: nss" {
    name_services
    DIR=$BATS_TEST_TMPDIR row <<'END'
only_by_module "$DIR"
same "$(ask <<'PY'
import pwd
print(pwd.getpwuid(0).pw_name)
try:
    print(pwd.getpwnam("fred"))
except KeyError:
    print("unknown")
PY
)" $'root\nunknown'
names_by_a_cache "$DIR"
END
}

@test "row: dangling-links" {
    row <<'END'
mkdir /usr/local/lib/data
echo data >/usr/local/lib/data/file
ln -s /usr/local/lib/data/file /home/link
same "$(cat /home/link)" data
same "$(ask <<<'import os; print(os.path.islink("/home/link"), os.path.exists("/home/link"))')" "True False"
case $(readlink /etc/os-release) in
../usr/* | /usr/*) same "$(ask <<<'import os; print(os.path.exists("/etc/os-release"))')" False ;;
esac
END
}

@test "row: locale" {
    row <<'END'
same "$(ask <<'PY'
import locale
print(locale.setlocale(locale.LC_ALL, "C.UTF-8"))
try:
    print(locale.setlocale(locale.LC_ALL, "de_DE.UTF-8"))
except locale.Error as e:
    print(e)
PY
)" $'C.UTF-8\nunsupported locale setting'
END
}

@test "row: mount-ends" {
    row <<'END'
before=$(cat /proc/self/mountinfo)
same "$(ask <<'PY'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"private", b"/mnt", b"tmpfs", 0, None):
    raise OSError(ctypes.get_errno(), "mount")
open("/mnt/file", "w").close()
print(os.listdir("/mnt"))
PY
)" "['file']"
same "$(ls /mnt)" ""
same "$(cat /proc/self/mountinfo)" "$before"
END
}

@test "row: daemon" {
    row <<'END'
mkfifo /opt/go
script "$TREE/bin/daemon" <<'PY'
open("/opt/ready", "w").close()
open("/opt/go").read()
import os, wave
print(os.path.exists("/.busypy/view"), wave.__file__.startswith("/usr/lib/python3"), file=open("/opt/answer", "w"))
PY
"$TREE/bin/daemon" &
daemon=$!
wait_until 30 test -e /opt/ready
"$BUSYPY" disable --quiet
umount "$TREE"/{site-package,etc/*}
rm -r "$TREE"
echo go >/opt/go
wait "$daemon"
same "$(cat /opt/answer)" "True True"
END
}

@test "row: venv" {
    row <<'END'
ask <<'PY'
import venv
venv.create("/opt/venv", symlinks=True)
PY
same "$(readlink /opt/venv/bin/python3)" /usr/bin/python3
look='import os, sys; print(sys.prefix, os.path.exists("/.busypy/view"))'
same "$(/opt/venv/bin/python3 -c "$look")" "/opt/venv False"
END
}

@test "row: python3-script" {
    row <<'END'
look='import os; print(os.path.exists("/.busypy/view"))'
script "$TREE/bin/tool" <<<"$look"
same "$("$TREE/bin/tool")" True
same "$(python3 "$TREE/bin/tool")" False
END
}

@test "row: env" {
    row <<'END'
look='import os, sys; print(os.path.exists("/.busypy/view"), sys.executable, *sys.argv[1:])'
script "$TREE/bin/tool" '#!/usr/bin/env python3' <<<"$look"
script "$TREE/bin/split" '#!/usr/bin/env -S python3 -B' <<<"$look"
script "$TREE/bin/nested" '#!/usr/bin/python3' <<<'import subprocess; subprocess.run(["tool", "x"])'
script /opt/tool '#!/usr/bin/env python3' <<<"$look"
mkdir -p /opt/venv/bin
script /opt/venv/bin/python3 '#!/bin/sh' <<<'echo "venv $*"'
export PATH=/opt/venv/bin:$PATH
same "$("$TREE/bin/tool" a)" "True /usr/bin/python3 a"
same "$("$TREE/bin/split" b)" "True /usr/bin/python3 b"
same "$("$TREE/bin/nested")" "True /usr/bin/python3 x"
same "$(/opt/tool c)" "venv /opt/tool c"
"$BUSYPY" disable --quiet
printf '[busypy]\nenv = no\n' >/opt/busypy.conf
"$BUSYPY" enable --quiet --config /opt/busypy.conf "$TREE"
same "$("$TREE/bin/tool" d)" "venv $TREE/bin/tool d"
END
}

@test "row: second-path" {
    row <<'END'
look='import os; print(os.path.exists("/.busypy/view"))'
script "$TREE/bin/tool" <<<"$look"
mkdir /opt/second
mount --rbind "$TREE" /opt/second
same "$(/opt/second/bin/tool)" False
"$BUSYPY" enable --quiet /opt/second
same "$(/opt/second/bin/tool)" True
same "$("$TREE/bin/tool")" True
"$BUSYPY" disable --quiet
printf '[busypy]\ntree = %s\ntree = /opt/second\n' "$TREE" >/opt/busypy.conf
same "$("$BUSYPY" enable --config /opt/busypy.conf | sed -n "1s/:.*//p")" "2 trees enabled"
same "$(/opt/second/bin/tool)" True
END
}

@test "row: setuid" {
    row <<'END'
look='import os; print(os.geteuid())'
cp -L /usr/bin/python3 /opt/host-python
cp -L "$TREE/etc/python/$(uname -m)/usr/bin/python3" /opt/tree-python
chmod 4755 /opt/*-python
same "$(as_user /opt/host-python -I -c "$look")" 0
same "$(ask as_user <<<"import subprocess; subprocess.run(['/opt/tree-python', '-I', '-c', '$look'])")" 1000
same "$(ask as_user <<<'print([l.split()[1] for l in open("/proc/self/status") if l.startswith("NoNewPrivs")])')" "['1']"
END
}

@test "row: read-only" {
    row <<'END'
same "$(ask <<'PY'
import errno
for folder in "", "/usr", "/usr/bin", "/lib", "/bin", "/sbin", "/site-package":
    try:
        open(folder + "/new", "w")
    except OSError as e:
        print(errno.errorcode[e.errno])
PY
)" "$(yes EROFS | head -n 7)"
END
}

@test "row: pyc" {
    row <<'END'
mkdir /opt/modules
echo 'value = 1' >/opt/modules/ours.py
unset PYTHONDONTWRITEBYTECODE
same "$(ask <<'PY'
import errno, os, py_compile, sys
try:
    py_compile.compile(os.__file__, doraise=True)
except OSError as e:
    print(errno.errorcode[e.errno])
sys.path.insert(0, "/opt/modules")
import ours
print(len(os.listdir("/opt/modules/__pycache__")))
PY
)" $'EROFS\n1'
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
same "$(ask <<<'import os; print(os.path.exists("/data"))')" False
"$BUSYPY" disable --quiet
"$BUSYPY" enable --quiet "$TREE"
same "$(ask <<<'import os; print(os.path.exists("/data"))')" True
END
}

@test "row: nested" {
    row <<'END'
look='import os; print(os.path.exists("/.busypy/view"))'
script "$TREE/bin/tool" <<<"$look"
script /opt/host-script <<<"$look"
same "$(/opt/host-script)" False
same "$(ask <<<"import subprocess; subprocess.run(['$TREE/bin/tool']); subprocess.run(['/opt/host-script'])")" $'True\nTrue'
END
}

@test "row: working-directory" {
    row <<'END'
look='import os; print(os.getcwd(), os.listdir("."))'
script "$TREE/bin/tool" <<<"$look"
mkdir -p /home/work /usr/local/lib/work
touch /home/work/file
cd /home/work
same "$("$TREE/bin/tool")" "/home/work ['file']"
cd /usr/local/lib/work
same "$("$TREE/bin/tool" 2>&1 >/opt/out)" \
    "busypy: $TREE/bin/tool: the working directory /usr/local/lib/work is not in the view; it is an empty one now"
same "$(cat /opt/out)" "/.busypy/nowhere []"
END
}

@test "row: environment" {
    row <<'END'
script "$TREE/bin/tool" <<'PY'
import os
print({name: os.environ.get(name) for name in
       ("PYTHONHOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "PYTHONNOUSERSITE", "OTHER")})
PY
same "$(ask <<<'import os; os.environ["LD_LIBRARY_PATH"] = "/x"; os.system("echo $LD_LIBRARY_PATH")')" /x
same "$(env PYTHONHOME=/x LD_LIBRARY_PATH=/x LD_PRELOAD='' LD_AUDIT='' OTHER=kept "$TREE/bin/tool")" \
    "{'PYTHONHOME': None, 'LD_PRELOAD': None, 'LD_LIBRARY_PATH': None, 'LD_AUDIT': None, 'PYTHONNOUSERSITE': '1', 'OTHER': 'kept'}"
END
}

@test "row: packages" {
    row <<'END'
look='import sys; print([p for p in sys.path[1:] if not p.startswith(("/usr/lib/python3", "/site-package"))], "/site-package" in sys.path)'
mkdir /usr/local/lib/python3
export HOME=/home/user
mkdir -p "$HOME/.local/lib/$(cd "$TREE/etc/python/$(uname -m)/usr/lib" && echo python3.*)/site-packages"
same "$(ask <<<"$look")" "[] True"
same "$(ask <<<'import os; print([n for n in os.listdir("/usr/lib/python3/dist-packages") if not n.startswith("busypy")], os.path.exists("/usr/local/lib/python3"))')" "[] False"
"$BUSYPY" disable --quiet
printf '[busypy]\nuser-site = yes\n' >/opt/busypy.conf
"$BUSYPY" enable --quiet --config /opt/busypy.conf "$TREE"
same "$(ask <<<'import sys; print([p.startswith("/home/user/.local") for p in sys.path if "/home" in p])')" "[True]"
END
}

@test "row: kernel-modules" {
    row <<'END'
same "$(ask <<<'import os; print(os.path.exists("/lib/modules"), os.path.exists("/lib/firmware"))')" "False False"
END
}

@test "row: same-machine" {
    row <<'END'
script "$TREE/bin/tool" <<'PY'
import os
print(*(os.readlink("/proc/self/ns/" + name) for name in ("cgroup", "ipc", "net", "pid", "user", "uts")))
PY
spaces=$(readlink /proc/self/ns/{cgroup,ipc,net,pid,user,uts} | paste -sd ' ')
same "$("$TREE/bin/tool")" "$spaces"
same "$(as_user "$TREE/bin/tool")" "$spaces"
END
}

@test "row: services" {
    row <<'END'
script "$TREE/bin/tool" <<'PY'
import os
print(os.path.exists("/.busypy/view"), os.listdir("/opt"), os.getuid())
PY
same "$("$TREE/bin/tool")" "True [] 0"
own() { unshare -m bash -euc 'mount -t tmpfs own /opt && touch /opt/private && exec "$@"' _ "$@"; }
same "$(own "$TREE/bin/tool")" "True ['private'] 0"
same "$(own setpriv --reuid 1000 --regid 1000 --clear-groups "$TREE/bin/tool")" "True ['private'] 1000"
END
}

@test "row: shared-data" {
    row <<'END'
local_data
same "$(ask <<<'import zoneinfo; print(zoneinfo.ZoneInfo("Europe/Berlin"))')" Europe/Berlin
END
}

@test "row: process-name" {
    row <<<process_name
}

@test "row: own-python" {
    row <<<"own_python /usr/bin/python3 /usr"
}

@test "row: libraries" {
    row <<<own_libraries
}

@test "row: absolute-paths" {
    row <<'END'
script "$TREE/bin/tool" <<<'print("tool")'
same "$(ask <<<'import os, subprocess; subprocess.run(["/bin/tool"]); subprocess.run(["tool"]); print(os.path.isdir("/site-package"))')" $'tool\ntool\nTrue'
END
}

@test "row: python-by-name" {
    row <<'END'
export PATH=/usr/bin:/bin
same "$(ask <<<'import subprocess; subprocess.run(["python3", "-c", "import os; print(os.path.exists(\"/.busypy/view\"))"])')" True
END
}
