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
    """Name what any operation may answer that has a body, parameters, a part of the address, somebody signed in."""
    refuse = operation["responses"].setdefault
    inputs = {parameter["in"] for parameter in operation.get("parameters", ())}
    if inputs & {"query", "header"} or "requestBody" in operation:
        refuse("400", _error("Something in the request cannot be meant; `message` says what."))
    if {} not in operation.get("security", [{}]):
        refuse("401", _error("Not signed in."))
        refuse("403", _error("The person or the token may not do this."))
    if "path" in inputs:
        refuse("404", _error("Nothing that this person may see is there."))
    if "requestBody" in operation:
        refuse("413", _error("The body is too large."))
        refuse("415", _error("The body is of a kind that is not read here."))


def _describe_limits(operation: dict[str, Any]) -> None:
    """Changes and computed figures are counted for each person and address."""
    if operation["tags"] == ["Health"]:
        return
    wait = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    operation["responses"].setdefault("429", {**_error("Too many requests."), "headers": wait})


def _error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}


def _summarise(operation: dict[str, Any]) -> None:
    """Lists of operations show the summary: unless one is given, the first sentence of the description."""
    first = operation.get("description", "").partition("\n\n")[0]
    sentence = " ".join(first.split()).partition(". ")[0].rstrip(".")
    if sentence:
        operation.setdefault("summary", sentence)
