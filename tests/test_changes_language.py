"""`tfgen changes` over files of the user's: blocks that move, import, forget; JSON, overrides, module keys.

Each case changes files of one small stack. What that does is said by hand, and both tfgen and real Terraform
are held against it.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import tftest
from support.deployed import remove, write

from tfgen.changes.report import Report, changes_between
from tfgen.changes.stack import Stack
from tfgen.problems import TfgenError

if TYPE_CHECKING:
    from support.terraform import Stack as DeployedStack
    from support.terraform import Terraform

OLD = {
    "main.tf": """\
variable "size" {
  default = 1
}

resource "terraform_data" "one" {
  input = var.size
}

resource "terraform_data" "each" {
  for_each = toset(["a", "b"])
  input    = each.key

  lifecycle {
    prevent_destroy = true
  }
}

resource "terraform_data" "row" {
  count = 2
  input = count.index
}
""",
    "calls.tf": """\
module "m" {
  source   = "./m"
  for_each = { x = 1, y = 2 }
  size     = each.value
}

output "sizes" {
  value = [for name, each in module.m : each.size]
}
""",
    "m/main.tf": """\
variable "size" {
  type = number
}

variable "unused" {
  default = 1
}

resource "terraform_data" "inner" {
  input = var.size
}

output "size" {
  value = terraform_data.inner.input
}

output "whole" {
  value = terraform_data.inner
}

