"""Stacks for version 6 of the provider, as version 5 would have them: the tests' Terraform has no other.

What only version 6 has is held against its schema (tests/test_schema.py), and the rest against the real
provider.
"""

import re
from collections.abc import Mapping

_ONLY_6 = re.compile(
    r"^  (transform|health_check_logs|deployment_configuration) \{\n.*?^  \}\n\n"
    r"|^\n    advanced_configuration \{\n.*?^    \}\n"
    r'|^  action \{\n    type = "jwt-validation"\n.*?^  \}\n\n',
    re.MULTILINE | re.DOTALL,
)
_ACCESS_LOGS = re.compile(r"^    access_log_configuration \{\n.*?^    \}\n\n", re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r'">= 6\.[0-9.]+(, < 7\.0\.0)?"')


def for_provider_5(pages: Mapping[str, str]) -> dict[str, str]:
    """The pages without what only version 6 has."""
    return {
        path: _VERSION.sub('">= 5.100.0"', _ACCESS_LOGS.sub("", _ONLY_6.sub("", text)))
        for path, text in pages.items()
    }
