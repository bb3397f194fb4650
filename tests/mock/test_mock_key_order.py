"""--keep-key-order: which records follow one that has failed, and which don't."""

from loads import DLQ, TOPIC, check, events, headers

KEEP = ("--keep-key-order", "-k", "customerId")


def lines(*fields: str) -> str:
    """Orders of one customer, numbered from 1, with these further fields."""
    return "".join(f'{{"orderId": {n}, "customerId": "{field[0]}"{field[1:]}}}\n'
                   for n, field in enumerate(fields, 1))


def dead(dlq_cluster) -> list[tuple[int, str]]:
    """(source line, error type) of each dead letter, in order."""
    said = [headers(record) for record in dlq_cluster.read(DLQ)]
    return [(int(one["source-line"]), one["error-type"]) for one in said]


def test_a_record_that_waited_for_room_is_held(load, cluster, dlq_cluster):
    """While the second of the key waits for the first one's round to end, that one fails."""
    cluster.topic(TOPIC, 1)
    cluster.errors("INVALID_RECORD", 2)
    result = load(lines("A", "A", "A", "B"), cluster, dlq_cluster, *KEEP, "-X", "batch.num.messages=1")
    check(result, 3, read=4, delivered=1, dead_lettered=3)
    assert dead(dlq_cluster) == [(1, "INVALID_RECORD"), (2, "KEY_HELD"), (3, "KEY_HELD")]


def test_a_stop_says_that_keys_are_forgotten(load, cluster, dlq_cluster):
    cluster.topic(TOPIC, 1)
    text = lines("A", "A, \"total\": 1", "B", "B, \"total\": 1")
    result = load(text, cluster, dlq_cluster, *KEEP, "--require", "/total", "--max-failures", "1")
    check(result, 5, read=2, dead_lettered=2)
    assert len(events(result, "keys_forgotten")) == 1, result


def test_a_record_before_the_failed_one_is_sent(load, cluster, dlq_cluster):
    """It was refused with its batch, and is sent again after a later one of its key has failed."""
    cluster.topic(TOPIC, 1)
    cluster.errors("INVALID_RECORD", 1)
    text = lines("B, \"total\": 1", "A, \"total\": 1", "A", "A, \"total\": 1")
    result = load(text, cluster, dlq_cluster, *KEEP, "--require", "/total")
    check(result, 3, read=4, delivered=2, dead_lettered=2)
    assert dead(dlq_cluster) == [(3, "MISSING_FIELD"), (4, "KEY_HELD")]
