"""How it reads: pages of HCL from a blueprint."""
