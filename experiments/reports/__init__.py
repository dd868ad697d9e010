"""What reports are made of: curves, pages, tables of scores."""
