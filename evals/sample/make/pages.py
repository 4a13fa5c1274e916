"""The HTML service note and the Markdown inspection note with their pictures."""

from pathlib import Path

from PIL import Image, ImageDraw

from .screens import font

HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Service note SN-2024-07: coupling spider BN-4471 replaces BN-4470</title>
</head>
<body>
<nav><a href="/">Home</a> | <a href="/notes">Service notes</a> | <a href="/contact">Contact</a></nav>
<h1>Service note SN-2024-07</h1>
<p><strong>Coupling spider BN-4471 replaces BN-4470 on AR-240 and AR-300.</strong>
Published 18 March 2024.</p>
<p>Spiders BN-4470 (yellow) of the years 2021 and 2022 can crack at the root of a pad when the machine starts
more than 40 times a day. A cracked spider announces itself by a knocking sound in the first two
seconds after the
start. The new spider BN-4471 is orange and has a larger radius at the root. The hubs stay the same.</p>
<h2>Which machines are affected</h2>
<table>
<tr><th>Serial numbers</th><th>Spider fitted</th><th>Action</th></tr>
<tr><td>AR240-21-00500 to AR240-21-00874</td><td>BN-4470</td><td>Replace within 500 h</td></tr>
<tr><td>AR240-22-00875 to AR240-22-01102</td><td>BN-4470</td><td>Replace at the next 4000 h service</td></tr>
<tr><td>AR240-23-01103 and later</td><td>BN-4471</td><td>None</td></tr>
</table>
<h2>How to measure wear</h2>
<img src="spider_wear.png" alt="Spider pad between caliper jaws at half height, 17.0 mm new, min. 14.5 mm">
<p>Measure each pad at half its height. Allow 2.5 hours of work for one fitter; the time is paid as
warranty code W-38 until 31 December 2024. Send back one cracked spider per site in the bag of the
new one.</p>
<h2>Questions from the field</h2>
<p><b>Can the old spider be used up on machines that rarely start?</b>
Yes, up to 10 starts a day and with a check every 1000 h.</p>
<p><b>Do the hubs have to come off?</b> No. The hubs stay on their shafts; only the motor is drawn back.</p>
</body>
</html>
"""

MARKDOWN = """# Weekly inspection, AR-240

Notes of the workshop team. Takes about 12 minutes with the machine loaded and 5 minutes after it has been
stopped.

![Plan of the AR-240 from above with the six numbered weekly check points](weekly_points.png)

| Point | What to look at | Good | Act when |
|---|---|---|---|
| 1 | Filter mat | light grey | dark over more than half of the area: wash at 40 \u00b0C |
| 2 | Cooler fins | daylight visible | less than two thirds of the fins are clear |
| 3 | Scavenge sight glass | oil moves slowly | dry or completely full |
| 4 | Oil level (stopped, 0 bar) | upper half of the glass | below the middle |
| 5 | Condensate drain | 0.3 to 1.5 litres per shift | nothing for two shifts |
| 6 | Belt guard | no rubber dust | black dust on the tray |

## Remarks

- Write the discharge temperature and the room temperature into the log. The difference should be
  55 to 65 K; more than 70 K means that the cooler wants cleaning even if it looks clean.
