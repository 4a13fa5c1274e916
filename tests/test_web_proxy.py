"""Which addresses the proxy connects to, and that it passes what is asked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tools.library.parse.web_proxy import Refused, gate, public_address


@pytest.mark.parametrize("host", "127.0.0.1 10.1.2.3 169.254.169.254 ::1 ::ffff:127.0.0.1 localhost".split())
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(Refused, match="private network"):
        public_address(host, 80)
    assert public_address(host, 80, allow_private=True)[1] == 80


def test_public_addresses_pass() -> None:
    assert public_address("1.1.1.1", 443) == ("1.1.1.1", 443)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(Refused, match="no-such-host.invalid is not known"):
        public_address("no-such-host.invalid", 80)


class Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.path} {self.headers['X-Own']} {self.headers['Connection']} ".encode() + body)

    def log_message(self, *args: object) -> None: ...


def test_requests_pass_whole_and_one_by_one() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/path?a=b"
        with gate(allow_private=True) as proxy, httpx.Client(proxy=proxy, trust_env=False) as client:
            for body in ("one", "x" * 300_000):
                reply = client.post(url, content=body, headers={"X-Own": "kept"})
                assert reply.text == f"/path?a=b kept close {body}"
        with gate() as proxy, httpx.Client(proxy=proxy, trust_env=False) as client:
            assert client.post(url, content="x").status_code == 403
        server.shutdown()
