"""What the rules about environment variables share: values that only Terraform knows, as text to be read."""

from collections.abc import Mapping

from tfgen.blueprint.model import Reference

_STAND_IN = "given{}.tfgen.invalid"


class GivenHosts:
    """The text of a variable in which a stand-in host takes the place of each reference."""

    def __init__(self, parts: tuple[str | Reference, ...]) -> None:
        self.text = ""
        found: dict[str, Reference] = {}
        for number, part in enumerate(parts):
            if isinstance(part, str):
                self.text += part
            elif part.attribute == "port":  # of the host before it
                self.text = self.text.removesuffix(":")
            else:
                found[_STAND_IN.format(number)] = part
                self.text += _STAND_IN.format(number)
        self.references: Mapping[str, Reference] = found

    def is_given(self, host: str) -> bool:
        return any(stand_in in host for stand_in in self.references)

    def shown(self, host: str) -> str:
        """A host with the references themselves."""
        if host in self.references:
            return self.references[host].root
        for stand_in, reference in self.references.items():
            host = f"${{{reference.root}}}".join(host.split(stand_in))
        return host
