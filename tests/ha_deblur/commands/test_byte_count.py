"""Amounts of memory as people write them."""

import pytest

from ha_deblur.commandline import UserError
from ha_deblur.commands import byte_count


def test_amounts_are_read():
    for text, count in (("2GB", 2e9), ("1.5 GiB", 1.5 * 2 ** 30),
                        ("800m", 8e8), ("12345", 12345), ("3kb", 3000)):
        assert byte_count.parsed(text) == count
    for text in ("", "GB", "2 apples", "-2GB", "1.2.3GB"):
        with pytest.raises(UserError, match="no amount of memory"):
            byte_count.parsed(text)
