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

# Written form -> pint expression. Case counts: mW is not MW.
_SYMBOLS = {
    "mm": "mm", "cm": "cm", "dm": "dm", "m": "m", "km": "km", "µm": "um", "μm": "um", "nm": "nm", "in.": "inch",
    "ft": "ft", "ft.": "ft", "yd": "yd", "mi": "mile",
    "mg": "mg", "g": "g", "kg": "kg", "t": "tonne", "µg": "ug", "μg": "ug", "lb": "lb", "lbs": "lb", "lb.": "lb",
    "lbs.": "lb", "oz": "oz", "oz.": "oz",
    "ml": "ml", "mL": "ml", "cl": "cl", "dl": "dl", "l": "liter", "L": "liter", "cc": "cm**3", "gal": "gallon",
    "gal.": "gallon", "qt": "quart", "fl oz": "fluid_ounce", "fl. oz.": "fluid_ounce",
    "ms": "ms", "s": "s", "sec": "s", "sec.": "s", "min": "minute", "h": "hour", "hr": "hour", "hrs": "hour",
    "N": "N", "kN": "kN", "MN": "MN", "daN": "decanewton", "lbf": "force_pound", "kgf": "force_kilogram",
    "Nm": "N*m*lever", "N m": "N*m*lever", "kNm": "kN*m*lever", "kN m": "kN*m*lever", "Ncm": "N*cm*lever",
    "mNm": "mN*m*lever",
    "lb-ft": "force_pound*foot*lever", "lb ft": "force_pound*foot*lever", "ft-lb": "force_pound*foot*lever",
    "ft lb": "force_pound*foot*lever", "ft-lbs": "force_pound*foot*lever", "ft. lbs.": "force_pound*foot*lever",
    "ft lbs": "force_pound*foot*lever", "lbf ft": "force_pound*foot*lever", "lbf-ft": "force_pound*foot*lever",
    "in-lb": "force_pound*inch*lever", "in-lbs": "force_pound*inch*lever", "in lb": "force_pound*inch*lever",
    "kgm": "kgf*m*lever",
    "Pa": "Pa", "hPa": "hPa", "kPa": "kPa", "MPa": "MPa", "GPa": "GPa", "bar": "bar", "mbar": "mbar", "psi": "psi",
    "atm": "atm", "mmHg": "mmHg", "inHg": "inHg",
    "J": "J", "kJ": "kJ", "MJ": "MJ", "Wh": "W*hour", "kWh": "kW*hour", "MWh": "MW*hour", "kcal": "kcal", "BTU": "Btu",
    "mW": "mW", "W": "W", "kW": "kW", "MW": "MW", "GW": "GW", "VA": "W*apparent_", "kVA": "kW*apparent_",
    "hp": "hp", "HP": "hp", "bhp": "hp", "PS": "metric_horsepower",
    "mV": "mV", "V": "V", "kV": "kV", "VAC": "V", "VDC": "V", "µA": "uA", "mA": "mA", "A": "A",
    "Ah": "A*hour", "mAh": "mA*hour", "Ω": "ohm", "kΩ": "kohm",
    "MΩ": "Mohm", "mΩ": "mohm", "µF": "uF", "nF": "nF", "pF": "pF", "mH": "mH",
    "Hz": "cycle_/second", "kHz": "kilocycle_/second", "MHz": "megacycle_/second", "GHz": "gigacycle_/second",
    "rpm": "turn_/minute", "r/min": "turn_/minute", "rev/min": "turn_/minute", "min⁻¹": "turn_/minute",
    "1/min": "turn_/minute", "min^-1": "turn_/minute", "min-1": "turn_/minute", "U/min": "turn_/minute",
    "°C": "degC", "° C": "degC", "℃": "degC", "deg C": "degC", "°F": "degF", "° F": "degF", "℉": "degF",
    "deg F": "degF", "K": "kelvin", "°": "arc_", "deg": "arc_",
    "mph": "mile/hour", "kph": "km/hour", "km/h": "km/hour", "kmh": "km/hour", "cfm": "foot**3/minute",
    "CFM": "foot**3/minute", "gpm": "gallon/minute", "GPM": "gallon/minute", "lpm": "liter/minute", "cSt": "cSt",
    "mPa·s": "mPa*s", "Pa·s": "Pa*s", "cP": "cP", "lx": "lux", "lm": "lumen", "cd": "candela",
    "%": "percent_", "ppm": "ppm_", "dB": "decibel_", "dB(A)": "decibel_", "dBA": "decibel_", "dB (A)": "decibel_",
    "kB": "kilooctet_", "KB": "kilooctet_", "MB": "megaoctet_", "GB": "gigaoctet_", "TB": "teraoctet_",
    "px": "pixel_", "dpi": "dot_/inch", "fps": "frame_/second",
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "USD": "USD", "EUR": "EUR", "GBP": "GBP",
    "CHF": "CHF", "JPY": "JPY",
}  # fmt: skip
# Case does not count in these.
_WORDS = {
    "millimetre": "mm", "millimeter": "mm", "centimetre": "cm", "centimeter": "cm", "metre": "m", "meter": "m",
    "kilometre": "km", "kilometer": "km", "micron": "um", "micrometre": "um", "micrometer": "um", "inch": "inch",
    "foot": "ft", "yard": "yd", "mile": "mile", "milligram": "mg", "gram": "g", "kilogram": "kg", "kilo": "kg",
    "tonne": "tonne", "ton": "short_ton", "pound": "lb", "ounce": "oz", "millilitre": "ml", "milliliter": "ml",
    "litre": "liter", "liter": "liter", "gallon": "gallon", "quart": "quart", "millisecond": "ms", "second": "s",
    "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year",
    "newton": "N", "newton metre": "N*m*lever", "newton meter": "N*m*lever", "newton-metre": "N*m*lever",
    "foot-pound": "force_pound*foot*lever",
    "pascal": "Pa", "joule": "J", "watt": "W", "kilowatt": "kW", "megawatt": "MW", "kilowatt hour": "kW*hour",
    "horsepower": "hp", "volt": "V", "amp": "A", "ampere": "A", "ohm": "ohm", "hertz": "cycle_/second",
    "revolution per minute": "turn_/minute", "revolutions per minute": "turn_/minute", "degree": "arc_",
    "degree celsius": "degC", "degrees celsius": "degC", "degree centigrade": "degC", "degree fahrenheit": "degF",
    "degrees fahrenheit": "degF", "degrees c": "degC", "degrees f": "degF", "degree c": "degC", "degree f": "degF",
    "kelvin": "kelvin", "percent": "percent_", "per cent": "percent_", "percentage point": "points_",
    "decibel": "decibel_", "byte": "octet_", "kilobyte": "kilooctet_", "megabyte": "megaoctet_",
    "gigabyte": "gigaoctet_", "pixel": "pixel_", "lumen": "lumen", "dollar": "USD", "us dollar": "USD", "euro": "EUR",
    "bar": "bar", "bars": "bar", "psi": "psi", "rpm": "turn_/minute", "feet": "ft", "inches": "inch", "kg": "kg",
    "mm": "mm", "cm": "cm", "km": "km", "kpa": "kPa", "ghz": "gigacycle_/second", "mhz": "megacycle_/second",
    "khz": "kilocycle_/second", "kwh": "kW*hour", "kw": "kW", "hrs": "hour", "kgs": "kg", "secs": "s", "mins": "minute",
}  # fmt: skip
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
# Dimensions that pint has not, or holds for mere numbers. `lever` keeps torque (N·m) and energy (J) apart.
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
