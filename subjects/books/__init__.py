"""The four ledgers of the plan (handbook §3)."""

from typing import Any

from gridsup.books import Book
from subjects.books.areas import Areas, Codes
from subjects.books.people import People
from subjects.books.premises import Subjects

# In the order of the plan.
BOOKS: dict[str, Book[Any]] = {book.name: book for book in (Codes(), Areas(), Subjects(), People())}
