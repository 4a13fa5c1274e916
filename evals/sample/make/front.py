"""Cover, contents and chapters 1 to 3 of the service manual, one function per page."""

from reportlab.lib.colors import white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Spacer

from .drawings import flat_drum
from .layout import (
    AMBER,
    BLUE,
    DOC,
    GREY,
    HEIGHT,
    LEFT,
    PALE,
    REVISION,
    WIDTH,
    bullets,
    caption,
    h1,
    h2,
    logo,
    notice,
    p,
    ruled,
)

CONTENTS = [
    ("1", "Safety", 3),
    ("2", "Technical data", 4),
    ("3", "Transport and installation", 5),
    ("4", "Description", 6),
    ("4.4", "Exploded drawing", 7),
    ("5", "Operation and controller", 8),
    ("5.4", "Controller settings", 9),
    ("6", "Electrical system, wiring diagram", 10),
    ("6.2", "Terminal strip X1 and sensors", 11),
    ("7", "Maintenance", 12),
    ("7.2", "Lubrication", 12),
    ("7.3", "Oil change and oil filter", 13),
    ("7.5", "Tightening torques", 14),
    ("8", "Fault finding", 15),
    ("8.2", "Flowchart for E20 and E21", 16),
    ("9", "Spare parts", 17),
    ("A", "Commissioning record", 18),
]
FIGURES = [
    ("4-1", "Air and oil circuit", 6),
    ("4-2", "Exploded drawing of the drive train and airend", 7),
    ("5-1", "Front of the BC-3 controller", 8),
    ("6-1", "Wiring diagram", 10),
    ("7-1", "Oil filter and oil drain cock", 13),
    ("8-1", "Flowchart for high discharge temperature", 16),
]


def machine(c: Canvas, x: float, y: float) -> None:
    """Line drawing of the canopy on the cover, 300 x 220 points."""
    c.setLineWidth(1.4)
    c.setStrokeColor(BLUE)
    c.setFillColor(PALE)
    c.roundRect(x, y + 14, 300, 190, 6, stroke=1, fill=1)
    c.setFillColor(BLUE)
    c.rect(x, y + 172, 300, 32, stroke=0, fill=1)
    c.setFillColor(white)
    c.setFont("Helvetica-Bold", 17)
    c.drawString(x + 14, y + 182, "BRENNICK   AR-240")
    for door in (0, 100, 200):
        c.rect(x + door + 8, y + 24, 84, 140, stroke=1, fill=0)
        c.roundRect(x + door + 80, y + 88, 6, 20, 2, stroke=1, fill=0)
    for k in range(9):
        c.line(x + 20, y + 40 + k * 7, x + 72, y + 40 + k * 7)
        c.line(x + 220, y + 40 + k * 7, x + 272, y + 40 + k * 7)
    c.setFillColor(GREY)
    c.roundRect(x + 122, y + 114, 50, 38, 3, stroke=0, fill=1)
    c.setFillColor(AMBER)
    c.rect(x + 128, y + 132, 38, 14, stroke=0, fill=1)
    c.setFillColor(GREY)
    for foot in (24, 246):
        c.rect(x + foot, y, 30, 14, stroke=0, fill=1)
    flat_drum(c, x + 262, y + 206, 20, 9)


def cover(c: Canvas, doc: BaseDocTemplate) -> None:
    """Paint page 1."""
    c.setFillColor(BLUE)
    c.rect(0, HEIGHT - 62 * mm, WIDTH, 22 * mm, stroke=0, fill=1)
    logo(c, LEFT, HEIGHT - 30 * mm, 26)
    c.setFillColor(white)
    c.setFont("Helvetica-Bold", 24)
    c.drawString(LEFT, HEIGHT - 54 * mm, "AR-240   Service Manual")
    c.setFillColor(GREY)
    c.setFont("Helvetica", 13)
    c.drawString(LEFT, HEIGHT - 74 * mm, "Oil-injected rotary screw compressor, 37 kW, 50 Hz")
    c.drawString(LEFT, HEIGHT - 82 * mm, "Serial numbers AR240-21-00500 and later")
    machine(c, LEFT + 95, 95 * mm)
    c.setFillColor(GREY)
    c.setFont("Helvetica", 10)
    for n, line in enumerate(
        (
            f"Document {DOC}     {REVISION}",
            "Original instructions",
            "Brennick Air Systems, Technical Publications",
            "Keep this manual with the machine. It must be at hand for every service call.",
        )
    ):
        c.drawString(LEFT, 52 * mm - n * 15, line)
    c.setFillColor(AMBER)
    c.rect(0, 0, WIDTH, 8 * mm, stroke=0, fill=1)


