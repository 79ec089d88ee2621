"""What ./portal starts around the product. Nothing here is imported by it, and nothing of it is imported here."""
