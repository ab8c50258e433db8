"""The base of the API: scope, pages, filters and one shape of error for everything (tables.md "Formats")."""
