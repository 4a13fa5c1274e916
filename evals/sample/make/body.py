"""Chapters 4 to 6 of the service manual, one function per page."""

from reportlab.platypus import Flowable, Spacer

from .drawings import controller, exploded, oil_circuit
from .layout import Drawing, bullets, caption, h1, h2, notice, p, ruled
from .wiring import wiring


def description() -> list[Flowable]:
    """Page 6."""
    return [
        h1("4  Description"),
        h2("4.1  Air and oil circuit"),
        p(
            "Air enters through the dry air filter and the intake valve and is compressed in the airend, a"
            " pair of rotors with five male and six female lobes. Oil is injected into the compression"
            " chamber; it seals the gaps, lubricates the bearings and carries off about 80 % of the heat. The"
            " mixture leaves through the discharge pipe, where the sensor B2 measures the discharge"
            " temperature, and enters the separator tank (see Figure 4-1)."
        ),
        p(
            "In the tank most of the oil drops out by centrifugal force. The separator element takes out the"
            " remainder, which collects in the bottom of the element and returns through the scavenge line"
            " with its sight glass. The minimum pressure valve holds the tank above 4.0 bar so that the oil"
            " flows without a pump and also acts as a check valve towards the net. Air then passes the"
            " aftercooler and reaches the outlet about 8 \xb0C above room temperature."
        ),
        p(
            "Hot oil flows from the tank to the thermostatic valve. The valve begins to open towards the"
            " cooler at 60 \xb0C and is fully open at 72 \xb0C; below that the oil returns directly so that"
            " the machine warms up quickly and no condensate forms in the oil. All oil passes the oil filter"
            " before it is injected. A bypass in the filter head opens at 2.5 bar differential pressure, so a"
            " blocked filter lets unfiltered oil pass."
        ),
        Drawing(oil_circuit, 490, 208),
        caption("Figure 4-1  Air and oil circuit"),
        h2("4.2  Drive"),
        p(
            "The motor drives the gear case through a flexible coupling. An orange polyurethane spider"
            " between two cast hubs takes up shock and small errors of alignment; the bell housing centres"
            " motor and gear case, so no alignment is needed after a motor has been changed. A single pair of"
            " helical gears, 34 teeth on the drive gear and 27 on the rotor pinion, raises the speed. Figure"
            " 4-2 shows the parts in the order in which they come apart."
        ),
        p(
            "The cooler fan is driven from the rear shaft end of the motor by one cogged V-belt. The fan"
            " turns at 1640 rpm whenever the motor turns; there is no separate fan motor."
        ),
        h2("4.3  Capacity control"),
        p(
            "The controller loads the machine when the net pressure falls to the load pressure and unloads it"
            " at the unload pressure. To load, the solenoid Y1 is energised and the intake valve opens. To"
            " unload, Y1 is released, the valve closes and the tank blows down to about 1.5 bar within 40"
            " seconds. If the machine stays unloaded for longer than the run-on time it stops and is in"
            " standby; it starts again by itself when the pressure falls."
        ),
        notice(
            "WARNING",
            "In standby the machine can start at any moment without warning. The amber lamp on the controller is lit.",
        ),
    ]


def drive_train() -> list[Flowable]:
    """Page 7."""
    rows = [
        ["1", "Motor flange, M1", "-", "9", "Hex flange bolt M16x60, 10.9 (8 off)", "BN-6012"],
        ["2", "Hex bolt M16x60, 8.8 (4 off)", "BN-6011", "10", "Shaft seal", "BN-5120"],
        ["3", "Bell housing", "BN-4402", "11", "Deep groove ball bearing", "BN-5108"],
        ["4", "Coupling hub, motor side", "BN-4465", "12", "Gear case", "BN-4410"],
        ["5", "Coupling spider", "BN-4471", "13", "Airend", "BN-4000"],
        ["6", "Coupling hub, gear side", "BN-4466", "14", "O-ring set", "BN-8016"],
        ["7", "Drive gear, 34 teeth", "BN-4480", "15", "Intake valve", "BN-3310"],
        ["8", "Gear case cover", "BN-4412", "16", "Load solenoid Y1", "BN-3318"],
    ]
    return [
        h2("4.4  Exploded drawing"),
        Drawing(exploded, 490, 400),
        caption("Figure 4-2  Exploded drawing of the drive train (top) and airend (bottom)"),
        caption("Table 4-1  Key to Figure 4-2"),
        ruled(["Item", "Part", "Number", "Item", "Part", "Number"], rows, [11, 52, 20, 11, 58, 20]),
        Spacer(1, 6),
        p(
            "Items 2 and 9 look alike: both are M16x60. Item 2 holds the motor flange to the bell housing and"
            " is of grade 8.8. Item 9 holds the airend to the gear case and is of grade 10.9, recognised by"
            " the flange under its head. They have different torques (see Table 7-3) and must not be"
            " exchanged. Renew item 9 each time the airend has been removed; item 2 may be used again up to"
            " three times."
        ),
        p(
            "Oil the lip of the shaft seal (item 10) before fitting and press it in flush, not more than 0.5"
            " mm below the face. Warm the bearing (item 11) to 100 \xb0C for fitting; never above 120 \xb0C."
        ),
    ]


