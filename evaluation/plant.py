"""A scenario's machines through the real fold, beside the truth: what was found, when, and what for nothing.

    python -m evaluation.plant [SCENARIO] [HEALTHY_HOURS DEVELOPMENT_HOURS] [SEED]

Nothing is tuned to it: the scenario says what happens, the fold says what it sees, and this puts both side by side.
"""

import sys

import msgspec

from models.clock import HOUR_US, SECOND_US, from_datetime
from models.fold import initial_state, step
from models.machinery.bearings import parse_bearing
from models.machinery.kinds import built_in_packs
from models.machinery.machine import Configuration
from models.observations import Configured
from models.outputs import Alert, Health
from models.simulation.ground_truth import FaultTruth, StateTruth, truths
from models.simulation.plan import Plan
from models.simulation.run import simulate_with_truth
from models.simulation.scenario import Scenario
from stream.config.machines import with_mechanism
from stream.config.scenarios import load_scenario
from stream.messages.observe import observe
from stream.recordings.simulating import as_message

__all__ = ["START_US", "Judged", "judged", "table"]

START_US = 1_767_225_600 * SECOND_US


class Judged(msgspec.Struct):
    """What the fold said of one machine."""

    machine: str
    alerts: list[Alert] = []
    named: dict[str, int] = {}
    """Faults that were named, with the event time of the first time."""
    status: dict[str, int] = {}
    """How many observations there were of each status."""
    final: str = ""
    standing: dict[str, int] = {}
    """The same while it truly stood."""


def judged(
    scenario: Scenario, plan: Plan, *, seed: int = 0, start_us: int = START_US, machines: set[str] | None = None
) -> dict[str, Judged]:
    """Fold a whole run; `machines` picks some of it."""
    chosen = [each for each in scenario.machines if machines is None or each.id in machines]
    scenario = msgspec.structs.replace(scenario, machines=tuple(chosen))
    configurations = {
        each.id: Configuration(
            machine=with_mechanism(each.described, built_in_packs()),
            orders={point: parse_bearing(text) for point, text in each.bearings.items()},
        )
        for each in chosen
    }
    states = {name: initial_state(name) for name in configurations}
    for name, configuration in configurations.items():
        step(states[name], Configured(machine=name, observed_us=start_us, configuration=configuration))
    found = {name: Judged(name) for name in configurations}
    end_us = start_us + round((plan.healthy_s + plan.development_s) * SECOND_US)
    stood: dict[str, bool] = {}
    for each in simulate_with_truth(scenario, seed=seed, start_us=start_us, plan=plan):
        if each.time_us >= end_us:
            break
        if isinstance(each, StateTruth):
            stood[each.machine] = not each.running
            continue
        message = as_message(each)
        observation = observe(message, configurations[each.machine], observed_us=message.end_us, source=None)
        states[each.machine], outputs = step(states[each.machine], observation)
        note(found[each.machine], outputs, stood=stood[each.machine])
    return found


def note(said: Judged, outputs: tuple[object, ...], *, stood: bool) -> None:
    """Take down what matters of the fold's outputs."""
    for output in outputs:
        if isinstance(output, Alert):
            said.alerts.append(output)
        elif isinstance(output, Health):
            said.status[output.status] = said.status.get(output.status, 0) + 1
            said.final = output.status
            if stood:
                said.standing[output.status] = said.standing.get(output.status, 0) + 1
            if output.diagnosis is not None and output.diagnosis.verdict not in ("healthy", "unknown"):
                said.named.setdefault(output.diagnosis.verdict, from_datetime(output.time))


def table(found: dict[str, Judged], faults: tuple[FaultTruth, ...], *, start_us: int = START_US) -> str:
    """Put truth and judgement side by side, one line a machine; hours are since the start."""
    lines = []
    for name, said in found.items():
        true = [truth for truth in faults if truth.machine == name]
        onset_us = min((truth.onset_us for truth in true if truth.onset_us is not None), default=None)
        onset = "" if onset_us is None else f" from {(onset_us - start_us) / HOUR_US:.1f} h"
        what = ", ".join(truth.fault for truth in true)
        lines.append(f"{name:<7} {what}{onset}; at the end {said.final}")
        for alert in said.alerts:
            if alert.state == "active":
                early = onset_us is None or from_datetime(alert.time) < onset_us
                mark = "NO FAULT YET " if early else ""
                hours = (from_datetime(alert.time) - start_us) / HOUR_US
                lines.append(f"        {hours:5.1f} h  {mark}{alert.priority:<6} {alert.rule} at {alert.point}")
        named = ", ".join(f"{fault} at {(at - start_us) / HOUR_US:.1f} h" for fault, at in said.named.items())
        standing = f", while it stood {said.standing}" if said.standing else ""
        lines.append(f"        named: {named or 'nothing'}; status {said.status}{standing}")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Fold a scenario and print the table."""
    scenario = load_scenario(arguments[0] if arguments else "plant")
    plan = scenario.plan
    if len(arguments) >= 3:
        plan = Plan(healthy_s=3600 * float(arguments[1]), development_s=3600 * float(arguments[2]))
    seed = int(arguments[3]) if len(arguments) > 3 else 0
    found = judged(scenario, plan, seed=seed)
    sys.stdout.write(table(found, truths(scenario, start_us=START_US, plan=plan)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
