"""What sections of every topic are made of."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from tfgen.spec.model.values import InputName, JsonKey, KeyArn, Text, Traversal


class Section(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A mapping of the spec."""

    shorthand: ClassVar[str] = ""
    shorthand_of_ports: ClassVar[str] = ""
    """What a bare number or a range of numbers sets, where that is another key."""
    alike: ClassVar[str] = ""
    """The section whose words people write here, too."""
    replaceable: ClassVar[Mapping[str, str]] = {}
    """Keys that are required, each with the key that takes its place."""

    @classmethod
    def short_key(cls, value: object) -> str:
        """The key that a bare value sets."""
        if cls.shorthand_of_ports and re.fullmatch(r"[0-9]+(-[0-9]+)?", str(value)):
            return cls.shorthand_of_ports
        return cls.shorthand


class Part(Section, frozen=True):
    """A value that only Terraform knows, in a `join` or in the place of an ID: one of these."""

    ref: Traversal | None = None
    """A value of Terraform in the root of the stack: of a resource, a data source, a module, a local or a
    variable."""
    input: InputName | None = None
    """A variable of the root that tfgen writes; `inputs` describes it."""


class Given(Section, frozen=True):
    """A value that only Terraform knows: one of these."""

    ref: Traversal | None = None
    """A value of Terraform in the root of the stack: of a resource, a data source, a module, a local or a
    variable."""
    input: InputName | None = None
    """A variable of the root that tfgen writes; `inputs` describes it."""
    join: list[Text | Part] | None = None
    """Texts and references, one after another."""


class GivenSecret(Section, frozen=True):
    """A secret that only Terraform knows, or one key of it: one of `ref`, `secret` and `parameter`."""

    ref: Traversal | None = None
    """The ARN of a secret or a parameter, whose type says which of the two."""
    secret: Text | Part | None = None
    """The ARN of a secret in Secrets Manager."""
    parameter: Text | Part | None = None
    """The ARN of a parameter in Systems Manager."""
    key: JsonKey | None = None
    """A key of the JSON in a secret. Default: the whole secret."""
    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that it is encrypted with, which the execution role is allowed to decrypt with.
    Default: none, as with keys of AWS."""


class InputVariable(Section, frozen=True):
    """A variable of the root. `Where jobs come from` is `{description: Where jobs come from}`."""

    shorthand: ClassVar[str] = "description"

    description: Text = ""
    """What it is for."""
    type: Literal["string", "number", "bool"] = "string"
    """Its type."""
    default: Text | None = None
    """Its value where nobody sets one. Default: none, so that Terraform asks for it."""
    sensitive: bool = False
    """Whether Terraform hides its value."""
    pattern: Text | None = None
    """A regular expression (RE2) that its value must match."""


class Ignore(Section, frozen=True):
    """A rule to ignore here. `TG304` is `{rule: TG304}`, but give a reason."""

    shorthand: ClassVar[str] = "rule"

    rule: Annotated[str, Meta(description="the number of a rule, such as TG304")]
    """The rule; `tfgen explain` lists them."""
    reason: Text = ""
    """Why it is not a problem here. Without a reason, tfgen warns."""


Ignores = list[Ignore] | None
