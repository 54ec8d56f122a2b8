"""What is on disk: file ownership, what would change, and writing."""
