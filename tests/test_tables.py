"""Claims held against a table's cells."""

import pytest

from agent.validator.tables import check, misplaced, misread, reads_out
from tools.language.markdown import rows

TORQUES = rows("| Joint | Torque (N·m) |\n|---|---|\n| Drain plug | 48 |\n| Filler plug | 30 |\n")


@pytest.mark.parametrize(
    ("claim", "misread_as", "read_out"),
    [
        ("Joint: Drain plug · Torque (N·m): 48", "", True),
        ("Joint: Drain plug · Torque: 48 N·m", "", True),
        ("Joint: Drain plug · Torque: 0.048 kN·m.", "", True),
        ("Joint: Drain plug · Torque: 30 N·m", "", False),  # of another row
        ("Joint: Drain plug · Torque: 53 N·m", "Torque: 48 N·m", False),
        ("The drain plug takes 48 N·m.", "", False),
    ],
)
def test_a_row_that_is_read_out(claim: str, misread_as: str, read_out: bool) -> None:
    assert (misread(claim, TORQUES), reads_out(claim, TORQUES)) == (misread_as, read_out)


PUMPS = rows(
    "| Pump | Flow (l/s) | Price (EUR) |\n|---|---|---|\n"
    "| Alka | 31 | 900 |\n| Bora | 78 | 700 |\n| Ceto | 40 | 800 |\n"
)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("Bora has the highest flow.", 1),
        ("The highest flow is that of Alka.", -1),
        ("Alka has the lowest flow.", 1),
        ("Alka has the highest price.", 1),
        ("Bora has the highest price.", -1),
        ("Bora is the quietest pump.", 0),
        ("Most of the pumps are new.", 0),
        ("The flow is highest at night.", 0),
    ],
)
def test_the_largest_and_the_smallest(claim: str, says: float) -> None:
    assert check(claim, PUMPS).says == says


HOURS = rows(
    "| Part | Change (h) | Torque (N·m) |\n|---|---|---|\n| Air filter | 750 | 12 |\n| Drive belt | 900 | 48 |\n"
)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("The air filter is changed every 900 hours.", "Change (h): 750"),
        ("The air filter is changed every 750 hours.", ""),
        ("The air filter and the drive belt are changed after 900 hours.", ""),  # both rows are named
        ("The air filter lasts 20 hours.", ""),  # in no row
        ("Filters are changed every 900 hours.", ""),  # no row is named
    ],
)
def test_a_number_of_another_row_is_found(claim: str, says: str) -> None:
    assert misplaced(claim, HOURS) == says
    assert check(claim, HOURS).says == (-1 if says else 0)


LIMITS = rows(
    "| Acid | Eight hours (mg/m³) | Fifteen minutes (mg/m³) |\n|---|---|---|\n| Formic | 9 | 18 |\n"
    "| Acetic | 25 | 50 |\n"
)


def test_a_number_of_another_column_is_found() -> None:
    assert (
        misplaced("For formic acid the limit over fifteen minutes is 9 mg/m³.", LIMITS) == "Fifteen minutes (mg/m³): 18"
    )
    assert misplaced("For formic acid the limit over fifteen minutes is 18 mg/m³.", LIMITS) == ""


def test_what_the_table_says_is_told() -> None:
    assert check("The highest flow is that of Alka.", PUMPS).text == "Flow (l/s): Bora"
    assert check("Anything.", []).says == 0
