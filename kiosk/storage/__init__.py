"""Files and databases at the bottom: where bundled resources lie, how an engine is opened."""
