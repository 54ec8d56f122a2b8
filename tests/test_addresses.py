"""No address of a golden stack changes by accident: users' infrastructure hangs on every one."""

from collections.abc import Iterator
from pathlib import Path

from support.accepted import committed
from support.pages import addresses

import tfgen

ROOT = Path(__file__).parent.parent
LIST = ROOT / "tests" / "data" / "addresses.txt"

HELP = """
Addresses of the golden stacks are not those in tests/data/addresses.txt:
{}
Whoever has one of these stacks loses what stands at an address that goes. One that is renamed needs a
`moved` block in the templates and an entry in CHANGELOG.md. Then accept the new ones: make accept"""


def found() -> list[str]:
    """Every resource and module call of every golden stack, and the outputs and variables of its root."""
    return sorted(
        f"{spec.stem} {address}"
        for spec in (ROOT / "examples").glob("*.yaml")
        for path, text in tfgen.render_file(spec)[0].items()
        if path.endswith(".tf")
        for address in public(path, text)
    )


def public(path: str, text: str) -> Iterator[str]:
    _, _, inside = path.rpartition("modules/")
    module = inside.partition("/")[0] if path.startswith("modules/") else ""
    for address in addresses(text):
        if not address.startswith(("local.", *(("var.", "output.") if module else ()))):
            yield f"module.{module}.{address}" if module else address


def test_every_address_is_the_committed_one() -> None:
    now = found()
    known = committed(LIST, "".join(f"{address}\n" for address in now)).splitlines()
    gone = [f"  gone  {address}" for address in known if address not in now]
    new = [f"  new   {address}" for address in now if address not in known]
    assert now == known, HELP.format("\n".join((*gone, *new)))


def test_the_list_holds_what_it_is_for() -> None:
    known = set(LIST.read_text().splitlines())
    assert known >= {
        "shop module.services",
        "shop module.load_balancer.aws_lb.main",
        "shop module.services.aws_ecs_service.webapp",
        "shop output.load_balancer_dns_name",
        "shop var.webapp_image",
        "shop-nat module.network.aws_nat_gateway.main",
    }
    assert not [address for address in known if " module.services.output." in address]
