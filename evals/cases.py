"""A case of a suite: what is asked, what a right answer says, and where it has to point."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, ValidationError

from tools.errors import ExhibitError
from tools.library.evidence import Frozen, Region

API = "api"
"""The gold source of a case whose answer comes from an API."""


class SuiteError(ExhibitError):
    """A folder that is no suite, or a line in it that is no case."""


class Gold(Frozen):
    """A place with the answer. `source` is relative to the suite's documents, or "api"; pages from 1, none where the
    whole source is meant; `regions` in units of the source (PDF points or pixels), where somebody drew them.

    `picture` is the file of the figure that is meant, relative to the suite. `grade` is how relevant it is (from 1),
    for nDCG.
    """

    source: str
    pages: tuple[int, ...] = ()
    regions: tuple[Region, ...] = ()
    picture: str = ""
    grade: int = Field(default=1, ge=1)


class Turn(Frozen):
    """A question asked earlier in the same conversation; `image` is relative to the suite."""

    question: str
    image: str | None = None


class Case(Frozen):
    """One line of cases.jsonl. `image` is relative to the suite; any page of `gold` is a right citation.

    `answers` are other right answers (VQA has ten); `must_contain` has to occur in what is said. `document` is the one
    the question was written about: cases of one document are no independent draws. `hint` is what a person might say
    with the picture to narrow a search.
    """

    id: str
    question: str
    image: str | None = None
    hint: str = ""
    turns: tuple[Turn, ...] = ()
    answer: str = ""
    answers: tuple[str, ...] = ()
    must_contain: tuple[str, ...] = ()
    gold: tuple[Gold, ...] = ()
    tool: str = ""
    kind: str = ""
    document: str = ""
    answerable: bool = True

    @property
    def references(self) -> tuple[str, ...]:
        """Every right answer; empty for an unanswerable case, or one whose answer nobody wrote down."""
        if not self.answerable:
            return ()
        return self.answers or ((self.answer,) if self.answer else ())


def read(path: Path) -> tuple[Case, ...]:
    """The cases of a JSONL file. Raises SuiteError that names the line that is none, or the id that is there twice."""
    cases: dict[str, Case] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            case = Case.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise SuiteError(f"{path.name}, line {number}: {where}: {first['msg']}.", "Mend that line.") from error
        if case.id in cases:
            raise SuiteError(f"{path.name}, line {number}: there is a case '{case.id}' before.", "Rename one.")
        cases[case.id] = case
    return tuple(cases.values())


def lines(cases: Iterable[Case]) -> str:
    """The text of a cases.jsonl; what has its default is left out."""
    return "".join(case.model_dump_json(exclude_defaults=True) + "\n" for case in cases)
