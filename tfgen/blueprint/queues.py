"""The names of queues, by which CloudWatch knows them."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint import names
from tfgen.blueprint.references import References, name_of_reference
from tfgen.hcl.text import Label, Ref
from tfgen.spec.model import Given, Part, Service, Spec
from tfgen.spec.queues import received_from, scaled_by


class Queue(NamedTuple):
    """A queue, with the words that tell it apart where Terraform alone knows its name."""

    words: Label
    name: Ref | str


def queues_of(service: Service, spec: Spec, referred: References) -> tuple[Queue, ...]:
    """Those whose messages a service takes, each once."""
    found: dict[Label, Queue] = {}
    for queue in _said_queues(service, spec, referred):
        found.setdefault(queue.words, queue)
    return tuple(found[words] for words in sorted(found))


def _said_queues(service: Service, spec: Spec, referred: References) -> Iterator[Queue]:
    if (name := scaled_by(service)) is not None:
        yield Queue(_words(name), referred.value(name) if isinstance(name, Given) else name)
    for arn in received_from(service, spec):
        yield Queue(_words(arn), _name_in_arn(arn, referred))


def _words(said: str | Given | Part) -> Label:
    """The same for the name and for the ARN of a resource."""
    if isinstance(said, str):
        return names.label(said.rpartition(":")[2])
    words = name_of_reference(said)
    return Label(words.removesuffix("_arn").removesuffix("_name"))


def _name_in_arn(arn: str | Part, referred: References) -> Ref | str:
    if isinstance(arn, str):
        return arn.rpartition(":")[2]
    return Ref(f'element(split(":", {referred.value(arn)}), 5)')
