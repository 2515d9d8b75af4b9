"""The evaluation of the stream: blocks are told one by one, and a name takes five."""

from evaluation.simulated import simulated
from evaluation.streamed import Gathered, _row, streamed


def test_a_strong_fault_is_named_from_the_fifth_block_on():
    machine = simulated(5, "bearing_outer_race", snr_db=6.0, seconds=14.0)
    block_s = 2.0
    told = list(
        streamed(
            machine.samples_g,
            rate_hz=machine.rate_hz,
            speed_rpm=machine.speed_rpm,
            orders=machine.orders,
            block_s=block_s,
        )
    )
    assert [each.alone for each in told].count("bearing_outer_race") >= 5
    named = [each.gathered.verdict == "bearing_outer_race" for each in told]
    assert not any(named[:4])
    assert named[-1]


def test_a_machine_counts_as_named_at_whatever_block():
    sound = [
        Gathered("healthy", {"healthy": 19, "gear": 1}, ("healthy", "unknown")),
        Gathered("healthy", {"gear": 20}, ("gear", "unknown")),
    ]
    assert _row("healthy", sound)[:7] == ("healthy", "2", "40", "19", "21", "1", "1")
