"""What happens today: a journal that is only ever added to, and what follows from it."""
