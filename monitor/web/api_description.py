"""Describe the API in OpenAPI 3.1, from the declarations of its endpoints alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from monitor.web.endpoint import Endpoint
from monitor.web.parameters import Parameter

_PLACE: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
_MARKUP: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "faults": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": {"type": "string"}, "message": {"type": "string"}}},
        },
    },
}
_REFUSAL: Final = {
    "description": "Refused, or it failed; `detail` says why",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def describe(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """Return the description of these endpoints."""
    listed = tuple(endpoints)
    models = {one.body for one in listed if isinstance(one.body, type)}
    refs, schemas = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        path = _PLACE.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "news-monitor", "version": version, "description": "Read, act on and change what news-monitor does."},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(endpoint: Endpoint, refs: Mapping[Any, Any]) -> dict[str, Any]:
    about = _MARKUP.sub(r"\1", endpoint.takes)
    places = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _PLACE.findall(endpoint.path)
    ]
    body = {} if endpoint.body is None else {"requestBody": {"required": True, "content": _content(endpoint.body, refs)}}
    answers: dict[str, Any] = {
        str(status): {"description": HTTPStatus(status).phrase}
        | ({} if status == HTTPStatus.NO_CONTENT else {"content": {_type_of(endpoint): {"schema": {}}}})
        for status in endpoint.answers
    }
    return {
        "operationId": _operation_id(endpoint),
        "description": about,
        "parameters": [*places, *(_parameter(one) for one in endpoint.query or ())],
        **body,
        "responses": {**answers, "default": _REFUSAL},
    }


def _content(body: type[BaseModel] | Mapping[str, Any], refs: Mapping[Any, Any]) -> dict[str, Any]:
    schema = refs[body, "validation"] if isinstance(body, type) else body
    return {"application/json": {"schema": schema}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = dict(parameter.schema)
    if parameter.repeated:
        schema = {"type": "array", "items": schema}
    return {"name": parameter.name, "in": "query", "description": parameter.about, "schema": schema}


def _operation_id(endpoint: Endpoint) -> str:
    words = re.sub(r"\W+", "_", _PLACE.sub(r"by_\1", endpoint.path.removeprefix("/api"))).strip("_")
    return f"{endpoint.method.lower()}_{words}"


def _type_of(endpoint: Endpoint) -> str:
    if endpoint.path.endswith(".atom"):
        return "application/atom+xml"
    if endpoint.path in {"/metrics", "/healthz"}:
        return "text/plain"
    return "text/event-stream" if endpoint.path == "/api/events" else "application/json"
