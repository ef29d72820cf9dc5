"""What readers connect to: it checks their token, gives each of them a worker on the newest publication, and keeps the
limits.

quack can neither end a statement that runs too long, nor bound an answer, nor open another file once it is locked; so
each reader that is being answered has a process of its own, which is ended where it exceeds a limit and replaced where
another publication has come. Statements that only read leave nothing behind in a process: no reader sees the change.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import itertools
import json
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path

from orchestration.serving.messages import Kind, Message, NotAMessage, error, read_message, success
from orchestration.serving.statements import LONGEST_STATEMENT, WHAT_IS_ANSWERED, refusal
from orchestration.serving.worker import Order, Ready

#: A statement longer than this is none.
LARGEST_REQUEST_BYTES = 1 << 20
#: How long a client may take to send a request that it has begun.
REQUEST_SECONDS = 30
#: How often the published path is looked at.
LOOK_SECONDS = 0.5
#: A worker may be taken from a reader that has asked nothing for so long, where another one waits for it.
PATIENCE_SECONDS = 5
#: A session that was not used for so long is forgotten.
SESSION_SECONDS = 24 * 3600
#: Why a statement is refused is found out anew in this process, which all readers share: not for a long one.
EXPLAINED_CHARACTERS = 2_000
#: What quack answers where the worker refuses a statement.
_REFUSED_BY_WORKER = "Authorization failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What readers may use: seconds, bytes of an answer, memory and threads a statement; how many at once."""

    seconds: float
    answer_bytes: int
    memory_limit: str
    threads: int
    processes: int
    idle_seconds: float


#: What of the environment a worker is given: how programs and libraries are found, and in which language they speak.
#: Not the rest: the token, and keys of clouds, which httpfs makes settings of, and any statement can read those.
HANDED_ON = ("PATH", "PYTHON", "LD_", "LANG", "LC_", "VIRTUAL_ENV", "TZ", "MALLOC_")

#: What tells one file at the published path from another: its number, when it was written, its size.
File = tuple[int, int, int]


class CannotServe(RuntimeError):
    """No worker can open the published file."""


class WorkerEnded(RuntimeError):
    """A worker ended while it was asked."""


class Refused(RuntimeError):
    """A message gets this text for an answer."""


@dataclass(eq=False)
class Worker:
    """A worker process and where it listens."""

    process: asyncio.subprocess.Process
    ready: Ready
    token: str
    #: The file that lay at the published path before it opened that: what it opened is this one, or a newer one.
    file: File

    async def ask(self, message: bytes) -> bytes:
        """The answer to a message. Raises WorkerEnded."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.ready.port, limit=1 << 20)
            try:
                writer.write(
                    b"POST /quack HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    b"Content-Type: application/vnd.duckdb\r\nContent-Length: %d\r\n\r\n" % len(message) + message
                )
                head = await reader.readuntil(b"\r\n\r\n")
                if b" 200 " not in head.split(b"\r\n", 1)[0]:
                    raise WorkerEnded("the process that answers could not")
                return await reader.readexactly(_content_length(head))
            finally:
                writer.close()
        except (OSError, asyncio.IncompleteReadError) as problem:
            raise WorkerEnded("the process that answers ended") from problem

    def end(self) -> None:
        """End the process, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


@dataclass(eq=False)
class Session:
    """A reader that has shown the token: its first message without it, and the worker that answers it just now."""

    number: int
    name: str
    greeting: Message
    used: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    worker: Worker | None = None
    name_there: str = ""
    asking: int = 0
    seconds: float = 0
    answered_bytes: int = 0


