"""A file that holds the old or the new content, never a mixture, whatever moment the process or the power dies.

The rules, in the order in which `save` follows them:
1. write the whole new content to a temporary file in the same folder (a rename is atomic only within one file system);
2. fsync it, so that the content is on the disk before the name points to it;
3. rename it over the old file;
4. fsync the folder, so that the rename itself survives a power cut.

A temporary file whose writer died is a leftover. The writer holds a lock on it (`flock`), which the kernel drops with the
process; so a leftover is a temporary file that can be locked by someone else, and only such files are removed.
"""

import errno
import fcntl
import os
from pathlib import Path

from openeoi.storage.errors import DiskFull, FileMissing, FileNotWritable, FileUnreadable, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class AtomicFile:
    """One file, read and replaced as a whole; satisfies `card.CardMemory`.

    `mode` is given to the file when it is written; the default keeps it from other users of the machine.
    """

    def __init__(self, path: Path, mode: int = 0o600) -> None:
        self.path = path
        self._mode = mode
        self._cleaned = False

    def exists(self) -> bool:
        return self.path.exists()

    def load(self) -> bytes:
        """The whole content. Raises FileMissing, FileUnreadable."""
        self._clean_once()
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            raise FileMissing(str(self.path)) from None
        except OSError as error:
            raise FileUnreadable(str(self.path), _words(error)) from error

    def save(self, content: bytes) -> None:
        """Replace the content; on return it is on the disk. Raises DiskFull, FileNotWritable, with the old content intact.

        An error after the rename (folder not synchronised) is raised too: the new content is visible, but a power cut could
        still bring the old one back, so the caller must not count the step as done.
        """
        self._clean_once()
        temporary: Path | None = None
        descriptor = -1
        try:
            descriptor, temporary = self._open_temporary()
            _write_all(descriptor, content)
            os.fsync(descriptor)
            temporary.replace(self.path)
            temporary = None
            sync_folder(self.path.parent)
        except OSError as error:
            raise self._not_written(error) from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            if descriptor >= 0:
                os.close(descriptor)

    def remove(self) -> None:
        """Delete the file (nothing happens if it is not there)."""
        try:
            self.path.unlink(missing_ok=True)
            sync_folder(self.path.parent)
        except OSError as error:
            raise self._not_written(error) from error

    def _open_temporary(self) -> tuple[int, Path]:
        for number in range(1000):
            path = self.path.with_name(f".{self.path.name}.{os.getpid()}-{number}.tmp")
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, self._mode)
            except FileExistsError:
                continue
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:  # else a cleaner got hold of it before it was locked
                return descriptor, path
            os.close(descriptor)
        raise OSError(errno.EEXIST, "no free name for a temporary file")

    def _clean_once(self) -> None:
        if not self._cleaned:
            clean_leftovers(self.path)
            self._cleaned = True

    def _not_written(self, error: OSError) -> StorageError:
        return DiskFull(str(self.path)) if error.errno in _FULL else FileNotWritable(str(self.path), _words(error))


def clean_leftovers(path: Path) -> int:
    """Remove the temporary files of dead writers of `path`; the number removed."""
    removed = 0
    for leftover in path.parent.glob(f".{path.name}.*.tmp"):
        try:
            descriptor = os.open(leftover, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue  # gone meanwhile, or not ours to open: then not ours to remove
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink(missing_ok=True)
            removed += 1
        except OSError:
            continue  # its writer lives
        finally:
            os.close(descriptor)
    return removed


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk (a rename is durable only after this)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _words(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
