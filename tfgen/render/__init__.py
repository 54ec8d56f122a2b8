"""Pages of HCL from a blueprint."""
