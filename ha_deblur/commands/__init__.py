"""The subcommands of `ha-deblur`, one a file."""
