"""The one place that decides: is a claim supported by what it cites? Layers in order; the first that objects decides.

structure -> quotes -> vision -> facts -> entailment (-> judge, a chat model, where one is given). A layer that
breaks says so: the claim is `unchecked`, no pass.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agent.answer import Citation, Claim, Place, Status, Verdict
from agent.validator import numbers, vision
from agent.validator.case import Case, Places
from agent.validator.entailment import reader
from agent.validator.measure import NAMES, Measures, measure
from agent.validator.repair import found_elsewhere, moved, needed
from agent.validator.vision import Looks, Seen
from tools.language.sentences import segments
from tools.language.words import terms
from tools.library.evidence import Figure, Item

Layer = Literal["structure", "quotes", "vision", "facts", "entailment", "judge"]
LAYERS: tuple[Layer, ...] = ("structure", "quotes", "vision", "facts", "entailment")
Judges = Callable[[str, str], Seen]
"""(claim, sources) -> whether a chat model finds the claim in them."""


def validate(
    claims: Sequence[Claim],
    items: Mapping[int, Item],
    places: Places,
    *,
    layers: Sequence[str] = LAYERS,
    look: Looks | None = None,
    judges: Judges | None = None,
) -> tuple[Verdict, ...]:
    """One verdict a claim, in order. `items` is the conversation's evidence by key.

    What is not among `layers` is not run (to measure what each is worth; structure always is); `look` reads a
    picture again, `judges` asks a chat model: without them these two have nothing to say.
    """
    checks: list[_Check] = [
        ("structure", _structure),
        ("quotes", _quotes),
        ("vision", partial(_vision, look=look)),
        ("facts", _facts),
        ("entailment", partial(_entailment, judges=judges)),
    ]
    chosen = [(layer, check) for layer, check in checks if layer == "structure" or layer in layers]
    return tuple(_verdict(Case(claim, items, places), chosen) for claim in claims)


def repair(verdict: Verdict, items: Mapping[int, Item]) -> Claim | None:
    """For a misattributed claim: the claim, its citations moved to the sources that have it. It is not yet checked."""
    if verdict.status != "misattributed":
        return None
    found = _put_right(Case(verdict.claim, items, lambda key, spans: Place(key=key, title="", uri="")))
    return found.claim if found else None


@dataclass(frozen=True)
class _Outcome:
    """`case` where the check put the citations right; `score` the probability of support, where one was found."""

    status: Status
    reason: str
    score: float | None = None
    case: Case | None = None
    layer: Layer | None = None


_Check = tuple[Layer, Callable[[Case], _Outcome | None]]
_CHECKED: dict[Layer, str] = {
    "structure": "the citations",
    "quotes": "the quotes",
    "vision": "what a picture shows",
    "facts": "numbers and names",
    "entailment": "the meaning",
}


def _verdict(case: Case, checks: Sequence[_Check]) -> Verdict:
    """The first layer's objection, or the last layer's word. The one place that fails closed."""
    for layer, check in checks:
        try:
            outcome = check(case)
            verdict = _as_verdict(case, layer, outcome) if outcome else None
        except Exception as error:  # whatever broke, the claim was not checked
            reason = f"The check of {_CHECKED[layer]} broke down ({type(error).__name__})."
            return Verdict(claim=case.claim, status="unchecked", reason=reason, layer=layer)
        if verdict:
            return verdict
    reason = "The layer that would decide is switched off."
    return Verdict(claim=case.claim, status="unchecked", reason=reason, layer="entailment", places=case.shown)


def _as_verdict(case: Case, layer: Layer, outcome: _Outcome) -> Verdict:
    case = outcome.case or case
    return Verdict(
        claim=case.claim,
        status=outcome.status,
        reason=outcome.reason,
        layer=outcome.layer or layer,
        places=() if layer == "structure" else case.shown,
        score=outcome.score,
    )


# --- the layers: each objects, or lets the claim pass on with None -------------------------------------------


def _structure(case: Case) -> _Outcome | None:
    """Is there a citation at all, of something that exists, with something quoted?"""
    if not case.claim.text.strip():
        return _Outcome("unsupported", "The claim is empty.")
    if not case.claim.citations:
        return _Outcome("unsupported", "The claim cites no source.")
    problems = (_problem(citation, case.items) for citation in case.claim.citations)
    return next((_Outcome("unsupported", problem) for problem in problems if problem), None)


def _problem(citation: Citation, items: Mapping[int, Item]) -> str:
    """`model_construct` skips pydantic's checks, so the key's form is looked at here once more."""
    key, quote = citation.key, citation.quote
    if type(key) is not int or key < 1:
        return f"The citation key {key!r} is not a whole number from 1 up."
    if key not in items:
        return f"There is no source [{key}] in this conversation."
    if quote == "" and isinstance(items[key], Figure):
        return ""  # of what a picture shows there is nothing to quote
    if not isinstance(quote, str) or not any(char.isalnum() for char in quote):
        return f"The citation of source [{key}] quotes nothing."
    return ""


def _quotes(case: Case) -> _Outcome | None:
    if all(case.spans):
        return None
    if other := moved(case):
        return _Outcome("misattributed", _moved_reason(case, other))
    lost = next(c.key for c, spans in zip(case.claim.citations, case.spans, strict=True) if not spans)
    return _Outcome("unsupported", f"The quote is not in source [{lost}].")


def _vision(case: Case, look: Looks | None) -> _Outcome | None:
    if not case.pictures:
        return None
    found = vision.check(case.claim.text, case.pictures, case.sources, supports, look)
    return _Outcome(found.status, found.reason)


def _facts(case: Case) -> _Outcome | None:
    if found := numbers.misread(case.claim.text, case.rows):
        return _Outcome("contradicted", f"The table in {case.sources} says {found}.")
    if case.is_row:
        return None  # compared with the row, column by column
    if case.facts.contradicted:
        fact = case.facts.contradicted[0]
        return _Outcome("contradicted", f"The claim says {fact.text}; {case.sources} says {fact.found}.")
    if not case.facts.missing:
        return None
    if other := _put_right(case):
        return _Outcome("misattributed", _moved_reason(case, other))
    missing = ", ".join(fact.text for fact in case.facts.missing)
    return _Outcome("unsupported", f"The claim says {missing}; what is quoted from {case.sources} does not.")


def _entailment(case: Case, judges: Judges | None) -> _Outcome:
    """The source's own words pass; of others the calibrated decision says, or a chat model where it cannot tell."""
    if case.is_row:
        return _Outcome("supported", f"The table in {case.sources} says so.", 1.0)
    if case.wording.is_own:
        return _necessary(case, f"The claim is in the words of {case.sources}.", case.wording.coverage)
    found = judge(case.claim.text, case.scopes, case.context)
    doubt = case.wording.doubt or _bare(case) or _borrowed(case)
    if found.status == "supported" and not doubt:
        reason = f"The claim says what {case.sources} {'say' if case.several else 'says'}."
        return _necessary(case, reason, found.probability)
    if found.status in ("supported", "unchecked"):
        return _unsure(case, doubt or "The claim is in other words than the source", found.probability, judges)
    if other := _put_right(case):
        return _Outcome("misattributed", _moved_reason(case, other), found.probability)
    if found.status == "contradicted":
        return _Outcome("contradicted", f"The claim says otherwise than {case.sources}.", found.probability)
    return _Outcome("unsupported", f"What the claim says is not quoted from {case.sources}.", found.probability)


