"""A job that is killed again and again, and run again each time: every order arrives once."""

import itertools
import os
import random
import signal
import tarfile
import threading

import jobs
import orders
import pytest

KILLS = 15
# Of so many kills one comes while the run begins: it claims the job, or ends what the last one left.
EARLY_EVERY = 5
EARLY_S = 1
# Slow enough for the last kill to find a load at work, be the machine as fast as it will.
RATE = 50_000
MORE = 30_000
# Where members begin, and the last ends: nowhere where a batch does.
MEMBERS = [0, 95_001, 203_333, jobs.COUNT]
BAD_EVERY = 701


class Input:
    """A file of orders, and where each of them stands: files that jobs name, in lines of which each has an order."""

    def __init__(self, path, parts, first_line=1, options=()):
        self.path, self.parts, self.first_line, self.options = path, parts, first_line, options

    def place(self, number):
        """What a summary says of a job that goes on with that order."""
        member, index = 0, number + self.first_line - 1
        while index >= len(self.parts[member]):
            index -= len(self.parts[member])
            member += 1
        lines = itertools.islice(self.parts[member], index)
        return {"file": str(self.path), "member": member, "line": index + 1,
                "offset": sum(map(len, lines)), "records": number}


def lines_of(numbers):
    return [orders.order(n) + b"\n" for n in numbers]


@pytest.fixture(scope="module")
def ndjson(tmp_path_factory):
    """A plain file."""
    path = orders.write(tmp_path_factory.mktemp("ndjson") / "orders.ndjson", jobs.COUNT)
    yield Input(path, [lines_of(range(jobs.COUNT))])
    path.unlink()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The same orders in an archive of three members."""
    folder = tmp_path_factory.mktemp("archive")
    parts = [lines_of(range(*ends)) for ends in itertools.pairwise(MEMBERS)]
    with tarfile.open(folder / "orders.tar", "w") as tar:
        for m, lines in enumerate(parts):
            (folder / f"{m}.ndjson").write_bytes(b"".join(lines))
            tar.add(folder / f"{m}.ndjson", f"orders/{m}.ndjson")
    path = orders.compressed(folder / "orders.tar", "zstd")
    yield Input(path, parts)
    for file in folder.iterdir():
        file.unlink()


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The same orders as rows, of which some are bad."""
    path = tmp_path_factory.mktemp("table") / "orders.csv"
    note = orders.order(0).split(b'"note":"')[1][:-2]
    rows = [b"orderId,customerId,total,note\n"]
    rows += [b"%d,%s,%s.50,\"%s\"\n" % (n, orders.key(n), b"many" if is_bad(n) else b"%d" % (n % 1000), note)
             for n in range(jobs.COUNT)]
    path.write_bytes(b"".join(rows))
    yield Input(path, [rows], 2, ["--csv-header", "yes", "--csv-columns", "orderId:integer,total:number"])
    path.unlink()


def is_bad(number):
    return number % BAD_EVERY == BAD_EVERY // 2


@pytest.fixture
def rng():
    """Random numbers, whose seed is printed with a failure."""
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    return random.Random(seed)


def kill_once(job, spawn, rng, turn):
    """Kills one run of the job at an instant that nobody knows; whether it was loading then."""
    if turn % EARLY_EVERY == 0:
        running, pause = spawn(job.args), rng.uniform(0, EARLY_S)
        threading.Event().wait(pause)
        begun = f"Job {job.name} " in running.stderr
    else:
        running, more, pause = job.start(spawn), rng.randrange(MORE), rng.uniform(0, 0.02)
        job.wait_for_more(running, more)
        threading.Event().wait(pause)
        begun = True
    result = running.kill()
    assert result.status == jobs.KILLED, str(result)
    print(f"kill {turn}: begun {begun}, {job.done()} orders done")
    return begun


def kill_and_complete(job, spawn, run, rng, given):
    """Kills a job at random instants and lets it complete then; the summary of the last run."""
    begun = sum(kill_once(job, spawn, rng, turn) for turn in range(KILLS))
    assert begun >= KILLS - KILLS // EARLY_EVERY
    seen = job.done()
    result = run(job.args, timeout=120)
    before = result.summary["resume"]["records"]
    # The last kill may have come when a commit was on its way.
    assert before - seen in (0, jobs.COMMIT_RECORDS), str(result)
    summary = jobs.check_complete(result, jobs.COUNT, before)
    assert summary["resume"] == given.place(before), str(result)
    (said,) = [line for line in result.stderr.splitlines() if f"Job {job.name} goes on with {given.path}, " in line]
    assert f"line {summary['resume']['line']}," in said and f" {before} record" in said, str(result)
    return result


@pytest.fixture
def job_of(broker, topic):
    """The job that loads an input into topics of its own."""
    def make(given):
        name, dlq = topic(), topic()
        options = ["--rate", str(RATE), *given.options]
        return jobs.Job(broker, name, dlq, jobs.args(broker, name, given.path, *options, dlq=dlq))
    return make


@pytest.mark.parametrize("kind", ["ndjson", "archive"])
def test_killed(job_of, spawn, run, rng, request, kind):
    given = request.getfixturevalue(kind)
    job = job_of(given)
    result = kill_and_complete(job, spawn, run, rng, given)
    assert result.status == 0, str(result)
    job.check_topic(jobs.COUNT)
    assert job.letters() == []


def test_killed_with_bad_rows(job_of, spawn, run, rng, table):
    job = job_of(table)
    result = kill_and_complete(job, spawn, run, rng, table)
    assert result.status in (0, 3), str(result)
    bad = [n for n in range(jobs.COUNT) if is_bad(n)]
    assert len(bad) > 400
    job.check_topic(jobs.COUNT, bad)
    job.check_letters({n + 2: table.parts[0][n + 1].rstrip() for n in bad}, b"INVALID_CSV")


def test_told_to_stop(job_of, spawn, run, ndjson):
    job = job_of(ndjson)
    running = job.start(spawn)
    job.wait_for_more(running, 2 * jobs.COMMIT_RECORDS)
    running.signal(signal.SIGTERM)
    result = running.wait(20)
    assert result.status == 128 + signal.SIGTERM, str(result)
    assert "Stopped by signal 15" in result.stderr
    before = result.summary["job"]["records"]
    assert before and orders.ended(result) == (before, 0, 0, 0), str(result)
    assert f"job {job.name} then goes on with {ndjson.path}, line {before + 1}" in result.stderr
    job.check_topic(before)
    result = run(job.args)
    assert result.status == 0, str(result)
    jobs.check_complete(result, jobs.COUNT, before)
    job.check_topic(jobs.COUNT)
