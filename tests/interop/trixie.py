"""A small Debian trixie folder with the OpenSC that knows the Slovenian card (0.26 and later; bookworm's does not).

Made once by debootstrap, from the mirror that this machine's apt uses, and kept outside the repository: in the folder named by
OPENEOI_CHROOT, by default ~/.cache/openeoi/trixie. Each test run gets its own mount and network namespace around it, so that
parallel runs share neither the reader's port nor its sockets.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = ("opensc", "opensc-pkcs11", "pcscd", "vsmartcard-vpcd", "gnutls-bin")
PROGRAMS = (
    "usr/sbin/pcscd",
    *(f"usr/bin/{name}" for name in ("opensc-tool", "pkcs15-tool", "pkcs15-crypt", "pkcs11-tool", "npa-tool", "p11tool")),
)
NEEDED = {
    "debootstrap": "debootstrap",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "openssl": "openssl",
}


def folder() -> Path:
    """The ready folder; skips the test, naming what to install, where it cannot be made."""
    for program, package in NEEDED.items():
        if shutil.which(program, path=_path()) is None:
            pytest.skip(f"needs {program} (Debian package {package})")
    if os.geteuid() != 0:
        pytest.skip("needs root, for debootstrap, chroot and namespaces")
    root = Path(os.environ.get("OPENEOI_CHROOT", Path.home() / ".cache/openeoi/trixie"))
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            _make(root)
    return root


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def _make(root: Path) -> None:
    partial = root.with_name(f"{root.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "trixie", str(partial), _mirror()]
    made = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PATH": _path()})
    # Some packages (polkitd) do not configure without a running init; all that counts here is that they are unpacked.
    missing = [program for program in PROGRAMS if not (partial / program).exists()]
    assert not missing, f"debootstrap left {missing} out:\n{made.stdout[-2000:]}{made.stderr[-2000:]}"
    unconfigured = partial / "etc/reader.conf.d/vpcd.dpkg-new"
    if unconfigured.exists():
        unconfigured.rename(unconfigured.with_name("vpcd"))
    partial.rename(root)


def _mirror() -> str:
    """The first Debian archive among apt's sources (one-line and deb822 form)."""
    sources = Path("/etc/apt")
    files = [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]
    text = "\n".join(file.read_text(errors="replace") for file in files if file.is_file())
    for line in text.splitlines():
        if re.match(r"\s*(deb\s|URIs:)", line):
            for address in re.findall(r"\bhttps?://\S+", line):
                if address.rstrip("/").endswith("/debian"):
                    return address.rstrip("/")
    pytest.skip("needs a Debian archive among apt's sources, to make a trixie folder from")
