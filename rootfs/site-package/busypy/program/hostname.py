"""hostname: show or set the host name."""

import os

from busypy import cli

USAGE = """
usage: hostname [-dfis] [-F file] [name]
  -d  the domain
  -F FILE  set the name from this file
  -f  the full name, as the resolver has it
  -i  the addresses
  -s  only up to the first dot
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 1)
    if opts["F"] is not None or args:
        import socket
        name = args[0] if args else ""
        if opts["F"] is not None:
            with open(opts["F"], "rb") as file:
                words = [line.strip() for line in file if not line.startswith(b"#")]
            name = os.fsdecode(next((word for word in words if word), b""))
        try:
            socket.sethostname(name)
        except OSError as error:
            raise cli.Fail("sethostname: " + cli.why(error)) from None
        return 0
    name = os.uname().nodename
    if opts["s"]:
        name = name.partition(".")[0]
    elif opts["d"] or opts["f"] or opts["i"]:
        import socket
        full = socket.getfqdn(name)
        name = full if opts["f"] else full.partition(".")[2] if opts["d"] else " ".join(
            dict.fromkeys(info[4][0] for info in socket.getaddrinfo(name, None)))
    cli.out().write(cli.enc(name) + b"\n")
    return 0
