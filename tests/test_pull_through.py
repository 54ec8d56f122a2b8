"""Images of public registries through the cache of private ECR."""

from typing import Any

import pytest
from strategies import Data
from test_containers import outcome_of

ACCOUNT = "123456789012"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-aB3dE6"
DIGEST = "sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b"


def pages_of(said: Any, image: Any = "nginx:1.27", network: str = "nat", **top: Any) -> dict[str, str]:
    top = {"account": ACCOUNT, "pull_through": said, **top}
    outcome = outcome_of(network, top=top, image=image)
    assert not outcome.failed, outcome.problems
    return {path: " ".join(text.split()) for path, text in outcome.pages().items()}


@pytest.mark.parametrize(
    ("image", "cached"),
    [
        ("nginx", "docker-hub/library/nginx"),
        ("nginx:1.27", "docker-hub/library/nginx:1.27"),
        (f"nginx@{DIGEST}", f"docker-hub/library/nginx@{DIGEST}"),
        ("docker.io/library/nginx:1.27", "docker-hub/library/nginx:1.27"),
        ("index.docker.io/grafana/grafana:11", "docker-hub/grafana/grafana:11"),
        (f"ghcr.io/a/b:1@{DIGEST}", f"github/a/b:1@{DIGEST}"),
        ("quay.io/a/b:1", "quay/a/b:1"),
        ("public.ecr.aws/nginx/nginx:1", "ecr-public/nginx/nginx:1"),
        ("registry.k8s.io/pause:3.9", "k8s/pause:3.9"),
        ("registry.gitlab.com/a/b/c:1", "gitlab/a/b/c:1"),
        ("cgr.dev/chainguard/nginx", "chainguard/chainguard/nginx"),
        ("acmebank.azurecr.io/a:1", "acmebank/a:1"),
    ],
)
def test_an_image_becomes_its_address_in_the_cache(image: str, cached: str) -> None:
    free = ("quay.io", "public.ecr.aws", "registry.k8s.io")
    others = ("docker.io", "ghcr.io", "registry.gitlab.com", "cgr.dev", "acmebank.azurecr.io")
    said: Data = {**{name: {} for name in free}, **dict.fromkeys(others, SECRET)}
    pages = pages_of(said, image)
    assert f'default = "{REGISTRY}/{cached}"' in pages["variables.tf"]
    repository = cached.partition("@")[0].partition(":")[0]
    arn = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{repository}"
    service = pages["modules/services/web.tf"]
    assert f'"ecr:BatchImportUpstreamImage", "ecr:CreateRepository"] Resource = "{arn}"' in service


@pytest.mark.parametrize(
    "image",
    [
        f"{REGISTRY}/web:1",
        "ecr:web:1",
        "gcr.io/a/b:1",
        "registry.example.com/a:1",
        "app:1",
        {"input": "image"},
    ],
)
def test_other_images_stay_as_they_are(image: Any) -> None:
    said = {"docker.io": SECRET}
    with_it = pages_of(said, image, repositories={"app": {}})
    without = pages_of(False, image, repositories={"app": {}})
    assert with_it["variables.tf"] == without["variables.tf"]
    assert with_it["modules/services/web.tf"] == without["modules/services/web.tf"]


def test_services_start_after_the_rules_of_their_images() -> None:
    pages = pages_of({"docker.io": SECRET})
    assert (
        'web_image = "${module.repositories.pull_through_urls["docker.io"]}'
        f'${{trimprefix(var.web_image, "{REGISTRY}/docker-hub")}}"' in pages["main.tf"]
    )
    rules = pages["modules/repositories/pull_through.tf"]
    assert 'upstream_registry_url = "registry-1.docker.io"' in rules
    assert f'credential_arn = "{SECRET}"' in rules
    assert 'image_tag_mutability = "MUTABLE"' in rules
    assert "create_before_destroy = true" in rules


@pytest.mark.parametrize(
    ("said", "image", "created"),
    [
        (True, "quay.io/a/b:1", {"quay_io"}),
        (True, "gcr.io/a/b:1", set()),
        ({"quay.io": {}, "registry.k8s.io": {}}, "gcr.io/a/b:1", {"quay_io", "registry_k8s_io"}),
        ({"quay.io": {"create": False}}, "quay.io/a/b:1", set()),
        ({}, "quay.io/a/b:1", set()),
        (False, "quay.io/a/b:1", set()),
    ],
)
def test_rules_are_created_for_what_is_listed_or_used(said: Any, image: str, created: set[str]) -> None:
    page = pages_of(said, image).get("modules/repositories/pull_through.tf", "")
    assert {each.split('"')[1] for each in page.split('"aws_ecr_pull_through_cache_rule" ')[1:]} == created


def test_a_rule_that_exists_is_used_with_its_prefix() -> None:
    pages = pages_of({"quay.io": {"create": False, "prefix": "mirror"}}, "quay.io/a/b:1")
    assert f'default = "{REGISTRY}/mirror/a/b:1"' in pages["variables.tf"]
    assert "web_image = var.web_image" in pages["main.tf"]
    assert "ecr:BatchImportUpstreamImage" in pages["modules/services/web.tf"]


def test_credentials_can_be_given() -> None:
    pages = pages_of({"docker.io": {"credentials": {"input": "hub"}}})
    assert "credential_arn = var.hub" in pages["modules/repositories/pull_through.tf"]
    assert "hub = var.hub" in pages["main.tf"]
    assert 'variable "hub"' in pages["modules/repositories/variables.tf"]


def test_a_vpc_without_internet_reaches_cached_images() -> None:
    top = {"account": ACCOUNT, "pull_through": True}
    outcome = outcome_of("endpoints", top=top, image="quay.io/a/b:1")
    assert [each.code for each in outcome.problems if each.code in ("TG301", "TG686")] == ["TG686"]


@pytest.mark.parametrize(
    ("top", "code", "severity"),
    [
        ({"pull_through": True}, "TG682", "error"),
        ({"pull_through": {"docker.io": {}}, "account": ACCOUNT}, "TG683", "error"),
        ({"pull_through": True, "account": ACCOUNT}, "TG683", "warning"),
        (
            {"pull_through": {"quay.io": {"prefix": "k8s"}, "registry.k8s.io": {}}, "account": ACCOUNT},
            "TG685",
            "error",
        ),
        (
            {"pull_through": True, "account": ACCOUNT, "region": "us-gov-west-1"},
            "TG687",
            "error",
        ),
    ],
)
def test_what_cannot_be_cached(top: Data, code: str, severity: str) -> None:
    outcome = outcome_of(top=top, image="nginx:1.27")
    assert (code, severity) in {(each.code, each.severity) for each in outcome.problems}
