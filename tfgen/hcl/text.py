"""Text that is printed as it is, each kind for its own reason; every other `str` is a value."""

import re
from typing import NamedTuple


class Label(str):
    """A Terraform identifier."""

    __slots__ = ()


class Ref(str):
    """A Terraform expression, written by tfgen itself."""

    __slots__ = ()


class VariableRef(Ref):
    """A variable of the module that refers to it."""

    __slots__ = ("label",)
    label: Label

    def __new__(cls, label: Label) -> "VariableRef":
        reference = super().__new__(cls, f"var.{label}")
        reference.label = label
        return reference


class OutputRef(Ref):
    """An output of another module, as the root refers to it."""

    __slots__ = ("label", "module")
    module: Label
    label: Label

    def __new__(cls, module: Label, label: Label) -> "OutputRef":
        reference = super().__new__(cls, f"module.{module}.{label}")
        reference.module, reference.label = module, label
        return reference


class Interpolation(Ref):
    """Text with references in it: a quoted string with `${...}`."""

    __slots__ = ()


class ResourceRef(Ref):
    """A resource of the same module; `within` leads to an instance or an attribute of it: `["a"].id`."""

    __slots__ = ("kind", "label")
    kind: str
    label: str

    def __new__(cls, kind: str, label: str, within: str = "") -> "ResourceRef":
        reference = super().__new__(cls, f"{kind}.{label}{within}")
        reference.kind, reference.label = kind, label
        return reference

    @property
    def address(self) -> str:
        """The address of the resource in its module."""
        return f"{self.kind}.{self.label}"


class Comment(str):
    """A comment; one that is long takes several lines."""

    __slots__ = ()


class Address(NamedTuple):
    """The address of a resource in parts; `module` is empty for one of the root."""

    module: str
    kind: str
    label: str

    def __str__(self) -> str:
        return ".".join((*(("module", self.module) if self.module else ()), self.kind, self.label))


def address_parts(address: str) -> Address:
    """`module.network.aws_vpc.main` in parts, without keys of instances; whatever the text is, its last
    words are kind and label."""
    words = without_keys(address).split(".")
    kind, label = ["", *words][-2:]
    return Address(words[1] if words[0] == "module" and len(words) > 3 else "", kind, label)


def without_keys(address: str) -> str:
    """The address of a block from that of an instance."""
    return re.sub(r'\[(?:"[^"]*"|\d+)\]', "", address) if "[" in address else address
