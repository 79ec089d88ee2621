"""The addresses of accounts: a file a subject."""
