"""External HTTP APIs as tools, declared in `apis.toml`. A reply becomes a Record, as citable as a page.

    [[api]]
    name = "part_price"
    when = "Call it for the price or stock of a part whose number is known."
    url = "http://127.0.0.1:8765/parts/{part_number}"
    reply = "data.offers[0]"        # a JMESPath: the part of the JSON reply that matters; all of it without this
    timeout = 5                     # seconds, for the whole call
    secret_env = "PARTS_TOKEN"      # sent as "Authorization: Bearer ..."
    [api.params]
    part_number = { type = "string", description = "Such as AB-1234", pattern = "^[A-Z]{2}-[0-9]{4}$" }

What the model may choose are values, never hosts, path segments, names of parameters, or headers. The secret is
removed from all that comes back: records, and the sentences of errors.
"""

import hashlib
import json
import os
import re
import socket
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import httpx
import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import SchemaError

from tools.errors import ApiDown, ApiError, SettingsError
from tools.library.evidence import Hit, Record
from tools.offline import is_this_machine
from tools.tool import Context, Tool

MAX_BYTES = 1_000_000
"""Of a reply, unpacked."""
MAX_HOPS = 3
"""Redirects that are followed, all on the declared host."""

_TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "date": date}
_RESERVED = {"thought", "action", "key"}
"""Names that mean something else where a model decides."""
SHORT_SECRET = 8
"""Characters; a shorter secret is removed only where it is a whole word, or "on" would go from every "one"."""
MAX_MESSAGE = 600
"""Characters of an error's sentence, which may quote what an API sends."""
_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_DOTTED = re.compile(rf"({_NAME.pattern}|\[\d+\])(\.{_NAME.pattern}|\[\d+\])*")
"""A plain path, in which a name may have hyphens; JMESPath wants such a name in quotation marks."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Param(_Strict):
    type: Literal["string", "integer", "number", "boolean", "date"] = "string"
    description: str = Field(min_length=1)
    pattern: str | None = None
    place: Literal["path", "query"] | None = Field(default=None, alias="in")
    required: bool = True

    @model_validator(mode="after")
    def _pattern_is_for_strings(self) -> "_Param":
        if self.pattern is not None and self.type != "string":
            raise ValueError("a pattern is for type = 'string' only")
        return self


class _Api(_Strict):
    """One declaration. `timeout` is in seconds; `reply` a JMESPath such as `data.offers[0]`, "" for all of it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    when: str = Field(min_length=1)
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    allow_writes: bool = False
    url: str
    params: dict[str, _Param] = {}
    reply: str = ""
    timeout: float = Field(default=5.0, gt=0, le=60)
    secret_env: str | None = Field(default=None, min_length=1)
    secret_header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]+$")

    @field_validator("reply")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        if value:
            _path(value)  # a JMESPathError is a ValueError
        return value

    @model_validator(mode="after")
    def _agrees(self) -> "_Api":
        if self.method != "GET" and not self.allow_writes:
            raise ValueError(f"method {self.method} may change something; it needs allow_writes = true")
        _check_url(self)
        _check_params(self)
        return self