def _bare(case: Case) -> str:
    """A stretch of the claim of which the source has no word: where a statement is slipped in beside a true one."""
    there = terms(f"{case.scope}\n{case.context}")
    bare = next((stretch for stretch in segments(case.claim.text) if not terms(stretch) & there), "")
    return f"Of “{bare}” {case.sources} {'have' if case.several else 'has'} no word" if bare else ""


_POINTERS = re.compile(r"\b(?:it|its|they|them|their|this|these|that|those|he|she|his|her|both|which)\b", re.IGNORECASE)


def _borrowed(case: Case) -> str:
    """A word of the claim that the source has, but not where it is quoted: another sentence's subject, another row's.

    Unless what is quoted points elsewhere itself: "It holds 4 litres."
    """
    if _POINTERS.search(case.scope):
        return ""
    lacking = terms(case.claim.text) - terms(f"{case.scope}\n{case.context}")
    elsewhere = terms("\n".join(item.text for item in case.cited)) & lacking
    words = [word for word in re.findall(r"[\w.-]+", case.claim.text) if terms(word) & elsewhere]
    return f"“{words[0]}” stands in {case.sources}, but not in what is quoted" if words else ""


def _unsure(case: Case, doubt: str, probability: float, judges: Judges | None) -> _Outcome:
    if judges is None:
        return _Outcome("unchecked", f"{doubt}, and whether it means the same is not sure.", probability)
    answer = judges(case.claim.text, f"{case.context}\n\n{case.scope}")
    outcomes: dict[Seen, tuple[Status, str]] = {
        "yes": ("supported", f"A chat model, asked, finds it in {case.sources}."),
        "no": ("unsupported", f"A chat model, asked, does not find it in {case.sources}."),
        "cannot tell": ("unchecked", f"{doubt}, and a chat model, asked, could not tell."),
    }
    return _Outcome(*outcomes[answer], probability, layer="judge")


