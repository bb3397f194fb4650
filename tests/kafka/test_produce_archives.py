"""Archives: every member's orders arrive, what is none is named, and damage costs no more than what it hit."""

import base64
import bz2
import gzip
import io
import lzma
import re
import subprocess
import tarfile
import zipfile

import orders
import pytest

from harness.witness import consume, consume_lean

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100)
FORK = b"\0\5\26\7\0\2\0\0Mac OS X" + bytes(60)
COUNT = 30
BAD = b'{"orderId":31,"customerId":'
# a.ndjson and b.csv, as libarchive packs them.
SEVEN = base64.b64decode("N3q8ryccAAMNyW+WGAAAAAAAAABVAAAAAAAAAONAX3N7Im9yZGVySWQiOjF9Cm9yZGVySWQKMgoBBAYAAgkOCgAHCwIA"
                         "AQEAAQEADA4KAAgKAdOZR0LE32M3AAAFAhEfAGEALgBuAGQAagBzAG8AbgAAAGIALgBjAHMAdgAAABUKAQAggKSBIICk"
                         "gQAA")


def lines(first, count):
    return b"".join(orders.order(n) + b"\n" for n in range(first, first + count))


def table(first, count):
    """Orders as CSV."""
    return b"orderId,customerId\n" + b"".join(b"%d,%s\n" % (n, orders.key(n)) for n in range(first, first + count))


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def streamed_zip(members):
    """A zip as a pipe gets it: sizes and checksums stand behind each member."""
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    assert b"PK\x07\x08" in out.data
    return out.data


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True, timeout=60).stdout


MIXED = [("orders/table.csv", table(0, 10)), ("orders/lines.ndjson", lines(10, 10)), ("orders/picture.png", PICTURE),
         ("._lines.ndjson", FORK), ("__MACOSX/orders/._lines.ndjson", FORK), (".DS_Store", b"\0\0\0\1Bud1"),
         ("empty.ndjson", b""), ("deep/er/packed.ndjson.gz", gzip.compress(lines(20, 10))),
         ("last", orders.order(30) + b"\n" + BAD + b"\n")]
LITTER = "belongs to the operating system it was packed on"
MEMBERS = [("orders/table.csv", "csv", 10, None), ("orders/lines.ndjson", "ndjson", 10, None),
           ("orders/picture.png", None, 0, "is a PNG picture"), ("._lines.ndjson", None, 0, LITTER),
           ("__MACOSX/orders/._lines.ndjson", None, 0, LITTER), (".DS_Store", None, 0, LITTER),
           ("empty.ndjson", "ndjson", 0, None), ("deep/er/packed.ndjson.gz", "ndjson", 10, None),
           ("last", "ndjson", 2, None)]
PACKERS = {"tar": tar, "tar.gz": lambda m: gzip.compress(tar(m)), "tar.xz": lambda m: lzma.compress(tar(m)),
           "tar.bz2": lambda m: bz2.compress(tar(m)), "tar.zst": lambda m: zstd(tar(m)), "zip": zipped,
           "streamed.zip": streamed_zip}


@pytest.fixture
def load(broker, topic, run, tmp_path):
    """load({name: bytes}, *options) -> (result, numbers in the topic in the order of each partition, DLQ's topic)."""
    def start(files, *options, status):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        name, dlq = topic(partitions=1), topic(partitions=1)
        result = run(orders.args(broker, name, *files, *options, dlq=dlq), timeout=180)
        assert result.status == status, str(result)
        orders.check_numbers(result)
        return result, [number(r.value) for r in consume_lean(broker, name)], dlq
    return start


def number(value):
    return int(re.match(rb'{"orderId":"?(\d+)', value)[1])


def members(result, at=0):
    return [(m["name"], m["format"], m["records"], m.get("skipped")) for m in result.summary["inputs"][at]["members"]]


def failures(result):
    """What the log says of inputs and members that could not be read."""
    return re.findall(r"ERROR (.*)", result.stderr)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_mixed_archive(broker, load, kind):
    file = f"orders.{kind}"
    result, found, dlq = load({file: PACKERS[kind](MIXED)}, status=3)
    assert found == [*range(31)]
    assert members(result) == MEMBERS
    (archive,) = result.summary["inputs"]
    sizes = {name: len(data) for name, data in MIXED}
    assert {"file": file, "records": 32, "error": None}.items() <= archive.items()
    assert archive["bytes"] == sum(m["bytes"] for m in archive["members"]) == result.summary["bytes"]
    assert archive["members"][0]["bytes"] == sizes["orders/table.csv"]
    assert archive["members"][7]["bytes"] == len(lines(20, 10))
    assert result.stderr.count("left out") == 1, str(result)
    assert f"WARN  left out: {file}, orders/picture.png is a PNG picture\n" in result.stderr
    # Where the bad one stands.
    offset = len(orders.order(30)) + 1
    assert f"{file}/last:2: INVALID_JSON" in result.stderr
    (dead,) = consume(broker, dlq)
    headers = dict(dead.headers)
    assert (dead.value, headers["source-file"], headers["source-line"], headers["source-offset"]) == (
        BAD, f"{file}/last".encode(), b"2", b"%d" % offset)


