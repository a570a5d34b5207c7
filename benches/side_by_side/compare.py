"""Times `biowatch` against the Python reference on the same photos, side by side in one run.

    python3 compare.py MODEL_FOLDER PHOTO... [--biowatch target/release/biowatch] [--onnxruntime LIBRARY]
                       [--python PYTHON] [--reference speciesnet|deepfaune|manas] [--rounds 3] [--threads N]
                       [--json OUT]

Every side is a process that holds the model: `biowatch serve` with the built-in engine, the same with ONNX
Runtime when its library is given, and the reference when a Python with its packages is given: `reference.py`
for SpeciesNet (`speciesnet`), `deepfaune_reference.py` for DeepFaune and Manas (`ultralytics`, `timm`).
They take turns photo by photo, so that a machine that slows down slows them all, and each photo is asked for
alone. The figure to compare is the CPU time of a side's process for each photo: it moves little when the
machine is shared. The first photo of each side is a warm-up and is not counted.

Needs Linux (`/proc`) and Python 3.11, nothing else.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

REFERENCES = {"speciesnet": "reference.py", "deepfaune": "deepfaune_reference.py", "manas": "deepfaune_reference.py"}
HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")


class Side:
    """One process with the model in memory."""

    def __init__(self, name, command, environment):
        self.name, self.cpu, self.wall = name, [], []
        self.log = tempfile.TemporaryFile("w+")
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, env={**os.environ, **environment})

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.process.pid}/{name}").read_text()

    def cpu_seconds(self):
        fields = self.proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_mb(self):
        line = next(line for line in self.proc("status").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def timed(self, photo):
        cpu, wall = self.cpu_seconds(), time.monotonic()
        answer = self.ask(photo)
        return answer, self.cpu_seconds() - cpu, time.monotonic() - wall

    def line(self, what):
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            sys.exit(f"{self.name} ended before {what}:\n{self.log.read()}")
        return json.loads(line)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Biowatch(Side):
    def __init__(self, name, args, engine, environment):
        command = [args.biowatch, "serve", args.model, "--port", "0", "--engine", engine]
        if args.threads:
            command += ["--threads", str(args.threads)]
        super().__init__(name, command, environment)
        self.url = self.line("it was ready")["url"].rstrip("/")
        self.ready = time.monotonic() - self.started

    def ask(self, photo):
        body = json.dumps({"instances": [{"filepath": photo}]}).encode()
        request = urllib.request.Request(self.url + "/predict", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.loads(answer.read())["output"]["predictions"][0]


class Reference(Side):
    def __init__(self, name, args):
        command = [args.python, str(HERE / REFERENCES[args.reference]), args.model, str(args.threads or 0)]
        super().__init__(name, command, {})
        self.line("it was ready")
        self.ready = time.monotonic() - self.started

    def ask(self, photo):
        self.process.stdin.write(photo + "\n")
        self.process.stdin.flush()
        return self.line("it answered")


def scores(answer):
    """What has to agree: the label, and every number of the row, boxes as parts of the photo."""
    found = answer.get("classifications", {}).get("scores", [])
    boxes = [[d["conf"], *(d.get("bbox") or d["xywhn"])] for d in answer.get("detections", [])]
    return answer.get("prediction"), [*found, *(value for box in boxes for value in box)]


def difference(a, b):
    (label_a, a), (label_b, b) = scores(a), scores(b)
    if label_a != label_b or len(a) != len(b):
        return float("inf")
    return max((abs(x - y) for x, y in zip(a, b)), default=0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model")
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--biowatch", default="target/release/biowatch")
    parser.add_argument("--onnxruntime")
    parser.add_argument("--python")
    parser.add_argument("--reference", choices=REFERENCES, default="speciesnet")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--json")
    args = parser.parse_args()
    args.model = str(pathlib.Path(args.model).resolve())
    photos = [str(pathlib.Path(photo).resolve()) for photo in args.photos]

    sides = []
    try:
        if args.python:
            sides.append(Reference("PyTorch reference", args))
        if args.onnxruntime:
            environment = {"BIOWATCH_ONNXRUNTIME": args.onnxruntime}
            sides.append(Biowatch("biowatch, ONNX Runtime", args, "onnxruntime", environment))
        sides.append(Biowatch("biowatch, built-in", args, "built-in", {}))
        worst = {side.name: 0.0 for side in sides}
        for side in sides:
            side.ask(photos[0])
        for turn in range(args.rounds):
            for at, photo in enumerate(photos):
                answers = {}
                for side in sides[(turn + at) % len(sides):] + sides[:(turn + at) % len(sides)]:
                    answers[side.name], cpu, wall = side.timed(photo)
                    side.cpu.append(cpu)
                    side.wall.append(wall)
                for name, answer in answers.items():
                    worst[name] = max(worst[name], difference(answers[sides[0].name], answer))
        base = statistics.median(sides[0].cpu)
        report = []
        for side in sides:
            median = statistics.median(side.cpu)
            report.append({
                "side": side.name, "photos": len(side.cpu), "cpu_s": round(median, 3),
                "cpu_s_min": round(min(side.cpu), 3), "cpu_s_max": round(max(side.cpu), 3),
                "wall_s": round(statistics.median(side.wall), 3), "ratio": round(median / base, 3),
                "start_s": round(side.ready, 2), "peak_mb": round(side.peak_mb()),
                "largest_difference": worst[side.name],
            })
    finally:
        for side in sides:
            side.stop()
    print(f"{'':24}{'CPU s a photo':>14}{'min .. max':>18}{'ratio':>8}{'wall s':>8}{'start s':>9}{'peak MB':>9}"
          f"{'differs by':>12}")
    for row in report:
        spread = f"{row['cpu_s_min']:.2f} .. {row['cpu_s_max']:.2f}"
        print(f"{row['side']:24}{row['cpu_s']:14.3f}{spread:>18}{row['ratio']:8.2f}{row['wall_s']:8.2f}{row['start_s']:9.2f}"
              f"{row['peak_mb']:9}{row['largest_difference']:12.1e}")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
