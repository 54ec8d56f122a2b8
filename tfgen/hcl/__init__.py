"""Terraform's language, read and written; nothing here knows what a page is for.

    text -> syntax   reader.py, and json_reader.py for the same in JSON
    syntax -> values evaluator.py, as far as that can be done without Terraform
    syntax -> uses   uses.py: what refers to what
    values -> text   printer.py, and layout.py, which lays a page out as `terraform fmt` would

Overrides change a page that was laid out by its lines (lines.py); traversal.py is for traversals into a
resource, as `ignore_changes` has them.
"""
