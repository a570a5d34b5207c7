"""The words of the demo model: labels, taxonomy, geofence."""

import json
import pathlib
import uuid

BLANK = "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank"
ANIMAL = "1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal"
HUMAN = "990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human"
VEHICLE = "e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle"
# The one uuid of a species here that is the published model's own.
KNOWN = {"mammalia;lagomorpha;leporidae;lepus;europaeus": "ce9a5481-b3f7-4e42-8b8b-382f601fded0",
         "mammalia;lagomorpha;leporidae;;": "6c09fa63-2acc-4915-a60b-bd8cee40aedb"}

SPECIES = [
    ("mammalia;artiodactyla;cervidae;cervus;elaphus", "red deer"),
    ("mammalia;artiodactyla;cervidae;cervus;nippon", "sika deer"),
    ("mammalia;artiodactyla;cervidae;capreolus;capreolus", "european roe deer"),
    ("mammalia;artiodactyla;suidae;sus;scrofa", "wild boar"),
    ("mammalia;carnivora;canidae;vulpes;vulpes", "red fox"),
    ("mammalia;carnivora;mustelidae;meles;meles", "eurasian badger"),
    ("mammalia;lagomorpha;leporidae;lepus;europaeus", "european hare"),
    ("mammalia;lagomorpha;leporidae;lepus;timidus", "mountain hare"),
    ("mammalia;carnivora;felidae;lynx;lynx", "eurasian lynx"),
    ("mammalia;carnivora;canidae;canis;lupus", "grey wolf"),
    ("mammalia;carnivora;ursidae;ursus;arctos", "brown bear"),
    ("aves;galliformes;phasianidae;phasianus;colchicus", "common pheasant"),
]
HIGHER = {
    "mammalia;;;;": "mammal", "aves;;;;": "bird",
    "mammalia;artiodactyla;;;": "even-toed ungulate", "mammalia;carnivora;;;": "carnivorous mammal",
    "mammalia;lagomorpha;;;": "lagomorph", "mammalia;primates;;;": "primate", "aves;galliformes;;;": "galliformes order bird",
    "mammalia;artiodactyla;cervidae;;": "deer family", "mammalia;artiodactyla;suidae;;": "pig family",
    "mammalia;carnivora;canidae;;": "dog family", "mammalia;carnivora;mustelidae;;": "weasel family",
    "mammalia;carnivora;felidae;;": "cat family", "mammalia;carnivora;ursidae;;": "bear family",
    "mammalia;lagomorpha;leporidae;;": "rabbit and hare family", "aves;galliformes;phasianidae;;": "pheasant family",
    "mammalia;primates;hominidae;;": "great ape family",
    "mammalia;artiodactyla;cervidae;cervus;": "cervus species", "mammalia;artiodactyla;cervidae;capreolus;": "capreolus species",
    "mammalia;artiodactyla;suidae;sus;": "sus species", "mammalia;carnivora;canidae;vulpes;": "vulpes species",
    "mammalia;carnivora;canidae;canis;": "canis species", "mammalia;carnivora;mustelidae;meles;": "meles species",
    "mammalia;carnivora;felidae;lynx;": "lynx species", "mammalia;carnivora;ursidae;ursus;": "ursus species",
    "mammalia;lagomorpha;leporidae;lepus;": "lepus species", "aves;galliformes;phasianidae;phasianus;": "phasianus species",
    "mammalia;primates;hominidae;homo;": "homo species",
}

# Where the species live, coarsely: enough for rules that do something. Slovenia, where the demo's cameras hang,
# has them all but the sika deer.
EUROPE = ["ALB", "AUT", "BEL", "BGR", "BIH", "CHE", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HRV", "HUN", "ITA",
          "LTU", "LUX", "LVA", "MKD", "MNE", "NLD", "NOR", "POL", "PRT", "ROU", "RUS", "SRB", "SVK", "SVN", "SWE", "TUR", "UKR"]


def without(*countries):
    return [c for c in EUROPE if c not in countries]


RANGES = {
    "elaphus": EUROPE, "capreolus": EUROPE, "scrofa": EUROPE + ["JPN", "USA", "IND"], "meles": EUROPE, "europaeus": EUROPE,
    "vulpes": EUROPE + ["CAN", "USA", "JPN", "AUS", "IND"], "colchicus": EUROPE + ["CHN", "USA"],
    "nippon": ["AUT", "CHN", "CZE", "DEU", "DNK", "FRA", "GBR", "HUN", "IRL", "JPN", "KOR", "LTU", "NZL", "POL", "RUS", "SVK", "TWN", "UKR", "USA", "VNM"],
    "timidus": ["AUT", "CHE", "DEU", "EST", "FIN", "FRA", "GBR", "IRL", "ITA", "JPN", "LTU", "LVA", "NOR", "POL", "RUS", "SVN", "SWE"],
    "lynx": without("BEL", "DNK", "GBR", "LUX", "NLD", "PRT", "ESP"), "lupus": without("GBR") + ["CAN", "USA", "IND"],
    "arctos": without("BEL", "CHE", "CZE", "DEU", "DNK", "GBR", "HUN", "LUX", "NLD", "PRT") + ["CAN", "USA", "JPN"],
}


def line(taxon, name):
    known = KNOWN.get(taxon) or uuid.uuid5(uuid.NAMESPACE_URL, f"biowatch-demo/{taxon}")
    return f"{known};{taxon};{name}"


# Class indices of the classifier. `blank`, `human` and `vehicle` are where the truth's labels say so.
LABELS = [line(*s) for s in SPECIES] + [BLANK, HUMAN, VEHICLE]
TRUTH = [" ".join(taxon.split(";")[3:]) for taxon, _ in SPECIES] + ["blank", "human", "vehicle"]


def write(folder, stem, detector):
    folder = pathlib.Path(folder)
    (folder / f"{stem}.labels.txt").write_text("\n".join(LABELS) + "\n")
    taxonomy = [line(*s) for s in SPECIES] + [line(t, n) for t, n in HIGHER.items()] + [HUMAN, ANIMAL, BLANK, VEHICLE]
    (folder / "taxonomy_release.txt").write_text("\n".join(sorted(taxonomy)) + "\n")
    fence = {taxon: {"allow": {c: [] for c in sorted(RANGES[taxon.split(";")[4]])}} for taxon, _ in SPECIES}
    fence["mammalia;;;;"] = fence["aves;;;;"] = {"block": {"ATA": []}}
    (folder / "geofence_release.json").write_text(json.dumps(dict(sorted(fence.items())), indent=1) + "\n")
    info = {"version": "1.0", "type": "always_crop", "classifier": f"{stem}.pt", "classifier_labels": f"{stem}.labels.txt",
            "detector": detector, "taxonomy": "taxonomy_release.txt", "geofence": "geofence_release.json"}
    (folder / "info.json").write_text(json.dumps(info, indent=2) + "\n")
