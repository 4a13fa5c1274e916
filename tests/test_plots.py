"""Plots are SVG that any reader of XML takes, and marks stand where the numbers say."""

import xml.etree.ElementTree as ET

from evals.runs import plots
from evals.runs.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Bin, Point


def test_curves_go_from_bottom_to_top_of_the_frame() -> None:
    root = ET.fromstring(plots.lines({"a <b>": [Point(1, 0.0), Point(5, 0.5), Point(20, 1.0)]}, "k", "share & more"))
    (line,) = root.iter("polyline")
    low, middle, high = (tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split())
    assert low == (LEFT, HEIGHT - BOTTOM) and high == (WIDTH - RIGHT, TOP)
    assert middle == ((LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2), "positions are even, whatever k is"
    assert {"a <b>", "k", "share & more"} <= {text.text for text in root.iter("text")}


def test_a_bin_is_as_high_as_its_share() -> None:
    root = ET.fromstring(plots.reliability([Bin(0.9, 1.0, 12, 0.5)], "score", "right"))
    (bar,) = root.iter("rect")
    assert float(bar.attrib["height"]) == (HEIGHT - TOP - BOTTOM) / 2
    assert "12" in {text.text for text in root.iter("text")}


def test_bars_reach_as_far_as_their_times() -> None:
    root = ET.fromstring(plots.bars([("act", 0.5, 1.0), ("write", 0.25, 0.5)]))
    first, second = (float(bar.attrib["width"]) for bar in root.iter("rect"))
    assert first == 2 * second
    assert "500 / 1000 ms" in {text.text for text in root.iter("text")}
    assert ET.fromstring(plots.bars([])).tag == "svg"