def operation() -> list[Flowable]:
    """Page 8."""
    return [
        h1("5  Operation and controller"),
        h2("5.1  Controls"),
        p(
            "The BC-3 controller (A1) sits in the front door. Figure 5-1 shows its controls. The display"
            " returns to the main screen 60 seconds after the last key. All measured values, the last 50"
            " events and the hour counters survive a power failure."
        ),
        Drawing(controller, 420, 170),
        caption("Figure 5-1  Front of the BC-3 controller"),
        *bullets(
            "Item 1, display: state, net pressure, discharge temperature, running hours and hours to the next service.",
            "Item 2, start key (green): starts the machine if no fault is present. Item 3, stop key (red):"
            " unloads for 30 seconds, then stops.",
            "Item 4, lamps: green for running, amber for standby, red for a fault. A flashing red lamp is a"
            " warning, a steady red lamp is a trip.",
            "Item 5, emergency stop: pull to release, then acknowledge E03 with key F2.",
            "Item 6, function keys: F1 opens the menu, F2 acknowledges. Item 7, plus and minus change a value.",
        ),
        h2("5.2  Starting and stopping"),
        p(
            "Check the oil level, open the shut-off valve and press the start key. The motor starts in star"
            " and changes to delta after 6 seconds; it stays unloaded for a further 4 seconds and then loads."
            " The tank pressure must be below 1.0 bar for a start, otherwise the controller waits and shows"
            " E26. Not more than 6 motor starts per hour are allowed; the controller lengthens the run-on"
            " time if this limit is near."
        ),
        p(
            "To stop, press the stop key. The machine runs unloaded for 30 seconds so that the tank can blow"
            " down and the separator element does not foam. Do not use the isolator or the emergency stop for"
            " a normal stop: oil would be carried into the net."
        ),
        p(
            "After a longer stop in a cold room let the machine run loaded until the discharge temperature"
            " has been above 75 \xb0C for at least 20 minutes. Otherwise condensate stays in the oil. A"
            " machine that runs less than 10 hours per week should be loaded once a week for 30 minutes."
        ),
        notice(
            "NOTE",
            "The oil level can be read only when the machine is stopped and the tank is at 0 bar. While"
            " running the sight glass shows foam.",
        ),
        h2("5.3  Reading the event memory"),
        p(
            "Press F1, choose Events and page with plus and minus. Each entry has the error code, the date,"
            " the running hours and the values of B1 and B2 at that moment. The memory can be read with the"
            " Brennick ServiceLink program through the service socket X7 on the underside of the controller"
            " (RS-485, 19200 baud)."
        ),
    ]


