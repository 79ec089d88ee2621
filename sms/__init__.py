"""The SMS door: texts in, one short text out. It tells the same Reading as the page and holds no rule of its own."""
