"""Pairs of claim and evidence to train on: labelled sets, and pairs made here by edits of known effect.

Pairs of one `group` share a claim or a source and differ in the label: the contrast is what is to be learnt.
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Literal

from evals.training.entailment import edits
from tools.language.words import stems

Label = Literal["supported", "contradicted", "unsupported", "not"]
"""`not`: contradicted or unsupported, the set does not say which."""
LICENSED = ("contrast", "negation", "adversarial", "dialogue")
"""The sets with a stated licence: what ships is trained on these alone."""
LIMIT = 150
"""Most words of evidence in a pair; with the claim that is about 256 tokens."""
ALIKE = 0.35
"""Share of common content words from which on a sentence of the same page may say the same."""
_LABELS: dict[str, Label] = {
    "SUPPORTS": "supported",
    "REFUTES": "contradicted",
    "NOT ENOUGH INFO": "unsupported",
    "entailment": "supported",
    "neutral": "unsupported",
    "contradiction": "contradicted",
    "not_entailment": "not",
}


@dataclass(frozen=True)
class Pair:
    claim: str
    evidence: str
    label: Label
    group: str
    kind: str


@dataclass(frozen=True)
class Texts:
    """Texts to draw from: each document a list of sentences; the names in them."""

    documents: dict[str, list[str]]
    names: list[str]


def labelled(folder: Path, sets: Sequence[str] = LICENSED) -> list[Pair]:
    """The labelled pairs of `train_<set>.jsonl.gz` (fields claim, evidence, label, meta)."""
    return [pair for name in sets for pair in _read(folder / f"train_{name}.jsonl.gz", name)]


def _read(path: Path, name: str) -> Iterator[Pair]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            meta = row["meta"]
            label = _LABELS.get(str(meta.get("gold")), "supported" if row["label"] == "supported" else "not")
            if name == "adversarial" and label == "not":
                label = "contradicted"  # its claims are true or false of the gold evidence
            group = f"{name}:{meta.get('case') or row['claim'].casefold()[:80] or number}"
            yield Pair(_tidy(row["claim"]), _tidy(row["evidence"]), label, group, name)


def _tidy(text: str) -> str:
    """Without the spaces that tokenised corpora have before marks."""
    text = re.sub(r"\s+([,.;:!?%)\]])", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r"([(\[$£])\s+", r"\1", text).replace("-LRB-", "(").replace("-RRB-", ")").strip()


def pages(folder: Path) -> dict[str, list[str]]:
    """The sentences of each page of the contrast set, those that differ from one another."""
    found: dict[str, list[str]] = defaultdict(list)
    with gzip.open(folder / "train_contrast.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            sentence = _tidy(row["evidence"])
            kept = found[row["meta"]["page"]]
            if len(kept) < 40 and not any(alike(sentence, other) > ALIKE for other in kept):
                kept.append(sentence)
    return dict(found)


def alike(one: str, other: str) -> float:
    """Common content words by the smaller number of content words, 0 to 1."""
    a, b = set(stems(one)), set(stems(other))
    return len(a & b) / max(1, min(len(a), len(b)))


def texts_of(documents: dict[str, list[str]]) -> Texts:
    names = {name.group() for sentences in documents.values() for s in sentences for name in edits.NAME.finditer(s)}
    return Texts(documents, sorted(names))


def widened(pairs: Iterable[Pair], around: dict[str, list[str]], rng: Random) -> Iterator[Pair]:
    """The pairs with other sentences round their evidence: what is to be read stands in a longer text.

    `around`: group -> sentences of the same page. Those that resemble the claim or the evidence are left out, so
    that the label stays right.
    """
    for pair in pairs:
        near = around.get(pair.group, [])
        others = [s for s in near if alike(s, pair.evidence) < ALIKE and alike(s, pair.claim) < 2 * ALIKE]
        rng.shuffle(others)
        chosen = _fill(others, LIMIT - len(pair.evidence.split()), rng)
        if chosen:
            chosen.insert(rng.randint(0, len(chosen)), pair.evidence)
            yield replace(pair, evidence=_laid_out(chosen, rng), kind=pair.kind + "+")


def _fill(sentences: Sequence[str], words: int, rng: Random) -> list[str]:
    wanted = rng.randint(10, max(11, words))
    chosen: list[str] = []
    for sentence in sentences:
        wanted -= len(sentence.split())
        if wanted < 0:
            break
        chosen.append(sentence)
    return chosen


def _laid_out(sentences: Sequence[str], rng: Random) -> str:
    return (" " if rng.random() < 0.7 else "\n").join(sentences)


# --- pairs made from running text -----------------------------------------------------------------------------

_FALSE: list[tuple[str, Label, float]] = [
    ("number", "contradicted", 1.0),
    ("unit", "contradicted", 0.5),
    ("time", "contradicted", 0.3),
    ("name", "contradicted", 1.0),
    ("role", "contradicted", 0.4),
    ("negation", "contradicted", 0.7),
    ("opposite", "contradicted", 1.0),
    ("bound", "contradicted", 0.5),
    ("overstated", "unsupported", 0.4),
    ("detail", "unsupported", 0.8),
]


def edited(texts: Texts, count: int, rng: Random) -> Iterator[Pair]:
    """`count` groups: a sentence (or two joined) of a window, true rewrites of it, and edits that make it false."""
    names = list(texts.documents)
    for number in range(count):
        sentences = texts.documents[rng.choice(names)]
        start = rng.randrange(len(sentences))
        window = _window(sentences, start, rng)
        if window:
            yield from _group(texts, window, sentences, f"edited:{number}", rng)


def _window(sentences: Sequence[str], start: int, rng: Random) -> list[str]:
    """Consecutive sentences: one, a few, or as many as fit."""
    most = rng.choice([1, 3, 6, 20])
    window: list[str] = []
    for sentence in sentences[start : start + most]:
        if sum(len(s.split()) for s in window) + len(sentence.split()) > LIMIT:
            break
        window.append(sentence)
    return window


def _group(texts: Texts, window: list[str], page: list[str], group: str, rng: Random) -> Iterator[Pair]:
    evidence = _laid_out(window, rng)
    candidates = [s for s in dict.fromkeys(window) if 5 <= len(s.split()) <= 45]
    if not candidates:
        return
    base = rng.choice(candidates)
    true = _rewritten(base, rng)
    if len(candidates) > 1 and rng.random() < 0.3:
        true = edits.join(rng, true, _rewritten(rng.choice([s for s in candidates if s != base]), rng))
    outside = [s for s in page if s not in window and alike(s, evidence) < ALIKE and len(s.split()) <= 40]
    made = [Pair(true, evidence, "supported", group, "edited:true")]
    for kind, label, _ in rng.sample(_FALSE, k=2, counts=[int(10 * share) for _, _, share in _FALSE]):
        false = _made_false(kind, true, base, texts, window, rng)
        if false and false != true:
            made.append(Pair(false, evidence, label, group, f"edited:{kind}"))
    if outside and rng.random() < 0.4:
        stranger = rng.choice(outside)
        claim = stranger if rng.random() < 0.4 else edits.join(rng, *rng.sample([true, stranger], k=2))
        made.append(Pair(claim, evidence, "unsupported", group, "edited:joined"))
    for pair in dict.fromkeys(made):
        yield replace(pair, claim=edits.open_with(rng, pair.claim)) if rng.random() < 0.12 else pair


def _rewritten(sentence: str, rng: Random) -> str:
    for rewrite, share in ((edits.shorten, 0.5), (edits.respell, 0.5), (edits.loosen, 0.4)):
        if rng.random() < share:
            sentence = rewrite(rng, sentence) or sentence
    return sentence


def _made_false(kind: str, claim: str, base: str, texts: Texts, window: list[str], rng: Random) -> str | None:
    joined = " ".join(window)
    near = [name.group() for name in edits.NAME.finditer(joined)]
    pool = near if near and rng.random() < 0.5 else rng.sample(texts.names, k=min(8, len(texts.names)))
    makers: dict[str, Callable[[], str | None]] = {
        "number": lambda: edits.other_number(rng, claim, edits.NUMBER.findall(joined)),
        "unit": lambda: edits.other_unit(rng, claim),
        "time": lambda: edits.other_time(rng, claim),
        "name": lambda: edits.other_name(rng, claim, pool),
        "role": lambda: edits.swap_roles(rng, claim),
        "negation": lambda: edits.deny(rng, claim),
        "opposite": lambda: edits.opposite(rng, claim),
        "bound": lambda: edits.loosen(rng, base, truly=False),
        "overstated": lambda: edits.overstate(rng, claim),
        "detail": lambda: edits.add_detail(rng, claim, pool),
    }
    return makers[kind]()


def spoilt(pairs: Sequence[Pair], texts: Texts, rng: Random) -> Iterator[Pair]:
    """Claims that people wrote, edited so that their evidence no longer has them; and two claims joined."""
    supported = [pair for pair in pairs if pair.label == "supported"]
    for pair in supported:
        kind, label, _ = rng.sample(_FALSE, k=1, counts=[int(10 * share) for _, _, share in _FALSE])[0]
        false = _made_false(kind, pair.claim, pair.claim, texts, [pair.evidence], rng)
        if false and false != pair.claim:
            yield pair
            yield replace(pair, claim=false, label=label, kind=f"{pair.kind}:{kind}")
    rng.shuffle(supported)
    for one, other in zip(supported[::2], supported[1::2], strict=False):
        both = f"{one.evidence} {other.evidence}"
        claim = edits.join(rng, one.claim, other.claim)
        if len(both.split()) <= LIMIT:
            yield replace(one, claim=claim, evidence=both, kind="joined")
            yield replace(one, claim=claim, label="unsupported", kind="joined")


def cases(folder: Path) -> list[tuple[str, str]]:
    """(case, page) of the contrast set."""
    with gzip.open(folder / "train_contrast.jsonl.gz", "rt", encoding="utf-8") as lines:
        metas = [json.loads(line)["meta"] for line in lines]
    return [(meta["case"], meta["page"]) for meta in metas]
