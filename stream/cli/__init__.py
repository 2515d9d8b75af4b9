"""The `stethos` command, one file a subcommand."""
