"""Volumes of tasks: what is mounted where, and what roles and security groups allow for it."""

import re
from typing import Any

import pytest
from hypothesis import given
from strategies import Data, laws, specs
from strategies import outcome_of as outcome_of_drawn

from tfgen.blueprint.model import Blueprint, Service
from tfgen.changes.report import changes_between
from tfgen.pipe import Outcome, run_text
from tfgen.spec.source import dump_yaml

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
SHARED: Data = {"file_systems": {"shared": {}}}
NFS = 2049


def outcome_of(top: Any = None, others: Any = None, **web: Any) -> Outcome:
    spec = {
        "version": 2,
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "nat"},
        "services": {"web": {"image": IMAGE, **web}, **(others or {})},
        **(top or {}),
    }
    return run_text(dump_yaml(spec), "shop.yaml")


def blueprint_of(top: Any = None, others: Any = None, **web: Any) -> Blueprint:
    outcome = outcome_of(top, others, **web)
    assert outcome.blueprint, outcome.problems
    return outcome.blueprint


def page_of(top: Any = None, **web: Any) -> str:
    """The file of the service in words with single spaces."""
    outcome = outcome_of(top, **web)
    assert not outcome.failed, outcome.problems
    return " ".join(outcome.pages()["modules/services/web.tf"].split())


def web(blueprint: Blueprint) -> Service:
    return next(each for each in blueprint.services if each.key == "web")


def codes(outcome: Outcome) -> list[str]:
    return sorted(problem.code for problem in outcome.problems if problem.code.startswith(("TG61", "TG75")))


def actions(blueprint: Blueprint) -> dict[str, Any]:
    """What the task role is allowed, by the name of the policy."""
    return {policy.name: policy.statements[0].actions for policy in web(blueprint).task_role.policies}


MOUNT, WRITE = "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"


# --- what is mounted


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("mars-north-1", "aws")]
)
def test_a_file_system_is_in_the_partition_of_the_region(region: str, partition: str) -> None:
    top = {"region": region, "network": {"egress": "nat", "zones": ["a", "b"]}}
    page = page_of(top, image="web:1", volumes={"data": {"efs": "fs-0a1b2c3d", "path": "/data"}})
    assert f'"arn:{partition}:elasticfilesystem:{region}:*:file-system/fs-0a1b2c3d"' in page
    assert 'Bool = { "elasticfilesystem:AccessedViaMountTarget" = "true" }' in page


def test_a_file_system_that_only_terraform_knows_is_in_an_arn() -> None:
    page = page_of(volumes={"data": {"efs": {"input": "data_id"}, "path": "/data"}})
    assert '"arn:aws:elasticfilesystem:us-east-1:*:file-system/${var.data_id}"' in page


def test_containers_share_an_empty_volume() -> None:
    agent = {"image": IMAGE, "mounts": [{"volume": "cache", "path": "/c", "read_only": True}, "/tmp"]}
    service = web(blueprint_of(volumes={"cache": "/cache"}, containers={"agent": agent}))
    assert [(each.name, each.efs) for each in service.volumes] == [("agent-tmp", ()), ("cache", ())]
    found = [[(m.volume, m.path, m.read_only) for m in each.mounts] for each in service.containers]
    assert found == [[("cache", "/cache", False)], [("cache", "/c", True), ("agent-tmp", "/tmp", False)]]
    assert service.task_role.policies == ()
    assert not [rule for rule in service.security_rules if rule.port == NFS]


def test_a_volume_is_mounted_where_the_application_has_it_and_elsewhere() -> None:
    page = page_of(volumes={"cache": "/cache"}, mounts=[{"volume": "cache", "path": "/again"}])
    assert page.count('volume { name = "cache" }') == 1
    assert re.findall(r'sourceVolume = "cache" containerPath = "(\S+)"', page) == ["/again", "/cache"]


