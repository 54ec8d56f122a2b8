"""A service with a folder of a file system, in the emulator: what is built, and that another folder and the
end of a file system take nothing away from running tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from support.changes import unexpected_changes
from support.deployed import deploy_stacks, remove, write
from support.moto_server import CALLS

from tfgen import render_text

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Stack, Terraform

SPEC = """\
name: files
region: us-east-1
network: {egress: public}
file_systems:
  shared: {keep: false, infrequent: 30}
services:
  worker:
    image: nginx:1.27
    volumes: {data: {efs: shared, path: /data, root: /old}}
"""
WITHOUT = SPEC[: SPEC.index("file_systems:")] + "services:\n  worker:\n    image: nginx:1.27\n"


def pages_of(text: str) -> Mapping[str, str]:
    pages, problems = render_text(text)
    assert pages, problems
    return pages


@pytest.fixture(scope="module")
def stack(terraform: Terraform, running: Terraform) -> Iterator[Stack]:
    deployed = deploy_stacks(terraform, {"files": pages_of(SPEC)})["files"].run_by(running).stack
    yield deployed
    deployed.destroy()


def calls_of(stack: Stack, text: str) -> list[str]:
    """The calls of an apply that change something, in their order."""
    remove(stack.folder.rglob("*.tf"))
    write(pages_of(text), stack.folder)
    start = len(CALLS)
    stack.init()
    stack.apply()
    return [call.action for call in CALLS[start:]]


def folders_that_run(moto: Moto) -> list[str]:
    """The folders that the tasks of the service have."""
    ecs, efs = moto.boto3_client("ecs"), moto.boto3_client("efs")
    (service,) = ecs.describe_services(cluster="files", services=["worker"])["services"]
    tasks = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    points = [
        each["efsVolumeConfiguration"]["authorizationConfig"]["accessPointId"] for each in tasks["volumes"]
    ]
    found = efs.describe_access_points()["AccessPoints"]
    return [each["RootDirectory"]["Path"] for each in found if each["AccessPointId"] in points]


def test_what_is_built_and_what_goes(stack: Stack, moto: Moto) -> None:
    assert unexpected_changes(stack.plan()) == []
    efs: Any = moto.boto3_client("efs")
    (system,) = efs.describe_file_systems()["FileSystems"]
    assert system["Encrypted"]
    targets = efs.describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]
    assert len(targets) == 2
    assert folders_that_run(moto) == ["/old"]

    # Another folder: the old one goes when no task has it any more.
    calls = calls_of(stack, SPEC.replace("/old", "/new"))
    assert folders_that_run(moto) == ["/new"]
    order = ["CreateAccessPoint", "PutRolePolicy", "UpdateService", "DeleteRolePolicy"]
    assert [call for call in calls if call in order] == order
    assert calls.index("UpdateService") < calls.index("DeleteAccessPoint")

    # No file system: tasks that mounted it are replaced first.
    calls = calls_of(stack, WITHOUT)
    ends = ["DeleteRolePolicy", "DeleteAccessPoint", "DeleteMountTarget", "DeleteFileSystem"]
    assert min(map(calls.index, ends)) > calls.index("UpdateService")
    assert efs.describe_file_systems()["FileSystems"] == []
