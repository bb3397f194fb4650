"""The summary for people and the one for machines tell the same."""

import json
import re

import pytest
from loads import DLQ, TOPIC, orders

LABELS = {"Messages read": "read", "Messages produced": "delivered", "Messages sent to DLQ": "dead_lettered",
          "Messages in fallback": "fallback"}


def text_numbers(text: str) -> tuple[dict, dict]:
    """The numbers under their names in the JSON summary, and those of the errors."""
    found = dict(re.findall(r"^(\w[\w ]*): +([\d,]+)$", text, re.MULTILINE))
    records = {field: int(found[label].replace(",", "")) for label, field in LABELS.items()}
    errors = {code: int(count) for code, count in re.findall(r"^(\w+): (\d+) errors?$", text, re.MULTILINE)}
    return records, errors


@pytest.mark.parametrize("lines, status", [(orders(30), 0), (orders(30) + "{\n[\n", 3)])
@pytest.mark.parametrize("reachable", [True, False])
def test_both_summaries_agree(run, cluster, closed_port, lines, status, reachable):
    cluster.topic(TOPIC)
    args = ["produce", "-b", cluster.bootstrap, "-t", TOPIC, "--dlq", DLQ, "-"]
    if not reachable:
        args += ["--dlq-brokers", closed_port]
        status = status and 4
    text, machine = run(args, stdin=lines), run([*args, "--summary", "json"], stdin=lines)
    assert (text.status, machine.status) == (status, status), f"{text}\n{machine}"
    summary = json.loads(machine.stdout)
    records, errors = text_numbers(text.stdout)
    assert records == {field: summary["records"][field] for field in LABELS.values()}
    assert errors == summary["errors"]
    assert records["read"] == records["delivered"] + records["dead_lettered"] + records["fallback"]
