"""wget: fetch files by HTTP and HTTPS."""

import os
import sys

from busypy import cli
from busypy.copying import write_all

USAGE = """
usage: wget [-cqS] [-O file] [-P dir] [-T seconds] [-t tries] [-U agent] url ...
  -c, --continue  go on with a part that is there
  -O FILE, --output-document=FILE  write all to this file (-: standard output)
  -P DIR, --directory-prefix=DIR  put files into this directory
  -q, --quiet  no messages
  -S, --server-response  show the server's headers
  -T SECONDS, --timeout=SECONDS  give up when nothing comes for so long (60)
  -t N, --tries=N  try so often (1)
  -U TEXT, --user-agent=TEXT  who we say we are
  --header=TEXT  send this header too
  --no-check-certificate  trust every server
  --post-data=TEXT  send this with POST
  --spider  only check whether it is there
"""
BLOCK = 1 << 17
REDIRECTS = 20


class Refused(Exception):
    """The server's answer is no; args[0] says how, args[1] is the status of the program."""


def connect(parts, opts):
    """A connection to the host of a URL, through http_proxy where it is set."""
    import http.client
    timeout = float(opts["T"] or 60)
    proxy = os.environ.get(parts.scheme + "_proxy") or os.environ.get("all_proxy")
    if skip_proxy(parts.hostname or ""):
        proxy = None
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    extra = {}
    if secure and opts["no-check-certificate"]:
        import ssl
        extra["context"] = ssl._create_unverified_context()
    if not proxy:
        return kind(parts.hostname, parts.port, timeout=timeout, **extra)
    from urllib.parse import urlsplit
    through = urlsplit(proxy if "://" in proxy else "http://" + proxy)
    connection = kind(through.hostname, through.port or 80, timeout=timeout, **extra)
    if secure:
        connection.set_tunnel(parts.hostname, parts.port or 443)
    return connection


def skip_proxy(host):
    names = [name.strip() for name in os.environ.get("no_proxy", "").split(",")]
    return any(name and (host == name or host.endswith("." + name.lstrip("."))) for name in names)