def test_an_access_point_of_a_file_system_of_the_stack() -> None:
    page = page_of(SHARED, volumes={"data": {"efs": "shared", "path": "/data", "root": "/up", "user": "1:2"}})
    point = "aws_efs_access_point.web_shared_up_user_1_2"
    for text in (
        "posix_user { uid = 1 gid = 2 }",
        'path = "/up" creation_info { owner_uid = 1 owner_gid = 2 permissions = "0750" }',
        'file_system_id = var.shared_file_system_id transit_encryption = "ENABLED"',
        f'authorization_config {{ access_point_id = {point}.id iam = "ENABLED" }}',
        f"Resource = {point}.file_system_arn",
        f'StringEquals = {{ "elasticfilesystem:AccessPointArn" = {point}.arn }}',
    ):
        assert text in page, text
    assert "root_directory =" not in page


def test_the_folder_that_every_file_system_has_is_not_created() -> None:
    page = page_of(SHARED, volumes={"data": {"efs": "shared", "path": "/data", "root": "/", "user": 0}})
    assert 'root_directory { path = "/" }' in page
    assert "aws_efs_access_point.web_shared_user_0.id" in page


def test_a_file_system_that_exists() -> None:
    page = page_of(volumes={"data": {"efs": "fs-0a1b2c3d", "path": "/data", "root": "/up"}})
    assert 'file_system_id = "fs-0a1b2c3d" root_directory = "/up" transit_encryption = "ENABLED"' in page
    assert 'authorization_config { iam = "ENABLED" }' in page
    assert 'Bool = { "elasticfilesystem:AccessedViaMountTarget" = "true" }' in page


@pytest.mark.parametrize(
    ("account", "operator", "owner"),
    [({}, "StringLike", "*"), ({"account": "1" * 12}, "StringEquals", "1" * 12)],
)
def test_an_access_point_that_exists(account: Data, operator: str, owner: str) -> None:
    volume = {"efs": "fs-0a1b2c3d", "access_point": "fsap-0a1b2c3d", "path": "/data"}
    (policy,) = web(blueprint_of(account, volumes={"data": volume})).task_role.policies
    (statement,) = policy.statements
    arn = f"arn:aws:elasticfilesystem:us-east-1:{owner}"
    assert statement.resources == f"{arn}:file-system/fs-0a1b2c3d"
    assert statement.conditions == (
        {operator: {"elasticfilesystem:AccessPointArn": f"{arn}:access-point/fsap-0a1b2c3d"}},
    )


def test_the_whole_file_system_has_no_folder() -> None:
    page = page_of(volumes={"data": {"efs": "fs-0a1b2c3d", "path": "/data", "root": "/"}})
    assert "root_directory" not in page


# --- EBS volumes


def test_an_ebs_volume_in_few_words() -> None:
    page = page_of(volumes={"work": {"path": "/work", "ebs": 100}})
    assert 'volume { name = "work" configure_at_launch = true }' in page
    assert (
        'volume_configuration { name = "work" managed_ebs_volume { role_arn = aws_iam_role.web_volumes.arn '
        'volume_type = "gp3" file_system_type = "xfs" encrypted = true size_in_gb = 100 '
        'tag_specifications { resource_type = "volume" propagate_tags = "SERVICE" } } }'
    ) in page
    assert page.count("configure_at_launch") == 1


def test_an_ebs_volume_in_many_words() -> None:
    said = {"type": "io2", "iops": 5000, "snapshot": "snap-0a1b2c3d", "file_system_type": "ext4"}
    page = page_of(volumes={"work": {"path": "/work", "ebs": said}})
    assert (
        'volume_type = "io2" file_system_type = "ext4" encrypted = true snapshot_id = "snap-0a1b2c3d" '
        "iops = 5000 tag_specifications"
    ) in page
    page = page_of(volumes={"work": {"path": "/work", "ebs": {"size": 500, "throughput": 500}}})
    assert "encrypted = true size_in_gb = 500 throughput = 500 tag" in page


KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
EBS_POLICY = "arn:{}:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes"


