"""Classes of people, as public data sets call them."""

import pytest

from ha_deblur.annotations.people_classes import PeopleClasses


@pytest.mark.parametrize("name", [
    "person", " PERSON ", "Pedestrian", "people", "man", "Woman", "child",
    "rider", "human", "cyclist", "Person_sitting", "sitting person",
    "person (other)", "people group", "human--rider--bicyclist",
    "human.pedestrian.adult", "person, individual, someone, somebody, mortal, "
    "soul", "person_bmp", "TYPE_PEDESTRIAN", "partially-visible person"])
def test_names_of_people(name):
    assert PeopleClasses().has(name)


@pytest.mark.parametrize("name", [
    "dog", "Human face", "no person", "pedestrian crossing", "woman's hat",
    "bicycle", "vehicle", "manhole", "ignore", "non-person", "", "0"])
def test_names_of_something_else(name):
    classes = PeopleClasses()
    assert not classes.has(name)
    assert list(classes.others) == [name]


def test_the_wanted_ones_alone_are_people():
    classes = PeopleClasses("Goal Keeper, 3")
    assert classes.has("goalkeeper") and classes.has("3", "referee")
    assert not classes.has("person")
    assert "'person'; --person_class=NAME,NAME" in classes.listed_others()
