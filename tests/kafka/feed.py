"""Feeds orders to a running redrive until a test has seen enough, and judges where they ended."""

import contextlib
import subprocess
import threading

import orders

from harness.witness import consume, consume_lean

PIECE = 500
PAUSE_S = 0.02


class Feed(threading.Thread):
    """Writes pieces of orders to a redrive's standard input until finish().

    It blocks while redrive doesn't read, and ends quietly when redrive does.
    """

    def __init__(self, running):
        super().__init__(daemon=True)
        self.running = running
        self.count = 0
        self._enough = threading.Event()
        self.start()

    def run(self):
        with contextlib.suppress(BrokenPipeError), self.running.process.stdin as pipe:
            while not self._enough.wait(PAUSE_S):
                numbers = range(self.count, self.count + PIECE)
                lines = b"".join(orders.order(n) + b"\n" for n in numbers)
                self.count += PIECE
                pipe.write(lines)

    def finish(self, timeout=120):
        """Ends the input and waits for redrive's end; its result."""
        self._enough.set()
        result = self.running.wait(timeout)
        self.join()
        return result


def start(spawn, args):
    """A redrive that reads a feed."""
    return Feed(spawn([*args, "-"], stdin=subprocess.PIPE))


def delivered(broker, topic):
    """How many records stand in a topic."""
    return sum(end for _, end in broker.offsets(topic).values())


def wait_for_more(feed, broker, topic, more=20_000):
    """Returns when so many further orders have arrived."""
    wanted = delivered(broker, topic) + more
    feed.running.wait_for(f"{wanted} orders in the topic",
                          lambda: delivered(broker, topic) >= wanted, 60)


class Ends:
    """Where every order of a load stands, told by Kafka's own consumer and the fallback file."""

    def __init__(self, broker, topic, dlq, fallback):
        self.topic = list(consume_lean(broker, topic))
        self.dead = {orders.number(r.value): dict(r.headers) for r in consume(broker, dlq)}
        lines = orders.fallback_lines(fallback) if fallback.exists() else []
        self.fallback = {orders.number(line["value"].encode()): line for line in lines}
        self.arrived = {orders.number(r.value) for r in self.topic}
        self.doubled = len(self.topic) - len(self.arrived)

    def check(self, result, count):
        """Nothing is lost, order is kept, and the numbers are the summary's: returns them."""
        numbers = orders.check_numbers(result)
        assert numbers["read"] == count, str(result)
        failed = self.dead.keys() | self.fallback.keys()
        assert self.arrived | failed == set(range(count)), str(result)
        both = self.dead.keys() & self.fallback.keys()
        assert numbers["fallback"] == len(self.fallback), str(result)
        assert numbers["dead_lettered"] == len(self.dead) - len(both), str(result)
        # One that is in both may only be one whose answer got lost, and must say so.
        for n in self.arrived & failed:
            assert self._persisted(n) == "possibly", f"order {n} is in the topic"
        assert self.doubled + len(both) <= numbers["possible_duplicates"], str(result)
        self._check_order(failed)
        return numbers

    def _persisted(self, n):
        """What a failed order says of whether the topic has it."""
        if n in self.dead:
            return self.dead[n]["persisted"].decode()
        return self.fallback[n]["error"]["persisted"]

    def _check_order(self, failed):
        last, seen = {}, set()
        for _, _, key, value in self.topic:
            n = orders.number(value)
            assert (key, value) == (orders.key(n), orders.order(n))
            if n in failed or n in seen:
                continue
            assert last.get(key, -1) < n, f"order {n} after {last[key]}"
            last[key] = n
            seen.add(n)
