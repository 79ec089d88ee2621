"""What members type: a file a subject."""
