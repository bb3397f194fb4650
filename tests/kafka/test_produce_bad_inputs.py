"""Inputs that are not as they should be: each gets a clear answer, and costs no more than what is bad in it."""

import gzip
import json
import os
import random
import re
import signal
import stat
import sys
import threading

import orders
import pytest

from harness import paths
from harness.run import SANITIZER_MARKS
from harness.witness import consume, consume_lean

GOOD = b"".join(orders.order(n) + b"\n" for n in range(10))
MORE = b"".join(orders.order(n) + b"\n" for n in range(10, 20))
CSV = b"orderId,customerId\n" + b"".join(b"%d,c-%d\n" % (n, n % 3) for n in range(10))
GARBAGE = random.Random(1).randbytes(100_000)
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100)
KIB = 1024


@pytest.fixture
def load(broker, topic, run, tmp_path):
    """load({name: bytes}, *options) -> (result, numbers in the topic in order, values in the DLQ)."""
    def start(files, *options, status):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        name, dlq = topic(partitions=1), topic(partitions=1)
        result = run(orders.args(broker, name, *files, *options, dlq=dlq), timeout=120)
        assert result.status == status, str(result)
        orders.check_numbers(result)
        found = [number(r.value) for r in consume_lean(broker, name)]
        return result, found, [(dict(r.headers)["error-type"].decode(), r.value) for r in consume(broker, dlq)]
    return start


def number(value):
    return int(re.match(rb'{"orderId":"?(\d+)', value)[1])


def said(result, level="ERROR"):
    return re.findall(rf"{level} +(.*)", result.stderr)


def test_broken_ones_among_good_ones(load):
    files = {"good1.ndjson": GOOD, "garbage": GARBAGE, "cut.ndjson.gz": gzip.compress(MORE)[:-20], "empty.ndjson": b"",
             "good2.ndjson": MORE}
    result, found, _ = load(files, status=5)
    inputs = {one["file"]: (one["records"], one["error"]) for one in result.summary["inputs"]}
    cut, problem = inputs.pop("cut.ndjson.gz")
    assert inputs == {"good1.ndjson": (10, None), "garbage": (0, "garbage is binary, neither JSON nor CSV"),
                      "empty.ndjson": (0, None), "good2.ndjson": (10, None)}
    assert re.fullmatch(r"cut.ndjson.gz is cut off: its gzip data ends early, after \d+ bytes of decompressed data", problem)
    assert found == [*range(10), *range(10, 10 + cut), *range(10, 20)]
    assert said(result) == ["garbage is binary, neither JSON nor CSV", problem]


# name: (content, options, what is said, exit status)
NOT_ORDERS = {
    "orders": (GARBAGE, [], "orders is binary, neither JSON nor CSV"),
    "orders.csv": (GARBAGE, [], "orders.csv is binary, neither JSON nor CSV"),
    "picture.ndjson": (PICTURE, [], "picture.ndjson is a PNG picture"),
    "told.ndjson": (PICTURE, ["--format", "ndjson"], "told.ndjson is a PNG picture"),
    "no.gz": (b"\x1f\x8b\x08" + GARBAGE, [], "no.gz is damaged: its gzip data is wrong"),
    "little.csv": (b"\xff\xfe" + CSV.decode().encode("utf-16-le"), [],
                   "little.csv is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"),
    "big.ndjson": (b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), ["--format", "ndjson"],
                   "big.ndjson is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"),
    "unmarked.csv": (CSV.decode().encode("utf-16-le"), [],
                     "unmarked.csv looks like UTF-16 text; convert it first: iconv -f UTF-16LE -t UTF-8"),
    "returns.ndjson": (GOOD.replace(b"\n", b"\r"), [], "returns.ndjson has lines that end with carriage returns alone"),
    "returns.csv": (CSV.replace(b"\n", b"\r"), [], "returns.csv has lines that end with carriage returns alone"),
    "login.csv": (b"<!DOCTYPE html>\n<p>Log in, please\n", [], "login.csv is an HTML page"),
    "orders.rar": (b"Rar!\x1a\x07\x01\0" + GARBAGE, [], "orders.rar is a RAR archive; unpack it first"),
    "orders.cpio": (b"070701" + b"0" * 104 + b"a\0" + GOOD, [], "orders.cpio is a cpio archive; unpack it first"),
    "letter": (b"Dear customer\n", [], "letter is neither JSON lines nor CSV as far as can be told; say --format"),
    "pretty.json": (json.dumps([1, 2], indent=1).encode(), [], "pretty.json is a pretty-printed JSON document"),
}


