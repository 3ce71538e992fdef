"""Stripe's forms: `a[b][0][c]=v` as nested values, held against what the official library says Stripe takes."""

import re
import typing

from stripe import RequestOptions, StripeContext
from typing_extensions import NotRequired, Required, is_typeddict

OPTIONS = set(RequestOptions.__annotations__)
# names that the modules of the library do not all import, because type checkers alone read them
NAMES = {**vars(typing), "StripeContext": StripeContext}


class Refused(Exception):
    """What Stripe answers with 400: a code, the parameter, a sentence."""

    def __init__(self, code, param, sentence):
        super().__init__(sentence)
        self.body = {"error": {"type": "invalid_request_error", "code": code, "param": param, "message": sentence}}


def nested(pairs):
    """The values of a form, given as (name, value), as dictionaries and lists."""
    found = {}
    for name, value in pairs:
        at = found
        steps = [name.split("[", 1)[0], *re.findall(r"\[([^\]]*)\]", name)]
        for step in steps[:-1]:
            at = at.setdefault(step or str(len(at)), {})
            if not isinstance(at, dict):
                raise Refused("parameter_invalid_object", name, f"Invalid object: {name}")
        at[steps[-1] or str(len(at))] = value
    return with_lists(found)


def with_lists(value):
    if not isinstance(value, dict):
        return value
    inner = {name: with_lists(part) for name, part in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def check(value, params):
    """Refuses what Stripe does not know; `params` is one of the library's `…Params`."""
    fits(value, params, "")


def fits(value, hint, path):
    if isinstance(hint, typing.ForwardRef) or isinstance(hint, str):
        raise TypeError(f"{path}: {hint} was not resolved")
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (NotRequired, Required, typing.Annotated):
        return fits(value, inner[0], path)
    if origin is typing.Union:
        return fits_one(value, inner, path)
    if is_typeddict(hint):
        return fits_fields(value, hint, path)
    if str(origin).endswith("Literal"):
        good = value in [str(word) for word in inner]
    elif origin is list:
        good = isinstance(value, list)
        for at, part in enumerate(value if good else []):
            fits(part, inner[0], f"{path}[{at}]")
    elif origin is dict:
        good = isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
    elif hint is bool:
        good = value in ("true", "false")
    elif hint is int:
        good = isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None
    else:
        good = isinstance(value, str)
    if not good:
        raise Refused("parameter_invalid", path, f"Invalid {path}: {value}")


def fits_one(value, hints, path):
    words = [word for hint in hints if str(typing.get_origin(hint)).endswith("Literal") for word in typing.get_args(hint)]
    if any(words):
        # a list of words that is open to later ones; today's are those that Stripe takes
        hints = [hint for hint in hints if hint is not str]
    refusal = None
    for hint in hints:
        try:
            return fits(value, hint, path)
        except Refused as error:
            refusal = refusal or error
    raise refusal


def fits_fields(value, params, path):
    if not isinstance(value, dict):
        raise Refused("parameter_invalid_object", path, f"Invalid object: {path}")
    hints = {
        name: hint
        for name, hint in typing.get_type_hints(params, localns=NAMES, include_extras=True).items()
        if path or name not in OPTIONS
    }
    for name, part in value.items():
        full = f"{path}[{name}]" if path else name
        if name not in hints:
            raise Refused("parameter_unknown", full, f"Received unknown parameter: {full}")
        fits(part, hints[name], full)
    for name, hint in hints.items():
        if typing.get_origin(hint) is not NotRequired and name not in value:
            full = f"{path}[{name}]" if path else name
            raise Refused("parameter_missing", full, f"Missing required param: {full}.")
