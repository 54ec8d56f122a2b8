"""The roles with which ECS itself works for services, which AWS calls infrastructure roles.

Whom they trust is said once, without a condition: it has none in AWS's documents
(ECS/infrastructure_IAM_role).
"""

from tfgen.blueprint import names
from tfgen.blueprint.references import tls_of
from tfgen.hcl.text import Comment, Ref
from tfgen.spec.deployments import moves_requests
from tfgen.spec.model import Spec
from tfgen.spec.volumes import ebs_of

TRUST = Ref("local.ecs_trust")


def trust(spec: Spec) -> tuple[Comment, ...]:
    """Why some roles trust ECS; nothing where none does."""
    works = (
        ("moves requests from old tasks to new ones", any(map(moves_requests, spec.services.values()))),
        ("creates the EBS volumes of tasks", any(ebs_of(*each) for each in spec.services.items())),
        ("issues the certificates of Service Connect's proxies", bool(tls_of(spec))),
    )
    if found := [text for text, is_so in works if is_so]:
        return (names.comment(f"With these roles, ECS itself {names.listed(found)}."),)
    return ()
