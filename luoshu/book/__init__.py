"""THE PLAN AS FILES: tables, records, documents and rules of a book, read with all their problems."""
