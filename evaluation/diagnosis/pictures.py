"""Which picture stands below which table."""

__all__ = ["BEARINGS", "CONFIDENCE", "MACHINE", "PICTURES", "SOUND"]

BEARINGS = "diagnosis-bearings.png"
MACHINE = "diagnosis-machine.png"
SOUND = "diagnosis-sound.png"
CONFIDENCE = "diagnosis-confidence.png"

PICTURES = {
    "Right name by level (impacts over noise, RMS)": ("Bearing faults named, by level of the impacts", BEARINGS),
    "Right name by level (over the level that matters)": ("Faults of the machine named, by level", MACHINE),
    "Sound machines": ("Evidence for a bearing fault on sound and on damaged machines, false names", SOUND),
    "What confidence is worth": ("Stated confidence against the share that was right", CONFIDENCE),
}
"""By the table's title: what is seen on the picture, and its file in docs/images."""
