"""Generates docs/rules.md from the rules."""

from pathlib import Path

from tfgen.report import rulebook

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "rules.md"

HEAD = """# The rules

The rules that `tfgen check` applies to every spec, and `tfgen render` before it writes. `tfgen explain TG303`
prints one of them; [check.md](check.md) describes how to ignore one. `make accept` generates
this reference from the files in tfgen/rules; the examples are fragments that the tests run.
"""

OTHERS = """## The other codes

These are about the spec itself, not about AWS. You can ignore only TG270 to TG272, at the top level of
the spec.
"""


def page() -> str:
    rules = [
        f"| [{each.code}](#{each.code.lower()}) | {each.severity} | {each.title} |"
        for each in rulebook.rule_entries()
    ]
    parts = [
        HEAD,
        "\n".join(["| rule | severity | requirement |\n|---|---|---|", *rules]),
        *(_section(entry) for entry in rulebook.rule_entries()),
        OTHERS,
        "\n".join(
            [
                "| code | requirement |\n|---|---|",
                *(f"| {each.code} | {each.title} |" for each in rulebook.other_codes()),
            ]
        ),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _section(entry: rulebook.Entry) -> str:
    return f"## {entry.code}\n\n**{entry.title}** ({entry.severity})\n\n{rulebook.entry_as_markdown(entry)}"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