class _File(_Strict):
    api: tuple[_Api, ...] = ()

    @field_validator("api", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> object:
        if not isinstance(value, list):
            raise ValueError("write [[api]], with two brackets, above each declaration")
        return value


def load(path: Path, transport: httpx.BaseTransport | None = None) -> tuple[Tool, ...]:
    """The APIs declared in the file, as tools; () without a file. SettingsError names file, api and field."""
    if not path.exists():
        return ()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # ValueError: no TOML, or no UTF-8
        raise SettingsError(f"{path} cannot be read as TOML ({error}).", "Mend or move the file.") from error
    try:
        declared = _File.model_validate(raw)
    except ValidationError as error:
        raise SettingsError(f"{path}: {_where(raw, error)}.", "Mend that line.") from error
    return tuple(_tool(path, api, transport) for api in declared.api)


def flatten(value: object, name: str = "") -> list[str]:
    """One line `path.to[0].value: text` for every leaf, in the reply's order.

    A text's line breaks become blanks, so that it cannot look like a line of its own; an empty list or object
    is a leaf, "[]" or "{}". Not recursive: a reply may be nested deeper than Python's stack.
    """
    lines: list[str] = []
    waiting = [(name, value)]
    while waiting:
        at, found = waiting.pop()
        if isinstance(found, dict) and found:
            waiting += reversed([(f"{at}.{key}" if at else key, inner) for key, inner in found.items()])
        elif isinstance(found, list) and found:
            waiting += reversed([(f"{at}[{index}]", inner) for index, inner in enumerate(found)])
        else:
            lines.append(f"{' '.join(at.split()) or 'reply'}: {_leaf(found)}")
    return lines


# the declaration


def _check_url(api: _Api) -> None:
    parts = urlsplit(api.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("url: must begin with http:// or https:// and a host")
    if parts.username or parts.password:
        raise ValueError("url: must hold no password; name an environment variable in secret_env")
    if _PLACE.search(parts.netloc) or parts.fragment or api.url.count("#"):
        raise ValueError("url: no placeholder in the host, and no '#'")
    if "%" in parts.netloc:
        raise ValueError("url: a zone in an IPv6 address ('%eth0') is not supported; name a host or a global address")
    if re.search(r"[{}\s\\]", _PLACE.sub("", api.url)):
        raise ValueError("url: has a blank, a backslash or a lone brace")
    try:
        parts.port  # noqa: B018 - raises ValueError where it is out of range
        httpx.URL(_PLACE.sub("x", api.url))
    except (ValueError, httpx.InvalidURL) as error:
        raise ValueError(f"url: {error}") from error


def _check_params(api: _Api) -> None:
    places = _PLACE.findall(api.url)
    for name in places:
        if name not in api.params:
            raise ValueError(f"url: {{{name}}} is not declared in params")
    for name, param in api.params.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name in _RESERVED or hasattr(BaseModel, name):
            raise ValueError(f"params.{name}: this name cannot be used")
        if name in places and not param.required:
            raise ValueError(f"params.{name}: stands in the url, so it must be required")
        in_path = f"{{{name}}}" in urlsplit(api.url).path
        if param.place and (param.place == "path") != in_path:
            raise ValueError(f"params.{name}.in: '{param.place}' is not where the url has it")


def _where(raw: dict[str, Any], error: ValidationError) -> str:
    """The first complaint with the api's name and the field: "api 'parts', timeout: ..."."""
    first = error.errors(include_url=False)[0]
    steps = list(first["loc"])
    who = ""
    if len(steps) > 1 and steps[0] == "api" and isinstance(steps[1], int):
        entry = raw["api"][steps[1]]
        name = entry.get("name") if isinstance(entry, dict) else None
        who, steps = f"api '{name or steps[1] + 1}', ", steps[2:]
    field = ".".join(map(str, steps))
    return f"{who}{field}{': ' if field else ''}{first['msg'].removeprefix('Value error, ')}"


def _tool(path: Path, api: _Api, transport: httpx.BaseTransport | None) -> Tool:
    fields = {name: _field(param) for name, param in api.params.items()}
    try:
        args = create_model(f"{api.name}_args", __config__=ConfigDict(frozen=True, extra="forbid"), **fields)
    except SchemaError as error:  # a pattern that is no regular expression
        names = ", ".join(name for name, param in api.params.items() if param.pattern is not None)
        raise SettingsError(f"{path}: api '{api.name}', pattern of {names}: {error}.", "Mend it.") from error
    return Tool(name=api.name, when=api.when, args=args, run=partial(_run, api, transport))


def _field(param: _Param) -> Any:  # noqa: ANN401 - what create_model takes: a type and a Field
    limits: dict[str, Any] = {"max_length": 500} if param.type == "string" else {}
    limits |= {"pattern": param.pattern} if param.pattern is not None else {}
    limits |= {"allow_inf_nan": False} if param.type == "number" else {}
    kind = _TYPES[param.type]
    if param.required:
        return kind, Field(description=param.description, **limits)
    return kind | None, Field(default=None, description=param.description, **limits)


def _path(reply: str) -> Any:  # noqa: ANN401 - what jmespath compiles has no public type
    return jmespath.compile(_NAME.sub(r'"\g<0>"', reply) if _DOTTED.fullmatch(reply) else reply)


# the call


def _run(api: _Api, transport: httpx.BaseTransport | None, args: BaseModel, context: Context) -> list[Hit]:
    """One Record of what the API answered. ApiError where it is down, slow, or answers something else."""
    secret = _secret(api)
    try:
        url = _url(api, args)
        body = _within(api, url, partial(_fetch, api, url, secret, transport))
        retrieved_at = datetime.now(UTC)
        text = _readable(api, _pick(api, url, _parse(api, url, body)))
    except ApiError as error:
        raise type(error)(_clean(error.message, secret)[:MAX_MESSAGE], error.next_step) from None
    url = _clean(url, secret)
    digest = hashlib.sha256(f"{url}{retrieved_at.isoformat()}".encode()).hexdigest()
    record = Record(id=f"record:{digest[:16]}", url=url, retrieved_at=retrieved_at, text=_clean(text, secret))
    return [Hit(item=record, rank=1)]


def _clean(text: str, secret: str) -> str:
    """Without the secret, which some services echo, in whatever case and encoding; and without halves of characters.
    What a tool gives gets into prompts and saved conversations."""
    text = text.encode(errors="replace").decode()
    if not secret:
        return text
    forms = (secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1])
    pattern = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in dict.fromkeys(forms))
    if len(secret) < SHORT_SECRET:
        pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
    return re.sub(pattern, "[secret]", text, flags=re.IGNORECASE)


