"""Fixtures that several parts' tests share; how each real service is had stands in tests/services."""

import signal

import pytest
from hypothesis import settings

from tests.services.figures import Figures, figure
from tests.services.influxdb import influxd, influxdb
from tests.services.kafka import broker, brokers, kafka
from tests.services.logs import pytest_runtest_makereport
from tests.services.ordering import Times, pytest_collection_modifyitems
from tests.services.recordings import recordings_path
from tests.services.side_by_side import (
    pytest_collection,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)

__all__ = [
    "broker",
    "brokers",
    "figure",
    "influxd",
    "influxdb",
    "kafka",
    "pytest_addoption",
    "pytest_collection",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_xdist_auto_num_workers",
    "pytest_xdist_make_scheduler",
    "recordings_path",
]


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write tests/golden again from what is so now")


settings.register_profile("stethos", deadline=None)  # a busy computer is no fault of the code
settings.load_profile("stethos")

# A background job of a shell ignores Ctrl-C, and with it would all that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Figures())
    config.pluginmanager.register(Times())
