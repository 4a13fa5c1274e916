"""A run of a suite as a file: a line on what was measured, then a line a question."""

from collections.abc import Sequence
from pathlib import Path

from evals.cases import SuiteError
from evals.retrieval.questions import Ranks
from tools.library.evidence import Frozen


class Header(Frozen):
    """`cases` is the fingerprint of the suite, `weights` are those of the legs."""

    suite: str
    cases: str
    encoders: tuple[str, ...]
    weights: dict[str, float]


class RankingRun(Frozen):
    """Every question's ranks."""

    header: Header
    rows: tuple[Ranks, ...]

    def of(self, scope: str) -> list[Ranks]:
        """Rows that have gold, in one scope."""
        return [row for row in self.rows if row.scope == scope and row.ranks and row.ranks["fused"]]

    @property
    def scopes(self) -> list[str]:
        return [scope for scope in ("document", "all") if self.of(scope)]


def write(folder: Path, run: RankingRun) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.header.suite}.jsonl"
    path.write_text("".join(f"{line.model_dump_json()}\n" for line in (run.header, *run.rows)), "utf-8")
    return path


def read(path: Path) -> RankingRun:
    """Raises SuiteError where the file is none of ours."""
    try:
        first, *rest = path.read_text("utf-8").splitlines()
        return RankingRun(header=Header.model_validate_json(first), rows=tuple(map(Ranks.model_validate_json, rest)))
    except (OSError, ValueError) as error:
        raise SuiteError(f"{path} is no run of `python -m evals retrieval`.", "Name the --out of one.") from error


class Change(Frozen):
    """A question whose gold place came to stand elsewhere in the fused ranking; None: not among the first 100."""

    case: str
    scope: str
    before: int | None
    after: int | None


def changes(before: RankingRun, after: RankingRun) -> list[Change]:
    """Question by question, those that both have. Raises SuiteError where they share none."""
    then = {(row.case, row.scope): row for scope in before.scopes for row in before.of(scope)}
    now = [row for scope in after.scopes for row in after.of(scope)]
    pairs = [(then[row.case, row.scope], row) for row in now if (row.case, row.scope) in then]
    if not pairs:
        raise SuiteError(f"The runs of '{after.header.suite}' share no question.", "Compare runs of one suite.")
    return [
        Change(case=b.case, scope=b.scope, before=first(a.ranks["fused"]), after=first(b.ranks["fused"]))
        for a, b in pairs
    ]


def first(ranks: Sequence[int | None]) -> int | None:
    """The best rank of any gold place."""
    return min((rank for rank in ranks if rank), default=None)
