"""Macros: VBA sources → vbaProject.bin, into a new workbook or one that exists."""