def _url(api: _Api, args: BaseModel) -> str:
    """The template with every value quoted in its place, and the others as a query."""
    given = args.model_dump(mode="json", exclude_none=True)
    values = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    template = urlsplit(api.url)
    for name in _PLACE.findall(template.path):
        # Quoted slashes are no separators by the standard, but many servers unquote before they split.
        if not values[name].strip() or re.search(r"[/\\\x00-\x1f\x7f]", values[name]):
            raise ApiError(f"{api.name}: {name} must not be empty or hold slashes.", "Give the plain value.")
    quoted = {name: quote(value, safe="") for name, value in values.items()}
    path, query = (_PLACE.sub(lambda match: quoted[match[1]], part) for part in (template.path, template.query))
    if any(segment in (".", "..") for segment in path.split("/")):
        raise ApiError(f"{api.name}: '.' and '..' cannot be asked for.", "Give the plain value.")
    inside = _PLACE.findall(api.url)
    pairs = [query] if query else []
    pairs += [f"{name}={value}" for name, value in quoted.items() if name not in inside]
    return template._replace(path=path, query="&".join(pairs)).geturl()


def _secret(api: _Api) -> str:
    if api.secret_env is None:
        return ""
    secret = os.environ.get(api.secret_env, "").strip()
    if not secret:
        raise ApiError(f"{api.name} needs a secret.", f"Set the environment variable {api.secret_env}.")
    if not (secret.isascii() and secret.isprintable()):
        raise ApiError(f"{api.secret_env} holds characters that no header can carry.", "Set it again.")
    return secret


OnConnect = Callable[[str, dict[str, Any]], None]
"""What httpx calls with the name of each step of a request, such as a finished connection, and its result."""


def _within(api: _Api, url: str, call: Callable[[OnConnect], bytes]) -> bytes:
    """What the call returns; ApiDown once the API's time is over, whatever the call is doing then.

    httpx bounds each read, not their sum, and the look-up of a host's name not at all. So the call runs in a thread,
    and when time is over its connections are shut, which ends the thread too.
    """
    deadline = time.monotonic() + api.timeout
    answer: Future[bytes] = Future()
    connections: list[socket.socket] = []

    def hang_up() -> None:
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def on_connect(step: str, info: dict[str, Any]) -> None:
        if step.endswith(("connect_tcp.complete", "start_tls.complete")):
            connections.append(info["return_value"].get_extra_info("socket"))
            if time.monotonic() > deadline:
                hang_up()

    def work() -> None:
        try:
            answer.set_result(call(on_connect))
        except Exception as error:  # raised again where the answer is awaited
            answer.set_exception(error)

    Thread(target=work, name=api.name, daemon=True).start()
    try:
        return answer.result(api.timeout)
    except TimeoutError:
        hang_up()
        raise _slow(api, url) from None


