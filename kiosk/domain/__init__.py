"""The words of the product as plain values: artworks, impressions, events, errors and ports. Standard library only."""
