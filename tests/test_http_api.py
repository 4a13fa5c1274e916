"""tools/http_api: what a declaration may say, what a value can never do, and what each bad reply gets."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fake_ollama import FakeOllama, refused_url
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.assistant import Assistant
from tests.scripted import DONE, Scripted, claim
from tests.scripted import call as ask_api
from tools.errors import ApiError, ExhibitError, SettingsError
from tools.http_api import MAX_BYTES, flatten, load
from tools.library.evidence import Record
from tools.library.library import Library
from tools.tool import Context, Tool

PARTS = """
[[api]]
name = "part_price"
when = "Call it for the price of a part."
url = "http://127.0.0.1:8765/parts/{part}/offers"
[api.params]
part = { type = "string", description = "Such as AB-1234" }
"""
ONE_OF_EACH = """
[[api]]
name = "prices"
when = "Call it."
url = "https://api.example.com/v1/{part}?lang=en&q={words}"
[api.params]
part = { description = "a part" }
words = { description = "words" }
count = { type = "integer", description = "how many", required = false }
least = { type = "number", description = "least price", required = false }
stock = { type = "boolean", description = "in stock", required = false }
since = { type = "date", description = "not before", required = false }
note = { description = "anything", required = false, in = "query" }
"""
OFFER = {
    "price": 48.5,
    "warehouses": [{"name": "Bern", "stock": 3}, {"name": "Oslo", "stock": 0}],
    "sold": None,
}


class Service(httpx.MockTransport):
    """A stand-in for the API: answers one thing, and remembers what it was asked."""

    def __init__(self, answer: Any = None, **response: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.answer = httpx.Response(200, json=OFFER) if answer is None and not response else answer
        self.response = response
        super().__init__(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        found = self.answer(request) if callable(self.answer) else self.answer
        return found if isinstance(found, httpx.Response) else httpx.Response(**{"status_code": 200} | self.response)


def declared(text: str, transport: httpx.BaseTransport | None = None, *, folder: Path) -> Tool:
    path = folder / "apis.toml"
    path.write_text(text, encoding="utf-8")
    (tool,) = load(path, transport)
    return tool


def call(tool: Tool, **args: object) -> Record:
    (hit,) = tool.run(tool.args.model_validate(args), Context())
    assert hit.rank == 1 and isinstance(hit.item, Record)
    return hit.item


def price(service: Service, folder: Path, text: str = PARTS) -> Record:
    return call(declared(text, service, folder=folder), part="AB-1234")


# a call that works


def test_a_reply_becomes_a_record_that_can_be_quoted(tmp_path: Path) -> None:
    service = Service()
    record = price(service, tmp_path)
    assert service.asked[0].headers["accept-encoding"] == "identity"  # or a small reply may unpack to a huge one
    assert record.url == "http://127.0.0.1:8765/parts/AB-1234/offers" == str(service.asked[0].url)
    assert record.text.splitlines() == [
        "price: 48.5",
        "warehouses[0].name: Bern",
        "warehouses[0].stock: 3",
        "warehouses[1].name: Oslo",
        "warehouses[1].stock: 0",
        "sold: null",
    ]
    assert datetime.now(UTC) - record.retrieved_at < timedelta(seconds=9) and record.retrieved_at.tzinfo == UTC
    assert len(record.id) == len("record:") + 16


def test_the_tool_tells_the_model_when_and_with_what(tmp_path: Path) -> None:
    tool = declared(ONE_OF_EACH, folder=tmp_path)
    assert (tool.name, tool.when) == ("prices", "Call it.")
    fields = tool.args.model_json_schema()["properties"]
    assert fields["part"]["description"] == "a part"
    assert tool.args.model_json_schema()["required"] == ["part", "words"]


def test_every_kind_of_value_goes_to_its_place(tmp_path: Path) -> None:
    service = Service()
    tool = declared(ONE_OF_EACH, service, folder=tmp_path)
    call(tool, part="a b", words="x&y=ü", count="3", least="1.5", stock="true", since="2026-03-01", note="n")
    call(tool, part="p", words="")
    assert service.asked[0].url.raw_path == (
        b"/v1/a%20b?lang=en&q=x%26y%3D%C3%BC&count=3&least=1.5&stock=true&since=2026-03-01&note=n"
    )
    assert service.asked[1].url.raw_path == b"/v1/p?lang=en&q="


@pytest.mark.parametrize(
    "args",
    [
        {"part": "a"},
        {"part": "a", "words": "b", "count": "many"},
        {"part": "a", "words": "b", "since": "tomorrow"},
        {"part": "a", "words": "b", "least": "inf"},
        {"part": "a", "words": "b", "colour": "red"},
        {"part": "a" * 501, "words": "b"},
    ],
)
def test_arguments_of_another_kind_are_refused(args: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        declared(ONE_OF_EACH, folder=tmp_path).args.model_validate(args)


def test_a_pattern_holds(tmp_path: Path) -> None:
    text = PARTS.replace('AB-1234"', "AB-1234\", pattern = '^[A-Z]{2}-\\d{4}$'")
    args = declared(text, folder=tmp_path).args
    args.model_validate({"part": "AB-1234"})
    for bad in ("AB-12345", "ab-1234", "AB-1234\n", "AB-1234/../x"):
        with pytest.raises(ValidationError):
            args.model_validate({"part": bad})


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("", "a.b[0].c: 1\na.b[0].d: x\na.b[1]: 7\nmade-by: x\nother: true"),
        ("a", "b[0].c: 1\nb[0].d: x\nb[1]: 7"),
        ("a.b", "b[0].c: 1\nb[0].d: x\nb[1]: 7"),
        ("a.b[0]", "c: 1\nd: x"),
        ("a.b[0].d", "d: x"),
        ("a.b[1]", "b[1]: 7"),
        ("made-by", "made-by: x"),
        ("a.b[?d == 'x'].c | [0]", "reply: 1"),
        ("{first: a.b[0].d, all: length(a.b)}", "first: x\nall: 2"),
    ],
)
def test_the_part_of_the_reply_that_matters(reply: str, text: str, tmp_path: Path) -> None:
    body = {"a": {"b": [{"c": 1, "d": "x"}, 7]}, "made-by": "x", "other": True}
    toml = PARTS.replace("[api.params]", f'reply = "{reply}"\n[api.params]')
    assert price(Service(json=body), tmp_path, toml).text == text


@pytest.mark.parametrize("reply", ["a.c", "a.b[2]", "[0]", "a.b.c", "other[0]"])
def test_a_part_that_is_not_there_says_what_is(reply: str, tmp_path: Path) -> None:
    toml = PARTS.replace("[api.params]", f'reply = "{reply}"\n[api.params]')
    with pytest.raises(ApiError, match=r"has no '.*Check 'reply'"):
        price(Service(json={"a": {"b": [1, 2]}, "other": True}), tmp_path, toml)


def test_a_function_that_cannot_take_the_reply_is_an_error(tmp_path: Path) -> None:
    toml = PARTS.replace("[api.params]", 'reply = "sum(other)"\n[api.params]')
    with pytest.raises(ApiError, match=r"'sum\(other\)' does not fit .*Check 'reply'"):
        price(Service(json={"other": True}), tmp_path, toml)


def test_numbers_stay_as_they_were_written(tmp_path: Path) -> None:
    body = b'{"price": 48.50, "big": 12345678901234567890123, "tiny": 1e-7}'
    headers = {"content-type": "application/problem+json; charset=utf-8"}
    record = price(Service(content=body, headers=headers), tmp_path)
    assert record.text == "price: 48.50\nbig: 12345678901234567890123\ntiny: 1e-7"


# what a value can never do

TEXT = st.text(max_size=40)
STEPS = ["..", ".", "../admin", "a/../b", "@evil", "?x=1", "#", "%2e%2e"]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=TEXT | st.sampled_from(STEPS))
def test_no_value_changes_the_host_or_adds_a_segment(value: str, tmp_path: Path) -> None:
    service = Service()
    tool = declared(PARTS, service, folder=tmp_path)
    try:
        call(tool, part=value)
    except ApiError:
        assert service.asked == []
        return
    url = service.asked[0].url
    assert (url.scheme, url.host, url.port, url.userinfo) == ("http", "127.0.0.1", 8765, b"")
    assert url.query == b"" and url.fragment == ""
    # Unquoted too, as servers do that unquote before they split.
    assert unquote(url.raw_path.decode()).split("/") == ["", "parts", value, "offers"]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=TEXT | st.sampled_from(["x&lang=de", "a#b", "a;b", "+", "%26"]), note=TEXT)
def test_no_value_leaves_its_parameter(words: str, note: str, tmp_path: Path) -> None:
    service = Service()
    tool = declared(ONE_OF_EACH, service, folder=tmp_path)
    call(tool, part="p", words=words, note=note)
    url = service.asked[0].url
    assert (url.host, url.path) == ("api.example.com", "/v1/p")
    assert url.params.multi_items() == [("lang", "en"), ("q", words), ("note", note)]


@pytest.mark.parametrize("value", ["", " ", ".", "..", "a/b", "a\\b", "..\\..", "a\x00", "a\nb", "\ud800"])
def test_values_that_are_refused_send_nothing(value: str, tmp_path: Path) -> None:
    service = Service()
    tool = declared(PARTS, service, folder=tmp_path)
    with pytest.raises((ApiError, ValidationError)):
        call(tool, part=value)
    assert service.asked == []


def test_two_values_cannot_meet_to_form_a_step_up(tmp_path: Path) -> None:
    text = PARTS.replace("/parts/{part}/", "/parts/{part}{more}/") + 'more = { description = "more" }\n'
    service = Service()
    with pytest.raises(ApiError, match="cannot be asked for"):
        call(declared(text, service, folder=tmp_path), part=".", more=".")
    assert service.asked == []


# secrets and redirects

SECRET = PARTS.replace("[api.params]", 'secret_env = "PARTS_TOKEN"\n[api.params]')


def test_a_secret_goes_into_the_header_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTS_TOKEN", "hush-hush-hush\n")
    service = Service(json={"echo": "Bearer hush-hush-hush"})
    record = price(service, tmp_path, SECRET)
    assert service.asked[0].headers["authorization"] == "Bearer hush-hush-hush"
    assert "hush-hush" not in record.model_dump_json()
    named = SECRET.replace("[api.params]", 'secret_header = "X-Key"\n[api.params]')
    price(service, tmp_path, named)
    assert service.asked[1].headers["x-key"] == "hush-hush-hush" and "authorization" not in service.asked[1].headers


@pytest.mark.parametrize("value", [None, " ", "hüsh-hush", "hush\x07hush"])
def test_a_secret_that_is_not_set_or_cannot_be_sent(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PARTS_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("PARTS_TOKEN", value)
    service = Service()
    with pytest.raises(ApiError, match="PARTS_TOKEN") as caught:
        price(service, tmp_path, SECRET)
    assert service.asked == [] and "hush" not in str(caught.value)


ECHOES = {
    "a value": Service(json={"price": "Bearer Hush-Hush/Hush 1"}),
    "a key": Service(json={"Hush-Hush/Hush 1": 1}),
    "a key in an error": Service(json={"x": {"Hush-Hush/Hush 1": 1}, "Hush-Hush/Hush 1": 1}),
    "other letters": Service(json={"key": "HUSH-HUSH/HUSH  1", "again": "hush-hush/hush\n1"}),
    "quoted": Service(json={"key": "?token=Hush-Hush%2FHush%201"}),
    "a host": Service(lambda _: httpx.Response(302, headers={"location": "http://Hush-Hush%2FHush%201.example/"})),
    "a type": Service(text="x", headers={"content-type": "text/Hush-Hush/Hush 1"}),
}


@pytest.mark.parametrize("reply", ["", "x.y"])
@pytest.mark.parametrize("where", ECHOES)
def test_a_secret_that_comes_back_is_removed(
    where: str, reply: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTS_TOKEN", "Hush-Hush/Hush 1")
    try:
        said = price(ECHOES[where], tmp_path, SECRET.replace("[api.params]", f'reply = "{reply}"\n[api.params]'))
    except ApiError as error:
        said = f"{error} {error!r}"
    assert "hush" not in str(said).lower()
    assert "[secret]" in str(said) or "has no 'x.y'; it has: " in str(said)


@pytest.mark.parametrize("where", ECHOES)
def test_no_secret_is_shown_to_a_model_or_saved(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTS_TOKEN", "Hush-Hush/Hush 1")
    tool = declared(SECRET.replace("[api.params]", 'reply = "x"\n[api.params]'), ECHOES[where], folder=tmp_path)
    with Library(tmp_path / "library", create=True) as library:
        library.add([tmp_path / "apis.toml"])
    with Assistant(library=tmp_path / "library") as assistant:
        model = Scripted([ask_api("part_price", part="AB-1"), DONE], [(claim("It is 1.", 1),)])
        assistant.context = replace(assistant.context, model=model, tools={"part_price": tool})
        answer = assistant.ask("What does AB-1 cost?")
    for text in (repr(model.briefs), answer.model_dump_json()):
        assert "hush" not in text.lower()
    for path in (tmp_path / "library").rglob("*"):
        assert not path.is_file() or b"hush" not in path.read_bytes().lower()


def test_a_short_secret_is_removed_where_it_is_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTS_TOKEN", "on")
    record = price(Service(json={"on": "one", "key": "Bearer on"}), tmp_path, SECRET)
    assert record.text == "[secret]: one\nkey: Bearer [secret]"


def moved(location: str) -> Service:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/new":
            return httpx.Response(200, json=OFFER)
        return httpx.Response(302, headers={"location": location})

    return Service(handle)


def test_a_redirect_on_the_same_host_is_followed_with_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTS_TOKEN", "hush")
    service = moved("/new")
    assert price(service, tmp_path, SECRET).text.startswith("price: 48.5")
    assert service.asked[1].headers["authorization"] == "Bearer hush"


def test_a_redirect_to_https_on_the_same_host_is_followed(tmp_path: Path) -> None:
    text = PARTS.replace("127.0.0.1:8765", "api.example.com")
    assert price(moved("https://api.example.com/new"), tmp_path, text).text


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.example/new",
        "//evil.example/new",
        "http://evil.example:8765/new",
        "http://127.0.0.1:9999/new",
        "http://u@evil/new",
        "ftp://127.0.0.1/new",
    ],
)
def test_a_redirect_elsewhere_is_refused(location: str, tmp_path: Path) -> None:
    service = moved(location)
    with pytest.raises(ApiError, match="does not follow"):
        price(service, tmp_path)
    assert len(service.asked) == 1


def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path) -> None:
    text = PARTS.replace("http://127.0.0.1:8765", "https://api.example.com")
    with pytest.raises(ApiError, match="does not follow"):
        price(moved("http://api.example.com/new"), tmp_path, text)


def test_a_circle_of_redirects_ends(tmp_path: Path) -> None:
    service = moved("/again")
    with pytest.raises(ApiError, match="again and again"):
        price(service, tmp_path)
    assert len(service.asked) == 4


def test_a_write_is_sent_once_and_only_when_allowed(tmp_path: Path) -> None:
    text = PARTS.replace("[api.params]", 'method = "POST"\nallow_writes = true\n[api.params]')
    service = moved("/new")
    with pytest.raises(ApiError, match="does not follow"):
        price(service, tmp_path, text)
    assert [request.method for request in service.asked] == ["POST"]
    with pytest.raises(SettingsError, match="allow_writes = true"):
        declared(text.replace("allow_writes = true\n", ""), folder=tmp_path)


# what goes wrong

HTML = {"text": "<html>Log in</html>", "headers": {"content-type": "text/html"}}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (Service(httpx.ConnectError("refused")), "cannot be reached at .*See whether the service runs"),
        (
            Service(httpx.ReadTimeout("slow")),
            r"did not answer within 5 s at http://127\.0\.0\.1:8765/parts/AB-1234",
        ),
        (Service(httpx.RemoteProtocolError("gone")), "cannot be reached"),
        (Service(status_code=404, json={}), "there is no such thing at .*AB-1234"),
        (Service(status_code=401, json={}), "refuses the request .*secret_env"),
        (Service(status_code=400, json={}), "cannot take the request to .* .400."),
        (Service(status_code=304), "cannot take the request"),
        (Service(status_code=503, text="oops"), "fault of its own .* .503.*Try again later"),
        (Service(**HTML), "part_price answered HTML, not JSON, at http.*login or an error page"),
        (Service(content=b"{}", headers={}), "answered no content type"),
        (Service(content=b'{"price": 4', headers=JSON), "is not the JSON"),
        (Service(content=b"[" * 200_000, headers=JSON), "is not the JSON"),
        (Service(content=b"\xff\xfe\x00", headers=JSON), "is not the JSON"),
        (Service(status_code=200, content=b"", headers=JSON), "is empty"),
        (Service(content=b'"' + b"x" * MAX_BYTES + b'"', headers=JSON), "more than 1 MB"),
        (Service(content=b"{}", headers=JSON | {"content-encoding": "gzip"}), "cannot be reached"),
    ],
)
def test_each_trouble_is_a_sentence_and_a_next_step(service: Service, said: str, tmp_path: Path) -> None:
    with pytest.raises(ApiError) as caught:
        price(service, tmp_path)
    assert re.search(said, str(caught.value))
    assert caught.value.next_step


LOCATIONS = [
    "javascript:alert(1)",
    "http://[",
    "data:text/html,x",
    "http://xn--a/x",
    "//",
    "http:///",
    "\x00",
    "\ud800",
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(location=st.sampled_from(LOCATIONS) | st.text(max_size=30) | st.from_regex(r"[a-z]{1,6}://?[^/]{0,9}/?"))
@pytest.mark.parametrize("code", [301, 303, 307])
def test_any_redirect_is_followed_or_an_error(code: int, location: str, tmp_path: Path) -> None:
    headers = [(b"location", location.encode("utf-8", "surrogatepass"))]
    with pytest.raises(ApiError):  # the reply to wherever it leads is the same redirect
        price(Service(lambda _: httpx.Response(code, headers=headers)), tmp_path)


JSON_BYTES = st.recursive(
    st.sampled_from(
        [b"null", b"1e999", b"-0", b'"\\ud800 x"', b'"\\u0000"', b'"\\udc00\\ud800"', b"9" * 5000, b"NaN", b"{"]
    )
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: b"[" + b",".join(parts) + b"]")
        | st.tuples(inner, inner).map(lambda pair: b'{"a' + pair[0].strip(b'"') + b'": ' + pair[1] + b"}")
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=JSON_BYTES, reply=st.sampled_from(["", "a", "a[0].b", "length(@)", "[*].a"]))
def test_any_reply_is_a_record_that_can_be_stored_or_an_error(body: bytes, reply: str, tmp_path: Path) -> None:
    toml = PARTS.replace("[api.params]", f'reply = "{reply}"\n[api.params]')
    try:
        assert price(Service(content=body, headers=JSON), tmp_path, toml).text.encode()
    except ApiError as error:
        assert str(error).encode() and error.next_step


@pytest.mark.parametrize("body", [b'{"a": "\\ud800 x"}', b'{"\\ud800": 1}'])
def test_half_a_character_is_an_error(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="lone surrogates"):
        price(Service(content=body, headers=JSON), tmp_path)
    with pytest.raises(ApiError, match="has no 'b'"):
        price(Service(content=body, headers=JSON), tmp_path, PARTS.replace("[api.params]", 'reply = "b"\n[api.params]'))


@contextmanager
def dripping(reply: bytes, host: str = "127.0.0.1") -> Iterator[tuple[str, Event]]:
    """A server that sends the reply a byte every 50 ms; its address, and whether the client hung up."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        hung_up = Event()

        def serve() -> None:
            with suppress(OSError), server.accept()[0] as client:
                client.recv(9999)
                for byte in reply:
                    time.sleep(0.05)
                    try:
                        client.sendall(bytes([byte]))
                    except OSError:
                        hung_up.set()
                        return

        Thread(target=serve, daemon=True).start()
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.getsockname()[1]}", hung_up


