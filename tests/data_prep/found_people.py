"""Boxes of people: how well two agree; a detector's results as a file."""

import json


def overlap(one, other):
    """Intersection over union of two boxes [x, y, width, height]."""
    sides = [max(0, min(a + length_a, b + length_b) - max(a, b))
             for a, b, length_a, length_b in zip(
                 one[:2], other[:2], one[2:], other[2:])]
    common = sides[0] * sides[1]
    return common / (one[2] * one[3] + other[2] * other[3] - common)


def results(tmp_path, *entries):
    path = tmp_path / "results.json"
    path.write_text(json.dumps([
        {"image_id": image_id, "category_id": category, "bbox": [1, 2, 3, 4],
         "score": score} for image_id, category, score in entries]))
    return path
