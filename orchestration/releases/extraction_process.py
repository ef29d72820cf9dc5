"""The process that takes pages, PDFs and Word documents apart: reads files on standard input, writes what they hold."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import sys
from typing import Any

from orchestration.releases.decoding import UnusableDocument
from orchestration.releases.extraction import SAVE_ANEW, Extract, read_message, write_message

#: The largest real file takes 300 MB.
_MEMORY_BYTES = 2_000_000_000
#: Longer than who asks waits: that one ends the process itself while it lives.
_LONGEST_SECONDS = 60


def main() -> None:
    """Answer one file after another until the input is closed."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system, and a lower limit may hold
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a library prints must not come among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt), answers:
        while (kind := read_message(sys.stdin.buffer)) is not None:
            content = read_message(sys.stdin.buffer)
            if content is None:
                break
            _end_after(_LONGEST_SECONDS)
            answer = _answer(kind.decode(), content)
            _end_after(0)
            write_message(answers, json.dumps(answer).encode())


def _end_after(seconds: int) -> None:
    """Let the system end this process after so long (0: not at all): who asked may have been killed meanwhile."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _answer(kind: str, content: bytes) -> dict[str, Any]:
    try:
        found = dataclasses.asdict(_extract(kind, content))
    except UnusableDocument as problem:
        return {"unusable": str(problem)}
    except ImportError as problem:
        return {"failed": f"a library that reads .{kind} is missing: {problem}"}
    except MemoryError:
        return {"unusable": f"takes more than {_MEMORY_BYTES // 1_000_000:,} MB to read; {SAVE_ANEW}"}
    except Exception as problem:  # whatever a file brings a library to is the file's fault, not the refresh's
        return {
            "unusable": f"breaks the library that reads such files ({type(problem).__name__}: {problem}); {SAVE_ANEW}"
        }
    return {**found, "published_date": found["published_date"] and found["published_date"].isoformat()}


def _extract(kind: str, content: bytes) -> Extract:
    match kind:
        case "html":
            from orchestration.releases.html_text import html_text

            return html_text(content)
        case "pdf":
            from orchestration.releases.pdf_text import pdf_text

            return pdf_text(content)
        case "docx":
            from orchestration.releases.docx_text import docx_text

            return docx_text(content)
        case _:
            raise ValueError(f"no such kind: {kind}")


if __name__ == "__main__":
    main()
