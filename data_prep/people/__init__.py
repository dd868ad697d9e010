"""Boxes of people: detected, imported, shown, cut from masks."""
