"""Silent machines are told that time has passed: once a minute, however long the broker is away."""

import asyncio

from stream.agents import ticks
from stream.messages.records import decode_observation
from stream.messages.topics import OBSERVATIONS
from tests.stream.agents.workers import context_of, running


async def many_turns() -> None:
    """Let the event loop turn often enough for many rounds of ticks."""
    for _ in range(100):
        await asyncio.sleep(0)


def test_a_round_of_ticks_waits_until_the_one_before_is_confirmed(monkeypatch):
    monkeypatch.setattr(ticks, "_SILENT_S", 0)

    async def scenario():
        context, condition = context_of("泵-1", "fan")
        ticks.add_ticks(context, condition)
        async with running(context):
            await many_turns()
            first = list(context.outbox.sent)
            context.outbox.confirm()
            await many_turns()
        return first, context.outbox.sent

    first, sent = asyncio.run(scenario())
    told = [decode_observation(value).machine for _, _, value, _ in first]
    assert told == ["泵-1", "fan"], "the broker is away: what was sent is still on its way"
    assert {(topic, key.decode(), partition) for topic, key, _, partition in sent} == {
        (OBSERVATIONS, "泵-1", 0),
        (OBSERVATIONS, "fan", 0),
    }
    assert len(sent) == 4
