"""Terraform's language, read and written; it knows nothing of what a page is for.

text -> syntax -> values      reader, json_reader; evaluator; uses finds what refers to what
values -> text                printer; layout makes it what `terraform fmt` would
"""
