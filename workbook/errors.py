"""Why kesu stopped: one class a cause, each carrying the Chinese sentence staff are shown.

Bad *data* is never an exception: it is a :class:`workbook.finding.Finding`. These are for a broken world.
"""


class KesuError(Exception):
    """Root of everything kesu raises on purpose; ``str(error)`` is a sentence in Chinese for staff."""


class NotAWorkbook(KesuError):
    """The file is no readable .xlsx/.xlsm: another format, encrypted, cut short, or empty."""


class SheetMissing(KesuError):
    """The workbook can be read but holds nothing that could be the feedback register."""


class CannotPatch(KesuError):
    """The package holds something the lossless writer will not touch; nothing was written."""


class WorkbookBusy(KesuError):
    """Somebody has the file open, or another kesu is writing it; nothing was written, try at the next pass."""


class WorkbookChanged(KesuError):
    """The file on disk is no longer the one that was read; nothing was written, read it again."""


class WriteFailed(KesuError):
    """The file system refused the write (full, read-only, vanished); the old file stands."""


class BadConfig(KesuError):
    """``kesu.toml`` cannot be used; the message lists every error by its path."""
