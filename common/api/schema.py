"""What drf-spectacular cannot know by itself about this API."""

from typing import Any


def describe_conventions(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Finish the description: bodies take no unknown fields, paged lists have their envelope, every refusal has one shape."""
    for name, schema in result.get("components", {}).get("schemas", {}).items():
        if name.endswith("BodyRequest") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    for path in result["paths"].values():
        for operation in path.values():
            _describe_errors(operation)
            _describe_limits(operation)
            _summarise(operation)
    return result


def _describe_errors(operation: dict[str, Any]) -> None:
    """Every operation that needs a signed-in user may answer 401."""
    if {} in operation.get("security", [{}]):
        return
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}, "description": "Not signed in."}
    operation["responses"].setdefault("401", refusal)


def _describe_limits(operation: dict[str, Any]) -> None:
    """Changes and computed figures are counted for each person and address."""
    if operation["tags"] == ["Health"]:
        return
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    wait = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    operation["responses"].setdefault("429", {"description": "Too many requests.", "content": error, "headers": wait})


def _summarise(operation: dict[str, Any]) -> None:
    """Lists of operations show the summary: unless one is given, the first sentence of the description."""
    first = operation.get("description", "").partition("\n\n")[0]
    sentence = " ".join(first.split()).partition(". ")[0].rstrip(".")
    if sentence:
        operation.setdefault("summary", sentence)
