"""What goes wrong while an installation is put together."""

from openeoi.errors import OpenEoiError


class InstallationIncomplete(OpenEoiError):
    """A file of the installation is gone while others of it are there; nothing is made anew over them."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path} is missing from an installation that had it")


class InstallationFileDamaged(OpenEoiError):
    """A file of the installation cannot be read; it is left as it is."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} is damaged: {reason}")


class CardMissing(OpenEoiError):
    """No card of this serial number lies in the stock."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        super().__init__(f"there is no card {serial} in the stock")


class AuditShortened(OpenEoiError):
    """An audit chain lacks what it held when its head was noted; `path` is the database, `note` the file with the head."""

    def __init__(self, path: str, note: str, reason: str) -> None:
        self.path = path
        self.note = note
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class InstallationUnusable(OpenEoiError):
    """The installation's folder cannot be made, read or written; `reason` is the operating system's."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be used: {reason}")


class InstallationInUse(OpenEoiError):
    """Another process serves this installation; `process` is its number."""

    def __init__(self, path: str, process: str) -> None:
        self.path = path
        self.process = process
        super().__init__(f"{path} is served by process {process}")


class StoppedEarly(OpenEoiError):
    """Ctrl-C before everything of a first start was there: the next start goes on."""
