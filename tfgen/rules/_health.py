"""What the rules about health checks share."""


def takes(codes: str, code: int) -> bool:
    """Whether a response counts as healthy, by HTTP codes such as 200,301-399."""
    ranges = [part.split("-") for part in codes.split(",")]
    return any(int(ends[0]) <= code <= int(ends[-1]) for ends in ranges)
