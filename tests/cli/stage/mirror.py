#!/usr/bin/python3
"""A Debian mirror on loopback, while a command runs. It serves what the cache of `busypy stage`
has, signed lists and packages, but for those that are missing.
Usage: mirror.py CACHE SUITE MISSING COMMAND..., where "@" in COMMAND stands for the mirror's URL,
and "@@" for that of one that has all. MISSING is a regular expression of file names."""
import glob
import http.server
import os
import re
import subprocess
import sys
import threading


class Mirror(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cache = suite = missing = ""

    def find(self):
        """The bytes of what is asked for, or None."""
        lists = f"{self.cache}/apt/{self.suite}/state/lists"
        path = self.path.replace("%2b", "+").replace("%7e", "~")
        if path.endswith(".deb"):
            name = os.path.basename(path)
            if self.missing and re.search(self.missing, name):
                return None
            for file in glob.glob(f"{self.cache}/debs/*.deb"):
                if re.sub(r"_\d+%3a", "_", os.path.basename(file)) == name:
                    with open(file, "rb") as deb:
                        return deb.read()
            return None
        dist = f"/dists/{self.suite}/"
        if not path.startswith(dist):
            return None
        name = path.removeprefix(dist).replace("/", "_")
        found = [f for end in ("", ".lz4", ".gz", ".xz", ".zst")
                 for f in glob.glob(f"{lists}/deb.debian.org_*_dists_{self.suite}_{name}{end}")]
        if not found:
            return None
        return subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", found[0]], check=True,
                              stdout=subprocess.PIPE).stdout

    def do_GET(self):
        found = self.find()
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Length", str(len(found or b"")))
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_):
        """Says nothing: the command's words are compared."""


def serve(missing):
    Mirror.cache, Mirror.suite = sys.argv[1:3]
    handler = type("Handler", (Mirror,), {"missing": missing})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


if __name__ == "__main__":
    urls = {"@@": serve(""), "@": serve(sys.argv[3])}
    words = [re.sub("@@?", lambda match: urls[match[0]], word) for word in sys.argv[4:]]
    sys.exit(subprocess.call(words))
