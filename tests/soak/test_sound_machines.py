"""The long run in small: that its machines are like the simulator's, and that it counts right."""

import math

import msgspec
import numpy as np
import pytest

from models.observations import TemperatureObserved, VibrationObserved
from soak import faulty
from soak.likeness import STANDING, likenesses
from soak.sound import MACHINES, Shard, Told, fold_years, main, shards, table
from soak.years import Wear, observations
from stream.config.scenarios import load_scenario


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(str(MACHINES))


def test_drawn_blocks_have_the_levels_spreads_and_ties_of_observed_ones(scenario):
    """The leftovers that `observe` gave, and those of blocks drawn from them, are alike in mean and covariance."""
    of = likenesses(scenario, scenario.machines[3], 3)["full"]
    generator = np.random.default_rng(1)
    drawn = np.array([of.drawn(0.9, *generator.integers(0, len(of.leftovers), 2)) for _ in range(4_000)])
    centre = of.level + 0.9 * of.slope
    spread = of.leftovers.std(axis=0)
    assert np.abs(drawn.mean(axis=0) - centre).max() < 0.1 * spread.max()
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.1)
    assert np.corrcoef(drawn.T) == pytest.approx(np.corrcoef(of.leftovers.T), abs=0.1)


def test_each_regime_has_its_level_and_a_standing_machine_hardly_any(scenario):
    of = likenesses(scenario, scenario.machines[2], 2)
    rms = {name: math.exp(like.level[like.names.index("rms_g")]) for name, like in of.items()}
    assert rms["reduced"] < rms["middle"] < rms["full"]
    assert rms[STANDING] < 0.1 * rms["reduced"]


def test_a_year_is_drawn_the_same_twice_with_stops_and_regimes(scenario):
    first, second = (list(observations(scenario, 5, seed=4, years=0.04, start_us=0)) for _ in range(2))
    assert first == second
    assert len(first) == 2 * round(0.04 * 365.2425 * 144)
    vibration = [one for one in first if isinstance(one, VibrationObserved)]
    speeds = {round(one.speed_rpm, -2) for one in vibration}
    assert {0.0, 4500.0, 6000.0} <= speeds
    assert all(math.isfinite(value) for one in vibration for value in one.indicators.values())
    assert max(o.indicators["value_c"] for o in first if isinstance(o, TemperatureObserved)) < 60


def test_years_are_shared_out_among_the_machines_in_turn():
    found = shards(25.0, 10)
    assert sum(shard.years for shard in found) == 25.0
    assert [(shard.machine, shard.seed) for shard in found[9:12]] == [(9, 0), (0, 1), (1, 1)]
    assert found[-1].years == 1.0


def test_a_month_of_a_steady_pump_raises_nothing(scenario):
    told = fold_years(scenario, Shard(0, 0, 1 / 12))
    assert told.raised == {}
    assert told.observations == sum(told.statuses.values()) == 2 * round(365.2425 * 144 / 12)


def test_the_table_counts_serious_alerts_by_the_year():
    def told(name, **raised):
        raised = {key.replace("_", " "): number for key, number in raised.items()}
        return Told(Shard(0, 0, 2.0), name, 10, raised, {"healthy": 6, "stopped": 2, "warming_up": 2}, 100, 1.0)

    found = table([told("a", change_low=3, change_medium=1), told("a", temperature_high=2), told("b")])
    assert found.rows[0][1:8] == ("4", "3", "1", "2", "0.75", "0.75", "75.0")
    assert found.rows[-1][1:7] == ("6", "3", "1", "2", "0.50", "0.50")
    assert found.rows[0][-1] == "change 4, temperature 2"


def test_a_run_goes_on_where_it_was_cut_off_and_writes_its_table(tmp_path, capsys):
    keep = tmp_path / "kept.jsonl"
    arguments = ["--years", "0.004", "--processes", "1", "--keep", str(keep), "--write", str(tmp_path)]
    assert main(arguments) == 0
    lines = keep.read_bytes().splitlines()
    assert len(lines) == 1
    changed = msgspec.structs.replace(msgspec.json.decode(lines[0], type=Told), raised={"change high": 9})
    keep.write_bytes(msgspec.json.encode(changed) + b"\n")
    assert main(arguments) == 1
    assert "change 9" in capsys.readouterr().out
    assert "| steady pump |" in (tmp_path / "soak.md").read_text("utf-8")


@pytest.mark.parametrize("arguments", [["--years", "0"], ["--years", "-1"], ["--processes", "0"], ["--years", "x"]])
def test_what_cannot_be_run_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "error" in capsys.readouterr().err


def test_a_fault_makes_a_machine_louder_from_its_day_on_and_at_no_other(scenario):
    wear = Wear(begins_s=5 * 86_400.0, grows_s=5 * 86_400.0, times=2.0)
    plain, worn = (
        [
            one.indicators["rms_g"]
            for one in observations(scenario, 0, seed=0, years=10 / 365.2425, start_us=0, wear=which)
            if isinstance(one, VibrationObserved)
        ]
        for which in (None, wear)
    )
    assert plain[:700] == worn[:700]
    assert worn[-1] / plain[-1] == pytest.approx(2.0, rel=0.01)


def test_the_table_tells_when_a_fault_was_told_and_how_loud_it_was():
    found = faulty.table([faulty.Story("a", {"low": 70.0, "medium": 80.0}, 0), faulty.Story("b", {}, 2)])
    assert found.rows[0] == ("a", "70", "1.4", "80", "2.0", "-", "-", "0")
    assert found.rows[1][1:] == ("-",) * 6 + ("2",)


def test_days_of_an_earlier_page_stand_beside_the_present_ones():
    stories = [faulty.Story("a", {"low": 70.0, "medium": 80.0}, 0), faulty.Story("b", {}, 2)]
    before = faulty.days_in("# Page\n\n" + faulty.table(stories).markdown())
    assert before == {
        "a": {"low": "70", "medium": "80", "high": "-"},
        "b": dict.fromkeys(("low", "medium", "high"), "-"),
    }
    now = faulty.table([faulty.Story("a", {"low": 71.0}, 0), faulty.Story("new", {}, 0)], before)
    assert now.rows[0] == ("a", "71", "1.5", "70", "-", "-", "80", "-", "-", "-", "0")
    assert now.rows[1] == ("new", "-", "-", "", "-", "-", "", "-", "-", "", "0")
    assert faulty.days_in(now.markdown())["a"]["low"] == "71", "a page with two columns can be put beside again"
    assert faulty.days_in("no table") == {}


def test_a_standing_machine_s_blocks_never_come_again_bit_for_bit(scenario):
    standing = [
        tuple(one.indicators.values())
        for one in observations(scenario, 8, seed=3, years=0.2, start_us=0)
        if isinstance(one, VibrationObserved) and one.speed_rpm == 0.0
    ]
    assert len(set(standing)) == len(standing) > 2_000


@pytest.mark.parametrize(("low", "serious", "code"), [(3, 1, 1), (3, 0, 1), (2, 0, 0), (0, 1, 1)])
def test_its_exit_tells_whether_the_goals_are_kept(tmp_path, low, serious, code):
    keep = tmp_path / "kept.jsonl"
    raised = {"anomaly low": low, "change medium": serious}
    told = Told(Shard(0, 0, 2.0), "steady pump", 10, raised, {"healthy": 10}, 100, 1.0)
    keep.write_bytes(msgspec.json.encode(told) + b"\n")
    assert main(["--years", "2", "--processes", "1", "--keep", str(keep)]) == code
