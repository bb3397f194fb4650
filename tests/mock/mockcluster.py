"""librdkafka's mock cluster in a process of its own (mockd.c), broken and mended at a test's word."""

import subprocess

from harness import paths, process, run, witness

STOP_TIMEOUT_S = 10


class MockCluster:
    """A cluster on loopback. Topics appear by being used, with four partitions."""

    def __init__(self, brokers: int = 1):
        program = paths.build() / "tests" / "mock" / "mockd"
        assert program.exists(), f"no {program}: build it, or set REDRIVE_BUILD"
        self._process = process.start([program, str(brokers)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, bufsize=1, env=run.environment())
        self.bootstrap = self._process.stdout.readline().strip()
        assert self.bootstrap, "the mock cluster did not start"

    def topic(self, name: str, partitions: int = 1) -> str:
        """Creates a topic; returns its name."""
        self._command("topic", name, partitions)
        return name

    def topic_error(self, name: str, code: str) -> None:
        """What metadata says of the topic from now on; NO_ERROR takes it back."""
        self._command("topic-error", name, code)

    def errors(self, code: str, count: int = 100_000, api: str = "Produce") -> None:
        """The next `count` requests of that kind fail. A request is a batch of one partition."""
        self._command("errors", api, code, count)

    def clear(self, api: str = "Produce") -> None:
        """Requests of that kind succeed again."""
        self._command("clear", api)

    def down(self, broker: int | str = "all") -> None:
        """Closes connections and takes no new ones."""
        self._command("down", broker)

    def up(self, broker: int | str = "all") -> None:
        """Takes connections again."""
        self._command("up", broker)

    def rtt(self, ms: int, broker: int | str = "all") -> None:
        """How long an answer takes."""
        self._command("rtt", broker, ms)

    def read(self, topic: str) -> list[witness.Record]:
        """All records of a topic, by partition and offset."""
        return witness.consume_kcat(self, topic)

    def close(self) -> None:
        """Ends the cluster, and everything in it is gone."""
        # Not by closing its input: librdkafka takes a second or two to end in good order.
        process.terminate(self._process, STOP_TIMEOUT_S)
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self) -> "MockCluster":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _command(self, *words) -> None:
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        answer = self._process.stdout.readline().strip()
        assert answer == "ok", f"mockd: {' '.join(map(str, words))}: {answer or 'it is gone'}"
