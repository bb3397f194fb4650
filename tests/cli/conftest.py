"""What the cli tests share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.run import run  # noqa: E402

ORDERS = ('{"orderId":"ORD-0001","customerId":"customer-A"}\n'
          '{"orderId":"ORD-0002","customerId":"customer-B"}\n')


@pytest.fixture
def orders(tmp_path):
    """A file of two good orders."""
    path = tmp_path / "orders.ndjson"
    path.write_text(ORDERS)
    return path


@pytest.fixture
def refused(tmp_path):
    """Runs redrive and asserts a usage error: status 2, nothing on stdout, the name of the command in front."""
    def check(*args, **options):
        result = run([str(arg) for arg in args], cwd=tmp_path, timeout=10, **options)
        assert result.status == 2, result
        assert result.out == b"", result
        assert result.stderr.startswith("redrive"), result
        assert "--help'." in result.stderr.splitlines()[-1], result
        return result.stderr
    return check
