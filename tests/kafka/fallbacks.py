"""Fallback files as a test needs them, and the command that replays them."""

import base64
import json
import zlib


def part(data):
    """A header's name or value as an envelope has it."""
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def field(name, data):
    """key or value as an envelope has it."""
    value = part(data)
    return {f"{name}_base64": value["base64"]} if isinstance(value, dict) else {name: value}


def line(topic, key, value, headers=(), ts=None, error="_TRANSPORT", crc=True):
    """The envelope of a record, without its line feed; crc: as redrive leaves it, not as a person does."""
    envelope = {"v": 1, "topic": topic, **field("key", key), **field("value", value),
                "headers": [[part(name), part(content)] for name, content in headers]}
    if ts is not None:
        envelope["timestamp"] = ts
    envelope["error"] = {"type": error, "class": "transient", "message": "down", "retries": 3, "persisted": "no"}
    text = json.dumps(envelope, separators=(",", ":")).encode()[:-1]
    return text + (b',"crc32":"%08x"}' % zlib.crc32(text) if crc else b"}")


def write(path, lines):
    """A fallback file of those lines."""
    path.write_bytes(b"".join(each + b"\n" for each in lines))
    path.chmod(0o600)
    return path


def args(broker, *more, summary="json"):
    """Arguments that replay files; more: they, and options."""
    return ["replay-fallback", "-b", broker.bootstrap, "--summary", summary, *more]


def records(result):
    """The numbers of a run, after the check that nothing is lost."""
    found = result.summary["records"]
    assert found["read"] == sum(found[k] for k in ("delivered", "dead_lettered", "fallback", "rejected")), str(result)
    assert "unsettled" not in found, str(result)
    return found


def counts(result):
    """(delivered, dead-lettered, fallback, rejected, already resolved) of a run."""
    found = records(result)
    return tuple(found[k] for k in ("delivered", "dead_lettered", "fallback", "rejected", "already_resolved"))
