"""Train the entailment model: python -m evals.training.entailment.train --claims DIR --written DIR --out DIR.

A cross-encoder with three classes (supported, contradicted, unsupported). It goes on from the weights that ship, on
claims as language models write them, with a share of the older pairs beside them; or with --scratch from
all-MiniLM-L6-v2 on all of them. Stop it whenever you like; the same command goes on from the last checkpoint in --out.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
import torch.nn.functional as F
from bs4 import BeautifulSoup
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn

from agent.validator.entailment import HERE
from evals.training.entailment import data_sheets, shipped, written_pairs
from evals.training.entailment import pairs as make
from evals.training.entailment.pairs import Pair
from evals.training.trainer import Trainer, minilm, show
from evals.validator.sets import LabelledClaim
from tools.language.sentences import sentences
from tools.library.encode import minilm_folder

CLASSES = ("supported", "contradicted", "unsupported")
TOKENS, MAX_LENGTH = 2048, 320  # a step's tokens, padding included; a pair's tokens
DROPOUT = 0.1
LEARNING_RATE = 1e-4
FROZEN = 2  # lowest layers that stay as they are then: a fifth of the time, and few claims do not teach words
REPLAYED = 0.03  # share of the older pairs' groups in a round that goes on from the weights that ship
CONTRAST = 1.0  # weight of the ranking term between the pairs of one group
WIDENED, SPOILT, EDITED, SHEETS = 0.3, 0.35, 5000, 1200  # of each round: shares of the labelled pairs, groups


class CrossEncoder(nn.Module):
    """MiniLM over "[CLS] claim [SEP] evidence [SEP]" and a linear layer over [CLS] and the mean: float[b, 3] logits."""

    def __init__(self, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = minilm(attention)
        self.drop = nn.Dropout(DROPOUT)
        self.head = nn.Linear(2 * self.encoder.config.hidden_size, len(CLASSES))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        logits: Tensor = self.head(self.drop(torch.cat([hidden[:, 0], mean], dim=-1)))
        return logits


def tokenizer() -> Tokenizer:
    """MiniLM's, for pairs: the evidence is what is cut at MAX_LENGTH."""
    found = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    found.no_padding()
    found.enable_truncation(MAX_LENGTH, strategy="only_second")
    return found


def manuals(folder: Path) -> dict[str, list[str]]:
    """The sentences of each .html and .txt file under `folder`, in runs of 40: running text of manuals."""
    documents = {}
    for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
        soup = BeautifulSoup(path.read_text("utf-8", errors="ignore"), "html.parser")
        texts = [p.get_text(" ", strip=True) for p in soup.find_all(["p", "li", "td"])] or [soup.get_text(" ")]
        found = [sentence for text in texts for sentence in _sentences(" ".join(text.split()))]
        for start in range(0, len(found), 40):
            documents[f"{path.name}:{start}"] = found[start : start + 40]
    return documents


def _sentences(text: str) -> Iterator[str]:
    for start, end in sentences(text):
        if 5 <= len(text[start:end].split()) <= 60:
            yield text[start:end]


class Rounds:
    """What each round shows: written claims, labelled pairs, and a fresh draw of those made from them and the texts.

    `share`: of the groups of labelled and made pairs, how many are in a round; of the written claims all are.
    """

    def __init__(self, claims: Path, texts: Path | None, folders: Sequence[Path], share: float) -> None:
        self.share = share
        self.written: list[LabelledClaim] = [row for folder in folders for row in written_pairs.read(folder)]
        self.labelled = make.labelled(claims)
        pages = make.pages(claims)
        self.near = self._near(claims, pages)
        self.texts = make.texts_of({**pages, **(manuals(texts) if texts else {})})

    def _near(self, claims: Path, pages: dict[str, list[str]]) -> dict[str, list[str]]:
        """group -> sentences of its page, for the contrast set; of a page drawn by lot for the others."""
        near = {f"contrast:{case}": pages[page] for case, page in make.cases(claims)}
        lots, rng = list(pages), Random(0)
        for pair in self.labelled:
            near.setdefault(pair.group, pages[rng.choice(lots)])
        return near

    def draw(self, number: int) -> list[Pair]:
        rng = Random(number)
        groups = sorted({pair.group for pair in self.labelled})
        chosen = set(rng.sample(groups, k=round(self.share * len(groups))))
        labelled = [pair for pair in self.labelled if pair.group in chosen]
        widen = [pair for pair in labelled if rng.random() < WIDENED]
        spoil = [pair for pair in labelled if rng.random() < SPOILT]
        return [
            *written_pairs.draw(self.written, rng),
            *labelled,
            *(replace(p, group="w" + p.group) for p in make.widened(widen, self.near, rng)),
            *(replace(p, group="s" + p.group) for p in make.spoilt(spoil, self.texts, rng)),
            *make.edited(self.texts, round(self.share * EDITED), rng),
            *data_sheets.draw(round(self.share * SHEETS), rng),
        ]

    def batches(self, number: int, words: Tokenizer) -> "list[Batch]":
        """The pairs of a round in batches, the same for the same number."""
        pairs = self.draw(number)
        encodings = words.encode_batch([(p.claim, p.evidence) for p in pairs])
        chosen = batches(pairs, encodings, Random(number))
        return [[(pairs[i], encodings[i]) for i in some] for some in chosen]


