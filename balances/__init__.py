"""How much, as of when, and how we found out."""