def settings() -> list[Flowable]:
    """Page 9."""
    rows = [
        ["P01", "Unload pressure", "7.5 bar", "5.0 to 8.0 bar", "User"],
        ["P02", "Load pressure", "6.8 bar", "4.5 to 7.5 bar", "User"],
        ["P03", "Star time", "6 s", "3 to 12 s", "Service"],
        ["P04", "Run-on time, unloaded", "180 s", "60 to 900 s", "User"],
        ["P05", "Warning temperature (E20)", "98 \xb0C", "90 to 100 \xb0C", "Service"],
        ["P06", "Trip temperature (E21)", "105 \xb0C", "fixed", "-"],
        ["P07", "Restart release after E21", "82 \xb0C", "fixed", "-"],
        ["P08", "Restart after power failure", "off", "off / on", "Service"],
        ["P09", "Delay of that restart", "20 s", "5 to 240 s", "Service"],
        ["P10", "Lowest start temperature (E18)", "2 \xb0C", "2 to 10 \xb0C", "Service"],
        ["P11", "Separator alarm (E12)", "0.8 bar", "0.6 to 1.0 bar", "Service"],
        ["P12", "Oil filter interval", "2000 h", "500 to 2000 h", "Service"],
        ["P13", "Modbus address", "5", "1 to 247", "User"],
        ["P14", "Drain interval / open time", "15 min / 4 s", "5 to 60 min", "User"],
    ]
    return [
        h2("5.4  Controller settings"),
        p(
            "Press F1, choose Settings and enter the code of your level. The user level needs no code. The"
            " service code is 4207. A changed value takes effect after F2 has been pressed; without it the"
            " old value returns after 60 seconds."
        ),
        caption("Table 5-1  Controller settings"),
        ruled(["No.", "Setting", "Factory", "Range", "Level"], rows, [14, 62, 32, 40, 24]),
        Spacer(1, 8),
        h2("5.5  Notes on single settings"),
        p(
            "<b>P03, star time.</b> Lengthen the star time only if the motor has not reached its speed after"
            " 6 seconds, for example with cold oil or low mains voltage. A star time above 8 seconds heats"
            " the motor and counts as two starts."
        ),
        p(
            "<b>P06 and P07, trip and restart.</b> The machine trips when B2 reads 105 \xb0C for more than"
            " one second. E21 can be acknowledged at once, but the start remains blocked until B2 reads not"
            " more than 82 \xb0C. With the fan stopped this takes 25 to 40 minutes. Do not speed it up by"
            " opening the doors: the airend would cool unevenly."
        ),
        p(
            "<b>P08, restart after power failure.</b> The factory setting is off. Where it is switched on, a"
            " yellow sign &quot;Machine starts automatically&quot; (BN-9910) has to be fixed beside the"
            " controller. The restart is given only if the machine was running when the supply failed and no"
            " fault is stored."
        ),
        p(
            "<b>P11, separator alarm.</b> A new element has a differential pressure of 0.15 to 0.25 bar. The"
            " alarm value of 0.8 bar is a warning and does not stop the machine; at 1.0 bar the machine"
            " trips."
        ),
        h2("5.6  Sequence of two machines"),
        p(
            "Two machines can share a net without an external controller. Give the lead machine a load"
            " pressure of 6.8 bar and the lag machine one of 6.4 bar, with unload pressures of 7.5 and 7.1"
            " bar. Exchange the roles every 500 h so that both wear evenly. For three or more machines use"
            " the master controller BC-M."
        ),
        h2("5.7  Remote start"),
        p(
            "Remove the bridge between terminals 11 and 12 of X1 and connect a volt-free contact in its place"
            " (see Figure 6-1). The contact must be rated for 24 V DC, 10 mA. The stop key and the emergency"
            " stop keep priority over the remote contact."
        ),
    ]


def electrical() -> list[Flowable]:
    """Page 10."""
    return [
        h1("6  Electrical system"),
        h2("6.1  Wiring diagram"),
        p(
            "The diagram in Figure 6-1 shows the machine without voltage, with the emergency stop released."
            " Wire numbers of the control circuit are 100 plus the number of the terminal on strip X1."
        ),
        Drawing(wiring, 487, 533),
        caption("Figure 6-1  Wiring diagram of the AR-240, star-delta starter and controller"),
        p(
            "K1 and K2 close first and connect the windings in star. After the star time K2 opens, K3 closes"
            " 50 ms later and connects them in delta. The coils of K1, K2 and K3 are switched by the outputs"
            " DO1, DO2 and DO3 of A1 and share the common wire 100. The transformer T1 feeds 24 V through the"
            " fuse F3; its primary side has taps for 380, 400 and 415 V."
        ),
    ]


