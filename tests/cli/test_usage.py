"""What is wrong with a command line is said at once: what, where, and what was perhaps meant."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness import paths
from harness.run import environment, run, spawn

AT = ["-t", "orders.created", "-b", "localhost:1"]


def test_unknown_command(refused):
    assert "unknown command prodce; did you mean produce?" in refused("prodce")
    assert "did you mean" not in refused("frobnicate")


def test_a_command_s_name_counts_only_in_full(refused):
    assert "unknown command prod" in refused("prod")


@pytest.mark.parametrize("given, said", [
    (["--topc", "x"], "unknown option --topc; did you mean --topic?"),
    (["--topc=x"], "unknown option --topc; did you mean --topic?"),
    (["--frobnicate"], "unknown option --frobnicate"),
    (["-z"], "unknown option -z"),
    (["--topic"], "--topic needs a value: TOPIC"),
    (["-t"], "--topic needs a value: TOPIC"),
    (["--format"], "--format needs a value: auto, ndjson, csv or envelope"),
    (["--no-dlq=yes"], "--no-dlq takes no value"),
    (["--retries", "many"], "--retries expects a whole number from 0 to 1000, not 'many'"),
    (["--retries", "-1"], "--retries expects a whole number from 0 to 1000, not '-1'"),
    (["--retries", "1001"], "--retries expects a whole number from 0 to 1000, not '1001'"),
    (["--retries", "3.5"], "not '3.5'"),
    (["--retries", ""], "not ''"),
    (["--limit", "99999999999999999999"], "not '99999999999999999999'"),
    (["--retry-backoff", "5parsecs"], "--retry-backoff expects a duration such as 500ms, 30s or 5m"),
    (["--delivery-timeout", "0"], "--delivery-timeout expects"),
    (["--max-record-bytes", "16Q"], "--max-record-bytes expects a size such as 64k or 16M"),
    (["--max-record-bytes", "1"], "from 1024"),
    (["--format", "ndjsn"], "--format expects auto, ndjson, csv or envelope, not 'ndjsn'; did you mean ndjson?"),
    (["--on-outage", "panic"], "--on-outage expects dlq, wait or stop, not 'panic'"),
    (["--csv-delimiter", "::"], "--csv-delimiter expects one character, or tab, not '::'"),
])
def test_options_that_can_t_be_read(refused, orders, given, said):
    assert said in refused("produce", *AT, orders, *given)


@pytest.mark.parametrize("given, said", [
    (["-k", "/a~2"], "/a~2"),
    (["--require", "/a~"], "/a~"),
    (["--timestamp-from", "/~9"], "/~9"),
    (["-H", "=value"], "'=value'"),
    (["--header-from", "name"], "'name'"),
    (["--csv-columns", "id:decimal"], "'id:decimal'"),
    (["--csv-columns", "id,,total"], "column 2"),
    (["--csv-columns", "id,id"], "columns 1 and 2"),
    (["--csv-header", "no", "--format", "csv"], "columns"),
])
def test_values_that_make_no_sense(refused, orders, given, said):
    assert said in refused("produce", *AT, orders, *given)


def test_what_is_missing_is_said_with_the_ways_to_give_it(refused, orders):
    assert "--topic" in refused("produce", "-b", "localhost:1", orders)
    said = refused("produce", "-t", "orders.created", orders)
    assert "--brokers" in said and "REDRIVE_BROKERS" in said and "bootstrap.servers" in said
    assert "no input" in refused("produce", *AT)


def test_empty_is_missing(refused, orders):
    assert "--topic" in refused("produce", "-t", "", "-b", "localhost:1", orders)
    assert "--brokers" in refused("produce", "-t", "orders.created", "-b", "", orders)
    assert "--brokers" in refused("produce", "-t", "orders.created", "-X", "bootstrap.servers=", orders)


@pytest.mark.parametrize("key", ["topic", "brokers", "dlq", "fallback", "metrics-file"])
def test_empty_is_missing_in_a_config_file_too(refused, orders, tmp_path, key):
    (tmp_path / "redrive.conf").write_text(f"redrive.{key}=\n")
    given = ["-t", "orders.created"] if key != "topic" else []
    given += ["-b", "localhost:1"] if key != "brokers" else []
    assert f"redrive.conf:1: redrive.{key} " in refused("produce", *given, "-F", "redrive.conf", orders)


def test_an_empty_variable_is_not_set(refused, orders):
    assert "--brokers" in refused("produce", "-t", "orders.created", orders, env={"REDRIVE_BROKERS": ""})


def test_inputs_that_can_t_be_read(refused, orders, tmp_path):
    assert "missing.ndjson: No such file or directory" in refused("produce", *AT, orders, "missing.ndjson")
    said = refused("produce", *AT, tmp_path)
    assert f"{tmp_path} is a directory" in said


@pytest.fixture
def for_nobody():
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_a_file_without_permission(for_nobody):
    orders = for_nobody / "orders.ndjson"
    orders.write_text("{}\n")
    orders.chmod(0)
    command = [paths.binary(), "produce", *AT, orders]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root reads every file, and there is no setpriv")
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=10, cwd=for_nobody)
    if "failed to execute" in done.stderr:
        pytest.skip("nobody may not run the binary where it lies")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"can't read {orders}: Permission denied" in done.stderr


def test_contradictions(refused, orders):
    assert "--dlq and --no-dlq" in refused("produce", *AT, "--dlq", "orders.dlq", "--no-dlq", orders)
    assert "--dlq" in refused("produce", *AT, "--dlq", "orders.created", orders)


def test_the_fallback_file_can_t_be_an_input(refused, orders, tmp_path):
    assert str(orders) in refused("produce", *AT, "--fallback", orders, orders)
    os.link(orders, tmp_path / "orders.created.fallback.ndjson")
    (tmp_path / "other.ndjson").write_text("{}\n")
    for given in (["other.ndjson", orders], ["--format", "envelope", "orders.created.fallback.ndjson"], ["-"]):
        assert "orders.created.fallback.ndjson" in refused("produce", *AT, *given, stdin=orders)


@pytest.mark.parametrize("path, why", [("none/redrive.prom", "No such file or directory"), (".", "not a regular file"),
                                       ("/dev/null", "not a regular file")])
def test_a_metrics_file_that_can_t_be_written(refused, orders, tmp_path, path, why):
    assert f"metrics file {path}: {why}" in refused("produce", *AT, "--metrics-file", path, orders)
    assert list(tmp_path.iterdir()) == [orders]


def test_arguments_that_a_command_does_not_take(refused):
    assert "extra" in refused("demo", "extra")


@pytest.mark.parametrize("name, meant", [
    ("acsk", "acks"),
    ("lingr.ms", "linger.ms"),
    ("bootstrap.server", "bootstrap.servers"),
    ("security.protcol", "security.protocol"),
    ("sasl.passwrd", "sasl.password"),
    ("batch.sizes", "batch.size"),
])
def test_an_unknown_property_and_its_nearest(refused, orders, name, meant):
    said = refused("produce", *AT, "-X", f"{name}=1", orders)
    assert f"-X: unknown property {name}; did you mean {meant}?" in said


def test_a_property_s_wrong_value(refused, orders):
    assert "acks" in refused("produce", *AT, "-X", "acks=perhaps", orders)
    assert "linger.ms" in refused("produce", *AT, "-X", "linger.ms", orders)


@pytest.mark.parametrize("lines, number, said", [
    ("bootstrap.servers=a:1\n\n# note\nredrive.retris=3\n", 4, "redrive.retris; did you mean redrive.retries?"),
    ("\nredrive.retries=many\n", 2, "redrive.retries expects a whole number from 0 to 1000, not 'many'"),
    ("linger.ms=5\nlingr.ms=5\n", 2, "lingr.ms"),
    ("linger.ms=5\nacks=perhaps\n", 2, "acks"),
    ("linger.ms=5\nno equals sign\n", 2, ""),
])
def test_a_config_file_s_errors_name_file_and_line(refused, orders, tmp_path, lines, number, said):
    (tmp_path / "redrive.conf").write_text(lines)
    assert f"redrive.conf:{number}: " in (words := refused("produce", *AT, "-F", "redrive.conf", orders))
    assert said in words


def test_a_config_file_that_can_t_be_read(refused, orders, tmp_path):
    assert "none.conf: No such file" in refused("produce", *AT, "-F", "none.conf", orders)
    assert "Is a directory" in refused("produce", *AT, "-F", tmp_path, orders)


def test_the_environment_is_checked_as_options_are(refused, orders, tmp_path):
    assert "none.conf" in refused("produce", *AT, orders, env={"REDRIVE_CONFIG": "none.conf"})


@pytest.mark.parametrize("line", [
    "sasl.passwrd=hunter2",
    "sasl.password hunter2",
    "sasl.password: hunter2",
    "ssl.key.password\thunter2",
    "sasl.jaas.config=org.example.PlainLoginModule required password=\"hunter2\";",
])
def test_secrets_are_never_shown(refused, orders, tmp_path, line):
    # Some of these can be read, as Java reads them: then the second line is what is refused.
    (tmp_path / "redrive.conf").write_text(line + "\nlingr.ms=5\n")
    assert "hunter2" not in refused("produce", *AT, "-F", "redrive.conf", orders)


def test_a_secret_on_the_command_line_is_not_shown_either(refused, orders):
    assert "hunter2" not in refused("produce", *AT, "-X", "sasl.password:hunter2", orders)


def test_control_bytes_in_a_name_don_t_reach_the_terminal(refused):
    said = refused("produce", *AT, "no\033[31m\nsuch")
    assert "\033" not in said
    assert r"no\x1b[31m\nsuch" in said


@pytest.mark.parametrize("given, said", [
    (["--nodes", "0"], "--nodes expects a whole number from 1 to 10, not '0'"),
    (["--nodes", "11"], "not '11'"),
    (["--partitions", "0"], "--partitions expects"),
    (["--topic", "orders:0"], "'orders:0'"),
    (["--topic", "orders:many"], "'orders:many'"),
    (["--topic", ":3"], "':3'"),
    (["--topic", ""], "''"),
])
def test_sandbox(refused, given, said):
    assert said in refused("sandbox", *given, "--", "true")


def test_sandbox_and_a_command_that_does_not_exist():
    result = run(["sandbox", "--", "no-such-command"])
    assert result.status == 127
    assert "no-such-command: No such file or directory" in result.stderr


@pytest.mark.parametrize("script, status", [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_sandbox_ends_as_its_command_does(script, status):
    assert run(["sandbox", "--", "sh", "-c", script]).status == status


@pytest.mark.parametrize("script, status", [
    ("trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.1; done", 9),
    ("echo ready; exec sleep 60", 143),
])
def test_sandbox_passes_sigterm_on_and_waits(script, status):
    running = spawn(["sandbox", "--", "sh", "-c", script])
    running.wait_for("its command", lambda: "ready" in running.stdout)
    running.signal(signal.SIGTERM)
    result = running.wait(30)
    assert result.status == status
    assert "told" in result.stdout or status == 143


def test_sandbox_leaves_sigint_to_its_command():
    running = spawn(["sandbox", "--", "sh", "-c", "echo ready; read line; exit 5"], stdin=subprocess.PIPE)
    running.wait_for("its command", lambda: "ready" in running.stdout)
    running.signal(signal.SIGINT)
    running.signal(signal.SIGINT)
    running.process.stdin.close()
    assert running.wait(30).status == 5


def test_metrics_never_overwrite_an_input(tmp_path):
    path = tmp_path / "orders.ndjson"
    path.write_text('{"orderId":1}\n')
    done = run(["produce", "-b", "127.0.0.1:1", "-t", "orders", "--metrics-file", str(path), str(path)])
    assert done.status == 2 and "would overwrite" in done.stderr
    assert path.read_text() == '{"orderId":1}\n'


@pytest.mark.parametrize("fallback, metrics", [
    ("fb.ndjson", "./fb.ndjson"),
    ("fb.ndjson", "link/fb.ndjson"),
    ("fb.ndjson", "leads-there"),
    ("leads-there", "link/fb.ndjson"),
])
def test_metrics_never_overwrite_a_fallback_file_to_come(refused, orders, tmp_path, fallback, metrics):
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "leads-there").symlink_to("link/fb.ndjson")
    said = refused("produce", *AT, "--fallback", fallback, "--metrics-file", metrics, orders)
    assert f"--metrics-file {metrics} would overwrite" in said


def test_metrics_never_overwrite_the_dlq_s_properties(refused, orders, tmp_path):
    (tmp_path / "dlq.properties").write_text("linger.ms=1\n")
    said = refused("produce", *AT, "--dlq-config", "dlq.properties", "--metrics-file", "./dlq.properties", orders)
    assert "--metrics-file ./dlq.properties would overwrite" in said
    assert (tmp_path / "dlq.properties").read_text() == "linger.ms=1\n"


def test_an_empty_key_is_no_key(tmp_path):
    path = tmp_path / "orders.ndjson"
    path.write_text('{"orderId":1}\n')
    done = run(["produce", "-b", "127.0.0.1:1", "-t", "orders", "-k", "", str(path)])
    assert done.status == 2 and "--key" in done.stderr


@pytest.mark.parametrize("given", [["-qvHx-api-key=SESAME"], ["-qH", "x-api-key=SESAME"], ["-qXssl.key.password=SESAME"],
                                   ["--header=x-api-key=SESAME"], ["--alert-command", "true SESAME"]])
def test_the_command_to_go_on_has_no_secret(tmp_path, given):
    (tmp_path / "orders.ndjson").write_text('{"orderId":1}\n' * 3)
    done = run(["produce", "-b", "127.0.0.1:1", "-t", "orders", *given, "--summary", "json", "--retries", "0",
                "--delivery-timeout", "300ms", "--request-timeout", "300ms", "--breaker-threshold", "1",
                "--on-outage", "stop", "orders.ndjson"], cwd=tmp_path, timeout=30)
    assert done.status == 5 and "SESAME" not in done.stdout + done.stderr, str(done)
    assert done.summary["resume"].endswith(" | redrive produce --format ndjson ... -"), str(done)


@pytest.mark.parametrize("count, said", [(1, "1 message would be rejected for its length"),
                                         (2, "2 messages would be rejected for their length")])
def test_records_that_are_too_long(tmp_path, count, said):
    (tmp_path / "orders.ndjson").write_text(f'{{"id":"{"x" * 2000}"}}\n' * count)
    done = run(["produce", "-t", "orders", "--dry-run", "--max-record-bytes", "1k", "orders.ndjson"], cwd=tmp_path)
    assert done.status == 6 and said in done.stderr, str(done)
