"""What workers must have in common shows in their name: the doctor reads two that do not there."""

from models.machinery.machine import Machine
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.kafka.groups import worker_identity

MACHINES = {"P-101": Machine(id="P-101")}


def digest(**fleet):
    return worker_identity(Settings(), Fleet(machines=MACHINES, **fleet)).judgement_digest


def test_workers_that_resolve_other_aliases_are_told_apart():
    assert digest(aliases={}) == digest()
    assert len({digest(), digest(aliases={"P-102": "P-101"}), digest(aliases={"P-103": "P-101"})}) == 3