def terminals() -> list[Flowable]:
    """Page 11."""
    rows = [
        ["1, 2", "101, 102", "Emergency stop S1, terminals 11 and 12", "24 V DC, opens on fault"],
        ["3, 4", "103, 104", "Overload relay F2, contacts 95 and 96", "24 V DC, opens on fault"],
        ["5, 6", "105, 106", "Net pressure transmitter B1", "4 to 20 mA = 0 to 16 bar, screened"],
        ["7, 8", "107, 108", "Discharge temperature sensor B2", "Pt100, two-wire, screened"],
        ["9, 10", "109, 110", "Separator pressure transmitter B3", "0 to 10 V = 0 to 2 bar, screened"],
        ["11, 12", "111, 112", "Remote start S2", "volt-free, bridge fitted at the factory"],
        ["13, 14", "113, 114", "Load solenoid Y1", "24 V DC, 18 W"],
        ["15, 16", "115, 116", "Group alarm X9", "volt-free, at most 230 V, 2 A"],
    ]
    return [
        h2("6.2  Terminal strip X1 and sensors"),
        p(
            "Terminal strip X1 is at the bottom of the cabinet. Use ferrules on all stranded wires and"
            " tighten the screws to 0.6 N\xb7m. The screens of the cables to B1 and B2 are earthed at the"
            " controller only; a second earth at the sensor causes readings that jump."
        ),
        caption("Table 6-1  Terminals of strip X1"),
        ruled(["Terminal", "Wire", "Connected to", "Signal"], rows, [20, 24, 68, 60]),
        Spacer(1, 6),
        h2("6.3  Checking sensor B2"),
        p(
            "Disconnect wire 107 from terminal 7 and measure between the wire and terminal 8. Compare the"
            " resistance with Table 6-2. The cable adds not more than 0.4 ohm. A reading above 180 ohm or"
            " below 80 ohm is shown as E23."
        ),
        caption("Table 6-2  Resistance of the Pt100 sensor B2"),
        ruled(
            ["Temperature", "0 \xb0C", "20 \xb0C", "40 \xb0C", "60 \xb0C", "80 \xb0C", "100 \xb0C"],
            [["Resistance, ohm", "100.0", "107.8", "115.5", "123.2", "130.9", "138.5"]],
            [40, 22, 22, 22, 22, 22, 22],
        ),
        Spacer(1, 6),
        h2("6.4  Checking transmitter B1"),
        p(
            "Connect a milliammeter in series with wire 106. At 0 bar the current must be 4.0 mA and at 8.0"
            " bar it must be 12.0 mA, each with a tolerance of 0.1 mA. Below 3.6 mA or above 20.5 mA the"
            " controller shows E09 and unloads the machine."
        ),
        h2("6.5  Contactors"),
        p(
            "K1 is the main, K2 the star and K3 the delta contactor. K2 and K3 are locked mechanically and"
            " through the software. Replace the contacts of all three together after 200 000 starts or when a"
            " contact is worn to less than 1.0 mm. The coils have 24 V DC and draw 9 W when held. If K2 and"
            " K3 chatter, measure the control voltage first: it must be at least 21.5 V during a start."
        ),
        h2("6.6  Overload relay F2"),
        p(
            "F2 sits behind K1 in the delta loop and therefore carries 58 % of the line current. With a rated"
            " line current of 66 A it is set to 38 A. Do not set it to the current on the type plate. After a"
            " trip wait 3 minutes and press the blue reset button; the controller shows E07 until then. Find"
            " the cause before a restart: low voltage, a lost phase, stiff bearings or too high an unload"
            " pressure."
        ),
        h2("6.7  Fuses"),
        p(
            "F1 protects the power circuit (100 A gG). F3 protects the 24 V control circuit (4 A, slow, 5 x"
            " 20 mm); a spare is in the lid of its holder. If F3 blows again after it has been replaced, pull"
            " the wires of Y1 from terminals 13 and 14 and try once more: a coil with a short circuit is the"
            " usual cause. The resistance of a sound coil is 32 ohm at 20 \xb0C."
        ),
        notice(
            "WARNING",
            "Terminals 15 and 16 can carry a foreign voltage of up to 230 V from the customer's alarm system"
            " when the isolator is locked.",
        ),
    ]