output "by_name" {
  value = { inner = terraform_data.inner.id }
}
""",
}
NO_ONE = OLD["main.tf"].replace('resource "terraform_data" "one" {\n  input = var.size\n}\n', "")
FORGET = "removed {{\n  from = {}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
NEW = 'resource "terraform_data" "new" {\n  input = 1\n}\n'


VALIDATED = """\
variable "image" {
  default = "here/web:1"

  validation {
    condition     = replace(var.image, "/[:@].*/", "") == "here/web"
    error_message = "Not \\"here/web\\"."
  }

  validation {
    condition     = length(var.image) < 20
    error_message = "Too long."
  }
}
"""


class Case(NamedTuple):
    """Files that differ, the signs of what changes and, where Terraform refuses, what tfgen says about it."""

    name: str
    files: Mapping[str, str]
    signs: Mapping[str, str] = {}
    refusals: tuple[str, ...] = ()

    @property
    def pages(self) -> dict[str, str]:
        return {**OLD, **self.files}


def plan_fails(place: str, what: str) -> str:
    return f"{place}: {what}; terraform plan fails."


CASES = (
    Case("nothing", {}),
    # Values of variables
    Case("tfvars", {"terraform.tfvars": "size = 2\n"}, {"terraform_data.one": "~"}),
    Case("tfvars as JSON", {"terraform.tfvars.json": '{"size": 2}'}, {"terraform_data.one": "~"}),
    Case("automatic tfvars as JSON", {"a.auto.tfvars.json": '{"size": 2}'}, {"terraform_data.one": "~"}),
    Case("JSON counts more", {"terraform.tfvars": "size = 2\n", "terraform.tfvars.json": '{"size": 1}'}),
    Case("automatic counts more", {"terraform.tfvars.json": '{"size": 2}', "a.auto.tfvars": "size = 1\n"}),
    Case("by name", {"a.auto.tfvars.json": '{"size": 2}', "b.auto.tfvars": "size = 1\n"}),
    Case("another's tfvars", {"prod.tfvars": "size = 2\n", "prod.tfvars.json": '{"size": 2}'}),
    # JSON
    Case(
        "resources in JSON",
        {
            "more.tf.json": json.dumps(
                {
                    "//": "a comment",
                    "resource": {
                        "terraform_data": {
                            "j": {"for_each": {"k": 1}, "input": "${var.size}-${each.key}"},
                            "one_more": {
                                "input": "${terraform_data.one.id}",
                                "depends_on": ["terraform_data.row"],
                            },
                        }
                    },
                    "locals": {"l": "$${no}"},
                    "output": {"j": {"value": '${terraform_data.j["k"].id}-${local.l}'}},
                }
            )
        },
        {'terraform_data.j["k"]': "+", "terraform_data.one_more": "+"},
    ),
    Case(
        "moves and removals in JSON",
        {
            "main.tf": NO_ONE,
            "more.tf.json": json.dumps(
                {
                    "removed": [{"from": "terraform_data.one", "lifecycle": {"destroy": False}}],
                    "moved": [{"from": 'module.m["x"]', "to": 'module.m["z"]'}],
                    "variable": {"unused": {"default": "${text}", "description": "x"}},
                }
            ),
            "calls.tf": OLD["calls.tf"].replace("x = 1", "z = 1"),
        },
        {"terraform_data.one": "."},
    ),
    # Overrides
    Case(
        "arguments overridden",
        {"x_override.tf": 'resource "terraform_data" "one" {\n  input = 7\n}\n'},
        {"terraform_data.one": "~"},
    ),
    Case(
        "the last override counts",
        {
            "override.tf": 'resource "terraform_data" "one" {\n  input = 7\n}\n',
            "x_override.tf.json": '{"resource": {"terraform_data": {"one": {"input": 1}}}}',
        },
    ),
    Case(
        "locals, defaults and calls overridden",
        {
            "x_override.tf": 'variable "size" {\n  default = 5\n}\n\nlocals {\n  two = 3\n}\n',
            "y_override.tf": 'module "m" {\n  size = local.two\n}\n',
            "two.tf": "locals {\n  two = 2\n}\n",
        },
        {
            "terraform_data.one": "~",
            'module.m["x"].terraform_data.inner': "~",
            'module.m["y"].terraform_data.inner': "~",
        },
    ),
    Case(
        "lifecycle overridden",
        {
            "main.tf": OLD["main.tf"].replace('["a", "b"]', '["a"]'),
            "x_override.tf": 'resource "terraform_data" "each" {\n  lifecycle {\n'
            "    prevent_destroy = false\n  }\n}\n",
        },
        {'terraform_data.each["b"]': "-"},
    ),
    Case("a name that only ends like one", {"myoverride.tf": NEW}, {"terraform_data.new": "+"}),
    Case(
        "an override of nothing",
        {"x_override.tf": f'{NEW}\nresource "terraform_data" "one" {{\n  input = 1\n}}\n'},
        refusals=(plan_fails("x_override.tf:1", "there is no terraform_data.new to override"),),
    ),
    # Modules with keys
    Case(
        "a module with another key",
        {"calls.tf": OLD["calls.tf"].replace("y = 2", "z = 2")},
        {'module.m["y"].terraform_data.inner': "-", 'module.m["z"].terraform_data.inner': "+"},
    ),
    Case(
        "a module with another value",
        {"calls.tf": OLD["calls.tf"].replace("y = 2", "y = 3")},
        {'module.m["y"].terraform_data.inner': "~"},
    ),
    Case(
        "modules by number, moved",
        {
            "calls.tf": 'module "m" {\n  source = "./m"\n  count  = 2\n  size   = count.index + 1\n}\n'
            'moved {\n  from = module.m["x"]\n  to   = module.m[0]\n}\n'
            'moved {\n  from = module.m["y"]\n  to   = module.m[1]\n}\n'
            'output "sizes" {\n  value = [module.m[0].size, module.m[*].size]\n}\n'
        },
    ),
    Case(
        "instances by number, moved",
        {
            "main.tf": OLD["main.tf"].replace('"row" {\n  count = 2\n', '"rows" {\n  count = 2\n'),
            "moved.tf": "moved {\n  from = terraform_data.row\n  to   = terraform_data.rows\n}\n",
        },
    ),
    Case(
        "one that becomes one with a key",
        {
            "main.tf": OLD["main.tf"].replace('"one" {', '"one" {\n  for_each = { k = 1 }'),
            "moved.tf": 'moved {\n  from = terraform_data.one\n  to   = terraform_data.one["k"]\n}\n'
            "moved {\n  from = terraform_data.none\n  to   = terraform_data.two\n}\n",
        },
    ),
    # Forgotten and imported
    Case("destroyed", {"main.tf": NO_ONE}, {"terraform_data.one": "-"}),
    Case(
        "forgotten",
        {"main.tf": NO_ONE, "gone.tf": FORGET.format("terraform_data.one")},
        {"terraform_data.one": "."},
    ),
    Case(
        "removed and destroyed",
        {"main.tf": NO_ONE, "gone.tf": FORGET.format("terraform_data.one").replace("false", "true")},
        {"terraform_data.one": "-"},
    ),
    Case(
        "a module forgotten",
        {"calls.tf": FORGET.format("module.m")},
        {f'module.m["{key}"].terraform_data.inner': "." for key in "xy"},
    ),
    Case(
        "imported",
        {"new.tf": f'{NEW}import {{\n  to = terraform_data.new\n  id = "an-id"\n}}\n'},
        {"terraform_data.new": "<-"},
    ),
    Case(
        "imported by key",
        {
            "new.tf": NEW.replace("{\n", '{\n  for_each = toset(["p", "q"])\n', 1)
            + 'import {\n  for_each = { p = "an-id" }\n  to = terraform_data.new[each.key]\n'
            "  id = each.value\n}\n"
        },
        {'terraform_data.new["p"]': "<-", 'terraform_data.new["q"]': "+"},
    ),
    Case("imported already", {"new.tf": 'import {\n  to = terraform_data.one\n  id = "an-id"\n}\n'}),
    Case(
        "forgotten, and still there",
        {"gone.tf": FORGET.format("terraform_data.one")},
        refusals=(
            plan_fails("gone.tf:1", "terraform_data.one still exists, although a removed block removes it"),
        ),
    ),
    Case(
        "imported into nothing",
        {"new.tf": 'import {\n  to = terraform_data.new\n  id = "an-id"\n}\n'},
        refusals=(plan_fails("new.tf:1", "there is no terraform_data.new to import into"),),
    ),
    Case(
        "moved to where something stands",
        {"main.tf": f"{NO_ONE}moved {{\n  from = terraform_data.one\n  to   = terraform_data.row[0]\n}}\n"},
        {"terraform_data.one": "-"},
    ),
    Case(
        "moved, and still there",
        {"more.tf": f"{NEW}moved {{\n  from = terraform_data.one\n  to   = terraform_data.new\n}}\n"},
        refusals=(
            plan_fails("more.tf:4", "terraform_data.one still exists, although a moved block moves it"),
        ),
    ),
    Case(
        "an instance and a module moved, and still there",
        {
            "more.tf": "moved {\n  from = terraform_data.row[0]\n  to   = terraform_data.row[5]\n}\n"
            "moved {\n  from = module.m\n  to   = module.n\n}\n"
            "moved {\n  from = terraform_data.row\n  to   = terraform_data.rows\n}\n"
        },
        refusals=(
            plan_fails("more.tf:1", "terraform_data.row[0] still exists, although a moved block moves it"),
            plan_fails("more.tf:5", "module.m still exists, although a moved block moves it"),
            plan_fails("more.tf:9", "terraform_data.row still exists, although a moved block moves it"),
        ),
    ),
    # What must not go
    Case(
        "an instance that must not go",
        {"main.tf": OLD["main.tf"].replace('["a", "b"]', '["a"]')},
        {'terraform_data.each["b"]': "-"},
        (plan_fails('terraform_data.each["b"]', "would be destroyed, which its prevent_destroy forbids"),),
    ),
    Case(
        "a block that is gone protects nothing",
        {"main.tf": OLD["main.tf"][: OLD["main.tf"].index('resource "terraform_data" "each"')]},
        {
            **{f'terraform_data.each["{key}"]': "-" for key in "ab"},
            **{f"terraform_data.row[{key}]": "-" for key in (0, 1)},
        },
    ),
    # What is not there
    Case(
        "references that lead nowhere",
        {
            "alarms.tf": """\
