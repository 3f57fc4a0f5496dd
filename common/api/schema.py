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
    return result


def _describe_errors(operation: dict[str, Any]) -> None:
    """Every operation that needs a signed-in user may answer 401."""
    if {} in operation.get("security", [{}]):
        return
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}, "description": "Not signed in."}
    operation["responses"].setdefault("401", refusal)
