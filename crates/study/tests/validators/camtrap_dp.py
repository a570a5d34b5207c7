#!/usr/bin/env python3
"""Validates a Camtrap DP package with frictionless: every cell's type and rule, unique ids, foreign keys, the profile.

    camtrap_dp.py PACKAGE [PUBLISHED]          needs: pip install frictionless jsonschema

PUBLISHED is a folder with the files of camtrap-dp 1.0.2 (`camtrap-dp-profile.json` and the three table schemas) and
`data-package.json`, the profile of Data Package 1.0. Without it they are fetched. Where that fails too, the rules below are
used, which were written down from the specification; the last line says which it was. Exits 1 on any error.
"""

import functools
import http.server
import json
import os
import shutil
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

import frictionless
import jsonschema

ROOT = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2"
GENERIC = "https://specs.frictionlessdata.io/schemas/data-package.json"
GEOJSON = "http://json.schemastore.org/geojson.json"
TABLES = ("deployments", "media", "observations")

# name, type, then rules: `!` required, `u` unique, a range, words, a pattern.
RULES = {
    "deployments": """
deploymentID string !u | locationID string | locationName string | latitude number ! -90..90 | longitude number ! -180..180
coordinateUncertainty integer 1.. | deploymentStart datetime ! | deploymentEnd datetime ! | setupBy string | cameraID string
cameraModel string | cameraDelay integer 0.. | cameraHeight number 0.. | cameraDepth number 0.. | cameraTilt integer -90..90
cameraHeading integer 0..360 | detectionDistance number 0.. | timestampIssues boolean | baitUse boolean
featureType string roadPaved,roadDirt,trailHiking,trailGame,roadUnderpass,roadOverpass,roadBridge,culvert,burrow,nestSite,carcass,waterSource,fruitingTree
habitat string | deploymentGroups string | deploymentTags string | deploymentComments string""",
    "media": r"""
mediaID string !u | deploymentID string ! | captureMethod string activityDetection,timeLapse | timestamp datetime !
filePath string ! ~^(?=^[^./~])(^((?!\.{2}).)*$).*$ | filePublic boolean ! | fileName string
fileMediatype string ! ~^(image|video|audio)/.*$ | exifData any | favorite boolean | mediaComments string""",
    "observations": """
observationID string !u | deploymentID string ! | mediaID string | eventID string | eventStart datetime ! | eventEnd datetime !
observationLevel string ! media,event | observationType string ! animal,human,vehicle,blank,unknown,unclassified
cameraSetupType string setup,calibration | scientificName string | count integer 1.. | lifeStage string adult,subadult,juvenile
sex string female,male | behavior string | individualID string | individualPositionRadius number 0..
individualPositionAngle number -90..90 | individualSpeed number 0.. | bboxX number 0..1 | bboxY number 0..1
bboxWidth number 1e-15..1 | bboxHeight number 1e-15..1 | classificationMethod string human,machine | classifiedBy string
classificationTimestamp datetime | classificationProbability number 0..1 | observationTags string | observationComments string""",
}
FOREIGN = {"media": ["deployments"], "observations": ["deployments", "media"], "deployments": []}
KEYS = {"deployments": "deploymentID", "media": "mediaID", "observations": "observationID"}


def schema(table):
    """The rules of a table as a Table Schema."""
    fields = []
    for text in RULES[table].replace("\n", " | ").split(" | "):
        words = text.split()
        if not words:
            continue
        field, constraints = {"name": words[0], "type": words[1]}, {}
        if words[1] == "datetime":
            field["format"] = "%Y-%m-%dT%H:%M:%S%z"
        for rule in words[2:]:
            if rule in ("!", "!u"):
                constraints["required"] = True
                if rule == "!u":
                    constraints["unique"] = True
            elif rule.startswith("~"):
                constraints["pattern"] = rule[1:]
            elif ".." in rule:
                number = int if words[1] == "integer" else float
                for key, bound in zip(("minimum", "maximum"), rule.split("..")):
                    if bound:
                        constraints[key] = number(bound)
            else:
                constraints["enum"] = rule.split(",")
        field["constraints"] = constraints
        fields.append(field)
    foreign = [{"fields": KEYS[to], "reference": {"resource": to, "fields": KEYS[to]}} for to in FOREIGN[table]]
    return {"fields": fields, "primaryKey": [KEYS[table]], "foreignKeys": foreign, "missingValues": [""]}


