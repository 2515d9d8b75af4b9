"""What others rely on stays as it is: keys, positions, tags, names and options, whatever the code calls them.

`pytest tests/contract --update-golden` writes `tests/golden/contract.json` again, where a change is meant; what an
older version has stored or sent must then still be read, or be given a new version.
"""

import inspect
import json
from pathlib import Path

import pytest

from tests.contract.parts import PARTS

GOLDEN = Path(__file__).parents[1] / "golden" / "contract.json"


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text("utf-8"))


@pytest.mark.parametrize("part", PARTS)
def test_the_contract_is_kept(part, golden, tmp_path, pytestconfig):
    make = PARTS[part]
    found = make(tmp_path) if inspect.signature(make).parameters else make()
    if pytestconfig.getoption("update_golden"):
        golden[part] = found
        ordered = {name: golden[name] for name in PARTS if name in golden}
        GOLDEN.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert found == golden[part]
    assert list(found) == list(golden[part]), "in the same order"
