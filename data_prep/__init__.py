"""From cameras and downloads to records. Each module is a command."""
