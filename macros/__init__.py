"""VBA sources of the macro-enabled workbook, as UTF-8 text. None yet: without macros everything works."""
