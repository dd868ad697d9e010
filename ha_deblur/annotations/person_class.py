"""The flag --person_class of all commands that read boxes of people."""

from absl import flags

FLAG = flags.DEFINE_list(
    "person_class", None, "Names of the categories in the files of boxes that "
    "are people, separated by commas. Without it those whose names say so: "
    "person, pedestrian, rider, man, woman and the like.")