@pytest.mark.parametrize("name", NOT_ORDERS)
def test_what_holds_no_orders(load, name):
    content, options, complaint = NOT_ORDERS[name]
    result, found, dead = load({name: content}, *options, status=5)
    assert (found, dead, result.summary["records"]["read"]) == ([], [], 0)
    assert len(said(result)) == 1 and said(result)[0].startswith(complaint), str(result)


@pytest.mark.parametrize("content", [b"", b"\n\n \n", gzip.compress(b""), b"\xef\xbb\xbf"],
                         ids=["nothing", "blank lines", "gzip of nothing", "a mark"])
def test_nothing_to_send(load, content):
    result, _, _ = load({"orders.ndjson": content}, status=0)
    assert said(result, "INFO") == ["Nothing to send: the input has no records"]


def test_the_null_device(broker, topic, run):
    result = run(orders.args(broker, topic(), "/dev/null", "/dev/null", dlq=topic()))
    assert result.status == 0 and said(result, "WARN") == [], str(result)
    assert said(result, "INFO") == ["Nothing to send: the input has no records"]


def test_a_gzip_that_is_cut_gives_what_it_holds(load):
    packed = gzip.compress(GOOD)
    _, found, _ = load({"orders.ndjson.gz": packed[:-8]}, status=5)
    assert found == [*range(10)]


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
# name: (bad lines, their error types)
BAD_LINES = {
    "nul": ([b'{"orderId":\0 1}', b'{"orderId":"' + bytes(2000) + b'"}'], ["INVALID_JSON"] * 2),
    "utf-8": ([b'{"orderId":"\xff"}', b'{"orderId":"\xed\xa0\x80"}'], ["INVALID_UTF8"] * 2),
    "deep": ([b"[" * 100_000 + b"]" * 100_000, DEEP], ["INVALID_JSON"] * 2),
}


@pytest.mark.parametrize("options", [[], ["--format", "ndjson"]])
@pytest.mark.parametrize("file", ["orders", "orders.ndjson"])
@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_alone(load, case, file, options):
    bad, errors = BAD_LINES[case]
    result, found, dead = load({file: GOOD + b"\n".join(bad) + b"\n" + MORE}, *options, status=3)
    assert found == [*range(20)]
    assert dead == list(zip(errors, bad))
    assert result.seconds < 20


def test_a_nul_in_the_first_line(load):
    """With a format given it is that line's fault, not the file's; and so it is when JSON is easily seen."""
    for file, options in ("orders", ["--format", "ndjson"]), ("orders", []):
        _, found, dead = load({file: b'{"orderId":\0\0\0\0\0\0\0\0\0\0}\n' + GOOD}, *options, status=3)
        assert (found, len(dead)) == ([*range(10)], 1)
    _, found, dead = load({"orders": CSV + b"\0\0\0\0\0\0\0,\0\n10,c\n"}, "--format", "csv", status=3)
    assert (found, dead) == ([*range(11)], [("INVALID_CSV", b"\0\0\0\0\0\0\0,\0")])


@pytest.mark.parametrize("behind", [5, 30_000])
def test_a_quote_that_never_closes(load, behind):
    rows = b"".join(b"%d,c-1\n" % n for n in range(11, 11 + behind))
    _, found, dead = load({"orders.csv": CSV + b'10,"c-1\n' + rows}, status=3)
    assert found == [*range(10), *range(11, 11 + behind)]
    assert dead == [("INVALID_CSV", b'10,"c-1')]