def _fetch(api: _Api, url: str, secret: str, transport: httpx.BaseTransport | None, on_connect: OnConnect) -> bytes:
    """The body of the reply, after redirects on the same host."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if secret:
        headers[api.secret_header] = f"Bearer {secret}" if api.secret_header == "Authorization" else secret
    try:
        with httpx.Client(transport=transport, timeout=api.timeout, trust_env=not is_this_machine(url)) as client:
            request = client.build_request(api.method, url, headers=headers, extensions={"trace": on_connect})
            return _follow(api, client, request)
    except httpx.TimeoutException as error:
        raise _slow(api, url) from error
    except httpx.RequestError as error:
        raise ApiDown(
            f"{api.name} cannot be reached at {url} ({type(error).__name__}).",
            "See whether the service runs and the url in apis.toml is right.",
        ) from error
    except (httpx.InvalidURL, UnicodeError) as error:  # our own was checked when it was declared
        raise ApiError(
            f"{api.name} sends {url} on to an address that cannot be read.", "Check the url in apis.toml."
        ) from error


def _follow(api: _Api, client: httpx.Client, request: httpx.Request) -> bytes:
    first = request.url
    for _ in range(MAX_HOPS + 1):
        response = client.send(request, stream=True)
        try:
            if response.next_request is None:
                _check(api, str(first), response)
                return _read(api, str(first), response)
        finally:
            response.close()
        request = response.next_request
        if api.method != "GET" or not _same_host(first, request.url):
            raise ApiError(
                f"{api.name} sends {first} on to host {request.url.host}, and Exhibit does not follow.",
                "Check the url in apis.toml; a login may be missing.",
            )
    raise ApiError(f"{api.name} redirects {first} again and again.", "Check the url in apis.toml.")


def _same_host(first: httpx.URL, then: httpx.URL) -> bool:
    """The same place, or the same host at the usual port of https instead of http."""
    upgraded = (first.scheme, then.scheme) == ("http", "https") and first.port is None and then.port is None
    return first.host == then.host and (upgraded or (first.scheme, first.port) == (then.scheme, then.port))


def _check(api: _Api, url: str, response: httpx.Response) -> None:
    status = response.status_code
    if status == 404:
        raise ApiError(f"{api.name}: there is no such thing at {url} (404).", "Ask for another value.")
    if status in (401, 403):
        step = f"Check the secret in {api.secret_env}." if api.secret_env else "Declare its secret_env."
        raise ApiError(f"{api.name} refuses the request to {url} ({status}).", step)
    if status >= 500:
        raise ApiDown(f"{api.name} has a fault of its own at {url} ({status}).", "Try again later.")
    if not response.is_success:
        raise ApiError(f"{api.name} cannot take the request to {url} ({status}).", "Check the values.")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        named = "HTML" if "html" in kind else kind or "no content type"
        raise ApiError(
            f"{api.name} answered {named}, not JSON, at {url}.",
            "Check the url in apis.toml; it may be a login or an error page.",
        )


def _read(api: _Api, url: str, response: httpx.Response) -> bytes:
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            raise ApiError(f"{api.name} answered more than 1 MB at {url}.", "Ask for less.")
    return body


def _slow(api: _Api, url: str) -> ApiDown:
    return ApiDown(
        f"{api.name} did not answer within {api.timeout:g} s at {url}.",
        "Try again, or raise its timeout in apis.toml.",
    )


def _parse(api: _Api, url: str, body: bytes) -> object:
    """The JSON. Numbers stay as they were written: 48.50 must be quotable as 48.50."""
    try:
        return json.loads(body, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        what = "is not the JSON that it is said to be" if body.strip() else "is empty"
        raise ApiError(f"{api.name}: the reply of {url} {what}.", "Check the url in apis.toml.") from error


def _pick(api: _Api, url: str, reply: object) -> object:
    """The part of the reply that `reply` names; null is nothing. A number with a point is text here, as it was written:
    `to_number()` compares it."""
    if not api.reply:
        return reply
    step = "Check 'reply' in apis.toml."
    try:
        found = _path(api.reply).search(reply)
    except (JMESPathError, RecursionError) as error:  # a function of it was given what it cannot take
        raise ApiError(f"{api.name}: '{api.reply}' does not fit the reply of {url} ({error}).", step) from error
    if found is None:
        has = f"; it has: {', '.join(list(reply)[:12])}" if isinstance(reply, dict) and reply else ""
        raise ApiError(f"{api.name}: the reply of {url} has no '{api.reply}'{has}.", step)
    return found


def _readable(api: _Api, found: object) -> str:
    """Lines of "key: value"; what is no object is named after the last step of a plain path."""
    name = api.reply.rpartition(".")[2] if _DOTTED.fullmatch(api.reply) and not isinstance(found, dict) else ""
    text = "\n".join(flatten(found, name))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ApiError(f"{api.name}: the reply holds halves of characters (lone surrogates).", "Tell its maker.")
    return text


def _leaf(found: object) -> str:
    return " ".join(found.split()) if isinstance(found, str) else json.dumps(found)
