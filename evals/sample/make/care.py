"""Chapters 7 to 9 of the service manual, one function per page; torque values in N.m."""

from pathlib import Path

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Spacer

from .drawings import flowchart
from .layout import Drawing, bullets, caption, h1, h2, notice, p, ruled, steps


def schedule() -> list[Flowable]:
    """Page 12."""
    rows = [
        ["Daily", "Oil level at standstill, display values, leaks, condensate drain", "User"],
        ["Weekly", "Filter mat of the canopy, cooler fins, scavenge sight glass", "User"],
        ["First 50 h", "Re-tighten X0 and motor terminals, belt tension", "Service"],
        [
            "Every 2000 h",
            "Oil filter BN-2207, air filter element BN-2215, fan bearing grease, belt check",
            "Service",
        ],
        [
            "Every 4000 h or 12 months, whichever comes first",
            "Separator element BN-2230, motor bearing grease, coupling spider check, safety valve test",
            "Service",
        ],
        [
            "Every 8000 h or 24 months, whichever comes first",
            "Oil change with Fluid S46, thermostatic insert, V-belt BN-9052, hoses",
            "Service",
        ],
        [
            "Every 24 000 h",
            "Airend bearings and shaft seal, gear case inspection, contactor contacts",
            "Factory",
        ],
    ]
    oil = [
        [
            "Airend and oil circuit, standard",
            "Brennick Fluid S46 (synthetic, ISO VG 46)",
            "18 litres",
            "8000 h or 24 months",
        ],
        [
            "Airend and oil circuit, alternative",
            "Brennick Fluid M46 (mineral, ISO VG 46)",
            "18 litres",
            "4000 h or 12 months",
        ],
        ["Motor bearing, drive end", "Polyurea grease NLGI 2", "22 g", "4000 h"],
        ["Motor bearing, rear (belt) end", "Polyurea grease NLGI 2", "15 g", "4000 h"],
        ["Fan shaft bearings (2)", "Lithium complex grease NLGI 2", "8 g each", "2000 h"],
        ["Intake valve spindle", "Silicone grease, food grade", "thin film, about 1 g", "4000 h"],
        ["Door hinges and locks", "Light machine oil", "2 drops each", "12 months"],
    ]
    return [
        h1("7  Maintenance"),
        h2("7.1  Maintenance schedule"),
        p(
            "The intervals of Table 7-1 hold for clean rooms and an average discharge temperature below 90"
            " \xb0C. Halve the oil and filter intervals in dusty rooms, in foundries, and where the average"
            " is above 90 \xb0C. Fluid ages with time as well as with running hours; therefore the months"
            " count also for a machine that runs little."
        ),
        caption("Table 7-1  Maintenance schedule"),
        ruled(["Interval", "Work", "By"], rows, [46, 106, 20]),
        Spacer(1, 6),
        h2("7.2  Lubrication"),
        p(
            "Use only the lubricants of Table 7-2. Never mix Fluid S46 and Fluid M46: a change from one to"
            " the other needs a flushing charge of 8 litres, run for 30 minutes loaded and drained hot. Motor"
            " grease with a lithium soap must not be mixed with the polyurea grease used at the factory."
            " Grease the motor while it turns unloaded and let surplus grease leave through the open relief"
            " plug for 10 minutes."
        ),
        caption("Table 7-2  Lubricants, quantities and intervals"),
        ruled(
            ["Point", "Lubricant and grade", "Quantity", "Interval, whichever comes first"],
            oil,
            [46, 64, 28, 34],
        ),
        Spacer(1, 6),
        p(
            "Take an oil sample of 100 ml every 2000 h if the machine is under an extended warranty. The acid"
            " number must not exceed 2.0 mg KOH/g and the water content must be below 300 ppm; change the oil"
            " at once when either limit is passed. Used oil is special waste."
        ),
    ]


