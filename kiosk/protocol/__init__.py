"""The wire: JSON models in camelCase shared by display and server, and their way to and from the domain's values."""
