"""Every folder of fixtures/load is a case: its input, loaded, must come out as expected.

    args           what follows `redrive produce`, in shell quoting; {dir} is the folder
    input.*        the files to load, in the order of their names
    expect.topic   a record a line: key TAB value TAB headers as JSON, where there are any
    expect.dlq     a dead letter a line: error-type TAB source-line TAB value
    expect.exit    the exit status

Null is written as a lone `~`; backslash escapes stand for bytes that would break a line.
REDRIVE_REGENERATE=1 writes the expectations anew, to be reviewed in the diff.
"""

import json
import os
import shlex
from pathlib import Path

import pytest

from harness import witness

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "load"


def text(value):
    if value is None:
        return "~"
    return value.decode("utf-8", "backslashreplace").replace("\\", "\\\\") \
        .replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0")


def topic_line(record):
    columns = [text(record.key), text(record.value)]
    if record.headers:
        columns.append(json.dumps([[name, text(value)] for name, value in record.headers]))
    return "\t".join(columns)


def dead_letter_line(record):
    headers = dict(record.headers)
    return "\t".join([text(headers["error-type"]), text(headers["source-line"]),
                      text(record.value)])


def compare(case, name, got):
    path = case / name
    if os.environ.get("REDRIVE_REGENERATE"):
        path.write_text(got)
    assert got == path.read_text(), f"{path} differs"


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case, broker, topic, run):
    name, dlq = topic(partitions=1), topic(partitions=1)
    inputs = [str(path) for path in sorted(case.glob("input.*"))]
    result = run(["produce", "-b", broker.bootstrap, "-t", name, "--dlq", dlq, "--summary", "json",
                  *shlex.split((case / "args").read_text()), *inputs])
    records, dead = witness.consume(broker, name), witness.consume(broker, dlq)
    counts = result.summary["records"]
    assert counts["read"] == counts["delivered"] + counts["dead_lettered"]
    assert (counts["delivered"], counts["dead_lettered"]) == (len(records), len(dead))
    compare(case, "expect.topic", "".join(topic_line(r) + "\n" for r in records))
    compare(case, "expect.dlq", "".join(dead_letter_line(r) + "\n" for r in dead))
    compare(case, "expect.exit", f"{result.status}\n")
