"""Contract checks that a plugin's team runs in its own CI."""
