#!/bin/bash
# What the machine does: a first boot from installation to reboot, a second one to removal; or, where
# the kernel's command line says so, one for a tree beside the host's programs. Runs as a service;
# results go to the console.
# shellcheck disable=SC2317 # checks are called by name
set -u
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HERE=/opt/test
STATE=/var/lib/distro-test
EXPORT=/srv/busypy
BINFMT=/proc/sys/fs/binfmt_misc
TOOL=$EXPORT/current/bin/whichone

check() { # check NAME COMMAND...: one result; on failure with what the command printed.
    local name=$1 output; shift
    if output=$("$@" 2>&1); then
        echo "ok - $name"
    else
        echo "not ok - $name"
        printf '%s\n' "$output" | tail -n 30 | sed 's/^/# /'
    fi
}
same() { [ "$1" = "$2" ] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2"; return 1; }; }
await() { # await COMMAND...: until it succeeds, two minutes at most
    local deadline=$((SECONDS + 120))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { echo "gave up waiting for: $*"; "$@"; return 1; }
        sleep 0.2
    done
}
as_user() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }

# -- what the machine is, without us -------------------------------------------------------------

# Not what any boot or dpkg writes: logs, caches, counters, the list of packages.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /opt/test \
        -o -path /var/log -o -path /var/cache -o -path /var/tmp -o -path /var/lib/dpkg -o -path /var/lib/systemd \
        -o -path "$STATE" -o -path /var/lib/nfs -o -path /srv/lab -o -path /srv/busypy -o -name __pycache__ \) -prune -o \
        -printf '%p %M %U %G %l\n' | sort
}
mounts() { awk '{ print $5, $9 }' /proc/self/mountinfo | grep -v ' /run/credentials\|^/run/user' | sort; }
entries() { ls $BINFMT; }
state() { files >"$STATE/files.$1"; mounts >"$STATE/mounts.$1"; entries >"$STATE/entries.$1"; }

