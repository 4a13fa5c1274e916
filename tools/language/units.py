"""Units of measure as manuals write them, and what they amount to. Conversion factors come from pint."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tools.language.words import WORD, stem

if TYPE_CHECKING:
    import pint


@dataclass(frozen=True)
class Unit:
    """`base = value * factor + offset`. Only values of one `dimension` can be compared ("" is a bare number)."""

    dimension: str = ""
    factor: float = 1.0
    offset: float = 0.0


NO_UNIT = Unit()


def _names(plain: str, others: str) -> dict[str, str]:
    """Written form -> pint expression: `plain` are as pint has them, `others` "expression: form, form; ..."."""
    groups = [group.split(": ") for group in others.split("; ")]
    return dict(zip(plain.split(), plain.split())) | {
        form: expression for expression, forms in groups for form in forms.split(", ")
    }


# Case counts: mW is not MW.
_SYMBOLS = _names(
    "mm cm dm m km nm ft yd mg g kg lb oz ml cl dl ms s N kN MN Pa hPa kPa MPa GPa bar mbar psi atm mmHg inHg J kJ "
    "MJ kcal mW W kW MW GW hp mV V kV mA A nF pF mH cSt cP USD EUR GBP CHF JPY",
    "um: µm, μm; inch: in.; ft: ft.; mile: mi; tonne: t; ug: µg, μg; lb: lbs, lb., lbs.; oz: oz.; ml: mL; "
    "liter: l, L; cm**3: cc; gallon: gal, gal.; quart: qt; fluid_ounce: fl oz, fl. oz.; s: sec, sec.; minute: min; "
    "hour: h, hr, hrs; decanewton: daN; force_pound: lbf; force_kilogram: kgf; N*m*lever: Nm, N m; "
    "kN*m*lever: kNm, kN m; N*cm*lever: Ncm; mN*m*lever: mNm; "
    "force_pound*foot*lever: lb-ft, lb ft, ft-lb, ft lb, ft-lbs, ft. lbs., ft lbs, lbf ft, lbf-ft; "
    "force_pound*inch*lever: in-lb, in-lbs, in lb; kgf*m*lever: kgm; W*hour: Wh; kW*hour: kWh; MW*hour: MWh; "
    "Btu: BTU; W*apparent_: VA; kW*apparent_: kVA; hp: HP, bhp; metric_horsepower: PS; V: VAC, VDC; uA: µA; "
    "A*hour: Ah; mA*hour: mAh; ohm: Ω; kohm: kΩ; Mohm: MΩ; mohm: mΩ; uF: µF; cycle_/second: Hz; "
    "kilocycle_/second: kHz; megacycle_/second: MHz; gigacycle_/second: GHz; "
    "turn_/minute: rpm, r/min, rev/min, min⁻¹, 1/min, min^-1, min-1, U/min; degC: °C, ° C, ℃, deg C; "
    "degF: °F, ° F, ℉, deg F; kelvin: K; arc_: °, deg; mile/hour: mph; km/hour: kph, km/h, kmh; "
    "foot**3/minute: cfm, CFM; gallon/minute: gpm, GPM; liter/minute: lpm; mPa*s: mPa·s; Pa*s: Pa·s; lux: lx; "
    "lumen: lm; candela: cd; percent_: %; ppm_: ppm; decibel_: dB, dB(A), dBA, dB (A); kilooctet_: kB, KB; "
    "megaoctet_: MB; gigaoctet_: GB; teraoctet_: TB; pixel_: px; dot_/inch: dpi; frame_/second: fps; USD: $, US$; "
    "EUR: €; GBP: £; JPY: ¥; INR: ₹",
)
# Case does not count in these.
_WORDS = _names(
    "inch mile tonne liter gallon quart minute hour day week month year ohm kelvin lumen bar psi kg mm cm km "
    "millimetre millimeter centimetre centimeter metre meter kilometre kilometer micron micrometre micrometer foot "
    "yard milligram gram kilogram ton pound ounce millilitre milliliter litre millisecond second newton pascal "
    "joule watt kilowatt megawatt horsepower volt amp ampere bars feet inches hrs secs mins",
    "kg: kilo, kgs; N*m*lever: newton metre, newton meter, newton-metre; force_pound*foot*lever: foot-pound; "
    "kW*hour: kilowatt hour, kwh; cycle_/second: hertz; "
    "turn_/minute: revolution per minute, revolutions per minute, rpm; arc_: degree; "
    "degC: degree celsius, degrees celsius, degree centigrade, degrees c, degree c; "
    "degF: degree fahrenheit, degrees fahrenheit, degrees f, degree f; percent_: percent, per cent; "
    "points_: percentage point; decibel_: decibel; octet_: byte; kilooctet_: kilobyte; megaoctet_: megabyte; "
    "gigaoctet_: gigabyte; pixel_: pixel; USD: dollar, us dollar; EUR: euro; kPa: kpa; gigacycle_/second: ghz; "
    "megacycle_/second: mhz; kilocycle_/second: khz; kW: kw; "
    "hour: stunde, stunden, std., heure; minute: minuten; second: sekunde, sekunden, seconde; "
    "day: tag, tage, tagen, jour; week: woche, wochen, semaine; month: monat, monate, monaten, mois; "
    "year: jahr, jahre, jahren, année; percent_: prozent; centimeter: zentimeter, centimètre; meter: mètre",
)
_WORDS |= {f"{word}s": unit for word, unit in _WORDS.items() if len(word) > 3 and not word.endswith("s")}

_POWERS = {"²": "**2", "³": "**3", "⁻¹": "**-1", "^2": "**2", "^3": "**3", "2": "**2", "3": "**3", "-1": "**-1"}
_AREAS = {"square ": "**2", "cubic ": "**3", "sq. ": "**2", "sq ": "**2", "cu. ": "**3", "cu ": "**3"}


def _one_of(names: dict[str, str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_NO_LETTER = r"(?![^\W\d_²³¹])"
# One unit: "square" or nothing, its name, its power. A power written as a plain digit follows a length only.
_ATOM = (
    rf"(?:(?i:square|cubic|sq\.?|cu\.?)\ )?(?:(?i:{_one_of(_WORDS)}){_NO_LETTER}|(?:{_one_of(_SYMBOLS)}){_NO_LETTER})"
    r"(?:[²³]|⁻¹|\^[23]|(?<=m)-?[123](?!\d))?"
)
UNIT = rf"{_ATOM}(?:[·*]{_ATOM})*(?:(?:\ ?/\ ?|\ per\ |\ an?\ (?=hour|minute|second|day)){_ATOM}(?:[·*]{_ATOM})*)?"
"""A regular expression (case counts) for a unit, simple or compound: N·m, kg/m³, litres per minute."""


@lru_cache(maxsize=1)
def unit_stems() -> frozenset[str]:
    """Stems of the words that units are made of."""
    return frozenset(stem(word) for name in (*_WORDS, *_SYMBOLS) for word in WORD.findall(name))


_STEP = re.compile(rf"(?P<over>/|\bper\b|\ban?\b)|(?P<atom>{_ATOM})")
_PARTS = re.compile(
    rf"(?P<area>(?i:square|cubic|sq\.?|cu\.?)\ )?(?P<name>(?i:{_one_of(_WORDS)}){_NO_LETTER}|(?:{_one_of(_SYMBOLS)}))"
    r"(?P<power>.*)"
)
# Dimensions that pint lacks, or takes for mere numbers. `lever` keeps torque (N·m) and energy (J) apart.
_OWN = (
    "lever turn_ cycle_ arc_ percent_ points_ ppm_ decibel_ octet_ pixel_ dot_ frame_ apparent_ USD EUR GBP JPY INR CHF"
).split()


def unit(written: str) -> Unit | None:
    """What a written unit amounts to; None for one that is not known."""
    return _unit(written.replace("⋅", "·").replace("μ", "µ").strip())


@lru_cache(maxsize=1024)
def _unit(written: str) -> Unit | None:
    if not written:
        return NO_UNIT
    expression = _name(written.replace("·", "")) or _name(written.replace("·", " ")) or _compound(written)
    if not expression:
        return None
    registry = _registry()
    units = registry.parse_units(expression)
    offset = registry.Quantity(0.0, units).to_base_units().magnitude
    factor = registry.Quantity(1.0, units).to_base_units().magnitude - offset
    return Unit(str(units.dimensionality), float(factor), float(offset))


def _name(written: str) -> str | None:
    return _SYMBOLS.get(written) or _WORDS.get(written.lower())


def _compound(written: str) -> str:
    """A pint expression for "kg/m³" or "litres per minute"; "" where a part is not known."""
    expression, sign = "", "*"
    if re.search(r"[^\W_]", _STEP.sub("", written)):
        return ""  # the K of "RK-320"
    for step in _STEP.finditer(written):
        if step["over"]:
            sign = "/"
            continue
        atom = _atom(step["atom"])
        if not atom:
            return ""
        expression += f"{sign if expression else '1' + sign}({atom})"
    return expression.replace("degC", "delta_degC").replace("degF", "delta_degF")


def _atom(written: str) -> str:
    match = _PARTS.fullmatch(written)
    if match is None:
        return ""
    area = _AREAS.get((match["area"] or "").lower(), "")
    return f"({_name(match['name'])}){_POWERS.get(match['power'], '')}{area}"


@lru_cache(maxsize=1)
def _registry() -> "pint.UnitRegistry[float]":
    import pint  # takes a second, so only where a unit is met

    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    for name in _OWN:
        registry.define(f"{name} = [{name}]")
    return registry