locals {
  here = { for name, each in module.m : var.key => [each.size, var.value] if var.condition }
  text = <<-EOT
    first line
    ${terraform_data.gone.id} ${try(terraform_data.gone.id, "")}
  EOT
  more = { (terraform_data.one.id) = var.sizes, gone = local.there }
  call = upper(module.n.id) == data.terraform_remote_state.x.outputs.y ? module.m["x"].id : path.module
  only = [terraform_data.one[0].id, module.m["x"].unused]
}
"""
        },
        refusals=(
            plan_fails("alarms.tf:2", "there is no var.key"),
            plan_fails("alarms.tf:2", "there is no var.value"),
            plan_fails("alarms.tf:2", "there is no var.condition"),
            plan_fails("alarms.tf:5", "there is no terraform_data.gone"),
            plan_fails("alarms.tf:7", "there is no var.sizes"),
            plan_fails("alarms.tf:7", "there is no local.there"),
            plan_fails("alarms.tf:8", "there is no module.n"),
            plan_fails("alarms.tf:8", "there is no data.terraform_remote_state.x"),
            plan_fails("alarms.tf:8", "module.m has no output id"),
            plan_fails("alarms.tf:9", "there is no terraform_data.one[0]"),
            plan_fails("alarms.tf:9", "module.m has no output unused"),
        ),
    ),
    Case(
        "keys that lead nowhere",
        {
            "alarms.tf": """\