# As the peak is of all that ran below it, a program stands between that runs nothing else.
MEASURE = """#!{python}
import pathlib, resource, subprocess, sys
status = subprocess.run([{binary!r}, *sys.argv[1:]]).returncode
pathlib.Path({peak!r}).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""


@pytest.fixture
def peak(tmp_path, monkeypatch):
    """Function that tells the peak memory of the last run, in KiB."""
    script, told = tmp_path / "measure", tmp_path / "peak"
    script.write_text(MEASURE.format(python=sys.executable, binary=str(paths.binary()), peak=str(told)))
    script.chmod(stat.S_IRWXU)
    monkeypatch.setenv("REDRIVE_BIN", str(script))
    return lambda: int(told.read_text())


def is_sanitized():
    return any(mark.encode() in paths.binary().read_bytes() for mark in ("__asan_init", "__tsan_init", *SANITIZER_MARKS))


@pytest.mark.parametrize("file", ["orders.ndjson", "orders.csv"])
def test_a_line_of_200_megabytes(broker, topic, run, tmp_path, peak, file):
    path, name, size = tmp_path / file, topic(partitions=1), 200_000_000
    head = CSV if file.endswith("csv") else GOOD
    limit = (300 if is_sanitized() else 100) * KIB
    with path.open("wb") as out:
        out.write(head + b'{"note":"')
        for _ in range(size // 1_000_000):
            out.write(b"x" * 1_000_000)
    run_args = orders.args(broker, name, path)
    result = run(run_args, timeout=120)
    told = peak()
    end = path.stat().st_size
    path.unlink()
    assert result.status == 6, str(result)
    assert orders.ended(result) == (10, 0, 0, 1)
    place = f"{path}:{head.count(10) + 1}: rejected, bytes {len(head)} to {end}: larger than the limit for a record"
    assert place in result.stderr, str(result)
    assert [number(r.value) for r in consume_lean(broker, name)] == [*range(10)]
    assert told < limit, f"{told} KiB"


def test_a_line_that_needs_all_memory_there_is(broker, topic, run, tmp_path):
    """Nothing that was read before it may stand in its way."""
    name, dlq, large = topic(partitions=1), topic(partitions=1, config={"max.message.bytes": 1000}), 14_000_000
    with (tmp_path / "orders.ndjson").open("wb") as out:
        out.write(GOOD + b'{"orderId":10,"customerId":"c","note":"' + b"x" * large + b'"}\n' + MORE[MORE.index(b"\n") + 1:])
    result = run(orders.args(broker, name, "orders.ndjson", dlq=dlq))
    assert orders.ended(result) == (19, 0, 1, 0), str(result)
    assert result.status == 4
    (line,) = orders.fallback_lines(tmp_path / f"{name}.fallback.ndjson")
    assert len(line["value"]) > large and line["source"]["line"] == 11


def test_a_file_that_grows(broker, topic, run, tmp_path):
    """It is read to an end that it has had; what comes later is not waited for."""
    path, name, over = orders.write(tmp_path / "orders.ndjson", 20_000), topic(partitions=1), threading.Event()
    count = 20_000

    def grow():
        nonlocal count
        with path.open("ab", buffering=0) as out:
            while not over.wait(0.001):
                out.write(orders.order(count) + b"\n")
                count += 1

    growing = threading.Thread(target=grow)
    growing.start()
    result = run(orders.args(broker, name, path, dlq=topic()))
    over.set()
    growing.join()
    found = [number(r.value) for r in consume_lean(broker, name)]
    # The last line may have been read while it was written.
    assert result.status in (0, 3) and orders.ended(result)[1] <= 1, str(result)
    assert found == [*range(len(found))] and 20_000 <= len(found) <= count


def feed(path, data):
    """Writes to a FIFO, as soon as somebody reads."""
    with path.open("wb") as out:
        out.write(data)


def delivered(broker, name):
    return sum(end for _, end in broker.offsets(name).values())


@pytest.fixture
def waiting(broker, topic, spawn, tmp_path):
    """waiting(*files) -> (running, topic, FIFO): ten orders are loaded, then a FIFO waits for a writer, then the files."""
    def start(*files):
        pipe, name = tmp_path / "pipe", topic(partitions=1)
        os.mkfifo(pipe)
        (tmp_path / "first.ndjson").write_bytes(GOOD)
        running = spawn(orders.args(broker, name, "first.ndjson", "pipe", *files))
        running.wait_for("the first file is loaded", lambda: delivered(broker, name) == 10)
        return running, name, pipe
    return start


def test_a_pipe_with_a_name(broker, waiting, tmp_path):
    running, name, pipe = waiting("first.ndjson")
    feed(pipe, MORE)
    result = running.wait()
    assert orders.ended(result) == (30, 0, 0, 0)
    assert [one["records"] for one in result.summary["inputs"]] == [10, 10, 10]
    assert "first.ndjson and first.ndjson are the same file: its messages are loaded twice" in said(result, "WARN")
    assert [number(r.value) for r in consume_lean(broker, name)] == [*range(20), *range(10)]


def test_a_pipe_that_nobody_writes_to_can_be_left(waiting):
    running, _, _ = waiting()
    running.signal(signal.SIGTERM)
    result = running.wait(20)
    assert result.status == 128 + signal.SIGTERM, str(result)
    assert orders.ended(result) == (10, 0, 0, 0)


def test_a_file_that_vanishes_after_the_start(waiting, tmp_path):
    (tmp_path / "gone.ndjson").write_bytes(MORE)
    running, _, pipe = waiting("gone.ndjson", "first.ndjson")
    (tmp_path / "gone.ndjson").unlink()
    feed(pipe, MORE)
    result = running.wait()
    assert result.status == 5, str(result)
    assert orders.ended(result) == (30, 0, 0, 0)
    assert said(result) == ["gone.ndjson can't be opened: No such file or directory"]
    assert [bool(one["error"]) for one in result.summary["inputs"]] == [False, False, True, False]


def test_a_missing_file_is_found_before_anything_is_sent(broker, topic, run, tmp_path):
    name = topic()
    (tmp_path / "orders.ndjson").write_bytes(GOOD)
    result = run(orders.args(broker, name, "orders.ndjson", "missing.ndjson"))
    assert (result.status, result.out, delivered(broker, name)) == (2, b"", 0), str(result)
    assert "can't read missing.ndjson: No such file or directory" in result.stderr


def test_a_fallback_file_is_recognised(broker, topic, run, tmp_path):
    """What a run could not deliver is put where it belongs by the same command, whatever the file is called."""
    lost = b'{"customerId":"caf\xc3\xa9","orderId":7}'
    (tmp_path / "orders.ndjson").write_bytes(lost + b"\n" + GOOD)
    with orders.nobody() as address:
        run([*orders.args(orders.DeadBroker(address), "gone", "orders.ndjson"), "--no-dlq", "-H", "a=b", "--retries", "0",
             "--delivery-timeout", "1s", "--fallback", "gone"])
    assert len(orders.fallback_lines(tmp_path / "gone")) == 11
    name = topic(partitions=1)
    args = ["produce", "-b", broker.bootstrap, "--dlq", topic(), "--summary", "json"]
    result = run([*args, "-t", name, "gone"])
    assert orders.ended(result) == (11, 0, 0, 0)
    assert said(result, "WARN") == [
        "gone is a fallback file of topic gone: its messages are loaded, not the envelopes around them "
        "(--format ndjson loads the lines as they are)"]
    arrived = consume(broker, name)
    assert [(r.key, r.value) for r in arrived[:2]] == [("café".encode(), lost), (orders.key(0), orders.order(0))]
    assert all(r.headers == [("a", b"b")] for r in arrived)
    # As told, so done.
    name = topic(partitions=1)
    result = run([*args, "-t", name, "--format", "ndjson", "gone"])
    assert [r.value for r in consume_lean(broker, name)] == (tmp_path / "gone").read_bytes().splitlines()
    assert said(result, "WARN") == []


def test_a_list_of_orders_is_one_message(load):
    result, _, _ = load({"orders.json": b'[{"customerId":"c"},{"customerId":"d"}]\n'}, status=3)
    assert said(result, "WARN")[0].startswith("orders.json begins with a JSON array, which is loaded as one message")


def test_values_taken_for_names(broker, topic, run, tmp_path):
    """A table without a header row would lose its first order unseen."""
    (tmp_path / "orders.csv").write_bytes(b"4711,s3cr3t\n4712,s3cr3t\n")
    result = run(orders.args(broker, topic(), "orders.csv", "-k", "4711", dlq=topic()))
    assert orders.ended(result) == (1, 0, 0, 0)
    assert said(result, "WARN") == [
        "orders.csv begins with a row that looks like values, but is taken for the names of the columns; if it is an "
        "order: --csv-header no, and --csv-columns for the names"]
    for options in ["--csv-header", "yes"], ["--csv-header", "no", "--csv-columns", "4711,note"]:
        result = run(orders.args(broker, topic(), "orders.csv", "-k", "4711", *options, dlq=topic()))
        assert said(result, "WARN") == [], str(result)
