"""Tiny DINOv3 classifier and bird head with random weights, and what PyTorch says of them.

python3 crates/weights/tests/data/make.py     needs torch and timm >= 1.0.20 (written with torch 2.10.0, timm 1.0.31)
The input is sin(0.37 * index) over [1, 3, 48, 48], in f64 rounded to f32.
"""

import collections
import json
import pathlib

import timm
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
torch.manual_seed(7)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.base_model = timm.create_model(
            "vit_small_patch16_dinov3.lvd1689m", pretrained=False, num_classes=5, global_pool="token", img_size=48,
            patch_size=8, embed_dim=64, depth=2, num_heads=1, mlp_ratio=1.0,
        )


def randomised(module):
    for name, value in module.named_parameters():
        value.data = torch.randn(value.shape) * (0.3 if value.ndim == 1 else 1 / value[0].numel() ** 0.5)
        if "norm" in name and name.endswith("weight"):
            value.data += 1
        if "gamma_" in name:
            value.data = value.data.abs() + 0.2
        if name.endswith(("cls_token", "reg_token")):
            value.data = torch.randn(value.shape) * 0.5
    return module.half().float().eval()


model = randomised(Model())
bird = randomised(nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.GELU(), nn.Dropout(0.5), nn.Linear(32, 8)))
bird[1].running_mean.normal_(0, 0.2)
bird[1].running_var.uniform_(0.5, 1.5)
wrapped = {"args": {"backbone": "vit_large_patch16_dinov3.lvd1689m", "num_classes": 5}, "state_dict": collections.OrderedDict(model.half().state_dict())}
torch.save(wrapped, HERE / "dinov3.pt")
model.float()
torch.save(collections.OrderedDict((f"bird_model.{key}", value) for key, value in bird.state_dict().items()), HERE / "bird-head.pt")
picture = torch.sin(0.37 * torch.arange(3 * 48 * 48, dtype=torch.float64)).float().reshape(1, 3, 48, 48)
with torch.no_grad():
    features = model.base_model.forward_features(picture)[:, 0]
    answers = dict(features=features, logits=model.base_model(picture), birds=bird(features))
(HERE / "dinov3.json").write_text(json.dumps({key: value[0].tolist() for key, value in answers.items()}) + "\n")
