"""`redrive errors`: the contract that the code keeps is the one that is told."""

import re

import pytest

from harness import paths
from harness.run import run

CLASSES = ("transient", "permanent", "configuration", "fatal")


def contract():
    """Every code of the table in the source."""
    source = (paths.ROOT / "lib" / "kafka" / "contract.c").read_text()
    table = source.split("table[] = {")[1].split("\n};")[0]
    kafka = re.findall(r"\bKAFKA\((\w+),", table)
    ours = re.findall(r'(?:FAULT\(|\{)\s*"(\w+)",', table)
    assert len(kafka) > 30 and len(ours) > 8
    return sorted(set(kafka + ours))


CODES = contract()


def test_all_codes_are_listed_once_under_a_class():
    out = run(["errors"]).stdout
    assert [line.split(":")[0] for line in out.splitlines() if re.match(r"\w+: ", line)] == list(CLASSES)
    assert sorted(re.findall(r"^  (\w+) ", out, re.M)) == CODES


def test_the_list_is_in_columns_and_fits_into_100():
    rows = [line for line in run(["errors"]).stdout.splitlines() if line.startswith("  ")]
    assert len({re.match(r"  \w+ +", row).end() for row in rows}) == 1
    assert max(len(row) for row in rows) <= 100


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_meaning_and_remedy(code):
    result = run(["errors", code])
    assert result.status == 0
    assert re.match(rf"{code}\n  class:    ({'|'.join(CLASSES)}) \(.+\)\n  meaning:  .+\n  to mend:  .+\n", result.stdout)


def test_a_code_with_two_causes_tells_both():
    out = run(["errors", "INVALID_TIMESTAMP"]).stdout
    assert "the broker's clock" in out
    assert "can't be read as one" in out


def test_several_codes_in_any_case():
    result = run(["errors", "invalid_json", "_TRANSPORT"])
    assert result.status == 0
    assert "INVALID_JSON\n" in result.stdout and "_TRANSPORT\n" in result.stdout


def test_an_unknown_code_and_its_nearest(refused):
    assert "'INVALID_JSN'; did you mean INVALID_JSON?" in refused("errors", "INVALID_JSN")
    assert "did you mean" not in refused("errors", "XYZZY")


def test_an_unknown_code_among_known_ones_is_told_before_anything_is_printed(refused):
    refused("errors", "INVALID_JSON", "XYZZY")