DRIPS = {
    "a header without end": b"HTTP/1.1 200 OK\r\nx-slow: " + b"y" * 400,
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 90,
    "a status line": b"H" * 400,
    "informational replies": b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
    "a body": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b" " * 400,
}


@pytest.mark.parametrize("reply", DRIPS)
def test_a_reply_that_drips_is_given_up_and_hung_up_on(reply: str, tmp_path: Path) -> None:
    with dripping(DRIPS[reply]) as (url, hung_up):
        text = PARTS.replace("http://127.0.0.1:8765", url).replace("[api.params]", "timeout = 0.3\n[api.params]")
        begun = time.monotonic()
        with pytest.raises(ApiError, match=r"within 0\.3 s"):
            call(declared(text, folder=tmp_path), part="AB-1234")
        assert time.monotonic() - begun < 1
        assert hung_up.wait(2), "or the next calls pile up threads and connections"


def test_a_name_that_nobody_resolves_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: time.sleep(1.5) or [])
    text = PARTS.replace("127.0.0.1:8765", "api.example.com").replace("[api.params]", "timeout = 0.2\n[api.params]")
    begun = time.monotonic()
    with pytest.raises(ApiError, match=r"within 0\.2 s"):
        call(declared(text, folder=tmp_path), part="AB-1234")
    assert time.monotonic() - begun < 1


