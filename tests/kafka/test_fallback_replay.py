"""replay-fallback: records come back byte for byte, once, wherever they belong; what can't be is left to be mended."""

import fcntl
import json
import stat

import fallbacks
import orders
import pytest
import replays

BINARY = bytes(range(256))
AT = 1_600_000_000_123
# (key, value, headers, timestamp) of records of all kinds.
CASES = [
    (b"customer-A", b'{"orderId":1}', [(b"trace", b"a"), (b"trace", b"b"), (b"null", None), (b"empty", b""),
                                       (b"binary", BINARY), (b"trace", b"a")], AT),
    (BINARY, BINARY[::-1], [], 1),
    (b"", b"", [(b"h", b"")], AT + 1),
    (None, b"no key", [], AT + 2),
    (b"tombstone", None, [], AT + 3),
    ("ключ-😀".encode(), "a\r\n\0\x7f \"\\/ €".encode(), [("ключ".encode(), "€\0".encode())], AT + 4),
]


def case_lines(topic):
    return [fallbacks.line(topic, *case) for case in CASES]


def check_cases(broker, name):
    found = {r.ts: (r.key, r.value, [(n.encode(), v) for n, v in r.headers], r.ts)
             for r in replays.read(broker, name)}
    assert found == {case[3]: case for case in CASES}


def plain(topic, numbers, **more):
    """Lines of orders."""
    return [fallbacks.line(topic, orders.key(n), orders.order(n), **more) for n in numbers]


def values(broker, name):
    return [r.value for r in replays.read(broker, name)]


def test_round_trip_by_way_of_an_outage(broker, topic, run, tmp_path):
    name = topic()
    source = fallbacks.write(tmp_path / "source.ndjson", case_lines(name))
    fallback = tmp_path / f"{name}.fallback.ndjson"
    with orders.nobody() as address:
        failed = run(["produce", "-b", address, "-t", name, "--format", "envelope", "--retries", "0", source])
    assert failed.status == 4 and len(orders.fallback_lines(fallback)) == len(CASES), str(failed)
    result = run(fallbacks.args(broker, fallback))
    assert result.status == 0 and fallbacks.counts(result) == (len(CASES), 0, 0, 0, 0), str(result)
    check_cases(broker, name)


def test_again_renamed_or_copied_sends_nothing(broker, topic, run, tmp_path):
    name = topic()
    path = fallbacks.write(tmp_path / "a.ndjson", case_lines(name))
    assert run(fallbacks.args(broker, path)).status == 0
    copy = fallbacks.write(tmp_path / "copy.ndjson", case_lines(name))
    path = path.rename(tmp_path / "b.ndjson")
    result = run(fallbacks.args(broker, path, copy))
    assert result.status == 0 and fallbacks.counts(result) == (0, 0, 0, 0, 2 * len(CASES)), str(result)
    assert "nothing is sent" in result.stderr
    check_cases(broker, name)


def test_jobs_shows_it(broker, topic, run, tmp_path):
    name = topic()
    path = fallbacks.write(tmp_path / "a.ndjson", case_lines(name))
    assert run(fallbacks.args(broker, path, "--limit", "2")).status == 0
    shown = [job for job in run(["jobs", "-b", broker.bootstrap, "--summary", "json"]).summary["jobs"]
             if job["topic"] == name]
    (job,) = shown
    assert job["name"].startswith("fallback-") and not job["complete"] and job["records"] == 2, shown
    assert (job["file"], job["line"]) == (str(path), 3), shown
    result = run(fallbacks.args(broker, path))
    assert fallbacks.counts(result) == (len(CASES) - 2, 0, 0, 0, 2), str(result)
    job = run(["jobs", "-b", broker.bootstrap, "--summary", "json", job["name"]]).summary["jobs"][0]
    assert job["complete"] and job["records"] == len(CASES) and job["percent"] == 100, job
    check_cases(broker, name)


