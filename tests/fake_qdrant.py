"""A Qdrant server that speaks the real protocol over HTTP on the loopback; the points are in qdrant-client's memory.

    with FakeQdrant(api_key="secret") as server:
        ServerStore(server.url, maker, layout=Layout(api_key="secret"))

It refuses as the real one does: 401 for another key, 404 for a collection that is not there, and once each whatever
stands in `faults` (status and sentence), in the place of the next request whose path ends so. `asked` lists
the methods and paths of all requests, `bodies` what collections were made and changed with.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qdrant_client import QdrantClient, models

Body = dict[str, Any]


class FakeQdrant:
    """`url` is where it listens. `faults`: end of a path → (status, error); status 0 drops the connection."""

    def __init__(self, api_key: str | None = None) -> None:
        self.api_key = api_key
        self.faults: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        self.bodies: list[Body] = []
        self.collections: dict[str, Body] = {}
        self.client = QdrantClient(":memory:")
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, reply = server.answer(
                    self.command, self.path.partition("?")[0], json.loads(body or "{}"), self.headers.get("api-key")
                )
                if not status:
                    self.close_connection = True
                    return
                content = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _any

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "FakeQdrant":
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, method: str, path: str, body: Body, key: str | None) -> tuple[int, Body]:
        self.asked.append(f"{method} {path}")
        for end in [end for end in self.faults if path.endswith(end)]:
            status, error = self.faults.pop(end)
            return status, _refusal(error)
        if self.api_key and key != self.api_key:
            return 401, _refusal("Must provide an API key or an Authorization bearer token")
        name, _, rest = path.removeprefix("/collections/").partition("/")
        if name not in self.collections and (method, rest) != ("PUT", "") and rest != "exists":
            return 404, _refusal(f"Not found: Collection `{name}` doesn't exist!")
        with self.lock:
            return 200, {"result": self._result(method, rest, name, body), "status": "ok", "time": 0.0}

    def _result(self, method: str, rest: str, name: str, body: Body) -> Any:
        done = {"operation_id": 0, "status": "completed"}
        client = self.client
        match method, rest:
            case "GET", "exists":
                return {"exists": name in self.collections}
            case "PUT" | "PATCH", "":
                self.bodies.append(body)
                self._configure(method, name, body)
                return True
            case "DELETE", "":
                del self.collections[name]
                return client.delete_collection(name)
            case "GET", "":
                return self._info(name)
            case "PUT", "index":
                return done
            case "PUT", "points":
                client.upsert(name, models.PointsList(**body).points)
                return done
            case "POST", "points":
                return [_json(one) for one in client.retrieve(name, body["ids"], **_shown(body))]
            case "POST", "points/scroll":
                wanted = models.ScrollRequest(**body)
                found, after = client.scroll(
                    name, wanted.filter, limit=wanted.limit or 10, offset=wanted.offset, **_shown(body)
                )
                return {"points": [_json(one) for one in found], "next_page_offset": after}
            case "POST", "points/query/batch":
                asked = models.QueryRequestBatch(**body).searches
                for one in asked:
                    one.params = None  # this memory is exact
                return [_json(one) for one in client.query_batch_points(name, asked)]
            case "POST", "points/delete":
                selector = body.get("points") or models.FilterSelector(**body)
                client.delete(name, selector)
                return done
            case "POST", "points/count":
                return {"count": client.count(name).count}
        raise AssertionError(f"not spoken here: {method} {rest}")

    def _configure(self, method: str, name: str, body: Body) -> None:
        if method == "PUT":
            self.collections[name] = body
            made = models.CreateCollection(**body)
            self.client.create_collection(name, vectors_config=made.vectors, sparse_vectors_config=made.sparse_vectors)
            return
        held = self.collections[name]
        for vector, change in (body.get("vectors") or {}).items():
            held["vectors"][vector].update(change)
        if change := body.get("quantization_config"):
            held["quantization_config"] = None if change == "Disabled" else change

    def _info(self, name: str) -> Body:
        info, held = _json(self.client.get_collection(name)), self.collections[name]
        info["config"]["params"]["vectors"] = held["vectors"]
        info["config"]["quantization_config"] = held.get("quantization_config")
        return info


def _refusal(error: str) -> Body:
    return {"status": {"error": error}, "time": 0.0}


def _json(one: Any) -> Any:
    return one.model_dump(mode="json", exclude_none=True)


def _shown(body: Body) -> Body:
    vectors = body.get("with_vectors", body.get("with_vector", False))
    return {"with_payload": body.get("with_payload", True), "with_vectors": bool(vectors)}