def test_in_the_fallback_file_the_position_is_whole(load, tmp_path):
    with orders.nobody() as address:
        load({"orders.zip": zipped(MIXED)}, "--dlq-brokers", address, "--fallback", "f", "--delivery-timeout", "1s",
             status=4)
    (line,) = orders.fallback_lines(tmp_path / "f")
    assert line["source"] == {"file": "orders.zip", "member": "last", "line": 2, "offset": len(orders.order(30)) + 1}


def test_7z(load):
    result, found, _ = load({"orders.7z": SEVEN}, "-k", "orderId", status=0)
    assert (found, members(result)) == ([1, 2], [("a.ndjson", "ndjson", 1, None), ("b.csv", "csv", 1, None)])


def test_an_archive_from_a_pipe(broker, topic, run):
    for archive in streamed_zip(MIXED[:2]), gzip.compress(tar(MIXED[:2])):
        name = topic(partitions=1)
        result = run(orders.args(broker, name, "-"), stdin=archive)
        assert orders.ended(result) == (20, 0, 0, 0)
        assert [m[2] for m in members(result)] == [10, 10]


def test_the_summary_for_people(broker, topic, run, tmp_path):
    (tmp_path / "orders.tar").write_bytes(tar(MIXED[:3]))
    orders.write(tmp_path / "more.ndjson", 5)
    result = run(orders.args(broker, topic(), "orders.tar", "more.ndjson", summary="text"))
    assert result.stdout.endswith("=== Inputs ===\n"
                                  "orders.tar: 20 messages\n"
                                  "  orders/table.csv: 10 messages\n"
                                  "  orders/lines.ndjson: 10 messages\n"
                                  "  orders/picture.png: left out, is a PNG picture\n"
                                  "more.ndjson: 5 messages\n"), str(result)


def test_a_file_that_is_no_archive_has_no_members(load):
    result, _, _ = load({"a.ndjson.gz": gzip.compress(lines(0, 5))}, status=0)
    assert "inputs" not in result.summary
    result, _, _ = load({"a.ndjson.gz": gzip.compress(lines(0, 5)), "b.tar": tar([("b.csv", table(5, 5))])}, status=0)
    assert ["members" in one for one in result.summary["inputs"]] == [False, True]


def test_a_hundred_thousand_members(load):
    archive = tar([("d/%06d.ndjson" % n, orders.order(n) if n % 20 == 0 else b"") for n in range(100_000)])
    result, found, _ = load({"orders.tar": archive}, status=0)
    assert found == [*range(0, 100_000, 20)]
    (told,) = result.summary["inputs"]
    named = told["members"]
    assert len(named) == 100 and len(result.out) < 20_000
    assert told["more_members"] == {"members": 99_900, "records": 4_995, "bytes": told["bytes"] - sum(
        m["bytes"] for m in named), "skipped": 0, "failed": 0}
    assert told["records"] == 5_000


def test_many_that_are_left_out_are_not_all_named(load):
    pictures = [(f"{n}.png", PICTURE) for n in range(5000)]
    result, found, _ = load({"orders.zip": zipped([*pictures, ("a.ndjson", lines(0, 3))])}, status=0)
    assert found == [0, 1, 2]
    assert result.stderr.count("left out: ") == 10
    assert "Further members that are left out are only counted" in result.stderr
    assert result.summary["inputs"][0]["more_members"]["skipped"] == 4900


def test_limit_over_inputs_and_members(load):
    files = {"a.ndjson": lines(0, 10), "b.tar": tar(MIXED[:2] + MIXED[3:]), "c.ndjson": lines(100, 10)}
    result, found, _ = load(files, "--limit", "17", status=0)
    assert found == [*range(10), *range(7)]
    assert "All 17 messages sent successfully!" in result.stderr
    assert [one["records"] for one in result.summary["inputs"]] == [10, 7, 0]
    result, found, _ = load(files, "--limit", "22", status=0)
    assert found == [*range(10), *range(12)]
    assert [m[2] for m in members(result, 1)] == [10, 2]
    result, found, _ = load(files, "--limit", "1000", status=3)
    assert len(found) == 51


def test_one_format_for_all_members(load):
    result, found, _ = load({"orders.tar": tar([("a.txt", table(0, 3)), ("b.ndjson", table(3, 3))])}, "--format", "csv",
                            status=0)
    assert (found, {m[1] for m in members(result)}) == ([*range(6)], {"csv"})


def rest_is_loaded(result, found, name):
    """One input or member failed, and only there something is missing."""
    (said,) = failures(result)
    assert said.startswith(name), str(result)
    assert found == sorted(set(found)) and 199 in found, str(result)
    return said


def test_a_wrong_checksum_costs_only_that_member(load):
    archive = zipped([("a.ndjson", lines(0, 50)), ("b.ndjson", lines(50, 50)), ("c.ndjson", lines(100, 100))],
                     zipfile.ZIP_STORED)
    at = archive.index(b"neighbours", archive.index(orders.order(70)))
    result, found, _ = load({"a.zip": archive[:at] + b"N" + archive[at + 1:]}, status=5)
    said = rest_is_loaded(result, found, "a.zip, b.ndjson is damaged: its zip data is wrong (ZIP bad CRC")
    assert found == [*range(200)]
    (archive,) = result.summary["inputs"]
    assert archive["error"] == said
    assert [m.get("error") for m in archive["members"]] == [None, said, None]


