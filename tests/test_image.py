"""A picture file as one figure; boxes are pixels."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tools.library.evidence import text_of
from tools.library.parse import parse
from tools.library.parse.image import parse_image
from tools.library.parse.ocr import OcrLine, OcrWord


def nothing(picture: Image.Image) -> list[OcrLine]:
    return []


def lines(*texts: str):
    """A reader that finds these lines, each word 10 pixels wide, each line 10 pixels high."""

    def read(picture: Image.Image) -> list[OcrLine]:
        found = []
        for row, text in enumerate(texts):
            words = tuple(
                OcrWord(word, (20 * n, 30 * row, 20 * n + 10, 30 * row + 10)) for n, word in enumerate(text.split())
            )
            found.append(OcrLine(words, (0, 30 * row, words[-1].box[2], 30 * row + 10)))
        return found

    return read


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        (".png", "image/png"),
        (".jpg", "image/jpeg"),
        (".webp", "image/webp"),
        (".gif", "image/gif"),
        (".bmp", "image/bmp"),
        (".tiff", "image/tiff"),
    ],
)
def test_every_format_is_one_figure_of_the_whole_picture(tmp_path: Path, suffix: str, media_type: str) -> None:
    path = tmp_path / f"photo{suffix}"
    Image.new("RGB", (64, 48), "navy").save(path)
    parsed = parse_image(path, read=nothing)
    assert (parsed.media_type, parsed.title, parsed.pages) == (media_type, path.name, 1)
    (figure,) = parsed.figures
    assert (figure.page, figure.box) == (1, (0, 0, 64, 48))
    assert Image.open(io.BytesIO(figure.image)).size == (64, 48)
    assert parsed.blocks == ()


def test_each_page_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    pages = [Image.new("RGB", size, "white") for size in ((60, 40), (30, 50))]
    pages[0].save(tmp_path / "fax.tiff", save_all=True, append_images=pages[1:])
    sizes: list[tuple[int, int]] = []

    def read(picture: Image.Image) -> list[OcrLine]:
        sizes.append(picture.size)
        return lines("one two three four five six seven eight")(picture)

    parsed = parse_image(tmp_path / "fax.tiff", read, "A fax")
    assert parsed.pages == 2
    assert [(figure.page, figure.box) for figure in parsed.figures] == [(1, (0, 0, 60, 40)), (2, (0, 0, 30, 50))]
    assert [word.page for block in parsed.blocks for word in block.words] == [1] * 8 + [2] * 8
    assert parsed.figures[1].caption[0].page == 2
    assert sizes == [(60, 40), (30, 50)]


def test_frames_of_a_gif_are_a_film_not_pages(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    assert parse_image(tmp_path / "film.gif", read=nothing).pages == 1


def test_phone_pictures_are_read(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (200, 0, 0)).save(tmp_path / "photo.heic")
    parsed = parse(tmp_path / "photo.heic", ocr=None)
    assert parsed.media_type == "image/heif"
    stored = Image.open(io.BytesIO(parsed.figures[0].image))
    assert stored.size == (64, 48) and stored.getpixel((30, 20)) == pytest.approx((200, 0, 0), abs=8)


def test_caption_words_stand_for_the_whole_picture(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "part.png")
    (figure,) = parse_image(tmp_path / "part.png", nothing, "Oil filter BN-2207").figures
    assert text_of(figure.caption) == "Oil filter BN-2207"
    assert {(word.page, word.box) for word in figure.caption} == {(1, (0, 0, 64, 48))}


def test_text_of_a_screenshot_is_a_block_too(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100)).save(tmp_path / "shot.png")
    read = lines("E21 Discharge temperature too high", "Restart is blocked now")
    parsed = parse_image(tmp_path / "shot.png", read=read)
    assert [word.text for word in parsed.figures[0].inside][:2] == ["E21", "Discharge"]
    assert parsed.figures[0].inside[0].box == (0, 0, 10, 10)
    assert " ".join(text_of(block.words) for block in parsed.blocks) == (
        "E21 Discharge temperature too high Restart is blocked now"
    )


def test_few_words_make_no_block(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100)).save(tmp_path / "shot.png")
    parsed = parse_image(tmp_path / "shot.png", read=lines("Cancel OK"))
    assert text_of(parsed.figures[0].inside) == "Cancel OK"
    assert parsed.blocks == ()


def test_large_picture_is_stored_small_and_keeps_its_own_pixels(tmp_path: Path) -> None:
    Image.new("L", (5000, 2500)).save(tmp_path / "large.png")
    (figure,) = parse_image(tmp_path / "large.png", read=nothing).figures
    assert figure.box == (0, 0, 5000, 2500)
    assert Image.open(io.BytesIO(figure.image)).size == (2048, 1024)


def test_text_is_found_by_the_built_in_reader(tmp_path: Path) -> None:
    picture = Image.new("RGB", (500, 120), "white")
    ImageDraw.Draw(picture).text((40, 40), "Net pressure 7.1 bar", fill="black", font=ImageFont.load_default(size=30))
    picture.save(tmp_path / "display.png")
    assert "Net pressure 7.1 bar" in text_of(parse_image(tmp_path / "display.png").figures[0].inside)


@pytest.mark.parametrize(
    ("turn", "size", "score", "box"),
    [
        (90, (200, 400), 0.7, (10, 250, 20, 300)),  # turned by 90 its x is 400 - y of the file, its y is x
        (180, (300, 400), 0.7, (150, 380, 200, 390)),
        (270, (200, 400), 0.98, (180, 100, 190, 150)),  # its x is y of the file, its y is 200 - x
    ],
)
def test_a_turned_picture_is_read_upright_and_its_boxes_are_those_of_the_file(
    tmp_path: Path, turn: int, size: tuple[int, int], score: float, box: tuple[float, ...]
) -> None:
    """The reader sees four lines that lie or stand, and once they are upright a word at (100, 10) to (150, 20)."""
    Image.new("RGB", size, "white").save(tmp_path / "a.png")
    calls: list[tuple[int, int]] = []

    def read(picture: Image.Image) -> list[OcrLine]:
        calls.append(picture.size)
        if len(calls) == 1:
            place = (100.0, 100.0, 190.0, 110.0) if turn == 180 else (20.0, 100.0, 30.0, 190.0)
            return [OcrLine((OcrWord("some letters", place),), place, score) for _ in range(4)]
        return [OcrLine((OcrWord("Close", (100, 10, 150, 20)),), (100, 10, 150, 20), 0.99)]

    (figure,) = parse_image(tmp_path / "a.png", read).figures
    assert calls == [size, size if turn == 180 else size[::-1]]
    assert figure.box == (0, 0, *size)
    assert [(word.text, word.box) for word in figure.inside] == [("Close", pytest.approx(box))]
