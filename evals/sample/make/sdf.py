"""Signed distance functions: P is an (N, 3) float array, results are (N,) distances (1 = 5 cm)."""

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Sdf = Callable[[Array], Array]


def length(*parts: Array) -> Array:
    """Euclidean length of component arrays."""
    return np.sqrt(sum(p * p for p in parts))


def move(f: Sdf, x: float = 0, y: float = 0, z: float = 0) -> Sdf:
    """The shape f shifted by (x, y, z)."""
    offset = np.array([x, y, z], np.float32)
    return lambda p: f(p - offset)


def turn(f: Sdf, axis: str, degrees: float) -> Sdf:
    """The shape f rotated about the x, y or z axis by an angle in degrees."""
    a = np.radians(degrees)
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    m = np.eye(3, dtype=np.float32)
    m[i, i] = m[j, j] = np.cos(a)
    m[i, j], m[j, i] = -np.sin(a), np.sin(a)
    return lambda p: f(p @ m)


def union(*shapes: Sdf) -> Sdf:
    """All shapes together."""
    return lambda p: np.minimum.reduce([f(p) for f in shapes])


def blend(f: Sdf, g: Sdf, k: float = 0.06) -> Sdf:
    """Union of f and g with a fillet of about k."""

    def both(p: Array) -> Array:
        a, b = f(p), g(p)
        h = np.maximum(k - np.abs(a - b), 0) / k
        return np.minimum(a, b) - h * h * k * 0.25

    return both


def cut(f: Sdf, *tools: Sdf) -> Sdf:
    """f with the tools taken away."""
    return lambda p: np.maximum.reduce([f(p)] + [-t(p) for t in tools])


def around(f: Sdf, count: int) -> Sdf:
    """f (drawn near the +x axis) repeated count times about z."""
    step = 2 * np.pi / count

    def folded(p: Array) -> Array:
        angle = np.arctan2(p[:, 1], p[:, 0])
        angle -= step * np.round(angle / step)
        r = length(p[:, 0], p[:, 1])
        return f(np.stack([r * np.cos(angle), r * np.sin(angle), p[:, 2]], 1))

    return folded


def extrude(d: Array, z: Array, half: float, edge: float = 0.0) -> Array:
    """Distance of a 2D shape (distance d) made half*2 thick along z, edges rounded by edge."""
    a, b = d + edge, np.abs(z) - half + edge
    return np.minimum(np.maximum(a, b), 0) + length(np.maximum(a, 0), np.maximum(b, 0)) - edge


def cyl(radius: float, half: float, edge: float = 0.02) -> Sdf:
    """Cylinder about z."""
    return lambda p: extrude(length(p[:, 0], p[:, 1]) - radius, p[:, 2], half, edge)


def tube(outer: float, inner: float, half: float, edge: float = 0.02) -> Sdf:
    """Ring of rectangular section about z."""
    mid, wall = (outer + inner) / 2, (outer - inner) / 2
    return lambda p: extrude(np.abs(length(p[:, 0], p[:, 1]) - mid) - wall, p[:, 2], half, edge)


def box(x: float, y: float, z: float, edge: float = 0.02) -> Sdf:
    """Box of half sizes x, y, z with rounded edges."""
    half = np.array([x, y, z], np.float32) - edge

    def f(p: Array) -> Array:
        q = np.abs(p) - half
        outside = np.sqrt((np.maximum(q, 0) ** 2).sum(1))
        return outside + np.minimum(q.max(1), 0) - edge

    return f


def hexagon(flat: float, half: float, edge: float = 0.02) -> Sdf:
    """Hexagonal prism about z; flat is half the width across flats."""

    def f(p: Array) -> Array:
        x, y = np.abs(p[:, 0]), np.abs(p[:, 1])
        return extrude(np.maximum(x, x * 0.5 + y * 0.8660254) - flat, p[:, 2], half, edge)

    return f


def ball(radius: float) -> Sdf:
    """Sphere."""
    return lambda p: np.sqrt((p * p).sum(1)) - radius


def torus(ring: float, section: float) -> Sdf:
    """Torus about z."""
    return lambda p: length(length(p[:, 0], p[:, 1]) - ring, p[:, 2]) - section


def thread(radius: float, half: float, pitch: float, depth: float) -> Sdf:
    """Threaded rod about z."""

    def f(p: Array) -> Array:
        wave = np.abs((p[:, 2] / pitch - np.arctan2(p[:, 1], p[:, 0]) / (2 * np.pi)) % 1 - 0.5) * 2
        r = length(p[:, 0], p[:, 1]) - radius + depth * wave
        return extrude(r, p[:, 2], half, 0.02) * 0.75

    return f


def gear(radius: float, teeth: int, depth: float, half: float, helix: float) -> Sdf:
    """Gear wheel about z; helix is the twist in radians per unit of height."""

    def f(p: Array) -> Array:
        angle = np.arctan2(p[:, 1], p[:, 0]) + helix * p[:, 2]
        tooth = np.clip(1.6 * np.cos(teeth * angle), -1, 1)
        d = (length(p[:, 0], p[:, 1]) - radius - depth * tooth) * 0.6
        return extrude(d, p[:, 2], half, 0.015)

    return f
