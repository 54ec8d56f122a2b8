"""The spec file, read and checked."""
