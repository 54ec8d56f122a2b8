"""What will exist: everything derived from what was said."""
