"""The only way to the network while a web page is captured: a proxy on the loopback that connects to public addresses.

A check of the URL alone would not do: redirects, pictures, scripts and names whose address changes between check and
use would lead round it. Here the address that was checked is the one that is connected to.
"""

import contextlib
import ipaddress
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

PIECE = 65_536
LONGEST_HEAD = 65_536
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0
REFUSED = "Refused"  # the reason phrase that tells our 403 from a site's


class Refused(Exception):
    """The address is not public, or the name has none."""


def public_address(host: str, port: int, *, allow_private: bool = False) -> tuple[str, int]:
    """An address of the host. Raises Refused where any of them is private, of this machine, or reserved."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"{host} is not known ({error})") from error
    addresses = [str(entry[4][0]).split("%")[0] for entry in found]
    if not allow_private and any(not ipaddress.ip_address(address).is_global for address in addresses):
        raise Refused(f"{host} is an address of this machine or a private network")
    return addresses[0], port


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_private = False


class _Handler(socketserver.BaseRequestHandler):
    """One connection of the browser: `CONNECT host:port`, or one request for `http://host/...`."""

    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # either side may hang up at any time
            self.request.settimeout(IDLE_SECONDS)
            if head := self._head():
                self._serve(head)

    def _head(self) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
            if not (piece := self.request.recv(PIECE)):
                return b""
            head += piece
        return head

    def _serve(self, head: bytes) -> None:
        line, _, rest = head.partition(b"\r\n")
        method, target, *_ = [*line.decode("latin-1").split(" "), "", ""]
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        try:
            port = parts.port or (443 if method == "CONNECT" else 80)
            address = public_address(parts.hostname or "", port, allow_private=self.server.allow_private)
            upstream = socket.create_connection(address, CONNECT_SECONDS)
        except (Refused, OSError, ValueError) as error:
            reason = str(error).encode("latin-1", "replace").replace(b"\n", b" ")
            self.request.sendall(f"HTTP/1.1 403 {REFUSED}\r\nConnection: close\r\n\r\n".encode() + reason)
            return
        with upstream:
            if method == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                path = parts.path or "/"
                path += f"?{parts.query}" if parts.query else ""
                upstream.sendall(f"{method} {path} HTTP/1.1\r\nConnection: close\r\n".encode("latin-1") + _kept(rest))
            _relay(self.request, upstream)


def _kept(rest: bytes) -> bytes:
    """The headers without those about connections (one request each, so that none slips by unchecked), and the body."""
    headers, _, body = rest.partition(b"\r\n\r\n")
    own = [h for h in headers.split(b"\r\n") if not h.lower().startswith((b"connection:", b"proxy-", b"keep-alive:"))]
    return b"\r\n".join(own) + b"\r\n\r\n" + body


def _relay(a: socket.socket, b: socket.socket) -> None:
    """Bytes both ways until one side ends or nothing comes for IDLE_SECONDS."""
    while True:
        ready, _, _ = select.select([a, b], [], [], IDLE_SECONDS)
        if not ready:
            return
        for source in ready:
            if not (piece := source.recv(PIECE)):
                return
            (b if source is a else a).sendall(piece)


@contextlib.contextmanager
def gate(*, allow_private: bool = False) -> Iterator[str]:
    """The proxy's URL while it stands."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.allow_private = allow_private
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
