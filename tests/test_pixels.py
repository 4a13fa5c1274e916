"""Pictures decoded within limits, upright and on white."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.parse import pixels
from tools.library.parse.image import parse_image
from tools.library.parse.ocr import OcrLine


def nothing(picture: Image.Image) -> list[OcrLine]:
    return []


HUGE = [("RGB", "jpg"), ("RGB", "png"), ("P", "png"), ("1", "png"), ("RGBA", "png")]


@pytest.mark.parametrize(("mode", "suffix"), HUGE)
def test_a_huge_picture_is_read_at_half_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, suffix: str
) -> None:
    monkeypatch.setattr(pixels, "FINE_PIXELS", 60_000)
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("black", (200, 0, 400, 200))
    picture.convert(mode).save(tmp_path / f"huge.{suffix}")
    found = pixels.load(tmp_path / f"huge.{suffix}").picture
    assert found.size == (200, 100) and found.mode == "RGB"
    assert [found.getpixel((x, 50)) for x in (50, 150)] == [(255, 255, 255), (0, 0, 0)]


@pytest.mark.parametrize("part", [0.001, 0.5, 0.99])
def test_a_huge_picture_that_is_torn_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: float) -> None:
    monkeypatch.setattr(pixels, "FINE_PIXELS", 60_000)
    whole = io.BytesIO()
    Image.effect_noise((400, 300), 50).convert("RGB").save(whole, "PNG")
    (tmp_path / "torn.png").write_bytes(whole.getvalue()[: max(60, int(part * len(whole.getvalue())))])
    with pytest.raises(UnreadableFile, match=r"torn\.png is broken"):
        parse_image(tmp_path / "torn.png", read=nothing)


def test_transparent_ground_becomes_white(tmp_path: Path) -> None:
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    (figure,) = parse_image(tmp_path / "clear.png", read=nothing).figures
    assert Image.open(io.BytesIO(figure.image)).getpixel((5, 5)) == (255, 255, 255)


def header_only(path: Path, width: int, height: int) -> None:
    """A PNG that claims a size and holds no pixels."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 0)
        + b"IDAT"
        + struct.pack(">I", zlib.crc32(b"IDAT"))
    )


def test_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    header_only(tmp_path / "bomb.png", 30_000, 20_000)
    with pytest.raises(UnreadableFile, match=r"bomb\.png has 30000 x 20000 pixels, more than 400 million"):
        parse_image(tmp_path / "bomb.png", read=nothing)


@pytest.mark.parametrize("keep", [12, 60, 400])
def test_truncated_file_is_refused(tmp_path: Path, keep: int) -> None:
    whole = io.BytesIO()
    Image.effect_noise((80, 80), 50).save(whole, "PNG")
    (tmp_path / "torn.png").write_bytes(whole.getvalue()[:keep])
    with pytest.raises(UnreadableFile, match=r"torn\.png is broken"):
        parse_image(tmp_path / "torn.png", read=nothing)


def test_grey_of_16_bits_is_stretched_not_clipped(tmp_path: Path) -> None:
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 1000)
    picture.putpixel((1, 0), 60_000)
    picture.save(tmp_path / "scan.png")
    (figure,) = parse_image(tmp_path / "scan.png", read=nothing).figures
    stored = Image.open(io.BytesIO(figure.image))
    assert [stored.getpixel((x, 0)) for x in (0, 1)] == [(0, 0, 0), (255, 255, 255)]


def test_camera_orientation_is_applied(tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 40), "white")
    picture.putpixel((0, 0), (255, 0, 0))
    exif = picture.getexif()
    exif[0x0112] = 6  # turn right by 90 degrees to show
    picture.save(tmp_path / "turned.png", exif=exif)
    (figure,) = parse_image(tmp_path / "turned.png", read=nothing).figures
    assert figure.box == (0, 0, 40, 60)
    assert Image.open(io.BytesIO(figure.image)).getpixel((39, 0)) == (255, 0, 0)


@pytest.mark.parametrize("size", [(8, 400_000), (400_000, 8), (1, 3000)])
def test_a_strip_is_refused_in_a_sentence(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(tmp_path / "strip.png")
    with pytest.raises(UnreadableFile, match=rf"strip\.png has {size[0]} x {size[1]} pixels: a strip on which nothing"):
        pixels.load(tmp_path / "strip.png")


@pytest.mark.parametrize(
    ("mode", "suffix", "most"),
    [("RGB", "webp", 75), ("RGBA", "png", 300), ("RGB", "tif", 300), ("P", "png", 400), ("I;16", "png", 100)],
)
def test_what_is_decoded_fits_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, suffix: str, most: int
) -> None:
    """A thousandth of the real limits: `most` thousand pixels are read, more are not."""
    for name in ("MAX_PIXELS", "MAX_WIDE_PIXELS", "MAX_DECODED"):
        monkeypatch.setattr(pixels, name, getattr(pixels, name) // 1000)
    for height, fits in ((most, True), (most + 1, False)):
        path = tmp_path / f"{height}.{suffix}"
        Image.new(mode, (1000, height)).save(path)
        if fits:
            assert pixels.load(path).picture.size == (1000, height)
        else:
            with pytest.raises(UnreadableFile, match=rf"{height}\.{suffix} has 1000 x {height} pixels, more than"):
                pixels.load(path)


def test_a_huge_picture_is_turned_upright_after_it_is_halved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "FINE_PIXELS", 60_000)
    picture = Image.new("L", (400, 200), "white")
    picture.paste(0, (0, 0, 200, 100))
    exif = picture.getexif()
    exif[0x0112] = 6  # turn right by 90 degrees to show
    picture.save(tmp_path / "turned.png", exif=exif)
    found = pixels.load(tmp_path / "turned.png").picture
    assert found.size == (100, 200)
    assert [found.getpixel(at) for at in ((20, 50), (80, 50), (80, 150))] == [
        (255, 255, 255),
        (0, 0, 0),
        (255, 255, 255),
    ]


def test_bands_of_an_odd_height_are_one_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "FINE_PIXELS", 60_000)
    monkeypatch.setattr(pixels, "BAND", 64)
    noise = Image.effect_noise((301, 333), 80)
    noise.save(tmp_path / "noise.png")
    assert pixels.load(tmp_path / "noise.png").picture.tobytes() == noise.reduce(2).convert("RGB").tobytes()


def test_white_letters_on_nothing_stand_on_black(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((250, 250, 250, 255), (5, 5, 10, 15))
    picture.save(tmp_path / "a.png")
    loaded = pixels.load(tmp_path / "a.png").picture
    assert (loaded.getpixel((0, 0)), loaded.getpixel((7, 7))) == ((0, 0, 0), (250, 250, 250))


def test_a_drawing_is_drawn() -> None:
    head = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">'
    svg = head + b'<rect width="10" height="10" fill="red"/></svg>'
    png = pixels.as_png(svg)
    assert png is not None
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size == (40, 20)
        assert picture.convert("RGB").getpixel((5, 5)) == (255, 0, 0)
    assert pixels.as_png(b"<svg broken") is None
