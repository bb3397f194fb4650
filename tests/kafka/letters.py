"""Dead letters to look at: records as redrive dead-letters them, written by Java's producer."""

from datetime import datetime, timedelta, timezone

START_MS = 1_767_225_600_000  # 2026-01-01
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def iso(at: int) -> str:
    """A time in ms as dead letters have it."""
    return (_EPOCH + timedelta(milliseconds=at)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03}Z"


def letter(kind="MISSING_FIELD", message="required field /total is missing", at=START_MS, topic="orders.created",
           partition=0, key=b"customer-1", value=b"{}", more=()):
    """A record for harness.witness.produce; more: further headers."""
    ours = [("original-topic", topic), ("error-timestamp", iso(at)), ("error-type", kind), ("error-message", message),
            ("retry-count", "0"), ("error-class", "permanent"), ("persisted", "no")]
    return {"partition": partition, "ts": at, "key": key, "value": value,
            "headers": [(name, text.encode()) for name, text in ours] + list(more)}


def from_file(file, line, offset, value, form="ndjson", columns=None, delimiter=None, **fields):
    """The same for a line of a file."""
    where = [("source-file", file), ("source-line", str(line)), ("source-offset", str(offset)), ("source-format", form)]
    where += [("source-columns", columns)] if columns else []
    where += [("source-delimiter", delimiter)] if delimiter else []
    return letter(value=value, more=[(name, text.encode()) for name, text in where], **fields)


def args(broker, topic, *more, form="json"):
    """Arguments that look at a topic."""
    return ["dlq-inspect", "-b", broker.bootstrap, "-t", topic, "--format", form, *more]