def contents() -> list[Flowable]:
    """Page 2."""
    chapters = [[number, title, str(page)] for number, title, page in CONTENTS]
    figures = [[number, title, str(page)] for number, title, page in FIGURES]
    return [
        h1("Contents"),
        ruled(["Section", "Title", "Page"], chapters, [22, 130, 20]),
        Spacer(1, 6),
        h2("Figures"),
        ruled(["Figure", "Title", "Page"], figures, [22, 130, 20]),
        Spacer(1, 4),
        h2("About this manual"),
        p(
            "This manual is written for trained service engineers. It covers the AR-240 in the 50 Hz, 400 V"
            " version with the BC-3 controller and software 3.10 or later. Machines with the older BC-2"
            " controller are covered by document SM-AR240-EN, Rev. A. Pressures are gauge pressures in bar"
            " unless another reference is given; 1 bar equals 100 kPa."
        ),
        p(
            "Figures and tables carry the number of their chapter: Figure 7-1 is the first figure of chapter"
            " 7. Torques are for clean, lightly oiled threads. Dimensions without a tolerance are nominal."
        ),
        h2("Revision record"),
        ruled(
            ["Revision", "Date", "Change"],
            [
                ["A", "02/2021", "First issue"],
                ["B", "06/2022", "BC-3 controller, error codes E26 and E31 added"],
                [
                    "C",
                    "09/2023",
                    "Coupling spider BN-4471 replaces BN-4470; torque of the airend bolts raised",
                ],
            ],
            [22, 26, 124],
        ),
    ]


def safety() -> list[Flowable]:
    """Page 3."""
    return [
        h1("1  Safety"),
        h2("1.1  Signal words"),
        p(
            "The signal word WARNING marks a danger that can kill or injure seriously. CAUTION marks a danger"
            " of light injury or of damage to the machine. NOTE marks advice that makes the work easier or"
            " more reliable."
        ),
        h2("1.2  Before any work on the machine"),
        notice(
            "WARNING",
            "Stored pressure. After a stop the separator tank needs at least 3 minutes to blow down. Never"
            " loosen a filler plug, a filter or a pipe before the tank gauge reads 0 bar.",
        ),
        notice(
            "WARNING",
            "Electric shock. Switch off and lock the isolator, then wait 5 minutes for the capacitors of the "
            "controller supply to discharge. Check with a two-pole tester that X0 is dead.",
        ),
        *bullets(
            "Press the stop button and let the machine run down unloaded; use the emergency stop in an emergency only.",
            "Lock the isolator with your own padlock and keep the key in your pocket.",
            "Close the shut-off valve to the net and tag it. A check valve is not a substitute for a closed valve.",
            "Open the tank vent slowly, a quarter turn at first, and wait until the tank gauge reads 0 bar.",
            "Let hot surfaces cool. The discharge pipe and the separator lid can exceed 90 \xb0C after a stop.",
        ),
        h2("1.3  Personal protection"),
        p(
            "Wear safety glasses, close-fitting clothes and safety shoes. Hearing protection is required"
            " inside the canopy while the machine runs, because the level with the doors open reaches 84"
            " dB(A). Oil-proof gloves are required for every job in the oil circuit; oil above 60 \xb0C burns"
            " the skin. Blow out coolers with at most 2 bar and keep bystanders at a distance of at least"
            " 3 m."
        ),
        h2("1.4  Safety devices"),
        p(
            "The safety valve on the separator tank is set to 10.0 bar and sealed. It must never be re-set on"
            " site; a valve that has lifted more than once has to be replaced. The emergency stop S1 opens"
            " the control circuit of all contactors directly, without the controller. The trip temperature of"
            " 105 \xb0C is fixed in the controller and cannot be changed by the service code. Belt and"
            " coupling guards may be removed only with the isolator locked."
        ),
        h2("1.5  Lifting and fire"),
        p(
            "Lift the machine only by fork pockets or with the spreader beam 240-LB. The centre of gravity is"
            " 120 mm off centre towards the motor. Keep a powder or carbon dioxide extinguisher of at least 6"
            " kg within 10 m. Oil-soaked cleaning rags can ignite by themselves and belong in a closed metal"
            " bin."
        ),
        h2("1.6  Intended use"),
        p(
            "The AR-240 compresses clean atmospheric air. It must not be used for other gases, for breathing"
            " air without further treatment, or in areas where an explosive atmosphere can form. The intake"
            " air must be free of solvent vapour."
        ),
        notice(
            "CAUTION",
            "Work on the electrical system may be carried out only by a qualified electrician. Work on the"
            " separator tank needs a person qualified for pressure equipment.",
        ),
    ]


