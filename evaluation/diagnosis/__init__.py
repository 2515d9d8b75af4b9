"""The diagnosis: blind on real recordings, told wrong things, and by the thousand on the simulator."""
