"""What another spec will do to a stack that stands: read from its Terraform, before any plan.

    pages {path: text} -> resources by address -> actions by address -> words

Both sides are Terraform's own language, so that the old one may be the committed output, edited by hand.
"""
