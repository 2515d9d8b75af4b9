"""Which asset stands at a machine's place, told by its serial number: another one begins a new epoch.

A machine's id names a place in the plant; a motor may leave it and another one come. What was usual of the one that
left says nothing of the one that came, so its baselines, votes and alerts end as after maintenance, and both stay
apart in what is stored: by an action that marks the moment.
"""

from collections.abc import Iterator

import msgspec

from models.advice.baseline_reset import reset_baselines
from models.advice.sisters import forget_usuals
from models.clock import to_datetime
from models.condition.recent_observations import fingerprint
from models.condition.state import MachineState
from models.machinery.assets import asset_key
from models.machinery.machine import Configuration, Machine, Name
from models.observations import Configured
from models.outputs import Action, Output
from models.texts.assets import swapped_sentence

__all__ = ["follow_asset", "is_judged_alike", "with_known_asset"]


def is_judged_alike(one: Machine, other: Machine) -> bool:
    """Say whether two descriptions of a machine differ in nothing but what people call it and its serial number."""
    return one == other or _nameless(one) == _nameless(other)


def with_known_asset(known: Configuration, given: Configuration) -> Configuration:
    """Give a configuration that goes on knowing the asset where the new one says none.

    So a serial number that was left out for a while is still the one that the next is held against.
    """
    if given.machine.asset or not known.machine.asset:
        return given
    return msgspec.structs.replace(given, machine=msgspec.structs.replace(given.machine, asset=known.machine.asset))


def follow_asset(state: MachineState, former: str, observed: Configured) -> Iterator[Output]:
    """Mark an asset that is told for the first time, and begin anew where it is another one than the `former`."""
    asset = state.configuration.machine.asset
    if asset_key(asset) == asset_key(former):
        return
    time_us = state.acts.unique_time_us(observed.observed_us)
    state.acts.add(fingerprint(time_us, f"asset {asset}"), time_us)
    yield Action(
        machine=state.machine, point="", time=to_datetime(time_us), kind="asset", asset=asset, former_asset=former
    )
    if not former:  # it stood there all along, and only now somebody says so
        return
    state.known.record_maintenance(time_us)
    forget_usuals(state, "", mended=True)
    sentence = swapped_sentence(former, asset)
    yield from reset_baselines(state, "", digest="asset", sentence=sentence, mended=True)


def _nameless(machine: Machine) -> Machine:
    return msgspec.structs.replace(machine, name=Name(), asset="")
