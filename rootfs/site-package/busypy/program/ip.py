"""ip: show and change interfaces, addresses and routes."""

import socket

from busypy import cli, netlink

USAGE = """
usage: ip [-4 | -6] [-o] [-br] addr|link|route [command]
  -4  only IPv4
  -6  only IPv6
  -o, --oneline  one line for each record
  --brief  in short lines (also -br)

ip addr [show [dev] NAME] | add|del|replace ADDRESS/PREFIX dev NAME [broadcast ADDRESS|+]
        | flush dev NAME
ip link [show [dev] NAME] | set [dev] NAME [up|down] [mtu N] [address MAC] [name NEW] [master NAME]
        [netns PID] | add NAME type KIND [peer name NAME] | del NAME
ip route [show] | add|replace|del TARGET|default [via GATEWAY] [dev NAME] [metric N] [src ADDRESS]
"""
STATES = ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")
FLAGS = ((16, "POINTOPOINT"), (8, "LOOPBACK"), (2, "BROADCAST"), (4096, "MULTICAST"),
         (128, "NOARP"), (256, "PROMISC"), (1, "UP"), (65536, "LOWER_UP"))
TYPES = {1: "ether", 772: "loopback", 65534: "none", 512: "ppp", 776: "sit"}
SCOPES = {0: "global", 253: "link", 254: "host", 255: "nowhere", 200: "site"}
PROTOCOLS = {0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 9: "ra", 16: "dhcp"}
ROUTE_TYPES = {2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole",
               7: "unreachable", 8: "prohibit"}
COMMANDS = {"show": "show", "list": "show", "lst": "show", "add": "add", "delete": "del",
            "del": "del", "set": "set", "flush": "flush", "replace": "replace",
            "change": "replace"}


def text_of(address):
    family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, address)


def parse_address(text, family=0):
    """'10.0.0.1/24' -> (bytes, prefix); without a prefix the whole length."""
    name, slash, prefix = text.partition("/")
    for kind in (socket.AF_INET, socket.AF_INET6):
        if family in (0, kind):
            try:
                data = socket.inet_pton(kind, name)
                break
            except OSError:
                continue
    else:
        raise cli.Fail("an inet address is expected rather than \"%s\"" % text)
    bits = len(data) * 8
    if slash and (not prefix.isdigit() or int(prefix) > bits):
        raise cli.Fail("an inet prefix is expected rather than \"%s\"" % text)
    return data, int(prefix) if slash else bits


class Words:
    """The words of a command, taken one by one."""

    def __init__(self, words):
        self.words = list(words)

    def take(self, after):
        if not self.words:
            raise cli.Fail("command line is not complete: argument expected after \"%s\"" % after)
        return self.words.pop(0)

    def pairs(self, keys, first=None):
        """`key value` words -> dict; a word that is no key is the value of `first`."""
        found = {}
        while self.words:
            word = self.words.pop(0)
            if word in keys:
                found[word] = self.take(word) if keys[word] else True
            elif first is not None and first not in found:
                found[first] = word
            else:
                raise cli.Fail("either \"%s\" is duplicate, or \"%s\" is a garbage." % (word, word))
        return found


class Ip:
    """What all three subjects share."""

    def __init__(self, net, opts, brief):
        self.net, self.opts, self.brief = net, opts, brief
        self.family = {"4": socket.AF_INET, "6": socket.AF_INET6}.get(opts.last("46"), 0)

    def index(self, name):
        try:
            return socket.if_nametoindex(name)
        except OSError:
            raise cli.Fail("Cannot find device \"%s\"" % name) from None

    def put(self, lines):
        joint = "\\" if self.opts["o"] else "\n"
        cli.out().write(cli.enc(joint.join(lines) + "\n"))

    def chosen(self, words):
        name = Words(words).pairs({"dev": True, "up": False}, "dev").get("dev")
        if name is not None:
            self.index(name)
        return [link for link in self.net.links() if name in (None, link.name)]


