"""The tags of a resource, its own and the provider's default_tags, and whether Terraform changes them."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from tfgen.hcl.values import Value


class Tags(NamedTuple):
    """The provider's default_tags, and the resource's own tags, which override them."""

    defaults: Value
    own: Value

    @property
    def whole(self) -> Value:
        known = isinstance(self.defaults, dict) and isinstance(self.own, dict)
        return {**self.defaults, **self.own} if known else (self.defaults, self.own)


def changes_tags(old: Tags, new: Tags, ignored: Collection[tuple[str, ...]]) -> bool:
    """Whether Terraform changes tags, apart from those that `ignore_changes` names.

    Before it plans, Terraform reads the tags from AWS. One that is no longer a default then counts as one of
    the resource's own `tags`, and is kept where these are ignored.
    """
    if not all(isinstance(each, dict) for each in (*old, *new)):
        return bool(old.whole != new.whole and ("tags_all",) not in ignored)
    standing = {
        name: value for name, value in old.whole.items() if name in old.own or new.defaults.get(name) != value
    }
    own = standing if ("tags",) in ignored else _kept_where_ignored(new.own, standing, ignored)
    if ("tags_all",) in ignored:
        return bool(own != standing)
    return bool(old.whole != Tags(new.defaults, own).whole)


def _kept_where_ignored(
    said: Mapping[str, Value], standing: Mapping[str, Value], ignored: Collection[tuple[str, ...]]
) -> Mapping[str, Value]:
    """The new tags, but for those that are ignored one by one, which keep their values."""
    kept = {way[1] for way in ignored if way[0] == "tags" and len(way) > 1}
    return {name: value for name, value in said.items() if name not in kept} | {
        name: value for name, value in standing.items() if name in kept
    }
