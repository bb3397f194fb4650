"""dlq-inspect's groups: a hundred thousand different messages are a handful, and memory stays bounded."""

import collections
import random
import string

import errors
import letters
import pytest
from letters import letter

from harness.witness import produce

COUNT = 100_000


@pytest.fixture
def groups(broker, run):
    """Groups of a topic, as --format json has them, after a check of the numbers."""
    def read(topic, count, *more):
        result = run(letters.args(broker, topic, *more))
        assert result.status == 0 and not result.err, str(result)
        report = result.summary
        assert report["messages"] == report["pending"] == count, str(result)
        assert sum(group["count"] for group in report["groups"]) == count
        return report
    return read


def test_each_kind_of_error_is_one_group(broker, topic, groups):
    name = topic(1)
    made = list(errors.messages(COUNT))
    assert len({message for _, message in made}) == COUNT
    for start in range(0, COUNT, 20_000):
        produce(broker, name, [letter(kind.type, message) for kind, message in made[start:start + 20_000]])
    report = groups(name, COUNT)
    found = {(group["type"], group["message"]): group["count"] for group in report["groups"]}
    wanted = collections.Counter((kind.type, kind.folded) for kind, _ in made)
    assert found == dict(wanted)
    assert report["left_over"] == 0
    originals = collections.defaultdict(set)
    for kind, message in made:
        originals[kind.type, kind.folded].add(message)
    for group in report["groups"]:
        assert group["example"]["dlq"]["message"] in originals[group["type"], group["message"]]


def test_what_nothing_has_in_common_is_counted_together(broker, topic, groups):
    name, chance = topic(1), random.Random(3)
    words = ["".join(chance.choices(string.ascii_lowercase, k=7)) for _ in range(20_000)]
    texts = [" ".join(chance.choices(words, k=chance.randrange(3, 9))) for _ in range(10_000)]
    produce(broker, name, [letter(f"E{n % 3}", text) for n, text in enumerate(texts)])
    report = groups(name, len(texts))
    others = [group for group in report["groups"] if group.get("others")]
    assert {group["type"] for group in others} == {"E0", "E1", "E2"}
    assert report["left_over"] == sum(group["count"] for group in others) > 7000
    assert len(report["groups"]) <= 2000 + len(others)


def test_groups_of_other_fields(broker, topic, groups):
    name = topic(2)
    produce(broker, name, [letter("A", f"number {n}", topic=f"orders.{n % 3}", partition=n % 2,
                                  value=b'{"customer":{"country":"%s"}}' % [b"DE", b"FR"][n % 5 == 0])
                           for n in range(30)])
    by_topic = groups(name, 30, "--group-by", "original-topic")["groups"]
    assert [(group["by"], group["count"]) for group in by_topic] == [
        ({"original-topic": f"orders.{n}"}, 10) for n in range(3)]
    by_country = groups(name, 30, "--group-by", "/customer/country,partition")["groups"]
    assert {tuple(group["by"].values()): group["count"] for group in by_country} == {
        ("DE", "0"): 12, ("DE", "1"): 12, ("FR", "0"): 3, ("FR", "1"): 3}
    by_nothing = groups(name, 30, "--group-by", "header:nobody")["groups"]
    assert [(group["by"], group["count"]) for group in by_nothing] == [({"header:nobody": None}, 30)]


def test_first_and_last_and_topics(broker, topic, groups):
    name = topic(1)
    produce(broker, name, [letter("A", f"number {n}", at=letters.START_MS + (n * 7919 % 1000) * 1000, topic=f"orders.{n % 7}")
                           for n in range(1000)])
    (group,) = groups(name, 1000)["groups"]
    assert (group["first_seen"], group["last_seen"]) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:16:39.000Z")
    assert group["topics"] == [f"orders.{n}" for n in range(5)] and group["more_topics"]
    assert group["share"] == 1
    assert group["message"] == "number <n>"