locals {
  there = [terraform_data.each["a"].id, terraform_data.row[1].id, module.m["x"].size]
  tried = try(terraform_data.each["c"].id, module.m["z"].size, "")
  each  = terraform_data.each["c"].id
  row   = terraform_data.row[2].id
  call  = module.m["z"].size
  name  = module.m["x"].by_name["outer"]
  name2 = module.m["x"].by_name.other
  whole = module.m["x"].whole["id"]
  fine  = [module.m["x"].by_name["inner"], module.m["x"].by_name.inner, try(module.m["x"].by_name.none, 1)]
}

output "all" {
  value = local.tried
}
"""
        },
        refusals=(
            plan_fails("alarms.tf:4", 'there is no terraform_data.each["c"]'),
            plan_fails("alarms.tf:5", "there is no terraform_data.row[2]"),
            plan_fails("alarms.tf:6", 'there is no module.m["z"]'),
            plan_fails("alarms.tf:7", 'there is no module.m["x"].by_name["outer"]'),
            plan_fails("alarms.tf:8", 'there is no module.m["x"].by_name.other'),
        ),
    ),
    Case(
        "keys of for_each and count that lead nowhere",
        {
            "watch.tf": """\
locals {
  watched = ["a", "c"]
}

resource "terraform_data" "watch" {
  for_each = toset(local.watched)
  input    = terraform_data.each[each.key].id
}

resource "terraform_data" "name" {
  for_each = { one = "inner", two = "outer" }
  input    = module.m["x"].by_name[each.value]
}

resource "terraform_data" "turn" {
  count = 3
  input = terraform_data.row[count.index].id
}
"""
        },
        refusals=(
            plan_fails("watch.tf:7", 'there is no terraform_data.each["c"]'),
            plan_fails("watch.tf:12", 'there is no module.m["x"].by_name["outer"]'),
            plan_fails("watch.tf:17", "there is no terraform_data.row[2]"),
        ),
    ),
    Case(
        "keys of for_each that lead somewhere",
        {
            "watch.tf": """\
resource "terraform_data" "watch" {
  for_each = { "0" = "c", "1" = "d" }
  input    = [for each in [{ key = "a" }] : terraform_data.each[each.key].id]

  triggers_replace = [terraform_data.row[each.key].id, try(terraform_data.each[each.value].id, "")]
}

resource "terraform_data" "nobody" {
  for_each = toset([])
  input    = terraform_data.each["c"].id
}
"""
        },
        {'terraform_data.watch["0"]': "+", 'terraform_data.watch["1"]': "+"},
    ),
    Case(
        "keys of a for with a condition, of merge and of concat",
        {
            "keys.tf": """\
locals {
  all = { a = true, b = false, c = null }
}

