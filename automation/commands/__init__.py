"""What each command does and prints: one file a command, called by the thin ``cli``."""
