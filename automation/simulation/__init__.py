"""A dealership's time replayed: its finished workbook as it stood at any moment, and what kesu would have told whom."""
