"""Figures on pages that are pictures themselves."""

from PIL import Image, ImageDraw

from tools.library.parse.layout.scan_figures import drawn, ink, shows_something


def page() -> Image.Image:
    return Image.new("RGB", (600, 800), (250, 250, 248))


def test_a_chart_is_found_and_text_and_rules_are_not() -> None:
    picture = page()
    pen = ImageDraw.Draw(picture)
    pen.line((40, 60, 560, 60), fill="black", width=2)
    for n, height in enumerate((80, 160, 120)):
        pen.rectangle((150 + 90 * n, 500 - height, 200 + 90 * n, 500), fill="teal")
    pen.line((130, 500, 430, 500), fill="black", width=2)
    pen.rectangle((50, 650, 550, 665), fill="black")  # a line of text
    ((x0, y0, x1, y1),) = drawn(picture, [(50, 648, 550, 667)])
    assert abs(x0 - 130) < 8 and abs(y0 - 340) < 8 and abs(x1 - 431) < 8 and abs(y1 - 501) < 8


def test_the_frame_of_a_page_is_no_figure() -> None:
    picture = page()
    ImageDraw.Draw(picture).rectangle((10, 10, 590, 790), outline="black", width=3)
    assert drawn(picture, []) == []


def test_over_a_photo_nothing_is_told_apart() -> None:
    photo = Image.effect_noise((600, 800), 120).convert("RGB")
    assert ink(photo, []) is None and drawn(photo, []) == []


def test_a_slide_of_text_shows_nothing_and_one_with_bars_does() -> None:
    slide = Image.new("RGB", (400, 300), (20, 30, 90))
    pen = ImageDraw.Draw(slide)
    pen.rectangle((100, 130, 300, 160), fill="white")
    assert not shows_something(slide, [(98, 128, 302, 162)])
    pen.rectangle((50, 200, 350, 280), fill="orange")
    assert shows_something(slide, [(98, 128, 302, 162)])
