"""Which boxes of a detector are people, and where doubt remains."""

from ha_deblur.annotations import coco, sure_boxes


def test_doubt_takes_the_picture_out_and_sure_people_settle_it():
    person, limb, stranger = [10, 10, 20, 40], [12, 30, 8, 30], [60, 5, 10, 30]
    scores = {
        "sure": ([person, stranger], [0.9, 0.36]),
        "limb": ([person, limb], [0.9, 0.2]),
        "doubt": ([person, stranger], [0.9, 0.2]),
        "noise": ([stranger], [0.1]),
        "drawn": ([stranger], None),
        "nobody": ([], []),
    }
    boxes = coco.Boxes(
        {name: drawn for name, (drawn, _) in scores.items()}, {},
        {name: given for name, (_, given) in scores.items()})
    assert sure_boxes.chosen(boxes, sure=0.35, doubtful=0.15) == {
        "sure": [person, stranger], "limb": [person], "noise": [],
        "drawn": [stranger], "nobody": []}
