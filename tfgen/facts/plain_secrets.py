"""Which texts are secrets that stand in the open. Nothing that tfgen prints shows them."""

from tfgen import facts


def kind_of_secret(name: str, value: str) -> str:
    """What kind of secret this is; nothing if it is none."""
    return kind_by_value(value) or _by_name(name, value)


def kind_by_value(value: str) -> str:
    """What kind of secret a text is, whatever it is the value of."""
    if "PRIVATE KEY-----" in value:
        return "a private key"
    if _password_in(value):
        return "an address with a password"
    for token in facts.secret_signs().tokens:
        if token.shortest <= len(value) <= token.longest and value.startswith(token.prefixes):
            return "" if " " in value else token.what
    return ""


def _by_name(name: str, value: str) -> str:
    plain = name.upper()
    secret = plain.endswith(facts.secret_signs().names) and not _of_something_else(plain, value)
    return "a secret, by its name" if secret and may_be_secret(value) else ""


def _of_something_else(name: str, value: str) -> bool:
    """A public key, the ID of a key in KMS, the name of a header or a field, the name of a secret."""
    words = value.replace("-", "_")
    named = words.upper().removeprefix("X_") == name
    secret_name = name.endswith("SECRET") and "_" in words and words.replace("_", "").isalpha()
    return "PUBLIC" in name or "KMS" in name or named or (secret_name and value.islower())


def _password_in(value: str) -> str:
    """The password in the address of a database: scheme://user:PASSWORD@host, or Password=PASSWORD;."""
    authority = value.partition("://")[2].partition("/")[0]
    password = authority.rpartition("@")[0].partition(":")[2]
    if not password:
        before = value.lower().partition("password=")[0]
        if before[-1:].isalnum() or before.endswith(("_", "-")):  # the end of another word
            return ""
        password = value[len(before) + len("password=") :].partition(";")[0].partition("&")[0]
    return password if may_be_secret(password) else ""


def may_be_secret(value: str) -> bool:
    """Not a number, a switch, a placeholder, a path, or a reference to where the secret is."""
    signs = facts.secret_signs()
    return not (
        len(set(value)) < 2
        or value.rstrip("smhd").isdigit()  # 12, or 30s
        or value.lower() in signs.not_secrets
        or value.lower().startswith(signs.references)
        or ("/" in value and value == value.lower())
    )


def may_hold_password(value: str) -> bool:
    """Whether a password may be somewhere in a text: more are than `kind_by_value` is sure of."""
    user = value.partition("://")[2].rpartition("@")[0] or value.rpartition("@")[0]
    return ":" in user or any(word in value.lower() for word in ("password", "pwd"))
