"""Logins at the load balancer: what it asks clients for before a rule leads them on.

Facts are those of ELB/listener-authenticate-users and botocore, elbv2 AuthenticateCognitoActionConfig and
AuthenticateOidcActionConfig.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from tfgen.blueprint import names
from tfgen.blueprint.model import Login, LoginEgress, TokenClaim
from tfgen.blueprint.references import References, logins_of_listeners, logins_of_services
from tfgen.hcl.printer import literal
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word, some_words
from tfgen.spec.balancers import Balancer, balancers_of
from tfgen.spec.model import HTTPS, Claim, Cognito, Given, Jwt, Oidc, Part, RouteLogin, Spec
from tfgen.spec.model import Login as LoginSpec

_USUAL = LoginSpec()
_COGNITO = {"user_pool": "user_pool_arn", "client": "user_pool_client_id", "domain": "user_pool_domain"}
"""The keys of a user pool, and their arguments; those of OpenID Connect have the same names in both."""
_MOST_PARAMS = 10
_OWN_PARAMS = frozenset({"client_id", "redirect_uri", "response_type", "scope", "state"})
"""What the load balancer itself tells a provider: RFC 6749, 4.1.1."""


def used_login(said: RouteLogin | None) -> RouteLogin | None:
    """The login that requests need, if they need one that there is a name of."""
    return said if said and isinstance(said.name, str) else None


def build(said: RouteLogin | None, spec: Spec, referred: References) -> tuple[Login, ...]:
    """No login, or the one that a rule asks for before anything else."""
    used = used_login(said)
    if used is None:
        return ()
    name = str(used.name)
    login = spec.logins[name]
    if login.jwt:
        return (_token_login(name, login.jwt, referred),)
    kind = "cognito" if login.cognito else "oidc"
    unauthenticated = used.unauthenticated or login.unauthenticated
    return (
        Login(
            name=name,
            type=f"authenticate-{kind}",
            block=Label(f"authenticate_{kind}"),
            arguments=(
                *_provider_arguments(login, referred),
                *_settings(name, login, unauthenticated, spec.name),
            ),
            unauthenticated=unauthenticated,
        ),
    )


def _token_login(name: str, jwt: Jwt, referred: References) -> Login:
    return Login(
        name=name,
        type="jwt-validation",
        block=Label("jwt_validation"),
        arguments=(
            (Label("issuer"), _value(jwt.issuer, referred)),
            (Label("jwks_endpoint"), _value(jwt.jwks, referred)),
        ),
        claims=tuple(_claim(each, jwt.claims[each]) for each in sorted(jwt.claims)),
        unauthenticated="deny",
    )


def _claim(name: str, said: Claim) -> TokenClaim:
    return TokenClaim(name=name, form=_format_of_claim(name, said), accepted=tuple(_values_of(said)))


def _format_of_claim(name: str, said: Claim) -> str:
    if said.format:
        return said.format
    if name == "scope":  # RFC 8693, 4.2
        return "space-separated-values"
    return "string-array" if isinstance(said.values, list) else "single-string"


def _values_of(said: Claim) -> list[str]:
    return [said.values] if isinstance(said.values, str) else sorted(set(said.values))


def _value(said: str | Given | Part, referred: References) -> Ref | str:
    return said if isinstance(said, str) else referred.value(said)


def _provider_arguments(login: LoginSpec, referred: References) -> Iterator[tuple[Label, Ref | str | int]]:
    sections: tuple[tuple[Cognito | Oidc | None, Mapping[str, str]], ...]
    sections = ((login.cognito, _COGNITO), (login.oidc, {}))
    for said, arguments in sections:
        for key in said.__struct_fields__ if said else ():
            yield Label(arguments.get(key, key)), _value(getattr(said, key), referred)


def _settings(
    name: str, login: LoginSpec, unauthenticated: str, stack: str
) -> Iterator[tuple[Label, Ref | str | int]]:
    """What differs from AWS's defaults, and the cookie: logins with one cookie would take each other's."""
    yield Label("session_cookie_name"), login.cookie or _usual_cookie(name, stack)
    if login.scope != _USUAL.scope:
        yield Label("scope"), login.scope
    if login.session_timeout != _USUAL.session_timeout:
        yield Label("session_timeout"), login.session_timeout
    if unauthenticated != _USUAL.unauthenticated:
        yield Label("on_unauthenticated_request"), unauthenticated
    if login.params:
        # A rule can be looked up, which a mapping could not.
        yield Label("authentication_request_extra_params"), Ref(literal(dict(sorted(login.params.items()))))


def _usual_cookie(name: str, stack: str) -> str:
    return f"{stack}-{name}"


# --- the way of the load balancer itself to providers


def egress(balancer: Balancer, spec: Spec) -> tuple[LoginEgress, ...]:
    """One rule for each port on which a provider of a login that it asks for can be reached."""
    used = logins_of_services(spec, balancer.key) | logins_of_listeners(balancer, spec)
    ports = sorted({port for name in used & spec.logins.keys() for port in _ports(spec.logins[name])})
    return tuple(
        LoginEgress(label=names.label("to_logins", *([] if port == HTTPS else [str(port)])), port=port)
        for port in ports
    )


def _ports(login: LoginSpec) -> Iterator[int]:
    """Those of the addresses that the load balancer itself connects to."""
    for url in (login.oidc.token_endpoint, login.oidc.user_info_endpoint) if login.oidc else ():
        yield _port_of(url)
    if login.jwt:
        yield _port_of(login.jwt.jwks)
    if login.cognito:
        yield HTTPS


def _port_of(url: str | Given) -> int:
    match = re.match(r"https://[^/:]+:(\d+)", url) if isinstance(url, str) else None
    return int(match[1]) if match else HTTPS


# --- what is wrong with them


class _Bound(Protocol):
    """A route or a redirect of one listener: see `load_balancer.BoundRoute`."""

    @property
    def listener(self) -> str: ...
    @property
    def login(self) -> RouteLogin | None: ...
    @property
    def at(self) -> Location: ...


class _Said(NamedTuple):
    login: RouteLogin
    path: SpecPath


def problems(spec: Spec, bound: Sequence[_Bound], at: Locate) -> Iterator[Problem]:
    """`bound` are the routes and redirects whose listeners are known."""
    for name, login in spec.logins.items():
        yield from _login_problems(name, login, spec, at)
    said = list(_said_logins(spec))
    for each in said:
        yield from _name_problems(each.login, spec, at((*each.path, "login")))
    yield from _cookie_problems(spec, at)
    named = {each.login.name for each in said}
    for name in spec.logins.keys() - named:
        message = f'no route needs the login "{name}"'
        hint = f"write login: {name} at a service or a route, or remove it"
        yield Problem("TG594", at(("logins", name)), message, hint, "warning")
    plain = {
        balancer.full_name(key): balancer.path[-1]
        for balancer in balancers_of(spec)
        for key, listener in balancer.listeners
        if listener.protocol != "https"
    }
    for each_bound in bound:
        yield from _protocol_problems(each_bound, plain)


def _said_logins(spec: Spec) -> Iterator[_Said]:
    """The logins of services, of routes that have another one, and of redirects."""
    for key, service in spec.services.items():
        if service.login:
            yield _Said(service.login, ("services", key))
        for index, route in enumerate(service.routes):
            if route.login and not (service.login and route.login.name == service.login.name):
                yield _Said(route.login, ("services", key, "routes", index))
    for balancer in balancers_of(spec):
        for key, listener in balancer.listeners:
            for index, said in enumerate(listener.redirects):
                if said.login:
                    yield _Said(said.login, (*balancer.listener_path(key), "redirects", index))


def _name_problems(said: RouteLogin, spec: Spec, where: Location) -> Iterator[Problem]:
    known = list(spec.logins)
    if said.name is True and not known:
        message = "there is no login that clients could need"
        yield Problem("TG590", where, message, "add one: logins: {NAME: {cognito: ...}}, or oidc")
    elif said.name is True:
        message = f"there are several logins: {some_words(known)}"
        yield Problem("TG590", where, message, "write the name of one of them")
    elif isinstance(said.name, str) and said.name not in spec.logins:
        near = nearest_word(said.name, known)
        hint = (
            f"did you mean {near}?"
            if near
            else f"add it to logins: {{{said.name}: {{cognito: ...}}}}, or oidc"
        )
        yield Problem("TG590", where, f'unknown login "{said.name}"', hint)
    elif isinstance(said.name, str) and said.unauthenticated and spec.logins[said.name].jwt:
        message = f'a request without a token of the login "{said.name}" is always refused'
        yield Problem("TG593", where, message, "remove unauthenticated")


def _login_problems(name: str, login: LoginSpec, spec: Spec, at: Locate) -> Iterator[Problem]:
    path: SpecPath = ("logins", name)
    kinds = [kind for kind in ("cognito", "oidc", "jwt") if getattr(login, kind)]
    if len(kinds) != 1:
        has = f"has {' and '.join(kinds)}" if kinds else "has neither cognito, oidc nor jwt"
        yield Problem("TG591", at(path), f'the login "{name}" {has}', "write one of them")
    if login.jwt:
        yield from _jwt_problems(login, login.jwt, path, at)
        return
    if "openid" not in login.scope.split():
        message = "without the scope openid a provider gives no ID token, which the load balancer needs"
        yield Problem("TG593", at((*path, "scope")), message, f"write scope: openid {login.scope}")
    if len(login.params) > _MOST_PARAMS:
        message = f"a login has at most {_MOST_PARAMS} parameters, not {len(login.params)}"
        yield Problem("TG593", at((*path, "params")), message, "remove some of them")
    for key in sorted(login.params.keys() & _OWN_PARAMS):
        message = f"the load balancer itself sets the parameter {key}"
        yield Problem("TG593", at((*path, "params", key)), message, "remove it from params")
    for url in (login.oidc.token_endpoint, login.oidc.user_info_endpoint) if login.oidc else ():
        yield from _port_problems(url, at(path))
    pool = login.cognito and login.cognito.user_pool
    if isinstance(pool, str) and (region := pool.split(":")[3]) != spec.region:
        message = f"this user pool is in {region}, and the load balancer in {spec.region}"
        hint = "check that it is meant: AWS does not document that other Regions work"
        yield Problem("TG593", at((*path, "cognito", "user_pool")), message, hint, "warning")


def _port_problems(url: str | Given, where: Location) -> Iterator[Problem]:
    if not 1 <= _port_of(url) <= _LAST_PORT:
        yield Problem("TG593", where, f"{url} has no port that there can be", "write one from 1 to 65535")


_LAST_PORT = 65535
_OF_SESSIONS = ("scope", "session_timeout", "cookie", "unauthenticated", "params")
"""The keys of logins that tokens do not have."""


def _jwt_problems(login: LoginSpec, jwt: Jwt, path: SpecPath, at: Locate) -> Iterator[Problem]:
    yield from _port_problems(jwt.jwks, at((*path, "jwt", "jwks")))
    for key in _OF_SESSIONS:
        if getattr(login, key) != getattr(_USUAL, key):
            message = f"{key} is for logins with sessions, and a request with a token has none"
            yield Problem("TG593", at((*path, key)), message, f"remove {key}")
    if len(jwt.claims) > _MOST_CLAIMS:
        message = f"a token is checked for at most {_MOST_CLAIMS} claims, not {len(jwt.claims)}"
        yield Problem("TG593", at((*path, "jwt", "claims")), message, "remove some of them")
    for name, said in jwt.claims.items():
        where, values = at((*path, "jwt", "claims", name)), _values_of(said)
        format_ = _format_of_claim(name, said)
        if not 1 <= len(values) <= _MOST_CLAIMS:
            message = f"a claim has 1 to {_MOST_CLAIMS} values, not {len(values)}"
            yield Problem("TG593", where, message, "write fewer" if values else "write a value")
        if format_ == "single-string" and len(values) > 1:
            message = f"the claim {name} is one text, and has {len(values)} values here"
            yield Problem("TG593", where, message, "write one value, or format: string-array")
        if format_ == "space-separated-values" and any(" " in value for value in values):
            message = f"the values of the claim {name} have spaces between them, and none inside"
            yield Problem("TG593", where, message, "write a list of values")


_MOST_CLAIMS = 10
"""Claims, and values of one: ELB/listener-verify-jwt."""


def _cookie_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Sessions of one provider mean nothing to another."""
    seen: dict[str, str] = {}
    with_sessions = {name: login for name, login in spec.logins.items() if not login.jwt}
    for name, login in with_sessions.items():
        cookie = login.cookie or _usual_cookie(name, spec.name)
        other = seen.setdefault(cookie, name)
        if _client_of(login) != _client_of(spec.logins[other]):
            message = f'the logins "{other}" and "{name}" have the cookie {cookie} and different clients'
            yield Problem("TG593", at(("logins", name, "cookie")), message, "give one of them another cookie")


def _client_of(login: LoginSpec) -> tuple[Cognito | Oidc | None, ...]:
    return login.cognito, login.oidc


def _protocol_problems(bound: _Bound, plain: Mapping[str, str | int]) -> Iterator[Problem]:
    """`plain` has the listeners without TLS, each with the key of its load balancer."""
    if used_login(bound.login) and bound.listener in plain:
        message = f'a login needs HTTPS, and the listener "{bound.listener}" speaks HTTP'
        front = plain[bound.listener]
        hint = f"add certificate: ARN, or domain and zone, to {front}; or write login: false here"
        yield Problem("TG592", bound.at, message, hint)
