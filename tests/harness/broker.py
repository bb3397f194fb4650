"""A one-node Kafka (KRaft) on loopback that a test may stop, kill, freeze and start again."""

import atexit
import json
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from . import jars, process
from .admin import Commands

HOST = "127.0.0.1"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30

_CLUSTER_ID = "cmVkcml2ZS10ZXN0cy0xMg"
_CONTROLLER = "CONTROLLER"
# Below the usual ephemeral range: there a client that dials a dead broker could get the broker's port itself.
_PORTS = range(20000, 32000)

_DEFAULTS = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "group.initial.rebalance.delay.ms": 0,
    # A killed broker may come back when its old registration has expired: 9 s by default.
    "broker.session.timeout.ms": 4000,
    "broker.heartbeat.interval.ms": 500,
    # Retention goes by the records' own timestamps: fixtures from last year would vanish in mid-test.
    "log.retention.ms": -1,
}


class Broker(Commands):
    """A broker in a temporary directory of its own; administered by the methods of Commands.

    listeners: name -> security protocol; the first one is `bootstrap` and must be PLAINTEXT, the tests
    administer the broker through it. extra: further server properties, stronger than the defaults.
    """

    def __init__(self, listeners: dict[str, str] | None = None, extra: dict | None = None, heap: str = "1g"):
        self._listeners = listeners or {"PLAIN": "PLAINTEXT"}
        self._heap = heap
        self._ports = dict(zip([*self._listeners, _CONTROLLER], _free_ports(len(self._listeners) + 1)))
        self.directory = Path(tempfile.mkdtemp(prefix="redrive-kafka-"))
        self._process: subprocess.Popen | None = None
        self.log = self.directory / "broker.log"
        self._write_properties(extra or {})
        atexit.register(self.close)

    @property
    def bootstrap(self) -> str:
        """host:port of the first listener."""
        return self.address(next(iter(self._listeners)))

    @property
    def pid(self) -> int | None:
        """Process id while the broker runs."""
        return self._process.pid if self.running else None

    @property
    def running(self) -> bool:
        """Whether the process is there, frozen or not."""
        return self._process is not None and self._process.poll() is None

    def address(self, listener: str) -> str:
        """host:port of a listener."""
        return f"{HOST}:{self._ports[listener]}"

    def start(self) -> "Broker":
        """Starts the broker, on the same ports and data as before; returns when it serves every partition."""
        assert not self.running, "already running"
        if not (self.directory / "data" / "meta.properties").exists():
            self._format()
        with self.log.open("ab") as log:
            self._process = process.start(
                [*self._java(), f"-Xmx{self._heap}", "kafka.Kafka", self._properties],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory)
        try:
            process.wait_until("broker ready", self._ready, START_TIMEOUT_S)
        except BaseException as error:
            self.kill()
            error.add_note(f"the broker's log:\n{self.log_errors()}\n...\n{self.log_tail()}")
            raise
        return self

    def stop(self) -> None:
        """SIGTERM: an orderly end. Returns when the process is gone."""
        if self._process:
            process.terminate(self._process, STOP_TIMEOUT_S)

    def kill(self) -> None:
        """SIGKILL. Returns when the process is gone; the next start takes some seconds longer."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def restart(self) -> "Broker":
        """An orderly end, then a start."""
        self.stop()
        return self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT; returns when the broker answers again."""
        self._process.send_signal(signal.SIGCONT)
        process.wait_until("broker ready after a freeze", self._ready, START_TIMEOUT_S)

    def close(self) -> None:
        """Ends the broker for good and removes its directory."""
        atexit.unregister(self.close)
        self.kill()
        self.forget()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log_errors(self) -> str:
        """The errors in the broker's log, with the causes of their exceptions."""
        return "\n".join(line for line in process.tail(self.log, 100_000).splitlines()
                         if " ERROR " in line or line.startswith("Caused by: "))

    def log_tail(self, lines: int = 40) -> str:
        """The last lines of the broker's log."""
        return process.tail(self.log, lines)

    def __enter__(self) -> "Broker":
        return self.start()

    def __exit__(self, *_) -> None:
        self.close()

    def _ready(self) -> bool:
        if not self.running:
            raise RuntimeError(f"the broker ended with status {self._process.returncode}")
        return _listening(self.bootstrap) and _serves_all(self.bootstrap)

    def _format(self) -> None:
        done = subprocess.run(
            [*self._java(), "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format",
             "-t", _CLUSTER_ID, "-c", self._properties],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=START_TIMEOUT_S)
        if done.returncode:
            raise RuntimeError(f"formatting failed: {done.stdout}{done.stderr}")

    def _java(self) -> list[str]:
        return ["java", "-cp", jars.classpath(), "-Dorg.slf4j.simpleLogger.showDateTime=true"]

    def _write_properties(self, extra: dict) -> None:
        protocols = {**self._listeners, _CONTROLLER: "PLAINTEXT"}
        properties = {
            **_DEFAULTS,
            "listeners": ",".join(f"{name}://{self.address(name)}" for name in protocols),
            "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
            "inter.broker.listener.name": next(iter(self._listeners)),
            "controller.listener.names": _CONTROLLER,
            "controller.quorum.voters": f"1@{self.address(_CONTROLLER)}",
            "log.dirs": self.directory / "data",
            **extra,
        }
        self._properties = self.directory / "server.properties"
        self._properties.write_text("".join(f"{k}={v}\n" for k, v in properties.items()))


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all held until the last one is found."""
    held = []
    try:
        while len(held) < count:
            candidate = socket.socket()
            try:
                candidate.bind((HOST, random.choice(_PORTS)))
                held.append(candidate)
            except OSError:
                candidate.close()
        return [s.getsockname()[1] for s in held]
    finally:
        for s in held:
            s.close()


def _listening(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _serves_all(bootstrap: str) -> bool:
    """Whether the broker is in its own metadata and every partition has a leader."""
    done = subprocess.run(["kcat", "-L", "-J", "-b", bootstrap, "-m", "2"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    if done.returncode:
        return False
    metadata = json.loads(done.stdout)
    leaders = [p["leader"] for topic in metadata["topics"] for p in topic["partitions"]]
    return any(b["name"] == bootstrap for b in metadata["brokers"]) and all(leader >= 0 for leader in leaders)
