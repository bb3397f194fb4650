"""Exactly-once jobs: starts them, watches how far they are, and judges where their orders ended."""

from typing import NamedTuple

import orders

from harness import process
from harness.witness import consume, consume_lean

COUNT = 300_000
COMMIT_RECORDS = 10_000
KILLED = 128 + 9


def args(broker, name, *more, dlq=None, commit_records=COMMIT_RECORDS):
    """Arguments that load orders into a topic, as a job that is named like it."""
    return orders.args(broker, name, "--job", name, "--commit-records", str(commit_records), *more, dlq=dlq)


class Job(NamedTuple):
    """A job on a broker: its topics, and the command that is given again and again."""

    broker: object
    name: str
    dlq: str
    args: list

    def done(self):
        """Records that are done, as the cluster tells it; None when it knows of no such job."""
        committed = self.broker.group_offsets(f"redrive.{self.name}")
        return committed[self.name, 0][0] if committed else None

    def written(self):
        """How far the topic's log goes, with what is not committed or never will be."""
        return sum(end for _, end in self.broker.offsets(self.name, "read_uncommitted").values())

    def start(self, spawn):
        """Runs the command; returns once the job has begun or gone on."""
        running = spawn(self.args)
        running.wait_for("the job to begin", lambda: f"Job {self.name} " in running.stderr, 60)
        return running

    def wait_for_more(self, running, more):
        """Returns when a run has written so many further orders, committed or not."""
        wanted = self.written() + more
        running.wait_for(f"{wanted} orders written", lambda: self.written() >= wanted, 60)

    def wait_for_done(self, running, count=1):
        """Returns when so many records are done."""
        running.wait_for(f"{count} orders done", lambda: (self.done() or 0) >= count, 60)

    def wait_until_settled(self, topic):
        """Returns when no transaction is open: the broker answers a commit before readers see all of it."""
        process.wait_until("no open transaction",
                           lambda: self.broker.offsets(topic) == self.broker.offsets(topic, "read_uncommitted"), 30)

    def letters(self):
        """What stands in the DLQ."""
        self.wait_until_settled(self.dlq)
        return consume(self.broker, self.dlq)

    def check_topic(self, count, missing=()):
        """Each order but the missing ones is there once, and in order within its key."""
        self.wait_until_settled(self.name)
        orders.check_delivered(consume_lean(self.broker, self.name), count, missing)

    def check_letters(self, expected, code):
        """The dead letters are {line: value} and nothing else, each once, and name their job."""
        letters = self.letters()
        found = {line_of(r): r.value.rstrip(b"\n") for r in letters}
        assert found == expected, f"{len(found)} letters, {found.keys() ^ expected.keys()} differ"
        assert len(letters) == len(expected), f"{len(letters)} letters for {len(expected)} orders"
        said = {(dict(r.headers)["error-type"], dict(r.headers)["job"]) for r in letters}
        assert said == {(code, self.name.encode())}, said


def line_of(record):
    """The line of its file that a dead letter was."""
    return int(dict(record.headers)["source-line"])


def check_complete(result, count, before=0):
    """The run completed a job of so many records, of which some were done before it; its summary."""
    numbers, summary = orders.check_numbers(result), result.summary
    assert summary["job"]["complete"] and summary["job"]["records"] == count, str(result)
    assert numbers["read"] == count - before, str(result)
    assert (summary["resume"] or {}).get("records", 0) == before, str(result)
    return summary