def test_several_topics(broker, topic, run, tmp_path):
    """Each record goes where it belongs, in order, also when topics take turns; to another with --to."""
    names = [topic(), topic(1), topic(2)]
    lines = [plain(names[n * n % 3], [n])[0] for n in range(3000)]
    path = fallbacks.write(tmp_path / "a.ndjson", lines)
    result = run(fallbacks.args(broker, path))
    assert result.status == 0 and fallbacks.counts(result) == (3000, 0, 0, 0, 0), str(result)
    for k, name in enumerate(names):
        expected = [n for n in range(3000) if n * n % 3 == k]
        found = [(r.key, orders.number(r.value)) for r in replays.read(broker, name)]
        assert sorted(n for _, n in found) == expected
        for key in {key for key, _ in found}:
            of_key = [n for other, n in found if other == key]
            assert of_key == sorted(of_key)
    other = topic()
    path = fallbacks.write(tmp_path / "b.ndjson", plain("no-such-topic", range(5)))
    result = run(fallbacks.args(broker, path, "--to", other))
    assert result.status == 0 and values(broker, other) and len(values(broker, other)) == 5, str(result)


def test_a_file_that_has_grown_goes_on(broker, topic, run, tmp_path):
    name = topic(1)
    path = fallbacks.write(tmp_path / "a.ndjson", plain(name, range(10)))
    assert run(fallbacks.args(broker, path)).status == 0
    with path.open("ab") as file:
        file.writelines(each + b"\n" for each in plain(name, range(10, 15)))
    result = run(fallbacks.args(broker, path))
    assert result.status == 0 and fallbacks.counts(result) == (5, 0, 0, 0, 10), str(result)
    assert values(broker, name) == [orders.order(n) for n in range(15)]


def test_what_is_not_replayed_may_be_mended_and_what_is_may_not(broker, topic, run, tmp_path):
    name = topic(1)
    path = fallbacks.write(tmp_path / "a.ndjson", plain(name, range(10)))
    assert run(fallbacks.args(broker, path, "--limit", "5")).status == 0
    lines = plain(name, range(7)) + plain(name, [77, 8, 9], crc=False)
    fallbacks.write(path, lines)
    assert run(fallbacks.args(broker, path, "--limit", "3")).status == 0
    fallbacks.write(path, plain(name, [0, 100]) + lines[2:])
    result = run(fallbacks.args(broker, path))
    assert result.status == 5 and "is not what it begins with now" in result.stderr, str(result)
    assert "tail -n +9 FILE" in result.stderr, str(result)
    fallbacks.write(path, lines)
    assert run(fallbacks.args(broker, path)).status == 0
    assert values(broker, name) == [orders.order(n) for n in [*range(7), 77, 8, 9]]


def test_bad_lines_are_kept_and_can_be_mended(broker, topic, run, tmp_path):
    name, bad, rejects = topic(1), [], tmp_path / "rejects.ndjson"
    lines = plain(name, range(10))
    lines[2] = lines[2].replace(b'"crc32":"', b'"crc32":"0')[:-3] + b'"}'
    lines[4] = b"no JSON at all \xff\xfe"
    lines[6] = fallbacks.line(None, b"k", b"no topic", crc=False)
    lines[8] = fallbacks.line("bad topic!", b"k", b"v", crc=False)
    bad = [lines[n] for n in (2, 4, 6, 8)]
    path = fallbacks.write(tmp_path / "a.ndjson", lines)
    result = run(fallbacks.args(broker, path, "--rejects", rejects, "--archive"))
    assert result.status == 6 and fallbacks.counts(result) == (6, 0, 0, 4, 0), str(result)
    for number in 3, 5, 7, 9:
        assert f"{path}:{number}: rejected, bytes " in result.stderr, str(result)
    assert "crc32 doesn't match" in result.stderr and "names no topic" in result.stderr, str(result)
    assert rejects.read_bytes().splitlines() == bad
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    assert path.exists() and "lines of it were rejected" in result.stderr, str(result)
    again = run(fallbacks.args(broker, path, "--rejects", rejects, "--archive"))
    assert f"{len(bad)} of them rejected" in again.stderr, str(again)
    assert again.status == 6 and fallbacks.counts(again) == (0, 0, 0, 0, 10) and path.exists(), str(again)
    assert rejects.read_bytes().splitlines() == bad
    assert run(fallbacks.args(broker, path, "--rejects", tmp_path / "others.ndjson")).status == 6
    assert not (tmp_path / "others.ndjson").exists(), "nothing was rejected anew"
    mended = fallbacks.write(tmp_path / "mended.ndjson", plain(name, [2, 4, 6, 8], crc=False))
    assert run(fallbacks.args(broker, mended)).status == 0
    assert sorted(map(orders.number, values(broker, name))) == list(range(10))


