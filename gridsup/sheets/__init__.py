"""Sheets that people hand in: opened, checked, read cell by cell, and handed back with reasons; no app is known."""
