"""A statement on paper and in files: one table structure made from the reading, and a writer for each form."""
