"""The keys that people write out of habit: none is a key, and what is said of each is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tfgen import facts, pipe
from tfgen.spec import model
from tfgen.spec.read import fields_of
from tfgen.spec.source import dump_yaml, parse_yaml

if TYPE_CHECKING:
    from support.terraform import Terraform

SECTIONS = {section: getattr(model, section) for section in facts.habits()}
WORDS = [(section, word) for section, words in facts.habits().items() for word in words]
OVERRIDES = [(section, word) for section, word in WORDS if facts.habits()[section][word].override]
SPEC: dict[str, Any] = {
    "name": "shop",
    "region": "us-east-1",
    "network": {
        "egress": "nat",
        "nat": {"zones": "single"},
        "routes": [{"to": "10.50.0.0/16", "via": "pcx-0a1b2c3d"}],
    },
    "load_balancer": {"listeners": {"http": {"port": 80}}},
    "backend": {"bucket": "shop-state"},
    "logs": {"retention": 30},
    "services": {
        "web": {
            "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1",
            "port": {"number": 3000},
            "routes": [{"path": "/"}],
            "health_check": {"path": "/healthz"},
            "connect": {"name": "web"},
            "secrets": {"PASSWORD": {"ref": "aws_secretsmanager_secret.web.arn"}},
            "egress": [{"cidr": "0.0.0.0/0"}],
            "calls": [{"port": 9200, "cidr": "10.0.0.0/16"}],
            "ingress": [{"cidr": "10.0.0.0/8"}],
            "mounts": [{"volume": "data", "path": "/data"}],
            "volumes": {"data": {"read_only": False}},
            "access": [{"put": "metrics"}],
            "statements": [{"actions": ["ses:SendEmail"], "resources": ["*"]}],
        }
    },
}
PLACES: dict[str, tuple[str | int, ...]] = {
    "Spec": (),
    "Network": ("network",),
    "Nat": ("network", "nat"),
    "NetworkRoute": ("network", "routes", 0),
    "ExistingVpc": ("network", "vpc"),
    "LoadBalancer": ("load_balancer",),
    "Listener": ("load_balancer", "listeners", "http"),
    "Redirect": ("load_balancer", "listeners", "http", "redirect"),
    "Redirection": ("load_balancer", "listeners", "http", "redirects", 0),
    "Login": ("logins", "staff"),
    "Cognito": ("logins", "staff", "cognito"),
    "Oidc": ("logins", "staff", "oidc"),
    "RouteLogin": ("services", "web", "login"),
    "Jwt": ("logins", "staff", "jwt"),
    "Claim": ("logins", "staff", "jwt", "claims", "aud"),
    "ProviderVersions": ("provider",),
    "Repository": ("repositories", "web"),
    "Job": ("jobs", "nightly"),
    "Retries": ("jobs", "nightly", "retries"),
    "FileSystem": ("file_systems", "shared"),
    "Volume": ("services", "web", "volumes", "data"),
    "Ebs": ("services", "web", "volumes", "data", "ebs"),
    "Mount": ("services", "web", "mounts", 0),
    "PullThrough": ("pull_through", "quay.io"),
    "Alarms": ("alarms",),
    "ServiceAlarms": ("services", "web", "alarms"),
    "FlowLogs": ("network", "flow_logs"),
    "Rewrite": ("services", "web", "routes", 0, "rewrite"),
    "DeploymentStep": ("services", "web", "deployment", "step"),
    "DeploymentTest": ("services", "web", "deployment", "test"),
    "DeploymentHook": ("services", "web", "deployment", "hooks", 0),
    "RewritePattern": ("services", "web", "routes", 0, "rewrite", "url"),
    "Response": ("load_balancer", "listeners", "http", "default", "respond"),
    "DefaultAction": ("load_balancer", "listeners", "http", "default"),
    "MutualTls": ("load_balancer", "listeners", "http", "mutual_tls"),
    "ForwardedFor": ("load_balancer", "x_forwarded_for"),
    "LogDelivery": ("load_balancer", "access_logs"),
    "Sticky": ("services", "web", "sticky"),
    "ExistingLoadBalancer": ("load_balancer", "existing"),
    "Roles": ("services", "web", "roles"),
    "Iam": ("iam",),
    "Service": ("services", "web"),
    "Sidecar": ("services", "web", "containers", "agent"),
    "ContainerHealth": ("services", "web", "health"),
    "Ulimits": ("services", "web", "ulimits"),
    "OpenFileLimit": ("services", "web", "ulimits", "nofile"),
    "Capabilities": ("services", "web", "capabilities"),
    "Restart": ("services", "web", "restart"),
    "ServiceLogs": ("services", "web", "logs"),
    "ContainerLogs": ("services", "web", "containers", "agent", "logs"),
    "FireLens": ("services", "web", "containers", "agent", "firelens"),
    "Access": ("services", "web", "access", 0),
    "RoleStatement": ("services", "web", "statements", 0),
    "GivenSecret": ("services", "web", "secrets", "PASSWORD"),
    "Route": ("services", "web", "routes", 0),
    "HealthCheck": ("services", "web", "health_check"),
    "Connect": ("services", "web", "connect"),
    "ConnectLogs": ("services", "web", "connect_logs"),
    "ConnectTls": ("services", "web", "connect", "tls"),
    "Port": ("services", "web", "port"),
    "ServicePort": ("services", "web", "ports", "admin"),
    "Logs": ("logs",),
    "Exec": ("exec",),
    "Backend": ("backend",),
    "Egress": ("services", "web", "egress", 0),
    "Ingress": ("services", "web", "ingress", 0),
    "Callee": ("services", "web", "calls", 0),
}


def hint_of(section: str, word: str) -> str:
    """What is said of a word at its place, and of nothing else."""
    joined = {"network": {"vpc": {"id": "vpc-0a1b2c3d", "cidr": "10.0.0.0/16", "way_out": "nat"}}}
    data = parse_yaml(dump_yaml(SPEC | (joined if section == "ExistingVpc" else {})), "shop.yaml").data
    place = data
    for step in PLACES[section]:
        place = place[step] if isinstance(place, list) else place.setdefault(step, {})
    place[word] = "x"
    problems = pipe.run_text(dump_yaml(data), "shop.yaml").problems
    (hint,) = [problem.hint for problem in problems if problem.code == "TG102"]
    return hint


@pytest.mark.parametrize(("section", "word"), WORDS)
def test_a_habit_is_no_key_and_leads_to_one(section: str, word: str) -> None:
    keys = fields_of(SECTIONS[section])
    habit = facts.habits()[section][word]
    assert word not in keys, "it is a key now: take it out of facts/habits.json"
    assert bool(habit.key) != bool(habit.hint)
    assert not habit.key or habit.key in keys
    assert word == word.lower().replace("-", "_")


def test_no_habit_is_listed_twice_in_a_section() -> None:
    for section, rows in facts._read_table("habits")["habits"].items():
        words = [word for row in rows for word in row["words"]]
        assert len(words) == len(set(words)), section


@pytest.mark.parametrize(
    ("section", "word", "expected"),
    [
        ("Service", "sidecars", "write containers instead"),
        ("Sidecar", "port", "container: NAME"),
        ("Service", "fargate_spot", "spot: true"),
        ("LoadBalancer", "hosted_zone", "write zone instead"),
        ("LoadBalancer", "tls", "add certificate: ARN, or domain and zone"),
        ("Listener", "default_action", "write default instead"),
        ("Network", "vpc_id", "write vpc instead"),
        ("Spec", "vpc_id", "joins one that exists"),
        ("ExistingVpc", "subnet_ids", "write private_subnets"),
        ("Service", "desiredCount", "write count instead"),
        ("Service", "task-role", "write roles instead"),
        ("Service", "managed_policies", "write policies instead"),
        ("Service", "permissions", "write access instead"),
        ("Access", "consume", "write receive instead"),
        ("RoleStatement", "principal", "managed policy"),
        ("Service", "containerPort", "write port instead"),
        ("Spec", "environments", "one spec for each"),
        ("Service", "prt", "did you mean port?"),
        ("Service", "Count", "did you mean count?"),
        ("Service", "quux", "use one of the keys here: image, command"),
    ],
)
def test_a_habit_gets_a_true_hint(section: str, word: str, expected: str) -> None:
    assert expected in hint_of(section, word)


@pytest.mark.parametrize(("section", "word"), OVERRIDES)
def test_an_override_that_is_advised_works(section: str, word: str) -> None:
    hint = hint_of(section, word)
    advised = hint[hint.index("overrides: {") :].removesuffix(" (docs/overrides.md)")
    text = dump_yaml(SPEC) + advised.replace(".NAME", ".web") + "\n"
    outcome = pipe.run_text(text, "shop.yaml")
    # That a way cannot be known is true of an override, and the word of TG365.
    assert not [each for each in outcome.problems if each.severity != "note" and each.code != "TG365"]


NO_HABITS = {
    *(
        "ContainerKeys",
        "TaskKeys",
        "Defaults",
        "Requests",
        "Ignore",
        "Subnets",
        "Given",
        "Part",
        "InputVariable",
    ),
    "ConnectTimeouts",
}


def descendants(section: type[model.Section]) -> Iterator[type[model.Section]]:
    for each in section.__subclasses__():
        yield each
        yield from descendants(each)


def test_sections_that_people_fill_have_habits() -> None:
    """Every section that a service, the network or the load balancer is made of."""
    sections = {section.__name__ for section in descendants(model.Section)} - NO_HABITS
    assert set(facts.habits()) == sections


# --- what a .tf file of the user's is advised for, planned beside the stack

OWN_FILES = {
    "secrets.tf": 'resource "aws_secretsmanager_secret" "web" {\n  name = "web"\n}\n',
    "providers_override.tf": """
