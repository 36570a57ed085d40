"""Where a book keeps the journal of its desk, unless a database is named."""

from pathlib import Path

PLACE = Path("desk") / "journal.sqlite"
