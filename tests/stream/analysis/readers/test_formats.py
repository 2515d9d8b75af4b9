"""Files of the extra `files`: each gives the sine that was written, with its rate and unit."""

import sys
import zipfile
from xml.sax.saxutils import escape

import numpy as np
import pytest

from tests.stream.analysis.files import read, refused

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DAMAGED = (b"nonsense", b"PK\x03\x04" + bytes(60), b"TDSm" + bytes(60), b"PAR1" + bytes(60))
RATE = 1000.0
SINE = 5.0 * np.sin(2 * np.pi * 50 * np.arange(3000) / RATE + 0.1)


def is_sine(found):
    assert found.rate_hz == pytest.approx(RATE, rel=1e-6)
    assert found.unit == "g"
    assert np.allclose(found.samples, SINE, atol=1e-5)


def write_sheet(file, *sheets):
    """Write a spreadsheet of rows of cells, as small as the format allows."""
    kinds, links, entries = "", "", ""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (name, rows) in enumerate(sheets, 1):
            text = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{text}</sheetData></worksheet>'
            packed.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
            kind = f"{SHEETS}.worksheet+xml"
            kinds += f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}"/>'
            target = f'Target="worksheets/sheet{number}.xml"'
            links += f'<Relationship Id="r{number}" Type="{OFFICE}/worksheet" {target}/>'
            entries += f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"/>'
        book = f'<Override PartName="/xl/workbook.xml" ContentType="{SHEETS}.sheet.main+xml"/>'
        rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        root = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        packed.writestr(
            "[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">{rels}{book}{kinds}</Types>'
        )
        packed.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{root}</Relationships>')
        packed.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>'
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
        )
    return file


def _cell(value):
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{float(value)!r}</v></c>"


def samples_sheet(name="Data"):
    return name, [["Time (s)", "加速度 (g)"], *([k / RATE, value] for k, value in enumerate(SINE))]


def test_a_sheet_is_a_table(tmp_path):
    is_sine(read(write_sheet(tmp_path / "a.xlsx", ("About", [["Logger", "7"]]), samples_sheet())))
    both = write_sheet(tmp_path / "b.xlsx", samples_sheet("DE"), samples_sheet("NDE"))
    assert "choose one with --key: DE, NDE" in refused(both)
    is_sine(read(both, key="NDE"))
    assert "there is no sheet 'X'; there are DE, NDE" in refused(both, key="X")
    counts = write_sheet(tmp_path / "c.xlsx", ("A", [["acc (g)"], *([round(400 * v)] for v in SINE)]))
    assert "--scale" in refused(counts, rate_hz=RATE)


def test_labview_measurement_files(tmp_path):
    heads = [
        "LabVIEW Measurement\t", "Separator\tTab", "X_Columns\tOne", "***End_of_Header***\t",
        "\t", "Channels\t2\t\t", "Samples\t3000\t3000\t", "Y_Unit_Label\tg\tV", "X_Dimension\tTime\tTime\t",
        "X0\t0.0\t0.0", "Delta_X\t0.001000\t0.001000", "***End_of_Header***\t\t\t", "X_Value\tDE\tTacho\tComment",
    ]  # fmt: skip
    rows = [f"{k / RATE:.6f}\t{value:.6f}\t0.5" for k, value in enumerate(SINE)]
    (tmp_path / "a.lvm").write_text("\r\n".join([*heads, *rows]), encoding="utf-8")
    is_sine(read(tmp_path / "a.lvm", column="DE"))
    assert "--scale" in refused(tmp_path / "a.lvm", column="Tacho")
    without = [row.partition("\t")[2] for row in rows]
    (tmp_path / "b.lvm").write_text("\r\n".join([*heads, *(f"\t{row}" for row in without)]), encoding="utf-8")
    is_sine(read(tmp_path / "b.lvm", column="DE"))
    (tmp_path / "c.lvm").write_text("\r\n".join([*heads, *rows, *heads[5:], *rows]), encoding="utf-8")
    assert "2 recordings below each other" in refused(tmp_path / "c.lvm", column="DE")


