"""Options that say of a file's signal what the file does not, for the commands that read such files."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Column", "Key", "LineFrequency", "Rate", "Report", "Scale", "SignalFile", "SignalUnit"]

SignalFile = Annotated[
    Path,
    typer.Argument(
        help="Recording .jsonl(.gz), or .csv, .txt, .wav, .mat, .npz, .xlsx, .lvm, .uff, .tdms, .parquet."
    ),
]
Rate = Annotated[float | None, typer.Option(metavar="HZ", help="Samples a second.")]
SignalUnit = Annotated[str | None, typer.Option(metavar="U", help="Of the samples: g, m/s2 or mm/s.")]
Scale = Annotated[float | None, typer.Option(help="Units per stored count; .wav: at full scale.")]
Column = Annotated[str | None, typer.Option(metavar="NAME|NUMBER", help="Of a table or an array.")]
Key = Annotated[str | None, typer.Option(metavar="NAME", help="Of an array, a sheet, a channel.")]
LineFrequency = Annotated[
    float | None,
    typer.Option(metavar="HZ", help="Of the mains; without, both 50 and 60 are looked for; 0: no motor on them."),
]
Report = Annotated[Path | None, typer.Option(metavar="HTML", help="Write one page to hand on (the same).")]
