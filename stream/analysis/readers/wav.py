"""Waveforms from .wav files."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

from models.bilingual import Bilingual
from models.errors import RecordingError
from models.machinery.mechanism import Words
from stream.analysis.readers.rate_lines import Stated
from stream.analysis.readers.waveform import Hints, Waveform, make_waveform, one_column

__all__ = ["waveform_of_sound"]


def waveform_of_sound(path: Path, hints: Hints) -> Waveform:
    """Read a .wav file: PCM of any width or floats.

    Its numbers are parts of full scale, whatever that was in the recorder; so unit and scale must be given. Raises
    `RecordingError`.
    """
    rate_hz, stored = _read(path)
    if hints.unit is None or hints.scale is None:
        raise RecordingError(
            f"{path}: a sound file's full scale is not 1 g: give --unit g, m/s2 or mm/s, and --scale, how many of "
            "these full scale stands for (recorder's range, or 1 if its values are in the unit already)"
        )
    channel, name = one_column(path, stored, hints.column, name="channel")
    samples = _full_scale(channel) * hints.scale
    where = Bilingual("the file's head", "文件头")
    return make_waveform(
        path, samples, hints, point=name, channel=Words(name, name), rate=Stated(float(rate_hz), where)
    )


def _read(path: Path) -> tuple[int, NDArray[np.generic]]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=wavfile.WavFileWarning, message="Chunk")
        warnings.filterwarnings("error", category=wavfile.WavFileWarning, message="Reached EOF")
        try:
            rate_hz, stored = wavfile.read(path)
        except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise RecordingError(
                f"{path}: is cut off or no .wav file of plain samples ({reason}); export it again as PCM"
            ) from None
    return int(rate_hz), np.asarray(stored)


def _full_scale(stored: NDArray[np.generic]) -> NDArray[np.float64]:
    """Parts of full scale: 24-bit samples come left-justified in 32 bits, 8-bit ones without sign."""
    values = stored.astype(np.float64)
    match stored.dtype.kind, stored.dtype.itemsize:
        case "u", 1:
            return (values - 128.0) / 128.0
        case "i", size:
            return values / float(1 << (8 * size - 1))
        case _:
            return values