def oil_change(photo: Path) -> list[Flowable]:
    """Page 13."""
    return [
        h2("7.3  Oil change and oil filter"),
        p(
            "Change the oil while it is warm (40 to 60 \xb0C). The drain cock and the oil filter are behind"
            " the left door, as shown in Figure 7-1. Fluid S46 has a pale yellow colour; dark brown oil with"
            " a sharp smell has been overheated and calls for a flushing charge."
        ),
        Image(str(photo), 112 * mm, 78.1 * mm),
        caption("Figure 7-1  Oil filter under its head block (A) and oil drain cock (B), left door open"),
        *steps(
            "Stop the machine, lock the isolator and vent the tank to 0 bar (section 1.2).",
            "Put a tray of at least 25 litres under the drain cock (B). Remove its cap and open the lever"
            " slowly. Open the filler plug so that air can enter.",
            "Loosen the oil filter (A) with a strap wrench. About 0.6 litre of oil runs out of the canister.",
            "Oil the gasket of the new filter BN-2207 with fresh oil. Screw it on by hand until the gasket"
            " touches, then tighten it by a further 3/4 turn by hand. Do not use a wrench for tightening.",
            "Renew the copper ring of the drain plug G 1/2, fit the plug and tighten it to the torque of Table 7-3.",
            "Fill 16 litres through the filler opening, fit the plug, run the machine for 2 minutes unloaded,"
            " stop it, wait 3 minutes and top up to the MAX mark. The whole charge is 18 litres.",
            "Check for leaks under load and set the counter of P12 back with F1, Service, Oil.",
        ),
        h2("7.4  Separator element and thermostatic valve"),
        p(
            "Replace the separator element when E12 is shown, and at the latest every 4000 h or 12 months,"
            " whichever comes first. Disconnect the scavenge line, remove the ten lid screws and lift the lid"
            " with two M12 jacking screws. Do not remove the metal clips from the gaskets: they earth the"
            " element. A missing earth can lead to a spark and a fire in the tank. The end of the scavenge"
            " tube has to stand 3 to 5 mm above the bottom of the element."
        ),
        p(
            "Tighten the lid screws crosswise in two steps, 45 N\xb7m and then the final torque of Table 7-3."
            " Change the insert of the thermostatic valve (kit BN-3346) if the oil stays cold or if E20 comes"
            " although cooler and oil level are in order. To test the insert, hang it in water: it must begin"
            " to move at 60 \xb0C and have a stroke of at least 6 mm at 72 \xb0C."
        ),
    ]


def torques() -> list[Flowable]:
    """Page 14."""
    rows = [
        ["Motor flange to bell housing", "Hex bolt, 4 off", "M16x60", "8.8", "210"],
        ["Airend to gear case", "Hex flange bolt, 8 off", "M16x60", "10.9", "295"],
        ["Gear case to bell housing", "Hex bolt, 6 off", "M12x40", "8.8", "85"],
        ["Coupling hub, clamp screw", "Socket screw", "M10x35", "12.9", "83"],
        ["Coupling hub, set screw on the key", "Set screw", "M8x16", "45H", "10"],
        ["Separator tank lid", "Hex bolt, 10 off", "M12x45", "8.8", "80"],
        ["Intake valve to airend", "Hex bolt, 4 off", "M10x30", "8.8", "46"],
        ["Minimum pressure valve", "Hex bolt, 4 off", "M10x35", "10.9", "62"],
        ["Oil drain plug", "Plug with copper ring", "G 1/2", "-", "48"],
        ["Oil filler plug", "Plug with O-ring", "G 3/4", "-", "30"],
        ["Fan pulley, taper bush", "Grub screw, 2 off", "3/8 BSW", "-", "20"],
        ["Rubber mount to frame", "Hex nut, 4 off", "M12", "8", "60"],
        ["Motor terminals", "Brass nut", "M8", "-", "6"],
        ["Supply terminals X0", "Clamp screw", "M6", "-", "4.5"],
    ]
    return [
        h2("7.5  Tightening torques"),
        p(
            "Table 7-3 holds for clean, lightly oiled threads; the tolerance is \xb15 %. Use a calibrated"
            " wrench. Screws of grade 10.9 and 12.9 are tightened once only and then renewed, except the"
            " clamp screws of the coupling, which may be used again twice."
        ),
        caption("Table 7-3  Tightening torques"),
        ruled(["Joint", "Fastener", "Size", "Grade", "Torque, N\xb7m"], rows, [60, 46, 22, 18, 26]),
        Spacer(1, 6),
        h2("7.6  Coupling"),
        p(
            "Check the spider through the opening of the bell housing every 4000 h. Replace it if a pad is"
            " less than 14.5 mm thick (17.0 mm when new), if it has cracks, or if the hubs can be turned"
            " against each other by more than 4\xb0. The colour tells the hardness: orange is 92 Shore A and"
            " is the only one permitted; the blue spider of 80 Shore A of the old AR-180 fits the hubs but"
            " fails within weeks."
        ),
        p(
            "To change the spider, take the weight of the motor on a hoist, remove item 2 of Figure 4-2 and"
            " draw the motor back by at least 70 mm. Push the new spider BN-4471 dry into the hub on the gear"
            " side, without grease. Bring the motor back and set the gap between the faces of the hubs to 3.5"
            " mm \xb10.5 mm. Tighten the clamp screws first and the set screws after them."
        ),
        h2("7.7  Fan belt"),
        p(
            "Press the belt in the middle of its free length with a force of 25 N. The deflection has to be 6"
            " to 8 mm; a new belt is set to 5 mm and checked again after 50 h. Move the tensioner with its"
            " M10 adjusting screw after the lock nut has been loosened. Replace the belt if it shows cracks"
            " between the cogs, missing cogs or shiny flanks. The pulleys have to be in line within 1 mm,"
            " checked with a straight-edge."
        ),
        notice(
            "CAUTION",
            "A belt that is too tight destroys the fan bearings; a belt that slips leads to E20 and E21"
            " within minutes at high room temperature.",
        ),
        h2("7.8  Air filter and coolers"),
        p(
            "Tap a dusty element only in an emergency; do not wash it. E14 shows that the vacuum behind the"
            " filter has passed 45 mbar. Clean the cooler with compressed air of at most 2 bar against the"
            " direction of flow. Oily dirt needs a cold cleaner and 30 minutes of soaking."
        ),
    ]