def test_tdms(tmp_path):
    nptdms = pytest.importorskip("nptdms")
    properties = {"wf_increment": 1 / RATE, "unit_string": "g"}
    with nptdms.TdmsWriter(str(tmp_path / "a.tdms")) as writer:
        writer.write_segment(
            [
                nptdms.ChannelObject("Vib", "DE", SINE, properties=properties),
                nptdms.ChannelObject("Vib", "NDE", 2 * SINE, properties=properties),
            ]
        )
    assert "choose one with --key: Vib/DE, Vib/NDE" in refused(tmp_path / "a.tdms")
    is_sine(read(tmp_path / "a.tdms", key="Vib/DE"))
    is_sine(read(tmp_path / "a.tdms", column="DE"))
    assert "no channel 'X'" in refused(tmp_path / "a.tdms", key="X")


def test_universal_files(tmp_path):
    pyuff = pytest.importorskip("pyuff")
    file = pyuff.UFF(str(tmp_path / "a.uff"))
    for name in ("DE", "NDE"):
        file.write_sets(
            {
                "type": 58, "func_type": 1, "id1": name, "data": SINE, "x": np.arange(SINE.size) / RATE,
                "rsp_node": 1, "rsp_dir": 3, "ref_node": 0, "ref_dir": 0, "binary": 0,
                "abscissa_spec_data_type": 17, "abscissa_spacing": 1, "abscissa_min": 0.0, "abscissa_inc": 1 / RATE,
                "ordinate_spec_data_type": 12, "ordinate_axis_units_lab": "g", "orddenom_spec_data_type": 0,
                "z_axis_spec_data_type": 0, "ord_data_type": 4, "num_pts": SINE.size,
            },
            "add" if name == "NDE" else "overwrite",
        )  # fmt: skip
    assert "several time records" in refused(tmp_path / "a.uff")
    is_sine(read(tmp_path / "a.uff", key="2"))


@pytest.mark.parametrize("times", ["stamps", "numbers", "none"])
def test_parquet(tmp_path, times):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    stamps = np.datetime64("2026-03-01T08:00:00", "ns") + np.arange(SINE.size) * np.timedelta64(1, "ms")
    columns = {"stamps": {"when": stamps}, "numbers": {"t (s)": np.arange(SINE.size) / RATE}, "none": {}}[times]
    parquet.write_table(arrow.table({**columns, "acc (g)": SINE}), tmp_path / "a.parquet")
    is_sine(read(tmp_path / "a.parquet", **({"rate_hz": RATE} if times == "none" else {})))
    series = arrow.table({**columns, "sensor": ["DE", "NDE"] * (SINE.size // 2), "acc (g)": SINE})
    parquet.write_table(series, tmp_path / "b.parquet")
    assert "several series" in refused(tmp_path / "b.parquet", rate_hz=RATE)


def test_matlab_7_3(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["run/acc_g"] = SINE[None, :]
        file["run/fs"] = [[RATE]]
        cells = file.create_dataset("cells", (1, 1), dtype=h5py.ref_dtype)
        cells[0, 0] = file["run/acc_g"].ref
    is_sine(read(tmp_path / "a.mat", key="run.acc_g"))
    assert read(tmp_path / "a.mat", key="cells.1", unit="g").samples.size == SINE.size


@pytest.mark.parametrize(
    ("name", "module"),
    [("a.xlsx", "python_calamine"), ("a.tdms", "nptdms"), ("a.uff", "pyuff"), ("a.parquet", "pyarrow")],
)
def test_a_missing_library_is_told_with_the_command_that_installs_it(tmp_path, monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(b"x")
    assert "pip install 'stethos[files]'" in refused(tmp_path / name)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.tdms", "a.uff", "a.unv", "a.parquet", "a.lvm"])
@pytest.mark.parametrize("content", DAMAGED)
def test_damaged_files_are_told(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name, rate_hz=RATE, unit="g")
