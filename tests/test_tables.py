"""Claims held against a table's cells."""

import pytest

from agent.validator.tables import check, misread, reads_out
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


def test_what_the_table_says_is_told() -> None:
    assert check("The highest flow is that of Alka.", PUMPS).text == "Flow (l/s): Bora"
    assert check("Anything.", []).says == 0
