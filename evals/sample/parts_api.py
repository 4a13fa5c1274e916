"""A tiny parts service on the loopback for the evaluation: GET /parts/{part_number} answers JSON."""

import argparse
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

METADATA = Path(__file__).parent / "library" / "parts" / "metadata.json"
DECLARED = "http://127.0.0.1:8765"
"""The base URL in apis.toml."""
FIELDS = ("part_number", "name", "stock", "warehouse", "price", "currency", "lead_time_days")


def lookup(number: str) -> dict | None:
    """The public record of a part number, None when it is unknown."""
    for part in json.loads(METADATA.read_text(encoding="utf-8")):
        if part["part_number"] == number.upper():
            return {field: part[field] for field in FIELDS}
    return None


class Handler(BaseHTTPRequestHandler):
    """Answers /parts/{part_number}."""

    def do_GET(self) -> None:
        """Send the record, or 404 with a JSON error."""
        head, _, number = self.path.strip("/").partition("/")
        part = lookup(number) if head == "parts" else None
        body = json.dumps(part or {"error": f"unknown part or path: {self.path}"}).encode()
        self.send_response(200 if part else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def serve(port: int = 0) -> Iterator[str]:
    """Run the service in a thread on 127.0.0.1 and yield its base URL; port 0 picks a free one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    with serve(parser.parse_args().port) as url:
        print(f"{url}/parts/BN-4471", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
