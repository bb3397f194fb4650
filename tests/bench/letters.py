"""Dead letters to look at: a million of them with five headers each, as envelopes."""

import json
import random
from pathlib import Path

KINDS = (("INVALID_JSON", "column 72: unexpected token"), ("MISSING_FIELD", "required field /total is missing"),
         ("MSG_SIZE_TOO_LARGE", "1100148 bytes with its overhead, the topic's limit is 1048588"),
         ("_MSG_TIMED_OUT", "Local: Message timed out"), ("INVALID_CSV", "row has 3 fields, the header has 5"))
_NOTE = "please leave it with the neighbours, thank you"


def write(path: Path, count: int, alike: bool) -> None:
    """So many; alike: of five messages, else all of them different."""
    chance = random.Random(7)
    with path.open("w") as file:
        for number in range(count):
            kind, message = KINDS[number % len(KINDS)]
            if not alike:
                message = (f"order {number} of customer-{chance.getrandbits(40):x} at 192.0.2.{number % 256}:9092 failed: "
                           f"offset {number * 3}, took {chance.randrange(9999)} ms")
            file.write(json.dumps(_letter(number, kind, message)) + "\n")


def _letter(number: int, kind: str, message: str) -> dict:
    seconds, ms = divmod(number * 20, 1000)
    at = f"2026-01-{1 + seconds // 86400 % 28:02}T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}Z"
    customer = f"customer-{number * 7919 % 5000}"
    return {"v": 1, "key": customer, "timestamp": 1_767_225_600_000 + number * 20,
            "value": json.dumps({"orderId": number, "customerId": customer, "total": number % 1000 + 0.5, "note": _NOTE,
                                 "more": "x" * 200}),
            "headers": [["original-topic", "orders.created"], ["error-timestamp", at], ["error-type", kind],
                        ["error-message", message], ["retry-count", "0"]]}
