"""What stands in a topic, told by clients that are not redrive: Java's, and kcat."""

import base64
import contextlib
import gc
import json
import re
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import admin, jars, process
from .admin import Commands

KCAT_TIMEOUT_S = 120
_CHUNK = 1 << 20
_PLACE = struct.Struct(">iqq")
_LENGTH = struct.Struct(">i")
# A topic that was made a moment ago may refuse a producer's first batch and take its second: then the first never fits.
_IN_TURN = {"max.in.flight.requests.per.connection": "1"}

Headers = list[tuple[str, bytes | None]]


class Record(NamedTuple):
    """A record as it stands in a topic; ts is its timestamp in ms."""

    partition: int
    offset: int
    ts: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Lean(NamedTuple):
    """A record without timestamp and headers, for the tests that read a million."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


def consume(broker: Commands, topic: str, isolation: str = "read_committed") -> list[Record]:
    """All records of a topic up to its end at the call, byte for byte, by Java's consumer; by partition and offset."""
    with tempfile.NamedTemporaryFile(prefix="redrive-consume-") as file:
        count = broker.ask("consume", topic=topic, isolation=isolation, file=file.name)
        with _no_garbage_collection():
            records = sorted(_records(file.read()), key=lambda r: r[:2])
    assert len(records) == count
    return records


@contextlib.contextmanager
def _no_garbage_collection():
    """Without the collector a million records take half the time: it would walk them all again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _records(data: bytes) -> Iterator[Record]:
    """Records out of the framing that Records.java describes."""
    at = 0
    while at < len(data):
        place = _PLACE.unpack_from(data, at)
        key, at = _field(data, at + _PLACE.size)
        value, at = _field(data, at)
        (left,), at = _LENGTH.unpack_from(data, at), at + _LENGTH.size
        headers = []
        for _ in range(left):
            name, at = _field(data, at)
            content, at = _field(data, at)
            headers.append((name.decode(), content))
        yield Record(*place, key, value, headers)


def _field(data: bytes, at: int) -> tuple[bytes | None, int]:
    """The bytes that begin at `at`, None for null, and where the next field begins."""
    (size,) = _LENGTH.unpack_from(data, at)
    start = at + _LENGTH.size
    return (None, start) if size < 0 else (data[start:start + size], start + size)


def consume_kcat(broker: Commands, topic: str) -> list[Record]:
    """The same by kcat -J, read-committed; right only where keys, values and headers are text without NUL."""
    lines = _kcat(broker, topic, "-J").splitlines()
    records = []
    for record in map(json.loads, lines):
        flat = [None if text is None else text.encode() for text in record.get("headers", [])]
        headers = [(name.decode(), content) for name, content in zip(flat[::2], flat[1::2])]
        key, value = (None if record[f] is None else record[f].encode() for f in ("key", "payload"))
        records.append(Record(record["partition"], record["offset"], record["ts"], key, value, headers))
    return sorted(records, key=lambda r: r[:2])


def _kcat(broker: Commands, topic: str, *options: str) -> bytes:
    done = subprocess.run(_kcat_consume(broker, topic, "read_committed", *options),
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=KCAT_TIMEOUT_S)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _kcat_consume(broker: Commands, topic: str, isolation: str, *options: str) -> list[str]:
    return ["kcat", "-C", "-b", broker.bootstrap, "-t", topic, "-o", "beginning", "-e", "-q",
            "-X", f"isolation.level={isolation}", "-X", "fetch.wait.max.ms=20", *options]


def consume_lean(broker: Commands, topic: str, isolation: str = "read_committed") -> Iterator[Lean]:
    """All records up to the end, by kcat, as they come: in order within a partition. A million takes seconds."""
    # kcat fills a pipe 4 KiB at a time, which takes it three times as long.
    command = ["stdbuf", "-o1M", *_kcat_consume(broker, topic, isolation, "-f", r"%p %o %K %S\n%k%s")]
    with tempfile.TemporaryFile() as errors:
        kcat = process.start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                             pipesize=_CHUNK)
        try:
            yield from _lean_records(kcat.stdout)
            errors.seek(0)
            assert kcat.wait(KCAT_TIMEOUT_S) == 0, errors.read().decode()
        finally:
            process.terminate(kcat, timeout_s=5)
            kcat.stdout.close()


def _lean_records(stream) -> Iterator[Lean]:
    """Records out of "partition offset key-length value-length\\n" key value; a length of -1 is null."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        data, at = rest + chunk, 0
        while (line_end := data.find(b"\n", at)) >= 0:
            partition, offset, key_size, size = map(int, data[at:line_end].split())
            key_end = line_end + 1 + max(key_size, 0)
            end = key_end + max(size, 0)
            if end > len(data):
                break
            yield Lean(partition, offset,
                       data[line_end + 1:key_end] if key_size >= 0 else None,
                       data[key_end:end] if size >= 0 else None)
            at = end
        rest = data[at:]
    assert not rest, f"{len(rest)} bytes of a torn record"


def console_consumer(broker: Commands, topic: str, timeout_ms: int = 5000, *options: str) -> list[bytes]:
    """Lines that Kafka's own console consumer prints, from the beginning until timeout_ms without a record."""
    command = ["java", "-cp", jars.classpath(), "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
               "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", broker.bootstrap,
               "--topic", topic, "--from-beginning", "--timeout-ms", str(timeout_ms), *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60 + timeout_ms / 1000)
    read = re.search(rb"Processed a total of (\d+) messages", done.stderr + done.stdout)
    assert read, done.stderr.decode()
    return done.stdout.splitlines()


def produce(broker: Commands, topic: str, records: Iterable, config: dict | None = None,
            transaction: str | None = None) -> list[tuple[int, int]]:
    """Writes records by Java's producer, byte for byte; returns [(partition, offset)].

    A record is a Record (its offset does not count) or a dict of partition, ts, key, value, headers, all optional.
    config: Java properties of the producer. transaction: "commit" or "abort" to write them all in one.
    """
    rows = [_row(r._asdict() if isinstance(r, Record) else r) for r in records]
    written = broker.ask("produce", topic=topic, records=rows, config={**_IN_TURN, **(config or {})}, transaction=transaction)
    return [tuple(place) for place in written]


def _row(fields: dict) -> list:
    return [fields.get("partition"), fields.get("ts"), _text(fields.get("key")), _text(fields.get("value")),
            [[name, _text(content)] for name, content in fields.get("headers", [])]]


def java_partitions(keys: Iterable[bytes], count: int) -> list[int]:
    """Where Java's producer puts each key in a topic with `count` partitions."""
    with tempfile.NamedTemporaryFile("w", prefix="redrive-keys-") as file:
        file.writelines(f"{_text(key)}\n" for key in keys)
        file.flush()
        return admin.shared().request("", "partitions", file=file.name, count=count)


def java_partition(key: bytes, count: int) -> int:
    """Where Java's producer puts a key in a topic with `count` partitions."""
    return java_partitions([key], count)[0]


def _text(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()
