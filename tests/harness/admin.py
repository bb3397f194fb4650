"""The one Java process that administers the brokers of a test session (tests/kafka/java/Admin.java)."""

import functools
import json
import selectors
import subprocess
import tempfile
import time
from pathlib import Path

from . import jars, process

REQUEST_TIMEOUT_S = 150


class AdminError(Exception):
    """Kafka refused a request; `code` is the simple name of the Java exception."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code


class Admin:
    """Requests go out and answers come back one line each. Not for several threads."""

    def __init__(self):
        self._log = tempfile.NamedTemporaryFile(prefix="redrive-admin-", suffix=".log")
        self._process = process.start(
            ["java", "-Xmx2g", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
             "-cp", jars.classpath(), "Admin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, bufsize=0)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def request(self, bootstrap: str, command: str, **fields):
        """The result of a command; AdminError if Kafka refuses it."""
        line = json.dumps({"command": command, "bootstrap": bootstrap, **fields})
        self._process.stdin.write(line.encode() + b"\n")
        answer = json.loads(self._answer(command))
        if "error" in answer:
            raise AdminError(answer["error"], answer["message"])
        return answer["ok"]

    def _answer(self, command: str) -> bytes:
        deadline = time.monotonic() + REQUEST_TIMEOUT_S
        answer = b""
        while not answer.endswith(b"\n"):
            if not self._selector.select(max(0, deadline - time.monotonic())):
                self._process.kill()
                raise TimeoutError(f"no answer to {command} within {REQUEST_TIMEOUT_S} s\n{self.log_tail()}")
            piece = self._process.stdout.read(1 << 20)
            if not piece:
                raise RuntimeError(f"the Java helper ended during {command}\n{self.log_tail()}")
            answer += piece
        return answer

    def log_tail(self) -> str:
        """The last lines of the helper's log."""
        return process.tail(Path(self._log.name))


@functools.cache
def shared() -> Admin:
    """The session's helper, started at the first use."""
    return Admin()


class Commands:
    """What can be asked of a broker through the helper. A change is in force when its method returns."""

    bootstrap: str

    def create_topic(self, name: str, partitions: int = 6, config: dict | None = None) -> str:
        """Creates a topic and returns its name."""
        self.ask("create_topic", name=name, partitions=partitions, config=config or {})
        return name

    def add_partitions(self, name: str, partitions: int) -> None:
        """Raises a topic's number of partitions to that total."""
        self.ask("add_partitions", name=name, partitions=partitions)

    def delete_topic(self, name: str) -> None:
        """Deletes a topic and waits until it is unknown."""
        self.ask("delete_topic", name=name)

    def delete_records(self, name: str, partition: int, before: int) -> None:
        """Deletes what stands before that offset."""
        self.ask("delete_records", name=name, partition=partition, before=before)

    def topics(self) -> set[str]:
        """Names of all topics but Kafka's internal ones."""
        return set(self.ask("topics"))

    def topic_config(self, name: str) -> dict[str, str]:
        """All properties of a topic as they are in force, defaults too."""
        return self.ask("config", type="topic", name=name)

    def set_topic_config(self, name: str, config: dict) -> None:
        """Sets properties of a topic; None puts the default back."""
        self.ask("set_config", type="topic", name=name, config=config)

    def set_broker_config(self, config: dict) -> None:
        """Sets dynamic properties of the broker; None puts the default back."""
        self.ask("set_config", type="broker", name="1", config=config)

    def offsets(self, topic: str, isolation: str = "read_committed") -> dict[int, tuple[int, int]]:
        """{partition: (first, end)}; for read_committed the end is the last stable offset."""
        found = self.ask("offsets", topic=topic, isolation=isolation)
        return {int(partition): tuple(pair) for partition, pair in found.items()}

    def group(self, group: str) -> dict:
        """{"state": …, "members": [{"client_id": …, "host": …, "partitions": ["topic-0", …]}]}."""
        return self.ask("group", group=group)

    def group_offsets(self, group: str) -> dict[tuple[str, int], tuple[int, str]]:
        """{(topic, partition): (offset, metadata)}, empty for an unknown group."""
        topics = self.ask("group_offsets", group=group)
        return {(topic, int(partition)): (committed["offset"], committed["metadata"])
                for topic, partitions in topics.items() for partition, committed in partitions.items()}

    def set_group_offset(self, group: str, topic: str, partition: int, offset: int, metadata: str = "") -> None:
        """Commits an offset for a group without active members."""
        self.ask("set_group_offset", group=group, topic=topic, partition=partition, offset=offset,
                 metadata=metadata)

    def delete_group(self, group: str) -> None:
        """Forgets a group and its offsets."""
        self.ask("delete_group", group=group)

    def acl_add(self, user: str, operation: str, resource: str, name: str = "kafka-cluster",
                pattern: str = "LITERAL", permission: str = "ALLOW") -> None:
        """Adds an ACL in Kafka's enum names: acl_add("alice", "WRITE", "TOPIC", "orders")."""
        self.ask("acl_add", principal=f"User:{user}", operation=operation, resource=resource, name=name,
                 pattern=pattern, permission=permission)

    def acl_clear(self) -> int:
        """Takes all ACLs away; returns how many there were."""
        return self.ask("acl_clear")

    def scram_user(self, user: str, password: str, mechanism: str = "SCRAM_SHA_256") -> None:
        """Creates a SCRAM user or sets its password."""
        self.ask("scram_user", user=user, password=password, mechanism=mechanism)

    def forget(self) -> None:
        """Lets the helper close its connections to this broker."""
        if shared.cache_info().currsize:
            self.ask("forget")

    def ask(self, command: str, **fields):
        """The result of any command of the helper, for this broker."""
        return shared().request(self.bootstrap, command, **fields)
