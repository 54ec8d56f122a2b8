"""What a test asks of the emulator itself, without loading it."""

import urllib.request


def forget_all(url: str) -> None:
    """Empties the emulator at an address: nothing that was built is there any more, in any region."""
    request = urllib.request.Request(f"{url}/moto-api/reset", method="POST")
    urllib.request.urlopen(request, timeout=30).close()
