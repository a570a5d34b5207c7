"""Walks the running application like a page does, and holds every answer against its own description.

    walk.py BIOWATCH SCENES

Starts `biowatch up` on a folder of its own, installs the built-in model, imports SCENES, edits, exports, and asks every call that reads.
Needs: jsonschema, openapi-spec-validator. Afterwards, where schemathesis is there, made-up requests are sent for a while.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import jsonschema
from openapi_spec_validator import validate

BIOWATCH, SCENES = sys.argv[1], os.path.abspath(sys.argv[2])
FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS", "40"))


class Application:
    running = []

    def __init__(self, data):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("BIOWATCH_", "LIT_"))}
        environment["HOME"] = data
        self.log = open(os.path.join(data, "up.log"), "ab")
        self.process = subprocess.Popen(
            [BIOWATCH, "--data-dir", os.path.join(data, "data"), "up", "--no-open", "--port", "0"],
            stdout=subprocess.PIPE, stderr=self.log, env=environment, text=True)
        self.running.append(self.process)
        address = self.process.stdout.readline().strip()
        self.root, self.key = address.split("/?key=")
        self.document = self.ask("GET", "/api/v1/openapi.json")[1]

    def ask(self, method, path, body=None, headers=(), raw=None):
        data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        request = urllib.request.Request(self.root + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + self.key)
        request.add_header("X-Biowatch", "1")
        if data is not None:
            request.add_header("Content-Type", "application/octet-stream" if raw is not None else "application/json")
        for name, value in headers:
            request.add_header(name, value)
        try:
            answer = urllib.request.urlopen(request, timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        content = answer.read()
        if "json" in (answer.headers.get("Content-Type") or "") and content:
            content = json.loads(content)
        return answer.status, content

    def call(self, name, path=(), query="", body=None, expect=(200, 201, 202, 204), raw=None):
        """Makes the call `name` and holds the answer against the description."""
        for place, calls in self.document["paths"].items():
            for method, call in calls.items():
                if call.get("operationId") != name:
                    continue
                for part in path:
                    begin, end = place.index("{"), place.index("}")
                    place = place[:begin] + part + place[end + 1:]
                status, content = self.ask(method.upper(), place + query, body, raw=raw)
                assert status in expect, f"{method} {place}: {status} {content}"
                self.check(call, status, content, place)
                return content
        raise AssertionError(f"no call {name}")

    def check(self, call, status, content, place):
        described = call["responses"].get(str(status)) or call["responses"]["default"]
        for kind, body in described.get("content", {}).items():
            if "json" in kind and isinstance(content, (dict, list)):
                schema = body["schema"]
                whole = {"components": self.document["components"], **schema}
                try:
                    jsonschema.Draft202012Validator(whole).validate(content)
                except jsonschema.ValidationError as error:
                    raise AssertionError(f"{place}: {error.message} at {list(error.absolute_path)}") from None

    def wait(self, what, seconds=300):
        until = time.time() + seconds
        while time.time() < until:
            found = what()
            if found:
                return found
            time.sleep(0.3)
        raise AssertionError("it takes too long")

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        assert how == signal.SIGKILL or self.process.wait(60) == 0, self.process.returncode
        self.process.wait(60)


def main():
    data = tempfile.mkdtemp(prefix="biowatch-walk-")
    app = Application(data)
    validate(app.document)
    print(f"{sum(len(calls) for calls in app.document['paths'].values())} calls are described")

    for name in ["getStatus", "listCountries", "listFolders", "listModels", "listServers", "listRuns", "listStudies"]:
        app.call(name)
    demo = app.call("installModel", ["demo:1.0"])
    assert demo["state"] == "installing", demo["state"]
    install = app.wait(lambda: (model := app.call("getModel", ["demo:1.0"]))["state"] != "installing" and model)
    assert install["state"] == "installed", install["install"]
    assert app.call("verifyModel", ["demo:1.0"])["problems"] == []
    assert app.call("listModelSpecies", ["demo:1.0"], "?search=vulpes")["items"]

    look = app.call("beginPreflight", body={"folder": SCENES})
    look = app.wait(lambda: (seen := app.call("getPreflight", [look["id"]]))["done"] and seen)
    assert look["photos"] == 24, look
    wish = {"study": {"name": "Walk"}, "folder": SCENES, "model": "demo:1.0", "country": "SVN"}
    run = app.call("createRun", body=wish)
    # Killed in the middle of it, the next start goes on.
    app.wait(lambda: app.call("getRun", [run["id"]])["done"] > 0)
    app.end(signal.SIGKILL)
    app = Application(data)
    over = ("completed", "failed", "cancelled", "interrupted")
    run = app.wait(lambda: (now := app.call("getRun", [run["id"]]))["state"] in over and now)
    assert (run["state"], run["done"], run["failed"]) == ("completed", 24, 0), run
    app.call("listRunErrors", [run["id"]])
    study = run["study"]["id"]

    overview = app.call("getStudy", [study])
    assert overview["totals"]["photos"] == 24, overview["totals"]
    page = app.call("listMedia", [study], "?limit=5&sort=name")
    assert page["total"] == 24 and len(page["items"]) == 5 and page["next"]
    again = app.call("listMedia", [study], f"?limit=5&sort=name&cursor={page['next']}")
    assert not {one["id"] for one in page["items"]} & {one["id"] for one in again["items"]}
    app.call("countMedia", [study], "?kind=animal")
    app.call("listSequences", [study])
    app.call("getTaxa", [study])
    assert app.call("findSpecies", [study], "?search=vulpas")
    for plot in ["species-counts", "activity", "over-time", "effort", "accumulation", "map"]:
        app.call("getPlot", [study, plot])
        app.call("getPlot", [study, plot], "?format=csv")
    medium = page["items"][0]["id"]
    app.call("getMedium", [study, medium])
    for size in ["thumb", "medium", "full", "original"]:
        picture = app.call("getPicture", [study, medium], f"?size={size}")
        assert picture[:2] == b"\xff\xd8", size
    assert app.call("getPicture", [study, medium], "?size=thumb&blurPeople=true")[:2] == b"\xff\xd8"

    word = {"scientificName": "vulpes vulpes", "commonName": "red fox", "count": 2}
    app.call("observe", [study, medium], body={"observations": [word]})
    said = app.call("getMedium", [study, medium])["observations"]
    assert [(one["scientificName"], one["count"], one["method"]) for one in said] == [("vulpes vulpes", 2, "human")], said
    everything = [one["id"] for one in app.call("listMedia", [study], "?limit=1000")["items"]]
    assert app.call("edit", [study], body={"mediaIds": everything, "action": {"favourite": True}})["media"] == 24
    app.call("edit", [study], body={"mediaIds": everything[:3], "action": {"blank": True}})
    assert app.call("undo", [study])["edit"]["kind"] == "blank"
    app.call("redo", [study])
    app.call("listEdits", [study])
    assert app.call("checkStudy", [study])["passed"]

    for form in ["csv", "camtrap-dp", "megadetector", "coco"]:
        made = app.call("createExport", [study], body={"format": form, "options": {}})
        done = lambda: next(one for one in app.call("listExports", [study]) if one["id"] == made["id"])
        made = app.wait(lambda: (now := done())["state"] != "running" and now)
        print(f"export {form}: {made['state']} {made['problem'] or ''}")
        if made["state"] == "done":
            assert app.call("downloadExport", [study, made["id"]])
    server = app.call("startServer", body={"model": "demo:1.0", "country": "SVN"})
    named = lambda: next(one for one in app.call("listServers") if one["name"] == server["name"])
    server = app.wait(lambda: (now := named())["state"] in ("ready", "failed") and now)
    assert server["state"] == "ready", server
    scene = os.path.join(SCENES, sorted(name for name in os.listdir(SCENES) if name.endswith(".jpg"))[0])
    trial = app.call("tryServer", [server["name"]], raw=open(scene, "rb").read())
    assert trial["prediction"] and trial["boxes"], trial
    app.call("getServerLog", [server["name"]])

    app.call("changeStudy", [study], body={"title": "Walk", "sequenceGap": 60})
    other = app.call("createStudy", body={"name": "Other"})
    app.call("removeStudy", [other["id"]])
    fuzz(app, data)
    app.end()
    left = subprocess.run([BIOWATCH, "--data-dir", os.path.join(data, "data"), "ps", "--json"], capture_output=True, text=True)
    assert json.loads(left.stdout) == [], left.stdout
    log = open(os.path.join(data, "up.log")).read()
    assert "panicked" not in log, log
    shutil.rmtree(data)
    print("the application answers as it is described")


def fuzz(app, data):
    """Made-up requests: none may end in a fault of ours."""
    program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    if FUZZ_SECONDS == 0 or not os.path.exists(program):
        print("not tried: made-up requests (schemathesis is not there)")
        return
    # Calls that change the machine, or never end.
    calls = "followEvents|startServer|installModelFrom|removeModel|closeSession|createRun|removeStudy|installModel"
    words = [program, "run", app.root + "/api/v1/openapi.json", "--url", app.root, "--checks", "not_a_server_error",
             "-H", "Authorization: Bearer " + app.key, "-H", "X-Biowatch: 1", "--max-examples", "25", "--phases", "examples,fuzzing",
             "--exclude-operation-id-regex", f"^({calls})$", "--request-timeout", "20", "--workers", "2"]
    report = os.path.join(data, "fuzz.txt")
    with open(report, "w") as out:
        try:
            code = subprocess.run(words, stdout=out, stderr=subprocess.STDOUT, timeout=FUZZ_SECONDS, cwd=data).returncode
        except subprocess.TimeoutExpired:
            code = 0
    text = open(report).read()
    assert "Server error" not in text, text[-6000:]
    print(f"made-up requests: no fault (exit {code})")


try:
    main()
finally:
    for process in Application.running:
        process.kill()
