"""Times in a video, as people write them."""

import re

from ha_deblur.commandline import UserError


def seconds(time):
    """Seconds of 12.5, "12.5", "1:02.5" or "1:00:02.5"; None stays None.

    Raises:
      UserError: it is no such time.
    """
    if time is None:
        return None
    if not re.fullmatch(r"(\d+:)?(\d+:)?\d+(\.\d*)?", str(time)):
        raise UserError(f"'{time}' is no time in a video; write seconds, "
                        "such as 75.5, or 1:15.5, or 0:01:15.5")
    total = 0.0
    for part in str(time).split(":"):
        total = 60 * total + float(part)
    return total
