"""The upstream port: types, errors, the SNAP-style client and a fake. Knows nothing of users, rows or pages."""
