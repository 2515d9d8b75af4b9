"""A plant whose gateway dies, folded as a worker does it: what the store then holds."""

from datetime import timedelta

from models import fold
from models.clock import MINUTE_US, SECOND_US, from_datetime
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured, Tick
from tests.models.fold.observed import vibration

EVERY_US = 10 * SECOND_US
LEARNED, GROWN = 100, 60


class Plant:
    """Machines by gateway, each with the state that the fold has of it; `outputs` is what came of it so far."""

    def __init__(self, dies_at, *, gateways, sick=()):
        self.died_us, self.sick = from_datetime(dies_at), dict(sick)
        self.machines = {
            f"{gateway}-{number:03d}": Machine(id=f"{gateway}-{number:03d}", gateway=gateway)
            for gateway, count in gateways.items()
            for number in range(count)
        }
        self.states, self.outputs, self._sent = {}, [], 0
        for number, machine in enumerate(self.machines):
            self._begin(machine, self.died_us - (number % 40) * SECOND_US // 4)

    def _begin(self, machine, last_us):
        """Measure a machine every ten seconds until then; one that is sick grows so much louder at last."""
        factor = self.sick.get(machine)
        count = 20 if factor is None else LEARNED + GROWN
        start_us = last_us - (count - 1) * EVERY_US
        learning = Learning(until_us=start_us + 60 * EVERY_US)
        configuration = Configuration(machine=Machine(id=machine), learning=learning)
        self.states[machine] = fold.initial_state(machine)
        self._fold(machine, Configured(machine=machine, observed_us=start_us, configuration=configuration))
        for i in range(count):
            self._measure(machine, start_us + i * EVERY_US, factor if factor and i >= LEARNED else 1.0)

    def _measure(self, machine, time_us, factor=1.0):
        self._sent += 1
        digest = f"{self._sent:016x}"
        self._fold(
            machine,
            vibration(
                self._sent, machine=machine, time_us=time_us, observed_us=time_us, digest=digest, factor=factor
            ),
        )

    def _fold(self, machine, observation):
        self.states[machine], outputs = fold.step(self.states[machine], observation)
        self.outputs += outputs

    def goes_on(self, gateways, since, until, *, without=()):
        """Measure the machines of these gateways once a minute."""
        named = [name for name in self._at(gateways) if name not in without]
        for number, machine in enumerate(named):
            time_us = from_datetime(since) + number * SECOND_US // 10
            while time_us <= from_datetime(until):
                self._measure(machine, time_us, self.sick.get(machine, 1.0))
                time_us += MINUTE_US

    def waits(self, gateways, since, until, *, without=()):
        """Tick every minute for the machines of these gateways, as a worker does."""
        minute_us = from_datetime(since)
        while minute_us <= from_datetime(until):
            for machine in self._at(gateways):
                if machine not in without:
                    self._fold(machine, Tick(machine=machine, observed_us=minute_us))
            minute_us += MINUTE_US

    def _at(self, gateways):
        return [name for name, machine in self.machines.items() if machine.gateway in gateways]

    def taken(self):
        """Give what came since this was asked last."""
        outputs, self.outputs = self.outputs, []
        return outputs


SICK = {"gw-1-007": 20.0, "gw-1-042": 4.0}
LEFT = "gw-1-123"


def plant(dies_at, *, count=300):
    """Three hundred machines at one gateway, two of them not sound, and ten at another."""
    return Plant(dies_at, gateways={"gw-1": count, "gw-2": 10}, sick=SICK)


def outage(made, dies_at, back_at, until):
    """Let the gateway die and come back, one machine of it not; give what was stored by then: before, after."""
    made.goes_on({"gw-2"}, dies_at + timedelta(minutes=1), back_at)
    made.waits({"gw-1"}, dies_at + timedelta(minutes=1), back_at)
    before = made.taken()
    made.goes_on({"gw-1", "gw-2"}, back_at + timedelta(seconds=1), until, without={LEFT})
    return before, made.taken()