def test_an_ipv6_address_works(tmp_path: Path) -> None:
    reply = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"a": 1}'
    try:
        with dripping(reply, "::1") as (url, _):
            record = call(declared(PARTS.replace("http://127.0.0.1:8765", url), folder=tmp_path), part="AB-1234")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert record.text == "a: 1" and record.url == f"{url}/parts/AB-1234/offers"


def test_slow_redirects_count_together(tmp_path: Path) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        time.sleep(0.15)
        return httpx.Response(302, headers={"location": "/again"})

    text = PARTS.replace("[api.params]", "timeout = 0.2\n[api.params]")
    with pytest.raises(ApiError, match=r"within 0\.2 s"):
        price(Service(handle), tmp_path, text)


def test_over_the_wire_and_past_a_proxy_that_is_not_for_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", refused_url())
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with FakeOllama() as server:
        text = PARTS.replace("http://127.0.0.1:8765/parts/{part}/offers", server.base_url + "/api/{part}")
        assert call(declared(text, folder=tmp_path), part="version").text == "version: 0.24.0"
    with pytest.raises(ApiError, match="cannot be reached"):
        call(declared(text, folder=tmp_path), part="version")


# declarations


def test_no_file_is_no_tool(tmp_path: Path) -> None:
    assert load(tmp_path / "apis.toml") == ()
    (tmp_path / "apis.toml").write_text("")
    assert load(tmp_path / "apis.toml") == ()


