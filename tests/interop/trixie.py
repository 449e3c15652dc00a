"""A small Debian trixie tree with the programs that a holder of the card uses, its OpenSC first of all: 0.26 and later know the
Slovenian card, bookworm's does not.

Made once by debootstrap, from the mirror that this machine's apt uses, and kept outside the repository: in the folder named by
OPENEOI_CHROOT, by default ~/.cache/openeoi. A tree's name depends on all that goes into it, so that an older one is never taken
for a complete one. Each test run gets its own mount and network namespace around it, so that parallel runs share neither the
reader's port nor its sockets.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

PACKAGES = (
    *("opensc", "opensc-pkcs11", "pcscd", "vsmartcard-vpcd"),
    *("gnutls-bin", "libnss3-tools", "openssh-client", "openssh-server"),
    *("curl", "openssl", "libengine-pkcs11-openssl", "pkcs11-provider"),
    "python3",
)
PROGRAMS = (
    *("usr/sbin/pcscd", "usr/sbin/sshd", "usr/sbin/useradd"),
    *(f"usr/bin/{name}" for name in ("opensc-tool", "pkcs15-tool", "pkcs15-crypt", "pkcs11-tool", "npa-tool")),
    *(f"usr/bin/{name}" for name in ("p11tool", "certtool", "modutil", "certutil", "vfychain", "tstclnt")),
    *(f"usr/bin/{name}" for name in ("ssh", "ssh-agent", "ssh-add", "ssh-keygen", "curl", "openssl", "python3")),
)
# pyHanko is no Debian package; its versions and hashes stand in a lock file of its own, made by tools/lock for trixie's Python.
PYHANKO_LOCK = Path(__file__).with_name("pyhanko.lock")
PYHANKO = "opt/pyhanko"
PYTHON_VERSION = "3.13"
USER = "holder"  # whom the tree's sshd lets in

NEEDED = {
    "debootstrap": "debootstrap",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "openssl": "openssl",
}
UNUSED_AFTER = 24 * 3600  # seconds; a tree of other contents may belong to another checkout that is at work right now


def folder() -> Path:
    """The ready tree; skips the test, naming what to install, where it cannot be made."""
    for program, package in NEEDED.items():
        if shutil.which(program, path=_path()) is None:
            pytest.skip(f"needs {program} (Debian package {package})")
    if os.geteuid() != 0:
        pytest.skip("needs root, for debootstrap, chroot and namespaces")
    trees = Path(os.environ.get("OPENEOI_CHROOT", Path.home() / ".cache/openeoi"))
    trees.mkdir(parents=True, exist_ok=True)
    root = tree(trees)
    with _lock(root).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.utime(lock.fileno())
        if not root.exists():
            _make(root)
    remove_unused(trees, root)
    return root


def tree(trees: Path) -> Path:
    """Where the tree with these contents is, or will be."""
    contents = "\0".join((*PACKAGES, USER, PYHANKO_LOCK.read_text()))
    return trees / f"trixie-{hashlib.sha256(contents.encode()).hexdigest()[:12]}"


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def _lock(root: Path) -> Path:
    return root.with_name(f"{root.name}.lock")


def remove_unused(trees: Path, current: Path) -> None:
    """Trees of other contents that no test run has asked for in a day."""
    for lock in trees.glob("trixie*.lock"):
        if lock != _lock(current) and time.time() - lock.stat().st_mtime > UNUSED_AFTER:
            for leftover in (lock.with_suffix(""), lock.with_suffix(".partial")):
                shutil.rmtree(leftover, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _make(root: Path) -> None:
    partial = root.with_name(f"{root.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "trixie", str(partial), _mirror()]
    made = _run(*command)
    # polkitd, and with it pcscd, does not configure without a running init; all that counts here is that they are unpacked.
    missing = [program for program in PROGRAMS if not (partial / program).exists()]
    assert not missing, f"debootstrap left {missing} out:\n{made.stdout[-2000:]}{made.stderr[-2000:]}"
    unconfigured = partial / "etc/reader.conf.d/vpcd.dpkg-new"
    if unconfigured.exists():
        unconfigured.rename(unconfigured.with_name("vpcd"))
    for step in (_pyhanko(partial), ("chroot", str(partial), "useradd", "--create-home", "--password", "*", USER)):
        done = _run(*step)
        assert done.returncode == 0, done.stdout + done.stderr
    partial.rename(root)


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PATH": _path()})


def _pyhanko(root: Path) -> tuple[str, ...]:
    """This machine's pip fetches what the tree's Python will import."""
    here = platform.machine()
    wheels = [part for kind in ("manylinux_2_28", "manylinux2014") for part in ("--platform", f"{kind}_{here}")]
    return (
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"),
        *("--target", str(root / PYHANKO), "--python-version", PYTHON_VERSION, *wheels, "--only-binary=:all:"),
        *("--require-hashes", "--requirement", str(PYHANKO_LOCK)),
    )


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
