"""The request in question, from the arguments of the command line."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from tfgen.blueprint.model import USUAL_PORTS, Redirect
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line

Address = IPv4Address | IPv6Address

# botocore, elbv2 HttpRequestMethodConditionConfig: the methods that a rule can name. Case matters.
_METHOD = re.compile(r"[A-Z_-]{1,40}")
_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?")
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(.*?)[ \t]*")


class Request(NamedTuple):
    """One HTTP request. `host` and `host_port` are those of its Host header; `port` is connected to."""

    method: str
    url: str
    scheme: str
    port: int
    host: str
    host_port: int | None
    path: str
    query: str
    source: Address | None
    headers: tuple[tuple[str, str], ...]
    """Name and value of each but Host."""
    balancer: str = ""
    """The load balancer that gets it; empty where the request decides."""

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def read_request(method: str, url: str, headers: tuple[str, ...], source: str | None) -> Request:
    """The request, or a TfgenError (wrong usage) that names all that is wrong with the arguments."""
    wrong: list[str] = []
    if not _METHOD.fullmatch(method):
        wrong.append(_wrong_method(method))
    scheme, host, port, path = _read_url(url, wrong)
    _, _, query = url.partition("#")[0].partition("?")
    names = [_read_header(header, wrong) for header in headers]
    given = [value for name, value in names if name.lower() == "host"]
    # Clients omit the default port in the Host header.
    sent = _read_host(given, wrong) if given else (host, None if port == USUAL_PORTS[scheme] else port)
    address = _read_source(source, wrong)
    if wrong:
        message = "\n".join(["these arguments are wrong:", *(f"  {line}" for line in wrong)])
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)
    return Request(
        method=method,
        url=url,
        scheme=scheme,
        port=port or USUAL_PORTS[scheme],
        host=sent[0].lower(),
        host_port=sent[1],
        path=path,
        query=_encoded_path(query),
        source=address,
        headers=tuple((name, value) for name, value in names if name.lower() != "host"),
    )


def request_of_redirect(request: Request, url: str) -> Request:
    """The request that a client makes after a redirect with 301 or 302: to the new address, and a GET in
    the place of a POST (fetch.spec.whatwg.org, HTTP-redirect fetch)."""
    source = str(request.source) if request.source else None
    method = "GET" if request.method == "POST" else request.method
    return read_request(method, url, (), source)._replace(headers=request.headers)


def redirected_url(request: Request, redirect: Redirect) -> str:
    """Where a redirect leads a client, who leaves out the usual port of a scheme."""
    was = {
        "protocol": request.scheme,
        "host": request.host,
        "port": str(request.port),
        "path": request.path.removeprefix("/"),
        "query": request.query,
    }

    def filled(part: tuple[str, ...], usual: str) -> str:
        text = part[0] if part else usual
        return re.sub(r"#\{([a-z]+)\}", lambda match: was.get(match[1], match[0]), text)

    scheme = filled(redirect.protocol, "#{protocol}").lower()
    port = filled(redirect.port, "#{port}")
    shown = "" if port == str(USUAL_PORTS.get(scheme)) else f":{port}"
    query = filled(redirect.query, "#{query}")
    path = filled(redirect.path, "/#{path}")
    return f"{scheme}://{filled(redirect.host, '#{host}')}{shown}{path}{'?' if query else ''}{query}"


def _wrong_method(method: str) -> str:
    if _METHOD.fullmatch(method.upper()):
        return f"METHOD {_shown_text(method)}: methods are case-sensitive; write {method.upper()}"
    return f"METHOD {_shown_text(method)}: expected an HTTP method such as GET"


def _read_url(url: str, wrong: list[str]) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path."""
    match = _URL.fullmatch(url)
    if not match:
        wrong.append(f"URL {_shown_text(url)}: expected one that begins with http:// or https://")
        return "http", "", None, "/"
    scheme, authority, path = match[1].lower(), match[2], match[3] or "/"
    if re.search(r"[\x00-\x20\x7f]", url):
        wrong.append(f"URL {_shown_text(url)}: encode white space and control characters, as in %20")
    host, port = _split_authority(authority)
    if not host:
        wrong.append(f"URL {_shown_text(url)}: {_no_host(authority)}")
    return scheme, host, port, _encoded_path(path)


def _no_host(authority: str) -> str:
    """Why an authority is no host, and what to write."""
    if "@" in authority:
        return "leave out the user and the password: they go in the Authorization header, which no rule reads"
    if not authority.isascii():
        try:
            sent = authority.encode("idna").decode("ascii")
        except UnicodeError:
            return "expected a host name in ASCII, as clients send it (xn--...)"
        return f"clients send a host name in ASCII: write {sent}"
    return "expected a host name, with or without a port, such as api.example.com:8080"


def _split_authority(text: str) -> tuple[str, int | None]:
    """Host and port; no host where the text is none."""
    match = _AUTHORITY.fullmatch(text)
    if not match or (match["port"] and not 1 <= int(match["port"]) <= 65535):
        return "", None
    return match["host"], int(match["port"]) if match["port"] else None


def _encoded_path(path: str) -> str:
    """A path or a query as browsers send it: what is not ASCII, as the percent-encoded bytes of its UTF-8."""
    return "".join(
        char
        if char.isascii()
        else "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))
        for char in path
    )


def _read_header(header: str, wrong: list[str]) -> tuple[str, str]:
    match = _HEADER.fullmatch(header)
    if not match or not header.isprintable():
        wrong.append(f"-H {_shown_text(header)}: expected a header such as 'Host: api.example.com'")
        return "", ""
    return match[1], match[2]


def _read_host(given: list[str], wrong: list[str]) -> tuple[str, int | None]:
    if len(given) > 1:
        wrong.append(f"-H: a request has one Host header, not {len(given)}")
    host, port = _split_authority(given[0])
    if not host:
        wrong.append(f"-H {_shown_text(f'Host: {given[0]}')}: expected a host name, with or without a port")
    return host, port


def _read_source(source: str | None, wrong: list[str]) -> Address | None:
    try:
        return None if source is None else ip_address(source)
    except ValueError:
        wrong.append(f"--from {_shown_text(source or '')}: expected an IP address such as 203.0.113.7")
        return None


def _shown_text(text: str) -> str:
    return f'"{in_line(text)}"'
