"""Start real `stethos` processes in a folder of a test's own."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.services.processes import Process

__all__ = ["STETHOS", "UNPROBED_S", "start_worker"]

UNPROBED_S = str(24 * 3600)
"""An interval of probes that outlasts every test."""

STETHOS = str(Path(sys.executable).with_name("stethos"))
"""The installed command, beside the interpreter that runs the tests."""


def start_worker(
    folder: Path, environment: Mapping[str, str], *, deadline_s: float = 90, knows_probes: bool = True
) -> Process:
    """Start a worker whose settings come from `environment`, and wait until it has restored its machines.

    It sends no probes unless told to: many tests count the offsets of all that is sent. An older version than
    ours, which a benchmark may start, knows of none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = len(list(folder.glob("worker-*.log")))
    if knows_probes:
        environment = {"STETHOS_HEALTH__PROBE_S": UNPROBED_S, **environment}
    process = Process([STETHOS, "worker"], folder / f"worker-{count:02}.log", environment, folder=folder)
    try:
        process.ready(lambda: " ready: " in process.text(), "the worker is ready", deadline_s=deadline_s)
    except BaseException:
        process.stop()
        raise
    return process