provider "aws" {
  allowed_account_ids = ["123456789012"]
}
""",
    "alarms.tf": """
variable "alarm_email" {
  type    = string
  default = "ops@example.com"
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "shop-web-busy"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
  period              = 60
  statistic           = "Average"
  threshold           = 80

  dimensions = {
    ClusterName = module.services.cluster_name
    ServiceName = module.services.service_names["web"]
  }
}
""",
    "permissions.tf": """
resource "aws_iam_role_policy_attachment" "web" {
  role       = module.services.task_role_names["web"]
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}
""",
    "modules/network/flow_logs.tf": """
resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::shop-flow-logs"
}
""",
    "modules/load_balancer/domain.tf": """
resource "aws_route53_record" "shop" {
  zone_id = "Z0123456789"
  name    = "shop.example.com"
  type    = "A"

  alias {
    name                   = aws_lb.main.dns_name
    zone_id                = aws_lb.main.zone_id
    evaluate_target_health = true
  }
}

resource "aws_wafv2_web_acl_association" "main" {
  resource_arn = aws_lb.main.arn
  web_acl_arn  = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/1a2b"
}

resource "aws_lb_listener_rule" "old_path" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 1

  action {
    type = "redirect"

    redirect {
      path        = "/new"
      status_code = "HTTP_301"
    }
  }

  condition {
    path_pattern {
      values = ["/old"]
    }
  }
}
""",
    "modules/services/own.tf": """
resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 2
  max_capacity       = 10
}

resource "aws_vpc_security_group_egress_rule" "web_to_database" {
  security_group_id            = aws_security_group.web.id
  referenced_security_group_id = "sg-0123456789abcdef0"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
""",
}


def test_files_that_are_advised_plan_beside_the_stack(running: Terraform, tmp_path: Path) -> None:
    """By the names of resources and outputs that the hints tell, in the folders that they tell."""
    local = {key: value for key, value in SPEC.items() if key != "backend"}
    outcome = pipe.run_text(dump_yaml(local), "shop.yaml")
    assert not outcome.failed, outcome.problems
    pages = outcome.pages()
    for name, text in (pages | OWN_FILES).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    stack = running.stack(tmp_path)
    stack.init()
    created = {each["address"] for each in stack.plan()["resource_changes"]}
    own = {
        f"{'.'.join(['module', Path(name).parts[1], '']) if name.startswith('modules') else ''}{kind}.{label}"
        for name, text in OWN_FILES.items()
        for kind, label in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    }
    assert len(own) == 9
    assert own <= created
