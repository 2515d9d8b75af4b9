import pytest

from models.errors import ConfigurationError
from models.machinery.kinds import built_in_packs
from stream.config.machines import load_machines
from stream.config.packs import load_packs
from tests.stream.config.own_pack import OWN


def test_own_packs_come_first_from_a_file_or_a_folder(tmp_path):
    (tmp_path / "packs").mkdir()
    for path in (tmp_path / "own.toml", tmp_path / "packs" / "冲床.toml"):
        path.write_text(OWN, "utf-8")
        packs = load_packs(path if path.parent == tmp_path else path.parent)
        assert packs.find("冲床").id == packs.find("pump").id == "press"
        assert packs.find("fan") is built_in_packs().find("fan")
    assert load_packs(None) is built_in_packs()


def test_machines_are_read_with_them(tmp_path):
    own, machines = tmp_path / "own.toml", tmp_path / "machines.toml"
    own.write_text(OWN, "utf-8")
    machines.write_text('[[machine]]\nid = "A"\nkind = "冲床"\n[[machine]]\nid = "B"\nkind = "fan"', "utf-8")
    fleet = load_machines(machines, packs=load_packs(own))
    assert [fleet.machines[name].mechanism.pack for name in ("A", "B")] == ["press", "fan"]
    assert load_machines(machines).machines["A"].mechanism is None
    assert fleet.configuration("unknown").machine.mechanism is None


def test_a_bad_place_or_file_is_told_with_its_name(tmp_path):
    with pytest.raises(ConfigurationError, match="no such file"):
        load_packs(tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match=r"no \.toml file"):
        load_packs(tmp_path)
    (tmp_path / "bad.toml").write_text(OWN.replace("id =", "ID ="), "utf-8")
    with pytest.raises(ConfigurationError, match=r"bad\.toml: pack\[0\]"):
        load_packs(tmp_path)
