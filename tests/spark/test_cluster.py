"""A cluster of its own: one master and two workers on loopback, one of which is killed while models are built."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark
import pytest

from tests.integration.installation import Installation

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
LOOPBACK = "127.0.0.1"
#: Of what a build makes, and of how much of it, before a worker is killed.
TABLES_BEFORE_THE_KILL = 20


@dataclass(frozen=True)
class Cluster:
    """A master and its workers, each the leader of a process group of its own."""

    master: str
    workers: list[subprocess.Popen[bytes]]

    def kill_one(self) -> None:
        """A machine is gone: the worker with its executors."""
        os.killpg(self.workers[0].pid, signal.SIGKILL)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """Start one, wait until every worker is known, and stop it whatever happens."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    master = f"spark://{LOOPBACK}:{port}"
    started = [
        _start(folder, "master", "org.apache.spark.deploy.master.Master", "--port", str(port), "--webui-port", "0")
    ]
    try:
        started += [
            _start(
                folder,
                f"worker-{number}",
                "org.apache.spark.deploy.worker.Worker",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--webui-port",
                "0",
                "--work-dir",
                str(folder / f"work-{number}"),
                master,
            )
            for number in range(workers)
        ]
        log = folder / "master.log"
        deadline = time.monotonic() + 120
        while log.read_text(encoding="utf-8").count("Registering worker") < workers:
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            assert all(process.poll() is None for process in started), log.read_text(encoding="utf-8")
            time.sleep(0.2)
        yield Cluster(master, started[1:])
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(folder: Path, name: str, *command: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [SPARK_CLASS, *command, "--host", LOOPBACK],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "SPARK_LOCAL_IP": LOOPBACK, "SPARK_NO_DAEMONIZE": "1"},
        )


@pytest.mark.exhaustive
def test_a_build_ends_right_though_a_worker_is_killed(refreshed: Installation, tmp_path: Path) -> None:
    installation = Installation.make(tmp_path / "installation")
    options = [
        f"spark.driver.host={LOOPBACK}",
        f"spark.driver.bindAddress={LOOPBACK}",
        "spark.executor.memory=700m",
        "spark.sql.shuffle.partitions=2",
    ]
    with cluster(tmp_path, workers=2) as started:
        running = installation.start_refresh(
            CUSTOMHOUSE_ENGINE="spark",
            CUSTOMHOUSE_SPARK_MASTER=started.master,
            CUSTOMHOUSE_SPARK_OPTIONS=" ".join(options),
            SPARK_LOCAL_IP=LOOPBACK,
        )
        tables = installation.warehouse / "spark" / "tables"
        while len(list(tables.glob("*/*"))) < TABLES_BEFORE_THE_KILL:
            assert running.process.poll() is None, running.output
            time.sleep(0.1)
        started.kill_one()
        ended = running.end()
        lost = (tmp_path / "master.log").read_text(encoding="utf-8").count("Removing worker")

    assert ended.code == 0, ended.output
    assert lost == 1
    assert installation.content() == refreshed.content()