resource "terraform_data" "some" {
  for_each = { for key, on in local.all : key => on if on != null && (on == true || key == "x") }
}

resource "terraform_data" "merged" {
  for_each = merge({ a = 1 }, { b = 2 })
}

resource "terraform_data" "listed" {
  for_each = toset(concat(["a"], [for key in ["b", "c"] : key if !contains(["c"], key)]))
}
"""
        },
        {
            'terraform_data.some["a"]': "+",
            **{f'terraform_data.{name}["{key}"]': "+" for name in ("merged", "listed") for key in "ab"},
        },
    ),
    Case(
        "a count by the number of others, though nobody knows what these are",
        {
            "count.tf": """\
resource "terraform_data" "counted" {
  count = length(terraform_data.row) + length({ one = terraform_data.one.id })
}

resource "terraform_data" "compared" {
  count = length(terraform_data.each) > 1 && 2 <= 3 && !(1 >= 2) ? 1 : 0
}

resource "terraform_data" "nobody" {
  count = length(terraform_data.each) < 2 ? 1 : 0
}
"""
        },
        {
            **{f"terraform_data.counted[{index}]": "+" for index in range(3)},
            "terraform_data.compared[0]": "+",
        },
    ),
    Case(
        "replace_triggered_by in an override, where Terraform passes over it",
        {
            "one_override.tf": """\
resource "terraform_data" "row" {
  input = 5
}

resource "terraform_data" "one" {
  lifecycle {
    replace_triggered_by = [terraform_data.row]
  }
}
"""
        },
        {"terraform_data.row[0]": "~", "terraform_data.row[1]": "~"},
    ),
    Case(
        "a reference in JSON",
        {"x.tf.json": json.dumps({"output": {"o": {"value": "${terraform_data.gone.id}"}}}, indent=2)},
        refusals=(plan_fails("x.tf.json:4", "there is no terraform_data.gone"),),
    ),
    Case(
        "a reference from within a module, which is called twice",
        {"m/more.tf": 'output "more" {\n  value = terraform_data.one.id\n}\n'},
        refusals=(plan_fails("m/more.tf:2", "there is no terraform_data.one"),),
    ),
    Case(
        "a folder that nobody calls is not read",
        {"n/more.tf": 'output "more" {\n  value = terraform_data.one.id\n}\n'},
    ),
    Case(
        "arguments of a call",
        {
            "n/main.tf": 'variable "needed" {}\nvariable "given" {}\nvariable "spare" {\n  default = 1\n}\n',
            "n.tf": 'module "n" {\n  source = "./n"\n  given  = 1\n  gone   = [\n    var.size,\n  ]\n}\n',
        },
        refusals=(
            plan_fails("n.tf:4", "module.n has no variable gone"),
            plan_fails("n.tf:1", "module.n needs a value for needed"),
        ),
    ),
    Case(
        "a call of a folder that is gone",
        {"n.tf": 'module "n" {\n  source = "./n"\n}\n'},
        refusals=(plan_fails("n.tf:1", "there is no folder n"),),
    ),
    Case(
        "what is declared twice",
        {"z.tf": 'variable "size" {}\n\nresource "terraform_data" "one" {\n  input = 1\n}\n'},
        refusals=(
            plan_fails("main.tf:1, z.tf:1", "var.size is declared twice"),
            plan_fails("main.tf:5, z.tf:3", "terraform_data.one is declared twice"),
        ),
    ),
    Case(
        "a provider that is declared twice",
        {"a.tf": 'provider "terraform" {}\n', "b.tf": 'provider "terraform" {}\n'},
        refusals=(plan_fails("a.tf:1, b.tf:1", "provider.terraform is declared twice"),),
    ),
    Case(
        "a provider with another alias, and one that is overridden",
        {
            "a.tf": 'provider "terraform" {}\nprovider "terraform" {\n  alias = "other"\n}\n',
            "b_override.tf": 'provider "terraform" {}\n',
        },
    ),
    Case(
        "a value that its variable refuses",
        {"v.tf": VALIDATED, "terraform.tfvars": '\nimage = "there/web:1"\n'},
        refusals=(plan_fails("terraform.tfvars:2", 'var.image does not allow this value (Not "here/web")'),),
    ),
    Case(
        "a value in JSON that its variable refuses",
        {"v.tf": VALIDATED, "a.auto.tfvars.json": '{"image": "here/web/x"}'},
        refusals=(
            plan_fails("a.auto.tfvars.json:1", 'var.image does not allow this value (Not "here/web")'),
        ),
    ),
    Case(
        "a value that its variable takes", {"v.tf": VALIDATED, "terraform.tfvars": 'image = "here/web:2"\n'}
    ),
    Case(
        "what only looks like a reference",
        {
            "look.tf": """\
