"""Text that is printed as it is, each kind for its own reason; every other `str` is a value."""

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


class Comment(str):
    """A one-line comment."""

    __slots__ = ()


class Address(NamedTuple):
    """The address of a resource in parts; `module` is empty for one of the root."""

    module: str
    kind: str
    label: str


def address_parts(address: str) -> Address:
    """`module.network.aws_vpc.main` in parts; whatever the text is, its last words are kind and label."""
    *before, kind, label = address.split(".")
    return Address(before[1] if before[:1] == ["module"] and len(before) > 1 else "", kind, label)
