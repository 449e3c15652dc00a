"""What can be wrong with a file or a database, each with the place, what was found, and what to do."""

from openeoi.errors import OpenEoiError


class StorageError(OpenEoiError):
    """`place` is the path (or the database's address without its password), `problem` what was found, `remedy` the next step."""

    problem = "the storage failed"
    remedy = "Look at the cause and try again."

    def __init__(self, place: str, problem: str | None = None) -> None:
        self.place = place
        self.problem = problem or type(self).problem
        super().__init__(f"{place}: {self.problem}. {self.remedy}")


class FileMissing(StorageError):
    problem = "there is no such file"
    remedy = "Check the path; restore the file from a backup if it should be there."


class FileUnreadable(StorageError):
    problem = "the file cannot be read"
    remedy = "Check the permissions of the file and of its folder."


class FileNotWritable(StorageError):
    problem = "the file cannot be written"
    remedy = "Check the permissions of the file and of its folder. The previous content is unchanged."


class DiskFull(StorageError):
    problem = "the disk is full"
    remedy = "Free some space and repeat the step. What was stored before is unchanged."


class DatabaseDamaged(StorageError):
    problem = "the database is damaged"
    remedy = "Nothing was changed. Move the file aside and restore it from a backup."


class DatabaseForeign(StorageError):
    problem = "the database belongs to something else"
    remedy = "Nothing was changed. Check the configured path."


class DatabaseNewer(StorageError):
    problem = "the database was written by a newer version of this program"
    remedy = "Nothing was changed. Update the program, or restore the backup made before the update."


class DatabaseReadOnly(StorageError):
    problem = "the database can be read but not written"
    remedy = "Check the permissions of the file and of its folder."


class DatabaseBusy(StorageError):
    problem = "another process holds the database"
    remedy = "Wait until it is finished, or end it, and repeat the step."


class DatabaseUnavailable(StorageError):
    problem = "the database cannot be opened"
    remedy = "Check the address, that the folder or server exists, and the permissions."


class AuditChainBroken(OpenEoiError):
    """The first `position` at which the audit chain is not what was written, and the `reason`."""

    def __init__(self, position: int, reason: str) -> None:
        self.position = position
        self.reason = reason
        super().__init__(f"audit chain broken at entry {position}: {reason}")