def test_only_bad_lines(broker, run, tmp_path):
    path = fallbacks.write(tmp_path / "a.ndjson", [b"one", b"two"])
    result = run(fallbacks.args(broker, path, "--rejects", tmp_path / "r"))
    assert result.status == 6 and fallbacks.counts(result) == (0, 0, 0, 2, 0), str(result)
    assert (tmp_path / "r").read_bytes() == b"one\ntwo\n"


def test_what_is_compressed_is_refused(broker, topic, run, tmp_path):
    path = orders.compressed(fallbacks.write(tmp_path / "a.ndjson", plain(topic(), range(300))), "zstd")
    result = run(fallbacks.args(broker, path))
    assert result.status == 5 and "unpack what is compressed first" in result.stderr, str(result)


def test_a_byte_order_mark(broker, topic, run, tmp_path):
    name = topic(1)
    path = fallbacks.write(tmp_path / "a.ndjson", [b"\xef\xbb\xbf" + plain(name, [1], crc=False)[0]])
    result = run(fallbacks.args(broker, path))
    assert result.status == 0 and values(broker, name) == [orders.order(1)], str(result)


def test_a_torn_last_line(broker, topic, run, tmp_path):
    """It is named and kept, and when it is whole the file goes on there."""
    name, rejects = topic(1), tmp_path / "rejects.ndjson"
    lines = plain(name, range(4))
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n".join(lines)[:-30])
    for before, delivered in ((0, 3), (3, 0)):
        result = run(fallbacks.args(broker, path, "--rejects", rejects))
        assert result.status == 6 and fallbacks.counts(result) == (delivered, 0, 0, 1, before), str(result)
        assert f"{path}:4: rejected, " in result.stderr and "torn" in result.stderr, str(result)
        assert rejects.read_bytes() == lines[3][:-30] + b"\n"
    path.write_bytes(b"\n".join(lines))
    result = run(fallbacks.args(broker, path))
    assert result.status == 0 and fallbacks.counts(result) == (1, 0, 0, 0, 3), str(result)
    fallbacks.write(path, plain(name, range(5)))
    assert run(fallbacks.args(broker, path)).status == 0
    assert values(broker, name) == [orders.order(n) for n in range(5)]


@pytest.mark.parametrize("tool", ["kcat", "kaf", "rpk", "kafkactl"])
def test_dumps_of_other_tools(broker, topic, run, tmp_path, tool):
    name = topic(1)
    lines = {
        "kcat": {"topic": name, "partition": 3, "offset": 42, "tstype": "create", "ts": AT, "broker": 1,
                 "headers": ["h", "v", "n", None], "key": "k", "payload": "v"},
        "kaf": {"topic": name, "partition": 3, "offset": 42, "timestamp": "2020-09-13T12:26:40.123Z",
                "headers": [{"key": "h", "value": "v"}], "key": "k", "payload": "v"},
        "rpk": {"topic": name, "key": "k", "value": "v", "headers": [{"key": "h", "value": "v"}], "timestamp": AT,
                "partition": 3, "offset": 42},
        "kafkactl": {"Partition": 3, "Offset": 42, "Headers": {"h": "v"}, "Key": "k", "Value": "v",
                     "Timestamp": "2020-09-13T12:26:40.123Z"},
    }
    path = fallbacks.write(tmp_path / "dump.ndjson", [json.dumps(lines[tool]).encode()])
    if tool == "kafkactl":
        result = run(fallbacks.args(broker, path))
        assert result.status == 6 and "say which with --to" in result.stderr, str(result)
    result = run(fallbacks.args(broker, path, *(["--to", name] if tool == "kafkactl" else [])))
    assert result.status == 0 and fallbacks.counts(result) == (1, 0, 0, 0, 0), str(result)
    (found,) = replays.read(broker, name)
    headers = [("h", b"v")] + ([("n", None)] if tool == "kcat" else [])
    assert (found.key, found.value, found.headers, found.ts) == (b"k", b"v", headers, AT)


