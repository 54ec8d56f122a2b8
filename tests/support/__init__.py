"""What the tests stand on: real Terraform, kept off the network, and an AWS that answers on loopback."""
