"""Waveforms from National Instruments' TDMS files: heads first, then the samples of one channel."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bilingual import Bilingual
from models.errors import RecordingError
from stream.analysis.readers.budget import check_unpacked
from stream.analysis.readers.extras import library
from stream.analysis.readers.named_arrays import chosen_waveform
from stream.analysis.readers.rate_lines import Stated
from stream.analysis.readers.waveform import Hints, Waveform, listed

__all__ = ["waveform_of_tdms"]

_MIN_SAMPLES = 64


def waveform_of_tdms(path: Path, hints: Hints) -> Waveform:
    """Read one channel, `group/channel` as a key. Raises `RecordingError`."""
    nptdms: Any = library(path, "nptdms")
    try:
        with nptdms.TdmsFile.open(str(path)) as file:
            channels = {
                f"{group.name}/{channel.name}": channel
                for group in file.groups()
                for channel in group.channels()
                if len(channel) >= _MIN_SAMPLES
            }
            name = _chosen(path, list(channels), hints.key or hints.column)
            channel = channels[name]
            check_unpacked(path, 8 * len(channel))
            samples: NDArray[np.generic] = np.asarray(channel[:])
            properties = dict(channel.properties)
    except RecordingError:
        raise
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: is cut off or no TDMS file ({reason}); export it again") from None
    unit = str(properties.get("unit_string", "") or "")
    label = f"{name} [{unit}]" if unit else name
    plain = Hints(rate_hz=hints.rate_hz, unit=hints.unit, speed_rpm=hints.speed_rpm, key=label, scale=hints.scale)
    return chosen_waveform(path, {label: samples}, plain, {label: _rates(properties)})


def _rates(properties: dict[str, Any]) -> tuple[Stated, ...]:
    increment = properties.get("wf_increment")
    if not isinstance(increment, int | float) or not increment > 0:
        return ()
    return (Stated(1 / float(increment), Bilingual("the channel's wf_increment", "通道属性 wf_increment")),)


def _chosen(path: Path, names: list[str], asked: str | None) -> str:
    if asked is None:
        if len(names) == 1:
            return names[0]
        what = "several channels" if names else "no channel of a waveform"
        raise RecordingError(f"{path}: has {what}; choose one with --key: {listed(names)}")
    found = [name for name in names if asked in (name, name.partition("/")[2])]
    if len(found) != 1:
        what = f"{len(found)} channels are called {asked!r}" if found else f"there is no channel {asked!r}"
        raise RecordingError(f"{path}: {what}; there are {listed(names)} (--key GROUP/CHANNEL)")
    return found[0]
