"""Reports of an area's month or quarter: rows, a sheet with them, a text for the clerk (docs/reports.md)."""
