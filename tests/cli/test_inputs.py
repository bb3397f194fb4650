"""What produce says of its inputs before it sends anything."""

import os
import zipfile

AT = ["-b", "127.0.0.1:1", "-t", "orders.created"]


def test_standard_input_can_be_read_only_once(refused, orders):
    said = refused("produce", *AT, "-", orders, "-", stdin=b"{}\n")
    assert "standard input (-) is named twice, but can be read only once" in said


def test_so_can_a_pipe(refused, orders, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    said = refused("produce", *AT, "pipe", orders, "link")
    assert "link is named twice, but can be read only once" in said


def test_every_input_is_looked_at_before_anything_is_sent(refused, orders, tmp_path):
    for missing in "missing.ndjson", tmp_path / "orders.ndjson" / "in-a-file", tmp_path / ("x" * 300):
        assert f"can't read {missing}: " in refused("produce", *AT, orders, orders, missing)
    (tmp_path / "loop").symlink_to("loop")
    assert "can't read loop: Too many levels of symbolic links" in refused("produce", *AT, "loop")
    (tmp_path / "folder").mkdir()
    assert "folder is a directory: name the files in it" in refused("produce", *AT, orders, "folder")
    assert "no input: name files to load, or - for standard input" in refused("produce", *AT)
    assert "can't read : No such file or directory" in refused("produce", *AT, "")


def test_names_of_members_beyond_ascii(run, tmp_path):
    """Python marks them as UTF-8 in a zip; they are read in any locale."""
    names = ["für-köln.ndjson", "für-düren.ndjson"]
    with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
        for name in names:
            archive.writestr(name, '{"orderId":1}\n')
    result = run(["produce", "--dry-run", "-t", "orders", "--summary", "json", "orders.zip"], env={"LC_ALL": "C"})
    assert result.status == 0, str(result)
    assert [member["name"] for member in result.summary["inputs"][0]["members"]] == names
