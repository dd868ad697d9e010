"""Amounts of memory as people write them."""

import re

from ha_deblur.commandline import UserError

_AMOUNT = re.compile(r"([\d.]+)\s*([KMGT]?)(I?)B?", re.IGNORECASE)


def parsed(text):
    """The bytes in "2GB", "1.5 GiB", "800M" or "2000000000".

    Raises:
      UserError: it is no such amount.
    """
    match = _AMOUNT.fullmatch(text.strip())
    try:
        number, prefix, binary = match.groups()
        power = " KMGT".index(prefix.upper() or " ")
        return int(float(number) * (1024 if binary else 1000) ** power)
    except (AttributeError, ValueError):
        raise UserError(
            f"'{text}' is no amount of memory; write 2GB or 800MB") from None