def profile():
    """What 1.0.2 asks of `datapackage.json` beyond the generic profile."""
    text = {"type": "string"}
    words = lambda *allowed: {"enum": list(allowed)}
    resource = {
        "required": ["name", "path", "profile", "schema"],
        "properties": {
            "name": words(*TABLES),
            "profile": words("tabular-data-resource"),
            "schema": {"type": "string", "pattern": r"1\.0\.2"},
        },
    }
    person = {
        "required": ["title"],
        "properties": {
            "role": words("contact", "principalInvestigator", "rightsHolder", "publisher", "contributor"),
            "title": text,
        },
    }
    project = {
        "required": ["title", "samplingDesign", "captureMethod", "individualAnimals", "observationLevel"],
        "properties": {
            "title": text,
            "samplingDesign": words(
                "simpleRandom", "systematicRandom", "clusteredRandom", "experimental", "targeted", "opportunistic"
            ),
            "captureMethod": {"type": "array", "minItems": 1, "items": words("activityDetection", "timeLapse")},
            "individualAnimals": {"type": "boolean"},
            "observationLevel": {"type": "array", "minItems": 1, "items": words("media", "event")},
        },
    }
    date = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
    return {
        "type": "object",
        "required": ["resources", "profile", "created", "contributors", "project", "spatial", "temporal", "taxonomic"],
        "properties": {
            "resources": {"type": "array", "minItems": 3, "items": resource},
            "name": {"type": "string", "pattern": r"^[-a-z0-9._/]+$"},
            "profile": {"type": "string", "pattern": r"/1\.0\.2/camtrap-dp-profile\.json$"},
            "created": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$"},
            "contributors": {"type": "array", "minItems": 1, "items": person},
            "licenses": {"type": "array", "minItems": 2},
            "project": project,
            "temporal": {"required": ["start", "end"], "properties": {"start": date, "end": date}},
            "taxonomic": {"type": "array", "items": {"required": ["scientificName"]}},
        },
    }


def fetch(folder):
    """The published files in `folder`; false where the network does not reach them."""
    names = [f"{ROOT}/{name}-table-schema.json" for name in TABLES] + [f"{ROOT}/camtrap-dp-profile.json", GENERIC]
    try:
        for name in names:
            with urllib.request.urlopen(name, timeout=10) as answer:
                (folder / name.rsplit("/", 1)[1]).write_bytes(answer.read())
    except OSError as error:
        print(f"the published schemas cannot be fetched: {error}")
        return False
    return True


def serve(folder):
    """Serves `folder` on this machine, for schemas that name each other by address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_port}"


def published(package, folder):
    """The package as validated against the published files, which lie in `folder`."""
    geojson = Path(frictionless.__file__).parent / "assets/profiles/geojson.json"
    shutil.copy(geojson, folder)
    base = serve(folder)
    text = (folder / "camtrap-dp-profile.json").read_text()
    relaxed = json.loads(text.replace(GENERIC, f"{base}/data-package.json").replace(GEOJSON, f"{base}/geojson.json"))
    # The profile asks for 1.0.2 in the schemas' addresses, which are local here; they were compared before.
    relaxed["$defs"]["version"]["pattern"] = "localhost"
    (folder / "relaxed.json").write_text(json.dumps(relaxed))
    for resource in package["resources"]:
        resource["schema"] = f"{base}/{resource['name']}-table-schema.json"
    package["profile"] = f"{base}/relaxed.json"


def main():
    folder = Path(sys.argv[1]).resolve()
    package = json.loads((folder / "datapackage.json").read_text())
    jsonschema.validate(package, profile())
    geojson = json.loads((Path(frictionless.__file__).parent / "assets/profiles/geojson.json").read_text())
    jsonschema.validate(package["spatial"], geojson)
    for resource in package["resources"]:
        assert resource["schema"] == f"{ROOT}/{resource['name']}-table-schema.json", resource["schema"]
    work = Path(tempfile.mkdtemp())
    found = bool(sys.argv[2:])
    if found:
        for file in Path(sys.argv[2]).glob("*.json"):
            shutil.copy(file, work)
    if found or fetch(work):
        published(package, work)
        used = "the published schemas"
    else:
        for resource in package["resources"]:
            resource["schema"] = schema(resource["name"])
        package.pop("profile")
        used = "rules written down from the specification"
    os.chdir(folder)
    report = frictionless.validate(package)
    for error in report.errors:
        print("package", error.type, error.message[:300])
    for task in report.tasks:
        print(task.name, "rows:", task.stats.get("rows"), "errors:", task.stats.get("errors"))
        for error in task.errors[:20]:
            print(task.name, error.type, error.message[:300])
    print(f"{'valid' if report.valid else 'INVALID'} by frictionless {frictionless.__version__} with {used}")
    shutil.rmtree(work)
    sys.exit(0 if report.valid else 1)


main()
