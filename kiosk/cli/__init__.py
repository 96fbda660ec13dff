"""The commands. `parser` reads the words; `main` picks the module that does them, and says faults in one clear line."""
