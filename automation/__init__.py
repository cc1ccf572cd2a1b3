"""What kesu *does* about the workbook: rules and clocks, checks, numbers, mail, reports."""
