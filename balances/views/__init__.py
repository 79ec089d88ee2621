"""What members see of their money: a file a page."""