def technical() -> list[Flowable]:
    """Page 4."""
    rows = [
        ["Free air delivery at 7.5 bar", "6.8 m\xb3/min (240 cfm), tolerance \xb15 %"],
        ["Maximum working pressure", "8.0 bar"],
        ["Factory setting, load / unload", "6.8 bar / 7.5 bar"],
        ["Minimum pressure valve, opening pressure", "4.0 bar"],
        ["Safety valve, set pressure", "10.0 bar"],
        ["Main motor M1, rated power", "37 kW, IE3, IP55, frame 200L"],
        ["Motor speed / male rotor speed", "2955 rpm / 3721 rpm (gear 34 : 27)"],
        ["Rated motor current at 400 V", "66 A"],
        ["Setting of overload relay F2 (in the delta loop)", "38 A"],
        ["Main fuse F1", "100 A gG"],
        ["Supply", "3 x 400 V \xb110 %, 50 Hz; control 24 V DC"],
        ["Discharge temperature, normal", "75 to 90 \xb0C"],
        ["Discharge temperature, warning E20", "98 \xb0C"],
        ["Discharge temperature, trip E21", "105 \xb0C"],
        ["Restart after E21", "not more than 82 \xb0C"],
        ["Room temperature", "2 to 45 \xb0C"],
        ["Altitude", "up to 1000 m"],
        ["Oil charge, complete", "18 litres"],
        ["Oil between MIN and MAX marks", "2.5 litres"],
        ["Oil carry-over", "not more than 3 mg/m\xb3"],
        ["Cooling air flow", "1.7 m\xb3/s"],
        ["Residual fan pressure for ducts", "60 Pa"],
        ["Air outlet", "G 1 1/4"],
        ["Condensate drain", "hose, 12 mm inside"],
        ["Sound level at 1 m, doors closed", "69 dB(A) \xb13 dB(A)"],
        ["Length x width x height", "1480 x 960 x 1545 mm"],
        ["Mass, ready for operation", "815 kg"],
    ]
    return [
        h1("2  Technical data"),
        p(
            "The values in Table 2-1 hold for an intake pressure of 1.0 bar absolute, an intake temperature"
            " of 20 \xb0C and the cooling air flow stated. Above 1000 m the delivered volume falls by about 1"
            " % per 100 m and the motor must be derated; ask the factory."
        ),
        caption("Table 2-1  Technical data of the AR-240, 50 Hz"),
        ruled(["Quantity", "Value"], rows, [82, 90]),
        Spacer(1, 6),
        h2("2.1  Type plate"),
        p(
            "The type plate is riveted to the frame below the controller. The serial number has the form"
            " AR240-YY-NNNNN, where YY is the year of build. Quote it with every order for spare parts. A"
            " second plate on the separator tank gives the volume of 42 litres, the maximum pressure of 10"
            " bar and the test date of the vessel."
        ),
        h2("2.2  Effect of the unload pressure"),
        p(
            "Each bar of extra unload pressure raises the power demand by about 7 % and lowers the delivery"
            " slightly. Set the unload pressure only as high as the users of air need. The difference between"
            " unload and load pressure must be at least 0.4 bar; a smaller band wears the intake valve and"
            " the solenoid Y1."
        ),
    ]