def test_the_role_of_ebs_volumes_outlives_the_service() -> None:
    service = web(blueprint_of(volumes={"work": {"path": "/work", "ebs": {"size": 9, "kms_key": KEY}}}))
    role = service.roles[-1]
    assert (role.name, role.trust) == ("shop-web-volumes-us-east-1", "local.ecs_trust")
    assert [each.arn for each in role.attachments] == [EBS_POLICY.format("aws")]
    assert {
        "aws_iam_role_policy.web_volumes",
        "aws_iam_role_policy_attachment.web_volumes",
    } <= set(service.depends_on)
    assert service.task_role.policies == ()


def test_the_role_of_ebs_volumes_is_within_the_boundary_where_all_others_exist() -> None:
    iam = {"path": "/teams/", "permissions_boundary": "arn:aws:iam::123456789012:policy/limit"}
    given = {each: f"arn:aws:iam::123456789012:role/{each}" for each in ("execution", "task")}
    outcome = outcome_of({"iam": iam}, roles=given, volumes={"work": {"path": "/work", "ebs": 9}})
    assert not outcome.failed, outcome.problems
    page = outcome.pages()["modules/services/web.tf"]
    assert page.count("permissions_boundary = var.permissions_boundary_arn") == 1
    assert 'variable "permissions_boundary_arn"' in outcome.pages()["modules/services/variables.tf"]


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_the_policy_of_ebs_volumes_is_that_of_the_partition(region: str, partition: str) -> None:
    blueprint = blueprint_of(
        {"region": region}, image="nginx:1.27", volumes={"work": {"path": "/w", "ebs": 9}}
    )
    assert [each.arn for each in web(blueprint).roles[-1].attachments] == [EBS_POLICY.format(partition)]


