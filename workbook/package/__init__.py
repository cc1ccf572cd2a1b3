"""The lossless write: edits go into a workbook's bytes, and every byte they do not concern stays what it was."""

from workbook.package.engine import Patched, apply
from workbook.package.patch import Refusal

__all__ = ["Patched", "Refusal", "apply"]