def link_lines(link, names, mode=""):
    flags = [word for bit, word in FLAGS if link.flags & bit]
    if link.flags & 1 and not link.flags & 65536:
        flags.insert(0, "NO-CARRIER")
    state = STATES[link.operstate] if link.operstate < len(STATES) else str(link.operstate)
    name = link.name
    if link.link and link.link != link.index:
        name += "@" + names.get(link.link, "if%d" % link.link)
    master = " master %s" % names.get(link.master, link.master) if link.master else ""
    first = "%d: %s: <%s> mtu %d qdisc %s%s state %s%s group default qlen %d" % (
        link.index, name, ",".join(flags), link.mtu, link.qdisc, master, state, mode, link.txqlen)
    second = "    link/%s" % TYPES.get(link.type, str(link.type))
    if link.address:
        second += " %s brd %s" % (link.address.hex(":"), link.broadcast.hex(":"))
    return [first, second]


def lifetime(seconds):
    return "forever" if seconds == 0xffffffff else "%dsec" % seconds


def address_lines(address):
    words = "    %s %s/%d" % (netlink.FAMILIES.get(address.family, "?"),
                              text_of(address.local), address.prefix)
    if address.address != address.local:
        words = words.replace("/%d" % address.prefix, " peer %s/%d" % (
            text_of(address.address), address.prefix))
    if address.broadcast:
        words += " brd " + text_of(address.broadcast)
    words += " scope " + SCOPES.get(address.scope, str(address.scope))
    for bit, word in ((1, " secondary"), (64, " tentative"), (8, " dadfailed"),
                      (512, " noprefixroute")):
        if address.flags & bit and not (bit == 1 and address.family == socket.AF_INET6):
            words += word
    if not address.flags & 128:
        words += " dynamic"
    return [words + " " + address.label,
            "       valid_lft %s preferred_lft %s" % (
                lifetime(address.valid), lifetime(address.preferred))]


def show_addresses(ip, words):
    links = ip.chosen(words)
    names = {link.index: link.name for link in ip.net.links()}
    addresses = ip.net.addresses(ip.family)
    for link in links:
        own = [a for a in addresses if a.index == link.index and a.family in netlink.FAMILIES]
        if ip.brief:
            shown = " ".join("%s/%d" % (text_of(a.local), a.prefix) for a in own)
            ip.put(["%-16s %-14s %s" % (link.name, STATES[link.operstate], shown)])
        elif ip.opts["o"]:
            for address in own:
                first, second = address_lines(address)
                ip.put(["%d: %s%s" % (link.index, link.name, first), second])
        elif own or not ip.family:
            lines = link_lines(link, names)[:1 if ip.family else 2]
            for address in own:
                lines += address_lines(address)
            ip.put(lines)


def change_addresses(ip, command, words):
    keys = {"dev": True, "broadcast": True, "brd": True, "scope": True, "label": True}
    given = Words(words).pairs(keys, "local")
    if "dev" not in given:
        raise cli.Fail("Not enough information: \"dev\" argument is required.")
    index = ip.index(given["dev"])
    if command == "flush":
        for address in ip.net.addresses(ip.family):
            if address.index == index:
                ip.net.change_address(netlink.DELADDR, index, address.local, address.prefix)
        return
    if "local" not in given:
        raise cli.Fail("Not enough information: an address is required.")
    data, prefix = parse_address(given["local"], ip.family)
    broadcast = given.get("broadcast", given.get("brd"))
    if broadcast == "+":
        value = int.from_bytes(data, "big") | (1 << (len(data) * 8 - prefix)) - 1
        broadcast = value.to_bytes(len(data), "big")
    elif broadcast is not None:
        broadcast = parse_address(broadcast)[0]
    scope = given.get("scope", "global")
    scopes = {name: number for number, name in SCOPES.items()}
    if scope not in scopes and not scope.isdigit():
        raise cli.Fail("invalid scope value \"%s\"" % scope)
    if "scope" not in given and data[:1] == b"\x7f" and len(data) == 4:
        scope = "host"
    flags = {"add": netlink.CREATE | netlink.EXCLUSIVE, "replace": netlink.CREATE | netlink.REPLACE,
             "del": 0}[command]
    kind = netlink.DELADDR if command == "del" else netlink.NEWADDR
    ip.net.change_address(kind, index, data, prefix, broadcast,
                          scopes.get(scope) if scope in scopes else int(scope), flags,
                          given.get("label"))


