"""Made-up data sheets, and claims about them: the tables and settings of manuals, which encyclopedias lack."""

from collections.abc import Iterator
from random import Random

from evals.training.entailment.pairs import Label, Pair

_THINGS = (
    "pump P-101|compressor C2|gearbox|cooling fan|oil filter|control valve|hydraulic unit|spindle motor|feed screw|"
    "pressure switch|safety valve|main fuse|drive belt|coupling|conveyor|separator|heat exchanger|inverter|sensor B7|"
    "terminal X4|display panel|battery pack|charger|nozzle|dosing head|brake|lamp|timing chain|water tank|burner|"
    "fuel injector|air dryer|door lock|relay K3|transformer|encoder|printer head|blade|bearing 6204|seal kit|mixer|"
    "vacuum pump|thermostat|heater|filter cartridge|expansion tank|turbocharger|alternator|robot arm|gripper"
).split("|")
_MAKES = "AX-200 AX-300 BT-40 Delta-7 HX2 HX4 KR-12 Mono-S Norm-L PK-9 RS-50 RS-80 Titan-1 Titan-3 V-16 V-20".split()
# quantity: (unit, lowest, highest, decimals)
_QUANTITIES: dict[str, tuple[str, float, float, int]] = {
    "maximum pressure": ("bar", 2, 400, 0),
    "working pressure": ("bar", 1, 40, 1),
    "test pressure": ("bar", 10, 600, 0),
    "tightening torque": ("Nm", 2, 250, 0),
    "rated voltage": ("V", 12, 690, 0),
    "rated current": ("A", 0.5, 63, 1),
    "power consumption": ("W", 5, 4000, 0),
    "rated speed": ("rpm", 300, 6000, 0),
    "oil capacity": ("litres", 0.5, 60, 1),
    "weight": ("kg", 1, 900, 1),
    "length": ("mm", 20, 3000, 0),
    "gap": ("mm", 0.1, 3, 2),
    "maximum temperature": ("°C", 40, 350, 0),
    "minimum temperature": ("°C", -40, 15, 0),
    "flow rate": ("l/min", 2, 300, 0),
    "service interval": ("hours", 50, 8000, 0),
    "replacement interval": ("months", 2, 60, 0),
    "noise level": ("dB", 45, 98, 0),
    "response time": ("ms", 2, 900, 0),
    "storage life": ("years", 1, 15, 0),
    "fuse rating": ("A", 1, 40, 0),
    "order quantity": ("pieces", 1, 500, 0),
    "price": ("EUR", 3, 900, 2),
    "gear ratio": (":1", 2, 80, 0),
}
_STATEMENTS = (
    "The {quantity} of the {thing} is {value}.",
    "The {thing} has a {quantity} of {value}.",
    "{value} is the {quantity} of the {thing}.",
    "For the {thing}, the {quantity} is {value}.",
    "{Thing}: {quantity} {value}.",
    "The {quantity} given for the {thing} is {value}.",
    "The {thing}'s {quantity} is {value}.",
    "The {quantity} is {value} for the {thing}.",
)
_PROSE = (
    *_STATEMENTS,
    "Make sure that the {quantity} of the {thing} is {value}.",
    "The {thing} is specified for a {quantity} of {value}.",
    "With the {thing}, observe a {quantity} of {value}.",
)
_FILLER = (
    "Switch the machine off before any work.|Wear gloves and eye protection.|Only trained staff may open the cover.|"
    "See the chapter on maintenance.|Clean the surfaces with a lint-free cloth.|Dispose of used parts as the law asks.|"
    "Record every intervention in the log book.|Use original parts only.|The figure shows the parts from the left.|"
    "Check for leaks after the first hour.|Values apply at sea level.|Keep the area dry.|Subject to change."
).split("|")


def draw(count: int, rng: Random) -> Iterator[Pair]:
    """`count` groups: a data sheet as a table, a list or prose; a right claim about it, and wrong ones."""
    for number in range(count):
        yield from _sheet(f"sheet:{number}", rng)


