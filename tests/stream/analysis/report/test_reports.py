import base64
import re
import struct
from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest
from rich.console import Console

from models.diagnosis.results import Hypothesis
from models.machinery.bearings import resolve_bearing
from stream.analysis.analysing import Analysis, Conditions, analyse
from stream.analysis.readers.waveform import Waveform
from stream.analysis.report.curves import curves_of
from stream.analysis.report.facts import facts_of
from stream.analysis.report.html_report import Shown, html_page
from stream.analysis.report.labels import LABELS, VERDICTS
from stream.analysis.report.plots import picture_png
from stream.analysis.report.terminal import terminal_report
from tests.stream.analysis.files import BEARING, RATE_HZ, SPEED_RPM, faulty_g, sound_g

KNOWN = Conditions(bearing=resolve_bearing(BEARING), power_kw=37.0, mounting="rigid")
PNG = b"\x89PNG\r\n\x1a\n"


def analysed(samples, conditions=KNOWN, **fields) -> tuple[Waveform, Analysis]:
    plain = {"machine": "P1", "point": "DE", "rate_hz": RATE_HZ, "unit": "g", "speed_rpm": SPEED_RPM}
    waveform = Waveform(samples=samples, **(plain | fields))
    return waveform, analyse(waveform, conditions)


def shown(analysis, language="en") -> str:
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(terminal_report(analysis, language))
    return console.export_text()


def pixels(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    return struct.unpack(">II", picture[16:24])


class Texts(HTMLParser):
    """Gathers what a browser would show, and what it would load."""

    def __init__(self):
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "srcset", "href")]

    def handle_data(self, data):
        self.texts.append(data)


def test_every_word_is_there_in_both_languages():
    for phrase in (*LABELS.values(), *VERDICTS.values()):
        assert phrase.en
        worded = re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", phrase.en))
        assert not worded or re.search(r"[\u4e00-\u9fff]", phrase.zh), phrase
        assert sorted(re.findall(r"{\w+}", phrase.en)) == sorted(re.findall(r"{\w+}", phrase.zh))


def test_the_terminal_says_verdict_evidence_next_check_severity_and_units():
    text = " ".join(shown(analysed(faulty_g())[1]).split())
    for part in (
        "P1 · DE",
        "Damaged outer race of the bearing",
        "Check next",
        "zone A",
        "ISO 20816-3",
        "mm/s",
        "kurtosis",
    ):
        assert part in text
    assert "Hz expected" in text


def test_the_terminal_speaks_chinese():
    text = shown(analysed(faulty_g())[1], "zh")
    for part in ("轴承外圈损伤", "下一步检查", "信号质量", "振动烈度", "峭度"):
        assert part in text
    assert "Verdict" not in text


def test_a_sound_machine_is_told_without_a_word_of_faults():
    text = shown(analysed(sound_g())[1])
    assert "Healthy: nothing found" in text
    assert "Evidence" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "samples", [np.zeros(5000), np.full(100, np.nan), np.array([1.0]), sound_g(0.1), np.full(5000, 1e9)]
)
def test_what_cannot_be_judged_is_told_and_drawn_as_withheld(samples, language):
    waveform, analysis = analysed(samples)
    text = shown(analysis, language)
    assert VERDICTS["unknown"].say(language) in text
    assert picture_png(curves_of(waveform, analysis), analysis, language).startswith(PNG)


def test_the_curves_hold_what_was_found():
    waveform, analysis = analysed(faulty_g())
    curves = curves_of(waveform, analysis)
    assert curves.waveform.y.max() == waveform.samples.max()  # thinning keeps peaks
    assert curves.waveform.y.min() == waveform.samples.min()
    assert (np.diff(curves.waveform.x) >= 0).all()
    harmonics = [mark.frequency_hz for mark in curves.envelope_marks if mark.kind == "harmonic"]
    assert len(harmonics) == 4
    top = curves.envelope.x[curves.envelope.y.argmax()]
    assert min(abs(top - line) for line in harmonics) < 1.0
    low, high = curves.bands.edges_hz[curves.bands.chosen]
    assert low < 3000 < high or low < 4000  # where the resonance is


def test_lines_of_the_velocity_spectrum_are_peak_amplitudes():
    time_s = np.arange(round(4 * RATE_HZ)) / RATE_HZ
    samples = 0.1 * np.sin(2 * np.pi * 100 * time_s) + sound_g() / 100
    curve = curves_of(*analysed(samples)).velocity
    top = int(curve.y.argmax())
    assert curve.x[top] == pytest.approx(100, abs=0.5)
    assert curve.y[top] == pytest.approx(0.1 * 9806.65 / (2 * np.pi * 100), rel=0.02)


def test_nothing_found_marks_what_was_looked_for_and_nothing_without_a_speed():
    waveform, analysis = analysed(sound_g())
    assert {mark.label for mark in curves_of(waveform, analysis).envelope_marks} == {"BPFO", "BPFI", "2xBSF", "FTF"}
    for fields, conditions in (({"speed_rpm": None}, KNOWN), ({}, Conditions())):
        waveform, analysis = analysed(sound_g(), conditions, **fields)
        assert curves_of(waveform, analysis).envelope_marks == ()
        assert picture_png(curves_of(waveform, analysis), analysis, "en").startswith(PNG)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_are_small(language):
    waveform, analysis = analysed(faulty_g(), machine="泵 1")
    picture = picture_png(curves_of(waveform, analysis), analysis, language)
    assert picture.startswith(PNG)
    assert len(picture) < 400_000
    narrow = picture_png(curves_of(waveform, analysis), analysis, language, "narrow")
    assert pixels(narrow)[0] < pixels(picture)[0]  # for telephones


