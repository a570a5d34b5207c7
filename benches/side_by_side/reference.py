"""The Python side of `compare.py`: SpeciesNet as its own package runs it, a path a line in, a row a line out.

    python reference.py MODEL_FOLDER THREADS      needs the `speciesnet` package; THREADS 0 leaves the default
"""

import json
import os
import sys

import torch
from speciesnet import SpeciesNet

wire = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # progress bars and notices of the libraries stay off the wire
folder, threads = sys.argv[1], int(sys.argv[2])
if threads:
    torch.set_num_threads(threads)
model = SpeciesNet(folder)
print(json.dumps({"ready": True}), file=wire)
for line in sys.stdin:
    path = line.rstrip("\n")
    answer = model.predict(instances_dict={"instances": [{"filepath": path}]})
    print(json.dumps(answer["predictions"][0]), file=wire)