def _sheet(group: str, rng: Random) -> Iterator[Pair]:
    things = rng.sample([*_THINGS, *_MAKES], k=rng.randint(2, 5))
    quantities = rng.sample(list(_QUANTITIES), k=rng.randint(2, 4))
    cells = {(t, q): _value(q, rng) for t in things for q in quantities}
    lay_out = rng.choice([_table, _table, _turned, _list, _prose])
    evidence = lay_out(things, quantities, cells, rng)
    thing, quantity = rng.choice(things), rng.choice(quantities)
    right = _statement(thing, quantity, cells[thing, quantity], rng)
    yield Pair(right, evidence, "supported", group, "sheet:true")
    wrong = _wrong(things, quantities, cells, thing, quantity, rng)
    for kind in rng.sample(list(wrong), k=2):
        claim, label = wrong[kind]
        if claim:
            yield Pair(claim, evidence, label, group, f"sheet:{kind}")
    if rng.random() < 0.3:  # the same claim, its row gone
        rest = [t for t in things if t != thing]
        gone = lay_out(rest, quantities, cells, rng)
        yield Pair(right, gone, "unsupported", group, "sheet:gone")


def _wrong(
    things: list[str],
    quantities: list[str],
    cells: dict[tuple[str, str], str],
    thing: str,
    quantity: str,
    rng: Random,
) -> dict[str, tuple[str | None, Label]]:
    other_thing = rng.choice([t for t in things if t != thing])
    other_quantity = rng.choice([q for q in quantities if q != quantity])
    value = cells[thing, quantity]
    number, unit = value.split(" ")[0], _QUANTITIES[quantity][0]
    there = cells[other_thing, quantity]
    wrong_unit = rng.choice([u for u, *_ in _QUANTITIES.values() if u not in (unit, ":1")])
    absent = rng.choice([t for t in _THINGS if t not in things])
    elsewhere = rng.choice([q for q in _QUANTITIES if q not in quantities])
    return {
        "row": (_statement(thing, quantity, there, rng) if there != value else None, "contradicted"),
        "column": (_statement(thing, other_quantity, value, rng), "contradicted"),
        "number": (_statement(thing, quantity, _value(quantity, rng), rng), "contradicted"),
        "unit": (_statement(thing, quantity, f"{number} {wrong_unit}", rng) if unit != ":1" else None, "contradicted"),
        "absent": (_statement(absent, quantity, value, rng), "unsupported"),
        "elsewhere": (_statement(thing, elsewhere, _value(elsewhere, rng), rng), "unsupported"),
    }


def _value(quantity: str, rng: Random) -> str:
    unit, low, high, decimals = _QUANTITIES[quantity]
    number = f"{rng.uniform(low, high):.{decimals}f}"
    return f"{number}{unit}" if unit == ":1" else f"{number} {unit}"


def _statement(thing: str, quantity: str, value: str, rng: Random, *, prose: bool = False) -> str:
    form = rng.choice(_PROSE if prose else _STATEMENTS)
    text = form.format(thing=thing, Thing=thing[0].upper() + thing[1:], quantity=quantity, value=value)
    return text[0].upper() + text[1:]


def _table(things: list[str], quantities: list[str], cells: dict[tuple[str, str], str], rng: Random) -> str:
    head = f"| Part | {' | '.join(quantities)} |"
    rows = [f"| {t} | {' | '.join(cells[t, q] for q in quantities)} |" for t in things]
    return "\n".join([*_before(rng), head, *(["| --- |"] if rng.random() < 0.3 else []), *rows])


def _turned(things: list[str], quantities: list[str], cells: dict[tuple[str, str], str], rng: Random) -> str:
    head = f"| | {' | '.join(things)} |"
    rows = [f"| {q} | {' | '.join(cells[t, q] for t in things)} |" for q in quantities]
    return "\n".join([*_before(rng), head, *rows])


def _list(things: list[str], quantities: list[str], cells: dict[tuple[str, str], str], rng: Random) -> str:
    lines = _before(rng)
    for thing in things:
        lines += [thing[0].upper() + thing[1:], *(f"- {q}: {cells[thing, q]}" for q in quantities)]
    return "\n".join(lines)


def _prose(things: list[str], quantities: list[str], cells: dict[tuple[str, str], str], rng: Random) -> str:
    facts = [_statement(t, q, cells[t, q], rng, prose=True) for t in things for q in quantities]
    return " ".join([*_before(rng), *facts, *_before(rng)])


def _before(rng: Random) -> list[str]:
    return rng.sample(_FILLER, k=rng.randint(0, 3))
