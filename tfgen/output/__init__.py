"""What is on disk: whose it is, what would change, and the writing itself."""
