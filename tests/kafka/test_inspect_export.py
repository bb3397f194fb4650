"""dlq-inspect --export: the bad rows of each input, to be mended and loaded again."""

import csv
import json
import os
import stat

import letters
import pytest
from letters import from_file

from harness.witness import consume, produce

CSV = """orderId;customer.id;total;note
1;c-1;12.50;fine
2;c-2;abc;no number
3;c-3
4;c-4;;no total
5;c-5;8;"never closed
6;c-6;9.25;"he said ""no""; and left"
7;c-7;;" no total "
"""


@pytest.fixture
def export(broker, run, tmp_path):
    """Exports a topic; {name: content} of the files, and what the run said."""
    def write(topic, *more):
        result = run(letters.args(broker, topic, "--export", tmp_path / "mend", *more))
        assert result.status == 0, str(result)
        files = {}
        for path in sorted((tmp_path / "mend").iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            files[path.name] = path.read_bytes().decode(errors="surrogateescape")
        return files, result
    return write


def load(broker, run, topic, dlq, path, *more):
    return run(["produce", "-b", broker.bootstrap, "-t", topic, "--dlq", dlq, "--summary", "json", path, *more])


def test_csv_is_mended_and_loaded(broker, topic, run, tmp_path, export):
    name, dlq = topic(1), topic(1)
    path = tmp_path / "orders.csv"
    path.write_text(CSV)
    options = ["--csv-delimiter", ";", "--csv-columns", "total:number", "--require", "customer.id", "--require", "total",
               "-k", "customer.id"]
    assert load(broker, run, name, dlq, path, *options).status == 3
    files, result = export(dlq)
    assert f"{tmp_path}/mend/orders.csv: 5 rows of {path}" in result.stderr
    assert files == {"orders.csv": 'orderId;customer.id;total;note\n2;c-2;abc;no number\n3;c-3\n4;c-4;;no total\n'
                                   '5;c-5;8;"never closed\n7;c-7;;" no total "\n'}
    mended = tmp_path / "mended.csv"
    mended.write_text('orderId;customer.id;total;note\n2;c-2;1;\n3;c-3;2;\n4;c-4;4;no total\n5;c-5;8;"closed"\n7;c-7;3;\n')
    assert load(broker, run, name, dlq, mended, *options).status == 0
    loaded = sorted((json.loads(r.value)["orderId"], r.key) for r in consume(broker, name))
    assert loaded == [(str(n), b"c-%d" % n) for n in range(1, 8)]


def test_rows_come_back_as_they_were(broker, topic, run, tmp_path, export):
    """What could be read, but failed later, is made again from its JSON."""
    name, dlq = topic(1), topic(1)
    rows = [["id", "a.b", "text", "n"], ["1", "x", 'quotes " and, commas', "12.50"], ["2", "", "two\nlines", ""],
            ["3", "é€😀", " blanks ", "1e3"], ["4", "tab\t", "'", "-0.10"]]
    path = tmp_path / "all.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    assert load(broker, run, name, dlq, path, "--csv-columns", "n:number", "--require", "nothing").status == 3
    files, _ = export(dlq)
    assert list(csv.reader(files["all.csv"].splitlines(keepends=True))) == rows


def test_ndjson_and_archives(broker, topic, export):
    dlq = topic(2)
    produce(broker, dlq, [
        from_file("data/orders.ndjson.gz", 3, 200, b'{"n":3,}', partition=1),
        from_file("data/orders.ndjson.gz", 1, 0, b'{"n":1,}'),
        from_file("data/orders.ndjson.gz", 2, 100, b"\xff\xfe not text"),
        from_file("orders.zip/may.ndjson", 7, 70, b"may"),
        from_file("orders.zip/june.ndjson", 7, 70, b"june"),
        from_file("other/orders.ndjson", 9, 900, b"another file of that name"),
        from_file("-", 4, 44, b"from a pipe"),
        letters.letter(value=b"of a consumer"),
    ])
    files, result = export(dlq)
    assert files == {"orders.ndjson": '{"n":1,}\n\udcff\udcfe not text\n{"n":3,}\n', "may.ndjson": "may\n",
                     "june.ndjson": "june\n", "orders-2.ndjson": "another file of that name\n",
                     "stdin.ndjson": "from a pipe\n"}
    assert "1 message came from no file, and is not exported" in result.stderr


def test_a_row_that_has_failed_again_is_there_once(broker, topic, export):
    """The file may have been written anew meanwhile: then another row stands at its place, and is there, too."""
    dlq = topic(1)
    produce(broker, dlq, [from_file("a.ndjson", 1, 0, b"first"), from_file("a.ndjson", 2, 10, b"other"),
                          from_file("a.ndjson", 1, 0, b"first"), from_file("a.ndjson", 1, 0, b"another day's")])
    files, result = export(dlq)
    assert sorted(files["a.ndjson"].splitlines()[:2]) == ["another day's", "first"]
    assert files["a.ndjson"].splitlines()[2:] == ["other"] and len(files) == 1
    assert "1 message is an earlier failure of a row that is exported" in result.stderr


def test_envelopes_stand_as_they_were(broker, topic, run, tmp_path, export):
    name, dlq = topic(1), topic(1)
    lines = [{"v": 1, "key": "k", "value": f"not JSON {n}", "headers": [["a", "1"], ["a", None]], "timestamp": 1000 + n}
             for n in range(2)]
    path = tmp_path / "letters.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"v":1,"valu":"x"}\n')
    assert load(broker, run, name, dlq, path, "--format", "envelope", "--require", "x").status == 3
    files, _ = export(dlq)
    written = files["letters.ndjson"].splitlines()
    assert written[2] == '{"v":1,"valu":"x"}'
    for line, found in zip(lines, map(json.loads, written)):
        assert {key: found[key] for key in line} == line and found["topic"] == name


@pytest.mark.parametrize("source", ["../../evil.ndjson", "/etc/passwd", "..", ".", "a/..", "", "~/x", "x" * 5000,
                                    "a\nb\x1b[2J", ".hidden", "a\x00b", "a\u202eb\u009b"])
def test_names_never_leave_the_folder(broker, topic, tmp_path, run, source):
    dlq = topic(1)
    produce(broker, dlq, [from_file(source, 1, 0, b"row")])
    result = run(letters.args(broker, dlq, "--export", tmp_path / "in" / "mend"), cwd=None)
    assert result.status == 2, str(result)
    (tmp_path / "in").mkdir()
    result = run(letters.args(broker, dlq, "--export", tmp_path / "in" / "mend"))
    assert result.status == 0, str(result)
    assert os.listdir(tmp_path) == ["in"] and os.listdir(tmp_path / "in") == ["mend"]
    for name in os.listdir(tmp_path / "in" / "mend"):
        assert name.endswith(".ndjson") and not name.startswith(".") and name.isprintable() and len(name) < 256
    assert "\x1b" not in result.stderr


def test_what_is_there_is_not_overwritten(broker, topic, run, tmp_path, export):
    dlq = topic(1)
    produce(broker, dlq, [from_file("a.ndjson", 1, 0, b"row"), from_file("b.ndjson", 1, 0, b"row")])
    (tmp_path / "mend").mkdir()
    (tmp_path / "mend" / "b.ndjson").write_text("mended")
    result = run(letters.args(broker, dlq, "--export", tmp_path / "mend"))
    assert result.status == 5 and "b.ndjson is there already" in result.stderr, str(result)
    assert {path.name: path.read_text() for path in (tmp_path / "mend").iterdir()} == {"b.ndjson": "mended"}


def test_a_row_that_would_make_two_is_left_out(broker, topic, export):
    dlq = topic(1)
    produce(broker, dlq, [from_file("a.ndjson", 1, 0, b"one\ntwo"), from_file("a.ndjson", 2, 9, None),
                          from_file("a.ndjson", 3, 20, b"fine")])
    files, result = export(dlq)
    assert files == {"a.ndjson": "fine\n"}
    assert "2 messages don't fit into files of their kind" in result.stderr


def test_csv_of_older_versions(broker, topic, export):
    """Without a header row, raw rows stand alone, and what was read goes into NDJSON."""
    dlq = topic(1)
    produce(broker, dlq, [from_file("a.csv", 2, 10, b"1;2", form="csv", kind="INVALID_CSV"),
                          from_file("a.csv", 3, 20, b'{"id":"3"}', form="csv"),
                          from_file("b.csv", 2, 20, b'{"id":"3","x":"a;b"}', form="csv", columns="id;x", delimiter=";"),
                          from_file("c.csv", 2, 20, b'{"id":"3"}', form="csv", columns='"broken')])
    files, _ = export(dlq)
    assert files == {"a.csv": "1;2\n", "a.csv.ndjson": '{"id":"3"}\n', "b.csv": 'id;x\n3;"a;b"\n',
                     "c.csv.ndjson": '{"id":"3"}\n'}


def test_selection_counts(broker, topic, export):
    dlq = topic(1)
    produce(broker, dlq, [from_file("a.ndjson", n, 10 * n, b"row %d" % n, kind="AB"[n % 2]) for n in range(1, 9)])
    files, _ = export(dlq, "--where", "error-type=A", "--limit", "3")
    assert files == {"a.ndjson": "row 2\nrow 4\nrow 6\n"}
