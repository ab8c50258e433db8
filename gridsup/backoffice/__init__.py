"""The base of the admin: one site and one page class, both asking the table of duties; every write is an action."""