def _necessary(case: Case, reason: str, score: float) -> _Outcome:
    """Supported, and cited to no more than carries it."""
    left = needed(case, is_supported) if len(case.claim.citations) > 1 else case
    return _Outcome("supported", reason, min(1.0, score), left)


def is_supported(case: Case) -> bool:
    """By the source's own words, or else by reading."""
    return case.wording.is_own or supports(case.claim.text, case.scopes, case.context)


def _put_right(case: Case) -> Case | None:
    """The case with its quotes cited to the sources that have them, or cited to another place that says the same."""
    other = moved(case)
    if other and (other.facts.ok or not all(case.spans)):
        return other
    return found_elsewhere(case, is_supported) if all(case.spans) else None


def _moved_reason(case: Case, other: Case) -> str:
    pairs = [(a.key, b.key) for a, b in zip(case.claim.citations, other.claim.citations, strict=False)]
    lost, there = next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
    if lost == there:
        return f"Source [{there}] says this, but in another place than the one quoted."
    if all(case.spans):
        return f"Source [{there}] says this, not source [{lost}]."
    return f"The quote is in source [{there}], not in source [{lost}]."


# --- the calibrated decision ---------------------------------------------------------------------------------

FILE = Path(__file__).parent / "calibration.json"
Judgement = Literal["supported", "contradicted", "unsupported", "unchecked"]


@dataclass(frozen=True)
class Calibration:
    """A logistic regression over what was measured. Neither part alone will do: the entailment model sees
    contradiction, the overlap of words sees invention. Fitted by `python -m evals validator --fit` on sets that serve
    for choosing, and frozen in calibration.json: nothing else is scored before.

    `mean`, `scale`, `weights`: float64[k] over `crossed` measures; thresholds are probabilities, 0 to 1.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    supported: float
    """From here on a claim is supported."""
    unsupported: float
    """Below, it is unsupported (or contradicted); between the two it is unchecked."""

    def probability(self, measures: Measures) -> float:
        """That the evidence supports the claim, 0 to 1."""
        return float(self.probabilities(measures.row[None])[0])

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n, 17] in the order of NAMES -> float64[n]."""
        logits = (crossed(rows) - self.mean) / self.scale @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))

    def status(self, measures: Measures) -> Judgement:
        probability = self.probability(measures)
        if probability >= self.supported:
            return "supported"
        if probability >= self.unsupported:
            return "unchecked"
        return "contradicted" if measures.contradicted > 0 or measures.wrong_numbers else "unsupported"


def crossed(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The measures, and again those that weigh differently in long evidence (a threshold of one kind fails another)."""
    long = rows[:, [NAMES.index("long_evidence")]]
    shifting = [NAMES.index(name) for name in ("whole", "weakest", "covered", "phrases")]
    return np.hstack([rows, rows[:, shifting] * long])


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The one that ships."""
    found = json.loads(FILE.read_text("utf-8"))
    arrays = {name: np.array(found[name]) for name in ("mean", "scale", "weights")}
    return Calibration(**arrays, bias=found["bias"], supported=found["supported"], unsupported=found["unsupported"])


@dataclass(frozen=True)
class Judged:
    """`probability` that the claim is supported, 0 to 1."""

    status: Judgement
    probability: float


def judge(claim: str, texts: Sequence[str], context: str = "") -> Judged:
    """The claim against all that it cites together; `context`: headings, captions and titles."""
    measures = measure(claim, texts, reader(), context)
    return Judged(calibration().status(measures), calibration().probability(measures))


def supports(claim: str, texts: Sequence[str], context: str = "") -> bool:
    return judge(claim, texts, context).status == "supported"
