"""Labels of resources that several packages use: spelled only here and in the templates that print them."""

from tfgen.hcl.text import Label

PUBLIC, PRIVATE, DATABASE = Label("public"), Label("private"), Label("database")
"""The roles of subnets and of their route tables."""
ENDPOINTS = Label("endpoints")
"""The security group of the interface endpoints."""
NETWORK, LOAD_BALANCER, SERVICES = Label("network"), Label("load_balancer"), Label("services")
ALARMS, REPOSITORIES, FILE_SYSTEMS = Label("alarms"), Label("repositories"), Label("file_systems")
"""The modules."""