def headers(opts, start, parts):
    found = {"User-Agent": opts["U"] or "Wget", "Accept": "*/*", "Accept-Encoding": "identity"}
    if start:
        found["Range"] = "bytes=%d-" % start
    if parts.username:
        import base64
        from urllib.parse import unquote
        pair = "%s:%s" % (unquote(parts.username), unquote(parts.password or ""))
        found["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    for text in opts.every("header"):
        name, colon, value = text.partition(":")
        if not colon:
            raise cli.Fail("invalid header %s" % cli.quote(text), 2)
        found[name.strip()] = value.strip()
    return found


def fetch(url, opts, start):
    """Follow redirects to the answer: (connection, response, url); raises Refused, OSError."""
    from urllib.parse import quote, urljoin, urlsplit
    body = opts["post-data"]
    for _ in range(REDIRECTS):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused("%s: not an HTTP or HTTPS address" % url, 1)
        target = quote(parts.path or "/", safe="/%:=&?~#+!$,;'@()*[]") + (
            "?" + parts.query if parts.query else "")
        connection = connect(parts, opts)
        proxied = parts.scheme == "http" and connection.host != parts.hostname
        method = "POST" if body is not None else "HEAD" if opts["spider"] else "GET"
        connection.request(method, "%s://%s%s" % (parts.scheme, parts.netloc, target)
                           if proxied else target, body, headers(opts, start, parts))
        response = connection.getresponse()
        if opts["S"]:
            lines = ["  HTTP/1.1 %d %s" % (response.status, response.reason)]
            lines += ["  %s: %s" % pair for pair in response.getheaders()]
            os.write(2, cli.enc("\n".join(lines) + "\n"))
        place = response.getheader("Location")
        if response.status not in (301, 302, 303, 307, 308) or not place:
            return connection, response, url
        connection.close()
        url = urljoin(url, place)
        body = None if response.status == 303 else body
    raise Refused("%s: too many redirects" % url, 8)


class Progress:
    """A line on the terminal that shows the progress."""

    def __init__(self, name, total, opts):
        self.name, self.total = name, total
        try:
            self.shown = not opts["q"] and os.isatty(2)
        except OSError:
            self.shown = False
        self.last = 0.0

    def show(self, done, final=False):
        import time
        now = time.monotonic()
        if not self.shown or (now - self.last < 0.2 and not final):
            return
        self.last = now
        from busypy import text
        part = "%3d%%" % (100 * done // self.total) if self.total else "    "
        line = "\r%-30.30s %s %8s" % (self.name, part, text.human(done))
        os.write(2, cli.enc(line + ("\n" if final else "")))


def local_name(url, opts):
    from urllib.parse import unquote, urlsplit
    if opts["O"] is not None:
        return opts["O"]
    name = unquote(urlsplit(url).path, errors="surrogateescape").rpartition("/")[2]
    # What the server or the address says is only ever one name in the directory.
    name = name.replace("/", "_").replace("\0", "_")
    name = name if name not in ("", ".", "..") else "index.html"
    return os.path.join(opts["P"], name) if opts["P"] else name


def save(response, fd, done, total, progress):
    """Copy the body; an answer that ends early is an error, the part stays for -c."""
    while data := response.read(BLOCK):
        write_all(fd, data)
        done += len(data)
        progress.show(done)
    progress.show(done, True)
    if total is not None and done != total:
        raise Refused("connection closed at byte %d of %d" % (done, total), 4)


def open_target(name, opts, status, start, first):
    if name == "-":
        return 1
    keep = (status == 206 and start) or (opts["O"] is not None and not first)
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if keep else os.O_TRUNC)
    return os.open(name, flags, 0o666)


def download(url, opts, first):
    name = local_name(url, opts)
    start = 0
    if opts["c"] and name != "-":
        try:
            start = os.stat(name).st_size
        except OSError:
            pass
    connection, response, final = fetch(url, opts, start)
    try:
        if response.status == 416 and start:
            return  # the file is complete already
        if not 200 <= response.status < 300:
            raise Refused("server returned error: HTTP/1.1 %d %s"
                          % (response.status, response.reason), 8)
        if opts["spider"]:
            return
        length = response.getheader("Content-Length")
        begun = start if response.status == 206 else 0
        total = int(length) + begun if length and length.isdigit() else None
        fd = open_target(name, opts, response.status, start, first)
        try:
            save(response, fd, begun, total, Progress(os.path.basename(name), total, opts))
        finally:
            if fd != 1:
                os.close(fd)
    finally:
        connection.close()


def attempt(url, opts, first):
    """One address with its tries; returns the status."""
    import http.client
    tries = cli.number(opts["t"] or "1", "number of tries", 1)
    for left in range(tries - 1, -1, -1):
        try:
            download(url, opts, first)
            return 0
        except Refused as error:
            text, status = error.args
        except http.client.HTTPException as error:
            text, status = "%s: bad answer: %s" % (url, error or type(error).__name__), 8
        except TimeoutError:
            text, status = "%s: timed out" % url, 4
        except OSError as error:
            shown = error.strerror or str(error)
            if error.filename is not None:
                text, status = "%s: %s" % (error.filename, shown), 3
            elif type(error).__module__ == "ssl" and "ssl" in sys.modules:
                text, status = "%s: %s" % (url, error), 5
            else:
                text, status = "can't connect to or read %s: %s" % (url, shown), 4
        except (ValueError, UnicodeError) as error:
            text, status = "%s: bad address: %s" % (url, error), 1
        if not left and not opts["q"]:
            cli.warn(text)
    return status


def main(argv):
    opts, args = cli.parse(argv, USAGE, status=2)
    if not args:
        raise cli.Usage("missing URL", 2)
    status = 0
    for at, url in enumerate(args):
        if "://" not in url:
            url = "http://" + url
        status = attempt(url, opts, at == 0) or status
    return status
