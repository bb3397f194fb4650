"""Where things are. Everything can be moved by an environment variable; nothing is written beside the sources."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KAFKA = ROOT / "tests" / "kafka"


def build() -> Path:
    """The build directory: REDRIVE_BUILD, default build/."""
    return Path(os.environ.get("REDRIVE_BUILD", ROOT / "build")).resolve()


def kafka_jars() -> Path:
    """Kafka's jars: REDRIVE_KAFKA_JARS, default kafka-jars/ in the build directory."""
    return Path(os.environ.get("REDRIVE_KAFKA_JARS", build() / "kafka-jars")).resolve()


def binary() -> Path:
    """The redrive under test: REDRIVE_BIN, default cmd/redrive in the build directory."""
    return Path(os.environ.get("REDRIVE_BIN", build() / "cmd" / "redrive")).resolve()
