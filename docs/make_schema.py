"""Write what the schema of game files says of reforms, from their kinds: run after a change.

The rest of `schemas/pigou-game-1.schema.json` is written by hand. A test compares.
"""

import copy
import json
from pathlib import Path

from pigou.reform_kinds import KEYS, KINDS

FILE = Path(__file__).parent / "schemas" / "pigou-game-1.schema.json"
FORMULA = {"$ref": "#/$defs/formula"}
NAME = {"$ref": "#/$defs/name"}
STAGE = {"type": "integer", "minimum": 1}
TEXT = {"type": "string"}
READ = {
    "name": TEXT,
    "names": {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]},
    "formula": FORMULA,
    "flag": {"type": "boolean"},
    "table": {"type": "object", "propertyNames": NAME, "additionalProperties": FORMULA},
    "labels": {"type": "object", "propertyNames": NAME, "additionalProperties": FORMULA},
    "stages": {
        "anyOf": [STAGE, {"type": "object", "propertyNames": NAME, "additionalProperties": STAGE}]
    },
}


def steps():
    """One schema a kind, and one an alternative where a kind has several."""
    for kind in KINDS.values():
        for group in kind.either or ((),):
            keys = [*group, *kind.required, *kind.optional]
            properties = {"kind": {"const": kind.name}}
            properties |= {key: READ[KEYS[key].read] for key in keys}
            yield properties, ["kind", *group, *kind.required]


def table(properties, required):
    """Return the schema of a table."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def listed(what):
    """Return the schema of a list."""
    return {"type": "array", "items": {"$ref": f"#/$defs/{what}"}, "minItems": 1, "maxItems": 20}


def written(schema):
    """Return the schema with its reforms and steps written anew."""
    number, parameter = {"$ref": "#/$defs/number"}, {"$ref": "#/$defs/parameter"}
    shared = {
        "name": {"type": "string", "pattern": "\\S"},
        "label": TEXT,
        "source": TEXT,
        "running_cost": FORMULA,
        "failure": number,
        "parameters": {
            "type": "object",
            "propertyNames": NAME,
            "maxProperties": 200,
            "additionalProperties": {"anyOf": [number, parameter]},
        },
    }
    ways = [
        *steps(),
        ({"steps": listed("step")}, ["steps"]),
        ({"parts": listed("reform")}, ["parts"]),
    ]
    ways.append(({}, ["running_cost"]))
    new = copy.deepcopy(schema)
    new["$defs"]["step"] = {"oneOf": [table(*one) for one in steps()]}
    new["$defs"]["reform"] = {
        "oneOf": [table(shared | keys, ["name", *needed]) for keys, needed in ways]
    }
    return new


def text(schema):
    """Return the text of the file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(written(json.loads(FILE.read_text("utf-8")))), "utf-8")
