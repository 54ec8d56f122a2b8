"""What the rules about health checks share."""

import re

_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?\Z")


def is_healthy_code(codes: str, code: int) -> bool:
    """Whether a response counts as healthy, by HTTP codes such as 200,301-399.

    An override may set anything as codes; what is none counts as no code.
    """
    ranges = [found.groups() for part in codes.split(",") if (found := _RANGE.match(part.strip()))]
    return any(int(first) <= code <= int(last or first) for first, last in ranges)
