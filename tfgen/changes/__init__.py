"""What another spec will do to a deployed stack, read from its Terraform before any plan.

    pages {path: text} -> resources by address -> actions by address -> sentences

Both sides are read as Terraform, so that the old one may be the committed output, edited by hand.
"""
