"""What needs a booted systemd: services, timers, the journal, containers of podman."""
import os
import time

from rows_common import out, sh, whose

ROWS = []
ROOT = [] if os.getuid() == 0 else ["sudo", "-n"]
with open("/proc/self/status", encoding="ascii") as file:
    ROOT_CAN = not ROOT or "NoNewPrivs:\t0" in file.read()


def row(function):
    ROWS.append(function)
    return function


def by_root(*command):
    """By sudo where it must be; without LD_PRELOAD, of which ld.so complains there."""
    env = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    return out(*ROOT, *command, env=env)


def service(here, *properties):
    """What the script `service` says as a service with these properties."""
    words = [word for one in properties for word in ("-p", one)]
    open("/tmp/of-all", "w", encoding="ascii").close()
    os.chmod("/tmp/of-all", 0o666)
    said = by_root("systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--unit=battery-row",
                   *words, here + "/service", "a", "b c")
    os.unlink("/tmp/of-all")
    return whose(said)


@row
def system_is_running(here):
    return out("systemctl", "is-system-running")


@row
def units(here):
    return [out("systemctl", "is-active", "dbus.service", "no-such.service"),
            out("systemctl", "show", "-P", "ActiveState", "-P", "FragmentPath", "dbus.service"),
            out("systemctl", "list-unit-files", "--no-legend", "systemd-journald.service")]


@row
def start_and_stop(here):
    words = "systemd-run --quiet --unit=battery-sleeps sleep infinity"
    return [by_root(*words.split()), out("systemctl", "is-active", "battery-sleeps"),
            by_root("systemctl", "stop", "battery-sleeps"),
            out("systemctl", "is-active", "battery-sleeps")]


@row
def not_allowed_without_sudo(here):
    return out("systemctl", "--no-ask-password", "stop", "no-such.service")


@row
def service_plain(here):
    return service(here)


@row
def service_protect_system(here):
    return service(here, "ProtectSystem=strict", "ProtectHome=yes")


@row
def service_private_tmp(here):
    return service(here, "PrivateTmp=yes", "PrivateDevices=yes")


@row
def service_dynamic_user(here):
    return service(here, "DynamicUser=yes")


@row
def service_no_new_privileges(here):
    return service(here, "User=u", "NoNewPrivileges=yes")


@row
def service_hardened(here):
    return service(here, "DynamicUser=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=",
                   "PrivateTmp=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateUsers=yes",
                   "ProtectKernelTunables=yes", "RestrictNamespaces=yes", "LockPersonality=yes",
                   "MemoryDenyWriteExecute=yes", "SystemCallFilter=@system-service")


@row
def service_with_ambient_capabilities(here):
    return service(here, "User=u", "AmbientCapabilities=CAP_NET_RAW")


@row
def timer(here):
    word = f"by-timer-{os.getpid()}-{here.replace('/', '-')}"
    started = by_root("systemd-run", "--quiet", f"--unit={word}", "--on-active=1ms",
                      "--timer-property=AccuracySec=1ms", here + "/nested", word)
    said, deadline = "", time.monotonic() + 100
    while ROOT_CAN and word not in said and time.monotonic() < deadline:
        by_root("journalctl", "--sync")
        said = by_root("journalctl", "-b", "-o", "cat", "-t", "nested", "-g", word)
    return [started, whose(said).replace(word, "WORD")]


@row
def journal(here):
    tag = f"battery-{os.getpid()}"
    out("logger", "-t", tag, "from a script")
    by_root("journalctl", "--sync")
    return by_root("journalctl", "-b", "-o", "cat", "-t", tag)


@row
def other_tools(here):
    return [out("hostnamectl", "hostname"), out("timedatectl", "show", "-p", "Timezone"),
            out("loginctl", "list-users", "--no-legend").split(), out("systemd-detect-virt", "-c"),
            sh("busctl --list --no-legend | grep -c org.freedesktop.systemd1"),
            out("systemd-cgls", "--no-pager", "--unit", "dbus.service").splitlines()[:1]]


@row
def run_as_another(here):
    return whose(by_root("runuser", "-u", "u", "--", here + "/nested", "as u"))