terraform {
  required_version = ">= 1.7"
}

variable "shape" {
  type    = object({ a = optional(string), b = list(number) })
  default = { b = [1] }

  validation {
    condition     = alltrue([for item_of in var.shape.b : item_of > 0])
    error_message = "No ${var.shape.b[0]}."
  }
}

resource "terraform_data" "look" {
  input = { for the_key, the_value in { a = { b = 1 } } : the_key => the_value.b }

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.one.id]

    precondition {
      condition     = can(terraform_data.each["zz"].id) || terraform.workspace == "default"
      error_message = "No."
    }

    postcondition {
      condition     = self.id != ""
      error_message = "No."
    }
  }

  provisioner "local-exec" {
    command = "true ${self.id}"
    when    = create
  }
}

check "health" {
  data "terraform_remote_state" "other" {
    backend = "local"
    config  = { path = "${path.root}/terraform.tfstate" }
  }

  assert {
    condition     = data.terraform_remote_state.other.outputs != null
    error_message = "No."
  }
}

output "all" {
  value = {
    ids   = values(terraform_data.each)[*].id
    rows  = terraform_data.row[*].id
    first = element(terraform_data.row.*.id, 0)
    whole = terraform_data.one
    path  = "${path.module} %{for a_row in terraform_data.row}${a_row.id}%{endfor}"
    size  = var.shape["b"][0]
  }
}
"""
        },
        {"terraform_data.look": "+"},
    ),
)


def each(cases: tuple[Case, ...] = CASES) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases])


@each()
def test_what_tfgen_foresees(case: Case) -> None:
    report = changes_between(OLD, case.pages)
    assert {change.address: str(change.action) for change in report.changes} == case.signs or case.refusals
    assert report.refusals == case.refusals


HCL = """\
terraform {
  backend "s3" {
    bucket = "b"
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { team = "a" }
  }
}

resource "aws_lb" "x" {
  for_each = { k = "v" }
  name     = "x-${each.value}"
  tags     = { n = each.key }

  access_logs {
    bucket = "b"
  }

  dynamic "subnet_mapping" {
    for_each = ["s"]
    iterator = it

    content {
      subnet_id = "${it.value}-${subnet_mapping.key}"
    }
  }

  lifecycle {
    ignore_changes        = [name]
    create_before_destroy = true
  }
}
"""
MAPPING = {"for_each": ["s"], "iterator": "it", "content": {"subnet_id": "${it.value}-${subnet_mapping.key}"}}
LB = {
    "for_each": {"k": "v"},
    "name": "x-${each.value}",
    "tags": {"n": "${each.key}"},
    "access_logs": [{"bucket": "b"}],
    "dynamic": {"subnet_mapping": MAPPING},
    "lifecycle": {"ignore_changes": ["name"], "create_before_destroy": True},
}
JSON = {
    "terraform": {"backend": {"s3": {"bucket": "b"}}},
    "provider": {"aws": {"region": "us-east-1", "default_tags": {"tags": {"team": "a"}}}},
    "resource": {"aws_lb": {"x": LB}},
}


def test_the_same_in_json() -> None:
    """Blocks, labels, maps and references come to what they come to in Terraform's own language."""
    one, other = Stack({"main.tf": HCL}), Stack({"main.tf.json": json.dumps(JSON)})
    assert changes_between({"main.tf": HCL}, {"main.tf.json": json.dumps([JSON])}) == Report((), (), ())
    assert [each.arguments for each in one.resources.values()] == [
        each.arguments for each in other.resources.values()
    ]
    assert (one.provider, one.default_tags, one.state) == (other.provider, other.default_tags, other.state)
    assert one.state is not None