def addr(ip, command, words):
    if command == "show":
        show_addresses(ip, words)
    elif command in ("add", "del", "replace", "flush"):
        change_addresses(ip, command, words)
    else:
        raise cli.Fail("Command \"%s\" is unknown, try \"ip --help\"." % command)


def link(ip, command, words):
    if command == "show":
        names = {entry.index: entry.name for entry in ip.net.links()}
        for entry in ip.chosen(words):
            if ip.brief:
                ip.put(["%-16s %-14s %s" % (entry.name, STATES[entry.operstate],
                                            entry.address.hex(":"))])
            else:
                ip.put(link_lines(entry, names, " mode DEFAULT"))
    elif command == "set":
        set_link(ip, Words(words))
    elif command == "add":
        add_link(ip, Words(words))
    elif command == "del":
        name = Words(words).pairs({"dev": True}, "dev").get("dev", "")
        ip.net.delete_link(ip.index(name))
    else:
        raise cli.Fail("Command \"%s\" is unknown, try \"ip --help\"." % command)


def add_link(ip, words):
    name = words.take("add")
    name = words.take(name) if name in ("name", "dev") else name
    if words.take(name) != "type":
        raise cli.Fail("\"type\" is required")
    kind, peer = words.take("type"), None
    if words.words[:2] == ["peer", "name"]:
        words.words = words.words[2:]
        peer = words.take("name")
    if words.words:
        raise cli.Fail("either \"%s\" is duplicate, or it is a garbage." % words.words[0])
    ip.net.add_link(name, kind, peer)


def set_link(ip, words):
    keys = {"dev": True, "up": False, "down": False, "mtu": True, "address": True, "name": True,
            "master": True, "nomaster": False, "netns": True, "txqueuelen": True}
    given = words.pairs(keys, "dev")
    if "dev" not in given:
        raise cli.Fail("Not enough of information: \"dev\" argument is required.")
    attrs = b""
    for key, kind in (("mtu", "mtu"), ("txqueuelen", "txqlen"), ("netns", "netns_pid")):
        if key in given:
            attrs += netlink.attribute(netlink.IFLA[kind], cli.number(given[key], key))
    if "address" in given:
        try:
            attrs += netlink.attribute(netlink.IFLA["address"],
                                       bytes.fromhex(given["address"].replace(":", "")))
        except ValueError:
            raise cli.Fail("\"%s\" is invalid lladdr." % given["address"]) from None
    if "name" in given:
        attrs += netlink.attribute(netlink.IFLA["name"], given["name"])
    if "master" in given or "nomaster" in given:
        master = ip.index(given["master"]) if "master" in given else 0
        attrs += netlink.attribute(netlink.IFLA["master"], master)
    up = True if "up" in given else False if "down" in given else None
    ip.net.change_link(ip.index(given["dev"]), up, attrs)


def route_line(entry, names):
    words = [ROUTE_TYPES[entry.type]] if entry.type in ROUTE_TYPES else []
    if entry.target is None:
        words.append("default")
    else:
        full = len(entry.target) * 8 == entry.prefix
        words.append(text_of(entry.target) + ("" if full else "/%d" % entry.prefix))
    if entry.gateway:
        words += ["via", text_of(entry.gateway)]
    if entry.index in names:
        words += ["dev", names[entry.index]]
    if entry.protocol != 3:  # what an administrator has added is not worth a word
        words += ["proto", PROTOCOLS.get(entry.protocol, str(entry.protocol))]
    if entry.scope and entry.family == socket.AF_INET:
        words += ["scope", SCOPES.get(entry.scope, str(entry.scope))]
    if entry.source:
        words += ["src", text_of(entry.source)]
    if entry.metric:
        words += ["metric", str(entry.metric)]
    if entry.preference is not None and entry.family == socket.AF_INET6:
        words += ["pref", {0: "medium", 1: "high", 3: "low"}.get(entry.preference[0], "?")]
    if entry.flags & 16:
        words.append("linkdown")
    return " ".join(words)


