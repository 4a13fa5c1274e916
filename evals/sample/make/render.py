"""A small ray marcher that turns signed distance shapes into photo-like pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from .sdf import Array, Sdf

Pattern = Callable[[Array, Array], Array]


@dataclass
class Solid:
    """One shape with its surface: colour 0..1, metal 0..1, gloss (higher is sharper), optional pattern."""

    sdf: Sdf
    colour: tuple[float, float, float]
    metal: float = 0.0
    gloss: float = 20.0
    pattern: Pattern | None = None


@dataclass
class Scene:
    """What is photographed and how: degrees and scene units; wall is the y of a foam-lined wall."""

    solids: list[Solid]
    floor: str = "wood"
    wall: float | None = None
    radius: float = 1.6
    target: tuple[float, float, float] = (0.0, 0.0, 0.35)
    azimuth: float = -60.0
    elevation: float = 38.0
    distance: float = 5.2
    light: tuple[float, float, float] = (-0.5, -0.35, 0.9)
    warmth: float = 0.0
    exposure: float = 0.6
    blur: float = 0.0
    seed: int = 1


def noise(x: Array, y: Array, seed: int) -> Array:
    """Smooth value noise in 0..1 with unit cells."""
    lattice = np.random.default_rng(seed).random((256, 256)).astype(np.float32)
    xi, yi = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - xi, y - yi
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)

    def at(i: Array, j: Array) -> Array:
        return lattice[i % 256, j % 256]

    low = at(xi, yi) * (1 - fx) + at(xi + 1, yi) * fx
    high = at(xi, yi + 1) * (1 - fx) + at(xi + 1, yi + 1) * fx
    return low * (1 - fy) + high * fy


def cloud(x: Array, y: Array, seed: int) -> Array:
    """Noise summed over five octaves, about 0..1."""
    return sum(noise(x * 2**k, y * 2**k, seed + k) / 2 ** (k + 1) for k in range(5))


def floor_colour(kind: str, p: Array, seed: int) -> Array:
    """Colour of the bench or ground at points p."""
    x, y = p[:, 0], p[:, 1]
    if kind == "wood":
        plank = np.floor(y / 1.1)
        grain = cloud(x * 0.5 + plank * 7.3, y * 9 + 3 * noise(x * 0.6, y * 0.8, seed + 9), seed)
        seam = np.exp(-((np.abs(y / 1.1 - np.round(y / 1.1)) * 60) ** 2))
        shade = (0.62 + 0.55 * grain + 0.07 * np.sin(plank * 5.1)) * (1 - 0.7 * seam)
        return shade[:, None] * np.array([0.50, 0.33, 0.19])
    if kind == "steel":
        brushed = 0.75 + 0.25 * cloud(x * 0.7, y * 30, seed) + 0.2 * (cloud(x, y, seed + 5) - 0.5)
        return brushed[:, None] * np.array([0.40, 0.42, 0.45])
    if kind == "mat":
        line = np.maximum(*(np.exp(-((np.abs(c * 1.6 - np.round(c * 1.6)) * 50) ** 2)) for c in (x, y)))
        shade = 0.85 + 0.3 * cloud(x * 6, y * 6, seed)
        return shade[:, None] * np.array([0.05, 0.22, 0.19]) + line[:, None] * 0.12
    if kind == "cloth":
        weave = 0.8 + 0.12 * np.sin(x * 90) * np.sin(y * 90) + 0.5 * (cloud(x * 1.2, y * 1.2, seed) - 0.5)
        return weave[:, None] * np.array([0.16, 0.24, 0.42])
    stone = 0.55 + 0.5 * cloud(x * 1.5, y * 1.5, seed) + 0.25 * (noise(x * 60, y * 60, seed + 8) - 0.5)
    stain = np.clip(cloud(x * 0.6 + 5, y * 0.6, seed + 3) * 2.4 - 1.2, 0, 1)
    return (stone * (1 - 0.45 * stain))[:, None] * np.array([0.46, 0.45, 0.43])


def foam_colour(p: Array) -> Array:
    """Colour of dark acoustic foam on the wall at points p."""
    bump = 0.5 + 0.5 * np.sin(p[:, 0] * 14) * np.sin(p[:, 2] * 14)
    return bump[:, None] ** 1.5 * np.array([0.10, 0.105, 0.11]) + 0.02


def environment(d: Array, light: Array) -> Array:
    """Workshop light seen in direction d: grey room, bright ceiling lamps, dark floor."""
    up = d[:, 2]
    base = 0.06 + 0.5 * np.clip(up * 0.9 + 0.1, 0, 1) ** 1.5
    lamps = 1.5 * np.exp(-((np.sin(d[:, 0] * 4.0 + 0.6) * 2.2) ** 2)) * np.clip(up * 2 - 0.5, 0, 1)
    spot = 1.6 * np.clip(d @ light, 0, 1) ** 40
    return (base + lamps + spot)[:, None] * np.array([1.0, 1.0, 1.03])


def camera_rays(s: Scene, width: int, height: int) -> tuple[Array, Array]:
    """Eye position and one unit direction per pixel."""
    az, el = np.radians([s.azimuth, s.elevation])
    target = np.array(s.target)
    back = np.array([np.cos(el) * np.cos(az), np.cos(el) * np.sin(az), np.sin(el)])
    right = np.cross([0, 0, 1], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    u, v = np.meshgrid((np.arange(width) + 0.5) / width - 0.5, 0.5 - (np.arange(height) + 0.5) / height)
    d = u.reshape(-1, 1) * 0.8 * right + v.reshape(-1, 1) * 0.8 * height / width * up - back
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    return (target + back * s.distance).astype(np.float32), d.astype(np.float32)


def sphere_span(o: Array, d: Array, centre: Array, radius: float) -> tuple[Array, Array]:
    """Entry and exit distance of rays through the bounding sphere (exit < entry when missed)."""
    q = o - centre
    b = (q * d).sum(-1)
    h = b * b - ((q * q).sum(-1) - radius**2)
    root = np.sqrt(np.maximum(h, 0))
    return np.where(h > 0, np.maximum(-b - root, 0), 1.0), np.where(h > 0, -b + root, 0.0)


def march(f: Sdf, eye: Array, d: Array, near: Array, far: Array) -> Array:
    """Distance to the first hit along each ray, inf where there is none."""
    hit = np.full(len(d), np.inf, np.float32)
    live = np.flatnonzero(far > near)
    t = near[live].astype(np.float32)
    for _ in range(110):
        if not len(live):
            break
        step = f(eye + d[live] * t[:, None])
        done = step < 0.0012
        hit[live[done]] = t[done]
        t = t + np.maximum(step, 0.001)
        keep = ~done & (t < far[live])
        live, t = live[keep], t[keep]
    return hit


def normals(f: Sdf, p: Array) -> Array:
    """Unit surface normals by finite differences."""
    e = 0.0015
    n = np.zeros_like(p)
    for k in ([1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]):
        k = np.array(k, np.float32)
        n += k * f(p + e * k)[:, None]
    return n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)


def soft_shadow(f: Sdf, p: Array, light: Array, centre: Array, radius: float) -> Array:
    """Share of the lamp seen from points p, 0..1."""
    near, far = sphere_span(p, light, centre, radius)
    lit = np.ones(len(p), np.float32)
    live = np.flatnonzero(far > near)
    t = np.maximum(near[live], 0.03).astype(np.float32)
    for _ in range(45):
        if not len(live):
            break
        h = f(p[live] + light * t[:, None])
        lit[live] = np.minimum(lit[live], np.clip(0.5 + 4.5 * h / t, 0, 1))
        t = t + np.clip(h, 0.02, 0.2)
        keep = (t < far[live]) & (lit[live] > 0.01)
        live, t = live[keep], t[keep]
    return lit * lit * (3 - 2 * lit)


def occlusion(f: Sdf, p: Array, n: Array) -> Array:
    """How open the surroundings of points p are, 0..1; the floor at z = 0 counts too."""
    dark = np.zeros(len(p), np.float32)
    for k, h in enumerate((0.05, 0.13, 0.28, 0.5)):
        q = p + n * h
        dark += np.maximum(h - np.minimum(f(q), np.where(n[:, 2] > 0.99, 9, q[:, 2])), 0) / h * 0.62**k
    return np.clip(1 - 0.42 * dark, 0.12, 1)


def surface(s: Scene, p: Array, n: Array) -> tuple[Array, Array, Array]:
    """Colour, metal share and gloss of the nearest solid at each point."""
    which = np.argmin(np.stack([solid.sdf(p) for solid in s.solids]), 0)
    colour = np.zeros_like(p)
    for i, solid in enumerate(s.solids):
        m = which == i
        if m.any():
            colour[m] = solid.pattern(p[m], n[m]) if solid.pattern else np.array(solid.colour)
    metal = np.array([solid.metal for solid in s.solids])[which]
    gloss = np.array([solid.gloss for solid in s.solids])[which]
    wear = cloud(p[:, 0] * 7 + p[:, 2] * 5, p[:, 1] * 7 - p[:, 2] * 3, s.seed + 20)
    return colour * (0.86 + 0.28 * wear)[:, None], metal, gloss


def shade(p: Array, n: Array, d: Array, look: tuple[Array, Array, Array], lit: Array, ao: Array, light: Array) -> Array:
    """Light leaving points p towards the camera."""
    colour, metal, gloss = look
    key = np.clip(n @ light, 0, 1) * lit
    sky = 0.32 + 0.2 * n[:, 2]
    diffuse = colour * (1.5 * key + sky * ao)[:, None]
    half = light - d
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = np.clip((n * half).sum(1), 0, 1) ** gloss * lit * gloss / 60
    mirror = environment(d - 2 * (d * n).sum(1, keepdims=True) * n, light) * ao[:, None]
    fresnel = (0.04 + 0.5 * (1 - np.clip(-(d * n).sum(1), 0, 1)) ** 5)[:, None] * np.minimum(gloss / 40, 1)[:, None]
    plain = diffuse + mirror * fresnel * 0.6 + shine[:, None] * 0.5
    metallic = diffuse * 0.22 + colour * mirror * 1.3 + colour * shine[:, None]
    return plain * (1 - metal[:, None]) + metallic * metal[:, None]


def develop(linear: Array, s: Scene, width: int, height: int) -> Image.Image:
    """Tone curve, lens blur, vignette and sensor grain; picture at half the ray grid."""
    rgb = np.clip(linear.reshape(height, width, 3) * s.exposure, 0, None)
    rgb *= np.array([1 + 0.12 * s.warmth, 1, 1 - 0.14 * s.warmth])
    rgb = (rgb * (2.51 * rgb + 0.03)) / (rgb * (2.43 * rgb + 0.59) + 0.14)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    rgb = np.clip(rgb, 0, 1) ** (1 / 2.2) * (1 - 0.13 * (x * x + y * y))[..., None]
    picture = Image.fromarray((rgb * 255).astype(np.uint8)).resize((width // 2, height // 2), Image.LANCZOS)
    if s.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(s.blur))
    grain = np.random.default_rng(s.seed).normal(0, 3.0, (height // 2, width // 2, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def render(s: Scene, width: int = 480, height: int = 360) -> Image.Image:
    """Photograph of the scene, width by height pixels."""

    def f(p: Array) -> Array:
        return np.minimum.reduce([solid.sdf(p) for solid in s.solids])

    wide, high = width * 2, height * 2
    eye, d = camera_rays(s, wide, high)
    light = np.array(s.light) / np.linalg.norm(s.light)
    light = light.astype(np.float32)
    centre = np.array(s.target, np.float32)
    floor_t = np.where(d[:, 2] < -1e-3, -eye[2] / np.minimum(d[:, 2], -1e-3), 60).astype(np.float32)
    on_wall = np.zeros(len(d), bool)
    if s.wall is not None:
        wall_t = (s.wall - eye[1]) / np.maximum(d[:, 1], 1e-3)
        on_wall, floor_t = wall_t < floor_t, np.minimum(wall_t, floor_t)
    near, far = sphere_span(eye, d, centre, s.radius)
    t = march(f, eye, d, near, np.minimum(far, floor_t))
    on_part = np.isfinite(t)
    p = eye + d * np.where(on_part, t, floor_t)[:, None]
    n = np.tile(np.array([0, 0, 1], np.float32), (len(p), 1))
    n[on_wall] = [0, -1, 0]
    n[on_part] = normals(f, p[on_part])
    look = [
        np.where(on_wall[:, None], foam_colour(p), floor_colour(s.floor, p, s.seed)),
        np.zeros(len(p)),
        np.full(len(p), 12.0),
    ]
    for whole, own in zip(look, surface(s, p[on_part], n[on_part])):
        whole[on_part] = own
    near_part = np.linalg.norm(p - centre, axis=1) < s.radius + 0.6
    lit = soft_shadow(f, p + n * 0.01, light, centre, s.radius)
    ao = np.ones(len(p), np.float32)
    ao[near_part] = occlusion(f, p[near_part], n[near_part])
    return develop(shade(p, n, d, tuple(look), lit, ao, light), s, wide, high)
