"""Screenshots of the ServiceLink program with an error dialog in front (sizes in pixels)."""

from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path(reportlab.__file__).parent / "fonts"
FACE, LINE, INK, BLUE = "#f3f3f3", "#b9bec4", "#1d2329", "#143a63"


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The Vera font that comes with reportlab."""
    return ImageFont.truetype(str(FONTS / ("VeraBd.ttf" if bold else "Vera.ttf")), size)


def window(d: ImageDraw.ImageDraw, box: tuple[int, int, int, int], title: str, bar: str) -> None:
    """Window frame with a title bar and its three buttons."""
    x0, y0, x1, y1 = box
    d.rectangle(box, fill=FACE, outline="#7a828a")
    d.rectangle((x0, y0, x1, y0 + 30), fill=bar)
    d.ellipse((x0 + 9, y0 + 9, x0 + 21, y0 + 21), outline="#f0a818", width=4)
    d.text((x0 + 30, y0 + 8), title, fill="white", font=font(12))
    x, y = x1 - 22, y0 + 15
    d.line((x - 5, y - 5, x + 5, y + 5), fill="white", width=2)
    d.line((x - 5, y + 5, x + 5, y - 5), fill="white", width=2)
    d.rectangle((x - 41, y - 5, x - 31, y + 5), outline="white")
    d.line((x - 75, y + 4, x - 65, y + 4), fill="white", width=2)


def button(d: ImageDraw.ImageDraw, x: int, y: int, words: str, default: bool = False) -> None:
    """Push button 118 x 28."""
    d.rounded_rectangle(
        (x, y, x + 118, y + 28),
        4,
        fill="#e3ecf7" if default else "#fdfdfd",
        outline=BLUE if default else LINE,
        width=2 if default else 1,
    )
    d.text((x + 59, y + 14), words, fill=INK, font=font(12), anchor="mm")


def sign(d: ImageDraw.ImageDraw, x: int, y: int, kind: str) -> None:
    """Red stop or amber warning sign of 44 pixels."""
    if kind == "stop":
        d.ellipse((x, y, x + 44, y + 44), fill="#c62828")
        d.line((x + 14, y + 14, x + 30, y + 30), fill="white", width=5)
        d.line((x + 14, y + 30, x + 30, y + 14), fill="white", width=5)
    else:
        d.polygon([(x + 22, y), (x + 46, y + 42), (x - 2, y + 42)], fill="#f0a818")
        d.text((x + 22, y + 27), "!", fill="black", font=font(24, True), anchor="mm")


def trend(d: ImageDraw.ImageDraw, box: tuple[int, int, int, int], values: list[float]) -> None:
    """Small chart of the discharge temperature, 60 to 115 degrees."""
    x0, y0, x1, y1 = box
    d.rectangle(box, fill="white", outline=LINE)
    for k in range(1, 5):
        y = y0 + (y1 - y0) * k // 5
        d.line((x0, y, x1, y), fill="#e4e7ea")
    step = (x1 - x0) / (len(values) - 1)
    d.line(
        [(x0 + n * step, y1 - (v - 60) / 55 * (y1 - y0)) for n, v in enumerate(values)],
        fill="#c62828",
        width=2,
    )
    d.text((x0 + 6, y0 + 5), "B2 discharge temperature, last 30 min", fill="#5d6670", font=font(10))


def program(serial: str, status: str, rows: list[tuple[str, str]]) -> Image.Image:
    """Main window of ServiceLink, 960 x 600."""
    im = Image.new("RGB", (960, 600), "#3b6a8f")
    d = ImageDraw.Draw(im)
    window(d, (14, 12, 945, 566), f"ServiceLink 4.2  -  {serial}", BLUE)
    for n, word in enumerate(("File", "Machine", "Parameters", "Events", "Tools", "Help")):
        d.text((26 + n * 92, 50), word, fill=INK, font=font(12))
    d.line((14, 72, 945, 72), fill=LINE)
    d.rectangle((26, 84, 210, 520), fill="white", outline=LINE)
    for n, word in enumerate(
        ("Overview", "Measured values", "Settings P01-P14", "Event memory", "Counters", "Firmware", "Report")
    ):
        if n == 1:
            d.rectangle((27, 92 + 30, 209, 92 + 54), fill="#d8e6f5")
        d.text((40, 96 + n * 30), word, fill=INK, font=font(12))
    for n, (name, value) in enumerate(rows):
        d.text((236, 96 + n * 26), name, fill=INK, font=font(12))
        d.text((470, 96 + n * 26), value, fill=INK, font=font(12, True))
    values = [84 + 0.3 * (n % 5) for n in range(18)]
    values += (
        [86, 88, 91, 94, 97, 99, 101, 103, 105, 107, 109] if "E21" in status else [83 - 1.8 * n for n in range(13)]
    )
    trend(d, (560, 92, 925, 240), values)
    d.rectangle((14, 540, 945, 566), fill="#dfe3e7")
    d.text((26, 546), status, fill=INK, font=font(11))
    d.rectangle((0, 572, 960, 600), fill="#20303d")
    d.text((900, 579), "14:32" if "E21" in status else "09:17", fill="white", font=font(12))
    return im


def dialog(im: Image.Image, title: str, kind: str, head: str, lines: list[str], buttons: list[str]) -> Image.Image:
    """Error dialog of 560 x 260 with a soft shadow over the main window."""
    x, y, w, h = 230, 236, 560, 262
    shade = Image.new("L", im.size, 0)
    ImageDraw.Draw(shade).rectangle((x + 6, y + 8, x + w + 8, y + h + 10), fill=130)
    im.paste(Image.new("RGB", im.size, "black"), mask=shade.filter(ImageFilter.GaussianBlur(9)))
    d = ImageDraw.Draw(im)
    window(d, (x, y, x + w, y + h), title, "#2b4f73")
    sign(d, x + 24, y + 50, kind)
    d.text((x + 90, y + 48), head, fill=INK, font=font(14, True))
    for n, line in enumerate(lines):
        d.text((x + 90, y + 80 + n * 24), line, fill=INK, font=font(12))
    for n, words in enumerate(reversed(buttons)):
        button(d, x + w - 136 - n * 130, y + h - 42, words, n == len(buttons) - 1)
    return im


def write(library: Path) -> None:
    """Write the two screenshots into library/screens."""
    folder = library / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    trip = program(
        "AR240-23-01187",
        "Connected  COM4  19200 baud      Machine state: TRIP E21",
        [
            ("Net pressure B1", "5.9 bar"),
            ("Discharge temp. B2", "109 \xb0C"),
            ("Running hours", "6 412 h"),
            ("Loaded hours", "4 870 h"),
            ("State", "TRIP"),
        ],
    )
    dialog(
        trip,
        "Machine fault",
        "stop",
        "E21: Discharge temperature too high",
        [
            "Discharge temperature 109 \xb0C exceeds 105 \xb0C.",
            "The machine was stopped on 03 MAY 2024 at 14:31:07.",
            "Restart is blocked until B2 reads not more than 82 \xb0C.",
            "Running hours 6 412 h.  Room temperature 38 \xb0C.",
            "Third trip E21 within 7 days.",
        ],
        ["Acknowledge", "Event memory", "Close"],
    ).save(folder / "servicelink_e21.png", optimize=True)
    upload = program(
        "AR240-22-00931",
        "Connected  COM4  19200 baud      Machine state: STANDBY",
        [
            ("Net pressure B1", "7.3 bar"),
            ("Discharge temp. B2", "61 \xb0C"),
            ("Running hours", "3 975 h"),
            ("Loaded hours", "2 208 h"),
            ("State", "STANDBY"),
        ],
    )
    dialog(
        upload,
        "Parameter upload",
        "warning",
        "SL-114: Parameter file rejected",
        [
            "The file AR240_lag.par needs BC-3 software 3.10 or later.",
            "Software found in the controller: 3.08.",
            "No setting has been changed.  9 of 14 settings were read.",
            "Update the software with cable BN-9920 and try again,",
            "or save the file in the 3.08 format.",
        ],
        ["Update...", "Save as 3.08", "Cancel"],
    ).save(folder / "servicelink_upload.png", optimize=True)