def show_routes(ip, words):
    given = Words(words).pairs({"dev": True, "table": True}, "target")
    names = {entry.index: entry.name for entry in ip.net.links()}
    shown = {} if "dev" in given else names  # an interface that was asked for is not repeated
    family = ip.family or socket.AF_INET
    tables = {"main": 254, "local": 255, "all": None, "default": 253}
    table = given.get("table", "main")
    table = tables[table] if table in tables else cli.number(table, "table")
    for entry in ip.net.routes(family):
        if table is not None and entry.table != table:
            continue
        if "dev" in given and names.get(entry.index) != given["dev"]:
            continue
        if given.get("target") == "default" and entry.target is not None:
            continue
        ip.put([route_line(entry, shown) + " "])


def route(ip, command, words):
    if command == "show":
        show_routes(ip, words)
        return
    if command not in ("add", "del", "replace"):
        raise cli.Fail("Command \"%s\" is unknown, try \"ip --help\"." % command)
    keys = {"via": True, "dev": True, "metric": True, "src": True, "scope": True, "table": True,
            "proto": True, "onlink": False}
    given = Words(words).pairs(keys, "target")
    if "target" not in given:
        raise cli.Fail("a route target is expected")
    target = prefix = None
    if given["target"] != "default":
        target, prefix = parse_address(given["target"], ip.family)
        if target in (bytes(4), bytes(16)) and prefix == 0:
            target = None
    flags = {"add": netlink.CREATE | netlink.EXCLUSIVE, "del": 0,
             "replace": netlink.CREATE | netlink.REPLACE}[command]
    kind = netlink.DELROUTE if command == "del" else netlink.NEWROUTE
    scopes = {name: number for number, name in SCOPES.items()}
    ip.net.change_route(
        kind, target, prefix or 0,
        parse_address(given["via"], ip.family)[0] if "via" in given else None,
        ip.index(given["dev"]) if "dev" in given else None,
        cli.number(given["metric"], "metric") if "metric" in given else None,
        parse_address(given["src"], ip.family)[0] if "src" in given else None, flags,
        ip.family or None, scopes.get(given.get("scope")),
        cli.number(given.get("table", "254"), "table"))


SUBJECTS = {"address": addr, "link": link, "route": route}


def main(argv):
    words = ["--brief" if word == "-br" else word for word in argv[1:]]
    opts, args = cli.parse(argv[:1] + words, USAGE, stop=True)
    if not args:
        raise cli.Usage("an object is missing: addr, link or route")
    name = next((key for key in SUBJECTS if key.startswith(args[0])), None)
    if name is None:
        raise cli.Fail("Object \"%s\" is unknown, try \"ip --help\"." % args[0])
    command, rest = "show", args[1:]
    if rest:
        exact = COMMANDS.get(rest[0])
        matches = {value for key, value in COMMANDS.items() if key.startswith(rest[0])}
        if exact or len(matches) == 1 or rest[0] in ("a", "s", "d"):
            command = exact or {"a": "add", "s": "show", "d": "del"}.get(rest[0]) or matches.pop()
        elif socket_name(rest[0]):
            rest = ["show"] + rest
        else:
            raise cli.Fail("Command \"%s\" is unknown, try \"ip --help\"." % rest[0])
    with netlink.Netlink() as net:
        try:
            SUBJECTS[name](Ip(net, opts, bool(opts["brief"])), command, rest[1:])
        except OSError as error:
            raise cli.Fail("RTNETLINK answers: " + cli.why(error), 2) from None
    return 0


def socket_name(name):
    """Whether a word is the name of an interface (`ip addr eth0`)."""
    return name in (entry for _, entry in socket.if_nameindex()) or name == "dev"
