"""Why a verdict came out as it did, in one sentence for a person."""

from typing import Literal

from agent.answer import Decided
from agent.validator.case import Case
from agent.validator.measure import Measured
from agent.validator.origins import Origin

Found = Literal["supported", "unconfirmed", "contradicted", "unsupported"]


def is_contradicted(decided: Decided, measured: Measured) -> bool:
    """Whether the source says otherwise, and not only lacks it."""
    if decided == "numbers":
        return any(origin.fact.found for origin in _lost(measured))
    if decided == "table":
        return True
    return measured.measures.against > 0


def reason(status: Found, decided: Decided, case: Case, measured: Measured) -> str:
    says = f"{case.names} {'say' if len(case.keys) > 1 else 'says'}"
    if decided == "table" and measured.table.text:
        return f"The table in {case.names} says {measured.table.text}."
    if decided == "numbers" and (found := _of_numbers(status, case, measured)):
        return found
    if decided == "names" and status != "supported" and (names := _names(measured)):
        return f"The claim names {', '.join(names)}; {case.names} does not."
    if status == "supported":
        return (
            f"The claim {'is in the words of ' + case.names if decided in ('words', 'place') else 'says what ' + says}."
        )
    if status == "contradicted":
        return f"The claim says otherwise than {case.names}."
    if status == "unsupported":
        return f"{says[0].upper()}{says[1:]} nothing of the kind."
    return f"Whether {case.names} means the same is not sure."


def _of_numbers(status: Found, case: Case, measured: Measured) -> str:
    ways = [one for one in measured.origins if one.how in ("computed", "bounded") and one.how_text]
    if status == "supported":
        return f"Computed from {case.names}: {ways[0].fact.text} from {ways[0].how_text}." if ways else ""
    lost = _lost(measured)
    if lost and lost[0].fact.found:
        return f"The claim says {lost[0].fact.text}; {case.names} says {lost[0].fact.found}."
    if lost:
        missing = ", ".join(one.fact.text for one in lost)
        return f"The claim says {missing}; {case.names} neither says it nor gives it by computing."
    if ways:
        return f"{ways[0].fact.text} may be {ways[0].how_text}, but so may other numbers be."
    return "The claim's numbers stand in another place than its words." if measured.measures.margin < 0 else ""


def _lost(measured: Measured) -> list[Origin]:
    """The numbers, dates and codes that are not the evidence's, those first for which it has another one."""
    found = [one for one in measured.origins if one.how in ("nowhere", "unit") and one.fact.kind != "name"]
    return sorted(found, key=lambda one: not one.fact.found)


def _names(measured: Measured) -> list[str]:
    return [one.fact.text for one in measured.origins if one.how == "nowhere" and one.fact.kind == "name"]