def test_encrypted_and_unknown_compression_cost_only_that_member(load):
    archive = bytearray(zipped([("a.ndjson", lines(0, 9)), ("b.ndjson", lines(0, 9)), ("c.ndjson", lines(190, 10))]))
    local, central = archive.index(b"PK\3\4"), archive.index(b"PK\1\2")
    second, second_central = archive.index(b"PK\3\4", local + 4), archive.index(b"PK\1\2", central + 4)
    archive[local + 6] = archive[central + 8] = 1
    archive[second + 8] = archive[second_central + 10] = 9
    result, found, _ = load({"a.zip": bytes(archive)}, status=5)
    assert found == [*range(190, 200)]
    assert failures(result) == [
        "a.zip, a.ndjson is encrypted: unpack it first",
        "a.zip, b.ndjson is packed in a way that can't be read (Unsupported ZIP compression method (9: "
        "deflation-64-bit)): unpack it first"]
    assert result.summary["inputs"][0]["error"] == failures(result)[0]


def test_a_tar_gz_that_is_cut(load):
    # Numbers that gzip can't make short.
    noise = b"".join(orders.order(n, b"%x" % (n * 0x9e3779b97f4a7c15f39cc0605cedc834)) + b"\n" for n in range(100, 5000))
    archive = gzip.compress(tar([("a.ndjson", lines(0, 100)), ("b.ndjson", noise), ("c.ndjson", lines(9000, 10))]))
    result, found, _ = load({"a.tar.gz": archive[:len(archive) // 2], "z.ndjson": lines(9000, 10)}, status=5)
    (said,) = failures(result)
    assert re.fullmatch(r"a.tar.gz, b.ndjson is cut off: its gzip data ends early, after \d+ bytes of decompressed data; "
                        "what follows it in the archive was not read", said), str(result)
    assert found == [*range(result.summary["inputs"][0]["records"]), *range(9000, 9010)]
    assert result.summary["inputs"][0]["records"] > 1000


def test_a_zip_that_is_cut(load):
    archive = zipped([("a.ndjson", lines(0, 100)), ("b.ndjson", lines(100, 5000)), ("c.ndjson", lines(0, 1))])
    result, found, _ = load({"a.zip": archive[:len(archive) // 2]}, status=5)
    (said,) = failures(result)
    assert said.startswith("a.zip, b.ndjson is cut off: its zip data ends early, after "), str(result)
    assert found == [*range(len(found))] and len(found) > 1000


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_that_is_cut_between_members(load, pack):
    three = tar([("a.ndjson", lines(0, 100)), ("b.ndjson", lines(100, 100)), ("c.ndjson", lines(0, 1))])
    at = tarfile.open(fileobj=io.BytesIO(three)).getmember("c.ndjson").offset
    result, found, _ = load({"a.tar": pack(three[:at])}, status=5)
    said = rest_is_loaded(result, found, "a.tar")
    assert said == "a.tar has no end mark, and may be cut off behind the last member that was read"
    assert result.summary["inputs"][0]["error"] == said
    result, _, _ = load({"a.tar": pack(three[:at + 300])}, status=5)
    assert failures(result) == ["a.tar is cut off: its tar data ends early"]
    # One block of zeros is an end mark too: some tools write no second one.
    load({"a.tar": pack(three[:at] + bytes(512))}, status=0)


def test_archives_one_after_the_other(load):
    _, found, _ = load({"a.tar": tar([("a.ndjson", lines(0, 5))]) + tar([("b.ndjson", lines(5, 5))])}, status=0)
    assert found == [*range(10)]


def test_what_may_be_orders_is_never_just_left_out(load):
    archive = tar([("a.csv", table(0, 3).decode().encode("utf-16")), ("b.json", b'[\n{"orderId":1},\n{"orderId":2}]\n'),
                   ("c.csv", b"<!DOCTYPE html>\n<p>Log in, please</p>\n"), ("readme", b"Dear customer\n"),
                   ("d.ndjson", lines(0, 3))])
    result, found, _ = load({"a.tar": archive}, status=5)
    assert found == [0, 1, 2]
    assert [said[:34] for said in failures(result)] == [
        "a.tar, a.csv is UTF-16 text; conve", "a.tar, b.json is a pretty-printed ", "a.tar, c.csv is an HTML page"]
    assert "left out: a.tar, readme is neither JSON lines nor CSV" in result.stderr


def test_an_archive_in_an_archive_is_named(load):
    result, found, _ = load({"a.zip": zipped([("in.zip", zipped(MIXED)), ("in.tar", tar(MIXED)), ("a", lines(0, 1))])},
                            status=0)
    assert found == [0]
    assert [m[3] for m in members(result)][:2] == ["is an archive inside an archive"] * 2
