"""Bytes from the network: http and https only, with bounds on size, time and redirects. Proxies,
certificates and their variables are urllib's, so the machine's."""
import base64
import hashlib
import http.client
import time
import urllib.error
import urllib.request
from urllib.parse import unquote, urlsplit, urlunsplit

from .say import Refused, plain

MIB = 1 << 20
PAGE_MAX = 64 * MIB
WHEEL_MAX = 4096 * MIB
CHUNK = 1 << 16
SILENCE = 30      # seconds without a byte
PAGE_TIME = 120   # seconds for a page
SLOWEST = 10_000  # bytes a second of a wheel, after PAGE_TIME


class Missing(Exception):
    """The server says that there is no such thing (404, 410)."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Never to a file of this machine, nor from https to what anybody could have changed."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if new not in ("http", "https") or (old == "https" and new == "http"):
            raise Refused(f"{plain(req.full_url)}: it leads to {plain(newurl)}, which is not "
                          "followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener():
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler, urllib.request.UnknownHandler,
                    urllib.request.HTTPHandler, urllib.request.HTTPSHandler,
                    urllib.request.HTTPDefaultErrorHandler, _Redirects,
                    urllib.request.HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener


def without_login(url):
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _request(url, accept):
    """Name and password of a URL go to its own server only: not with a redirect."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"{plain(url)}: neither http nor https")
    request = urllib.request.Request(without_login(url).partition("#")[0], headers={
        "Accept": accept, "Accept-Encoding": "identity", "User-Agent": "busypy"})
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_unredirected_header(
            "Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    return request


class Web:
    """Fetches by URL."""

    def __init__(self):
        self.opener = _opener()

    def _open(self, url, accept):
        try:
            return self.opener.open(_request(url, accept), timeout=SILENCE)
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                raise Missing(url) from None
            if 300 <= error.code < 400:
                to = error.headers.get("Location", "nowhere")
                raise Refused(f"{plain(url)}: it leads to {plain(to)}, which is not followed"
                              ) from None
            hint = " (Hint: 'https://NAME:PASSWORD@HOST/...' logs in)" if error.code == 401 else ""
            raise Refused(f"{plain(url)}: the server says {error.code} {plain(error.reason)}"
                          f"{hint}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            reason = getattr(reason, "strerror", None) or reason
            raise Refused(f"cannot reach {plain(without_login(url))}: {plain(reason)}") from None

    def _chunks(self, url, answer, most):
        begin, n = time.monotonic(), 0
        while True:
            try:
                chunk = answer.read1(CHUNK)
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise Refused(f"cannot read {plain(url)}: {plain(error)}") from None
            if not chunk:
                break
            n += len(chunk)
            if n > most:
                raise Refused(f"{plain(url)}: longer than {most} bytes")
            if time.monotonic() - begin > PAGE_TIME + n / SLOWEST:
                raise Refused(f"{plain(url)}: only {n} bytes in {PAGE_TIME + n // SLOWEST} seconds")
            yield chunk
        if answer.length:
            raise Refused(f"{plain(url)}: it ended {answer.length} bytes early")

    def page(self, url, accept="*/*", most=PAGE_MAX):
        """(where it was found after redirects, type, bytes)"""
        with self._open(url, accept) as answer:
            data = b"".join(self._chunks(url, answer, most))
            return answer.geturl(), answer.headers.get_content_type(), data

    def file(self, url, out, size=None):
        """Writes what is there to out; the bytes' sha256, sha384 and sha512."""
        sums = {kind: hashlib.new(kind) for kind in ("sha256", "sha384", "sha512")}
        with self._open(url, "*/*") as answer:
            for chunk in self._chunks(url, answer, WHEEL_MAX if size is None else size):
                out.write(chunk)
                for digest in sums.values():
                    digest.update(chunk)
        out.flush()
        return {kind: digest.hexdigest() for kind, digest in sums.items()}