def errors() -> list[Flowable]:
    """Page 15."""
    rows = [
        ["E03", "Trip", "Emergency stop operated", "Pull S1 out, acknowledge with F2"],
        ["E05", "Block", "Wrong phase sequence at X0", "Exchange two phases of the supply"],
        [
            "E07",
            "Trip",
            "Overload relay F2 tripped",
            "Wait 3 min, reset F2; measure current of the three phases (6.6)",
        ],
        ["E09", "Trip", "Signal of B1 below 3.6 or above 20.5 mA", "Check wires 105 and 106, test B1 (6.4)"],
        [
            "E12",
            "Warning",
            "Separator differential pressure above 0.8 bar",
            "Replace separator element BN-2230 (7.4)",
        ],
        [
            "E13",
            "Trip",
            "Separator differential pressure above 1.0 bar",
            "As E12; look for a collapsed element",
        ],
        ["E14", "Warning", "Vacuum behind the air filter above 45 mbar", "Replace element BN-2215"],
        ["E16", "Trip", "Net pressure above 8.4 bar", "Intake valve stuck open, Y1 does not release"],
        [
            "E18",
            "Block",
            "Discharge temperature below 2 \xb0C at start",
            "Heat the room; fit standstill heater BN-7105",
        ],
        ["E20", "Warning", "Discharge temperature above 98 \xb0C", "Figure 8-1"],
        [
            "E21",
            "Trip",
            "Discharge temperature above 105 \xb0C",
            "Figure 8-1; start blocked until B2 reads not more than 82 \xb0C",
        ],
        ["E23", "Trip", "Sensor B2 open or short circuit", "Measure B2 (Table 6-2), check wires 107 and 108"],
        [
            "E26",
            "Block",
            "Tank pressure above 1.0 bar at start",
            "Wait 60 s; clean the blow-down nozzle of 1.2 mm",
        ],
        ["E28", "Trip", "Contactor feedback missing", "K2 and K3: coil voltage at least 21.5 V (6.5)"],
        ["E31", "Warning", "Service interval has passed", "Carry out service, reset the counter"],
        [
            "E40",
            "Warning",
            "No Modbus telegram for 60 s",
            "Check address P13 and the bus terminator of 120 ohm",
        ],
    ]
    return [
        h1("8  Fault finding"),
        h2("8.1  Error codes"),
        p(
            "The controller shows the code and a short text. A <b>warning</b> flashes the red lamp and the"
            " machine runs on. A <b>trip</b> stops the machine at once. A <b>block</b> prevents the start"
            " only. Acknowledge with F2 after the cause has been removed. The same codes appear in the"
            " ServiceLink program."
        ),
        caption("Table 8-1  Error codes of the BC-3 controller"),
        ruled(["Code", "Kind", "Meaning", "Remedy"], rows, [14, 18, 64, 76]),
        Spacer(1, 8),
        p(
            "<b>E07 and E21 together.</b> If both codes are stored within ten minutes, look for a mechanical"
            " cause first: turn the coupling by hand with the isolator locked. It must turn evenly with a"
            " torque of not more than 15 N\xb7m. Rough running points to the airend bearings or the gear"
            " case; do not start the machine again."
        ),
        p(
            "<b>High oil carry-over without a code.</b> Check the scavenge sight glass. With the machine"
            " loaded, oil must move in it. A dry sight glass means a blocked nozzle of 1.5 mm; a glass that"
            " is completely full means too high an oil level or a damaged element. Net pressures below 4.0"
            " bar also raise the carry-over because the minimum pressure valve no longer holds the tank."
        ),
        p(
            "<b>Machine does not load.</b> Listen for Y1. If it clicks but the intake valve stays closed, the"
            " control line is blocked or the diaphragm of the valve is torn. If it does not click, measure 24"
            " V between terminals 13 and 14. If the voltage is present, the coil is open."
        ),
        p(
            "<b>Machine does not stop in standby.</b> The run-on time restarts each time the net pressure"
            " falls to the load pressure. Leaks are the usual cause: a hole of 3 mm loses about 0.5 m\xb3/min"
            " at 7 bar and costs roughly 3 kW."
        ),
    ]


