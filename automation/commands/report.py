"""``kesu report``: one report as mail and workbook, into a folder."""
