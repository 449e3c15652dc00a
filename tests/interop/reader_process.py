"""Runs inside fresh mount, network and process namespaces: brings up the loopback interface and a pcscd in the trixie folder.

Arguments: the trixie folder, a folder that programs inside see as /mnt. Says "ready", and ends when its input is closed.
"""

import subprocess
import sys
import time
from pathlib import Path

SOCKET = "run/pcscd/pcscd.comm"


def main(root: Path, shared: Path) -> None:
    def mount(*arguments: str) -> None:
        subprocess.run(["mount", *arguments], check=True)

    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    mount("-t", "proc", "proc", str(root / "proc"))
    mount("-t", "tmpfs", "tmpfs", str(root / "run"))
    mount("-t", "tmpfs", "tmpfs", str(root / "tmp"))
    mount("--bind", str(shared), str(root / "mnt"))
    with (shared / "pcscd.log").open("wb") as log:
        reader = subprocess.Popen(["chroot", root, "/usr/sbin/pcscd", "--foreground", "--disable-polkit"], stdout=log, stderr=log)
        while not (root / SOCKET).exists():
            if reader.poll() is not None:
                sys.exit(f"pcscd ended: {(shared / 'pcscd.log').read_text(errors='replace')}")
            time.sleep(0.02)
        print("ready", flush=True)
        sys.stdin.read()
        reader.terminate()
        reader.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