@pytest.mark.parametrize(
    ("said", "encrypts"),
    [
        ({"size": 9, "kms_key": KEY}, "kms:GenerateDataKey*"),
        (
            {"snapshot": "snap-0a1b2c3d", "kms_key": KEY},
            ("kms:GenerateDataKey*", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
        ),
    ],
)
def test_what_ecs_may_do_with_a_key(said: Data, encrypts: Any) -> None:
    (policy,) = web(blueprint_of(volumes={"work": {"path": "/work", "ebs": said}})).roles[-1].policies
    context = {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:ebs:id"}}
    assert [(each.actions, each.resources, each.conditions) for each in policy.statements] == [
        ("kms:DescribeKey", KEY, ()),
        (encrypts, KEY, (context,)),
        ("kms:CreateGrant", KEY, ({"Bool": {"kms:GrantIsForAWSResource": "true"}, **context},)),
    ]


def test_without_a_key_ecs_needs_none() -> None:
    assert web(blueprint_of(volumes={"work": {"path": "/work", "ebs": 9}})).roles[-1].policies == ()


def test_references_to_a_key_and_to_a_snapshot() -> None:
    said = {"kms_key": {"ref": "aws_kms_key.data.arn"}, "snapshot": {"input": "models"}}
    page = page_of({"inputs": {"models": "The snapshot."}}, volumes={"work": {"path": "/w", "ebs": said}})
    assert "kms_key_id = var.kms_key_data_arn snapshot_id = var.models" in page
    assert page.count("Resource = var.kms_key_data_arn") == 3
    wrong = {"work": {"path": "/w", "ebs": {"snapshot": {"ref": "aws_ebs_snapshot.models.arn"}}}}
    assert [each.code for each in outcome_of(volumes=wrong).problems if each.severity == "error"] == ["TG553"]


@pytest.mark.parametrize(
    ("others", "comment"),
    [
        ({}, "With these roles, ECS itself creates the EBS volumes of tasks."),
        (
            {"api": {"image": IMAGE, "port": 80, "routes": ["/"], "deployment": {"strategy": "canary"}}},
            "With these roles, ECS itself moves requests from old tasks to new ones and creates the EBS "
            "volumes of tasks.",
        ),
    ],
)
def test_why_roles_trust_ecs_is_said_once(others: Data, comment: str) -> None:
    outcome = outcome_of({"provider": 6}, others, volumes={"work": {"path": "/work", "ebs": 9}})
    page = outcome.pages()["modules/services/roles.tf"].replace("\n# ", " ")
    assert page.count('Principal = { Service = "ecs.amazonaws.com" }') == 1
    assert comment in page
    assert "ecs_trust =" not in outcome_of().pages()["modules/services/roles.tf"]


# --- who may write


@pytest.mark.parametrize(
    ("said", "mounts", "writes"),
    [
        ({"path": "/data"}, [], True),
        ({"path": "/data", "read_only": True}, [], False),
        ({"read_only": True}, [{"volume": "data", "path": "/m"}], False),
        ({}, [{"volume": "data", "path": "/m", "read_only": True}], False),
        ({}, [{"volume": "data", "path": "/m", "read_only": True}, {"volume": "data", "path": "/w"}], True),
    ],
)
def test_who_only_reads_may_not_write(said: Data, mounts: list[Data], writes: bool) -> None:
    blueprint = blueprint_of(SHARED, volumes={"data": {"efs": "shared", **said}}, mounts=mounts)
    assert actions(blueprint) == {"mount-shared-data": (MOUNT, WRITE) if writes else MOUNT}
    assert any(not mount.read_only for mount in web(blueprint).containers[0].mounts) == writes


def test_two_folders_of_a_file_system_without_an_access_point_are_one_permission() -> None:
    one = {"efs": "fs-0a1b2c3d", "path": "/one", "root": "/one", "read_only": True}
    two = {"efs": "fs-0a1b2c3d", "path": "/two", "root": "/two"}
    assert actions(blueprint_of(volumes={"one": one, "two": two})) == {"mount-fs-0a1b2c3d": (MOUNT, WRITE)}


# --- what connections are allowed


def nfs_rules(blueprint: Blueprint) -> dict[str, str]:
    return {rule.label: str(rule.peer.value) for rule in web(blueprint).security_rules if rule.port == NFS}


def test_both_ends_of_a_connection_to_a_file_system_of_the_stack() -> None:
    volumes = {name: {"efs": "shared", "path": f"/{name}"} for name in ("one", "two")}
    assert nfs_rules(blueprint_of(SHARED, volumes=volumes)) == {
        "file_system_shared_from_web": "aws_security_group.web.id",
        "web_to_file_system_shared": "var.shared_file_system_security_group_id",
    }


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ({}, {"web_to_file_systems": "10.0.0.0/16"}),
        ({"security_group": "sg-0a1b2c3d"}, {"web_to_file_systems_sg_0a1b2c3d": "sg-0a1b2c3d"}),
        ({"security_group": {"input": "files"}}, {"web_to_file_systems_files": "var.files"}),
    ],
)
def test_what_tasks_may_connect_to_in_order_to_mount(said: Data, rules: dict[str, str]) -> None:
    volume = {"efs": "fs-0a1b2c3d", "path": "/data", **said}
    assert nfs_rules(blueprint_of(volumes={"data": volume})) == rules
    assert nfs_rules(blueprint_of(volumes={"data": volume}, egress="all")) == {}


def test_aws_gets_no_rule_twice() -> None:
    volume = {"efs": "fs-0a1b2c3d", "path": "/data"}
    egress = [443, {"cidr": "10.0.0.0/16", "port": NFS}]
    assert nfs_rules(blueprint_of(volumes={"data": volume}, egress=egress)) == {
        "web_to_10_0_0_0_16_2049": "10.0.0.0/16"
    }


@laws(30)
@given(specs())
def test_every_mount_is_allowed_and_leads_to_a_volume(data: Data) -> None:
    blueprint = outcome_of_drawn(data).blueprint
    assert blueprint
    for service in blueprint.tasks:
        known = {volume.name: volume for volume in service.volumes}
        assert len(known) == len(service.volumes)
        mounts = [mount for container in service.containers for mount in container.mounts]
        assert {mount.volume for mount in mounts} == known.keys()
        for container in service.containers:
            assert len({mount.path for mount in container.mounts}) == len(container.mounts)
        has_files = any(volume.efs for volume in service.volumes)
        allowed = [p for p in service.task_role.policies if any(s.sid == "Mount" for s in p.statements)]
        out = [r for r in service.security_rules if r.direction == "egress" and r.port <= NFS <= r.last_port]
        assert bool(allowed) == has_files
        assert out or not has_files or "-1" in {rule.protocol for rule in service.security_rules}
        own = {point.file_system for point in service.access_points}
        inward = {rule.group for rule in service.security_rules if rule.label.startswith("file_system_")}
        assert len(inward) >= len(own)


