"""Tables 3 and 4 of the paper: rows trained and scored one after another."""
