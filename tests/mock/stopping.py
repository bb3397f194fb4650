"""A broker that stops: it writes one more batch, and tells its sender that it no longer leads the partition."""

import contextlib
import socket
import struct
import threading

PRODUCE, METADATA = 0, 3
NOT_LEADER = 6
# From this version on, lengths are single bytes here, and tags come behind the header.
PRODUCE_COMPACT = 9


class Stopping:
    """Stands before a cluster of one broker, whose topic has one partition, and passes everything on until stop()."""

    def __init__(self, cluster):
        host, port = cluster.bootstrap.split(":")
        self._cluster = host, int(port)
        self._listener = socket.create_server((host, 0))
        self._port = self._listener.getsockname()[1]
        self._stopped = False
        self._refusal = b""
        self.bootstrap = f"{host}:{self._port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """The next batch is written and refused; those after it are only refused."""
        self._refusal, self._stopped = b"", True

    def start(self) -> None:
        """Batches are passed on again."""
        self._stopped = False

    def close(self) -> None:
        """No further connections."""
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, socket.create_connection(self._cluster) as broker:
            while request := _read_frame(client):
                _write_frame(client, self._answer(broker, request))

    def _answer(self, broker, request) -> bytes:
        api, version, number = struct.unpack_from(">hhi", request)
        refuses = api == PRODUCE and self._stopped
        if refuses and self._refusal:
            return struct.pack(">i", number) + self._refusal[4:]
        _write_frame(broker, request)
        answer = _read_frame(broker)
        if refuses:
            answer = self._refusal = _refuse(answer, version)
        return self._with_own_port(answer) if api == METADATA else answer

    def _with_own_port(self, answer) -> bytes:
        host, port = self._cluster
        ports = [host.encode() + struct.pack(">i", one) for one in (port, self._port)]
        assert ports[0] in answer
        return answer.replace(*ports)


def _refuse(answer, version) -> bytes:
    """The answer to a batch with its error changed: behind the names of topic and partition."""
    if version >= PRODUCE_COMPACT:
        at = 4 + 1 + 1 + answer[6] + 1 + 4
    else:
        at = 4 + 4 + 2 + struct.unpack_from(">h", answer, 8)[0] + 4 + 4
    assert struct.unpack_from(">h", answer, at)[0] == 0
    return answer[:at] + struct.pack(">h", NOT_LEADER) + answer[at + 2:]


def _read_frame(connection) -> bytes:
    """b"" at the end of the connection."""
    size = connection.recv(4, socket.MSG_WAITALL)
    return connection.recv(struct.unpack(">i", size)[0], socket.MSG_WAITALL) if len(size) == 4 else b""


def _write_frame(connection, frame) -> None:
    connection.sendall(struct.pack(">i", len(frame)) + frame)
