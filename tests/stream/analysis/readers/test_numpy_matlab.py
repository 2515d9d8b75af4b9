"""Waveforms from named arrays; nothing is ever unpickled."""

import pickle
import struct
import zipfile

import numpy as np
import pytest
from scipy.io import savemat

from tests.stream.analysis.files import read, refused

VALUES = np.random.default_rng(1).standard_normal(500)
GIVEN = {"rate_hz": 1000.0, "unit": "g"}


class Trap:
    """What a pickle may do: call anything."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


# --- NumPy


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f8"])
def test_one_array_of_numbers(tmp_path, dtype):
    np.savez(tmp_path / "泵.npz", signal=VALUES.astype(dtype))
    found = read(tmp_path / "泵.npz", **GIVEN)
    assert np.allclose(found.samples, VALUES, atol=1e-6)
    assert (found.machine, found.point, found.samples.dtype) == ("泵", "signal", np.float64)
    np.save(tmp_path / "b.npy", VALUES.astype(dtype))
    assert np.allclose(read(tmp_path / "b.npy", **GIVEN).samples, VALUES, atol=1e-6)


def test_rate_and_unit_by_the_names_beside_it(tmp_path):
    np.savez(tmp_path / "a.npz", acc_g=VALUES, fs_hz=2000.0, shaft_hz=25.0)
    found = read(tmp_path / "a.npz")
    assert (found.rate_hz, found.unit, found.point) == (2000.0, "g", "acc_g")
    assert read(tmp_path / "a.npz", rate_hz=999.0).rate_hz == 999.0
    np.savez(tmp_path / "b.npz", acc_g=VALUES, fs=2000.0, sr=1000.0)
    assert "--rate" in refused(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", acc_g=VALUES, fs=np.nan)
    assert "--rate" in refused(tmp_path / "c.npz")


def test_whole_numbers_need_their_scale(tmp_path):
    np.savez(tmp_path / "a.npz", DE=np.round(1000 * VALUES).astype(np.int16), DE_lsb_g=0.001)
    assert "--scale" in refused(tmp_path / "a.npz", **GIVEN)
    assert np.allclose(read(tmp_path / "a.npz", **GIVEN, scale=0.001).samples, VALUES, atol=6e-4)


def test_keys_are_listed_where_the_choice_is_open(tmp_path):
    np.savez(tmp_path / "a.npz", DE=VALUES, FE=VALUES, rpm=1772)
    told = refused(tmp_path / "a.npz", **GIVEN)
    assert "--key NAME" in told
    assert "DE (500, float64), FE (500, float64), rpm = 1772" in told
    assert "no key 'BA'" in refused(tmp_path / "a.npz", **GIVEN, key="BA")
    assert read(tmp_path / "a.npz", **GIVEN, key="FE").point == "FE"
    assert "single value" in refused(tmp_path / "a.npz", **GIVEN, key="rpm", scale=1.0)


@pytest.mark.parametrize("shape", [(500, 3), (3, 500), (1, 500, 3)])
def test_channels_are_columns_along_the_shorter_side(tmp_path, shape):
    values = np.arange(1500.0).reshape(500, 3)
    np.savez(tmp_path / "a.npz", acc=values.T if shape == (3, 500) else values.reshape(shape))
    assert "a number from 1 to 3" in refused(tmp_path / "a.npz", **GIVEN)
    assert "no column '4'" in refused(tmp_path / "a.npz", **GIVEN, column="4")
    found = read(tmp_path / "a.npz", **GIVEN, column="2")
    assert np.array_equal(found.samples, values[:, 1])
    assert found.point == "acc-2"


def test_a_pickle_is_never_loaded(tmp_path):
    np.savez(tmp_path / "a.npz", acc=np.array([Trap()], dtype=object))
    assert "never loaded" in refused(tmp_path / "a.npz", **GIVEN)
    np.save(tmp_path / "b.npy", np.array([Trap()], dtype=object))
    assert "never loaded" in refused(tmp_path / "b.npy", **GIVEN)
    (tmp_path / "c.npy").write_bytes(pickle.dumps(Trap()))
    refused(tmp_path / "c.npy", **GIVEN)
    (tmp_path / "d.npz").write_bytes(pickle.dumps(Trap()))
    refused(tmp_path / "d.npz", **GIVEN)


def test_plain_numbers_beside_a_pickle_are_read(tmp_path):
    np.savez(tmp_path / "a.npz", about=np.array([Trap()], dtype=object), acc=VALUES)
    assert np.array_equal(read(tmp_path / "a.npz", **GIVEN).samples, VALUES)
    assert np.array_equal(read(tmp_path / "a.npz", **GIVEN, key="acc").samples, VALUES)
    assert "never loaded" in refused(tmp_path / "a.npz", **GIVEN, key="about")


@pytest.mark.parametrize(
    "values", [VALUES > 0, VALUES.astype(complex), VALUES.astype(str), VALUES.reshape(5, 10, 10)]
)
def test_what_is_no_waveform_is_refused(tmp_path, values):
    np.savez(tmp_path / "a.npz", acc=values)
    refused(tmp_path / "a.npz", **GIVEN)


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
@pytest.mark.parametrize("kept", [0, 3, 60, 1000])
def test_cut_off_files_are_told(tmp_path, name, kept):
    file = tmp_path / name
    (np.savez if name.endswith("z") else np.save)(file, VALUES)
    file.write_bytes(file.read_bytes()[:kept])
    refused(file, **GIVEN)


def test_a_file_that_claims_too_much_is_refused_before_memory_is_taken(tmp_path):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }\n"
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    assert "fewer values than it says" in refused(tmp_path / "a.npy", **GIVEN)
    with (
        zipfile.ZipFile(tmp_path / "b.npz", "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("acc.npy", "w") as file,
    ):
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    refused(tmp_path / "b.npz", **GIVEN)


# --- MATLAB


def test_matlab_variables_and_structs(tmp_path):
    savemat(tmp_path / "a.mat", {"X105_DE_time": VALUES[:, None], "X105RPM": 1797})
    found = read(tmp_path / "a.mat", **GIVEN)
    assert np.array_equal(found.samples, VALUES)
    assert found.point == "X105_DE_time"
    savemat(tmp_path / "b.mat", {"bearing": {"sr": 97656.0, "rate": 25.0, "gs": VALUES}}, do_compression=True)
    found = read(tmp_path / "b.mat", unit="g")
    assert (found.rate_hz, found.point) == (97656.0, "bearing.gs")
    channels = np.array([("force", VALUES), ("vibration_1", 2 * VALUES)], dtype=[("Name", "O"), ("Data", "O")])
    savemat(tmp_path / "row.mat", {"K001": {"Y": channels, "Info": {"a": 1.0}}})
    assert "K001.Y.force.Data (1 x 500, float64)" in refused(tmp_path / "row.mat", **GIVEN)
    found = read(tmp_path / "row.mat", **GIVEN, key="K001.Y.vibration_1.Data")
    assert np.array_equal(found.samples, 2 * VALUES)
    savemat(tmp_path / "nameless.mat", {"Y": np.array([(VALUES,), (3 * VALUES,)], dtype=[("Data", "O")])})
    assert np.array_equal(read(tmp_path / "nameless.mat", **GIVEN, key="Y.2.Data").samples, 3 * VALUES)
    savemat(tmp_path / "c.mat", {"DE_time": VALUES, "FE_time": VALUES, "note": "泵"})
    assert "DE_time (1 x 500, float64)" in refused(tmp_path / "c.mat", **GIVEN)
    assert read(tmp_path / "c.mat", **GIVEN, key="FE_time").point == "FE_time"
    savemat(tmp_path / "d.mat", {"acc": VALUES}, format="4")
    assert np.array_equal(read(tmp_path / "d.mat", **GIVEN).samples, VALUES)


def test_matlab_7_3_is_told_clearly(tmp_path):
    file = tmp_path / "a.mat"
    file.write_bytes(
        b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + struct.pack("<HH", 0x0200, 0x4D49) + bytes(64)
    )
    assert "'-v7'" in refused(file, **GIVEN)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kept", [1, 50, 130, 1000, 2500])
def test_matlab_files_that_are_cut_off_are_told(tmp_path, kept, compressed):
    file = tmp_path / "a.mat"
    savemat(file, {"acc": VALUES}, do_compression=compressed)
    file.write_bytes(file.read_bytes()[:kept])
    refused(file, **GIVEN)


@pytest.mark.parametrize(
    "content", [b"nonsense", b"\x93NUMPY" * 100, bytes(500), b"MATLAB 5.0 MAT-file" + bytes(300)]
)
def test_what_is_no_matlab_file_is_told(tmp_path, content):
    (tmp_path / "a.mat").write_bytes(content)
    refused(tmp_path / "a.mat", **GIVEN)
