"""Runs inside fresh mount and network namespaces: brings up the loopback interface and this machine's own pcscd.

Argument: a folder for its log. Says "ready", and ends when its input is closed.
"""

import subprocess
import sys
import time
from pathlib import Path

SOCKET = Path("/run/pcscd/pcscd.comm")


def main(folder: Path) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    SOCKET.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(SOCKET.parent)], check=True)
    log_file = folder / "pcscd.log"
    with log_file.open("wb") as log:
        reader = subprocess.Popen(["/usr/sbin/pcscd", "--foreground"], stdout=log, stderr=log)
        while not SOCKET.exists():
            if reader.poll() is not None:
                sys.exit(f"pcscd ended: {log_file.read_text(errors='replace')}")
            time.sleep(0.02)
        print("ready", flush=True)
        sys.stdin.read()
        reader.terminate()
        reader.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