class Front:
    """Serves until it is cancelled."""

    def __init__(
        self,
        *,
        database: Path,
        lines_dir: Path,
        token: str,
        limits: Limits,
        log: Callable[[dict[str, object]], None] | None = None,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._lines_dir = lines_dir
        self._token = token.encode()
        self._limits = limits
        self._log = log
        self._tell = tell
        self._sessions: dict[str, Session] = {}
        self._numbers = itertools.count(1)
        self._spare: Worker | None = None
        self._publication_id = ""
        self._file: File | None = None
        self._places = asyncio.Condition()
        self._places_taken = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[int]:
        """Answer readers meanwhile; gives the port. Raises CannotServe, and OSError where the address is taken."""
        await self._open_newest()
        try:
            server = await asyncio.start_server(self._talk, host, port, limit=1 << 16)
            self._in_background(self._look())
            try:
                yield server.sockets[0].getsockname()[1]
            finally:
                server.close()  # and no waiting for connections that clients keep open
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._end_all()

    @property
    def publication_id(self) -> str:
        """The publication that the next statement is answered from."""
        return self._publication_id

    # Publications

    async def _open_newest(self) -> None:
        """Have a worker ready on the published file; what others opened before is replaced when they are next asked."""
        begun = time.monotonic()
        worker = await self._start_worker()
        self._switch_to(worker, begun)
        if self._spare is None and worker.file == self._file:
            self._spare = worker
        else:
            worker.end()

    def _switch_to(self, worker: Worker, begun: float) -> None:
        """From now on answer from what a worker has opened, where that is what lies at the published path."""
        if worker.file == self._file or worker.file != self._found():
            return
        former, self._file, self._publication_id = self._publication_id, worker.file, worker.ready.publication_id
        if self._spare and self._spare.file != self._file:
            self._spare.end()
            self._spare = None
        if former:
            seconds = time.monotonic() - begun
            self._tell(f"Switched to {self._publication_id} in {seconds * 1000:.0f} ms")
            self._note(event="switched", former=former, publication=self._publication_id, seconds=round(seconds, 4))

    async def _look(self) -> None:
        """Notice that another file lies at the published path, and that workers and sessions are not used any more."""
        unusable: File | None = None
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            found = self._found()
            if found not in (self._file, unusable, None):
                try:
                    await self._open_newest()
                except CannotServe as problem:
                    self._tell(f"The new publication cannot be opened: {problem}")
                    unusable = found
            await self._end_unused()

    def _found(self) -> File | None:
        """The file at the published path just now."""
        try:
            state = self._database.stat()
        except OSError:
            return None
        return state.st_ino, state.st_mtime_ns, state.st_size

    # Workers

    async def _start_worker(self) -> Worker:
        token = secrets.token_hex(16)
        file = self._found()
        if file is None:
            raise CannotServe(f"{self._database} does not exist any more")
        environment = {name: value for name, value in os.environ.items() if name.startswith(HANDED_ON)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "orchestration.serving.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for this process: it ends the others
        )
        order = Order(
            database=str(self._database),
            lines_dir=str(self._lines_dir),
            memory_limit=self._limits.memory_limit,
            threads=self._limits.threads,
            token=token,
        )
        if process.stdin is None or process.stdout is None:
            raise CannotServe("a worker has no pipes")
        try:
            process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
            line = await asyncio.wait_for(process.stdout.readline(), REQUEST_SECONDS)
            ready = Ready(**json.loads(line))
        except (OSError, ValueError, TimeoutError) as problem:
            process.kill()
            raise CannotServe(f"a worker did not start: {problem}") from problem
        except asyncio.CancelledError:
            process.kill()
            raise
        if ready.problem:
            await process.communicate()
            raise CannotServe(ready.problem)
        return Worker(process, ready, token, file)

    async def _take_worker(self, session: Session) -> Message:
        """Give a session a worker on the newest publication; waits for a place where all are taken.

        Returns how the worker greets. Raises Refused.
        """
        if session.worker is None:
            await self._take_place()
        else:
            session.worker.end()
            session.worker = None
        try:
            worker = self._spare
            # Only the newest will do: a reader whose worker is newer than the spare must not go back to that.
            if worker is None or worker.file != self._found() or _is_over(worker):
                begun = time.monotonic()
                worker = await self._start_worker()
                self._switch_to(worker, begun)
            else:
                self._spare = None
            session.worker = worker
            self._in_background(self._start_spare())
            answer = read_message(await worker.ask(session.greeting.with_text(worker.token)))
            if answer.kind != Kind.connected:
                raise Refused(answer.text or "the server does not understand this version of the client")
            session.name_there = answer.session
            return answer
        except (CannotServe, WorkerEnded, NotAMessage) as problem:
            await self._end_worker(session)
            raise Refused(f"no process can answer just now: {problem}") from problem
        except BaseException:
            await self._end_worker(session)
            raise

    async def _start_spare(self) -> None:
        """The next reader need not wait for a process to start."""
        with contextlib.suppress(CannotServe):
            worker = await self._start_worker()
            if self._spare is None and worker.file == self._file:
                self._spare = worker
            else:
                worker.end()

    async def _take_place(self) -> None:
        deadline = time.monotonic() + self._limits.seconds
        async with self._places:
            while self._places_taken >= self._limits.processes:
                now = time.monotonic()
                idle = [one for one in self._sessions.values() if one.worker and not one.asking]
                longest = min(idle, key=lambda one: one.used, default=None)
                if longest and now - longest.used >= PATIENCE_SECONDS:
                    self._drop_worker(longest)
                    break
                if now >= deadline:
                    raise Refused(f"{self._limits.processes} readers are being answered: try again later")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._places.wait(), 0.2)
            self._places_taken += 1

    def _drop_worker(self, session: Session) -> None:
        if session.worker:
            session.worker.end()
            self._places_taken -= 1
        session.worker = None

    async def _end_worker(self, session: Session) -> None:
        if session.worker is None:
            self._places_taken -= 1  # it had its place, and no worker came
        self._drop_worker(session)
        async with self._places:
            self._places.notify()

    async def _end_unused(self) -> None:
        now = time.monotonic()
        for name, session in list(self._sessions.items()):
            if session.asking:
                continue
            if session.worker and now - session.used > self._limits.idle_seconds:
                await self._end_worker(session)
            if now - session.used > SESSION_SECONDS:
                del self._sessions[name]

    async def _end_all(self) -> None:
        for worker in (self._spare, *(session.worker for session in self._sessions.values())):
            if worker:
                worker.end()
                await worker.process.wait()

    def _in_background(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Messages

    async def answer(self, content: bytes) -> bytes:
        """The answer to a message of a client."""
        try:
            message = read_message(content)
            if message.kind == Kind.connect:
                return await self._connect(message)
            session = self._sessions.get(message.session)
            if session is None:
                raise Refused("this session is not known: connect again, with DETACH and ATTACH")
            session.used = time.monotonic()
            if message.kind == Kind.disconnect:
                return await self._disconnect(session)
            if message.kind == Kind.prepare:
                async with session.lock:
                    return await self._prepare(session, message)
            if message.kind == Kind.fetch:
                return await self._forward(session, message)
            raise Refused("the published warehouse is for reading only")
        except NotAMessage:
            return error("this is not a message of quack's version 1")
        except Refused as refused:
            return error(str(refused))

    async def _connect(self, message: Message) -> bytes:
        if not hmac.compare_digest(message.text.encode(), self._token):
            self._note(event="refused", reason="wrong token")
            raise Refused("Authentication failed: the token is not the server's")
        session = Session(
            number=next(self._numbers),
            name=secrets.token_hex(16).upper(),
            greeting=read_message(message.with_text("")),
            used=time.monotonic(),
        )
        welcome = await self._take_worker(session)
        self._sessions[session.name] = session
        return welcome.in_session(session.name)

    async def _disconnect(self, session: Session) -> bytes:
        self._sessions.pop(session.name, None)
        if session.worker:
            await self._end_worker(session)
        return success()

    async def _prepare(self, session: Session, message: Message) -> bytes:
        begun = time.monotonic()
        session.seconds, session.answered_bytes = 0, 0
        session.asking += 1
        outcome = "answered"
        try:
            worker = session.worker
            if worker is None or worker.file != self._file or _is_over(worker):
                await self._take_worker(session)
            functions = session.worker.ready.functions if session.worker else ()
            answer = await self._forward(session, message)
            told = read_message(answer)
            if told.kind == Kind.error:
                outcome = "failed"
                if told.text.endswith(_REFUSED_BY_WORKER):
                    outcome = "refused"
                    raise Refused(_reason(message.text, functions))
            return answer
        except Refused:
            outcome = "refused" if outcome == "refused" else "ended"
            raise
        finally:
            session.asking -= 1
            session.used = time.monotonic()
            self._note(
                event="statement",
                client=session.number,
                publication=session.worker.ready.publication_id if session.worker else "",
                outcome=outcome,
                seconds=round(time.monotonic() - begun, 4),
                bytes=session.answered_bytes,
                # What was refused may hold anything, a secret too; what was answered only reads.
                sql=message.text.strip() if outcome == "answered" else None,
            )

    async def _forward(self, session: Session, message: Message) -> bytes:
        """Ask the session's worker within what the statement has left of its limits."""
        worker = session.worker
        if worker is None:
            raise Refused("the rest of this answer is not there any more: ask again")
        begun = time.monotonic()
        session.asking += 1
        try:
            answer = await asyncio.wait_for(
                worker.ask(message.in_session(session.name_there)), max(self._limits.seconds - session.seconds, 0.001)
            )
        except TimeoutError:
            await self._give_up(session, worker)
            raise Refused(
                f"the statement took longer than {self._limits.seconds:g} s, the server's limit "
                "(CUSTOMHOUSE_SERVE_SECONDS)"
            ) from None
        except WorkerEnded as problem:
            await self._give_up(session, worker)
            raise Refused(f"{problem}: ask again") from problem
        except asyncio.CancelledError:  # the client went away
            await self._give_up(session, worker)
            raise
        finally:
            session.asking -= 1
            session.seconds += time.monotonic() - begun
            session.used = time.monotonic()
        session.answered_bytes += len(answer)
        if session.answered_bytes > self._limits.answer_bytes:
            await self._give_up(session, worker)
            raise Refused(
                f"the answer is larger than {self._limits.answer_bytes >> 20} MiB, the server's limit "
                "(CUSTOMHOUSE_SERVE_ANSWER_MEGABYTES): ask for fewer rows or columns, inside r.query('…')"
            )
        return answer

    async def _give_up(self, session: Session, worker: Worker) -> None:
        if session.worker is worker:
            await self._end_worker(session)

    def _note(self, **what: object) -> None:
        if self._log:
            self._log({"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **what})

    # HTTP

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client, which may send request after request."""
        try:
            begun = await reader.read(1)
            while begun:
                begun = await self._answer_one(begun, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ValueError):
            pass  # the client went away, or does not speak HTTP
        finally:
            writer.close()

    async def _answer_one(self, begun: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Answer the request that has begun so; the beginning of the next one, or nothing where there is none."""
        async with asyncio.timeout(REQUEST_SECONDS):
            head = begun + await reader.readuntil(b"\r\n\r\n")
            length = _content_length(head)
            if length > LARGEST_REQUEST_BYTES:
                return await _send(writer, b"413 Content Too Large", b"A request has at most 1 MiB.\n")
            if not head.startswith(b"POST /quack "):
                return await _send(writer, b"404 Not Found", b"Customhouse: connect with ATTACH 'quack:...'.\n")
            content = await reader.readexactly(length)
        following = asyncio.ensure_future(reader.read(1))
        answering = asyncio.ensure_future(self.answer(content))
        try:
            await asyncio.wait((following, answering), return_when=asyncio.FIRST_COMPLETED)
            if following.done() and not following.result():
                return b""  # the client went away: nobody waits for this answer
            await _send(writer, b"200 OK", await answering, b"application/vnd.duckdb")
            return await following
        finally:
            for task in (following, answering):
                task.cancel()


async def _send(
    writer: asyncio.StreamWriter, status: bytes, content: bytes, content_type: bytes = b"text/plain"
) -> bytes:
    """Send an answer; nothing follows it."""
    writer.write(
        b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (status, content_type, len(content))
        + content
    )
    await writer.drain()
    return b""


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _reason(sql: str, functions: Collection[str]) -> str:
    """Why a worker has refused a statement."""
    if len(sql) > EXPLAINED_CHARACTERS:
        return f"this is refused, or longer than {LONGEST_STATEMENT:,} characters; {WHAT_IS_ANSWERED}"
    return refusal(sql, functions) or _REFUSED_BY_WORKER


def _is_over(worker: Worker) -> bool:
    return worker.process.returncode is not None
