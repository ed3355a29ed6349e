"""What the resolver's tests share: wheels made here, an index on the loopback interface in both
shapes (PEP 503 and 691), the resolver's run, TAP."""
import base64
import hashlib
import html
import http.server
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
import zipfile
from dataclasses import dataclass, field
from urllib.parse import unquote

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, ROOT + "/tests/support")
from patience import patient  # noqa: E402

PROGRAM = ROOT + "/resolve"
X86 = "x86_64,x86_64,3.11.2,glibc-2.36"
ARM = "aarch64,aarch64,3.11.2,glibc-2.36"
S390 = "s390x,s390x,3.11.2,glibc-2.36"
MUSL = "riscv64,riscv64,3.11.2,musl-1.2"


@dataclass
class Dist:
    """A file of the index."""
    name: str
    data: bytes
    metadata: bytes = b""
    python: str = ""
    yanked: object = None
    hashed: str = ""        # what the index says of its sha256; "" for the truth
    size: object = None     # likewise
    separate: bool = True   # METADATA can be had by itself (PEP 658)

    @property
    def sha256(self):
        return self.hashed or hashlib.sha256(self.data).hexdigest()


def metadata_text(name, version, requires=(), python="", extras=(), more=()):
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {text}" for text in requires]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Python: {python}"] if python else []
    return "\n".join([*lines, *more]) + "\n"


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in members.items():
            archive.writestr(zipfile.ZipInfo(path), data)
    return out.getvalue()


def wheel(name, version, tag="py3-none-any", requires=(), python="", extras=(), more=(), **rest):
    """A wheel with one module, and the RECORD that goes with it."""
    module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = metadata_text(name, version, requires, python, extras, more)
    members = {f"{module}/__init__.py": f"version = {version!r}\n",
               f"{info}/METADATA": metadata,
               f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: true\n"
                                f"Tag: {tag}\n"}
    record = []
    for path, text in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record.append(f"{path},sha256={digest.decode()},{len(text.encode())}")
    members[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    return Dist(f"{module}-{version}-{tag}.whl", zipped(members), metadata.encode(), python, **rest)


def source(name, version, **rest):
    return Dist(f"{name}-{version}.tar.gz", b"a source", **rest)


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, data, kind="application/octet-stream", status=200, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        index = self.server.index
        index.asked.append((self.path, dict(self.headers)))
        parts = unquote(self.path).strip("/").split("/")
        try:
            if self.path in index.special:
                index.special[self.path](self)
            elif parts[0] == "simple" and len(parts) == 2 and parts[1] in index.projects:
                self.answer(*index.page(parts[1], self.headers["Accept"] or ""))
            elif parts[0] == "files" and parts[1].removesuffix(".metadata") in index.files:
                dist = index.files[parts[1].removesuffix(".metadata")]
                self.answer(dist.metadata if parts[1].endswith(".metadata") else dist.data)
            else:
                self.answer(b"nothing here", status=404)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Index:
    """An index of those files; as a context manager, it is served."""

    def __init__(self, *dists, shape="json"):
        self.shape = shape
        self.projects, self.files, self.special, self.asked = {}, {}, {}, []
        self.add(*dists)

    def add(self, *dists):
        for dist in dists:
            project = normal(re.split(r"-(?=\d)", dist.name)[0])
            self.projects.setdefault(project, []).append(dist)
            self.files[dist.name] = dist

    def page(self, project, accept):
        if self.shape == "json" and "application/vnd.pypi.simple.v1+json" in accept:
            return self.json_page(project), "application/vnd.pypi.simple.v1+json"
        return self.html_page(project), "text/html"

    def json_page(self, project):
        files = []
        for dist in self.projects[project]:
            entry = {"filename": dist.name, "url": f"/files/{dist.name}",
                     "hashes": {"sha256": dist.sha256}, "yanked": dist.yanked or False,
                     "size": len(dist.data) if dist.size is None else dist.size}
            if dist.python:
                entry["requires-python"] = dist.python
            if dist.metadata and dist.separate:
                entry["core-metadata"] = {"sha256": hashlib.sha256(dist.metadata).hexdigest()}
            files.append(entry)
        return json.dumps({"meta": {"api-version": "1.0"}, "name": project,
                           "files": files}).encode()

    def html_page(self, project):
        lines = []
        for dist in self.projects[project]:
            more = f' data-requires-python="{html.escape(dist.python)}"' if dist.python else ""
            more += f' data-yanked="{html.escape(dist.yanked)}"' if dist.yanked else ""
            lines.append(f'<a href="../../files/{dist.name}#sha256={dist.sha256}"{more}>'
                         f"{dist.name}</a><br>")
        return ("<!DOCTYPE html><html><body>" + "\n".join(lines) + "</body></html>").encode()

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.index = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/simple/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@dataclass
class Result:
    status: int
    error: str            # the sentence after "E: "
    lines: list           # warnings and lacks
    lock: str
    files: list = field(default_factory=list)
    output: str = ""

    def versions(self):
        return dict(re.findall(r"^package (\S+) (\S+)$", self.lock, re.M))


def environment(**more):
    kept = {key: value for key, value in os.environ.items()
            if not key.lower().endswith("_proxy") and not key.startswith(("PIP_", "PYTHON"))}
    return {**kept, "no_proxy": "*", "LC_ALL": "C.UTF-8", **more}


def resolve(*words, targets=(X86,), keep=None, index=None, env=None):
    """Runs the resolver in the current folder; keep: where the answer stays."""
    answer = keep or tempfile.mkdtemp(dir=".")
    if keep:
        os.makedirs(keep, exist_ok=True)
    options = [word for target in targets for word in ("--target", target)]
    options += ["--index-url", index.url] if index else []
    try:
        done = subprocess.run(
            ["/usr/bin/python3", "-I", "-B", PROGRAM, "--to", answer, *options, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=patient(60),
            env=environment(**(env or {})))
        lock = os.path.join(answer, "requirements.lock")
        text = ""
        if os.path.exists(lock):
            with open(lock, encoding="utf-8") as file:
                text = file.read()
        error = "\n".join(line.removeprefix("E: ") for line in done.stderr.splitlines())
        return Result(done.returncode, error, done.stdout.splitlines(), text,
                      sorted(os.listdir(answer)), done.stdout + done.stderr)
    finally:
        if not keep:
            shutil.rmtree(answer)


class Tests:
    """Functions, each run in a folder of its own; prints TAP."""

    def __init__(self):
        self.all = []

    def test(self, name):
        return lambda function: self.all.append((name, function)) or function

    def run(self):
        wanted = sys.argv[1:]
        tests = [(name, function) for name, function in self.all
                 if not wanted or any(word in name for word in wanted)]
        print(f"1..{len(tests)}", flush=True)
        failed = 0
        for number, (name, function) in enumerate(tests, 1):
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                try:
                    function()
                    print(f"ok {number} {name}", flush=True)
                except Exception:  # noqa: B902 a test may fail in any way
                    failed += 1
                    text = traceback.format_exc().rstrip().replace("\n", "\n# ")
                    print(f"not ok {number} {name}\n# {text}", flush=True)
                os.chdir("/")
        sys.exit(1 if failed else 0)


def same(got, wanted):
    assert got == wanted, f"\n   got: {got}\nwanted: {wanted}"


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
