"""What was said: the spec file, read and checked."""
