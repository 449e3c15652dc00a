"""`examine` in a process of its own, with limits on time and memory: a hostile document costs an answer, not the desk.

The process is started anew for each document (`python -m openeoi.signing.bounded`), reads one JSON line and the document, writes
one JSON object, and has no more rights than that: no network is used, nothing is written.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime

from openeoi.signing.errors import ExaminationBroken
from openeoi.signing.examination import examine
from openeoi.signing.findings import LARGEST_DOCUMENT, DocumentFindings

SECONDS = 10
MEMORY = 512 * 1024 * 1024
_GRACE = 5  # seconds beyond the processor time, for a machine that is busy with other work


def examine_bounded(document: bytes, anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime) -> DocumentFindings:
    """The findings, or the finding that the document took too much time or memory. Raises ExaminationBroken."""
    if len(document) > LARGEST_DOCUMENT:
        return DocumentFindings("too_large")
    question = {"anchors": _texts(anchors), "intermediates": _texts(intermediates), "at": at.isoformat()}
    command = [sys.executable, "-P", "-m", "openeoi.signing.bounded"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        answer = subprocess.run(  # noqa: S603 - our own interpreter and module, nothing of the document in the command
            command,
            input=json.dumps(question).encode() + b"\n" + document,
            capture_output=True,
            timeout=SECONDS + _GRACE,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return DocumentFindings("too_costly")
    if answer.returncode < 0:  # ended by a signal: the limits on time or memory
        return DocumentFindings("too_costly")
    if answer.returncode > 0:
        raise ExaminationBroken(answer.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return DocumentFindings.from_json(json.loads(answer.stdout))


def main() -> None:
    """The other side: limits first, then the work."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":  # macOS has the name, but not the limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    question = json.loads(sys.stdin.buffer.readline())
    anchors, intermediates = ([base64.b64decode(one) for one in question[name]] for name in ("anchors", "intermediates"))
    try:
        findings = examine(sys.stdin.buffer.read(), anchors, intermediates, datetime.fromisoformat(question["at"]))
    except MemoryError:
        findings = DocumentFindings("too_costly")
    sys.stdout.write(json.dumps(findings.as_json()))


def _texts(certificates: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(certificate).decode() for certificate in certificates]


if __name__ == "__main__":
    main()
