"""Writes what speciesnet 5.0.6 says of the golden photos, one wire line a photo: format 20261015.

    python make.py GOLDENS        needs speciesnet 5.0.6; GOLDENS is the folder with `images` and `speciesnet`

per-animal-none.ndjson   no country
per-animal-FRA.ndjson    France, so that the geofence has its say
"""

import json
import os
import pathlib
import sys

from speciesnet import SpeciesNet

HERE = pathlib.Path(__file__).resolve().parent
os.chdir(sys.argv[1])
photos = sorted(str(path) for path in pathlib.Path("images").glob("*.jpg"))
model = SpeciesNet("speciesnet/model")
for country in (None, "FRA"):
    instances = [{"filepath": photo, **({"country": country} if country else {})} for photo in photos]
    answer = model.predict(instances_dict={"instances": instances})
    assert answer["info"] == {"format_version": "20261015"}, answer["info"]
    lines = [json.dumps({"output": {"predictions": [row]}}) + "\n" for row in answer["predictions"]]
    (HERE / f"per-animal-{country or 'none'}.ndjson").write_text("".join(lines))
