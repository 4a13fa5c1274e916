"""Questions of our own making over invented documents: data sheets, forms, steps, faults, captions, rules, accounts.

Each is asked so that a near miss stands beside the answer: another row, another machine, another label; and some are
asked where only the near miss is there. What the documents are made of stands in made.toml.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from evals.reader.examples import Example, GoldAnswer
from tools.language import markdown
from tools.language.blocks import units
from tools.library.encode.answers import PassageText

BANK: dict[str, Any] = tomllib.loads((Path(__file__).parent / "made.toml").read_text("utf-8"))
SHORT, WHOLE = "\x02", "\x04"
"""Stand on both sides of what answers in a text that is being made: a short answer; units that answer as a whole."""
GONE, ASIDE, UNTITLED = 0.18, 0.3, 0.15
"""Shares: without what answers, with a passage of another document beside it, without title."""


FIRST = ("What is the first step", "Where do I start", "What do I do first")


@dataclass(frozen=True)
class MadeQuestion:
    """`text` has marks round what answers; `near` is a passage of the same kind that does not, or None."""

    question: str
    title: str
    heading: str
    text: str
    near: PassageText | None = None
    before: str = ""


def draw(count: int, rng: Random) -> list[Example]:
    """`count` examples, of each kind about as many as its weight says."""
    makers = rng.choices([maker for maker, _ in KINDS], weights=[weight for _, weight in KINDS], k=count)
    return [_example(maker(rng), maker.__name__.strip("_"), rng) for maker in makers]


def _example(draft: MadeQuestion, kind: str, rng: Random) -> Example:
    text, answers = unmarked(draft.text)
    passage = PassageText("" if rng.random() < UNTITLED and not draft.near else draft.title, draft.heading, text)
    passages = [passage]
    if answers and rng.random() < GONE:
        passages, answers = [_without(passage, answers)], []
    if draft.near and (not answers or rng.random() < ASIDE + 0.4):
        passages.append(draft.near)
    elif rng.random() < ASIDE:
        passages.append(_aside(rng))
    return Example(draft.question, tuple(passages), tuple(answers), draft.title, f"made:{kind}", draft.before)


def unmarked(text: str) -> tuple[str, list[GoldAnswer]]:
    """The text without marks, and where they stood."""
    plain, answers, opened = "", [], -1
    for part in re.split(f"([{SHORT}{WHOLE}])", text):
        if part not in (SHORT, WHOLE) or not part:
            plain += part
        elif opened < 0:
            opened = len(plain)
        else:
            answers.append(GoldAnswer(0, opened, len(plain), part == SHORT))
            opened = -1
    return plain, answers


def _without(passage: PassageText, answers: Sequence[GoldAnswer]) -> PassageText:
    """The passage without the units that answer."""
    text = passage.text
    for unit in reversed(units(text)):
        if any(unit.start < one.end and one.start < unit.end for one in answers):
            text = text[: unit.start] + text[unit.end :].lstrip()
    return replace(passage, text=text)


def _aside(rng: Random) -> PassageText:
    """A passage on something else."""
    maker = rng.choice([_rival, _steps, _faults, _form])
    draft = maker(rng)
    return PassageText(draft.title, draft.heading, unmarked(draft.text)[0])


# --- data sheets ----------------------------------------------------------------------------------------------------


def _sheet(rng: Random) -> MadeQuestion:
    """One quantity of one thing, in a table, list or prose; the near miss is the same sheet of another machine."""
    machine, other = rng.sample(BANK["machines"], k=2)
    kind = rng.choice(BANK["kinds"])
    things = rng.sample(BANK["things"], k=rng.randint(2, 5))
    quantities = rng.sample(list(BANK["quantities"]), k=rng.randint(2, 4))
    thing, quantity = rng.choice(things), rng.choice(quantities)
    lay_out = rng.choice([_table, _table, _turned, _listed, _prose])
    text = _around(lay_out(things, quantities, (thing, quantity), rng), rng)
    near = PassageText(f"{other} {kind}", "Technical data", unmarked(lay_out(things, quantities, None, rng))[0])
    named = rng.random() < 0.4
    question = _asked(quantity, thing, rng)
    if named:
        question = f"{question.rstrip('?')} {rng.choice(['of the', 'on the', 'in the', 'for the'])} {machine}?"
    title = f"{machine} {kind}"
    heading = rng.choice(["Technical data", "Specifications", "Table 3: Values", "4 Maintenance > 4.2 Data", ""])
    return MadeQuestion(question, title, heading, text, near if named else None)


def _follow_up(rng: Random) -> MadeQuestion:
    """After a question on one thing: the same of another thing, or something else of the same thing."""
    draft = _sheet(rng)
    things = rng.sample(BANK["things"], k=3)
    quantities = rng.sample(list(BANK["quantities"]), k=3)
    asked_thing, asked_quantity = things[0], quantities[0]
    if rng.random() < 0.5:
        wanted = (things[1], asked_quantity)
        question = rng.choice(["And the {t}?", "And for the {t}?", "What about the {t}?", "And of the {t}?"])
        question = question.format(t=things[1])
    else:
        wanted = (asked_thing, quantities[1])
        name = quantities[1]
        question = rng.choice([f"And its {name}?", f"And the {name}?", f"What about the {name}?"])
        if rng.random() < 0.5:
            question = _asked(name, "it", rng).replace("the it", "it")
    text = rng.choice([_table, _listed, _prose])(things, quantities, wanted, rng)
    before = _asked(asked_quantity, asked_thing, rng)
    return MadeQuestion(question, draft.title, draft.heading, _around(text, rng), None, before)


def _asked(quantity: str, thing: str, rng: Random) -> str:
    return str(rng.choice(BANK["quantities"][quantity][4:])).format(t=thing)


def _value(quantity: str, rng: Random) -> str:
    unit, low, high, decimals = BANK["quantities"][quantity][:4]
    return f"{rng.uniform(low, high):.{decimals}f} {unit}"


def _cells(
    things: Sequence[str], quantities: Sequence[str], wanted: tuple[str, str] | None, rng: Random
) -> dict[tuple[str, str], str]:
    cells = {(t, q): _value(q, rng) for t in things for q in quantities}
    if wanted:
        cells[wanted] = f"{SHORT}{cells[wanted]}{SHORT}"
    return cells


def _table(things: Sequence[str], quantities: Sequence[str], wanted: tuple[str, str] | None, rng: Random) -> str:
    cells = _cells(things, quantities, wanted, rng)
    head = [rng.choice(["Part", "Item", "Component", ""]), *map(_capital, quantities)]
    return markdown.table(head, [[_capital(t), *(cells[t, q] for q in quantities)] for t in things])


def _turned(things: Sequence[str], quantities: Sequence[str], wanted: tuple[str, str] | None, rng: Random) -> str:
    cells = _cells(things, quantities, wanted, rng)
    return markdown.table(
        ["", *map(_capital, things)], [[_capital(q), *(cells[t, q] for t in things)] for q in quantities]
    )


def _listed(things: Sequence[str], quantities: Sequence[str], wanted: tuple[str, str] | None, rng: Random) -> str:
    cells = _cells(things, quantities, wanted, rng)
    form = rng.choice(["{t}, {q}: {v}", "- {q} of the {t}: {v}", "{q} ({t}): {v}", "{t} {q} {v}"])
    lines = [form.format(t=t, q=q, v=cells[t, q]) for t in things for q in quantities]
    rng.shuffle(lines)
    return "\n".join(_capital(line) for line in lines[:12]) if not wanted else _with_wanted(lines)


def _with_wanted(lines: Sequence[str]) -> str:
    kept = [line for number, line in enumerate(lines) if number < 11 or SHORT in line]
    return "\n".join(_capital(line) for line in kept)


def _prose(things: Sequence[str], quantities: Sequence[str], wanted: tuple[str, str] | None, rng: Random) -> str:
    cells = _cells(things, quantities, wanted, rng)
    forms = [
        "The {q} of the {t} is {v}.",
        "The {t} has a {q} of {v}.",
        "For the {t}, a {q} of {v} applies.",
        "With the {t}, note the {q}: {v}.",
    ]
    places = [(t, q) for t in things for q in quantities]
    places = [
        *[p for p in places if p == wanted],
        *rng.sample([p for p in places if p != wanted], k=min(5, len(places) - 1)),
    ]
    rng.shuffle(places)
    return " ".join(rng.choice(forms).format(t=t, q=q, v=cells[t, q]) for t, q in places)


# --- forms, accounts, parts lists -----------------------------------------------------------------------------------


def _form(rng: Random) -> MadeQuestion:
    """An invoice or a receipt: labels with values, and lines of goods between them."""
    labels = rng.sample(list(BANK["fields"]), k=rng.randint(4, 8))
    wanted = rng.choice(labels)
    joint = rng.choice([": ", ": ", " ", "   "])
    marked = {label: f"{label}{joint}{_mark(_field(label, rng), label == wanted)}" for label in labels}
    goods = [
        f"{rng.randint(1, 9)} x {one} {rng.uniform(1, 90):.2f}"
        for one in rng.sample(BANK["goods"], k=rng.randint(1, 4))
    ]
    lines = list(marked.values())
    at = rng.randint(0, len(lines))
    lines[at:at] = goods
    shop, street = rng.choice(BANK["shops"]), rng.choice(BANK["streets"])
    top = [shop, street] if rng.random() < 0.7 else []
    question = rng.choice(BANK["fields"][wanted][1:])
    if top and rng.random() < 0.12:
        question, top = (
            rng.choice(["Which shop is it from?", "Who issued it?", "Who is the seller?"]),
            [_mark(shop, True), street],
        )
        lines = [line.replace(SHORT, "") for line in lines]
    if rng.random() < 0.3:
        lines = [line.upper() if rng.random() < 0.7 else line for line in lines]
    title = rng.choice([f"{shop} {rng.choice(['invoice', 'receipt'])}", "receipt", "scan 0042", f"Invoice {shop}"])
    return MadeQuestion(question, title, "", "\n".join([*top, *lines]))


def _field(label: str, rng: Random) -> str:
    values: dict[str, Callable[[], str]] = {
        "number": lambda: f"{rng.choice(['', 'A-', 'R', '20'])}{rng.randint(1000, 99999)}",
        "date": lambda: _date(rng),
        "person": lambda: rng.choice(BANK["people"]),
        "money": lambda: f"{rng.choice(['', 'EUR ', '$', ''])}{rng.uniform(1, 900):.2f}",
        "street": lambda: rng.choice(BANK["streets"]),
        "terms": lambda: rng.choice(["net 30 days", "14 days, 2 % discount", "payable at once", "within 10 days"]),
    }
    return values[BANK["fields"][label][0]]()


def _date(rng: Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2015, 2026)
    names = "January February March April May June July August September October November December".split()
    return rng.choice(
        [f"{day} {names[month - 1]} {year}", f"{year}-{month:02}-{day:02}", f"{day:02}/{month:02}/{year}"]
    )


def _accounts(rng: Random) -> MadeQuestion:
    """A line of some years' accounts: one year's value, or how it changed, which the whole row answers."""
    first = rng.randint(2012, 2022)
    years = [str(year) for year in range(first, first - rng.randint(2, 4), -1)]
    lines = rng.sample(BANK["accounts"]["lines"], k=rng.randint(3, 8))
    wanted, year = rng.choice(lines), rng.choice(years)
    changes = rng.random() < 0.3
    said = wanted.lower() if rng.random() < 0.7 else wanted
    form = rng.choice(BANK["accounts"]["changes" if changes else "asks"])
    question = form.format(l=said, x=years[1], y=years[0] if changes else year)
    rows = []
    for line in lines:
        numbers = [f"{rng.uniform(-200, 9000):,.{rng.choice([0, 1])}f}" for _ in years]
        if line == wanted and changes:
            rows.append([f"{WHOLE}{line}", *numbers[:-1], f"{numbers[-1]}{WHOLE}"])
        else:
            rows.append([line, *(_mark(n, line == wanted and y == year) for n, y in zip(numbers, years, strict=True))])
    company = rng.choice(BANK["shops"])
    table = markdown.table([rng.choice(["", "EUR million", "in thousands"]), *years], rows)
    return MadeQuestion(
        question, f"{company} annual report", rng.choice(["Key figures", "Income statement", ""]), _around(table, rng)
    )


def _parts(rng: Random) -> MadeQuestion:
    """A parts list: number, quantity or name of one part."""
    machine = rng.choice(BANK["machines"])
    things = rng.sample(BANK["things"], k=rng.randint(3, 8))
    wanted, asked = rng.choice(things), rng.randint(0, 2)
    rows = []
    for position, thing in enumerate(things, 1):
        number, many = f"{rng.randint(1000, 9999)}-{rng.randint(10, 99)}", str(rng.randint(1, 24))
        here = thing == wanted
        code = number if here else ""
        rows.append(
            [
                str(position),
                _mark(number, here and asked == 0),
                _mark(thing, here and asked == 2),
                _mark(many, here and asked == 1),
            ]
        )
        if here:
            questions = [
                rng.choice(
                    [
                        f"What is the part number of the {thing}?",
                        f"Which part number does the {thing} have?",
                        f"order number {thing}",
                    ]
                ),
                rng.choice([f"How many of the {thing} are needed?", f"How many pieces of the {thing} are fitted?"]),
                rng.choice([f"Which part is {code}?", f"What is part {code}?", f"What does number {code} stand for?"]),
            ]
            question = questions[asked]
    head = rng.choice([["Pos.", "Part no.", "Name", "Qty"], ["Pos", "Order number", "Description", "Quantity"]])
    return MadeQuestion(
        question, f"{machine} spare parts list", rng.choice(["Drive", "Figure 4", ""]), markdown.table(head, rows)
    )


def _directory(rng: Random) -> MadeQuestion:
    """Who is what and where they are reached, or when and where something takes place."""
    if rng.random() < 0.5:
        rows = [
            [rng.choice(BANK["people"]), role, f"{rng.randint(100, 999)}-{rng.randint(1000, 9999)}"]
            for role in rng.sample(BANK["roles"], k=rng.randint(3, 6))
        ]
        head, row, asked = ["Name", "Role", "Phone"], rng.randrange(len(rows)), rng.choice([0, 2])
        role = rows[row][1]
        question = rng.choice(
            [f"Who is the {role}?", f"What is the name of the {role}?"]
            if asked == 0
            else [f"How do I reach the {role}?", f"What is the phone number of the {role}?"]
        )
        title, heading = "Staff directory", "Contacts"
    else:
        rows = [
            [event, _date(rng), f"{rng.randint(7, 20)}:{rng.choice(['00', '15', '30'])}", rng.choice(BANK["places"])]
            for event in rng.sample(BANK["events"], k=rng.randint(3, 6))
        ]
        head, row, asked = ["Event", "Date", "Time", "Place"], rng.randrange(len(rows)), rng.choice([1, 2, 3])
        event = rows[row][0]
        question = rng.choice(
            {
                1: [f"When is the {event}?", f"On which day is the {event}?"],
                2: [f"At what time does the {event} start?", f"When does the {event} begin?"],
                3: [f"Where is the {event}?", f"Where does the {event} take place?"],
            }[asked]
        )
        title, heading = "Notice board", "Dates"
    rows[row][asked] = _mark(rows[row][asked], True)
    if rng.random() < 0.5:
        return MadeQuestion(question, title, heading, markdown.table(head, rows))
    text = "\n".join(", ".join(cells) for cells in rows)
    return MadeQuestion(question, title, heading, text)


# --- prose, steps, faults, captions -----------------------------------------------------------------------------------


def _rival(rng: Random) -> MadeQuestion:
    """A statement beside another of the same kind, among others of its and of other subjects."""
    pair = rng.choice(BANK["rivals"])
    wanted, other = rng.sample([pair["one"], pair["two"]], k=2)
    more = [
        rng.choice([one["one"], one["two"]])[0]
        for one in rng.sample(BANK["rivals"], k=rng.randint(0, 3))
        if one is not pair
    ]
    says = re.sub(r"[\[\]]", SHORT, wanted[0])
    lines = [says, *(re.sub(r"[\[\]]", "", text) for text in [other[0], *more])]
    rng.shuffle(lines)
    title = rng.choice(
        ["Handbook", "Information sheet", "Report 2023", "Terms", f"{rng.choice(BANK['shops'])} guide", "Study summary"]
    )
    heading = rng.choice(["", "General", "2 Rules", "Details"])
    return MadeQuestion(rng.choice(wanted[1:]), title, heading, _joined(lines, rng))


def _rule(rng: Random) -> MadeQuestion:
    """A question of yes or no, and the sentence that says which."""
    rule, *others = rng.sample(BANK["rules"], k=rng.randint(2, 5))
    lines = [f"{WHOLE}{rule['says']}{WHOLE}", *(other["says"] for other in others), *rng.sample(BANK["filler"], k=2)]
    rng.shuffle(lines)
    return MadeQuestion(
        rng.choice(rule["asks"]), rng.choice(["House rules", "Manual", "Guide"]), "", _joined(lines, rng)
    )


def _joined(lines: Sequence[str], rng: Random) -> str:
    """As running text, as items or as paragraphs."""
    form = rng.choice(["prose", "prose", "items", "clauses", "paragraphs"])
    if form == "items":
        return "\n".join(f"- {line}" for line in lines)
    if form == "clauses":
        return "\n".join(f"({letter}) {line}" for letter, line in zip("abcdefghij", lines, strict=False))
    return (" " if form == "prose" else "\n\n").join(lines)


def _steps(rng: Random) -> MadeQuestion:
    """A procedure: all of it, or what comes after or before a step."""
    one, near = rng.sample(BANK["procedures"], k=2)
    steps = list(one["steps"])
    asked, at = rng.choice(["all", "after", "before", "first"]), rng.randrange(1, len(steps) - 1)
    told = steps[at].rstrip(".")
    told = told[0].lower() + told[1:]
    question, answers = {
        "all": (rng.choice(one["asks"]), range(len(steps))),
        "after": (
            f"What comes after this: {told}?" if rng.random() < 0.3 else f"What do I do after I {told}?",
            [at + 1],
        ),
        "before": (f"What must be done before I {told}?", [at - 1]),
        "first": (
            f"{rng.choice(FIRST)} when {one['goal'].lower()}?",
            [0],
        ),
    }[asked]
    form = rng.choice(["{n}. {s}", "{n}) {s}", "Step {n}: {s}", "- {s}"])
    lines = [form.format(n=n + 1, s=s) for n, s in enumerate(steps)]
    lines = [f"{WHOLE}{line}{WHOLE}" if n in answers else line for n, line in enumerate(lines)]
    head = [f"{one['goal']}:"] if rng.random() < 0.5 else []
    other = PassageText("Manual", near["goal"], "\n".join(f"{n}. {s}" for n, s in enumerate(near["steps"], 1)))
    return MadeQuestion(question, "Manual", one["goal"], "\n".join([*head, *lines]), other)


def _faults(rng: Random) -> MadeQuestion:
    """A list of fault codes: meaning or remedy of one."""
    bank = BANK["faults"]
    chosen = rng.sample(range(len(bank["meanings"])), k=rng.randint(3, 7))
    codes = [f"{rng.choice(['E', 'F', 'A', 'Err '])}{n:02}" for n in rng.sample(range(1, 60), k=len(chosen))]
    wanted, cure = rng.randrange(len(chosen)), rng.random() < 0.35
    rows = []
    for place, (code, number) in enumerate(zip(codes, chosen, strict=True)):
        meaning, remedy = _capital(bank["meanings"][number]), _capital(bank["remedies"][number])
        here = place == wanted
        rows.append([code, _mark(meaning, here and not cure), _mark(remedy, here and cure)])
    question = rng.choice(bank["cures" if cure else "asks"]).format(c=codes[wanted])
    if rng.random() < 0.2:  # asked by what is wrong, not by the code
        question = rng.choice(
            [
                f"Which code means {bank['meanings'][chosen[wanted]]}?",
                f"What is shown when the message is {bank['meanings'][chosen[wanted]]}?",
            ]
        )
        rows = [[cell.replace(SHORT, "") for cell in row] for row in rows]
        rows[wanted][0] = _mark(rows[wanted][0], True)
    forms = [
        lambda: markdown.table(["Code", "Meaning", "Remedy"], rows),
        lambda: "\n".join(f"{a}: {b}. {c}." for a, b, c in rows),
    ]
    return MadeQuestion(
        question,
        f"{rng.choice(BANK['machines'])} manual",
        rng.choice(["Faults", "6 Troubleshooting", ""]),
        rng.choice(forms)(),
    )


def _figure(rng: Random) -> MadeQuestion:
    """A caption with numbered parts: which figure shows it, or what a number stands for."""
    one, near = rng.sample(BANK["figures"], k=2)
    number, parts = rng.randint(1, 40), list(one["parts"])
    wanted = rng.randrange(len(parts))
    named = ", ".join(f"{n} {part}" for n, part in enumerate(parts, 1))
    caption = f"Figure {number}: {one['shows']}"
    if rng.random() < 0.5:
        question = rng.choice(one["asks"])
        text = f"{WHOLE}{caption}{WHOLE}" + (f"\n{named}" if rng.random() < 0.5 else "")
    else:
        question = rng.choice(
            [
                f"What is number {wanted + 1} in figure {number}?",
                f"What does {wanted + 1} stand for in the figure of the {one['shows'].lower()}?",
                f"Which number is the {parts[wanted]}?",
            ]
        )
        text = f"{caption}\n" + ", ".join(
            f"{n} {part}" if n != wanted + 1 else _mark(f"{n} {part}", True) for n, part in enumerate(parts, 1)
        )
    other = PassageText("Manual", "", f"Figure {number + 1}: {near['shows']}\n" + ", ".join(near["parts"]))
    return MadeQuestion(question, "Manual", "", _around(text, rng), other)


def _term(rng: Random) -> MadeQuestion:
    """An abbreviation and what it stands for."""
    chosen = rng.sample(BANK["terms"], k=rng.randint(2, 6))
    (short, long), *others = chosen
    lines = [f"{short}: {_mark(long, True)}", *(f"{a}: {b}" for a, b in others)]
    if rng.random() < 0.5:
        lines = [
            f"The {_mark(long, True)} ({short}) is checked once a year.",
            *(f"See also {b} ({a})." for a, b in others),
        ]
    rng.shuffle(lines)
    question = rng.choice(
        [f"What does {short} mean?", f"What does {short} stand for?", f"What is {short}?", f"{short}?"]
    )
    return MadeQuestion(question, "Glossary", "", "\n".join(lines))


def _mark(text: str, wanted: bool) -> str:
    return f"{SHORT}{text}{SHORT}" if wanted else text


def _around(text: str, rng: Random) -> str:
    """With sentences before and behind that say nothing of it."""
    before, behind = (" ".join(rng.sample(BANK["filler"], k=rng.randint(0, 3))) for _ in range(2))
    return "\n\n".join(part for part in (before, text, behind) if part)


def _capital(text: str) -> str:
    return text[:2].upper() + text[2:] if text.startswith(SHORT) else text[:1].upper() + text[1:]


KINDS: tuple[tuple[Callable[[Random], MadeQuestion], int], ...] = (
    (_sheet, 5),
    (_follow_up, 2),
    (_form, 4),
    (_accounts, 3),
    (_parts, 2),
    (_directory, 2),
    (_rival, 5),
    (_rule, 2),
    (_steps, 3),
    (_faults, 2),
    (_figure, 2),
    (_term, 1),
)
