"""An API's arguments, read off a question or off what an answer cited, for a model that writes none."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from tools.language.words import terms
from tools.tool import Tool

DATE = r"\d{4}-\d{2}-\d{2}"
NUMBER = r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])"


def arguments(tool: Tool, question: str, places: Sequence[str]) -> dict[str, Any] | None:
    """The arguments from the first of the places that has them all; None where the API does not fit the question.

    It fits where a word of its "when" stands in the question; words that only describe its parameters, such as
    "part number", say nothing of what it answers.
    """
    fields = tool.args.model_fields.items()
    described = terms(" ".join(f"{name} {field.description}".replace("_", " ") for name, field in fields))
    if not (terms(tool.when) - described) & terms(question):
        return None
    return next((args for place in places if (args := _filled(tool.args, place)) is not None), None)


def _filled(model: type[BaseModel], text: str) -> dict[str, Any] | None:
    """Arguments whose required fields can each be read off the text: by pattern, by number, by date."""
    schema = model.model_json_schema().get("properties", {})
    args: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        value = _value(schema.get(name, {}), text)
        if value is not None:
            args[name] = value
        elif field.default is PydanticUndefined:
            return None
    try:
        model(**args)
    except ValidationError:
        return None
    return args


def _value(schema: dict[str, Any], text: str) -> str | None:
    pattern = ""
    if "pattern" in schema:
        pattern = rf"(?<![\w-]){schema['pattern'].strip('^$')}(?![\w-])"
    elif schema.get("format") == "date":
        pattern = DATE
    elif schema.get("type") in ("integer", "number"):
        pattern = NUMBER
    found = re.search(pattern, text) if pattern else None
    return found.group() if found else None
