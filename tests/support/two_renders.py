"""The files of a small stack at two renders: one changes, two stay, two are removed, two are new.

One folder disappears, and one appears. `ONCE` is written once.
"""

OLD = {
    "README.md": "# shop\n",
    "main.tf": "# the root\n",
    "modules/network/nat.tf": "# NAT gateways\n",
    "modules/network/vpc.tf": "# the VPC\n",
    "modules/services/web.tf": "# the service\n",
}
NEW = {
    "README.md": "# shop\n",
    "main.tf": "# another root\n",
    "modules/load_balancer/listeners.tf": "# listeners\n",
    "modules/network/endpoints.tf": "# endpoints\n",
    "modules/network/vpc.tf": "# the VPC\n",
}
ONCE = {".gitignore": "*.tfstate\n"}
