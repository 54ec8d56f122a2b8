"""What `tfgen changes` says about another region, about calls, about renames, and how it counts names.

That Terraform plans another region as it is foreseen here is held in test_change_matrix.py.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.command import Tfgen
from support.costs import apart_from_cost

from tfgen.changes.report import changes_between

SHOP = (Path(__file__).parent.parent / "examples" / "shop.yaml").read_text()
ACCOUNT = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
WITHOUT_ROUTE = ("    routes: [/api/profile]\n", "")
JOBS = ("services:\n", f"services:\n  jobs:\n    image: {ACCOUNT}/jobs:1\n")
Edit = tuple[str, str]
Changes = Callable[..., list[str]]


def edited(text: str, *edits: Edit) -> str:
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def changes(run_tfgen: Tfgen, tmp_path: Path) -> Changes:
    """The counts and the sentences that are printed for two specs, apart from what they cost."""

    def run(old: str, new: str) -> list[str]:
        (tmp_path / "old.yaml").write_text(old)
        (tmp_path / "new.yaml").write_text(new)
        done = run_tfgen("changes", tmp_path / "old.yaml", tmp_path / "new.yaml")
        assert (done.code, done.err) == (0, "")
        head, _, rest = done.out.partition("\n\n")
        sentences = (line[4:] for line in rest.splitlines() if line.startswith("  * "))
        return [head.rstrip(), *apart_from_cost(sentences)]

    return run


# --- another region


def test_another_region(changes: Changes) -> None:
    """Terraform finds nothing there: all is made, and only roles, which have no region, are replaced."""
    assert changes(SHOP, edited(SHOP, ("us-east-1", "eu-west-1"))) == [
        "51 to create, 0 to update in place, 6 to replace, 0 to destroy",
        "The region changes from us-east-1 to eu-west-1: Terraform finds nothing there, creates everything "
        "again and forgets the old stack, which keeps running in us-east-1, but without its roles, which "
        "have no region and are replaced. Destroy the old stack first, or keep both, each with its own state "
        "(version 6 of the AWS provider plans this differently: docs/changes.md).",
    ]


def test_another_region_without_what_was_there(changes: Changes) -> None:
    """A service that goes with the region is forgotten with the rest; its roles are destroyed."""
    old = edited(SHOP, JOBS)
    head, region, variables = changes(old, edited(SHOP, ("us-east-1", "eu-west-1")))
    assert head == "51 to create, 0 to update in place, 6 to replace, 3 to destroy"
    assert region.startswith("The region changes from us-east-1 to eu-west-1: ")
    assert variables.startswith("jobs_image: this variable is removed")


def test_what_has_a_provider_of_its_own_stays_where_it_is() -> None:
    """As does what is not of AWS, or of no region."""
    page = """\
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "other"
  region = "eu-north-1"
}

resource "aws_sqs_queue" "here" {}

resource "aws_sqs_queue" "there" {
  provider = aws.other
}

resource "aws_route53_zone" "anywhere" {
  name = "example.com"
}

