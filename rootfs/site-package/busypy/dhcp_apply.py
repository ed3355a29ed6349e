"""Give an interface what a DHCP lease says: address, routes, size of packets, resolver."""

import os

from busypy import netlink

RESOLVER = "/etc/resolv.conf"


def write_resolver(text, path=RESOLVER):
    """Replace resolv.conf by a rename; through a symbolic link, so that it may lie in /run."""
    path = os.path.realpath(path)
    temporary = "%s.%d" % (path, os.getpid())
    data = os.fsencode(text)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, path)


def resolver_text(lease, interface):
    lines = ["# from DHCP on %s" % interface]
    search = lease.search or ([lease.domain] if lease.domain else [])
    lines += ["search " + " ".join(search)] if search else []
    return "\n".join(lines + ["nameserver " + name for name in lease.resolvers]) + "\n"


def bring_up(net, link):
    net.change_link(link.index, True)


def apply(net, link, lease, old):
    """Set what is new, take away what the old lease had and this one has not."""
    flags = netlink.CREATE | netlink.REPLACE
    if lease.mtu >= 576 and lease.mtu != link.mtu:
        net.change_link(link.index, None, netlink.attribute(netlink.IFLA["mtu"], lease.mtu))
    net.change_address(netlink.NEWADDR, link.index, lease.address, lease.prefix,
                       lease.broadcast, 0, flags, link.name)
    if old is not None and old.address != lease.address:
        forget(net, link, old)
    for target, prefix, gateway in lease.routes:
        if gateway == bytes(4):
            net.change_route(netlink.NEWROUTE, target, prefix, None, link.index, flags=flags)
            continue
        on_link = (int.from_bytes(gateway, "big") ^ int.from_bytes(lease.address, "big")) >> \
            (32 - lease.prefix) == 0 if lease.prefix else True
        if not on_link:
            # A gateway outside the subnet has to be made reachable first.
            net.change_route(netlink.NEWROUTE, gateway, 32, None, link.index, flags=flags)
        net.change_route(netlink.NEWROUTE, target, prefix, gateway, link.index, flags=flags)


def forget(net, link, lease):
    """Remove the address; the kernel removes its routes with it."""
    try:
        net.change_address(netlink.DELADDR, link.index, lease.address, lease.prefix)
    except OSError:
        pass  # somebody else has taken it away
