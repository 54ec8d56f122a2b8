"""Actions that moto lacks and a few lines can do: ECR's pull-through cache, and the keys of log groups."""

import json
from typing import Any

from moto.core.responses import BaseResponse
from moto.ecr.responses import ECRResponse
from moto.logs.responses import LogsResponse

# What ECR keeps by a prefix of repositories: as it is called in actions and in answers, and the prefix.
_KEPT = (
    ("pull_through_cache_rule", "pullThroughCacheRule", "ecrRepositoryPrefix"),
    ("repository_creation_template", "repositoryCreationTemplate", "prefix"),
)


def teach() -> None:
    """Adds the actions to moto's."""
    for noun, answer, prefix in _KEPT:
        _keep(noun, answer, prefix)
    LogsResponse.associate_kms_key = associate_kms_key
    LogsResponse.disassociate_kms_key = disassociate_kms_key


def _keep(noun: str, answer: str, prefix: str) -> None:
    kept: dict[str, dict[str, Any]] = {}

    def create(response: BaseResponse) -> str:
        said = json.loads(response.body)
        kept[said[prefix]] = said
        return json.dumps({**said, answer: said})

    def describe(_: BaseResponse) -> str:
        return json.dumps({f"{answer}s": list(kept.values())})

    def delete(response: BaseResponse) -> str:
        return json.dumps(kept.pop(response._get_param(prefix)))

    setattr(ECRResponse, f"create_{noun}", create)
    setattr(ECRResponse, f"describe_{noun}s", describe)
    setattr(ECRResponse, f"delete_{noun}", delete)


def associate_kms_key(response: Any) -> str:
    """CloudWatch Logs' action of that name."""
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    group.kms_key_id = response._get_param("kmsKeyId")
    return ""


def disassociate_kms_key(response: Any) -> str:
    """CloudWatch Logs' action of that name."""
    response.logs_backend.groups[response._get_param("logGroupName")].kms_key_id = None
    return ""
