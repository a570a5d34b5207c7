"""Shifts the detector's objectness and sharpens the classifier's scores, both by one number: neither changes an order.

    python calibrate.py --detector in.pt OUT.pt --shift -0.3
    python calibrate.py --classifier in.pt OUT.pt --sharpen 1.4

The numbers are chosen on photos of a seed of their own (14), by what the ensemble then says; see `README.md`.
"""

import argparse

import torch

import detector


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out")
    parser.add_argument("--detector")
    parser.add_argument("--classifier")
    parser.add_argument("--shift", type=float, default=0.0, help="added to the logit of objectness")
    parser.add_argument("--sharpen", type=float, default=1.0, help="multiplies the logits of the classes")
    args = parser.parse_args()
    with torch.no_grad():
        if args.detector:
            model = detector.yolo.load(args.detector)
            for conv in model.model[-1].m:
                conv.bias.view(3, -1)[:, 4] += args.shift
            detector.save(model, args.out)
        else:
            module = torch.load(args.classifier, weights_only=False)
            head = [buffer for buffer in module.initializers.buffers() if buffer.is_floating_point() and buffer.numel() > 1]
            assert len(head) == 2, "the kernel and the bias of the last layer"
            for buffer in head:
                buffer.mul_(args.sharpen)
            torch.save(module, args.out)


if __name__ == "__main__":
    main()
