"""Verbs: everything that changes who a member is or which cards are theirs."""