resource "terraform_data" "nowhere" {}
"""
    found = changes_between({"main.tf": page}, {"main.tf": page.replace("us-east-1", "eu-west-1")}).changes
    assert [(change.address, str(change.action)) for change in found] == [("aws_sqs_queue.here", "+")]


BACKEND = ("region: us-east-1\n", "region: us-east-1\nbackend: {bucket: states}\n")


def test_a_bucket_does_not_move_with_the_region(changes: Changes) -> None:
    old = edited(SHOP, ("region: us-east-1\n", "region: us-east-1\nbackend: {bucket: states, key: k}\n"))
    assert changes(old, edited(old, ("us-east-1", "eu-west-1")))[2:] == [
        "The backend looks for bucket states in eu-west-1, but a bucket does not move: unless it is there "
        "already, terraform init fails. Set its own region under backend in the spec."
    ]


def test_a_bucket_with_a_region_of_its_own_stays_where_it_is(changes: Changes) -> None:
    old = edited(
        SHOP,
        ("region: us-east-1\n", "region: us-east-1\nbackend: {bucket: states, key: k, region: eu-west-1}\n"),
    )
    assert len(changes(old, edited(old, ("us-east-1", "eu-west-1")))) == 2


def test_each_region_has_a_state_of_its_own(changes: Changes) -> None:
    old = edited(SHOP, BACKEND)
    region, state, bucket = changes(old, edited(old, ("us-east-1", "eu-west-1")))[1:]
    assert region.startswith("The region changes from us-east-1 to eu-west-1: ")
    assert state == (
        "The key of the state changes with the region, from shop/us-east-1/terraform.tfstate to "
        "shop/eu-west-1/terraform.tfstate: terraform init -reconfigure starts an empty state there, and "
        "everything is created beside the old stack, which keeps its own. With -migrate-state the state "
        "moves, and Terraform forgets the old stack."
    )
    assert bucket.startswith("The backend looks for bucket states in eu-west-1, but a bucket does not move")


def test_the_key_of_a_stack_from_before(changes: Changes) -> None:
    """The default key once had no region: whoever has such a state can keep it where it is."""
    old = edited(SHOP, ("us-east-1\n", "us-east-1\nbackend: {bucket: states, key: shop/terraform.tfstate}\n"))
    head, state = changes(old, edited(SHOP, BACKEND))
    assert head.startswith("No change")
    assert state == (
        "The location of the state changes: move it with terraform init -migrate-state; with an empty state "
        "Terraform creates everything a second time. To leave it where it is, write key: "
        "shop/terraform.tfstate under backend in the spec."
    )


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("bucket: states", "bucket: others"), "The location of the state changes: move it"),
        (("bucket: states", "bucket: states, key: k"), "The location of the state changes: move it"),
        (
            ("bucket: states", "bucket: states, region: eu-west-1"),
            "The backend looks for bucket states in eu-west-1",
        ),
    ],
)
def test_another_place_for_the_state(changes: Changes, edit: Edit, says: str) -> None:
    old = edited(SHOP, BACKEND)
    head, sentence = changes(old, edited(old, edit))
    assert head.startswith("No change")
    assert sentence.startswith(says)


# --- calls


@pytest.mark.parametrize("behind_load_balancer", [True, False])
def test_another_port_of_a_called_service(changes: Changes, behind_load_balancer: bool) -> None:
    old = SHOP if behind_load_balancer else edited(SHOP, WITHOUT_ROUTE)
    assert changes(old, edited(old, ("port: 5000", "port: 5001")))[-2:] == [
        "backendserver and webapp: tasks are replaced; the old ones stop when the new ones are healthy.",
        "In Service Connect, backend:5000 becomes backend:5001 (called by webapp): expect failed calls until "
        "new tasks on both sides are healthy; callers must use the new address.",
    ]


def test_another_port_behind_an_address_that_stays(changes: Changes) -> None:
    """The security groups let the new port through at once, and tasks on the old one still run."""
    old = edited(SHOP, WITHOUT_ROUTE, ("connect: backend", "connect: {name: backend, port: 80}"))
    cut_off, *rest = changes(old, edited(old, ("port: 5000", "port: 5001")))[1:]
    assert cut_off.startswith("backendserver (5000 to 5001): security groups change at once")
    assert rest == [
        "backendserver: tasks are replaced; the old ones stop when the new ones are healthy.",
        "backend:80: Service Connect now leads to another container port; expect failed calls until new "
        "tasks are healthy.",
    ]


def test_another_port_of_a_service_that_nobody_calls(changes: Changes) -> None:
    old = edited(SHOP, WITHOUT_ROUTE, ("    calls: [backendserver]\n", ""))
    assert changes(old, edited(old, ("port: 5000", "port: 5001")))[1:] == [
        "backendserver: tasks are replaced; the old ones stop when the new ones are healthy.",
        "In Service Connect, backend:5000 becomes backend:5001; no other service in this stack is allowed to "
        "call it.",
    ]


def test_a_new_image_of_a_called_service_fails_no_call(changes: Changes) -> None:
    said = changes(SHOP, edited(SHOP, ("backendserver:2.0.0", "backendserver:2.1.0")))
    assert not [each for each in said if "calls" in each]


# --- renames


def rename(old: str, new: str, was: str) -> str:
    return (
        f"{old} is destroyed and {new} is created: if this is a rename, write `was: {was}` in {new} to keep "
        "the service; without it expect downtime."
    )


def test_a_rename_without_was(changes: Changes) -> None:
    old = edited(SHOP, JOBS)
    assert changes(old, edited(old, ("  jobs:", "  batch:")))[1] == rename("jobs", "batch", "jobs")


def test_what_the_hint_says_helps(changes: Changes) -> None:
    """Also a second time, when the service has an older name in AWS."""
    old = edited(SHOP, JOBS)
    batch = edited(old, ("  jobs:\n", "  batch:\n    was: jobs\n"))
    assert changes(old, batch)[0].startswith("No change")
    cron = edited(old, ("  jobs:\n", "  cron:\n"))
    assert changes(batch, cron)[1] == rename("batch", "cron", "[jobs, batch]")
    renamed = edited(cron, ("  cron:\n", "  cron:\n    was: [jobs, batch]\n"))
    assert changes(batch, renamed)[0].startswith("No change")


def test_a_rename_that_is_reverted(changes: Changes) -> None:
    """Where `was` is taken away with the name: the hint, and that it helps."""
    old = edited(SHOP, JOBS)
    batch = edited(old, ("  jobs:\n", "  batch:\n    was: jobs\n"))
    assert changes(batch, old)[1] == rename("batch", "jobs", "[jobs, batch]")
    back = edited(old, ("  jobs:\n", "  jobs:\n    was: [jobs, batch]\n"))
    assert changes(batch, back)[0].startswith("No change")
    assert changes(back, old)[0].startswith("No change")


def test_of_several_those_that_look_alike(changes: Changes) -> None:
    """One goes and two come, or two and two: the image tells which is which."""
    old = edited(SHOP, JOBS)
    another = f"  mails:\n    image: {ACCOUNT}/mails:1\n"
    two = edited(old, ("  jobs:\n", f"{another}  jobs:\n"))
    come = edited(old, ("  jobs:\n", f"{another}  batch:\n"), ("jobs:1", "jobs:2"))
    assert changes(old, come)[1] == rename("jobs", "batch", "jobs")
    both = edited(two, ("  jobs:", "  batch:"), ("  mails:", "  post:"))
    assert changes(two, both)[1:3] == [rename("jobs", "batch", "jobs"), rename("mails", "post", "mails")]


def test_of_several_also_those_that_others_call(changes: Changes) -> None:
    """A port in Service Connect has the name of its service, which is another one then."""
    old = edited(SHOP, JOBS)
    new = edited(
        old,
        ("  jobs:", "  batch:"),
        ("  backendserver:", "  api:"),
        ("calls: [backendserver]", "calls: [api]"),
    )
    assert changes(old, new)[1:3] == [
        rename("backendserver", "api", "backendserver"),
        rename("jobs", "batch", "jobs"),
    ]


def test_of_several_that_do_not_look_alike_nothing_is_guessed(changes: Changes) -> None:
    old = edited(SHOP, JOBS)
    new = f"  mails:\n    image: {ACCOUNT}/mails:1\n  post:\n    image: {ACCOUNT}/post:1\n"
    said = changes(old, edited(SHOP, ("services:\n", f"services:\n{new}")))
    assert not [each for each in said if "rename" in each]


def test_a_was_that_names_nothing(changes: Changes) -> None:
    old = edited(SHOP, JOBS)
    assert changes(old, edited(old, ("  jobs:\n", "  batch:\n    was: job\n")))[1:3] == [
        "batch: its `was` names job, but the old stack has no such service, so a new one is created.",
        rename("jobs", "batch", "jobs"),
    ]


def test_a_was_that_names_what_is_in_aws_alone(changes: Changes) -> None:
    """The name of the service in Terraform is missing, and there is such a service."""
    batch = edited(SHOP, JOBS, ("  jobs:\n", "  batch:\n    was: jobs\n"))
    cron = edited(SHOP, JOBS, ("  jobs:\n", "  cron:\n    was: jobs\n"))
    said = changes(batch, cron)
    assert said[1] == rename("batch", "cron", "[jobs, batch]")
    assert not [each for each in said if "no such service" in each]


def test_a_was_that_stays_after_the_move_is_no_matter(changes: Changes) -> None:
    moved = edited(SHOP, JOBS, ("  jobs:\n", "  batch:\n    was: jobs\n"))
    assert changes(moved, edited(moved, ("jobs:1", "jobs:2")))[1:] == [
        "jobs: tasks are replaced; the old ones stop when the new ones are healthy."
    ]
    second = edited(moved, ("  batch:\n    was: jobs\n", "  cron:\n    was: [jobs, batch]\n"))
    assert not [each for each in changes(edited(SHOP, JOBS), second) if "`was`" in each]


def astray(key: str, deployed: str, specified: str, remedy: str) -> str:
    return (
        f"{key}: replaced, because its name in AWS is {deployed} and the spec changes it to {specified}: "
        f"{remedy} to keep the service."
    )


@pytest.mark.parametrize(
    ("old", "new", "said", "right"),
    [
        # It is given up, or in part: the oldest name is the one in AWS, and a later one may go.
        (
            ("cron", "[jobs, batch]"),
            ("cron", ""),
            astray("cron", "jobs", "cron", "write `was: [jobs, batch]` in cron"),
            "[jobs, batch]",
        ),
        (
            ("cron", "[jobs, batch]"),
            ("cron", "batch"),
            astray("cron", "jobs", "batch", "write `was: [jobs, batch]` in cron"),
            "jobs",
        ),
        # A second rename names the last one alone, under a new name and under the first.
        (
            ("batch", "jobs"),
            ("cron", "batch"),
            astray("cron", "jobs", "batch", "write `was: [jobs, batch]` in cron"),
            "[jobs, batch]",
        ),
        (
            ("batch", "jobs"),
            ("jobs", "batch"),
            astray("jobs", "jobs", "batch", "write `was: [jobs, batch]` in jobs"),
            "[jobs, batch]",
        ),
        (
            ("jobs", "[jobs, batch]"),
            ("jobs", "batch"),
            astray("jobs", "jobs", "batch", "write `was: [jobs, batch]` in jobs"),
            "[jobs, batch]",
        ),
        # It names what never was.
        (("jobs", ""), ("jobs", "nonesuch"), astray("jobs", "jobs", "nonesuch", "remove `was`"), ""),
        (
            ("batch", "jobs"),
            ("batch", "nonesuch"),
            astray("batch", "jobs", "nonesuch", "write `was: jobs` in batch"),
            "jobs",
        ),
    ],
)
def test_a_was_that_replaces_what_is_deployed(
    changes: Changes, old: tuple[str, str], new: tuple[str, str], said: str, right: str
) -> None:
    """What it must say comes first, without advice that would help the replacement through."""

    def spec(name: str, was: str) -> str:
        line = f"    was: {was}\n" if was else ""
        return edited(SHOP, JOBS, ("  jobs:\n", f"  {name}:\n{line}"))

    _, first, *rest = changes(spec(*old), spec(*new))
    assert first == said
    assert (
        f"{old[1].strip('[]').split(',')[0] or old[0]}: replaced; new tasks run before the old service stops."
        in rest
    )
    assert not [each for each in rest if "create_before_destroy" in each]
    assert changes(spec(*old), spec(new[0], right))[0].startswith("No change")


def test_a_name_that_an_override_gives_is_no_matter_of_was(changes: Changes) -> None:
    override = "overrides:\n  module.services.aws_ecs_service.jobs: {name: other}\nservices:\n"
    said = changes(edited(SHOP, JOBS), edited(SHOP, JOBS, ("services:\n", override)))
    assert said[1:] == ["jobs: replaced; new tasks run before the old service stops."]


def test_a_was_that_names_another_service_of_the_spec(changes: Changes) -> None:
    """Terraform moves nothing onto what is there: the one goes, the other stays."""
    both = edited(SHOP, JOBS, ("services:\n", f"services:\n  batch:\n    image: {ACCOUNT}/batch:1\n"))
    one = edited(
        both, (f"  jobs:\n    image: {ACCOUNT}/jobs:1\n", ""), ("  batch:\n", "  batch:\n    was: jobs\n")
    )
    head, *said = changes(both, one)
    assert "jobs: the service is destroyed and its tasks stop." in said
    assert head.endswith("9 to destroy")


def test_requests_wait_for_a_service_that_is_only_made(changes: Changes) -> None:
    said = changes(SHOP, edited(SHOP, ("  webapp:", "  front:")))
    until = "these requests go to a new target group, and get 503 until tasks in it are healthy."
    assert said[1:3] == [rename("webapp", "front", "webapp"), f"everything else on http: {until}"]
    named = edited(SHOP, ("  backendserver:", "  api:"), ("calls: [backendserver]", "calls: [api]"))
    assert [each for each in changes(SHOP, named) if each.startswith("/api/profile")] == [
        f"/api/profile on http: {until}"
    ]


PRICING = (
    "services:\n",
    f"services:\n  pricing:\n    image: {ACCOUNT}/pricing:1\n    port: 80\n    routes: [{{}}]\n",
)


@pytest.mark.parametrize(
    ("served", "route", "answered"),
    [
        ("routes: [/]", "/api/pricing", True),  # what no rule matches went to webapp
        ("routes: [/*]", "/api/pricing", True),
        ("routes: [/shop]", "/shop/prices", True),
        ("routes: [/shop]", "/api/pricing", False),
        ("routes: [/shop/prices]", "/shop", False),  # which is asked first, and keeps its own
        ("routes: [{path: /shop, methods: [GET], priority: 9}]", "{path: /shop, priority: 10}", False),
        ("routes: [{path: /shop, methods: [GET], priority: 10}]", "{path: /shop/new, priority: 9}", True),
        ("routes: [{path: /, host: shop.example.com}]", "{path: /prices, host: shop.example.com}", True),
        ("routes: [{path: /, host: shop.example.com}]", "{path: /prices, host: prices.example.com}", False),
        ("routes: [{path: /shop, methods: [GET]}]", "{path: /shop/new, methods: [POST]}", False),
        ("routes: [/shop]", "/", False),
    ],
)
def test_a_route_of_a_service_that_is_added(
    changes: Changes, served: str, route: str, answered: bool
) -> None:
    """Who answered these requests until now no longer does, from the moment that the rule exists."""
    old = edited(SHOP, ("routes: [/]", served))
    said = changes(old, edited(old, (PRICING[0], PRICING[1].format(route))))
    alarm = [each for each in said if "get 503 until tasks in it are healthy" in each]
    calm = [each for each in said if "no service responds to these requests yet" in each]
    assert (len(alarm), len(calm)) == (int(answered), int(not answered)), said
    assert not [each for each in said if "rule of their own" in each]


_ALARM = (
    "everything else on http: a share of these requests goes to a new target group, and may get 503 until "
    "tasks in it are healthy; apply it with weight: 0 first to avoid that."
)
_DIVIDED = "everything else on http: these requests are now divided differently between services."
_OTHER = "everything else on http: these requests now go to another service."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("/", ""), ("{path: /, weight: 9}", "{path: /, weight: 0}"), []),
        (("/", ""), ("{path: /, weight: 9}", "{path: /, weight: 1}"), [_ALARM]),
        (("{path: /, weight: 9}", "{path: /, weight: 0}"), ("{path: /, weight: 9}", "{path: /, weight: 1}"),
         [_DIVIDED]),
        (("{path: /, weight: 9}", "{path: /, weight: 1}"),
         ("{path: /, weight: 9, sticky: 60}", "{path: /, weight: 1}"), [_DIVIDED]),
        (("{path: /, weight: 9}", "{path: /, weight: 1}"), ("{path: /, weight: 9}", "{path: /, weight: 0}"),
         [_DIVIDED]),
        (("{path: /, weight: 9}", "{path: /, weight: 1}"), ("/", "/x"), [_DIVIDED]),
        (("/", "/x"), ("/x", "/"), [f"/x on http and {_OTHER}"]),
    ],
)  # fmt: skip
def test_how_weights_of_a_route_are_told(
    changes: Changes, before: tuple[str, str], after: tuple[str, str], expected: list[str]
) -> None:
    def stack(routes: tuple[str, str]) -> str:
        text = edited(SHOP, ("routes: [/]", f"routes: [{routes[0]}]"))
        return edited(text, (PRICING[0], PRICING[1].format(routes[1]))) if routes[1] else text

    said = changes(stack(before), stack(after))
    assert [each for each in said if "everything else on http" in each] == expected


def test_how_a_route_of_a_service_that_is_added_is_told(changes: Changes) -> None:
    old = edited(SHOP, ("routes: [/]", "routes: [/shop]"))
    assert changes(old, edited(old, (PRICING[0], PRICING[1].format("/prices"))))[1:] == [
        "/prices on http: no service responds to these requests yet; the new tasks do when they are healthy."
    ]


def test_a_route_that_another_service_gives_up_for_a_narrower_one(changes: Changes) -> None:
    old = edited(
        SHOP, ("routes: [/]", "routes: [/shop]"), ("[/api/profile]", "[{path: /api/*, priority: 5}]")
    )
    new = edited(old, ("    routes: [{path: /api/*, priority: 5}]\n", ""))
    new = edited(new, (PRICING[0], PRICING[1].format("{path: /api/prices, priority: 6}")))
    assert "/api/prices on http: these requests go to a new target group" in changes(old, new)[1]


def test_a_first_load_balancer_takes_requests_from_nobody(changes: Changes) -> None:
    old = edited(SHOP, ("    routes: [/]\n", ""), WITHOUT_ROUTE)
    said = changes(old, SHOP)
    assert not [each for each in said if "503" in each]


# --- what is lost for good, and what is made again


def test_the_last_address_in_service_connect(changes: Changes) -> None:
    without = edited(
        SHOP, ("    calls: [backendserver]\n", ""), ("    connect: backend", "    # connect: backend")
    )
    said = changes(SHOP, without)
    assert "ecs-agent: the VPC endpoint is removed; tasks that still need it cannot reach it." in said
    assert (
        "The Service Connect namespace is destroyed: services can no longer call each other by names in it."
        in said
    )
    assert not [each for each in said if "until" in each or "meanwhile" in each]


def test_all_services_removed(changes: Changes) -> None:
    said = changes(SHOP, SHOP[: SHOP.index("services:")])
    for sentence in (
        "The load balancer is destroyed with its DNS name: all requests to it fail.",
        "The cluster is destroyed with every service in it.",
        "backendserver and webapp: the services are destroyed and their tasks stop.",
    ):
        assert sentence in said
    assert not [each for each in said if "until" in each or "downtime" in each]
    assert not [each for each in said if "VPC endpoint" in each]
    other_way = edited(SHOP[: SHOP.index("services:")], ("egress: endpoints", "egress: nat"))
    assert not [each for each in changes(SHOP, other_way) if "egress" in each or "reach" in each]


def test_a_load_balancer_that_is_made_again(changes: Changes) -> None:
    said = changes(SHOP, edited(SHOP, ("name: shop", "name: other")))
    assert (
        "The load balancer is replaced and gets another DNS name: the old name stops responding when the new "
        "services are running." in said
    )
    assert not [each for each in said if "downtime" in each or "in use" in each]


def test_the_hint_for_a_group_in_use_helps(changes: Changes) -> None:
    group = "module.network.aws_security_group.endpoints"
    override = f"overrides:\n  {group}: {{lifecycle: {{create_before_destroy: true}}}}\n"
    old = edited(SHOP, ("services:\n", f"{override}services:\n"))
    assert not [each for each in changes(old, edited(old, ("name: shop", "name: other"))) if "in use" in each]


# --- many names

MANY = SHOP + "".join(f"\n  s{n}:\n    image: {ACCOUNT}/s{n}:1\n" for n in range(12))


def test_of_many_names_the_first_few(changes: Changes) -> None:
    said = changes(MANY, edited(MANY, *((f"/s{n}:1\n", f"/s{n}:2\n") for n in range(12))))
    assert said[1:] == [
        "s0, s1, s10, s11, s2 and 7 more: tasks are replaced; the old ones stop when the new ones are "
        "healthy."
    ]
    six = changes(MANY, edited(MANY, *((f"/s{n}:1\n", f"/s{n}:2\n") for n in range(6))))
    assert six[1].startswith("s0, s1, s2, s3, s4 and s5: tasks")


def test_json_has_every_name(run_tfgen: Tfgen, tmp_path: Path) -> None:
    for name, text in {"old": SHOP, "new": SHOP, "many": MANY}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    done = run_tfgen("changes", tmp_path / "many.yaml", tmp_path / "new.yaml", "--json")
    said = json.loads(done.out)["consequences"]
    names = ", ".join(sorted(f"s{n}" for n in range(12))).replace(", s9", " and s9")
    assert f"{names}: the services are destroyed and their tasks stop." in said
