"""The server from its start to its end: the token, what it says when it is ready, and how it stops."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import signal
import sys
from collections.abc import Callable

from orchestration.serving.front import Front, Limits
from orchestration.serving.token import token_for
from orchestration.settings import Settings
from orchestration.sql import literal
from orchestration.warehouse.published import check_published


def serve(settings: Settings, *, host: str, port: int, log: bool, tell: Callable[[str], None]) -> None:
    """Serve the published warehouse until SIGTERM or SIGINT comes.

    Raises NothingPublished, TokenUnusable, CannotServe, and OSError where the address cannot be used.
    """
    check_published(settings.published_database)
    token = token_for(settings.serve_token.get_secret_value(), settings.serve_token_file)
    front = Front(
        database=settings.published_database,
        lines_dir=settings.lake_dir / "lines",
        token=token,
        limits=Limits(
            seconds=settings.serve_seconds,
            answer_bytes=settings.serve_answer_megabytes << 20,
            memory_limit=settings.serve_memory_limit,
            threads=settings.serve_threads,
            processes=settings.serve_processes,
            idle_seconds=settings.serve_idle_seconds,
        ),
        log=_log if log else None,
        tell=tell,
    )
    asyncio.run(_serve(front, settings, host, port, tell))


async def _serve(front: Front, settings: Settings, host: str, port: int, tell: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stopped.set)
    async with front.listening(host, port) as bound_port:
        tell(f"Serving publication {front.publication_id}, read-only, on {host}:{bound_port}\n")
        tell(how_to_connect(settings, host, bound_port))
        if not is_loopback(host):
            tell(
                f"WARNING: {host} can be reached from other machines, and the protocol is not encrypted: token and "
                "answers can be read on the way. TLS is needed: put a proxy before it, as docs/serving.md says.\n"
            )
        await stopped.wait()
        tell("Stopping.")


def how_to_connect(settings: Settings, host: str, port: int) -> str:
    """The SQL to paste into a client. It names the file that holds the token, never the token."""
    name = "localhost" if is_loopback(host) or host in ("0.0.0.0", "::") else host  # noqa: S104  # compared, not bound
    plain = "" if name == "localhost" else " (DISABLE_SSL true)"
    if settings.serve_token.get_secret_value():
        value, comment = "'…'", "  -- what CUSTOMHOUSE_SERVE_TOKEN is for the server"
    else:
        file = literal(str(settings.serve_token_file))
        value = f"(SELECT trim(content, chr(10)) FROM read_text({file}))"  # noqa: S608  # a client runs it
        comment = "  -- only its owner can read it"
    return f"""In a DuckDB 1.5 client:

  INSTALL quack; LOAD quack;
  SET VARIABLE token = {value};{comment}
  CREATE SECRET (TYPE quack, TOKEN getvariable('token'));
  ATTACH 'quack:{name}:{port}' AS customhouse{plain};
  FROM customhouse.tables;                  -- what there is; also: customhouse.columns, customhouse.functions
  FROM customhouse.query('SELECT …');       -- any question, answered here

Stop with Ctrl-C or SIGTERM.
"""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _log(what: dict[str, object]) -> None:
    print(json.dumps(what, ensure_ascii=False), file=sys.stderr, flush=True)
