"""The list of name servers: /etc/resolv.conf, as DHCP or the kernel says it."""

import os

PATH = "/etc/resolv.conf"


def write(content, path=PATH):
    """Replace resolv.conf by a rename; through a symbolic link, so that it may lie in /run."""
    path = os.path.realpath(path)
    temporary = "%s.%d" % (path, os.getpid())
    data = os.fsencode(content)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, path)


def text(lease, interface):
    lines = ["# from DHCP on %s" % interface]
    search = lease.search or ([lease.domain] if lease.domain else [])
    lines += ["search " + " ".join(search)] if search else []
    return "\n".join(lines + ["nameserver " + name for name in lease.resolvers]) + "\n"
