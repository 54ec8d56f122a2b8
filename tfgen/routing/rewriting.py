"""What a service gets of a request whose rule rewrites it.

Whether a load balancer compares the query together with the path is not documented: it is taken to be so.
Where an expression does not match, the request stays as it is (ELB/rule-transforms).
"""

import re
from typing import NamedTuple

from tfgen.blueprint.model import ListenerRule
from tfgen.routing.request import Request


class Received(NamedTuple):
    """The host, and the path with its query, of a request as a service sees them."""

    host: str
    path: str


def received(request: Request, rule: ListenerRule) -> Received:
    found = Received(request.host, f"{request.path}{'?' if request.query else ''}{request.query}")
    for each in rule.rewrites:
        if each.type == "url-rewrite":
            found = found._replace(path=_rewritten(found.path, each.regex, each.replacement))
        else:
            found = found._replace(host=_rewritten(found.host, each.regex, each.replacement))
    return found


def rewrites_url(rule: ListenerRule) -> bool:
    return any(each.type == "url-rewrite" for each in rule.rewrites)


def _rewritten(text: str, regex: str, replace: str) -> str:
    match = re.search(regex, text)
    if match is None:
        return text
    filled = re.sub(r"\$([0-9])", lambda group: match[int(group[1])] or "", replace)
    return f"{text[: match.start()]}{filled}{text[match.end() :]}"
