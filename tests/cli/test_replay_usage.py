"""What replay-fallback asks a person before it replays much."""

import pytest

import terminal

NOBODY = ["-b", "127.0.0.1:1", "--retries", "0", "--progress", "never"]
LINE = b'{"v":1,"topic":"orders.created","key":"k%d","value":"v"}\n'


@pytest.fixture
def write(tmp_path):
    """Factory of a file with that many records."""
    def make(count):
        path = tmp_path / "a.ndjson"
        path.write_bytes(b"".join(LINE % n for n in range(count)))
        return path
    return make


def shown(path, *more, answer=None):
    return terminal.run(["replay-fallback", *NOBODY, *more, path], answer=answer)


def test_much_is_asked_for(write):
    path = write(1001)
    seen = shown(path, answer="n")
    assert f"Replay the 1,001 messages of {path} to orders.created (1,001)? [y/N]" in seen, seen
    assert "Nothing was sent" in seen and "nobody said yes" in seen, seen


def test_another_answer_begins(write):
    seen = shown(write(1001), answer="y")
    assert "[y/N]" in seen and "no broker answers" in seen, seen


@pytest.mark.parametrize("count, more", [(1000, []), (1001, ["--yes"])])
def test_less_is_not_asked_for(write, count, more):
    seen = shown(write(count), *more)
    assert "[y/N]" not in seen and "no broker answers" in seen, seen