# --- file systems


def file_system_of(said: Data) -> str:
    volume = {"data": {"efs": "shared", "path": "/data"}}
    outcome = outcome_of({"file_systems": {"shared": said}}, volumes=volume)
    assert not outcome.failed, outcome.problems
    return " ".join(outcome.pages()["modules/file_systems/file_systems.tf"].split())


@pytest.mark.parametrize(
    ("said", "has", "lacks"),
    [
        ({}, ("prevent_destroy = true", 'status = "ENABLED"'), ("kms_key_id", "lifecycle_policy")),
        ({"keep": False, "backup": False}, (), ("prevent_destroy", "aws_efs_backup_policy")),
        ({"infrequent": 1}, ('= "AFTER_1_DAY"', '= "AFTER_1_ACCESS"'), ()),
        ({"infrequent": 90}, ('transition_to_ia = "AFTER_90_DAYS"',), ()),
        ({"kms_key": {"input": "key"}}, ("kms_key_id = var.key",), ()),
    ],
)
def test_a_file_system(said: Data, has: tuple[str, ...], lacks: tuple[str, ...]) -> None:
    page = file_system_of(said)
    for text in ("encrypted = true", '"aws:SecureTransport" = "false"', "for_each = var.subnet_ids", *has):
        assert text in page, text
    assert [text for text in lacks if text in page] == []


@pytest.mark.parametrize(("egress", "role"), [("nat", "private"), ("public", "public")])
def test_mount_targets_are_where_tasks_are(egress: str, role: str) -> None:
    volume = {"data": {"efs": "shared", "path": "/data"}}
    outcome = outcome_of({**SHARED, "network": {"egress": egress}}, volumes=volume)
    root = outcome.pages()["main.tf"]
    assert f"subnet_ids = module.network.{role}_subnet_ids" in " ".join(root.split())


def test_tasks_wait_for_the_mount_targets() -> None:
    outcome = outcome_of(SHARED, volumes={"data": {"efs": "shared", "path": "/data"}})
    output = outcome.pages()["modules/file_systems/outputs.tf"].split("output ")[1]
    assert "aws_efs_mount_target.shared," in output
    assert "aws_efs_file_system_policy.shared," in output


def test_who_uses_no_volume_has_none() -> None:
    outcome = outcome_of()
    assert not [path for path in outcome.pages() if "file_system" in path]
    assert "efs" not in "".join(outcome.pages().values())


def test_storage_is_what_it_costs() -> None:
    assert "ephemeral_storage { size_in_gib = 50 }" in page_of(storage=50)
    assert "ephemeral_storage" not in page_of()


# --- what is wrong with them