def test_archived_unless_something_is_in_the_way(broker, topic, run, tmp_path):
    name = topic(1)
    paths = [fallbacks.write(tmp_path / f"{n}.ndjson", plain(name, [n])) for n in range(2)]
    result = run(fallbacks.args(broker, "--archive", *paths))
    assert result.status == 0, str(result)
    for n, path in enumerate(paths):
        assert not path.exists()
        (moved,) = tmp_path.glob(f"{n}.ndjson.replayed-*Z")
        assert moved.read_bytes() == plain(name, [n])[0] + b"\n"
        assert run(fallbacks.args(broker, moved)).summary["records"]["already_resolved"] == 1
    part = fallbacks.write(tmp_path / "part.ndjson", plain(name, range(10, 20)))
    assert run(fallbacks.args(broker, "--archive", "--limit", "3", part)).status == 0
    assert part.exists()


def test_a_file_that_is_written_is_refused(broker, topic, run, tmp_path):
    path = fallbacks.write(tmp_path / "a.ndjson", plain(topic(), range(3)))
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = run(fallbacks.args(broker, path))
        assert result.status == 5 and "another process is appending to it" in result.stderr, str(result)
        assert fallbacks.counts(result) == (0, 0, 0, 0, 0)
    assert run(fallbacks.args(broker, path)).status == 0


def test_a_missing_topic_stops_it_before_anything_is_sent(broker, topic, run, tmp_path):
    name = topic(1)
    path = fallbacks.write(tmp_path / "a.ndjson", plain(name, [0]) + plain(f"{name}-missing", [1]))
    result = run(fallbacks.args(broker, path))
    assert result.status == 5 and f"topic {name}-missing" in result.stderr and "--to" in result.stderr, str(result)
    assert values(broker, name) == []
    result = run(fallbacks.args(broker, path, "--create-topics"))
    assert result.status == 0 and values(broker, f"{name}-missing") == [orders.order(1)], str(result)
    for made in f"{name}-missing", f"{name}-missing.dlq", f"{name}.dlq":
        broker.delete_topic(made)


def test_nobody_answers(run, tmp_path):
    path = fallbacks.write(tmp_path / "a.ndjson", plain("t", range(3)))
    before = path.read_bytes()
    with orders.nobody() as address:
        result = run(fallbacks.args(orders.DeadBroker(address), path), timeout=90)
    assert result.status == 5 and "no broker answers" in result.stderr, str(result)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_what_is_refused_again_goes_to_the_dlq(broker, topic, run, tmp_path):
    """Each topic has its DLQ; replay-count tells that it was there before."""
    small, fine = topic(1, {"max.message.bytes": 2000}), topic(1)
    dlq = broker.create_topic(f"{small}.dlq", 1)
    large = fallbacks.line(small, b"k", b"x" * 5000, [(b"original-topic", b"t"), (b"replay-count", b"2")])
    path = fallbacks.write(tmp_path / "a.ndjson", [*plain(small, [0]), large, *plain(fine, [1]),
                                                   fallbacks.line(small, b"k", b"y" * 5000), *plain(small, [2])])
    result = run(fallbacks.args(broker, path))
    assert result.status == 3 and fallbacks.counts(result) == (3, 2, 0, 0, 0), str(result)
    assert values(broker, small) == [orders.order(0), orders.order(2)]
    assert values(broker, fine) == [orders.order(1)]
    letters = replays.read(broker, dlq)
    assert [r.value for r in letters] == [b"x" * 5000, b"y" * 5000]
    told = [dict(r.headers) for r in letters]
    assert [h["replay-count"] for h in told] == [b"3", b"1"]
    assert {h["original-topic"] for h in told} == {small.encode()}
    assert {h["error-type"] for h in told} == {b"MSG_SIZE_TOO_LARGE"}
    broker.delete_topic(dlq)


