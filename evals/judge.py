"""A model as judge of what is said: optional, and itself measured first.

Its figures appear only beside an Agreement with people: at least ENOUGH labelled answers judged by the same model, and
at least EACH_SIDE of either label. A reply that is no judgement is "could not score", never "wrong".
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from langchain_core.messages import HumanMessage
from pydantic import BaseModel, Field, ValidationError

import prompts
from agent.llm.protocol import Brief, ChatModel, Decision
from evals.cases import SuiteError
from evals.metrics.score import Score
from evals.metrics.statistics import bootstrap
from evals.runs.run import Run
from evals.runs.summary import Figure, of
from evals.suites.layout import rows
from tools.errors import ModelError
from tools.library.evidence import Frozen
from tools.tool import Tool

ENOUGH = 50
EACH_SIDE = 10
JUDGED = "judged.json"
NONSENSE = "the judge's reply was no judgement"


class Judgement(BaseModel):
    """What the model is asked for, as JSON."""

    right: bool = Field(description="true where the given answer says what the right answer says")
    reason: str = Field(description="why, in one sentence")


class Labelled(Frozen):
    """An answer that a person called right or wrong."""

    question: str
    reference: str
    said: str
    right: bool


class Agreement(Frozen):
    """How often the judge says what people say: share of `n` (with its 95 % interval), and Cohen's kappa (-1 to 1, 0 is
    chance; Cohen, 1960). `unscored` replies were no judgement. `rights` counts those that people called right."""

    judge: str
    n: int
    rights: int
    unscored: int
    share: float | None
    low: float | None
    high: float | None
    kappa: float | None


class Judged(Frozen):
    """What a judge said of a run's cases: case → right; `reasons` holds the cases it could not score."""

    agreement: Agreement
    right: dict[str, bool]
    reasons: dict[str, str]


def ask(model: ChatModel, question: str, reference: str, said: str) -> Score:
    """1.0 or 0.0, or why there is none. Goes through the model's own `step`, with a judgement as its only tool."""
    fence = f"<<{sha256(said.encode()).hexdigest()[:12]}>>"  # made of what it holds, so that nothing in it can end it
    fields = {"question": question, "reference": reference, "said": said or "(nothing)", "fence": fence}
    question = prompts.render("judge", **fields)
    brief = Brief(question=question, messages=(HumanMessage(content=question),))
    try:
        step = model.step(brief, [_TOOL])
        return Score(float(Judgement.model_validate(step.args if isinstance(step, Decision) else {}).right))
    except (ModelError, ValidationError) as error:
        return Score(None, NONSENSE if isinstance(error, ValidationError) else error.message)


_TOOL = Tool("judge", "Call it once, with your judgement.", Judgement, lambda args, context: [])


def measure(model: ChatModel, labelled: Sequence[Labelled]) -> Agreement:
    """The judge beside people."""
    scores = [ask(model, one.question, one.reference, one.said) for one in labelled]
    pairs = [(one.right, score.value == 1) for one, score in zip(labelled, scores) if score.value is not None]
    found = bootstrap([float(a == b) for a, b in pairs]) if pairs else None
    return Agreement(
        judge=model.name,
        n=len(pairs),
        rights=sum(person for person, _ in pairs),
        unscored=len(labelled) - len(pairs),
        share=found.mean if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        kappa=kappa(pairs),
    )


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's: (observed - expected) / (1 - expected) agreement; None where both always say the same one thing."""
    if not pairs:
        return None
    n = len(pairs)
    one, other = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    expected = one * other + (1 - one) * (1 - other)
    return (sum(a == b for a, b in pairs) / n - expected) / (1 - expected) if expected < 1 else None


def refusal(agreement: Agreement) -> str:
    """Why a judge's figures may not be shown, in a sentence; "" where they may."""
    sides = min(agreement.rights, agreement.n - agreement.rights)
    if agreement.n >= ENOUGH and sides >= EACH_SIDE:
        return ""
    return (
        f"{agreement.judge} was measured on {agreement.n} labelled answers, {agreement.rights} of them right; its "
        f"figures appear from {ENOUGH} up, with {EACH_SIDE} of either label."
    )


def score_run(run: Run, model: ChatModel, agreement: Agreement) -> Judged:
    """Every answered case with a right answer, judged and kept in the run. Raises SuiteError for a judge that was not
    measured enough, or another one than was measured."""
    why = refusal(agreement)
    if agreement.judge != model.name:
        why = f"The agreement is that of {agreement.judge}, not of {model.name}."
    if why:
        raise SuiteError(why, "Type: python -m evals agreement LABELLED.jsonl --model MODEL")
    asked = [(c, t) for c, t in zip(run.cases, run.traces) if c.references and t.status is not None]
    scores = {c.id: ask(model, c.question, " or ".join(dict.fromkeys(c.references)), t.text) for c, t in asked}
    judged = Judged(
        agreement=agreement,
        right={case: score.value == 1 for case, score in scores.items() if score.value is not None},
        reasons={case: score.reason for case, score in scores.items() if score.value is None},
    )
    (run.folder / JUDGED).write_text(judged.model_dump_json(indent=2) + "\n", "utf-8")
    return judged


def load(run: Run) -> Judged | None:
    """What a judge said of the run; None where none was asked, or it was not measured enough."""
    path = run.folder / JUDGED
    if not path.exists():
        return None
    judged = Judged.model_validate_json(path.read_text("utf-8"))
    return None if refusal(judged.agreement) else judged


def figure(run: Run, judged: Judged) -> Figure:
    """The share that the judge calls right."""
    documents = {case.id: case.document for case in run.cases}
    scores = {case: Score(float(right)) for case, right in judged.right.items()}
    scores |= {case: Score(None, reason) for case, reason in judged.reasons.items()}
    return of("judged right", list(scores.values()), [documents[case] for case in scores])


def read_agreement(path: Path) -> Agreement:
    """Raises SuiteError where the judge was never measured."""
    if not path.exists():
        raise SuiteError(
            f"There is no {path}: this judge was not measured.",
            "Type: python -m evals agreement LABELLED.jsonl --model MODEL",
        )
    return Agreement.model_validate_json(path.read_text("utf-8"))


def read(path: Path) -> list[Labelled]:
    """The labelled answers of a JSONL file. Raises SuiteError that names the line that is none."""
    return list(rows(path, Labelled.model_validate))
