"""A Qdrant server that speaks the real protocol over HTTP on the loopback; the points are in qdrant-client's memory.

    with FakeQdrant(api_key="secret") as server:
        ServerStore(server.url, maker, layout=Layout(api_key="secret"))

It refuses as the real one (1.18) does: 401 in plain text for another key, 404 for a collection that is not there, 409
for one that is there already, 400 for a request of more than 32 MiB, and once each whatever is in `faults` (status and
sentence), in the place of the next request whose path ends so. What is sent without `wait` is done only after two more
requests. Points that were deleted still count in the IDF. `asked` lists the methods and paths of all requests,
`bodies` what collections were made and changed with.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qdrant_client import QdrantClient, models

Body = dict[str, Any]
MAX_REQUEST = 32 * 2**20
"""Bytes."""
DELETED = "deleted_by_the_imitation"
WRITES = {("PUT", "points"), ("POST", "points/payload"), ("POST", "points/delete")}
MAKING = {("PUT", ""), ("DELETE", "")}
HERE = models.IsEmptyCondition(is_empty=models.PayloadField(key=DELETED))


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
        self.later: list[tuple[int, tuple[str, str, str, Body]]] = []
        """What was sent without `wait`, each after the number of requests when it is done."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                path, _, query = self.path.partition("?")
                if len(body) > MAX_REQUEST:
                    status, reply = 400, _refusal(f"Payload error: JSON payload is larger than allowed ({MAX_REQUEST})")
                else:
                    key, wait = self.headers.get("api-key"), "wait=true" in query
                    status, reply = server.answer(self.command, path, json.loads(body or "{}"), key, wait)
                if not status:
                    self.close_connection = True
                    return
                content = reply.encode() if isinstance(reply, str) else json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-type", "text/plain" if isinstance(reply, str) else "application/json")
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

    def answer(self, method: str, path: str, body: Body, key: str | None, wait: bool = True) -> tuple[int, Body | str]:
        self.asked.append(f"{method} {path}")
        for end in [end for end in self.faults if path.endswith(end)]:
            status, error = self.faults.pop(end)
            return status, _refusal(error)
        if self.api_key and key != self.api_key:
            return 401, "Must provide an API key or an Authorization bearer token"
        with self.lock:
            self._do_what_is_due()
            name, _, rest = path.removeprefix("/collections").removeprefix("/").partition("/")
            if name and name not in self.collections and rest != "exists" and (method, rest) not in MAKING:
                return 404, _refusal(f"Not found: Collection `{name}` doesn't exist!")
            if (method, rest) == ("PUT", "") and name in self.collections:
                return 409, _refusal(f"Wrong input: Collection `{name}` already exists!")
            if (method, rest) in WRITES and not wait:
                self.later.append((len(self.asked) + 2, (method, rest, name, body)))
                return 200, _ok({"operation_id": 0, "status": "acknowledged"})
            return 200, _ok(self._result(method, rest, name, body))

    def _do_what_is_due(self) -> None:
        due = [call for number, call in self.later if number <= len(self.asked)]
        self.later = [(number, call) for number, call in self.later if number > len(self.asked)]
        for method, rest, name, body in due:
            self._result(method, rest, name, body)

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
                return self.collections.pop(name, None) is not None and client.delete_collection(name)
            case "GET", "":
                return self._info(name) if name else {"collections": [{"name": one} for one in self.collections]}
            case "PUT", "index":
                return done
            case "PUT", "points":
                client.upsert(name, models.PointsList(**body).points)
                return done
            case "POST", "points/payload":
                client.set_payload(name, body["payload"], body["points"])
                return done
            case "POST", "points":
                found = client.retrieve(name, body["ids"], with_payload=True, with_vectors=_shown(body)["with_vectors"])
                return [_json(one) for one in found if DELETED not in (one.payload or {})]
            case "POST", "points/scroll":
                wanted = models.ScrollRequest(**body)
                found, after = client.scroll(
                    name, _there(wanted.filter), limit=wanted.limit or 10, offset=wanted.offset, **_shown(body)
                )
                return {"points": [_json(one) for one in found], "next_page_offset": after}
            case "POST", "points/query/batch":
                asked = models.QueryRequestBatch(**body).searches
                for one in asked:
                    one.params, one.filter = None, _there(one.filter)  # this memory is exact
                return [_json(one) for one in client.query_batch_points(name, asked)]
            case "POST", "points/delete":
                selector = body.get("points") or models.FilterSelector(**body)
                client.set_payload(name, {DELETED: True}, selector)
                return done
            case "POST", "points/count":
                wanted = models.CountRequest(**body)
                return {"count": client.count(name, _there(wanted.filter)).count}
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


def _there(wanted: models.Filter | None) -> models.Filter:
    """What was deleted is only marked, so that it counts in the IDF as in a real segment."""
    return models.Filter(must=[*((wanted and wanted.must) or []), HERE])


def _ok(result: Any) -> Body:
    return {"result": result, "status": "ok", "time": 0.0}


def _refusal(error: str) -> Body:
    return {"status": {"error": error}, "time": 0.0}


def _json(one: Any) -> Any:
    return one.model_dump(mode="json", exclude_none=True)


def _shown(body: Body) -> Body:
    vectors = body.get("with_vectors", body.get("with_vector", False))
    return {"with_payload": body.get("with_payload", True), "with_vectors": bool(vectors)}
