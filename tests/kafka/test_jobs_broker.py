"""The broker is killed again and again under a job: every order arrives once."""

import os
import random

import jobs
import orders

KILLS = 5
RATE = 50_000
MORE = 40_000


def test_killed_under_a_job(own_broker, topic, spawn, tmp_path):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    rng = random.Random(seed)
    name, dlq = topic(on=own_broker), topic(on=own_broker)
    path = orders.write(tmp_path / "orders.ndjson", jobs.COUNT)
    job = jobs.Job(own_broker, name, dlq,
                   jobs.args(own_broker, name, path, "--rate", str(RATE), dlq=dlq))
    running = job.start(spawn)
    for turn in range(KILLS):
        job.wait_for_more(running, rng.randrange(MORE))
        print(f"kill {turn}: {job.done()} orders done")
        own_broker.kill()
        own_broker.start()
    result = running.wait(120)
    assert result.status == 0, str(result)
    jobs.check_complete(result, jobs.COUNT)
    assert not (tmp_path / f"{name}.fallback.ndjson").exists()
    job.check_topic(jobs.COUNT)
    assert job.letters() == []
