"""The words the model reads: `prompts/<name>.md`, filled in by a strict `render`."""

import re
from pathlib import Path

_FIELD = re.compile(r"\{\{([a-z_]+)\}\}")
_NAME = re.compile(r"[a-z_]+")


class PromptError(ValueError):
    """There is no such prompt, or its fields and the ones that were given are not the same."""


def render(name: str, /, **fields: str) -> str:
    """The text of `prompts/<name>.md`, filled in; PromptError where a field is missing or unknown.

    Values are put in once and not read again: a `{{field}}` inside a value stays as it is.
    """
    template = _read(name)
    wanted = set(_FIELD.findall(template))
    _complain(name, "lacks", wanted - fields.keys())
    _complain(name, "has no place for", fields.keys() - wanted)
    return _FIELD.sub(lambda match: fields[match[1]], template).strip()


def _read(name: str) -> str:
    path = Path(__file__).parent / f"{name}.md"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise PromptError(f"There is no prompt '{name}'.")
    template = path.read_text(encoding="utf-8")
    # A misspelt placeholder such as {{ query }} would otherwise reach the model as it stands.
    if "{{" in _FIELD.sub("", template):
        raise PromptError(f"prompts/{name}.md: write a placeholder as {{{{field}}}}, in lower case.")
    return template


def _complain(name: str, what: str, fields: set[str]) -> None:
    if fields:
        raise PromptError(f"prompts/{name}.md {what}: {', '.join(sorted(fields))}.")