def installation() -> list[Flowable]:
    """Page 5."""
    return [
        h1("3  Transport and installation"),
        h2("3.1  Foundation"),
        p(
            "Stand the machine on a level floor that carries at least 1200 kg/m\xb2. The slope must not"
            " exceed 10 mm per metre, otherwise the oil level reading is wrong. No anchor bolts are needed:"
            " the motor and airend unit rests on four rubber mounts. Remove the two red transport brackets"
            " below the motor before the first start and keep them with the documents."
        ),
        h2("3.2  Space and ventilation"),
        p(
            "Keep the clearances of Table 3-1 so that doors open fully and cooling air is not drawn back. The"
            " room needs an opening of at least 0.6 m\xb2 for supply air, low on the wall and on the coldest"
            " side. If an exhaust duct is fitted its resistance must not exceed 60 Pa at 1.7 m\xb3/s; a"
            " longer duct needs its own fan. The room temperature measured at the intake grille must stay"
            " between 2 and 45 \xb0C."
        ),
        caption("Table 3-1  Clearances around the machine"),
        ruled(
            ["Side", "Minimum clearance", "Reason"],
            [
                ["Front (controller)", "1000 mm", "Access to the cabinet, escape route"],
                ["Left (filters)", "800 mm", "Removal of separator element and filters"],
                ["Right (motor)", "600 mm", "Belt and grease points"],
                ["Rear", "500 mm", "Cooling air intake"],
                ["Top", "1200 mm", "Hot air outlet, lifting out the cooler"],
            ],
            [44, 44, 84],
        ),
        Spacer(1, 6),
        h2("3.3  Compressed air connection"),
        p(
            "Connect the outlet through a flexible hose of G 1 1/4 with a length of at least 500 mm and fit a"
            " shut-off valve behind it. Pipes must not load the outlet with more than 20 kg. Fall the main"
            " pipe by 2 % in the direction of flow. Where several compressors feed one net, connect each from"
            " above."
        ),
        h2("3.4  Condensate"),
        p(
            "Lead the condensate hose to an open tundish with an air gap of at least 45 mm between the hose"
            " end and the tundish, so that the drain cannot siphon. Condensate contains oil and must pass an"
            " oil-water separator before it enters a public sewer. The drain opens for 4 seconds every 15"
            " minutes while the machine is loaded. Hoses longer than 8 m need an inside diameter of 19 mm."
        ),
        h2("3.5  Electrical connection"),
        p(
            "Lay a supply cable of 4 x 25 mm\xb2 copper for lengths of up to 30 m and enter it through the"
            " M50 gland at the lower left of the cabinet. Tighten the terminals of X0 to 4.5 N\xb7m and"
            " re-tighten after the first 50 h. The phase sequence must be clockwise; with a wrong sequence"
            " the controller shows E05 and blocks the start. Measure the insulation of the motor before first"
            " use: at least 5 Mohm at 500 V DC between windings and earth."
        ),
        h2("3.6  First start"),
        p(
            "Pour 0.5 litre of compressor oil into the intake valve if the machine has stood for more than"
            " three months, and turn the coupling by hand through five turns. Jog the motor for not more than"
            " one second and compare the sense of rotation with the arrow on the bell housing. Then start,"
            " load the machine and watch the discharge temperature for 60 minutes. Fill in the commissioning"
            " record (Appendix A) and send a copy to the factory within 30 days; without it the warranty is"
            " limited to 12 months."
        ),
        notice("CAUTION", "Turning backwards for more than 3 seconds destroys the airend bearings."),
    ]
