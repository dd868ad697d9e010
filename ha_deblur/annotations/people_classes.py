"""Which classes of an annotation file are people.

Other data sets call them pedestrian, rider, man, woman, "Person_sitting",
"human.pedestrian.adult", "person, individual, someone", ...: a class is people
if all words of its name say so, whatever is between them. So "human face",
"pedestrian crossing" and "no person" are not.
"""

import re

_PEOPLE = """
    person persons people pedestrian pedestrians human humans
    man men woman women boy boys girl girls child children kid kids baby
    babies toddler adult adults lady ladies guy guys individual individuals
    rider riders cyclist cyclists bicyclist bicyclists motorcyclist
    motorcyclists biker bikers skier skiers skater skaters surfer surfers
    runner runners walker walkers player players worker workers passenger
    passengers driver drivers officer officers somebody someone mortal soul
    personnel crowd"""
# What may stand beside such a word.
_BESIDE = """
    a an the and or of on in with other type class body full whole visible
    partially partly occluded truncated static still moving standing sitting
    seated walking running riding lying kneeling group
    male female young old elderly construction police personal
    vehicle bicycle bike motorcycle motorbike bmp poly poses"""


class PeopleClasses:
    """Tells classes of people from others, which it remembers.

    Args:
      wanted: a list of names, or one text with commas between: the classes that
        are people, in place of those whose names say so. Case and spaces don't
        matter.

    Attributes:
      wanted: those names, as a list.
      others: the names of classes that are not people, in the order in
        which they came up.
    """

    def __init__(self, wanted=None):
        if isinstance(wanted, str):
            wanted = wanted.split(",")
        self.wanted = [name.strip() for name in wanted or () if name.strip()]
        self.others = {}  # a dict keeps the order

    @classmethod
    def of(cls, given):
        """`given`, if it is one already, or one of the wanted names."""
        return given if isinstance(given, cls) else cls(given)

    def has(self, *names):
        """Whether a class of these names, or number and name, is people."""
        if self.wanted:
            wanted = {_key(name) for name in self.wanted}
            found = any(_key(name) in wanted for name in names)
        else:
            found = any(_says_people(str(name)) for name in names)
        if not found:
            self.others.update(dict.fromkeys(map(str, names[-1:])))
        return found

    def described(self):
        """The classes that are people, in words."""
        return (" or ".join(f"'{name}'" for name in self.wanted)
                or "'person' or the like")

    def listed_others(self, most=10):
        """The others, in words, and what to do if some of them are people."""
        names = [f"'{name}'" for name in self.others]
        return (f"there are {', '.join(names[:most])}"
                + f" and {len(names) - most} more" * (len(names) > most)
                + "; --person_class=NAME,NAME says which are people")


def _key(name):
    return "".join(str(name).casefold().split())


def _says_people(name):
    words = re.findall(r"[^\W\d_]+", name.casefold())
    people = set(_PEOPLE.split())
    return not people.isdisjoint(words) and people.union(
        _BESIDE.split()).issuperset(words)
