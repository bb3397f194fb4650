"""Both summaries of a load agree, however it ends, and nothing that is said tells a payload."""

import orders
import pytest

from harness.witness import consume

MARK = b"s3cr3t"
COUNT = 60


def secret_order(n):
    """An order with the mark in key and value."""
    return b'{"orderId":%d,"customerId":"%s-%d","total":1,"note":"%s \\"x"}' % (n, MARK, n, MARK)


GOOD = [secret_order(n) for n in range(COUNT)]
BROKEN = [b'{"customerId":"s3cr3t"', b"s3cr3t", b'{"customerId":"s3cr3t",s3cr3t}', b'{"s3cr3t":1,}',
          b'["s3cr3t"]', b'{"customerId":"s3cr3t\xff"}', b'{"customerId":"s3cr3t\\u00"}',
          b'{"customerId":{"s3cr3t":1}}', b'"s3cr3t', b'{"customerId":"s3cr3t","orderId":s3cr3t}',
          b'{"orderId":"s3cr3t"}', b'{"customerId" "s3cr3t"}']
LARGE = [secret_order(COUNT)[:-1] + b',"more":"' + MARK * 4000 + b'"}']
CSV = [b"orderId,customerId,total", b"1,s3cr3t,s3cr3t", b'2,"s3cr3t"x,1', b"3,s3cr3t",
       b"4,s3cr3t,1", b'5,"s3cr3t']

# name: (lines, further options, settings of the topic, exit status)
CASES = {
    "clean": (GOOD, [], {}, 0),
    "verbose": (GOOD + BROKEN, ["-v"], {}, 3),
    "blank lines": ([*GOOD[:5], b"", b"  ", *GOOD[5:]], ["--log-format", "json"], {}, 0),
    "broken": (GOOD + BROKEN, ["--log-format", "json", "--require", "/total"], {}, 3),
    "large": (GOOD + LARGE, ["--log-format", "logfmt", "-v"], {"max.message.bytes": 10_000}, 3),
    "too large for all": (GOOD + LARGE, ["--max-record-bytes", "10000"], {}, 6),
    "timestamp": (GOOD, ["--timestamp-from", "/note"], {}, 3),
    "key": (GOOD, ["-k", "/note/absent"], {}, 3),
    "csv": (CSV, ["--format", "csv", "--csv-columns", "total:number", "--csv-header", "yes", "-v"],
            {}, 3),
    "no dlq": (GOOD + BROKEN, ["--no-dlq"], {}, 4),
    "no topic": (GOOD, ["-t", "no-such-topic"], {}, 3),
    "quiet": (GOOD + BROKEN, ["-q"], {}, 3),
}


@pytest.mark.parametrize("case", CASES)
def test_forms_agree(broker, topic, run, tmp_path, case):
    lines, options, config, status = CASES[case]
    path = tmp_path / "orders"
    path.write_bytes(b"\n".join(lines) + b"\n")
    found = {}
    for form in ("text", "json"):
        name = topic(config=config)
        dlq = [] if "--no-dlq" in options else ["--dlq", topic()]
        result = run(orders.args(broker, name, path, *dlq, "--metrics-file", f"{form}.prom",
                                 "--fallback", f"{form}.fallback", *options, summary=form))
        assert result.status == status, str(result)
        found[form] = orders.check_numbers(result)
        for told in (result.out, result.err, (tmp_path / f"{form}.prom").read_bytes()):
            assert MARK not in told, str(result)
        for record in consume(broker, dlq[1]) if dlq else []:
            assert MARK not in dict(record.headers)["error-message"]
    assert abs(found["text"].pop("success_rate") - found["json"].pop("success_rate")) < 0.00001
    assert found["text"] == found["json"]


def test_forms_agree_in_an_outage(run, tmp_path):
    path = tmp_path / "orders"
    path.write_bytes(b"\n".join(GOOD + BROKEN) + b"\n")
    found = {}
    with orders.nobody() as address:
        for form in ("text", "json"):
            result = run(orders.args(orders.DeadBroker(address), "orders", path, "-v",
                                     "--retries", "1", "--retry-backoff", "10ms",
                                     "--fallback", f"{form}.fallback",
                                     "--alert-command", f"cat >{form}.alert", summary=form))
            assert result.status == 4, str(result)
            found[form] = orders.check_numbers(result)
            for told in (result.out, result.err, (tmp_path / f"{form}.alert").read_bytes()):
                assert MARK not in told, str(result)
    assert found["text"] == {**found["json"], "success_rate": found["text"]["success_rate"]}
    assert found["text"]["fallback"] == found["text"]["read"] == COUNT + len(BROKEN)
