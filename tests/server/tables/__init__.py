"""The tables, whatever holds for all of them."""
