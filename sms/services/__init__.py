"""Verbs of the SMS door: take a message in, answer it, send the answer, and look after numbers."""