def test_several_apis_keep_their_order(tmp_path: Path) -> None:
    (tmp_path / "apis.toml").write_text(PARTS + ONE_OF_EACH)
    assert [tool.name for tool in load(tmp_path / "apis.toml")] == ["part_price", "prices"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "part_price"', 'name = "Part Price"', "api 'Part Price', name"),
        ('name = "part_price"\n', "", "api '1', name: Field required"),
        ("[api.params]", "colour = 1\n[api.params]", "api 'part_price', colour: Extra inputs"),
        ("[api.params]", "timeout = 61\n[api.params]", "timeout: .*less than or equal to 60"),
        ("[api.params]", 'timeout = "soon"\n[api.params]', "timeout"),
        ("[api.params]", 'method = "HEAD"\n[api.params]', "method"),
        ("[api.params]", 'reply = "a..b"\n[api.params]', "api 'part_price', reply: "),
        ("127.0.0.1:8765", "[fe80::1%25eth0]", "a zone in an IPv6 address"),
        ("[api.params]", 'secret_header = "X:Y"\n[api.params]', "secret_header"),
        ('when = "Call it for the price of a part."', 'when = ""', "when"),
        ("http://127", "ftp://127", "url: must begin with http"),
        ("http://127", "file:///etc/127", "url: must begin with http"),
        ("http://127.0.0.1:8765", "http://{part}", "no placeholder in the host"),
        ("http://127.0.0.1:8765", "http://{part}.example.com", "no placeholder in the host"),
        ("http://127", "http://me:hush@127", "must hold no password"),
        ("127.0.0.1:8765", "127.0.0.1:87650", "api 'part_price', url: "),
        ("127.0.0.1:8765", "[::1", "api 'part_price', "),
        ("127.0.0.1:8765", "a\u2024b..c", "api 'part_price', url: "),
        ("/offers", "/#offers", "no '#'"),
        ("/offers", "/a b", "has a blank"),
        ("/offers", "/{part", "has a blank"),
        ("/offers", "/{other}", "{other} is not declared"),
        ("/offers", "/{}", "{} is not declared"),
        ('type = "string"', 'type = "text"', "params.part.type"),
        ('type = "string"', 'type = "integer", pattern = "1"', "pattern is for type = 'string'"),
        ('type = "string"', 'type = "string", pattern = "("', "pattern of part"),
        ('type = "string"', 'type = "string", required = false', "must be required"),
        ('type = "string"', 'in = "query"', "params.part.in"),
        ('type = "string", description = "Such as AB-1234"', 'type = "string"', "params.part.description"),
        ("\npart = {", '\naction = { description = "x" }\npart = {', "params.action: this name"),
        ("\npart = {", '\ncopy = { description = "x" }\npart = {', "params.copy: this name"),
        ("\npart = {", '\n_a = { description = "x" }\npart = {', "params._a: this name"),
        ("[[api]]", "colour = 1\n[[api]]", "colour: Extra inputs"),
        ("[[api]]", "[api]", r"api: write \[\[api\]\]"),
        ("[[api]]", "[[api]", "cannot be read as TOML"),
    ],
)
def test_a_bad_declaration_names_file_api_and_field(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in PARTS
    with pytest.raises(SettingsError, match=said) as caught:
        declared(PARTS.replace(old, new), folder=tmp_path)
    assert "apis.toml" in str(caught.value) and caught.value.next_step


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "apis.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ExhibitError, match="cannot be read as TOML"):
        load(tmp_path / "apis.toml")
    with pytest.raises(SettingsError):
        load(tmp_path)


# flattening

KEYS = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def leaves(value: Any) -> list[str]:
    """By hand: what stands at the ends of the tree, in order."""
    if isinstance(value, dict) and value:
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list) and value:
        return [leaf for inner in value for leaf in leaves(inner)]
    return [" ".join(value.split()) if isinstance(value, str) else json.dumps(value)]


@given(TREES)
def test_every_leaf_is_one_line_and_nothing_is_lost(tree: Any) -> None:
    lines = flatten(tree)
    assert [line.split(": ", 1)[1] for line in lines] == leaves(tree)
    assert len({line.split(": ", 1)[0] for line in lines}) == len(lines)
    assert all(len(line.splitlines()) <= 1 for line in lines)


def test_a_text_cannot_look_like_another_line() -> None:
    assert flatten({"note": "ok\nprice: 1", "a\nb": "\u2028c"}) == ["note: ok price: 1", "a b: c"]


def test_empty_things_are_said() -> None:
    assert flatten([]) == ["reply: []"] and flatten({"a": {}, "b": []}) == ["a: {}", "b: []"]
