"""`fast`, a network of our own for processors without a GPU."""