def test_pictures_do_without_a_chinese_font(monkeypatch):
    monkeypatch.setattr("stream.analysis.report.plots._FONTS", ())
    waveform, analysis = analysed(faulty_g())
    assert picture_png(curves_of(waveform, analysis), analysis, "zh").startswith(PNG)


def test_the_page_needs_no_other_file_and_escapes_everything():
    _, analysis = analysed(faulty_g())
    nasty = "<script>alert('x')</script>&\""
    analysis = msgspec.structs.replace(
        analysis, machine=nasty, bearing=msgspec.structs.replace(analysis.bearing, name=nasty, source=nasty)
    )
    page = html_page([Shown(analysis, PNG, PNG + b"2")], "en", file=nasty)
    read = Texts()
    read.feed(page)
    assert "script" not in read.tags
    assert any(nasty in text for text in read.texts)
    pictures = [base64.b64encode(picture).decode() for picture in (PNG + b"2", PNG)]
    assert read.sources == [f"data:image/png;base64,{picture}" for picture in pictures]
    assert "default-src 'none'" in page
    assert "Damaged outer race of the bearing" in page


def test_the_page_holds_every_point_in_its_language():
    analyses = [
        Shown(analysed(signal, machine=name)[1], PNG, PNG)
        for name, signal in (("泵", faulty_g()), ("风机", sound_g()))
    ]
    page = html_page(analyses, "zh", file="一月.jsonl")
    assert page.count("<section ") == 2
    assert "文件：一月.jsonl" in page
    assert 'lang="zh-Hans"' in page
    for part in ("泵 · DE", "风机 · DE", "轴承外圈损伤", "正常：未发现故障"):
        assert page.count(part) >= 2  # in the overview too
    for target in re.findall(r'href="#(\w+)"', page):
        assert f'id="{target}"' in page
    assert "总览" not in html_page(analyses[:1], "zh", file="一月.jsonl")  # of one there is nothing to overlook


@pytest.mark.parametrize(
    ("fields", "conditions", "asked"),
    [
        ({"speed_rpm": None}, Conditions(), ("--speed", "--bearing")),
        ({"speed_rpm": None}, KNOWN, ("--speed",)),
        ({}, Conditions(), ("--bearing",)),
        ({}, KNOWN, ()),
    ],
)
def test_what_is_missing_for_a_verdict_is_asked_for(fields, conditions, asked):
    _, analysis = analysed(sound_g(), conditions, **fields)
    for language in ("en", "zh"):
        texts = [fact.text for fact in facts_of(analysis, language) if fact.label in ("Give also", "请补充")]
        assert len(texts) == bool(asked)
        for option in ("--speed", "--bearing"):
            assert (option in "".join(texts)) == (option in asked)


def test_certainty_is_never_claimed_and_unlikely_faults_stay_in_the_json():
    _, analysis = analysed(faulty_g())
    sure = msgspec.structs.replace(analysis.diagnosis, confidence=1.0)
    doubtful = Hypothesis(fault="bearing_cage", confidence=0.4, sentence_en="Perhaps the cage.")
    sure = msgspec.structs.replace(sure, hypotheses=(*sure.hypotheses, doubtful))
    text = shown(msgspec.structs.replace(analysis, diagnosis=sure))
    assert "> 99 %" in text
    assert "100" not in text.split("Evidence")[0]
    assert "Perhaps the cage" not in text
    open_ = msgspec.structs.replace(sure, verdict="unknown", hypotheses=(doubtful,))
    assert "Perhaps the cage" in shown(msgspec.structs.replace(analysis, diagnosis=open_))


@pytest.mark.parametrize("factor", [1e5, 1e-6])
def test_a_level_that_no_machine_has_asks_for_unit_and_scale_and_gets_no_zone(factor):
    _, analysis = analysed(factor * sound_g())
    assert analysis.quality.flags == ("implausible",)
    assert analysis.quality.ok
    assert analysis.severity.zone is None
    assert "check --unit and --scale" in " ".join(shown(analysis).split())


def test_the_time_of_a_recording_is_told():
    _, analysis = analysed(sound_g(), begins_us=1_772_352_000_000_000)
    assert "2026-03-01 08:00:00 UTC" in shown(analysis)
    assert b'"time":"2026-03-01T08:00:00Z"' in msgspec.json.encode(analysis)


def test_the_piece_of_the_waveform_holds_its_highest_peak():
    samples = sound_g()
    samples[20_000] = 9.0
    waveform, analysis = analysed(samples)
    curves = curves_of(waveform, analysis)
    assert curves.piece.y.max() == 9.0
    assert curves.piece_turns == 4
    assert curves.piece.x[-1] - curves.piece.x[0] == pytest.approx(4 * 60 / SPEED_RPM, rel=0.01)


def test_bands_in_which_nothing_stands_out_stay_pale():
    sound, faulty = (curves_of(*analysed(samples)).bands.prominence_db for samples in (sound_g(), faulty_g()))
    assert sound.max() < 8.0
    assert faulty.max() > 12.0