Batch = Sequence[tuple[Pair, Encoding]]


def batches(pairs: Sequence[Pair], encodings: Sequence[Encoding], rng: Random) -> list[list[int]]:
    """Batches of at most TOKENS tokens; a group stays together, neighbours are of like length."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, pair in enumerate(pairs):
        groups[pair.group].append(index)
    parts = [members[i : i + 8] for members in groups.values() for i in range(0, len(members), 8)]
    parts.sort(key=lambda part: max(len(encodings[i]) for i in part) + rng.randint(0, 12))
    made: list[list[int]] = [[]]
    for part in parts:
        joined = made[-1] + part
        if len(joined) * max(len(encodings[i]) for i in joined) > TOKENS and made[-1]:
            made.append(list(part))
        else:
            made[-1] = joined
    rng.shuffle(made)
    return made


def collate(encodings: Sequence[Encoding], device: str) -> dict[str, Tensor]:
    """int64[b, longest] each."""
    longest = max(len(encoding) for encoding in encodings)

    def padded(rows: list[list[int]]) -> Tensor:
        return torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=device)

    return {
        "input_ids": padded([e.ids for e in encodings]),
        "attention_mask": padded([e.attention_mask for e in encodings]),
        "token_type_ids": padded([e.type_ids for e in encodings]),
    }


def loss(logits: Tensor, pairs: Sequence[Pair]) -> Tensor:
    """Cross-entropy ("not": the share of supported is to vanish), and between a group's pairs a ranking."""
    log = F.log_softmax(logits, dim=-1)
    target = torch.tensor([CLASSES.index(p.label) if p.label in CLASSES else -1 for p in pairs], device=logits.device)
    other = torch.logsumexp(log[:, 1:], dim=-1)
    own = log.gather(1, target.clamp(min=0).unsqueeze(1)).squeeze(1)
    entropy = -torch.where(target < 0, other, own).mean()
    score = log[:, 0] - other
    ids = {group: number for number, group in enumerate(dict.fromkeys(p.group for p in pairs))}
    group = torch.tensor([ids[p.group] for p in pairs], device=logits.device)
    rival = (group[:, None] == group[None]) & (target[:, None] == 0) & (target[None] != 0)
    margins = F.softplus(score[None] - score[:, None])[rival]
    return entropy + CONTRAST * (margins.mean() if len(margins) else 0.0)


def start(path: Path | None) -> CrossEncoder:
    """From a model.onnx, or from MiniLM; word embeddings, and going on from a model the lowest layers, do not learn."""
    torch.manual_seed(0)
    model = CrossEncoder()
    if path:
        model.load_state_dict(shipped.weights(path))
        model.encoder.embeddings.requires_grad_(False)
        model.encoder.encoder.layer[:FROZEN].requires_grad_(False)
    # half of the weights; few of them would be seen often enough to learn
    model.encoder.embeddings.word_embeddings.requires_grad_(False)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=Path, required=True, help="folder of train_<set>.jsonl.gz")
    parser.add_argument(
        "--written", type=Path, action="append", default=[], help="folder of documents*.jsonl.gz and claims*.jsonl.gz"
    )
    parser.add_argument("--manuals", type=Path, help="folder of .html and .txt to make pairs from as well")
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--scratch", action="store_true", help="from MiniLM, on all older pairs: 80 minutes or more")
    parser.add_argument("--start", type=Path, default=HERE / "model.onnx", help="the model to go on from")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    folders = [*given.written, *([written_pairs.OURS] if any(written_pairs.OURS.glob("claims*")) else [])]
    rounds = Rounds(given.claims, given.manuals, folders, 1.0 if given.scratch else REPLAYED)
    model = start(None if given.scratch else given.start)
    trainer = Trainer(model, given.out, given.minutes, LEARNING_RATE)
    print(
        f"{len(rounds.written)} written claims, {len(rounds.labelled)} labelled pairs, "
        f"{len(rounds.texts.documents)} texts, on {trainer.device}",
        flush=True,
    )
    words = tokenizer()

    def of(batch: Batch) -> Tensor:
        logits = model(**collate([encoding for _, encoding in batch], trainer.device))
        return loss(logits.float(), [pair for pair, _ in batch])

    show(trainer.run(lambda number: rounds.batches(number, words), of), given.minutes)
    both = f"--checkpoint {trainer.halfway} --checkpoint {trainer.checkpoint}"
    print(f"Trained. Next: python -m evals.training.entailment.export {both}")


if __name__ == "__main__":
    main()
