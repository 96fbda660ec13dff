"""The stage: the witness and its frames by hypothesis, the window and its pictures on a real (virtual) screen."""