- Point 5: the test button of the drain is pressed for 2 seconds. Blow through the sieve every fourth week.
- The log sheets stay in the red folder in the cabinet door for 24 months.
"""


def balloon(d: ImageDraw.ImageDraw, x: int, y: int, number: int) -> None:
    """Numbered check point."""
    d.ellipse((x - 17, y - 17, x + 17, y + 17), fill="#f0a818", outline="black", width=2)
    d.text((x, y), str(number), fill="black", font=font(18, True), anchor="mm")


def weekly_plan() -> Image.Image:
    """Plan view of the machine with the six check points, 900 x 560 pixels."""
    im = Image.new("RGB", (900, 560), "white")
    d = ImageDraw.Draw(im)
    d.text((40, 18), "AR-240 seen from above - weekly check points", fill="#143a63", font=font(20, True))
    d.rectangle((60, 70, 840, 500), outline="#143a63", width=4)
    d.text((450, 520), "FRONT (controller)", fill="black", font=font(15), anchor="mm")
    d.text((450, 58), "REAR (air intake)", fill="black", font=font(13), anchor="mm")
    blocks = [
        ((90, 300, 260, 470), "Separator\ntank", True),
        ((300, 300, 430, 400), "Airend", False),
        ((450, 290, 690, 410), "Motor M1", False),
        ((300, 100, 600, 220), "Oil and air cooler", False),
        ((720, 270, 800, 430), "Belt\nguard", False),
        ((90, 110, 240, 210), "Air filter", True),
        ((640, 84, 810, 120), "Filter mat", False),
        ((330, 440, 560, 496), "Cabinet", False),
    ]
    for box, words, round_ in blocks:
        (d.ellipse if round_ else d.rectangle)(box, fill="#e8edf2", outline="black", width=2)
        d.multiline_text(
            ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2),
            words,
            fill="black",
            font=font(15),
            anchor="mm",
            align="center",
        )
    d.line((430, 345, 450, 345), fill="black", width=8)
    d.line((690, 345, 720, 345), fill="black", width=8)
    d.line((260, 350, 300, 350), fill="black", width=5)
    d.line((175, 300, 175, 255, 365, 255, 365, 300), fill="#c62828", width=3)
    d.line((600, 160, 850, 160), fill="#2b6cb0", width=4)
    for n, (x, y) in enumerate(((660, 102), (450, 130), (290, 255), (110, 440), (800, 160), (760, 290)), 1):
        balloon(d, x, y, n)
    return im


def spider_wear() -> Image.Image:
    """Sketch of one spider pad between caliper jaws, 640 x 380 pixels."""
    im = Image.new("RGB", (640, 380), "white")
    d = ImageDraw.Draw(im)
    d.ellipse((40, 250, 600, 810), fill="#f2a05a", outline="black", width=3)
    d.rounded_rectangle((250, 70, 390, 300), 40, fill="#f2a05a", outline="black", width=3)
    d.rectangle((253, 240, 387, 320), fill="#f2a05a")
    for x0, x1, tip in ((180, 250, 250), (390, 460, 390)):
        d.polygon(
            (
                [(x0, 150), (tip, 165), (tip, 185), (x0, 200)]
                if tip == 250
                else [(x1, 150), (tip, 165), (tip, 185), (x1, 200)]
            ),
            fill="#9aa4ac",
            outline="black",
        )
    d.line((250, 40, 390, 40), fill="black", width=2)
    for x, side in ((250, 1), (390, -1)):
        d.line((x, 30, x, 66), fill="black", width=1)
        d.polygon([(x, 40), (x + 10 * side, 36), (x + 10 * side, 44)], fill="black")
    d.text((320, 22), "17.0 mm new, min. 14.5 mm", fill="black", font=font(14), anchor="mm")
    d.line((405, 70, 520, 70), fill="black", width=1)
    d.line((405, 280, 520, 280), fill="black", width=1)
    d.line((470, 175, 520, 175), fill="#c62828", width=2)
    d.text((528, 168), "half height", fill="#c62828", font=font(13))
    d.text((28, 20), "SN-2024-07", fill="#5d6670", font=font(12))
    return im


def write(library: Path) -> None:
    """Write the web page and the note."""
    web, notes = library / "web", library / "notes"
    web.mkdir(parents=True, exist_ok=True)
    notes.mkdir(parents=True, exist_ok=True)
    (web / "service_note_sn-2024-07.html").write_text(HTML, encoding="utf-8")
    spider_wear().save(web / "spider_wear.png", optimize=True)
    (notes / "weekly_inspection.md").write_text(MARKDOWN, encoding="utf-8")
    weekly_plan().save(notes / "weekly_points.png", optimize=True)