@pytest.mark.parametrize("text", ["{", "1", '{"resource": {"aws_lb": 1}}', '{"locals": {"a": "${b"}}'])
def test_json_that_terraform_cannot_read(text: str) -> None:
    with pytest.raises(TfgenError) as caught:
        Stack({"main.tf.json": text})
    assert [problem.code for problem in caught.value.problems] == ["TG402"]


def test_a_set_of_what_is_renamed_has_no_order_of_its_own() -> None:
    """Sets are compared in the order of what they hold, and one that is renamed has another place there."""
    used = 'resource "aws_lb" "used" {{\n  subnets = [aws_subnet.{}.id, aws_subnet.b.id]\n}}\n'
    one = 'resource "aws_subnet" "{}" {{\n}}\n'
    moved = "moved {\n  from = aws_subnet.a\n  to   = aws_subnet.c\n}\n"
    old, new = (used.format(name) + one.format(name) + one.format("b") for name in "ac")
    assert changes_between({"main.tf": old}, {"main.tf": new + moved}).changes == ()


@pytest.mark.parametrize(
    "source", ["../n", "../../shared/n", "hashicorp/n/aws", "git::https://example.com/n"]
)
def test_a_module_from_elsewhere_may_hold_anything(source: str) -> None:
    call = f'module "n" {{\n  source = "{source}"\n  size   = 1\n}}\n'
    use = "locals {\n  n = module.n.x.y\n}\n"
    assert changes_between(OLD, {**OLD, "n.tf": call + use}).refusals == ()


@pytest.fixture(scope="module")
def deployed(terraform: Terraform) -> DeployedStack:
    folder = Path(tempfile.mkdtemp(dir=terraform.workspace))
    write(OLD, folder)
    stack = terraform.stack(folder)
    stack.init()
    stack.apply()
    return stack


def planned(stack: DeployedStack, pages: Mapping[str, str]) -> dict[str, str]:
    """Address -> sign. Raises TerraformTestError where Terraform refuses."""
    folder = Path(tempfile.mkdtemp(dir=stack.terraform.workspace)) / "stack"
    shutil.copytree(stack.folder, folder)
    remove(folder.rglob("*.tf"))
    write(pages, folder)
    changed = type(stack)(stack.terraform, folder)
    changed.init()
    return {
        each["address"]: "<-" if "importing" in each["change"] else SIGNS[tuple(each["change"]["actions"])]
        for each in changed.plan()["resource_changes"]
        if each["mode"] == "managed"
        and (each["change"]["actions"] != ["no-op"] or "importing" in each["change"])
    }


SIGNS = {("create",): "+", ("update",): "~", ("delete",): "-", ("forget",): ".", ("delete", "create"): "-/+"}


@pytest.mark.xdist_group("changes-language")
@each()
def test_what_terraform_plans(deployed: DeployedStack, case: Case) -> None:
    if not case.refusals:
        assert planned(deployed, case.pages) == case.signs
        return
    with pytest.raises(tftest.TerraformTestError) as refused:
        planned(deployed, case.pages)
    for sentence in case.refusals:
        assert any(place in str(refused.value) for place in places(sentence)), sentence


def places(sentence: str) -> list[str]:
    """Where a sentence says that something is wrong, as Terraform would say it; or the address there."""
    found = re.findall(r"(\S+:\d+)[,:]", sentence)
    at = [ELSEWHERE.get(place, place) for place in found]
    return [*at, *(f"on {place.replace(':', ' line ')}" for place in at)] or [sentence.partition(": ")[0]]


# tfgen names the line of the block, Terraform that of an argument in it, or what the block denies.
ELSEWHERE = {"gone.tf:1": "main.tf:5", "new.tf:1": "new.tf:2"}