def test_without_a_dlq_it_goes_to_another_file(broker, topic, run, tmp_path):
    small = topic(1, {"max.message.bytes": 2000})
    path = fallbacks.write(tmp_path / "a.ndjson", [*plain(small, [0]), fallbacks.line(small, b"k", b"x" * 5000)])
    before = path.read_bytes()
    result = run(fallbacks.args(broker, path, "--no-dlq"))
    assert result.status == 4 and fallbacks.counts(result) == (1, 0, 1, 0, 0), str(result)
    (line,) = orders.fallback_lines(tmp_path / "a.ndjson.again")
    assert (line["topic"], line["value"]) == (small, "x" * 5000)
    assert path.read_bytes() == before


def test_dry_run_shows_what_would_become_of_it(broker, topic, run, tmp_path):
    small, fine = topic(1, {"max.message.bytes": 2000}), topic(1)
    path = fallbacks.write(tmp_path / "a.ndjson", [
        *plain(fine, range(3)), *plain(fine, [3], error="CIRCUIT_OPEN"), fallbacks.line(small, b"k", b"x" * 5000),
        *plain(small, [4]), *plain(f"{fine}-missing", [5]), b"nothing"])
    result = run(fallbacks.args(broker, path, "--dry-run", "--rejects", tmp_path / "r"))
    assert result.status == 5 and f"would be sent: topic {fine}-missing, " in result.stderr, str(result)
    shown = {(d["topic"], d["error"]): (d["records"], d["refused"], d["exists"])
             for d in result.summary["destinations"]}
    assert shown == {(fine, "_TRANSPORT"): (3, 0, True), (fine, "CIRCUIT_OPEN"): (1, 0, True),
                     (small, "_TRANSPORT"): (2, 1, True), (f"{fine}-missing", "_TRANSPORT"): (1, 0, False)}
    assert "would be in the fallback file" not in result.stderr, str(result)
    assert result.summary["dry_run"] and result.summary["records"]["rejected"] == 1
    text = run(fallbacks.args(broker, path, "--dry-run", summary="text")).stdout
    assert "CIRCUIT_OPEN" in text and "1 of them it would refuse" in text and "would be rejected" in text, text
    assert values(broker, fine) == values(broker, small) == []
    assert list(tmp_path.iterdir()) == [path]


def test_max_failures_stops_and_the_same_command_goes_on(broker, topic, run, tmp_path):
    name = topic(1)
    path = fallbacks.write(tmp_path / "a.ndjson", plain(name, range(5)) + [b"bad"] * 4 + plain(name, range(5, 9)))
    result = run(fallbacks.args(broker, path, "--max-failures", "2"))
    assert result.status == 5 and "more than --max-failures allows" in result.stderr, str(result)
    assert "run the same command again" in result.stderr, str(result)
    result = run(fallbacks.args(broker, path))
    assert result.status == 6, str(result)
    assert values(broker, name) == [orders.order(n) for n in range(9)]


@pytest.mark.parametrize("more, said", [
    (["-"], "standard input"), (["--follow", "{0}", "{0}"], "one file"),
    (["--follow", "--limit", "1", "{0}"], "make no sense"), (["--rejects", "{0}", "{0}"], "--rejects"),
    (["--fallback", "{0}", "{0}"], "--fallback"), (["--metrics-file", "{0}", "{0}"], "--metrics-file"),
    ([], "no input"), (["{0}.missing"], "No such file")])
def test_usage(broker, run, tmp_path, more, said):
    path = fallbacks.write(tmp_path / "a.ndjson", plain("t", [0]))
    result = run(fallbacks.args(broker, *(word.format(path) for word in more)))
    assert result.status == 2 and said in result.stderr and not result.stdout, str(result)
