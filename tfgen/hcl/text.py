"""Text that stands on a page as it is, each kind for its own reason; every other `str` is a value."""


class Label(str):
    """A Terraform identifier."""

    __slots__ = ()


class Ref(str):
    """A Terraform expression, written by tfgen itself."""

    __slots__ = ()


class Comment(str):
    """A one-line comment."""

    __slots__ = ()
