"""What the dealership's workbook *is*: its contract, reading it, building it, writing into it without loss."""
