import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomli_w

from models.errors import ConfigurationError
from models.machinery import machine
from stream.config.machines import load_fleet
from stream.config.settings import Settings, learning_of, load_settings
from stream.config.settings_page import settings_table

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("STETHOS_SETTINGS", "STETHOS_BROKER", "STETHOS_PARTITIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def written(text: str) -> Path:
    path = Path("stethos.toml")
    path.write_text(text, "utf-8")
    return path


def test_without_file_and_variables_all_is_default():
    settings = load_settings()
    assert settings == Settings()
    assert settings.servers == ["127.0.0.1:9092"]
    assert settings.web.host == "127.0.0.1"  # nobody else sees the page unless told


def test_variables_stand_above_the_file_and_the_file_above_defaults(monkeypatch):
    written('broker = "a:1, b:2"\npartitions = 3\n[influxdb]\norg = "plant"\nbucket = "x"')
    monkeypatch.setenv("STETHOS_PARTITIONS", "5")
    monkeypatch.setenv("STETHOS_INFLUXDB__ORG", "mill")
    settings = load_settings()
    assert settings.servers == ["a:1", "b:2"]
    assert (settings.partitions, settings.influxdb.org, settings.influxdb.bucket) == (5, "mill", "x")


def test_a_variable_names_another_file(monkeypatch, tmp_path):
    (tmp_path / "other.toml").write_text("partitions = 7")
    monkeypatch.setenv("STETHOS_SETTINGS", "other.toml")
    assert load_settings().partitions == 7


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('brokr = "x:1"', "stethos.toml: brokr: there is no such setting; did you mean broker?"),
        ("broker = 5", "broker: should be a valid string, not 5"),
        ('broker = "nowhere"', "write host:port"),
        ("partitions = 0", "partitions: should be greater than or equal to 1, not 0"),
        ("partitions = 'many'", "partitions: should be a valid integer"),
        ('store = "mysql"', "store: should be 'sqlite' or 'influxdb', not 'mysql'"),
        ('[influxdb]\nurl = "influx:8086"', "influxdb.url: should"),
        ('[influxdb]\ntokn = "x"', "influxdb.tokn: there is no such setting; did you mean token?"),
        ("[influxdb]\nqqqq = 1", "influxdb.qqqq: there is no such setting; there are url, org"),
        ("[web]\nport = 70000", "web.port: should be less than or equal to 65535"),
        (
            '[web]\nhosts = ["http://pumps"]',
            "web.hosts: 'http://pumps' is no name of a computer; leave out http://",
        ),
        ('[web]\nhosts = ["pumps:8080"]', "leave out http:// and port"),
        ("web = 5", "web: should be a valid dictionary"),
        ("[thresholds]\nchange_lo = 2.0", "there is no threshold 'change_lo'; there are change_low"),
        ("[thresholds]\nchange_low = 99.0", "must rise"),
        ("[thresholds]\nchange_low = nan", "finite"),
        ("[learning]\nduration_s = inf", "finite"),
        ("partitions =", "stethos.toml: is not TOML"),
        ("[checkpoint]\nevery_events = 0\nevery_s = -1", "every_s"),
    ],
)
def test_a_mistake_names_file_key_and_fix(text: str, told: str):
    written(text)
    with pytest.raises(ConfigurationError) as error:
        load_settings()
    assert told in str(error.value)
    assert str(error.value).startswith("stethos.toml: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("STETHOS_PARTITIONS", "no", "STETHOS_PARTITIONS: should be a valid integer"),
        ("STETHOS_BROKERS", "a:1", "did you mean STETHOS_BROKER?"),
        ("STETHOS_INFLUXDB__TOKN", "x", "STETHOS_INFLUXDB__TOKN: there is no such setting; did you mean token?"),
        ("STETHOS_NOPE__KEY", "x", "STETHOS_NOPE__KEY: there is no setting 'nope'"),
        ("STETHOS_WEB__HOSTS", "pumps", "STETHOS_SECTION__KEY"),
        ("STETHOS_WEB__HOSTS", '["a b"]', "STETHOS_WEB__HOSTS: 'a b' is no name of a computer"),
        ("STETHOS_WEB", "x{", "STETHOS_SECTION__KEY"),
        ("STETHOS_THRESHOLDS__OFF_DELAY_S", "soon", "STETHOS_THRESHOLDS__OFF_DELAY_S: should be a valid number"),
    ],
)
def test_a_mistake_in_a_variable_names_it(monkeypatch, name: str, value: str, told: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as error:
        load_settings()
    assert told in str(error.value)


def test_variables_of_others_are_left_alone(monkeypatch):
    for name in ("STETHOS_DATA", "STETHOS_CACHE"):
        monkeypatch.setenv(name, "x")
    assert load_settings() == Settings()


def test_a_file_that_is_named_must_be_there_and_be_text(tmp_path):
    with pytest.raises(ConfigurationError, match="there is no such file"):
        load_settings(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings(tmp_path / "bytes.toml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(tmp_path)


def test_a_token_comes_from_its_file_and_is_never_shown(tmp_path):
    (tmp_path / "token").write_text("s3cret\n")
    settings = load_settings(written('[influxdb]\ntoken_file = "token"'))
    assert settings.influxdb.token is not None
    assert settings.influxdb.token.get_secret_value() == "s3cret"
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_wrong_token_is_not_shown_in_the_error():
    written("[influxdb]\ntoken = 918273")
    with pytest.raises(ConfigurationError) as error:
        load_settings()
    assert "918273" not in str(error.value)


def test_a_token_file_may_be_missing_but_not_empty(tmp_path):
    written('[influxdb]\ntoken_file = "token"')
    assert load_settings().influxdb.token is None
    (tmp_path / "token").write_text(" \n")
    with pytest.raises(ConfigurationError, match="token_file token is empty"):
        load_settings()
    (tmp_path / "token").write_text("s3cret\nother\n")
    with pytest.raises(ConfigurationError, match="token_file token holds no token") as told:
        load_settings()
    assert "s3cret" not in str(told.value)


def test_thresholds_and_learning_reach_the_fleet(monkeypatch):
    monkeypatch.setenv("STETHOS_THRESHOLDS__OFF_DELAY_S", "900")
    monkeypatch.setenv("STETHOS_LEARNING__OBSERVATIONS", "7")
    configuration = load_fleet(load_settings()).configuration("P1")
    assert configuration.thresholds == machine.Thresholds(off_delay_s=900.0)
    assert configuration.learning == machine.Learning(observations=7)


def test_machines_may_have_bearings_of_a_catalogue_of_one_s_own(tmp_path):
    settings = load_settings(written('catalogue = "own.toml"'))
    own = '[[bearing]]\ndesignation = "XYZ 999"\nsource = "sheet"\nrolling_elements = 9\nelement_diameter = 8.0\n'
    (tmp_path / "machines.toml").write_text(
        '[[machine]]\nid = "P1"\nbearings = { a = "XYZ 999", b = "6205" }', "utf-8"
    )
    (tmp_path / "own.toml").write_text(f"{own}pitch_diameter = 40.0", "utf-8")
    orders = load_fleet(settings).configuration("P1").orders
    assert orders["a"].bpfo == pytest.approx(3.6)
    assert "b" in orders
    (tmp_path / "own.toml").write_text(own, "utf-8")
    with pytest.raises(ConfigurationError, match=r"own\.toml: bearing 1"):
        load_fleet(settings)


def test_defaults_are_those_of_the_fold():
    assert learning_of(Settings()) == machine.Learning()
    assert load_fleet(Settings()).configuration("P1") == machine.Configuration(machine=machine.Machine(id="P1"))


def test_every_setting_says_what_it_does_and_the_page_is_current():
    table = settings_table()
    assert all(row.rstrip(" |").split("|")[-1].strip() for row in table.splitlines() if row.startswith("| `"))
    assert (ROOT / "docs/settings.md").read_text("utf-8") == table, (
        "write it: python -m stream.config.settings_page"
    )


def test_the_table_is_printed():
    done = subprocess.run(
        [sys.executable, "-m", "stream.config.settings_page"], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stdout.decode() == settings_table()


def test_the_example_file_shows_every_default():
    text = (ROOT / "stethos.toml").read_text("utf-8")
    assert load_settings(written(text)) == Settings()
    shown = re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE)
    settings = load_settings(written(shown))
    assert settings.influxdb.token_file == Path("var/influxdb-token")  # the one that has no default
    plain = settings.influxdb.model_copy(update={"token_file": None})
    assert settings.catalogue == Path("bearings.toml")  # nor has this
    assert settings.packs == Path("packs")  # nor this
    told = settings.model_copy(update={"influxdb": plain, "thresholds": {}, "catalogue": None, "packs": None})
    assert told == Settings()
    assert machine.Thresholds(**settings.thresholds) == machine.Thresholds()
    keys = {row.split("`")[1].rsplit(".")[-1] for row in settings_table().splitlines() if row.startswith("| `")}
    for key in keys - set(machine.Thresholds.__struct_fields__) - {"token"}:
        assert f"# {key} = " in text


def test_the_address_of_influxdb_ends_without_a_slash():
    written('[influxdb]\nurl = "http://influx:8086/"')
    assert load_settings().influxdb.url == "http://influx:8086"


@pytest.mark.parametrize("token", ["sec\nret", "口令", "a\x00b", "naïve", "line\r\nHost: evil"])
def test_a_token_that_no_header_carries_is_refused_and_not_shown(tmp_path, token):
    file = tmp_path / "stethos.toml"
    file.write_text(tomli_w.dumps({"influxdb": {"token": token}}), "utf-8")
    with pytest.raises(ConfigurationError, match="plain ASCII") as caught:
        load_settings(file)
    assert token not in str(caught.value)


def test_a_token_loses_the_line_end_that_a_shell_left(monkeypatch):
    monkeypatch.setenv("STETHOS_INFLUXDB__TOKEN", "secret \n")
    assert load_settings().influxdb.token.get_secret_value() == "secret"