def temperature() -> list[Flowable]:
    """Page 16."""
    return [
        h2("8.2  Flowchart for E20 and E21"),
        p(
            "Work through Figure 8-1 from the top. For E20 the machine may run on while the first three"
            " questions are answered; for E21 it has tripped, so begin with the waiting time. Most cases are"
            " a dirty cooler or a low oil level."
        ),
        Drawing(flowchart, 490, 430),
        caption("Figure 8-1  Flowchart for high discharge temperature (E20, E21)"),
        p(
            "The questions are in the order of the least work, not of the frequency of the causes. In the"
            " reports of 2022 the cooler was dirty in 46 % of the cases, the oil level was low in 21 %, the"
            " room was too warm in 17 % and the belt slipped in 9 %. A faulty sensor B2 was found in only"
            " 2 %."
        ),
        p(
            "The oil temperature at the filter head should be 10 to 20 K below the discharge temperature. A"
            " difference of more than 25 K with a clean filter points to a lack of oil flow: look for a"
            " closed valve, a blocked oil stop valve or the wrong oil. A second E21 within 30 minutes after"
            " all questions have been answered with Yes is a case for Brennick service; send the event memory"
            " with the report."
        ),
        notice(
            "WARNING",
            "Never open the filler plug to check the oil level of a machine that has tripped on temperature"
            " before the tank gauge reads 0 bar. Hot oil foam can spray out.",
        ),
    ]


def spares() -> list[Flowable]:
    """Page 17."""
    rows = [
        ["BN-1845", "Pressure gauge 0 to 16 bar, 63 mm", "1", "Separator tank"],
        ["BN-2207", "Oil filter, spin-on", "1", "Filter head"],
        ["BN-2215", "Air filter element", "1", "Intake"],
        ["BN-2230", "Separator element with gaskets", "1", "Separator tank"],
        ["BN-3310", "Intake valve, complete", "1", "Airend"],
        ["BN-3318", "Load solenoid Y1, 24 V DC", "1", "Intake valve"],
        ["BN-3346", "Thermostatic insert kit, 60 \xb0C", "1", "Thermostatic valve"],
        ["BN-4471", "Coupling spider, orange, 92 Shore A", "1", "Coupling"],
        ["BN-4480", "Drive gear, 34 teeth, helical", "1", "Gear case"],
        ["BN-5108", "Deep groove ball bearing, brass cage", "2", "Gear case"],
        ["BN-5120", "Shaft seal 55 x 80 x 10", "1", "Gear case"],
        ["BN-6011", "Hex bolt M16x60, 8.8", "4", "Motor flange"],
        ["BN-6012", "Hex flange bolt M16x60, 10.9", "8", "Airend"],
        ["BN-6605", "Pressure transmitter B1, 0 to 16 bar", "1", "Outlet"],
        ["BN-6620", "Temperature sensor B2, Pt100", "1", "Discharge pipe"],
        ["BN-7105", "Standstill heater, 230 V, 400 W", "option", "Separator tank"],
        ["BN-7730", "Cooling fan, 7 blades", "1", "Cooler"],
        ["BN-8016", "O-ring set for airend and valves", "1", "Airend"],
        ["BN-9052", "Cogged V-belt, fan drive", "1", "Fan drive"],
        ["BN-9946", "Fluid S46, can of 20 litres", "1", "Oil circuit"],
    ]
    return [
        h1("9  Spare parts"),
        h2("9.1  Ordering"),
        p(
            "Order by part number and serial number. Numbers in bold print on the delivery note are wearing"
            " parts and are kept in stock for at least ten years after the last machine has been built. Use"
            " original parts only: elements of other makes without earthing clips have caused fires. Stock"
            " and prices are not part of this manual; ask the parts service."
        ),
        caption("Table 9-1  Spare parts of the AR-240"),
        ruled(["Number", "Part", "Quantity", "Place"], rows, [26, 76, 24, 46]),
        Spacer(1, 8),
        h2("9.2  Recommended stock"),
        *bullets(
            "For one machine: two oil filters, one air filter element, one separator element, one V-belt and"
            " 20 litres of Fluid S46.",
            "For three machines or more: in addition one coupling spider, one sensor B2, one load solenoid Y1"
            " and one O-ring set.",
            "For sites more than one day from a depot: in addition one intake valve and one thermostatic insert kit.",
        ),
        h2("9.3  Storage"),
        p(
            "Store rubber parts dark, dry and between 5 and 25 \xb0C. The coupling spider may be stored for"
            " five years and O-rings for seven years from the date on the bag. Turn spare airends by hand"
            " through three and a half turns every six months and renew the preserving oil after 18 months."
            " Separator elements stay in their sealed bag until they are fitted."
        ),
    ]
