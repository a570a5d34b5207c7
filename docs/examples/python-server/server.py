"""A model that is a program of its own: the HTTP contract in the standard library. Put your code into `predict`."""

import argparse
import http.server
import json
import os
import signal
import threading

VERSION = "0.1"


def predict(path):
    """One row. Whatever a row holds, it has these keys; a file that cannot be read is a row with `error`."""
    try:
        size = os.path.getsize(path)
    except OSError as error:
        return {"filepath": path, "prediction": "error", "prediction_score": 0.0, "error": str(error), "model_version": VERSION}
    word, score = ("animal", 0.9) if size > 10_000 else ("blank", 0.8)
    return {
        "filepath": path,
        "classifications": {"labels": [word], "scores": [score]},
        "detections": [],
        "prediction": word,
        "prediction_score": score,
        "model_version": VERSION,
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, b"ok")
        elif self.path == "/info":
            self.answer(200, json.dumps({"model": {"version": VERSION, "type": "by-file-size"}}).encode())
        else:
            self.answer(404, b"not found")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/predict":
            self.stream(json.loads(body)["instances"])
        elif self.path == "/shutdown" and self.may_shut_down():
            self.answer(200, b"bye")
            threading.Thread(target=self.server.shutdown).start()
        else:
            self.answer(404, b"not found")

    def may_shut_down(self):
        key = os.environ.get("LIT_SHUTDOWN_API_KEY")
        return bool(key) and self.headers.get("Authorization") == f"Bearer {key}"

    def stream(self, instances):
        """One line of JSON for each row, sent as soon as it is there."""
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for instance in instances:
            line = json.dumps({"output": {"predictions": [predict(instance["filepath"])]}}).encode() + b"\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.write(b"0\r\n\r\n")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=8000)
server = http.server.ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
# Ask only: the serving loop may be the one that was interrupted.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
