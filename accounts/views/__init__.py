"""What members see of their account: a file a subject."""
