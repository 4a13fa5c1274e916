"""Plots as SVG text: lines over a number, a reliability diagram, bars. Sizes in pixels; colours from the page's CSS."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 460, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 14, 40
COLOURS = ("#2563eb", "#d97706", "#059669", "#9333ea")


class Point(NamedTuple):
    x: float
    y: float


def lines(series: Mapping[str, Sequence[Point]], x_label: str, y_label: str) -> str:
    """Curves of values in 0 to 1 over the positions of their x, which are spread evenly."""
    xs = sorted({point.x for points in series.values() for point in points})
    place = {x: LEFT + n * (WIDTH - LEFT - RIGHT) / max(1, len(xs) - 1) for n, x in enumerate(xs)}
    parts = [_text(place[x], HEIGHT - BOTTOM + 16, f"{x:g}", "middle") for x in xs]
    for n, (name, points) in enumerate(series.items()):
        colour = COLOURS[n % len(COLOURS)]
        dash = ' stroke-dasharray="7 5"' if n else ""  # the one below shows where two are the same
        path = " ".join(f"{place[x]:.1f},{_y(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>')
        parts += [
            f'<circle cx="{place[x]:.1f}" cy="{_y(y):.1f}" r="3.5" fill="{colour}">'
            f"<title>{escape(name)} {x:g}: {y:.3f}</title></circle>"
            for x, y in points
        ]
        y = HEIGHT - BOTTOM - 14 - 18 * n  # bottom right: a curve that rises leaves it free
        parts.append(f'<rect x="{WIDTH - 110}" y="{y - 6}" width="14" height="4" fill="{colour}"/>')
        parts.append(_text(WIDTH - 90, y, name, "start"))
    return _frame(parts, x_label, y_label)


def reliability(bins: Sequence["Bin"], x_label: str, y_label: str) -> str:
    """A bar from 0 to the share that was right for each bin of scores; on the diagonal a score means what it says."""
    parts = [f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#94a3b8" stroke-dasharray="5 4"/>']
    for one in bins:
        x, width = _x(one.low), _x(one.high) - _x(one.low)
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{_y(one.share):.1f}" width="{width - 2:.1f}" '
            f'height="{_y(0) - _y(one.share):.1f}" fill="{COLOURS[0]}" fill-opacity=".75">'
            f"<title>{one.n} claims</title></rect>"
        )
        parts.append(_text(x + width / 2, _y(one.share) - 4, str(one.n), "middle"))
    parts += [_text(_x(tick / 4), HEIGHT - BOTTOM + 16, f"{tick / 4:g}", "middle") for tick in range(5)]
    return _frame(parts, x_label, y_label)


class Bin(NamedTuple):
    """Scores in [low, high): how many, and the share of them that was right."""

    low: float
    high: float
    n: int
    share: float


def bars(rows: Sequence[tuple[str, float, float]]) -> str:
    """Per row a bar to the first number and a whisker to the second (at least the first), labelled in milliseconds."""
    top = max((high for _, _, high in rows), default=0) or 1
    name, room, step = 84, WIDTH - 84 - 120, 26
    parts = []
    for n, (label, low, high) in enumerate(rows):
        y, far = 8 + n * step, name + room * high / top
        parts.append(_text(name - 8, y + 13, label, "end"))
        parts.append(f'<rect x="{name}" y="{y}" width="{room * low / top:.1f}" height="17" fill="{COLOURS[0]}"/>')
        parts.append(
            f'<path d="M{name + room * low / top:.1f} {y + 8.5}H{far:.1f}M{far:.1f} {y + 3}v11" '
            'stroke="#64748b" stroke-width="1.5" fill="none"/>'
        )
        parts.append(_text(far + 6, y + 13, f"{1000 * low:.0f} / {1000 * high:.0f} ms", "start"))
    return _svg(parts, 12 + step * len(rows))


def _frame(parts: Sequence[str], x_label: str, y_label: str) -> str:
    grid = []
    for tick in range(5):
        y = _y(tick / 4)
        grid.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#e2e8f0"/>')
        grid.append(_text(LEFT - 6, y + 4, f"{tick / 4:g}", "end"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    labels = [
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_label, "middle"),
        f'<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">{escape(y_label)}</text>',
    ]
    return _svg([*grid, *labels, *parts], HEIGHT)


def _svg(parts: Sequence[str], height: float) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img">{"".join(parts)}</svg>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
