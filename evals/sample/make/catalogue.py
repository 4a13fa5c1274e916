"""Spare part records, their catalogue texts and the two look-alike files that belong to no pair."""

import json
from pathlib import Path

PARTS = [  # number, name, price EUR, stock, warehouse, lead time days, weight kg, supersedes, fits, text
    (
        "BN-4471",
        "Coupling spider, orange",
        148.50,
        12,
        "Aalborg",
        2,
        0.62,
        "BN-4470",
        ["AR-240", "AR-300"],
        (
            "Six-pad coupling spider of cast polyurethane, orange, 92 Shore A. Outside diameter 118 mm, pad"
            " thickness 17.0 mm when new. Permitted temperature -30 to 90 \u00b0C. Fit dry, without grease."
            " Shelf life five years from the date on the bag."
        ),
    ),
    (
        "BN-2207",
        "Oil filter, spin-on",
        39.80,
        64,
        "Aalborg",
        1,
        1.35,
        "BN-2205",
        ["AR-180", "AR-240"],
        (
            "Spin-on oil filter canister, dark blue with a printed wrap. Fineness 12 \u00b5m, bypass in the"
            " filter head. Thread M39 x 1.5. Collapse pressure 20 bar. Gasket is included. Change interval"
            " 2000 h."
        ),
    ),
    (
        "BN-3310",
        "Intake valve, complete",
        1126.00,
        3,
        "Lyon",
        6,
        7.90,
        None,
        ["AR-240"],
        (
            "Cast aluminium intake valve with load cylinder, black solenoid BN-3318 and brass control elbow."
            " Flange with four holes for M10. Control pressure 4 to 8 bar. The diaphragm kit BN-3312 is sold"
            " separately."
        ),
    ),
    (
        "BN-5108",
        "Deep groove ball bearing",
        86.20,
        9,
        "Lyon",
        4,
        1.10,
        None,
        ["AR-240"],
        (
            "Deep groove ball bearing with eleven balls and a machined brass cage, internal clearance C3."
            " Bore 55 mm, outside diameter 120 mm, width 29 mm. Always replace both bearings of the gear case"
            " together."
        ),
    ),
    (
        "BN-6012",
        "Hex flange bolt M16x60, 10.9",
        4.15,
        320,
        "Aalborg",
        1,
        0.14,
        None,
        ["AR-240", "AR-300"],
        (
            "Hex flange bolt M16 x 60 of grade 10.9, zinc flake coated, thread length 38 mm, 24 mm across"
            " flats. Sold singly; eight are needed for one airend. Do not use a second time."
        ),
    ),
    (
        "BN-1845",
        "Pressure gauge 0 to 16 bar",
        33.40,
        21,
        "Aalborg",
        2,
        0.21,
        None,
        ["AR-180", "AR-240", "AR-300"],
        (
            "Pressure gauge with white dial, red field above 10 bar, stainless steel case 63 mm, brass"
            " connection G 1/4 at the bottom. Accuracy class 1.6, filled with glycerine."
        ),
    ),
    (
        "BN-7730",
        "Cooling fan, 7 blades",
        264.00,
        2,
        "Lyon",
        9,
        3.40,
        "BN-7725",
        ["AR-240"],
        (
            "Axial fan with seven green glass-filled nylon blades on a moulded hub, diameter 520 mm, bore 28"
            " mm with keyway. Balanced to G 6.3. Highest speed 1900 rpm."
        ),
    ),
    (
        "BN-8016",
        "O-ring set, airend and valves",
        27.90,
        47,
        "Aalborg",
        1,
        0.09,
        None,
        ["AR-240"],
        (
            "Set of five O-rings: four black rings of nitrile rubber and one brown ring of fluororubber. The"
            " brown ring belongs under the minimum pressure valve, where it is hottest."
        ),
    ),
    (
        "BN-9052",
        "Cogged V-belt, fan drive",
        22.60,
        0,
        "Aalborg",
        14,
        0.31,
        "BN-9050",
        ["AR-240"],
        (
            "Cogged narrow V-belt, profile XPA, effective length 1250 mm, oil resistant and antistatic. A"
            " production batch of 2022 (print code K22) has been withdrawn; check the code before fitting."
        ),
    ),
    (
        "BN-4480",
        "Drive gear, 34 teeth, helical",
        912.00,
        1,
        "Lyon",
        21,
        6.75,
        None,
        ["AR-240"],
        (
            "Case-hardened helical drive gear with 34 teeth, module 3, ground flanks. Bore 48 mm with keyway,"
            " six holes in the web. Supplied only as a matched pair with the rotor pinion of 27 teeth."
        ),
    ),
]

STRAY = """BN-6230  Scavenge hose with unions
No photograph. Braided hose, 6 mm inside, length 420 mm, two unions M12 x 1.5. Fits AR-240 and AR-300.
Nozzle of 1.5 mm is not included.
"""


def record(part: tuple) -> dict:
    """Metadata of one part: price in EUR, weight in kg, lead time in days."""
    number, name, price, stock, warehouse, lead, weight, old, fits, _ = part
    return {
        "part_number": number,
        "name": name,
        "price": price,
        "currency": "EUR",
        "stock": stock,
        "warehouse": warehouse,
        "lead_time_days": lead,
        "weight_kg": weight,
        "supersedes": old,
        "fits": fits,
    }


def card(part: tuple) -> str:
    """Catalogue text of one part."""
    number, name, _, _, _, _, weight, old, fits, text = part
    replaced = f"Replaces {old}. " if old else ""
    return f"{number}  {name}\n{text}\n{replaced}Fits {', '.join(fits)}. Weight {weight:.2f} kg.\n"


def write(library: Path) -> None:
    """Write part_NNN.txt, metadata.json and the stray text part_0010.txt."""
    folder = library / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    for n, part in enumerate(PARTS, 1):
        (folder / f"part_{n:03d}.txt").write_text(card(part), encoding="utf-8")
    (folder / "part_0010.txt").write_text(STRAY, encoding="utf-8")
    records = [record(part) | {"file": f"part_{n:03d}.jpg"} for n, part in enumerate(PARTS, 1)]
    (folder / "metadata.json").write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