# Host scripts, and services that are written in Python and hardened in ways that matter.
write_services() {
    cat >/usr/local/bin/hostscript <<'PYTHON'
#!/usr/bin/python3
import os, sys
status = dict(line.split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
try:
    open("/etc/hostscript-writes", "w").close(); os.unlink("/etc/hostscript-writes"); etc = "rw"
except OSError as error:
    etc = error.strerror
attr = open("/proc/self/attr/apparmor/current").read().strip() if os.path.exists("/proc/self/attr/apparmor/current") else "-"
print(sys.executable, os.path.exists("/.busypy/view"), os.getuid(), status["CapEff"].strip(),
      status["CapAmb"].strip(), status["NoNewPrivs"].strip(), etc, os.path.exists("/tmp/of-all"), attr, sys.argv[1:])
PYTHON
    cp /usr/local/bin/hostscript /usr/local/bin/confined
    chmod 755 /usr/local/bin/hostscript /usr/local/bin/confined
    cat >/etc/apparmor.d/usr.local.bin.confined <<'PROFILE'
#include <tunables/global>
/usr/local/bin/confined {
  #include <abstractions/base>
  #include <abstractions/python>
  /usr/local/bin/confined r,
  /usr/bin/python3* ix,
  /proc/*/status r,
  /proc/*/attr/apparmor/current r,
  /tmp/ r,
}
PROFILE
    # One that does not let the interpreter be executed: a native shebang needs no such rule.
    cp /usr/local/bin/hostscript /usr/local/bin/narrow
    sed 's/confined/narrow/g; s|/usr/bin/python3\* ix,|/usr/bin/python3* mr,|' /etc/apparmor.d/usr.local.bin.confined \
        >/etc/apparmor.d/usr.local.bin.narrow
    apparmor_parser -r /etc/apparmor.d/usr.local.bin.confined /etc/apparmor.d/usr.local.bin.narrow
    local unit
    for unit in plain:'' ambient:$'User=user\nAmbientCapabilities=CAP_NET_BIND_SERVICE' \
        private:$'PrivateTmp=yes\nProtectSystem=strict' hardened:$'User=user\nPrivateTmp=yes\nProtectSystem=strict\nNoNewPrivileges=yes\nAmbientCapabilities=CAP_NET_RAW'; do
        printf '[Service]\nType=oneshot\nExecStart=/usr/local/bin/hostscript %s\nStandardOutput=append:/var/log/hostscripts\nStandardError=append:/var/log/hostscripts\n%s\n' \
            "${unit%%:*}" "${unit#*:}" >"/etc/systemd/system/host-${unit%%:*}.service"
    done
    systemctl daemon-reload
}
host_scripts() {
    local unit
    rm -f /var/log/hostscripts
    touch /tmp/of-all
    apt --version
    lsb_release -a 2>/dev/null
    pip --version
    py3versions --default
    /usr/local/bin/hostscript as root
    as_user /usr/local/bin/hostscript as user
    (cd / && /usr/local/bin/confined a b)
    for unit in plain ambient private hardened; do systemctl start "host-$unit"; done
    cat /var/log/hostscripts
}
host_scripts_same() { host_scripts >"$STATE/host.now" 2>&1; diff "$STATE/host.before" "$STATE/host.now"; }

# -- the tree ------------------------------------------------------------------------------------

publish() { # publish ID: the tree with one script that names its version
    rm -rf "$STATE/tree"
    cp -al "$HERE/tree" "$STATE/tree"
    printf '#!/usr/bin/python3\nimport os, sys\nprint("%s", os.path.exists("/.busypy/view"), os.getuid(), *sys.argv[1:])\n' \
        "$1" >"$STATE/tree/bin/whichone"
    printf '#!/usr/bin/python3\nimport sys\nprint("here", flush=True)\nsys.stdin.read()\nimport json, decimal\nprint(open("/bin/whichone").read().split(chr(34))[1], flush=True)\n' \
        >"$STATE/tree/bin/holdone"
    chmod 755 "$STATE/tree/bin/whichone" "$STATE/tree/bin/holdone"
    busypy publish --id "$1" "$STATE/tree" "$EXPORT"
}
runs() { same "$($TOOL a)" "$1 True 0 a" && same "$(as_user $TOOL b)" "$1 True 1000 b"; }
in_force() { busypy status -n -o version,state service | tr -s ' ' | grep -qx " *$1 in force"; }
all_well() { busypy status >/dev/null; }

install_it() { dpkg -i "$HERE/busypy_1.deb" && test ! -e $BINFMT/busypy-1-python3-nl; }
serve() {
    printf '[busypy]\ntree = %s/current\n' $EXPORT >/etc/busypy/busypy.conf
    systemctl enable --now busypyd && systemctl is-active busypyd && in_force 1
}
same_mounts() {
    same "$(readlink "/proc/$(systemctl show -P MainPID busypyd)/ns/mnt")" "$(readlink /proc/1/ns/mnt)"
}
verified() { systemd-analyze verify --man=no busypyd.service busypy-handler.service busypy-enable.service; }
follows() { publish 2 && runs 2 && await in_force 2 && runs 2; }
goes_back() { busypy rollback $EXPORT 1 && runs 1 && await in_force 1 && runs 1; }
binfmt_restarted() {
    systemctl restart systemd-binfmt && await all_well && runs 1 && systemctl is-active busypyd
}
wiped() { echo -1 >$BINFMT/status; await all_well && runs 1; }
qemu_beside() {
    dpkg -i "$HERE/qemu-user-static.deb" && await test -e $BINFMT/qemu-aarch64 && await all_well && runs 1
}
killed() {
    systemctl kill --signal=KILL busypyd
    runs 1 && await systemctl is-active busypyd && await in_force 1 && runs 1
}
reloaded() { systemctl reload busypyd && systemctl is-active busypyd && in_force 1; }

# A tree on a server, which is this machine itself: what changes there makes no event in the mount.
LAB=/net/lab
configure() { { echo '[busypy]'; printf 'tree = %s\n' "$@"; } >/etc/busypy/busypy.conf; }
lab() { same "$($LAB/current/bin/whichone)" "$1 True 0" && same "$(as_user $LAB/current/bin/whichone)" "$1 True 1000"; }
lab_state() { busypy status -n -o follows,version,watch,state service | tr -s ' ' | grep -qx "$LAB/current $1 poll $2"; }
lab_follows() {
    EXPORT=/srv/lab publish a && exportfs -o ro,no_subtree_check,insecure,fsid=7 localhost:/srv/lab &&
        mount -t nfs -o vers=4.2,hard,actimeo=1 localhost:/srv/lab $LAB || return 1
    configure $EXPORT/current $LAB/current
    await lab_state a 'in force' && lab a || return 1
    EXPORT=/srv/lab publish b
    await lab_state b 'in force' && lab b
}
lab_goes() {
    systemctl stop nfs-server
    await lab_state b 'it does not answer' || return 1
    publish 3 && runs 3 && await in_force 3 && runs 3 || return 1
    host_scripts_same && busypy rollback $EXPORT 1 && await in_force 1 && runs 1
}
lab_comes_back() {
    systemctl start nfs-server && exportfs -o ro,no_subtree_check,insecure,fsid=7 localhost:/srv/lab
    await lab_state b 'in force' && lab b
}
lab_leaves() {
    configure $EXPORT/current
    gone() { ! busypy status -n trees | grep -q "$LAB"; }
    await gone && umount $LAB && systemctl stop nfs-server && all_well
}

# Scripts at full rate, and one that runs all the time, while the package is replaced.
upgraded() {
    local before held line pid
    before=$(busypy status -n -o generation trees | sort -u)
    mkfifo "$STATE/in" "$STATE/out"
    $EXPORT/current/bin/holdone <"$STATE/in" >"$STATE/out" & held=$!
    exec 8>"$STATE/in" 9<"$STATE/out"
    read -r line <&9 && same "$line" here || return 1
    touch "$STATE/go"
    while [ -e "$STATE/go" ]; do $TOOL loop; done >"$STATE/loop" 2>&1 & pid=$!
    dpkg -i "$HERE/busypy_2.deb" || return 1
    newer() { [ "$(busypy status -n -o generation trees | sort -u)" -gt "$before" ]; }
    await newer || return 1
    rm "$STATE/go"; wait $pid
    exec 8>&-; read -r line <&9; wait $held || return 1
    same "$line" 1 || return 1
    same "$(sort -u "$STATE/loop")" "1 True 0 loop" || return 1
    echo "# $(wc -l <"$STATE/loop") scripts ran during the upgrade" >/dev/console
    all_well && runs 1
}

# The one difference, as busypy(7) has it.
narrow() { (cd / && /usr/local/bin/narrow 2>&1); }
narrow_refused() {
    local said; said=$(narrow) && return 1
    same "$said" "busypy: /usr/local/bin/narrow: cannot execute /usr/bin/python3: Permission denied (Hint: a profile of AppArmor or SELinux forbids it: let it execute the interpreter, see busypy(7))"
}

first_boot() {
    check "a Debian 6.1 kernel, systemd, AppArmor" eval 'uname -r | grep "^6\.1.*-cloud-amd64" && systemctl --version && aa-enabled'
    mkdir -p "$STATE"
    mkdir -p $LAB
    printf '[nfsd]\ngrace-time=10\nlease-time=10\n' >/etc/nfs.conf.d/test.conf
    systemctl restart nfs-server
    write_services
    host_scripts >"$STATE/host.before" 2>&1
    sed 's/^/# before: /' "$STATE/host.before"
    check "a profile that lacks the interpreter's rule, without us" narrow
    state before
    check "the package installs and enables nothing by itself" install_it
    check "systemd finds nothing wrong with the units" verified
    check "a tree is published" publish 1
    check "the service comes up and has it in force" serve
    check "its hardening leaves it in the host's mount namespace" same_mounts
    check "status finds nothing wrong" busypy status
    check "scripts run in a view, as root and as a user" runs 1
    check "host scripts and services are as before" host_scripts_same
    check "a profile that lacks the interpreter's rule, as documented" narrow_refused
    check "a new version" follows
    check "and back" goes_back
    check "systemd-binfmt restarted" binfmt_restarted
    check "all entries wiped" wiped
    check "the service killed" killed
    check "the service reloaded" reloaded
    check "a tree on NFS, and a new version that another machine publishes" lab_follows
    check "its server stops: what is local goes on" lab_goes
    check "it starts again" lab_comes_back
    check "the tree is configured no more" lab_leaves
    check "qemu-user-static installed beside it" qemu_beside
    check "the package is upgraded while scripts run" upgraded
    check "host scripts and services are as before, still" host_scripts_same
    touch "$STATE/first"
    echo "=== reboot"
    sync
    systemctl reboot
}

clean_before() { ! journalctl -k -b | grep -iE 'ext4.*(recovery|orphan)'; }
stopped_in_order() { # of the boot before
    journalctl -b -1 -o short-monotonic | grep -E 'busypy|Reached target.*(Unmount|Reboot)' | tail -n 20
    journalctl -b -1 | grep -q 'Stopped busypy-handler.service'
}
removed() {
    dpkg --purge busypy && dpkg --purge qemu-user-static &&
        rm -rf $EXPORT && rm -f "$STATE"/{in,out,loop}
}
as_it_was() { diff "$STATE/$1.before" "$STATE/$1.after"; }

second_boot() {
    check "the root was unmounted cleanly" clean_before
    check "the handler was taken away in order" stopped_in_order
    check "the service is up by itself, with the same version" await in_force 1
    check "scripts run in a view after the reboot" runs 1
    check "status finds nothing wrong after it" busypy status
    check "host scripts and services are as before, after the reboot" host_scripts_same
    check "the packages are removed" removed
    state after
    check "no file is left" as_it_was files
    check "no mount is left" as_it_was mounts
    check "no entry is left" as_it_was entries
    check "nothing is left in /run" same "$(find /run -name '*busypy*')" ""
    check "no unit of ours is left" same "$(systemctl list-units --all --no-legend '*busypy*' | grep -v not-found)" ""
    check "host scripts and services are as before, without us" host_scripts_same
    echo "=== end"
    sync
    systemctl poweroff
}

# -- a tree whose scripts run beside the host's programs: what the battery asks, and containers ------

BESIDE=/srv/beside
PROGRAMS=$HERE/programs
battery_of_host() { python3 "$PROGRAMS/booted.py" host "$STATE/battery"; }
beside_served() {
    cp "$PROGRAMS"/{battery,nested,held,service,rows_*.py} "$HERE/beside/bin/"
    echo 'programs = host' >"$HERE/beside/etc/busypy/tree.conf"
    busypy publish --id 1 "$HERE/beside" $BESIDE || return 1
    configure $BESIDE/current
    systemctl enable --now busypyd && systemctl is-active busypyd && all_well
}
battery_of_tree() { python3 "$PROGRAMS/booted.py" tree "$STATE/battery" $BESIDE/current/bin; }
# container ENGINE-OPTION... -- OPTION...: the tree's script in a container that has nothing else
container() {
    local engine=()
    while [ "$1" != -- ]; do engine+=("$1"); shift; done
    shift
    podman "${engine[@]}" --storage-driver=vfs run --rm --network=none "$@" \
        -v $BESIDE:$BESIDE:ro --rootfs "$HOME/root" $BESIDE/current/bin/nested in a container
}
contained() { # contained ENGINE-OPTION...
    export HOME=/var/tmp/podman-$UID
    export XDG_RUNTIME_DIR=$HOME/run
    mkdir -p "$HOME"/{run,store,root/{dev,etc,proc,run,srv,sys,tmp}} && cd "$HOME" || return 1
    same "$(container "$@" --root "$HOME/store" --runroot "$HOME/run" -- -v /run/busypy:/run/busypy:ro)" \
        "$($BESIDE/current/bin/nested in a container)" || return 1
    container "$@" --root "$HOME/store" --runroot "$HOME/run" -- >"$HOME/said" 2>&1
    same "$? $(grep -c 'a container or chroot has to have /run/busypy as well' "$HOME/said")" "125 1" ||
        { cat "$HOME/said"; return 1; }
}
contained_by_user() {
    as_user env -u LC_ALL bash -c "$(declare -f same container contained); BESIDE=$BESIDE; contained --cgroup-manager=cgroupfs"
}

beside_boot() {
    mkdir -p "$STATE"
    check "the battery, by the host's Python" battery_of_host
    check "the package is installed" install_it
    check "a tree whose scripts run beside the host's programs" beside_served
    battery_of_tree
    check "podman, with the runtimes and without, as root" contained
    check "podman, with the runtimes and without, as a user" contained_by_user
    check "status finds nothing wrong" busypy status
    echo "=== end"
    systemctl poweroff
}

echo "=== begin"
case $(cat /proc/cmdline) in
*distro-test=beside*) beside_boot ;;
*) if [ -e "$STATE/first" ]; then second_boot; else first_boot; fi ;;
esac
