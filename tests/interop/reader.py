"""A virtual PC/SC reader in its own namespaces, cards in it, and programs of the trixie folder run on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "src"
MODULE = "opensc-pkcs11.so"
LOG = "pcscd.log"


@dataclass(frozen=True)
class VirtualReader:
    """`shared` is the folder that programs inside see as /mnt; `process_id` is in the namespaces."""

    root: Path
    shared: Path
    process_id: int

    def run(
        self, *command: str, env: Mapping[str, str] | None = None, ok: bool = True, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program inside; fails the test with its output where it ends with an error and `ok` was expected."""
        finished = subprocess.run(
            self.inside(*command),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", **(env or {})},
            timeout=timeout,
        )
        output = f"{' '.join(command)} ended with {finished.returncode}:\n{finished.stdout}\n{finished.stderr}"
        assert finished.returncode >= 0, output  # a crash is no refusal
        assert (finished.returncode == 0) is ok, output
        return finished

    def clear(self) -> None:
        """Takes away what earlier tests left in the shared folder."""
        for path in self.shared.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LOG:
                path.unlink()

    @contextmanager
    def card(self, file: Path, contactless: bool) -> Iterator[None]:
        """The card of this file lies in the reader."""
        command = [sys.executable, str(HERE / "card_process.py"), str(file), "contactless" if contactless else "contact"]
        with subprocess.Popen(
            [*self._enter("-n"), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(SOURCES)},
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            for line in process.stdout:
                if line.strip() == "CONNECTED":
                    break
            else:
                raise AssertionError("the card did not reach the reader")
            self.wait_for("Yes")
            yield
            process.stdin.close()
            assert process.wait(timeout=10) == 0
        self.wait_for("No")

    @contextmanager
    def running(self, command: list[str], says: str) -> Iterator[list[str]]:
        """A server, from its line that has `says` in it to the end; the lines, that one included, come into the list."""
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as server:
            assert server.stdout is not None
            lines: list[str] = []
            for line in server.stdout:
                lines.append(line)
                if says in line:
                    break
            else:
                raise AssertionError(f"{command[0]} never said {says!r}:\n{''.join(lines)}")
            # Only a pipe that somebody empties keeps a talkative server going.
            rest = threading.Thread(target=lambda: lines.extend(server.stdout or ()))
            rest.start()
            try:
                yield lines
            finally:
                server.terminate()
                rest.join()

    def wait_for(self, card: str) -> None:
        """pcscd looks for cards only now and then: waits until its first reader says Yes or No to a card."""
        for _ in range(200):
            readers = self.run("opensc-tool", "--list-readers").stdout
            if re.search(rf"^0\s+{card}\b", readers, re.MULTILINE):
                return
            time.sleep(0.05)
        raise AssertionError(f"the reader did not come to say {card}:\n{readers}")

    @property
    def module(self) -> str:
        """Where OpenSC's PKCS#11 module is, as programs inside see it: some look for no module by its name alone."""
        (path,) = (self.root / "usr/lib").glob(f"*/{MODULE}")
        return f"/{path.relative_to(self.root)}"

    def beside(self, *command: str) -> list[str]:
        """The command line that runs a program of this machine in the reader's network."""
        return [*self._enter("-n"), *command]

    def inside(self, *command: str) -> list[str]:
        """The command line that runs a program of the tree on the reader."""
        return [*self._enter("-m", "-n"), "chroot", str(self.root), *command]

    def _enter(self, *namespaces: str) -> list[str]:
        return ["nsenter", "-t", str(self.process_id), *namespaces]


@contextmanager
def virtual_reader(root: Path, shared: Path) -> Iterator[VirtualReader]:
    command = ["unshare", "--mount", "--net", "--propagation", "private", sys.executable, str(HERE / "reader_process.py")]
    with subprocess.Popen(
        [*command, str(root), str(shared)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stderr is not None
        ready = process.stdout.readline()
        if ready.strip() != "ready":
            raise AssertionError(f"the reader did not start: {process.stderr.read()}")
        yield VirtualReader(root, shared, process.pid)
        process.stdin.close()
        process.wait(timeout=10)
