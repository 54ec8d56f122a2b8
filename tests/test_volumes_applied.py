"""Services with a folder of a file system and with an EBS volume, in the emulator: what is built, and that
another folder, the end of a file system and that of a volume take nothing away from running tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
import tftest
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


KEY = "arn:aws:kms:us-east-1:123456789012:key/4f6c1d0e-8a57-4c1e-9d0b-2f0a7c3e5b11"
EBS = f"""\
name: scratch
region: us-east-1
network: {{egress: public}}
services:
  worker:
    image: nginx:1.27
    volumes: {{work: {{path: /work, ebs: {{size: 100, kms_key: {KEY}}}}}}}
"""
WITHOUT_EBS = EBS[: EBS.index("    volumes:")]


@pytest.fixture(scope="module")
def scratch(terraform: Terraform, running: Terraform) -> Stack:
    return deploy_stacks(terraform, {"scratch": pages_of(EBS)})["scratch"].run_by(running).stack


def volumes_of_service(moto: Moto) -> list[Any]:
    (service,) = moto.boto3_client("ecs").describe_services(cluster="scratch", services=["worker"])[
        "services"
    ]
    (deployment,) = service["deployments"]
    return list(deployment.get("volumeConfigurations", []))


def test_an_ebs_volume_of_each_task_and_the_role_that_outlives_it(scratch: Stack, moto: Moto) -> None:
    assert unexpected_changes(scratch.plan()) == []
    (volume,) = volumes_of_service(moto)
    made = volume["managedEBSVolume"]
    assert (volume["name"], made["sizeInGiB"], made["volumeType"]) == ("work", 100, "gp3")
    assert (made["encrypted"], made["kmsKeyId"]) == (True, KEY)

    # A larger one: the service is updated, and nothing else.
    calls = calls_of(scratch, EBS.replace("100", "200"))
    assert calls == ["UpdateService"]
    assert volumes_of_service(moto)[0]["managedEBSVolume"]["sizeInGiB"] == 200

    # None any more: the provider does not say so, and AWS refuses; docs/volumes.md has what is done about it.
    remove(scratch.folder.rglob("*.tf"))
    write(pages_of(WITHOUT_EBS), scratch.folder)
    scratch.init()
    with pytest.raises(tftest.TerraformTestError, match="no matching configuredAtLaunch volume"):
        scratch.apply()
    ecs: Any = moto.boto3_client("ecs")
    arguments = {"cluster": "scratch", "service": "worker", "taskDefinition": "scratch-worker"}
    ecs.update_service(**arguments, volumeConfigurations=[])
    assert volumes_of_service(moto) == []
    calls = calls_of(scratch, WITHOUT_EBS)
    assert {"DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"} <= {*calls}
    assert unexpected_changes(scratch.plan()) == []

    # One again, and then no stack at all: the role goes last, since tasks that stop need it.
    calls = calls_of(scratch, EBS)
    assert max(calls.index(each) for each in ("AttachRolePolicy", "PutRolePolicy")) < calls.index(
        "UpdateService"
    )
    start = len(CALLS)
    scratch.destroy()
    calls = [call.action for call in CALLS[start:]]
    roles = [CALLS[start + index].asked for index, call in enumerate(calls) if call == "DetachRolePolicy"]
    assert ["scratch-worker-volumes-us-east-1" in each for each in roles] == [True]
    assert calls.index("DeleteService") < calls.index("DetachRolePolicy")