GIVEN: Data = {"efs": "fs-0a1b2c3d", "access_point": "fsap-0a1b2c3d"}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"volumes": {"data": {}}}, ["TG750"]),
        ({"mounts": [{"volume": "data", "path": "/data"}]}, ["TG751"]),
        ({"volumes": {"data": {"path": "/d", "root": "/d", "user": 1}}}, ["TG752", "TG752"]),
        ({"volumes": {"data": {"path": "/d", "efs": "shared", "access_point": "fsap-0a1b2c3d"}}}, ["TG752"]),
        ({"volumes": {"data": {"path": "/d", "efs": "shared", "security_group": "sg-0a1b2c3d"}}}, ["TG752"]),
        ({"volumes": {"data": {"path": "/d", **GIVEN, "user": 1}}}, ["TG752"]),
        ({"volumes": {"data": {"path": "/d", "efs": "other"}}}, ["TG753"]),
        ({"volumes": {"data": {"path": "/d", "efs": "fs-0a1b2c3"}}}, ["TG753"]),
        ({"volumes": {"data": {"path": "/d", **GIVEN, "root": "/d"}}}, ["TG754"]),
        ({"volumes": {"data": {"path": "/d", **GIVEN, "root": "/"}}}, []),
        ({"volumes": {"data": {"path": "/d", "efs": "fs-0a1b2c3d", "root": "/d"}}}, []),
        ({"volumes": {"web-tmp": "/d"}, "mounts": ["/tmp"]}, ["TG755"]),
        ({"volumes": {"one": {"path": "/1", **GIVEN}, "two": {"path": "/2", **GIVEN}}}, ["TG756"]),
        ({"volumes": {n: {"path": f"/{n}", "efs": "shared", "root": "/x"} for n in "ab"}}, ["TG756"]),
        (
            {
                "volumes": {
                    "a": {"path": "/a", "efs": "fs-0a1b2c3d", "root": "/"},
                    "b": {"path": "/b", "efs": "fs-0a1b2c3d"},
                }
            },
            ["TG756"],
        ),
        ({"volumes": {n: {"path": f"/{n}", "efs": "shared"} for n in "ab"}}, []),
        ({"volumes": {n: {"path": f"/{n}", "ebs": 9} for n in "ab"}}, ["TG757"]),
        ({"volumes": {n: {"path": f"/{n}", "ebs": 9} for n in "abc"}}, ["TG757", "TG757"]),
        ({"volumes": {"a": {"path": "/a", "ebs": 9}, "b": {"path": "/b", **GIVEN}, "c": "/c"}}, []),
        ({"volumes": {"a": {"path": "/a", "ebs": 9, "efs": "shared"}}}, ["TG752"]),
        ({"volumes": {"a": {"path": "/a", "ebs": 9, "efs": "shared", "root": "/a"}}}, ["TG752", "TG752"]),
        ({"volumes": {"a": {"path": "/a", "ebs": 9, "security_group": "sg-0a1b2c3d"}}}, ["TG752"]),
        ({"volumes": {"a": {"ebs": 9}}}, ["TG750"]),
        ({"volumes": {"a": "/a", "b": "/a"}}, ["TG614"]),
        ({"volumes": {"a": "/a"}, "mounts": ["/a"]}, ["TG614"]),
        ({"mounts": ["/a", "/a"]}, ["TG614"]),
    ],
)
def test_what_is_wrong_with_volumes(said: Data, wrong: list[str]) -> None:
    assert codes(outcome_of(SHARED, **said)) == wrong


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, 1),
        ({"size": 1}, 0),
        ({"snapshot": "snap-0a1b2c3d"}, 0),
        ({"size": 16384, "snapshot": "snap-0a1b2c3d"}, 0),
        ({"size": 1, "type": "gp2"}, 0),
        ({"size": 4, "type": "io1", "iops": 200}, 0),
        ({"size": 3, "type": "io1", "iops": 100}, 1),
        ({"size": 4, "type": "io1", "iops": 201}, 1),
        ({"size": 4, "type": "io1"}, 1),
        ({"snapshot": "snap-0a1b2c3d", "type": "io1", "iops": 64000}, 0),
        ({"snapshot": "snap-0a1b2c3d", "type": "io1", "iops": 64001}, 1),
        ({"size": 256, "type": "io2", "iops": 256000}, 0),
        ({"size": 255, "type": "io2", "iops": 256000}, 1),
        ({"size": 500, "type": "io2"}, 1),
        ({"size": 500, "type": "io2", "iops": 5000, "throughput": 500}, 1),
        ({"size": 125, "type": "st1"}, 0),
        ({"size": 124, "type": "st1"}, 1),
        ({"size": 125, "type": "sc1", "iops": 3000, "throughput": 125}, 2),
        ({"size": 500, "type": "gp2", "iops": 3000}, 1),
        ({"size": 1, "iops": 3000}, 0),
        ({"size": 1, "iops": 3001}, 1),
        ({"size": 32, "iops": 16000, "throughput": 1000}, 0),
        ({"size": 31, "iops": 16000}, 1),
        ({"size": 500, "iops": 2999}, 1),
        ({"size": 500, "iops": 16001}, 1),
        ({"size": 500, "throughput": 750}, 0),
        ({"size": 500, "throughput": 751}, 1),
        ({"size": 500, "iops": 4000, "throughput": 1000}, 0),
        ({"size": 500, "iops": 3999, "throughput": 1000}, 1),
    ],
)
def test_what_an_ebs_volume_of_a_type_can_have(said: Data, wrong: int) -> None:
    assert codes(outcome_of(volumes={"work": {"path": "/work", "ebs": said}})) == ["TG759"] * wrong


