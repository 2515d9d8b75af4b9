"""Times one peer's nearest job on the same noise; run by the peers' own Python, it prints samples a second.

python benchmarks/peers/timed_peer.py NAME
"""

import importlib
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np

__all__ = ["PEERS"]

RATE_HZ = 25_600.0
SECONDS = 3.0


def tsfel() -> tuple[Callable[[], object], int]:
    """Compute all spectral features of a waveform of 4,096 samples."""
    library = importlib.import_module("tsfel")
    features = library.get_features_by_domain("spectral")
    block = np.random.default_rng(1).standard_normal(4096)
    return (
        lambda: library.time_series_features_extractor(features, block, fs=RATE_HZ, verbose=0),
        block.size,
    )


def openconmo_benchmark() -> tuple[Callable[[], object], int]:
    """Separate, choose a band, give the envelope spectrum of a second, after Smith and Randall's benchmark."""
    methods = importlib.import_module("openconmo.benchmark_methods")
    block = np.random.default_rng(1).standard_normal(25_600)
    return lambda: methods.benchmark_method(block, RATE_HZ), block.size


def openconmo_kurtogram() -> tuple[Callable[[], object], int]:
    """Compute the fast kurtogram of a second."""
    kurtogram = importlib.import_module("openconmo.kurtogram")
    block = np.random.default_rng(1).standard_normal(25_600)
    return lambda: kurtogram.fast_kurtogram(block, RATE_HZ), block.size


def maintenance_mcp() -> tuple[Callable[[], object], int]:
    """Diagnose a second with a bearing of its catalogue, as its server does."""
    pipeline = importlib.import_module("predictive_maintenance_mcp.decision_support.diagnosis_pipeline")
    block = np.random.default_rng(1).standard_normal(25_600)
    return (
        lambda: pipeline.diagnose_vibration(block, RATE_HZ, 1480.0, bearing_id="6205", signal_unit="g"),
        block.size,
    )


PEERS = {
    "tsfel": tsfel,
    "openconmo-benchmark": openconmo_benchmark,
    "openconmo-kurtogram": openconmo_kurtogram,
    "predictive-maintenance-mcp": maintenance_mcp,
}


def main(name: str) -> None:
    """Print the best of the calls that fit into some seconds: what else the machine does only ever adds."""
    warnings.simplefilter("ignore")
    work, samples = PEERS[name]()
    work()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    print(samples / best)


if __name__ == "__main__":
    main(sys.argv[1])
