"""How fast waveforms are described and diagnosed on one core, beside peers from PyPI; and that memory stays flat.

python benchmarks/diagnosis.py

The peers are installed, once, into an environment of their own in ~/.cache/stethos. Absolute figures are this
computer's; the ratios hold elsewhere too.
"""

import os
import resource
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.diagnosis.diagnose import diagnose
from models.machinery.kinematics import BearingOrders
from models.signal.indicators import waveform_indicators

__all__ = ["main"]

RATE_HZ = 25_600.0
SPEED_RPM = 1480.0
BEARING = BearingOrders(bpfo=3.5848, bpfi=5.4152, bsf2=4.7135, ftf=0.3983)
SECONDS = 4.0
WAVEFORMS = 100_000
WARM = 5_000
EVERY = 20
"""In the test of memory one waveform in so many is also diagnosed."""

PEERS = {
    "tsfel": ("tsfel", "indicators", "all spectral features"),
    "openconmo-benchmark": ("openconmo", "diagnosis", "band and envelope spectrum, no verdict"),
    "openconmo-kurtogram": ("openconmo", "diagnosis", "choice of the band alone"),
    "predictive-maintenance-mcp": ("predictive-maintenance-mcp", "diagnosis", "spectra, bearing check, severity"),
}
CACHE = Path.home() / ".cache" / "stethos" / "peers"


def samples_per_second(call: Callable[[], object], samples: int) -> float:
    """Best of the calls that fit into some seconds: what else the machine does only ever adds."""
    call()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - started)
    return samples / best


def own() -> dict[str, float]:
    """Give samples a second of what Stethos does."""
    short = np.random.default_rng(1).standard_normal(4096).astype(np.float32)
    second = np.random.default_rng(1).standard_normal(25_600).astype(np.float32)
    return {
        "indicators": samples_per_second(lambda: described(short), short.size),
        "diagnosis": samples_per_second(lambda: diagnosed(second), second.size),
    }


def described(waveform: np.ndarray) -> object:
    """Quality, all indicators and the envelope spectrum."""
    return waveform_indicators(waveform, rate_hz=RATE_HZ, unit="g", speed_rpm=SPEED_RPM, with_envelope=True)


def diagnosed(waveform: np.ndarray) -> object:
    """Diagnose in full."""
    return diagnose(waveform, rate_hz=RATE_HZ, speed_rpm=SPEED_RPM, orders=BEARING)


def peer(name: str) -> float | str:
    """Give a peer's samples a second, or why there are none."""
    python = CACHE / "bin" / "python"
    try:
        if not python.exists():
            venv.create(CACHE, with_pip=True)
        known = subprocess.run(
            [python, "-m", "pip", "show", "-q", PEERS[name][0]], capture_output=True, check=False
        )
        if known.returncode != 0:
            install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", PEERS[name][0]]
            subprocess.run(install, check=True, capture_output=True, timeout=600)
        script = Path(__file__).parent / "peers" / "timed_peer.py"
        done = subprocess.run([python, script, name], check=True, capture_output=True, text=True, timeout=300)
        return float(done.stdout.splitlines()[-1])
    except subprocess.CalledProcessError as error:
        told = error.stderr if isinstance(error.stderr, str) else (error.stderr or b"").decode(errors="replace")
        return (told.strip().splitlines() or [f"ended with {error.returncode}"])[-1]
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        return str(error)


def speeds() -> None:
    """Print a line for each job of ours, and for each peer's nearest."""
    mine = own()
    print(f"{'what':<28} {'million samples/s':>18} {'ours is':>9}")
    print(f"{'indicators + envelope':<28} {mine['indicators'] / 1e6:18.3f} {'':>9}  4,096 samples of float32")
    print(f"{'diagnosis':<28} {mine['diagnosis'] / 1e6:18.3f} {'':>9}  1 s at 25.6 kHz")
    for name, (_, job, what) in PEERS.items():
        theirs = peer(name)
        if isinstance(theirs, str):
            print(f"{name:<28} {'not measured':>18} {'':>9}  {theirs}")
        else:
            print(f"{name:<28} {theirs / 1e6:18.3f} {mine[job] / theirs:8.1f}x  {what} (beside {job})")


def memory() -> None:
    """Print how much more memory the process has needed after so many waveforms than once it was warm."""
    blocks = np.random.default_rng(2).standard_normal((64, 4096)).astype(np.float32)
    seconds = np.random.default_rng(3).standard_normal((8, 25_600)).astype(np.float32)
    warm = 0.0
    for number in range(WAVEFORMS + WARM):
        described(blocks[number % len(blocks)])
        if number % EVERY == 0:
            diagnosed(seconds[number // EVERY % len(seconds)])
        if number == WARM:
            warm = peak_mb()
        if number % 5_000 == 0 and sys.stderr.isatty():
            sys.stderr.write(f"\rmemory: {number} waveforms ")
    print(f"\nmemory: {warm:.1f} MB after {WARM:,} waveforms, {peak_mb() - warm:+.1f} MB after {WAVEFORMS:,} more")


def peak_mb() -> float:
    """Give the most memory that the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print speeds, then memory; in a process whose libraries were told to use one core before they were loaded."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    if not threads.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | threads)
    speeds()
    memory()


if __name__ == "__main__":
    main()
