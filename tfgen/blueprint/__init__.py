"""What will exist: everything derived from the spec."""