def test_jobs_have_no_ebs_volumes() -> None:
    for start in ({"run": "by-hand"}, {"schedule": "rate(1 day)"}):
        job = {
            "image": IMAGE,
            **start,
            "volumes": {"work": {"path": "/work", "ebs": {"size": 9, "iops": 1000}}},
        }
        assert codes(outcome_of({"jobs": {"nightly": job}})) == ["TG758"]


def test_the_key_of_an_ebs_volume_is_in_the_region() -> None:
    far = {"work": {"path": "/work", "ebs": {"size": 9, "kms_key": KEY.replace("us-east-1", "us-west-2")}}}
    assert [each.code for each in outcome_of(volumes=far).problems if each.severity == "error"] == ["TG765"]


# --- changes


def changes_of_ebs(old: Data, new: Data) -> list[str]:
    found = changes_between(outcome_of(**old).pages(), outcome_of(**new).pages()).consequences
    return [text for text in found if "EBS" in text]


EBS, LARGER, OTHER = (
    {"volumes": {name: {"path": "/work", "ebs": size}}}
    for name, size in (("work", 9), ("work", 99), ("new", 9))
)
CI = {"deploys_by": "ci"}


def test_what_changes_of_ebs_volumes_mean() -> None:
    assert changes_of_ebs({}, EBS) == []
    assert changes_of_ebs(EBS, EBS) == []
    lost = (
        "web: new tasks have EBS volumes of their own; those of the old tasks are deleted with all that is "
        "on them."
    )
    assert changes_of_ebs(EBS, LARGER) == [lost]
    assert changes_of_ebs(EBS, OTHER) == [lost]
    assert changes_of_ebs({**EBS, **CI}, {**LARGER, **CI}) == [lost]


def test_terraform_cannot_take_the_ebs_volume_from_a_service() -> None:
    (text,) = changes_of_ebs(EBS, {})
    assert text.startswith("web: the provider does not tell ECS")
    assert "so the apply fails" in text
    (text,) = changes_of_ebs(EBS, {"volumes": {"work": "/work"}})
    assert "so the apply fails" in text
    (text,) = changes_of_ebs({**EBS, **CI}, CI)
    assert "new tasks need the role that the apply destroys" in text


def test_a_kept_task_definition_has_no_new_ebs_volume() -> None:
    (text,) = changes_of_ebs(CI, {**EBS, **CI})
    assert "ECS rejects an EBS volume that it lacks" in text
    text, _ = changes_of_ebs({**EBS, **CI}, {**OTHER, **CI})
    assert "ECS rejects an EBS volume that it lacks" in text
    assert changes_of_ebs(CI, EBS) == []


def test_another_folder_is_another_access_point_beside_the_old_one() -> None:
    old, new = (
        outcome_of(SHARED, volumes={"data": {"efs": "shared", "path": "/data", "root": root}})
        for root in ("/old", "/new")
    )
    report = changes_between(old.pages(), new.pages())
    found = {change.address: change.action.name for change in report.changes if "web_" in change.address}
    kinds = ("aws_efs_access_point.web", "aws_iam_role_policy.web_mount")
    assert found == {
        **{f"module.services.{kind}_shared_new": "CREATE" for kind in kinds},
        **{f"module.services.{kind}_shared_old": "DESTROY" for kind in kinds},
    }
