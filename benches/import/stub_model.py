#!/usr/bin/env python3
"""Writes the folder of a model that is a program, and answers at once: a fox on everything.

    stub_model.py FOLDER        writes FOLDER/biowatch-model.json
    stub_model.py --serve PORT  what that file starts
"""

import http.server
import json
import os
import pathlib
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(b"ok")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/shutdown":
            self.answer(b"bye")
            os._exit(0)
        box = {"class": 0, "label": "animal", "conf": 0.93, "xyxy": [1, 1, 9, 9], "xywhn": [0.3, 0.3, 0.5, 0.5]}
        lines = []
        for instance in json.loads(body)["instances"]:
            row = {
                "filepath": instance["filepath"],
                "classifications": {"labels": ["fox"], "scores": [0.91]},
                "detections": [box],
                "prediction": "fox",
                "prediction_score": 0.91,
                "model_version": "1",
            }
            lines.append(json.dumps({"output": {"predictions": [row]}}))
        self.answer(("\n".join(lines) + "\n").encode())


def main():
    if sys.argv[1] == "--serve":
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    command = ["python3", str(pathlib.Path(__file__).resolve()), "--serve", "{port}"]
    manifest = {
        "format": 1,
        "id": "stub",
        "version": "1",
        "name": "A stub",
        "licence": "MIT",
        "server": {"command": command, "ready_seconds": 60},
    }
    (folder / "biowatch-model.json").write_text(json.dumps(manifest))


main()
